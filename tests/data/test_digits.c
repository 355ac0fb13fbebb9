#include "gan/dataset.h"

#include "data/digits.h"
#include "memory_check.h"
#include "suite.h"

#include <math.h>
#include <string.h>

enum { MANY = 10000 };

static const uint64_t GOLDEN = 0xdd857a1c94026479u;

static gan_dataset *digits(int64_t size, uint64_t seed)
{
    gan_dataset *dataset = gan_dataset_digits(size, seed);
    ck_assert_msg(dataset != NULL, "%s", gan_error_message());
    return dataset;
}

START_TEST(they_are_described)
{
    gan_dataset *dataset = digits(3, 1);
    float low, high;
    ck_assert_int_eq(gan_dataset_size(dataset), 3);
    ck_assert(gan_shape_equal(gan_dataset_shape(dataset), GAN_SHAPE(1, 28, 28)));
    ck_assert(gan_dataset_range(dataset, &low, &high) && low == 0 && high == 1);
    ck_assert_int_eq(gan_dataset_classes(dataset), 10);
    ck_assert_str_eq(gan_dataset_class_name(dataset, 9), "9");
    ck_assert_str_eq(gan_dataset_name(dataset), "built-in digits");
    gan_dataset_unref(dataset);
    ck_assert_ptr_null(gan_dataset_digits(0, 1));
    ck_assert_str_eq(gan_error_message(), "gan_dataset_digits: size is 0, want 1 or more");
}
END_TEST

/* FNV-1a over the first 500 images and labels of seed 1. The number is what gcc and clang made of them when the digits
 * were drawn up; it changes only when the digits are changed on purpose. */
START_TEST(the_same_seed_gives_the_same_bits_everywhere)
{
    uint64_t hash = 14695981039346656037u;
    for (uint64_t i = 0; i < 500; i++) {
        uint8_t pixels[GAN_DIGIT_PIXELS];
        hash = (hash ^ (uint64_t)gan_digit_draw(1, i, pixels)) * 1099511628211u;
        for (int k = 0; k < GAN_DIGIT_PIXELS; k++)
            hash = (hash ^ pixels[k]) * 1099511628211u;
    }
    ck_assert_msg(hash == GOLDEN, "%#llx", (unsigned long long)hash);
}
END_TEST

static void check_same(const gan_dataset *a, const gan_dataset *b, int64_t index)
{
    float pixels_a[784], pixels_b[784];
    int32_t label_a, label_b;
    ck_assert_int_eq(gan_dataset_read(a, index, pixels_a, &label_a), GAN_OK);
    ck_assert_int_eq(gan_dataset_read(b, index, pixels_b, &label_b), GAN_OK);
    ck_assert_mem_eq(pixels_a, pixels_b, sizeof pixels_a);
    ck_assert_int_eq(label_a, label_b);
}

START_TEST(an_image_does_not_depend_on_the_number_of_images)
{
    gan_dataset *few = digits(100, 5), *some = digits(1000, 5), *more = digits(1000000000000, 5); /* drawn on demand */
    for (int64_t i = 0; i < 100; i++) {
        check_same(few, some, i);
        check_same(few, more, i);
    }
    float pixels[784];
    ck_assert_int_eq(gan_dataset_read(more, 999999999999, pixels, NULL), GAN_OK);
    ck_assert_int_eq(gan_dataset_classes(more), 10);
    ck_assert_str_eq(gan_dataset_class_name(more, 3), "3");
    ck_assert(gan_dataset_range(more, NULL, NULL));
    gan_dataset_unref(few);
    gan_dataset_unref(some);
    gan_dataset_unref(more);
}
END_TEST

START_TEST(no_two_are_alike)
{
    static uint8_t images[2000][GAN_DIGIT_PIXELS];
    int alike = 0; /* counted, since each of Check's assertions costs a write */
    for (int i = 0; i < 2000; i++)
        gan_digit_draw(i < 1000 ? 1 : 2, (uint64_t)(i % 1000), images[i]);
    for (int i = 0; i < 2000; i++)
        for (int k = 0; k < i; k++)
            alike += memcmp(images[i], images[k], GAN_DIGIT_PIXELS) == 0;
    ck_assert_int_eq(alike, 0);
}
END_TEST

START_TEST(classes_are_equally_frequent)
{
    double counts[10] = {0}, square = 0;
    uint8_t pixels[GAN_DIGIT_PIXELS];
    for (uint64_t i = 0; i < MANY; i++)
        counts[gan_digit_draw(3, i, pixels)]++;
    for (int i = 0; i < 10; i++)
        square += (counts[i] - MANY / 10) * (counts[i] - MANY / 10) / (MANY / 10);
    ck_assert_double_lt(square, 9 + 4.5 * sqrt(18));
}
END_TEST

/* MNIST's mean pixel is .131 and its deviation .308; each image is centred by its mass and about 20 pixels large. */
START_TEST(they_are_laid_out_as_mnist_is)
{
    double sum = 0, squares = 0, border = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        uint8_t pixels[GAN_DIGIT_PIXELS];
        double mass = 0, x = 0, y = 0;
        gan_digit_draw(4, i, pixels);
        for (int k = 0; k < GAN_DIGIT_PIXELS; k++) {
            double p = pixels[k] / 255.0;
            mass += p;
            squares += p * p;
            x += p * (k % 28 + 0.5);
            y += p * (k / 28 + 0.5);
            if (k < 28 || k >= 27 * 28 || k % 28 == 0 || k % 28 == 27)
                border += p;
        }
        sum += mass;
        ck_assert_double_gt(mass, 15); /* there is something to read */
        ck_assert_double_lt(fabs(x / mass - 14), 3);
        ck_assert_double_lt(fabs(y / mass - 14), 3);
    }
    double count = (double)MANY * GAN_DIGIT_PIXELS, mean = sum / count;
    ck_assert_double_eq_tol(mean, 0.131, 0.01);
    ck_assert_double_eq_tol(sqrt(squares / count - mean * mean), 0.308, 0.02);
    ck_assert_double_lt(border / sum, 0.002);
}
END_TEST

START_TEST(skeletons_are_whole)
{
    for (int label = 0; label < 10; label++) {
        int count;
        const struct gan_digit_skeleton *ways = gan_digit_skeletons(label, &count);
        ck_assert_int_ge(count, 5);
        for (int i = 0; i < count; i++) {
            const struct gan_digit_point *points = ways[i].points;
            ck_assert_int_eq(ways[i].label, label);
            ck_assert_int_gt(ways[i].weight, 0);
            ck_assert_int_le(ways[i].count, GAN_DIGIT_MAX_POINTS);
            ck_assert_int_eq(points[ways[i].count - 1].joint, GAN_DIGIT_LIFT);
            for (int k = 0; k < ways[i].count; k++) {
                if (points[k].joint == GAN_DIGIT_LIFT && k > 0) /* a stroke has two points at least */
                    ck_assert_int_ne(points[k - 1].joint, GAN_DIGIT_LIFT);
                for (int form = 0; form < 2; form++)
                    ck_assert(points[k].x[form] >= -20 && points[k].x[form] <= 100 && points[k].y[form] >= -5 &&
                              points[k].y[form] <= 105);
            }
        }
    }
}
END_TEST

START_TEST(lines_fit_and_every_way_is_written)
{
    int most = 0;
    for (int label = 0; label < 10; label++) {
        for (uint64_t i = 0; i < 1000; i++) {
            struct gan_dice dice = gan_dice_new(7, i);
            struct gan_digit_line line;
            gan_digit_write(label, &dice, &line);
            most = line.count > most ? line.count : most;
            ck_assert_int_gt(line.count, 3);
            ck_assert(line.ink > 0.8f && line.ink <= 1 && line.edge > 0.5f);
            bool sound = true;
            for (int k = 0; k < line.count; k++)
                sound = sound && (isfinite(line.dots[k].x) && isfinite(line.dots[k].y) && line.dots[k].radius > 0.2f &&
                                  line.dots[k].radius < 4);
            ck_assert(sound);
        }
    }
    ck_assert_int_lt(most, GAN_DIGIT_MAX_DOTS); /* none was cut short */
}
END_TEST

START_TEST(dice_have_the_moments_that_they_say)
{
    struct gan_dice dice = gan_dice_new(1, 2);
    double sum = 0, squares = 0, most = 0, count = 100000, uniform = 0;
    int integers[6] = {0};
    for (int i = 0; i < (int)count; i++) {
        double x = (double)gan_dice_normal(&dice, 2);
        sum += x;
        squares += x * x;
        most = fabs(x) > most ? fabs(x) : most;
        uniform += (double)gan_dice_uniform(&dice, -1, 3);
        integers[gan_dice_integer(&dice, 6)]++;
    }
    ck_assert_double_lt(fabs(sum / count), 4 * 2 / sqrt(count));
    ck_assert_double_eq_tol(squares / count, 4, 0.1);
    ck_assert_double_lt(most, 7);
    ck_assert_double_eq_tol(uniform / count, 1, 0.02);
    for (int i = 0; i < 6; i++)
        ck_assert_double_lt(fabs(integers[i] - count / 6), 5 * sqrt(count / 6));
}
END_TEST

static bool attempt(void *size)
{
    gan_dataset *dataset = gan_dataset_digits(*(int64_t *)size, 1);
    gan_dataset_unref(dataset);
    return dataset != NULL;
}

START_TEST(a_failed_allocation_is_an_error)
{
    int64_t few = 10, many = 1000000;
    gan_set_threads(1);
    CHECK_EACH_ALLOCATION(attempt, &few);
    CHECK_EACH_ALLOCATION(attempt, &many);
}
END_TEST

static const struct test_case tests[] = {
    {"described", they_are_described},
    {"golden", the_same_seed_gives_the_same_bits_everywhere},
    {"size", an_image_does_not_depend_on_the_number_of_images},
    {"different", no_two_are_alike},
    {"classes", classes_are_equally_frequent},
    {"layout", they_are_laid_out_as_mnist_is},
    {"skeletons", skeletons_are_whole},
    {"lines", lines_fit_and_every_way_is_written},
    {"dice", dice_have_the_moments_that_they_say},
    {"memory", a_failed_allocation_is_an_error},
};

int main(void)
{
    return RUN_SUITE("data: digits", tests);
}
