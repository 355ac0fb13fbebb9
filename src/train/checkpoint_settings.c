/* A checkpoint's settings: what a trainer and its loader were made with, written, and compared where it is read. */
#include "train/checkpoint.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/loader.h"
#include "nn/layer_file.h"
#include "nn/model_file.h"
#include "train/optimizer.h"
#include "train/option_fields.h"
#include "train/schedules.h"
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>

/* ---- written ---- */

/* As the trainer was made: what was changed since is state. */
static void write_options(const gan_trainer *trainer, struct gan_json_writer *json)
{
    gan_trainer_options first = trainer->options;
    first.r1_weight = trainer->first_r1_weight;
    first.data_low = trainer->first_data_low;
    first.data_high = trainer->first_data_high;
    gan_options_write_fields(&first, json, "options");
    gan_courses_write(&first, json);
}

static gan_status write_layers(const gan_model *model, struct gan_json_writer *json, const char *key)
{
    gan_status status = GAN_OK;
    gan_json_begin(json, key, '{');
    gan_json_write_shape(json, "input", model->in);
    gan_labels_write(model->labels, json, false); /* names are the data's matter */
    gan_json_begin(json, "layers", '[');
    for (size_t i = 0; i < model->entry_count && status == GAN_OK; i++)
        status = gan_layer_write(model->entries[i].layer, json);
    gan_json_end(json, ']');
    gan_json_end(json, '}');
    return status;
}

gan_status gan_checkpoint_write_settings(const gan_trainer *trainer, const gan_loader *loader,
                                         struct gan_json_writer *json)
{
    gan_json_begin(json, "settings", '{');
    write_options(trainer, json);
    gan_optimizer_write(trainer->options.generator_optimizer, json, "generator_optimizer");
    gan_optimizer_write(trainer->options.discriminator_optimizer, json, "discriminator_optimizer");
    gan_status status = write_layers(trainer->generator, json, "generator");
    if (status == GAN_OK)
        status = write_layers(trainer->discriminator, json, "discriminator");
    if (status == GAN_OK && loader != NULL)
        status = gan_loader_write(loader, json, "loader");
    gan_json_end(json, '}');
    return status;
}

/* ---- the same? ---- */

/* What differs, as text: as much as fits, and how many. */
struct differences {
    char text[700];
    size_t used;
    int count;
};

static void note_difference(struct differences *differences, const char *path, const struct gan_json *here,
                            const struct gan_json *there)
{
    char a[80], b[80];
    if (differences->count++ >= 5)
        return;
    size_t room = sizeof differences->text - differences->used;
    int length = snprintf(differences->text + differences->used, room, "%s%s is %s, and %s in the checkpoint",
                          differences->used > 0 ? "; " : "", path, gan_json_print(here, a, sizeof a),
                          gan_json_print(there, b, sizeof b));
    differences->used += (size_t)length < room ? (size_t)length : room - 1;
}

static void compare(const struct gan_json *here, const struct gan_json *there, const char *path, int depth,
                    struct differences *differences)
{
    char inner[160];
    struct gan_json_member member;
    if (gan_json_equal(here, there))
        return;
    if (depth < 16 && gan_json_is_object(here) && gan_json_is_object(there)) {
        for (bool more = gan_json_first(here, &member); more; more = gan_json_next(here, &member)) {
            snprintf(inner, sizeof inner, "%s%s%s", path, *path != '\0' ? "." : "", member.key);
            compare(member.value, gan_json_get(there, member.key), inner, depth + 1, differences);
        }
        for (bool more = gan_json_first(there, &member); more; more = gan_json_next(there, &member)) {
            snprintf(inner, sizeof inner, "%s%s%s", path, *path != '\0' ? "." : "", member.key);
            if (gan_json_get(here, member.key) == NULL)
                note_difference(differences, inner, NULL, member.value);
        }
    } else if (depth < 16 && gan_json_is_array(here) && gan_json_is_array(there) &&
               gan_json_is_object(gan_json_item(here, 0))) {
        size_t first = gan_json_count(here), second = gan_json_count(there);
        for (size_t i = 0; i < first || i < second; i++) {
            snprintf(inner, sizeof inner, "%s.%zu", path, i);
            const struct gan_json *a = gan_json_item(here, i), *b = gan_json_item(there, i);
            compare(a, b, inner, depth + 1, differences);
        }
    } else {
        note_difference(differences, path, here, there);
    }
}

struct gan_json *gan_checkpoint_settings(const gan_trainer *trainer, const gan_loader *loader, const char *who)
{
    struct gan_json_writer writer = {0};
    gan_json_begin(&writer, NULL, '{');
    gan_status status = gan_checkpoint_write_settings(trainer, loader, &writer);
    gan_json_end(&writer, '}');
    char *text = gan_json_finish(&writer);
    struct gan_json *settings = text != NULL && status == GAN_OK ? gan_json_parse(text, strlen(text), who) : NULL;
    gan_free(text);
    return settings;
}

gan_status gan_checkpoint_check_settings(const struct gan_json *own, const struct gan_json *about, const char *path,
                                         const char *who)
{
    static const char *const parts[] = {
        "options", "courses", "generator_optimizer", "discriminator_optimizer", "generator", "discriminator", "loader"};
    struct differences differences = {.used = 0};
    const struct gan_json *here = gan_json_get(own, "settings"), *there = gan_json_get(about, "settings");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (gan_json_get(here, parts[i]) != NULL) /* without a loader here, that of the checkpoint does not count */
            compare(gan_json_get(here, parts[i]), gan_json_get(there, parts[i]), parts[i], 0, &differences);
    if (differences.count == 0)
        return GAN_OK;
    char more[40] = "";
    if (differences.count > 5)
        snprintf(more, sizeof more, "; and %d more", differences.count - 5);
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is of a run with other settings: %s%s", who, path,
                    differences.text, more);
}
