#include "memory.h"

#define SAME_SPEED 0.1f
#define CHANGED 0.9f

static int changed(const twin_memory *memory, float speed, const twin_orders *of,
                   const twin_seen *seen) {
    float now[TWIN_FAULT_COMBS], then[TWIN_FAULT_COMBS];
    if (twin_abs(twin_log(speed / memory->speed)) > SAME_SPEED) return 1;
    twin_read_combs(seen, of, TWIN_FAULT_COMBS, now, 0, 0);
    twin_read_combs(&memory->mean, of, TWIN_FAULT_COMBS, then, 0, 0);
    for (int32_t k = 0; k < TWIN_FAULT_COMBS; k++)
        if (twin_abs(now[k] - then[k]) > CHANGED) return 1;
    return 0;
}

/* A bin of another order axis, to the nearest even where it falls between two. */
static int32_t on_axis(int32_t k, uint64_t ratio) {
    uint64_t place = (uint64_t)(uint32_t)k * ratio;
    int32_t bin = (int32_t)(place >> 32);
    uint32_t rest = (uint32_t)place;
    return bin + (rest > 0x80000000u || (rest == 0x80000000u && bin % 2));
}

static void average(const twin_seen *mean, twin_seen *seen, float share) {
    uint64_t ratio = twin_divide(mean->bins << 32, (uint32_t)seen->bins);
    if (mean->bins == seen->bins) ratio = (uint64_t)1 << 32;
    for (int32_t k = 0; k < seen->size; k++) {
        int32_t at = on_axis(k, ratio);
        for (int32_t row = 0; row < TWIN_ENVELOPES; row++) {
            float old = at < mean->size ? mean->level[row * mean->most + at] : 0.0f;
            float *level = seen->level + row * seen->most + k;
            *level = old + share * (*level - old);
        }
    }
    for (int32_t row = 0; row <= TWIN_ENVELOPES; row++)
        seen->fourth[row] = mean->fourth[row] + share * (seen->fourth[row] - mean->fourth[row]);
}

void twin_memory_together(twin_memory *memory, int32_t most, float speed, const twin_orders *of,
                          twin_seen *seen) {
    if (memory->count && changed(memory, speed, of, seen)) memory->count = 0;
    if (memory->count) {
        average(&memory->mean, seen, 1.0f / (float)(memory->count + 1));
        seen->count = memory->count + 1;
    }
    memory->mean = *seen;
    memory->held = !memory->held;
    memory->speed = speed;
    memory->count = twin_least(memory->count + 1, most);
}

void twin_memory_fade(twin_memory *memory) {
    if (memory->count > 0) memory->count--;
}
