#include "counting.h"
#include "network.h"

#include <pthread.h>

static gan_model *generator(bool noisy)
{
    gan_model *m = gan_model_new(GAN_SHAPE(19));
    gan_model_add(m, gan_layer_dense(67));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_relu());
    if (noisy)
        gan_model_add(m, gan_layer_concat_noise(5));
    gan_model_add(m, gan_layer_dense(48));
    gan_model_add(m, gan_layer_reshape(GAN_SHAPE(3, 4, 4)));
    gan_model_add(m, gan_layer_tanh());
    gan_model_set_range(m, -1, 1);
    gan_model_set_data_range(m, 0, 1);
    ck_ok(gan_model_initialize(m, 11));
    return m;
}

enum { IMAGE = 48 };

static void check_any_number_of(gan_model *m)
{
    gan_tensor *many = gan_generator_sample(m, 1000, 5);
    ck_assert_msg(many != NULL, "%s", gan_error_message());
    ck_shape(gan_tensor_shape(many), GAN_SHAPE(1000, 3, 4, 4));
    const float *images = gan_tensor_data(many);
    for (int i = 0; i < 1000 * IMAGE; i++)
        ck_assert(images[i] >= 0 && images[i] <= 1);
    ck_assert_mem_ne(images, images + IMAGE, IMAGE * sizeof(float));
    for (int i = 0; i < 3; i++) {
        int64_t n = (int64_t[]){1, 25, 16}[i];
        gan_tensor *few = gan_generator_sample(m, n, 5);
        ck_assert_mem_eq(gan_tensor_data(few), images, (size_t)n * IMAGE * sizeof(float));
        gan_tensor_unref(few);
    }
    for (int i = 0; i < 4; i++) {
        const int64_t batch = (int64_t[]){1, 7, 16, 40}[i], first = (int64_t[]){0, 13, 100, 3}[i];
        gan_sampler *s = gan_sampler_new(m, batch);
        gan_tensor *out = gan_tensor_new(GAN_SHAPE(batch, 3, 4, 4));
        ck_ok(gan_sampler_seed(s, 5, (uint64_t)first));
        for (int64_t call = 0; call < 6; call++) {
            ck_ok(gan_sampler_run(s, NULL, NULL, out));
            ck_assert_mem_eq(gan_tensor_data(out), images + (first + call * batch) * IMAGE,
                             (size_t)batch * IMAGE * sizeof(float));
        }
        gan_tensor_unref(out);
        gan_sampler_unref(s);
    }
    gan_tensor *other = gan_generator_sample(m, 1, 6);
    ck_assert_mem_ne(gan_tensor_data(other), images, IMAGE * sizeof(float));
    gan_tensor_unref(other);
    gan_tensor_unref(many);
}

START_TEST(an_image_is_the_same_alone_and_among_many)
{
    for (int noisy = 0; noisy < 2; noisy++) {
        gan_model *m = generator(noisy == 1);
        check_any_number_of(m);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(an_image_is_the_same_for_any_number_of_threads)
{
    gan_generator_options o;
    gan_generator_options_init(&o, GAN_RECIPE_MLP);
    gan_model *m = gan_generator_new(GAN_SHAPE(1, 28, 28), &o);
    gan_model_initialize(m, 1);
    gan_tensor *first = NULL;
    for (int i = 0; i < 4; i++) {
        ck_ok(gan_set_threads((int[]){1, 2, 3, 7}[i]));
        gan_tensor *images = gan_generator_sample(m, 20, 3);
        if (first == NULL)
            first = gan_tensor_ref(images);
        ck_assert_mem_eq(gan_tensor_data(images), gan_tensor_data(first), 20 * 784 * sizeof(float));
        gan_tensor_unref(images);
    }
    gan_set_threads(0);
    gan_tensor_unref(first);
    gan_model_unref(m);
}
END_TEST

START_TEST(noise_is_normal)
{
    gan_model *m = model_of(GAN_SHAPE(10), gan_layer_scale_shift(1, 0));
    gan_tensor *z = gan_generator_sample(m, 2000, 1);
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; i++) {
        sum += (double)gan_tensor_data(z)[i];
        squares += (double)gan_tensor_data(z)[i] * (double)gan_tensor_data(z)[i];
    }
    ck_assert_double_eq_tol(sum / 20000, 0, 0.036); /* five standard errors */
    ck_assert_double_eq_tol(squares / 20000, 1, 0.05);
    gan_tensor_unref(z);
    gan_model_unref(m);
}
END_TEST

START_TEST(given_noise_gives_the_same_bits_in_any_batch)
{
    gan_model *m = generator(true);
    gan_tensor *z = normal_tensor(GAN_SHAPE(40, 19), 1), *all = gan_tensor_new(GAN_SHAPE(40, 3, 4, 4));
    gan_sampler *s = gan_sampler_new(m, 40), *t = gan_sampler_new(m, 5);
    ck_ok(gan_sampler_run(s, z, NULL, all));
    gan_tensor *part = gan_tensor_from(GAN_SHAPE(5, 19), gan_tensor_data(z)),
               *out = gan_tensor_new(GAN_SHAPE(5, 3, 4, 4));
    for (int call = 0; call < 2; call++) {
        ck_ok(gan_sampler_run(t, part, NULL, out));
        ck_assert_mem_eq(gan_tensor_data(out), gan_tensor_data(all), 5 * IMAGE * sizeof(float));
        ck_ok(gan_sampler_run(t, NULL, NULL, out)); /* in between, the sampler's own noise */
    }
    gan_tensor *own = gan_generator_sample(m, 10, 0);
    ck_assert_mem_eq(gan_tensor_data(out), gan_tensor_data(own) + 5 * IMAGE, 5 * IMAGE * sizeof(float));
    gan_tensor_unref(own);
    gan_tensor_unref(z);
    gan_tensor_unref(all);
    gan_tensor_unref(part);
    gan_tensor_unref(out);
    gan_sampler_unref(s);
    gan_sampler_unref(t);
    gan_model_unref(m);
}
END_TEST

START_TEST(drawn_noise_gives_the_seeds_examples)
{
    for (int noisy = 0; noisy < 2; noisy++) {
        gan_model *m = generator(noisy == 1);
        gan_tensor *wanted = gan_generator_sample(m, 40, 5), *z = gan_generator_drawn_noise(m, 40, 5);
        gan_tensor *out = gan_tensor_new(GAN_SHAPE(40, 3, 4, 4)), *few = gan_generator_drawn_noise(m, 3, 5);
        ck_shape(gan_tensor_shape(z), GAN_SHAPE(40, 19));
        ck_assert_mem_eq(gan_tensor_data(few), gan_tensor_data(z), 3 * 19 * sizeof(float));
        gan_sampler *s = gan_sampler_new(m, 40);
        ck_ok(gan_sampler_seed(s, 5, 0));
        ck_ok(gan_sampler_run(s, z, NULL, out));
        ck_assert_mem_eq(gan_tensor_data(out), gan_tensor_data(wanted), 40 * IMAGE * sizeof(float));
        gan_sampler_unref(s);
        UNREF_ALL(wanted, z, out, few);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(samples_come_back_in_the_datas_range)
{
    gan_model *m = model_of(GAN_SHAPE(2), gan_layer_tanh());
    gan_tensor *raw = gan_generator_sample(m, 3, 1);
    ck_ok(gan_model_set_range(m, -1, 1));
    gan_tensor *still_raw = gan_generator_sample(m, 3, 1);
    ck_assert_mem_eq(gan_tensor_data(raw), gan_tensor_data(still_raw), 6 * sizeof(float));
    ck_ok(gan_model_set_data_range(m, 0, 10));
    gan_tensor *mapped = gan_generator_sample(m, 3, 1);
    const float mean[] = {100, -100}, deviation[] = {2, 3};
    gan_tensor *means = gan_tensor_from(GAN_SHAPE(2), mean), *deviations = gan_tensor_from(GAN_SHAPE(2), deviation);
    ck_ok(gan_model_set_standard(m, means, deviations));
    gan_tensor *undone = gan_generator_sample(m, 3, 1);
    for (int i = 0; i < 6; i++) {
        float in_range = gan_tensor_data(raw)[i] * 5 + 5;
        ck_assert_float_eq_tol(gan_tensor_data(mapped)[i], in_range, 1e-5f);
        ck_assert_float_eq_tol(gan_tensor_data(undone)[i], in_range * deviation[i % 2] + mean[i % 2], 1e-4f);
    }
    gan_tensor_unref(raw);
    gan_tensor_unref(still_raw);
    gan_tensor_unref(mapped);
    gan_tensor_unref(means);
    gan_tensor_unref(deviations);
    gan_tensor_unref(undone);
    gan_model_unref(m);
}
END_TEST

START_TEST(parameters_are_read_at_every_call)
{
    gan_model *m = generator(false);
    gan_sampler *s = gan_sampler_new(m, 1);
    gan_tensor *a = gan_tensor_new(GAN_SHAPE(1, 3, 4, 4)), *b = gan_tensor_new(GAN_SHAPE(1, 3, 4, 4));
    ck_ok(gan_sampler_run(s, NULL, NULL, a));
    gan_model_initialize(m, 12);
    gan_sampler_seed(s, 0, 0);
    ck_ok(gan_sampler_run(s, NULL, NULL, b));
    ck_assert_mem_ne(gan_tensor_data(a), gan_tensor_data(b), IMAGE * sizeof(float));
    gan_tensor *fresh = gan_generator_sample(m, 1, 0);
    ck_assert_mem_eq(gan_tensor_data(fresh), gan_tensor_data(b), IMAGE * sizeof(float));
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    gan_tensor_unref(fresh);
    gan_sampler_unref(s);
    gan_model_unref(m);
}
END_TEST

/* A generator of the recipe with what weights can have around them, and its parameters' numbers. */
static gan_model *generator_of(gan_recipe recipe, int64_t width, int spectral_norm)
{
    gan_generator_options o;
    gan_generator_options_init(&o, recipe);
    o.width = width;
    o.spectral_norm = spectral_norm;
    gan_model *m = gan_generator_new(GAN_SHAPE(3, 32, 32), &o);
    gan_model_initialize(m, 1);
    return m;
}

/* Same noise, same bits. */
static void expect_same_images(gan_sampler *x, gan_sampler *y, gan_tensor *out[2])
{
    gan_sampler *const samplers[2] = {x, y};
    for (int i = 0; i < 2; i++) {
        ck_ok(gan_sampler_seed(samplers[i], 5, 2));
        for (int run = 0; run < 2; run++)
            ck_ok(gan_sampler_run(samplers[i], NULL, NULL, out[i]));
    }
    ck_assert_mem_eq(gan_tensor_data(out[0]), gan_tensor_data(out[1]), (size_t)gan_tensor_size(out[0]) * sizeof(float));
}

static void change_parameters(gan_model *m)
{
    for (int i = 0; i < gan_model_parameters(m); i++) {
        float *numbers = gan_tensor_data(gan_model_parameter(m, i));
        for (int64_t j = 0; j < gan_tensor_size(gan_model_parameter(m, i)); j++)
            numbers[j] = 1.25f * numbers[j] + .01f;
    }
}

/* A frozen sampler makes the bits that another one makes, and those of new parameters when it is frozen again. */
START_TEST(a_frozen_sampler_makes_the_same_images)
{
    static const gan_recipe recipes[] = {GAN_RECIPE_MLP, GAN_RECIPE_DCGAN, GAN_RECIPE_POOLED, GAN_RECIPE_SNGAN_RESNET,
                                         GAN_RECIPE_R3GAN};
    for (int i = 0; i < 2 * (int)(sizeof recipes / sizeof recipes[0]); i++) {
        const gan_recipe recipe = recipes[i / 2];
        gan_model *m = generator_of(recipe, 8, recipe != GAN_RECIPE_R3GAN ? i % 2 : 0); /* it begins with zeros */
        ck_assert_msg(m != NULL && gan_model_status(m) == GAN_OK, "%s", gan_error_message());
        for (int64_t batch = 1; batch <= 17; batch += 16) {
            gan_sampler *frozen = gan_sampler_new(m, batch), *usual = gan_sampler_new(m, batch);
            gan_tensor *out[2] = {gan_tensor_new(GAN_SHAPE(batch, 3, 32, 32)),
                                  gan_tensor_new(GAN_SHAPE(batch, 3, 32, 32))};
            for (int state = 0; state < 3; state++) {
                ck_ok(gan_sampler_freeze(frozen, state < 2));
                expect_same_images(frozen, usual, out);
                change_parameters(m);
            }
            for (int j = 0; j < 2; j++)
                gan_tensor_unref(out[j]);
            gan_sampler_unref(frozen);
            gan_sampler_unref(usual);
        }
        gan_model_unref(m);
    }
}
END_TEST

static gan_model *looking_at_its_batch(gan_layer *layer)
{
    gan_model *m = gan_model_new(GAN_SHAPE(4));
    gan_model_add(m, gan_layer_dense(6));
    gan_model_add(m, layer);
    gan_model_add(m, gan_layer_dense(3));
    ck_ok(gan_model_initialize(m, 1));
    return m;
}

START_TEST(an_image_of_a_layer_that_looks_at_the_batch_is_the_same_alone)
{
    for (int kind = 0; kind < 2; kind++) {
        gan_model *m = looking_at_its_batch(kind == 0 ? gan_layer_minibatch_deviation(4)
                                                      : gan_layer_minibatch_discrimination(3, 2));
        gan_tensor *one = gan_generator_sample(m, 1, 7), *many = gan_generator_sample(m, 20, 7);
        ck_assert_msg(one != NULL && many != NULL, "%s", gan_error_message());
        ck_assert_mem_eq(gan_tensor_data(one), gan_tensor_data(many), 3 * sizeof(float));
        gan_tensor_unref(one);
        gan_tensor_unref(many);
        gan_model_unref(m);
    }
}
END_TEST

/* One image at a time has a plan of its own. */
START_TEST(an_image_of_any_recipe_is_the_same_alone)
{
    enum { MANY = 18, SIZE = 3 * 32 * 32 };
    static const int which[] = {0, 15, 17};
    for (gan_recipe recipe = GAN_RECIPE_MLP; gan_recipe_name(recipe) != NULL; recipe++)
        for (int64_t width = 8; width <= 24; width += 16) {
            gan_model *m = generator_of(recipe, width, 0);
            gan_tensor *many = gan_generator_sample(m, MANY, 3), *one = gan_tensor_new(GAN_SHAPE(1, 3, 32, 32));
            gan_sampler *s = gan_sampler_new(m, 1);
            for (int i = 0; i < 3; i++) {
                gan_sampler_seed(s, 3, (uint64_t)which[i]);
                ck_ok(gan_sampler_run(s, NULL, NULL, one));
                ck_assert_mem_eq(gan_tensor_data(one), gan_tensor_data(many) + which[i] * SIZE, SIZE * sizeof(float));
            }
            gan_tensor_unref(many);
            gan_tensor_unref(one);
            gan_sampler_unref(s);
            gan_model_unref(m);
        }
}
END_TEST

START_TEST(nothing_is_allocated_after_the_first_call)
{
    struct counting counting = {0};
    counting_begin(&counting);
    gan_model *m = generator(true);
    gan_sampler *s = gan_sampler_new(m, 3);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(3, 3, 4, 4)), *z = normal_tensor(GAN_SHAPE(3, 19), 1);
    ck_ok(gan_sampler_run(s, NULL, NULL, out));
    ck_ok(gan_sampler_run(s, z, NULL, out));
    long before = atomic_load(&counting.calls);
    ck_assert_int_gt(before, 0);
    for (int i = 0; i < 1000; i++) {
        ck_ok(gan_sampler_freeze(s, i % 3 == 0));
        ck_ok(gan_sampler_run(s, i % 2 == 0 ? NULL : z, NULL, out));
    }
    ck_assert_int_eq(atomic_load(&counting.calls), before);
    gan_tensor_unref(out);
    gan_tensor_unref(z);
    gan_sampler_unref(s);
    gan_model_unref(m);
    counting_end();
}
END_TEST

struct worker {
    gan_model *model;
    const float *wanted;
    bool same;
};

static void *sample_in_thread(void *context)
{
    struct worker *worker = context;
    gan_sampler *s = gan_sampler_new(worker->model, 4);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(4, 3, 4, 4));
    worker->same = s != NULL && out != NULL && gan_sampler_seed(s, 9, 0) == GAN_OK;
    for (int i = 0; i < 50 && worker->same; i++)
        worker->same = gan_sampler_run(s, NULL, NULL, out) == GAN_OK &&
                       memcmp(gan_tensor_data(out), worker->wanted + i * 4 * IMAGE, 4 * IMAGE * sizeof(float)) == 0;
    gan_tensor_unref(out);
    gan_sampler_unref(s);
    return NULL;
}

START_TEST(several_threads_sample_one_model)
{
    gan_model *m = generator(true);
    gan_tensor *wanted = gan_generator_sample(m, 200, 9);
    struct worker workers[3];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        workers[i] = (struct worker){m, gan_tensor_data(wanted), false};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sample_in_thread, &workers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        ck_assert(workers[i].same);
    }
    gan_tensor_unref(wanted);
    gan_model_unref(m);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    ck_null(gan_sampler_new(NULL, 1), "gan_sampler_new: model is NULL");
    gan_model *m = gan_model_new(GAN_SHAPE(2));
    gan_model_add(m, gan_layer_dense(3));
    ck_null(gan_sampler_new(m, 0), "gan_sampler_new: the number of examples is 0");
    ck_null(gan_generator_sample(m, -1, 1), "gan_generator_sample: the number of examples is -1");
    ck_null(gan_generator_sample(m, 1, 1), "gan_generator_sample: the model's parameters have no numbers yet");
    ck_null(gan_generator_drawn_noise(m, 0, 1), "gan_generator_drawn_noise: the number of examples is 0");
    ck_null(gan_generator_drawn_noise(NULL, 1, 1), "gan_generator_drawn_noise: the generator is NULL");
    gan_sampler *s = gan_sampler_new(m, 2);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(2, 3)), *wrong = gan_tensor_new(GAN_SHAPE(3, 2));
    gan_tensor *bytes = gan_tensor_new_typed(GAN_SHAPE(2, 3), GAN_UINT8);
    ck_fails(gan_sampler_run(s, NULL, NULL, out), "gan_sampler_run: the model's parameters have no numbers yet");
    ck_fails(gan_sampler_freeze(s, true), "gan_sampler_freeze: the model's parameters have no numbers yet");
    ck_fails(gan_sampler_freeze(NULL, true), "gan_sampler_freeze: sampler is NULL");
    gan_model_initialize(m, 1);
    ck_ok(gan_sampler_run(s, NULL, NULL, out));
    ck_fails(gan_sampler_run(NULL, NULL, NULL, out), "gan_sampler_run: sampler is NULL");
    ck_fails(gan_sampler_run(s, NULL, NULL, NULL), "gan_sampler_run: out is NULL");
    ck_fails(gan_sampler_run(s, NULL, NULL, wrong), "gan_sampler_run: out is float32 [3, 2], want float32 [2, 3]");
    ck_fails(gan_sampler_run(s, NULL, NULL, bytes), "out is uint8 [2, 3]");
    ck_fails(gan_sampler_run(s, out, NULL, out), "gan_sampler_run: z is float32 [2, 3], want float32 [2, 2]");
    ck_fails(gan_sampler_run(s, NULL, out, out), "gan_sampler_run: labels are given, but");
    ck_fails(gan_sampler_seed(NULL, 1, 1), "gan_sampler_seed: sampler is NULL");
    ck_assert_ptr_null(gan_sampler_ref(NULL));
    gan_sampler_unref(NULL);
    gan_sampler_unref(gan_sampler_ref(s));
    gan_sampler_unref(s);
    gan_tensor_unref(out);
    gan_tensor_unref(wrong);
    gan_tensor_unref(bytes);
    gan_model_unref(m);
}
END_TEST

static const struct test_case tests[] = {
    {"an image of a layer that looks at the batch is the same alone",
     an_image_of_a_layer_that_looks_at_the_batch_is_the_same_alone},
    {"alone and among many", an_image_is_the_same_alone_and_among_many},
    {"threads of the library", an_image_is_the_same_for_any_number_of_threads},
    {"noise", noise_is_normal},
    {"given noise", given_noise_gives_the_same_bits_in_any_batch},
    {"drawn noise", drawn_noise_gives_the_seeds_examples},
    {"ranges", samples_come_back_in_the_datas_range},
    {"parameters", parameters_are_read_at_every_call},
    {"alone, of any recipe", an_image_of_any_recipe_is_the_same_alone},
    {"frozen", a_frozen_sampler_makes_the_same_images},
    {"allocations", nothing_is_allocated_after_the_first_call},
    {"threads of the caller", several_threads_sample_one_model},
    {"errors", what_cannot_be_is_refused},
};

int main(void)
{
    return RUN_SUITE("nn: samplers", tests);
}
