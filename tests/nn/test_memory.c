#include "counting.h"
#include "network.h"

#include "nn/model.h"

static gan_var *double_it(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(x, 2.0f);
}

/* A network with each kind of layer, built, copied, recorded with its gradient, summed up. False if anything failed. */
static bool build_and_record(void)
{
    gan_model *m = gan_model_new(GAN_SHAPE(2, 3)), *copy = NULL;
    gan_model_add(m, gan_layer_flatten());
    gan_model_add(m, gan_layer_named(gan_layer_dense(4), "first"));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_sequence((gan_layer *[]){gan_layer_maxout(3, 2), gan_layer_layer_norm()}, 2));
    gan_model_add(m, gan_layer_function(double_it, NULL, NULL));
    gan_model_add(m, gan_layer_leaky_relu(0.2f));
    gan_model_add(m, gan_layer_reshape(GAN_SHAPE(3, 1)));
    bool good = m != NULL && gan_model_status(m) == GAN_OK && gan_model_set_name(m, "M") == GAN_OK &&
                gan_model_initialize(m, 1) == GAN_OK;
    gan_tensor *mean = gan_tensor_new(GAN_SHAPE(3));
    good = good && mean != NULL && gan_model_set_standard(m, mean, mean) == GAN_OK;
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(4, 2, 3));
    good = good && x != NULL && gan_model_refresh_state(m, x, NULL, 2) == GAN_OK;
    gan_tensor_unref(x);
    copy = good ? gan_model_copy(m) : NULL;
    gan_tape *tape = gan_tape_new();
    if (copy != NULL && tape != NULL) {
        gan_var *loss = gan_sum(gan_model_apply(copy, gan_tape_input(tape, GAN_SHAPE(5, 2, 3))));
        good = gan_model_gradient(copy, loss) != NULL && gan_tape_status(tape) == GAN_OK;
    } else {
        good = false;
    }
    char *text = good ? gan_model_summary(copy) : NULL;
    good = good && text != NULL;
    gan_text_free(text);
    gan_tape_unref(tape);
    gan_tensor_unref(mean);
    gan_model_unref(copy);
    gan_model_unref(m);
    return good;
}

/* The same of images: convolutions, pooling, resizing, attention, blocks. */
static bool build_and_record_images(void)
{
    gan_model *m = gan_model_new(GAN_SHAPE(5));
    gan_model_add(m, gan_layer_basis(8, 4, 2));
    gan_model_add(m, gan_layer_with_spectral_norm(gan_layer_self_attention(), 1));
    gan_model_add(m, gan_layer_upsample(2, GAN_RESIZE_BILINEAR));
    gan_model_add(m, gan_layer_blur(3, 1, 1));
    gan_layer *branch[] = {gan_layer_group_norm(2), gan_layer_with_weight_norm(gan_layer_conv2d(4, 3, 1, 1)),
                           gan_layer_average_pool2d(2, 2, 0)};
    gan_model_add(m, gan_layer_residual_with(gan_layer_sequence(branch, 3), gan_layer_conv2d(4, 2, 2, 0)));
    gan_model_add(m, gan_layer_pad2d(1, 1, 1, 1, GAN_PAD_REFLECT));
    gan_model_add(m, gan_layer_max_pool2d(2, 2, 0));
    gan_model_add(m, gan_layer_pixel_shuffle(2));
    gan_model_add(m, gan_layer_minibatch_deviation(3));
    gan_model_add(m, gan_layer_bias());
    gan_tape *tape = gan_tape_new();
    bool good = m != NULL && tape != NULL && gan_model_status(m) == GAN_OK && gan_model_initialize(m, 1) == GAN_OK;
    gan_var *x = good ? gan_tape_input(tape, GAN_SHAPE(3, 5)) : NULL;
    gan_var *loss = good ? gan_sum(gan_model_apply(m, x)) : NULL;
    gan_var *gradient = good ? gan_model_gradient(m, loss) : NULL;
    gan_plan *plan = gradient != NULL ? gan_plan_new(&gradient, 1) : NULL;
    good = plan != NULL;
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_model_unref(m);
    return good;
}

/* Each recipe's players, with labels. */
static bool build_recipes(void)
{
    bool good = true;
    for (gan_recipe recipe = GAN_RECIPE_MLP; recipe <= GAN_RECIPE_R3GAN && good; recipe++) {
        gan_generator_options g;
        gan_discriminator_options d;
        gan_generator_options_init(&g, recipe);
        gan_discriminator_options_init(&d, recipe);
        g.width = d.width = 2;
        g.most_width = d.most_width = 3;
        gan_labels *labels = gan_labels_classes(2, NULL);
        if (labels == NULL)
            return false;
        g.labels = gan_labels_ref(labels);
        d.labels = labels;
        g.conditioning = g.normalization == GAN_NORMALIZATION_BATCH ? GAN_CONDITIONING_BATCH_NORM
                                                                    : GAN_CONDITIONING_CONCAT;
        d.conditioning = GAN_CONDITIONING_PROJECTION;
        gan_model *made = gan_generator_new(GAN_SHAPE(1, 8, 8), &g);
        if (made == NULL) {
            gan_labels_unref(labels); /* which no one took */
            return false;
        }
        gan_model *judge = gan_discriminator_new(GAN_SHAPE(1, 8, 8), &d);
        good = judge != NULL && gan_model_initialize(made, 1) == GAN_OK && gan_model_initialize(judge, 2) == GAN_OK;
        gan_model_unref(made);
        gan_model_unref(judge);
    }
    return good;
}

static bool build_and_sample(void)
{
    gan_generator_options o;
    gan_generator_options_init(&o, GAN_RECIPE_MLP);
    o.latent_size = 3;
    o.hidden_count = 1;
    o.hidden[0] = 4;
    o.normalization = GAN_NORMALIZATION_BATCH;
    gan_model *g = gan_generator_new(GAN_SHAPE(1, 2, 2), &o), *d = gan_discriminator_new(GAN_SHAPE(1, 2, 2), NULL);
    bool good = g != NULL && d != NULL && gan_model_initialize(g, 1) == GAN_OK && gan_model_initialize(d, 2) == GAN_OK;
    gan_tensor *images = good ? gan_generator_sample(g, 3, 1) : NULL;
    gan_tensor *judged = images != NULL ? gan_model_predict(d, images) : NULL;
    good = judged != NULL;
    gan_tensor_unref(images);
    gan_tensor_unref(judged);
    gan_model_unref(g);
    gan_model_unref(d);
    return good;
}

/* Fails each allocation in turn: the program must say so, and leave nothing behind. */
static void fail_each_in_turn(bool (*program)(void))
{
    ck_assert(program()); /* what is started once and stays (threads) is started */
    struct counting counting = {0};
    counting_begin(&counting);
    ck_assert(program());
    ck_assert_int_eq(atomic_load(&counting.held), 0);
    long total = atomic_load(&counting.calls);
    ck_assert_int_gt(total, 20);
    for (long n = 1; n <= total; n++) {
        atomic_store(&counting.calls, 0);
        counting.fail_at = n;
        ck_assert_msg(!program(), "allocation %ld of %ld failed, and no one noticed", n, total);
        ck_assert_msg(gan_error_status() == GAN_ERROR_OUT_OF_MEMORY, "allocation %ld of %ld failed: \"%s\"", n, total,
                      gan_error_message());
        ck_assert_msg(atomic_load(&counting.held) == 0, "allocation %ld of %ld failed: %ld leaked", n, total,
                      atomic_load(&counting.held));
    }
    counting_end();
}

START_TEST(building_and_recording_survive_want_of_memory)
{
    fail_each_in_turn(build_and_record);
}
END_TEST

START_TEST(building_and_recording_images_survive_want_of_memory)
{
    fail_each_in_turn(build_and_record_images);
}
END_TEST

START_TEST(recipes_survive_want_of_memory)
{
    fail_each_in_turn(build_recipes);
}
END_TEST

START_TEST(sampling_survives_want_of_memory)
{
    fail_each_in_turn(build_and_sample);
}
END_TEST

static const struct test_case tests[] = {
    {"building and recording", building_and_recording_survive_want_of_memory},
    {"images", building_and_recording_images_survive_want_of_memory},
    {"recipes", recipes_survive_want_of_memory},
    {"sampling", sampling_survives_want_of_memory},
};

int main(void)
{
    return RUN_SUITE("nn: memory", tests);
}
