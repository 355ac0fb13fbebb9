/* A fixed linear map along the rows of images and one along their columns, as products with constant matrices: for what
 * no operator says. */
#ifndef GAN_SRC_NN_ONNX_MAPS_H
#define GAN_SRC_NN_ONNX_MAPS_H

#include "nn/onnx_layers.h"

/* Of one axis, [out, in]. */
struct gan_onnx_map {
    int64_t in, out; /* set by gan_onnx_map_axes */
    int axis;        /* 0: height, 1: width; likewise */
    /* Writes row y of the matrix, which is all zero. */
    void (*fill)(const struct gan_onnx_map *map, float *row, int64_t y);
    const void *context;
};

/* x of shape call->in becomes call->out, the map being made for each axis. */
const char *gan_onnx_map_axes(struct gan_onnx_call *call, const char *x, const struct gan_onnx_map *map);

#endif
