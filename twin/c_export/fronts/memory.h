/* What a node remembers of the windows before: the running mean of what they showed; see memory.py. */
#ifndef TWIN_MEMORY_H
#define TWIN_MEMORY_H

#include "envelope_orders.h"

/* All zeros at the start. `held` is the one of two rows of levels that the mean stands in. */
typedef struct {
    twin_seen mean;
    int32_t count, held;
    float speed;
} twin_memory;

/* A window together with those remembered, at most `most`; it is remembered too. `seen` stands in the
 * level that is not held, and is what is seen together afterwards. */
void twin_memory_together(twin_memory *memory, int32_t most, float speed, const twin_orders *of,
                          twin_seen *seen);
/* Let one window be forgotten: the machine stood. */
void twin_memory_fade(twin_memory *memory);

#endif
