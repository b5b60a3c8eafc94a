#include "envelope_orders_rings_together.h"

#define CAGES 31
#define TRIALS (3 * CAGES)
#define HARMONICS 3
#define ONE (1u << 30)
/* Speeds of the cage from 0.992 to 1.022 of the geometry's, of a ball within 1.2 %, errors of the
 * tachometer of 0.15 %: steps in 2^-30. */
#define CAGE_STEP 1073742
#define ROLL_STEP 858993
#define TACHOMETER 1610613

/* What is tried together: the lines of both rings, of a ball, and the turn of the shaft. */
static void trial(const twin_orders *of, int32_t index, uint32_t balls, twin_orders *made,
                  uint32_t *shaft) {
    int32_t cage = index % CAGES, error = index / CAGES - 1;
    uint32_t turn = (uint32_t)((int32_t)ONE + error * TACHOMETER);
    uint32_t outer = twin_scaled(of->outer, (uint32_t)((int32_t)ONE + (cage - 8) * CAGE_STEP));
    uint32_t hit = twin_scaled(of->hit, (uint32_t)((int32_t)ONE + (cage - 15) * ROLL_STEP));
    *shaft = twin_scaled(TWIN_ORDER, turn);
    made->outer = twin_scaled(outer, turn);
    made->inner = twin_scaled(balls * TWIN_ORDER - outer, turn);
    made->hit = twin_scaled(hit, turn);
    made->cage = twin_scaled(of->cage, turn);
}

static void harmonic_bins(const twin_seen *seen, uint32_t line, int32_t *bins) {
    for (uint32_t k = 0; k < HARMONICS; k++) bins[k] = twin_line_bin(seen, (k + 1) * line);
}

/* Mean of the harmonics of a line in one envelope. */
static float score(const twin_seen *seen, int32_t row, const int32_t *bins) {
    float total = 0.0f;
    for (int32_t k = 0; k < HARMONICS; k++) total += twin_line(seen, row, bins[k]);
    return total / (float)HARMONICS;
}

/* The best envelope for a line, and its score there. */
static float best_row(const twin_seen *seen, const int32_t *bins, int32_t *row) {
    float most = score(seen, 0, bins);
    *row = 0;
    for (int32_t k = 1; k < TWIN_ENVELOPES; k++) {
        float own = score(seen, k, bins);
        if (own > most) most = own, *row = k;
    }
    return most;
}

/* Mean of the side lines of the first two harmonics in one envelope. */
static float sides(const twin_seen *seen, int32_t row, uint32_t line, uint32_t step) {
    float total = 0.0f;
    for (uint32_t k = 1; k <= 2; k++) {
        uint32_t low = k * line > step ? k * line - step : step - k * line;
        total += twin_line(seen, row, twin_line_bin(seen, low));
        total += twin_line(seen, row, twin_line_bin(seen, k * line + step));
    }
    return total / 4.0f;
}

static float median_of_three(const float *x) {
    float low = x[0] < x[1] ? x[0] : x[1], high = twin_greater(x[0], x[1]);
    return x[2] < low ? low : x[2] > high ? high : x[2];
}

/* What one ring shows at its place: the harmonics in its best envelope, and over all of them. */
static void ring(const twin_seen *seen, const int32_t *bins, int32_t row, float *harmonics,
                 float *first, float *line, float *everywhere) {
    float total = 0.0f;
    *first = *line = -1e9f;
    for (int32_t k = 0; k < HARMONICS; k++) {
        float sum = 0.0f;
        harmonics[k] = twin_line(seen, row, bins[k]);
        for (int32_t e = 0; e < TWIN_ENVELOPES; e++) {
            float own = twin_line(seen, e, bins[k]);
            if (k == 0) *first = twin_greater(*first, own);
            sum += own;
        }
        *line = twin_greater(*line, sum / (float)TWIN_ENVELOPES);
        total += sum;
    }
    *everywhere = total / (float)(HARMONICS * TWIN_ENVELOPES);
}

/* Lines of a damaged ball, and those beside them that turn with the cage. */
static void spin(const twin_seen *seen, const twin_orders *of, uint32_t balls, float *row) {
    int32_t bins[HARMONICS], at = 0, band = TWIN_ENVELOPES, found;
    uint32_t shaft;
    twin_orders made;
    row[0] = -1e9f;
    for (int32_t t = 0; t < TRIALS; t++) {
        float own;
        trial(of, t, balls, &made, &shaft);
        harmonic_bins(seen, made.hit, bins);
        own = best_row(seen, bins, &found);
        if (own > row[0] || (own == row[0] && found < band)) row[0] = own, at = t, band = found;
    }
    trial(of, at, balls, &made, &shaft);
    row[1] = sides(seen, band, made.hit, made.cage);
}

void twin_ring_row(const twin_seen *seen, const twin_orders *of, float *row) {
    uint32_t balls = (of->outer + of->inner + TWIN_ORDER / 2) >> 23, shaft, cage;
    int32_t outer[HARMONICS], inner[HARMONICS], at = 0, one, other;
    float most = -1e9f, *own = row + TWIN_ENVELOPE_FEATURES;
    twin_orders made;
    twin_envelope_row(seen, of, row);
    for (int32_t t = 0; t < TRIALS; t++) {
        float sum;
        trial(of, t, balls, &made, &shaft);
        harmonic_bins(seen, made.outer, outer);
        harmonic_bins(seen, made.inner, inner);
        sum = best_row(seen, outer, &one) + best_row(seen, inner, &other);
        if (sum > most) most = sum, at = t;
    }
    trial(of, at, balls, &made, &shaft);
    harmonic_bins(seen, made.outer, outer);
    harmonic_bins(seen, made.inner, inner);
    own[0] = best_row(seen, outer, &one);
    own[1] = best_row(seen, inner, &other);
    cage = made.outer / balls;
    own[3] = sides(seen, one, made.outer, shaft);
    own[4] = sides(seen, other, made.inner, shaft);
    own[5] = sides(seen, other, made.inner, 2 * shaft);
    own[6] = sides(seen, one, made.outer, cage);
    own[7] = sides(seen, other, made.inner, shaft - cage);
    ring(seen, outer, one, own + 8, own + 14, own + 16, own + 18);
    ring(seen, inner, other, own + 11, own + 15, own + 17, own + 19);
    own[2] = median_of_three(own + 8);
    if (median_of_three(own + 11) < own[2]) own[2] = median_of_three(own + 11);
    spin(seen, of, balls, own + 20);
    own[22] = twin_log((float)seen->count);
}
