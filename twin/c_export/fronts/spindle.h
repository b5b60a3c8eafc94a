/* What a node that listens to a spindle is told, and what it makes of that. */
#ifndef TWIN_SPINDLE_H
#define TWIN_SPINDLE_H

#include <stdint.h>

#include "reals.h"

/* Diameters in any one unit: only their ratio counts. */
typedef struct {
    float rate;           /* samples a second [Hz]; within 2 % of what the front was planned for */
    float speed;          /* of the shaft, from the tachometer [rev/s] */
    int32_t teeth;        /* cutting edges of the tool; 0 when not known */
    int32_t balls;        /* of the bearing */
    float ball_diameter;
    float pitch_diameter;
    float contact_angle;  /* [rad] */
    float range;          /* value at which the sensor clips, in the unit of the samples */
} twin_spindle;

/* Why a window is not judged. */
enum {
    TWIN_IDLE = -2,          /* the spindle stands */
    TWIN_BAD_RATE = -3,      /* not the rate that the front was planned for */
    TWIN_BAD_BEARING = -4,   /* no ball bearing, or more lines than there is room for */
    TWIN_NO_TEETH = -5,      /* the number of teeth is not known */
    TWIN_BAD_TURNS = -6,     /* fewer than 8 turns in the window, or too many for their lines */
    TWIN_NOT_A_NUMBER = -7,
    TWIN_CONSTANT = -8,
    TWIN_CLIPPED = -9
};

/* Orders at which the parts of a bearing are heard [1/rev], in 2^-23: passes of the outer and the
 * inner ring, hits of a spot on a ball, turns of the cage. */
typedef struct {
    uint32_t outer, inner, hit, cage;
} twin_orders;

#define TWIN_ORDER (1u << 23)

/* An order times a factor in 2^-30. */
static inline uint32_t twin_scaled(uint32_t order, uint32_t factor) {
    return (uint32_t)(((uint64_t)order * factor + (1u << 29)) >> 30);
}

/* Orders of a bearing, or TWIN_BAD_BEARING. */
int twin_orders_of(const twin_spindle *told, twin_orders *made);
/* Why a window cannot be judged; 0 when it can. */
int twin_spindle_fault(const twin_spindle *told, const float *samples, int32_t size, float rate,
                       int needs_teeth);
/* Mean, from sums of a few: single precision does. */
float twin_mean(const float *values, int32_t size);
/* The logarithm of each line over the mean logarithm of `half` bins on each side; what is left of the
 * amplitudes is their logarithms. */
void twin_above_surroundings(float *amplitude, float *level, int32_t size, int32_t half);

#endif
