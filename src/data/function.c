/* Data sets that the caller's function makes. */
#include "base/status.h"
#include "data/dataset.h"

#include <inttypes.h>

struct function {
    gan_dataset base;
    gan_example_function *read;
    void *context;
    void (*release)(void *context);
};

static gan_status read_function(const gan_dataset *dataset, int64_t index, const struct gan_draw *draw, float *example,
                                int32_t *label)
{
    (void)draw;
    const struct function *function = (const struct function *)dataset;
    gan_status status = function->read(function->context, index, example, dataset->classes > 0 ? label : NULL);
    if (status != GAN_OK)
        return gan_fail(status, "'%s': the data set's own function failed at example %" PRId64 ": %s", dataset->name,
                        index, gan_status_name(status));
    if (dataset->classes > 0 && (*label < 0 || *label >= dataset->classes))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "'%s': the data set's own function gave example %" PRId64 " the label %d, want 0 to %d",
                        dataset->name, index, *label, dataset->classes - 1);
    return GAN_OK;
}

static void release_function(gan_dataset *dataset)
{
    struct function *function = (struct function *)dataset;
    if (function->release != NULL)
        function->release(function->context);
}

static const struct gan_dataset_kind kind = {
    .read = read_function, .release = release_function, .makes_labels = 1, .range_is_stated = 1};

gan_dataset *gan_dataset_from_function(gan_shape shape, int64_t size, gan_example_function *read, void *context,
                                       void (*release)(void *context))
{
    if (read == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_dataset_from_function: read is NULL");
    gan_dataset *dataset = gan_dataset_make(sizeof(struct function), &kind, "gan_dataset_from_function", shape, size,
                                            "function");
    if (dataset == NULL)
        return NULL;
    struct function *function = (struct function *)dataset;
    function->read = read;
    function->context = context;
    function->release = release;
    dataset->serial = 1;
    return dataset;
}
