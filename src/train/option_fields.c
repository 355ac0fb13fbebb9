#include "train/option_fields.h"

#include <string.h>

#define FIELD(type, name)                                                                                              \
    {                                                                                                                  \
#name, GAN_OPTION_##type, offsetof(gan_trainer_options, name), sizeof(((gan_trainer_options *)NULL)->name)     \
    }

const struct gan_option_field gan_option_fields[] = {
    FIELD(OTHER, struct_size),
    FIELD(OTHER, preset),
    FIELD(INT, loss),
    FIELD(OTHER, discriminator_loss), /* the program's own code */
    FIELD(OTHER, generator_loss),
    FIELD(OTHER, loss_context),
    FIELD(FLOAT, label_smoothing),
    FIELD(FLOAT, label_flip),
    FIELD(FLOAT, r1_weight),
    FIELD(FLOAT, r2_weight),
    FIELD(FLOAT, gradient_penalty_weight),
    FIELD(FLOAT, one_sided_penalty_weight),
    FIELD(FLOAT, dragan_weight),
    FIELD(FLOAT, zero_centered_weight),
    FIELD(FLOAT, maximum_penalty_weight),
    FIELD(FLOAT, wasserstein_divergence_weight),
    FIELD(FLOAT, consensus_weight),
    FIELD(FLOAT, penalty_target),
    FIELD(FLOAT, dragan_deviation),
    FIELD(FLOAT, divergence_power),
    FIELD(BOOL, mixed_penalty),
    FIELD(FLOAT, weight_clip),
    FIELD(OTHER, generator_optimizer), /* the optimizers write themselves */
    FIELD(OTHER, discriminator_optimizer),
    FIELD(OTHER, optimizer),
    FIELD(OTHER, generator_rate),
    FIELD(OTHER, discriminator_rate),
    FIELD(OTHER, beta1),
    FIELD(OTHER, beta2),
    FIELD(OTHER, epsilon),
    FIELD(INT, schedule),
    FIELD(INT64, schedule_steps),
    FIELD(FLOAT, schedule_end),
    FIELD(INT, update),
    FIELD(INT, discriminator_steps),
    FIELD(INT, generator_steps),
    FIELD(FLOAT, average_decay),
    FIELD(INT64, average_start),
    FIELD(BOOL, average_warm_up),
    FIELD(FLOAT, data_low),
    FIELD(FLOAT, data_high),
    FIELD(UINT64, seed),
    FIELD(INT, made_labels),
    FIELD(FLOAT, auxiliary_real_weight),
    FIELD(FLOAT, auxiliary_made_weight),
    FIELD(FLOAT, auxiliary_generator_weight),
    FIELD(OTHER, courses), /* by gan_courses_write */
    FIELD(OTHER, course_count),
    FIELD(INT, micro_batches),
    FIELD(FLOAT, clip_value),
    FIELD(FLOAT, clip_norm),
    FIELD(FLOAT, consistency_weight),
    FIELD(FLOAT, consistency_made_weight),
    FIELD(INT, consistency_augment),
    FIELD(FLOAT, latent_consistency_weight),
    FIELD(FLOAT, latent_diversity_weight),
    FIELD(FLOAT, latent_deviation),
    FIELD(FLOAT, lecam_weight),
    FIELD(FLOAT, lecam_decay),
    FIELD(FLOAT, feature_matching_weight),
    FIELD(FLOAT, discriminator_orthogonal_weight),
    FIELD(FLOAT, generator_orthogonal_weight),
    FIELD(FLOAT, discriminator_weight_decay),
    FIELD(FLOAT, generator_weight_decay),
    FIELD(FLOAT, instance_noise),
    FIELD(INT, augment),
    FIELD(FLOAT, augment_probability),
    FIELD(BOOL, augment_adaptive),
    FIELD(FLOAT, augment_begin),
    FIELD(FLOAT, augment_target),
    FIELD(INT64, augment_examples),
    FIELD(TEXT, feature_layer),
    FIELD(INT, lazy_interval),
    FIELD(FLOAT, margin),
    FIELD(FLOAT, diversity_ratio),
    FIELD(FLOAT, equilibrium_rate),
    FIELD(BOOL, pack_slots_apart),
};

const size_t gan_option_field_count = sizeof gan_option_fields / sizeof gan_option_fields[0];

void gan_options_write_field(const gan_trainer_options *options, const struct gan_option_field *field,
                             struct gan_json_writer *json, const char *key)
{
    union {
        int i;
        int64_t i64;
        uint64_t u64;
        float f;
        bool b;
    } value;
    const char *bytes = (const char *)options + field->offset;
    memcpy(&value, bytes, field->size < sizeof value ? field->size : sizeof value);
    switch (field->type) {
    case GAN_OPTION_INT:
        gan_json_write_integer(json, key, value.i);
        return;
    case GAN_OPTION_INT64:
        gan_json_write_integer(json, key, value.i64);
        return;
    case GAN_OPTION_UINT64:
        gan_json_write_uint64(json, key, value.u64);
        return;
    case GAN_OPTION_FLOAT:
        gan_json_write_float(json, key, value.f);
        return;
    case GAN_OPTION_BOOL:
        gan_json_write_bool(json, key, value.b);
        return;
    case GAN_OPTION_TEXT:
        gan_json_write_text(json, key, bytes);
        return;
    case GAN_OPTION_OTHER:
        return;
    }
}

void gan_options_write_fields(const gan_trainer_options *options, struct gan_json_writer *json, const char *key)
{
    gan_json_begin(json, key, '{');
    for (size_t i = 0; i < gan_option_field_count; i++)
        gan_options_write_field(options, &gan_option_fields[i], json, gan_option_fields[i].name);
    gan_json_end(json, '}');
}
