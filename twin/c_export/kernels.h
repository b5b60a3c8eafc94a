/* INT8 kernels: activations are uint8 with a zero point, rows of pixels of channels (NHWC); weights
 * are int8, symmetric for each output channel, and begin at a whole word. Biases come with the
 * input's zero point folded in. Results equal onnxruntime's QLinear operators bit for bit: sums in
 * int32, one float32 product for each output, rounded to the nearest even integer. */
#ifndef TWIN_KERNELS_H
#define TWIN_KERNELS_H

#include <stdint.h>

typedef struct {
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    uint8_t zero_in, zero_out;
    const int8_t *weights;
    const int32_t *biases;
    const float *factors;
} twin_conv;

typedef struct {
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    uint8_t zero_in, zero_out;
    uint8_t count_padding;
    float scale_in, scale_out;
} twin_pool;

/* Convolution over all channels. `scratch` holds two gathered windows; unused when the window is one
 * pixel at stride 1, or the whole picture. */
void twin_convolution(const twin_conv *layer, const uint8_t *in, uint8_t *out, uint8_t *scratch);
/* The same four pixels at a time, for at least four: fewer instructions and more scratch. `weights`
 * holds bias, factor and weights of each channel, in words; `biases` and `factors` are unused. */
void twin_convolution_by_four(const twin_conv *layer, const uint8_t *in, uint8_t *out,
                              uint8_t *scratch);
/* Fully connected, or a convolution whose window is the whole picture. */
void twin_dense(const twin_conv *layer, const uint8_t *in, uint8_t *out);
/* Convolution of each channel with itself. */
void twin_depthwise(const twin_conv *layer, const uint8_t *in, uint8_t *out);
void twin_max_pool(const twin_pool *layer, const uint8_t *in, uint8_t *out);
void twin_average_pool(const twin_pool *layer, const uint8_t *in, uint8_t *out);
/* Mean over all pixels of each channel; `factor` is scale_in / (scale_out * pixels). */
void twin_global_average(const twin_pool *layer, float factor, const uint8_t *in, uint8_t *out);
/* out = round(a * ratio_a + (b * ratio_b + fixed)), each product fused with its sum. */
void twin_add(const uint8_t *a, const uint8_t *b, uint8_t *out, int32_t size, float ratio_a,
              float ratio_b, float fixed);
/* Any function of one value, by its 256 results. */
void twin_table(const uint8_t *table, const uint8_t *in, uint8_t *out, int32_t size);
/* The nearest step, saturated. */
uint8_t twin_quantise(float value, float scale, int32_t zero);

#endif
