#include "network.h"

static const gan_shape image = {3, {1, 28, 28}};

START_TEST(the_defaults_are_the_articles_networks)
{
    gan_model *g = gan_generator_new(image, NULL), *d = gan_discriminator_new(image, NULL);
    ck_assert_str_eq(gan_model_name(g), "G");
    ck_assert_str_eq(gan_model_name(d), "D");
    ck_shape(gan_model_input_shape(g), GAN_SHAPE(100));
    ck_shape(gan_model_output_shape(g), image);
    ck_shape(gan_model_input_shape(d), image);
    ck_shape(gan_model_output_shape(d), GAN_SHAPE(1));
    ck_assert_int_eq(gan_model_parameter_count(g),
                     100 * 256 + 256 + 256 * 512 + 512 + 512 * 1024 + 1024 + 1024 * 784 + 784);
    ck_assert_int_eq(gan_model_parameter_count(g), 1486352);
    ck_assert_int_eq(gan_model_parameter_count(d), 784 * 512 + 512 + 512 * 256 + 256 + 256 + 1);
    ck_assert_int_eq(gan_model_parameter_count(d), 533505);
    ck_assert_int_eq(gan_model_states(g) + gan_model_states(d), 0);
    float low, high;
    ck_assert(gan_model_range(g, &low, &high) && low == 0 && high == 1);
    ck_assert(!gan_model_range(d, NULL, NULL)); /* logits */
    ck_assert(!gan_model_initialized(g) && !gan_model_initialized(d));
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

/* The summary's column of layers. */
static void check_layers(gan_model *m, const char *const *layers)
{
    ck_assert_msg(m != NULL, "%s", gan_error_message());
    char *text = gan_model_summary(m), *line = strchr(strchr(text, '\n') + 1, '\n') + 1;
    for (; *layers != NULL; layers++, line = strchr(line, '\n') + 1) {
        line[41] = '\0';
        for (char *end = line + 40; *end == ' '; end--)
            *end = '\0';
        ck_assert_str_eq(line + 13, *layers);
        line += 42;
    }
    ck_assert_int_eq(strncmp(line, "parameters:", 11), 0);
    gan_text_free(text);
    gan_model_unref(m);
}

#define LAYERS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(generator_options_say_what_is_built)
{
    gan_generator_options o;
    ck_ok(gan_generator_options_init(&o, GAN_RECIPE_MLP));
    o.latent_size = 2;
    o.hidden_count = 2;
    o.hidden[0] = 400;
    o.hidden[1] = 300;
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.output = GAN_ACTIVATION_LINEAR;
    gan_model *m = gan_generator_new(GAN_SHAPE(2), &o);
    ck_assert(!gan_model_range(m, NULL, NULL));
    check_layers(m, LAYERS("dense(400), no bias", "batch_norm", "relu", "dense(300), no bias", "batch_norm", "relu",
                           "dense(2)"));
    o.normalization = GAN_NORMALIZATION_LAYER;
    o.activation = GAN_ACTIVATION_LEAKY_RELU;
    o.slope = 0.1f;
    o.dropout = 0.5f;
    o.hidden_count = 1;
    o.output = GAN_ACTIVATION_TANH;
    m = gan_generator_new(GAN_SHAPE(3, 2, 2), &o);
    float low, high;
    ck_assert(gan_model_range(m, &low, &high) && low == -1 && high == 1);
    ck_assert(gan_model_data_range(m, &low, &high) && low == 0 && high == 1);
    check_layers(m, LAYERS("dense(400)", "layer_norm", "leaky_relu(0.1)", "dropout(0.5)", "dense(12)",
                           "reshape[3, 2, 2]", "tanh"));
    o.hidden_count = 0;
    check_layers(gan_generator_new(GAN_SHAPE(3), &o), LAYERS("dense(3)", "tanh"));
}
END_TEST

START_TEST(discriminator_options_say_what_is_built)
{
    gan_discriminator_options o;
    ck_ok(gan_discriminator_options_init(&o, GAN_RECIPE_MLP));
    o.center_input = true;
    o.activation = GAN_ACTIVATION_LEAKY_RELU;
    o.dropout = 0.25f;
    o.hidden_count = 1;
    check_layers(gan_discriminator_new(image, &o),
                 LAYERS("flatten", "scale_shift(2, -1)", "dense(512)", "leaky_relu(0.2)", "dropout(0.25)", "dense(1)"));
    o.input_low = -1;
    o.input_high = 3;
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.dropout = 0;
    o.sigmoid_output = true;
    gan_model *m = gan_discriminator_new(GAN_SHAPE(5), &o);
    ck_assert(gan_model_mixes_examples(m));
    ck_assert(gan_model_range(m, NULL, NULL));
    check_layers(m, LAYERS("scale_shift(0.5, -0.5)", "dense(512), no bias", "batch_norm", "leaky_relu(0.2)", "dense(1)",
                           "sigmoid"));
    ck_ok(gan_discriminator_options_init(&o, GAN_RECIPE_MLP));
    o.maxout_pieces = 5;
    o.activation = GAN_ACTIVATION_LINEAR;
    o.hidden_count = 3;
    o.hidden[0] = o.hidden[1] = o.hidden[2] = 200;
    m = gan_discriminator_new(GAN_SHAPE(2), &o);
    ck_assert_int_eq(gan_model_parameter_count(m), 1000 * 3 + 2 * 1000 * 201 + 201);
    check_layers(m, LAYERS("maxout(200, 5)", "maxout(200, 5)", "maxout(200, 5)", "dense(1)"));
}
END_TEST

START_TEST(the_initializer_and_momentum_options_reach_the_layers)
{
    gan_generator_options o;
    gan_generator_options_init(&o, GAN_RECIPE_MLP);
    o.latent_size = 3;
    o.hidden_count = 1;
    o.hidden[0] = 2;
    o.initializer = gan_initializer_constant(0.5f);
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.batch_norm_momentum = 1.0f;
    o.normalization_epsilon = 3.0f;
    o.output = GAN_ACTIVATION_LINEAR;
    gan_model *m = gan_generator_new(GAN_SHAPE(1), &o);
    ck_ok(gan_model_initialize(m, 1));
    for (int i = 0; i < 6; i++)
        ck_assert_float_eq(gan_tensor_data(gan_model_parameter(m, 0))[i], 0.5f);
    ck_assert_float_eq(gan_tensor_data(gan_model_parameter(m, 1))[0], 1); /* batch norm's own */
    ck_assert_str_eq(gan_model_parameter_name(m, 3), "3.weight");
    ck_assert_float_eq(gan_tensor_data(gan_model_parameter(m, 3))[0], 0.5f);
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(2, 3), (float[]){0, 0, 0, 2, 1, 1}), *y = forward(m, x, true);
    ck_assert_float_eq_tol(gan_tensor_data(gan_model_state(m, 0))[0], 1, 1e-6f); /* with momentum 1 the batch's mean */
    ck_assert_float_eq_tol(gan_tensor_data(y)[1], 0.5f, 1e-6f); /* hidden 0 and 2: 2·.5·relu(±1/√(1 + 3)) */
    ck_assert_float_eq_tol(gan_tensor_data(y)[0], 0, 1e-6f);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

#define REFUSED_G(change, part)                                                                                        \
    do {                                                                                                               \
        gan_generator_options o;                                                                                       \
        gan_generator_options_init(&o, GAN_RECIPE_MLP);                                                                \
        change;                                                                                                        \
        ck_null(gan_generator_new(image, &o), part);                                                                   \
    } while (0)

START_TEST(generator_options_are_checked)
{
    REFUSED_G(o.latent_size = 0, "gan_generator_new: latent_size is 0");
    REFUSED_G(o.hidden_count = 9, "gan_generator_new: hidden_count is 9, want 0 to 8");
    REFUSED_G(o.hidden[1] = -4, "gan_generator_new: hidden[1] is -4");
    REFUSED_G(o.recipe = (gan_recipe)5, "gan_generator_new: recipe is 5");
    REFUSED_G(o.normalization = (gan_normalization)7, "normalization is 7");
    REFUSED_G(o.activation = (gan_activation)99,
              "gan_generator_new: gan_model_add: layer 1 is NULL; before it: gan_layer_activation");
    REFUSED_G(o.output = (gan_activation)99, "activation is 99");
    REFUSED_G(o.dropout = 2, "probability is 2");
    REFUSED_G((o.normalization = GAN_NORMALIZATION_BATCH, o.normalization_epsilon = 0), "epsilon is 0");
    REFUSED_G((o.normalization = GAN_NORMALIZATION_BATCH, o.batch_norm_momentum = -1), "momentum is -1");
    REFUSED_G((o.activation = GAN_ACTIVATION_LEAKY_RELU, o.slope = -1), "slope is -1");
    REFUSED_G(o.initializer = gan_initializer_normal(0, -1), "deviation -1");
    REFUSED_G(o.struct_size = 0, "struct_size is 0, want");
    REFUSED_G(o.struct_size += 8, "was built for a newer one");
    ck_null(gan_generator_new(GAN_SCALAR, NULL), "gan_generator_new: example has 0 axes");
    ck_null(gan_generator_new(GAN_SHAPE(1, -1), NULL), "gan_generator_new");
    ck_fails(gan_generator_options_init(NULL, GAN_RECIPE_MLP), "gan_generator_options_init: options is NULL");
    gan_generator_options o;
    ck_fails(gan_generator_options_init_sized(&o, 4, GAN_RECIPE_MLP), "struct_size is 4");
}
END_TEST

#define REFUSED_D(change, part)                                                                                        \
    do {                                                                                                               \
        gan_discriminator_options o;                                                                                   \
        gan_discriminator_options_init(&o, GAN_RECIPE_MLP);                                                            \
        change;                                                                                                        \
        ck_null(gan_discriminator_new(image, &o), part);                                                               \
    } while (0)

START_TEST(discriminator_options_are_checked)
{
    REFUSED_D(o.hidden_count = -1, "gan_discriminator_new: hidden_count is -1");
    REFUSED_D(o.hidden[0] = 0, "gan_discriminator_new: hidden[0] is 0");
    REFUSED_D(o.maxout_pieces = 1, "gan_discriminator_new: maxout_pieces is 1");
    REFUSED_D(o.maxout_pieces = 2, "gan_discriminator_new: activation is 1 with maxout_pieces");
    REFUSED_D((o.center_input = true, o.input_high = 0), "gan_discriminator_new: input_low is 0 and input_high 0");
    REFUSED_D(o.dropout = -1, "probability is -1");
    REFUSED_D(o.struct_size = 1, "struct_size is 1");
    ck_null(gan_discriminator_new(GAN_SCALAR, NULL), "0 axes");
    ck_fails(gan_discriminator_options_init(NULL, GAN_RECIPE_MLP), "gan_discriminator_options_init: options is NULL");
}
END_TEST

static const struct test_case tests[] = {
    {"the article's networks", the_defaults_are_the_articles_networks},
    {"generator", generator_options_say_what_is_built},
    {"discriminator", discriminator_options_say_what_is_built},
    {"initializer and momentum", the_initializer_and_momentum_options_reach_the_layers},
    {"generator's errors", generator_options_are_checked},
    {"discriminator's errors", discriminator_options_are_checked},
};

int main(void)
{
    return RUN_SUITE("nn: builders", tests);
}
