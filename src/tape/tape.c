/* The tape: an append-only list of nodes, the first error met while recording, and the state that is to be assigned. */
#include "tape.h"

#include "base/memory.h"
#include "base/status.h"
#include "tensor/tensor.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>

struct kept {
    void *thing;
    void (*release)(void *thing);
};

struct gan_tape {
    atomic_int references;
    bool training;
    gan_status status;
    char message[512];

    gan_var **vars;
    size_t length, capacity;
    uint32_t streams;

    struct gan_assignment *assignments;
    size_t assignment_count, assignment_capacity;

    struct kept *kept;
    size_t kept_count, kept_capacity;
};

gan_tape *gan_tape_new(void)
{
    gan_tape *tape = gan_alloc_zero(1, sizeof *tape);
    if (tape == NULL)
        return NULL;
    atomic_init(&tape->references, 1);
    tape->training = true;
    return tape;
}

gan_tape *gan_tape_ref(gan_tape *tape)
{
    if (tape != NULL)
        atomic_fetch_add_explicit(&tape->references, 1, memory_order_relaxed);
    return tape;
}

static void free_var(gan_var *var)
{
    gan_tensor_unref(var->attributes.tensor);
    gan_free(var->attributes.offsets);
    gan_resampling_unref(var->attributes.resampling);
    gan_free(var->name);
    gan_free(var->input);
    gan_free(var);
}

void gan_tape_unref(gan_tape *tape)
{
    if (tape == NULL || atomic_fetch_sub_explicit(&tape->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < tape->length; i++)
        free_var(tape->vars[i]);
    for (size_t i = 0; i < tape->assignment_count; i++)
        gan_tensor_unref(tape->assignments[i].tensor);
    for (size_t i = 0; i < tape->kept_count; i++)
        tape->kept[i].release(tape->kept[i].thing);
    gan_free(tape->vars);
    gan_free(tape->assignments);
    gan_free(tape->kept);
    gan_free(tape);
}

gan_status gan_tape_status(const gan_tape *tape)
{
    return tape != NULL ? tape->status : gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tape_status: the tape is NULL");
}

const char *gan_tape_message(const gan_tape *tape)
{
    return tape != NULL ? tape->message : "the tape is NULL";
}

void gan_tape_set_training(gan_tape *tape, bool training)
{
    if (tape != NULL)
        tape->training = training;
}

bool gan_tape_training(const gan_tape *tape)
{
    return tape != NULL && tape->training;
}

gan_var *gan_tape_take_error(gan_tape *tape)
{
    if (tape != NULL && tape->status == GAN_OK) {
        tape->status = gan_error_status();
        gan_text_format(tape->message, sizeof tape->message, "%s", gan_error_message());
    }
    return NULL;
}

gan_var *gan_tape_fail(gan_tape *tape, gan_status status, const char *format, ...)
{
    if (tape != NULL && tape->status != GAN_OK) { /* what came first is what matters */
        gan_fail_again(tape->status, tape->message);
        return NULL;
    }
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    gan_text_print(text, sizeof text, format, arguments);
    va_end(arguments);
    gan_fail(status, "%s", text);
    return gan_tape_take_error(tape);
}

gan_var *gan_tape_append(gan_tape *tape, const struct gan_op *op, gan_dtype dtype, gan_shape shape,
                         gan_var *const *inputs, int count, const struct gan_attributes *attributes)
{
    assert(tape != NULL);
    if (tape->status != GAN_OK)
        return NULL;
    if (!gan_grow((void **)&tape->vars, &tape->capacity, tape->length, sizeof *tape->vars))
        return gan_tape_take_error(tape);
    gan_var *var = gan_alloc_zero(1, sizeof *var);
    gan_var **copy = gan_alloc_zero((size_t)(count > 0 ? count : 1), sizeof *copy);
    if (var == NULL || copy == NULL) {
        gan_free(var);
        gan_free(copy);
        return gan_tape_take_error(tape);
    }
    for (int i = 0; i < count; i++) {
        assert(inputs[i] != NULL && inputs[i]->tape == tape);
        copy[i] = inputs[i];
    }
    *var = (gan_var){.tape = tape,
                     .id = (int)tape->length,
                     .op = op,
                     .dtype = dtype,
                     .shape = shape,
                     .inputs = count,
                     .input = copy};
    if (attributes != NULL)
        var->attributes = *attributes;
    tape->vars[tape->length++] = var;
    return var;
}

int gan_tape_length(const gan_tape *tape)
{
    return (int)tape->length;
}

gan_var *gan_tape_at(const gan_tape *tape, int id)
{
    return tape->vars[id];
}

uint32_t gan_tape_next_stream(gan_tape *tape)
{
    return tape->streams++;
}

gan_status gan_tape_keep(gan_tape *tape, void *thing, void (*release)(void *thing))
{
    if (!gan_grow((void **)&tape->kept, &tape->kept_capacity, tape->kept_count, sizeof *tape->kept)) {
        gan_tape_take_error(tape);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    tape->kept[tape->kept_count++] = (struct kept){thing, release};
    return GAN_OK;
}

/* ---- leaves: the ops that have no inputs to differentiate ---- */

static const struct gan_op input_op = {"input", GAN_KIND_INPUT, 0, NULL};
static const struct gan_op constant_op = {"constant", GAN_KIND_CONSTANT, 0, NULL};
static const struct gan_op tensor_op = {"tensor", GAN_KIND_TENSOR, 0, NULL};

static gan_var *input_of(gan_tape *tape, gan_shape shape, gan_dtype dtype, const char *who)
{
    if (tape == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: the tape is NULL", who);
    if (gan_shape_check(shape, who) != GAN_OK)
        return gan_tape_take_error(tape);
    return gan_tape_append(tape, &input_op, dtype, shape, NULL, 0, NULL);
}

gan_var *gan_tape_input(gan_tape *tape, gan_shape shape)
{
    return input_of(tape, shape, GAN_FLOAT32, "gan_tape_input");
}

gan_var *gan_tape_input_int32(gan_tape *tape, gan_shape shape)
{
    return input_of(tape, shape, GAN_INT32, "gan_tape_input_int32");
}

static gan_var *constant_of(gan_tape *tape, gan_shape shape, float value, bool known)
{
    if (gan_shape_check(shape, "gan_tape_constant") != GAN_OK)
        return gan_tape_take_error(tape);
    struct gan_attributes attributes = {.p = value, .known = known};
    return gan_tape_append(tape, &constant_op, GAN_FLOAT32, shape, NULL, 0, &attributes);
}

gan_var *gan_tape_constant(gan_tape *tape, gan_shape shape, float value)
{
    if (tape == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_tape_constant: the tape is NULL");
    return constant_of(tape, shape, value, false);
}

gan_var *gan_tape_known(gan_tape *tape, gan_shape shape, float value)
{
    return constant_of(tape, shape, value, true);
}

static gan_var *newest_value(const gan_tape *tape, const gan_tensor *tensor)
{
    for (size_t i = 0; i < tape->assignment_count; i++)
        if (tape->assignments[i].tensor == tensor)
            return tape->assignments[i].value;
    for (size_t i = 0; i < tape->length; i++)
        if (tape->vars[i]->attributes.tensor == tensor)
            return tape->vars[i];
    return NULL;
}

gan_var *gan_tape_tensor(gan_tape *tape, gan_tensor *tensor)
{
    if (tape == NULL || tensor == NULL)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "gan_tape_tensor: the %s is NULL",
                             tape == NULL ? "tape" : "tensor");
    if (gan_tensor_dtype(tensor) == GAN_UINT8)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_tape_tensor: the tensor is uint8, but vars are float32 or int32; convert it first");
    gan_var *known = newest_value(tape, tensor);
    if (known != NULL)
        return known;
    struct gan_attributes attributes = {.tensor = tensor};
    gan_var *var = gan_tape_append(tape, &tensor_op, gan_tensor_dtype(tensor), gan_tensor_shape(tensor), NULL, 0,
                                   &attributes);
    if (var != NULL)
        gan_tensor_ref(tensor);
    return var;
}

gan_status gan_tape_assign(gan_tape *tape, gan_tensor *tensor, gan_var *value)
{
    if (tape == NULL || tensor == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tape_assign: the %s is NULL",
                        tape == NULL ? "tape" : "tensor");
    if (value == NULL)
        return tape->status != GAN_OK ? tape->status
                                      : gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_tape_assign: the value is NULL");
    char wanted[128], given[128];
    if (value->tape != tape || value->dtype != GAN_FLOAT32 || gan_tensor_dtype(tensor) != GAN_FLOAT32 ||
        !gan_shape_equal(value->shape, gan_tensor_shape(tensor))) {
        gan_tape_fail(
            tape, GAN_ERROR_INVALID_ARGUMENT,
            "gan_tape_assign: the value is %s %s%s, but the tensor is %s %s; both must be float32 of one shape, "
            "the value on this tape",
            gan_dtype_name(value->dtype), gan_shape_text(value->shape, given, sizeof given),
            value->tape != tape ? " of another tape" : "", gan_dtype_name(gan_tensor_dtype(tensor)),
            gan_shape_text(gan_tensor_shape(tensor), wanted, sizeof wanted));
        return GAN_ERROR_INVALID_ARGUMENT;
    }
    for (size_t i = 0; i < tape->assignment_count; i++)
        if (tape->assignments[i].tensor == tensor) {
            tape->assignments[i].value = value;
            return GAN_OK;
        }
    if (!gan_grow((void **)&tape->assignments, &tape->assignment_capacity, tape->assignment_count,
                  sizeof *tape->assignments)) {
        gan_tape_take_error(tape);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    tape->assignments[tape->assignment_count++] = (struct gan_assignment){gan_tensor_ref(tensor), value};
    return GAN_OK;
}

int gan_tape_assignments(const gan_tape *tape, const struct gan_assignment **list)
{
    *list = tape->assignments;
    return (int)tape->assignment_count;
}

/* ---- vars ---- */

gan_shape gan_var_shape(const gan_var *var)
{
    return var != NULL ? var->shape : (gan_shape){0, {0}};
}

int gan_var_rank(const gan_var *var)
{
    return var != NULL ? var->shape.rank : -1;
}

gan_tape *gan_var_tape(const gan_var *var)
{
    return var != NULL ? var->tape : NULL;
}

gan_var *gan_var_named(gan_var *var, const char *name)
{
    if (var == NULL || name == NULL)
        return var;
    char *copy = gan_strdup(name);
    if (copy == NULL)
        return gan_tape_take_error(var->tape);
    gan_free(var->name);
    var->name = copy;
    return var;
}

const char *gan_var_name(const gan_var *var)
{
    return var != NULL && var->name != NULL ? var->name : "";
}
