/*
 * Whole conditional runs: the same bits at any number of threads and after a stop, names of classes that come with the
 * data, samples of the classes asked for, and digits that are what they were asked to be.
 */
#include "players.h"

#include "config.h"
#include "memory_check.h"
#include "nn/model.h"

static const char *const tones[] = {"dark", "middle", "light"};

/* 60 examples [2, 3], of three classes by their brightness. */
static gan_dataset *tones_of(const char *const *names)
{
    enum { COUNT = 60 };
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(COUNT, 2, 3)), *y = gan_tensor_new_typed(GAN_SHAPE(COUNT), GAN_INT32);
    ck_ok(gan_tensor_fill_uniform(x, 0, 1.f / 3, 1));
    for (int i = 0; i < COUNT; i++) {
        gan_tensor_int32(y)[i] = i % 3;
        for (int k = 0; k < 6; k++)
            gan_tensor_data(x)[6 * i + k] += (float)(i % 3) / 3;
    }
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 1);
    ck_made(dataset);
    ck_ok(gan_dataset_set_classes(dataset, 3, names));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    return dataset;
}

/* How the players are conditioned. */
struct ways {
    gan_conditioning g, d;
    gan_made_labels made;
    gan_update_order update;
};

static const struct ways all_ways[] = {
    {GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_CONCAT, GAN_MADE_LABELS_REAL, GAN_UPDATE_D_FIRST},
    {GAN_CONDITIONING_BATCH_NORM, GAN_CONDITIONING_PROJECTION, GAN_MADE_LABELS_SHUFFLED, GAN_UPDATE_SIMULTANEOUS},
    {GAN_CONDITIONING_CONCAT, GAN_CONDITIONING_AUXILIARY, GAN_MADE_LABELS_UNIFORM, GAN_UPDATE_G_FIRST}};
enum { WAYS = sizeof all_ways / sizeof all_ways[0] };

static gan_trainer *trainer_for(gan_shape example, gan_labels *labels, const struct ways *ways, int64_t width)
{
    gan_generator_options go;
    gan_discriminator_options dopt;
    gan_trainer_options to;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
    ck_ok(gan_generator_options_preset(&go, GAN_PRESET_STABLE));
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_preset(&dopt, GAN_PRESET_STABLE));
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    go.latent_size = 16;
    go.hidden_count = 2;
    go.hidden[0] = width / 2;
    go.hidden[1] = width;
    go.conditioning = ways->g;
    go.labels = gan_labels_ref(labels);
    dopt.hidden_count = 2;
    dopt.hidden[0] = width;
    dopt.hidden[1] = width / 2;
    dopt.conditioning = ways->d;
    dopt.labels = gan_labels_ref(labels);
    gan_model *g = gan_generator_new(example, &go), *d = gan_discriminator_new(example, &dopt);
    to.seed = 3;
    to.made_labels = ways->made;
    to.update = ways->update;
    gan_trainer *trainer = gan_trainer_new(g, d, &to);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static gan_trainer *small(const struct ways *ways)
{
    gan_labels *labels = gan_labels_classes(3, NULL);
    gan_trainer *trainer = trainer_for(GAN_SHAPE(2, 3), labels, ways, 24);
    gan_labels_unref(labels);
    ck_made(trainer);
    return trainer;
}

static gan_run_options for_steps(int64_t steps)
{
    gan_run_options run;
    ck_ok(gan_run_options_init(&run));
    run.steps = steps;
    return run;
}

/* ---- the same bits ---- */

START_TEST(bits_do_not_depend_on_threads)
{
    gan_dataset *digits = gan_dataset_digits(300, 1);
    gan_labels *labels = gan_dataset_labels(digits);
    for (int w = 0; w < WAYS; w++) {
        static const int threads[] = {1, 2, 3, 7};
        gan_tensor *first[2] = {NULL, NULL};
        for (int t = 0; t < 4; t++) {
            ck_ok(gan_set_threads(threads[t]));
            gan_loader *loader = gan_loader_new(digits, 50, 1, NULL);
            gan_trainer *trainer = trainer_for(gan_dataset_shape(digits), labels, &all_ways[w], 128);
            gan_run_options run = for_steps(3);
            ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
            gan_tensor *g = numbers_of(gan_trainer_averaged_generator(trainer));
            gan_tensor *d = numbers_of(gan_trainer_discriminator(trainer));
            if (t == 0) {
                first[0] = gan_tensor_ref(g);
                first[1] = gan_tensor_ref(d);
            }
            ck_assert_msg(same_numbers(first[0], g) && same_numbers(first[1], d), "way %d, %d threads", w, threads[t]);
            gan_tensor_unref(g);
            gan_tensor_unref(d);
            gan_trainer_unref(trainer);
            gan_loader_unref(loader);
        }
        gan_tensor_unref(first[0]);
        gan_tensor_unref(first[1]);
    }
    ck_ok(gan_set_threads(0));
    gan_labels_unref(labels);
    gan_dataset_unref(digits);
}
END_TEST

/* Labels between convolutions: conditional batch norm in G, planes of embeddings and a projection in D. */
static gan_trainer *convolutional(gan_labels *labels)
{
    gan_model *g = gan_model_new(GAN_SHAPE(8)), *d = gan_model_new(GAN_SHAPE(1, 28, 28));
    ck_ok(gan_model_set_labels(g, labels));
    ck_ok(gan_model_set_labels(d, labels));
    gan_model_add(g, gan_layer_without_bias(gan_layer_dense(6 * 7 * 7)));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(6, 7, 7)));
    gan_model_add(g, gan_layer_conditional_batch_norm());
    gan_model_add(g, gan_layer_relu());
    gan_model_add(g, gan_layer_without_bias(gan_layer_conv_transpose2d(5, 4, 2, 1)));
    gan_model_add(g, gan_layer_conditional_batch_norm());
    gan_model_add(g, gan_layer_relu());
    gan_model_add(g, gan_layer_conv_transpose2d(1, 4, 2, 1));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    gan_model_add(d, gan_layer_concat_label(2));
    gan_model_add(d, gan_layer_conv2d(5, 4, 2, 1));
    gan_model_add(d, gan_layer_leaky_relu(.2f));
    gan_model_add(d, gan_layer_conv2d(6, 4, 2, 1));
    gan_model_add(d, gan_layer_leaky_relu(.2f));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_projection());
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

START_TEST(convolutional_players_take_labels)
{
    gan_dataset *digits = gan_dataset_digits(200, 1);
    gan_labels *labels = gan_dataset_labels(digits);
    gan_tensor *first = NULL;
    for (int threads = 1; threads <= 3; threads++) {
        ck_ok(gan_set_threads(threads));
        gan_loader *loader = gan_loader_new(digits, 20, 1, NULL);
        gan_trainer *trainer = convolutional(labels);
        gan_run_options run = for_steps(4);
        ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
        gan_model *average = gan_trainer_averaged_generator(trainer);
        gan_tensor *numbers = numbers_of(average), *sevens = gan_generator_sample_class(average, 3, 5, 7);
        gan_tensor *more = gan_generator_sample_class(average, 40, 5, 7),
                   *eights = gan_generator_sample_class(average, 3, 5, 8);
        ck_made(sevens);
        ck_assert_mem_eq(gan_tensor_data(sevens), gan_tensor_data(more), 3 * 28 * 28 * sizeof(float));
        ck_assert(!same_numbers(sevens, eights));
        if (threads == 1)
            first = gan_tensor_ref(numbers);
        ck_assert_msg(same_numbers(first, numbers), "%d threads", threads);
        gan_tensor *const tensors[] = {numbers, sevens, more, eights};
        for (int i = 0; i < 4; i++)
            gan_tensor_unref(tensors[i]);
        gan_trainer_unref(trainer);
        gan_loader_unref(loader);
    }
    ck_ok(gan_set_threads(0));
    gan_tensor_unref(first);
    gan_labels_unref(labels);
    gan_dataset_unref(digits);
}
END_TEST

#ifdef HAVE_JANSSON

/* Twelve steps, stopped after seven and gone on with from the file, or not stopped at all. */
START_TEST(a_run_that_was_stopped_makes_the_same_bits)
{
    gan_dataset *dataset = tones_of(tones);
    for (int w = 0; w < WAYS; w++) {
        gan_tensor *ends[2][2];
        for (int stopped = 0; stopped < 2; stopped++) {
            gan_loader *loader = gan_loader_new(dataset, 8, 1, NULL);
            gan_trainer *trainer = small(&all_ways[w]);
            gan_run_options run = for_steps(stopped ? 7 : 12);
            const char *path = scratch_file("labelled.checkpoint");
            ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
            if (stopped) {
                ck_ok(gan_trainer_save(trainer, loader, path));
                gan_trainer_unref(trainer);
                gan_loader_seek(loader, 0);
                trainer = small(&all_ways[w]);
                ck_ok(gan_trainer_load(trainer, loader, path));
                run.steps = 5;
                ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
            }
            ck_assert_uint_eq(gan_trainer_steps(trainer), 12);
            ends[stopped][0] = numbers_of(gan_trainer_averaged_generator(trainer));
            ends[stopped][1] = numbers_of(gan_trainer_discriminator(trainer));
            gan_trainer_unref(trainer);
            gan_loader_unref(loader);
        }
        ck_assert_msg(same_numbers(ends[0][0], ends[1][0]) && same_numbers(ends[0][1], ends[1][1]), "way %d", w);
        for (int i = 0; i < 4; i++)
            gan_tensor_unref(ends[i / 2][i % 2]);
    }
    gan_dataset_unref(dataset);
}
END_TEST

/* A checkpoint names what differs: the way, the classes, the made labels. */
START_TEST(checkpoints_know_labels)
{
    const char *path = scratch_file("first.checkpoint");
    gan_trainer *trainer = small(&all_ways[0]);
    ck_ok(gan_trainer_save(trainer, NULL, path));
    gan_trainer_unref(trainer);
    struct ways other = all_ways[0];
    other.made = GAN_MADE_LABELS_UNIFORM;
    trainer = small(&other);
    ck_fails(gan_trainer_load(trainer, NULL, path), GAN_ERROR_INVALID_ARGUMENT, "options.made_labels is 2, and 0");
    gan_trainer_unref(trainer);
    gan_labels *four = gan_labels_classes(4, NULL);
    trainer = trainer_for(GAN_SHAPE(2, 3), four, &all_ways[0], 24);
    ck_fails(gan_trainer_load(trainer, NULL, path), GAN_ERROR_INVALID_ARGUMENT,
             "generator.labels.classes is [4], and [3] in the checkpoint");
    gan_trainer_unref(trainer);
    gan_labels_unref(four);
    trainer = trainer_for(GAN_SHAPE(2, 3), NULL, &(struct ways){0}, 24);
    ck_fails(gan_trainer_load(trainer, NULL, path), GAN_ERROR_INVALID_ARGUMENT,
             "generator.layers.0.kind is \"dense\", and \"concat_label\" in the checkpoint");
    gan_trainer_unref(trainer);
}
END_TEST

/* Names come with the data, and stay in the file. */
START_TEST(names_of_classes_travel_with_the_generator)
{
    gan_dataset *named = tones_of(tones), *plain = tones_of(NULL);
    gan_loader *loader = gan_loader_new(named, 8, 1, NULL);
    for (int w = 0; w < WAYS; w++) {
        gan_trainer *trainer = small(&all_ways[w]);
        gan_run_options run = for_steps(2);
        ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
        ck_ok(gan_trainer_set_dataset(trainer, plain)); /* says nothing against them */
        const char *path = scratch_file("named.safetensors");
        ck_ok(gan_model_save(gan_trainer_averaged_generator(trainer), path));
        gan_model *again = gan_model_load(path);
        ck_made(again);
        gan_model *const models[] = {again, gan_trainer_generator(trainer), gan_trainer_discriminator(trainer)};
        for (int i = 0; i < 3; i++) {
            ck_assert_str_eq(gan_labels_class_name(gan_model_labels(models[i]), 0, 2), "light");
            ck_assert_int_eq(gan_labels_find_class(gan_model_labels(models[i]), 0, "middle"), 1);
        }
        gan_model_unref(again);
        gan_trainer_unref(trainer);
    }
    gan_loader_unref(loader);
    gan_dataset_unref(named);
    gan_dataset_unref(plain);
}
END_TEST

#endif

/* ---- data without the labels that are wanted ---- */

START_TEST(data_must_have_the_labels)
{
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(10, 2, 3)), *y = gan_tensor_new_typed(GAN_SHAPE(10, 2), GAN_INT32);
    gan_dataset *none = gan_dataset_from_tensor(x, NULL, 0, 1), *two = gan_dataset_from_tensor(x, y, 0, 1);
    gan_dataset *fine = tones_of(NULL);
    gan_trainer *trainer = small(&all_ways[0]);
    ck_fails(gan_trainer_set_dataset(trainer, none), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_set_dataset: the models take 3 classes, but 'tensor' has no labels; open it with labels");
    ck_fails(gan_trainer_set_dataset(trainer, two), GAN_ERROR_INVALID_ARGUMENT,
             "the models take 3 classes, but 'tensor' has 2 labels of 1 and 1 classes");
    ck_ok(gan_dataset_set_classes(fine, 5, NULL));
    gan_loader *loader = gan_loader_new(fine, 4, 1, NULL);
    gan_run_options run = for_steps(1);
    ck_fails(gan_trainer_run(trainer, loader, &run, NULL), GAN_ERROR_INVALID_ARGUMENT, "but 'tensor' has 5 classes");
    gan_loader_unref(loader);
    gan_trainer_unref(trainer);
    /* Models without labels leave those of the data alone. */
    trainer = trainer_for(GAN_SHAPE(2, 3), NULL, &(struct ways){0}, 24);
    loader = gan_loader_new(fine, 4, 1, NULL);
    ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
    gan_loader_unref(loader);
    gan_trainer_unref(trainer);
    gan_dataset *const sets[] = {none, two, fine};
    for (int i = 0; i < 3; i++)
        gan_dataset_unref(sets[i]);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}
END_TEST

/* ---- samples ---- */

struct seen {
    gan_tensor *samples;
    int calls;
};

static bool on_samples(void *context, const gan_progress *progress, const gan_tensor *samples)
{
    (void)progress;
    struct seen *seen = context;
    seen->calls++;
    gan_tensor_unref(seen->samples);
    seen->samples = gan_tensor_from(gan_tensor_shape(samples), gan_tensor_data(samples));
    return true;
}

START_TEST(samples_of_a_run_are_of_the_classes_asked_for)
{
    gan_dataset *dataset = tones_of(NULL);
    gan_loader *loader = gan_loader_new(dataset, 20, 1, NULL);
    gan_trainer *trainer = small(&all_ways[0]);
    gan_tensor *labels = gan_tensor_from_typed(GAN_SHAPE(4), GAN_INT32, (const int32_t[]){2, 0, 1, 2});
    for (int given = 0; given < 2; given++) {
        struct seen seen = {NULL, 0};
        gan_run_options run = for_steps(3);
        run.samples = on_samples;
        run.sample_count = 4;
        run.context = &seen;
        run.sample_labels = given ? labels : NULL;
        ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
        ck_assert_int_eq(seen.calls, 1);
        gan_model *average = gan_trainer_averaged_generator(trainer);
        gan_tensor *drawn = gan_generator_drawn_labels(average, 4, run.sample_seed);
        gan_tensor *wanted = gan_generator_sample_labelled(average, 4, run.sample_seed, given ? labels : drawn);
        ck_assert(same_numbers(seen.samples, wanted));
        gan_tensor_unref(seen.samples);
        gan_tensor_unref(drawn);
        gan_tensor_unref(wanted);
    }
    struct seen none = {NULL, 0};
    gan_run_options run = for_steps(1);
    run.samples = on_samples;
    run.context = &none;
    run.sample_labels = labels;
    ck_fails(gan_trainer_run(trainer, loader, &run, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "gan_trainer_run: samples: labels is int32 [4], want int32 [25]");
    gan_tensor_unref(labels);
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

/* ---- memory ---- */

START_TEST(steps_allocate_nothing_after_the_first)
{
    gan_dataset *dataset = tones_of(NULL);
    memory_check_begin(0);
    for (int w = 0; w < WAYS; w++) {
        gan_loader *loader = gan_loader_new(dataset, 20, 1, NULL);
        gan_trainer *trainer = small(&all_ways[w]);
        for (int step = 0; step < 4; step++) {
            const gan_tensor *real, *labels;
            gan_step_report report = GAN_STEP_REPORT_INIT;
            long before = memory_check.allocations;
            ck_ok(gan_loader_next(loader, &real, &labels));
            ck_ok(gan_train_step(trainer, real, labels, &report));
            ck_assert(step == 0 || memory_check.allocations == before);
        }
        gan_trainer_unref(trainer);
        gan_loader_unref(loader);
    }
    gan_set_allocator(NULL);
    gan_dataset_unref(dataset);
}
END_TEST

/* The players of `ways` trained for two steps, everything made on the way. */
static bool train_a_little(void *context)
{
    const struct ways *ways = context;
    gan_dataset *dataset = gan_dataset_digits(12, 1);
    gan_labels *labels = dataset != NULL ? gan_dataset_labels(dataset) : NULL;
    gan_loader *loader = labels != NULL ? gan_loader_new(dataset, 4, 1, NULL) : NULL;
    gan_generator_options go;
    gan_discriminator_options dopt;
    gan_trainer_options to;
    gan_generator_options_init(&go, GAN_RECIPE_MLP);
    gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP);
    gan_trainer_options_init(&to, GAN_PRESET_STABLE);
    go.hidden_count = dopt.hidden_count = 1;
    go.hidden[0] = dopt.hidden[0] = 3;
    go.latent_size = 2;
    go.normalization = GAN_NORMALIZATION_BATCH;
    go.conditioning = ways->g;
    dopt.conditioning = ways->d;
    to.made_labels = ways->made;
    go.labels = gan_labels_ref(labels);
    dopt.labels = gan_labels_ref(labels);
    gan_shape image = gan_dataset_shape(dataset);
    gan_model *g = loader != NULL ? gan_generator_new(image, &go) : NULL;
    gan_model *d = g != NULL ? gan_discriminator_new(image, &dopt) : NULL;
    gan_trainer *trainer = d != NULL ? gan_trainer_new(g, d, &to) : NULL;
    gan_run_options run;
    gan_run_options_init(&run);
    run.steps = 2;
    bool fine = trainer != NULL && gan_trainer_run(trainer, loader, &run, NULL) == GAN_OK;
    if (loader == NULL) /* then neither builder was given them */
        gan_labels_unref(go.labels);
    if (g == NULL)
        gan_labels_unref(dopt.labels);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_labels_unref(labels);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    return fine;
}

START_TEST(each_allocation_that_fails_is_a_clean_error)
{
    for (int w = 0; w < WAYS; w++) {
        struct ways ways = all_ways[w];
        ck_assert(train_a_little(&ways)); /* what stays (threads) is started */
        CHECK_EACH_ALLOCATION(train_a_little, &ways);
    }
}
END_TEST

/* ---- several labels, and numbers ---- */

/*
 * Examples [2] around (a, b), each of −1, 0 or 1 (as labels, 0 to 2), or two numbers in [−1, 1]. The mean of what is
 * made for a pair lies near it.
 */
static void learn_pairs(bool numbers)
{
    enum { COUNT = 900, EACH = 50, STEPS = 800 };
    gan_tensor *x = gan_tensor_new(GAN_SHAPE(COUNT, 2)), *noise = gan_tensor_new(GAN_SHAPE(COUNT, 2));
    gan_tensor *y = gan_tensor_new_typed(GAN_SHAPE(COUNT, 2), numbers ? GAN_FLOAT32 : GAN_INT32);
    ck_ok(gan_tensor_fill_normal(noise, 0, .1f, 1));
    for (int i = 0; i < COUNT; i++) {
        const float centre[2] = {(float)(i % 3 - 1), (float)(i / 3 % 3 - 1)};
        for (int k = 0; k < 2; k++) {
            gan_tensor_data(x)[2 * i + k] = centre[k] + gan_tensor_data(noise)[2 * i + k];
            if (numbers)
                gan_tensor_data(y)[2 * i + k] = centre[k];
            else
                gan_tensor_int32(y)[2 * i + k] = (int32_t)centre[k] + 1;
        }
    }
    gan_dataset *dataset = gan_dataset_from_tensor(x, y, 0, 0);
    gan_labels *labels = gan_dataset_labels(dataset);
    gan_loader *loader = gan_loader_new(dataset, 64, 1, NULL);
    gan_generator_options go;
    gan_discriminator_options dopt;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
    go.latent_size = 4;
    go.hidden_count = dopt.hidden_count = 2;
    go.hidden[0] = go.hidden[1] = dopt.hidden[0] = dopt.hidden[1] = 32;
    go.output = GAN_ACTIVATION_LINEAR;
    go.conditioning = dopt.conditioning = GAN_CONDITIONING_CONCAT;
    go.label_size = dopt.label_size = 8;
    go.labels = gan_labels_ref(labels);
    dopt.labels = gan_labels_ref(labels);
    gan_model *g = gan_generator_new(GAN_SHAPE(2), &go), *d = gan_discriminator_new(GAN_SHAPE(2), &dopt);
    gan_trainer_options to;
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    to.made_labels = numbers ? GAN_MADE_LABELS_SHUFFLED : GAN_MADE_LABELS_UNIFORM;
    gan_trainer *trainer = gan_trainer_new(g, d, &to);
    ck_made(trainer);
    gan_run_options run = for_steps(STEPS);
    ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
    gan_tensor *asked = gan_tensor_new_typed(GAN_SHAPE(EACH, 2), gan_tensor_dtype(y));
    for (int pair = 0; pair < 9; pair++) {
        const int centre[2] = {pair % 3 - 1, pair / 3 - 1};
        for (int i = 0; i < 2 * EACH; i++)
            if (numbers)
                gan_tensor_data(asked)[i] = (float)centre[i % 2];
            else
                gan_tensor_int32(asked)[i] = centre[i % 2] + 1;
        gan_tensor *made = gan_generator_sample_labelled(gan_trainer_averaged_generator(trainer), EACH, 1, asked);
        ck_made(made);
        double mean[2] = {0, 0};
        for (int i = 0; i < 2 * EACH; i++)
            mean[i % 2] += (double)gan_tensor_data(made)[i] / EACH;
        for (int k = 0; k < 2; k++)
            ck_assert_msg(fabs(mean[k] - centre[k]) < .35, "%s, (%d, %d): %g", numbers ? "numbers" : "labels",
                          centre[0], centre[1], mean[k]);
        gan_tensor_unref(made);
    }
    gan_tensor *const tensors[] = {x, noise, y, asked};
    for (int i = 0; i < 4; i++)
        gan_tensor_unref(tensors[i]);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_loader_unref(loader);
    gan_labels_unref(labels);
    gan_dataset_unref(dataset);
}

START_TEST(two_labels_at_once_are_learned)
{
    learn_pairs(false);
}
END_TEST

START_TEST(numbers_are_learned)
{
    learn_pairs(true);
}
END_TEST

/* ---- is it the digit that was asked for? ---- */

enum { PIXELS = 28 * 28, DIGITS = 10 };

static void class_means(const gan_dataset *digits, double means[DIGITS][PIXELS])
{
    static float image[PIXELS];
    int counts[DIGITS] = {0};
    memset(means, 0, sizeof(double) * DIGITS * PIXELS);
    for (int64_t i = 0; i < gan_dataset_size(digits); i++) {
        int32_t label;
        ck_ok(gan_dataset_read(digits, i, image, &label));
        counts[label]++;
        for (int p = 0; p < PIXELS; p++)
            means[label][p] += (double)image[p];
    }
    for (int c = 0; c < DIGITS; c++)
        for (int p = 0; p < PIXELS; p++)
            means[c][p] /= counts[c];
}

static int nearest(const float *image, double means[DIGITS][PIXELS])
{
    int best = 0;
    double least = INFINITY;
    for (int c = 0; c < DIGITS; c++) {
        double distance = 0;
        for (int p = 0; p < PIXELS; p++)
            distance += pow((double)image[p] - means[c][p], 2);
        if (distance < least) {
            least = distance;
            best = c;
        }
    }
    return best;
}

/* The share of the digits whose class's mean is the nearest. */
static double share_of_real(const gan_dataset *digits, double means[DIGITS][PIXELS])
{
    static float image[PIXELS];
    int right = 0;
    for (int64_t i = 0; i < gan_dataset_size(digits); i++) {
        int32_t label;
        ck_ok(gan_dataset_read(digits, i, image, &label));
        right += nearest(image, means) == label;
    }
    return (double)right / (double)gan_dataset_size(digits);
}

/*
 * By the nearest class mean, which tells some two thirds of the real digits (chance: a tenth), the made ones are at
 * least as often what they were asked to be as real ones are what they are.
 */
START_TEST(digits_are_of_the_class_asked_for)
{
    enum { EACH = 30, STEPS = 600 };
    static double means[DIGITS][PIXELS];
    gan_dataset *digits = gan_dataset_digits(4000, 1);
    gan_labels *labels = gan_dataset_labels(digits);
    class_means(digits, means);
    double of_real = share_of_real(digits, means);
    for (int w = 0; w < WAYS; w++) {
        gan_loader *loader = gan_loader_new(digits, 64, 1, NULL);
        struct ways ways = all_ways[w];
        ways.update = GAN_UPDATE_D_FIRST;
        gan_trainer *trainer = trainer_for(gan_dataset_shape(digits), labels, &ways, 128);
        ck_made(trainer);
        gan_run_options run = for_steps(STEPS);
        ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
        int right = 0;
        for (int c = 0; c < DIGITS; c++) {
            gan_tensor *made = gan_generator_sample_class(gan_trainer_averaged_generator(trainer), EACH, 1, c);
            ck_made(made);
            for (int i = 0; i < EACH; i++)
                right += nearest(gan_tensor_data(made) + i * PIXELS, means) == c;
            gan_tensor_unref(made);
        }
        ck_assert_msg(right >= of_real * DIGITS * EACH, "way %d: %d of %d; real ones %.2f", w, right, DIGITS * EACH,
                      of_real);
        gan_trainer_unref(trainer);
        gan_loader_unref(loader);
    }
    gan_labels_unref(labels);
    gan_dataset_unref(digits);
}
END_TEST

static const struct test_case tests[] = {
    {"bits do not depend on threads", bits_do_not_depend_on_threads},
    {"convolutional players take labels", convolutional_players_take_labels},
#ifdef HAVE_JANSSON
    {"a run that was stopped makes the same bits", a_run_that_was_stopped_makes_the_same_bits},
    {"checkpoints know labels", checkpoints_know_labels},
    {"names of classes travel with the generator", names_of_classes_travel_with_the_generator},
#endif
    {"data must have the labels", data_must_have_the_labels},
    {"samples of a run are of the classes asked for", samples_of_a_run_are_of_the_classes_asked_for},
    {"steps allocate nothing after the first", steps_allocate_nothing_after_the_first},
    {"each allocation that fails is a clean error", each_allocation_that_fails_is_a_clean_error},
    {"two labels at once are learned", two_labels_at_once_are_learned},
    {"numbers are learned", numbers_are_learned},
    {"digits are of the class asked for", digits_are_of_the_class_asked_for},
};

int main(void)
{
    return RUN_SUITE("train: labelled runs", tests);
}
