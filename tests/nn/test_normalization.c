#include "network.h"

enum { N = 6, C = 3, H = 5 };

/* Mean and sum of squared differences of channel c of [N, C, H]. */
static void moments(const float *x, int c, double *mean, double *squares)
{
    double sum = 0;
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++)
            sum += (double)x[(n * C + c) * H + h];
    *mean = sum / (N * H);
    *squares = 0;
    for (int n = 0; n < N; n++)
        for (int h = 0; h < H; h++)
            *squares += pow((double)x[(n * C + c) * H + h] - *mean, 2);
}

static gan_tensor *batch(uint64_t seed)
{
    gan_tensor *x = normal_tensor(GAN_SHAPE(N, C, H), seed);
    for (int i = 0; i < N * C * H; i++) /* channels of different means and deviations */
        gan_tensor_data(x)[i] = gan_tensor_data(x)[i] * (float)(1 + i / H % C) + (float)(3 * (i / H % C));
    return x;
}

START_TEST(batch_norm_normalises_by_the_batch_in_training)
{
    gan_model *m = model_of(GAN_SHAPE(C, H), gan_layer_batch_norm_with(1e-3f, 0.1f));
    const float weight[C] = {0.5f, 2, -1}, bias[C] = {1, 0, -2};
    fill_parameter(m, 0, weight);
    fill_parameter(m, 1, bias);
    gan_tensor *x = batch(1), *y = forward(m, x, true);
    for (int c = 0; c < C; c++) {
        double mean, squares;
        moments(gan_tensor_data(x), c, &mean, &squares);
        for (int n = 0; n < N; n++)
            for (int h = 0; h < H; h++) {
                int i = (n * C + c) * H + h;
                double wanted = ((double)gan_tensor_data(x)[i] - mean) / sqrt(squares / (N * H) + 1e-3) *
                                    (double)weight[c] +
                                (double)bias[c];
                ck_assert_double_eq_tol((double)gan_tensor_data(y)[i], wanted, 1e-5);
            }
    }
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(running_statistics_follow_their_closed_form)
{
    const double momentum = 0.25;
    gan_model *m = model_of(GAN_SHAPE(C, H), gan_layer_batch_norm_with(1e-5f, (float)momentum));
    ck_assert_int_eq(gan_model_states(m), 2);
    ck_assert_int_eq(gan_model_state_count(m), 2 * C);
    ck_assert_str_eq(gan_model_state_name(m, 0), "0.running_mean");
    ck_assert_str_eq(gan_model_state_name(m, 1), "0.running_var");
    double mean[C] = {0}, variance[C] = {1, 1, 1};
    for (uint64_t step = 0; step < 4; step++) {
        gan_tensor *x = batch(step);
        gan_tensor_unref(forward(m, x, true));
        for (int c = 0; c < C; c++) {
            double of_batch, squares;
            moments(gan_tensor_data(x), c, &of_batch, &squares);
            mean[c] = (1 - momentum) * mean[c] + momentum * of_batch;
            variance[c] = (1 - momentum) * variance[c] + momentum * squares / (N * H - 1);
            ck_assert_double_eq_tol((double)gan_tensor_data(gan_model_state(m, 0))[c], mean[c], 1e-5);
            ck_assert_double_eq_tol((double)gan_tensor_data(gan_model_state(m, 1))[c], variance[c], 1e-4);
        }
        gan_tensor_unref(x);
    }
    /* In inference they are what is used, and stay. */
    gan_tensor *x = batch(9), *y = forward(m, x, false);
    for (int c = 0; c < C; c++) {
        int i = (2 * C + c) * H + 1;
        double wanted = ((double)gan_tensor_data(x)[i] - mean[c]) / sqrt(variance[c] + 1e-5);
        ck_assert_double_eq_tol((double)gan_tensor_data(y)[i], wanted, 1e-4);
        ck_assert_double_eq_tol((double)gan_tensor_data(gan_model_state(m, 0))[c], mean[c], 1e-5);
    }
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(batch_norm_of_vectors_without_bias)
{
    gan_model *m = model_of(GAN_SHAPE(2), gan_layer_without_bias(gan_layer_batch_norm()));
    ck_assert_int_eq(gan_model_parameters(m), 1);
    gan_tensor *x = gan_tensor_from(GAN_SHAPE(2, 2), (float[]){1, 10, 3, 30}), *y = forward(m, x, true);
    for (int i = 0; i < 4; i++)
        ck_assert_float_eq_tol(gan_tensor_data(y)[i], i < 2 ? -1 : 1, 1e-4f);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

/* One tape, two batches, as a discriminator sees real and made ones: state is updated by both in turn. */
START_TEST(two_applications_update_state_twice_and_frozen_ones_never)
{
    gan_model *m = model_of(GAN_SHAPE(1), gan_layer_batch_norm_with(1e-5f, 0.5f));
    gan_tensor *real = gan_tensor_from(GAN_SHAPE(2, 1), (float[]){1, 3});
    gan_tensor *made = gan_tensor_from(GAN_SHAPE(2, 1), (float[]){10, 10});
    for (int frozen = 1; frozen >= 0; frozen--) {
        gan_var *(*apply)(gan_model *, gan_var *) = frozen ? gan_model_apply_frozen : gan_model_apply;
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_tensor(tape, real), *z = gan_tape_tensor(tape, made);
        gan_var *of_real = gan_sum(apply(m, x)), *of_made = gan_sum(apply(m, z)), *y = gan_add(of_real, of_made);
        struct gan_plan_options options = gan_plan_default_options;
        options.assignments = true;
        gan_plan *plan = gan_plan_new_with(&y, 1, &options);
        ck_ok(gan_plan_run(plan));
        float mean = gan_tensor_data(gan_model_state(m, 0))[0];
        ck_assert_float_eq_tol(mean, frozen ? 0.0f : (0.5f * 2 + 10) / 2, 1e-6f);
        gan_plan_unref(plan);
        gan_tape_unref(tape);
    }
    gan_tensor_unref(real);
    gan_tensor_unref(made);
    gan_model_unref(m);
}
END_TEST

START_TEST(one_number_per_channel_is_refused_in_training)
{
    gan_model *m = model_of(GAN_SHAPE(4), gan_layer_batch_norm());
    gan_tape *tape = gan_tape_new();
    ck_null(gan_model_apply(m, gan_tape_input(tape, GAN_SHAPE(1, 4))), "one number per channel has no variance");
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
    gan_tensor *x = normal_tensor(GAN_SHAPE(1, 4), 1), *y = forward(m, x, false);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

START_TEST(layer_norm_normalises_each_example)
{
    enum { SIZE = 3 * 4 };
    gan_model *m = model_of(GAN_SHAPE(3, 4), gan_layer_layer_norm());
    ck_assert_int_eq(gan_model_parameter_count(m), 2 * SIZE);
    ck_assert_int_eq(gan_model_states(m), 0);
    ck_assert(!gan_model_mixes_examples(m));
    ck_shape(gan_tensor_shape(gan_model_parameter(m, 0)), GAN_SHAPE(3, 4));
    ck_ok(gan_tensor_fill_normal(gan_model_parameter(m, 0), 1, 1, 5));
    ck_ok(gan_tensor_fill_normal(gan_model_parameter(m, 1), 1, 1, 6));
    const float *weight = gan_tensor_data(gan_model_parameter(m, 0));
    const float *bias = gan_tensor_data(gan_model_parameter(m, 1));
    gan_tensor *x = normal_tensor(GAN_SHAPE(5, 3, 4), 7), *y = forward(m, x, true);
    for (int n = 0; n < 5; n++) {
        const float *row = gan_tensor_data(x) + n * SIZE;
        double mean = 0, variance = 0;
        for (int i = 0; i < SIZE; i++)
            mean += (double)row[i] / SIZE;
        for (int i = 0; i < SIZE; i++)
            variance += pow((double)row[i] - mean, 2) / SIZE;
        for (int i = 0; i < SIZE; i++)
            ck_assert_double_eq_tol(
                (double)gan_tensor_data(y)[n * SIZE + i],
                ((double)row[i] - mean) / sqrt(variance + 1e-5) * (double)weight[i] + (double)bias[i], 1e-5);
    }
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

/* The layer writes batch norm out by itself: its derivatives are those of the op's formula. */
START_TEST(batch_norm_has_the_derivatives_of_normalize)
{
    gan_model *m = model_of(GAN_SHAPE(C, H), gan_layer_batch_norm());
    fill_parameter(m, 0, (float[]){0.5f, 2, -1});
    gan_tensor *numbers = batch(3), *target = normal_tensor(GAN_SHAPE(N, C, H), 4);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(N, C, H)), *t = gan_tape_tensor(tape, target);
    gan_var *weight = gan_tape_tensor(tape, gan_model_parameter(m, 0));
    gan_var *ours = gan_sum(gan_mul(gan_tanh(gan_model_apply(m, x)), t));
    gan_var *bias = gan_tape_tensor(tape, gan_model_parameter(m, 1));
    gan_var *formula = gan_normalize(x, GAN_AXES(0, 2), gan_reshape(weight, GAN_SHAPE(C, 1)),
                                     gan_reshape(bias, GAN_SHAPE(C, 1)), 1e-5f);
    gan_var *theirs = gan_sum(gan_mul(gan_tanh(formula), t));
    gan_var *wanted[] = {gan_grad(ours, x), gan_grad(theirs, x), gan_grad(ours, weight), gan_grad(theirs, weight)};
    gan_plan *plan = gan_plan_new(wanted, 4);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_bind(plan, x, numbers));
    ck_ok(gan_plan_run(plan));
    for (int i = 0; i < 4; i += 2) {
        gan_tensor *a = gan_tensor_new(gan_var_shape(wanted[i])), *b = gan_tensor_new(gan_var_shape(wanted[i]));
        ck_ok(gan_plan_read(plan, wanted[i], a));
        ck_ok(gan_plan_read(plan, wanted[i + 1], b));
        for (int64_t j = 0; j < gan_tensor_size(a); j++)
            ck_assert_float_eq_tol(gan_tensor_data(a)[j], gan_tensor_data(b)[j], 2e-5f);
        gan_tensor_unref(a);
        gan_tensor_unref(b);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
    gan_tensor_unref(target);
    gan_model_unref(m);
}
END_TEST

/* In inference the batch's own statistics are used where the model is told so, and the running ones stay. */
START_TEST(batch_statistics_in_inference)
{
    gan_model *m = model_of(GAN_SHAPE(C, H), gan_layer_batch_norm());
    fill_parameter(m, 0, (float[]){0.5f, 2, -1});
    gan_tensor *x = batch(4), *by_running = forward(m, x, false);
    ck_assert(!gan_model_batch_statistics(m));
    ck_ok(gan_model_set_batch_statistics(m, true));
    gan_model *copy = gan_model_copy(m);
    ck_assert(gan_model_batch_statistics(copy));
    gan_tensor *inferred = forward(copy, x, false);
    for (int c = 0; c < C; c++)
        ck_assert_float_eq(gan_tensor_data(gan_model_state(copy, 0))[c], 0); /* as it began */
    gan_tensor *trained = forward(m, x, true);
    ck_assert_mem_eq(gan_tensor_data(inferred), gan_tensor_data(trained), N * C * H * sizeof(float));
    ck_assert_mem_ne(gan_tensor_data(inferred), gan_tensor_data(by_running), N * C * H * sizeof(float));
    ck_assert(!gan_model_batch_statistics(NULL));
    ck_fails(gan_model_set_batch_statistics(NULL, true), "gan_model_set_batch_statistics: model is NULL");
    gan_tensor_unref(x);
    gan_tensor_unref(by_running);
    gan_tensor_unref(inferred);
    gan_tensor_unref(trained);
    gan_model_unref(copy);
    gan_model_unref(m);
}
END_TEST

/* Sampling and predicting go either way, and change with the choice; files keep it. */
START_TEST(samples_by_batch_statistics)
{
    gan_model *m = model_of(GAN_SHAPE(2), gan_layer_batch_norm());
    gan_tensor *by_running = gan_generator_sample(m, 5, 1), *x = normal_tensor(GAN_SHAPE(64, 2), 3);
    gan_tensor *before = gan_model_predict(m, x);
    ck_ok(gan_model_set_batch_statistics(m, true));
    const char *path = scratch_file("statistics.safetensors");
    ck_ok(gan_model_save(m, path));
    gan_model *again = gan_model_load(path);
    ck_assert_msg(gan_model_batch_statistics(again), "%s", gan_error_message());
    gan_tensor *few = gan_generator_sample(m, 5, 1), *many = gan_generator_sample(again, 16, 1);
    ck_assert_mem_eq(gan_tensor_data(few), gan_tensor_data(many), 10 * sizeof(float));
    ck_assert_mem_ne(gan_tensor_data(few), gan_tensor_data(by_running), 10 * sizeof(float));
    gan_tensor *after = gan_model_predict(m, x);
    gan_tensor *of[2] = {many, after}; /* 16, and 64, that were computed together: mean 0, variance 1 */
    for (int i = 0; i < 2; i++)
        for (int column = 0; column < 2; column++) {
            double mean = 0, square = 0;
            int rows = i == 0 ? 16 : 64;
            for (int row = 0; row < rows; row++) {
                double number = (double)gan_tensor_data(of[i])[2 * row + column];
                mean += number / rows;
                square += number * number / rows;
            }
            ck_assert_double_eq_tol(mean, 0, 1e-5);
            ck_assert_double_eq_tol(square, 1, 1e-3);
        }
    ck_assert_mem_ne(gan_tensor_data(before), gan_tensor_data(after), 128 * sizeof(float));
    ck_ok(gan_model_set_batch_statistics(m, false));
    gan_tensor *back = gan_model_predict(m, x);
    ck_assert_mem_eq(gan_tensor_data(before), gan_tensor_data(back), 128 * sizeof(float));
    UNREF_ALL(by_running, x, before, few, many, after, back);
    gan_model_unref(again);
    gan_model_unref(m);
}
END_TEST

/* The batches 0, 1, 2, one after the other. */
static gan_tensor *three_batches(void)
{
    gan_tensor *all = gan_tensor_new(GAN_SHAPE(3 * N, C, H));
    for (uint64_t i = 0; i < 3; i++) {
        gan_tensor *x = batch(i);
        memcpy(gan_tensor_data(all) + i * N * C * H, gan_tensor_data(x), N * C * H * sizeof(float));
        gan_tensor_unref(x);
    }
    return all;
}

static gan_model *state_and_parameters(uint64_t seed)
{
    gan_model *m = gan_model_new(GAN_SHAPE(C, H));
    gan_model_add(m, gan_layer_batch_norm_with(1e-5f, 0.25f));
    gan_model_add(m, gan_layer_flatten());
    gan_model_add(m, gan_layer_dropout(0.5f));
    gan_model_add(m, gan_layer_with_spectral_norm(gan_layer_dense(4), 1));
    gan_model_add(m, gan_layer_batch_norm());
    ck_ok(gan_model_initialize(m, seed));
    return m;
}

/* Passes in training, of which state alone keeps something. */
START_TEST(state_is_refreshed_batch_by_batch)
{
    gan_model *m = state_and_parameters(3), *same = state_and_parameters(3);
    gan_tensor *all = three_batches(), *x = batch(5), *before = gan_model_predict(m, x);
    ck_ok(gan_model_refresh_state(m, all, NULL, N));
    for (uint64_t i = 0; i < 3; i++) {
        gan_tensor *one = batch(i);
        gan_tensor_unref(forward(same, one, true));
        gan_tensor_unref(one);
    }
    for (int i = 0; i < 2; i++) /* behind the dropout, the tape's numbers are others */
        ck_assert_mem_eq(gan_tensor_data(gan_model_state(m, i)), gan_tensor_data(gan_model_state(same, i)),
                         C * sizeof(float));
    for (int i = 0; i < gan_model_parameters(m); i++)
        ck_assert_mem_eq(gan_tensor_data(gan_model_parameter(m, i)), gan_tensor_data(gan_model_parameter(same, i)),
                         (size_t)gan_tensor_size(gan_model_parameter(m, i)) * sizeof(float));
    gan_tensor *after = gan_model_predict(m, x);
    ck_assert_mem_ne(gan_tensor_data(before), gan_tensor_data(after), N * 4 * sizeof(float));
    UNREF_ALL(all, x, before, after);
    gan_model_unref(m);
    gan_model_unref(same);
}
END_TEST

START_TEST(what_cannot_refresh_is_refused)
{
    gan_model *m = state_and_parameters(3), *first_alone = state_and_parameters(3);
    gan_tensor *all = three_batches(), *first = batch(0), *other = gan_tensor_new(GAN_SHAPE(N, C, H + 1));
    ck_fails(gan_model_refresh_state(NULL, all, NULL, N), "gan_model_refresh_state: model is NULL");
    ck_fails(gan_model_refresh_state(m, NULL, NULL, N), "inputs is NULL");
    ck_fails(gan_model_refresh_state(m, other, NULL, N), "inputs is float32 [6, 3, 6], want float32 [n, 3, 5]");
    ck_fails(gan_model_refresh_state(m, all, NULL, 0), "batch is 0, want 1 or more");
    ck_fails(gan_model_refresh_state(m, all, NULL, N + 1), "the number of inputs, 18, is a multiple");
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(3 * N), GAN_INT32);
    ck_fails(gan_model_refresh_state(m, all, labels, N), "labels");
    /* What is not finite leaves state as the batch before made it. */
    gan_tensor_data(all)[N * C * H + 7] = NAN;
    ck_assert_int_eq(gan_model_refresh_state(m, all, NULL, N), GAN_ERROR_NOT_FINITE);
    ck_message("gan_model_refresh_state: state would not be finite");
    ck_ok(gan_model_refresh_state(first_alone, first, NULL, N));
    for (int i = 0; i < gan_model_states(m); i++)
        ck_assert_mem_eq(gan_tensor_data(gan_model_state(m, i)), gan_tensor_data(gan_model_state(first_alone, i)),
                         (size_t)gan_tensor_size(gan_model_state(m, i)) * sizeof(float));
    UNREF_ALL(all, first, other, labels);
    gan_model_unref(m);
    gan_model_unref(first_alone);
}
END_TEST

static gan_model *of_classes(void)
{
    gan_model *m = gan_model_new(GAN_SHAPE(2));
    gan_labels *labels = gan_labels_classes(3, NULL);
    ck_ok(gan_model_set_labels(m, labels));
    gan_labels_unref(labels);
    gan_model_add(m, gan_layer_concat_label(3));
    gan_model_add(m, gan_layer_batch_norm());
    ck_ok(gan_model_initialize(m, 1));
    return m;
}

/* Each row meets its own label. */
START_TEST(state_is_refreshed_with_labels)
{
    gan_tensor *x = normal_tensor(GAN_SHAPE(8, 2), 1), *half = gan_tensor_new(GAN_SHAPE(4, 2));
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(8), GAN_INT32);
    gan_tensor *of_half = gan_tensor_new_typed(GAN_SHAPE(4), GAN_INT32);
    for (int i = 0; i < 8; i++)
        gan_tensor_int32(labels)[i] = i * i % 3;
    gan_model *m = of_classes(), *in_parts = of_classes();
    ck_fails(gan_model_refresh_state(m, x, NULL, 4), "labels");
    ck_ok(gan_model_refresh_state(m, x, labels, 4));
    for (int part = 0; part < 2; part++) {
        memcpy(gan_tensor_data(half), gan_tensor_data(x) + part * 8, 8 * sizeof(float));
        memcpy(gan_tensor_int32(of_half), gan_tensor_int32(labels) + part * 4, 4 * sizeof(int32_t));
        ck_ok(gan_model_refresh_state(in_parts, half, of_half, 4));
    }
    size_t size = (size_t)gan_tensor_size(gan_model_state(m, 0)) * sizeof(float);
    ck_assert_mem_eq(gan_tensor_data(gan_model_state(m, 0)), gan_tensor_data(gan_model_state(in_parts, 0)), size);
    gan_tensor_int32(labels)[7] = (gan_tensor_int32(labels)[7] + 1) % 3;
    gan_model *otherwise = of_classes();
    ck_ok(gan_model_refresh_state(otherwise, x, labels, 4));
    ck_assert_mem_ne(gan_tensor_data(gan_model_state(m, 0)), gan_tensor_data(gan_model_state(otherwise, 0)), size);
    UNREF_ALL(x, half, labels, of_half);
    gan_model_unref(m);
    gan_model_unref(in_parts);
    gan_model_unref(otherwise);
}
END_TEST

static const struct test_case tests[] = {
    {"batch statistics", batch_statistics_in_inference},
    {"samples by batch statistics", samples_by_batch_statistics},
    {"batch norm in training", batch_norm_normalises_by_the_batch_in_training},
    {"running statistics", running_statistics_follow_their_closed_form},
    {"state is refreshed", state_is_refreshed_batch_by_batch},
    {"what cannot refresh is refused", what_cannot_refresh_is_refused},
    {"state is refreshed with labels", state_is_refreshed_with_labels},
    {"vectors", batch_norm_of_vectors_without_bias},
    {"applied twice", two_applications_update_state_twice_and_frozen_ones_never},
    {"one example", one_number_per_channel_is_refused_in_training},
    {"layer norm", layer_norm_normalises_each_example},
    {"derivatives", batch_norm_has_the_derivatives_of_normalize},
};

int main(void)
{
    return RUN_SUITE("nn: normalization", tests);
}
