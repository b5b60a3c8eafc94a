#include "sound_in_bands.h"

#include "reals.h"

#define MOST 64 /* bands */

void twin_sound_row(const twin_bands *bands, const float *samples, int32_t size, int32_t step,
                    float range, float *row) {
    twin_fourier plan;
    float level[MOST], *mean = row, *swell = row + bands->count;
    int32_t times = 0;
    twin_fourier_table(&plan, bands->size, bands->sines, bands->parts);
    memset(row, 0, 2 * (uint32_t)bands->count * sizeof *row);
    for (int32_t at = 0; at + bands->size <= size; at += step) {
        times++;
        twin_band_levels(bands, &plan, samples + at, range, level);
        for (int32_t k = 0; k < bands->count; k++) { /* Welford: mean and squares as they come */
            float off = level[k] - mean[k];
            mean[k] += off / (float)times;
            swell[k] += off * (level[k] - mean[k]);
        }
    }
    for (int32_t k = 0; k < bands->count; k++) swell[k] = twin_sqrt(swell[k] / (float)times);
}
