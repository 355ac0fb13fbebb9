/* gan_trainer_run: limits, callbacks, samples, the flag, and the same training as a loop written by hand. */
#include "players.h"

#include <time.h>

enum { EXAMPLES = 23, BATCH = 4, PER_EPOCH = EXAMPLES / BATCH };

struct fixture {
    gan_dataset *dataset;
    gan_loader *loader;
    gan_trainer *trainer;
};

static struct fixture fixture_new(int discriminator_steps)
{
    gan_tensor *examples = small_batch(EXAMPLES, 9);
    struct fixture f = {.dataset = gan_dataset_from_tensor(examples, NULL, 0, 1)};
    gan_tensor_unref(examples);
    f.loader = gan_loader_new(f.dataset, BATCH, 3, NULL);
    ck_made(f.loader);
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    o.discriminator_steps = discriminator_steps;
    f.trainer = small_trainer(&o);
    return f;
}

static void fixture_unref(struct fixture *f)
{
    gan_trainer_unref(f->trainer);
    gan_loader_unref(f->loader);
    gan_dataset_unref(f->dataset);
}

static gan_run_options run_options(void)
{
    gan_run_options options;
    ck_ok(gan_run_options_init(&options));
    return options;
}

/* ---- what a step waits for ---- */

static gan_status slow_example(void *context, int64_t index, float *example, int32_t *label)
{
    (void)context, (void)label;
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    for (int i = 0; i < 2 * 3; i++)
        example[i] = (float)(index % 7) / 7;
    return GAN_OK;
}

static bool add_up_waiting(void *context, const gan_progress *progress)
{
    ck_assert_double_ge(progress->report->data_seconds, 2 * BATCH * .002); /* two of D's updates */
    ck_assert_double_le(progress->report->data_seconds, progress->report->seconds);
    *(double *)context += progress->report->data_seconds;
    return true;
}

START_TEST(a_step_tells_how_long_it_waited_for_data)
{
    struct fixture f = fixture_new(2);
    gan_dataset *slow = gan_dataset_from_function(gan_dataset_shape(f.dataset), EXAMPLES, slow_example, NULL, NULL);
    gan_loader *loader = gan_loader_new(slow, BATCH, 3, NULL);
    gan_run_options o = run_options();
    double told = 0, in_all;
    o.steps = 3;
    o.progress = add_up_waiting;
    o.context = &told;
    ck_ok(gan_trainer_run(f.trainer, loader, &o, NULL));
    gan_loader_waited(loader, &in_all);
    ck_near(told, in_all, 1e-9);
    const gan_tensor *real;
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_loader_next(loader, &real, NULL));
    ck_ok(gan_train_step(f.trainer, real, NULL, &report));
    ck_assert_double_eq(report.data_seconds, 0); /* whoever calls this does the waiting */
    gan_loader_unref(loader);
    gan_dataset_unref(slow);
    fixture_unref(&f);
}
END_TEST

/* ---- limits ---- */

START_TEST(a_run_ends_at_its_nearest_limit)
{
    static const struct {
        int64_t steps, epochs, steps_made, epochs_made;
        gan_stop stop;
    } cases[] = {
        {3, 0, 3, 0, GAN_STOP_STEPS},
        {0, 2, 2 * PER_EPOCH, 2, GAN_STOP_EPOCHS},
        {7, 2, 7, 1, GAN_STOP_STEPS},
        {100, 1, PER_EPOCH, 1, GAN_STOP_EPOCHS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f = fixture_new(1);
        gan_run_options o = run_options();
        o.steps = cases[i].steps;
        o.epochs = cases[i].epochs;
        gan_run_result result = GAN_RUN_RESULT_INIT;
        ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result));
        ck_assert_int_eq(result.stop, cases[i].stop);
        ck_assert_int_eq(result.steps, cases[i].steps_made);
        ck_assert_int_eq(result.epochs, cases[i].epochs_made);
        ck_assert(result.seconds > 0);
        ck_assert_uint_eq(gan_trainer_steps(f.trainer), (uint64_t)cases[i].steps_made);
        ck_assert_uint_eq(gan_loader_position(f.loader), (uint64_t)cases[i].steps_made);
        fixture_unref(&f);
    }
}
END_TEST

START_TEST(a_run_ends_by_the_clock)
{
    struct fixture f = fixture_new(1);
    gan_run_options o = run_options();
    o.seconds = .05;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result));
    ck_assert_int_eq(result.stop, GAN_STOP_SECONDS);
    ck_assert(result.steps >= 1 && result.seconds >= .05);
    fixture_unref(&f);
}
END_TEST

/* Each of D's updates takes a batch of its own, so an epoch has fewer steps. */
START_TEST(every_update_of_the_discriminator_gets_a_batch)
{
    struct fixture f = fixture_new(2);
    gan_run_options o = run_options();
    o.epochs = 2;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result));
    ck_assert_int_eq(result.steps, 2 * ((PER_EPOCH + 1) / 2));
    ck_assert_uint_eq(gan_loader_position(f.loader), (uint64_t)(2 * result.steps));
    fixture_unref(&f);
}
END_TEST

START_TEST(a_run_trains_as_a_loop_by_hand_does)
{
    struct fixture run = fixture_new(1), loop = fixture_new(1);
    gan_run_options o = run_options();
    for (int i = 0; i < 2; i++) { /* stopped and gone on */
        o.steps = 3 + i;
        ck_ok(gan_trainer_run(run.trainer, run.loader, &o, NULL));
    }
    for (int i = 0; i < 7; i++) {
        const gan_tensor *real;
        ck_ok(gan_loader_next(loop.loader, &real, NULL));
        ck_ok(gan_train_step(loop.trainer, real, NULL, NULL));
    }
    gan_tensor *a = numbers_of(gan_trainer_averaged_generator(run.trainer));
    gan_tensor *b = numbers_of(gan_trainer_averaged_generator(loop.trainer));
    ck_assert(same_numbers(a, b));
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    fixture_unref(&run);
    fixture_unref(&loop);
}
END_TEST

/* ---- callbacks ---- */

struct heard {
    int progress, samples, stop_after;
    int64_t steps[40], epochs[10];
    gan_progress last;
    uint64_t last_report_step;
    gan_tensor *first_samples;
    gan_model *generator;
};

static bool on_progress(void *context, const gan_progress *progress)
{
    struct heard *heard = context;
    ck_assert_uint_eq(progress->struct_size, sizeof *progress);
    heard->steps[heard->progress++] = progress->step;
    heard->last = *progress;
    heard->last_report_step = progress->report->step;
    ck_assert(progress->report->d_committed && progress->report->g_committed);
    return heard->progress != heard->stop_after;
}

static bool on_samples(void *context, const gan_progress *progress, const gan_tensor *samples)
{
    struct heard *heard = context;
    ck_assert_int_eq(progress->epoch_step, progress->epoch_steps);
    heard->epochs[heard->samples++] = progress->epoch;
    gan_tensor *wanted = gan_generator_sample(heard->generator, 6, 11);
    ck_assert(same_numbers(samples, wanted)); /* the averaged generator's, of that seed */
    ck_assert(gan_shape_equal(gan_tensor_shape(samples), GAN_SHAPE(6, 2, 3)));
    if (heard->first_samples == NULL)
        heard->first_samples = gan_tensor_ref(wanted);
    else
        ck_assert(!same_numbers(samples, heard->first_samples)); /* G has moved */
    gan_tensor_unref(wanted);
    return heard->samples != heard->stop_after;
}

START_TEST(progress_is_told_of_every_step_or_every_nth)
{
    struct fixture f = fixture_new(1);
    struct heard heard = {0};
    gan_run_options o = run_options();
    o.progress = on_progress;
    o.context = &heard;
    o.steps = 7;
    o.epochs = 9;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, NULL));
    ck_assert_int_eq(heard.progress, 7);
    ck_assert_int_eq(heard.last.step, 7);
    ck_assert_int_eq(heard.last.steps, 7);
    ck_assert_int_eq(heard.last.epoch, 2);
    ck_assert_int_eq(heard.last.epochs, 9);
    ck_assert_int_eq(heard.last.epoch_step, 2);
    ck_assert_int_eq(heard.last.epoch_steps, PER_EPOCH);
    ck_assert_uint_eq(heard.last_report_step, 7);
    ck_assert(heard.last.seconds > 0 && heard.last.seconds_left == 0);
    heard = (struct heard){0};
    o.progress_every = 3;
    o.steps = 12;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, NULL));
    static const int64_t wanted[] = {3, 5, 8, 10, 12}; /* every third, an epoch's last, and the last of all */
    ck_assert_int_eq(heard.progress, 5);
    ck_assert_mem_eq(heard.steps, wanted, sizeof wanted);
    ck_assert_uint_eq(heard.last_report_step, 19);
    fixture_unref(&f);
}
END_TEST

START_TEST(what_is_left_is_said_by_the_nearest_limit)
{
    struct fixture f = fixture_new(1);
    struct heard heard = {.stop_after = 2};
    gan_run_options o = run_options();
    o.progress = on_progress;
    o.context = &heard;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result)); /* no limit at all */
    ck_assert_int_eq(result.stop, GAN_STOP_CALLBACK);
    ck_assert_int_eq(result.steps, 2);
    ck_assert(heard.last.seconds_left < 0 && heard.last.steps == 0);
    heard = (struct heard){.stop_after = 2};
    o.seconds = 1000;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, NULL));
    ck_near(heard.last.seconds_left, 1000 - heard.last.seconds, 1e-6);
    heard = (struct heard){.stop_after = 2};
    o.steps = 6; /* nearer */
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, NULL));
    ck_near(heard.last.seconds_left, 2 * heard.last.seconds, 1e-6);
    fixture_unref(&f);
}
END_TEST

START_TEST(samples_come_at_the_end_of_each_epoch)
{
    struct fixture f = fixture_new(1);
    struct heard heard = {.generator = gan_trainer_averaged_generator(f.trainer)};
    gan_run_options o = run_options();
    o.samples = on_samples;
    o.context = &heard;
    o.sample_count = 6;
    o.sample_seed = 11;
    o.steps = 2 * PER_EPOCH + 1;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, NULL));
    ck_assert_int_eq(heard.samples, 2);
    ck_assert_int_eq(heard.epochs[0], 1);
    ck_assert_int_eq(heard.epochs[1], 2);
    gan_tensor_unref(heard.first_samples);
    heard = (struct heard){.generator = heard.generator, .stop_after = 1};
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result));
    ck_assert_int_eq(result.stop, GAN_STOP_CALLBACK);
    ck_assert_int_eq(result.steps, PER_EPOCH);
    gan_tensor_unref(heard.first_samples);
    fixture_unref(&f);
}
END_TEST

/* ---- the flag ---- */

static volatile sig_atomic_t flag;

static void on_signal(int number)
{
    flag = number;
}

static bool raise_at_step_three(void *context, const gan_progress *progress)
{
    (void)context;
    if (progress->step == 3)
        raise(SIGUSR1);
    return true;
}

START_TEST(a_signal_handlers_flag_ends_a_run_cleanly)
{
    struct fixture f = fixture_new(1);
    void (*before)(int) = signal(SIGUSR1, on_signal);
    flag = 0;
    gan_run_options o = run_options();
    o.progress = raise_at_step_three;
    o.stop = &flag;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result));
    ck_assert_int_eq(result.stop, GAN_STOP_FLAG);
    ck_assert_int_eq(result.steps, 3);
    ck_ok(gan_trainer_run(f.trainer, f.loader, &o, &result)); /* still set: no step is made */
    ck_assert_int_eq(result.steps, 0);
    signal(SIGUSR1, before);
    fixture_unref(&f);
}
END_TEST

/* ---- errors ---- */

static gan_status failing_example(void *context, int64_t index, float *example, int32_t *label)
{
    (void)label;
    int *reads = context;
    for (int i = 0; i < 6; i++)
        example[i] = .5f;
    (void)index;
    return ++*reads > 10 ? GAN_ERROR_IO : GAN_OK;
}

START_TEST(a_loader_that_fails_ends_the_run_with_its_error)
{
    int reads = 0;
    gan_dataset *dataset = gan_dataset_from_function(GAN_SHAPE(2, 3), 100, failing_example, &reads, NULL);
    gan_loader *loader = gan_loader_new(dataset, 4, 1, NULL);
    ck_made(loader);
    struct fixture f = fixture_new(1);
    gan_run_options o = run_options();
    o.steps = 50;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_assert_int_eq(gan_trainer_run(f.trainer, loader, &o, &result), GAN_ERROR_IO);
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_assert_int_eq(result.steps, 2);
    fixture_unref(&f);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

#define REFUSED(change, message)                                                                                       \
    do {                                                                                                               \
        gan_run_options o = run_options();                                                                             \
        change;                                                                                                        \
        ck_fails(gan_trainer_run(f.trainer, f.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,                           \
                 "gan_trainer_run: " message);                                                                         \
    } while (0)

START_TEST(arguments_of_a_run_are_checked)
{
    struct fixture f = fixture_new(1);
    REFUSED((void)o, "nothing would ever end it; set steps, epochs or seconds");
    REFUSED(o.steps = -1, "steps is -1, want 0 (no limit) or more");
    REFUSED(o.epochs = -2, "epochs is -2");
    REFUSED(o.seconds = -1, "seconds is -1");
    REFUSED(o.seconds = NAN, "seconds is nan");
    REFUSED((o.steps = 1, o.progress_every = 0), "progress_every is 0, want 1 or more steps");
    REFUSED((o.steps = 1, o.samples = on_samples, o.sample_count = 0), "sample_count is 0, want 1 or more");
    REFUSED(o.struct_size = 1, "the options' struct_size is 1");
    gan_run_options o = run_options();
    o.steps = 1;
    ck_fails(gan_trainer_run(NULL, f.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    ck_fails(gan_trainer_run(f.trainer, NULL, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "loader is NULL");
    ck_fails(gan_trainer_run(f.trainer, f.loader, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    gan_run_result result = {.struct_size = 0};
    ck_fails(gan_trainer_run(f.trainer, f.loader, &o, &result), GAN_ERROR_INVALID_ARGUMENT, "GAN_RUN_RESULT_INIT");
    gan_dataset *digits = gan_dataset_digits(9, 1);
    gan_loader *wrong = gan_loader_new(digits, 3, 1, NULL);
    ck_fails(gan_trainer_run(f.trainer, wrong, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "an example of the data set is [1, 28, 28], but the models' are [2, 3]");
    gan_loader_unref(wrong);
    gan_dataset_unref(digits);
    fixture_unref(&f);
}
END_TEST

static const struct test_case tests[] = {
    {"a step tells how long it waited for data", a_step_tells_how_long_it_waited_for_data},
    {"a run ends at its nearest limit", a_run_ends_at_its_nearest_limit},
    {"a run ends by the clock", a_run_ends_by_the_clock},
    {"every update of the discriminator gets a batch", every_update_of_the_discriminator_gets_a_batch},
    {"a run trains as a loop by hand does", a_run_trains_as_a_loop_by_hand_does},
    {"progress is told of every step or every nth", progress_is_told_of_every_step_or_every_nth},
    {"what is left is said by the nearest limit", what_is_left_is_said_by_the_nearest_limit},
    {"samples come at the end of each epoch", samples_come_at_the_end_of_each_epoch},
    {"a signal handler's flag ends a run cleanly", a_signal_handlers_flag_ends_a_run_cleanly},
    {"a loader that fails ends the run with its error", a_loader_that_fails_ends_the_run_with_its_error},
    {"arguments of a run are checked", arguments_of_a_run_are_checked},
};

int main(void)
{
    return RUN_SUITE("train: run", tests);
}
