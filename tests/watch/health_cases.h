/*
 * Runs that are healthy, and runs that are broken on purpose, on real MNIST with the MLP networks: for the calibration
 * (health_runs.c) and for the test of what came of it (test_health_runs.c).
 */
#ifndef GAN_TESTS_WATCH_HEALTH_CASES_H
#define GAN_TESTS_WATCH_HEALTH_CASES_H

#include <gan/gan.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum health_fault {
    HEALTH_NO_FAULT,
    HEALTH_RATE,     /* 100 times too high */
    HEALTH_WIDE,     /* D 10 times as wide */
    HEALTH_FROZEN,   /* D does not learn */
    HEALTH_NO_NOISE, /* G gets zeros */
    HEALTH_SWAPPED,  /* D's targets are exchanged */
    HEALTH_NAN,      /* one number of one example */
    HEALTH_ONE,      /* one image, again and again */
    HEALTH_BLACK,    /* all images black */
    HEALTH_TWO,      /* batches of 2 */
    HEALTH_EXPLODE   /* weights begin 25 times as large */
};

struct health_case {
    const char *name;
    gan_preset preset;
    enum health_fault fault;
    int wanted;    /* the problem that it has to be named by; −1: healthy */
    int rollbacks; /* tries */
};

static const struct health_case health_cases[] = {
    {"stable", GAN_PRESET_STABLE, HEALTH_NO_FAULT, -1, 0},
    {"lsgan", GAN_PRESET_LSGAN, HEALTH_NO_FAULT, -1, 0},
    {"wgan-gp", GAN_PRESET_WGAN_GP, HEALTH_NO_FAULT, -1, 0},
    {"rsgan", GAN_PRESET_RSGAN, HEALTH_NO_FAULT, -1, 0},
    {"dcgan", GAN_PRESET_DCGAN, HEALTH_NO_FAULT, -1, 0},
    {"article", GAN_PRESET_ARTICLE, HEALTH_NO_FAULT, GAN_HEALTH_MODE_COLLAPSE, 0}, /* by itself */
    {"rate", GAN_PRESET_DCGAN, HEALTH_RATE, GAN_HEALTH_UPDATES_LARGE, 0},
    {"wide", GAN_PRESET_RSGAN, HEALTH_WIDE, GAN_HEALTH_D_WON, 0},
    {"frozen", GAN_PRESET_DCGAN, HEALTH_FROZEN, GAN_HEALTH_STUCK, 0},
    {"no-noise", GAN_PRESET_DCGAN, HEALTH_NO_NOISE, GAN_HEALTH_MODE_COLLAPSE, 0},
    {"swapped", GAN_PRESET_DCGAN, HEALTH_SWAPPED, GAN_HEALTH_TARGETS_SWAPPED, 0},
    {"nan", GAN_PRESET_DCGAN, HEALTH_NAN, GAN_HEALTH_NOT_FINITE, 0},
    {"one-image", GAN_PRESET_DCGAN, HEALTH_ONE, GAN_HEALTH_DATA_REPEAT, 0},
    {"black", GAN_PRESET_DCGAN, HEALTH_BLACK, GAN_HEALTH_DATA_BLANK, 0},
    {"two", GAN_PRESET_DCGAN, HEALTH_TWO, GAN_HEALTH_BATCH_SMALL, 0},
    {"explode", GAN_PRESET_DCGAN, HEALTH_EXPLODE, GAN_HEALTH_GRADIENTS_EXPLODE, 0},
    {"rollback", GAN_PRESET_STABLE, HEALTH_RATE, -1, 8},
};
#define HEALTH_CASES (sizeof health_cases / sizeof health_cases[0])

static inline const struct health_case *health_case_named(const char *name)
{
    for (size_t i = 0; i < HEALTH_CASES; i++)
        if (strcmp(health_cases[i].name, name) == 0)
            return &health_cases[i];
    return NULL;
}

/* ---- data ---- */

enum { HEALTH_EXAMPLES = 10000, HEALTH_BATCH = 64, HEALTH_PIXELS = 784 };

/* Examples of MNIST, changed on their way. */
struct health_data {
    float *pixels;
    enum health_fault fault;
};

static inline gan_status health_read(void *context, int64_t index, float *example, int32_t *label)
{
    const struct health_data *data = context;
    int64_t which = data->fault == HEALTH_ONE ? 0 : index;
    (void)label;
    memcpy(example, data->pixels + which * HEALTH_PIXELS, HEALTH_PIXELS * sizeof *example);
    if (data->fault == HEALTH_NAN && index == HEALTH_EXAMPLES / 2)
        example[HEALTH_PIXELS / 2] = NAN;
    return GAN_OK;
}

static inline void health_release(void *context)
{
    struct health_data *data = context;
    free(data->pixels);
    free(data);
}

/* A data set of the first examples of MNIST (whose reference it takes), with the fault. */
static inline gan_dataset *health_spoil(gan_dataset *mnist, enum health_fault fault)
{
    struct health_data *data = malloc(sizeof *data);
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.sampling = GAN_SAMPLING_SEQUENTIAL;
    gan_loader *all = gan_loader_new(mnist, HEALTH_EXAMPLES, 1, &options);
    const gan_tensor *examples;
    gan_dataset *spoilt = NULL;
    if (data != NULL && all != NULL && gan_loader_next(all, &examples, NULL) == GAN_OK) {
        size_t bytes = (size_t)HEALTH_EXAMPLES * HEALTH_PIXELS * sizeof(float);
        *data = (struct health_data){.pixels = malloc(bytes), .fault = fault};
        if (data->pixels != NULL) {
            memcpy(data->pixels, gan_tensor_data(examples), bytes);
            if (fault == HEALTH_BLACK)
                memset(data->pixels, 0, bytes);
            spoilt = gan_dataset_from_function(GAN_SHAPE(1, 28, 28), HEALTH_EXAMPLES, health_read, data,
                                               health_release);
        }
    }
    if (spoilt != NULL)
        gan_dataset_set_range(spoilt, 0, 1);
    gan_loader_unref(all);
    gan_dataset_unref(mnist);
    return spoilt;
}

static inline gan_dataset *health_open(const char *mnist, enum health_fault fault)
{
    gan_dataset *digits = gan_dataset_open_mnist(mnist, GAN_SPLIT_TRAIN);
    bool spoilt = fault == HEALTH_NAN || fault == HEALTH_ONE || fault == HEALTH_BLACK;
    return digits != NULL && spoilt ? health_spoil(digits, fault) : digits;
}

/* ---- players ---- */

struct health_players {
    gan_loader *batches;
    gan_trainer *trainer;
};

static inline gan_var *health_nothing(void *context, gan_var *x)
{
    (void)context;
    return gan_scale(x, 0);
}

/* The article's generator, behind a layer that lets no noise through. */
static inline gan_model *health_deaf_generator(void)
{
    static const int64_t sizes[] = {256, 512, 1024};
    gan_model *g = gan_model_new(GAN_SHAPE(100));
    gan_model_set_name(g, "G");
    gan_model_add(g, gan_layer_function(health_nothing, NULL, NULL));
    for (int i = 0; i < 3; i++) {
        gan_model_add(g, gan_layer_dense(sizes[i]));
        gan_model_add(g, gan_layer_relu());
    }
    gan_model_add(g, gan_layer_dense(HEALTH_PIXELS));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 28, 28)));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    return g;
}

static inline gan_model *health_generator(const struct health_case *of)
{
    gan_generator_options options;
    gan_generator_options_init(&options, GAN_RECIPE_MLP);
    gan_generator_options_preset(&options, of->preset);
    if (of->fault == HEALTH_EXPLODE)
        options.initializer = gan_initializer_normal(0, 1);
    return of->fault == HEALTH_NO_NOISE ? health_deaf_generator() : gan_generator_new(GAN_SHAPE(1, 28, 28), &options);
}

static inline gan_model *health_discriminator(const struct health_case *of)
{
    gan_discriminator_options options;
    gan_discriminator_options_init(&options, GAN_RECIPE_MLP);
    gan_discriminator_options_preset(&options, of->preset);
    for (int i = 0; of->fault == HEALTH_WIDE && i < options.hidden_count; i++)
        options.hidden[i] *= 10;
    if (of->fault == HEALTH_EXPLODE)
        options.initializer = gan_initializer_normal(0, 1);
    return gan_discriminator_new(GAN_SHAPE(1, 28, 28), &options);
}

static inline gan_var *health_swapped_loss(void *context, gan_var *real, gan_var *made)
{
    (void)context;
    return gan_loss_discriminator(GAN_LOSS_NON_SATURATING, made, real);
}

static inline gan_var *health_generator_loss(void *context, gan_var *real, gan_var *made)
{
    (void)context;
    return gan_loss_generator(GAN_LOSS_NON_SATURATING, real, made);
}

static inline gan_trainer_options health_trainer_options(const struct health_case *of, uint64_t seed)
{
    gan_trainer_options options;
    gan_trainer_options_init(&options, of->preset);
    options.seed = seed;
    if (of->fault == HEALTH_RATE) {
        options.generator_rate *= 100;
        options.discriminator_rate *= 100;
    }
    if (of->fault == HEALTH_FROZEN)
        options.discriminator_rate = 0;
    if (of->fault == HEALTH_SWAPPED) {
        options.loss = GAN_LOSS_CUSTOM;
        options.discriminator_loss = health_swapped_loss;
        options.generator_loss = health_generator_loss;
    }
    return options;
}

static inline void health_players_unref(struct health_players *players)
{
    gan_loader_unref(players->batches);
    gan_trainer_unref(players->trainer);
}

/* False, with an error, if something could not be made. */
static inline bool health_players_new(struct health_players *players, const struct health_case *of, const char *mnist,
                                      uint64_t seed)
{
    gan_dataset *data = health_open(mnist, of->fault);
    gan_model *g = health_generator(of), *d = health_discriminator(of);
    gan_trainer_options options = health_trainer_options(of, seed);
    *players = (struct health_players){
        .batches = gan_loader_new(data, of->fault == HEALTH_TWO ? 2 : HEALTH_BATCH, seed, NULL),
        .trainer = gan_trainer_new(g, d, &options)};
    gan_model_unref(g);
    gan_model_unref(d);
    gan_dataset_unref(data);
    if (players->batches != NULL && players->trainer != NULL)
        return true;
    health_players_unref(players);
    return false;
}

/* ---- are these digits? ---- */

struct health_reading {
    int classes;        /* with samples in them */
    double least_share; /* of samples, in the rarest class */
    double confidence;  /* the mean probability of the class that is read */
};

/* A small classifier of digits, trained on MNIST; NULL on failure. */
static inline gan_model *health_classifier(const char *mnist)
{
    gan_model *model = gan_model_new(GAN_SHAPE(1, 28, 28));
    gan_model_add(model, gan_layer_flatten());
    gan_model_add(model, gan_layer_dense(128));
    gan_model_add(model, gan_layer_relu());
    gan_model_add(model, gan_layer_dense(10));
    gan_dataset *digits = gan_dataset_open_mnist(mnist, GAN_SPLIT_TRAIN);
    gan_loader *batches = gan_loader_new(digits, HEALTH_BATCH, 1, NULL);
    gan_optimizer *optimizer = gan_optimizer_adam(1e-3f, 0.9f, 0.999f);
    gan_tape *tape = gan_tape_new();
    gan_model_initialize(model, 1);
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(HEALTH_BATCH, 1, 28, 28));
    gan_var *labels = gan_tape_input_int32(tape, GAN_SHAPE(HEALTH_BATCH));
    gan_var *loss = gan_cross_entropy(gan_model_apply(model, x), labels);
    gan_var *update = gan_optimizer_minimize(optimizer, loss, model);
    gan_plan *plan = gan_plan_new(&update, 1);
    gan_status status = plan != NULL && batches != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    for (int i = 0; i < 1500 && status == GAN_OK; i++) {
        const gan_tensor *real, *of_real;
        status = gan_loader_next(batches, &real, &of_real);
        if (status == GAN_OK)
            status = gan_plan_bind_memory(plan, x, gan_tensor_bytes(real));
        if (status == GAN_OK)
            status = gan_plan_bind_memory(plan, labels, gan_tensor_bytes(of_real));
        if (status == GAN_OK)
            status = gan_plan_run(plan);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_optimizer_unref(optimizer);
    gan_loader_unref(batches);
    gan_dataset_unref(digits);
    if (status == GAN_OK)
        return model;
    gan_model_unref(model);
    return NULL;
}

static inline struct health_reading health_count(const gan_tensor *probabilities)
{
    int64_t n = gan_tensor_shape(probabilities).dims[0], counts[10] = {0};
    struct health_reading reading = {.least_share = 1};
    for (int64_t i = 0; i < n; i++) {
        const float *p = gan_tensor_data(probabilities) + 10 * i;
        int best = 0;
        for (int c = 1; c < 10; c++)
            best = p[c] > p[best] ? c : best;
        counts[best]++;
        reading.confidence += (double)p[best] / (double)n;
    }
    for (int c = 0; c < 10; c++) {
        double share = (double)counts[c] / (double)n;
        reading.classes += counts[c] > 0;
        reading.least_share = share < reading.least_share ? share : reading.least_share;
    }
    return reading;
}

/* What a classifier reads in 500 samples of the generator. */
static inline bool health_read_digits(gan_model *generator, const char *mnist, struct health_reading *reading)
{
    gan_model *classifier = health_classifier(mnist);
    gan_extractor *reader = classifier != NULL ? gan_extractor_probabilities(classifier) : NULL;
    gan_tensor *samples = gan_generator_sample(generator, 500, 7);
    gan_tensor *probabilities = reader != NULL && samples != NULL ? gan_extractor_run(reader, samples) : NULL;
    if (probabilities != NULL)
        *reading = health_count(probabilities);
    bool read = probabilities != NULL;
    gan_tensor_unref(probabilities);
    gan_tensor_unref(samples);
    gan_extractor_unref(reader);
    gan_model_unref(classifier);
    return read;
}

#endif
