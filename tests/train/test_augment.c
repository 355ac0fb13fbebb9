/*
 * What is done to D's inputs: augmentations against what their formulas allow, image by image, their derivatives
 * against differences in double; ADA's controller, instance noise and packing against steps worked out here.
 */
#include "differences.h"

#include "config.h"
#include "train/augment.h"

enum { H = 16, W = 10, SIZE = H * W }; /* they move by up to 2 and 1 */

/* ---- running an augmentation ---- */

static gan_tensor *augmented(gan_tensor *x, unsigned kinds, const float *probability)
{
    gan_tape *tape = gan_tape_new();
    gan_var *p = probability != NULL ? gan_tape_constant(tape, GAN_SCALAR, *probability) : NULL;
    gan_var *y = gan_augment(gan_tape_tensor(tape, x), kinds, p);
    ck_made(y);
    gan_plan *plan = gan_plan_new(&y, 1);
    ck_made(plan);
    gan_plan_seek(plan, 3, 0);
    ck_ok(gan_plan_run(plan));
    gan_tensor *out = gan_tensor_new(gan_var_shape(y));
    ck_ok(gan_plan_read(plan, y, out));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return out;
}

static gan_tensor *images(int64_t n, int64_t channels)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(n, channels, H, W));
    ck_ok(gan_tensor_fill_uniform(x, 1, 2, 5)); /* nowhere 0 */
    return x;
}

/* Whether y is x moved: y(i, j) = x(i + a, j + b), 0 from outside. */
static bool is_moved(const float *x, const float *y, int64_t channels, int a, int b)
{
    for (int64_t c = 0; c < channels; c++)
        for (int i = 0; i < H; i++)
            for (int j = 0; j < W; j++) {
                bool inside = i + a >= 0 && i + a < H && j + b >= 0 && j + b < W;
                float wanted = inside ? x[c * SIZE + (i + a) * W + j + b] : 0;
                if (y[c * SIZE + i * W + j] != wanted)
                    return false;
            }
    return true;
}

START_TEST(translation_moves_each_image_by_whole_pixels)
{
    enum { EXAMPLES = 1500, CHANNELS = 2 };
    const float half = .5f;
    gan_tensor *x = images(EXAMPLES, CHANNELS);
    for (int often = 0; often < 2; often++) {
        gan_tensor *y = augmented(x, GAN_AUGMENT_TRANSLATION, often ? NULL : &half);
        int seen[5][3] = {{0}};
        for (int n = 0; n < EXAMPLES; n++) {
            int found = 0;
            for (int a = -2; a <= 2; a++)
                for (int b = -1; b <= 1; b++)
                    if (is_moved(gan_tensor_data(x) + n * CHANNELS * SIZE, gan_tensor_data(y) + n * CHANNELS * SIZE,
                                 CHANNELS, a, b)) {
                        found++;
                        seen[a + 2][b + 1]++;
                    }
            ck_assert_int_eq(found, 1);
        }
        for (int a = 0; a < 5; a++)
            for (int b = 0; b < 3; b++) {
                double wanted = EXAMPLES / 15. * (often ? 1 : .5) + (!often && a == 2 && b == 1 ? EXAMPLES / 2. : 0);
                ck_near(seen[a][b], wanted, 5 * sqrt(wanted));
            }
        gan_tensor_unref(y);
    }
    gan_tensor_unref(x);
}
END_TEST

/* Holes of 8 × 5, their centres anywhere (17 × 10 places); all channels have the same one. */
START_TEST(cutout_leaves_a_hole)
{
    enum { EXAMPLES = 3000, CHANNELS = 2 };
    gan_tensor *x = images(EXAMPLES, CHANNELS), *y = augmented(x, GAN_AUGMENT_CUTOUT, NULL);
    int firsts[H] = {0};
    double area = 0, wanted = 0;
    for (int n = 0; n < EXAMPLES; n++) {
        const float *before = gan_tensor_data(x) + n * CHANNELS * SIZE,
                    *after = gan_tensor_data(y) + n * CHANNELS * SIZE;
        int top = H, bottom = -1, left = W, right = -1, holes = 0;
        for (int i = 0; i < H; i++)
            for (int j = 0; j < W; j++) {
                bool hole = after[i * W + j] == 0;
                ck_assert((after[SIZE + i * W + j] == 0) == hole);
                ck_assert(hole || after[i * W + j] == before[i * W + j]);
                holes += hole;
                if (!hole)
                    continue;
                top = i < top ? i : top;
                bottom = i > bottom ? i : bottom;
                left = j < left ? j : left;
                right = j > right ? j : right;
            }
        ck_assert_int_eq(holes, (bottom - top + 1) * (right - left + 1)); /* a rectangle */
        ck_assert(bottom - top + 1 <= 8 && right - left + 1 <= 5);
        ck_assert(bottom - top + 1 == 8 || top == 0 || bottom == H - 1);
        ck_assert(right - left + 1 == 5 || left == 0 || right == W - 1);
        firsts[top]++;
        area += (double)holes / EXAMPLES;
    }
    double rows = 0, columns = 0;
    for (int k = 0; k < 17; k++) /* k − 4 is the first row, cut at the edges */
        rows += (fmin(15, k + 3) - fmax(0, k - 4) + 1) / 17;
    for (int k = 0; k < 10; k++)
        columns += (fmin(9, k + 2) - fmax(0, k - 2) + 1) / 10;
    wanted = rows * columns;
    ck_near(area, wanted, .03 * wanted);
    ck_near(firsts[0], EXAMPLES * 5 / 17., 5 * sqrt(EXAMPLES * 5 / 17.));
    ck_near(firsts[12], EXAMPLES / 17., 5 * sqrt(EXAMPLES / 17.));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/*
 * An image of two channels, a and b at every pixel: after brightness and saturation the channels differ by (a − b)·s,
 * s ~ U[0, 2), and contrast multiplies that by c ~ U[½, 3/2); their mean moves by U[−½, ½) alone.
 */
START_TEST(colour_changes_brightness_saturation_and_contrast)
{
    enum { EXAMPLES = 4000 };
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(EXAMPLES, 2, 1, 1));
    for (int n = 0; n < EXAMPLES; n++) {
        gan_tensor_data(x)[2 * n] = 3;
        gan_tensor_data(x)[2 * n + 1] = 1;
    }
    gan_tensor *y = augmented(x, GAN_AUGMENT_COLOR, NULL);
    double mean = 0, squares = 0, width = 0, width_squares = 0;
    for (int n = 0; n < EXAMPLES; n++) {
        double a = (double)gan_tensor_data(y)[2 * n], b = (double)gan_tensor_data(y)[2 * n + 1];
        double moved = (a + b) / 2 - 2, factor = (a - b) / 2;
        ck_assert(moved >= -.5 - 1e-6 && moved < .5 + 1e-6 && factor > -1e-6 && factor < 3 + 1e-6);
        mean += moved / EXAMPLES;
        squares += moved * moved / EXAMPLES;
        width += factor / EXAMPLES;
        width_squares += factor * factor / EXAMPLES;
    }
    ck_near(mean, 0, .025);
    ck_near(squares, 1. / 12, .005);
    ck_near(width, 1, .05);
    ck_near(width_squares, 4. / 3 * 13. / 12, .12); /* E s² · E c² */
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

START_TEST(without_chance_images_stay_as_they_are)
{
    const float never = 0;
    gan_tensor *x = images(7, 3), *y = augmented(x, GAN_AUGMENT_TRANSLATION | GAN_AUGMENT_CUTOUT, &never);
    ck_assert(same_numbers(x, y));
    gan_tensor_unref(y);
    y = augmented(x, GAN_AUGMENT_COLOR, &never);
    for (int64_t i = 0; i < gan_tensor_size(x); i++)
        ck_near(gan_tensor_data(y)[i], gan_tensor_data(x)[i], 1e-6);
    gan_tensor_unref(y);
    y = augmented(x, 0, NULL);
    ck_assert(same_numbers(x, y));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* R1 through all of them: the derivative of a derivative, to D's parameters. */
START_TEST(penalties_go_through_augmentation)
{
    enum { EXAMPLES = 3, NUMBERS = 2 * 4 * 4 };
    double numbers[EXAMPLES * NUMBERS];
    for (int i = 0; i < EXAMPLES * NUMBERS; i++)
        numbers[i] = sin(2.1 * i) * 1.3;
    gan_model *d = gan_model_new(GAN_SHAPE(2, 4, 4));
    gan_model_add(d, gan_layer_conv2d(1, 3, 1, 0));
    gan_model_add(d, gan_layer_tanh());
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(1));
    ck_ok(gan_model_initialize(d, 1));
    fill_on_grid(d, 1.5);
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, GAN_PRESET_STABLE));
    options.augment = GAN_AUGMENT_COLOR | GAN_AUGMENT_TRANSLATION | GAN_AUGMENT_CUTOUT;
    gan_tape *tape = gan_tape_new();
    struct gan_regularizer_view view = {.options = &options, .discriminator = d};
    view.augment_probability = gan_tape_constant(tape, GAN_SCALAR, .8f);
    view.instance_noise = gan_tape_constant(tape, GAN_SCALAR, .1f);
    view.real_input = gan_tape_input(tape, GAN_SHAPE(EXAMPLES, 2, 4, 4));
    view.real = gan_model_apply(d, gan_present(&view, view.real_input));
    gan_var *penalty = gan_regularizers[GAN_REGULARIZER_R1].build(&view);
    ck_made(penalty);
    ck_differences("R1", tape, penalty, d, view.real_input, numbers);
    gan_tape_unref(tape);
    gan_model_unref(d);
}
END_TEST

START_TEST(augment_refuses_what_it_cannot_change)
{
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3, 4));
    ck_null(gan_augment(x, GAN_AUGMENT_CUTOUT, NULL), "gan_augment: x is [3, 4], want images, [N, C, H, W]");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(3, 1, 4, 4));
    ck_null(gan_augment(x, 9, NULL), "kinds is 0x9, want gan_augmentation joined by |");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(3, 1, 4, 4));
    ck_null(gan_augment(x, 1, x), "probability is [3, 1, 4, 4], want a single number");
    gan_tape_unref(tape);
    ck_null(gan_augment(NULL, 1, NULL), "gan_augment");
}
END_TEST

/* ---- in the trainer ---- */

static gan_trainer *image_trainer(const gan_trainer_options *o, int64_t packing)
{
    gan_model *g = gan_model_new(GAN_SHAPE(3)), *d = gan_model_new(GAN_SHAPE(packing, 8, 8));
    gan_model_add(g, gan_layer_dense(64));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 8, 8)));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(5));
    gan_model_add(d, gan_layer_softplus());
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer *trainer = gan_trainer_new(g, d, o);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static gan_trainer_options article(void)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    return o;
}

/* p + sign(r − .6)·4·batch/500,000 every 4 updates, within 0 … 1. */
START_TEST(the_controller_is_the_published_one)
{
    gan_trainer_options o = article();
    struct gan_adaptive a = {.probability = 0};
    for (int i = 0; i < 3; i++)
        gan_adaptive_follow(&a, &o, 1, 64);
    ck_assert(a.probability == 0);
    gan_adaptive_follow(&a, &o, .2f, 64); /* the mean is .8 */
    ck_near(a.probability, 4 * 64 / 500000., 1e-9);
    for (int i = 0; i < 4; i++)
        gan_adaptive_follow(&a, &o, .5f, 64);
    ck_assert(a.probability == 0);
    for (int i = 0; i < 4; i++)
        gan_adaptive_follow(&a, &o, -1, 64);
    ck_assert(a.probability == 0);
    o.augment_examples = 100;
    for (int i = 0; i < 8; i++)
        gan_adaptive_follow(&a, &o, 1, 20);
    ck_assert(a.probability == 1);
}
END_TEST

START_TEST(a_run_adapts_its_augmentation)
{
    gan_trainer_options o = article();
    o.augment = GAN_AUGMENT_COLOR | GAN_AUGMENT_TRANSLATION;
    o.augment_adaptive = true;
    o.augment_begin = .5f;
    o.augment_examples = 240;
    o.discriminator_steps = 2;
    gan_trainer *trainer = image_trainer(&o, 1);
    ck_made(trainer);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(6, 1, 8, 8));
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 3));
    for (int step = 0; step < 6; step++) {
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, batch, NULL, &report));
        ck_near(report.augment_probability, .5 + .1 * (step / 2) * (report.d_real_sign > .6f ? 1 : -1), 1e-6);
        ck_assert(fabsf(report.d_real_sign) == 1); /* after so few steps D says the same of all */
    }
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
}
END_TEST

/* D(x) = |x|, all data are 0 and G makes 1: with noise of deviation s, E|sz| and E|1 + sz|. A course ends it. */
START_TEST(instance_noise_is_on_all_that_d_sees)
{
    enum { EXAMPLES = 20000 };
    struct dirac players = dirac_new(1, 1);
    gan_model *d = gan_model_new(GAN_SHAPE(1));
    gan_trainer_options o = dirac_options(0);
    gan_layer *parts[] = {gan_layer_maxout(1, 2), gan_layer_relu()};
    gan_model_add(d, gan_layer_sequence(parts, 2));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(d, 1));
    memcpy(gan_tensor_data(gan_model_parameter(d, 0)), (const float[]){1, -1}, 2 * sizeof(float));
    *gan_tensor_data(gan_model_parameter(d, 2)) = 1;
    o.loss = GAN_LOSS_WASSERSTEIN;
    o.courses[0] = (gan_course){
        .setting = GAN_SETTING_INSTANCE_NOISE, .schedule = GAN_SCHEDULE_LINEAR, .begin = .5f, .end = 0, .steps = 2};
    o.course_count = 1;
    gan_trainer *trainer = gan_trainer_new(players.g, d, &o);
    ck_made(trainer);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(EXAMPLES, 1));
    for (int step = 0; step < 4; step++) {
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, zeros, NULL, &report));
        double s = step < 2 ? .5 - .25 * step : 0;
        double made = s == 0 ? 1 : s * sqrt(2 / 3.14159265) * exp(-.5 / (s * s)) + erf(1 / (s * sqrt(2)));
        ck_near(report.d_real_logit, s * sqrt(2 / 3.14159265), .01);
        ck_near(report.d_made_logit, made, .015);
        ck_near(report.g_loss, -made, .015);
    }
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    gan_model_unref(d);
    dirac_unref(&players);
}
END_TEST

#ifdef HAVE_JANSSON
/* Stopped between two moves of the controller. */
START_TEST(a_run_goes_on_where_its_controller_was)
{
    gan_trainer_options o = article();
    o.augment = GAN_AUGMENT_COLOR | GAN_AUGMENT_CUTOUT;
    o.augment_adaptive = true;
    o.augment_begin = .5f;
    o.augment_examples = 240;
    gan_trainer *first = image_trainer(&o, 1), *second = image_trainer(&o, 1);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(6, 1, 8, 8));
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 3));
    const char *path = scratch_file("adaptive.checkpoint");
    for (int step = 0; step < 6; step++)
        ck_ok(gan_train_step(first, batch, NULL, NULL));
    ck_ok(gan_trainer_save(first, NULL, path));
    ck_ok(gan_trainer_load(second, NULL, path));
    for (int step = 6; step < 14; step++) {
        gan_step_report a = GAN_STEP_REPORT_INIT, b = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(first, batch, NULL, &a));
        ck_ok(gan_train_step(second, batch, NULL, &b));
        ck_assert(a.augment_probability == b.augment_probability && a.d_loss == b.d_loss && a.g_loss == b.g_loss);
        ck_assert(a.augment_probability != .5f);
    }
    gan_tensor *x = numbers_of(gan_trainer_generator(first)), *y = numbers_of(gan_trainer_generator(second));
    ck_assert(same_numbers(x, y));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_tensor_unref(batch);
    gan_trainer_unref(first);
    gan_trainer_unref(second);
}
END_TEST
#endif

/* D(x₁, x₂) = v·(x₁, x₂): real packs are neighbours of the batch, made ones of G's output. */
START_TEST(packs_are_neighbours_joined_along_the_first_axis)
{
    gan_model *g = gan_model_new(GAN_SHAPE(1)), *d = gan_model_new(GAN_SHAPE(4));
    gan_model_add(g, gan_layer_scale_shift(0, 0));
    gan_model_add(g, gan_layer_dense(2));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(g, 1));
    ck_ok(gan_model_initialize(d, 1));
    static const float b[2] = {.5f, -1}, v[4] = {1, 2, 3, 4};
    float *made = gan_tensor_data(gan_model_parameter(g, 1)), *weights = gan_tensor_data(gan_model_parameter(d, 0));
    memcpy(made, b, sizeof b);
    memcpy(weights, v, sizeof v);
    gan_trainer_options o = dirac_options(.1f);
    o.loss = GAN_LOSS_WASSERSTEIN;
    o.r1_weight = .5f;
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(6, 2));
    ck_ok(gan_tensor_fill_normal(x, 0, 1, 3));
    double mean[4] = {0}, w[4];
    for (int i = 0; i < 12; i++)
        mean[i % 4] += (double)gan_tensor_data(x)[i] / 3;
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(trainer, x, NULL, &report));
    ck_near(report.r1_penalty, .25 * 30, 1e-5);
    for (int k = 0; k < 4; k++) {
        w[k] = (double)v[k] - .1 * ((double)b[k % 2] - mean[k] + .5 * (double)v[k]);
        ck_near(weights[k], w[k], 1e-5);
    }
    for (int k = 0; k < 2; k++)
        ck_near(made[k], (double)b[k] + .1 * (w[k] + w[k + 2]), 1e-5);
    gan_tensor *odd = gan_tensor_new(GAN_SHAPE(5, 2));
    ck_fails(gan_train_step(trainer, odd, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "the batch has 5 examples, want a multiple of 2");
    gan_tensor_unref(odd);
    gan_tensor_unref(x);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

START_TEST(builders_make_packed_discriminators)
{
    for (int recipe = GAN_RECIPE_MLP; recipe <= GAN_RECIPE_DCGAN; recipe++) {
        gan_discriminator_options o;
        ck_ok(gan_discriminator_options_init(&o, (gan_recipe)recipe));
        ck_assert_int_eq(o.packing, 1);
        o.packing = 3;
        o.width = 2;
        gan_model *d = gan_discriminator_new(GAN_SHAPE(2, 8, 8), &o);
        ck_made(d);
        ck_assert(gan_shape_equal(gan_model_input_shape(d), GAN_SHAPE(6, 8, 8)));
        gan_model_unref(d);
        o.packing = 0;
        ck_null(gan_discriminator_new(GAN_SHAPE(2, 8, 8), &o), "packing is 0, want 1");
    }
}
END_TEST

START_TEST(everything_goes_together)
{
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(12, 1, 8, 8));
    ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 3));
    for (int packing = 1; packing <= 2; packing++) {
        gan_trainer_options o = article();
        o.loss = GAN_LOSS_RELATIVISTIC;
        o.r1_weight = o.r2_weight = .1f;
        o.gradient_penalty_weight = 1;
        o.augment = GAN_AUGMENT_COLOR | GAN_AUGMENT_TRANSLATION | GAN_AUGMENT_CUTOUT;
        o.augment_probability = .5f;
        o.instance_noise = .1f;
        o.micro_batches = 3;
        o.consistency_weight = o.consistency_made_weight = o.latent_consistency_weight = 1;
        o.lecam_weight = .1f;
        o.feature_matching_weight = .1f;
        gan_trainer *trainer = image_trainer(&o, packing);
        ck_made(trainer);
        for (int step = 0; step < 2; step++)
            ck_ok(gan_train_step(trainer, batch, NULL, NULL));
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(batch);
}
END_TEST

START_TEST(what_cannot_be_meant_is_refused)
{
    gan_trainer_options o = article();
    o.augment = 8;
    ck_null(image_trainer(&o, 1), "augment is 8, want gan_augmentation joined by |");
    o = article();
    o.augment_probability = 2;
    ck_null(image_trainer(&o, 1), "augment_probability is 2, want 0 to 1");
    o = article();
    o.augment_begin = -1;
    ck_null(image_trainer(&o, 1), "augment_begin is -1, want 0 to 1");
    o.augment_begin = .5f;
    ck_null(image_trainer(&o, 1), "augment_begin is 0.5, want 0, since augment_adaptive is not set");
    o = article();
    o.instance_noise = -1;
    ck_null(image_trainer(&o, 1), "instance_noise is -1, want a finite number");
    o = article();
    o.augment_adaptive = true;
    ck_null(image_trainer(&o, 1), "augment is 0, want some augmentation");
    o.augment = GAN_AUGMENT_CUTOUT;
    o.augment_probability = .5f;
    ck_null(image_trainer(&o, 1), "augment_probability is 0.5, want 1, since augment_adaptive moves it");
    o.augment_probability = 1;
    static const gan_loss without[] = {GAN_LOSS_WASSERSTEIN, GAN_LOSS_RELATIVISTIC, GAN_LOSS_RELATIVISTIC_AVERAGE,
                                       GAN_LOSS_LEAST_SQUARES, GAN_LOSS_F_KL};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        o.loss = without[i];
        ck_null(image_trainer(&o, 1), "augment_adaptive goes by the sign of D's logit");
    }
    o.loss = GAN_LOSS_HINGE;
    o.augment_target = 2;
    ck_null(image_trainer(&o, 1), "augment_target is 2, want -1 to 1");
    o.augment_target = .6f;
    o.augment_examples = 0;
    ck_null(image_trainer(&o, 1), "augment_examples is 0, want 1 or more");
    o.augment_examples = 1;
    o.courses[0] = (gan_course){.setting = GAN_SETTING_AUGMENT_PROBABILITY, .begin = 1};
    o.course_count = 1;
    ck_null(image_trainer(&o, 1), "augment_probability has a course, but augment_adaptive moves it");
    struct dirac players = dirac_new(1, 1);
    o = article();
    o.augment = GAN_AUGMENT_CUTOUT;
    ck_null(gan_trainer_new(players.g, players.d, &o), "augmentation is for images");
    dirac_unref(&players);
    o = article();
    gan_model *g = gan_model_new(GAN_SHAPE(2)), *d = gan_model_new(GAN_SHAPE(2, 4, 4));
    gan_labels *labels = gan_labels_classes(2, NULL);
    ck_ok(gan_model_set_labels(g, labels));
    ck_ok(gan_model_set_labels(d, labels));
    gan_model_add(g, gan_layer_concat_label(1));
    gan_model_add(g, gan_layer_dense(16));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 4, 4)));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_projection());
    ck_null(gan_trainer_new(g, d, &o), "the discriminator takes 2 examples together, which goes with no labels");
    gan_labels_unref(labels);
    gan_model_unref(g);
    gan_model_unref(d);
}
END_TEST

static const struct test_case tests[] = {
    {"translation", translation_moves_each_image_by_whole_pixels},
    {"cutout", cutout_leaves_a_hole},
    {"colour", colour_changes_brightness_saturation_and_contrast},
    {"no chance", without_chance_images_stay_as_they_are},
    {"penalties", penalties_go_through_augmentation},
    {"augment refuses", augment_refuses_what_it_cannot_change},
    {"controller", the_controller_is_the_published_one},
    {"adapting", a_run_adapts_its_augmentation},
#ifdef HAVE_JANSSON
    {"resuming", a_run_goes_on_where_its_controller_was},
#endif
    {"instance noise", instance_noise_is_on_all_that_d_sees},
    {"packs", packs_are_neighbours_joined_along_the_first_axis},
    {"packed builders", builders_make_packed_discriminators},
    {"together", everything_goes_together},
    {"refused", what_cannot_be_meant_is_refused},
};

int main(void)
{
    return RUN_SUITE("train: augment", tests);
}
