/* Models as ONNX files: an independent reader computes the same numbers. */
#include "onnx_cases.h"

#include "config.h"
#include "files.h"
#include "suite.h"

#include <math.h>
#include <unistd.h>

#define ck_ok(expression) ck_assert_msg((expression) == GAN_OK, "%s", gan_error_message())
#define ck_fails(expression, status, part)                                                                             \
    do {                                                                                                               \
        ck_assert_int_eq(expression, status);                                                                          \
        check_message(part);                                                                                           \
    } while (0)

#ifdef HAVE_ONNX

#include "memory_check.h"

static gan_model *made(gan_model *model)
{
    ck_assert_msg(model != NULL, "%s", gan_error_message());
    return model;
}

/* What onnx_peer.py makes of the inputs, into `out`; false without python3. */
static bool run_peer(const char *path, const gan_tensor *in, float *out, size_t count)
{
    char command[2500];
    const char *root = getenv("GAN_SOURCE_ROOT"), *from = scratch_file("peer.in"), *to = scratch_file("peer.out");
    if (system("command -v python3 >/dev/null 2>&1") != 0) {
        printf("skipped: no python3 to compute ONNX files\n");
        return false;
    }
    write_file(from, gan_tensor_data(in), (size_t)gan_tensor_size(in) * sizeof(float));
    snprintf(command, sizeof command, "python3 '%s/tests/nn/onnx_peer.py' '%s' '%s' '%s'", root != NULL ? root : ".",
             path, from, to);
    ck_assert_int_eq(system(command), 0);
    ck_assert_uint_eq(read_back(to, out, (count + 1) * sizeof(float)), count * sizeof(float));
    return true;
}

START_TEST(another_reader_computes_the_same)
{
    for (int i = 0; i < ONNX_CASES; i++) {
        const char *path = scratch_file("case.onnx");
        gan_model *model = made(onnx_case_model(&onnx_cases[i]));
        gan_tensor *in, *wanted;
        static float got[16384];
        ck_ok(onnx_case_run(model, &in, &wanted));
        ck_ok(gan_model_export_onnx(model, path, NULL));
        size_t count = (size_t)gan_tensor_size(wanted);
        ck_assert_uint_lt(count, 16384);
        bool ran = run_peer(path, in, got, count);
        for (size_t k = 0; ran && k < count; k++) {
            double w = (double)gan_tensor_data(wanted)[k];
            ck_assert_msg(fabs((double)got[k] - w) <= 1e-5 * fmax(1, fabs(w)), "%s, number %zu: %g, libgan has %g",
                          onnx_cases[i].name, k, (double)got[k], w);
        }
        gan_tensor_unref(in);
        gan_tensor_unref(wanted);
        gan_model_unref(model);
    }
}
END_TEST

START_TEST(the_model_s_own_range_if_it_is_asked_for)
{
    gan_onnx_options options;
    ck_ok(gan_onnx_options_init(&options));
    options.data_range = false;
    gan_model *model = made(onnx_case_model(&onnx_cases[1]));
    gan_tensor *in, *wanted;
    float got[100];
    ck_ok(onnx_case_run(model, &in, &wanted));
    gan_tensor *own = gan_model_predict(model, in);
    ck_ok(gan_model_export_onnx(model, scratch_file("own.onnx"), &options));
    size_t count = (size_t)gan_tensor_size(own);
    if (run_peer(scratch_file("own.onnx"), in, got, count))
        for (size_t k = 0; k < count; k++)
            ck_assert_double_eq_tol((double)got[k], (double)gan_tensor_data(own)[k], 1e-5);
    gan_tensor_unref(in);
    gan_tensor_unref(wanted);
    gan_tensor_unref(own);
    gan_model_unref(model);
}
END_TEST

static bool file_holds(const char *path, const char *text)
{
    char bytes[8192];
    size_t size = read_back(path, bytes, sizeof bytes);
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

START_TEST(names_are_as_asked_for)
{
    gan_onnx_options options;
    ck_ok(gan_onnx_options_init(&options));
    options.input = "z";
    options.output = "pictures";
    const char *path = scratch_file("names.onnx");
    gan_model *model = made(onnx_case_model(&onnx_cases[5]));
    ck_ok(gan_model_export_onnx(model, path, &options));
    ck_assert(file_holds(path, "pictures"));
    ck_assert(!file_holds(path, "output\n"));
    ck_assert(file_holds(path, "block.0.first.weight"));
    ck_assert(file_holds(path, "{\"format\":\"model\",\"library\":\""));
    gan_model_unref(model);
}
END_TEST

static gan_var *twice(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(x, 2);
}

START_TEST(layers_without_operators_are_named)
{
    const char *path = scratch_file("none.onnx");
    gan_layer *inner[] = {gan_layer_relu(), gan_layer_function(twice, NULL, NULL)};
    gan_model *models[] = {
        ONNX_CHAIN(GAN_SHAPE(3), gan_layer_dense(2), gan_layer_concat_noise(2)),
        ONNX_CHAIN(GAN_SHAPE(3), gan_layer_dense(2), gan_layer_named(gan_layer_sequence(inner, 2), "own")),
    };
    static const char *const parts[] = {"layer 1 (concat_noise) has no operator in ONNX",
                                        "layer own.1 (function) has no operator in ONNX"};
    for (int i = 0; i < 2; i++) {
        ck_ok(gan_model_initialize(models[i], 1));
        ck_fails(gan_model_export_onnx(models[i], path, NULL), GAN_ERROR_UNSUPPORTED, parts[i]);
        ck_assert_int_ne(access(path, F_OK), 0);
        gan_model_unref(models[i]);
    }
}
END_TEST

START_TEST(statistics_of_the_batch_are_refused)
{
    const char *path = scratch_file("statistics.onnx");
    gan_model *model = made(onnx_case_model(&onnx_cases[1]));
    ck_ok(gan_model_set_batch_statistics(model, true));
    ck_fails(gan_model_export_onnx(model, path, NULL), GAN_ERROR_UNSUPPORTED, "its batch's statistics");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_ok(gan_model_set_batch_statistics(model, false));
    ck_ok(gan_model_export_onnx(model, path, NULL));
    gan_model_unref(model);
}
END_TEST

START_TEST(arguments_are_checked)
{
    gan_onnx_options options;
    gan_model *model = ONNX_CHAIN(GAN_SHAPE(3), gan_layer_named(gan_layer_dense(2), "first"));
    const char *path = scratch_file("checked.onnx");
    ck_fails(gan_model_export_onnx(NULL, path, NULL), GAN_ERROR_INVALID_ARGUMENT, "model is NULL");
    ck_fails(gan_model_export_onnx(model, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "path is NULL");
    ck_assert_int_eq(gan_model_export_onnx(model, path, NULL), GAN_ERROR_INVALID_ARGUMENT); /* no numbers yet */
    ck_ok(gan_model_initialize(model, 1));
    ck_ok(gan_onnx_options_init(&options));
    options.input = NULL;
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "input is NULL");
    options.input = "first";
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "input is \"first\"");
    options.input = "x";
    options.output = "";
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "output is empty");
    options.output = "first.weight";
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "without a '.'");
    options.output = "x";
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "both \"x\"");
    options.struct_size = 3;
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_fails(gan_onnx_options_init_sized(NULL, sizeof options), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_model_export_onnx(model, "/no/such/folder/x.onnx", NULL), GAN_ERROR_IO, "/no/such/folder/x.onnx");
    ck_fails(gan_model_export_onnx(model, "/dev/full", NULL), GAN_ERROR_IO, "No space left");
    gan_model_unref(model);
}
END_TEST

static gan_model *scarce; /* made before allocations begin to fail */

static bool export_it(void *context)
{
    return gan_model_export_onnx(scarce, context, NULL) == GAN_OK;
}

START_TEST(failing_allocations_are_reported)
{
    const char *path = scratch_file("scarce.onnx");
    for (int i = 1; i < ONNX_CASES; i++) {
        scarce = made(onnx_case_model(&onnx_cases[i]));
        CHECK_EACH_ALLOCATION(export_it, (void *)(uintptr_t)path);
        gan_model_unref(scarce);
    }
}
END_TEST

static const struct test_case tests[] = {
    {"another reader computes the same", another_reader_computes_the_same},
    {"the model's own range if it is asked for", the_model_s_own_range_if_it_is_asked_for},
    {"names are as asked for", names_are_as_asked_for},
    {"layers without operators are named", layers_without_operators_are_named},
    {"statistics of the batch are refused", statistics_of_the_batch_are_refused},
    {"arguments are checked", arguments_are_checked},
    {"failing allocations are reported", failing_allocations_are_reported},
};

#else

START_TEST(without_protobuf_it_says_so)
{
    gan_model *model = onnx_case_model(&onnx_cases[0]);
    ck_fails(gan_model_export_onnx(model, scratch_file("x.onnx"), NULL), GAN_ERROR_UNSUPPORTED, "built without ONNX");
    ck_fails(gan_model_export_onnx(NULL, "x.onnx", NULL), GAN_ERROR_INVALID_ARGUMENT, "model is NULL");
    gan_model_unref(model);
}
END_TEST

static const struct test_case tests[] = {{"without protobuf-c it says so", without_protobuf_it_says_so}};

#endif

int main(void)
{
    return RUN_SUITE("nn: ONNX", tests);
}
