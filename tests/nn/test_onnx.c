/* Models as ONNX files: an independent reader computes the same numbers. */
#include "onnx_cases.h"
#include "onnx_recipes.h"

#include "config.h"
#include "files.h"
#include "suite.h"

#include <unistd.h>

#define ck_ok(expression) ck_assert_msg((expression) == GAN_OK, "%s", gan_error_message())
#define ck_fails(expression, status, part)                                                                             \
    do {                                                                                                               \
        ck_assert_int_eq(expression, status);                                                                          \
        check_message(part);                                                                                           \
    } while (0)

#ifdef HAVE_ONNX

#include "io/onnx.h"
#include "memory_check.h"
#include "onnx_check.h"

static gan_model *made(gan_model *model)
{
    ck_assert_msg(model != NULL, "%s", gan_error_message());
    return model;
}

static struct peer_cases cases;

static void add_case(const char *name, gan_model *model, enum onnx_way way)
{
    struct onnx_numbers numbers = {0};
    char path[600];
    peer_path(path, name, "onnx");
    ck_assert_msg(onnx_run(made(model), way, &numbers) == GAN_OK, "%s: %s", name, gan_error_message());
    ck_assert_msg(gan_model_export_onnx(model, path, NULL) == GAN_OK, "%s: %s", name, gan_error_message());
    add_for_peer(&cases, name, way, numbers);
    gan_model_unref(model);
}

START_TEST(another_reader_computes_the_same)
{
    for (int i = 0; i < ONNX_CASES; i++)
        add_case(onnx_cases[i].name, onnx_case_model(&onnx_cases[i]), onnx_cases[i].way);
    check_by_peer(&cases);
}
END_TEST

START_TEST(and_of_every_recipe_s_networks)
{
    static struct onnx_recipe recipes[ONNX_MOST_RECIPES];
    int count = onnx_recipes(recipes);
    ck_assert_int_gt(count, 5 * 6);
    for (int i = 0; i < count; i++)
        add_case(recipes[i].name, onnx_filled(onnx_recipe_model(&recipes[i])), EACH);
    check_by_peer(&cases);
}
END_TEST

/* ---- no layer is forgotten ---- */

static bool is_case(const char *name, size_t length)
{
    for (int i = ONNX_COMPOSED; i < ONNX_CASES; i++)
        if (strlen(onnx_cases[i].name) == length && strncmp(onnx_cases[i].name, name, length) == 0)
            return true;
    return false;
}

/* What makes no layer of its own, and the one that has no operator. */
static bool is_no_case(const char *name, size_t length)
{
    static const char *const others[] = {"ref",   "with_initializer",   "with_bias_initializer", "without_bias",
                                         "named", "with_spectral_norm", "with_weight_norm",      "function"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strlen(others[i]) == length && strncmp(others[i], name, length) == 0)
            return true;
    return false;
}

START_TEST(every_layer_of_the_header_is_a_case)
{
    static char text[65536];
    static const char lead[] = "GAN_API gan_layer *gan_layer_";
    char path[1024];
    const char *root = getenv("GAN_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/include/gan/layer.h", root != NULL ? root : ".");
    text[read_back(path, text, sizeof text - 1)] = '\0';
    int constructors = 0;
    for (const char *at = text; (at = strstr(at, lead)) != NULL;) {
        at += strlen(lead);
        size_t length = strcspn(at, "(");
        if (is_no_case(at, length))
            continue;
        constructors++;
        ck_assert_msg(is_case(at, length), "gan_layer_%.*s is in no case of onnx_layer_cases.h", (int)length, at);
    }
    ck_assert_int_ge(constructors, 60);
}
END_TEST

START_TEST(the_model_s_own_range_if_it_is_asked_for)
{
    gan_onnx_options options;
    ck_ok(gan_onnx_options_init(&options));
    options.data_range = false;
    gan_model *model = made(onnx_case_model(&onnx_cases[1]));
    struct onnx_numbers numbers = {0};
    ck_ok(onnx_run(model, EACH, &numbers));
    float mapped = gan_tensor_data(numbers.out)[0];
    gan_tensor_unref(numbers.out);
    numbers.out = gan_model_predict(model, numbers.in);
    ck_assert(fabsf(mapped - gan_tensor_data(numbers.out)[0]) > 1);
    ck_ok(gan_model_export_onnx(model, scratch_file("own.onnx"), &options));
    add_for_peer(&cases, "own", EACH, numbers);
    check_by_peer(&cases);
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
    gan_pool_options apart;
    gan_pool_options_init(&apart, 2, 1, 0);
    apart.dilation[0] = 2;
    gan_layer *inner[] = {gan_layer_relu(), gan_layer_function(twice, NULL, NULL)};
    gan_model *models[] = {
        ONNX_CHAIN(GAN_SHAPE(1, 4, 4), gan_layer_average_pool2d_with(&apart)),
        ONNX_CHAIN(GAN_SHAPE(3), gan_layer_dense(2), gan_layer_named(gan_layer_sequence(inner, 2), "own")),
    };
    static const char *const parts[] = {"layer 0 has a dilation, for which ONNX has no operator",
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

START_TEST(labels_have_a_name_of_their_own)
{
    gan_onnx_options options;
    gan_model *model = onnx_filled(onnx_layer_projection());
    const char *path = scratch_file("labelled.onnx");
    ck_ok(gan_onnx_options_init(&options));
    options.labels = "digit";
    ck_ok(gan_model_export_onnx(made(model), path, &options));
    ck_assert(file_holds(path, "digit") && !file_holds(path, "labels\x12"));
    options.labels = "output";
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT,
             "output and labels are both \"output\"");
    options.labels = NULL;
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "labels is NULL");
    /* A program that was built before there were labels knows no field for them. */
    options.struct_size = offsetof(gan_onnx_options, labels);
    ck_ok(gan_model_export_onnx(model, path, &options));
    ck_assert(file_holds(path, "labels"));
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
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT,
             "input and output are both \"x\"");
    options.labels = NULL; /* which counts where there are some */
    options.output = "y";
    ck_ok(gan_model_export_onnx(model, path, &options));
    options.struct_size = 3;
    ck_fails(gan_model_export_onnx(model, path, &options), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_fails(gan_onnx_options_init_sized(NULL, sizeof options), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_model_export_onnx(model, "/no/such/folder/x.onnx", NULL), GAN_ERROR_IO, "/no/such/folder/x.onnx");
    ck_fails(gan_model_export_onnx(model, "/dev/full", NULL), GAN_ERROR_IO, "No space left");
    gan_model_unref(model);
}
END_TEST

START_TEST(a_node_may_have_many_attributes)
{
    const char *path = scratch_file("many.onnx");
    struct gan_onnx *onnx = gan_onnx_new("many");
    ck_assert_ptr_nonnull(onnx);
    ck_assert_ptr_nonnull(gan_onnx_node(onnx, "Identity", "y", (const char *const[]){"x", NULL}));
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "attribute_%d_", i);
        gan_onnx_attribute_integer(onnx, name, i);
    }
    ck_ok(gan_onnx_write(onnx, path, "test"));
    gan_onnx_free(onnx);
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof name, "attribute_%d_", i);
        ck_assert_msg(file_holds(path, name), "%s is not in the file", name);
    }
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
    {"and of every recipe's networks", and_of_every_recipe_s_networks},
    {"every layer of the header is a case", every_layer_of_the_header_is_a_case},
    {"the model's own range if it is asked for", the_model_s_own_range_if_it_is_asked_for},
    {"names are as asked for", names_are_as_asked_for},
    {"layers without operators are named", layers_without_operators_are_named},
    {"statistics of the batch are refused", statistics_of_the_batch_are_refused},
    {"labels have a name of their own", labels_have_a_name_of_their_own},
    {"arguments are checked", arguments_are_checked},
    {"a node may have many attributes", a_node_may_have_many_attributes},
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
