#include "train/labels.h"

#include "base/random.h"
#include "base/status.h"
#include "data/dataset.h"
#include "data/labels.h"
#include "nn/model.h"

#include <assert.h>
#include <string.h>

/* Separates these draws from the noise of the same update. */
#define SHUFFLE_STREAM 0x6c
#define UNIFORM_LABEL  UINT64_C(0x6d6164656c62)

const gan_labels *gan_trained_labels(const gan_model *generator)
{
    return gan_model_takes_labels(generator) ? gan_model_labels(generator) : NULL;
}

gan_status gan_check_player_labels(const gan_model *generator, const gan_model *discriminator,
                                   const gan_trainer_options *options, const char *who)
{
    const gan_labels *of_g = gan_trained_labels(generator);
    bool uses = gan_model_takes_labels(discriminator) || gan_model_is_auxiliary(discriminator);
    const gan_labels *of_d = uses ? gan_model_labels(discriminator) : NULL;
    char a[128], b[128];
    if (!gan_labels_alike(of_g, of_d))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the generator's labels are %s, the discriminator's %s; build both for the same ones "
                        "(conditioning and labels of their options)",
                        who, gan_labels_text(of_g, a, sizeof a), gan_labels_text(of_d, b, sizeof b));
    if (of_g != NULL && gan_labels_kind(of_g) == GAN_LABEL_NUMBERS && options->made_labels == GAN_MADE_LABELS_UNIFORM)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: made_labels is GAN_MADE_LABELS_UNIFORM, but the models' labels are %s; want _REAL or "
                        "_SHUFFLED",
                        who, gan_labels_text(of_g, a, sizeof a));
    return GAN_OK;
}

gan_status gan_check_batch_labels(const gan_model *generator, const gan_tensor *labels, int64_t n, const char *who)
{
    const gan_labels *wanted = gan_trained_labels(generator);
    char text[128];
    if (wanted != NULL && labels != NULL)
        return gan_labels_check(wanted, labels, n, who, "labels");
    if (wanted != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: labels is NULL, but the models take %s; give a row for each real example (gan_loader_next "
                        "delivers them)",
                        who, gan_labels_text(wanted, text, sizeof text));
    if (labels != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: labels are given, but the models take none; give NULL, or build them with conditioning",
                        who);
    return GAN_OK;
}

gan_status gan_check_dataset_labels(const gan_labels *wanted, const gan_dataset *dataset, const char *who)
{
    char a[128], b[128];
    if (wanted == NULL)
        return GAN_OK;
    if (!gan_dataset_has_labels(dataset))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the models take %s, but '%s' has no labels; open it with labels, or build the models "
                        "without conditioning",
                        who, gan_labels_text(wanted, a, sizeof a), gan_dataset_name(dataset));
    gan_labels *has = gan_dataset_labels(dataset);
    if (has == NULL)
        return gan_error_status();
    gan_status status = GAN_OK;
    if (!gan_labels_alike(wanted, has))
        status = gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                          "%s: the models take %s, but '%s' has %s; build the models with gan_dataset_labels, or state "
                          "more classes with gan_dataset_set_labels",
                          who, gan_labels_text(wanted, a, sizeof a), gan_dataset_name(dataset),
                          gan_labels_text(has, b, sizeof b));
    gan_labels_unref(has);
    return status;
}

/* ---- for made examples ---- */

static void shuffle(const gan_labels *about, const gan_tensor *real, int64_t n, uint64_t seed, uint64_t update,
                    char *out)
{
    struct gan_random_key key = {.seed = seed, .stream = SHUFFLE_STREAM, .step = update};
    size_t size = gan_labels_row_size(about);
    const char *from = gan_tensor_bytes(real);
    for (int64_t i = 0; i < n; i++)
        memcpy(out + (size_t)i * size, from + (size_t)gan_random_permuted(&key, (uint64_t)n, (uint64_t)i) * size, size);
}

void gan_make_labels(gan_made_labels way, const gan_labels *about, const gan_tensor *real, int64_t n, uint64_t seed,
                     uint64_t update, gan_tensor *out)
{
    char *rows = gan_tensor_bytes(out);
    assert(way != GAN_MADE_LABELS_REAL); /* those are the real batch's own */
    if (way == GAN_MADE_LABELS_SHUFFLED) {
        shuffle(about, real, n, seed, update, rows);
        return;
    }
    uint64_t own_seed = gan_random_derive(gan_random_derive(seed, UNIFORM_LABEL), update);
    for (int64_t i = 0; i < n; i++)
        gan_labels_draw(about, own_seed, (uint64_t)i, rows + (size_t)i * gan_labels_row_size(about));
}
