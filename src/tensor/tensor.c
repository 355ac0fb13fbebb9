/* Tensors: a reference-counted block of numbers with a shape. */
#include "tensor.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct gan_tensor {
    atomic_int references;
    gan_shape shape;
    gan_dtype dtype;
    int64_t size;
    void *data;
    /* Who gives the memory back: another tensor, the user's function, or nobody else (it is ours). */
    gan_tensor *owner;
    void (*release)(void *context, void *data);
    void *context;
    bool borrowed;
};

/* ---- shapes and types ---- */

int64_t gan_shape_size(gan_shape shape)
{
    int64_t size = 1;
    for (int axis = 0; axis < shape.rank; axis++)
        size *= shape.dims[axis];
    return size;
}

bool gan_shape_equal(gan_shape a, gan_shape b)
{
    if (a.rank != b.rank)
        return false;
    for (int axis = 0; axis < a.rank; axis++)
        if (a.dims[axis] != b.dims[axis])
            return false;
    return true;
}

char *gan_shape_text(gan_shape shape, char *text, size_t size)
{
    if (text == NULL || size == 0)
        return text;
    size_t used = (size_t)snprintf(text, size, "[");
    for (int axis = 0; axis < shape.rank && axis < GAN_MAX_RANK && used < size; axis++)
        used += (size_t)snprintf(text + used, size - used, "%s%lld", axis > 0 ? ", " : "", (long long)shape.dims[axis]);
    if (used < size)
        snprintf(text + used, size - used, "]");
    return text;
}

gan_status gan_shape_check(gan_shape shape, const char *who)
{
    if (shape.rank < 0 || shape.rank > GAN_MAX_RANK)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: a shape of %d axes; wanted 0 to %d", who, shape.rank,
                        GAN_MAX_RANK);
    const int64_t most = INT64_MAX / 64; /* bytes of doubles, and room for sums of sizes */
    int64_t size = 1;
    char text[192];
    for (int axis = 0; axis < shape.rank; axis++) {
        if (shape.dims[axis] < 1)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shape %s; every size must be at least 1", who,
                            gan_shape_text(shape, text, sizeof text));
        if (size > most / shape.dims[axis])
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shape %s has too many elements", who,
                            gan_shape_text(shape, text, sizeof text));
        size *= shape.dims[axis];
    }
    return GAN_OK;
}

size_t gan_dtype_size(gan_dtype dtype)
{
    return dtype == GAN_UINT8 ? 1 : 4;
}

const char *gan_dtype_name(gan_dtype dtype)
{
    return dtype == GAN_FLOAT32 ? "float32" : dtype == GAN_INT32 ? "int32" : "uint8";
}

/* ---- making and sharing ---- */

/* A tensor without its numbers. */
static gan_tensor *frame(gan_shape shape, gan_dtype dtype, const char *who)
{
    if (gan_shape_check(shape, who) != GAN_OK)
        return NULL;
    if (dtype != GAN_FLOAT32 && dtype != GAN_INT32 && dtype != GAN_UINT8)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: there is no element type %d", who, (int)dtype);
    gan_tensor *tensor = gan_alloc_zero(1, sizeof *tensor);
    if (tensor == NULL)
        return NULL;
    atomic_init(&tensor->references, 1);
    tensor->shape = shape;
    for (int axis = shape.rank; axis < GAN_MAX_RANK; axis++)
        tensor->shape.dims[axis] = 0;
    tensor->dtype = dtype;
    tensor->size = gan_shape_size(shape);
    return tensor;
}

static gan_tensor *made(gan_shape shape, gan_dtype dtype, const void *values, const char *who)
{
    gan_tensor *tensor = frame(shape, dtype, who);
    if (tensor == NULL)
        return NULL;
    size_t bytes = (size_t)tensor->size * gan_dtype_size(dtype);
    tensor->data = gan_alloc(bytes);
    if (tensor->data == NULL) {
        gan_free(tensor);
        return NULL;
    }
    if (values != NULL)
        memcpy(tensor->data, values, bytes);
    else
        memset(tensor->data, 0, bytes);
    return tensor;
}

gan_tensor *gan_tensor_new(gan_shape shape)
{
    return made(shape, GAN_FLOAT32, NULL, "gan_tensor_new");
}

gan_tensor *gan_tensor_new_typed(gan_shape shape, gan_dtype dtype)
{
    return made(shape, dtype, NULL, "gan_tensor_new_typed");
}

gan_tensor *gan_tensor_from(gan_shape shape, const float *values)
{
    if (values == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_from: the values are NULL");
    return made(shape, GAN_FLOAT32, values, "gan_tensor_from");
}

gan_tensor *gan_tensor_from_typed(gan_shape shape, gan_dtype dtype, const void *values)
{
    if (values == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_from_typed: the values are NULL");
    return made(shape, dtype, values, "gan_tensor_from_typed");
}

gan_tensor *gan_tensor_wrap(gan_shape shape, gan_dtype dtype, void *data, void (*release)(void *context, void *data),
                            void *context)
{
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_wrap: the data is NULL");
    if ((uintptr_t)data % gan_dtype_size(dtype) != 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_tensor_wrap: the data is not aligned to its %zu-byte elements",
                             gan_dtype_size(dtype));
    gan_tensor *tensor = frame(shape, dtype, "gan_tensor_wrap");
    if (tensor == NULL)
        return NULL;
    tensor->data = data;
    tensor->release = release;
    tensor->context = context;
    tensor->borrowed = true;
    return tensor;
}

static gan_tensor *shared(gan_tensor *owner, int64_t offset, gan_shape shape, const char *who)
{
    gan_tensor *tensor = frame(shape, owner->dtype, who);
    if (tensor == NULL)
        return NULL;
    tensor->owner = gan_tensor_ref(owner);
    tensor->data = (char *)owner->data + (size_t)offset * gan_dtype_size(owner->dtype);
    return tensor;
}

gan_tensor *gan_tensor_view(gan_tensor *owner, int64_t offset, gan_shape shape)
{
    return shared(owner, offset, shape, "gan_tensor_view");
}

gan_tensor *gan_tensor_reshape(gan_tensor *tensor, gan_shape shape)
{
    if (tensor == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_reshape: the tensor is NULL");
    if (gan_shape_check(shape, "gan_tensor_reshape") != GAN_OK)
        return NULL;
    if (gan_shape_size(shape) != tensor->size) {
        char from[192], to[192];
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_tensor_reshape: %s cannot become %s; the numbers of elements must agree",
                             gan_shape_text(tensor->shape, from, sizeof from), gan_shape_text(shape, to, sizeof to));
    }
    return shared(tensor, 0, shape, "gan_tensor_reshape");
}

gan_tensor *gan_tensor_ref(gan_tensor *tensor)
{
    if (tensor != NULL)
        atomic_fetch_add_explicit(&tensor->references, 1, memory_order_relaxed);
    return tensor;
}

void gan_tensor_unref(gan_tensor *tensor)
{
    if (tensor == NULL || atomic_fetch_sub_explicit(&tensor->references, 1, memory_order_acq_rel) != 1)
        return;
    if (tensor->owner != NULL)
        gan_tensor_unref(tensor->owner);
    else if (!tensor->borrowed)
        gan_free(tensor->data);
    else if (tensor->release != NULL)
        tensor->release(tensor->context, tensor->data);
    gan_free(tensor);
}

/* ---- access ---- */

gan_shape gan_tensor_shape(const gan_tensor *tensor)
{
    return tensor != NULL ? tensor->shape : (gan_shape){0, {0}};
}

gan_dtype gan_tensor_dtype(const gan_tensor *tensor)
{
    return tensor != NULL ? tensor->dtype : GAN_FLOAT32;
}

int64_t gan_tensor_size(const gan_tensor *tensor)
{
    return tensor != NULL ? tensor->size : 0;
}

static void *data_of(const gan_tensor *tensor, gan_dtype dtype, const char *who)
{
    if (tensor == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the tensor is NULL", who);
    if (tensor->dtype != dtype)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the tensor is %s; wanted %s", who,
                             gan_dtype_name(tensor->dtype), gan_dtype_name(dtype));
    return tensor->data;
}

float *gan_tensor_data(const gan_tensor *tensor)
{
    return data_of(tensor, GAN_FLOAT32, "gan_tensor_data");
}

int32_t *gan_tensor_int32(const gan_tensor *tensor)
{
    return data_of(tensor, GAN_INT32, "gan_tensor_int32");
}

uint8_t *gan_tensor_uint8(const gan_tensor *tensor)
{
    return data_of(tensor, GAN_UINT8, "gan_tensor_uint8");
}

void *gan_tensor_bytes(const gan_tensor *tensor)
{
    return tensor != NULL ? tensor->data : NULL;
}

/* ---- filling and copying ---- */

/* The nearest whole number of [low, high]; 0 for NaN. */
static double whole(float value, double low, double high)
{
    double rounded = (double)value;
    if (rounded != rounded)
        return 0;
    rounded = rounded < 0 ? rounded - 0.5 : rounded + 0.5;
    return rounded < low ? low : rounded > high ? high : rounded;
}

gan_status gan_tensor_fill(gan_tensor *tensor, float value)
{
    if (tensor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_fill: the tensor is NULL");
    for (int64_t i = 0; i < tensor->size; i++)
        if (tensor->dtype == GAN_FLOAT32)
            ((float *)tensor->data)[i] = value;
        else if (tensor->dtype == GAN_INT32)
            ((int32_t *)tensor->data)[i] = (int32_t)whole(value, INT32_MIN, INT32_MAX);
        else
            ((uint8_t *)tensor->data)[i] = (uint8_t)whole(value, 0, UINT8_MAX);
    return GAN_OK;
}

gan_status gan_tensor_fill_uniform(gan_tensor *tensor, float low, float high, uint64_t seed)
{
    float *data = data_of(tensor, GAN_FLOAT32, "gan_tensor_fill_uniform");
    if (data == NULL)
        return GAN_ERROR_INVALID_ARGUMENT;
    struct gan_random_key key = {.seed = seed};
    gan_random_uniform(&key, 0, (size_t)tensor->size, data);
    for (int64_t i = 0; i < tensor->size; i++)
        data[i] = low + (high - low) * data[i];
    return GAN_OK;
}

gan_status gan_tensor_fill_normal(gan_tensor *tensor, float mean, float deviation, uint64_t seed)
{
    float *data = data_of(tensor, GAN_FLOAT32, "gan_tensor_fill_normal");
    if (data == NULL)
        return GAN_ERROR_INVALID_ARGUMENT;
    struct gan_random_key key = {.seed = seed};
    gan_random_normal(&key, 0, (size_t)tensor->size, data);
    for (int64_t i = 0; i < tensor->size; i++)
        data[i] = mean + deviation * data[i];
    return GAN_OK;
}

gan_status gan_tensor_copy(gan_tensor *to, const gan_tensor *from)
{
    if (to == NULL || from == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_copy: the %s tensor is NULL",
                        to == NULL ? "first" : "second");
    if (to->dtype != from->dtype || to->size != from->size)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_copy: %lld elements of %s cannot be copied to %lld elements of %s",
            (long long)from->size, gan_dtype_name(from->dtype), (long long)to->size, gan_dtype_name(to->dtype));
    memmove(to->data, from->data, (size_t)to->size * gan_dtype_size(to->dtype));
    return GAN_OK;
}
