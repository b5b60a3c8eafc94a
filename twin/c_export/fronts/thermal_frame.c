#include "thermal_frame.h"

#include "reals.h"

#define FEWEST 3
#define LEAST 3.0f /* rise that ratios are taken over at least [K] */
#define COLDEST 233.15f
#define HOTTEST 573.15f

typedef struct {
    const float *first; /* of the part */
    int32_t rows, columns, stride;
    float ambient;
} part;

static float rise(const part *own, int32_t row, int32_t column) {
    return own->first[row * own->stride + column] - own->ambient;
}

static int fault_of(const float *frame, const twin_frame *told, int32_t most) {
    float low, high;
    int32_t count = told->rows * told->columns;
    if (told->rows < 1 || told->columns < 1 || told->rows > most || told->columns > most)
        return TWIN_FRAME_SIZE;
    if (count > most || told->top < 0 || told->left < 0) return TWIN_FRAME_SIZE;
    if (told->high > told->rows - told->top || told->wide > told->columns - told->left)
        return TWIN_FRAME_SIZE;
    if (told->high < FEWEST || told->wide < FEWEST) return TWIN_FRAME_SMALL;
    if (!(told->ambient - told->ambient == 0.0f && told->expected >= 0.0f))
        return TWIN_FRAME_NOT_A_NUMBER;
    low = high = frame[0];
    for (int32_t k = 0; k < count; k++) {
        if (!(frame[k] - frame[k] == 0.0f)) return TWIN_FRAME_NOT_A_NUMBER;
        if (frame[k] < low) low = frame[k];
        if (frame[k] > high) high = frame[k];
    }
    if (low == high) return TWIN_FRAME_CONSTANT;
    return low < COLDEST || high > HOTTEST ? TWIN_FRAME_BEYOND : 0;
}

/* Shell's sort, with the gaps of Ciura (2001). */
static void sort(float *values, int32_t count) {
    static const int32_t gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
    for (int32_t g = 0; g < 9; g++) {
        int32_t gap = gaps[g];
        for (int32_t k = gap; k < count; k++) {
            float own = values[k];
            int32_t at = k;
            for (; at >= gap && values[at - gap] > own; at -= gap) values[at] = values[at - gap];
            values[at] = own;
        }
    }
}

/* The value that `twentieths` of twenty parts of the sorted ones lie below. */
static float quantile(const float *sorted, int32_t count, int32_t twentieths) {
    int32_t place = (count - 1) * twentieths, whole = place / 20;
    float share = (float)(place % 20) / 20.0f;
    if (whole + 1 >= count) return sorted[count - 1];
    return sorted[whole] + share * (sorted[whole + 1] - sorted[whole]);
}

/* Mean rise of some rows and columns. */
static float mean_of(const part *own, int32_t top, int32_t high, int32_t left, int32_t wide) {
    float total = 0.0f;
    for (int32_t r = top; r < top + high; r++) {
        float sum = 0.0f;
        for (int32_t c = left; c < left + wide; c++) sum += rise(own, r, c);
        total += sum;
    }
    return total / (float)(high * wide);
}

/* Most that a pixel stands above the rim of the square around it. */
static float peak(const part *own, int32_t reach) {
    int32_t size = twin_least(2 * reach + 1, twin_least(own->rows, own->columns));
    float most = twin_minus_infinity();
    for (int32_t r = 0; r + size <= own->rows; r++)
        for (int32_t c = 0; c + size <= own->columns; c++) {
            float rim = 0.0f;
            for (int32_t k = 0; k < size; k++) rim += rise(own, r, c + k) + rise(own, r + size - 1, c + k);
            for (int32_t k = 1; k < size - 1; k++) rim += rise(own, r + k, c) + rise(own, r + k, c + size - 1);
            rim /= (float)(4 * (size - 1));
            most = twin_greater(most, rise(own, r + size / 2, c + size / 2) - rim);
        }
    return most;
}

/* Median of how far neighbours in a row lie apart. */
static float roughness(const part *own, float *buffer) {
    int32_t count = 0;
    for (int32_t r = 0; r < own->rows; r++)
        for (int32_t c = 1; c < own->columns; c++)
            buffer[count++] = twin_abs(rise(own, r, c) - rise(own, r, c - 1));
    sort(buffer, count);
    return quantile(buffer, count, 10);
}

int twin_frame_row(const float *frame, const twin_frame *told, float *buffer, int32_t most, float *row) {
    static const int32_t shares[] = {1, 5, 10, 15, 18, 20}; /* twentieths */
    part own = {frame + told->top * told->columns + told->left, told->high, told->wide,
                told->columns, told->ambient};
    int32_t half = told->wide / 2, other = told->high / 2, count = 0;
    float expected = told->expected, over = twin_greater(expected, LEAST), values[4];
    int fault = fault_of(frame, told, most);
    if (fault) return fault;
    row[0] = expected;
    row[1] = mean_of(&own, 0, own.rows, 0, own.columns) - expected;
    row[2] = row[1] / over;
    for (int32_t r = 0; r < own.rows; r++)
        for (int32_t c = 0; c < own.columns; c++) buffer[count++] = rise(&own, r, c);
    sort(buffer, count);
    for (int32_t k = 0; k < 6; k++) {
        row[3 + k] = quantile(buffer, count, shares[k]) - expected;
        row[9 + k] = row[3 + k] / over;
    }
    values[0] = twin_abs(mean_of(&own, 0, own.rows, own.columns - half, half) -
                         mean_of(&own, 0, own.rows, 0, half));
    values[1] = mean_of(&own, own.rows - other, other, 0, own.columns) -
                mean_of(&own, 0, other, 0, own.columns);
    values[2] = peak(&own, 1);
    values[3] = peak(&own, twin_most(twin_least(own.rows, own.columns) / 4, 2));
    for (int32_t k = 0; k < 4; k++) {
        row[15 + 2 * k] = values[k];
        row[16 + 2 * k] = values[k] / over;
    }
    row[23] = roughness(&own, buffer);
    return 0;
}
