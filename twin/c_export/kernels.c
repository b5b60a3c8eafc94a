/* See kernels.h. With the DSP extension (Cortex-M4, M7, M33) two products and their sum are one
 * instruction; elsewhere the same sums are made in portable C. Multiply-adds must not be contracted:
 * build with -ffp-contract=off and without -ffast-math. */
#include "kernels.h"

#if defined(__GNUC__)
#define move_bytes __builtin_memcpy
#else
#include <string.h>
#define move_bytes memcpy
#endif

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#if defined(__ARM_FEATURE_DSP) && defined(__GNUC__)
#define TWIN_DSP 1
#endif
#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__ARM_ARCH_ISA_THUMB) && defined(__GNUC__)
#define TWIN_FPU 1
#endif

#define INLINE static inline __attribute__((always_inline))
#if !defined(__GNUC__)
#undef INLINE
#define INLINE static inline
#endif

INLINE uint32_t word(const void *from) {
    uint32_t value;
    move_bytes(&value, from, sizeof value);
    return value;
}

#if defined(TWIN_DSP)
INLINE uint32_t even_s(uint32_t x) {
    uint32_t y;
    __asm__("sxtb16 %0, %1" : "=r"(y) : "r"(x));
    return y;
}
INLINE uint32_t odd_s(uint32_t x) {
    uint32_t y;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(y) : "r"(x));
    return y;
}
INLINE uint32_t even_u(uint32_t x) {
    uint32_t y;
    __asm__("uxtb16 %0, %1" : "=r"(y) : "r"(x));
    return y;
}
INLINE uint32_t odd_u(uint32_t x) {
    uint32_t y;
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(y) : "r"(x));
    return y;
}
INLINE int32_t mac2(uint32_t x, uint32_t w, int32_t sum) {
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(w));
    return sum;
}
INLINE int32_t mac_low(uint32_t x, uint32_t w, int32_t sum) {
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(w));
    return sum;
}
INLINE int32_t mac_high(uint32_t x, uint32_t w, int32_t sum) {
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(w));
    return sum;
}
#else
INLINE uint32_t both(int32_t low, int32_t high) {
    return ((uint32_t)low & 0xffffu) | ((uint32_t)high << 16);
}
INLINE int32_t low_half(uint32_t x) { return (int16_t)(uint16_t)(x & 0xffffu); }
INLINE int32_t high_half(uint32_t x) { return (int16_t)(uint16_t)(x >> 16); }
INLINE int32_t byte_s(uint32_t x) { return (int8_t)(uint8_t)(x & 0xffu); }
INLINE int32_t byte_u(uint32_t x) { return (int32_t)(x & 0xffu); }
INLINE uint32_t even_s(uint32_t x) { return both(byte_s(x), byte_s(x >> 16)); }
INLINE uint32_t odd_s(uint32_t x) { return both(byte_s(x >> 8), byte_s(x >> 24)); }
INLINE uint32_t even_u(uint32_t x) { return both(byte_u(x), byte_u(x >> 16)); }
INLINE uint32_t odd_u(uint32_t x) { return both(byte_u(x >> 8), byte_u(x >> 24)); }
INLINE int32_t plus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
INLINE int32_t mac_low(uint32_t x, uint32_t w, int32_t sum) {
    return plus(sum, low_half(x) * low_half(w));
}
INLINE int32_t mac_high(uint32_t x, uint32_t w, int32_t sum) {
    return plus(sum, high_half(x) * high_half(w));
}
INLINE int32_t mac2(uint32_t x, uint32_t w, int32_t sum) {
    return mac_high(x, w, mac_low(x, w, sum));
}
#endif

/* a * b + c, rounded once. */
#if defined(TWIN_FPU) && defined(__ARM_FEATURE_FMA)
INLINE float fused_add(float a, float b, float c) {
    __asm__("vfma.f32 %0, %1, %2" : "+t"(c) : "t"(a), "t"(b));
    return c;
}
#else
#include <math.h>
#define fused_add fmaf
#endif

/* The nearest integer, halves to even, plus `zero`, saturated to a byte. */
#if defined(TWIN_FPU) && defined(TWIN_DSP)
INLINE uint8_t to_byte(float value, int32_t zero) {
    float rounded;
    int32_t whole;
    __asm__("vcvtr.s32.f32 %0, %1" : "=t"(rounded) : "t"(value));
    move_bytes(&whole, &rounded, sizeof whole);
    __asm__("qadd %0, %0, %1\n\tusat %0, #8, %0" : "+r"(whole) : "r"(zero));
    return (uint8_t)whole;
}
#else
INLINE uint8_t to_byte(float value, int32_t zero) {
    const float low = (float)-zero, high = (float)(255 - zero);
    const float shift = 12582912.0f; /* 1.5 * 2^23: the sum has no fraction left */
    volatile float sum;
    value = value > low ? value : low;
    value = value < high ? value : high;
    sum = value + shift;
    return (uint8_t)((int32_t)(sum - shift) + zero);
}
#endif

INLINE uint8_t requantise(int32_t sum, float factor, int32_t zero) {
    return to_byte((float)sum * factor, zero);
}

/* Four sums of four channels, of which `channels` are there. */
INLINE void requantise_four(int32_t s0, int32_t s1, int32_t s2, int32_t s3, const float *factors,
                            int32_t zero, uint8_t *out, int32_t channels) {
#if defined(TWIN_FPU) && defined(TWIN_DSP)
    __asm__("vmov s0, s1, %[s0], %[s1]\n\t"
            "vmov s2, s3, %[s2], %[s3]\n\t"
            "vldmia %[by], {s4-s7}\n\t"
            "vcvt.f32.s32 s0, s0\n\t"
            "vcvt.f32.s32 s1, s1\n\t"
            "vcvt.f32.s32 s2, s2\n\t"
            "vcvt.f32.s32 s3, s3\n\t"
            "vmul.f32 s0, s0, s4\n\t"
            "vmul.f32 s1, s1, s5\n\t"
            "vmul.f32 s2, s2, s6\n\t"
            "vmul.f32 s3, s3, s7\n\t"
            "vcvtr.s32.f32 s0, s0\n\t"
            "vcvtr.s32.f32 s1, s1\n\t"
            "vcvtr.s32.f32 s2, s2\n\t"
            "vcvtr.s32.f32 s3, s3\n\t"
            "vmov %[s0], %[s1], s0, s1\n\t"
            "vmov %[s2], %[s3], s2, s3\n\t"
            "qadd %[s0], %[s0], %[zero]\n\t"
            "qadd %[s1], %[s1], %[zero]\n\t"
            "qadd %[s2], %[s2], %[zero]\n\t"
            "qadd %[s3], %[s3], %[zero]\n\t"
            "usat %[s0], #8, %[s0]\n\t"
            "usat %[s1], #8, %[s1]\n\t"
            "usat %[s2], #8, %[s2]\n\t"
            "usat %[s3], #8, %[s3]"
            : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3)
            : [by] "r"(factors), [zero] "r"(zero)
            : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "memory");
#else
    s0 = requantise(s0, factors[0], zero);
    s1 = requantise(s1, factors[1], zero);
    s2 = requantise(s2, factors[2], zero);
    s3 = requantise(s3, factors[3], zero);
#endif
    out[0] = (uint8_t)s0;
    if (channels > 3) {
        out[1] = (uint8_t)s1;
        out[2] = (uint8_t)s2;
        out[3] = (uint8_t)s3;
        return;
    }
    if (channels > 1) out[1] = (uint8_t)s1;
    if (channels > 2) out[2] = (uint8_t)s2;
}

/* Two pixels by two channels. Weights: four of one channel, four of the next, and so on. */
static void tile(const twin_conv *layer, int32_t words, const uint8_t *first, const uint8_t *second,
                 uint8_t *out_first, uint8_t *out_second) {
    const int8_t *weights = layer->weights;
    const int32_t *biases = layer->biases;
    const float *factors = layer->factors;
    const int32_t zero = layer->zero_out, channels = layer->out_c;
    for (int32_t channel = 0; channel < channels; channel += 2) {
        const uint8_t *a = first, *b = second;
        const int8_t *end = weights + 8 * words;
        int32_t a0 = biases[0], a1 = biases[1], b0 = a0, b1 = a1;
        while (weights != end) {
#if defined(TWIN_DSP)
            uint32_t xe, xo, ye, yo, we, wo;
            __asm__("ldr %[xo], [%[a]], #4\n\t"
                    "ldr %[yo], [%[b]], #4\n\t"
                    "ldr %[wo], [%[w]], #4\n\t"
                    "uxtb16 %[xe], %[xo]\n\t"
                    "uxtb16 %[ye], %[yo]\n\t"
                    "sxtb16 %[we], %[wo]\n\t"
                    "uxtb16 %[xo], %[xo], ror #8\n\t"
                    "uxtb16 %[yo], %[yo], ror #8\n\t"
                    "sxtb16 %[wo], %[wo], ror #8\n\t"
                    "smlad %[a0], %[xe], %[we], %[a0]\n\t"
                    "smlad %[b0], %[ye], %[we], %[b0]\n\t"
                    "smlad %[a0], %[xo], %[wo], %[a0]\n\t"
                    "smlad %[b0], %[yo], %[wo], %[b0]\n\t"
                    "ldr %[wo], [%[w]], #4\n\t"
                    "sxtb16 %[we], %[wo]\n\t"
                    "sxtb16 %[wo], %[wo], ror #8\n\t"
                    "smlad %[a1], %[xe], %[we], %[a1]\n\t"
                    "smlad %[b1], %[ye], %[we], %[b1]\n\t"
                    "smlad %[a1], %[xo], %[wo], %[a1]\n\t"
                    "smlad %[b1], %[yo], %[wo], %[b1]"
                    : [a] "+&r"(a), [b] "+&r"(b), [w] "+&r"(weights), [a0] "+&r"(a0),
                      [a1] "+&r"(a1), [b0] "+&r"(b0), [b1] "+&r"(b1), [xe] "=&r"(xe),
                      [xo] "=&r"(xo), [ye] "=&r"(ye), [yo] "=&r"(yo), [we] "=&r"(we),
                      [wo] "=&r"(wo)
                    :
                    : "memory");
#else
            const uint32_t x = word(a), y = word(b), w = word(weights), v = word(weights + 4);
            const uint32_t xe = even_u(x), xo = odd_u(x), ye = even_u(y), yo = odd_u(y);
            a += 4;
            b += 4;
            weights += 8;
            a0 = mac2(xo, odd_s(w), mac2(xe, even_s(w), a0));
            b0 = mac2(yo, odd_s(w), mac2(ye, even_s(w), b0));
            a1 = mac2(xo, odd_s(v), mac2(xe, even_s(v), a1));
            b1 = mac2(yo, odd_s(v), mac2(ye, even_s(v), b1));
#endif
        }
        out_first[channel] = requantise(a0, factors[0], zero);
        out_second[channel] = requantise(b0, factors[0], zero);
        if (channel + 1 < channels) {
            out_first[channel + 1] = requantise(a1, factors[1], zero);
            out_second[channel + 1] = requantise(b1, factors[1], zero);
        }
        biases += 2;
        factors += 2;
    }
}

INLINE void fill(uint8_t *to, uint8_t value, int32_t size) {
    for (int32_t k = 0; k < size; k++) to[k] = value;
}

INLINE void copy(uint8_t *to, const uint8_t *from, int32_t size) {
    for (; size >= 4; size -= 4, to += 4, from += 4) {
        uint32_t value = word(from);
        move_bytes(to, &value, sizeof value);
    }
    for (; size > 0; size--) *to++ = *from++;
}

/* The window of one output pixel, row by row; the edge is padded with the zero point. */
static void gather(const twin_conv *layer, const uint8_t *in, int32_t out_y, int32_t out_x,
                   uint8_t *to) {
    const int32_t channels = layer->in_c, width = layer->in_w;
    const int32_t left = out_x * layer->stride_w - layer->pad_left;
    int32_t y = out_y * layer->stride_h - layer->pad_top;
    const int32_t across = layer->kernel_w;
    for (int32_t ky = 0; ky < layer->kernel_h; ky++, y += layer->dilation_h) {
        const uint8_t *row = in + y * width * channels;
        if (y < 0 || y >= layer->in_h) {
            fill(to, layer->zero_in, across * channels);
            to += across * channels;
        } else if (layer->dilation_w == 1 && left >= 0 && left + across <= width) {
            copy(to, row + left * channels, across * channels);
            to += across * channels;
        } else {
            int32_t x = left;
            for (int32_t kx = 0; kx < across; kx++, x += layer->dilation_w, to += channels) {
                if (x < 0 || x >= width) fill(to, layer->zero_in, channels);
                else copy(to, row + x * channels, channels);
            }
        }
    }
}

/* Whether a window is one pixel at stride 1: then the input is read where it lies. */
INLINE int is_direct(const twin_conv *layer) {
    return layer->kernel_h == 1 && layer->kernel_w == 1 && layer->stride_h == 1 &&
           layer->stride_w == 1 && layer->pad_top == 0 && layer->pad_left == 0 &&
           layer->out_h == layer->in_h && layer->out_w == layer->in_w;
}

/* What four pixels need for every channel: their inputs, from one output pixel to the next, the
 * zero point, where the weights end, three output pixels on. The order is that of the registers. */
typedef struct {
    const uint32_t *inputs;
    int32_t stride, zero;
    const uint32_t *end;
    int32_t third;
} four_pixels;

#if defined(TWIN_DSP) && defined(TWIN_FPU) && defined(__thumb2__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* Four inputs of each of four pixels as pairs of 16 bits: the even ones of all, the odd ones. */
__attribute__((naked, noinline)) static void widen(const uint8_t *a, const uint8_t *b,
                                                   const uint8_t *c, const uint8_t *d,
                                                   uint32_t *to, uint32_t *end) {
    __asm__("push {r4-r11, lr}\n\t"
            "ldr r12, [sp, #36]\n\t"
            "ldr lr, [sp, #40]\n"
            "1:\n\t"
            "ldr r8, [r0], #4\n\t"
            "ldr r9, [r1], #4\n\t"
            "ldr r10, [r2], #4\n\t"
            "ldr r11, [r3], #4\n\t"
            "uxtb16 r4, r8\n\t"
            "uxtb16 r5, r9\n\t"
            "uxtb16 r6, r10\n\t"
            "uxtb16 r7, r11\n\t"
            "uxtb16 r8, r8, ror #8\n\t"
            "uxtb16 r9, r9, ror #8\n\t"
            "uxtb16 r10, r10, ror #8\n\t"
            "uxtb16 r11, r11, ror #8\n\t"
            "stmia r12!, {r4-r11}\n\t"
            "cmp r12, lr\n\t"
            "bne 1b\n\t"
            "pop {r4-r11, pc}");
}

/* Four weights of a channel by four pixels; the first time the bias stands in r4 alone. */
#define FOUR_BY_FOUR(s5, s6, s7)         \
    "ldr lr, [r1], #4\n\t"               \
    "ldmia r0!, {r8-r11}\n\t"            \
    "sxtb16 r12, lr\n\t"                 \
    "sxtb16 lr, lr, ror #8\n\t"          \
    "smlad r5, r9, r12, " s5 "\n\t"      \
    "smlad r6, r10, r12, " s6 "\n\t"     \
    "smlad r7, r11, r12, " s7 "\n\t"     \
    "smlad r4, r8, r12, r4\n\t"          \
    "ldmia r0!, {r8-r11}\n\t"            \
    "smlad r4, r8, lr, r4\n\t"           \
    "smlad r5, r9, lr, r5\n\t"           \
    "smlad r6, r10, lr, r6\n\t"          \
    "smlad r7, r11, lr, r7\n\t"
#define FIRST_FOUR FOUR_BY_FOUR("r4", "r4", "r4")
#define NEXT_FOUR FOUR_BY_FOUR("r5", "r6", "r7")

/* All channels of four pixels. For each: bias, factor, weights. `begin` are the first four or eight
 * inputs, so that twice four remain, any number of times. */
#define CHANNELS_OF_FOUR(begin)          \
    "push {r4-r11, lr}\n\t"              \
    "ldm r0, {r4-r8}\n\t"                \
    "push {r4-r8}\n\t"                   \
    "mov r0, r4\n"                       \
    "1:\n\t"                             \
    "ldr r4, [r1], #4\n\t"               \
    "vldmia r1!, {s4}\n\t"               \
    begin                                \
    "cmp r0, r2\n\t"                     \
    "beq 3f\n"                           \
    "2:\n\t"                             \
    NEXT_FOUR NEXT_FOUR                  \
    "cmp r0, r2\n\t"                     \
    "bne 2b\n"                           \
    "3:\n\t"                             \
    "ldm sp, {r0, r8-r11}\n\t"           \
    "vmov s0, s1, r4, r5\n\t"            \
    "vmov s2, s3, r6, r7\n\t"            \
    "vcvt.f32.s32 s0, s0\n\t"            \
    "vcvt.f32.s32 s1, s1\n\t"            \
    "vcvt.f32.s32 s2, s2\n\t"            \
    "vcvt.f32.s32 s3, s3\n\t"            \
    "vmul.f32 s0, s0, s4\n\t"            \
    "vmul.f32 s1, s1, s4\n\t"            \
    "vmul.f32 s2, s2, s4\n\t"            \
    "vmul.f32 s3, s3, s4\n\t"            \
    "vcvtr.s32.f32 s0, s0\n\t"           \
    "vcvtr.s32.f32 s1, s1\n\t"           \
    "vcvtr.s32.f32 s2, s2\n\t"           \
    "vcvtr.s32.f32 s3, s3\n\t"           \
    "vmov r4, r5, s0, s1\n\t"            \
    "vmov r6, r7, s2, s3\n\t"            \
    "qadd r4, r4, r9\n\t"                \
    "qadd r5, r5, r9\n\t"                \
    "qadd r6, r6, r9\n\t"                \
    "qadd r7, r7, r9\n\t"                \
    "usat r4, #8, r4\n\t"                \
    "usat r5, #8, r5\n\t"                \
    "usat r6, #8, r6\n\t"                \
    "usat r7, #8, r7\n\t"                \
    "strb r5, [r3, r8]\n\t"              \
    "strb r6, [r3, r8, lsl #1]\n\t"      \
    "strb r7, [r3, r11]\n\t"             \
    "strb r4, [r3], #1\n\t"              \
    "cmp r1, r10\n\t"                    \
    "bne 1b\n\t"                         \
    "add sp, sp, #20\n\t"                \
    "pop {r4-r11, pc}"

__attribute__((naked, noinline)) static void channels_of_odd_words(const four_pixels *of,
                                                                   const uint32_t *weights,
                                                                   const uint32_t *end,
                                                                   uint8_t *out) {
    __asm__(CHANNELS_OF_FOUR(FIRST_FOUR));
}
__attribute__((naked, noinline)) static void channels_of_even_words(const four_pixels *of,
                                                                    const uint32_t *weights,
                                                                    const uint32_t *end,
                                                                    uint8_t *out) {
    __asm__(CHANNELS_OF_FOUR(FIRST_FOUR NEXT_FOUR));
}
#pragma GCC diagnostic pop

INLINE void channels_of_four(const four_pixels *of, const uint32_t *weights, int32_t words,
                             uint8_t *out) {
    const uint32_t *end = of->inputs + 8 * words;
    if (words % 2) channels_of_odd_words(of, weights, end, out);
    else channels_of_even_words(of, weights, end, out);
}
#else
static void widen(const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,
                  uint32_t *to, uint32_t *end) {
    for (; to != end; to += 8, a += 4, b += 4, c += 4, d += 4) {
        const uint32_t from[4] = {word(a), word(b), word(c), word(d)};
        for (int32_t k = 0; k < 4; k++) {
            to[k] = even_u(from[k]);
            to[4 + k] = odd_u(from[k]);
        }
    }
}

static void channels_of_four(const four_pixels *of, const uint32_t *weights, int32_t words,
                             uint8_t *out) {
    for (; weights != of->end; weights += words, out++) {
        const uint32_t *x = of->inputs;
        int32_t s0, s1, s2, s3;
        float factor;
        move_bytes(&s0, weights, sizeof s0);
        move_bytes(&factor, weights + 1, sizeof factor);
        weights += 2;
        s1 = s2 = s3 = s0;
        for (int32_t k = 0; k < words; k++, x += 8) {
            const uint32_t even = even_s(weights[k]), odd = odd_s(weights[k]);
            s0 = mac2(x[4], odd, mac2(x[0], even, s0));
            s1 = mac2(x[5], odd, mac2(x[1], even, s1));
            s2 = mac2(x[6], odd, mac2(x[2], even, s2));
            s3 = mac2(x[7], odd, mac2(x[3], even, s3));
        }
        out[0] = requantise(s0, factor, of->zero);
        out[of->stride] = requantise(s1, factor, of->zero);
        out[2 * of->stride] = requantise(s2, factor, of->zero);
        out[of->third] = requantise(s3, factor, of->zero);
    }
}
#endif

/* Four pixels by one channel: a weight is unpacked once for four products. The last four pixels are
 * taken again where their number is none of four. */
void twin_convolution_by_four(const twin_conv *layer, const uint8_t *in, uint8_t *out,
                              uint8_t *scratch) {
    const int32_t pixels = (int32_t)layer->out_h * layer->out_w, channels = layer->out_c;
    const int32_t length = (int32_t)layer->kernel_h * layer->kernel_w * layer->in_c;
    const int32_t words = (length + 3) / 4, direct = is_direct(layer);
    const uint32_t *weights = (const uint32_t *)(const void *)layer->weights;
    uint32_t *wide = (uint32_t *)(void *)scratch;
    const four_pixels of = {wide, channels, layer->zero_out, weights + channels * (words + 2),
                            3 * channels};
    const int32_t step = direct ? length : 4 * words;
    for (int32_t pixel = 0; pixel < pixels; pixel += 4) {
        const int32_t at = pixel + 4 > pixels ? pixels - 4 : pixel;
        const uint8_t *from = in + at * length;
        if (!direct) {
            uint8_t *window = scratch + 32 * words;
            from = window;
            for (int32_t k = at; k < at + 4; k++, window += step)
                gather(layer, in, k / layer->out_w, k % layer->out_w, window);
        }
        widen(from, from + step, from + 2 * step, from + 3 * step, wide, wide + 8 * words);
        channels_of_four(&of, weights, words, out + at * channels);
    }
}

void twin_convolution(const twin_conv *layer, const uint8_t *in, uint8_t *out, uint8_t *scratch) {
    const int32_t pixels = (int32_t)layer->out_h * layer->out_w;
    const int32_t length = (int32_t)layer->kernel_h * layer->kernel_w * layer->in_c;
    const int32_t words = (length + 3) / 4;
    const int direct = is_direct(layer);
    int32_t y = 0, x = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2) {
        const int32_t next = pixel + 1 < pixels ? pixel + 1 : pixel;
        const uint8_t *first = in + pixel * length, *second = in + next * length;
        if (!direct) {
            first = scratch;
            second = scratch;
            gather(layer, in, y, x, scratch);
            if (++x == layer->out_w) x = 0, y++;
            if (next != pixel) {
                second = scratch + 4 * words;
                gather(layer, in, y, x, scratch + 4 * words);
                if (++x == layer->out_w) x = 0, y++;
            }
        }
        tile(layer, words, first, second, out + pixel * layer->out_c, out + next * layer->out_c);
    }
}

/* Four inputs by four channels; weights lie at a whole word. The registers of the weights are named,
 * because one instruction loads four in their order. */
#if defined(TWIN_DSP) && defined(__thumb2__)
#define FOUR_INPUTS()                           \
    do {                                        \
        uint32_t xe, xo, even;                  \
        __asm__("ldr %[xo], [%[a]], #4\n\t"     \
                "ldmia %[w]!, {r8-r11}\n\t"     \
                "uxtb16 %[xe], %[xo]\n\t"       \
                "uxtb16 %[xo], %[xo], ror #8\n\t" \
                "sxtb16 %[even], r8\n\t"        \
                "sxtb16 r8, r8, ror #8\n\t"     \
                "smlad %[s0], %[xe], %[even], %[s0]\n\t" \
                "smlad %[s0], %[xo], r8, %[s0]\n\t" \
                "sxtb16 %[even], r9\n\t"        \
                "sxtb16 r9, r9, ror #8\n\t"     \
                "smlad %[s1], %[xe], %[even], %[s1]\n\t" \
                "smlad %[s1], %[xo], r9, %[s1]\n\t" \
                "sxtb16 %[even], r10\n\t"       \
                "sxtb16 r10, r10, ror #8\n\t"   \
                "smlad %[s2], %[xe], %[even], %[s2]\n\t" \
                "smlad %[s2], %[xo], r10, %[s2]\n\t" \
                "sxtb16 %[even], r11\n\t"       \
                "sxtb16 r11, r11, ror #8\n\t"   \
                "smlad %[s3], %[xe], %[even], %[s3]\n\t" \
                "smlad %[s3], %[xo], r11, %[s3]" \
                : [a] "+&r"(a), [w] "+&r"(weights), [s0] "+&r"(s0), [s1] "+&r"(s1), \
                  [s2] "+&r"(s2), [s3] "+&r"(s3), [xe] "=&r"(xe), [xo] "=&r"(xo), \
                  [even] "=&r"(even)            \
                :                               \
                : "r8", "r9", "r10", "r11", "memory"); \
    } while (0)
#else
#define FOUR_INPUTS()                                       \
    do {                                                    \
        const uint32_t x = word(a), xe = even_u(x), xo = odd_u(x); \
        uint32_t w = word(weights);                         \
        s0 = mac2(xo, odd_s(w), mac2(xe, even_s(w), s0));   \
        w = word(weights + 4);                              \
        s1 = mac2(xo, odd_s(w), mac2(xe, even_s(w), s1));   \
        w = word(weights + 8);                              \
        s2 = mac2(xo, odd_s(w), mac2(xe, even_s(w), s2));   \
        w = word(weights + 12);                             \
        s3 = mac2(xo, odd_s(w), mac2(xe, even_s(w), s3));   \
        a += 4;                                             \
        weights += 16;                                      \
    } while (0)
#endif

/* Four channels at a time; weights: four of each of the four channels, and so on. */
void twin_dense(const twin_conv *layer, const uint8_t *in, uint8_t *out) {
    const int32_t length = (int32_t)layer->in_h * layer->in_w * layer->in_c;
    const int32_t words = (length + 3) / 4, channels = layer->out_c, zero = layer->zero_out;
    const int8_t *weights = layer->weights;
    for (int32_t channel = 0; channel < channels; channel += 4) {
        const uint8_t *a = in;
        const int8_t *end = weights + 16 * words;
        const int32_t *biases = layer->biases + channel;
        const float *factors = layer->factors + channel;
        int32_t s0 = biases[0], s1 = biases[1], s2 = biases[2], s3 = biases[3];
        while (weights != end) FOUR_INPUTS();
        requantise_four(s0, s1, s2, s3, factors, zero, out + channel, channels - channel);
    }
}

/* One tap of four channels. */
#define TAP(value)                       \
    do {                                 \
        const uint32_t v = (value);      \
        const uint32_t w = word(weights); \
        uint32_t part = even_u(v);       \
        uint32_t by = even_s(w);         \
        weights += 4;                    \
        s0 = mac_low(part, by, s0);      \
        s2 = mac_high(part, by, s2);     \
        part = odd_u(v);                 \
        by = odd_s(w);                   \
        s1 = mac_low(part, by, s1);      \
        s3 = mac_high(part, by, s3);     \
    } while (0)

/* One pixel of a depthwise convolution: four channels at a time, their weights tap by tap. */
INLINE void depthwise_pixel(const twin_conv *layer, const uint8_t *in, int32_t top, int32_t left,
                            uint8_t *out, const int at_edge) {
    const int32_t channels = layer->in_c, width = layer->in_w, height = layer->in_h;
    const int32_t zero = layer->zero_out, across = layer->kernel_w, down = layer->kernel_h;
    const int32_t dilation_h = layer->dilation_h, dilation_w = layer->dilation_w;
    const int32_t step = dilation_w * channels, row = dilation_h * width * channels;
    const uint32_t blank = layer->zero_in * 0x01010101u;
    const int8_t *weights = layer->weights;
    const int32_t *biases = layer->biases;
    const float *factors = layer->factors;
    const uint8_t *corner = in + (top * width + left) * channels;
    for (int32_t channel = 0; channel < channels; channel += 4, biases += 4, factors += 4) {
        int32_t s0 = biases[0], s1 = biases[1], s2 = biases[2], s3 = biases[3];
        const uint8_t *begin = corner + channel;
        if (at_edge) {
            int32_t y = top;
            for (int32_t ky = 0; ky < down; ky++, y += dilation_h, begin += row) {
                const uint8_t *from = begin;
                const int missing = y < 0 || y >= height;
                int32_t x = left;
                for (int32_t kx = 0; kx < across; kx++, x += dilation_w, from += step)
                    TAP(missing || x < 0 || x >= width ? blank : word(from));
            }
        } else if (across == 3) {
            for (int32_t ky = 0; ky < down; ky++, begin += row) {
                TAP(word(begin));
                TAP(word(begin + step));
                TAP(word(begin + 2 * step));
            }
        } else {
            for (int32_t ky = 0; ky < down; ky++, begin += row) {
                const uint8_t *from = begin;
                for (int32_t kx = 0; kx < across; kx++, from += step) TAP(word(from));
            }
        }
        requantise_four(s0, s1, s2, s3, factors, zero, out + channel, channels - channel);
    }
}

void twin_depthwise(const twin_conv *layer, const uint8_t *in, uint8_t *out) {
    const int32_t reach_h = (layer->kernel_h - 1) * layer->dilation_h + 1;
    const int32_t reach_w = (layer->kernel_w - 1) * layer->dilation_w + 1;
    int32_t top = -layer->pad_top;
    for (int32_t oy = 0; oy < layer->out_h; oy++, top += layer->stride_h) {
        int32_t left = -layer->pad_left;
        for (int32_t ox = 0; ox < layer->out_w; ox++, left += layer->stride_w) {
            if (top >= 0 && left >= 0 && top + reach_h <= layer->in_h &&
                left + reach_w <= layer->in_w)
                depthwise_pixel(layer, in, top, left, out, 0);
            else depthwise_pixel(layer, in, top, left, out, 1);
            out += layer->out_c;
        }
    }
}

INLINE int32_t later(int32_t a, int32_t b) { return a > b ? a : b; }
INLINE int32_t sooner(int32_t a, int32_t b) { return a < b ? a : b; }

void twin_max_pool(const twin_pool *layer, const uint8_t *in, uint8_t *out) {
    const int32_t channels = layer->channels;
    for (int32_t oy = 0; oy < layer->out_h; oy++) {
        const int32_t top = oy * layer->stride_h - layer->pad_top;
        const int32_t y0 = later(top, 0), y1 = sooner(top + layer->kernel_h, layer->in_h);
        for (int32_t ox = 0; ox < layer->out_w; ox++, out += channels) {
            const int32_t left = ox * layer->stride_w - layer->pad_left;
            const int32_t x0 = later(left, 0), x1 = sooner(left + layer->kernel_w, layer->in_w);
            for (int32_t channel = 0; channel < channels; channel++) out[channel] = 0;
            for (int32_t y = y0; y < y1; y++) {
                for (int32_t x = x0; x < x1; x++) {
                    const uint8_t *from = in + (y * layer->in_w + x) * channels;
                    int32_t channel = 0;
#if defined(TWIN_DSP)
                    for (; channel + 4 <= channels; channel += 4) {
                        uint32_t best = word(out + channel), value = word(from + channel), none;
                        __asm__("usub8 %1, %2, %0\n\tsel %0, %2, %0"
                                : "+r"(best), "=&r"(none)
                                : "r"(value)
                                : "cc");
                        move_bytes(out + channel, &best, sizeof best);
                    }
#endif
                    for (; channel < channels; channel++)
                        if (from[channel] > out[channel]) out[channel] = from[channel];
                }
            }
        }
    }
}

void twin_average_pool(const twin_pool *layer, const uint8_t *in, uint8_t *out) {
    const int32_t channels = layer->channels;
    for (int32_t oy = 0; oy < layer->out_h; oy++) {
        const int32_t top = oy * layer->stride_h - layer->pad_top;
        const int32_t y0 = later(top, 0), y1 = sooner(top + layer->kernel_h, layer->in_h);
        for (int32_t ox = 0; ox < layer->out_w; ox++) {
            const int32_t left = ox * layer->stride_w - layer->pad_left;
            const int32_t x0 = later(left, 0), x1 = sooner(left + layer->kernel_w, layer->in_w);
            const int32_t whole = (int32_t)layer->kernel_h * layer->kernel_w;
            const int32_t count = layer->count_padding ? whole : (y1 - y0) * (x1 - x0);
            for (int32_t channel = 0; channel < channels; channel++) {
                float sum = 0.0f;
                for (int32_t y = y0; y < y1; y++)
                    for (int32_t x = x0; x < x1; x++) {
                        const uint8_t value = in[(y * layer->in_w + x) * channels + channel];
                        const float real = layer->scale_in * (float)(value - layer->zero_in);
                        sum = sum + real;
                    }
                sum = sum / (float)count;
                sum = sum / layer->scale_out;
                *out++ = to_byte(sum + (float)layer->zero_out, 0);
            }
        }
    }
}

void twin_global_average(const twin_pool *layer, float factor, const uint8_t *in, uint8_t *out) {
    const int32_t channels = layer->channels, pixels = (int32_t)layer->in_h * layer->in_w;
    for (int32_t channel = 0; channel < channels; channel++) {
        int32_t sum = -pixels * layer->zero_in;
        for (int32_t k = 0; k < pixels; k++) sum += in[k * channels + channel];
        out[channel] = requantise(sum, factor, layer->zero_out);
    }
}

void twin_add(const uint8_t *a, const uint8_t *b, uint8_t *out, int32_t size, float ratio_a,
              float ratio_b, float fixed) {
    for (int32_t k = 0; k < size; k++) {
        const float part = fused_add((float)b[k], ratio_b, fixed);
        out[k] = to_byte(fused_add((float)a[k], ratio_a, part), 0);
    }
}

void twin_table(const uint8_t *table, const uint8_t *in, uint8_t *out, int32_t size) {
    for (int32_t k = 0; k < size; k++) out[k] = table[in[k]];
}

uint8_t twin_quantise(float value, float scale, int32_t zero) {
    return to_byte(value / scale, zero);
}
