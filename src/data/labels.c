#include "data/labels.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Separates what is drawn here from what else a seed feeds. */
#define DRAW_LABEL UINT64_C(0x6c6162656c73)

/* One label's classes; or one number. */
struct slot {
    int classes; /* 0 for a number */
    char **names;
    float mean, deviation;
};

struct gan_labels {
    atomic_int references;
    gan_label_kind kind;
    int count;
    struct slot slot[];
};

/* ---- making ---- */

static gan_labels *create(gan_label_kind kind, int count, const char *who)
{
    if (count < 1 || count > GAN_MAX_LABELS)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: count is %d, want 1 to %d", who, count, GAN_MAX_LABELS);
    gan_labels *labels = gan_alloc_zero(1, sizeof *labels + (size_t)count * sizeof(struct slot));
    if (labels == NULL)
        return NULL;
    atomic_init(&labels->references, 1);
    labels->kind = kind;
    labels->count = count;
    return labels;
}

gan_labels *gan_labels_ref(gan_labels *labels)
{
    if (labels != NULL)
        atomic_fetch_add_explicit(&labels->references, 1, memory_order_relaxed);
    return labels;
}

void gan_labels_unref(gan_labels *labels)
{
    if (labels == NULL || atomic_fetch_sub_explicit(&labels->references, 1, memory_order_acq_rel) != 1)
        return;
    for (int i = 0; i < labels->count; i++) {
        for (int c = 0; labels->slot[i].names != NULL && c < labels->slot[i].classes; c++)
            gan_free(labels->slot[i].names[c]);
        gan_free(labels->slot[i].names);
    }
    gan_free(labels);
}

static gan_status set_slot(struct slot *slot, int index, int classes, const char *const *names, const char *who)
{
    if (classes < 1 || classes == INT32_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: label %d has %d classes, want 1 or more (and below 2^31 - 1)",
                        who, index, classes);
    slot->classes = classes;
    slot->names = names != NULL ? gan_alloc_zero((size_t)classes, sizeof *slot->names) : NULL;
    if (names != NULL && slot->names == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; names != NULL && i < classes; i++)
        if (names[i] != NULL && (slot->names[i] = gan_strdup(names[i])) == NULL)
            return GAN_ERROR_OUT_OF_MEMORY;
    return GAN_OK;
}

static gan_labels *make_classes(int count, const int *classes, const char *const *const *names, const char *who)
{
    gan_labels *labels = create(GAN_LABEL_CLASSES, count, who);
    gan_status status = labels != NULL ? GAN_OK : gan_error_status();
    for (int i = 0; i < count && status == GAN_OK; i++)
        status = set_slot(&labels->slot[i], i, classes[i], names != NULL ? names[i] : NULL, who);
    if (status == GAN_OK)
        return labels;
    gan_labels_unref(labels);
    return NULL;
}

gan_labels *gan_labels_classes(int classes, const char *const *names)
{
    return make_classes(1, &classes, &names, "gan_labels_classes");
}

gan_labels *gan_labels_several(int count, const int *classes, const char *const *const *names)
{
    static const char who[] = "gan_labels_several";
    if (classes == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: classes is NULL", who);
    return make_classes(count, classes, names, who);
}

gan_labels *gan_labels_numbers(int count, const float *mean, const float *deviation)
{
    static const char who[] = "gan_labels_numbers";
    gan_labels *labels = create(GAN_LABEL_NUMBERS, count, who);
    for (int i = 0; labels != NULL && i < count; i++) {
        struct slot *slot = &labels->slot[i];
        slot->mean = mean != NULL ? mean[i] : 0;
        slot->deviation = deviation != NULL ? deviation[i] : 1;
        if (isfinite(slot->mean) && isfinite(slot->deviation) && slot->deviation >= 0)
            continue;
        gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                 "%s: number %d has the mean %g and the deviation %g, want finite ones, the deviation 0 or more", who,
                 i, (double)slot->mean, (double)slot->deviation);
        gan_labels_unref(labels);
        return NULL;
    }
    return labels;
}

/* ---- asking ---- */

gan_label_kind gan_labels_kind(const gan_labels *labels)
{
    return labels != NULL ? labels->kind : GAN_LABEL_CLASSES;
}

int gan_labels_count(const gan_labels *labels)
{
    return labels != NULL ? labels->count : 0;
}

static bool has_slot(const gan_labels *labels, int index)
{
    return labels != NULL && index >= 0 && index < labels->count;
}

int gan_labels_class_count(const gan_labels *labels, int index)
{
    return has_slot(labels, index) ? labels->slot[index].classes : 0;
}

const char *gan_labels_class_name(const gan_labels *labels, int index, int number)
{
    if (!has_slot(labels, index) || number < 0 || number >= labels->slot[index].classes ||
        labels->slot[index].names == NULL)
        return NULL;
    return labels->slot[index].names[number];
}

/* "0 (circle), 1 (square), 2 and 7 more"; a name that is the number itself is left out. */
static const char *list_classes(const struct slot *slot, char *text, size_t size)
{
    enum { SHOWN = 8 };
    size_t used = 0;
    for (int i = 0; i < slot->classes && i < SHOWN && used < size; i++) {
        const char *name = slot->names != NULL ? slot->names[i] : NULL;
        char number[16], named[64] = "";
        snprintf(number, sizeof number, "%d", i);
        if (name != NULL && strcmp(name, number) != 0)
            snprintf(named, sizeof named, " (%s)", GAN_SHOWN(name, 40));
        used += (size_t)snprintf(text + used, size - used, "%s%s%s", i > 0 ? ", " : "", number, named);
    }
    if (slot->classes > SHOWN && used < size)
        snprintf(text + used, size - used, " and %d more", slot->classes - SHOWN);
    return text;
}

int gan_labels_find_class(const gan_labels *labels, int index, const char *text)
{
    static const char who[] = "gan_labels_find_class";
    char list[512];
    if (labels == NULL || text == NULL || !has_slot(labels, index) || labels->kind != GAN_LABEL_CLASSES) {
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: there is no label %d of classes, or no text to look for", who, index);
        return -1;
    }
    const struct slot *slot = &labels->slot[index];
    for (int i = 0; slot->names != NULL && i < slot->classes; i++)
        if (slot->names[i] != NULL && strcmp(slot->names[i], text) == 0)
            return i;
    char *end;
    long number = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : -1;
    if (number >= 0 && *end == '\0' && number < slot->classes)
        return (int)number;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: there is no class \"%s\"; there are %s", who, GAN_SHOWN(text, 80),
             list_classes(slot, list, sizeof list));
    return -1;
}

bool gan_labels_number(const gan_labels *labels, int index, float *mean, float *deviation)
{
    if (!has_slot(labels, index) || labels->kind != GAN_LABEL_NUMBERS)
        return false;
    if (mean != NULL)
        *mean = labels->slot[index].mean;
    if (deviation != NULL)
        *deviation = labels->slot[index].deviation;
    return true;
}

bool gan_labels_alike(const gan_labels *a, const gan_labels *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    bool alike = a->kind == b->kind && a->count == b->count;
    for (int i = 0; alike && i < a->count; i++)
        alike = a->slot[i].classes == b->slot[i].classes;
    return alike;
}

char *gan_labels_text(const gan_labels *labels, char *text, size_t size)
{
    if (text == NULL || size == 0)
        return text;
    if (labels == NULL) {
        snprintf(text, size, "none");
    } else if (labels->kind == GAN_LABEL_NUMBERS) {
        snprintf(text, size, "%d number%s", labels->count, labels->count == 1 ? "" : "s");
    } else if (labels->count == 1) {
        snprintf(text, size, "%d class%s", labels->slot[0].classes, labels->slot[0].classes == 1 ? "" : "es");
    } else {
        size_t used = (size_t)snprintf(text, size, "%d labels of ", labels->count);
        for (int i = 0; i < labels->count && used < size; i++)
            used += (size_t)snprintf(text + used, size - used, "%s%d",
                                     i == 0                   ? ""
                                     : i + 1 == labels->count ? " and "
                                                              : ", ",
                                     labels->slot[i].classes);
        if (used < size)
            snprintf(text + used, size - used, " classes");
    }
    return text;
}

/* ---- the labels themselves ---- */

bool gan_labels_are_named(const gan_labels *labels)
{
    bool named = labels != NULL && labels->kind == GAN_LABEL_NUMBERS;
    for (int i = 0; labels != NULL && i < labels->count; i++)
        named = named || labels->slot[i].names != NULL;
    return named;
}

gan_dtype gan_labels_dtype(const gan_labels *labels)
{
    return labels->kind == GAN_LABEL_NUMBERS ? GAN_FLOAT32 : GAN_INT32;
}

gan_shape gan_labels_shape(const gan_labels *labels, int64_t n)
{
    bool one = labels->kind == GAN_LABEL_CLASSES && labels->count == 1;
    return one ? GAN_SHAPE(n) : GAN_SHAPE(n, labels->count);
}

size_t gan_labels_row_size(const gan_labels *labels)
{
    return (size_t)labels->count * gan_dtype_size(gan_labels_dtype(labels));
}

static gan_status check_classes(const gan_labels *labels, const int32_t *given, int64_t n, const char *who,
                                const char *what)
{
    for (int64_t i = 0; i < n * labels->count; i++) {
        int classes = labels->slot[i % labels->count].classes;
        if (given[i] >= 0 && given[i] < classes)
            continue;
        char which[48] = "";
        if (labels->count > 1)
            snprintf(which, sizeof which, " %" PRId64, i % labels->count);
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: %s: label%s of example %" PRId64 " is %d, want 0 to %d: there are %d classes", who, what,
                        which, i / labels->count, given[i], classes - 1, classes);
    }
    return GAN_OK;
}

static gan_status check_numbers(const gan_labels *labels, const float *given, int64_t n, const char *who,
                                const char *what)
{
    for (int64_t i = 0; i < n * labels->count; i++)
        if (!isfinite(given[i]))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "%s: %s: number %" PRId64 " of example %" PRId64 " is %g, want a finite one", who, what,
                            i % labels->count, i / labels->count, (double)given[i]);
    return GAN_OK;
}

gan_status gan_labels_check(const gan_labels *labels, const gan_tensor *given, int64_t n, const char *who,
                            const char *what)
{
    gan_dtype dtype = gan_labels_dtype(labels);
    gan_shape shape = gan_tensor_shape(given), wanted = gan_labels_shape(labels, n), rows = GAN_SHAPE(n);
    bool fits = gan_shape_equal(shape, wanted) ||
                (labels->count == 1 && (gan_shape_equal(shape, rows) || gan_shape_equal(shape, GAN_SHAPE(n, 1))));
    if (gan_tensor_dtype(given) != dtype || !fits) {
        char a[128], b[128], kind[128];
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s %s, want %s %s: %s for each example", who, what,
                        gan_dtype_name(gan_tensor_dtype(given)), gan_shape_text(shape, a, sizeof a),
                        gan_dtype_name(dtype), gan_shape_text(wanted, b, sizeof b),
                        labels->kind == GAN_LABEL_CLASSES && labels->count == 1
                            ? "one class"
                            : gan_labels_text(labels, kind, sizeof kind));
    }
    return dtype == GAN_INT32 ? check_classes(labels, gan_tensor_bytes(given), n, who, what)
                              : check_numbers(labels, gan_tensor_bytes(given), n, who, what);
}

void gan_labels_draw(const gan_labels *labels, uint64_t seed, uint64_t index, void *row)
{
    struct gan_random_key key = {.seed = gan_random_derive(seed, DRAW_LABEL), .stream = 0, .step = index};
    if (labels->kind == GAN_LABEL_CLASSES) {
        for (int i = 0; i < labels->count; i++)
            ((int32_t *)row)[i] = (int32_t)gan_random_integer(&key, (uint64_t)i, (uint64_t)labels->slot[i].classes);
        return;
    }
    float *numbers = row;
    gan_random_normal(&key, 0, (size_t)labels->count, numbers);
    for (int i = 0; i < labels->count; i++)
        numbers[i] = numbers[i] * labels->slot[i].deviation + labels->slot[i].mean;
}
