/*
 * Reading a checkpoint: first everything is looked up and checked, and all memory taken; then it is copied, which
 * cannot fail.
 */
#include "train/checkpoint.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "train/optimizer.h"
#include "train/trainer.h"

#include <math.h>
#include <string.h>

/* ---- state ---- */

struct optimizer_state {
    float rate;
    uint64_t steps;
    const struct gan_safetensors_entry *moment[2];
};

struct model_entries {
    const struct gan_safetensors_entry **parameters, **state;
};

struct reading {
    gan_trainer *trainer;
    gan_loader *loader;
    const struct gan_safetensors *file;
    const struct gan_json *settings, *about, *state;
    size_t tensors; /* that the trainer has a place for */
    uint64_t steps, generator_updates, position;
    float r1_weight, balance, data_low, data_high;
    struct gan_adaptive adaptive;
    struct gan_remedied remedied;
    const struct gan_safetensors_entry *averages;
    struct gan_run_position run;
    struct optimizer_state generator_optimizer, discriminator_optimizer;
    struct model_entries generator, discriminator, average, best;
    gan_tensor *mean, *deviation;
};

static gan_status bad_state(const struct reading *reading, const char *key)
{
    char text[80];
    return gan_fail(GAN_ERROR_FORMAT, "%s: the checkpoint's \"%s\" is %s, which cannot be",
                    gan_safetensors_what(reading->file), key,
                    gan_json_print(gan_json_get(reading->state, key), text, sizeof text));
}

static gan_status read_run(struct reading *reading)
{
    const struct gan_json *steps = gan_json_get(reading->state, "run_steps");
    if (steps == NULL)
        return GAN_OK;
    reading->run.known = true;
    if (!gan_json_integer(steps, &reading->run.steps) || reading->run.steps < 0)
        return bad_state(reading, "run_steps");
    if (!gan_json_double(gan_json_get(reading->state, "run_seconds"), &reading->run.seconds) ||
        !(reading->run.seconds >= 0))
        return bad_state(reading, "run_seconds");
    return GAN_OK;
}

/* A member of the state's "evaluation": a number that may be negative only if `any`. */
static gan_status read_figure(const struct reading *reading, const char *key, bool any, double *to)
{
    const struct gan_json *evaluation = gan_json_get(reading->state, "evaluation");
    bool known = gan_json_double(gan_json_get(evaluation, key), to) && isfinite(*to) && (any || *to >= 0);
    return known ? GAN_OK : bad_state(reading, "evaluation");
}

static gan_status read_count(const struct reading *reading, const char *key, int64_t least, int64_t *to)
{
    const struct gan_json *evaluation = gan_json_get(reading->state, "evaluation");
    bool known = gan_json_integer(gan_json_get(evaluation, key), to) && *to >= least;
    return known ? GAN_OK : bad_state(reading, "evaluation");
}

static gan_status read_evaluation(struct reading *reading)
{
    const struct gan_json *evaluation = gan_json_get(reading->state, "evaluation");
    struct gan_evaluation *to = &reading->run.evaluation;
    if (evaluation == NULL)
        return GAN_OK;
    if (!gan_json_bool(gan_json_get(evaluation, "higher_is_better"), &to->higher_is_better))
        return bad_state(reading, "evaluation");
    gan_status status = read_count(reading, "count", 1, &to->count);
    if (status == GAN_OK)
        status = read_count(reading, "best_step", 1, &to->best_step);
    if (status == GAN_OK && to->best_step > reading->run.steps)
        status = bad_state(reading, "evaluation");
    if (status == GAN_OK)
        status = read_count(reading, "without", 0, &to->without);
    if (status == GAN_OK)
        status = read_figure(reading, "best_value", true, &to->best_value);
    if (status == GAN_OK)
        status = read_figure(reading, "best_error", false, &to->best_error);
    if (status == GAN_OK)
        status = read_figure(reading, "mark", true, &to->mark);
    if (status == GAN_OK)
        status = read_figure(reading, "mark_error", false, &to->mark_error);
    return status;
}

static gan_status read_adaptive(struct reading *reading)
{
    const struct gan_json *state = reading->state;
    struct gan_adaptive *to = &reading->adaptive;
    int64_t updates;
    if (!gan_json_double(gan_json_get(state, "augment_probability"), &to->exact) || !(to->exact >= 0 && to->exact <= 1))
        return bad_state(reading, "augment_probability");
    to->probability = (float)to->exact;
    if (!gan_json_float(gan_json_get(state, "augment_signs"), &to->signs) || !(fabsf(to->signs) <= 4))
        return bad_state(reading, "augment_signs");
    if (!gan_json_integer(gan_json_get(state, "augment_updates"), &updates) || updates < 0 || updates > 3)
        return bad_state(reading, "augment_updates");
    to->updates = (int)updates;
    return GAN_OK;
}

static gan_status read_remedied(struct reading *reading)
{
    static const char key[] = "remedied";
    const struct gan_json *json = gan_json_get(reading->state, key);
    struct gan_remedied *to = &reading->remedied;
    bool whole = gan_json_uint64(gan_json_get(json, "count"), &to->count) &&
                 gan_json_double(gan_json_get(json, "generator_rate"), &to->generator_rate) &&
                 gan_json_double(gan_json_get(json, "discriminator_rate"), &to->discriminator_rate) &&
                 gan_json_double(gan_json_get(json, "penalty"), &to->penalty) &&
                 gan_json_uint64(gan_json_get(json, "noise"), &to->noise);
    return whole && to->generator_rate >= 0 && to->discriminator_rate >= 0 && to->penalty >= 0
               ? GAN_OK
               : bad_state(reading, key);
}

static gan_status read_counters(struct reading *reading)
{
    const struct gan_json *state = reading->state;
    if (!gan_json_uint64(gan_json_get(state, "steps"), &reading->steps))
        return bad_state(reading, "steps");
    if (!gan_json_uint64(gan_json_get(state, "generator_updates"), &reading->generator_updates))
        return bad_state(reading, "generator_updates");
    if (!gan_json_float(gan_json_get(state, "r1_weight"), &reading->r1_weight) || !(reading->r1_weight >= 0))
        return bad_state(reading, "r1_weight");
    if (!gan_json_float(gan_json_get(state, "balance"), &reading->balance) ||
        !(reading->balance >= 0 && reading->balance <= 1))
        return bad_state(reading, "balance");
    if (!gan_json_float(gan_json_get(state, "data_low"), &reading->data_low))
        return bad_state(reading, "data_low");
    if (!gan_json_float(gan_json_get(state, "data_high"), &reading->data_high) ||
        !(reading->data_low < reading->data_high))
        return bad_state(reading, "data_high");
    if (reading->loader != NULL && !gan_json_uint64(gan_json_get(state, "loader_position"), &reading->position))
        return bad_state(reading, "loader_position");
    gan_status status = read_adaptive(reading);
    if (status == GAN_OK)
        status = read_remedied(reading);
    if (status == GAN_OK)
        status = read_run(reading);
    return status == GAN_OK ? read_evaluation(reading) : status;
}

static gan_status find_moment(struct reading *reading, const char *prefix, int which, int64_t size,
                              struct optimizer_state *to)
{
    const struct gan_safetensors_entry *entry = gan_file_tensor(reading->file, prefix, which == 0 ? "m" : "v");
    if (entry == NULL)
        return gan_error_status();
    if (!gan_safetensors_is_float(entry) || !gan_shape_equal(entry->shape, GAN_SHAPE(size)))
        return gan_fail(GAN_ERROR_FORMAT, "%s: tensor \"%s\" has not the %lld numbers that the optimizer keeps",
                        gan_safetensors_what(reading->file), entry->name, (long long)size);
    to->moment[which] = entry;
    reading->tensors++;
    return GAN_OK;
}

static gan_status read_optimizer(struct reading *reading, const char *key, const char *prefix, gan_optimizer *optimizer,
                                 gan_model *model, struct optimizer_state *to)
{
    const struct gan_json *json = gan_json_get(reading->state, key);
    if (!gan_json_float(gan_json_get(json, "rate"), &to->rate) || !(to->rate >= 0) ||
        !gan_json_uint64(gan_json_get(json, "steps"), &to->steps))
        return bad_state(reading, key);
    gan_status status = GAN_OK;
    for (int i = 0; i < 2 && status == GAN_OK; i++)
        if (gan_optimizer_moment(optimizer, i) != NULL)
            status = find_moment(reading, prefix, i, gan_tensor_size(gan_model_block(model)), to);
    return status;
}

static gan_status find_model(struct reading *reading, const char *prefix, const gan_model *model,
                             struct model_entries *to)
{
    gan_status status = gan_model_find_slots(reading->file, prefix, &model->parameters, &to->parameters);
    if (status == GAN_OK)
        status = gan_model_find_slots(reading->file, prefix, &model->state, &to->state);
    reading->tensors += model->parameters.count + model->state.count;
    return status;
}

static gan_status find_averages(struct reading *reading)
{
    const struct gan_safetensors_entry *entry = gan_file_tensor(reading->file, GAN_CHECKPOINT_TRAINER, "averages");
    if (entry == NULL)
        return gan_error_status();
    if (!gan_safetensors_is_float(entry) || !gan_shape_equal(entry->shape, GAN_SHAPE(3)))
        return gan_fail(GAN_ERROR_FORMAT, "%s: tensor \"%s\" has not the 3 numbers that the trainer keeps",
                        gan_safetensors_what(reading->file), entry->name);
    reading->averages = entry;
    reading->tensors++;
    return GAN_OK;
}

static gan_status find_tensors(struct reading *reading)
{
    gan_trainer *trainer = reading->trainer;
    const gan_trainer_options *o = &trainer->options;
    gan_status status = find_model(reading, GAN_CHECKPOINT_GENERATOR, trainer->generator, &reading->generator);
    if (status == GAN_OK)
        status = find_model(reading, GAN_CHECKPOINT_DISCRIMINATOR, trainer->discriminator, &reading->discriminator);
    if (status == GAN_OK && trainer->average != trainer->generator)
        status = find_model(reading, GAN_CHECKPOINT_AVERAGE, trainer->average, &reading->average);
    if (status == GAN_OK)
        status = read_optimizer(reading, "generator_optimizer", GAN_CHECKPOINT_GENERATOR_MOMENTS,
                                o->generator_optimizer, trainer->generator, &reading->generator_optimizer);
    if (status == GAN_OK)
        status = read_optimizer(reading, "discriminator_optimizer", GAN_CHECKPOINT_D_MOMENTS,
                                o->discriminator_optimizer, trainer->discriminator, &reading->discriminator_optimizer);
    if (status == GAN_OK)
        status = gan_model_read_standard(reading->file, GAN_CHECKPOINT_GENERATOR, reading->state,
                                         gan_shape_size(gan_model_output_shape(trainer->generator)), &reading->mean,
                                         &reading->deviation);
    reading->tensors += reading->mean != NULL ? 2 : 0;
    if (status == GAN_OK)
        status = find_averages(reading);
    if (status == GAN_OK && reading->run.evaluation.count > 0)
        status = find_model(reading, GAN_CHECKPOINT_BEST, trainer->average, &reading->best);
    if (status == GAN_OK && gan_safetensors_count(reading->file) != reading->tensors)
        status = gan_fail(GAN_ERROR_FORMAT, "%s: has %zu tensors, but the trainer %zu",
                          gan_safetensors_what(reading->file), gan_safetensors_count(reading->file), reading->tensors);
    return status;
}

/* ---- taking it over ---- */

static void take_model(gan_model *model, const struct model_entries *entries)
{
    gan_model_take_slots(&model->parameters, entries->parameters);
    gan_model_take_slots(&model->state, entries->state);
    gan_model_mark_initialized(model);
}

static void take_optimizer(gan_optimizer *optimizer, const struct optimizer_state *state)
{
    for (int i = 0; i < 2; i++)
        if (state->moment[i] != NULL)
            gan_safetensors_numbers(state->moment[i], gan_optimizer_moment(optimizer, i));
    gan_optimizer_restore(optimizer, state->rate, state->steps);
}

/* What can fail (memory for means and deviations, and for the best generator), before what cannot. */
static gan_status take_settings(struct reading *reading, const char *who)
{
    gan_trainer *trainer = reading->trainer;
    const char *data = "";
    gan_json_text(gan_json_get(reading->state, "data"), &data);
    gan_model *const models[] = {trainer->generator, trainer->average, trainer->discriminator};
    gan_status status = gan_trainer_check_r1_weight(trainer, reading->r1_weight, who);
    for (int i = 0; i < 3 && status == GAN_OK; i++) {
        if (i < 2)
            status = gan_model_set_standard(models[i], reading->mean, reading->deviation);
        if (status == GAN_OK && *data != '\0')
            status = gan_model_note_data(models[i], data);
    }
    if (status == GAN_OK)
        status = gan_trainer_set_data_range(trainer, reading->data_low, reading->data_high);
    if (status == GAN_OK && reading->run.evaluation.count > 0) {
        reading->run.evaluation.best = gan_model_copy(trainer->average);
        status = reading->run.evaluation.best != NULL ? GAN_OK : gan_error_status();
    }
    return status;
}

/* The best generator as it was: after the steps that it had then, not those that the trainer has. */
static void take_best(const struct reading *reading)
{
    const struct gan_evaluation *evaluation = &reading->run.evaluation;
    uint64_t since = (uint64_t)(reading->run.steps - evaluation->best_step);
    if (evaluation->best == NULL)
        return;
    take_model(evaluation->best, &reading->best);
    gan_model_note_training(evaluation->best, reading->steps - since, reading->trainer->options.seed);
}

static void take_numbers(const struct reading *reading)
{
    gan_trainer *trainer = reading->trainer;
    take_model(trainer->generator, &reading->generator);
    take_model(trainer->discriminator, &reading->discriminator);
    if (trainer->average != trainer->generator)
        take_model(trainer->average, &reading->average);
    take_best(reading);
    take_optimizer(trainer->options.generator_optimizer, &reading->generator_optimizer);
    take_optimizer(trainer->options.discriminator_optimizer, &reading->discriminator_optimizer);
    gan_safetensors_numbers(reading->averages, gan_tensor_data(trainer->averages));
    gan_trainer_take_r1_weight(trainer, reading->r1_weight);
    trainer->adaptive = reading->adaptive;
    trainer->remedied = reading->remedied;
    trainer->balance = reading->balance;
    trainer->steps = reading->steps;
    trainer->generator_updates = reading->generator_updates;
    trainer->range_checked = trainer->steps > 0; /* that of the first real batch was */
    if (trainer->steps > 0)
        gan_trainer_note_steps(trainer);
    if (reading->loader != NULL)
        gan_loader_seek(reading->loader, reading->position);
}

/* ---- all together ---- */

/* The same bits are promised on one build and one instruction set. */
static void warn_of_other_machine(const struct reading *reading, const char *who)
{
    const char *level = "?", *library = "?", *what = gan_safetensors_what(reading->file);
    gan_json_text(gan_json_get(reading->about, "level"), &level);
    gan_json_text(gan_json_get(reading->about, "library"), &library);
    if (strcmp(level, gan_cpu_level()) != 0)
        gan_log_message(GAN_LOG_WARNING,
                        "%s: %s was made with the instruction set %s, and this is %s: it goes on, but its bits may "
                        "not be those of the run that was not stopped",
                        who, what, GAN_SHOWN(level, 20), gan_cpu_level());
    if (strcmp(library, gan_version()) != 0)
        gan_log_message(GAN_LOG_WARNING,
                        "%s: %s was made by libgan %s, and this is %s: it goes on, but its bits may differ from those "
                        "of the run that was not stopped",
                        who, what, GAN_SHOWN(library, 20), gan_version());
}

static gan_status read_all(struct reading *reading, const char *who)
{
    const char *what = gan_safetensors_what(reading->file);
    if (reading->loader != NULL && gan_json_get(reading->state, "loader_position") == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: %s was saved without a loader; give NULL for it, and set its position yourself", who,
                        what);
    gan_status status = gan_checkpoint_check_settings(reading->settings, reading->about, what, who);
    if (status == GAN_OK)
        status = read_counters(reading);
    if (status == GAN_OK)
        status = find_tensors(reading);
    if (status == GAN_OK)
        status = take_settings(reading, who);
    if (status != GAN_OK)
        return status;
    warn_of_other_machine(reading, who);
    take_numbers(reading);
    return GAN_OK;
}

static void clear(struct reading *reading)
{
    struct model_entries *const models[] = {&reading->generator, &reading->discriminator, &reading->average,
                                            &reading->best};
    for (int i = 0; i < 4; i++) {
        gan_free(models[i]->parameters);
        gan_free(models[i]->state);
    }
    gan_tensor_unref(reading->mean);
    gan_tensor_unref(reading->deviation);
    gan_model_unref(reading->run.evaluation.best); /* NULL if it was handed on */
}

gan_status gan_checkpoint_read(gan_trainer *trainer, gan_loader *loader, const struct gan_json *settings,
                               struct gan_run_position *run, const char *path, const char *who)
{
    struct gan_safetensors *file = gan_safetensors_open(path);
    struct gan_json *about = file != NULL
                                 ? gan_file_description(file, GAN_CHECKPOINT_FORMAT, GAN_CHECKPOINT_FORMAT_VERSION,
                                                        "gan_model_load reads models")
                                 : NULL;
    gan_status status = about != NULL ? GAN_OK : gan_error_status();
    if (status == GAN_OK) {
        struct reading reading = {.trainer = trainer,
                                  .loader = loader,
                                  .file = file,
                                  .settings = settings,
                                  .about = about,
                                  .state = gan_json_get(about, "state")};
        status = read_all(&reading, who);
        if (status == GAN_OK && run != NULL) {
            *run = reading.run;
            reading.run.evaluation.best = NULL;
        }
        clear(&reading);
    }
    gan_json_free(about);
    gan_safetensors_close(file);
    return status;
}

gan_status gan_trainer_load(gan_trainer *trainer, gan_loader *loader, const char *path)
{
    static const char who[] = "gan_trainer_load";
    if (trainer == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, trainer == NULL ? "trainer" : "path");
    struct gan_json *settings = gan_checkpoint_settings(trainer, loader, who);
    if (settings == NULL)
        return gan_error_status();
    gan_status status = gan_checkpoint_read(trainer, loader, settings, NULL, path, who);
    gan_json_free(settings);
    return status;
}
