#include "train/checkpoint.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "train/optimizer.h"
#include "train/trainer.h"

/* ---- state ---- */

static void write_optimizer_state(const gan_optimizer *optimizer, struct gan_json_writer *json, const char *key)
{
    gan_json_begin(json, key, '{');
    gan_json_write_float(json, "rate", gan_optimizer_rate(optimizer));
    gan_json_write_uint64(json, "steps", gan_optimizer_steps(optimizer));
    gan_json_end(json, '}');
}

static void write_remedied(const struct gan_remedied *remedied, struct gan_json_writer *json)
{
    gan_json_begin(json, "remedied", '{');
    gan_json_write_uint64(json, "count", remedied->count);
    gan_json_write_double(json, "generator_rate", remedied->generator_rate);
    gan_json_write_double(json, "discriminator_rate", remedied->discriminator_rate);
    gan_json_write_double(json, "penalty", remedied->penalty);
    gan_json_write_uint64(json, "noise", remedied->noise);
    gan_json_end(json, '}');
}

static void write_evaluation(const struct gan_evaluation *evaluation, struct gan_json_writer *json)
{
    gan_json_begin(json, "evaluation", '{');
    gan_json_write_integer(json, "count", evaluation->count);
    gan_json_write_bool(json, "higher_is_better", evaluation->higher_is_better);
    gan_json_write_double(json, "best_value", evaluation->best_value);
    gan_json_write_double(json, "best_error", evaluation->best_error);
    gan_json_write_integer(json, "best_step", evaluation->best_step);
    gan_json_write_double(json, "mark", evaluation->mark);
    gan_json_write_double(json, "mark_error", evaluation->mark_error);
    gan_json_write_integer(json, "without", evaluation->without);
    gan_json_end(json, '}');
}

/* The best generator of a run that has evaluated any. */
static const gan_model *best_of(const struct gan_run_position *run)
{
    return run != NULL && run->known ? run->evaluation.best : NULL;
}

static void write_state(const gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run,
                        struct gan_json_writer *json)
{
    const gan_trainer_options *o = &trainer->options;
    gan_json_begin(json, "state", '{');
    gan_json_write_uint64(json, "steps", trainer->steps);
    gan_json_write_uint64(json, "generator_updates", trainer->generator_updates);
    gan_json_write_float(json, "r1_weight", o->r1_weight);
    gan_json_write_double(json, "augment_probability", trainer->adaptive.exact);
    gan_json_write_float(json, "augment_signs", trainer->adaptive.signs);
    gan_json_write_integer(json, "augment_updates", trainer->adaptive.updates);
    write_remedied(&trainer->remedied, json);
    gan_json_write_float(json, "balance", trainer->balance);
    gan_json_write_float(json, "data_low", o->data_low);
    gan_json_write_float(json, "data_high", o->data_high);
    gan_json_write_bool(json, "standardised", trainer->generator->mean != NULL);
    gan_json_write_text(json, "data", gan_model_data_name(trainer->generator));
    write_optimizer_state(o->generator_optimizer, json, "generator_optimizer");
    write_optimizer_state(o->discriminator_optimizer, json, "discriminator_optimizer");
    if (loader != NULL)
        gan_json_write_uint64(json, "loader_position", gan_loader_position(loader));
    if (run != NULL && run->known) {
        gan_json_write_integer(json, "run_steps", run->steps);
        gan_json_write_double(json, "run_seconds", run->seconds);
    }
    if (best_of(run) != NULL)
        write_evaluation(&run->evaluation, json);
    gan_json_end(json, '}');
}

static char *description_of(const gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run)
{
    struct gan_json_writer json = {0};
    gan_json_begin(&json, NULL, '{');
    gan_json_write_text(&json, "format", GAN_CHECKPOINT_FORMAT);
    gan_json_write_integer(&json, "version", GAN_CHECKPOINT_FORMAT_VERSION);
    gan_json_write_text(&json, "library", gan_version());
    gan_json_write_text(&json, "level", gan_cpu_level());
    gan_status status = gan_checkpoint_write_settings(trainer, loader, &json);
    write_state(trainer, loader, run, &json);
    gan_json_end(&json, '}');
    char *text = gan_json_finish(&json);
    if (status == GAN_OK)
        return text;
    gan_free(text);
    return NULL;
}

/* ---- tensors ---- */

static gan_status add_model(struct gan_model_items *items, const char *prefix, const gan_model *model)
{
    gan_status status = gan_model_items_add_slots(items, prefix, &model->parameters);
    return status == GAN_OK ? gan_model_items_add_slots(items, prefix, &model->state) : status;
}

static gan_status add_moments(struct gan_model_items *items, const char *prefix, gan_optimizer *optimizer,
                              gan_model *model)
{
    static const char *const names[] = {"m", "v"};
    gan_status status = GAN_OK;
    for (int i = 0; i < 2 && status == GAN_OK; i++)
        if (gan_optimizer_moment(optimizer, i) != NULL)
            status = gan_model_items_add(items, prefix, names[i], gan_tensor_shape(gan_model_block(model)),
                                         gan_optimizer_moment(optimizer, i));
    return status;
}

static gan_status collect(const gan_trainer *trainer, const struct gan_run_position *run, struct gan_model_items *items)
{
    const gan_trainer_options *o = &trainer->options;
    gan_status status = add_model(items, GAN_CHECKPOINT_GENERATOR, trainer->generator);
    if (status == GAN_OK)
        status = gan_model_items_add_standard(items, GAN_CHECKPOINT_GENERATOR, trainer->generator);
    if (status == GAN_OK)
        status = add_model(items, GAN_CHECKPOINT_DISCRIMINATOR, trainer->discriminator);
    if (status == GAN_OK && trainer->average != trainer->generator)
        status = add_model(items, GAN_CHECKPOINT_AVERAGE, trainer->average);
    if (status == GAN_OK)
        status = add_moments(items, GAN_CHECKPOINT_GENERATOR_MOMENTS, o->generator_optimizer, trainer->generator);
    if (status == GAN_OK)
        status = add_moments(items, GAN_CHECKPOINT_D_MOMENTS, o->discriminator_optimizer, trainer->discriminator);
    if (status == GAN_OK)
        status = gan_model_items_add(items, GAN_CHECKPOINT_TRAINER, "averages", gan_tensor_shape(trainer->averages),
                                     gan_tensor_data(trainer->averages));
    if (status == GAN_OK && best_of(run) != NULL)
        status = add_model(items, GAN_CHECKPOINT_BEST, best_of(run));
    return status;
}

gan_status gan_checkpoint_write(gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run,
                                const char *path, const char *who)
{
    struct gan_model_items items = {0};
    char *text = description_of(trainer, loader, run);
    struct gan_safetensors_datum about = {GAN_FILE_KEY, text};
    gan_status status = text != NULL ? collect(trainer, run, &items) : gan_error_status();
    if (status == GAN_OK)
        status = gan_safetensors_write(path, items.item, items.count, &about, 1, who);
    gan_model_items_clear(&items);
    gan_free(text);
    return status;
}

gan_status gan_trainer_save(gan_trainer *trainer, const gan_loader *loader, const char *path)
{
    static const char who[] = "gan_trainer_save";
    if (trainer == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, trainer == NULL ? "trainer" : "path");
    return gan_checkpoint_write(trainer, loader, NULL, path, who);
}
