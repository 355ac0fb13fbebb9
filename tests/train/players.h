/* What the tests of training share: checks of messages, and small players. */
#ifndef GAN_TESTS_TRAIN_PLAYERS_H
#define GAN_TESTS_TRAIN_PLAYERS_H

#include "suite.h"

#include "gan/gan.h"

#include <math.h>
#include <string.h>

/* The latest error's text contains `part`. */
#define ck_message(part)                                                                                               \
    ck_assert_msg(strstr(gan_error_message(), part) != NULL, "message: \"%s\", want: \"%s\"", gan_error_message(), part)
/* The expression fails with that status, and with that in its message. */
#define ck_fails(expression, status, part)                                                                             \
    do {                                                                                                               \
        ck_assert_int_eq(expression, status);                                                                          \
        ck_message(part);                                                                                              \
    } while (0)
#define ck_null(expression, part)                                                                                      \
    do {                                                                                                               \
        ck_assert_ptr_null(expression);                                                                                \
        ck_message(part);                                                                                              \
    } while (0)
#define ck_ok(expression)        ck_assert_msg((expression) == GAN_OK, "%s", gan_error_message())
#define ck_made(pointer)         ck_assert_msg((pointer) != NULL, "%s", gan_error_message())
#define ck_near(a, b, tolerance) ck_assert_double_eq_tol((double)(a), (double)(b), tolerance)

/* The players of Dirac-GAN (Mescheder et al. 2018): G's output is θ whatever z is, D(x) = ψx. */
struct dirac {
    gan_model *g, *d;
    float *theta, *psi;
};

static inline struct dirac dirac_new(float theta, float psi)
{
    struct dirac players = {.g = gan_model_new(GAN_SHAPE(1)), .d = gan_model_new(GAN_SHAPE(1))};
    gan_model_add(players.g, gan_layer_scale_shift(0, 0)); /* z leaves no trace */
    gan_model_add(players.g, gan_layer_dense(1));
    gan_model_add(players.d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(players.g, 1));
    ck_ok(gan_model_initialize(players.d, 2));
    players.theta = gan_tensor_data(gan_model_parameter(players.g, 1));
    players.psi = gan_tensor_data(gan_model_parameter(players.d, 0));
    *players.theta = theta;
    *players.psi = psi;
    return players;
}

static inline void dirac_unref(struct dirac *players)
{
    gan_model_unref(players->g);
    gan_model_unref(players->d);
}

/* Dirac-GAN's options: gradient descent for both. */
static inline gan_trainer_options dirac_options(float rate)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_ARTICLE));
    options.generator_optimizer = gan_optimizer_sgd(rate, 0, false);
    options.discriminator_optimizer = gan_optimizer_sgd(rate, 0, false);
    return options;
}

/* Small networks of the recipe: data [2, 3] in [0, 1], latent 5. */
static inline gan_model *small_generator(gan_preset preset)
{
    gan_generator_options options;
    ck_ok(gan_generator_options_init(&options, GAN_RECIPE_MLP));
    ck_ok(gan_generator_options_preset(&options, preset));
    options.latent_size = 5;
    options.hidden_count = 2;
    options.hidden[0] = 7;
    options.hidden[1] = 11;
    gan_model *model = gan_generator_new(GAN_SHAPE(2, 3), &options);
    ck_made(model);
    return model;
}

static inline gan_model *small_discriminator(gan_preset preset)
{
    gan_discriminator_options options;
    ck_ok(gan_discriminator_options_init(&options, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_preset(&options, preset));
    options.hidden_count = 2;
    options.hidden[0] = 13;
    options.hidden[1] = 7;
    gan_model *model = gan_discriminator_new(GAN_SHAPE(2, 3), &options);
    ck_made(model);
    return model;
}

/* A trainer of small networks with a preset's options. */
static inline gan_trainer *small_trainer(const gan_trainer_options *options)
{
    gan_model *g = small_generator(options->preset), *d = small_discriminator(options->preset);
    gan_trainer *trainer = gan_trainer_new(g, d, options);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

/* A batch of `n` examples [2, 3] in [0, 1). */
static inline gan_tensor *small_batch(int64_t n, uint64_t seed)
{
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(n, 2, 3));
    ck_made(batch);
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, seed));
    return batch;
}

/* All numbers of a model, parameters and state, one after another; to be freed. */
static inline gan_tensor *numbers_of(gan_model *model)
{
    int64_t size = gan_model_parameter_count(model) + gan_model_state_count(model), at = 0;
    gan_tensor *all = gan_tensor_new(GAN_SHAPE(size));
    for (int i = 0; i < gan_model_parameters(model) + gan_model_states(model); i++) {
        int parameters = gan_model_parameters(model);
        gan_tensor *one = i < parameters ? gan_model_parameter(model, i) : gan_model_state(model, i - parameters);
        memcpy(gan_tensor_data(all) + at, gan_tensor_data(one), (size_t)gan_tensor_size(one) * sizeof(float));
        at += gan_tensor_size(one);
    }
    ck_assert_int_eq(at, size);
    return all;
}

static inline bool same_numbers(const gan_tensor *a, const gan_tensor *b)
{
    return gan_tensor_size(a) == gan_tensor_size(b) &&
           memcmp(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * sizeof(float)) == 0;
}

#endif
