/* Planes of a picture as a model takes them: its channels, and the grey picture levelled. */
#ifndef TWIN_PICTURE_OF_H
#define TWIN_PICTURE_OF_H

#include <stdint.h>

/* Pixels of the picture as the camera gave it. */
typedef struct {
    int32_t width, height;
} twin_picture;

/* Why a picture is not judged. */
enum {
    TWIN_PICTURE_SIZE = -2,      /* not of the size that the model takes */
    TWIN_PICTURE_CONSTANT = -3,  /* every pixel is the same */
    TWIN_PICTURE_SATURATED = -4, /* black or white all over */
    TWIN_PICTURE_GREY = -5       /* grey, and the model looks at colour */
};

/* What the planes are made by. The middle and the deviation of the levelled plane, and the least
 * deviation that is levelled to that, are in steps of the bytes. */
typedef struct {
    int32_t side, channels; /* 1 or 3 channels */
    float middle, spread, flattest;
    float *value;   /* 255 * channels + 1 */
    uint8_t *level; /* as many */
} twin_planes;

/* Planes of the bytes of a picture, row by row with channels together, in the same order. Returns 0,
 * or below -1 why there are none. */
int twin_picture_planes(const twin_planes *plan, const uint8_t *pixels, const twin_picture *told,
                        uint8_t *planes);
/* The same of a picture that nothing is asked of. */
void twin_picture_fill(const twin_planes *plan, const uint8_t *pixels, uint8_t *planes);

#endif
