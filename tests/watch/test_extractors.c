/* Extractors: what they make of examples, and of which; the same for one example and for many. */
#include "memory_check.h"
#include "sets.h"

#include "gan/extractor.h"

static gan_model *network(void)
{
    gan_model *m = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(m, gan_layer_flatten());
    gan_model_add(m, gan_layer_named(gan_layer_dense(5), "features"));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_dropout(0.5f)); /* nothing, in inference */
    gan_model_add(m, gan_layer_tanh());
    gan_model_add(m, gan_layer_dense(4));
    if (m == NULL || gan_model_status(m) != GAN_OK || gan_model_set_name(m, "C") != GAN_OK ||
        gan_model_initialize(m, 3) != GAN_OK) {
        gan_model_unref(m);
        return NULL;
    }
    return m;
}

static gan_tensor *examples(int64_t n)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(n, 2, 3));
    if (x != NULL)
        gan_tensor_fill_normal(x, 0, 1, 5);
    return x;
}

START_TEST(pixels)
{
    gan_extractor *e = gan_extractor_pixels(GAN_SHAPE(2, 3));
    ck_made(e);
    ck_assert_str_eq(gan_extractor_name(e), "pixels");
    ck_assert_str_eq(gan_extractor_preprocessing(e), "none");
    ck_assert_int_eq(gan_extractor_features(e), 6);
    gan_tensor *x = examples(130), *y = gan_extractor_run(e, x);
    ck_made(y);
    ck_assert(gan_shape_equal(gan_tensor_shape(y), GAN_SHAPE(130, 6)));
    ck_assert(memcmp(gan_tensor_data(x), gan_tensor_data(y), 130 * 6 * sizeof(float)) == 0);
    gan_tensor_unref(y);

    gan_tensor *mean = gan_tensor_new(GAN_SHAPE(6)), *deviation = gan_tensor_new(GAN_SHAPE(6));
    for (int i = 0; i < 6; i++) {
        gan_tensor_data(mean)[i] = (float)i;
        gan_tensor_data(deviation)[i] = (float)(i + 1);
    }
    ck_ok(gan_extractor_set_range(e, 0, 1, -1, 3));
    ck_assert_str_eq(gan_extractor_preprocessing(e), "[0, 1] to [-1, 3]");
    ck_ok(gan_extractor_set_standard(e, mean, deviation));
    ck_assert_str_eq(gan_extractor_preprocessing(e), "[0, 1] to [-1, 3], standardised by column");
    y = gan_extractor_run(e, x);
    ck_made(y);
    for (int i = 0; i < 130 * 6; i++) {
        double wanted = (4 * (double)gan_tensor_data(x)[i] - 1 - i % 6) / (i % 6 + 1);
        ck_near((double)gan_tensor_data(y)[i], wanted, 1e-5);
    }
    ck_ok(gan_extractor_set_range(e, 0, 1, 0, 1));
    ck_assert_str_eq(gan_extractor_preprocessing(e), "standardised by column");
    ck_ok(gan_extractor_set_standard(e, NULL, NULL));
    ck_assert_str_eq(gan_extractor_preprocessing(e), "none");
    gan_tensor_unref(y);
    gan_tensor_unref(x);
    gan_tensor_unref(mean);
    gan_tensor_unref(deviation);
    gan_extractor_unref(e);
}
END_TEST

/* What gan_model_predict says, and what it says of the layers before cut off as a model of their own. */
START_TEST(layers_of_a_model)
{
    gan_model *m = network();
    ck_made(m);
    gan_extractor *last = gan_extractor_model(m, NULL), *named = gan_extractor_model(m, "features");
    gan_extractor *placed = gan_extractor_model(m, "1"), *classes = gan_extractor_probabilities(m);
    ck_made(last);
    ck_made(named);
    ck_made(placed);
    ck_made(classes);
    ck_assert_str_eq(gan_extractor_name(last), "output of C");
    ck_assert_str_eq(gan_extractor_name(named), "layer features of C");
    ck_assert_str_eq(gan_extractor_name(classes), "probabilities by C");
    ck_assert_int_eq(gan_extractor_features(named), 5);
    enum { N = 131 };
    gan_tensor *x = examples(N), *predicted = gan_model_predict(m, x), *y = gan_extractor_run(last, x);
    gan_tensor *f = gan_extractor_run(named, x), *g = gan_extractor_run(placed, x), *p = gan_extractor_run(classes, x);
    ck_made(predicted);
    ck_assert(memcmp(gan_tensor_data(y), gan_tensor_data(predicted), N * 4 * sizeof(float)) == 0);
    ck_assert(memcmp(gan_tensor_data(f), gan_tensor_data(g), N * 5 * sizeof(float)) == 0);
    const float *w = gan_tensor_data(gan_model_parameter(m, 0)), *b = gan_tensor_data(gan_model_parameter(m, 1));
    for (int i = 0; i < N; i++) {
        double sum = 0, e[4];
        for (int c = 0; c < 4; c++)
            sum += e[c] = exp((double)gan_tensor_data(y)[4 * i + c]);
        for (int c = 0; c < 4; c++)
            ck_near((double)gan_tensor_data(p)[4 * i + c], e[c] / sum, 1e-6);
        for (int k = 0; k < 5; k++) {
            double wanted = (double)b[k];
            for (int j = 0; j < 6; j++)
                wanted += (double)w[6 * k + j] * (double)gan_tensor_data(x)[6 * i + j];
            ck_near((double)gan_tensor_data(f)[5 * i + k], wanted, 1e-5);
        }
    }
    gan_tensor *one = gan_tensor_from(GAN_SHAPE(1, 2, 3), gan_tensor_data(x)), *alone = gan_extractor_run(last, one);
    ck_assert(memcmp(gan_tensor_data(alone), gan_tensor_data(y), 4 * sizeof(float)) == 0);
    gan_tensor *const tensors[] = {x, predicted, y, f, g, p, one, alone};
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++)
        gan_tensor_unref(tensors[i]);
    gan_extractor_unref(last);
    gan_extractor_unref(named);
    gan_extractor_unref(placed);
    gan_extractor_unref(classes);
    gan_model_unref(m);
}
END_TEST

struct sums {
    int calls, released;
    gan_status status;
};

static gan_status sum_up(void *context, const float *example, int64_t count, float *features)
{
    struct sums *sums = context;
    sums->calls++;
    for (int64_t i = 0; i < count; i++, example += 6)
        features[i] = example[0] + example[1] + example[2] + example[3] + example[4] + example[5];
    return sums->status;
}

static void count_release(void *context)
{
    ((struct sums *)context)->released++;
}

START_TEST(functions)
{
    struct sums sums = {0};
    gan_extractor *e = gan_extractor_function("sum", GAN_SHAPE(2, 3), 1, sum_up, &sums, count_release);
    ck_made(e);
    gan_tensor *x = examples(70), *y = gan_extractor_run(e, x);
    ck_made(y);
    ck_assert_int_eq(sums.calls, 2);
    const float *last = gan_tensor_data(x) + 69 * 6;
    ck_assert(gan_tensor_data(y)[69] == last[0] + last[1] + last[2] + last[3] + last[4] + last[5]);
    sums.status = GAN_ERROR_IO;
    ck_assert_ptr_null(gan_extractor_run(e, x));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_IO);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_extractor_unref(gan_extractor_ref(e));
    ck_assert_int_eq(sums.released, 0);
    gan_extractor_unref(e);
    ck_assert_int_eq(sums.released, 1);
}
END_TEST

/* Each of a data set's examples once, in an order that hangs on the seed alone. */
START_TEST(data_sets)
{
    gan_tensor *x = examples(100);
    gan_dataset *data = gan_dataset_from_tensor(x, NULL, 0, 0);
    gan_extractor *e = gan_extractor_pixels(GAN_SHAPE(2, 3));
    gan_tensor *all = gan_extractor_read(e, data, 100, 1), *few = gan_extractor_read(e, data, 70, 1);
    gan_tensor *other = gan_extractor_read(e, data, 100, 2);
    ck_made(all);
    ck_assert(memcmp(gan_tensor_data(all), gan_tensor_data(few), 70 * 6 * sizeof(float)) == 0);
    ck_assert(memcmp(gan_tensor_data(all), gan_tensor_data(other), 100 * 6 * sizeof(float)) != 0);
    for (int i = 0; i < 100; i++) {
        int found = 0;
        for (int j = 0; j < 100; j++)
            found += memcmp(gan_tensor_data(x) + 6 * i, gan_tensor_data(all) + 6 * j, 6 * sizeof(float)) == 0;
        ck_assert_int_eq(found, 1);
    }
    ck_assert_ptr_null(gan_extractor_read(e, data, 101, 1));
    check_refused(gan_error_status(), "count is 101, want 1 to 100");
    gan_tensor_unref(all);
    gan_tensor_unref(few);
    gan_tensor_unref(other);
    gan_extractor_unref(e);
    e = gan_extractor_pixels(GAN_SHAPE(6));
    ck_assert_ptr_null(gan_extractor_read(e, data, 1, 1));
    check_refused(gan_error_status(), "is [2, 3], want [6] for pixels");
    gan_extractor_unref(e);
    gan_dataset_unref(data);
    gan_tensor_unref(x);
}
END_TEST

START_TEST(bad_input)
{
    gan_model *m = network(), *raw = gan_model_new(GAN_SHAPE(3)), *one = gan_model_new(GAN_SHAPE(3));
    gan_model_add(raw, gan_layer_dense(2));
    gan_model_add(one, gan_layer_dense(1));
    ck_ok(gan_model_initialize(one, 1));
    ck_assert_ptr_null(gan_extractor_pixels(GAN_SCALAR));
    check_refused(gan_error_status(), "the shape of an example is []");
    ck_assert_ptr_null(gan_extractor_pixels(GAN_SHAPE(3, 0)));
    ck_assert_ptr_null(gan_extractor_model(NULL, NULL));
    ck_assert_ptr_null(gan_extractor_model(raw, NULL));
    check_refused(gan_error_status(), "gan_extractor_model");
    ck_assert_ptr_null(gan_extractor_model(m, "flavours"));
    check_refused(gan_error_status(), "layer is \"flavours\", which C does not have");
    ck_assert_ptr_null(gan_extractor_probabilities(one));
    check_refused(gan_error_status(), "the classifier makes [1], want [classes], 2 or more");
    ck_assert_ptr_null(gan_extractor_function(NULL, GAN_SHAPE(1), 1, sum_up, NULL, NULL));
    check_refused(gan_error_status(), "name is NULL");
    ck_assert_ptr_null(gan_extractor_function("sum", GAN_SHAPE(1), 0, sum_up, NULL, NULL));
    check_refused(gan_error_status(), "features is 0");
    gan_extractor *e = gan_extractor_model(m, NULL);
    gan_tensor *x = vectors(1, 4, 6, 1, 0, 0), *zero = gan_tensor_new(GAN_SHAPE(6));
    ck_assert_ptr_null(gan_extractor_run(e, x));
    check_refused(gan_error_status(), "examples is float32 [4, 6], want float32 [n, 2, 3]");
    ck_assert_ptr_null(gan_extractor_run(e, NULL));
    check_refused(gan_extractor_set_range(e, 1, 1, 0, 1), "the ranges are [1, 1] and [0, 1]");
    check_refused(gan_extractor_set_standard(e, x, zero), "mean is [4, 6], want 6 float32 numbers");
    check_refused(gan_extractor_set_standard(e, zero, zero), "number 0 of deviation is 0, want a finite one above 0");
    check_refused(gan_extractor_set_standard(e, NULL, zero), "mean is NULL");
    check_refused(gan_extractor_set_range(NULL, 0, 1, 0, 1), "extractor is NULL");
    gan_extractor_unref(NULL);
    ck_assert_ptr_null(gan_extractor_ref(NULL));
    ck_assert_str_eq(gan_extractor_name(NULL), "");
    ck_assert_int_eq(gan_extractor_features(NULL), 0);
    gan_tensor_unref(x);
    gan_tensor_unref(zero);
    gan_extractor_unref(e);
    gan_model_unref(m);
    gan_model_unref(raw);
    gan_model_unref(one);
}
END_TEST

static bool attempt(void *nothing)
{
    (void)nothing;
    gan_model *m = network();
    gan_extractor *e = m != NULL ? gan_extractor_probabilities(m) : NULL;
    gan_extractor *pixels = e != NULL ? gan_extractor_pixels(GAN_SHAPE(2, 3)) : NULL;
    gan_tensor *x = pixels != NULL ? examples(3) : NULL, *y = NULL;
    gan_dataset *data = x != NULL ? gan_dataset_from_tensor(x, NULL, 0, 0) : NULL;
    if (data != NULL && gan_extractor_set_range(e, 0, 1, -1, 1) == GAN_OK &&
        gan_extractor_set_standard(e, x, x) == GAN_ERROR_INVALID_ARGUMENT)
        y = gan_extractor_run(e, x);
    gan_tensor *z = y != NULL ? gan_extractor_read(pixels, data, 2, 1) : NULL;
    bool fine = z != NULL;
    gan_tensor_unref(z);
    gan_tensor_unref(y);
    gan_dataset_unref(data);
    gan_tensor_unref(x);
    gan_extractor_unref(pixels);
    gan_extractor_unref(e);
    gan_model_unref(m);
    return fine;
}

START_TEST(memory_runs_out)
{
    CHECK_EACH_ALLOCATION(attempt, NULL);
}
END_TEST

/* By the batch's own statistics: what fills a piece repeats examples, as in predictions. */
START_TEST(features_by_batch_statistics_are_those_predicted)
{
    gan_model *m = network();
    ck_ok(gan_model_set_batch_statistics(m, true));
    gan_extractor *e = gan_extractor_model(m, "5");
    ck_made(e);
    gan_tensor *x = examples(10), *features = gan_extractor_run(e, x), *predicted = gan_model_predict(m, x);
    ck_made(features);
    ck_made(predicted);
    for (int i = 0; i < 10 * 4; i++)
        ck_near((double)gan_tensor_data(features)[i], (double)gan_tensor_data(predicted)[i], 1e-6);
    gan_tensor_unref(features);
    gan_tensor_unref(predicted);
    gan_tensor_unref(x);
    gan_extractor_unref(e);
    gan_model_unref(m);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"batch statistics", features_by_batch_statistics_are_those_predicted},
        {"pixels", pixels},
        {"layers of a model", layers_of_a_model},
        {"functions", functions},
        {"data sets", data_sets},
        {"bad input", bad_input},
        {"memory runs out", memory_runs_out},
    };
    return RUN_SUITE("watch-extractors", tests);
}
