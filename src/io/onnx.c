#include "io/onnx.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/file.h"
#include "onnx_schema.pb-c.h"

#include <limits.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "ONNX's raw data need a little-endian machine");

/* A list of messages. */
struct list {
    void **items;
    size_t count, capacity;
};

struct gan_onnx {
    struct list kept; /* all memory but that of the lists */
    struct list nodes, constants, inputs, outputs, metadata;
    char *name;
    bool failed;
};

/* ---- memory ---- */

static bool add(struct gan_onnx *onnx, struct list *list, void *item)
{
    if (item == NULL || onnx->failed || !gan_grow((void **)&list->items, &list->capacity, list->count, sizeof(void *)))
        onnx->failed = true;
    else
        list->items[list->count++] = item;
    return !onnx->failed;
}

/* The memory, which the graph keeps from now on; or NULL. */
static void *keep(struct gan_onnx *onnx, void *memory)
{
    if (add(onnx, &onnx->kept, memory))
        return memory;
    gan_free(memory);
    return NULL;
}

/* A text that is NULL could not be made. */
static char *copy_text(struct gan_onnx *onnx, const char *text)
{
    onnx->failed = onnx->failed || text == NULL;
    return onnx->failed ? NULL : keep(onnx, gan_strdup(text));
}

/* A message that begins as its initial value, in the way of protobuf-c; NULL after an error. */
#define NEW(onnx, type, INITIAL) new_message(onnx, &(const type)INITIAL, sizeof(type))

static void *new_message(struct gan_onnx *onnx, const void *initial, size_t size)
{
    void *message = onnx->failed ? NULL : keep(onnx, gan_alloc(size));
    if (message != NULL)
        memcpy(message, initial, size);
    else
        onnx->failed = true;
    return message;
}

static int64_t *copy_integers(struct gan_onnx *onnx, const int64_t *integers, size_t count)
{
    int64_t *copy = onnx->failed ? NULL : keep(onnx, gan_alloc(count * sizeof *copy));
    if (copy != NULL)
        memcpy(copy, integers, count * sizeof *copy);
    return copy;
}

struct gan_onnx *gan_onnx_new(const char *name)
{
    struct gan_onnx *onnx = gan_alloc_zero(1, sizeof *onnx);
    if (onnx != NULL)
        onnx->name = copy_text(onnx, name);
    return onnx;
}

void gan_onnx_free(struct gan_onnx *onnx)
{
    if (onnx == NULL)
        return;
    for (size_t i = 0; i < onnx->kept.count; i++)
        gan_free(onnx->kept.items[i]);
    struct list *const lists[] = {&onnx->kept,   &onnx->nodes,   &onnx->constants,
                                  &onnx->inputs, &onnx->outputs, &onnx->metadata};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        gan_free(lists[i]->items);
    gan_free(onnx);
}

/* ---- values ---- */

static Gan__Onnx__TensorShapeProto__Dimension *dimension(struct gan_onnx *onnx, int64_t size, const char *name)
{
    Gan__Onnx__TensorShapeProto__Dimension *made = NEW(onnx, Gan__Onnx__TensorShapeProto__Dimension,
                                                       GAN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__INIT);
    if (made == NULL)
        return NULL;
    if (name != NULL) {
        made->value_case = GAN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        made->dim_param = copy_text(onnx, name);
    } else {
        made->value_case = GAN__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        made->dim_value = size;
    }
    return made;
}

static Gan__Onnx__TensorShapeProto *shape_of(struct gan_onnx *onnx, const char *batch, gan_shape one)
{
    Gan__Onnx__TensorShapeProto *shape = NEW(onnx, Gan__Onnx__TensorShapeProto, GAN__ONNX__TENSOR_SHAPE_PROTO__INIT);
    Gan__Onnx__TensorShapeProto__Dimension **dims = onnx->failed ? NULL
                                                                 : keep(onnx, gan_alloc_zero((size_t)one.rank + 1,
                                                                                             sizeof *dims));
    if (shape == NULL || dims == NULL)
        return NULL;
    dims[0] = dimension(onnx, 0, batch);
    for (int i = 0; i < one.rank; i++)
        dims[i + 1] = dimension(onnx, one.dims[i], NULL);
    shape->n_dim = (size_t)one.rank + 1;
    shape->dim = dims;
    return shape;
}

static void add_value(struct gan_onnx *onnx, struct list *list, const char *name, const char *batch, gan_shape one,
                      int type_of_numbers)
{
    Gan__Onnx__ValueInfoProto *value = NEW(onnx, Gan__Onnx__ValueInfoProto, GAN__ONNX__VALUE_INFO_PROTO__INIT);
    Gan__Onnx__TypeProto *type = NEW(onnx, Gan__Onnx__TypeProto, GAN__ONNX__TYPE_PROTO__INIT);
    Gan__Onnx__TypeProto__Tensor *tensor = NEW(onnx, Gan__Onnx__TypeProto__Tensor, GAN__ONNX__TYPE_PROTO__TENSOR__INIT);
    if (value == NULL || type == NULL || tensor == NULL)
        return;
    tensor->has_elem_type = true;
    tensor->elem_type = type_of_numbers;
    tensor->shape = shape_of(onnx, batch, one);
    type->value_case = GAN__ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    value->name = copy_text(onnx, name);
    value->type = type;
    add(onnx, list, value);
}

void gan_onnx_input(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one)
{
    add_value(onnx, &onnx->inputs, name, batch, one, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
}

void gan_onnx_integer_input(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one)
{
    add_value(onnx, &onnx->inputs, name, batch, one, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__INT64);
}

void gan_onnx_output(struct gan_onnx *onnx, const char *name, const char *batch, gan_shape one)
{
    add_value(onnx, &onnx->outputs, name, batch, one, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
}

void gan_onnx_metadatum(struct gan_onnx *onnx, const char *key, const char *text)
{
    Gan__Onnx__StringStringEntryProto *entry = NEW(onnx, Gan__Onnx__StringStringEntryProto,
                                                   GAN__ONNX__STRING_STRING_ENTRY_PROTO__INIT);
    if (entry == NULL)
        return;
    entry->key = copy_text(onnx, key);
    entry->value = copy_text(onnx, text);
    add(onnx, &onnx->metadata, entry);
}

/* ---- constants ---- */

static const char *add_constant(struct gan_onnx *onnx, const char *name, int type, gan_shape shape, const void *bytes,
                                size_t size)
{
    Gan__Onnx__TensorProto *tensor = NEW(onnx, Gan__Onnx__TensorProto, GAN__ONNX__TENSOR_PROTO__INIT);
    if (tensor == NULL || bytes == NULL)
        return NULL;
    tensor->n_dims = (size_t)shape.rank;
    tensor->dims = copy_integers(onnx, shape.dims, (size_t)shape.rank);
    tensor->has_data_type = true;
    tensor->data_type = type;
    tensor->name = copy_text(onnx, name);
    tensor->has_raw_data = true;
    tensor->raw_data = (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)bytes}; /* only read */
    return add(onnx, &onnx->constants, tensor) ? tensor->name : NULL;
}

const char *gan_onnx_floats(struct gan_onnx *onnx, const char *name, gan_shape shape, const float *numbers)
{
    return add_constant(onnx, name, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, shape, numbers,
                        (size_t)gan_shape_size(shape) * sizeof(float));
}

const char *gan_onnx_number(struct gan_onnx *onnx, const char *name, float number)
{
    float *copy = new_message(onnx, &number, sizeof number);
    return gan_onnx_floats(onnx, name, GAN_SCALAR, copy);
}

const char *gan_onnx_numbers(struct gan_onnx *onnx, const char *name, gan_shape shape, const float *numbers)
{
    float *copy = new_message(onnx, numbers, (size_t)gan_shape_size(shape) * sizeof *numbers);
    return gan_onnx_floats(onnx, name, shape, copy);
}

const char *gan_onnx_filled(struct gan_onnx *onnx, const char *name, gan_shape shape, float number)
{
    size_t size = (size_t)gan_shape_size(shape);
    float *numbers = onnx->failed ? NULL : keep(onnx, gan_alloc(size * sizeof *numbers));
    for (size_t i = 0; numbers != NULL && i < size; i++)
        numbers[i] = number;
    return gan_onnx_floats(onnx, name, shape, numbers);
}

const char *gan_onnx_integers(struct gan_onnx *onnx, const char *name, const int64_t *integers, size_t count)
{
    return add_constant(onnx, name, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__INT64, GAN_SHAPE((int64_t)count),
                        copy_integers(onnx, integers, count), count * sizeof *integers);
}

const char *gan_onnx_integer(struct gan_onnx *onnx, const char *name, int64_t integer)
{
    return add_constant(onnx, name, GAN__ONNX__TENSOR_PROTO__DATA_TYPE__INT64, GAN_SCALAR,
                        copy_integers(onnx, &integer, 1), sizeof integer);
}

/* ---- nodes ---- */

const char *gan_onnx_node(struct gan_onnx *onnx, const char *type, const char *output, const char *const *inputs)
{
    Gan__Onnx__NodeProto *node = NEW(onnx, Gan__Onnx__NodeProto, GAN__ONNX__NODE_PROTO__INIT);
    size_t count = 0;
    while (inputs[count] != NULL)
        count++;
    char **names = onnx->failed ? NULL : keep(onnx, gan_alloc_zero(count, sizeof *names));
    if (node == NULL || names == NULL)
        return NULL;
    for (; node->n_input < count; node->n_input++)
        names[node->n_input] = copy_text(onnx, inputs[node->n_input]);
    node->input = names;
    node->name = copy_text(onnx, output);
    node->op_type = copy_text(onnx, type);
    node->n_output = 1;
    node->output = &node->name;
    return add(onnx, &onnx->nodes, node) ? node->name : NULL;
}

/* Room for one more attribute: a full list gives way to one twice as long. */
static bool make_room(struct gan_onnx *onnx, Gan__Onnx__NodeProto *node)
{
    enum { FIRST = 8 };
    size_t count = node->n_attribute;
    bool full = count == 0 || (count >= FIRST && (count & (count - 1)) == 0);
    if (!full || onnx->failed)
        return !onnx->failed;
    Gan__Onnx__AttributeProto **list = keep(onnx, gan_alloc_zero(count == 0 ? FIRST : 2 * count, sizeof *list));
    if (list == NULL)
        return false;
    if (count > 0)
        memcpy(list, node->attribute, count * sizeof *list);
    node->attribute = list;
    return true;
}

/* A new attribute of the latest node; NULL after an error. */
static Gan__Onnx__AttributeProto *add_attribute(struct gan_onnx *onnx, const char *name, int type)
{
    Gan__Onnx__AttributeProto *attribute = NEW(onnx, Gan__Onnx__AttributeProto, GAN__ONNX__ATTRIBUTE_PROTO__INIT);
    if (attribute == NULL)
        return NULL;
    Gan__Onnx__NodeProto *node = onnx->nodes.items[onnx->nodes.count - 1];
    if (!make_room(onnx, node))
        return NULL;
    attribute->name = copy_text(onnx, name);
    attribute->has_type = true;
    attribute->type = (Gan__Onnx__AttributeProto__AttributeType)type;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

void gan_onnx_attribute_integer(struct gan_onnx *onnx, const char *name, int64_t value)
{
    Gan__Onnx__AttributeProto *attribute = add_attribute(onnx, name, GAN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    if (attribute == NULL)
        return;
    attribute->has_i = true;
    attribute->i = value;
}

void gan_onnx_attribute_float(struct gan_onnx *onnx, const char *name, float value)
{
    Gan__Onnx__AttributeProto *attribute = add_attribute(onnx, name, GAN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    if (attribute == NULL)
        return;
    attribute->has_f = true;
    attribute->f = value;
}

void gan_onnx_attribute_text(struct gan_onnx *onnx, const char *name, const char *text)
{
    Gan__Onnx__AttributeProto *attribute = add_attribute(onnx, name,
                                                         GAN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    char *copy = copy_text(onnx, text);
    if (attribute == NULL || copy == NULL)
        return;
    attribute->has_s = true;
    attribute->s = (ProtobufCBinaryData){strlen(copy), (uint8_t *)copy};
}

void gan_onnx_attribute_integers(struct gan_onnx *onnx, const char *name, const int64_t *values, size_t count)
{
    Gan__Onnx__AttributeProto *attribute = add_attribute(onnx, name, GAN__ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    if (attribute == NULL)
        return;
    attribute->ints = copy_integers(onnx, values, count);
    attribute->n_ints = count;
}

/* ---- writing ---- */

static gan_status write_model(const Gan__Onnx__ModelProto *model, const char *path, const char *who)
{
    size_t size = gan__onnx__model_proto__get_packed_size(model);
    if (size > INT_MAX)
        return gan_fail(GAN_ERROR_UNSUPPORTED, "%s: %s would have %zu bytes; an ONNX file has at most 2 GiB", who, path,
                        size);
    uint8_t *bytes = gan_alloc(size);
    if (bytes == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan__onnx__model_proto__pack(model, bytes);
    gan_status status = gan_file_write(path, bytes, size, who);
    gan_free(bytes);
    return status;
}

gan_status gan_onnx_write(struct gan_onnx *onnx, const char *path, const char *who)
{
    if (onnx->failed)
        return GAN_ERROR_OUT_OF_MEMORY;
    char producer[] = "libgan", domain[] = "";
    Gan__Onnx__GraphProto graph = GAN__ONNX__GRAPH_PROTO__INIT;
    Gan__Onnx__OperatorSetIdProto operators = GAN__ONNX__OPERATOR_SET_ID_PROTO__INIT;
    Gan__Onnx__OperatorSetIdProto *imports[] = {&operators};
    Gan__Onnx__ModelProto model = GAN__ONNX__MODEL_PROTO__INIT;
    operators.domain = domain;
    operators.has_version = model.has_ir_version = true;
    operators.version = GAN_ONNX_OPERATOR_SET;
    model.ir_version = GAN_ONNX_IR_VERSION;
    model.n_opset_import = 1;
    model.opset_import = imports;
    model.producer_name = producer;
    model.producer_version = (char *)(uintptr_t)gan_version(); /* only read */
    model.graph = &graph;
    model.n_metadata_props = onnx->metadata.count;
    model.metadata_props = (Gan__Onnx__StringStringEntryProto **)onnx->metadata.items;
    graph.name = onnx->name;
    graph.n_node = onnx->nodes.count;
    graph.node = (Gan__Onnx__NodeProto **)onnx->nodes.items;
    graph.n_initializer = onnx->constants.count;
    graph.initializer = (Gan__Onnx__TensorProto **)onnx->constants.items;
    graph.n_input = onnx->inputs.count;
    graph.input = (Gan__Onnx__ValueInfoProto **)onnx->inputs.items;
    graph.n_output = onnx->outputs.count;
    graph.output = (Gan__Onnx__ValueInfoProto **)onnx->outputs.items;
    return write_model(&model, path, who);
}
