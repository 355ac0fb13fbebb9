/*
 * The recipes for pictures: what they are made of, how many numbers they have, at which sizes they can be had, how they
 * begin, and what they refuse. What they compute is compared with PyTorch in tests/train/test_recipes.c.
 */
#include "network.h"

#include "config.h"
#include "nn/model.h"

#include <inttypes.h>

static const gan_recipe recipes[] = {GAN_RECIPE_DCGAN, GAN_RECIPE_POOLED, GAN_RECIPE_SNGAN_RESNET, GAN_RECIPE_R3GAN};
enum { RECIPES = sizeof recipes / sizeof recipes[0] };

/* A recipe's options, both narrowed down to widths that are quick to build; 0 leaves them as they are. */
struct options {
    gan_generator_options g;
    gan_discriminator_options d;
};

static struct options options_of(gan_recipe recipe, int64_t width, int64_t most_width)
{
    struct options o;
    ck_ok(gan_generator_options_init(&o.g, recipe));
    ck_ok(gan_discriminator_options_init(&o.d, recipe));
    if (width > 0) {
        o.g.width = o.d.width = width;
        o.g.most_width = o.d.most_width = most_width;
    }
    return o;
}

struct players {
    gan_model *g, *d;
};

static struct players made(gan_shape image, const struct options *o)
{
    struct players p = {gan_generator_new(image, &o->g), NULL};
    ck_assert_msg(p.g != NULL, "%s", gan_error_message());
    p.d = gan_discriminator_new(image, &o->d);
    ck_assert_msg(p.d != NULL, "%s", gan_error_message());
    return p;
}

static struct players started(gan_shape image, const struct options *o)
{
    struct players p = made(image, o);
    ck_ok(gan_model_initialize(p.g, 1));
    ck_ok(gan_model_initialize(p.d, 2));
    return p;
}

static void drop(struct players p)
{
    gan_model_unref(p.g);
    gan_model_unref(p.d);
}

static void give_labels(struct options *o, gan_conditioning g, gan_conditioning d)
{
    o->g.conditioning = g;
    o->d.conditioning = d;
    o->g.labels = gan_labels_classes(3, NULL);
    o->d.labels = gan_labels_classes(3, NULL);
    o->g.label_size = o->d.label_size = 2;
}

/* ---- names ---- */

START_TEST(recipes_have_names)
{
    static const char *const names[] = {"mlp", "dcgan", "pooled", "sngan_resnet", "r3gan"};
    for (int i = 0; i < 5; i++) {
        gan_recipe recipe = (gan_recipe)99;
        ck_assert_str_eq(gan_recipe_name((gan_recipe)i), names[i]);
        ck_ok(gan_recipe_from_name(names[i], &recipe));
        ck_assert_int_eq(recipe, i);
        gan_generator_options g;
        gan_discriminator_options d;
        ck_ok(gan_generator_options_init(&g, recipe));
        ck_ok(gan_discriminator_options_init(&d, recipe));
        ck_assert(g.recipe == recipe && d.recipe == recipe);
    }
    ck_assert_ptr_null(gan_recipe_name((gan_recipe)5));
    gan_recipe recipe;
    ck_fails(gan_recipe_from_name("gan", &recipe),
             "no recipe \"gan\"; there are mlp, dcgan, pooled, sngan_resnet, r3gan");
    ck_fails(gan_recipe_from_name(NULL, &recipe), "name is NULL");
    ck_fails(gan_recipe_from_name("mlp", NULL), "recipe is NULL");
}
END_TEST

/* ---- what is published ---- */

static void check_counts(const char *what, struct players p, int64_t g, int64_t d)
{
    ck_assert_msg(gan_model_parameter_count(p.g) == g && gan_model_parameter_count(p.d) == d,
                  "%s: G has %" PRId64 " parameters, D %" PRId64 "; want %" PRId64 " and %" PRId64, what,
                  gan_model_parameter_count(p.g), gan_model_parameter_count(p.d), g, d);
    drop(p);
}

static int64_t conv(int64_t from, int64_t to, int64_t kernel)
{
    return from * to * kernel * kernel + to;
}

/* PyTorch's example of DCGAN, which prints these. */
START_TEST(dcgan_has_the_examples_numbers)
{
    struct options o = options_of(GAN_RECIPE_DCGAN, 0, 0);
    check_counts("dcgan", made(GAN_SHAPE(3, 64, 64), &o), 3576704, 2765568);
}
END_TEST

/* G: 4, 7, 14, 28, a side of 7 being made of 4 by a window of 3; D: 28, 14, 7, 3. Non-square: above 4 × 7, or 3 × 7,
 * are 7 × 14. */
START_TEST(dcgan_halves_seven)
{
    struct options o = options_of(GAN_RECIPE_DCGAN, 0, 0);
    int64_t larger = 128 * 64 * 16 + 64 * 16, g_norms = 2 * (256 + 128 + 64);
    int64_t d = larger + 256 * 128 * 16 + 2 * (128 + 256);
    check_counts("28", made(GAN_SHAPE(1, 28, 28), &o), 100 * 256 * 16 + 256 * 128 * 9 + larger + g_norms, d + 256 * 9);
    check_counts("28 x 56", made(GAN_SHAPE(1, 28, 56), &o), 100 * 256 * 28 + 256 * 128 * 12 + larger + g_norms,
                 d + 256 * 21);
}
END_TEST

/* Between the others, 3 × 3 convolutions without bias and with batch norm: at 4, 7 and 14 in G, at 14, 7 and 3 in D. */
START_TEST(dcgan_goes_deeper)
{
    struct options o = options_of(GAN_RECIPE_DCGAN, 0, 0);
    int64_t g = 100 * 256 * 16 + 256 * 128 * 9 + 128 * 64 * 16 + 64 * 16 + 2 * (256 + 128 + 64);
    int64_t d = 64 * 16 + 128 * 64 * 16 + 256 * 128 * 16 + 256 * 9 + 2 * (128 + 256);
    int64_t more = 9 * (256 * 256 + 128 * 128 + 64 * 64) + 2 * (256 + 128 + 64);
    o.g.blocks = 1;
    o.d.blocks = 2;
    check_counts("28, deeper", made(GAN_SHAPE(1, 28, 28), &o), g + more, d + 2 * more);
}
END_TEST

/* Of an up-block of SNGAN's G: two batch norms, two 3 × 3 convolutions, a shortcut. */
static int64_t up_block(int64_t from, int64_t to)
{
    return 2 * from + conv(from, to, 3) + 2 * to + conv(to, to, 3) + conv(from, to, 1);
}

/* G's tables: widths from the grid to the image. */
static int64_t sngan_generator(int64_t grid, int blocks, const int64_t *width)
{
    int64_t numbers = conv(128, grid * width[0], 1); /* dense */
    for (int i = 0; i < blocks; i++)
        numbers += up_block(width[i], width[i + 1]);
    return numbers + 2 * width[blocks] + conv(width[blocks], 3, 3);
}

/* D's: widths from the image on, how many blocks halve. */
static int64_t sngan_discriminator(int halving, int blocks, const int64_t *width)
{
    int64_t numbers = conv(3, width[0], 3) + conv(width[0], width[0], 3) + conv(3, width[0], 1);
    for (int i = 1; i < blocks; i++) {
        int64_t from = width[i - 1], to = width[i];
        numbers += conv(from, from, 3) + conv(from, to, 3);
        numbers += i < halving || from != to ? conv(from, to, 1) : 0;
    }
    return numbers + width[blocks - 1] + 1;
}

START_TEST(sngan_resnet_has_the_papers_numbers)
{
    static const int64_t g32[] = {256, 256, 256, 256}, d32[] = {128, 128, 128, 128};
    static const int64_t g48[] = {512, 256, 128, 64}, g64[] = {1024, 512, 256, 128, 64};
    static const int64_t d48[] = {64, 128, 256, 512, 1024}, d128[] = {64, 128, 256, 512, 1024, 1024};
    static const int64_t g128[] = {1024, 1024, 512, 256, 128, 64};
    struct options o = options_of(GAN_RECIPE_SNGAN_RESNET, 0, 0);
    check_counts("32", made(GAN_SHAPE(3, 32, 32), &o), 4276739, 1053825); /* the code's D is without the last bias */
    check_counts("32", made(GAN_SHAPE(3, 32, 32), &o), sngan_generator(16, 3, g32), sngan_discriminator(2, 4, d32));
    o = options_of(GAN_RECIPE_SNGAN_RESNET, 64, 1024);
    check_counts("48", made(GAN_SHAPE(3, 48, 48), &o), sngan_generator(36, 3, g48), sngan_discriminator(4, 5, d48));
    check_counts("64", made(GAN_SHAPE(3, 64, 64), &o), sngan_generator(16, 4, g64), sngan_discriminator(5, 5, d48));
    check_counts("128", made(GAN_SHAPE(3, 128, 128), &o), sngan_generator(16, 5, g128),
                 sngan_discriminator(5, 6, d128));
    give_labels(&o, GAN_CONDITIONING_BATCH_NORM, GAN_CONDITIONING_PROJECTION);
    /* three classes' gains and biases for two batch norms in each block, in the place of one */
    int64_t norms = 2 * (1024 + 512 + 512 + 256 + 256 + 128 + 128 + 64);
    check_counts("64, labels", made(GAN_SHAPE(3, 64, 64), &o), sngan_generator(16, 4, g64) + 2 * norms,
                 sngan_discriminator(5, 5, d48) + 3 * 1024);
}
END_TEST

/* The image's size where D has halved it for the last time: in the tables 8, 3, 2 and 4. */
START_TEST(sngan_resnets_discriminator_halves_as_often_as_published)
{
    static const struct {
        gan_shape image, last;
    } sizes[] = {{{3, {3, 32, 32}}, {3, {8, 8, 8}}},   {{3, {3, 48, 48}}, {3, {8, 3, 3}}},
                 {{3, {3, 64, 64}}, {3, {8, 2, 2}}},   {{3, {3, 128, 128}}, {3, {8, 4, 4}}},
                 {{3, {1, 28, 28}}, {3, {8, 7, 7}}},   {{3, {3, 16, 16}}, {3, {8, 4, 4}}},
                 {{3, {3, 256, 256}}, {3, {8, 4, 4}}}, {{3, {1, 48, 56}}, {3, {8, 3, 3}}}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct options o = options_of(GAN_RECIPE_SNGAN_RESNET, 8, 8);
        struct players p = made(sizes[i].image, &o);
        ck_shape(p.d->entries[p.d->entry_count - 3].out, sizes[i].last); /* relu, pooling, dense */
        drop(p);
    }
}
END_TEST

/* Of two blocks of R3GAN: 1 × 1 to twice as many channels, 3 × 3 in groups of 16, 1 × 1 without bias. */
static int64_t r3gan_blocks(int64_t width)
{
    return 2 * (conv(width, 2 * width, 1) + 2 * width * (16 * 9 + 1) + 2 * width * width);
}

/* What stands between the image and the grid is the same in both; widths from the grid on, as the code has them. */
static int64_t r3gan_stages(int stages, const int64_t *width)
{
    int64_t numbers = 3 * width[stages - 1];
    for (int i = 0; i < stages; i++)
        numbers += r3gan_blocks(width[i]) + (i > 0 && width[i] != width[i - 1] ? width[i] * width[i - 1] : 0);
    return numbers;
}

static void check_r3gan(int64_t size, int64_t width, int stages, const int64_t *widths)
{
    struct options o = options_of(GAN_RECIPE_R3GAN, width, 768);
    int64_t inside = r3gan_stages(stages, widths);
    struct players p = made(GAN_SHAPE(3, size, size), &o);
    ck_shape(gan_model_output_shape(p.g), GAN_SHAPE(3, size, size));
    ck_shape(gan_model_input_shape(p.g), GAN_SHAPE(64));
    ck_shape(p.g->entries[0].out, GAN_SHAPE(768, 4, 4));
    check_counts("r3gan", p, inside + 768 * (16 + 64), inside + 768 * (16 + 1));
}

/* The presets of the published train.py: three quarters of 1024 channels, and of 512, 256, 128 at 64 × 64 and more. */
START_TEST(r3gan_has_the_published_numbers)
{
    static const int64_t cifar10[] = {768, 768, 768, 768}, ffhq64[] = {768, 768, 768, 768, 384};
    static const int64_t ffhq256[] = {768, 768, 768, 768, 384, 192, 96};
    check_r3gan(32, 768, 4, cifar10);
    check_r3gan(64, 384, 5, ffhq64);
    check_r3gan(256, 96, 7, ffhq256);
    struct options o = options_of(GAN_RECIPE_R3GAN, 768, 768);
    check_counts("r3gan", made(GAN_SHAPE(3, 32, 32), &o), 20732160, 20683776);
}
END_TEST

/* ---- shapes ---- */

static const gan_shape images[] = {{3, {3, 16, 16}},   {3, {1, 28, 28}},   {3, {3, 32, 32}}, {3, {4, 64, 64}},
                                   {3, {3, 128, 128}}, {3, {3, 256, 256}}, {3, {2, 48, 64}}, {3, {3, 8, 24}},
                                   {3, {1, 20, 12}},   {3, {1, 96, 128}},  {3, {5, 56, 28}}, {3, {1, 8, 8}}};

START_TEST(images_of_all_sizes_can_be_had)
{
    for (int r = 0; r < RECIPES; r++)
        for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
            struct options o = options_of(recipes[r], 3, 10);
            struct players p = made(images[i], &o);
            ck_shape(gan_model_output_shape(p.g), images[i]);
            ck_shape(gan_model_input_shape(p.d), images[i]);
            ck_shape(gan_model_output_shape(p.d), GAN_SHAPE(1));
            drop(p);
        }
}
END_TEST

/* As they begin, numbers stay finite and of moderate size (weights of N(0, 0.02²) make DCGAN's small, as long as batch
 * norm has no statistics), and G's are in its range where it has an end for that. */
START_TEST(images_are_made_and_judged)
{
    static const gan_shape sizes[] = {{3, {3, 16, 16}}, {3, {1, 28, 28}}, {3, {2, 24, 32}}};
    for (int r = 0; r < RECIPES; r++)
        for (int i = 0; i < 3; i++) {
            struct options o = options_of(recipes[r], 8, 16);
            struct players p = started(sizes[i], &o);
            float low, high;
            ck_assert(gan_model_range(p.g, &low, &high) && high == 1);
            ck_assert(low == (recipes[r] == GAN_RECIPE_POOLED ? 0 : -1));
            ck_assert(gan_model_data_range(p.g, &low, &high) && low == 0 && high == 1);
            gan_tensor *images_made = gan_generator_sample(p.g, 5, 3);
            ck_assert_msg(images_made != NULL, "%s", gan_error_message());
            gan_tensor *judged = gan_model_predict(p.d, images_made);
            ck_assert_msg(judged != NULL, "%s", gan_error_message());
            double squares = 0;
            for (int64_t j = 0; j < gan_tensor_size(images_made); j++)
                squares += pow((double)gan_tensor_data(images_made)[j] - .5, 2);
            squares /= (double)gan_tensor_size(images_made);
            ck_assert_msg(squares > 1e-10 && squares < 10, "recipe %d: mean square %g", r, squares);
            for (int j = 0; j < 5; j++)
                ck_assert(fabsf(gan_tensor_data(judged)[j]) < 300);
            gan_tensor_unref(images_made);
            gan_tensor_unref(judged);
            drop(p);
        }
}
END_TEST

/* ---- layers ---- */

static void check_layers(gan_model *m, const char *const *layers)
{
    for (size_t i = 0; i < m->entry_count; i++) {
        char text[128];
        gan_layer_describe(m->entries[i].layer, text, sizeof text);
        ck_assert_msg(layers[i] != NULL && strcmp(text, layers[i]) == 0, "layer %zu is %s, want %s", i, text,
                      layers[i] != NULL ? layers[i] : "none");
    }
    ck_assert_ptr_null(layers[m->entry_count]);
}

#define LAYERS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(options_say_what_pooled_is_made_of)
{
    struct options o = options_of(GAN_RECIPE_POOLED, 4, 6);
    o.g.latent_size = 7;
    o.g.normalization = GAN_NORMALIZATION_BATCH;
    o.g.dropout = .5f;
    o.d.blocks = 2;
    o.d.activation = GAN_ACTIVATION_LEAKY_RELU;
    o.d.center_input = true;
    o.d.sigmoid_output = true;
    struct players p = made(GAN_SHAPE(3, 16, 24), &o);
    check_layers(p.g, LAYERS("dense(144), no bias", "reshape[6, 4, 6]", "batch_norm", "relu", "dropout(0.5)",
                             "upsample(2, nearest)", "conv2d(6, 3, stride 1, padding 1), no bias", "batch_norm", "relu",
                             "dropout(0.5)", "upsample(2, nearest)", "conv2d(4, 3, stride 1, padding 1), no bias",
                             "batch_norm", "relu", "dropout(0.5)", "conv2d(3, 3, stride 1, padding 1)", "sigmoid"));
    check_layers(p.d, LAYERS("scale_shift(2, -1)", "conv2d(4, 3, stride 1, padding 1)", "leaky_relu(0.2)",
                             "conv2d(4, 3, stride 1, padding 1)", "leaky_relu(0.2)",
                             "average_pool2d(2, stride 2, padding 0)", "conv2d(6, 3, stride 1, padding 1)",
                             "leaky_relu(0.2)", "conv2d(6, 3, stride 1, padding 1)", "leaky_relu(0.2)",
                             "average_pool2d(2, stride 2, padding 0)", "flatten", "dense(1)", "sigmoid"));
    drop(p);
}
END_TEST

/* A block more at each size: as many numbers more as such a block has. */
START_TEST(blocks_are_depth)
{
    static const gan_shape image = {3, {3, 16, 16}};
    struct options one = options_of(GAN_RECIPE_SNGAN_RESNET, 6, 6), three = one;
    three.g.blocks = three.d.blocks = 3;
    struct players p = made(image, &one);
    int64_t g = gan_model_parameter_count(p.g), d = gan_model_parameter_count(p.d);
    drop(p);
    int64_t plain = 2 * conv(6, 6, 3), norms = 2 * 2 * 6;
    check_counts("sngan_resnet", made(image, &three), g + 2 * 2 * (plain + norms), d + 3 * 2 * plain);
    one = options_of(GAN_RECIPE_R3GAN, 8, 8);
    three = one;
    three.g.blocks = three.d.blocks = 3; /* in the place of two */
    p = made(image, &one);
    g = gan_model_parameter_count(p.g);
    d = gan_model_parameter_count(p.d);
    drop(p);
    check_counts("r3gan", made(image, &three), g + 3 * r3gan_blocks(8) / 2, d + 3 * r3gan_blocks(8) / 2);
}
END_TEST

/* The groups of a 3 × 3 convolution are of 16 channels, or of the next smaller number that divides them. */
START_TEST(r3gans_groups_divide_its_channels)
{
    static const int64_t widths[][2] = {{8, 16}, {32, 16}, {12, 12}, {3, 6}, {11, 11}, {17, 2}};
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct options o = options_of(GAN_RECIPE_R3GAN, widths[i][0], widths[i][0]);
        struct players p = made(GAN_SHAPE(1, 8, 8), &o);
        ck_assert_str_eq(gan_model_parameter_name(p.g, 4), "1.branch.2.weight");
        ck_shape(gan_tensor_shape(gan_model_parameter(p.g, 4)), GAN_SHAPE(2 * widths[i][0], widths[i][1], 3, 3));
        drop(p);
    }
}
END_TEST

/* ---- how they begin ---- */

static double deviation_of(gan_model *m, const char *name)
{
    for (int i = 0; i < gan_model_parameters(m); i++)
        if (strcmp(gan_model_parameter_name(m, i), name) == 0) {
            gan_tensor *t = gan_model_parameter(m, i);
            double squares = 0;
            for (int64_t j = 0; j < gan_tensor_size(t); j++)
                squares += pow((double)gan_tensor_data(t)[j], 2);
            return sqrt(squares / (double)gan_tensor_size(t));
        }
    ck_abort_msg("there is no parameter %s", name);
    return 0;
}

/* Within five standard errors of a normal's deviation, σ/√(2n). */
static void check_deviation(gan_model *m, const char *name, double wanted, double count)
{
    ck_assert_msg(fabs(deviation_of(m, name) - wanted) <= 5 * wanted / sqrt(2 * count), "%s: %g, want %g", name,
                  deviation_of(m, name), wanted);
}

START_TEST(r3gan_begins_by_its_number_of_blocks)
{
    struct options o = options_of(GAN_RECIPE_R3GAN, 32, 64); /* at 16 × 16: 64, 64, 32; six blocks */
    struct players p = started(GAN_SHAPE(3, 16, 16), &o);
    double gain = sqrt(2 / 1.04) * pow(6, -.25);
    check_deviation(p.g, "0.basis", 1, 64 * 16);
    check_deviation(p.g, "0.weight", sqrt(1 / 64.), 64 * 64);
    check_deviation(p.g, "1.branch.0.weight", gain * sqrt(1 / 64.), 64 * 128);
    check_deviation(p.g, "1.branch.2.weight", gain * sqrt(1 / (16 * 9.)), 128 * 16 * 9);
    ck_assert(deviation_of(p.g, "1.branch.4.weight") == 0);
    check_deviation(p.d, "0.weight", sqrt(1 / 3.), 3 * 32);
    check_deviation(p.d, "1.branch.0.weight", gain * sqrt(1 / 32.), 32 * 64);
    check_deviation(p.d, "4.weight", sqrt(1 / 32.), 64 * 32);
    drop(p);
    o.d.blocks = 1;
    o.d.slope = 0.5f;
    o.d.initializer = gan_initializer_normal(0, .1f); /* what there is in its place is scaled alike */
    p = started(GAN_SHAPE(3, 16, 16), &o);
    check_deviation(p.d, "0.weight", .1, 3 * 32);
    check_deviation(p.d, "1.branch.0.weight", .1 * sqrt(2 / 1.25) * pow(3, -.25), 32 * 64);
    drop(p);
}
END_TEST

/* A uniform number's deviation is its largest one by √3. */
START_TEST(sngan_resnets_blocks_begin_larger)
{
    struct options o = options_of(GAN_RECIPE_SNGAN_RESNET, 32, 32);
    struct players p = started(GAN_SHAPE(3, 16, 16), &o);
    double block = sqrt(2) * sqrt(2 / (9. * 64)), shortcut = sqrt(2 / 64.);
    check_deviation(p.g, "2.branch.3.weight", block, 9 * 32 * 32);
    check_deviation(p.g, "2.branch.6.weight", block, 9 * 32 * 32);
    check_deviation(p.g, "2.shortcut.0.weight", shortcut, 32 * 32);
    check_deviation(p.d, "0.branch.0.weight", sqrt(2) * sqrt(2 / (9. * 35)), 9 * 3 * 32);
    check_deviation(p.d, "1.branch.1.weight", block, 9 * 32 * 32);
    check_deviation(p.d, "1.shortcut.1.weight", shortcut, 32 * 32);
    drop(p);
}
END_TEST

/* ---- R1 ---- */

/* The discriminator's loss on two images with R1: what training differentiates. On a tape of its own. */
struct objective {
    gan_tape *tape;
    gan_var *value, *slopes[64];
    gan_plan *of_value, *of_slopes;
};

static gan_plan *plan_of(gan_var *const *wanted, int count, gan_var *in, gan_tensor *x)
{
    gan_plan *plan = gan_plan_new_with(wanted, count, &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE});
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_bind(plan, in, x));
    return plan;
}

static struct objective objective_of(gan_model *d, gan_tensor *x)
{
    struct objective o = {.tape = gan_tape_new()};
    int count = gan_model_parameters(d);
    ck_assert_int_le(count, 64);
    gan_var *in = gan_tape_input(o.tape, gan_tensor_shape(x)), *logits = gan_model_apply_frozen(d, in);
    o.value = gan_add(gan_mean(gan_softplus(gan_neg(logits))), gan_penalty_r1(logits, in));
    for (int i = 0; i < count; i++)
        o.slopes[i] = gan_grad(o.value, gan_tape_tensor(o.tape, gan_model_parameter(d, i)));
    o.of_value = plan_of(&o.value, 1, in, x);
    o.of_slopes = plan_of(o.slopes, count, in, x);
    ck_ok(gan_plan_run(o.of_slopes));
    return o;
}

static double value_of(struct objective *o)
{
    double value;
    ck_ok(gan_plan_run(o->of_value));
    ck_ok(gan_plan_read_double(o->of_value, o->value, &value));
    return value;
}

static void objective_drop(struct objective *o)
{
    gan_plan_unref(o->of_value);
    gan_plan_unref(o->of_slopes);
    gan_tape_unref(o->tape);
}

/* Moves one parameter along a direction there and back: how the value changes, over how it ought to. */
static void check_parameter(struct objective *o, gan_model *d, int index)
{
    enum { MOST = 4096 };
    static double slope[MOST], moved[MOST];
    gan_tensor *t = gan_model_parameter(d, index), *direction = normal_tensor(gan_tensor_shape(t), 50);
    int64_t size = gan_tensor_size(t);
    ck_assert_int_le(size, MOST);
    gan_tensor *kept = gan_tensor_from(gan_tensor_shape(t), gan_tensor_data(t));
    ck_ok(gan_plan_read_double(o->of_slopes, o->slopes[index], slope));
    double difference = 0, expected = 0, length = 0;
    for (int side = 1; side >= -1; side -= 2) {
        for (int64_t i = 0; i < size; i++) {
            float step = (float)side * gan_tensor_data(direction)[i] / sqrtf((float)size);
            gan_tensor_data(t)[i] = gan_tensor_data(kept)[i] + 3e-4f * step;
            moved[i] = side > 0 ? (double)gan_tensor_data(t)[i] : moved[i] - (double)gan_tensor_data(t)[i];
        }
        difference += side * value_of(o);
    }
    for (int64_t i = 0; i < size; i++) {
        expected += slope[i] * moved[i];
        length += fabs(slope[i] * moved[i]);
    }
    gan_tensor_copy(t, kept);
    ck_assert_msg(fabs(difference - expected) <= 1e-4 * length + 1e-12,
                  "%s: the value changes by %.9g, its gradient says %.9g", gan_model_parameter_name(d, index),
                  difference, expected);
    gan_tensor_unref(kept);
    gan_tensor_unref(direction);
}

/* Activations are smooth here: between kinks R1 jumps, and no difference tells its gradient. */
START_TEST(gradients_of_r1_are_its_differences)
{
    for (int r = 0; r < RECIPES; r++) {
        struct options o = options_of(recipes[r], 4, 6);
        o.d.activation = GAN_ACTIVATION_SILU;
        ck_ok(gan_discriminator_options_preset(&o.d, GAN_PRESET_WGAN_GP)); /* no batch norm */
        o.d.activation = GAN_ACTIVATION_SILU;
        struct players p = started(GAN_SHAPE(1, 8, 8), &o);
        for (int i = 0; i < gan_model_parameters(p.d); i++) /* zeros would hide much */
            ck_ok(gan_tensor_fill_normal(gan_model_parameter(p.d, i), .05f, .3f, 20 + (uint64_t)i));
        gan_tensor *x = normal_tensor(GAN_SHAPE(2, 1, 8, 8), 5);
        struct objective objective = objective_of(p.d, x);
        for (int i = 0; i < gan_model_parameters(p.d); i++)
            check_parameter(&objective, p.d, i);
        objective_drop(&objective);
        gan_tensor_unref(x);
        drop(p);
    }
}
END_TEST

/* ---- labels ---- */

/* Whether the model makes something else of the same example with another label. */
static bool heeds_labels(gan_model *m, gan_tensor *x)
{
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(2), GAN_INT32), *made_of[2];
    bool differs = true;
    for (int i = 0; i < 2; i++) {
        gan_tensor_int32(labels)[0] = gan_tensor_int32(labels)[1] = i;
        made_of[i] = gan_model_predict_labelled(m, x, labels);
        ck_assert_msg(made_of[i] != NULL, "%s", gan_error_message());
    }
    size_t bytes = (size_t)gan_tensor_size(made_of[0]) * sizeof(float);
    differs = memcmp(gan_tensor_data(made_of[0]), gan_tensor_data(made_of[1]), bytes) != 0;
    gan_tensor_unref(labels);
    gan_tensor_unref(made_of[0]);
    gan_tensor_unref(made_of[1]);
    return differs;
}

/* Conditional batch norm begins with no difference between classes: tables of three rows get numbers. */
static void tell_classes_apart(gan_model *g)
{
    for (int i = 0; i < gan_model_parameters(g); i++) {
        gan_shape shape = gan_tensor_shape(gan_model_parameter(g, i));
        if (shape.rank == 2 && shape.dims[0] == 3)
            ck_ok(gan_tensor_fill_normal(gan_model_parameter(g, i), 0, .3f, (uint64_t)i));
    }
}

START_TEST(labels_come_in_every_way_that_a_recipe_has)
{
    static const gan_conditioning ways[][2] = {{GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_CONCAT},
                                               {GAN_CONDITIONING_BATCH_NORM, GAN_CONDITIONING_PROJECTION},
                                               {GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_AUXILIARY}};
    static const gan_shape image = {3, {1, 16, 16}};
    for (int r = 0; r < RECIPES; r++)
        for (int way = 0; way < 3; way++) {
            struct options o = options_of(recipes[r], 4, 8);
            give_labels(&o, ways[way][0], ways[way][1]);
            if (o.g.conditioning == GAN_CONDITIONING_BATCH_NORM && recipes[r] == GAN_RECIPE_POOLED)
                ck_ok(gan_generator_options_preset(&o.g, GAN_PRESET_STABLE));
            if (o.g.conditioning == GAN_CONDITIONING_BATCH_NORM && recipes[r] == GAN_RECIPE_R3GAN)
                o.g.conditioning = GAN_CONDITIONING_CONCAT;
            struct players p = started(image, &o);
            tell_classes_apart(p.g);
            gan_tensor *z = normal_tensor(GAN_SHAPE(2, o.g.latent_size), 3),
                       *x = normal_tensor(GAN_SHAPE(2, 1, 16, 16), 4);
            ck_assert(heeds_labels(p.g, z));
            bool says = o.d.conditioning == GAN_CONDITIONING_AUXILIARY; /* and takes none */
            ck_shape(gan_model_output_shape(p.d), GAN_SHAPE(says ? 4 : 1));
            ck_assert(says ? gan_model_labels(p.d) != NULL : heeds_labels(p.d, x));
            gan_tensor_unref(z);
            gan_tensor_unref(x);
            drop(p);
        }
}
END_TEST

/* ---- files ---- */

#ifdef HAVE_JANSSON
static void check_comes_back(gan_model *m, gan_tensor *x, gan_tensor *labels)
{
    const char *path = scratch_file("recipe.safetensors");
    ck_ok(gan_model_save(m, path));
    gan_model *again = gan_model_load(path);
    ck_assert_msg(again != NULL, "%s", gan_error_message());
    for (int fresh = 0; fresh < 2; fresh++) { /* as it was, and begun anew */
        gan_tensor *a = gan_model_predict_labelled(m, x, labels), *b = gan_model_predict_labelled(again, x, labels);
        ck_assert_msg(a != NULL && b != NULL, "%s", gan_error_message());
        ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * sizeof(float));
        gan_tensor_unref(a);
        gan_tensor_unref(b);
        ck_ok(gan_model_initialize(m, 9));
        ck_ok(gan_model_initialize(again, 9));
    }
    char *text[2] = {gan_model_summary(m), gan_model_summary(again)};
    ck_assert_str_eq(text[0], text[1]);
    gan_text_free(text[0]);
    gan_text_free(text[1]);
    gan_model_unref(again);
}

START_TEST(files_bring_them_back)
{
    for (int r = 0; r < RECIPES; r++) {
        bool norms = recipes[r] == GAN_RECIPE_DCGAN || recipes[r] == GAN_RECIPE_SNGAN_RESNET;
        struct options o = options_of(recipes[r], 4, 8);
        give_labels(&o, norms ? GAN_CONDITIONING_BATCH_NORM : GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_PROJECTION);
        struct players p = started(GAN_SHAPE(1, 16, 16), &o);
        gan_tensor *z = normal_tensor(GAN_SHAPE(2, o.g.latent_size), 3), *x = normal_tensor(GAN_SHAPE(2, 1, 16, 16), 4);
        gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(2), GAN_INT32);
        gan_tensor_int32(labels)[0] = 2;
        gan_tensor_int32(labels)[1] = 0;
        check_comes_back(p.g, z, labels);
        check_comes_back(p.d, x, labels);
        gan_tensor_unref(z);
        gan_tensor_unref(x);
        gan_tensor_unref(labels);
        drop(p);
    }
}
END_TEST
#endif

/* ---- errors ---- */

#define REFUSED(new_, options_, recipe_, change, part)                                                                 \
    do {                                                                                                               \
        struct options o = options_of(recipe_, 0, 0);                                                                  \
        change;                                                                                                        \
        ck_null(new_(GAN_SHAPE(3, 32, 32), &o.options_), part);                                                        \
    } while (0)
#define REFUSED_G(recipe_, change, part) REFUSED(gan_generator_new, g, recipe_, change, part)
#define REFUSED_D(recipe_, change, part) REFUSED(gan_discriminator_new, d, recipe_, change, part)

START_TEST(options_that_cannot_be_meant_are_refused)
{
    REFUSED_G(GAN_RECIPE_POOLED, o.g.blocks = 0, "gan_generator_new: blocks is 0, want 1 to 64 with recipe \"pooled\"");
    REFUSED_G(GAN_RECIPE_R3GAN, o.g.blocks = 65, "blocks is 65, want 1 to 64");
    REFUSED_G(GAN_RECIPE_DCGAN, o.g.blocks = -1, "blocks is -1, want 0 to 64 with recipe \"dcgan\"");
    REFUSED_D(GAN_RECIPE_SNGAN_RESNET, o.d.blocks = -1, "gan_discriminator_new: blocks is -1");
    REFUSED_G(GAN_RECIPE_R3GAN, o.g.normalization = GAN_NORMALIZATION_BATCH, "recipe \"r3gan\" is made to do without");
    REFUSED_D(GAN_RECIPE_R3GAN, o.d.normalization = GAN_NORMALIZATION_LAYER, "want GAN_NORMALIZATION_NONE");
    REFUSED_G(GAN_RECIPE_R3GAN, give_labels(&o, GAN_CONDITIONING_BATCH_NORM, GAN_CONDITIONING_NONE);
              gan_labels_unref(o.d.labels), "recipe \"r3gan\" has no batch norm; want GAN_CONDITIONING_CONCAT");
    REFUSED_D(GAN_RECIPE_POOLED, o.d.maxout_pieces = 5, "maxout_pieces is 5, but recipe \"pooled\" has no hidden");
    REFUSED_G(GAN_RECIPE_SNGAN_RESNET, o.g.width = 0, "width is 0");
    REFUSED_D(GAN_RECIPE_R3GAN, o.d.most_width = 31, "most_width is 31, want 32 (width)");
    REFUSED_G(GAN_RECIPE_POOLED, o.g.hidden_count = 1, "hidden_count is 1, want 0 to 0");
    REFUSED_G(GAN_RECIPE_R3GAN, o.g.width = o.g.most_width = INT32_MAX, "gan_generator_new: ");
    REFUSED_G(GAN_RECIPE_SNGAN_RESNET, o.g.dropout = -1, "probability is -1");
    REFUSED_D(GAN_RECIPE_R3GAN, o.d.activation = (gan_activation)99, "activation is 99");
    REFUSED_D(GAN_RECIPE_SNGAN_RESNET, o.d.initializer = gan_initializer_normal(0, -1), "deviation -");
    for (int r = 0; r < RECIPES; r++) {
        struct options o = options_of(recipes[r], 0, 0);
        ck_null(gan_generator_new(GAN_SHAPE(3, 30, 30), &o.g), "example is [3, 30, 30]; this recipe doubles a grid");
        ck_null(gan_generator_new(GAN_SHAPE(1, 7, 7), &o.g), "this recipe doubles a grid");
        ck_null(gan_discriminator_new(GAN_SHAPE(784), &o.d), "example is [784], but this recipe is for images");
    }
}
END_TEST

static const struct test_case tests[] = {
    {"names", recipes_have_names},
    {"dcgan's counts", dcgan_has_the_examples_numbers},
    {"dcgan at 28", dcgan_halves_seven},
    {"dcgan, deeper", dcgan_goes_deeper},
    {"sngan_resnet's counts", sngan_resnet_has_the_papers_numbers},
    {"sngan_resnet's halvings", sngan_resnets_discriminator_halves_as_often_as_published},
    {"r3gan's counts", r3gan_has_the_published_numbers},
    {"sizes", images_of_all_sizes_can_be_had},
    {"images", images_are_made_and_judged},
    {"pooled's layers", options_say_what_pooled_is_made_of},
    {"depth", blocks_are_depth},
    {"groups", r3gans_groups_divide_its_channels},
    {"r3gan's beginning", r3gan_begins_by_its_number_of_blocks},
    {"sngan_resnet's beginning", sngan_resnets_blocks_begin_larger},
    {"R1", gradients_of_r1_are_its_differences},
    {"labels", labels_come_in_every_way_that_a_recipe_has},
#ifdef HAVE_JANSSON
    {"files", files_bring_them_back},
#endif
    {"errors", options_that_cannot_be_meant_are_refused},
};

int main(void)
{
    return RUN_SUITE("nn: recipes", tests);
}
