/* The metrics' options: defaults, checks. */
#include "watch/options.h"

#include "base/status.h"
#include "nn/recipe.h"

#include <inttypes.h>

/* The struct of the first release ends with this field. */
#define LEAST_SIZE (offsetof(gan_metric_options, memorisation_cells) + sizeof(int))

static gan_metric_options defaults(void)
{
    return (gan_metric_options){.struct_size = sizeof(gan_metric_options),
                                .replicates = 200,
                                .frechet_replicates = 20,
                                .confidence = 0.95,
                                .precision_neighbours = 3,
                                .density_neighbours = 5,
                                .kernel_subsets = 10,
                                .score_splits = 1,
                                .projections = 128,
                                .ssim_pairs = 1000,
                                .permutations = 999,
                                .memorisation_cells = 1};
}

gan_status gan_metric_options_init_sized(gan_metric_options *options, size_t struct_size)
{
    const gan_metric_options own = defaults();
    return gan_options_write(options, struct_size, &own, sizeof own, LEAST_SIZE, "gan_metric_options_init");
}

/* Enough for any use; and numbers of bytes made of it stay far from overflow. */
#define MOST 1000000

gan_status gan_metric_options_take(gan_metric_options *options, const gan_metric_options *given, const char *who)
{
    *options = defaults();
    gan_status status = gan_options_read(options, sizeof *options, given, LEAST_SIZE, who);
    if (status != GAN_OK)
        return status;
    const struct {
        const char *name;
        int64_t value, least;
    } fields[] = {
        {"replicates", options->replicates, 0},
        {"frechet_replicates", options->frechet_replicates, 0},
        {"precision_neighbours", options->precision_neighbours, 1},
        {"density_neighbours", options->density_neighbours, 1},
        {"kernel_subsets", options->kernel_subsets, 1},
        {"kernel_subset_size", options->kernel_subset_size, 0},
        {"score_splits", options->score_splits, 1},
        {"projections", options->projections, 1},
        {"ssim_pairs", options->ssim_pairs, 1},
        {"permutations", options->permutations, 1},
        {"memorisation_cells", options->memorisation_cells, 1},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].value < fields[i].least || fields[i].value > MOST)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %" PRId64 ", want %" PRId64 " to %d", who,
                            fields[i].name, fields[i].value, fields[i].least, MOST);
    if (!(options->confidence > 0 && options->confidence < 1))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: confidence is %g, want a number between 0 and 1", who,
                        options->confidence);
    return GAN_OK;
}
