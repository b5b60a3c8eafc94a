#include "machine_orders.h"

#include "fourier.h"
#include "reals.h"

#define HIGHEST_ORDER 24
#define NEAR 2
#define ENVELOPE_RATE 3200.0f
#define OVERSAMPLING 2.5f
#define SMALLEST 1e-5f
#define POWERS 1e-10f /* of the smallest amplitude */
#define SPREADS 9
#define STEP 3221225 /* 0.003 in 2^-30: from one deviation of a line to the next */
#define DECOY_LOW 891205715u   /* 0.83 in 2^-30 */
#define DECOY_HIGH 1277752771u /* 1.19 */

/* Squared amplitudes of the spectrum, and how many bins stand between two orders, in 2^-24. */
typedef struct {
    const float *power;
    int32_t size;
    float resolution; /* [Hz] */
    uint64_t bins;
} spectrum;

static int32_t bin_of(const spectrum *lines, int32_t order) {
    return (int32_t)((lines->bins * (uint32_t)order + (1u << 23)) >> 24);
}

/* Power of what stands within two bins, over that of the window's main lobe. */
static float power_at(const spectrum *lines, int32_t middle) {
    float power = 0.0f;
    for (int32_t k = middle - NEAR; k <= middle + NEAR; k++)
        power += lines->power[twin_most(twin_least(k, lines->size - 1), 0)];
    return power / 1.5f + POWERS;
}

static float log_of(float power) { return 0.5f * twin_log(power); }

/* Bins from `first` up to `last` that belong to no whole order: within two and a half bins of one, and
 * a hair, they do. `place` is that of the order above, in 2^-24. */
typedef struct {
    int64_t place;
    int32_t first, last;
} run;

/* The next run of such bins from `low` up to `high`; 0 when there is none. */
static int next_run(const spectrum *lines, int32_t low, int32_t high, run *r) {
    const int64_t one = 1 << 24, wide = (NEAR * 2 + 1) * (one / 2) + 170;
    do {
        r->first = twin_most((int32_t)((r->place + wide) >> 24) + 1, low);
        r->place += (int64_t)lines->bins;
        r->last = twin_least((int32_t)((r->place - wide + one - 1) >> 24), high);
    } while (r->first >= r->last && r->first < high);
    return r->first < high;
}

/* Hoare's selection: afterwards the value of rank `wanted` stands there, smaller ones before it. The
 * values are bits of floats that are not negative, whose order is that of whole numbers. */
static int32_t ranked(int32_t *values, int32_t size, int32_t wanted) {
    int32_t low = 0, high = size - 1;
    while (low < high) {
        int32_t pivot = values[wanted], *i = values + low, *j = values + high;
        while (i <= j) {
            while (*i < pivot) i++;
            while (pivot < *j) j--;
            if (i <= j) {
                int32_t held = *i;
                *i++ = *j;
                *j-- = held;
            }
        }
        if (j < values + wanted) low = (int32_t)(i - values);
        if (values + wanted < i) high = (int32_t)(j - values);
    }
    return values[wanted];
}

static float level_of(int32_t bits) {
    float power;
    twin_move(&power, &bits, sizeof power);
    return log_of(power + POWERS);
}

/* The median level: a logarithm keeps the order, so that of the powers is sought. */
static float median(int32_t *powers, int32_t size) {
    int32_t upper = ranked(powers, size, size / 2), lower = powers[0];
    if (size % 2) return level_of(upper);
    for (int32_t k = 1; k < size / 2; k++) lower = twin_most(lower, powers[k]);
    return 0.5f * (level_of(lower) + level_of(upper));
}

/* Sums over orders: those of the teeth, those beside them, the others. */
typedef struct {
    float total, most[3];
    int32_t count;
} levels;

static void add(levels *g, float level) {
    float held;
    g->total += level;
    g->count++;
    for (int32_t k = 0; k < 3; k++)
        if (level > g->most[k]) held = g->most[k], g->most[k] = level, level = held;
}

static float mean_of_most(const levels *g) {
    float total = 0.0f;
    int32_t count = twin_least(g->count, 3);
    for (int32_t k = 0; k < count; k++) total += g->most[k];
    return total / (float)count;
}

/* 13 features: lines of shaft and teeth. */
static void shaft_features(const spectrum *lines, int32_t teeth, float speed, float *row) {
    float level[HIGHEST_ORDER], tooth[3], power[3], reference, uneven = 0.0f;
    levels sides = {0.0f, {-1e9f, -1e9f, -1e9f}, 0}, rest = sides, *other;
    for (int32_t k = 0; k < 3; k++) {
        power[k] = power_at(lines, bin_of(lines, (k + 1) * teeth));
        tooth[k] = log_of(power[k]);
    }
    reference = log_of(power[0] + power[1] + power[2]);
    for (int32_t k = 1; k <= HIGHEST_ORDER; k++) {
        float own = power_at(lines, bin_of(lines, k));
        level[k - 1] = log_of(own);
        if (k % teeth == 0) continue;
        if (k > 1) uneven += own;
        if ((k + 1) % teeth == 0 || (k - 1) % teeth == 0) add(&sides, level[k - 1]);
        else add(&rest, level[k - 1]);
    }
    if (teeth == 1) add(&sides, level[0]);
    other = teeth > 3 ? &rest : &sides;
    for (int32_t k = 0; k < 3; k++) {
        row[k] = level[k] - twin_log(6.28318530718e-3f * (float)(k + 1) * speed);
        row[3 + k] = level[k] - reference;
    }
    row[6] = reference;
    row[7] = tooth[1] - reference;
    row[8] = tooth[2] - reference;
    row[9] = sides.total / (float)sides.count - reference;
    row[10] = other->total / (float)other->count - reference;
    row[11] = mean_of_most(other) - reference;
    row[12] = teeth == 1 ? twin_minus_infinity() : log_of(uneven) - reference;
}

static float floor_of(const spectrum *lines, int32_t low, int32_t high, int32_t *scratch) {
    int32_t *to = scratch;
    run r = {0, 0, 0};
    while (next_run(lines, low, high, &r))
        for (const float *from = lines->power + r.first; from < lines->power + r.last; from++)
            twin_move(to++, from, sizeof *to);
    if (to == scratch) return -11.5129255f; /* log of the smallest amplitude */
    return median(scratch, (int32_t)(to - scratch));
}

/* Sums over samples: squares, squared steps and their squares. */
typedef struct {
    float power, square, fourth;
} sums;

static inline void add_sample(sums *to, float before, float sample, float mean) {
    float value = sample - mean, step = sample - before;
    step *= step;
    to->power += value * value;
    to->square += step;
    to->fourth += step * step;
}

/* Steps from sample to sample, and how loud the block is: 3 features. */
static void loudness(const float *block, int32_t size, float mean, float *row) {
    sums all = {0.0f, 0.0f, 0.0f};
    float before = block[0], square, fourth;
    for (int32_t k = 0; k < size;) {
        sums part = {0.0f, 0.0f, 0.0f}; /* of a few: single precision does */
        int32_t end = twin_least(k + 128, size);
        for (; k + 4 <= end; k += 4) {
            float a = block[k], b = block[k + 1], c = block[k + 2], d = block[k + 3];
            add_sample(&part, before, a, mean);
            add_sample(&part, a, b, mean);
            add_sample(&part, b, c, mean);
            add_sample(&part, c, d, mean);
            before = d;
        }
        for (; k < end; before = block[k++]) add_sample(&part, before, block[k], mean);
        all.power += part.power;
        all.square += part.square;
        all.fourth += part.fourth;
    }
    square = all.square / (float)(size - 1) + POWERS;
    fourth = all.fourth / (float)(size - 1) / (square * square);
    row[0] = twin_log(twin_sqrt(all.power / (float)size) + SMALLEST);
    row[1] = log_of(square);
    row[2] = twin_log(fourth / 3.0f);
}

/* 6 features: what stands between the whole orders. `scratch` holds a bin each. */
static void floor_features(const spectrum *lines, int32_t teeth, int32_t *scratch, float *floors,
                           float *own_line) {
    static const float edges[] = {100.0f, 800.0f, 1600.0f, 3200.0f, 150.0f, 3000.0f};
    int32_t at[6], top, first, last;
    float share = 0.0f, power = 0.0f, most = -1.0f, near, sides;
    run r = {0, 0, 0};
    for (int32_t k = 0; k < 6; k++)
        at[k] = twin_least(twin_near(edges[k] / lines->resolution), lines->size);
    for (int32_t k = 0; k < 3; k++) floors[k] = floor_of(lines, at[k], at[k + 1], scratch);
    top = at[4];
    for (int32_t k = at[4]; k < at[5]; k++) power += lines->power[k];
    while (next_run(lines, at[4], at[5], &r))
        for (int32_t k = r.first; k < r.last; k++) {
            float own = lines->power[k];
            share += own;
            if (twin_seldom(own > most)) most = own, top = k;
        }
    first = twin_most(top - 40, 0);
    last = twin_least(top + 41, lines->size);
    memcpy(scratch, lines->power + first, sizeof *scratch * (uint32_t)(last - first));
    near = median(scratch, last - first);
    sides = log_of(power_at(lines, top - bin_of(lines, teeth))) +
            log_of(power_at(lines, top + bin_of(lines, teeth)));
    own_line[0] = log_of(power_at(lines, top)) - near;
    own_line[1] = 0.5f * sides - near;
    own_line[2] = twin_log(share / (power + POWERS) + 1e-4f);
}

/* The mean of pairs of lines, at the best of nine deviations. */
static float best(const float *over, int32_t last, uint64_t bins, uint32_t one, uint32_t other) {
    float found = -1e9f;
    for (int32_t k = -SPREADS / 2; k <= SPREADS / 2; k++) {
        uint32_t factor = (uint32_t)((1 << 30) + k * STEP);
        int32_t a = twin_least(twin_bin(twin_scaled(one, factor), bins), last);
        int32_t b = twin_least(twin_bin(twin_scaled(other, factor), bins), last);
        found = twin_greater(found, 0.5f * (over[a] + over[b]));
    }
    return found;
}

static float highest_near(const float *values, int32_t middle, int32_t last) {
    float found = values[twin_least(middle - 1, last)];
    found = twin_greater(found, values[twin_least(middle, last)]);
    return twin_greater(found, values[twin_least(middle + 1, last)]);
}

/* Steps of the block that are averaged to one value of the envelope. */
static int32_t group_of(const twin_machine *plan, const twin_spindle *told, float speed,
                        const twin_orders *of) {
    /* Twice the highest line and an order, times what they are oversampled by, in values a step: as
     * whole numbers, since a group more or less is another spectrum. */
    uint32_t highest = 2 * (of->inner > of->hit ? of->inner : of->hit) + TWIN_ORDER;
    uint64_t each = twin_quotient(speed, told->rate) >> 16; /* 2^-32 */
    uint64_t values = (each * (uint32_t)plan->average * (uint64_t)(highest >> 3) * 5 >> 21);
    uint64_t most = (twin_quotient(ENVELOPE_RATE, told->rate) >> 16) * (uint32_t)plan->average;
    if (values > most) values = most;
    return twin_most((int32_t)twin_divide((uint64_t)1 << 32, (uint32_t)values), 1);
}

/* Absolute steps from sample to sample, each `group` of them averaged. */
static int32_t coarse_envelope(const float *block, int32_t size, int32_t group, float *envelope) {
    int32_t count = (size - 1) / group;
    float before = *block++;
    for (int32_t k = 0; k < count; k++) {
        float total = 0.0f;
        int32_t left = group;
        for (; left >= 4; left -= 4, block += 4) {
            float a = block[0], b = block[1], c = block[2], d = block[3];
            total += (twin_abs(a - before) + twin_abs(b - a)) + (twin_abs(c - b) + twin_abs(d - c));
            before = d;
        }
        for (; left > 0; left--, before = *block++) total += twin_abs(*block - before);
        envelope[k] = total / (float)group;
    }
    return count;
}

/* 14 features: lines of bearing, shaft and teeth in the coarse envelope. */
static int envelope_features(const twin_machine *plan, const float *block, int32_t size,
                             int32_t teeth, float speed, const twin_spindle *told, float *row) {
    twin_orders of;
    twin_fourier fourier;
    twin_complex *lines = (twin_complex *)(void *)plan->other;
    float *amplitude = plan->one, *over, mean;
    int32_t group, count, last, orders[4] = {1, 2, teeth, 2 * teeth};
    uint64_t bins;
    if (twin_orders_of(told, &of) != 0 || of.outer >= 1u << 29 || of.inner >= 1u << 29 || of.hit >= 1u << 29)
        return TWIN_BAD_BEARING;
    group = group_of(plan, told, speed, &of);
    if ((size - 1) / group > plan->envelope) return TWIN_BAD_RATE;
    count = coarse_envelope(block, size, group, plan->one);
    mean = twin_mean(plan->one, count) + SMALLEST;
    twin_fourier_roots(&fourier, count, plan->roots);
    twin_fourier_real(&fourier, plan->one, mean, lines, (twin_complex *)(void *)plan->one);
    last = count / 2;
    for (int32_t k = 0; k <= last; k++)
        amplitude[k] = twin_sqrt(twin_fourier_power(&fourier, lines, k));
    amplitude[0] = amplitude[1];
    bins = twin_bins(speed, told->rate, group * count, plan->average);
    for (int32_t k = 0; k < 4; k++)
        row[8 + k] = highest_near(amplitude, (int32_t)((bins * (uint32_t)orders[k] + (1u << 23)) >> 24), last);
    row[12] = twin_log(2.0f * row[8] / (mean * (float)count) + 1e-4f);
    row[13] = twin_log(2.0f * row[10] / (mean * (float)count) + 1e-4f);
    over = plan->other;
    twin_above_surroundings(amplitude, over, last + 1, twin_most((int32_t)((bins + (1u << 23)) >> 24), 4));
    row[0] = best(over, last, bins, of.outer, 2 * of.outer);
    row[1] = best(over, last, bins, of.inner, 2 * of.inner);
    row[2] = best(over, last, bins, of.hit, 2 * of.hit);
    row[3] = best(over, last, bins, of.cage, 2 * of.cage);
    row[4] = best(over, last, bins, of.inner - TWIN_ORDER, of.inner + TWIN_ORDER);
    row[5] = best(over, last, bins, of.hit - of.cage, of.hit + of.cage);
    of.outer = twin_scaled(of.outer, DECOY_LOW);
    of.inner = twin_scaled(of.inner, DECOY_HIGH);
    row[6] = best(over, last, bins, of.outer, 2 * of.outer);
    row[7] = best(over, last, bins, of.inner, 2 * of.inner);
    for (int32_t k = 0; k < 4; k++)
        row[8 + k] = highest_near(over, (int32_t)((bins * (uint32_t)orders[k] + (1u << 23)) >> 24), last);
    return 0;
}

/* Means of so many values each, into a buffer; and the mean of all. */
static float averaged(const float *from, int32_t size, int32_t group, float *to) {
    float all = 0.0f;
    int32_t k = 0;
    while (group == 2 && k + 4 <= size) {
        float part = 0.0f;
        int32_t end = twin_least(k + 128, size);
        for (; k + 4 <= end; k += 4, from += 8) {
            float a = 0.5f * (from[0] + from[1]), b = 0.5f * (from[2] + from[3]);
            float c = 0.5f * (from[4] + from[5]), d = 0.5f * (from[6] + from[7]);
            to[k] = a;
            to[k + 1] = b;
            to[k + 2] = c;
            to[k + 3] = d;
            part += (a + b) + (c + d);
        }
        all += part;
    }
    for (; k < size; k++, from += group) {
        float total = 0.0f;
        for (int32_t j = 0; j < group; j++) total += from[j];
        to[k] = total / (float)group;
        all += to[k];
    }
    return all / (float)size;
}

/* The spectrum of a block under a Hann window, its powers in `one`; and the mean of the block. */
static spectrum spectrum_of(const twin_machine *plan, const float *block, int32_t size, float speed,
                            float rate, float *mean) {
    twin_fourier fourier;
    twin_complex *lines = (twin_complex *)(void *)plan->other;
    int32_t count = size / plan->low;
    *mean = averaged(block, count, plan->low, plan->one);
    twin_fourier_table(&fourier, count, plan->sine, plan->parts);
    twin_fourier_real(&fourier, plan->one, *mean, lines, (twin_complex *)(void *)plan->one);
    twin_fourier_hann(&fourier, lines, 4.0f / (float)count, plan->one);
    return (spectrum){plan->one, count / 2 + 1,
                      rate / (float)(count * plan->low * plan->average),
                      twin_bins(speed, rate, count * plan->low, plan->average)};
}

int twin_machine_row(const twin_machine *plan, const float *samples, const twin_spindle *told,
                     float *row) {
    int32_t teeth = twin_most(told->teeth, 1), size = plan->samples / plan->average;
    float speed = twin_abs(told->speed), mean;
    const float *block = samples;
    spectrum lines;
    if (teeth > 400) return TWIN_NO_TEETH;
    if (plan->average > 1) {
        averaged(samples, size, plan->average, plan->block);
        block = plan->block;
    }
    lines = spectrum_of(plan, block, size, speed, told->rate, &mean);
    shaft_features(&lines, teeth, speed, row);
    floor_features(&lines, teeth, (int32_t *)(void *)plan->other, row + 13, row + 19);
    loudness(block, size, mean, row + 16);
    row[36] = twin_log(speed);
    row[37] = (float)teeth;
    return envelope_features(plan, block, size, teeth, speed, told, row + 22);
}
