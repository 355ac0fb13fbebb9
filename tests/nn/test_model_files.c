#include "network.h"

#include "config.h"
#include "io/safetensors.h"
#include "nn/model_file.h"

#include <stdio.h>
#include <unistd.h>

#ifdef HAVE_JANSSON

#include "memory_check.h"
#include "onnx_cases.h"

static gan_model *loaded(const char *path)
{
    gan_model *model = gan_model_load(path);
    ck_assert_msg(model != NULL, "%s", gan_error_message());
    return model;
}

static void ck_same_tensor(const gan_tensor *a, const gan_tensor *b)
{
    ck_shape(gan_tensor_shape(a), gan_tensor_shape(b));
    ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * sizeof(float));
}

/* Equal in all that can be seen from outside, to the bit. */
static void ck_same_model(gan_model *a, gan_model *b)
{
    ck_assert_int_eq(gan_model_parameters(a), gan_model_parameters(b));
    ck_assert_int_eq(gan_model_states(a), gan_model_states(b));
    for (int i = 0; i < gan_model_parameters(a); i++) {
        ck_assert_str_eq(gan_model_parameter_name(a, i), gan_model_parameter_name(b, i));
        ck_same_tensor(gan_model_parameter(a, i), gan_model_parameter(b, i));
    }
    for (int i = 0; i < gan_model_states(a); i++) {
        ck_assert_str_eq(gan_model_state_name(a, i), gan_model_state_name(b, i));
        ck_same_tensor(gan_model_state(a, i), gan_model_state(b, i));
    }
    char *x = gan_model_summary(a), *y = gan_model_summary(b);
    ck_assert_str_eq(x, y);
    gan_text_free(x);
    gan_text_free(y);
    ck_assert_str_eq(gan_model_name(a), gan_model_name(b));
    float low[2] = {0, 0}, high[2] = {0, 0};
    ck_assert_int_eq(gan_model_range(a, &low[0], &high[0]), gan_model_range(b, &low[1], &high[1]));
    ck_assert(low[0] == low[1] && high[0] == high[1]);
    ck_assert_int_eq(gan_model_data_range(a, &low[0], &high[0]), gan_model_data_range(b, &low[1], &high[1]));
    ck_assert(low[0] == low[1] && high[0] == high[1]);
    const gan_tensor *mean[2], *deviation[2];
    ck_assert_int_eq(gan_model_standard(a, &mean[0], &deviation[0]), gan_model_standard(b, &mean[1], &deviation[1]));
    if (gan_model_standard(a, NULL, NULL)) {
        ck_same_tensor(mean[0], mean[1]);
        ck_same_tensor(deviation[0], deviation[1]);
    }
}

/* What a model computes, in inference and (with state assigned) in training, and how it is initialised anew. */
static void ck_same_behaviour(gan_model *a, gan_model *b)
{
    gan_tensor *x = normal_tensor(gan_shape_of_batch(4, gan_model_input_shape(a)), 5);
    for (int training = 0; training < 2; training++) {
        gan_tensor *first = forward(a, x, training == 1), *second = forward(b, x, training == 1);
        ck_same_tensor(first, second);
        gan_tensor_unref(first);
        gan_tensor_unref(second);
    }
    gan_tensor_unref(x);
    ck_ok(gan_model_initialize(a, 11));
    ck_ok(gan_model_initialize(b, 11));
    ck_same_model(a, b);
}

static void ck_round_trip(gan_model *model)
{
    const char *path = scratch_file("round.safetensors");
    ck_ok(gan_model_save(model, path));
    gan_model *again = loaded(path);
    ck_assert(gan_model_initialized(again));
    ck_same_model(model, again);
    ck_same_behaviour(model, again);
    gan_model_unref(again);
}

/* ---- round trips ---- */

/* Every constructor of gan/layer.h but gan_layer_function. */
static gan_layer *layer_of(int which)
{
    gan_layer *parts[3];
    switch (which) {
    case 0:
        return gan_layer_with_initializer(gan_layer_dense(3), gan_initializer_he_normal(0.2f));
    case 1:
        return gan_layer_without_bias(gan_layer_dense(5));
    case 2:
        return gan_layer_with_bias_initializer(gan_layer_maxout(3, 2), gan_initializer_uniform(-0.1f, 0.3f));
    case 3:
        return gan_layer_batch_norm();
    case 4:
        return gan_layer_without_bias(gan_layer_batch_norm_with(1e-3f, 0.37f));
    case 5:
        return gan_layer_named(gan_layer_layer_norm(), "norm");
    case 6:
        return gan_layer_layer_norm_with(0.1f);
    case 7:
        return gan_layer_relu();
    case 8:
        return gan_layer_leaky_relu(0.3f);
    case 9:
        return gan_layer_elu();
    case 10:
        return gan_layer_gelu();
    case 11:
        return gan_layer_silu();
    case 12:
        return gan_layer_sigmoid();
    case 13:
        return gan_layer_tanh();
    case 14:
        return gan_layer_softplus();
    case 15:
        return gan_layer_softmax();
    case 16:
        return gan_layer_dropout(0.4f);
    case 17:
        return gan_layer_flatten();
    case 18:
        return gan_layer_reshape(GAN_SHAPE(2, -1));
    case 19:
        return gan_layer_scale_shift(1.0f / 3.0f, -1e-20f);
    case 20:
        return gan_layer_concat_noise(2);
    case 21:
        return gan_layer_activation(GAN_ACTIVATION_LINEAR, 0);
    case 22:
        parts[0] = gan_layer_named(gan_layer_dense(4), "in");
        parts[1] = gan_layer_sequence((gan_layer *[]){gan_layer_tanh(), gan_layer_batch_norm()}, 2);
        parts[2] = gan_layer_with_initializer(gan_layer_dense(2), gan_initializer_constant(0.25f));
        return gan_layer_sequence(parts, 3);
    default:
        return NULL;
    }
}

START_TEST(every_kind_of_layer_comes_back)
{
    int count = 0;
    for (gan_layer *layer; (layer = layer_of(count)) != NULL; count++) {
        gan_model *model = model_of(GAN_SHAPE(6), layer);
        ck_round_trip(model);
        gan_model_unref(model);
    }
    ck_assert_int_eq(count, 23);
}
END_TEST

START_TEST(builders_models_come_back)
{
    gan_generator_options go;
    gan_discriminator_options dopt;
    for (int preset = 0; preset < 2; preset++) {
        ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
        ck_ok(gan_generator_options_preset(&go, (gan_preset)preset));
        ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
        ck_ok(gan_discriminator_options_preset(&dopt, (gan_preset)preset));
        go.hidden[0] = go.hidden[1] = go.hidden[2] = dopt.hidden[0] = 17;
        go.dropout = dopt.dropout = 0.25f;
        gan_model *g = gan_generator_new(GAN_SHAPE(1, 5, 7), &go),
                  *d = gan_discriminator_new(GAN_SHAPE(1, 5, 7), &dopt);
        ck_ok(gan_model_initialize(g, 1));
        ck_ok(gan_model_initialize(d, 2));
        ck_round_trip(g);
        ck_round_trip(d);
        gan_model_unref(g);
        gan_model_unref(d);
    }
}
END_TEST

START_TEST(all_that_a_model_says_of_itself_comes_back)
{
    gan_model *model = model_of(GAN_SHAPE(2), gan_layer_dense(3));
    const float mean[] = {1, -2, 1e-7f}, deviation[] = {0.1f, 3, 1};
    gan_tensor *m = gan_tensor_from(GAN_SHAPE(3), mean), *s = gan_tensor_from(GAN_SHAPE(3), deviation);
    ck_ok(gan_model_set_standard(model, m, s));
    ck_ok(gan_model_set_name(model, "mine \"\xC3\xA9\"\n"));
    ck_ok(gan_model_set_range(model, -0.1f, 1e30f));
    ck_ok(gan_model_set_data_range(model, 0, 255));
    gan_model_note_training(model, 12345678901234567890u, 18446744073709551615u);
    ck_ok(gan_model_note_data(model, "numbers"));
    const char *path = scratch_file("all.safetensors");
    ck_ok(gan_model_save(model, path));
    gan_model *again = loaded(path);
    ck_same_model(model, again);
    uint64_t steps, seed;
    ck_assert(gan_model_training(again, &steps, &seed));
    ck_assert(steps == 12345678901234567890u && seed == 18446744073709551615u);
    ck_assert_str_eq(gan_model_data_name(again), "numbers");
    gan_model *copy = gan_model_copy(again);
    ck_assert(gan_model_training(copy, &steps, NULL) && steps == 12345678901234567890u);
    ck_assert_str_eq(gan_model_data_name(copy), "numbers");
    gan_tensor *one = gan_generator_sample(model, 3, 4), *two = gan_generator_sample(again, 3, 4);
    ck_same_tensor(one, two);
    gan_tensor_unref(one);
    gan_tensor_unref(two);
    gan_tensor_unref(m);
    gan_tensor_unref(s);
    gan_model_unref(model);
    gan_model_unref(again);
    gan_model_unref(copy);
    ck_assert(!gan_model_training(NULL, &steps, &seed));
    ck_assert_str_eq(gan_model_data_name(NULL), "");
}
END_TEST

START_TEST(a_model_in_memory_is_loaded)
{
    gan_model *model = model_of(GAN_SHAPE(2), gan_layer_dense(3));
    const char *path = scratch_file("memory.safetensors");
    ck_ok(gan_model_save(model, path));
    char *bytes = malloc(4096);
    FILE *file = fopen(path, "rb");
    size_t size = fread(bytes, 1, 4096, file);
    fclose(file);
    gan_model *again = gan_model_load_memory(bytes, size);
    bytes[size - 1] ^= 1;
    ck_null(gan_model_load_memory(bytes, size), "gan_model_load_memory: damaged or cut: the checksum");
    free(bytes);
    ck_same_model(model, again);
    gan_model_unref(model);
    gan_model_unref(again);
}
END_TEST

/* ---- what cannot be saved ---- */

static gan_var *twice(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(x, 2);
}

START_TEST(saving_says_what_cannot_be)
{
    const char *path = scratch_file("never.safetensors");
    gan_model *model = model_of(GAN_SHAPE(2), gan_layer_function(twice, NULL, NULL));
    ck_fails(gan_model_save(model, path), "gan_model_save: layer 0 (function) is the program's own code");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_UNSUPPORTED);
    gan_model_unref(model);
    gan_layer *inner = gan_layer_sequence((gan_layer *[]){gan_layer_relu(), gan_layer_function(twice, NULL, NULL)}, 2);
    model = model_of(GAN_SHAPE(2), gan_layer_sequence(&inner, 1));
    ck_fails(gan_model_save(model, path), "gan_model_save: layer 0.0.1 (function)");
    ck_fails(gan_model_save(model, NULL), "gan_model_save: path is NULL");
    ck_fails(gan_model_save(NULL, path), "gan_model_save: model is NULL");
    gan_model_unref(model);
    model = gan_model_new(GAN_SHAPE(2));
    gan_model_add(model, gan_layer_dense(1));
    ck_fails(gan_model_save(model, path), "no numbers yet");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_ok(gan_model_initialize(model, 0));
    ck_fails(gan_model_save(model, scratch_file("no/folder")), "gan_model_save: ");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    gan_model_unref(model);
    ck_null(gan_model_load(NULL), "gan_model_load: path is NULL");
    ck_null(gan_model_load_memory(NULL, 1), "gan_model_load_memory: data is NULL");
}
END_TEST

/* ---- files that are not what they should be ---- */

/* Loads a file with this description, and tensors for a dense layer of 3 to 2. */
static void ck_refused(const char *about, const char *message)
{
    static const float numbers[6];
    const struct gan_safetensors_item items[] = {{"0.weight", GAN_SHAPE(2, 3), numbers},
                                                 {"0.bias", GAN_SHAPE(2), numbers}};
    const struct gan_safetensors_datum datum = {"libgan", about};
    const char *path = scratch_file("refused.safetensors");
    ck_ok(gan_safetensors_write(path, items, 2, &datum, about != NULL, "test"));
    gan_model *model = gan_model_load(path);
    ck_null(model, message);
    ck_assert(gan_error_status() == GAN_ERROR_FORMAT || gan_error_status() == GAN_ERROR_UNSUPPORTED);
    ck_message("refused.safetensors: ");
}

#define HEAD           "{\"format\":\"model\",\"version\":1,\"input\":[3],\"output\":[2],\"standardised\":false,"
#define GLOROT         "{\"kind\":\"glorot_uniform\",\"a\":0,\"b\":0}"
#define WEIGHTS        "\"weight\":" GLOROT ",\"bias\":" GLOROT
#define LAYERS(layers) HEAD "\"layers\":[" layers "]}"

START_TEST(descriptions_are_checked)
{
    ck_refused(NULL, "is a safetensors file, but no libgan model; gan_model_load_parameters takes");
    ck_refused("{", "JSON: byte");
    ck_refused("[]", "does not say what it is");
    ck_refused("{\"format\":\"checkpoint\",\"version\":1}", "is a libgan checkpoint, want a model");
    ck_refused("{\"format\":\"model\",\"version\":2,\"library\":\"9.9\"}",
               "version 2 of libgan's model files, by libgan 9.9");
    ck_refused("{\"format\":\"model\",\"version\":1}", "the model's \"input\" is nothing, want the shape");
    ck_refused("{\"format\":\"model\",\"version\":1,\"input\":[9223372036854775807,2]}", "the model's \"input\" is");
    ck_refused(HEAD "\"layers\":3}", "the model's \"layers\" is 3, want a list");
    ck_refused(LAYERS("3"), "layer 0 (?): \"kind\" is nothing");
    ck_refused(LAYERS("{\"kind\":\"spline\"}"), "layer 0 is a \"spline\", which this libgan");
    ck_refused(LAYERS("{\"kind\":\"dense\"}"), "layer 0 (dense): \"units\" is nothing, want a whole number");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":0," WEIGHTS "}"), "layer 0 (dense): gan_layer_dense: units is 0");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":2}"),
               "layer 0 (dense): \"weight\" is nothing, want an initialiser");
    ck_refused(
        LAYERS("{\"kind\":\"dense\",\"units\":2,\"weight\":" GLOROT ",\"bias\":{\"kind\":\"odd\",\"a\":0,\"b\":0}}"),
        "\"bias\" is {\"kind\":\"odd\",");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":2,\"name\":\"a b\"," WEIGHTS "}"),
               "gan_layer_named: name is \"a b\"");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":2,\"name\":[]," WEIGHTS "}"), "\"name\" is [], want a text");
    ck_refused(LAYERS("{\"kind\":\"sequence\",\"layers\":[]}"), "\"layers\" is [], want a list of layers");
    ck_refused(
        LAYERS("{\"kind\":\"sequence\",\"layers\":[{\"kind\":\"relu\"},{\"kind\":\"leaky_relu\",\"slope\":-1}]}"),
        "layer 0.1 (leaky_relu): gan_layer_leaky_relu: slope is -1");
    ck_refused(LAYERS("{\"kind\":\"reshape\",\"shape\":[2,2]}"), "gan_model_add: layer 0 (reshape)");
    ck_refused(LAYERS("{\"kind\":\"reshape\",\"shape\":[2,4611686018427387904,2,-1]}"), "which do not fill");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":3," WEIGHTS "}"), "the model's \"output\" is [2], want the shape");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":2,\"name\":\"a\"," WEIGHTS "}"), "has no tensor \"a.weight\"");
    ck_refused(LAYERS("{\"kind\":\"dense\",\"units\":2,\"weight\":" GLOROT "}"),
               "has 2 tensors, but its layers have 1");
    ck_refused(LAYERS("{\"kind\":\"maxout\",\"units\":2,\"pieces\":2," WEIGHTS "}"),
               "tensor \"0.weight\" is F32 [2, 3], want floats [4, 3]");
    ck_refused(HEAD "\"range\":[1],\"layers\":[{\"kind\":\"dense\",\"units\":2," WEIGHTS "}]}",
               "\"range\" is [1], want two");
    ck_refused(HEAD "\"steps\":3,\"layers\":[{\"kind\":\"dense\",\"units\":2," WEIGHTS "}]}",
               "\"steps\" is 3, want a number");
    /* As much memory as a file asks for, it must have. */
    ck_refused(
        LAYERS("{\"kind\":\"dense\",\"units\":2147483647," WEIGHTS "},{\"kind\":\"dense\",\"units\":2," WEIGHTS "}"),
        "tensor \"0.weight\" is F32 [2, 3], want floats [2147483647, 3]");
}
END_TEST

START_TEST(standardisation_is_checked)
{
    ck_refused("{\"format\":\"model\",\"version\":1,\"input\":[3],\"output\":[2],\"standardised\":true,\"layers\":["
               "{\"kind\":\"dense\",\"units\":2," WEIGHTS "}]}",
               "has no tensor \"standard.mean\"");
    ck_refused("{\"format\":\"model\",\"version\":1,\"input\":[3],\"output\":[2],\"layers\":["
               "{\"kind\":\"dense\",\"units\":2," WEIGHTS "}]}",
               "\"standardised\" is nothing, want true or false");
}
END_TEST

/* ---- for people ---- */

START_TEST(a_file_is_summed_up)
{
    gan_generator_options options;
    ck_ok(gan_generator_options_init(&options, GAN_RECIPE_MLP));
    options.latent_size = 3;
    options.hidden_count = 1;
    options.hidden[0] = 2;
    gan_model *model = gan_generator_new(GAN_SHAPE(1, 2, 2), &options);
    ck_ok(gan_model_initialize(model, 1));
    const char *path = scratch_file("summed.safetensors"), *other = scratch_file("other.safetensors");
    ck_ok(gan_model_save(model, path));
    gan_model_unref(model);
    char *text = gan_file_summary(path);
    ck_assert_msg(text != NULL, "%s", gan_error_message());
    static const char *const parts[] = {"summed.safetensors: a libgan model, by libgan ",
                                        ", checksum right\n",
                                        "name  \"G\"\n",
                                        "input  [3]\n",
                                        "output  [1,2,2]\n",
                                        "layers\n  0  {\"kind\":\"dense\",",
                                        "tensors\n  0.weight  F32   [2, 3]\n",
                                        "  0.bias    F32   [2]\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        ck_assert_msg(strstr(text, parts[i]) != NULL, "'%s' is not in:\n%s", parts[i], text);
    gan_text_free(text);

    static const char foreign[] = "\x3c\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                                  "            0123";
    FILE *file = fopen(other, "wb");
    ck_assert_uint_eq(fwrite(foreign, 1, 8 + 60 + 4, file), 72);
    fclose(file);
    text = gan_file_summary(other);
    ck_assert_msg(text != NULL, "%s", gan_error_message());
    ck_assert_ptr_nonnull(strstr(text, "other.safetensors: a safetensors file, 72 bytes, without a checksum\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n  w     F32   [1]\n"));
    gan_text_free(text);
    ck_assert_ptr_null(gan_file_summary(NULL));
    ck_assert_ptr_null(gan_file_summary(scratch_file("no_such_file")));
}
END_TEST

/* A file's names are not the reader's own: they may not steer his terminal, or be none of its characters. */
START_TEST(a_stranger_s_names_are_shown_clean)
{
    static const char foreign[] = "\x60\0\0\0\0\0\0\0"
                                  "{\"__metadata__\":{\"libgan\":\"{}\"},"
                                  "\"w\\u001b[31m\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                                  "0123";
    const char *path = scratch_file("foreign.safetensors");
    FILE *file = fopen(path, "wb");
    unsigned char length = (unsigned char)(sizeof foreign - 1 - 8 - 4);
    ck_assert_uint_eq(fwrite(&length, 1, 1, file), 1);
    ck_assert_uint_eq(fwrite(foreign + 1, 1, sizeof foreign - 2, file), sizeof foreign - 2);
    fclose(file);
    char *text = gan_file_summary(path);
    ck_assert_msg(text != NULL, "%s", gan_error_message());
    ck_assert_msg(strstr(text, "\n  w?[31m  F32   [1]\n") != NULL, "%s", text);
    gan_text_free(text);
}
END_TEST

static bool sum_up(void *path)
{
    char *text = gan_file_summary(path);
    gan_text_free(text);
    return text != NULL;
}

START_TEST(summing_up_survives_want_of_memory)
{
    gan_model *model = model_of(GAN_SHAPE(3), gan_layer_dense(2));
    const char *path = scratch_file("scarce_summary.safetensors");
    ck_ok(gan_model_save(model, path));
    gan_model_unref(model);
    CHECK_EACH_ALLOCATION(sum_up, (void *)(uintptr_t)path);
}
END_TEST

/* ---- other programs ---- */

static bool run_peer(const char *arguments)
{
    char command[1500];
    const char *root = getenv("GAN_SOURCE_ROOT");
    if (system("command -v python3 >/dev/null 2>&1") != 0) {
        printf("skipped: no python3 to read and write safetensors\n");
        return false;
    }
    snprintf(command, sizeof command, "python3 '%s/tests/nn/safetensors_peer.py' %s", root != NULL ? root : ".",
             arguments);
    ck_assert_int_eq(system(command), 0);
    return true;
}

START_TEST(another_reader_finds_the_numbers)
{
    gan_model *model = model_of(GAN_SHAPE(3), gan_layer_dense(2));
    gan_model_add(model, gan_layer_relu());
    for (int i = 0; i < 6; i++)
        gan_tensor_data(gan_model_parameter(model, 0))[i] = (float)i / 4;
    gan_tensor_data(gan_model_parameter(model, 1))[1] = 0.1f;
    const char *path = scratch_file("peer.safetensors"), *out = scratch_file("peer.txt");
    char arguments[1200], text[200];
    ck_ok(gan_model_save(model, path));
    gan_model_unref(model);
    snprintf(arguments, sizeof arguments, "read '%s' >'%s'", path, out);
    if (!run_peer(arguments))
        return;
    FILE *file = fopen(out, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ck_assert_str_eq(text, "0.weight [2, 3] 0 0.25 0.5 0.75 1 1.25\n0.bias [2] 0 0.100000001\n");
}
END_TEST

/* The shapes of what safetensors_peer.py writes. */
static gan_model *peers_model(void)
{
    gan_model *model = gan_model_new(GAN_SHAPE(2));
    gan_model_add(model, gan_layer_dense(3));
    gan_model_add(model, gan_layer_batch_norm());
    gan_model_add(model, gan_layer_relu());
    gan_model_add(model, gan_layer_dense(1));
    ck_ok(gan_model_status(model));
    return model;
}

START_TEST(another_program_s_numbers_are_taken)
{
    static const char *const dtypes[] = {"F32", "F16", "BF16", "F64"};
    const char *path = scratch_file("theirs.safetensors");
    for (int i = 0; i < 4; i++) {
        char arguments[700];
        snprintf(arguments, sizeof arguments, "write '%s' %s", path, dtypes[i]);
        if (!run_peer(arguments))
            return;
        gan_model *model = peers_model();
        gan_load_options options;
        ck_ok(gan_load_options_init(&options));
        options.match = GAN_MATCH_ORDER;
        ck_ok(gan_model_load_parameters(model, path, &options));
        ck_assert(gan_model_initialized(model));
        static const float first[] = {2, 2.25f, 2.5f, 2.75f, 3, 3.25f}, second[] = {10, 10.25f, 10.5f};
        static const float norm[] = {1, 2, 3}, mean[] = {7, 8, 9}, variance[] = {0.5f, 1, 2};
        ck_assert_mem_eq(gan_tensor_data(gan_model_parameter(model, 0)), first, sizeof first);
        ck_assert(gan_tensor_data(gan_model_parameter(model, 1))[2] == -2.5f);
        ck_assert_mem_eq(gan_tensor_data(gan_model_parameter(model, 2)), norm, sizeof norm);
        ck_assert(gan_tensor_data(gan_model_parameter(model, 3))[2] == 6);
        ck_assert_mem_eq(gan_tensor_data(gan_model_parameter(model, 4)), second, sizeof second);
        ck_assert(gan_tensor_data(gan_model_parameter(model, 5))[0] == -10);
        ck_assert_mem_eq(gan_tensor_data(gan_model_state(model, 0)), mean, sizeof mean);
        ck_assert_mem_eq(gan_tensor_data(gan_model_state(model, 1)), variance, sizeof variance);
        options.match = GAN_MATCH_NAMES;
        options.prefix = "main.";
        ck_fails(gan_model_load_parameters(model, path, &options),
                 "has no tensor \"main.0.weight\"; of those that the model has no use for it has \"10.bias\", "
                 "\"10.weight\", \"2.bias\", \"2.weight\" and 2 more; set the options' prefix");
        gan_model_unref(model);
    }
}
END_TEST

static gan_status write_theirs(const char *path, const char *first, const char *second, const char *third)
{
    static const float numbers[] = {1, 2, 3, 4, 5, 6};
    const struct gan_safetensors_item items[] = {
        {first, GAN_SHAPE(2, 3), numbers}, {second, GAN_SHAPE(2), numbers}, {third, GAN_SHAPE(1), numbers}};
    return gan_safetensors_write(path, items, third != NULL ? 3 : 2, NULL, 0, "test");
}

/* What a layer declares one after the other is in the order of names that files are read by: for every layer, without
 * names of the program's own. */
START_TEST(every_layer_s_numbers_come_back_by_order)
{
    const char *path = scratch_file("order.safetensors");
    gan_load_options options;
    ck_ok(gan_load_options_init(&options));
    options.match = GAN_MATCH_ORDER;
    for (int i = ONNX_COMPOSED; i < ONNX_CASES; i++) {
        if (strcmp(onnx_cases[i].name, "sequence") == 0) /* has one */
            continue;
        gan_model *saved = onnx_case_model(&onnx_cases[i]), *loaded = onnx_cases[i].make();
        ck_assert_msg(saved != NULL && loaded != NULL, "%s: %s", onnx_cases[i].name, gan_error_message());
        ck_ok(gan_model_save(saved, path));
        ck_assert_msg(gan_model_load_parameters(loaded, path, &options) == GAN_OK, "%s: %s", onnx_cases[i].name,
                      gan_error_message());
        for (int k = 0; k < gan_model_parameters(saved); k++) {
            const gan_tensor *a = gan_model_parameter(saved, k), *b = gan_model_parameter(loaded, k);
            ck_assert_msg(memcmp(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * 4) == 0, "%s: %s",
                          onnx_cases[i].name, gan_model_parameter_name(saved, k));
        }
        gan_model_unref(saved);
        gan_model_unref(loaded);
    }
}
END_TEST

START_TEST(parameters_that_differ_are_named)
{
    gan_model *model = model_of(GAN_SHAPE(3), gan_layer_dense(2));
    const char *path = scratch_file("differ.safetensors");
    gan_load_options options;
    ck_ok(gan_load_options_init(&options));
    ck_ok(write_theirs(path, "0.weight", "0.bias", NULL));
    ck_ok(gan_model_load_parameters(model, path, NULL));
    ck_assert(gan_tensor_data(gan_model_parameter(model, 0))[5] == 6);
    ck_ok(gan_model_initialize(model, 3));
    gan_model *before = gan_model_copy(model);

    ck_ok(write_theirs(path, "0.weight", "bias", NULL));
    ck_fails(gan_model_load_parameters(model, path, NULL),
             "differ.safetensors: has no tensor \"0.bias\"; of those that the model has no use for it has \"bias\"");
    ck_ok(write_theirs(path, "0.weight", "0.bias", "more"));
    ck_fails(gan_model_load_parameters(model, path, NULL), "the model has no place for \"more\"");
    options.match = GAN_MATCH_ORDER;
    ck_fails(gan_model_load_parameters(model, path, &options),
             "has 3 tensors and 0 running statistics, but the model has 2 parameters and 0 state tensors");
    ck_ok(write_theirs(path, "0.bias", "0.weight", NULL));
    ck_fails(gan_model_load_parameters(model, path, NULL),
             "tensor \"0.weight\" is [2], but \"0.weight\" of the model is [2, 3]");
    ck_fails(gan_model_load_parameters(model, path, &options), "tensor \"0.weight\" is [2], but");
    ck_ok(write_theirs(path, "g.0.weight", "g.0.bias", "d.0.weight"));
    ck_same_model(before, model);
    options.match = GAN_MATCH_NAMES;
    options.prefix = "g.";
    ck_ok(gan_model_load_parameters(model, path, &options));
    ck_ok(write_theirs(path, "0.weight", "0.bias", "more"));
    options.prefix = NULL;
    options.allow_others = true;
    ck_ok(gan_model_load_parameters(model, path, &options));

    options.match = (gan_match)7;
    ck_fails(gan_model_load_parameters(model, path, &options), "match is 7");
    ck_fails(gan_model_load_parameters(NULL, path, NULL), "gan_model_load_parameters: model is NULL");
    ck_fails(gan_model_load_parameters(model, NULL, NULL), "gan_model_load_parameters: path is NULL");
    ck_fails(gan_load_options_init(NULL), "options is NULL");
    gan_model_unref(before);
    gan_model_unref(model);
}
END_TEST

/* ---- memory ---- */

static bool save_and_load(void *context)
{
    gan_layer *parts = gan_layer_sequence((gan_layer *[]){gan_layer_named(gan_layer_dense(2), "x"), gan_layer_relu()},
                                          2);
    gan_model *model = gan_model_new(GAN_SHAPE(3));
    gan_model_add(model, parts);
    gan_model_add(model, gan_layer_batch_norm());
    gan_model *again = NULL;
    bool fine = model != NULL && gan_model_status(model) == GAN_OK && gan_model_initialize(model, 1) == GAN_OK &&
                gan_model_set_name(model, "m") == GAN_OK && gan_model_note_data(model, "data") == GAN_OK &&
                gan_model_save(model, context) == GAN_OK && (again = gan_model_load(context)) != NULL &&
                gan_model_load_parameters(again, context, NULL) == GAN_OK;
    gan_model_unref(model);
    gan_model_unref(again);
    return fine;
}

START_TEST(failing_allocations_leave_nothing_behind)
{
    CHECK_EACH_ALLOCATION(save_and_load, (void *)(uintptr_t)scratch_file("scarce.safetensors"));
}
END_TEST

static const struct test_case tests[] = {
    {"every kind of layer comes back", every_kind_of_layer_comes_back},
    {"builders' models come back", builders_models_come_back},
    {"all that a model says of itself comes back", all_that_a_model_says_of_itself_comes_back},
    {"a model in memory is loaded", a_model_in_memory_is_loaded},
    {"saving says what cannot be", saving_says_what_cannot_be},
    {"descriptions are checked", descriptions_are_checked},
    {"standardisation is checked", standardisation_is_checked},
    {"a file is summed up", a_file_is_summed_up},
    {"a stranger's names are shown clean", a_stranger_s_names_are_shown_clean},
    {"summing up survives want of memory", summing_up_survives_want_of_memory},
    {"another reader finds the numbers", another_reader_finds_the_numbers},
    {"another program's numbers are taken", another_program_s_numbers_are_taken},
    {"every layer's numbers come back by order", every_layer_s_numbers_come_back_by_order},
    {"parameters that differ are named", parameters_that_differ_are_named},
    {"failing allocations leave nothing behind", failing_allocations_leave_nothing_behind},
};

#else

START_TEST(without_jansson_models_are_saved_and_loading_says_so)
{
    gan_model *model = model_of(GAN_SHAPE(3), gan_layer_dense(2));
    ck_ok(gan_model_save(model, scratch_file("model")));
    ck_null(gan_model_load(scratch_file("model")), "libgan was built without jansson");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_UNSUPPORTED);
    gan_model_unref(model);
}
END_TEST

static const struct test_case tests[] = {
    {"without jansson models are saved and loading says so", without_jansson_models_are_saved_and_loading_says_so},
};

#endif

int main(void)
{
    return RUN_SUITE("nn: model files", tests);
}
