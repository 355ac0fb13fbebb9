/* Slots: a model's parameters, or its state, first declared one by one, then placed together in one block of memory. */
#ifndef GAN_SRC_NN_SLOTS_H
#define GAN_SRC_NN_SLOTS_H

#include "gan/initializer.h"
#include "gan/tensor.h"

/* How a slot's numbers begin, once the initialiser has drawn: see nn/weight.h. */
enum gan_slot_begins {
    GAN_SLOT_DRAWN,       /* as it is */
    GAN_SLOT_LEFT_VECTOR, /* as a weight's left singular vector; the next slot is the right one */
    GAN_SLOT_RIGHT_VECTOR,
    GAN_SLOT_LENGTHS /* as the lengths of a weight's rows */
};

struct gan_slot {
    char *name;
    gan_shape shape;
    int64_t fan_in, fan_out;
    gan_initializer initializer;
    int64_t offset; /* in floats, a multiple of 16 */
    enum gan_slot_begins begins;
    size_t of; /* the weight that it hangs on: a slot of the parameters */
    int axis;  /* which of its axes counts rows */
};

struct gan_slots {
    struct gan_slot *slot;
    size_t count, capacity;
    int64_t numbers;      /* of all slots together, gaps not counted */
    int64_t size;         /* of the block, in floats: gaps counted */
    gan_tensor *block;    /* NULL before gan_slots_place, and if there are no slots */
    gan_tensor **tensors; /* views of the block, one a slot */
};

/* Adds a slot; names must differ. The text is copied. */
gan_status gan_slots_add(struct gan_slots *slots, const struct gan_slot *slot);
/* Takes the slots after the first `count` off again. */
void gan_slots_cut(struct gan_slots *slots, size_t count);
/* Makes the block and the tensors, all zero. */
gan_status gan_slots_place(struct gan_slots *slots);
/* Fills each slot by its initialiser, from a stream of its own. */
void gan_slots_fill(struct gan_slots *slots, uint64_t seed);
/* Declares in `to` (empty) what `from` has. */
gan_status gan_slots_declare_as(struct gan_slots *to, const struct gan_slots *from);
/* Copies the numbers, if `from` has any; both are placed, and alike. */
void gan_slots_copy_numbers(struct gan_slots *to, const struct gan_slots *from);
void gan_slots_clear(struct gan_slots *slots);

#endif
