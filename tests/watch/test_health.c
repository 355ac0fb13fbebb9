/* Health beside training: the same bits, events and the log, the way back, what it takes. */
#include "../train/players.h"

#include "config.h"
#include "memory_check.h"
#include "watch/health.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES = 60, BATCH = 12 };

static gan_dataset *small_data(uint64_t seed)
{
    gan_tensor *examples = small_batch(EXAMPLES, seed);
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    ck_made(dataset);
    gan_tensor_unref(examples);
    return dataset;
}

struct heard {
    int events, alarms, back, refused;
    gan_health_event first, latest; /* without their texts */
    char message[200];
};

static void hear(void *context, const gan_health_event *event)
{
    struct heard *heard = context;
    ck_assert_uint_eq(event->struct_size, sizeof *event);
    if (heard->events++ == 0)
        heard->first = *event;
    heard->latest = *event;
    heard->alarms += event->level == GAN_HEALTH_ALARM;
    heard->back += event->problem == GAN_HEALTH_ROLLED_BACK && event->level == GAN_HEALTH_NOTE;
    heard->refused += event->problem == GAN_HEALTH_ROLLED_BACK && event->level == GAN_HEALTH_WARNING;
    snprintf(heard->message, sizeof heard->message, "%s", event->message);
}

/* The thresholds of all others at infinity: small networks on noise are not healthy. */
static gan_health_options only(gan_health_problem problem, double alarm, struct heard *heard)
{
    gan_health_options o;
    ck_ok(gan_health_options_init(&o));
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++)
        o.thresholds[i] = (gan_health_thresholds){INFINITY, INFINITY, INFINITY};
    if (problem < GAN_HEALTH_PROBLEMS)
        o.thresholds[problem] = (gan_health_thresholds){alarm, alarm, alarm};
    o.event = hear;
    o.context = heard;
    o.every = 4;
    o.snapshot_every = 4;
    return o;
}

static gan_run_options watched_by(gan_health *health, int64_t steps)
{
    gan_run_options run;
    ck_ok(gan_run_options_init(&run));
    run.steps = steps;
    run.watch = health != NULL ? gan_health_watch : NULL;
    run.watch_context = health;
    return run;
}

static gan_status run_on(gan_trainer *trainer, gan_dataset *data, const gan_run_options *run, gan_run_result *result)
{
    gan_loader *loader = gan_loader_new(data, BATCH, 3, NULL);
    ck_made(loader);
    gan_status status = gan_trainer_run(trainer, loader, run, result);
    gan_loader_unref(loader);
    return status;
}

struct outcome {
    gan_tensor *numbers; /* of G */
    gan_run_result result;
    gan_status status;
    uint64_t remedies;
};

static struct outcome run(gan_health *health, gan_preset preset, float rate, int64_t steps, gan_run_log *log)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, preset));
    o.seed = 3;
    if (rate > 0)
        o.generator_rate = o.discriminator_rate = rate;
    gan_trainer *trainer = small_trainer(&o);
    gan_dataset *data = small_data(9);
    gan_run_options run = watched_by(health, steps);
    run.log = log;
    struct outcome outcome = {.result = GAN_RUN_RESULT_INIT};
    outcome.status = run_on(trainer, data, &run, &outcome.result);
    outcome.numbers = numbers_of(gan_trainer_generator(trainer));
    outcome.remedies = gan_trainer_remedies(trainer);
    gan_dataset_unref(data);
    gan_trainer_unref(trainer);
    return outcome;
}

START_TEST(a_run_that_is_watched_makes_the_same_bits)
{
    static const gan_preset presets[] = {GAN_PRESET_ARTICLE, GAN_PRESET_STABLE, GAN_PRESET_WGAN_GP, GAN_PRESET_WGAN};
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        struct heard heard = {.events = 0};
        gan_health_options o = only(GAN_HEALTH_PROBLEMS, 0, &heard);
        o.held_out = small_data(10);
        o.rollbacks = 3;
        gan_health *health = gan_health_new(&o);
        ck_made(health);
        ck_assert(isnan(gan_health_score(health, GAN_HEALTH_MODE_COLLAPSE)));
        struct outcome watched = run(health, presets[i], 0, 104, NULL), plain = run(NULL, presets[i], 0, 104, NULL);
        ck_ok(watched.status);
        ck_assert(same_numbers(watched.numbers, plain.numbers));
        ck_assert_int_eq(heard.events, 0);
        ck_assert(gan_health_score(health, GAN_HEALTH_MODE_COLLAPSE) < 1);
        ck_assert(gan_health_score(health, GAN_HEALTH_UPDATES_LARGE) > 0);
        ck_near(gan_health_score(health, GAN_HEALTH_BATCH_SMALL), 1.0 / BATCH, 1e-12);
        ck_assert(gan_health_seconds(health) > 0);
        gan_tensor_unref(watched.numbers);
        gan_tensor_unref(plain.numbers);
        gan_health_unref(health);
    }
}
END_TEST

START_TEST(an_alarm_is_answered_a_bounded_number_of_times)
{
    struct heard heard = {.events = 0};
    gan_health_options o = only(GAN_HEALTH_UPDATES_LARGE, 1e-9, &heard); /* it can only be answered in vain */
    o.rollbacks = 3;
    gan_health *health = gan_health_new(&o);
    struct outcome outcome = run(health, GAN_PRESET_STABLE, 0, 40, NULL);
    ck_ok(outcome.status);
    ck_assert_int_eq(outcome.result.stop, GAN_STOP_STEPS);
    ck_assert_uint_eq(outcome.remedies, 3);
    ck_assert_int_eq(heard.back, 3);
    ck_assert_int_eq(heard.refused, 1);
    ck_assert_int_eq(heard.first.problem, GAN_HEALTH_UPDATES_LARGE);
    ck_assert_uint_eq(heard.first.step, 1);
    gan_tensor_unref(outcome.numbers);
    gan_health_unref(health);
}
END_TEST

/* Rates far too high for plain networks: it goes back to the beginning until they are not. */
START_TEST(rates_come_down_until_it_is_well)
{
    struct heard heard = {.events = 0};
    gan_health_options o = only(GAN_HEALTH_UPDATES_LARGE, 0.2, &heard);
    o.rollbacks = 8;
    gan_health *health = gan_health_new(&o);
    struct outcome outcome = run(health, GAN_PRESET_LSGAN, 1, 60, NULL);
    ck_ok(outcome.status);
    ck_assert_int_ge(heard.back, 2);
    ck_assert_int_eq(heard.refused, 0);
    ck_assert_int_eq(heard.back, (int)outcome.remedies);
    ck_assert(gan_health_score(health, GAN_HEALTH_UPDATES_LARGE) < 0.2);
    ck_assert_int_eq(gan_health_problem_level(health, GAN_HEALTH_UPDATES_LARGE), GAN_HEALTH_FINE);
    gan_tensor_unref(outcome.numbers);
    gan_health_unref(health);
}
END_TEST

START_TEST(a_run_may_end_at_an_alarm)
{
    struct heard heard = {.events = 0};
    gan_health_options o = only(GAN_HEALTH_BATCH_SMALL, 1.0 / BATCH, &heard);
    o.stop_on_alarm = true;
    o.rollbacks = 2; /* going back cannot make batches larger */
    gan_health *health = gan_health_new(&o);
    struct outcome outcome = run(health, GAN_PRESET_STABLE, 0, 40, NULL);
    ck_ok(outcome.status);
    ck_assert_int_eq(outcome.result.stop, GAN_STOP_WATCH);
    ck_assert_int_eq(outcome.result.steps, 1);
    ck_assert_int_eq(heard.events, 1);
    ck_assert_int_eq(heard.back, 0);
    gan_tensor_unref(outcome.numbers);
    gan_health_unref(health);
}
END_TEST

/* Every event is a line of the log. */
START_TEST(events_are_in_the_log)
{
    struct heard heard = {.events = 0};
    gan_health_options o = only(GAN_HEALTH_UPDATES_LARGE, 1e-9, &heard);
    o.rollbacks = 2;
    gan_health *health = gan_health_new(&o);
    const char *path = scratch_file("events.jsonl");
    gan_run_log *log = gan_run_log_open(path, NULL);
    ck_made(log);
    struct outcome outcome = run(health, GAN_PRESET_STABLE, 0, 20, log);
    ck_ok(outcome.status);
    gan_run_log_unref(log);
    FILE *file = fopen(path, "r");
    char line[4096];
    int events = 0, backs = 0;
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        events += strstr(line, "\"event\":\"") != NULL;
        backs += strstr(line, "\"event\":\"rolled-back\",\"level\":\"note\"") != NULL;
    }
    fclose(file);
    ck_assert_int_eq(events, heard.events);
    ck_assert_int_eq(backs, 2);
    gan_tensor_unref(outcome.numbers);
    gan_health_unref(health);
}
END_TEST

static gan_status one_is_nan(void *context, int64_t index, float *example, int32_t *label)
{
    (void)label;
    for (int i = 0; i < 6; i++)
        example[i] = (float)(index % 7) / 7;
    if (index == *(const int64_t *)context)
        example[3] = NAN;
    return GAN_OK;
}

/* With a NaN in one example: named; and with tries gone past, since the next batch is another. */
START_TEST(a_nan_in_the_data_is_named_and_gone_past)
{
    static const int64_t bad = 17;
    for (int rollbacks = 0; rollbacks < 2; rollbacks++) {
        struct heard heard = {.events = 0};
        gan_health_options h = only(GAN_HEALTH_NOT_FINITE, 1, &heard);
        h.rollbacks = rollbacks;
        gan_health *health = gan_health_new(&h);
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
        gan_trainer *trainer = small_trainer(&o);
        gan_dataset *data = gan_dataset_from_function(GAN_SHAPE(2, 3), EXAMPLES, one_is_nan, (void *)(uintptr_t)&bad,
                                                      NULL);
        ck_ok(gan_dataset_set_range(data, 0, 1));
        gan_run_options run = watched_by(health, EXAMPLES / BATCH);
        gan_status status = run_on(trainer, data, &run, NULL);
        ck_assert_int_eq(status, rollbacks > 0 ? GAN_OK : GAN_ERROR_NOT_FINITE);
        if (rollbacks == 0) {
            ck_message("the first input that is not finite is real");
            ck_assert_str_eq(heard.message, gan_error_message());
            ck_assert_str_eq(heard.first.option, "dataset");
        }
        ck_assert_int_eq(heard.first.problem, GAN_HEALTH_NOT_FINITE);
        ck_assert_int_eq(heard.back, rollbacks);
        gan_health_unref(health);
        gan_dataset_unref(data);
        gan_trainer_unref(trainer);
    }
}
END_TEST

#ifdef HAVE_JANSSON
/* It goes back twice; stopped after that and resumed it makes the bits of the run that was not stopped. */
START_TEST(a_run_that_went_back_resumes_to_the_bit)
{
    enum { STEPS = 30 };
    gan_tensor *whole = NULL;
    for (int stop = 0; stop < 3; stop++) {
        const char *path = scratch_file(stop == 1 ? "back-a" : "back-b");
        gan_trainer *trainer = NULL;
        for (int part = 0; part < (stop == 0 ? 1 : 2); part++) {
            struct heard heard = {.events = 0};
            gan_health_options h = only(GAN_HEALTH_UPDATES_LARGE, 0.2, &heard);
            h.rollbacks = 2;
            gan_health *health = gan_health_new(&h);
            gan_trainer_options o;
            ck_ok(gan_trainer_options_init(&o, GAN_PRESET_LSGAN));
            o.generator_rate = o.discriminator_rate = 1;
            gan_trainer_unref(trainer);
            trainer = small_trainer(&o);
            gan_dataset *data = small_data(9);
            gan_run_options run = watched_by(health, stop > 0 && part == 0 ? 10 + 7 * stop : STEPS);
            run.checkpoint_path = stop > 0 ? path : NULL;
            run.resume = stop > 0;
            ck_ok(run_on(trainer, data, &run, NULL));
            ck_assert_uint_eq(gan_trainer_remedies(trainer), 2);
            ck_assert_int_eq(heard.back, part == 0 ? 2 : 0);
            gan_dataset_unref(data);
            gan_health_unref(health);
        }
        gan_tensor *numbers = numbers_of(gan_trainer_generator(trainer));
        if (stop == 0)
            whole = gan_tensor_ref(numbers);
        else
            ck_assert(same_numbers(numbers, whole));
        gan_tensor_unref(numbers);
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(whole);
}
END_TEST
#endif

/* What conditional batch norm adds for a class begins at 0: the first step is all that there is of it, and no alarm. */
START_TEST(a_weight_that_begins_at_0_has_no_large_updates)
{
    gan_tensor *examples = small_batch(EXAMPLES, 4), *classes = gan_tensor_new_typed(GAN_SHAPE(EXAMPLES), GAN_INT32);
    for (int i = 0; i < EXAMPLES; i++)
        gan_tensor_int32(classes)[i] = i % 3;
    gan_dataset *data = gan_dataset_from_tensor(examples, classes, 0, 1);
    gan_generator_options g;
    gan_discriminator_options d;
    gan_trainer_options o;
    ck_ok(gan_generator_options_init(&g, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_init(&d, GAN_RECIPE_MLP));
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    g.normalization = GAN_NORMALIZATION_BATCH;
    g.conditioning = GAN_CONDITIONING_BATCH_NORM;
    g.labels = gan_dataset_labels(data);
    d.conditioning = GAN_CONDITIONING_PROJECTION;
    d.labels = gan_dataset_labels(data);
    gan_model *maker = gan_generator_new(GAN_SHAPE(2, 3), &g), *judge = gan_discriminator_new(GAN_SHAPE(2, 3), &d);
    gan_trainer *trainer = gan_trainer_new(maker, judge, &o);
    ck_made(trainer);
    struct heard heard = {.events = 0};
    gan_health_options h = only(GAN_HEALTH_UPDATES_LARGE, 0.2, &heard);
    gan_health *health = gan_health_new(&h);
    gan_run_options run = watched_by(health, 9);
    ck_ok(run_on(trainer, data, &run, NULL));
    ck_assert_msg(heard.alarms == 0, "step %d: %s", (int)heard.first.step, heard.message);
    ck_assert(gan_health_score(health, GAN_HEALTH_UPDATES_LARGE) > 0.001);
    gan_health_unref(health);
    gan_trainer_unref(trainer);
    gan_model_unref(maker);
    gan_model_unref(judge);
    gan_dataset_unref(data);
    gan_tensor_unref(examples);
    gan_tensor_unref(classes);
}
END_TEST

/* Conditional players, packs, micro-batches: whatever a trainer takes can be watched. */
START_TEST(conditional_and_packed_players_are_watched)
{
    gan_tensor *examples = small_batch(EXAMPLES, 4), *classes = gan_tensor_new_typed(GAN_SHAPE(EXAMPLES), GAN_INT32);
    for (int i = 0; i < EXAMPLES; i++)
        gan_tensor_int32(classes)[i] = i % 3;
    for (int packing = 0; packing < 2; packing++) {
        gan_dataset *data = gan_dataset_from_tensor(examples, packing ? NULL : classes, 0, 1);
        gan_generator_options g;
        gan_discriminator_options d;
        ck_ok(gan_generator_options_init(&g, GAN_RECIPE_MLP));
        ck_ok(gan_discriminator_options_init(&d, GAN_RECIPE_MLP));
        g.hidden_count = d.hidden_count = 1;
        g.hidden[0] = d.hidden[0] = 9;
        d.packing = packing ? 3 : 1;
        if (!packing) {
            g.conditioning = GAN_CONDITIONING_CONCAT;
            g.labels = gan_dataset_labels(data);
            d.conditioning = GAN_CONDITIONING_AUXILIARY;
            d.labels = gan_dataset_labels(data);
        }
        gan_model *maker = gan_generator_new(GAN_SHAPE(2, 3), &g), *judge = gan_discriminator_new(GAN_SHAPE(2, 3), &d);
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
        o.micro_batches = 2;
        gan_trainer *trainer = gan_trainer_new(maker, judge, &o);
        ck_made(trainer);
        struct heard heard = {.events = 0};
        gan_health_options h = only(GAN_HEALTH_PROBLEMS, 0, &heard);
        h.held_out = gan_dataset_ref(data);
        gan_health *health = gan_health_new(&h);
        gan_run_options run = watched_by(health, 104);
        ck_ok(run_on(trainer, data, &run, NULL));
        for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++)
            if (i != GAN_HEALTH_OSCILLATION && i != GAN_HEALTH_ROLLED_BACK && i != GAN_HEALTH_D_WON &&
                i != GAN_HEALTH_MEMORISING && i != GAN_HEALTH_DATA_STARVED) /* these take longer */
                ck_assert_msg(!isnan(gan_health_score(health, (gan_health_problem)i)), "%s",
                              gan_health_problem_name((gan_health_problem)i));
        gan_health_unref(health);
        gan_trainer_unref(trainer);
        gan_model_unref(maker);
        gan_model_unref(judge);
        gan_dataset_unref(data);
    }
    gan_tensor_unref(examples);
    gan_tensor_unref(classes);
}
END_TEST

static void ck_no_dead_units(void *context, const gan_health_event *event)
{
    (void)context;
    ck_assert_msg(event->problem != GAN_HEALTH_DEAD_UNITS, "%s", event->message);
}

/* D looks at groups of its batch, or the batch is a single example: both are watched like others. */
START_TEST(batches_of_groups_and_of_one_are_watched)
{
    static const struct {
        int64_t batch, group, packing;
    } cases[] = {{100, 5, 1}, {96, 3, 1}, {66, 2, 3}, {1, 0, 1}};
    gan_tensor *examples = small_batch(EXAMPLES, 4);
    gan_dataset *data = gan_dataset_from_tensor(examples, NULL, 0, 1);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        gan_model *maker = gan_model_new(GAN_SHAPE(4)), *judge = gan_model_new(GAN_SHAPE(2 * cases[c].packing, 3));
        gan_model_add(maker, gan_layer_dense(9));
        gan_model_add(maker, gan_layer_silu());
        gan_model_add(maker, gan_layer_dense(6));
        gan_model_add(maker, gan_layer_reshape(GAN_SHAPE(2, 3)));
        gan_model_add(judge, gan_layer_flatten());
        if (cases[c].group > 0)
            gan_model_add(judge, gan_layer_minibatch_deviation(cases[c].group));
        gan_model_add(judge, gan_layer_dense(1));
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
        gan_trainer *trainer = gan_trainer_new(maker, judge, &o);
        ck_made(trainer);
        gan_loader_options sampled;
        gan_loader_options_init(&sampled);
        sampled.sampling = GAN_SAMPLING_REPLACEMENT;
        gan_loader *loader = gan_loader_new(data, cases[c].batch, 1, &sampled);
        gan_health_options h;
        ck_ok(gan_health_options_init(&h));
        h.every = 2;
        h.event = ck_no_dead_units;
        gan_health *health = gan_health_new(&h);
        gan_run_options run = watched_by(health, 6);
        ck_ok(gan_trainer_run(trainer, loader, &run, NULL));
        ck_assert_uint_eq(gan_trainer_steps(trainer), 6);
        gan_health_unref(health);
        gan_loader_unref(loader);
        gan_trainer_unref(trainer);
        gan_model_unref(maker);
        gan_model_unref(judge);
    }
    gan_dataset_unref(data);
    gan_tensor_unref(examples);
}
END_TEST

START_TEST(options_and_arguments_are_checked)
{
    gan_health_options o;
    gan_watched watched = {.struct_size = sizeof watched};
    bool go_on;
    ck_ok(gan_health_options_init(&o));
    o.every = 1;
    ck_null(gan_health_new(&o), "every is 1, want 2 steps or more");
    ck_ok(gan_health_options_init(&o));
    o.rollbacks = -1;
    ck_null(gan_health_new(&o), "rollbacks is -1");
    ck_ok(gan_health_options_init(&o));
    o.snapshot_every = 0;
    ck_null(gan_health_new(&o), "snapshot_every is 0");
    ck_ok(gan_health_options_init(&o));
    o.remedy.generator_rate_factor = 0;
    ck_null(gan_health_new(&o), "generator_rate_factor is 0");
    ck_ok(gan_health_options_init(&o));
    o.thresholds[GAN_HEALTH_D_WON].warning = 9;
    ck_null(gan_health_new(&o), "thresholds of d-won");
    ck_ok(gan_health_options_init(&o));
    o.held_out = small_data(1); /* given away, also when it fails */
    o.every = 0;
    ck_null(gan_health_new(&o), "every is 0");
    o.struct_size = 1;
    ck_null(gan_health_new(&o), "struct_size is 1");
    gan_health *health = gan_health_new(NULL);
    ck_made(health);
    ck_fails(gan_health_watch(NULL, &watched, &go_on), GAN_ERROR_INVALID_ARGUMENT, "health");
    ck_fails(gan_health_watch(health, NULL, &go_on), GAN_ERROR_INVALID_ARGUMENT, "watched is NULL");
    ck_fails(gan_health_watch(health, &watched, NULL), GAN_ERROR_INVALID_ARGUMENT, "go_on is NULL");
    ck_fails(gan_health_watch(health, &watched, &go_on), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    gan_trainer_options t;
    ck_ok(gan_trainer_options_init(&t, GAN_PRESET_STABLE));
    gan_trainer *one = small_trainer(&t), *other = small_trainer(&t);
    watched.trainer = one;
    watched.struct_size = 4;
    ck_fails(gan_health_watch(health, &watched, &go_on), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 4");
    watched.struct_size = sizeof watched;
    ck_ok(gan_health_watch(health, &watched, &go_on));
    ck_assert(go_on);
    watched.trainer = other;
    ck_fails(gan_health_watch(health, &watched, &go_on), GAN_ERROR_INVALID_ARGUMENT, "another trainer");
    ck_assert_ptr_eq(gan_health_ref(health), health);
    gan_health_unref(health);
    ck_assert(isnan(gan_health_score(health, GAN_HEALTH_PROBLEMS)));
    ck_assert(isnan(gan_health_score(NULL, GAN_HEALTH_D_WON)));
    ck_assert_int_eq(gan_health_problem_level(NULL, GAN_HEALTH_D_WON), GAN_HEALTH_FINE);
    gan_health_unref(health);
    gan_health_unref(NULL);
    gan_trainer_unref(one);
    gan_trainer_unref(other);
}
END_TEST

/* Held-out data of another shape are named at the first look. */
START_TEST(held_out_data_must_fit)
{
    struct heard heard = {.events = 0};
    gan_health_options o = only(GAN_HEALTH_PROBLEMS, 0, &heard);
    gan_tensor *other = gan_tensor_new(GAN_SHAPE(5, 7));
    o.held_out = gan_dataset_from_tensor(other, NULL, 0, 1);
    gan_tensor_unref(other);
    gan_health *health = gan_health_new(&o);
    struct outcome outcome = run(health, GAN_PRESET_STABLE, 0, 4, NULL);
    ck_assert_int_eq(outcome.status, GAN_ERROR_INVALID_ARGUMENT);
    ck_message("an example of held_out is [7], but the models' are [2, 3]");
    gan_tensor_unref(outcome.numbers);
    gan_health_unref(health);
}
END_TEST

/* ---- out of memory ---- */

static gan_trainer *scarce;
static gan_tensor *scarce_batch;
static gan_dataset *scarce_data;

/* A watcher's life around two steps that are planned already. */
static bool live(void)
{
    gan_health_options o;
    gan_step_report report = GAN_STEP_REPORT_INIT;
    gan_health_options_init(&o);
    o.held_out = gan_dataset_ref(scarce_data);
    o.rollbacks = 1;
    for (int i = 0; i < GAN_HEALTH_PROBLEMS; i++)
        o.thresholds[i] = (gan_health_thresholds){INFINITY, INFINITY, INFINITY};
    gan_health *health = gan_health_new(&o);
    bool go_on = true;
    gan_watched watched = {.struct_size = sizeof watched, .trainer = scarce};
    bool fine = health != NULL && gan_health_watch(health, &watched, &go_on) == GAN_OK;
    watched.report = &report;
    watched.real = scarce_batch;
    fine = fine && gan_health_watch(health, &watched, &go_on) == GAN_OK;
    gan_health_unref(health);
    return fine;
}

START_TEST(failing_allocations_are_reported)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    scarce = small_trainer(&o);
    scarce_batch = small_batch(BATCH, 1);
    scarce_data = small_data(2);
    ck_ok(gan_train_step(scarce, scarce_batch, NULL, NULL));
    long n = 1;
    for (bool fine = false; !fine; n++) {
        memory_check_begin(n);
        fine = live();
        size_t left = memory_check.live;
        gan_set_allocator(NULL);
        ck_assert_msg(left == 0, "allocation %ld failed, and %zu bytes are left", n, left);
        ck_assert(fine || gan_error_status() == GAN_ERROR_OUT_OF_MEMORY);
    }
    ck_assert_int_gt(n, 50);
    gan_dataset_unref(scarce_data);
    gan_tensor_unref(scarce_batch);
    gan_trainer_unref(scarce);
}
END_TEST

static const struct test_case tests[] = {
    {"batches of groups and of one are watched", batches_of_groups_and_of_one_are_watched},
    {"weights that begin at 0", a_weight_that_begins_at_0_has_no_large_updates},
    {"a run that is watched makes the same bits", a_run_that_is_watched_makes_the_same_bits},
    {"an alarm is answered a bounded number of times", an_alarm_is_answered_a_bounded_number_of_times},
    {"rates come down until it is well", rates_come_down_until_it_is_well},
    {"a run may end at an alarm", a_run_may_end_at_an_alarm},
    {"events are in the log", events_are_in_the_log},
    {"a NaN in the data is named and gone past", a_nan_in_the_data_is_named_and_gone_past},
#ifdef HAVE_JANSSON
    {"a run that went back resumes to the bit", a_run_that_went_back_resumes_to_the_bit},
#endif
    {"conditional and packed players are watched", conditional_and_packed_players_are_watched},
    {"options and arguments are checked", options_and_arguments_are_checked},
    {"held-out data must fit", held_out_data_must_fit},
    {"failing allocations are reported", failing_allocations_are_reported},
};

int main(void)
{
    return RUN_SUITE("watch/health", tests);
}
