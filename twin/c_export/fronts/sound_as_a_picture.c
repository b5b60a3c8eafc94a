#include "sound_as_a_picture.h"

#include "reals.h"

#define SILENCE (-20.0f) /* logarithm of the power that is black; 0 is white */
#define MOST 64          /* bands */

void twin_sound_planes(const twin_bands *bands, const twin_planes *plan, const float *samples,
                       int32_t step, float range, uint8_t *grey, uint8_t *planes) {
    twin_fourier fourier;
    float level[MOST];
    int32_t side = plan->side;
    twin_fourier_table(&fourier, bands->size, bands->sines, bands->parts);
    for (int32_t time = 0; time < side; time++) {
        twin_band_levels(bands, &fourier, samples + time * step, range, level);
        for (int32_t k = 0; k < side; k++) {
            float found = (level[k] - SILENCE) * (255.0f / -SILENCE);
            found = found < 0.0f ? 0.0f : found > 255.0f ? 255.0f : found;
            grey[(side - 1 - k) * side + time] = (uint8_t)twin_near(found);
        }
    }
    twin_picture_fill(plan, grey, planes);
}
