/* Features of a thermal frame of a part: whether it is as warm as it should be. */
#ifndef TWIN_THERMAL_FRAME_H
#define TWIN_THERMAL_FRAME_H

#include <stdint.h>

/* The frame, where in it the part is (only pixels that it fills wholly), and how warm it should be. */
typedef struct {
    int32_t rows, columns;          /* of the camera */
    int32_t top, left, high, wide;  /* first row and column of the part; rows and columns of it */
    float ambient;                  /* temperature around the part [K] */
    float expected;                 /* rise of the sound part over that, at its present load [K] */
} twin_frame;

/* Why a frame is not judged. */
enum {
    TWIN_FRAME_SIZE = -2,         /* more pixels than there is room for, or the part is not in it */
    TWIN_FRAME_SMALL = -3,        /* the part fills fewer than 3 by 3 pixels */
    TWIN_FRAME_NOT_A_NUMBER = -4,
    TWIN_FRAME_CONSTANT = -5,
    TWIN_FRAME_BEYOND = -6        /* colder or hotter than such cameras can show */
};

#define TWIN_FRAME_FEATURES 24

/* Features of a frame [K], row by row, in the order of the model's card. `buffer` holds as many
 * floats as the camera has pixels, at most `most`. Returns 0, or below -1 why there are none. */
int twin_frame_row(const float *frame, const twin_frame *told, float *buffer, int32_t most, float *row);

#endif
