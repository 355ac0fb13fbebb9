/* Discriminators that are autoencoders: the layer that gives their error, and what the builders make of the recipes. */
#include "network.h"

#include "config.h"
#include "memory_check.h"

#include <stdio.h>
#include <unistd.h>

enum { N = 5, IN = 6, CODE = 2 };

/* [2, 3] to a code and back, without biases or activations. */
static gan_layer *linear_autoencoder(void)
{
    gan_layer *layers[] = {gan_layer_flatten(), gan_layer_without_bias(gan_layer_dense(CODE)),
                           gan_layer_without_bias(gan_layer_dense(IN)), gan_layer_reshape(GAN_SHAPE(2, 3))};
    return gan_layer_sequence(layers, 4);
}

/* −E|x − V·U·x|^power of each example, in double. */
static double error_by_hand(const float *x, const float *u, const float *v, int power)
{
    double code[CODE] = {0}, sum = 0;
    for (int c = 0; c < CODE; c++)
        for (int i = 0; i < IN; i++)
            code[c] += (double)u[c * IN + i] * (double)x[i];
    for (int i = 0; i < IN; i++) {
        double again = 0;
        for (int c = 0; c < CODE; c++)
            again += (double)v[i * CODE + c] * code[c];
        double off = fabs((double)x[i] - again);
        sum += power == 1 ? off : off * off;
    }
    return -sum / IN;
}

START_TEST(the_layer_is_minus_the_mean_error_of_each_example)
{
    for (int power = 1; power <= 2; power++) {
        gan_model *m = gan_model_new(GAN_SHAPE(2, 3));
        gan_model_add(m, gan_layer_reconstruction(linear_autoencoder(), power));
        ck_shape(gan_model_output_shape(m), GAN_SHAPE(1));
        ck_ok(gan_model_initialize(m, 3));
        ck_assert_str_eq(gan_model_parameter_name(m, 0), "0.autoencoder.1.weight");
        ck_assert(!gan_model_mixes_examples(m));
        gan_tensor *x = normal_tensor(GAN_SHAPE(N, 2, 3), 9), *y = forward(m, x, true);
        ck_shape(gan_tensor_shape(y), GAN_SHAPE(N, 1));
        const float *u = gan_tensor_data(gan_model_parameter(m, 0)), *v = gan_tensor_data(gan_model_parameter(m, 1));
        for (int n = 0; n < N; n++)
            ck_assert_double_eq_tol((double)gan_tensor_data(y)[n],
                                    error_by_hand(gan_tensor_data(x) + n * IN, u, v, power), 1e-6);
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(the_layer_says_what_does_not_fit)
{
    ck_null(gan_layer_reconstruction(gan_layer_dense(3), 3), "gan_layer_reconstruction: power is 3, want 1 or 2");
    gan_layer *taken = gan_layer_dense(3);
    gan_model *m = gan_model_new(GAN_SHAPE(3));
    gan_model_add(m, taken);
    ck_null(gan_layer_reconstruction(taken, 1), "autoencoder already belongs to a model or another layer");
    ck_fails(gan_model_add(m, gan_layer_reconstruction(gan_layer_dense(4), 1)),
             "its autoencoder makes [4] of [3]; want it to give back the shape that goes in");
    gan_model_unref(m);
    ck_null(gan_layer_reconstruction(gan_layer_dense(-1), 1), "gan_layer_dense: units is -1");
}
END_TEST

/* Small networks of a recipe, with a code. */
static gan_discriminator_options small(gan_recipe recipe)
{
    gan_discriminator_options o;
    ck_ok(gan_discriminator_options_init(&o, recipe));
    ck_assert_int_eq(o.code_size, 0);
    ck_assert_int_eq(o.reconstruction_power, 1);
    o.code_size = 7;
    o.center_input = true;
    if (recipe == GAN_RECIPE_MLP) {
        o.hidden[0] = 13;
        o.hidden[1] = 11;
    } else {
        o.width = 4;
        o.most_width = 8;
    }
    return o;
}

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

/* The decoder's parameters are shaped as those of a generator of the same sizes; the encoder's as those of a
 * discriminator, whose last ones end in the code. */
static void check_parameters(gan_model *d, gan_shape example, const gan_discriminator_options *o)
{
    gan_generator_options go;
    ck_ok(gan_generator_options_init(&go, o->recipe));
    go.latent_size = o->code_size;
    go.hidden_count = o->hidden_count;
    go.hidden[0] = o->hidden[1];
    go.hidden[1] = o->hidden[0];
    go.normalization = o->normalization;
    go.width = o->width;
    go.most_width = o->most_width;
    gan_discriminator_options plain = *o;
    plain.code_size = 0;
    gan_model *g = gan_generator_new(example, &go), *e = gan_discriminator_new(example, &plain);
    ck_assert_msg(g != NULL && e != NULL, "%s", gan_error_message());
    int of_encoder = gan_model_parameters(e), count = gan_model_parameters(d);
    ck_assert_int_eq(count, of_encoder + gan_model_parameters(g));
    for (int i = 0; i < count; i++) {
        bool decoder = i >= of_encoder;
        gan_model *like = decoder ? g : e;
        gan_shape wanted = gan_tensor_shape(gan_model_parameter(like, decoder ? i - of_encoder : i));
        gan_shape got = gan_tensor_shape(gan_model_parameter(d, i));
        if (!decoder && wanted.dims[0] == 1 && got.dims[0] == o->code_size)
            wanted.dims[0] = o->code_size;
        ck_shape(got, wanted);
        const char *name = strstr(gan_model_parameter_name(d, i), "autoencoder.");
        ck_assert_ptr_nonnull(name);
        ck_assert(begins_with(name, decoder ? "autoencoder.decoder." : "autoencoder.encoder."));
    }
    gan_model_unref(g);
    gan_model_unref(e);
}

START_TEST(every_recipe_makes_an_autoencoder)
{
    for (gan_recipe recipe = GAN_RECIPE_MLP; gan_recipe_name(recipe) != NULL; recipe++) {
        gan_shape example = recipe == GAN_RECIPE_MLP ? GAN_SHAPE(2, 3) : GAN_SHAPE(1, 28, 28);
        gan_discriminator_options o = small(recipe);
        gan_model *d = gan_discriminator_new(example, &o);
        ck_assert_msg(d != NULL, "%s: %s", gan_recipe_name(recipe), gan_error_message());
        ck_shape(gan_model_output_shape(d), GAN_SHAPE(1));
        check_parameters(d, example, &o);
        ck_ok(gan_model_initialize(d, 1));
        gan_shape batch = recipe == GAN_RECIPE_MLP ? GAN_SHAPE(3, 2, 3) : GAN_SHAPE(3, 1, 28, 28);
        gan_tensor *x = normal_tensor(batch, 2), *y = forward(d, x, true);
        for (int i = 0; i < 3; i++)
            ck_assert(gan_tensor_data(y)[i] < 0 && isfinite(gan_tensor_data(y)[i]));
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(d);
    }
}
END_TEST

/* A decoder without weights gives back zeros: the error is then that of the centred input, and its power shows. */
START_TEST(the_error_is_of_the_centred_input)
{
    for (int power = 1; power <= 2; power++) {
        gan_discriminator_options o = small(GAN_RECIPE_MLP);
        o.input_low = 0;
        o.input_high = 2;
        o.reconstruction_power = power;
        gan_model *d = gan_discriminator_new(GAN_SHAPE(2), &o);
        ck_ok(gan_model_initialize(d, 1));
        for (int i = 0; i < gan_model_parameters(d); i++) {
            gan_tensor *p = gan_model_parameter(d, i);
            memset(gan_tensor_data(p), 0, (size_t)gan_tensor_size(p) * sizeof(float));
        }
        gan_tensor *x = gan_tensor_from(GAN_SHAPE(1, 2), (const float[]){0.5f, 1.25f}), *y = forward(d, x, false);
        double wanted = power == 1 ? (.5 + .25) / 2 : (.25 + .0625) / 2;
        ck_assert_double_eq_tol((double)gan_tensor_data(y)[0], -wanted, 1e-6);
        gan_tensor_unref(x);
        gan_tensor_unref(y);
        gan_model_unref(d);
    }
}
END_TEST

START_TEST(packed_examples_and_norms_reach_the_autoencoder)
{
    gan_discriminator_options o = small(GAN_RECIPE_MLP);
    o.packing = 2;
    o.spectral_norm = 1;
    gan_model *d = gan_discriminator_new(GAN_SHAPE(3), &o);
    ck_assert_msg(d != NULL, "%s", gan_error_message());
    ck_shape(gan_model_input_shape(d), GAN_SHAPE(6));
    int normed = 0;
    for (int i = 0; i < gan_model_parameters(d); i++)
        normed += strstr(gan_model_parameter_name(d, i), "weight_orig") != NULL;
    ck_assert_int_eq(normed, 6);
    gan_model_unref(d);
    o = small(GAN_RECIPE_DCGAN); /* batch norm, in both halves */
    d = gan_discriminator_new(GAN_SHAPE(1, 28, 28), &o);
    ck_assert(gan_model_mixes_examples(d));
    gan_model_unref(d);
}
END_TEST

static void ck_options_fail(gan_discriminator_options o, const char *message)
{
    ck_null(gan_discriminator_new(GAN_SHAPE(2, 3), &o), message);
}

START_TEST(options_that_do_not_go_with_a_code_are_refused)
{
    gan_discriminator_options o = small(GAN_RECIPE_MLP);
    o.code_size = -2;
    ck_options_fail(o, "gan_discriminator_new: code_size is -2, want 1 to");
    o = small(GAN_RECIPE_MLP);
    o.reconstruction_power = 4;
    ck_options_fail(o, "gan_discriminator_new: reconstruction_power is 4, want 1 or 2");
    o = small(GAN_RECIPE_MLP);
    o.sigmoid_output = true;
    ck_options_fail(o, "code_size is 7, and sigmoid_output is set");
    o = small(GAN_RECIPE_MLP);
    o.maxout_pieces = 2;
    o.activation = GAN_ACTIVATION_LINEAR;
    ck_options_fail(o, "code_size is 7, and maxout_pieces is set");
    o = small(GAN_RECIPE_MLP);
    o.conditioning = GAN_CONDITIONING_CONCAT;
    o.labels = gan_labels_classes(10, NULL);
    ck_options_fail(o, "code_size is 7, and conditioning is set");
    o = small(GAN_RECIPE_MLP);
    o.hidden[0] = INT32_MAX; /* a layer inside that cannot be: its message comes out */
    o.hidden[1] = INT32_MAX;
    ck_options_fail(o, "too many elements");
    ck_message("gan_discriminator_new: ");
}
END_TEST

/* A discriminator of each kind of recipe, for the image or the vector. */
static bool build(void *context)
{
    gan_discriminator_options o = small(*(const gan_recipe *)context);
    o.packing = 2;
    o.spectral_norm = 1;
    gan_model *d = gan_discriminator_new(o.recipe == GAN_RECIPE_MLP ? GAN_SHAPE(2, 3) : GAN_SHAPE(1, 8, 8), &o);
    gan_model_unref(d);
    return d != NULL;
}

START_TEST(want_of_memory_leaves_nothing_behind)
{
    gan_recipe recipes[] = {GAN_RECIPE_MLP, GAN_RECIPE_DCGAN};
    for (int i = 0; i < 2; i++) {
        ck_assert(build(&recipes[i]));
        CHECK_EACH_ALLOCATION(build, &recipes[i]);
    }
}
END_TEST

#ifdef HAVE_JANSSON
START_TEST(files_hold_them)
{
    gan_discriminator_options o = small(GAN_RECIPE_POOLED);
    o.reconstruction_power = 2;
    gan_model *d = gan_discriminator_new(GAN_SHAPE(1, 28, 28), &o);
    ck_ok(gan_model_initialize(d, 4));
    ck_ok(gan_model_save(d, "autoencoder.safetensors"));
    gan_model *again = gan_model_load("autoencoder.safetensors");
    ck_assert_msg(again != NULL, "%s", gan_error_message());
    gan_tensor *x = normal_tensor(GAN_SHAPE(2, 1, 28, 28), 5);
    gan_tensor *a = gan_model_predict(d, x), *b = gan_model_predict(again, x);
    ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), 2 * sizeof(float));
    char *text = gan_model_summary(again);
    ck_assert_ptr_nonnull(strstr(text, "reconstruction(sequence of 2, power 2)"));
    gan_text_free(text);
    gan_tensor_unref(x);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    gan_model_unref(d);
    gan_model_unref(again);
    unlink("autoencoder.safetensors");
}
END_TEST
#endif

static const struct test_case tests[] = {
    {"the layer is minus the mean error of each example", the_layer_is_minus_the_mean_error_of_each_example},
    {"the layer says what does not fit", the_layer_says_what_does_not_fit},
    {"every recipe makes an autoencoder", every_recipe_makes_an_autoencoder},
    {"the error is of the centred input", the_error_is_of_the_centred_input},
    {"packed examples and norms reach the autoencoder", packed_examples_and_norms_reach_the_autoencoder},
    {"options that do not go with a code are refused", options_that_do_not_go_with_a_code_are_refused},
    {"want of memory leaves nothing behind", want_of_memory_leaves_nothing_behind},
#ifdef HAVE_JANSSON
    {"files hold them", files_hold_them},
#endif
};

int main(void)
{
    return RUN_SUITE("nn: autoencoders", tests);
}
