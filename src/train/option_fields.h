/* The fields of gan_trainer_options one by one, for checkpoints. */
#ifndef GAN_SRC_TRAIN_OPTION_FIELDS_H
#define GAN_SRC_TRAIN_OPTION_FIELDS_H

#include "gan/trainer.h"
#include "io/json.h"

enum gan_option_type {
    GAN_OPTION_OTHER,
    GAN_OPTION_INT,
    GAN_OPTION_INT64,
    GAN_OPTION_UINT64,
    GAN_OPTION_FLOAT,
    GAN_OPTION_BOOL,
    GAN_OPTION_TEXT
};

/* GAN_OPTION_OTHER: nothing hangs on it once the trainer is made, or it is written elsewhere, or is no number. */
struct gan_option_field {
    const char *name;
    enum gan_option_type type;
    size_t offset, size;
};

/* In the order of the struct, and all of them: a test finds one that is missing here. */
extern const struct gan_option_field gan_option_fields[];
extern const size_t gan_option_field_count;

/* The member `key` of the object begun in `json`: one of them, none of type OTHER. */
void gan_options_write_field(const gan_trainer_options *options, const struct gan_option_field *field,
                             struct gan_json_writer *json, const char *key);
/* The member `key` of the object begun in `json`: all but those of type OTHER. */
void gan_options_write_fields(const gan_trainer_options *options, struct gan_json_writer *json, const char *key);

#endif
