/* Models that take labels: applied, predicted with, sampled, built by recipes, saved, and what is refused. */
#include "network.h"

#include "config.h"
#include "memory_check.h"
#include "nn/model.h"

#include <stdio.h>

static const char *const animals[] = {"cat", "dog", "owl"};

/* [4] and one of three classes → [2, 3], with batch norm's statistics trained a little. */
static gan_generator_options small_options(gan_conditioning conditioning)
{
    gan_generator_options o;
    ck_ok(gan_generator_options_init(&o, GAN_RECIPE_MLP));
    o.latent_size = 4;
    o.hidden_count = 2;
    o.hidden[0] = 8;
    o.hidden[1] = 5;
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.activation = GAN_ACTIVATION_LEAKY_RELU; /* no unit is dead for any label */
    o.conditioning = conditioning;
    o.label_size = 3;
    return o;
}

static gan_model *generator_of(gan_conditioning conditioning, gan_labels *labels)
{
    gan_generator_options o = small_options(conditioning);
    o.labels = labels;
    gan_model *model = gan_generator_new(GAN_SHAPE(2, 3), &o);
    ck_assert_msg(model != NULL, "%s", gan_error_message());
    ck_ok(gan_model_initialize(model, 5));
    for (int i = 0; i < gan_model_parameters(model); i++) /* conditional gains begin alike */
        ck_ok(gan_tensor_fill_normal(gan_model_parameter(model, i), 0, .7f, (uint64_t)i));
    return model;
}

static gan_tensor *int32_of(gan_shape shape, const int32_t *values)
{
    return gan_tensor_from_typed(shape, GAN_INT32, values);
}

static bool same_row(const gan_tensor *a, int64_t i, const gan_tensor *b, int64_t j, int64_t size)
{
    return memcmp(gan_tensor_data(a) + i * size, gan_tensor_data(b) + j * size, (size_t)size * sizeof(float)) == 0;
}

/* ---- labels of a model ---- */

START_TEST(labels_are_stated_before_layers)
{
    gan_model *m = gan_model_new(GAN_SHAPE(3));
    gan_labels *three = gan_labels_classes(3, NULL), *named = gan_labels_classes(3, animals);
    gan_labels *two = gan_labels_classes(2, NULL);
    ck_assert_ptr_null(gan_model_labels(m));
    ck_assert(!gan_model_takes_labels(m));
    ck_ok(gan_model_set_labels(m, two));
    ck_ok(gan_model_set_labels(m, three));
    ck_assert(!gan_model_takes_labels(m));
    gan_model_add(m, gan_layer_sequence((gan_layer *[]){gan_layer_relu(), gan_layer_concat_label(2)}, 2));
    ck_assert(gan_model_takes_labels(m));
    ck_fails(gan_model_set_labels(m, two),
             "gan_model_set_labels: labels are 2 classes, but the model was built with 3 classes");
    ck_ok(gan_model_set_labels(m, named));
    ck_assert_ptr_eq(gan_model_labels(m), named);
    gan_model *copy = gan_model_copy(m);
    ck_assert_ptr_eq(gan_model_labels(copy), named);
    ck_fails(gan_model_set_labels(NULL, two), "model is NULL");
    ck_fails(gan_model_set_labels(m, NULL), "gan_model_set_labels: labels is NULL");
    ck_assert_ptr_null(gan_model_labels(NULL));
    gan_model_unref(copy);
    gan_model_unref(m);
    gan_labels_unref(two);
    gan_labels_unref(three);
    gan_labels_unref(named);
}
END_TEST

/* Every error on a tape of its own, since a tape keeps its first. */
static void refused(gan_model *model, gan_shape shape, gan_dtype dtype, bool elsewhere, const char *part)
{
    gan_tape *tape = gan_tape_new(), *other = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(5, 4));
    gan_tape *on = elsewhere ? other : tape;
    gan_var *labels = dtype == GAN_INT32 ? gan_tape_input_int32(on, shape) : gan_tape_input(on, shape);
    ck_null(gan_model_apply_labelled(model, x, labels), part);
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
    gan_tape_unref(other);
}

START_TEST(wrong_labels_on_a_tape_are_refused)
{
    gan_model *m = generator_of(GAN_CONDITIONING_CONCAT, gan_labels_classes(3, animals));
    refused(m, GAN_SHAPE(4), GAN_INT32, false, "labels is int32 [4], want int32 [5] on x's tape");
    refused(m, GAN_SHAPE(5, 1), GAN_INT32, false, "labels is int32 [5, 1], want int32 [5]");
    refused(m, GAN_SHAPE(5), GAN_FLOAT32, false, "labels is float32 [5], want int32 [5]");
    refused(m, GAN_SHAPE(5), GAN_INT32, true, "of another tape");
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(5, 4));
    ck_null(gan_model_apply(m, x), "gan_model_apply: G takes labels (3 classes), and got none");
    gan_tape_unref(tape);
    gan_model *plain = model_of(GAN_SHAPE(4), gan_layer_dense(1));
    refused(plain, GAN_SHAPE(5), GAN_INT32, false, "the model takes no labels; give NULL, or call gan_model_apply");
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(5, 4));
    ck_assert_ptr_nonnull(gan_model_apply_labelled(plain, x, NULL));
    ck_assert_ptr_nonnull(gan_model_apply_labelled_frozen(plain, x, NULL));
    gan_tape_unref(tape);
    gan_model_unref(plain);
    gan_model_unref(m);
}
END_TEST

/* A class that does not exist fails the run; what was assigned before it stays away. */
START_TEST(a_class_out_of_range_fails_the_run)
{
    gan_model *m = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_classes(3, NULL));
    gan_tape *tape = gan_tape_new();
    gan_tensor *z = normal_tensor(GAN_SHAPE(2, 4), 1), *labels = int32_of(GAN_SHAPE(2), (const int32_t[]){1, 3});
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(2, 4));
    gan_var *y = gan_model_apply_labelled(m, x, gan_tape_tensor(tape, labels));
    gan_plan *plan = gan_plan_new(&y, 1);
    ck_ok(gan_plan_bind(plan, x, z));
    ck_fails(gan_plan_run(plan), "an index is out of range: 3");
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(z);
    gan_tensor_unref(labels);
    gan_model_unref(m);
}
END_TEST

/* ---- prediction ---- */

START_TEST(predictions_do_not_depend_on_how_many)
{
    enum { N = 131 };
    gan_model *m = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_several(2, (const int[]){3, 2}, NULL));
    gan_tensor *z = normal_tensor(GAN_SHAPE(N, 4), 1), *labels = gan_tensor_new_typed(GAN_SHAPE(N, 2), GAN_INT32);
    for (int i = 0; i < N; i++) {
        gan_tensor_int32(labels)[2 * i] = i % 3;
        gan_tensor_int32(labels)[2 * i + 1] = i % 2;
    }
    gan_tensor *all = gan_model_predict_labelled(m, z, labels);
    ck_assert_msg(all != NULL, "%s", gan_error_message());
    for (int i = 0; i < N; i += 13) {
        gan_tensor *row = gan_tensor_from(GAN_SHAPE(1, 4), gan_tensor_data(z) + 4 * i);
        gan_tensor *label = int32_of(GAN_SHAPE(1, 2), gan_tensor_int32(labels) + 2 * i);
        gan_tensor *one = gan_model_predict_labelled(m, row, label);
        ck_assert(same_row(one, 0, all, i, 6));
        gan_tensor_int32(label)[1] = 1 - i % 2; /* and they do depend on the label */
        gan_tensor *other = gan_model_predict_labelled(m, row, label);
        ck_assert(!same_row(other, 0, all, i, 6));
        gan_tensor *const made[] = {row, label, one, other};
        for (int j = 0; j < 4; j++)
            gan_tensor_unref(made[j]);
    }
    ck_null(gan_model_predict(m, z), "gan_model_predict: labels is NULL, but G takes 2 labels of 3 and 2 classes");
    gan_tensor_int32(labels)[5] = 2;
    ck_null(gan_model_predict_labelled(m, z, labels), "label 1 of example 2 is 2, want 0 to 1");
    gan_model *plain = model_of(GAN_SHAPE(4), gan_layer_dense(1));
    ck_null(gan_model_predict_labelled(plain, z, labels), "labels are given, but the model takes none");
    gan_model_unref(plain);
    gan_tensor_unref(all);
    gan_tensor_unref(z);
    gan_tensor_unref(labels);
    gan_model_unref(m);
}
END_TEST

/* ---- samplers ---- */

/* What the sampler makes of (seed, first …) in one batch; labels may be NULL. */
static gan_tensor *sampled(gan_model *m, int64_t batch, uint64_t first, const gan_tensor *labels)
{
    gan_sampler *s = gan_sampler_new(m, batch);
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(batch, 2, 3));
    ck_ok(gan_sampler_seed(s, 9, first));
    ck_assert_msg(gan_sampler_run(s, NULL, labels, out) == GAN_OK, "%s", gan_error_message());
    gan_sampler_unref(s);
    return out;
}

START_TEST(samples_do_not_depend_on_the_batch)
{
    enum { N = 41 };
    for (int kind = 0; kind < 3; kind++) {
        gan_labels *about = kind == 0   ? gan_labels_classes(3, NULL)
                            : kind == 1 ? gan_labels_several(2, (const int[]){3, 4}, NULL)
                                        : gan_labels_numbers(2, NULL, NULL);
        gan_model *m = generator_of(GAN_CONDITIONING_CONCAT, about);
        gan_tensor *drawn = gan_generator_drawn_labels(m, N, 9);
        gan_tensor *all = sampled(m, N, 0, NULL), *given = gan_generator_sample_labelled(m, N, 9, drawn);
        gan_tensor *plain = gan_generator_sample(m, N, 9);
        size_t row = (size_t)(gan_tensor_size(drawn) / N) * 4;
        for (int i = 0; i < N; i++) {
            ck_assert(same_row(all, i, given, i, 6)); /* drawn, or given as drawn: the same */
            ck_assert(same_row(all, i, plain, i, 6));
            gan_tensor *one = sampled(m, 1, (uint64_t)i, NULL);
            ck_assert(same_row(all, i, one, 0, 6));
            gan_tensor_unref(one);
            gan_shape shape = gan_tensor_shape(drawn);
            shape.dims[0] = 1;
            gan_tensor *label = gan_tensor_from_typed(shape, gan_tensor_dtype(drawn),
                                                      (char *)gan_tensor_bytes(drawn) + (size_t)i * row);
            one = sampled(m, 1, (uint64_t)i, label);
            ck_assert(same_row(all, i, one, 0, 6));
            gan_tensor_unref(one);
            gan_tensor_unref(label);
        }
        gan_tensor *const tensors[] = {drawn, all, given, plain};
        for (int i = 0; i < 4; i++)
            gan_tensor_unref(tensors[i]);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(the_class_asked_for_is_used)
{
    gan_model *m = generator_of(GAN_CONDITIONING_CONCAT, gan_labels_classes(3, animals));
    gan_tensor *owls = gan_generator_sample_class(m, 20, 9, 2), *cats = gan_generator_sample_class(m, 20, 9, 0);
    gan_tensor *drawn = gan_generator_drawn_labels(m, 20, 9), *any = gan_generator_sample(m, 20, 9);
    int seen[3] = {0};
    for (int i = 0; i < 20; i++) {
        int32_t label = gan_tensor_int32(drawn)[i];
        seen[label]++;
        ck_assert(!same_row(owls, i, cats, i, 6));
        ck_assert_int_eq(same_row(any, i, owls, i, 6), label == 2); /* the noise is the same */
        ck_assert_int_eq(same_row(any, i, cats, i, 6), label == 0);
    }
    ck_assert(seen[0] > 0 && seen[1] > 0 && seen[2] > 0);
    ck_null(gan_generator_sample_class(m, 3, 9, 3), "gan_sampler_run: labels: label of example 0 is 3");
    ck_null(gan_generator_sample_class(m, 0, 9, 1), "gan_generator_sample_class: the number of examples is 0");
    gan_tensor *const tensors[] = {owls, cats, drawn, any};
    for (int i = 0; i < 4; i++)
        gan_tensor_unref(tensors[i]);
    gan_model_unref(m);
}
END_TEST

/* z of one's own, with labels given or drawn; these are then those of the sampler's next examples. */
START_TEST(given_noise_takes_given_or_drawn_labels)
{
    enum { N = 19 };
    gan_model *m = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_classes(3, NULL));
    gan_tensor *z = normal_tensor(GAN_SHAPE(N, 4), 3), *labels = gan_generator_drawn_labels(m, N, 9);
    gan_tensor *a = gan_tensor_new(GAN_SHAPE(N, 2, 3)), *b = gan_tensor_new(GAN_SHAPE(N, 2, 3));
    gan_tensor *predicted = gan_model_predict_labelled(m, z, labels);
    gan_sampler *s = gan_sampler_new(m, N);
    ck_ok(gan_sampler_seed(s, 9, 0));
    ck_ok(gan_sampler_run(s, z, NULL, a));
    ck_ok(gan_sampler_run(s, z, labels, b)); /* the first did not count as drawn */
    for (int i = 0; i < N; i++)
        ck_assert(same_row(a, i, b, i, 6));
    for (int i = 0; i < N * 6; i++)
        ck_assert_float_eq_tol(gan_tensor_data(a)[i], gan_tensor_data(predicted)[i], 1e-6f);
    ck_fails(gan_sampler_run(s, z, z, a), "gan_sampler_run: labels is float32 [19, 4], want int32 [19]");
    gan_tensor_int32(labels)[18] = -1;
    ck_fails(gan_sampler_run(s, NULL, labels, a), "label of example 18 is -1");
    memory_check_begin(0);
    long before = memory_check.allocations;
    ck_ok(gan_sampler_run(s, NULL, NULL, a)); /* nothing is allocated */
    ck_assert_int_eq(memory_check.allocations, before);
    gan_set_allocator(NULL);
    gan_sampler_unref(s);
    gan_tensor *const tensors[] = {z, labels, a, b, predicted};
    for (int i = 0; i < 5; i++)
        gan_tensor_unref(tensors[i]);
    gan_model_unref(m);
}
END_TEST

START_TEST(what_takes_no_labels_draws_none)
{
    gan_model *plain = model_of(GAN_SHAPE(4), gan_layer_dense(1));
    ck_null(gan_generator_drawn_labels(plain, 3, 1), "gan_generator_drawn_labels: the generator takes no labels");
    ck_null(gan_generator_drawn_labels(NULL, 3, 1), "the generator is NULL");
    ck_null(gan_generator_sample_class(plain, 3, 1, 0), "gan_generator_sample_class: the generator takes no labels");
    gan_model *two = generator_of(GAN_CONDITIONING_CONCAT, gan_labels_several(2, (const int[]){3, 2}, NULL));
    ck_null(gan_generator_sample_class(two, 3, 1, 0),
            "G takes 2 labels of 3 and 2 classes, not one class; call gan_generator_sample_labelled");
    gan_model_unref(two);
    gan_model_unref(plain);
}
END_TEST

/* ---- builders ---- */

static void ck_layers(gan_model *model, const char *const *kinds)
{
    char *text = gan_model_summary(model), *at = text;
    for (; *kinds != NULL; kinds++) {
        char *found = strstr(at, *kinds);
        ck_assert_msg(found != NULL, "no %s in the rest of\n%s", *kinds, text);
        at = found + strlen(*kinds);
    }
    gan_text_free(text);
}

START_TEST(builders_put_labels_where_they_are_asked_to)
{
    gan_model *g = generator_of(GAN_CONDITIONING_CONCAT, gan_labels_classes(3, animals));
    ck_layers(g, (const char *const[]){"[4] -> [2, 3]", "labels: 3 classes (cat, dog, owl)", "concat_label(3)", "[7]",
                                       "dense(8)", "batch_norm", "dense(6)", NULL});
    gan_model_unref(g);
    g = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_classes(3, NULL));
    ck_layers(g, (const char *const[]){"dense(8), no bias", "conditional_batch_norm", "conditional_batch_norm", NULL});
    gan_model_unref(g);
    static const char *const wanted[][6] = {
        [GAN_CONDITIONING_CONCAT] = {"flatten", "scale_shift", "concat_label(50)", "[56]", "dense(1)", NULL},
        [GAN_CONDITIONING_PROJECTION] = {"flatten", "dense(512)", "dense(256)", "projection", "[1]", NULL},
        [GAN_CONDITIONING_AUXILIARY] = {"dense(256)", "auxiliary_head", "[4]", NULL}};
    static const gan_conditioning ways[] = {GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_PROJECTION,
                                            GAN_CONDITIONING_AUXILIARY};
    for (int i = 0; i < 3; i++) {
        gan_discriminator_options o;
        ck_ok(gan_discriminator_options_init(&o, GAN_RECIPE_MLP));
        o.center_input = true;
        o.conditioning = ways[i];
        o.labels = gan_labels_classes(3, NULL);
        gan_model *d = gan_discriminator_new(GAN_SHAPE(2, 3), &o);
        ck_assert_msg(d != NULL, "%s", gan_error_message());
        ck_layers(d, wanted[ways[i]]);
        ck_assert_int_eq(gan_model_takes_labels(d), ways[i] != GAN_CONDITIONING_AUXILIARY);
        gan_model_unref(d);
    }
}
END_TEST

static void refuse_generator(gan_conditioning way, gan_labels *labels, int64_t size, bool batch, const char *part)
{
    gan_generator_options o = small_options(way);
    o.labels = labels;
    o.label_size = size;
    o.normalization = batch ? GAN_NORMALIZATION_BATCH : GAN_NORMALIZATION_NONE;
    ck_null(gan_generator_new(GAN_SHAPE(2, 3), &o), part);
}

START_TEST(conditioning_that_cannot_be_is_refused)
{
    refuse_generator(
        GAN_CONDITIONING_PROJECTION, gan_labels_classes(3, NULL), 3, true,
        "gan_generator_new: conditioning is GAN_CONDITIONING_PROJECTION, want none, _CONCAT or _BATCH_NORM");
    refuse_generator((gan_conditioning)77, NULL, 3, true, "conditioning is 77, want a gan_conditioning");
    refuse_generator(GAN_CONDITIONING_CONCAT, NULL, 3, true, "which wants labels");
    refuse_generator(GAN_CONDITIONING_CONCAT, gan_labels_classes(3, NULL), 0, true, "label_size is 0, want 1");
    refuse_generator(GAN_CONDITIONING_BATCH_NORM, gan_labels_classes(3, NULL), 3, false,
                     "but normalization is 0; want GAN_NORMALIZATION_BATCH");
    gan_discriminator_options o;
    ck_ok(gan_discriminator_options_init(&o, GAN_RECIPE_MLP));
    o.conditioning = GAN_CONDITIONING_BATCH_NORM;
    ck_null(gan_discriminator_new(GAN_SHAPE(6), &o), "want none, _CONCAT, _PROJECTION or _AUXILIARY");
    o.conditioning = GAN_CONDITIONING_AUXILIARY;
    o.sigmoid_output = true;
    o.labels = gan_labels_classes(3, NULL);
    ck_null(gan_discriminator_new(GAN_SHAPE(6), &o), "sigmoid_output is set with GAN_CONDITIONING_AUXILIARY");
    gan_generator_options plain = small_options(GAN_CONDITIONING_NONE); /* labels are given away, used or not */
    plain.labels = gan_labels_classes(3, NULL);
    gan_model *g = gan_generator_new(GAN_SHAPE(6), &plain);
    ck_assert_ptr_nonnull(g);
    ck_assert_ptr_null(gan_model_labels(g));
    gan_model_unref(g);
}
END_TEST

/* A program that was built before there were labels has shorter options. */
START_TEST(shorter_options_build_what_they_did)
{
    gan_generator_options o = small_options(GAN_CONDITIONING_CONCAT);
    o.struct_size = offsetof(gan_generator_options, conditioning);
    o.labels = NULL;
    gan_model *g = gan_generator_new(GAN_SHAPE(2, 3), &o);
    ck_assert_msg(g != NULL, "%s", gan_error_message());
    ck_assert(!gan_model_takes_labels(g));
    ck_ok(gan_generator_options_preset(&o, GAN_PRESET_STABLE));
    ck_assert_uint_eq(o.struct_size, offsetof(gan_generator_options, conditioning));
    ck_assert_int_eq(o.conditioning, GAN_CONDITIONING_CONCAT); /* beyond its end: as it was */
    gan_model_unref(g);
}
END_TEST

/* ---- files ---- */

#ifdef HAVE_JANSSON

static void ck_same_labels(const gan_labels *a, const gan_labels *b)
{
    ck_assert(gan_labels_alike(a, b));
    for (int i = 0; i < gan_labels_count(a); i++) {
        for (int c = 0; c < gan_labels_class_count(a, i); c++) {
            const char *x = gan_labels_class_name(a, i, c), *y = gan_labels_class_name(b, i, c);
            ck_assert((x == NULL) == (y == NULL) && (x == NULL || strcmp(x, y) == 0));
        }
        float mean[2] = {0}, deviation[2] = {0};
        gan_labels_number(a, i, &mean[0], &deviation[0]);
        gan_labels_number(b, i, &mean[1], &deviation[1]);
        ck_assert(mean[0] == mean[1] && deviation[0] == deviation[1]);
    }
}

START_TEST(files_keep_labels_and_their_layers)
{
    static const char *const holes[] = {"one", NULL, "three \"and\" \xC3\xA9"};
    const char *const *const names[] = {NULL, holes};
    gan_labels *const labels[] = {gan_labels_classes(3, animals), gan_labels_classes(2, NULL),
                                  gan_labels_several(2, (const int[]){2, 3}, names),
                                  gan_labels_numbers(2, (const float[]){.1f, -2}, (const float[]){3, 0})};
    const char *path = scratch_file("labelled.safetensors");
    for (int i = 0; i < 4; i++) {
        gan_model *m = gan_model_new(GAN_SHAPE(5));
        ck_ok(gan_model_set_labels(m, labels[i]));
        gan_layer *inside[] = {gan_layer_conditional_batch_norm_with(.125f, .5f), gan_layer_relu()};
        gan_model_add(m, gan_layer_named(gan_layer_concat_label(4), "label"));
        gan_model_add(m, gan_layer_with_initializer(gan_layer_dense(6), gan_initializer_normal(0, .5f)));
        gan_model_add(m, gan_layer_sequence(inside, 2));
        gan_model_add(m, i % 2 == 0 ? gan_layer_projection() : gan_layer_without_bias(gan_layer_auxiliary_head()));
        ck_assert_msg(gan_model_status(m) == GAN_OK, "%s", gan_model_message(m));
        ck_ok(gan_model_initialize(m, 3));
        ck_ok(gan_model_save(m, path));
        gan_model *again = gan_model_load(path);
        ck_assert_msg(again != NULL, "%s", gan_error_message());
        ck_same_labels(gan_model_labels(again), labels[i]);
        char *a = gan_model_summary(m), *b = gan_model_summary(again);
        ck_assert_str_eq(a, b);
        gan_tensor *x = normal_tensor(GAN_SHAPE(3, 5), 1), *given = gan_generator_drawn_labels(m, 3, 1);
        gan_tensor *y = gan_model_predict_labelled(m, x, given), *z = gan_model_predict_labelled(again, x, given);
        ck_assert_mem_eq(gan_tensor_data(y), gan_tensor_data(z), (size_t)gan_tensor_size(y) * sizeof(float));
        gan_tensor *const tensors[] = {x, given, y, z};
        for (int j = 0; j < 4; j++)
            gan_tensor_unref(tensors[j]);
        gan_text_free(a);
        gan_text_free(b);
        char *about = gan_file_summary(path);
        ck_assert(i != 0 || strstr(about, "[[\"cat\",\"dog\",\"owl\"]]") != NULL);
        gan_text_free(about);
        gan_model_unref(m);
        gan_model_unref(again);
        gan_labels_unref(labels[i]);
    }
}
END_TEST

/* The parameters stand in the order of their names, in which a file has them. */
START_TEST(files_are_read_by_order_too)
{
    gan_model *from = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_several(2, (const int[]){3, 2}, NULL));
    gan_model *to = generator_of(GAN_CONDITIONING_BATCH_NORM, gan_labels_several(2, (const int[]){3, 2}, NULL));
    ck_ok(gan_model_initialize(to, 8));
    const char *path = scratch_file("ordered.safetensors");
    ck_ok(gan_model_save(from, path));
    gan_load_options options;
    ck_ok(gan_load_options_init(&options));
    options.match = GAN_MATCH_ORDER;
    ck_ok(gan_model_load_parameters(to, path, &options));
    for (int i = 0; i < gan_model_parameters(from); i++) {
        gan_tensor *a = gan_model_parameter(from, i), *b = gan_model_parameter(to, i);
        ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * sizeof(float));
    }
    gan_model_unref(from);
    gan_model_unref(to);
}
END_TEST

static bool save_and_load(void *context)
{
    const char *path = context;
    gan_labels *named = gan_labels_classes(3, animals);
    gan_generator_options o;
    gan_generator_options_init(&o, GAN_RECIPE_MLP);
    o.hidden_count = 1;
    o.hidden[0] = 2;
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.conditioning = GAN_CONDITIONING_BATCH_NORM;
    o.labels = gan_labels_ref(named);
    gan_model *g = named != NULL ? gan_generator_new(GAN_SHAPE(2), &o) : NULL;
    bool fine = g != NULL && gan_model_initialize(g, 1) == GAN_OK && gan_model_save(g, path) == GAN_OK;
    gan_model *again = fine ? gan_model_load(path) : NULL;
    gan_tensor *made = again != NULL ? gan_generator_sample_class(again, 3, 1, 2) : NULL;
    gan_tensor *z = made != NULL ? gan_tensor_new(GAN_SHAPE(3, 100)) : NULL;
    gan_tensor *labels = z != NULL ? gan_generator_drawn_labels(again, 3, 1) : NULL;
    gan_tensor *predicted = labels != NULL ? gan_model_predict_labelled(again, z, labels) : NULL;
    fine = predicted != NULL;
    gan_tensor *const tensors[] = {made, z, labels, predicted};
    for (int i = 0; i < 4; i++)
        gan_tensor_unref(tensors[i]);
    gan_model_unref(g);
    gan_model_unref(again);
    gan_labels_unref(named);
    return fine;
}

START_TEST(each_allocation_that_fails_is_a_clean_error)
{
    char path[512];
    snprintf(path, sizeof path, "%s", scratch_file("failing.safetensors"));
    ck_assert(save_and_load(path)); /* what stays (threads) is started */
    CHECK_EACH_ALLOCATION(save_and_load, path);
}
END_TEST

#endif

/* By the batch's own statistics what fills the computed rows counts: it repeats examples, their labels included. */
START_TEST(rows_that_fill_up_have_the_labels_of_those_that_they_repeat)
{
    static const int32_t of_five[5] = {2, 0, 1, 1, 2};
    gan_model *g = generator_of(GAN_CONDITIONING_CONCAT, gan_labels_classes(3, animals));
    ck_ok(gan_model_set_batch_statistics(g, true));
    gan_tensor *z = gan_tensor_new(GAN_SHAPE(64, 4)), *few = gan_tensor_new(GAN_SHAPE(5, 4));
    gan_tensor *all_labels = gan_tensor_new_typed(GAN_SHAPE(64), GAN_INT32), *labels = int32_of(GAN_SHAPE(5), of_five);
    ck_ok(gan_tensor_fill_normal(few, 0, 1, 3));
    for (int64_t i = 0; i < 64; i++) {
        memcpy(gan_tensor_data(z) + 4 * i, gan_tensor_data(few) + 4 * (i % 5), 4 * sizeof(float));
        gan_tensor_int32(all_labels)[i] = of_five[i % 5];
    }
    gan_tensor *some = gan_model_predict_labelled(g, few, labels), *all = gan_model_predict_labelled(g, z, all_labels);
    ck_assert_msg(some != NULL && all != NULL, "%s", gan_error_message());
    gan_tensor *first = gan_tensor_new(GAN_SHAPE(5, 2, 3)), *again = gan_tensor_new(GAN_SHAPE(5, 2, 3));
    gan_sampler *sampler = gan_sampler_new(g, 5);
    ck_ok(gan_sampler_run(sampler, few, labels, first));
    ck_ok(gan_sampler_run(sampler, NULL, NULL, again)); /* moves what is drawn */
    ck_ok(gan_sampler_run(sampler, few, labels, again));
    gan_tensor *three = gan_generator_sample_class(g, 3, 9, 1), *sixteen = gan_generator_sample_class(g, 16, 9, 1);
    ck_assert_msg(three != NULL && sixteen != NULL, "%s", gan_error_message());
    for (int64_t i = 0; i < 5; i++) {
        ck_assert(same_row(some, i, all, i, 6));
        ck_assert(same_row(first, i, again, i, 6));
        ck_assert(i >= 3 || same_row(three, i, sixteen, i, 6));
    }
    gan_tensor *const tensors[] = {z, few, all_labels, labels, some, all, first, again, three, sixteen};
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++)
        gan_tensor_unref(tensors[i]);
    gan_sampler_unref(sampler);
    gan_model_unref(g);
}
END_TEST

static const struct test_case tests[] = {
    {"rows that fill up have the labels of those that they repeat",
     rows_that_fill_up_have_the_labels_of_those_that_they_repeat},
    {"labels are stated before layers", labels_are_stated_before_layers},
    {"wrong labels on a tape are refused", wrong_labels_on_a_tape_are_refused},
    {"a class out of range fails the run", a_class_out_of_range_fails_the_run},
    {"predictions do not depend on how many", predictions_do_not_depend_on_how_many},
    {"samples do not depend on the batch", samples_do_not_depend_on_the_batch},
    {"the class asked for is used", the_class_asked_for_is_used},
    {"given noise takes given or drawn labels", given_noise_takes_given_or_drawn_labels},
    {"what takes no labels draws none", what_takes_no_labels_draws_none},
    {"builders put labels where they are asked to", builders_put_labels_where_they_are_asked_to},
    {"conditioning that cannot be is refused", conditioning_that_cannot_be_is_refused},
    {"shorter options build what they did", shorter_options_build_what_they_did},
#ifdef HAVE_JANSSON
    {"files keep labels and their layers", files_keep_labels_and_their_layers},
    {"files are read by order too", files_are_read_by_order_too},
    {"each allocation that fails is a clean error", each_allocation_that_fails_is_a_clean_error},
#endif
};

int main(void)
{
    return RUN_SUITE("nn: labelled models", tests);
}
