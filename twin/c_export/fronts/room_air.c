#include "room_air.h"

#include "reals.h"

#define AGES 7
#define MEAN 300000     /* over which readings are averaged [ms] */
#define SLOWEST 303000  /* [ms] */
#define MEMORY 3564000  /* [ms] */
#define FEWEST 5        /* of the seven means, at least */
#define MOST 4096       /* readings */
#define FREEZING 273.15f
#define MIDDLE 293.15f  /* differences of temperatures are taken from here: single precision does */

static const int32_t ages[AGES] = {0, 300000, 600000, 1200000, 1800000, 2700000, 3600000}; /* [ms] */
static const float lowest[TWIN_AIR_QUANTITIES] = {200e-6f, 223.15f, -0.02f, -5.0f};
static const float highest[TWIN_AIR_QUANTITIES] = {20000e-6f, 353.15f, 1.05f, 2e5f};

typedef struct {
    float mean[AGES][TWIN_AIR_QUANTITIES];
    int32_t known[AGES][TWIN_AIR_QUANTITIES]; /* readings in the mean */
} hour;

static int is_number(float value) { return value - value == 0.0f; }

/* Means over five minutes at the ages; those of the temperature less MIDDLE. */
static void average(hour *own, const float *readings, const twin_air *told) {
    memset(own, 0, sizeof *own);
    for (int32_t age = 0; age < AGES; age++)
        for (int32_t k = 0; k < told->readings; k++) {
            const float *one = readings + TWIN_AIR_QUANTITIES * k;
            int32_t back = told->period * (told->readings - 1 - k);
            if (back < ages[age] || back >= ages[age] + MEAN) continue;
            for (int32_t q = 0; q < TWIN_AIR_QUANTITIES; q++)
                if (is_number(one[q])) {
                    own->mean[age][q] += one[q] - (q == 1 ? MIDDLE : 0.0f);
                    own->known[age][q]++;
                }
        }
    for (int32_t age = 0; age < AGES; age++)
        for (int32_t q = 0; q < TWIN_AIR_QUANTITIES; q++)
            own->mean[age][q] /= (float)twin_most(own->known[age][q], 1);
}

/* Whether a quantity has the same value in all readings that were not lost. */
static int still(const float *readings, int32_t count, int32_t quantity) {
    float low = 0.0f, high = 0.0f;
    int32_t seen = 0;
    for (int32_t k = 0; k < count; k++) {
        float value = readings[TWIN_AIR_QUANTITIES * k + quantity];
        if (!is_number(value)) continue;
        if (!seen || value < low) low = value;
        if (!seen || value > high) high = value;
        seen = 1;
    }
    return low == high;
}

static int fault_of(const float *readings, const twin_air *told) {
    if (told->period < 1 || told->period > SLOWEST) return TWIN_AIR_SLOW;
    if (told->readings < 1 || told->readings > MOST) return TWIN_AIR_SHORT;
    if ((int64_t)(told->readings - 1) * told->period < MEMORY) return TWIN_AIR_SHORT;
    for (int32_t k = 0; k < told->readings * TWIN_AIR_QUANTITIES; k++)
        if (!is_number(readings[k]) && readings[k] == readings[k]) return TWIN_AIR_INFINITE;
    return 0;
}

static int fault_of_hour(const hour *own, const float *readings, const twin_air *told) {
    int32_t known[3] = {0, 0, 0};
    for (int32_t age = 0; age < AGES; age++)
        for (int32_t q = 0; q < 3; q++) known[q] += own->known[age][q] > 0;
    for (int32_t q = 0; q < 3; q++)
        if (known[q] < FEWEST || own->known[0][q] == 0) return TWIN_AIR_LOST;
    for (int32_t k = 0; k < told->readings * TWIN_AIR_QUANTITIES; k++) {
        int32_t q = k % TWIN_AIR_QUANTITIES;
        if (readings[k] < lowest[q] || readings[k] > highest[q]) return TWIN_AIR_BEYOND;
    }
    for (int32_t q = 0; q < 3; q++)
        if (!still(readings, told->readings, q)) return 0;
    return TWIN_AIR_CONSTANT;
}

/* Fill what is missing between two ages by a straight line, before and after them by the nearest. */
static void fill(hour *own, int32_t q) {
    int32_t before = -1;
    for (int32_t age = 0; age < AGES; age++) {
        int32_t after = age;
        if (own->known[age][q]) {
            before = age;
            continue;
        }
        while (after < AGES && !own->known[after][q]) after++;
        if (before < 0 && after == AGES) return;
        if (before < 0) own->mean[age][q] = own->mean[after][q];
        else if (after == AGES) own->mean[age][q] = own->mean[before][q];
        else {
            float share = (float)(ages[age] - ages[before]) / (float)(ages[after] - ages[before]);
            float step = own->mean[after][q] - own->mean[before][q];
            own->mean[age][q] = own->mean[before][q] + share * step;
        }
    }
}

/* Water in the air [g/m3]; saturation by Magnus, Sonntag 1990. */
static float water(float temperature, float humidity) {
    float celsius = temperature + (MIDDLE - FREEZING);
    float power = 17.62f * celsius / (243.12f + celsius);
    float grown = power > 0.0f ? 1.0f / twin_exp(-power) : twin_exp(power);
    return 1e3f * humidity * 611.2f * grown / (461.5f * (temperature + MIDDLE));
}

/* How a quantity now differs from what it was at the other ages. */
static float *since(const float *values, float factor, float *row) {
    for (int32_t age = 1; age < AGES; age++) *row++ = (values[0] - values[age]) * factor;
    return row;
}

static void light_of(const hour *own, float *row) {
    static const int32_t shown[] = {1, 3, 6};
    float light[AGES];
    memset(row, 0, 5 * sizeof *row);
    for (int32_t age = 0; age < AGES; age++) {
        if (own->known[age][3]) break;
        if (age == AGES - 1) return;
    }
    for (int32_t age = 0; age < AGES; age++)
        light[age] = 0.434294482f * twin_log(1.0f + twin_greater(own->mean[age][3], 0.0f));
    row[0] = 1.0f;
    row[1] = light[0];
    for (int32_t k = 0; k < 3; k++) row[2 + k] = light[0] - light[shown[k]];
}

int twin_air_row(const float *readings, const twin_air *told, float *row) {
    hour own;
    float co2[AGES], temperature[AGES], vapour[AGES], least;
    int fault = fault_of(readings, told);
    if (fault) return fault;
    average(&own, readings, told);
    fault = fault_of_hour(&own, readings, told);
    if (fault) return fault;
    for (int32_t q = 0; q < TWIN_AIR_QUANTITIES; q++) fill(&own, q);
    for (int32_t age = 0; age < AGES; age++) {
        co2[age] = own.mean[age][0];
        temperature[age] = own.mean[age][1];
        vapour[age] = water(own.mean[age][1], own.mean[age][2]);
    }
    least = co2[0];
    for (int32_t age = 1; age < AGES; age++)
        if (co2[age] < least) least = co2[age];
    *row++ = twin_log(co2[0] / 400e-6f);
    row = since(co2, 1e4f, row);
    *row++ = (co2[0] - least) * 1e4f;
    row = since(temperature, 1.0f, row);
    row = since(vapour, 1.0f, row);
    light_of(&own, row);
    return 0;
}
