/* What a report says of a trainer: its options, networks, data, and the machine. */
#include "watch/report.h"

#include "base/processors.h"
#include "base/status.h"
#include "train/optimizer.h"
#include "train/option_fields.h"
#include "train/schedules.h"
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/* ---- options ---- */

static const char *one_of(const char *const *names, int count, int value)
{
    return value >= 0 && value < count ? names[value] : "?";
}

static const char *flags_text(int flags, char text[64])
{
    static const char *const names[] = {"color", "translation", "cutout"};
    text[0] = '\0';
    for (int i = 0; i < 3; i++)
        if ((flags >> i & 1) != 0)
            snprintf(text + strlen(text), 64 - strlen(text), "%s%s", text[0] != '\0' ? ", " : "", names[i]);
    return text[0] != '\0' ? text : "none";
}

/* The word for an option that is a number only in C; NULL for one that is a number. */
static const char *word_for(const gan_trainer_options *o, const char *name, char text[64])
{
    static const char *const schedules[] = {"constant", "linear", "cosine", "step", "function"};
    static const char *const updates[] = {"D first", "G first", "simultaneous"};
    static const char *const labels[] = {"the real batch's", "shuffled", "uniform"};
    if (strcmp(name, "loss") == 0)
        return gan_loss_name(o->loss);
    if (strcmp(name, "schedule") == 0)
        return one_of(schedules, 5, (int)o->schedule);
    if (strcmp(name, "update") == 0)
        return one_of(updates, 3, (int)o->update);
    if (strcmp(name, "made_labels") == 0)
        return one_of(labels, 3, (int)o->made_labels);
    if (strcmp(name, "augment") == 0)
        return flags_text((int)o->augment, text);
    if (strcmp(name, "consistency_augment") == 0)
        return flags_text((int)o->consistency_augment, text);
    return NULL;
}

static void write_value(const gan_trainer_options *o, const struct gan_option_field *field,
                        struct gan_json_writer *json, const char *key)
{
    char text[64];
    const char *word = word_for(o, field->name, text);
    if (word != NULL)
        gan_json_write_text(json, key, word);
    else
        gan_options_write_field(o, field, json, key);
}

/* Each with the preset's value; the page shows first those that differ. */
static void write_options(const gan_trainer_options *o, struct gan_json_writer *json)
{
    gan_trainer_options preset;
    const char *name = gan_preset_name(o->preset);
    gan_json_write_text(json, "preset", name != NULL ? name : "?");
    gan_json_begin(json, "options", '[');
    bool known = gan_trainer_options_init(&preset, o->preset) == GAN_OK;
    for (size_t i = 0; known && i < gan_option_field_count; i++) {
        const struct gan_option_field *field = &gan_option_fields[i];
        if (field->type == GAN_OPTION_OTHER)
            continue;
        const char *own = (const char *)o + field->offset, *given = (const char *)&preset + field->offset;
        gan_json_begin(json, NULL, '{');
        gan_json_write_text(json, "name", field->name);
        write_value(o, field, json, "value");
        write_value(&preset, field, json, "preset");
        gan_json_write_bool(json, "changed",
                            field->type == GAN_OPTION_TEXT ? strcmp(own, given) != 0
                                                           : memcmp(own, given, field->size) != 0);
        gan_json_end(json, '}');
    }
    gan_json_end(json, ']');
    gan_optimizer_write(o->discriminator_optimizer, json, "discriminator_optimizer");
    gan_optimizer_write(o->generator_optimizer, json, "generator_optimizer");
    gan_courses_write(o, json);
}

/* ---- networks, data, machine ---- */

static gan_status write_network(const gan_model *model, const char *key, struct gan_json_writer *json)
{
    char in[128], out[128];
    char *summary = gan_model_summary(model);
    if (summary == NULL)
        return gan_error_status();
    gan_json_begin(json, key, '{');
    gan_json_write_text(json, "name", gan_model_name(model) != NULL ? gan_model_name(model) : "");
    gan_json_write_integer(json, "parameters", gan_model_parameter_count(model));
    gan_json_write_text(json, "input", gan_shape_text(gan_model_input_shape(model), in, sizeof in));
    gan_json_write_text(json, "output", gan_shape_text(gan_model_output_shape(model), out, sizeof out));
    gan_json_write_text(json, "summary", summary);
    gan_json_end(json, '}');
    gan_text_free(summary);
    return GAN_OK;
}

static void write_data(const gan_loader *loader, struct gan_json_writer *json)
{
    char shape[128];
    const gan_dataset *data = gan_loader_dataset(loader);
    gan_json_begin(json, "data", '{');
    gan_json_write_text(json, "name", gan_dataset_name(data));
    gan_json_write_integer(json, "examples", gan_dataset_size(data));
    gan_json_write_text(json, "shape", gan_shape_text(gan_dataset_shape(data), shape, sizeof shape));
    gan_json_write_integer(json, "classes", gan_dataset_classes(data));
    gan_json_write_integer(json, "batch", gan_loader_batch_size(loader));
    gan_json_write_integer(json, "batches_per_epoch", (int64_t)gan_loader_batches_per_epoch(loader));
    gan_json_end(json, '}');
}

static void write_machine(const gan_trainer *trainer, struct gan_json_writer *json)
{
    char processor[128];
    struct utsname system;
    gan_json_begin(json, "machine", '{');
    gan_json_write_text(json, "processor", gan_processor_name(processor, sizeof processor));
    gan_json_write_text(json, "level", gan_cpu_level());
    gan_json_write_integer(json, "threads", gan_threads());
    if (uname(&system) >= 0) {
        gan_json_write_text(json, "system", system.sysname);
        gan_json_write_text(json, "architecture", system.machine);
    }
    gan_json_write_text(json, "libgan", gan_version());
    gan_json_write_integer(json, "memory", (int64_t)gan_trainer_memory(trainer));
    gan_json_write_integer(json, "state_memory", (int64_t)gan_trainer_state_memory(trainer));
    gan_json_write_double(json, "flops", gan_trainer_flops(trainer));
    gan_json_end(json, '}');
}

gan_status gan_report_write_facts(struct gan_json_writer *json, gan_trainer *trainer, const gan_loader *loader)
{
    gan_json_begin(json, NULL, '{');
    write_options(&trainer->options, json);
    gan_status status = write_network(trainer->generator, "generator", json);
    if (status == GAN_OK)
        status = write_network(trainer->discriminator, "discriminator", json);
    if (loader != NULL)
        write_data(loader, json);
    write_machine(trainer, json);
    gan_json_end(json, '}');
    return status;
}
