/* Functions of single-precision numbers, the same on every core and with every compiler; places on an
 * order axis in whole numbers, since single precision would miss a bin now and then. */
#ifndef TWIN_REALS_H
#define TWIN_REALS_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define twin_move __builtin_memcpy
#define twin_seldom(what) __builtin_expect(what, 0) /* a branch costs less than what it leaves out */
#else
#define twin_move memcpy
#define twin_seldom(what) (what)
#endif

#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__GNUC__)
static inline float twin_sqrt(float x) {
    float y;
    __asm__("vsqrt.f32 %0, %1" : "=t"(y) : "t"(x));
    return y;
}
#else
#include <math.h>
static inline float twin_sqrt(float x) { return sqrtf(x); }
#endif

#if defined(__GNUC__)
static inline float twin_abs(float x) { return __builtin_fabsf(x); }
#else
static inline float twin_abs(float x) { return x < 0.0f ? -x : x; }
#endif
static inline float twin_greater(float a, float b) { return a > b ? a : b; }
static inline int32_t twin_least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t twin_most(int32_t a, int32_t b) { return a > b ? a : b; }
/* The nearest whole number of one that is not negative. */
static inline int32_t twin_near(float x) { return (int32_t)(x + 0.5f); }

static inline float twin_minus_infinity(void) {
    uint32_t bits = 0xff800000u;
    float value;
    twin_move(&value, &bits, sizeof value);
    return value;
}

/* Natural logarithm of a normal number above zero (Moshier, Cephes, logf). */
static inline float twin_log(float x) {
    int32_t bits, power;
    float z, y;
    twin_move(&bits, &x, sizeof bits);
    power = ((bits - 0x3f3504f3) >> 23);
    bits -= power * (1 << 23);
    twin_move(&x, &bits, sizeof x);
    x -= 1.0f;
    z = x * x;
    y = 7.0376836292e-2f;
    y = y * x - 1.1514610310e-1f;
    y = y * x + 1.1676998740e-1f;
    y = y * x - 1.2420140846e-1f;
    y = y * x + 1.4249322787e-1f;
    y = y * x - 1.6668057665e-1f;
    y = y * x + 2.0000714765e-1f;
    y = y * x - 2.4999993993e-1f;
    y = y * x + 3.3333331174e-1f;
    y = y * x * z - 2.12194440e-4f * (float)power - 0.5f * z;
    return x + y + 0.693359375f * (float)power;
}

/* Exponential of a number that is not above zero (Moshier, Cephes, expf). */
static inline float twin_exp(float x) {
    int32_t power, bits;
    float y, two;
    if (x < -80.0f) return 0.0f;
    power = -(int32_t)(0.5f - 1.44269504f * x);
    x = x - (float)power * 0.693359375f + (float)power * 2.12194440e-4f;
    y = 1.9875691500e-4f;
    y = y * x + 1.3981999507e-3f;
    y = y * x + 8.3334519073e-3f;
    y = y * x + 4.1665795894e-2f;
    y = y * x + 1.6666665459e-1f;
    y = y * x + 5.0000001201e-1f;
    y = y * x * x + x + 1.0f;
    bits = (power + 127) * (1 << 23);
    twin_move(&two, &bits, sizeof two);
    return y * two;
}

/* Sine of at most an eighth of a turn [rad], and cosine. */
static inline float twin_sine(float x) {
    float z = x * x;
    return x + x * z * ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f);
}
static inline float twin_cosine(float x) {
    float z = x * x;
    return 1.0f - 0.5f * z +
           z * z * ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f);
}

/* A whole number over another, by long division: cores without a 64-bit division need no library. */
static inline uint64_t twin_divide(uint64_t over, uint32_t under) {
    uint64_t left = 0, found = 0;
    for (int32_t k = 0; k < 64; k++) {
        left = left << 1 | over >> 63;
        over <<= 1;
        found <<= 1;
        if (left >= under) left -= under, found |= 1;
    }
    return found;
}

/* a / b in 2^-48, for normal numbers above zero whose quotient is below 2^15; else all ones. */
static inline uint64_t twin_quotient(float a, float b) {
    uint32_t one, other;
    int32_t power;
    uint64_t found;
    twin_move(&one, &a, sizeof one);
    twin_move(&other, &b, sizeof other);
    power = (int32_t)(one >> 23) - (int32_t)(other >> 23);
    found = twin_divide((uint64_t)(one % (1u << 23) + (1u << 23)) << 39,
                        other % (1u << 23) + (1u << 23)); /* in 2^-39 */
    if (power > 14) return UINT64_MAX;
    for (power += 9; power > 0; power--) found <<= 1;
    for (; power < 0; power++) found >>= 1;
    return found;
}

/* An order [1/rev] in 2^-23, below 256, at so many bins an order in 2^-24, below 512: its bin. */
static inline int32_t twin_bin(uint32_t order, uint64_t bins) {
    uint64_t low = (bins & 0xffffffffu) * order, high = (bins >> 32) * order;
    return (int32_t)((high + (low >> 32) + (1u << 14)) >> 15);
}

/* Bins an order in 2^-24: `size` values that are `step` of `rate` apart, at a speed [rev/s]. */
static inline uint64_t twin_bins(float speed, float rate, int32_t size, int32_t step) {
    uint64_t turns = twin_quotient(speed, rate); /* in each value, 2^-48 */
    return (turns * ((uint64_t)size * (uint32_t)step) + (1u << 23)) >> 24;
}

#endif
