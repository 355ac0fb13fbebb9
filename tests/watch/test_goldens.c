/* Every metric against NumPy and SciPy: golden_metrics.py makes the same sets and says what their figures are. */
#include "sets.h"

#include "watch/sliced.h"

#include "golden_metrics.h"

#include <stdlib.h>

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* To 1e-4 of the figure, or of 1 where that is more. */
static void check(const char *what, size_t row, double got, double wanted)
{
    ck_assert_msg(fabs(got - wanted) <= 1e-4 * fmax(fabs(wanted), 0.1), "row %zu: %s is %.8g, want %.8g", row, what,
                  got, wanted);
}

static gan_tensor *first_rows(gan_tensor *set, int64_t n)
{
    return gan_tensor_from(GAN_SHAPE(n, gan_tensor_shape(set).dims[1]), gan_tensor_data(set));
}

static double sliced(const gan_tensor *a, const gan_tensor *b, int size)
{
    double directions[GOLDEN_DIRECTIONS][64];
    for (int p = 0; p < GOLDEN_DIRECTIONS; p++) {
        double square = 0;
        for (int j = 0; j < size; j++) {
            directions[p][j] = uniform(77 * 1000003 + (uint64_t)(p * 1009 + j)) - 0.5;
            square += directions[p][j] * directions[p][j];
        }
        for (int j = 0; j < size; j++)
            directions[p][j] /= sqrt(square);
    }
    double packed[GOLDEN_DIRECTIONS * 64];
    for (int p = 0; p < GOLDEN_DIRECTIONS; p++)
        memcpy(packed + p * size, directions[p], (size_t)size * sizeof(double));
    struct gan_rows ra = {gan_tensor_data(a), gan_tensor_shape(a).dims[0], size};
    struct gan_rows rb = {gan_tensor_data(b), gan_tensor_shape(b).dims[0], size};
    gan_metric_options o = quick_options();
    gan_metric_value value;
    ck_ok(gan_sliced_wasserstein(&ra, &rb, packed, GOLDEN_DIRECTIONS, &o, &value));
    return value.value;
}

START_TEST(two_sets)
{
    gan_metric_options o = quick_options();
    o.kernel_subsets = 1;
    for (size_t i = 0; i < COUNT(golden_sets); i++) {
        int64_t n = golden_sets[i].real, m = golden_sets[i].made, size = golden_sets[i].size, least = n < m ? n : m;
        gan_tensor *a = vectors(1, n, size, 1, 0.5, 0), *b = vectors(2, m, size, 0.8, 0.6, 0.1);
        gan_tensor *a_first = first_rows(a, least), *b_first = first_rows(b, least);
        gan_metric_value v, w, x;
        ck_ok(gan_metric_frechet(a, b, &o, &v));
        check("Fréchet distance", i, v.value, golden_sets[i].frechet);
        o.kernel_subset_size = least;
        ck_ok(gan_metric_kernel_distance(a_first, b_first, &o, &v));
        check("kernel distance", i, v.value, golden_sets[i].kernel);
        ck_ok(gan_metric_precision_recall(a, b, &o, &v, &w));
        check("precision", i, v.value, golden_sets[i].precision);
        check("recall", i, w.value, golden_sets[i].recall);
        ck_ok(gan_metric_density_coverage(a, b, &o, &v, &w));
        check("density", i, v.value, golden_sets[i].density);
        check("coverage", i, w.value, golden_sets[i].coverage);
        ck_ok(gan_metric_nearest_neighbour_test(a, b, &o, &v, &w, &x, NULL));
        check("1-NN accuracy of real ones", i, w.value, golden_sets[i].of_real);
        check("1-NN accuracy of made ones", i, x.value, golden_sets[i].of_made);
        check("1-NN accuracy", i, v.value, (golden_sets[i].of_real + golden_sets[i].of_made) / 2);
        check("sliced Wasserstein distance", i, sliced(a, b, (int)size), golden_sets[i].sliced);
        gan_tensor_unref(a);
        gan_tensor_unref(b);
        gan_tensor_unref(a_first);
        gan_tensor_unref(b_first);
    }
}
END_TEST

START_TEST(images)
{
    gan_metric_options o = quick_options();
    for (size_t i = 0; i < COUNT(golden_images); i++) {
        int64_t size = (int64_t)golden_images[i].channels * golden_images[i].height * golden_images[i].width;
        gan_tensor *pair = gan_tensor_new(
            GAN_SHAPE(2, golden_images[i].channels, golden_images[i].height, golden_images[i].width));
        ck_made(pair);
        float *numbers = gan_tensor_data(pair);
        for (int64_t k = 0; k < size; k++) {
            double a = uniform(5 * 1000003 + (uint64_t)k);
            numbers[k] = (float)a;
            numbers[size + k] = (float)(0.75 * a + 0.25 * uniform(6 * 1000003 + (uint64_t)k));
        }
        gan_metric_value v, w;
        ck_ok(gan_metric_ms_ssim(pair, 0, 1, &o, &v));
        check("MS-SSIM", i, v.value, golden_images[i].similarity);
        for (int64_t k = 0; k < 2 * size; k++) /* the range counts: the same images on another scale */
            numbers[k] *= 4;
        ck_ok(gan_metric_ms_ssim(pair, 0, 4, &o, &w));
        ck_near(w.value, v.value, 1e-12);
        gan_tensor_unref(pair);
    }
}
END_TEST

START_TEST(classes)
{
    gan_metric_options o = quick_options();
    gan_tensor *p = vectors(3, 53, 7, 1, 0, 0);
    for (int i = 0; i < 53; i++) {
        float *row = gan_tensor_data(p) + 7 * i;
        double e[7], sum = 0;
        for (int c = 0; c < 7; c++)
            sum += e[c] = exp(6 * (double)row[c]);
        for (int c = 0; c < 7; c++)
            row[c] = (float)(e[c] / sum);
    }
    gan_metric_value v, w;
    ck_ok(gan_metric_classifier_score(p, &o, &v));
    check("score", 0, v.value, golden_score);
    o.score_splits = 3;
    ck_ok(gan_metric_classifier_score(p, &o, &v));
    check("score of three parts", 0, v.value, golden_score_of_three);
    ck_ok(gan_metric_modes(p, NULL, &o, &v, &w));
    check("modes", 0, v.value, golden_modes);
    check("reverse KL", 0, w.value, golden_kl);
    double shares[7];
    for (int c = 0; c < 7; c++)
        shares[c] = (c + 1) / 28.0;
    ck_ok(gan_metric_modes(p, shares, &o, &v, &w));
    check("reverse KL to shares", 0, w.value, golden_kl_of_shares);
    gan_tensor_unref(p);
}
END_TEST

/* Two clusters far apart, of numbers of one binary digit after the point and two more: ties. */
static gan_tensor *halves(uint64_t which, int64_t n)
{
    gan_tensor *t = vectors(which, n, 2, 1, 0.5, 0);
    for (int64_t i = 0; i < 2 * n; i++) {
        float *x = gan_tensor_data(t) + i;
        *x = rintf(*x * 8) / 8 + (i % 2 == 0 && i / 2 >= n / 2 ? 100 : 0);
    }
    return t;
}

START_TEST(memorisation)
{
    gan_metric_options o = quick_options();
    gan_tensor *train = halves(8, 60), *held_out = halves(9, 50), *made = halves(10, 40);
    for (int cells = 1; cells <= 2; cells++) {
        gan_metric_value v;
        double p;
        o.memorisation_cells = cells;
        ck_ok(gan_metric_memorisation(train, held_out, made, &o, &v, &p));
        check("memorisation", (size_t)cells, v.value, golden_memorisation[cells - 1][0]);
        check("its p-value", (size_t)cells, p, golden_memorisation[cells - 1][1]);
    }
    gan_tensor_unref(train);
    gan_tensor_unref(held_out);
    gan_tensor_unref(made);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"two sets", two_sets}, {"images", images}, {"classes", classes}, {"memorisation", memorisation}};
    return RUN_SUITE("watch-goldens", tests);
}
