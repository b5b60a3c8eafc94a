#include "envelope_orders.h"

#define LOW 1000.0f
#define HIGH 5600.0f
#define SMOOTHING 60.0f
#define COARSEST 0.026f
#define LINES 30
#define STEP 1610613 /* 0.0015 in 2^-30: from one deviation of a line to the next */
#define DECOY_LOW 891205715u
#define DECOY_HIGH 1277752771u
#define TINY 1.17549435e-32f
#define MOST_TEETH 8

static const uint8_t lines_of[] = {3, 3, 3, 4, 4, 4, 3, 3, 3};

/* Lines of each comb, one after the other; the last order that is read. */
static uint32_t comb_orders(const twin_orders *of, uint32_t *orders) {
    uint32_t low = twin_scaled(of->outer, DECOY_LOW), high = twin_scaled(of->inner, DECOY_HIGH);
    uint32_t whole[] = {of->outer, of->inner, of->hit}, more[] = {of->cage, low, high};
    uint32_t beside[] = {TWIN_ORDER, TWIN_ORDER, of->cage}, most = 0;
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t turns = 1; turns <= 3; turns++) {
            orders[3 * k + turns - 1] = turns * whole[k];
            orders[21 + 3 * k + turns - 1] = turns * more[k];
        }
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t turns = 1; turns <= 2; turns++) {
            uint32_t line = turns * whole[k], side = beside[k];
            orders[9 + 4 * k + 2 * turns - 2] = line > side ? line - side : side - line;
            orders[9 + 4 * k + 2 * turns - 1] = line + side;
        }
    for (uint32_t k = 0; k < LINES; k++) most = orders[k] > most ? orders[k] : most;
    return twin_scaled(most, (1u << 30) + 8 * STEP);
}

/* Magnitudes smoothed over `half` bins on each side; the lines divided by them. The running sum keeps
 * what single precision loses of it. */
static void level_out(twin_complex *lines, float *magnitude, int32_t size, int32_t half) {
    float total = 0.0f, lost = 0.0f;
    int32_t low = 0, high = 0;
    for (int32_t k = 0; k < size; k++)
        magnitude[k] = twin_sqrt(lines[k].re * lines[k].re + lines[k].im * lines[k].im);
    for (int32_t k = 0; k < size; k++) {
        float scale;
        while (high < twin_least(k + half + 1, size) || low < k - half) {
            int more = high < twin_least(k + half + 1, size);
            float value = (more ? magnitude[high++] : -magnitude[low++]) - lost;
            float sum = total + value;
            lost = (sum - total) - value;
            total = sum;
        }
        scale = 1.0f / (total / (float)(high - low) + TINY);
        lines[k].re *= scale;
        lines[k].im *= scale;
    }
}

static void whiten(twin_complex *lines, int32_t size) {
    for (int32_t k = 0; k < size; k++) {
        float scale = lines[k].re * lines[k].re + lines[k].im * lines[k].im;
        scale = 1.0f / (twin_sqrt(scale) + TINY);
        lines[k].re *= scale;
        lines[k].im *= scale;
    }
}

/* Squared envelope of a band, in place of the work; its length, its mean, its fourth moment. */
static int32_t squared(const twin_envelope *plan, const twin_complex *band, int32_t count,
                       float *mean, float *fourth) {
    twin_fourier fourier;
    float *values = (float *)plan->work, total = 0.0f;
    int32_t size = 1;
    while (size < count) size *= 2;
    twin_fourier_table(&fourier, 2 * size, plan->grid_sine, plan->grid_parts);
    twin_fourier_complex(&fourier, band, count, plan->work, plan->work);
    for (int32_t k = 0; k < size; k++) {
        twin_complex one = plan->work[k];
        values[k] = one.re * one.re + one.im * one.im;
    }
    *mean = twin_mean(values, size);
    for (int32_t from = 0; from < size; from += 128) {
        float part = 0.0f;
        for (int32_t k = from; k < twin_least(from + 128, size); k++) part += values[k] * values[k];
        total += part / (*mean * *mean);
    }
    *fourth = twin_log((*mean > 0.0f ? total / (float)size : 1.0f) / 2.0f);
    return size;
}

/* Lines of the envelope that stands in the work over their surroundings: each bin the mean of `group`
 * lines, 0 beyond what the envelope can hold. */
static void read_lines(const twin_envelope *plan, int32_t size, float mean, int32_t group,
                       twin_seen *seen, int32_t row) {
    twin_fourier fourier;
    float *values = (float *)plan->work, *level = seen->level + row * seen->most;
    float scale = mean > 0.0f ? 1.0f / mean : 0.0f;
    twin_complex *lines = plan->work + size / 2;
    int32_t whole = twin_least(seen->size * group, size / 2 + 1) / group;
    twin_fourier_table(&fourier, size, plan->grid_sine, plan->grid_parts);
    twin_fourier_real(&fourier, values, mean, lines, plan->work);
    for (int32_t k = 0, at = 0; k < whole; k++) {
        float power = 0.0f;
        for (int32_t j = 0; j < group; j++) power += twin_fourier_power(&fourier, lines, at++);
        values[k] = scale * twin_sqrt(power / (float)group);
    }
    values[0] = values[1];
    twin_above_surroundings(values, level, whole,
                            twin_most((int32_t)((seen->bins + (1u << 23)) >> 24), 4));
    for (int32_t k = whole; k < seen->size; k++) level[k] = 0.0f;
}

static int32_t edge(const twin_envelope *plan, float rate, int32_t k, int32_t split) {
    float place = LOW + (HIGH - LOW) * (float)k / (float)split;
    return twin_near(place * (float)plan->samples / rate);
}

/* How many lines make a bin, and the bins of what is seen; 0, or why there are too many. */
static int size_up(const twin_envelope *plan, const twin_spindle *told, twin_seen *seen,
                   int32_t *group) {
    uint32_t orders[LINES], highest;
    float speed = twin_abs(told->speed);
    twin_orders of;
    uint64_t turns;
    int fault = twin_orders_of(told, &of);
    if (fault) return fault;
    if ((of.outer | of.inner | of.hit) >> 29) return TWIN_BAD_BEARING;
    highest = comb_orders(&of, orders) + TWIN_ORDER;
    turns = twin_bins(speed, told->rate, plan->samples, 1);
    *group = twin_most(twin_near(COARSEST * (float)(uint32_t)(turns >> 8) / 65536.0f), 1);
    seen->bins = twin_divide(turns + (uint32_t)*group / 2, (uint32_t)*group);
    seen->most = plan->most;
    seen->size = twin_bin(highest, seen->bins) + 2;
    /* That is the nearest bin; the last one that is read is the bin before the order. */
    if (((uint64_t)(uint32_t)(seen->size - 2) << 47) > (uint64_t)highest * seen->bins) seen->size--;
    return seen->size > plan->most ? TWIN_BAD_BEARING : 0;
}

int twin_envelope_look(const twin_envelope *plan, const float *samples, const twin_spindle *told,
                       twin_seen *seen) {
    twin_fourier fourier;
    float mean;
    int32_t group, start = edge(plan, told->rate, 0, 1), row = 0, size;
    int32_t width = edge(plan, told->rate, 1, 1) - start;
    int fault = size_up(plan, told, seen, &group);
    if (fault) return fault;
    if (width > plan->width) return TWIN_BAD_RATE;
    twin_fourier_table(&fourier, plan->samples, plan->sine, plan->parts);
    twin_fourier_real(&fourier, samples, twin_mean(samples, plan->samples), plan->work, plan->kept);
    memcpy(plan->kept, plan->work + start, sizeof *plan->kept * (uint32_t)width);
    for (int32_t split = 1; split <= 4; split *= 2)
        for (int32_t k = 0; k < split; k++, row++) {
            int32_t first = edge(plan, told->rate, k, split) - start;
            int32_t stop = edge(plan, told->rate, k + 1, split) - start;
            size = squared(plan, plan->kept + first, stop - first, &mean, &seen->fourth[row]);
            read_lines(plan, size, mean, group, seen, row);
        }
    level_out(plan->kept, (float *)plan->work, width,
              twin_near(SMOOTHING * (float)plan->samples / told->rate));
    size = squared(plan, plan->kept, width, &mean, &seen->fourth[TWIN_BANDS]);
    read_lines(plan, size, mean, group, seen, TWIN_BANDS);
    whiten(plan->kept, width);
    squared(plan, plan->kept, width, &mean, &seen->fourth[TWIN_BANDS + 1]);
    seen->count = 1;
    return 0;
}

void twin_read_combs(const twin_seen *seen, const twin_orders *of, int32_t combs, float *best,
                     float *levelled, float *harmonics) {
    uint32_t orders[LINES], *comb = orders;
    comb_orders(of, orders);
    for (int32_t c = 0; c < combs; comb += lines_of[c++]) {
        int32_t bins[TWIN_DEVIATIONS][4], band = 0, step = 0, count = lines_of[c];
        float top = -1e9f, level = -1e9f;
        for (int32_t d = 0; d < TWIN_DEVIATIONS; d++)
            for (int32_t k = 0; k < count; k++)
                bins[d][k] = twin_line_bin(
                    seen, twin_scaled(comb[k], (uint32_t)((1 << 30) + (d - 8) * STEP)));
        for (int32_t row = 0; row < TWIN_ENVELOPES; row++)
            for (int32_t d = 0; d < TWIN_DEVIATIONS; d++) {
                float score = 0.0f;
                for (int32_t k = 0; k < count; k++) score += twin_line(seen, row, bins[d][k]);
                score /= (float)count;
                if (row == TWIN_BANDS) level = twin_greater(level, score);
                else if (score > top) top = score, band = row, step = d;
            }
        best[c] = top;
        if (levelled) levelled[c] = level;
        for (int32_t k = 0; harmonics && c < 3 && k < 3; k++)
            harmonics[3 * c + k] = twin_line(seen, band, bins[step][k]);
    }
}

/* Lines of the teeth: the best of 2 to 8 a turn, with its double. */
static float read_teeth(const twin_seen *seen) {
    float found = -1e9f;
    for (int32_t row = 0; row < TWIN_BANDS; row++)
        for (uint32_t teeth = 2; teeth <= MOST_TEETH; teeth++) {
            float one = twin_widened(seen, row, twin_bin(teeth * TWIN_ORDER, seen->bins));
            float other = twin_widened(seen, row, twin_bin(2 * teeth * TWIN_ORDER, seen->bins));
            found = twin_greater(found, 0.5f * (one + other));
        }
    return found;
}

void twin_envelope_row(const twin_seen *seen, const twin_orders *of, float *row) {
    float most = seen->fourth[0];
    twin_read_combs(seen, of, 9, row, row + 9, row + 18);
    row[27] = read_teeth(seen);
    for (int32_t k = 1; k < TWIN_BANDS; k++) most = twin_greater(most, seen->fourth[k]);
    row[28] = seen->fourth[0];
    row[29] = most;
    row[30] = seen->fourth[TWIN_BANDS];
    row[31] = seen->fourth[TWIN_BANDS + 1];
}
