/* Loudness of a sound in bands as the ear hears them, one spectrum after the other. */
#ifndef TWIN_BANDS_H
#define TWIN_BANDS_H

#include <stdint.h>

#include "fourier.h"

/* What a node that listens is told. */
typedef struct {
    float rate;  /* samples a second [Hz]; within 1 Hz of what the front was planned for */
    float range; /* value at which the microphone clips, in the unit of the samples */
} twin_sound;

/* Why a sound is not judged. */
enum {
    TWIN_SOUND_RATE = -2,         /* not the rate that the front was planned for */
    TWIN_SOUND_RANGE = -3,        /* the range is not a number above zero */
    TWIN_SOUND_NOT_A_NUMBER = -4,
    TWIN_SOUND_CONSTANT = -5,
    TWIN_SOUND_CLIPPED = -6       /* more than 1 % of the samples at full scale */
};

/* Spectra of `size` samples, and bands of their lines: each `lines` weights from line `first` on, one
 * band after the other. The taper is symmetric: its first half and its top. */
typedef struct {
    int32_t size, count, parts;
    float scale; /* of the power: 1 over the square of the taper's sum */
    const float *taper, *sines, *weights;
    const int16_t *first, *lines;
    float *frame;           /* size */
    twin_complex *spectrum; /* size / 2 */
} twin_bands;

/* Why `size` samples cannot be judged; 0 when they can. */
int twin_sound_fault(const twin_sound *told, const float *samples, int32_t size, float rate);
/* Logarithm of the power over full scale in each band of one spectrum. */
void twin_band_levels(const twin_bands *bands, const twin_fourier *plan, const float *samples,
                      float range, float *levels);

#endif
