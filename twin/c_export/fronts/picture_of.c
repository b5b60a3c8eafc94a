#include "picture_of.h"

#include "reals.h"

#define WHOLE 12582912.0f /* 1.5 * 2^23: what is added to it is rounded to even */
#define PART 128          /* values of one sum of eight */

/* Sum of the channels of a pixel. */
static int32_t sum_of(const uint8_t *pixel, int32_t channels) {
    return channels == 1 ? pixel[0] : pixel[0] + pixel[1] + pixel[2];
}

/* Sum of a value for each of some pixels, in the order in which NumPy adds: in eight sums of at most
 * 128, and these in halves. */
static float part_of(const twin_planes *plan, const uint8_t *pixels, int32_t count) {
    const float *value = plan->value;
    int32_t channels = plan->channels, k = 0;
    float part[8], total = 0.0f;
    if (count >= 8) {
        for (; k < 8; k++, pixels += channels) part[k] = value[sum_of(pixels, channels)];
        for (; k < count - count % 8; k += 8)
            for (int32_t j = 0; j < 8; j++, pixels += channels)
                part[j] += value[sum_of(pixels, channels)];
        total = ((part[0] + part[1]) + (part[2] + part[3])) +
                ((part[4] + part[5]) + (part[6] + part[7]));
    }
    for (; k < count; k++, pixels += channels) total += value[sum_of(pixels, channels)];
    return total;
}

/* The halves without recursion: what waits for its other half is kept, with how deep it is. */
static float total_of(const twin_planes *plan, const uint8_t *pixels, int32_t count) {
    float sums[24];
    int32_t left[24], depth = 0;
    left[0] = count;
    for (;;) {
        int32_t own = left[depth], half = own / 2 - own / 2 % 8;
        float sum;
        if (own > PART) { /* the first half; the second waits */
            left[depth] = -(own - half);
            left[++depth] = half;
            continue;
        }
        sum = part_of(plan, pixels, own);
        pixels += own * plan->channels;
        while (depth > 0 && left[depth - 1] == 0) sum = sums[--depth] + sum;
        if (depth == 0) return sum;
        sums[depth - 1] = sum;
        left[depth] = -left[depth - 1];
        left[depth - 1] = 0;
    }
}

static int fault_of(const twin_planes *plan, const uint8_t *pixels, const twin_picture *told) {
    int32_t count = plan->side * plan->side, ends = 0, differ = 0, coloured = 0;
    if (told->width != plan->side || told->height != plan->side) return TWIN_PICTURE_SIZE;
    for (int32_t k = 0; k < count; k++) {
        const uint8_t *own = pixels + k * plan->channels;
        for (int32_t c = 0; c < plan->channels; c++) {
            differ |= own[c] ^ pixels[c];
            coloured |= own[c] ^ own[0];
        }
        ends += own[0] == 0 || own[0] == 255;
    }
    if (!differ) return TWIN_PICTURE_CONSTANT;
    if (plan->channels == 1 && 2 * ends > count) return TWIN_PICTURE_SATURATED;
    if (plan->channels > 1 && !coloured) return TWIN_PICTURE_GREY;
    return 0;
}

/* What each sum of channels is on the levelled plane. */
static void level(const twin_planes *plan, const uint8_t *pixels) {
    int32_t count = plan->side * plan->side, sums = 255 * plan->channels + 1;
    float mean, spread;
    for (int32_t k = 0; k < sums; k++) plan->value[k] = (float)k / (float)plan->channels;
    mean = total_of(plan, pixels, count) / (float)count;
    for (int32_t k = 0; k < sums; k++) {
        float off = (float)k / (float)plan->channels - mean;
        plan->value[k] = off * off;
    }
    spread = twin_greater(twin_sqrt(total_of(plan, pixels, count) / (float)count), plan->flattest);
    for (int32_t k = 0; k < sums; k++) {
        float off = (float)k / (float)plan->channels - mean;
        float found = plan->middle + off / spread * plan->spread;
        found = found < 0.0f ? 0.0f : found > 255.0f ? 255.0f : found;
        plan->level[k] = (uint8_t)(int32_t)(found + WHOLE - WHOLE);
    }
}

void twin_picture_fill(const twin_planes *plan, const uint8_t *pixels, uint8_t *planes) {
    int32_t count = plan->side * plan->side, channels = plan->channels;
    level(plan, pixels);
    for (int32_t k = 0; k < count; k++, pixels += channels) {
        for (int32_t c = 0; c < channels; c++) *planes++ = pixels[c];
        *planes++ = plan->level[sum_of(pixels, channels)];
    }
}

int twin_picture_planes(const twin_planes *plan, const uint8_t *pixels, const twin_picture *told,
                        uint8_t *planes) {
    int fault = fault_of(plan, pixels, told);
    if (!fault) twin_picture_fill(plan, pixels, planes);
    return fault;
}
