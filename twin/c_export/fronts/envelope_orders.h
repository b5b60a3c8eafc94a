/* Features of a bearing from the envelopes of bands: see features.py of twin, which this equals. */
#ifndef TWIN_ENVELOPE_ORDERS_H
#define TWIN_ENVELOPE_ORDERS_H

#include "fourier.h"
#include "spindle.h"

#define TWIN_BANDS 7
#define TWIN_ENVELOPES (TWIN_BANDS + 1) /* and that of the levelled spectrum */
#define TWIN_ENVELOPE_FEATURES 32
#define TWIN_FAULT_COMBS 6              /* lines of three faults, and those beside them */
#define TWIN_DEVIATIONS 17

/* Lengths that are fixed by the window, and where the work is done. */
typedef struct {
    int32_t samples;
    float rate;                /* [Hz] */
    const float *sine;         /* a turn and a quarter, `parts` to a turn, for the window */
    int32_t parts;
    const float *grid_sine;    /* the same for the envelopes */
    int32_t grid_parts;
    twin_complex *work;        /* for half the window, and for the longest envelope */
    int32_t room;
    twin_complex *kept;        /* for the band that is looked at */
    int32_t width;
    int32_t most;              /* bins that a row of levels has room for */
} twin_envelope;

/* What a window shows, or several together: lines of each envelope over their surroundings, in rows
 * of `most`; how many bins an order has, in 2^-24; logarithms of fourth moments over that of noise, of
 * the envelopes and that of the whitened spectrum. */
typedef struct {
    float *level;
    int32_t most, size;
    uint64_t bins;
    float fourth[TWIN_ENVELOPES + 1];
    int32_t count;
} twin_seen;

/* What one window shows, written to seen->level; 0, or why it shows nothing. */
int twin_envelope_look(const twin_envelope *plan, const float *samples, const twin_spindle *told,
                       twin_seen *seen);
/* Features of what is seen. */
void twin_envelope_row(const twin_seen *seen, const twin_orders *of, float *row);

/* How far the lines of faults stand out: `combs` of nine, TWIN_FAULT_COMBS the first of them. With
 * `levelled` and `harmonics`, those of the levelled envelope and single lines of the faults. */
void twin_read_combs(const twin_seen *seen, const twin_orders *of, int32_t combs, float *best,
                     float *levelled, float *harmonics);

/* The largest of a bin and its neighbours. */
static inline float twin_widened(const twin_seen *seen, int32_t row, int32_t bin) {
    const float *level = seen->level + row * seen->most;
    int32_t last = seen->size - 1, k = bin < last ? bin : last;
    float found = level[k];
    if (k > 0) found = twin_greater(found, level[k - 1]);
    return k < last ? twin_greater(found, level[k + 1]) : found;
}
/* The bin of an order; -1 for the two on each side of a whole order, which belong to the shaft. */
static inline int32_t twin_line_bin(const twin_seen *seen, uint32_t order) {
    int32_t bin = twin_least(twin_bin(order, seen->bins), seen->size - 1);
    int64_t place = (int64_t)bin << 24, apart;
    int32_t whole = (int32_t)((order + TWIN_ORDER / 2) >> 23);
    for (int32_t k = twin_most(whole - 1, 0); k <= whole + 1; k++) {
        apart = place - (int64_t)(seen->bins * (uint32_t)k);
        if (apart < 0) apart = -apart;
        if (apart <= (2 << 24) + 170) return -1; /* and a hair: they may lie just there */
    }
    return bin;
}
/* The line at a bin of the above. */
static inline float twin_line(const twin_seen *seen, int32_t row, int32_t bin) {
    return bin < 0 ? 0.0f : twin_widened(seen, row, bin);
}

#endif
