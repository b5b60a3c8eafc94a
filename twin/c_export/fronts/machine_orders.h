/* Features of a spindle as a whole: see machine_features.py of twin, which this equals. */
#ifndef TWIN_MACHINE_ORDERS_H
#define TWIN_MACHINE_ORDERS_H

#include "spindle.h"

#define TWIN_MACHINE_FEATURES 38

/* Lengths that are fixed by the window, and where the work is done. `average` samples make one value
 * of the block, `low` values of that one of the spectrum. */
typedef struct {
    int32_t samples;
    int32_t average, low;
    float rate;          /* [Hz] */
    const float *sine;   /* a turn and a quarter of it, `parts` to a turn, for the spectrum */
    int32_t parts;
    float *block;        /* samples / average values; 0 where average is 1 */
    float *one;          /* as many as the spectrum has values, and as the envelope has and 2 more */
    float *other;        /* as many as the spectrum has values, and twice as many as the envelope */
    float *roots;        /* twice as many as the envelope has values */
    int32_t envelope;    /* values of the envelope, at most */
} twin_machine;

/* A row of features of a window without a fault; 0, or why there is none. */
int twin_machine_row(const twin_machine *plan, const float *samples, const twin_spindle *told,
                     float *row);

#endif
