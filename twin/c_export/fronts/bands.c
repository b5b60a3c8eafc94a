#include "bands.h"

#include "reals.h"

#define QUIETEST 1e-10f /* power below counts as this, over full scale */
#define FULL 0.999f
#define CLIPPED 0.01f

int twin_sound_fault(const twin_sound *told, const float *samples, int32_t size, float rate) {
    float low = samples[0], high = samples[0], top;
    int32_t over = 0;
    if (!(twin_abs(told->rate - rate) <= 1.0f)) return TWIN_SOUND_RATE;
    if (!(told->range > 0.0f && told->range - told->range == 0.0f)) return TWIN_SOUND_RANGE;
    for (int32_t k = 0; k < size; k++) {
        if (!(samples[k] - samples[k] == 0.0f)) return TWIN_SOUND_NOT_A_NUMBER;
        if (samples[k] < low) low = samples[k];
        if (samples[k] > high) high = samples[k];
    }
    if (low == high) return TWIN_SOUND_CONSTANT;
    top = twin_greater(twin_abs(low), twin_abs(high));
    if (top < FULL * told->range) return 0;
    for (int32_t k = 0; k < size; k++) over += twin_abs(samples[k]) >= FULL * top;
    return (float)over > CLIPPED * (float)size ? TWIN_SOUND_CLIPPED : 0;
}

void twin_band_levels(const twin_bands *bands, const twin_fourier *plan, const float *samples,
                      float range, float *levels) {
    const float *weight = bands->weights;
    int32_t size = bands->size;
    for (int32_t k = 0; k < size; k++)
        bands->frame[k] = samples[k] / range * bands->taper[twin_least(k, size - k)];
    twin_fourier_real(plan, bands->frame, 0.0f, bands->spectrum, bands->spectrum);
    for (int32_t k = 0; k <= size / 2; k++)
        bands->frame[k] = twin_fourier_power(plan, bands->spectrum, k) * bands->scale;
    for (int32_t band = 0; band < bands->count; band++) {
        const float *line = bands->frame + bands->first[band];
        float power = 0.0f;
        for (int32_t k = 0; k < bands->lines[band]; k++) power += *weight++ * line[k];
        levels[band] = twin_log(power + QUIETEST);
    }
}
