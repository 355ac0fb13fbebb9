/* What is reached of an instruction set's files. */
#include "level.h"

#include "vector.h"

const struct gan_cpu_kernels LEVEL(gan_cpu_kernels) = {
    .run_program = LEVEL(gan_run_program),
    .finish_rows = LEVEL(gan_finish_rows),
    .reduce = LEVEL(gan_reduce),
    .reduce_combine = LEVEL(gan_reduce_combine),
    .product = LEVEL(gan_product),
    .pack = LEVEL(gan_pack),
    .pack_taps = LEVEL(gan_pack_taps),
    .panel_columns = TILE_COLUMNS,
    .multiply_add_rows = LEVEL(gan_multiply_add_rows),
    .transpose = LEVEL(gan_transpose),
    .weighted_sum = LEVEL(gan_weighted_sum),
    .combine_rows = LEVEL(gan_combine_rows),
    .choose = LEVEL(gan_choose),
    .add_to_chosen = LEVEL(gan_add_to_chosen),
};
