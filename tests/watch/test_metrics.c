/* What metrics must say where the answer is known: closed forms, equal sets, sets apart, copies, chance. */
#include "memory_check.h"
#include "sets.h"

/* ---- closed forms ---- */

/* y = s·x + c has the distance |(s − 1)·m + c|² + (s − 1)²·tr C, exactly, whatever x is. */
START_TEST(frechet_of_affine_images)
{
    static const struct {
        int64_t n, d;
        double scale, shift;
    } cases[] = {{50, 7, 1, 0}, {50, 7, 1, 0.5}, {50, 7, 3, -2}, {10, 40, 0.5, 1}, {200, 1, 2, 0}, {2, 3, 1.5, 0.25}};
    gan_metric_options o = quick_options();
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        int64_t n = cases[c].n, d = cases[c].d;
        gan_tensor *x = vectors(1, n, d, 1, 1, 0), *y = gan_tensor_new(GAN_SHAPE(n, d));
        double wanted = 0, s = cases[c].scale;
        for (int64_t j = 0; j < d; j++) {
            double mean = 0, square = 0;
            for (int64_t i = 0; i < n; i++)
                mean += (double)gan_tensor_data(x)[i * d + j] / (double)n;
            for (int64_t i = 0; i < n; i++) {
                double away = (double)gan_tensor_data(x)[i * d + j] - mean;
                square += away * away / (double)(n - 1);
                gan_tensor_data(y)[i * d + j] = (float)(s * (mean + away) + cases[c].shift);
            }
            wanted += pow((s - 1) * mean + cases[c].shift, 2) + (s - 1) * (s - 1) * square;
        }
        gan_metric_value v;
        ck_ok(gan_metric_frechet(x, y, &o, &v));
        ck_near(v.value, wanted, 1e-5 * (1 + wanted));
        ck_assert(isnan(v.error) && isnan(v.low) && isnan(v.high));
        gan_tensor_unref(x);
        gan_tensor_unref(y);
    }
}
END_TEST

/* N(0, 1) and N(1, 2²): (1 − 0)² + (2 − 1)² = 2, in each of d independent columns. */
START_TEST(frechet_of_normals)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = normal(20000, 3, 0, 1, 1), *y = normal(20000, 3, 1, 2, 2);
    o.frechet_replicates = 30;
    gan_metric_value v;
    ck_ok(gan_metric_frechet(x, y, &o, &v));
    ck_near(v.value, 6, 0.2);
    ck_assert(v.error > 0.01 && v.error < 0.2);
    ck_assert(v.low < v.value && v.value < v.high && v.low < 6 && 6 < v.high);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* A shift by c moves everything by c along a line, and by θ·c along θ, whose square is |c|²/d in the mean. */
START_TEST(sliced_shifts)
{
    gan_metric_options o = quick_options();
    o.projections = 1000;
    for (int64_t d = 1; d <= 5; d += 4) {
        gan_tensor *x = vectors(1, 60, d, 1, 0, 0), *y = vectors(1, 60, d, 1, 0, 3);
        gan_metric_value v;
        ck_ok(gan_metric_sliced_wasserstein(x, y, &o, &v));
        ck_near(v.value, 3, d == 1 ? 1e-5 : 0.15); /* |c| = 3√d */
        gan_tensor_unref(x);
        gan_tensor_unref(y);
    }
    gan_tensor *one = gan_tensor_from(GAN_SHAPE(1, 1), (float[]){2});
    gan_tensor *two = gan_tensor_from(GAN_SHAPE(2, 1), (float[]){3, 5}); /* half of the one goes 1, half 3 */
    gan_metric_value v;
    ck_ok(gan_metric_sliced_wasserstein(one, two, &o, &v));
    ck_near(v.value, sqrt((1 + 9) / 2.0), 1e-12);
    gan_tensor_unref(one);
    gan_tensor_unref(two);
}
END_TEST

/* ---- equal, and apart ---- */

START_TEST(equal_sets)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = vectors(1, 65, 9, 1, 0.5, 0);
    gan_metric_value v, w, u;
    ck_ok(gan_metric_frechet(x, x, &o, &v));
    ck_near(v.value, 0, 1e-7);
    ck_ok(gan_metric_precision_recall(x, x, &o, &v, &w));
    ck_assert(v.value == 1 && w.value == 1);
    ck_ok(gan_metric_density_coverage(x, x, &o, &v, &w)); /* itself, and the k − 1 whose balls it is inside */
    ck_near(v.value, 1, 1e-12);
    ck_assert(w.value == 1);
    ck_ok(gan_metric_sliced_wasserstein(x, x, &o, &v));
    ck_assert(v.value == 0);
    double p;
    ck_ok(gan_metric_nearest_neighbour_test(x, x, &o, &v, &w, &u, &p)); /* the nearest of each is its copy */
    ck_assert(v.value == 0 && w.value == 0 && u.value == 0 && p == 1);
    gan_tensor_unref(x);
}
END_TEST

START_TEST(sets_apart)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = vectors(1, 65, 9, 1, 0.5, 0), *y = vectors(2, 50, 9, 1, 0.5, 1000);
    gan_metric_value v, w, u;
    double p;
    ck_ok(gan_metric_precision_recall(x, y, &o, &v, &w));
    ck_assert(v.value == 0 && w.value == 0);
    ck_ok(gan_metric_density_coverage(x, y, &o, &v, &w));
    ck_assert(v.value == 0 && w.value == 0);
    ck_ok(gan_metric_nearest_neighbour_test(x, y, &o, &v, &w, &u, &p));
    ck_assert(v.value == 1 && w.value == 1 && u.value == 1);
    ck_near(p, 1.0 / 1000, 1e-15);
    ck_ok(gan_metric_frechet(x, y, &o, &v));
    ck_near(v.value, 9e6, 2e4);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* A generator that makes one example again and again, next to a real one: precise, and nothing is recalled. */
START_TEST(collapse)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = vectors(1, 200, 4, 1, 0.5, 0), *y = gan_tensor_new(GAN_SHAPE(200, 4));
    for (int i = 0; i < 800; i++)
        gan_tensor_data(y)[i] = gan_tensor_data(x)[i % 4] + 1e-3f * (float)uniform((uint64_t)i);
    gan_metric_value v, w;
    ck_ok(gan_metric_precision_recall(x, y, &o, &v, &w));
    ck_assert(v.value == 1 && w.value <= 0.01);
    ck_ok(gan_metric_density_coverage(x, y, &o, &v, &w));
    ck_assert(v.value >= 1 && w.value <= 0.1);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

START_TEST(density_and_coverage_of_equal_distributions)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = normal(1500, 6, 0, 1, 3), *y = normal(1500, 6, 0, 1, 4);
    o.replicates = 200;
    gan_metric_value v, w;
    ck_ok(gan_metric_density_coverage(x, y, &o, &v, &w));
    ck_near(v.value, 1, 0.08);
    ck_near(w.value, 1 - pow(2, -5), 0.02);
    ck_assert(w.error > 0 && w.low < w.value && w.value < w.high && w.high - w.low < 0.04);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* ---- classes ---- */

START_TEST(classes)
{
    gan_metric_options o = quick_options();
    gan_tensor *p = gan_tensor_new(GAN_SHAPE(30, 10));
    gan_metric_value v, w;
    gan_tensor_fill(p, 0.1f); /* nothing is known of any */
    ck_ok(gan_metric_classifier_score(p, &o, &v));
    ck_near(v.value, 1, 1e-6);
    gan_tensor_fill(p, 0);
    for (int i = 0; i < 30; i++) /* three of each, and sure of it */
        gan_tensor_data(p)[i * 10 + i % 10] = 1;
    ck_ok(gan_metric_classifier_score(p, &o, &v));
    ck_near(v.value, 10, 1e-12);
    ck_ok(gan_metric_modes(p, NULL, &o, &v, &w));
    ck_assert(v.value == 10);
    ck_near(w.value, 0, 1e-15);
    gan_tensor_fill(p, 0);
    for (int i = 0; i < 30; i++)
        gan_tensor_data(p)[i * 10 + 4] = 1;
    ck_ok(gan_metric_classifier_score(p, &o, &v));
    ck_near(v.value, 1, 1e-12);
    ck_ok(gan_metric_modes(p, NULL, &o, &v, &w));
    ck_assert(v.value == 1);
    ck_near(w.value, log(10), 1e-12);
    gan_tensor_unref(p);
}
END_TEST

START_TEST(equal_images)
{
    gan_metric_options o = quick_options();
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(7, 1, 28, 28));
    for (int i = 0; i < 7 * 784; i++)
        gan_tensor_data(x)[i] = (float)uniform((uint64_t)(i % 784));
    gan_metric_value v;
    ck_ok(gan_metric_ms_ssim(x, 0, 1, &o, &v));
    ck_near(v.value, 1, 1e-12);
    ck_ok(gan_tensor_fill_uniform(x, 0, 1, 5)); /* and noise has nothing in common */
    ck_ok(gan_metric_ms_ssim(x, 0, 1, &o, &v));
    ck_assert(v.value < 0.2);
    gan_tensor_unref(x);
}
END_TEST

/* ---- chance ---- */

/* Over many seeds the kernel distance of equal distributions is 0 in the mean, and its errors are what they say. */
START_TEST(kernel_distance_has_no_bias)
{
    enum { SEEDS = 300 };
    gan_metric_options o = quick_options();
    double sum = 0, squares = 0, errors = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        gan_tensor *x = normal(60, 8, 0.3f, 1, 2 * seed), *y = normal(60, 8, 0.3f, 1, 2 * seed + 1);
        o.seed = seed;
        gan_metric_value v;
        ck_ok(gan_metric_kernel_distance(x, y, &o, &v));
        sum += v.value / SEEDS;
        squares += v.value * v.value / SEEDS;
        errors += v.error * v.error / SEEDS;
        gan_tensor_unref(x);
        gan_tensor_unref(y);
    }
    double variance = squares - sum * sum, error_of_mean = sqrt(variance / SEEDS);
    ck_assert_msg(fabs(sum) < 3 * error_of_mean, "the mean is %g ± %g", sum, error_of_mean);
    ck_near(errors / variance, 1, 0.4); /* what they say of themselves, and what they are */
    gan_tensor *x = normal(600, 8, 0, 1, 1), *y = normal(600, 8, 0.3f, 1, 2);
    gan_metric_value v;
    ck_ok(gan_metric_kernel_distance(x, y, &o, &v));
    ck_assert(v.value > 5 * v.error);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* p-values of equal distributions lie anywhere in [0, 1] alike: their mean is ½ ± 1/√(12·seeds). */
START_TEST(p_values_without_a_cause)
{
    enum { SEEDS = 60 };
    gan_metric_options o = quick_options();
    o.permutations = 199;
    double neighbours = 0, memorisation = 0, in_cells = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        gan_tensor *train = normal(100, 3, 0, 1, 3 * seed), *x = normal(70, 3, 0, 1, 3 * seed + 1);
        gan_tensor *y = normal(80, 3, 0, 1, 3 * seed + 2);
        double p;
        o.seed = seed;
        ck_ok(gan_metric_nearest_neighbour_test(x, y, &o, NULL, NULL, NULL, &p));
        neighbours += p / SEEDS;
        o.memorisation_cells = 1;
        ck_ok(gan_metric_memorisation(train, x, y, &o, NULL, &p));
        memorisation += p / SEEDS;
        o.memorisation_cells = 4;
        ck_ok(gan_metric_memorisation(train, x, y, &o, NULL, &p));
        in_cells += p / SEEDS;
        gan_tensor_unref(train);
        gan_tensor_unref(x);
        gan_tensor_unref(y);
    }
    double slack = 3 / sqrt(12.0 * SEEDS);
    ck_near(neighbours, 0.5, slack + 0.03); /* hits on ties count, so it lies a little above */
    ck_near(memorisation, 0.5, slack);
    ck_near(in_cells, 0.5, slack);
}
END_TEST

START_TEST(copies_are_found)
{
    gan_metric_options o = quick_options();
    o.replicates = 200;
    gan_tensor *train = normal(300, 5, 0, 1, 1), *held_out = normal(200, 5, 0, 1, 2), *made = normal(150, 5, 0, 1, 3);
    for (int i = 0; i < 150 * 5; i++) /* each beside a training example */
        gan_tensor_data(made)[i] = gan_tensor_data(train)[i] + 0.05f * gan_tensor_data(made)[i];
    gan_metric_value v;
    double p;
    ck_ok(gan_metric_memorisation(train, held_out, made, &o, &v, &p));
    ck_assert(v.value < -10 && p < 1e-20 && v.low <= v.value && v.value <= v.high && v.error > 0);
    o.memorisation_cells = 5;
    ck_ok(gan_metric_memorisation(train, held_out, made, &o, &v, &p));
    ck_assert(v.value < -3 && p < 1e-10);
    o.memorisation_cells = 1;
    gan_tensor *far = normal(150, 5, 4, 1, 4);
    ck_ok(gan_metric_memorisation(train, held_out, far, &o, &v, &p));
    ck_assert(v.value > 10 && p > 0.999);

    gan_tensor *indices, *distances; /* the neighbours themselves */
    ck_ok(gan_metric_nearest(train, made, 2, &indices, &distances));
    for (int i = 0; i < 150; i++) {
        double square = 0;
        for (int j = 0; j < 5; j++)
            square += pow((double)gan_tensor_data(made)[5 * i + j] - (double)gan_tensor_data(train)[5 * i + j], 2);
        ck_assert_int_eq(gan_tensor_int32(indices)[2 * i], i);
        ck_near((double)gan_tensor_data(distances)[2 * i], sqrt(square), 1e-6);
        ck_assert(gan_tensor_data(distances)[2 * i + 1] >= gan_tensor_data(distances)[2 * i]);
    }
    gan_tensor_unref(indices);
    gan_tensor_unref(distances);
    gan_tensor_unref(far);
    gan_tensor_unref(train);
    gan_tensor_unref(held_out);
    gan_tensor_unref(made);
}
END_TEST

/* ---- what cannot be meant ---- */

START_TEST(bad_input)
{
    gan_metric_options o;
    ck_ok(gan_metric_options_init(&o));
    gan_tensor *x = vectors(1, 12, 4, 1, 0, 0), *y = vectors(2, 3, 4, 1, 0, 0), *wide = vectors(1, 12, 5, 1, 0, 0);
    gan_tensor *bytes = gan_tensor_new_typed(GAN_SHAPE(3, 4), GAN_UINT8), *one = vectors(1, 1, 4, 1, 0, 0);
    gan_tensor *flat = gan_tensor_new(GAN_SHAPE(5));
    gan_metric_value v;
    check_refused(gan_metric_frechet(NULL, x, &o, &v), "gan_metric_frechet: real is NULL");
    check_refused(gan_metric_frechet(x, NULL, &o, &v), "made is NULL");
    check_refused(gan_metric_frechet(x, bytes, &o, &v), "made is uint8 [3, 4], want float32 [n, …]");
    check_refused(gan_metric_frechet(flat, x, &o, &v), "real is float32 [5]");
    check_refused(gan_metric_frechet(x, wide, &o, &v), "made has 5 numbers in an example, real 4");
    check_refused(gan_metric_frechet(x, one, &o, &v), "made has 1 examples, want 2 or more");
    check_refused(gan_metric_precision_recall(x, y, &o, &v, NULL), "precision_neighbours is 3");
    check_refused(gan_metric_density_coverage(x, y, &o, &v, NULL), "density_neighbours is 5");
    check_refused(gan_metric_kernel_distance(x, x, &o, &v), "12 examples make no 10 subsets");
    o.kernel_subset_size = 13;
    check_refused(gan_metric_kernel_distance(x, x, &o, &v), "kernel_subset_size is 13, want 2 to 12");
    check_refused(gan_metric_nearest(x, y, 13, NULL, NULL), "neighbours is 13, want 1 to 12");
    check_refused(gan_metric_memorisation(x, NULL, y, &o, &v, NULL), "held_out is NULL");
    o.memorisation_cells = 13;
    check_refused(gan_metric_memorisation(x, x, y, &o, &v, NULL), "memorisation_cells is 13, want at most 12");
    check_refused(gan_metric_ms_ssim(x, 0, 1, NULL, &v), "images is [12, 4], want [n, C, H, W]");
    check_refused(gan_metric_classifier_score(x, NULL, &v), "row 0 of probabilities adds up to");
    gan_tensor_fill(x, 0.25f);
    o.score_splits = 13;
    check_refused(gan_metric_classifier_score(x, &o, &v), "score_splits is 13, want at most 12");
    check_refused(gan_metric_modes(x, (double[]){0.5, 0.5, 0, 0}, NULL, &v, NULL), "the share of class 2 is 0");
    check_refused(gan_metric_modes(x, (double[]){0.5, 0.5, 0.5, 0.5}, NULL, &v, NULL), "add up to 2");
    gan_tensor_data(y)[7] = NAN;
    check_refused(gan_metric_frechet(x, y, NULL, &v), "made has nan in row 1, column 3");
    gan_tensor_data(y)[7] = 2e15f;
    check_refused(gan_metric_sliced_wasserstein(y, x, NULL, &v), "real has 2e+15 in row 1, column 3");

    ck_ok(gan_metric_options_init(&o));
    o.confidence = 1;
    check_refused(gan_metric_frechet(x, x, &o, &v), "confidence is 1, want a number between 0 and 1");
    o.confidence = 0.9;
    o.replicates = -1;
    check_refused(gan_metric_frechet(x, x, &o, &v), "replicates is -1, want 0 to");
    check_refused(gan_metric_options_init(NULL), "options is NULL");
    o.struct_size = 3;
    check_refused(gan_metric_frechet(x, x, &o, &v), "struct_size is 3");
    gan_tensor *const all[] = {x, y, wide, bytes, one, flat};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gan_tensor_unref(all[i]);
}
END_TEST

/* ---- memory ---- */

struct memory_case {
    const char *what;
    bool (*measure)(gan_tensor *x, gan_tensor *y, const gan_metric_options *o);
};

static bool frechet(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_frechet(x, y, o, NULL) == GAN_OK;
}

static bool kernel(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_kernel_distance(x, y, o, NULL) == GAN_OK;
}

static bool precision(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_precision_recall(x, y, o, NULL, NULL) == GAN_OK;
}

static bool density(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_density_coverage(x, y, o, NULL, NULL) == GAN_OK;
}

static bool sliced(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_sliced_wasserstein(x, y, o, NULL) == GAN_OK;
}

static bool neighbour_test(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_nearest_neighbour_test(x, y, o, NULL, NULL, NULL, NULL) == GAN_OK;
}

static bool memorisation(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    return gan_metric_memorisation(x, y, y, o, NULL, NULL) == GAN_OK;
}

static bool nearest(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    (void)o;
    gan_tensor *indices = NULL, *distances = NULL;
    bool fine = gan_metric_nearest(x, y, 2, &indices, &distances) == GAN_OK;
    gan_tensor_unref(indices);
    gan_tensor_unref(distances);
    return fine;
}

static bool of_images(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    (void)y;
    gan_tensor *images = gan_tensor_reshape(x, GAN_SHAPE(21, 1, 2, 2));
    bool fine = images != NULL && gan_metric_ms_ssim(images, 0, 1, o, NULL) == GAN_OK;
    gan_tensor_unref(images);
    return fine;
}

static bool of_classes(gan_tensor *x, gan_tensor *y, const gan_metric_options *o)
{
    (void)x;
    return gan_metric_classifier_score(y, o, NULL) == GAN_OK && gan_metric_modes(y, NULL, o, NULL, NULL) == GAN_OK;
}

static gan_tensor *memory_x, *memory_y;

static bool attempt(const struct memory_case *one)
{
    gan_metric_options o = quick_options();
    o.replicates = o.frechet_replicates = o.permutations = 5;
    o.kernel_subsets = o.memorisation_cells = 2;
    return one->measure(memory_x, memory_y, &o);
}

START_TEST(memory_runs_out)
{
    static const struct memory_case cases[] = {
        {"frechet", frechet},  {"kernel", kernel},       {"precision", precision},       {"density", density},
        {"sliced", sliced},    {"1-NN", neighbour_test}, {"memorisation", memorisation}, {"nearest", nearest},
        {"images", of_images}, {"classes", of_classes}};
    memory_x = vectors(1, 21, 4, 1, 0, 0);
    memory_y = vectors(2, 17, 4, 1, 0, 0);
    for (int i = 0; i < 17 * 4; i++)
        gan_tensor_data(memory_y)[i] = 0.25f + (i % 4 < 2 ? 0.2f : -0.2f) * (float)(i % 2 == 0 ? 1 : -1) * 0.5f;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_EACH_ALLOCATION(attempt, &cases[i]);
    gan_tensor_unref(memory_x);
    gan_tensor_unref(memory_y);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"Fréchet of affine images", frechet_of_affine_images},
        {"Fréchet of normals", frechet_of_normals},
        {"sliced shifts", sliced_shifts},
        {"equal sets", equal_sets},
        {"sets apart", sets_apart},
        {"collapse", collapse},
        {"density and coverage of equal distributions", density_and_coverage_of_equal_distributions},
        {"classes", classes},
        {"equal images", equal_images},
        {"the kernel distance has no bias", kernel_distance_has_no_bias},
        {"p-values without a cause", p_values_without_a_cause},
        {"copies are found", copies_are_found},
        {"bad input", bad_input},
        {"memory runs out", memory_runs_out},
    };
    return RUN_SUITE("watch-metrics", tests);
}
