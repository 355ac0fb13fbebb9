/* How many updates a step has and what each sees; settings that would do nothing; what weights and plans are. */
#include "players.h"

#include "train/augment.h"
#include "train/trainer.h"

#include <stdlib.h>

static gan_trainer_options article(void)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_ARTICLE));
    return options;
}

/* Points of two numbers, and players of one layer each. */
static gan_tensor *points(int64_t n, uint64_t seed)
{
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(n, 2));
    ck_made(batch);
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, seed));
    return batch;
}

static gan_model *linear(gan_layer *layer)
{
    gan_model *model = gan_model_new(GAN_SHAPE(2));
    ck_ok(gan_model_add(model, layer));
    return model;
}

/* Takes D over. */
static gan_trainer *trainer_of(gan_model *d, const gan_trainer_options *options)
{
    gan_model *g = linear(gan_layer_dense(2));
    gan_trainer *trainer = gan_trainer_new(g, d, options);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static gan_trainer *simple(const gan_trainer_options *options)
{
    return trainer_of(linear(gan_layer_dense(1)), options);
}

/* ---- G's updates ---- */

/* While D stands still, two updates of G in a step are two steps of one. */
START_TEST(a_step_has_as_many_updates_of_g_as_are_wanted)
{
    gan_tensor *batch = small_batch(6, 1), *after[2];
    for (int i = 0; i < 2; i++) {
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
        o.discriminator_rate = 0;
        o.generator_steps = 1 + i;
        o.update = i == 0 ? GAN_UPDATE_D_FIRST : GAN_UPDATE_G_FIRST;
        gan_trainer *trainer = small_trainer(&o);
        ck_ok(gan_trainer_plan(trainer, 6));
        gan_step_report report = GAN_STEP_REPORT_INIT;
        for (int step = 0; step < 6 / (1 + i); step++)
            ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_assert(report.g_committed);
        ck_assert_uint_eq(gan_optimizer_steps(gan_trainer_generator_optimizer(trainer)), 6);
        after[i] = numbers_of(gan_trainer_averaged_generator(trainer));
        gan_trainer_unref(trainer);
    }
    ck_assert(same_numbers(after[0], after[1]));
    gan_tensor_unref(after[0]);
    gan_tensor_unref(after[1]);
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(operations_of_all_updates_are_counted)
{
    double flops[3];
    for (int i = 0; i < 3; i++) {
        gan_trainer_options o = article();
        o.generator_steps = 1 + i;
        gan_trainer *trainer = simple(&o);
        ck_ok(gan_trainer_plan(trainer, 4));
        flops[i] = gan_trainer_flops(trainer);
        gan_trainer_unref(trainer);
    }
    ck_assert(flops[1] > flops[0]);
    ck_near(flops[2] - flops[1], flops[1] - flops[0], 1e-9);
}
END_TEST

/* G's gradient is found where its half ran, which may not be where D's last update did. */
START_TEST(the_latest_gradients_are_those_of_the_latest_updates)
{
    gan_tensor *batch = points(8, 1);
    for (int order = GAN_UPDATE_D_FIRST; order <= GAN_UPDATE_G_FIRST; order++)
        for (int lazy = 1; lazy <= 3; lazy++) {
            gan_trainer_options o = article();
            o.update = (gan_update_order)order;
            o.discriminator_steps = 2;
            o.r1_weight = .1f;
            o.lazy_interval = lazy;
            gan_trainer *trainer = simple(&o);
            ck_assert_ptr_null(gan_trainer_latest_gradient(trainer, true));
            for (int step = 0; step < 5; step++) {
                gan_step_report report = GAN_STEP_REPORT_INIT;
                ck_ok(gan_train_step(trainer, batch, NULL, &report));
                for (int of_g = 0; of_g < 2; of_g++) {
                    const float *gradient = gan_trainer_latest_gradient(trainer, of_g == 1);
                    gan_model *model = of_g == 1 ? gan_trainer_generator(trainer) : gan_trainer_discriminator(trainer);
                    double squares = 0;
                    ck_assert_ptr_nonnull(gradient);
                    for (int64_t i = 0; i < gan_tensor_size(gan_model_parameter(model, 0)); i++)
                        squares += (double)gradient[i] * (double)gradient[i];
                    float norm = of_g == 1 ? report.g_gradient_norm : report.d_gradient_norm;
                    ck_assert(squares > 0 && sqrt(squares) <= (double)norm * (1 + 1e-5));
                }
            }
            gan_trainer_unref(trainer);
        }
    gan_tensor_unref(batch);
}
END_TEST

/* ---- what is not finite ---- */

/* Batch norm of numbers near 1e22 has an infinite variance and finite results. */
START_TEST(running_statistics_stay_finite)
{
    gan_model *g = gan_model_new(GAN_SHAPE(3));
    gan_model_add(g, gan_layer_with_initializer(gan_layer_dense(4), gan_initializer_normal(0, 1e22f)));
    gan_model_add(g, gan_layer_batch_norm());
    gan_model_add(g, gan_layer_dense(2));
    gan_model *d = linear(gan_layer_dense(1));
    gan_trainer_options o = article();
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    gan_tensor *batch = points(8, 1), *before = numbers_of(g);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_fails(gan_train_step(trainer, batch, NULL, &report), GAN_ERROR_NOT_FINITE, "G's state");
    ck_assert(report.d_committed && !report.g_committed);
    gan_tensor *after = numbers_of(g);
    ck_assert(same_numbers(before, after));
    gan_tensor *const tensors[] = {before, after, batch};
    for (int i = 0; i < 3; i++)
        gan_tensor_unref(tensors[i]);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

/* ---- what D sees together ---- */

static gan_var *less_the_batchs_mean(void *context, gan_var *x)
{
    (void)context;
    return gan_sub(x, gan_mean_keep(x, GAN_AXES(0)));
}

/* Logits of a batch whose mean is taken away have none, whether a penalty is there or not. */
START_TEST(a_function_may_look_across_the_batch)
{
    for (int penalised = 0; penalised < 2; penalised++) {
        gan_model *d = linear(gan_layer_function(less_the_batchs_mean, NULL, NULL));
        gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
        gan_trainer_options o = article();
        o.r1_weight = penalised == 1 ? 1e-20f : 0;
        gan_trainer *trainer = trainer_of(d, &o);
        gan_tensor *batch = points(8, 1);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_near(report.d_real_logit, 0, 1e-6);
        ck_near(report.d_made_logit, 0, 1e-6);
        gan_tensor_unref(batch);
        gan_trainer_unref(trainer);
    }
}
END_TEST

struct shapes {
    int rank;
    int64_t last;
};

static gan_var *note_shape(void *context, gan_var *real, gan_var *made)
{
    gan_shape shape = gan_var_shape(made);
    *(struct shapes *)context = (struct shapes){shape.rank, shape.dims[shape.rank - 1]};
    return gan_add(gan_mean(made), real != NULL ? gan_mean(real) : gan_mean(made));
}

START_TEST(a_convolutions_logits_are_a_column)
{
    gan_model *g = gan_model_new(GAN_SHAPE(3)), *d = gan_model_new(GAN_SHAPE(1, 4, 4));
    gan_model_add(g, gan_layer_dense(16));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 4, 4)));
    gan_model_add(d, gan_layer_conv2d(1, 4, 1, 0));
    gan_trainer_options o = article();
    struct shapes seen = {0, 0};
    o.loss = GAN_LOSS_CUSTOM;
    o.discriminator_loss = o.generator_loss = note_shape;
    o.loss_context = &seen;
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    ck_ok(gan_trainer_plan(trainer, 3));
    ck_assert_int_eq(seen.rank, 2);
    ck_assert_int_eq(seen.last, 1);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

/* ---- weights ---- */

/* W = [[3, 0], [0, 2]]: its rows are orthogonal, and ½‖W‖² is 6.5, however W is kept. */
START_TEST(regularised_weights_are_those_that_layers_multiply_by)
{
    static const float whole[4] = {3, 0, 0, 2}, lengths[2] = {3, 2}, directions[4] = {5, 0, 0, .25f};
    gan_tensor *batch = points(4, 1);
    for (int normed = 0; normed < 2; normed++)
        for (int decay = 0; decay < 2; decay++) {
            gan_layer *layer = gan_layer_without_bias(gan_layer_dense(2));
            gan_model *d = linear(normed == 1 ? gan_layer_with_weight_norm(layer) : layer);
            gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
            ck_ok(gan_model_initialize(d, 1));
            if (normed == 1)
                memcpy(gan_tensor_data(gan_model_parameter(d, 0)), lengths, sizeof lengths);
            memcpy(gan_tensor_data(gan_model_parameter(d, normed)), normed == 1 ? directions : whole, sizeof whole);
            gan_tensor_fill(gan_model_parameter(d, normed + 1), 1); /* ½‖(1, 1)‖² is 1 */
            gan_trainer_options o = article();
            *(decay == 1 ? &o.discriminator_weight_decay : &o.discriminator_orthogonal_weight) = 1;
            gan_trainer *trainer = trainer_of(d, &o);
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, batch, NULL, &report));
            ck_near(report.d_penalty, decay == 1 ? 7.5 : 0, 1e-5);
            gan_trainer_unref(trainer);
        }
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(zeros_cannot_be_normed)
{
    for (int spectral = 0; spectral < 2; spectral++) {
        gan_layer *zeros = gan_layer_with_initializer(gan_layer_dense(1), gan_initializer_constant(0));
        gan_model *d = gan_model_new(GAN_SHAPE(2));
        ck_fails(
            gan_model_add(d, spectral ? gan_layer_with_spectral_norm(zeros, 1) : gan_layer_with_weight_norm(zeros)),
            GAN_ERROR_INVALID_ARGUMENT, "weight begins as zeros");
        gan_model_unref(d);
    }
    gan_discriminator_options o;
    ck_ok(gan_discriminator_options_init(&o, GAN_RECIPE_R3GAN));
    o.spectral_norm = 1;
    ck_null(gan_discriminator_new(GAN_SHAPE(1, 8, 8), &o),
            "spectral_norm is 1, want 0 for the recipe r3gan: the last convolutions of its blocks begin as zeros");
}
END_TEST

/* ---- plans ---- */

static long allocations;

static void *allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    allocations++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

/* Four batch sizes are kept, also where every other update has a penalty. */
START_TEST(nothing_is_allocated_after_the_first_step_of_a_size)
{
    gan_allocator counting = {allocate, release, NULL};
    gan_set_allocator(&counting);
    for (int lazy = 1; lazy <= 4; lazy++) {
        gan_trainer_options o = article();
        o.r1_weight = 1;
        o.lazy_interval = lazy;
        o.discriminator_steps = lazy == 4 ? 3 : 1;
        gan_trainer *trainer = simple(&o);
        gan_tensor *batch[4];
        for (int i = 0; i < 4; i++)
            batch[i] = points(2 + i, 1);
        ck_ok(gan_trainer_plan(trainer, 2));
        size_t memory = gan_trainer_memory(trainer);
        long before = allocations;
        ck_ok(gan_train_step(trainer, batch[0], NULL, NULL));
        ck_assert_int_eq(allocations, before);
        ck_assert_uint_eq(gan_trainer_memory(trainer), memory);
        for (int step = 0; step < 12; step++) {
            before = step == 4 ? allocations : before;
            ck_ok(gan_train_step(trainer, batch[step % 4], NULL, NULL));
        }
        ck_assert_int_eq(allocations, before);
        for (int i = 0; i < 4; i++)
            gan_tensor_unref(batch[i]);
        gan_trainer_unref(trainer);
    }
    gan_set_allocator(NULL);
}
END_TEST

/* ---- settings ---- */

#define REFUSED(change, part)                                                                                          \
    do {                                                                                                               \
        gan_trainer_options o = article();                                                                             \
        (void)(change);                                                                                                \
        ck_null(simple(&o), part);                                                                                     \
    } while (0)

static gan_course constant(gan_setting setting, float value)
{
    return (gan_course){.setting = setting, .schedule = GAN_SCHEDULE_CONSTANT, .begin = value};
}

START_TEST(settings_that_would_do_nothing_are_refused)
{
    REFUSED(o.generator_steps = 0, "generator_steps is 0, want 1 or more");
    REFUSED((o.generator_steps = 2, o.update = GAN_UPDATE_SIMULTANEOUS),
            "generator_steps is 2, want 1, since update is simultaneous");
    REFUSED(o.discriminator_loss = note_shape, "discriminator_loss is a function, but loss is the non-saturating one");
    REFUSED((o.consistency_weight = 1, o.consistency_augment = 0),
            "consistency_augment is 0, want some augmentation, since consistency has a weight");
    REFUSED((o.courses[0] = constant(GAN_SETTING_AUGMENT_PROBABILITY, .5f), o.course_count = 1),
            "augment is 0, want some augmentation, since augment_probability has a course");
    REFUSED((o.courses[0] = constant(GAN_SETTING_R1_WEIGHT, .5f), o.course_count = 1, o.r1_weight = 3),
            "r1_weight is 3, but courses[0] is about it and would take its place");
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_R3GAN));
    o.generator_rate = .1f;
    ck_null(simple(&o), "generator_rate is 0.1, but courses[0] is about it");
    o.generator_rate = o.courses[0].begin;
    o.generator_optimizer = NULL;
    gan_trainer *trainer = simple(&o);
    ck_made(trainer);
    gan_trainer_unref(trainer);
}
END_TEST

START_TEST(a_weight_with_a_course_is_not_set)
{
    gan_trainer_options o = article();
    o.courses[0] = constant(GAN_SETTING_R1_WEIGHT, 0);
    o.course_count = 1;
    gan_trainer *trainer = simple(&o);
    ck_fails(gan_trainer_set_r1_weight(trainer, 100), GAN_ERROR_INVALID_ARGUMENT, "r1_weight has a course");
    gan_remedy remedy;
    ck_ok(gan_remedy_init(&remedy));
    remedy.r1_weight = 1;
    ck_ok(gan_trainer_remedy(trainer, &remedy)); /* there is a penalty: a factor is for it */
    gan_trainer_unref(trainer);
}
END_TEST

/* ---- optimizers ---- */

START_TEST(an_optimizer_given_for_both_is_released_once)
{
    gan_trainer_options o = article();
    o.generator_optimizer = o.discriminator_optimizer = gan_optimizer_adam(1e-3f, 0, .9f);
    gan_optimizer *kept = gan_optimizer_ref(o.generator_optimizer);
    ck_null(simple(&o), "are the same, want one for each model");
    ck_assert_str_eq(gan_optimizer_name(kept), "adam");
    gan_optimizer_unref(kept);
}
END_TEST

START_TEST(a_trainer_that_fails_leaves_both_optimizers_free)
{
    gan_trainer_options o = article();
    gan_optimizer *first = gan_optimizer_adam(1e-3f, 0, .9f), *second = gan_optimizer_adam(1e-3f, 0, .9f);
    o.discriminator_optimizer = gan_optimizer_ref(second);
    gan_trainer *other = simple(&o);
    ck_made(other);
    o.generator_optimizer = gan_optimizer_ref(first);
    o.discriminator_optimizer = gan_optimizer_ref(second);
    ck_null(simple(&o), "already serves another model");
    o = article();
    o.generator_optimizer = first;
    gan_trainer *trainer = simple(&o);
    ck_made(trainer);
    gan_trainer_unref(trainer);
    gan_trainer_unref(other);
    gan_optimizer_unref(second);
}
END_TEST

/* Adam without momentum served the model before; a course of beta1 then finds room for momentum. */
START_TEST(a_course_of_beta1_brings_momentum)
{
    float after[2][2];
    gan_tensor *batch = points(4, 1);
    for (int reused = 0; reused < 2; reused++) {
        gan_model *g = linear(gan_layer_dense(2)), *d = linear(gan_layer_dense(1));
        gan_optimizer *of_g = gan_optimizer_adam(1e-2f, 0, .9f), *of_d = gan_optimizer_adam(1e-2f, 0, .9f);
        ck_ok(gan_model_initialize(g, 1));
        ck_ok(gan_model_initialize(d, 2));
        for (int i = 1 - reused; i < 2; i++) { /* a trainer that makes no step, and the one with the course */
            gan_trainer_options o = article();
            o.generator_optimizer = gan_optimizer_ref(of_g);
            o.discriminator_optimizer = gan_optimizer_ref(of_d);
            o.courses[0] = constant(GAN_SETTING_BETA1, .9f);
            o.course_count = i;
            gan_trainer *trainer = gan_trainer_new(g, d, &o);
            ck_made(trainer);
            for (int step = 0; step < 4 * i; step++)
                ck_ok(gan_train_step(trainer, batch, NULL, NULL));
            gan_trainer_unref(trainer);
        }
        memcpy(after[reused], gan_tensor_data(gan_model_parameter(d, 0)), sizeof after[reused]);
        gan_optimizer_unref(of_g);
        gan_optimizer_unref(of_d);
        gan_model_unref(g);
        gan_model_unref(d);
    }
    ck_assert_mem_eq(after[0], after[1], sizeof after[0]);
    gan_tensor_unref(batch);
}
END_TEST

/* ---- augmentation ---- */

START_TEST(the_least_steps_of_the_probability_add_up)
{
    gan_trainer_options o = article();
    o.augment_examples = 1000000000;
    struct gan_adaptive adaptive = {.updates = 0};
    gan_adaptive_set(&adaptive, .9);
    for (int update = 0; update < 4000; update++)
        gan_adaptive_follow(&adaptive, &o, 0, 4);
    ck_near(adaptive.probability, .9 - 4000 * 4e-9, 1e-7);
    ck_near(adaptive.exact, .9 - 4000 * 4e-9, 1e-12);
}
END_TEST

static const struct test_case tests[] = {
    {"a step has as many updates of G as are wanted", a_step_has_as_many_updates_of_g_as_are_wanted},
    {"operations of all updates are counted", operations_of_all_updates_are_counted},
    {"the latest gradients are those of the latest updates", the_latest_gradients_are_those_of_the_latest_updates},
    {"running statistics stay finite", running_statistics_stay_finite},
    {"a function may look across the batch", a_function_may_look_across_the_batch},
    {"a convolution's logits are a column", a_convolutions_logits_are_a_column},
    {"regularised weights are those that layers multiply by", regularised_weights_are_those_that_layers_multiply_by},
    {"zeros cannot be normed", zeros_cannot_be_normed},
    {"nothing is allocated after the first step of a size", nothing_is_allocated_after_the_first_step_of_a_size},
    {"settings that would do nothing are refused", settings_that_would_do_nothing_are_refused},
    {"a weight with a course is not set", a_weight_with_a_course_is_not_set},
    {"an optimizer given for both is released once", an_optimizer_given_for_both_is_released_once},
    {"a trainer that fails leaves both optimizers free", a_trainer_that_fails_leaves_both_optimizers_free},
    {"a course of beta1 brings momentum", a_course_of_beta1_brings_momentum},
    {"the least steps of the probability add up", the_least_steps_of_the_probability_add_up},
};

int main(void)
{
    return RUN_SUITE("train: updates", tests);
}
