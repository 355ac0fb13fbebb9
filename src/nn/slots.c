#include "nn/slots.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/initializer.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

/* Parameters begin on cache lines: kernels take them as they are. */
#define SLOT_ALIGNMENT ((int64_t)(GAN_ALIGNMENT / sizeof(float)))

/* Far beyond any memory, and far from overflow. */
#define MOST_NUMBERS (INT64_C(1) << 48)

/* Separates these streams from others that one seed feeds (a trainer's noise). */
#define INITIALIZER_LABEL UINT64_C(0x696e6974)

static bool name_is_taken(const struct gan_slots *slots, const char *name)
{
    for (size_t i = 0; i < slots->count; i++)
        if (strcmp(slots->slot[i].name, name) == 0)
            return true;
    return false;
}

gan_status gan_slots_add(struct gan_slots *slots, const struct gan_slot *slot)
{
    if (name_is_taken(slots, slot->name))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_model_add: the model already has a \"%s\"; give the layer another name", slot->name);
    gan_status status = gan_shape_check(slot->shape, slot->name);
    if (status != GAN_OK)
        return status;
    int64_t numbers = gan_shape_size(slot->shape);
    if (numbers > MOST_NUMBERS - slots->size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_model_add: with \"%s\" the model has more than %" PRId64
                        " numbers; make its layers smaller",
                        slot->name, MOST_NUMBERS);
    if (!gan_grow((void **)&slots->slot, &slots->capacity, slots->count, sizeof *slots->slot))
        return GAN_ERROR_OUT_OF_MEMORY;
    char *name = gan_strdup(slot->name);
    if (name == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_slot *own = &slots->slot[slots->count++];
    *own = *slot;
    own->name = name;
    own->offset = slots->size;
    slots->numbers += numbers;
    slots->size += (numbers + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
    return GAN_OK;
}

void gan_slots_cut(struct gan_slots *slots, size_t count)
{
    while (slots->count > count) {
        struct gan_slot *last = &slots->slot[--slots->count];
        slots->numbers -= gan_shape_size(last->shape);
        slots->size = last->offset;
        gan_free(last->name);
    }
}

static void displace(struct gan_slots *slots)
{
    for (size_t i = 0; slots->tensors != NULL && i < slots->count; i++)
        gan_tensor_unref(slots->tensors[i]);
    gan_free(slots->tensors);
    gan_tensor_unref(slots->block);
    slots->tensors = NULL;
    slots->block = NULL;
}

gan_status gan_slots_place(struct gan_slots *slots)
{
    if (slots->count == 0 || slots->block != NULL)
        return GAN_OK;
    slots->block = gan_tensor_new(GAN_SHAPE(slots->size));
    slots->tensors = gan_alloc_zero(slots->count, sizeof(gan_tensor *));
    bool placed = slots->block != NULL && slots->tensors != NULL;
    for (size_t i = 0; placed && i < slots->count; i++) {
        slots->tensors[i] = gan_tensor_view(slots->block, slots->slot[i].offset, slots->slot[i].shape);
        placed = slots->tensors[i] != NULL;
    }
    if (placed)
        return GAN_OK;
    displace(slots);
    return gan_error_status();
}

void gan_slots_fill(struct gan_slots *slots, uint64_t seed)
{
    uint64_t own_seed = gan_random_derive(seed, INITIALIZER_LABEL);
    for (size_t i = 0; i < slots->count; i++) {
        const struct gan_slot *slot = &slots->slot[i];
        struct gan_random_key key = {.seed = own_seed, .stream = (uint32_t)i, .step = 0};
        gan_initializer_fill(slot->initializer, slot->fan_in, slot->fan_out, &key, (size_t)gan_shape_size(slot->shape),
                             gan_tensor_data(slots->tensors[i]));
    }
}

gan_status gan_slots_declare_as(struct gan_slots *to, const struct gan_slots *from)
{
    gan_status status = GAN_OK;
    for (size_t i = 0; i < from->count && status == GAN_OK; i++)
        status = gan_slots_add(to, &from->slot[i]);
    return status;
}

void gan_slots_copy_numbers(struct gan_slots *to, const struct gan_slots *from)
{
    if (from->block != NULL)
        memcpy(gan_tensor_data(to->block), gan_tensor_data(from->block), (size_t)from->size * sizeof(float));
}

void gan_slots_clear(struct gan_slots *slots)
{
    displace(slots);
    gan_slots_cut(slots, 0);
    gan_free(slots->slot);
    *slots = (struct gan_slots){0};
}
