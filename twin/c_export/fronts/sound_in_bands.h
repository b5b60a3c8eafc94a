/* Features of a window of sound: how loud each band is, and how much it swells. */
#ifndef TWIN_SOUND_IN_BANDS_H
#define TWIN_SOUND_IN_BANDS_H

#include "bands.h"

/* Mean level of each band [ln], then the deviation of the levels from spectrum to spectrum [ln]. */
void twin_sound_row(const twin_bands *bands, const float *samples, int32_t size, int32_t step,
                    float range, float *row);

#endif
