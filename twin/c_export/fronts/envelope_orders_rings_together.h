/* Features of a bearing whose rings are read together: see ring_features.py of twin. */
#ifndef TWIN_ENVELOPE_ORDERS_RINGS_TOGETHER_H
#define TWIN_ENVELOPE_ORDERS_RINGS_TOGETHER_H

#include "envelope_orders.h"

#define TWIN_RING_FEATURES (TWIN_ENVELOPE_FEATURES + 23)

/* All features of what is seen: those of the envelopes, then those of the rings together. */
void twin_ring_row(const twin_seen *seen, const twin_orders *of, float *row);

#endif
