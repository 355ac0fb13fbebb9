/* A program that only generates: a hundred thousand images, one at a time, without an allocation; prints how long one
 * takes. */
#include "suite.h"

#include "counting.h"

#include <gan/gan.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

START_TEST(a_hundred_thousand_images_allocate_nothing)
{
    enum { IMAGES = 100000 };
    static struct counting counting;
    counting_begin(&counting);
    gan_model *generator = gan_generator_new(GAN_SHAPE(1, 28, 28), NULL);
    ck_assert_int_eq(gan_model_initialize(generator, 1), GAN_OK);
    gan_sampler *sampler = gan_sampler_new(generator, 1);
    gan_tensor *image = gan_tensor_new(GAN_SHAPE(1, 1, 28, 28));
    ck_assert_int_eq(gan_sampler_run(sampler, NULL, NULL, image), GAN_OK);
    long before = atomic_load(&counting.calls);
    double begin = seconds(), sum = 0;
    for (int i = 0; i < IMAGES; i++) {
        if (gan_sampler_run(sampler, NULL, NULL, image) != GAN_OK)
            ck_abort_msg("%s", gan_error_message());
        sum += (double)gan_tensor_data(image)[(i * 7) % 784];
    }
    double taken = seconds() - begin;
    ck_assert_int_eq(atomic_load(&counting.calls), before);
    ck_assert(isfinite(sum));
    printf("the article's generator, one image at a time: %.3f ms an image, %d threads, %s\n", 1e3 * taken / IMAGES,
           gan_threads(), gan_cpu_level());
    gan_tensor_unref(image);
    gan_sampler_unref(sampler);
    gan_model_unref(generator);
    ck_assert_int_eq(atomic_load(&counting.held), 0);
    gan_set_allocator(NULL);
}
END_TEST

static const struct test_case tests[] = {{"a hundred thousand", a_hundred_thousand_images_allocate_nothing}};

int main(void)
{
    return RUN_SUITE("nn: sampling at length", tests);
}
