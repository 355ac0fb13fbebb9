/* How the examples of a pack are made: all together, or each place in the packs by itself. */
#include "players.h"

#include "gan/ops.h"
#include "nn/model.h"
#include "train/augment.h"

enum { PACKS = 3, PACKING = 2, N = PACKS * PACKING, LATENT = 4, OUT = 3 };

static gan_model *generator(bool batch_norm)
{
    gan_model *g = gan_model_new(GAN_SHAPE(LATENT));
    gan_model_add(g, gan_layer_dense(OUT));
    if (batch_norm)
        gan_model_add(g, gan_layer_batch_norm());
    gan_model_add(g, gan_layer_tanh());
    ck_ok(gan_model_initialize(g, 11));
    return g;
}

/* What gan_make_examples makes of z, [PACKS, PACKING·OUT], on a tape in training. */
static gan_tensor *packed(gan_model *g, gan_tensor *z, bool apart)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_ARTICLE));
    options.pack_slots_apart = apart;
    gan_tape *tape = gan_tape_new();
    gan_var *noise = gan_tape_input(tape, GAN_SHAPE(N, LATENT));
    const struct gan_regularizer_view view = {.options = &options, .generator = g, .packing = PACKING};
    gan_var *made = gan_make_examples(&view, noise, true);
    ck_made(made);
    gan_plan *plan = gan_plan_new(&made, 1);
    ck_made(plan);
    ck_ok(gan_plan_bind(plan, noise, z));
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(made));
    ck_ok(gan_plan_read(plan, made, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return out;
}

/* G by hand for the rows `first`, `first + stride`, …: batch norm over just those. */
static void by_hand(gan_model *g, const gan_tensor *z, int first, int stride, double out[][OUT])
{
    const float *weight = gan_tensor_data(gan_model_parameter(g, 0)),
                *bias = gan_tensor_data(gan_model_parameter(g, 1));
    int rows = (N - first + stride - 1) / stride;
    for (int c = 0; c < OUT; c++) {
        double mean = 0, variance = 0;
        for (int r = 0; r < rows; r++) {
            out[r][c] = (double)bias[c];
            for (int i = 0; i < LATENT; i++)
                out[r][c] += (double)weight[c * LATENT + i] *
                             (double)gan_tensor_data(z)[(first + r * stride) * LATENT + i];
            mean += out[r][c] / rows;
        }
        for (int r = 0; r < rows; r++)
            variance += (out[r][c] - mean) * (out[r][c] - mean) / rows;
        for (int r = 0; r < rows; r++)
            out[r][c] = tanh((out[r][c] - mean) / sqrt(variance + 1e-5));
    }
}

START_TEST(batch_norm_sees_each_place_by_itself)
{
    gan_model *g = generator(true);
    gan_tensor *z = gan_tensor_new(GAN_SHAPE(N, LATENT));
    ck_ok(gan_tensor_fill_normal(z, 0, 1, 5));
    gan_tensor *apart = packed(g, z, true), *together = packed(g, z, false);
    double place[PACKS][OUT], all[N][OUT];
    by_hand(g, z, 0, 1, all);
    for (int s = 0; s < PACKING; s++) {
        by_hand(g, z, s, PACKING, place);
        for (int p = 0; p < PACKS; p++)
            for (int c = 0; c < OUT; c++) {
                int at = (p * PACKING + s) * OUT + c;
                ck_near(gan_tensor_data(apart)[at], place[p][c], 1e-5);
                ck_near(gan_tensor_data(together)[at], all[p * PACKING + s][c], 1e-5);
            }
    }
    ck_assert(!same_numbers(apart, together));
    gan_tensor_unref(apart);
    gan_tensor_unref(together);
    gan_tensor_unref(z);
    gan_model_unref(g);
}
END_TEST

START_TEST(without_batch_norm_nothing_changes)
{
    gan_model *g = generator(false);
    gan_tensor *z = gan_tensor_new(GAN_SHAPE(N, LATENT));
    ck_ok(gan_tensor_fill_normal(z, 0, 1, 5));
    gan_tensor *apart = packed(g, z, true), *together = packed(g, z, false);
    ck_assert(same_numbers(apart, together));
    gan_tensor_unref(apart);
    gan_tensor_unref(together);
    gan_tensor_unref(z);
    gan_model_unref(g);
}
END_TEST

/* G's numbers after two steps of training with packs. */
static gan_tensor *trained(bool batch_norm, bool apart, float latent_consistency)
{
    gan_model *g = generator(batch_norm), *d = gan_model_new(GAN_SHAPE(PACKING * OUT));
    gan_model_add(d, gan_layer_dense(5));
    gan_model_add(d, gan_layer_leaky_relu(0.2f));
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    o.pack_slots_apart = apart;
    o.latent_consistency_weight = latent_consistency;
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(N, OUT));
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 3));
    for (int step = 0; step < 2; step++)
        ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    gan_tensor *numbers = numbers_of(g);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return numbers;
}

START_TEST(training_makes_each_place_by_itself)
{
    for (int batch_norm = 0; batch_norm < 2; batch_norm++)
        for (int consistent = 0; consistent < 2; consistent++) {
            gan_tensor *apart = trained(batch_norm, true, (float)consistent);
            gan_tensor *together = trained(batch_norm, false, (float)consistent);
            double furthest = 0; /* sums in another order round otherwise */
            for (int64_t i = 0; i < gan_tensor_size(apart); i++)
                furthest = fmax(furthest,
                                fabs((double)gan_tensor_data(apart)[i] - (double)gan_tensor_data(together)[i]));
            ck_assert(batch_norm ? furthest > 1e-3 : furthest < 1e-5);
            gan_tensor_unref(apart);
            gan_tensor_unref(together);
        }
}
END_TEST

static const struct test_case tests[] = {
    {"batch norm sees each place by itself", batch_norm_sees_each_place_by_itself},
    {"without batch norm nothing changes", without_batch_norm_nothing_changes},
    {"training makes each place by itself", training_makes_each_place_by_itself},
};

int main(void)
{
    return RUN_SUITE("train: packs", tests);
}
