/* A second of sound as a picture, time across and high bands at the top, and that picture levelled. */
#ifndef TWIN_SOUND_AS_A_PICTURE_H
#define TWIN_SOUND_AS_A_PICTURE_H

#include "bands.h"
#include "picture_of.h"

/* As many bands as the picture has rows; a spectrum every `step` samples is a column. `grey` holds a
 * byte a pixel. */
void twin_sound_planes(const twin_bands *bands, const twin_planes *plan, const float *samples,
                       int32_t step, float range, uint8_t *grey, uint8_t *planes);

#endif
