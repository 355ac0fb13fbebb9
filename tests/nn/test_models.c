#include "network.h"

#include "base/status.h"
#include "nn/layer.h"
#include "nn/model.h"
#include "utf8.h"

/* 6 → dense 5 "hidden" → tanh → dense 3. */
static gan_model *small(void)
{
    gan_model *m = gan_model_new(GAN_SHAPE(6));
    gan_model_add(m, gan_layer_named(gan_layer_dense(5), "hidden"));
    gan_model_add(m, gan_layer_tanh());
    gan_model_add(m, gan_layer_dense(3));
    ck_ok(gan_model_status(m));
    return m;
}

START_TEST(shapes_names_and_counts)
{
    gan_model *m = small();
    ck_shape(gan_model_input_shape(m), GAN_SHAPE(6));
    ck_shape(gan_model_output_shape(m), GAN_SHAPE(3));
    ck_assert_int_eq(gan_model_parameter_count(m), 5 * 6 + 5 + 3 * 5 + 3);
    ck_assert_int_eq(gan_model_parameters(m), 4);
    static const char *const names[] = {"hidden.weight", "hidden.bias", "2.weight", "2.bias"};
    for (int i = 0; i < 4; i++)
        ck_assert_str_eq(gan_model_parameter_name(m, i), names[i]);
    ck_assert_int_eq(gan_model_states(m), 0);
    ck_assert_int_eq(gan_model_state_count(m), 0);
    ck_null(gan_model_parameter(m, 4), "gan_model_parameter: index is 4, but there are 4");
    ck_null(gan_model_parameter(m, -1), "index is -1");
    ck_null(gan_model_parameter_name(m, 4), "gan_model_parameter_name: index is 4");
    ck_null(gan_model_state(m, 0), "gan_model_state: index is 0, but there are 0");
    ck_null(gan_model_state_name(m, 0), "gan_model_state_name");
    ck_assert_str_eq(gan_model_name(m), "");
    ck_ok(gan_model_set_name(m, "mine"));
    ck_assert_str_eq(gan_model_name(m), "mine");
    gan_model_unref(m);
}
END_TEST

START_TEST(parameters_lie_in_one_aligned_block)
{
    gan_model *m = small();
    gan_tensor *block = gan_model_block(m);
    ck_assert_int_eq(gan_tensor_size(block), 32 + 16 + 16 + 16);
    const int64_t offsets[] = {0, 32, 48, 64};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(gan_model_offset(m, i), offsets[i]);
        ck_assert_ptr_eq(gan_tensor_data(gan_model_parameter(m, i)), gan_tensor_data(block) + gan_model_offset(m, i));
    }
    ck_ok(gan_model_initialize(m, 3));
    for (int i = 30; i < 32; i++)
        ck_assert_float_eq(gan_tensor_data(block)[i], 0);
    ck_assert_ptr_null(gan_model_state_block(m));
    gan_model_unref(m);
    m = model_of(GAN_SHAPE(3), gan_layer_relu());
    ck_null(gan_model_block(m), "the model has no parameters to train");
    ck_assert(gan_model_initialized(m));
    gan_model_unref(m);
}
END_TEST

START_TEST(errors_stick)
{
    gan_model *m = gan_model_new(GAN_SHAPE(1, 28, 28));
    ck_fails(gan_model_add(m, gan_layer_dense(3)),
             "gan_model_add: layer 0 (dense): its input is [1, 28, 28], want one axis; add gan_layer_flatten()");
    ck_fails(gan_model_add(m, gan_layer_flatten()), "gan_layer_flatten()");
    ck_assert_int_eq(gan_model_status(m), GAN_ERROR_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(gan_model_message(m), "layer 0 (dense)"));
    ck_fails(gan_model_seal(m), "gan_model_seal: building the model failed: gan_model_add: layer 0");
    ck_fails(gan_model_initialize(m, 1), "building the model failed");
    ck_null(gan_model_summary(m), "building the model failed");
    ck_null(gan_model_copy(m), "building the model failed");
    gan_tape *tape = gan_tape_new();
    ck_null(gan_model_apply(m, gan_tape_input(tape, GAN_SHAPE(2, 1, 28, 28))), "building the model failed");
    ck_assert_ptr_nonnull(strstr(gan_tape_message(tape), "building the model failed"));
    gan_tape_unref(tape);
    gan_model_unref(m);

    m = gan_model_new(GAN_SHAPE(4));
    gan_model_add(m, gan_layer_relu());
    ck_fails(gan_model_add(m, gan_layer_named(gan_layer_dense(-1), "x")),
             "gan_model_add: layer 1 is NULL; before it: gan_layer_dense: units is -1");
    gan_model_unref(m);
}
END_TEST

START_TEST(building_refuses_what_cannot_be)
{
    ck_null(gan_model_new(GAN_SCALAR), "gan_model_new: input has 0 axes");
    ck_fails(gan_model_add(NULL, gan_layer_relu()), "gan_model_add: model is NULL; before it: ");
    ck_null(gan_model_new(GAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1)), "gan_model_new: input has 8 axes, want 1 to 7");
    ck_null(gan_model_new(GAN_SHAPE(3, 0)), "gan_model_new");

    gan_model *m = gan_model_new(GAN_SHAPE(4));
    gan_model_add(m, gan_layer_named(gan_layer_dense(4), "one"));
    ck_fails(gan_model_add(m, gan_layer_named(gan_layer_relu(), "one")), "a layer named \"one\" is already there");
    gan_model_unref(m);

    m = gan_model_new(GAN_SHAPE(4));
    gan_layer *layer = gan_layer_relu();
    ck_ok(gan_model_add(m, layer));
    ck_null(gan_layer_named(layer, "late"), "gan_layer_named: the layer already belongs to a model");
    gan_model *other = gan_model_new(GAN_SHAPE(4));
    ck_fails(gan_model_add(other, layer), "the layer already belongs to a model");
    ck_assert_int_ne(gan_model_status(other), GAN_OK);
    gan_model_unref(other);
    ck_ok(gan_model_seal(m));
    ck_ok(gan_model_seal(m));
    ck_fails(gan_model_add(m, gan_layer_relu()), "gan_model_add: the model is sealed");
    ck_ok(gan_model_status(m)); /* it is as good as before */
    gan_model_unref(m);

    m = gan_model_new(GAN_SHAPE(6));
    ck_fails(gan_model_add(m, gan_layer_reshape(GAN_SHAPE(4, -1))),
             "its input [6] has 6 numbers, which do not fill [4, -1]");
    gan_model_unref(m);
    m = gan_model_new(GAN_SHAPE(6));
    ck_fails(gan_model_add(m, gan_layer_reshape(GAN_SHAPE(INT64_MAX, INT64_MAX))), "do not fill");
    gan_model_unref(m);
    const gan_shape wrapping[] = {GAN_SHAPE(4, INT64_C(1) << 62, -1), GAN_SHAPE(4, (INT64_C(1) << 62) + 25)};
    for (int i = 0; i < 2; i++) { /* of 64 bits the products' lowest are 0, and 100 */
        m = gan_model_new(GAN_SHAPE(100));
        ck_fails(gan_model_add(m, gan_layer_reshape(wrapping[i])), "100 numbers, which do not fill");
        gan_model_unref(m);
    }
    m = gan_model_new(GAN_SHAPE(1, 1 << 20, 1 << 20));
    gan_layer *const inner[] = {gan_layer_conv_transpose2d(INT32_MAX, 1, INT16_MAX, 0), gan_layer_flatten()};
    ck_fails(gan_model_add(m, gan_layer_sequence(inner, 2)),
             "gan_model_add: layer 0.0 (conv_transpose2d): shape [2147483647, 34358657026, 34358657026] has too many "
             "elements");
    gan_model_unref(m);
    m = gan_model_new(GAN_SHAPE(2, 3));
    ck_fails(gan_model_add(m, gan_layer_concat_noise(4)), "layer 0 (concat_noise): its input is [2, 3]");
    gan_model_unref(m);
    m = gan_model_new(GAN_SHAPE(INT64_C(1) << 30));
    ck_fails(gan_model_add(m, gan_layer_dense(INT32_MAX)), "0.weight");
    gan_model_unref(m);
}
END_TEST

START_TEST(null_is_an_error_and_no_crash)
{
    ck_fails(gan_model_add(NULL, gan_layer_relu()), "gan_model_add: model is NULL");
    ck_fails(gan_model_status(NULL), "model is NULL");
    ck_assert_str_eq(gan_model_message(NULL), "model is NULL");
    ck_fails(gan_model_seal(NULL), "gan_model_seal: model is NULL");
    ck_fails(gan_model_initialize(NULL, 1), "gan_model_initialize: model is NULL");
    ck_fails(gan_model_set_name(NULL, "x"), "gan_model_set_name: model is NULL");
    ck_fails(gan_model_set_range(NULL, 0, 1), "gan_model_set_range: model is NULL");
    ck_fails(gan_model_clear_range(NULL), "gan_model_clear_range: model is NULL");
    ck_fails(gan_model_set_standard(NULL, NULL, NULL), "gan_model_set_standard: model is NULL");
    ck_fails(gan_model_copy_parameters(NULL, NULL), "`from` is NULL");
    ck_null(gan_model_parameter(NULL, 0), "gan_model_parameter: model is NULL");
    ck_null(gan_model_parameter_name(NULL, 0), "model is NULL");
    ck_null(gan_model_state(NULL, 0), "gan_model_state: model is NULL");
    ck_null(gan_model_copy(NULL), "gan_model_copy: model is NULL");
    ck_null(gan_model_summary(NULL), "gan_model_summary: model is NULL");
    ck_null(gan_model_apply(NULL, NULL), "gan_model_apply: model is NULL");
    ck_null(gan_model_apply_frozen(NULL, NULL), "gan_model_apply_frozen: model is NULL");
    ck_null(gan_model_apply_with(NULL, NULL, NULL, 0), "gan_model_apply_with: model is NULL");
    ck_null(gan_model_feature(NULL, "x"), "gan_model_feature: model is NULL");
    ck_null(gan_model_predict(NULL, NULL), "gan_model_predict: model is NULL");
    ck_assert(!gan_model_initialized(NULL) && !gan_model_mixes_examples(NULL) && !gan_model_range(NULL, NULL, NULL));
    ck_assert(!gan_model_data_range(NULL, NULL, NULL) && !gan_model_standard(NULL, NULL, NULL));
    ck_assert_int_eq(gan_model_parameters(NULL) + gan_model_states(NULL), 0);
    ck_assert_int_eq(gan_model_parameter_count(NULL) + gan_model_state_count(NULL), 0);
    ck_assert_int_eq(gan_model_input_shape(NULL).rank + gan_model_output_shape(NULL).rank, 0);
    ck_assert_str_eq(gan_model_name(NULL), "");
    ck_assert_ptr_null(gan_model_ref(NULL));
    gan_model_unref(NULL);
}
END_TEST

/* What failed before has nothing to do with a NULL that came from elsewhere: it stands behind, not in place of it. */
START_TEST(null_does_not_pass_an_earlier_error_on)
{
#define BEFORE "; before it: gan_tensor_new: "
    gan_model *m = small();
    ck_null(gan_tensor_new(GAN_SHAPE(0)), "gan_tensor_new: ");
    ck_fails(gan_model_add(NULL, gan_layer_relu()), "gan_model_add: model is NULL" BEFORE);
    ck_null(gan_model_apply(m, NULL), "gan_model_apply: x is NULL" BEFORE);
    ck_null(gan_model_apply_with(m, NULL, NULL, 0), "gan_model_apply_with: x is NULL" BEFORE);
    ck_null(gan_model_gradient(m, NULL), "gan_model_gradient: loss is NULL" BEFORE);
    ck_null(gan_layer_residual(NULL), "gan_layer_residual: branch is NULL" BEFORE);
    ck_null(gan_layer_residual_with(gan_layer_relu(), NULL), "gan_layer_residual: shortcut is NULL" BEFORE);
    ck_null(gan_layer_sequence((gan_layer *[]){NULL}, 1), "gan_layer_sequence: layer 0 is NULL" BEFORE);
    ck_null(gan_layer_reconstruction(NULL, 1), "gan_layer_reconstruction: autoencoder is NULL" BEFORE);
#undef BEFORE
    gan_model_unref(m);
}
END_TEST

START_TEST(apply_checks_its_input)
{
    gan_model *m = small();
    gan_model_set_name(m, "D");
    gan_tape *tape = gan_tape_new();
    ck_null(gan_model_apply(m, gan_tape_input(tape, GAN_SHAPE(4, 7))),
            "gan_model_apply: x is [4, 7], want [N, 6] for D");
    ck_assert_int_ne(gan_tape_status(tape), GAN_OK);
    gan_tape_unref(tape);
    tape = gan_tape_new();
    ck_null(gan_model_apply_frozen(m, gan_tape_input(tape, GAN_SHAPE(6))), "gan_model_apply_frozen: x is [6]");
    gan_tape_unref(tape);
    gan_model_unref(m);
}
END_TEST

START_TEST(parameters_are_one_named_var_on_a_tape)
{
    gan_model *m = small();
    gan_model_set_name(m, "D");
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2, 6));
    ck_assert_ptr_nonnull(gan_model_apply(m, x));
    gan_var *weight = gan_tape_tensor(tape, gan_model_parameter(m, 0));
    ck_assert_str_eq(gan_var_name(weight), "D.hidden.weight");
    ck_assert_ptr_nonnull(gan_model_apply(m, x));
    ck_assert_ptr_eq(gan_tape_tensor(tape, gan_model_parameter(m, 0)), weight);
    gan_tape_unref(tape);
    gan_model_unref(m);
}
END_TEST

static float *numbers_of(gan_plan *plan, gan_var *var, float *out)
{
    gan_tensor *tensor = gan_tensor_new(gan_var_shape(var));
    ck_ok(gan_plan_read(plan, var, tensor));
    memcpy(out, gan_tensor_data(tensor), (size_t)gan_tensor_size(tensor) * sizeof(float));
    gan_tensor_unref(tensor);
    return out;
}

START_TEST(features_are_what_came_out_of_a_layer)
{
    gan_model *m = small();
    ck_null(gan_model_feature(m, "hidden"), "the model was not applied yet");
    gan_model_initialize(m, 1);
    gan_tensor *numbers = normal_tensor(GAN_SHAPE(3, 6), 1);
    gan_tape *tape = gan_tape_new();
    gan_var *y = gan_model_apply(m, gan_tape_tensor(tape, numbers));
    ck_assert_ptr_eq(gan_model_feature(m, "2"), y);
    ck_assert_ptr_eq(gan_model_feature(m, "hidden"), gan_model_feature(m, "0"));
    ck_null(gan_model_feature(m, "3"), "layer is \"3\", which the model does not have");
    ck_null(gan_model_feature(m, NULL), "layer is NULL");
    gan_var *wanted[] = {gan_model_feature(m, "hidden"), gan_model_feature(m, "1")};
    gan_plan *plan = gan_plan_new(wanted, 2);
    ck_ok(gan_plan_run(plan));
    float before[15], after[15];
    numbers_of(plan, wanted[0], before);
    numbers_of(plan, wanted[1], after);
    for (int i = 0; i < 15; i++)
        ck_assert_float_eq_tol(after[i], tanhf(before[i]), 1e-6f);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
    gan_model_unref(m);
}
END_TEST

/* One gradient step written on the tape, and what the model makes with the parameters after it. */
START_TEST(apply_with_looks_through_other_parameters)
{
    gan_model *m = small(), *stepped;
    gan_model_initialize(m, 1);
    gan_tensor *numbers = normal_tensor(GAN_SHAPE(3, 6), 1);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_tensor(tape, numbers), *parameters[4], *gradients[4], *after[4];
    gan_var *loss = gan_mean(gan_square(gan_model_apply(m, x)));
    for (int i = 0; i < 4; i++)
        parameters[i] = gan_tape_tensor(tape, gan_model_parameter(m, i));
    ck_ok(gan_grads(loss, parameters, 4, gradients));
    for (int i = 0; i < 4; i++)
        after[i] = gan_sub(parameters[i], gan_scale(gradients[i], 0.5f));
    gan_var *y = gan_model_apply_with(m, x, after, 4), *flat = gan_model_gradient(m, loss);
    gan_plan *plan = gan_plan_new((gan_var *[]){y, flat}, 2);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_run(plan));
    float looked[9], gradient[80];
    numbers_of(plan, y, looked);
    numbers_of(plan, flat, gradient);

    stepped = gan_model_copy(m);
    for (int i = 0; i < 80; i++)
        gan_tensor_data(gan_model_block(stepped))[i] -= 0.5f * gradient[i];
    gan_tensor *wanted = forward(stepped, numbers, true), *unchanged = forward(m, numbers, true);
    for (int i = 0; i < 9; i++)
        ck_assert_float_eq_tol(looked[i], gan_tensor_data(wanted)[i], 1e-5f);
    ck_assert_float_ne(gan_tensor_data(unchanged)[0], gan_tensor_data(wanted)[0]);

    gan_tensor_unref(wanted);
    gan_tensor_unref(unchanged);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
    gan_model_unref(stepped);
    gan_model_unref(m);
}
END_TEST

START_TEST(apply_with_checks_the_parameters)
{
    gan_model *m = small();
    for (int i = 0; i < 4; i++) {
        gan_tape *tape = gan_tape_new(), *other = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(1, 6)), *parameters[4];
        for (int j = 0; j < 4; j++)
            parameters[j] = gan_tape_tensor(tape, gan_model_parameter(m, j));
        if (i == 1)
            parameters[1] = NULL;
        else if (i == 2)
            parameters[2] = x;
        else if (i == 3)
            parameters[0] = gan_tape_tensor(other, gan_model_parameter(m, 0));
        static const char *const messages[] = {"gan_model_apply_with: count is 3, want 4 parameters",
                                               "parameter 1 (\"hidden.bias\") is NULL",
                                               "parameter 2 (\"2.weight\") is [1, 6], want [3, 5]",
                                               "parameter 0 (\"hidden.weight\") is [5, 6], want [5, 6] on x's tape"};
        ck_null(gan_model_apply_with(m, x, parameters, i == 0 ? 3 : 4), messages[i]);
        ck_assert_int_ne(gan_tape_status(tape), GAN_OK);
        gan_tape_unref(tape);
        gan_tape_unref(other);
    }
    gan_model_unref(m);
}
END_TEST

START_TEST(the_gradient_is_one_vector_in_the_blocks_order)
{
    gan_model *m = small();
    gan_model_initialize(m, 1);
    gan_tensor *numbers = normal_tensor(GAN_SHAPE(4, 6), 1);
    gan_tape *tape = gan_tape_new();
    gan_var *y = gan_model_apply(m, gan_tape_tensor(tape, numbers)), *loss = gan_sum(y);
    gan_var *flat = gan_model_gradient(m, loss);
    ck_shape(gan_var_shape(flat), GAN_SHAPE(80));
    gan_plan *plan = gan_plan_new(&flat, 1);
    ck_assert_msg(plan != NULL, "%s", gan_error_message());
    ck_ok(gan_plan_run(plan));
    float gradient[80];
    numbers_of(plan, flat, gradient);
    for (int i = 64; i < 80; i++) /* the last bias: each of 4 examples counts once; then what fills the block up */
        ck_assert_float_eq_tol(gradient[i], i < 67 ? 4.0f : 0.0f, 1e-6f);
    ck_assert_float_ne(gradient[0], 0);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(numbers);
    gan_model_unref(m);
}
END_TEST

START_TEST(a_copy_is_equal_and_independent)
{
    gan_model *m = gan_model_new(GAN_SHAPE(4));
    gan_model_add(m, gan_layer_named(gan_layer_dense(3), "first"));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_set_name(m, "G");
    gan_model_set_range(m, -1, 1);
    gan_model_set_data_range(m, 0, 255);
    gan_tensor *mean = normal_tensor(GAN_SHAPE(3), 1), *deviation = normal_tensor(GAN_SHAPE(3), 2);
    ck_ok(gan_model_set_standard(m, mean, deviation));
    gan_model *early = gan_model_copy(m); /* not yet sealed: goes its own way */
    ck_ok(gan_model_add(early, gan_layer_relu()));
    ck_assert(!gan_model_initialized(early));
    gan_model_initialize(m, 5);
    gan_tensor_fill(gan_model_state(m, 0), 0.5f);
    gan_model *copy = gan_model_copy(m);
    ck_assert(gan_model_initialized(copy));
    ck_assert_str_eq(gan_model_name(copy), "G");
    ck_assert_str_eq(gan_model_parameter_name(copy, 0), "first.weight");
    float low, high;
    ck_assert(gan_model_range(copy, &low, &high) && low == -1 && high == 1);
    ck_assert(gan_model_data_range(copy, &low, &high) && low == 0 && high == 255);
    const gan_tensor *own_mean, *own_deviation;
    ck_assert(gan_model_standard(copy, &own_mean, &own_deviation));
    ck_assert_mem_eq(gan_tensor_data(own_mean), gan_tensor_data(mean), 3 * sizeof(float));
    ck_assert_mem_eq(gan_tensor_data(own_deviation), gan_tensor_data(deviation), 3 * sizeof(float));

    gan_tensor *x = normal_tensor(GAN_SHAPE(5, 4), 3), *a = forward(m, x, false), *b = forward(copy, x, false);
    ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), 15 * sizeof(float));
    gan_tensor_fill(gan_model_parameter(copy, 0), 1);
    gan_tensor *c = forward(m, x, false);
    ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(c), 15 * sizeof(float));
    gan_model_unref(m);
    gan_tensor *d = forward(copy, x, false);
    ck_assert_float_ne(gan_tensor_data(a)[0], gan_tensor_data(d)[0]);
    gan_tensor_unref(mean);
    gan_tensor_unref(deviation);
    gan_tensor_unref(x);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    gan_tensor_unref(c);
    gan_tensor_unref(d);
    gan_model_unref(copy);
    gan_model_unref(early);
}
END_TEST

START_TEST(copying_parameters_needs_the_same_ones)
{
    gan_model *m = small(), *to = small();
    ck_fails(gan_model_copy_parameters(to, m), "gan_model_copy_parameters: the model's parameters have no numbers yet");
    gan_model_initialize(m, 1);
    ck_ok(gan_model_copy_parameters(to, m));
    ck_assert(gan_model_initialized(to));
    ck_assert_mem_eq(gan_tensor_data(gan_model_block(to)), gan_tensor_data(gan_model_block(m)), 80 * sizeof(float));
    gan_model *other = model_of(GAN_SHAPE(6), gan_layer_dense(5));
    ck_fails(gan_model_copy_parameters(other, m), "`from` has 4 parameters and `to` 2");
    gan_model_unref(other);
    other = model_of(GAN_SHAPE(5), gan_layer_dense(6));
    gan_model *third = model_of(GAN_SHAPE(6), gan_layer_dense(5));
    ck_fails(gan_model_copy_parameters(other, third),
             "\"0.weight\" is [5, 6] in `from`, but \"0.weight\" is [6, 5] in `to`");
    gan_model_unref(other);
    gan_model_unref(third);
    gan_model_unref(m);
    gan_model_unref(to);
}
END_TEST

START_TEST(ranges_and_standards_are_checked)
{
    gan_model *m = small();
    ck_assert(!gan_model_range(m, NULL, NULL) && !gan_model_data_range(m, NULL, NULL));
    ck_fails(gan_model_set_range(m, 1, 1), "gan_model_set_range: low is 1 and high 1");
    ck_fails(gan_model_set_data_range(m, 0, INFINITY), "gan_model_set_data_range: low is 0 and high inf");
    ck_ok(gan_model_set_range(m, -1, 1));
    ck_assert(gan_model_range(m, NULL, NULL));
    ck_ok(gan_model_clear_range(m));
    ck_assert(!gan_model_range(m, NULL, NULL));
    ck_assert(!gan_model_standard(m, NULL, NULL));
    gan_tensor *three = normal_tensor(GAN_SHAPE(3), 1), *four = normal_tensor(GAN_SHAPE(4), 1);
    ck_fails(gan_model_set_standard(m, three, NULL), "gan_model_set_standard: deviation is NULL, want both or neither");
    ck_fails(gan_model_set_standard(m, three, four), "deviation has 4 numbers of type float32, want 3");
    ck_ok(gan_model_set_standard(m, three, three));
    ck_assert(gan_model_standard(m, NULL, NULL));
    gan_tensor_data(three)[1] = NAN;
    ck_fails(gan_model_set_standard(m, three, three), "mean has");
    ck_ok(gan_model_set_standard(m, NULL, NULL));
    ck_assert(!gan_model_standard(m, NULL, NULL));
    gan_tensor_unref(three);
    gan_tensor_unref(four);
    gan_model_unref(m);
}
END_TEST

START_TEST(predictions_do_not_depend_on_how_many_are_asked_for)
{
    gan_model *m = small();
    gan_tensor *x = normal_tensor(GAN_SHAPE(150, 6), 1);
    ck_null(gan_model_predict(m, x), "gan_model_predict: the model's parameters have no numbers yet");
    gan_model_initialize(m, 1);
    gan_tensor *all = gan_model_predict(m, x), *by_tape = forward(m, x, false);
    ck_assert_msg(all != NULL, "%s", gan_error_message());
    ck_shape(gan_tensor_shape(all), GAN_SHAPE(150, 3));
    for (int i = 0; i < 450; i++)
        ck_assert_float_eq_tol(gan_tensor_data(all)[i], gan_tensor_data(by_tape)[i], 1e-5f);
    gan_tensor *few = gan_tensor_from(GAN_SHAPE(7, 6), gan_tensor_data(x)), *of_few = gan_model_predict(m, few);
    ck_assert_mem_eq(gan_tensor_data(of_few), gan_tensor_data(all), 21 * sizeof(float));
    ck_null(gan_model_predict(m, NULL), "gan_model_predict: inputs is NULL");
    ck_null(gan_model_predict(m, all), "gan_model_predict: inputs is float32 [150, 3], want float32 [n, 6]");
    gan_tensor_unref(x);
    gan_tensor_unref(all);
    gan_tensor_unref(by_tape);
    gan_tensor_unref(few);
    gan_tensor_unref(of_few);
    gan_model_unref(m);
}
END_TEST

START_TEST(the_summary_is_a_table)
{
    gan_model *m = gan_model_new(GAN_SHAPE(100));
    gan_model_add(m, gan_layer_without_bias(gan_layer_dense(256)));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_leaky_relu(0.2f));
    gan_model_add(m, gan_layer_named(gan_layer_dense(784), "last"));
    gan_model_add(m, gan_layer_reshape(GAN_SHAPE(1, 28, 28)));
    gan_model_set_name(m, "G");
    char *text = gan_model_summary(m);
    ck_assert_str_eq(text, "G: [100] -> [1, 28, 28]\n"
                           "name         layer                        output                 parameters\n"
                           "0            dense(256), no bias          [256]                      25,600\n"
                           "1            batch_norm                   [256]                         512\n"
                           "2            leaky_relu(0.2)              [256]                           -\n"
                           "last         dense(784)                   [784]                     201,488\n"
                           "4            reshape[1, 28, 28]           [1, 28, 28]                     -\n"
                           "parameters: 227,600 (0.87 MiB); state: 512\n");
    gan_text_free(text);
    gan_model_unref(m);
}
END_TEST

/* Names are cut where there is no room for them, between characters. */
START_TEST(names_in_summaries_and_messages_are_utf8)
{
    char name[600];
    for (int shifted = 0; shifted < 2; shifted++) {
        accents(name, sizeof name, shifted != 0);
        const char *const classes[] = {name, "b"};
        gan_labels *labels = gan_labels_classes(2, classes);
        gan_model *m = gan_model_new(GAN_SHAPE(4));
        ck_ok(gan_model_set_labels(m, labels));
        gan_labels_unref(labels);
        ck_ok(gan_model_set_name(m, name));
        ck_ok(gan_model_add(m, gan_layer_dense(2)));
        char *text = gan_model_summary(m);
        ck_assert_msg(is_utf8(text), "%s", text);
        ck_assert_ptr_nonnull(strstr(text, "é…: [4] -> [2]\n"));
        ck_assert_ptr_nonnull(strstr(text, "é…, b)\n"));
        gan_text_free(text);
        ck_assert_ptr_null(gan_model_feature(m, name));
        ck_assert_msg(is_utf8(gan_error_message()) && strchr(gan_error_message(), '?') == NULL, "%s",
                      gan_error_message());
        ck_message("é…\", which ");
        ck_assert_ptr_null(gan_layer_named(gan_layer_dense(2), name));
        ck_message("é…\", want at most 64 letters");
        ck_ok(gan_model_set_name(m, "red\x1B[31m"));
        text = gan_model_summary(m);
        ck_assert_ptr_nonnull(strstr(text, "red?[31m: "));
        gan_text_free(text);
        gan_model_unref(m);
    }
}
END_TEST

/* A message goes through shorter texts on its way: the model's, the layer's. */
START_TEST(a_model_s_message_is_utf8)
{
    char text[900];
    struct gan_layer_build build = {.path = "0", .layer = gan_layer_relu()};
    for (int shifted = 0; shifted < 2; shifted++) {
        accents(text, sizeof text, shifted != 0);
        gan_layer_refuse("relu", "%s", text);
        ck_assert(is_utf8(gan_error_message()) && strchr(gan_error_message(), '?') == NULL);
        gan_layer_reject(&build, "%s", text);
        ck_assert(is_utf8(gan_error_message()) && strchr(gan_error_message(), '?') == NULL);
        gan_model *m = gan_model_new(GAN_SHAPE(2));
        gan_fail(GAN_ERROR_IO, "%s", text);
        ck_fails(gan_model_add(m, NULL), "gan_model_add: layer 0 is NULL");
        ck_assert(is_utf8(gan_model_message(m)) && strchr(gan_model_message(m), '?') == NULL);
        gan_model_unref(m);
    }
    gan_layer_unref((gan_layer *)(uintptr_t)build.layer);
}
END_TEST

static const struct test_case tests[] = {
    {"NULL and earlier errors", null_does_not_pass_an_earlier_error_on},
    {"names are UTF-8", names_in_summaries_and_messages_are_utf8},
    {"messages are UTF-8", a_model_s_message_is_utf8},
    {"shapes, names, counts", shapes_names_and_counts},
    {"block", parameters_lie_in_one_aligned_block},
    {"sticky errors", errors_stick},
    {"building's errors", building_refuses_what_cannot_be},
    {"NULL", null_is_an_error_and_no_crash},
    {"apply's errors", apply_checks_its_input},
    {"parameters' vars", parameters_are_one_named_var_on_a_tape},
    {"features", features_are_what_came_out_of_a_layer},
    {"apply_with", apply_with_looks_through_other_parameters},
    {"apply_with's errors", apply_with_checks_the_parameters},
    {"gradient", the_gradient_is_one_vector_in_the_blocks_order},
    {"copy", a_copy_is_equal_and_independent},
    {"copy_parameters", copying_parameters_needs_the_same_ones},
    {"ranges", ranges_and_standards_are_checked},
    {"predict", predictions_do_not_depend_on_how_many_are_asked_for},
    {"summary", the_summary_is_a_table},
};

int main(void)
{
    return RUN_SUITE("nn: models", tests);
}
