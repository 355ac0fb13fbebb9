/* The built-in digits as a data set. */
#include "data/digits.h"
#include "base/status.h"
#include "base/threads.h"
#include "data/dataset.h"

#include <inttypes.h>

enum {
    KEPT = 131072, /* so many digits are drawn at once and kept (98 MiB); of more, each is drawn when it is read */
    PART = 64      /* digits that one thread draws at a time */
};

int gan_digit_draw(uint64_t seed, uint64_t index, uint8_t pixels[GAN_DIGIT_PIXELS])
{
    struct gan_dice dice = gan_dice_new(seed, index);
    struct gan_digit_line line;
    int label = gan_dice_integer(&dice, 10);
    gan_digit_write(label, &dice, &line);
    gan_digit_ink(&line, pixels);
    return label;
}

struct drawn {
    gan_dataset base;
    uint64_t seed;
};

static gan_status read_drawn(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                             int32_t *label)
{
    (void)draw;
    uint8_t pixels[GAN_DIGIT_PIXELS];
    *label = gan_digit_draw(((const struct drawn *)dataset)->seed, (uint64_t)index, pixels);
    for (int i = 0; i < GAN_DIGIT_PIXELS; i++)
        example[i] = (float)pixels[i] / 255;
    return GAN_OK;
}

static void release_drawn(gan_dataset *dataset)
{
    (void)dataset;
}

static const struct gan_dataset_kind drawn_kind = {.read = read_drawn, .release = release_drawn};

static gan_dataset *on_demand(int64_t size, uint64_t seed, const char *name)
{
    gan_dataset *dataset = gan_dataset_make(sizeof(struct drawn), &drawn_kind, "gan_dataset_digits",
                                            GAN_SHAPE(1, GAN_DIGIT_SIDE, GAN_DIGIT_SIDE), size, name);
    if (dataset == NULL)
        return NULL;
    ((struct drawn *)dataset)->seed = seed;
    dataset->ranged = 1;
    dataset->low = 0;
    dataset->high = 1;
    dataset->classes = 10;
    return dataset;
}

struct drawing {
    uint64_t seed;
    int64_t size;
    uint8_t *pixels, *labels;
};

static void draw_part(void *context, int64_t part)
{
    const struct drawing *drawing = context;
    int64_t end = (part + 1) * PART < drawing->size ? (part + 1) * PART : drawing->size;
    for (int64_t i = part * PART; i < end; i++)
        drawing->labels[i] = (uint8_t)gan_digit_draw(drawing->seed, (uint64_t)i,
                                                     drawing->pixels + i * GAN_DIGIT_PIXELS);
}

static gan_dataset *at_once(int64_t size, uint64_t seed, const char *name)
{
    gan_dataset *dataset = NULL;
    gan_tensor *labels = NULL;
    gan_tensor *images = gan_tensor_new_typed(GAN_SHAPE(size, 1, GAN_DIGIT_SIDE, GAN_DIGIT_SIDE), GAN_UINT8);
    if (images != NULL)
        labels = gan_tensor_new_typed(GAN_SHAPE(size), GAN_UINT8);
    if (labels != NULL) {
        struct drawing drawing = {seed, size, gan_tensor_uint8(images), gan_tensor_uint8(labels)};
        gan_parallel((size + PART - 1) / PART, draw_part, &drawing);
        dataset = gan_dataset_over_tensor("gan_dataset_digits", name, images, labels, 0, 1);
    }
    gan_tensor_unref(images);
    gan_tensor_unref(labels);
    if (dataset != NULL)
        dataset->classes = 10; /* of a few digits the greatest may be absent */
    return dataset;
}

gan_dataset *gan_dataset_digits(int64_t size, uint64_t seed)
{
    static const char name[] = "built-in digits";
    if (size < 1)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_digits: size is %" PRId64 ", want 1 or more",
                             size);
    gan_dataset *dataset = size <= KEPT ? at_once(size, seed, name) : on_demand(size, seed, name);
    if (dataset != NULL && gan_dataset_number_classes(dataset) != GAN_OK) {
        gan_dataset_unref(dataset);
        return NULL;
    }
    return dataset;
}
