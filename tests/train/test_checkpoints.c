/* Saving and loading a trainer, and runs that stop and go on: the bits are those of the run that was never stopped. */
#include "players.h"

#include "config.h"
#include "data/dataset.h"
#include "io/safetensors.h"
#include "train/option_fields.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_JANSSON

#include "memory_check.h"

enum { EXAMPLES = 23, BATCH = 4 };

/* ---- what is trained ---- */

struct play {
    gan_dataset *dataset;
    gan_loader *loader;
    gan_trainer *trainer;
};

enum variant {
    STABLE,
    COSINE,
    MANY_D,
    SIMULTANEOUS,
    SGD,
    RMSPROP,
    ADAMW,
    LATE_AVERAGE,
    DROPOUT,
    MANY_PARTS,
    BALANCED,
    VARIANTS
};

static gan_trainer_options options_of(enum variant variant)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, variant == BALANCED ? GAN_PRESET_BEGAN : GAN_PRESET_STABLE));
    o.seed = 5;
    switch (variant) {
    case COSINE:
        o.schedule = GAN_SCHEDULE_COSINE;
        o.schedule_steps = 9;
        o.schedule_end = 0.1f;
        o.beta1 = 0.5f;
        break;
    case MANY_D:
        o.discriminator_steps = 3;
        break;
    case SIMULTANEOUS:
        o.update = GAN_UPDATE_SIMULTANEOUS;
        o.r1_weight = 0;
        o.loss = GAN_LOSS_MINIMAX;
        break;
    case SGD:
        o.generator_optimizer = gan_optimizer_sgd(0.01f, 0.9f, true);
        o.discriminator_optimizer = gan_optimizer_sgd(0.01f, 0, false);
        o.update = GAN_UPDATE_G_FIRST;
        break;
    case RMSPROP:
        o.generator_optimizer = gan_optimizer_rmsprop(0.001f, 0.99f, 1e-8f, 0.5f);
        o.average_decay = 0;
        break;
    case ADAMW:
        o.discriminator_optimizer = gan_optimizer_adamw(0.001f, 0.5f, 0.99f, 0.1f);
        break;
    case LATE_AVERAGE:
        o.average_start = 6;
        o.average_warm_up = false;
        break;
    case MANY_PARTS:
        o.micro_batches = 2;
        o.clip_norm = 0.2f;
        o.beta1 = 0;
        o.courses[0] = (gan_course){
            .setting = GAN_SETTING_BETA1, .schedule = GAN_SCHEDULE_LINEAR, .begin = 0, .end = 0.5f, .steps = 9};
        o.courses[1] = (gan_course){
            .setting = GAN_SETTING_R2_WEIGHT, .schedule = GAN_SCHEDULE_STEP, .begin = 1, .factor = 0.5f, .steps = 3};
        o.courses[2] = (gan_course){.setting = GAN_SETTING_GENERATOR_RATE, .begin = 0.01f, .warm_up = 8};
        o.course_count = 3;
        o.lecam_weight = 0.1f;
        o.instance_noise = 0.05f;
        o.lazy_interval = 2;
        break;
    default:
        break;
    }
    return o;
}

static gan_model *dropping_discriminator(void)
{
    gan_model *d = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_concat_noise(2));
    gan_model_add(d, gan_layer_maxout(5, 2));
    gan_model_add(d, gan_layer_dropout(0.3f));
    gan_model_add(d, gan_layer_dense(1));
    ck_ok(gan_model_status(d));
    return d;
}

static gan_model *normed_discriminator(void)
{
    gan_model *d = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_with_spectral_norm(gan_layer_maxout(5, 2), 1));
    gan_model_add(d, gan_layer_with_weight_norm(gan_layer_dense(1)));
    ck_ok(gan_model_status(d));
    return d;
}

static struct play play_with(const gan_trainer_options *options, enum variant variant)
{
    gan_tensor *examples = small_batch(EXAMPLES, 9);
    struct play p = {.dataset = gan_dataset_from_tensor(examples, NULL, 0, 1)};
    gan_tensor_unref(examples);
    p.loader = gan_loader_new(p.dataset, BATCH, 3, NULL);
    ck_made(p.loader);
    gan_model *g = small_generator(options->preset);
    gan_model *d = variant == DROPOUT      ? dropping_discriminator()
                   : variant == MANY_PARTS ? normed_discriminator()
                                           : small_discriminator(options->preset);
    p.trainer = gan_trainer_new(g, d, options);
    ck_made(p.trainer);
    ck_ok(gan_trainer_set_dataset(p.trainer, p.dataset));
    gan_model_unref(g);
    gan_model_unref(d);
    return p;
}

static struct play play_new(enum variant variant)
{
    gan_trainer_options options = options_of(variant);
    return play_with(&options, variant);
}

static void play_unref(struct play *p)
{
    gan_trainer_unref(p->trainer);
    gan_loader_unref(p->loader);
    gan_dataset_unref(p->dataset);
}

/* With changes on the way, which a checkpoint must know of. */
static void play_steps(struct play *p, int from, int to)
{
    for (int step = from; step < to; step++) {
        if (step == 4) {
            ck_ok(gan_optimizer_set_rate(gan_trainer_generator_optimizer(p->trainer), 0.0005f));
            if (gan_model_mixes_examples(gan_trainer_discriminator(p->trainer)) == false)
                ck_ok(gan_trainer_set_r1_weight(p->trainer, 3));
        }
        const gan_tensor *real;
        ck_ok(gan_loader_next(p->loader, &real, NULL));
        ck_ok(gan_train_step(p->trainer, real, NULL, NULL));
    }
}

static bool same_model(gan_model *a, gan_model *b)
{
    gan_tensor *x = numbers_of(a), *y = numbers_of(b);
    bool same = same_numbers(x, y);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    return same;
}

static void ck_same_play(const struct play *a, const struct play *b)
{
    ck_assert(same_model(gan_trainer_generator(a->trainer), gan_trainer_generator(b->trainer)));
    ck_assert(same_model(gan_trainer_discriminator(a->trainer), gan_trainer_discriminator(b->trainer)));
    ck_assert(same_model(gan_trainer_averaged_generator(a->trainer), gan_trainer_averaged_generator(b->trainer)));
    ck_assert_uint_eq(gan_trainer_steps(a->trainer), gan_trainer_steps(b->trainer));
    ck_assert_uint_eq(gan_loader_position(a->loader), gan_loader_position(b->loader));
    ck_assert_uint_eq(gan_optimizer_steps(gan_trainer_generator_optimizer(a->trainer)),
                      gan_optimizer_steps(gan_trainer_generator_optimizer(b->trainer)));
}

/* ---- save and load ---- */

START_TEST(what_goes_on_is_what_never_stopped)
{
    static const int stops[] = {0, 1, 5, 11};
    enum { STEPS = 12 };
    for (int variant = 0; variant < VARIANTS; variant++) {
        struct play whole = play_new((enum variant)variant);
        play_steps(&whole, 0, STEPS);
        for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
            const char *path = scratch_file("play.checkpoint");
            struct play first = play_new((enum variant)variant), second = play_new((enum variant)variant);
            play_steps(&first, 0, stops[i]);
            ck_ok(gan_trainer_save(first.trainer, first.loader, path));
            play_unref(&first);
            play_steps(&second, 0, 2); /* what was done before loading leaves no trace */
            ck_ok(gan_set_threads(3));
            ck_ok(gan_trainer_load(second.trainer, second.loader, path));
            ck_assert_uint_eq(gan_trainer_steps(second.trainer), (uint64_t)stops[i]);
            play_steps(&second, stops[i], STEPS);
            ck_same_play(&whole, &second);
            ck_ok(gan_set_threads(0));
            play_unref(&second);
        }
        play_unref(&whole);
    }
}
END_TEST

START_TEST(a_loader_is_optional)
{
    const char *path = scratch_file("alone.checkpoint");
    struct play p = play_new(STABLE), q = play_new(STABLE);
    play_steps(&p, 0, 3);
    ck_ok(gan_trainer_save(p.trainer, NULL, path));
    ck_fails(gan_trainer_load(q.trainer, q.loader, path), GAN_ERROR_INVALID_ARGUMENT, "was saved without a loader");
    ck_assert_uint_eq(gan_trainer_steps(q.trainer), 0);
    ck_ok(gan_trainer_load(q.trainer, NULL, path));
    ck_assert_uint_eq(gan_loader_position(q.loader), 0);
    gan_loader_seek(q.loader, 3);
    ck_same_play(&p, &q);
    ck_ok(gan_trainer_save(p.trainer, p.loader, path));
    ck_ok(gan_trainer_load(q.trainer, NULL, path));
    uint64_t steps;
    ck_assert(gan_model_training(gan_trainer_averaged_generator(q.trainer), &steps, NULL) && steps == 3);
    play_unref(&p);
    play_unref(&q);
}
END_TEST

/* A trainer with one option changed is refused the checkpoint of STABLE's, with that in the message. */
static void ck_differs(gan_trainer_options options, const char *path, const char *message)
{
    struct play p = play_with(&options, STABLE);
    gan_model *before = gan_model_copy(gan_trainer_generator(p.trainer));
    ck_fails(gan_trainer_load(p.trainer, p.loader, path), GAN_ERROR_INVALID_ARGUMENT, message);
    ck_message("is of a run with other settings: ");
    ck_assert(same_model(before, gan_trainer_generator(p.trainer)));
    gan_model_unref(before);
    play_unref(&p);
}

START_TEST(settings_that_differ_are_named)
{
    const char *path = scratch_file("settings.checkpoint");
    struct play p = play_new(STABLE);
    play_steps(&p, 0, 1);
    ck_ok(gan_trainer_save(p.trainer, p.loader, path));
    gan_trainer_options o = options_of(STABLE);
    o.seed = 6;
    ck_differs(o, path, "options.seed is \"6\", and \"5\" in the checkpoint");
    o = options_of(STABLE);
    o.r1_weight = 2;
    ck_differs(o, path, "options.r1_weight is 2, and 0.3 in the checkpoint");
    o = options_of(STABLE);
    o.beta1 = 0.5f;
    o.average_decay = 0.5f;
    ck_differs(o, path, "options.average_decay is 0.5, and 0.995 in");
    ck_message("; generator_optimizer.beta1 is 0.5, and 0 in the checkpoint; discriminator_optimizer.beta1");
    o = options_of(SGD);
    o.update = GAN_UPDATE_D_FIRST;
    ck_differs(o, path, "generator_optimizer.kind is \"sgd\", and \"adam\" in the checkpoint");
    ck_message("; and 5 more");
    play_unref(&p);

    struct play other = play_new(DROPOUT);
    ck_fails(gan_trainer_load(other.trainer, other.loader, path), GAN_ERROR_INVALID_ARGUMENT,
             "discriminator.layers.1.kind is \"concat_noise\", and \"scale_shift\" in the checkpoint");
    play_unref(&other);

    p = play_new(STABLE);
    gan_loader *loader = gan_loader_new(p.dataset, BATCH, 4, NULL);
    ck_fails(gan_trainer_load(p.trainer, loader, path), GAN_ERROR_INVALID_ARGUMENT, "loader.seed is \"4\", and \"3\"");
    gan_loader_unref(loader);
    gan_tensor *examples = small_batch(EXAMPLES, 10);
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    loader = gan_loader_new(dataset, BATCH, 3, NULL);
    ck_fails(gan_trainer_load(p.trainer, loader, path), GAN_ERROR_INVALID_ARGUMENT, "loader.examples_crc32 is ");
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    gan_tensor_unref(examples);
    play_unref(&p);
}
END_TEST

START_TEST(wrong_files_and_arguments_are_refused)
{
    const char *path = scratch_file("wrong.checkpoint");
    struct play p = play_new(STABLE);
    ck_fails(gan_trainer_save(NULL, NULL, path), GAN_ERROR_INVALID_ARGUMENT, "gan_trainer_save: trainer is NULL");
    ck_fails(gan_trainer_save(p.trainer, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "gan_trainer_save: path is NULL");
    ck_fails(gan_trainer_load(NULL, NULL, path), GAN_ERROR_INVALID_ARGUMENT, "gan_trainer_load: trainer is NULL");
    ck_fails(gan_trainer_load(p.trainer, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "gan_trainer_load: path is NULL");
    ck_fails(gan_trainer_load(p.trainer, NULL, path), GAN_ERROR_IO, "wrong.checkpoint: cannot be opened");
    ck_fails(gan_trainer_save(p.trainer, NULL, scratch_file("no/where")), GAN_ERROR_IO, "gan_trainer_save: ");
    ck_ok(gan_model_save(gan_trainer_generator(p.trainer), path));
    ck_fails(gan_trainer_load(p.trainer, NULL, path), GAN_ERROR_FORMAT, "is a libgan model, want a checkpoint");
    ck_ok(gan_trainer_save(p.trainer, NULL, path));
    ck_null(gan_model_load(path), "is a libgan checkpoint, want a model");
    play_unref(&p);
}
END_TEST

/* A new field of the options must have a line in option_fields.c: what lies between those that have is padding. */
START_TEST(every_option_is_known_to_checkpoints)
{
    size_t end = 0;
    for (size_t i = 0; i < gan_option_field_count; i++) {
        const struct gan_option_field *field = &gan_option_fields[i];
        size_t alignment = field->size < 8 ? field->size : 8;
        ck_assert_msg(field->offset == (end + alignment - 1) / alignment * alignment,
                      "an option before %s is not in option_fields.c", field->name);
        end = field->offset + field->size;
    }
    ck_assert_msg(sizeof(gan_trainer_options) == (end + 7) / 8 * 8,
                  "an option after the last is not in option_fields.c");
}
END_TEST

/* ---- what is in the file is checked ---- */

/* Writes the checkpoint again with one text replaced by another in its description. */
static void rewrite(const char *path, const char *to, const char *old, const char *new)
{
    struct gan_safetensors *file = gan_safetensors_open(path);
    ck_made(file);
    const char *text = gan_safetensors_metadata(file, "libgan"), *at = strstr(text, old);
    ck_assert_msg(at != NULL, "%s is not in %s", old, text);
    char *changed = malloc(strlen(text) + strlen(new) + 1);
    sprintf(changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    struct gan_safetensors_item items[64];
    size_t count = gan_safetensors_count(file);
    ck_assert_uint_le(count, 64);
    for (size_t i = 0; i < count; i++) {
        const struct gan_safetensors_entry *entry = gan_safetensors_entry(file, i);
        float *numbers = malloc(entry->size);
        gan_safetensors_numbers(entry, numbers);
        items[i] = (struct gan_safetensors_item){entry->name, entry->shape, numbers};
    }
    const struct gan_safetensors_datum about = {"libgan", changed};
    ck_ok(gan_safetensors_write(to, items, count, &about, 1, "test"));
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)items[i].numbers);
    free(changed);
    gan_safetensors_close(file);
}

static char logged[1200];

static void keep_log(void *context, gan_log_level level, const char *message)
{
    (void)context;
    (void)level;
    snprintf(logged, sizeof logged, "%s", message);
}

START_TEST(state_is_checked_and_other_machines_warned_of)
{
    static const char *const cases[][3] = {
        {"\"steps\":\"2\"", "\"steps\":2", "the checkpoint's \"steps\" is 2, which cannot be"},
        {"\"generator_updates\":\"2\"", "\"generator_updates\":\"x\"", "\"generator_updates\" is \"x\""},
        {"\"data_low\":0,\"data_high\":1,\"standardised\"", "\"data_low\":1,\"data_high\":1,\"standardised\"",
         "\"data_high\" is 1, which cannot be"},
        {"\"augment_probability\":1,\"augment_signs\"", "\"augment_probability\":2,\"augment_signs\"",
         "\"augment_probability\" is 2, which cannot be"},
        {"\"augment_signs\":0", "\"augment_signs\":9", "\"augment_signs\" is 9"},
        {"\"augment_updates\":0", "\"augment_updates\":4", "\"augment_updates\" is 4"},
        {"\"remedied\":{\"count\":\"0\"", "\"remedied\":{\"count\":0", "the checkpoint's \"remedied\" is"},
        {"\"penalty\":1,\"noise\"", "\"penalty\":-1,\"noise\"", "the checkpoint's \"remedied\" is"},
        {"\"standardised\":false", "\"standardised\":0", "\"standardised\" is 0"},
        {"\"standardised\":false", "\"standardised\":true", "has no tensor \"generator.standard.mean\""},
        {"\"loader_position\":\"2\"", "\"loader_position\":\"-2\"", "\"loader_position\" is \"-2\""},
        {"\"format\":\"checkpoint\"", "\"format\":\"check\"", "is a libgan check, want a checkpoint"},
        {"\"version\":1", "\"version\":9", "version 9 of libgan's checkpoint files"},
    };
    const char *path = scratch_file("state.checkpoint"), *to = scratch_file("changed.checkpoint");
    struct play p = play_new(STABLE), q = play_new(STABLE);
    play_steps(&p, 0, 2);
    ck_ok(gan_trainer_save(p.trainer, p.loader, path));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rewrite(path, to, cases[i][0], cases[i][1]);
        ck_assert_int_ne(gan_trainer_load(q.trainer, q.loader, to), GAN_OK);
        ck_message(cases[i][2]);
        ck_assert_uint_eq(gan_trainer_steps(q.trainer), 0);
    }
    gan_set_log(keep_log, NULL, GAN_LOG_WARNING);
    ck_ok(gan_trainer_load(q.trainer, q.loader, path));
    ck_assert_str_eq(logged, "");
    rewrite(path, to, "\"level\":\"", "\"level\":\"not-");
    ck_ok(gan_trainer_load(q.trainer, q.loader, to));
    ck_assert_msg(strstr(logged, "was made with the instruction set not-") != NULL, "%s", logged);
    rewrite(path, to, "\"library\":\"", "\"library\":\"9");
    ck_ok(gan_trainer_load(q.trainer, q.loader, to));
    ck_assert_msg(strstr(logged, "was made by libgan 9") != NULL, "%s", logged);
    gan_set_log(NULL, NULL, GAN_LOG_WARNING);
    ck_same_play(&p, &q);
    play_unref(&p);
    play_unref(&q);
}
END_TEST

/* ---- runs ---- */

static gan_run_options run_options(const char *path)
{
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.epochs = 3;
    o.checkpoint_path = path;
    o.checkpoint_every_steps = 2;
    return o;
}

struct watch {
    int64_t stop_at, first, last, epoch;
    float samples[8];
    int sample_calls;
};

static bool watch_progress(void *context, const gan_progress *progress)
{
    struct watch *watch = context;
    if (watch->first == 0)
        watch->first = progress->step;
    watch->last = progress->step;
    watch->epoch = progress->epoch;
    return progress->step != watch->stop_at;
}

static bool watch_samples(void *context, const gan_progress *progress, const gan_tensor *samples)
{
    struct watch *watch = context;
    (void)progress;
    watch->sample_calls++;
    memcpy(watch->samples, gan_tensor_data(samples), sizeof watch->samples);
    return true;
}

static int count_files(const char *beginning)
{
    int count = 0;
    DIR *folder = opendir(scratch_directory());
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
    closedir(folder);
    return count;
}

START_TEST(a_stopped_run_goes_on_as_if_it_had_not)
{
    struct watch calm = {.stop_at = -1};
    struct play whole = play_new(MANY_D);
    gan_run_options o = run_options(NULL);
    o.checkpoint_every_steps = 0;
    o.samples = watch_samples;
    o.context = &calm;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(whole.trainer, whole.loader, &o, &result));
    ck_assert_int_eq(result.resumed, 0);
    const int64_t all = result.steps;

    for (int64_t stop = 1; stop < all; stop++) {
        char name[32];
        snprintf(name, sizeof name, "run%d", (int)stop);
        struct watch watch = {.stop_at = stop};
        struct play first = play_new(MANY_D), second = play_new(MANY_D);
        o = run_options(scratch_file(name));
        o.resume = true; /* also where there is nothing yet */
        o.progress = watch_progress;
        o.samples = watch_samples;
        o.context = &watch;
        ck_ok(gan_trainer_run(first.trainer, first.loader, &o, &result));
        ck_assert_int_eq(result.stop, GAN_STOP_CALLBACK);
        ck_assert_int_eq(result.steps, stop);
        play_unref(&first);
        watch = (struct watch){.stop_at = -1};
        ck_ok(gan_trainer_run(second.trainer, second.loader, &o, &result));
        ck_assert_int_eq(result.stop, GAN_STOP_EPOCHS);
        ck_assert_int_eq(result.steps, all);
        ck_assert_int_eq(result.resumed, stop);
        ck_assert_int_eq(watch.first, stop + 1);
        ck_assert_int_eq(watch.last, all);
        ck_assert_int_eq(watch.epoch, 3);
        ck_assert_mem_eq(watch.samples, calm.samples, sizeof calm.samples);
        ck_same_play(&whole, &second);
        strcat(name, "-");
        ck_assert_int_le(count_files(name), 2);
        /* It is at its end: a third time does nothing. */
        ck_ok(gan_trainer_run(second.trainer, second.loader, &o, &result));
        ck_assert_int_eq(result.resumed, all);
        ck_same_play(&whole, &second);
        play_unref(&second);
    }
    play_unref(&whole);
}
END_TEST

START_TEST(so_many_checkpoints_are_kept_and_none_overwritten)
{
    struct play p = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("kept"));
    o.checkpoints_kept = 3;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    ck_assert_int_eq(count_files("kept-"), 3);
    ck_assert_int_eq(access(scratch_file("kept-000000000015.checkpoint"), F_OK), 0);
    ck_assert_int_eq(access(scratch_file("kept-000000000014.checkpoint"), F_OK), 0);
    ck_assert_int_eq(access(scratch_file("kept-000000000012.checkpoint"), F_OK), 0);
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "checkpoints of an earlier run are at");
    ck_message("its latest has 15 steps); set resume");
    play_unref(&p);
}
END_TEST

START_TEST(checkpoints_are_written_by_the_clock_too)
{
    struct play p = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("clock"));
    o.checkpoint_every_steps = 0;
    o.checkpoint_every_seconds = 1e-9;
    o.checkpoints_kept = 100;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    ck_assert_int_eq(count_files("clock-"), 15);
    o = run_options(scratch_file("never"));
    o.checkpoint_every_steps = 0;
    o.checkpoint_every_seconds = 1e9;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL)); /* at the end */
    ck_assert_int_eq(count_files("never-"), 1);
    play_unref(&p);
}
END_TEST

static void damage(const char *path)
{
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    fseek(file, -5, SEEK_END);
    fputc(0x55, file);
    fclose(file);
}

START_TEST(the_newest_whole_one_counts)
{
    struct watch watch = {.stop_at = 7};
    struct play p = play_new(STABLE), q = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("whole"));
    o.progress = watch_progress;
    o.context = &watch;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    damage(scratch_file("whole-000000000007.checkpoint"));
    fclose(fopen(scratch_file("whole-000000000099.checkpoint"), "wb"));
    fclose(fopen(scratch_file("whole-000000000008.checkpoint.999999999-3.part"), "wb")); /* of a process that is dead */
    char alive[100];
    snprintf(alive, sizeof alive, "whole-000000000008.checkpoint.%ld-3.part", (long)getppid());
    fclose(fopen(scratch_file(alive), "wb"));
    gan_set_log(keep_log, NULL, GAN_LOG_WARNING);
    o.resume = true;
    watch = (struct watch){.stop_at = -1};
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(q.trainer, q.loader, &o, &result));
    gan_set_log(NULL, NULL, GAN_LOG_WARNING);
    ck_assert_int_eq(result.resumed, 6);
    ck_assert_msg(strstr(logged, "whole-000000000007.checkpoint: damaged or cut") != NULL, "%s", logged);
    ck_assert_msg(strstr(logged, "trying the checkpoint before it") != NULL, "%s", logged);
    ck_assert_int_ne(access(scratch_file("whole-000000000008.checkpoint.999999999-3.part"), F_OK), 0);
    ck_assert_int_eq(access(scratch_file(alive), F_OK), 0);
    play_unref(&p);
    play_unref(&q);

    struct play whole = play_new(STABLE);
    play_steps(&whole, 0, 1);
    for (int step = 0; step < 2; step++) {
        char name[64];
        snprintf(name, sizeof name, "broken-%012d.checkpoint", step);
        ck_ok(gan_trainer_save(whole.trainer, whole.loader, scratch_file(name)));
        damage(scratch_file(name));
    }
    o.checkpoint_path = scratch_file("broken");
    ck_fails(gan_trainer_run(whole.trainer, whole.loader, &o, NULL), GAN_ERROR_FORMAT,
             "no whole checkpoint among the 2 of");
    play_unref(&whole);
}
END_TEST

/* A run of 8 steps; another one that finds its last checkpoint damaged, and ends before it. */
START_TEST(damaged_ones_of_later_steps_do_not_count)
{
    struct play p = play_new(STABLE), q = play_new(STABLE), r = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("later"));
    o.steps = 8;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    damage(scratch_file("later-000000000008.checkpoint"));
    char part[100];
    snprintf(part, sizeof part, "later-000000000008.checkpoint.%ld-3.part", (long)getpid());
    fclose(fopen(scratch_file(part), "wb"));
    gan_set_log(keep_log, NULL, GAN_LOG_WARNING);
    o.resume = true;
    o.steps = 7;
    o.checkpoints_kept = 1;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(q.trainer, q.loader, &o, &result));
    ck_assert_int_eq(result.resumed, 6);
    ck_assert_int_eq(access(scratch_file("later-000000000007.checkpoint"), F_OK), 0);
    ck_assert_int_ne(access(scratch_file("later-000000000006.checkpoint"), F_OK), 0);
    ck_assert_int_ne(access(scratch_file(part), F_OK), 0); /* of an earlier process of our number */
    ck_ok(gan_trainer_run(r.trainer, r.loader, &o, &result));
    ck_assert_int_eq(result.resumed, 7);
    ck_same_play(&q, &r);
    gan_set_log(NULL, NULL, GAN_LOG_WARNING);
    play_unref(&p);
    play_unref(&q);
    play_unref(&r);
}
END_TEST

/* root may read everything, so that another user tries. */
START_TEST(an_unreadable_checkpoint_is_not_passed_over)
{
    struct play p = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("locked"));
    o.steps = 4;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    o.resume = true;
    o.steps = 5;
    ck_assert_int_eq(chmod(scratch_file("locked-000000000004.checkpoint"), 0), 0);
    ck_assert_int_eq(chmod(scratch_file(""), 0777), 0);
    bool root = geteuid() == 0;
    ck_assert(!root || seteuid(65534) == 0);
    gan_status status = gan_trainer_run(p.trainer, p.loader, &o, NULL);
    ck_assert(!root || seteuid(0) == 0);
    ck_fails(status, GAN_ERROR_IO, "locked-000000000004.checkpoint: Permission denied; make it readable, or remove it");
    play_unref(&p);
}
END_TEST

static bool gone; /* the data cannot be read any more */

static gan_status may_be_gone(void *context, int64_t index, float *example, int32_t *label)
{
    (void)context;
    (void)label;
    if (gone)
        return GAN_ERROR_IO;
    for (int i = 0; i < 6; i++)
        example[i] = (float)(index % 5) / 5;
    return GAN_OK;
}

/* That the data cannot be read is no fault of a checkpoint. */
START_TEST(unreadable_data_are_not_taken_for_a_damaged_checkpoint)
{
    gan_trainer_options options = options_of(STABLE);
    gan_run_options o = run_options(scratch_file("unread"));
    o.resume = true;
    for (int time = 0; time < 2; time++) {
        gone = false;
        gan_dataset *data = gan_dataset_from_function(GAN_SHAPE(2, 3), EXAMPLES, may_be_gone, NULL, NULL);
        ck_ok(gan_dataset_set_range(data, 0, 1));
        gan_loader *loader = gan_loader_new(data, BATCH, 3, NULL);
        ck_made(loader);
        gan_trainer *trainer = small_trainer(&options);
        data->serial = false; /* as folders are, of which a checkpoint tells examples */
        gone = time > 0;
        logged[0] = '\0';
        gan_set_log(keep_log, NULL, GAN_LOG_WARNING);
        gan_status status = gan_trainer_run(trainer, loader, &o, NULL);
        gan_set_log(NULL, NULL, GAN_LOG_WARNING);
        ck_assert_int_eq(status, gone ? GAN_ERROR_IO : GAN_OK);
        ck_assert_str_eq(logged, "");
        gan_trainer_unref(trainer);
        gan_loader_unref(loader);
        gan_dataset_unref(data);
    }
}
END_TEST

/* The same examples, but for one's label. */
START_TEST(other_labels_are_other_data)
{
    gan_tensor *examples = small_batch(EXAMPLES, 4);
    const char *path = scratch_file("labels.checkpoint");
    for (int several = 0; several < 2; several++) {
        for (int i = 0; i < 2; i++) {
            gan_tensor *labels = gan_tensor_new_typed(several ? GAN_SHAPE(EXAMPLES, 2) : GAN_SHAPE(EXAMPLES),
                                                      GAN_INT32);
            for (int64_t at = 0; at < gan_tensor_size(labels); at++)
                gan_tensor_int32(labels)[at] = at == 0 ? i : (int32_t)(at % 3);
            gan_dataset *data = gan_dataset_from_tensor(examples, labels, 0, 1);
            gan_loader *loader = gan_loader_new(data, BATCH, 3, NULL);
            ck_made(loader);
            gan_trainer_options options = options_of(STABLE);
            gan_trainer *trainer = small_trainer(&options);
            if (i == 0)
                ck_ok(gan_trainer_save(trainer, loader, path));
            else
                ck_fails(gan_trainer_load(trainer, loader, path), GAN_ERROR_INVALID_ARGUMENT, "loader.examples_crc32");
            gan_trainer_unref(trainer);
            gan_loader_unref(loader);
            gan_dataset_unref(data);
            gan_tensor_unref(labels);
        }
    }
    gan_tensor_unref(examples);
}
END_TEST

/* One number of the second batch is far outside the range that the data are taken to have. */
static gan_status one_is_far(void *context, int64_t index, float *example, int32_t *label)
{
    (void)context;
    (void)label;
    for (int i = 0; i < 6; i++)
        example[i] = index == BATCH + 1 ? 5 : (float)(index % 5) / 5;
    return GAN_OK;
}

/* The first batch of all is looked at, not that after a stop. */
START_TEST(a_range_is_not_looked_at_again)
{
    gan_trainer_options options = options_of(STABLE);
    gan_loader_options in_order;
    ck_ok(gan_loader_options_init(&in_order));
    in_order.sampling = GAN_SAMPLING_SEQUENTIAL;
    gan_run_options o = run_options(scratch_file("far"));
    o.resume = true;
    for (o.steps = 1; o.steps < 4; o.steps++) {
        gan_dataset *data = gan_dataset_from_function(GAN_SHAPE(2, 3), EXAMPLES, one_is_far, NULL, NULL);
        gan_loader *loader = gan_loader_new(data, BATCH, 3, &in_order);
        ck_made(loader);
        gan_trainer *trainer = small_trainer(&options);
        ck_ok(gan_trainer_run(trainer, loader, &o, NULL));
        gan_trainer_unref(trainer);
        gan_loader_unref(loader);
        gan_dataset_unref(data);
    }
}
END_TEST

START_TEST(options_of_checkpoints_are_checked)
{
    struct play p = play_new(STABLE);
    gan_run_options o = run_options(scratch_file("none/run"));
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_IO, "its folder cannot be read");
    o.checkpoint_path = "/proc/x"; /* where no one can make a file */
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_IO, "the file cannot be made");
    ck_assert_uint_eq(gan_trainer_steps(p.trainer), 0);
    o = run_options(NULL);
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "checkpoint_path is NULL, but");
    o.checkpoint_every_steps = 0;
    o.resume = true;
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "but resume is set");
    o = run_options("x");
    o.checkpoint_every_steps = -1;
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "checkpoint_every_steps is -1");
    o = run_options("x");
    o.checkpoint_every_seconds = NAN;
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "checkpoint_every_seconds is");
    o = run_options("x");
    o.checkpoints_kept = 0;
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "checkpoints_kept is 0");
    /* A program that was built before checkpoints were. */
    o = run_options("x");
    ck_ok(gan_run_options_init_sized(&o, offsetof(gan_run_options, checkpoint_path)));
    o.steps = 1;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    play_unref(&p);
}
END_TEST

/* ---- memory ---- */

static gan_trainer *scarce; /* made before allocations begin to fail */

static bool save_and_load(void *context)
{
    return gan_trainer_save(scarce, NULL, context) == GAN_OK && gan_trainer_load(scarce, NULL, context) == GAN_OK;
}

/* What the trainer itself keeps anew (a text) is not counted against the allocator of an attempt. */
START_TEST(failing_allocations_are_reported)
{
    gan_trainer_options o = options_of(STABLE);
    scarce = small_trainer(&o);
    const char *path = scratch_file("scarce.checkpoint");
    CHECK_EACH_ALLOCATION(save_and_load, (void *)(uintptr_t)path);
    gan_trainer_unref(scarce);
}
END_TEST

static const struct test_case tests[] = {
    {"what goes on is what never stopped", what_goes_on_is_what_never_stopped},
    {"a loader is optional", a_loader_is_optional},
    {"settings that differ are named", settings_that_differ_are_named},
    {"every option is known to checkpoints", every_option_is_known_to_checkpoints},
    {"wrong files and arguments are refused", wrong_files_and_arguments_are_refused},
    {"state is checked and other machines warned of", state_is_checked_and_other_machines_warned_of},
    {"a stopped run goes on as if it had not", a_stopped_run_goes_on_as_if_it_had_not},
    {"so many checkpoints are kept and none overwritten", so_many_checkpoints_are_kept_and_none_overwritten},
    {"checkpoints are written by the clock too", checkpoints_are_written_by_the_clock_too},
    {"the newest whole one counts", the_newest_whole_one_counts},
    {"an unreadable one is not passed over", an_unreadable_checkpoint_is_not_passed_over},
    {"damaged ones of later steps do not count", damaged_ones_of_later_steps_do_not_count},
    {"unreadable data are not taken for a damaged checkpoint", unreadable_data_are_not_taken_for_a_damaged_checkpoint},
    {"other labels are other data", other_labels_are_other_data},
    {"a range is not looked at again", a_range_is_not_looked_at_again},
    {"options of checkpoints are checked", options_of_checkpoints_are_checked},
    {"failing allocations are reported", failing_allocations_are_reported},
};

#else

START_TEST(without_jansson_checkpoints_are_written_and_resuming_says_so)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    gan_trainer *trainer = small_trainer(&o);
    const char *path = scratch_file("some.checkpoint");
    ck_ok(gan_trainer_save(trainer, NULL, path));
    ck_fails(gan_trainer_load(trainer, NULL, path), GAN_ERROR_UNSUPPORTED, "libgan was built without jansson");
    gan_trainer_unref(trainer);
}
END_TEST

static const struct test_case tests[] = {
    {"without jansson checkpoints are written and resuming says so",
     without_jansson_checkpoints_are_written_and_resuming_says_so},
};

#endif

int main(void)
{
    return RUN_SUITE("train: checkpoints", tests);
}
