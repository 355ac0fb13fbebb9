/*
 * Checkpoints: everything that a run is, in one safetensors file. Its metadatum "libgan" is a JSON object of three
 * parts: what it was made by, "settings" (which must be the same where it is read), and "state" (which is restored,
 * together with the tensors).
 */
#ifndef GAN_SRC_TRAIN_CHECKPOINT_H
#define GAN_SRC_TRAIN_CHECKPOINT_H

#include "gan/trainer.h"
#include "io/json.h"
#include "train/evaluation.h"

#define GAN_CHECKPOINT_FORMAT         "checkpoint"
#define GAN_CHECKPOINT_FORMAT_VERSION 1

/* The names of tensors begin so; those of models' tensors then go on as in the models' own files. */
#define GAN_CHECKPOINT_GENERATOR         "generator."
#define GAN_CHECKPOINT_DISCRIMINATOR     "discriminator."
#define GAN_CHECKPOINT_AVERAGE           "average."
#define GAN_CHECKPOINT_GENERATOR_MOMENTS "generator_optimizer."
#define GAN_CHECKPOINT_D_MOMENTS         "discriminator_optimizer."
#define GAN_CHECKPOINT_TRAINER           "trainer."
#define GAN_CHECKPOINT_BEST              "best."

/* How far a gan_trainer_run is. */
struct gan_run_position {
    bool known;
    int64_t steps; /* that it has made */
    double seconds;
    struct gan_evaluation evaluation; /* all 0 if there was none; what was read has a reference to its best model */
};

/* ---- settings ---- */

/* The member "settings" of the object begun in `json`; loader may be NULL. */
gan_status gan_checkpoint_write_settings(const gan_trainer *trainer, const gan_loader *loader,
                                         struct gan_json_writer *json);
/* The same as an object of its own: what a checkpoint is compared with. */
struct gan_json *gan_checkpoint_settings(const gan_trainer *trainer, const gan_loader *loader, const char *who);
/* GAN_OK if the settings in `about`, what the file `path` says of itself, are `own`; else an error that names what
 * differs. */
gan_status gan_checkpoint_check_settings(const struct gan_json *own, const struct gan_json *about, const char *path,
                                         const char *who);

/* ---- one file ---- */

/* loader and run may be NULL. */
gan_status gan_checkpoint_write(gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run,
                                const char *path, const char *who);
/*
 * GAN_ERROR_FORMAT or GAN_ERROR_IO: the file is no whole checkpoint. GAN_ERROR_INVALID_ARGUMENT: it is one of something
 * else than `settings`. Then nothing has changed. (If memory is short, means and deviations may have.)
 */
gan_status gan_checkpoint_read(gan_trainer *trainer, gan_loader *loader, const struct gan_json *settings,
                               struct gan_run_position *run, const char *path, const char *who);

/* ---- a run's files: <path>-<step>.checkpoint ---- */

/* Writes one, and keeps the last `keep` up to it. */
gan_status gan_checkpoints_add(gan_trainer *trainer, const gan_loader *loader, const struct gan_run_position *run,
                               const char *path, int keep, const char *who);
/* Reads the newest whole one; *found is false, without an error, if there are none at all. */
gan_status gan_checkpoints_resume(gan_trainer *trainer, gan_loader *loader, struct gan_run_position *run,
                                  const char *path, bool *found, const char *who);
/* GAN_OK if there are none. */
gan_status gan_checkpoints_check_none(const char *path, const char *who);

#endif
