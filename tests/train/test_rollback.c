/* Going back: snapshots give the state back to the bit, remedies do what they say and are in checkpoints, a run is
 * watched. */
#include "players.h"

#include "config.h"
#include "memory_check.h"
#include "train/optimizer.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES = 23, BATCH = 4 };

static gan_trainer_options options_of(gan_preset preset)
{
    gan_trainer_options options;
    ck_ok(gan_trainer_options_init(&options, preset));
    options.seed = 5;
    return options;
}

static void make_steps(gan_trainer *trainer, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        gan_tensor *real = small_batch(BATCH, (uint64_t)i + 1);
        ck_ok(gan_train_step(trainer, real, NULL, NULL));
        gan_tensor_unref(real);
    }
}

static void ck_same_models(gan_trainer *a, gan_trainer *b, bool same)
{
    gan_model *const models[][2] = {
        {a->generator, b->generator}, {a->discriminator, b->discriminator}, {a->average, b->average}};
    for (int i = 0; i < 3; i++) {
        gan_tensor *x = numbers_of(models[i][0]), *y = numbers_of(models[i][1]);
        ck_assert_int_eq(same_numbers(x, y), same);
        gan_tensor_unref(x);
        gan_tensor_unref(y);
    }
}

/* ---- snapshots ---- */

/* Options with all the state that there is. */
static gan_trainer_options rich_options(int variant)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE);
    o.beta1 = 0.5f;
    if (variant == 1) {
        o.generator_optimizer = gan_optimizer_sgd(0.01f, 0.9f, true);
        o.discriminator_optimizer = gan_optimizer_rmsprop(0.001f, 0.99f, 1e-8f, 0.5f);
        o.average_decay = 0;
        o.lecam_weight = 0.1f;
    }
    if (variant == 2) {
        o.micro_batches = 2;
        o.discriminator_steps = 2;
        o.r1_weight = 0;
        o.weight_clip = 0.2f;
    }
    return o;
}

/* The count of steps goes on: the twin, which was never taken back, is given it. */
START_TEST(what_goes_on_from_a_snapshot_is_what_was_there)
{
    for (int variant = 0; variant < 3; variant++) {
        gan_trainer_options o = rich_options(variant), p = rich_options(variant);
        gan_trainer *back = small_trainer(&o), *twin = small_trainer(&p);
        make_steps(back, 0, 3);
        make_steps(twin, 0, 3);
        gan_snapshot *snapshot = gan_snapshot_new(back);
        ck_made(snapshot);
        ck_assert_uint_eq(gan_snapshot_step(snapshot), 3);
        make_steps(back, 3, 7);
        ck_same_models(back, twin, false);
        ck_ok(gan_snapshot_restore(snapshot, back));
        ck_same_models(back, twin, true);
        ck_assert_uint_eq(gan_trainer_steps(back), 7);
        twin->steps = 7;
        make_steps(back, 7, 10);
        make_steps(twin, 7, 10);
        ck_same_models(back, twin, true);
        ck_assert_uint_eq(gan_optimizer_steps(back->options.generator_optimizer),
                          gan_optimizer_steps(twin->options.generator_optimizer));
        gan_snapshot_unref(snapshot);
        gan_trainer_unref(back);
        gan_trainer_unref(twin);
    }
}
END_TEST

START_TEST(a_snapshot_is_taken_again_without_allocating)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_snapshot *snapshot = gan_snapshot_new(trainer);
    make_steps(trainer, 0, 2);
    memory_check_begin(1);
    gan_status status = gan_snapshot_take(snapshot, trainer);
    gan_set_allocator(NULL);
    ck_ok(status);
    ck_assert_uint_eq(gan_snapshot_step(snapshot), 2);
    gan_tensor *before = numbers_of(trainer->generator);
    make_steps(trainer, 2, 4);
    ck_ok(gan_snapshot_restore(snapshot, trainer));
    gan_tensor *after = numbers_of(trainer->generator);
    ck_assert(same_numbers(before, after));
    gan_tensor_unref(before);
    gan_tensor_unref(after);
    gan_snapshot_unref(snapshot);
    gan_trainer_unref(trainer);
}
END_TEST

START_TEST(snapshots_of_others_are_refused)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE), p = options_of(GAN_PRESET_STABLE);
    gan_trainer *one = small_trainer(&o), *other = small_trainer(&p);
    gan_snapshot *snapshot = gan_snapshot_new(one);
    ck_null(gan_snapshot_new(NULL), "trainer is NULL");
    ck_fails(gan_snapshot_take(NULL, one), GAN_ERROR_INVALID_ARGUMENT, "snapshot is NULL");
    ck_fails(gan_snapshot_restore(snapshot, NULL), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    ck_fails(gan_snapshot_restore(snapshot, other), GAN_ERROR_INVALID_ARGUMENT, "of another trainer");
    ck_assert_ptr_eq(gan_snapshot_ref(snapshot), snapshot);
    gan_snapshot_unref(snapshot);
    gan_snapshot_unref(snapshot);
    gan_snapshot_unref(NULL);
    ck_assert_uint_eq(gan_snapshot_step(NULL), 0);
    gan_trainer_unref(one);
    gan_trainer_unref(other);
}
END_TEST

/* Also of one whose place in memory another trainer has now. */
START_TEST(a_snapshot_of_a_trainer_that_is_gone_is_refused)
{
    for (int i = 0; i < 4; i++) {
        gan_trainer_options o = options_of(GAN_PRESET_STABLE), p = options_of(GAN_PRESET_STABLE);
        gan_trainer *one = small_trainer(&o);
        gan_snapshot *snapshot = gan_snapshot_new(one);
        gan_trainer_unref(one);
        gan_trainer *other = small_trainer(&p);
        ck_fails(gan_snapshot_restore(snapshot, other), GAN_ERROR_INVALID_ARGUMENT, "of another trainer");
        gan_snapshot_unref(snapshot);
        gan_trainer_unref(other);
    }
}
END_TEST

static gan_trainer *scarce;

static bool snap(void)
{
    gan_snapshot *snapshot = gan_snapshot_new(scarce);
    bool made = snapshot != NULL;
    gan_snapshot_unref(snapshot);
    return made;
}

START_TEST(failing_allocations_are_reported)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE);
    scarce = small_trainer(&o);
    for (long n = 1;; n++) {
        memory_check_begin(n);
        bool made = snap();
        size_t left = memory_check.live;
        long asked = memory_check.allocations;
        gan_set_allocator(NULL);
        ck_assert_uint_eq(left, 0);
        ck_assert(made || gan_error_status() == GAN_ERROR_OUT_OF_MEMORY);
        if (made) {
            ck_assert_int_lt(asked, n);
            break;
        }
    }
    gan_trainer_unref(scarce);
}
END_TEST

/* ---- remedies ---- */

static gan_remedy remedy_of(float g, float d, float penalty, bool new_noise)
{
    gan_remedy remedy;
    ck_ok(gan_remedy_init(&remedy));
    remedy.generator_rate_factor = g;
    remedy.discriminator_rate_factor = d;
    remedy.penalty_factor = penalty;
    remedy.new_noise = new_noise;
    return remedy;
}

/* Factors that are powers of two change no bit but the exponent's. */
START_TEST(factors_are_rates_and_weights)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE), p = options_of(GAN_PRESET_STABLE);
    p.generator_rate *= 0.25f;
    p.discriminator_rate *= 0.5f;
    o.r1_weight = 0.5f;
    p.r1_weight = 2;
    gan_trainer *remedied = small_trainer(&o), *made_so = small_trainer(&p);
    gan_remedy half = remedy_of(0.5f, 1, 2, false), other = remedy_of(0.5f, 0.5f, 2, false);
    ck_ok(gan_trainer_remedy(remedied, &half));
    ck_ok(gan_trainer_remedy(remedied, &other));
    ck_assert_uint_eq(gan_trainer_remedies(remedied), 2);
    make_steps(remedied, 0, 4);
    make_steps(made_so, 0, 4);
    ck_same_models(remedied, made_so, true);
    gan_tensor *real = small_batch(BATCH, 1);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(remedied, real, NULL, &report));
    ck_near(report.g_rate, 0.25 * 1e-3, 1e-9);
    ck_near(report.d_rate, 0.5 * 1e-3, 1e-9);
    gan_tensor_unref(real);
    gan_trainer_unref(remedied);
    gan_trainer_unref(made_so);
}
END_TEST

START_TEST(new_noise_is_new_each_time_and_decided_by_the_seed)
{
    gan_trainer_options o[4];
    gan_trainer *trainer[4];
    gan_remedy fresh = remedy_of(1, 1, 1, true);
    for (int i = 0; i < 4; i++) {
        o[i] = options_of(GAN_PRESET_STABLE);
        trainer[i] = small_trainer(&o[i]);
        for (int times = 0; times < (i == 3 ? 1 : i); times++)
            ck_ok(gan_trainer_remedy(trainer[i], &fresh));
        make_steps(trainer[i], 0, 2);
    }
    ck_same_models(trainer[0], trainer[1], false);
    ck_same_models(trainer[1], trainer[2], false);
    ck_same_models(trainer[1], trainer[3], true);
    for (int i = 0; i < 4; i++)
        gan_trainer_unref(trainer[i]);
}
END_TEST

START_TEST(r1_comes_where_no_penalty_is)
{
    gan_trainer_options with = options_of(GAN_PRESET_STABLE), without = options_of(GAN_PRESET_LSGAN);
    gan_trainer *penalised = small_trainer(&with), *plain = small_trainer(&without);
    gan_remedy remedy = remedy_of(1, 1, 1, false);
    remedy.r1_weight = 4;
    ck_ok(gan_trainer_remedy(penalised, &remedy));
    ck_ok(gan_trainer_remedy(plain, &remedy));
    ck_near(penalised->weight[GAN_REGULARIZER_R1], 0.3f, 1e-9);
    ck_near(plain->weight[GAN_REGULARIZER_R1], 4, 1e-9);
    gan_tensor *real = small_batch(BATCH, 1);
    gan_step_report report = GAN_STEP_REPORT_INIT;
    ck_ok(gan_train_step(plain, real, NULL, &report));
    ck_assert(report.r1_penalty > 0);
    gan_tensor_unref(real);
    gan_trainer_unref(penalised);
    gan_trainer_unref(plain);
}
END_TEST

START_TEST(remedies_are_checked)
{
    gan_trainer_options o = options_of(GAN_PRESET_STABLE);
    gan_trainer *trainer = small_trainer(&o);
    gan_remedy remedy = remedy_of(0, 1, 1, false);
    ck_fails(gan_trainer_remedy(NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    ck_fails(gan_trainer_remedy(trainer, &remedy), GAN_ERROR_INVALID_ARGUMENT,
             "generator_rate_factor is 0, want a number above 0");
    remedy = remedy_of(1, NAN, 1, false);
    ck_fails(gan_trainer_remedy(trainer, &remedy), GAN_ERROR_INVALID_ARGUMENT, "discriminator_rate_factor is nan");
    remedy = remedy_of(1, 1, -1, false);
    ck_fails(gan_trainer_remedy(trainer, &remedy), GAN_ERROR_INVALID_ARGUMENT, "penalty_factor is -1");
    remedy.struct_size = 3;
    ck_fails(gan_trainer_remedy(trainer, &remedy), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_assert_uint_eq(gan_trainer_remedies(trainer), 0);
    ck_assert_uint_eq(gan_trainer_remedies(NULL), 0);
    ck_ok(gan_trainer_remedy(trainer, NULL));
    ck_assert_uint_eq(gan_trainer_remedies(trainer), 1);
    gan_trainer_unref(trainer);
}
END_TEST

/* ---- runs that are watched ---- */

struct play {
    gan_loader *loader;
    gan_trainer *trainer;
};

static struct play play_new(void)
{
    gan_trainer_options o = options_of(GAN_PRESET_LSGAN);
    gan_tensor *examples = small_batch(EXAMPLES, 9);
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    struct play play = {.loader = gan_loader_new(dataset, BATCH, 3, NULL), .trainer = small_trainer(&o)};
    ck_made(play.loader);
    gan_dataset_unref(dataset);
    gan_tensor_unref(examples);
    return play;
}

static void play_unref(struct play *play)
{
    gan_loader_unref(play->loader);
    gan_trainer_unref(play->trainer);
}

struct watcher {
    gan_snapshot *snapshot;
    int calls, begins, failures;
    int stop_after; /* calls with a step; 0: never */
    bool mends;     /* goes on after NaN */
    gan_status answer;
    float *poison; /* set to NaN when step 3 was made */
};

/* Keeps the state after step 2, and goes back to it after step 5, once in a training. */
static gan_status back_once(void *context, const gan_watched *watched, bool *go_on)
{
    struct watcher *w = context;
    uint64_t step = gan_trainer_steps(watched->trainer);
    gan_status status = GAN_OK;
    ck_assert_uint_eq(watched->struct_size, sizeof *watched);
    ck_assert(watched->status != GAN_OK || *go_on);
    if (watched->report == NULL) {
        w->begins++;
        ck_assert_ptr_null(watched->real);
        return GAN_OK;
    }
    w->calls++;
    ck_assert_uint_eq(watched->report->step, step);
    ck_assert_int_eq(gan_tensor_shape(watched->real).dims[0], BATCH);
    if (step == 2 && w->snapshot == NULL)
        w->snapshot = gan_snapshot_new(watched->trainer);
    if (step == 5 && w->snapshot != NULL && gan_trainer_remedies(watched->trainer) == 0) {
        gan_remedy remedy = remedy_of(0.5f, 0.5f, 1, true);
        remedy.r1_weight = 1;
        status = gan_snapshot_restore(w->snapshot, watched->trainer);
        ck_ok(status);
        status = gan_trainer_remedy(watched->trainer, &remedy);
    }
    if (w->stop_after == w->calls)
        *go_on = false;
    return status;
}

static gan_run_result run_watched(struct play *play, gan_watch_callback *watch, struct watcher *w, int64_t steps,
                                  const char *path)
{
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.steps = steps;
    o.watch = watch;
    o.watch_context = w;
    o.checkpoint_path = path;
    o.resume = path != NULL;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(play->trainer, play->loader, &o, &result));
    return result;
}

START_TEST(a_watcher_sees_each_step_and_may_end_the_run)
{
    struct play play = play_new();
    struct watcher w = {.stop_after = 3};
    gan_run_result result = run_watched(&play, back_once, &w, 10, NULL);
    ck_assert_int_eq(result.stop, GAN_STOP_WATCH);
    ck_assert_int_eq(result.steps, 3);
    ck_assert_int_eq(w.begins, 1);
    ck_assert_int_eq(w.calls, 3);
    gan_snapshot_unref(w.snapshot);
    play_unref(&play);
}
END_TEST

#ifdef HAVE_JANSSON
/* Wherever it stops after it went back. */
START_TEST(a_run_that_went_back_resumes_to_the_bit)
{
    enum { STEPS = 12 };
    struct play whole = play_new();
    struct watcher w = {.stop_after = 0};
    run_watched(&whole, back_once, &w, STEPS, NULL);
    gan_snapshot_unref(w.snapshot);
    ck_assert_uint_eq(gan_trainer_remedies(whole.trainer), 1);
    for (int stop = 5; stop < STEPS; stop++) {
        char name[32];
        snprintf(name, sizeof name, "back%d", stop);
        const char *path = scratch_file(name);
        struct play first = play_new(), second = play_new();
        w = (struct watcher){.stop_after = stop};
        ck_assert_int_eq(run_watched(&first, back_once, &w, STEPS, path).stop, GAN_STOP_WATCH);
        gan_snapshot_unref(w.snapshot);
        play_unref(&first);
        w = (struct watcher){.stop_after = 0};
        ck_assert_int_eq(run_watched(&second, back_once, &w, STEPS, path).resumed, stop);
        ck_same_models(whole.trainer, second.trainer, true);
        ck_assert_uint_eq(gan_trainer_remedies(second.trainer), 1);
        ck_near(second.trainer->remedied.generator_rate, 0.5, 1e-9);
        ck_near(second.trainer->weight[GAN_REGULARIZER_R1], 1, 1e-9);
        play_unref(&second);
    }
    play_unref(&whole);
}
END_TEST
#endif

static gan_status poisons(void *context, const gan_watched *watched, bool *go_on)
{
    struct watcher *w = context;
    gan_status status = GAN_OK;
    if (watched->report == NULL) {
        w->snapshot = gan_snapshot_new(watched->trainer);
        return w->answer;
    }
    if (watched->status == GAN_OK) {
        if (gan_trainer_steps(watched->trainer) == 3 && w->poison != NULL)
            *w->poison = NAN;
        return GAN_OK;
    }
    w->failures++;
    ck_assert_int_eq(watched->status, GAN_ERROR_NOT_FINITE);
    ck_message("not finite");
    ck_assert(!*go_on);
    if (w->mends) {
        w->poison = NULL;
        status = gan_snapshot_restore(w->snapshot, watched->trainer);
        *go_on = true;
    }
    return status;
}

START_TEST(a_watcher_may_mend_what_is_not_finite)
{
    for (int mends = 0; mends < 2; mends++) {
        struct play play = play_new();
        struct watcher w = {.mends = mends == 1,
                            .poison = gan_tensor_data(gan_model_parameter(play.trainer->generator, 0))};
        gan_run_options o;
        ck_ok(gan_run_options_init(&o));
        o.steps = 6;
        o.watch = poisons;
        o.watch_context = &w;
        gan_run_result result = GAN_RUN_RESULT_INIT;
        gan_status status = gan_trainer_run(play.trainer, play.loader, &o, &result);
        ck_assert_int_eq(status, mends ? GAN_OK : GAN_ERROR_NOT_FINITE);
        ck_assert_int_eq(result.stop, mends ? GAN_STOP_STEPS : GAN_STOP_ERROR);
        ck_assert_int_eq(result.steps, mends ? 6 : 3);
        ck_assert_int_eq(w.failures, 1);
        gan_snapshot_unref(w.snapshot);
        play_unref(&play);
    }
}
END_TEST

START_TEST(a_watcher_s_error_is_the_run_s)
{
    struct play play = play_new();
    struct watcher w = {.answer = GAN_ERROR_SYSTEM};
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.watch = poisons; /* reason enough to let it run */
    o.watch_context = &w;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_assert_int_eq(gan_trainer_run(play.trainer, play.loader, &o, &result), GAN_ERROR_SYSTEM);
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_assert_int_eq(result.steps, 0);
    gan_snapshot_unref(w.snapshot);
    play_unref(&play);
}
END_TEST

static const struct test_case tests[] = {
    {"what goes on from a snapshot is what was there", what_goes_on_from_a_snapshot_is_what_was_there},
    {"a snapshot is taken again without allocating", a_snapshot_is_taken_again_without_allocating},
    {"snapshots of others are refused", snapshots_of_others_are_refused},
    {"a snapshot of a trainer that is gone is refused", a_snapshot_of_a_trainer_that_is_gone_is_refused},
    {"failing allocations are reported", failing_allocations_are_reported},
    {"factors are rates and weights", factors_are_rates_and_weights},
    {"new noise is new each time, and decided by the seed", new_noise_is_new_each_time_and_decided_by_the_seed},
    {"R1 comes where no penalty is", r1_comes_where_no_penalty_is},
    {"remedies are checked", remedies_are_checked},
    {"a watcher sees each step and may end the run", a_watcher_sees_each_step_and_may_end_the_run},
#ifdef HAVE_JANSSON
    {"a run that went back resumes to the bit", a_run_that_went_back_resumes_to_the_bit},
#endif
    {"a watcher may mend what is not finite", a_watcher_may_mend_what_is_not_finite},
    {"a watcher's error is the run's", a_watcher_s_error_is_the_run_s},
};

int main(void)
{
    return RUN_SUITE("train/rollback", tests);
}
