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

/* Bits of the extremes, and how many samples lie there. As whole numbers, the greatest bits are those
 * of the highest sample, and without a sign those of the lowest: where there are both signs. What is
 * infinite or no number is beyond all others. */
typedef struct {
    int32_t high, highest;
    uint32_t low;
    int32_t lowest;
} extremes;

static inline void look_at(extremes *e, int32_t bits) {
    if (twin_seldom(bits >= e->high)) {
        if (bits > e->high) e->highest = 0;
        e->high = bits;
        e->highest++;
    }
    if (twin_seldom((uint32_t)bits >= e->low)) {
        if ((uint32_t)bits > e->low) e->lowest = 0;
        e->low = (uint32_t)bits;
        e->lowest++;
    }
}

static extremes extremes_of(const float *samples, int32_t size) {
    extremes e = {0, 0, 1u << 31, 0};
    int32_t four[4], k = 0;
    for (; k + 4 <= size; k += 4) {
        twin_move(four, samples + k, sizeof four);
        look_at(&e, four[0]);
        look_at(&e, four[1]);
        look_at(&e, four[2]);
        look_at(&e, four[3]);
    }
    for (; k < size; k++) {
        twin_move(four, samples + k, sizeof *four);
        look_at(&e, four[0]);
    }
    return e;
}

/* How many samples lie at the extremes, the more of both; none where all are alike. */
static int32_t most_at_an_end(const float *samples, int32_t size) {
    float low = samples[0], high = samples[0];
    int32_t lowest = 0, highest = 0;
    for (int32_t k = 0; k < size; k++) {
        if (samples[k] < low) low = samples[k], lowest = 0;
        if (samples[k] > high) high = samples[k], highest = 0;
        lowest += samples[k] == low;
        highest += samples[k] == high;
    }
    return low == high ? 0 : twin_most(lowest, highest);
}

static int ends(const float *samples, int32_t size, float range) {
    extremes e = extremes_of(samples, size);
    int32_t over = 0, most = twin_most(e.lowest, e.highest);
    uint32_t furthest = twin_most(e.high, (int32_t)(e.low & INT32_MAX)), limit;
    if (furthest >= 0x7f800000u) return TWIN_NOT_A_NUMBER;
    if (e.high == 0 || e.low == 1u << 31) most = most_at_an_end(samples, size); /* one sign */
    if (most == 0) return TWIN_CONSTANT;
    twin_move(&limit, &range, sizeof limit);
    if (furthest >= limit)
        for (int32_t k = 0; k < size; k++) over += twin_abs(samples[k]) >= range;
    if ((float)twin_most(over, most) > CLIPPED * (float)size) return TWIN_CLIPPED;
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
        int32_t k = from, end = twin_least(from + 128, size);
        for (; k + 4 <= end; k += 4)
            part += (values[k] + values[k + 1]) + (values[k + 2] + values[k + 3]);
        for (; k < end; k++) part += values[k];
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
