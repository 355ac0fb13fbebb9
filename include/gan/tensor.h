/*
 * Tensors: numbers with a shape. Contiguous, row-major (the last axis varies fastest), 64-byte aligned.
 */
#ifndef GAN_TENSOR_H
#define GAN_TENSOR_H

#include "base.h"

#define GAN_MAX_RANK 8

/** The sizes of a tensor's axes, outermost first. Rank 0 is a single number. Passed by value. */
typedef struct gan_shape {
    int rank;                   /**< number of axes, 0 … GAN_MAX_RANK */
    int64_t dims[GAN_MAX_RANK]; /**< sizes; those at and after `rank` are 0 */
} gan_shape;

/** GAN_SHAPE(64, 1, 28, 28): a shape from its sizes. GAN_SCALAR: the shape of a single number. */
#ifdef __cplusplus
template <class... Size> constexpr gan_shape gan_shape_of(Size... size)
{
    return gan_shape{static_cast<int>(sizeof...(Size)), {static_cast<int64_t>(size)...}};
}
#define GAN_SHAPE(...) gan_shape_of(__VA_ARGS__)
#define GAN_SCALAR     gan_shape_of()
#else
#define GAN_SHAPE(...) ((gan_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), {__VA_ARGS__}})
#define GAN_SCALAR     ((gan_shape){0, {0}})
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gan_dtype { GAN_FLOAT32 = 0, GAN_INT32, GAN_UINT8 } gan_dtype;

/** Opaque, reference-counted. One thread at a time may change a tensor; many may read it. */
typedef struct gan_tensor gan_tensor;

/**
 * The number of elements: the product of the sizes (1 for GAN_SCALAR). 0 for a shape that no tensor can have: a rank
 * outside 0 … GAN_MAX_RANK, a size below 1, a product beyond int64_t.
 */
GAN_API int64_t gan_shape_size(gan_shape shape);
/** Whether two shapes have the same rank and the same sizes. */
GAN_API bool gan_shape_equal(gan_shape a, gan_shape b);
/** Writes e.g. "[64, 1, 28, 28]" into `text`, cut to `size` bytes with its final 0; returns `text`. */
GAN_API char *gan_shape_text(gan_shape shape, char *text, size_t size);

/** Bytes of one element: 4, 4 or 1; 0 for what is no element type. */
GAN_API size_t gan_dtype_size(gan_dtype dtype);
/** "float32", "int32" or "uint8"; "unknown" for what is no element type. */
GAN_API const char *gan_dtype_name(gan_dtype dtype);

/**
 * A new float32 tensor of zeros. NULL when a size is below 1, the rank or the number of elements is too large, or
 * memory is short.
 */
GAN_API gan_tensor *gan_tensor_new(gan_shape shape);
/** As gan_tensor_new, of another element type. */
GAN_API gan_tensor *gan_tensor_new_typed(gan_shape shape, gan_dtype dtype);
/** A new float32 tensor with a copy of `values` (gan_shape_size(shape) of them). */
GAN_API gan_tensor *gan_tensor_from(gan_shape shape, const float *values);
/** A new tensor with a copy of `values`, elements of `dtype`. */
GAN_API gan_tensor *gan_tensor_from_typed(gan_shape shape, gan_dtype dtype, const void *values);
/**
 * A tensor over the caller's memory, which is not copied: it must hold gan_shape_size(shape) elements, be aligned to
 * its element, and stay until `release` (may be NULL) is called with `context` and `data`, when the last reference
 * goes. On failure (NULL) `release` is not called: the memory is still the caller's.
 */
GAN_API gan_tensor *gan_tensor_wrap(gan_shape shape, gan_dtype dtype, void *data,
                                    void (*release)(void *context, void *data), void *context);

/** Takes another reference; returns `tensor`. */
GAN_API gan_tensor *gan_tensor_ref(gan_tensor *tensor);
/** Gives a reference back; the last frees the tensor. NULL is fine. */
GAN_API void gan_tensor_unref(gan_tensor *tensor);

/** The sizes of its axes. GAN_SCALAR for NULL. */
GAN_API gan_shape gan_tensor_shape(const gan_tensor *tensor);
/** The type of its elements. GAN_FLOAT32 for NULL. */
GAN_API gan_dtype gan_tensor_dtype(const gan_tensor *tensor);
/** The number of elements. 0 for NULL. */
GAN_API int64_t gan_tensor_size(const gan_tensor *tensor);
/** The elements of a float32 tensor; NULL (and an error message) for another type. */
GAN_API float *gan_tensor_data(const gan_tensor *tensor);
/** The elements of an int32 tensor; NULL (and an error message) for another type. */
GAN_API int32_t *gan_tensor_int32(const gan_tensor *tensor);
/** The elements of a uint8 tensor; NULL (and an error message) for another type. */
GAN_API uint8_t *gan_tensor_uint8(const gan_tensor *tensor);
/** The elements of any tensor, as bytes. NULL for NULL. */
GAN_API void *gan_tensor_bytes(const gan_tensor *tensor);

/**
 * Sets every element. For int32 and uint8 `value` is rounded to the nearest whole number (halves away from 0) and kept
 * within the type's range; NaN becomes 0.
 */
GAN_API gan_status gan_tensor_fill(gan_tensor *tensor, float value);
/**
 * Fills a float32 tensor with numbers from U[low, high), decided by `seed` alone; with `low` itself where the two are
 * equal. They must be finite, and low not above high.
 */
GAN_API gan_status gan_tensor_fill_uniform(gan_tensor *tensor, float low, float high, uint64_t seed);
/**
 * Fills a float32 tensor with numbers from N(mean, deviation²), decided by `seed` alone. Both must be finite, and
 * deviation at least 0.
 */
GAN_API gan_status gan_tensor_fill_normal(gan_tensor *tensor, float mean, float deviation, uint64_t seed);
/** Copies `from`'s elements into `to`: equal types and numbers of elements; the shapes may differ. */
GAN_API gan_status gan_tensor_copy(gan_tensor *to, const gan_tensor *from);
/** A new tensor that shares the elements under another shape of the same number; it keeps `tensor` alive. */
GAN_API gan_tensor *gan_tensor_reshape(gan_tensor *tensor, gan_shape shape);

/**
 * Writes a .npy file (NumPy's format 1.0, little-endian, C order): to a temporary name beside `path`, flushed, then
 * renamed, so that `path` is never half a file.
 */
GAN_API gan_status gan_tensor_write_npy(const gan_tensor *tensor, const char *path);
/**
 * Reads a .npy file of format 1.0, 2.0 or 3.0, little-endian. float32, int32 and uint8 come as they are; float64 and
 * float16 are converted to float32, int64 to int32 (an error if a value does not fit), bool to uint8; Fortran order is
 * put in C order. NULL for anything else, with what was found, and for a file that is longer or shorter than its shape
 * needs.
 */
GAN_API gan_tensor *gan_tensor_read_npy(const char *path);

#ifdef __cplusplus
}
#endif
#endif
