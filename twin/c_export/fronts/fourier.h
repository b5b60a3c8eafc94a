/* Fourier transforms of any length in single precision: radix 8 once, 4, 2, 3, 5 and any other prime,
 * in place after a gather in digit-reversed order (decimation in time). */
#ifndef TWIN_FOURIER_H
#define TWIN_FOURIER_H

#include <stdint.h>

typedef struct {
    float re, im;
} twin_complex;

/* How a real signal of `size` values is transformed: as `points` complex values, half as many where
 * it is even. Roots of unity: cosine and sine of k / points turns at every `step`. */
typedef struct {
    int32_t size, points, step;
    const float *cosine, *sine;
    float half_cosine, half_sine; /* of a turn / (2 points) */
    int32_t count;
    int32_t factor[16], stride[16];
} twin_fourier;

/* Plan with roots from a table of sines of `parts` parts of a turn, 1.25 turns long; `parts` divides
 * by 4 and by the points. */
void twin_fourier_table(twin_fourier *plan, int32_t size, const float *sine, int32_t parts);
/* Plan with roots that are computed into `room`: two floats a point. */
void twin_fourier_roots(twin_fourier *plan, int32_t size, float *room);
/* Transform real values less `offset`. `scratch` is used where the points are a product with a prime
 * above 5: a value for each of its points; it may be what the values came from. */
void twin_fourier_real(const twin_fourier *plan, const float *from, float offset, twin_complex *to,
                       twin_complex *scratch);
/* Transform complex values: `count` of them, zeros after them. `scratch` as above. */
void twin_fourier_complex(const twin_fourier *plan, const twin_complex *from, int32_t count,
                          twin_complex *to, twin_complex *scratch);
/* Square of the magnitude of bin k of a real signal, k at most size / 2: the only way to read the
 * transform of an odd number of values, half of whose bins are left out where they mirror others. */
float twin_fourier_power(const twin_fourier *plan, const twin_complex *to, int32_t k);
/* Powers of bins 0 to size / 2 of what was transformed, under a Hann window, times `scale` squared. */
void twin_fourier_hann(const twin_fourier *plan, const twin_complex *to, float scale, float *power);

#endif
