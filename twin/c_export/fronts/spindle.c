#include "spindle.h"

#include "reals.h"

#define STANDSTILL 0.5f
#define LEAST_TURNS 8.0f
#define CLIPPED 0.01f
#define ONE (1u << 30)

/* Cosine of an angle up to a quarter turn [rad], in 2^-30. */
static uint32_t cosine(float angle) {
    uint32_t x = (uint32_t)(angle * 1073741824.0f), term = ONE, even = ONE, odd = 0;
    uint32_t square = (uint32_t)(((uint64_t)x * x) >> 31); /* half of it */
    for (uint32_t k = 1; k < 10; k++) {
        term = (uint32_t)(((uint64_t)term * square) >> 29) / ((2 * k - 1) * 2 * k);
        if (k % 2) odd += term;
        else even += term;
    }
    return even > odd ? even - odd : 0;
}

int twin_orders_of(const twin_spindle *told, twin_orders *made) {
    float ball = told->ball_diameter, pitch = told->pitch_diameter, angle = told->contact_angle;
    uint64_t ratio, square, own;
    uint32_t half;
    if (!(ball > 0.0f && ball < pitch && angle >= 0.0f && angle < 1.5f)) return TWIN_BAD_BEARING;
    if (told->balls < 3 || told->balls > 400) return TWIN_BAD_BEARING;
    ratio = ((twin_quotient(ball, pitch) >> 18) * cosine(angle) + ONE / 2) >> 30;
    square = (ratio * ratio + ONE / 2) >> 30;
    own = twin_quotient(pitch, ball);
    if (own >= (uint64_t)200 << 48) return TWIN_BAD_BEARING;
    half = (uint32_t)told->balls;
    made->outer = (uint32_t)((half * (ONE - ratio) + 128) >> 8);
    made->inner = (uint32_t)((half * (ONE + ratio) + 128) >> 8);
    made->hit = (uint32_t)(((own >> 24) * (ONE - square) + ((uint64_t)1 << 30)) >> 31);
    made->cage = (uint32_t)((ONE - ratio + 128) >> 8);
    return 0;
}

/* The extremes first, then how many samples lie there: most windows have one at each. */
static int ends(const float *samples, int32_t size, float range) {
    float low = samples[0], high = samples[0], sum = 0.0f;
    int32_t lowest = 0, highest = 0, over = 0;
    for (int32_t k = 0; k < size; k++) {
        float value = samples[k];
        sum += value - value; /* not zero where one is infinite or no number */
        if (value < low) low = value;
        if (value > high) high = value;
    }
    if (!(sum == 0.0f)) return TWIN_NOT_A_NUMBER;
    if (low == high) return TWIN_CONSTANT;
    for (int32_t k = 0; k < size; k++) {
        float value = samples[k];
        if (value == low) lowest++;
        if (value == high) highest++;
    }
    if (high >= range || low <= -range)
        for (int32_t k = 0; k < size; k++) over += twin_abs(samples[k]) >= range;
    if ((float)twin_most(over, twin_most(lowest, highest)) > CLIPPED * (float)size)
        return TWIN_CLIPPED;
    return 0;
}

int twin_spindle_fault(const twin_spindle *told, const float *samples, int32_t size, float rate,
                       int needs_teeth) {
    float speed = twin_abs(told->speed);
    if (!(speed >= STANDSTILL)) return TWIN_IDLE;
    if (!(twin_abs(told->rate - rate) <= 0.02f * rate)) return TWIN_BAD_RATE;
    if (needs_teeth && told->teeth < 1) return TWIN_NO_TEETH;
    if ((float)size * speed < LEAST_TURNS * told->rate) return TWIN_BAD_TURNS;
    if ((float)size * speed > 500.0f * told->rate) return TWIN_BAD_TURNS;
    return ends(samples, size, told->range);
}

float twin_mean(const float *values, int32_t size) {
    float total = 0.0f;
    for (int32_t from = 0; from < size; from += 128) {
        float part = 0.0f;
        for (int32_t k = from; k < twin_least(from + 128, size); k++) part += values[k];
        total += part;
    }
    return total / (float)size;
}

void twin_above_surroundings(float *amplitude, float *level, int32_t size, int32_t half) {
    float total = 0.0f;
    int32_t low = 0, high = 0;
    for (int32_t k = 0; k < size; k++) amplitude[k] = twin_log(amplitude[k] + 1.17549435e-32f);
    for (int32_t k = 0; k < size; k++) {
        for (; high < twin_least(k + half + 1, size); high++) total += amplitude[high];
        for (; low < k - half; low++) total -= amplitude[low];
        level[k] = amplitude[k] - total / (float)(high - low);
    }
}
