/* Features of an hour of a room's air and light: whether somebody is there. */
#ifndef TWIN_ROOM_AIR_H
#define TWIN_ROOM_AIR_H

#include <stdint.h>

/* How often the room was read, and how many readings are handed over, the newest last. */
typedef struct {
    int32_t period; /* from one reading to the next [ms], at most 303000 */
    int32_t readings;
} twin_air;

/* Why an hour is not judged. */
enum {
    TWIN_AIR_SLOW = -2,     /* more than five minutes between two readings */
    TWIN_AIR_SHORT = -3,    /* less than an hour of readings, or more than 4096 */
    TWIN_AIR_INFINITE = -4, /* infinite values among the readings */
    TWIN_AIR_LOST = -5,     /* too many readings are missing */
    TWIN_AIR_BEYOND = -6,   /* a value that no room has */
    TWIN_AIR_CONSTANT = -7  /* nothing moves */
};

#define TWIN_AIR_QUANTITIES 4
#define TWIN_AIR_FEATURES 25

/* Features of readings of CO2 [1], temperature [K], relative humidity [1] and illuminance [lx], in the
 * order of the model's card. A reading that is not a number was lost. Returns 0, or below -1 why there
 * are none. */
int twin_air_row(const float *readings, const twin_air *told, float *row);

#endif
