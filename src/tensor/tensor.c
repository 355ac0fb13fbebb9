/* Tensors: a reference-counted block of numbers with a shape. */
#include "tensor.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { SHAPE_TEXT = 192 }; /* room for the text of any shape */

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
    if (shape.rank < 0 || shape.rank > GAN_MAX_RANK)
        return 0;
    int64_t size = 1;
    for (int axis = 0; axis < shape.rank; axis++) {
        if (shape.dims[axis] < 1 || size > INT64_MAX / shape.dims[axis])
            return 0;
        size *= shape.dims[axis];
    }
    return size;
}

bool gan_shape_equal(gan_shape a, gan_shape b)
{
    if (a.rank != b.rank)
        return false;
    for (int axis = 0; axis < a.rank && axis < GAN_MAX_RANK; axis++)
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
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shape has %d axes, want 0 to %d", who, shape.rank,
                        GAN_MAX_RANK);
    const int64_t most = (int64_t)(PTRDIFF_MAX / 64); /* so that bytes fit, as doubles too, and sums of a few sizes */
    int64_t size = 1;
    char text[SHAPE_TEXT];
    for (int axis = 0; axis < shape.rank; axis++) {
        if (shape.dims[axis] < 1)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shape is %s, want every size at least 1", who,
                            gan_shape_text(shape, text, sizeof text));
        if (size > most / shape.dims[axis])
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: shape %s has too many elements, want at most %lld", who,
                            gan_shape_text(shape, text, sizeof text), (long long)most);
        size *= shape.dims[axis];
    }
    return GAN_OK;
}

bool gan_shape_complete(gan_shape *shape, int64_t size)
{
    int64_t known = 1;
    int open = -1;
    for (int axis = 0; axis < shape->rank; axis++) {
        if (shape->dims[axis] == -1 && open < 0)
            open = axis;
        else if (shape->dims[axis] < 1 || known > size / shape->dims[axis])
            return false;
        else
            known *= shape->dims[axis];
    }
    if (open >= 0 && size % known == 0)
        shape->dims[open] = size / known;
    return open >= 0 ? size % known == 0 : known == size;
}

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {[GAN_FLOAT32] = {"float32", 4}, [GAN_INT32] = {"int32", 4}, [GAN_UINT8] = {"uint8", 1}};

static bool is_dtype(gan_dtype dtype)
{
    return (int)dtype >= 0 && (size_t)dtype < sizeof dtypes / sizeof dtypes[0];
}

size_t gan_dtype_size(gan_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].size : 0;
}

const char *gan_dtype_name(gan_dtype dtype)
{
    return is_dtype(dtype) ? dtypes[dtype].name : "unknown";
}

/* ---- making and sharing ---- */

/* A tensor without its numbers. */
static gan_tensor *frame(gan_shape shape, gan_dtype dtype, const char *who)
{
    if (gan_shape_check(shape, who) != GAN_OK)
        return NULL;
    if (!is_dtype(dtype))
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: dtype is %d, want GAN_FLOAT32, GAN_INT32 or GAN_UINT8",
                             who, (int)dtype);
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
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_from: values is NULL");
    return made(shape, GAN_FLOAT32, values, "gan_tensor_from");
}

gan_tensor *gan_tensor_from_typed(gan_shape shape, gan_dtype dtype, const void *values)
{
    if (values == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_from_typed: values is NULL");
    return made(shape, dtype, values, "gan_tensor_from_typed");
}

gan_tensor *gan_tensor_wrap(gan_shape shape, gan_dtype dtype, void *data, void (*release)(void *context, void *data),
                            void *context)
{
    if (data == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_wrap: data is NULL");
    if (is_dtype(dtype) && (uintptr_t)data % gan_dtype_size(dtype) != 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_tensor_wrap: data is at %p, want a multiple of its elements' %zu bytes", data,
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
    tensor->owner = gan_tensor_ref(owner->owner != NULL ? owner->owner : owner);
    tensor->data = (char *)owner->data + (size_t)offset * gan_dtype_size(owner->dtype);
    return tensor;
}

gan_tensor *gan_tensor_view(gan_tensor *owner, int64_t offset, gan_shape shape)
{
    assert(owner != NULL && offset >= 0 && offset <= owner->size);
    assert(gan_shape_size(shape) <= owner->size - offset);
    return shared(owner, offset, shape, "gan_tensor_view");
}

gan_tensor *gan_tensor_reshape(gan_tensor *tensor, gan_shape shape)
{
    if (tensor == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_reshape: tensor is NULL");
    if (gan_shape_check(shape, "gan_tensor_reshape") != GAN_OK)
        return NULL;
    if (gan_shape_size(shape) != tensor->size) {
        char from[SHAPE_TEXT], to[SHAPE_TEXT];
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_tensor_reshape: shape is %s (%lld elements), want as many as tensor's %s has (%lld)",
                             gan_shape_text(shape, to, sizeof to), (long long)gan_shape_size(shape),
                             gan_shape_text(tensor->shape, from, sizeof from), (long long)tensor->size);
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
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: tensor is NULL", who);
    if (tensor->dtype != dtype)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: tensor is %s, want %s", who,
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

/* The nearest whole number (halves away from 0) within [low, high]; 0 for NaN. */
static int32_t whole(float value, int32_t low, int32_t high)
{
    if (isnan(value))
        return 0;
    double rounded = round((double)value);
    return rounded < low ? low : rounded > high ? high : (int32_t)rounded;
}

gan_status gan_tensor_fill(gan_tensor *tensor, float value)
{
    if (tensor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_fill: tensor is NULL");
    if (tensor->dtype == GAN_UINT8) {
        memset(tensor->data, whole(value, 0, UINT8_MAX), (size_t)tensor->size);
    } else if (tensor->dtype == GAN_INT32) {
        int32_t *data = tensor->data, number = whole(value, INT32_MIN, INT32_MAX);
        for (int64_t i = 0; i < tensor->size; i++)
            data[i] = number;
    } else {
        float *data = tensor->data;
        for (int64_t i = 0; i < tensor->size; i++)
            data[i] = value;
    }
    return GAN_OK;
}

gan_status gan_tensor_fill_uniform(gan_tensor *tensor, float low, float high, uint64_t seed)
{
    float *data = data_of(tensor, GAN_FLOAT32, "gan_tensor_fill_uniform");
    if (data == NULL)
        return GAN_ERROR_INVALID_ARGUMENT;
    if (!isfinite(low) || !isfinite(high) || low > high)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_tensor_fill_uniform: low is %g and high %g, want finite numbers, low not above high",
                        (double)low, (double)high);
    struct gan_random_key key = {.seed = seed};
    gan_random_uniform(&key, 0, (size_t)tensor->size, data);
    const double span = (double)high - (double)low;
    const float most = low < high ? nextafterf(high, low) : low; /* rounding must not reach high */
    for (int64_t i = 0; i < tensor->size; i++) {
        float number = (float)((double)low + span * (double)data[i]);
        data[i] = number < most ? number : most;
    }
    return GAN_OK;
}

gan_status gan_tensor_fill_normal(gan_tensor *tensor, float mean, float deviation, uint64_t seed)
{
    float *data = data_of(tensor, GAN_FLOAT32, "gan_tensor_fill_normal");
    if (data == NULL)
        return GAN_ERROR_INVALID_ARGUMENT;
    if (!isfinite(mean) || !isfinite(deviation) || deviation < 0)
        return gan_fail(
            GAN_ERROR_INVALID_ARGUMENT,
            "gan_tensor_fill_normal: mean is %g and deviation %g, want finite numbers, deviation at least 0",
            (double)mean, (double)deviation);
    struct gan_random_key key = {.seed = seed};
    gan_random_normal(&key, 0, (size_t)tensor->size, data);
    for (int64_t i = 0; i < tensor->size; i++)
        data[i] = mean + deviation * data[i];
    return GAN_OK;
}

gan_status gan_tensor_copy(gan_tensor *to, const gan_tensor *from)
{
    if (to == NULL || from == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tensor_copy: %s is NULL", to == NULL ? "to" : "from");
    char text[2][SHAPE_TEXT];
    if (to->dtype != from->dtype || to->size != from->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_tensor_copy: from is %s %s, want the type and the number of elements of to, %s %s",
                        gan_dtype_name(from->dtype), gan_shape_text(from->shape, text[0], sizeof text[0]),
                        gan_dtype_name(to->dtype), gan_shape_text(to->shape, text[1], sizeof text[1]));
    memmove(to->data, from->data, (size_t)to->size * gan_dtype_size(to->dtype));
    return GAN_OK;
}
