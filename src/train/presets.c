/* The presets: settings of the trainer that belong together, and what they say of the networks. */
#include "train/options.h"

#include "base/names.h"
#include "base/status.h"
#include "nn/recipes.h"
#include "train/augment.h"
#include "train/losses.h"

static const char *const names[] = {
    [GAN_PRESET_ARTICLE] = "article", [GAN_PRESET_STABLE] = "stable", [GAN_PRESET_WGAN] = "wgan",
    [GAN_PRESET_WGAN_GP] = "wgan-gp", [GAN_PRESET_LSGAN] = "lsgan",   [GAN_PRESET_RSGAN] = "rsgan",
    [GAN_PRESET_DCGAN] = "dcgan",     [GAN_PRESET_SNGAN] = "sngan",   [GAN_PRESET_R3GAN] = "r3gan",
    [GAN_PRESET_EBGAN] = "ebgan",     [GAN_PRESET_BEGAN] = "began",
};
enum { PRESETS = sizeof names / sizeof names[0] };

const char *gan_preset_name(gan_preset preset)
{
    return (size_t)preset < PRESETS ? names[preset] : NULL;
}

static const char *name_of(int number)
{
    return names[number];
}

gan_status gan_preset_from_name(const char *name, gan_preset *preset)
{
    if (preset == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_preset_from_name: preset is NULL");
    int found = gan_find_name("gan_preset_from_name", "preset", name, name_of, PRESETS);
    if (found < 0)
        return gan_error_status();
    *preset = (gan_preset)found;
    return GAN_OK;
}

static bool known_preset(gan_preset preset, const char *who)
{
    if ((size_t)preset < PRESETS)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: preset is %d, want a gan_preset (GAN_PRESET_…)", who, (int)preset);
    return false;
}

static gan_trainer_options article(void)
{
    return (gan_trainer_options){.struct_size = sizeof(gan_trainer_options),
                                 .preset = GAN_PRESET_ARTICLE,
                                 .loss = GAN_LOSS_NON_SATURATING,
                                 .penalty_target = 1,
                                 .dragan_deviation = 0.5f,
                                 .divergence_power = 6,
                                 .optimizer = GAN_OPTIMIZER_ADAM,
                                 .generator_rate = 2e-4f,
                                 .discriminator_rate = 2e-4f,
                                 .beta1 = 0.5f,
                                 .beta2 = 0.999f,
                                 .epsilon = 1e-8f,
                                 .schedule = GAN_SCHEDULE_CONSTANT,
                                 .update = GAN_UPDATE_D_FIRST,
                                 .discriminator_steps = 1,
                                 .generator_steps = 1,
                                 .average_warm_up = true,
                                 .data_low = 0,
                                 .data_high = 1,
                                 .auxiliary_real_weight = 1,
                                 .auxiliary_made_weight = 1,
                                 .auxiliary_generator_weight = 1,
                                 .micro_batches = 1,
                                 .consistency_augment = GAN_AUGMENT_TRANSLATION,
                                 .latent_deviation = 0.03f,
                                 .lecam_decay = 0.99f,
                                 .augment_probability = 1,
                                 .augment_target = 0.6f,
                                 .augment_examples = 500000,
                                 .lazy_interval = 1,
                                 .margin = 1,
                                 .diversity_ratio = 0.5f,
                                 .equilibrium_rate = 0.001f};
}

/* What both of its kinds have: no momentum, and a D that is ahead. */
static void wasserstein(gan_trainer_options *options)
{
    options->loss = GAN_LOSS_WASSERSTEIN;
    options->discriminator_steps = 5;
    options->beta1 = 0;
}

static void add_cosine(gan_trainer_options *options, gan_setting setting, float begin, float end)
{
    options->courses[options->course_count++] = (gan_course){
        .setting = setting, .schedule = GAN_SCHEDULE_COSINE, .begin = begin, .end = end, .steps = 39062};
}

/* The authors' settings for CIFAR-10. */
static void r3gan(gan_trainer_options *options)
{
    options->loss = GAN_LOSS_RELATIVISTIC;
    options->r1_weight = options->r2_weight = 0.05f;
    options->beta1 = 0;
    options->beta2 = 0.9f;
    options->average_decay = 0.999f;
    add_cosine(options, GAN_SETTING_GENERATOR_RATE, 2e-4f, 5e-5f);
    add_cosine(options, GAN_SETTING_DISCRIMINATOR_RATE, 2e-4f, 5e-5f);
    add_cosine(options, GAN_SETTING_BETA2, 0.9f, 0.99f);
    add_cosine(options, GAN_SETTING_R1_WEIGHT, 0.05f, 0.005f);
    add_cosine(options, GAN_SETTING_R2_WEIGHT, 0.05f, 0.005f);
}

gan_trainer_options gan_preset_options(gan_preset preset)
{
    gan_trainer_options options = article();
    options.preset = preset;
    switch (preset) {
    case GAN_PRESET_ARTICLE:
    case GAN_PRESET_DCGAN: /* the article's Adam is the paper's */
        break;
    case GAN_PRESET_STABLE:
        options.r1_weight = 0.3f;
        options.generator_rate = options.discriminator_rate = 1e-3f;
        options.beta1 = 0;
        options.beta2 = 0.99f; /* 0.999 forgets a burst of gradients too slowly: runs could jump late */
        options.average_decay = 0.995f;
        break;
    case GAN_PRESET_WGAN:
        wasserstein(&options);
        options.weight_clip = 0.01f;
        options.optimizer = GAN_OPTIMIZER_RMSPROP;
        options.generator_rate = options.discriminator_rate = 5e-5f;
        options.beta2 = 0.99f;
        break;
    case GAN_PRESET_WGAN_GP:
        wasserstein(&options);
        options.gradient_penalty_weight = 10;
        options.generator_rate = options.discriminator_rate = 1e-4f;
        options.beta2 = 0.9f;
        break;
    case GAN_PRESET_LSGAN: /* the article's Adam is the paper's */
        options.loss = GAN_LOSS_LEAST_SQUARES;
        break;
    case GAN_PRESET_RSGAN:
        options.loss = GAN_LOSS_RELATIVISTIC;
        break;
    case GAN_PRESET_SNGAN:
        options.loss = GAN_LOSS_HINGE;
        options.discriminator_steps = 5;
        options.beta1 = 0;
        options.beta2 = 0.9f;
        break;
    case GAN_PRESET_R3GAN:
        r3gan(&options);
        break;
    case GAN_PRESET_EBGAN: /* the article's Adam */
        options.loss = GAN_LOSS_ENERGY_MARGIN;
        break;
    case GAN_PRESET_BEGAN:
        options.loss = GAN_LOSS_BOUNDARY_EQUILIBRIUM;
        options.generator_rate = options.discriminator_rate = 1e-4f;
        break;
    }
    return options;
}

gan_status gan_trainer_options_init_sized(gan_trainer_options *options, size_t struct_size, gan_preset preset)
{
    static const char who[] = "gan_trainer_options_init";
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_trainer_options own = gan_preset_options(preset);
    return gan_options_write(options, struct_size, &own, sizeof own, GAN_TRAINER_OPTIONS_LEAST, who);
}

gan_status gan_generator_options_preset(gan_generator_options *options, gan_preset preset)
{
    static const char who[] = "gan_generator_options_preset";
    gan_generator_options own;
    if (options == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_status status = gan_options_read(&own, sizeof own, options, GAN_GENERATOR_OPTIONS_LEAST, who);
    if (status != GAN_OK)
        return status;
    const struct gan_recipe_row *row = gan_recipe_row(own.recipe);
    if (row == NULL || !row->as_article)
        return GAN_OK;
    own.activation = GAN_ACTIVATION_RELU;
    own.normalization = preset == GAN_PRESET_ARTICLE ? GAN_NORMALIZATION_NONE : GAN_NORMALIZATION_BATCH;
    return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_GENERATOR_OPTIONS_LEAST, who);
}

gan_status gan_discriminator_options_preset(gan_discriminator_options *options, gan_preset preset)
{
    static const char who[] = "gan_discriminator_options_preset";
    gan_discriminator_options own;
    if (options == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: options is NULL", who);
    if (!known_preset(preset, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    gan_status status = gan_options_read(&own, sizeof own, options, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
    if (status != GAN_OK)
        return status;
    const struct gan_recipe_row *row = gan_recipe_row(own.recipe);
    if (preset == GAN_PRESET_SNGAN) {
        own.spectral_norm = row != NULL && row->begins_as_zeros ? 0 : 1;
        own.normalization = GAN_NORMALIZATION_NONE;
    }
    if (preset == GAN_PRESET_EBGAN || preset == GAN_PRESET_BEGAN) {
        own.code_size = 64;
        own.reconstruction_power = preset == GAN_PRESET_EBGAN ? 2 : 1;
    }
    if (preset == GAN_PRESET_BEGAN)
        own.normalization = GAN_NORMALIZATION_NONE;
    if (row == NULL || !row->as_article) {
        if (preset == GAN_PRESET_STABLE || preset == GAN_PRESET_WGAN_GP || preset == GAN_PRESET_R3GAN)
            own.normalization = GAN_NORMALIZATION_NONE;
        return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
    }
    bool plain = preset == GAN_PRESET_ARTICLE;
    own.activation = plain ? GAN_ACTIVATION_RELU : GAN_ACTIVATION_LEAKY_RELU;
    own.slope = 0.2f;
    own.center_input = !plain;
    return gan_options_write(options, own.struct_size, &own, sizeof own, GAN_DISCRIMINATOR_OPTIONS_LEAST, who);
}
