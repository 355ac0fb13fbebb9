/*
 * toy: GANs where one can see what they do: points in the plane, with any loss, any regulariser, any preset.
 *   cc toy.c $(pkg-config --cflags --libs gan) -lm
 *
 * Trains two small networks, tells how many of the data's modes were found, how many samples lie in one, how evenly
 * they are spread and how wide the modes are, and draws D's logits as a landscape with the points on it, beside D's
 * slopes: at the end, or, with --frames, all the way, as pictures and as a page for a browser.
 */
#include <gan/gan.h>

#include "progress.h"
#include "toy_data.h"
#include "toy_picture.h"

#include <math.h>

static const char usage[] =
    "usage: toy [OPTION VALUE]...\n"
    "  --data NAME         ring (default), grid, spiral or moons\n"
    "  --preset NAME       article, stable, wgan, ...: any preset; else the relativistic loss with R1 and R2\n"
    "  --objective NAME    non-saturating, hinge, wasserstein, ...; 'list' shows all; without penalties that are not\n"
    "                      named. Also --loss\n"
    "  --penalty NAME=W    that regulariser with weight W, 0 for none; may be repeated; 'list' shows all that are for\n"
    "                      points\n"
    "  --protocol pacgan   PacGAN's networks, settings and points, for comparing with its table\n"
    "  --packing M         D judges M points together (1)\n"
    "  --rate R            learning rate of both\n"
    "  --steps N           (24000; with --preset 3000; of the protocol 400000)\n"
    "  --batch N           packs in a batch (256; of the protocol 100)\n"
    "  --seed N            (1)\n"
    "  --threads N         (1)\n"
    "  --samples N         how many are judged; the first 2500 also by themselves (100000)\n"
    "  --out FILE          the picture, a PNG (toy.png)\n"
    "  --frames N          so many pictures on the way, beside it, and one page that plays them (0)\n"
    "  --csv FILE          adds a line to that file: data, 'own', the preset or the protocol ('*' behind it: with "
    "another\n"
    "                      objective, penalty, rate or batch), packing, seed, steps, then modes, quality, KL and\n"
    "                      deviation of 2500 and of all samples, seconds\n"
    "  --checkpoint PATH   writes PATH-STEPS.checkpoint every five minutes and when it ends or is interrupted,\n"
    "                      and goes on from the newest that is there already; give the same options\n"
    "It ends with 3 if numbers became infinite or NaN, which some choices lead to.\n";

static const struct program me = {"toy", usage};

enum { REAL = 100000, FEW = 2500, SHOWN = 2000, MOST_FRAMES = 999 };

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (!fine)
        exit(complain(&me));
}

/*
 * A number's two ways: it stays `first` until a share `hold` of the steps is done and then falls by equal factors to
 * `last`, while modes find their places and get their shares; then it goes from `again` to `end`, while modes get wide
 * as they should.
 */
struct way {
    double first, last, again, end, hold;
    int64_t steps;
};

struct settings {
    const struct data *data;
    bool pacgan, preset_given;
    bool changed;       /* one of the protocol's, the preset's or the example's own settings */
    bool own_penalties; /* R1 and R2 as the example has them: neither a loss nor a penalty was named */
    int64_t steps, batch, samples, packing;
    int frames, threads;
    const char *out, *csv, *preset, *checkpoint;
    double scale; /* of the points */
    float rate;   /* 0: as it is */
    gan_trainer_options trainer;
    struct way of_g, of_d, of_penalties; /* the rates' and the penalties' */
};

/* ---- how it trains ---- */

/* PacGAN's program (Lin, Khetan, Fanti and Oh, "PacGAN: the power of two samples in generative adversarial networks",
 * NeurIPS 2018, section 4.1): both networks move at once, nothing is averaged, and the points are not scaled. */
static void begin_pacgan(struct settings *s)
{
    check(gan_trainer_options_init(&s->trainer, GAN_PRESET_ARTICLE) == GAN_OK);
    s->trainer.generator_rate = s->trainer.discriminator_rate = 1e-4f;
    s->trainer.beta1 = 0.8f;
    s->trainer.update = GAN_UPDATE_SIMULTANEOUS;
    s->trainer.pack_slots_apart = true;
    s->steps = 400000;
    s->batch = 100;
}

static double between(double from, double to, double share)
{
    return from * pow(to / from, share);
}

static float along(void *context, uint64_t step)
{
    const double turn = 0.6;
    const struct way *way = context;
    double done = (double)step / (double)way->steps;
    return (float)(done < way->hold ? way->first
                   : done < turn    ? between(way->first, way->last, (done - way->hold) / (turn - way->hold))
                                    : between(way->again, way->end, (done - turn) / (1 - turn)));
}

static void go(struct settings *s, gan_setting setting, struct way *way)
{
    gan_trainer_options *o = &s->trainer;
    way->steps = s->steps;
    o->courses[o->course_count++] = (gan_course){
        .setting = setting, .schedule = GAN_SCHEDULE_FUNCTION, .function = along, .context = way};
}

static void add_line(struct settings *s, gan_setting setting, float begin, float end)
{
    gan_trainer_options *o = &s->trainer;
    o->courses[o->course_count++] = (gan_course){
        .setting = setting, .schedule = GAN_SCHEDULE_LINEAR, .begin = begin, .end = end, .steps = s->steps};
}

/*
 * What the example does by itself: pairs compared, D's slopes punished at both, no momentum, an average of G (Huang et
 * al., "The GAN is dead; long live the GAN!", NeurIPS 2024, at the size of a toy). The penalties blur D: first they are
 * strong, so that all modes get their share, and the rates fall, since while they are high modes wander about their
 * places. Then D learns fast again, without penalties, and sees how wide a mode is; and G, which hardly moves, follows.
 * With one fall for all modes stay half as wide as the data's.
 */
static void begin_own(struct settings *s)
{
    gan_trainer_options *o = &s->trainer;
    check(gan_trainer_options_init(o, GAN_PRESET_STABLE) == GAN_OK);
    o->loss = GAN_LOSS_RELATIVISTIC;
    o->r1_weight = o->r2_weight = 0;
    o->generator_rate = o->discriminator_rate = 1e-3f;
    o->average_decay = 0.9995f;
    s->steps = 24000;
    s->batch = 256;
}

/* What a preset moves, but the command line sets. */
static void drop_course(gan_trainer_options *o, gan_setting setting)
{
    int kept = 0;
    for (int i = 0; i < o->course_count; i++)
        if (o->courses[i].setting != setting)
            o->courses[kept++] = o->courses[i];
    o->course_count = kept;
}

/* Once all options are read: how the numbers of begin_own go on. */
static void set_courses(struct settings *s)
{
    gan_trainer_options *o = &s->trainer;
    if (s->rate > 0) {
        o->generator_rate = o->discriminator_rate = s->rate;
        drop_course(o, GAN_SETTING_GENERATOR_RATE);
        drop_course(o, GAN_SETTING_DISCRIMINATOR_RATE);
    }
    for (int i = 0; i < o->course_count; i++) /* of a preset */
        o->courses[i].steps = s->steps;
    if (s->preset_given || s->pacgan)
        return;
    double rate = (double)o->generator_rate;
    s->of_g = (struct way){rate, rate / 50, rate / 50, rate / 500, .hold = 0.1};
    s->of_d = (struct way){rate, rate / 50, rate, rate / 2, .hold = 0.1};
    go(s, GAN_SETTING_GENERATOR_RATE, &s->of_g);
    go(s, GAN_SETTING_DISCRIMINATOR_RATE, &s->of_d);
    add_line(s, GAN_SETTING_BETA2, 0.99f, 0.999f);
    if (s->own_penalties) {
        s->of_penalties = (struct way){0.01, 5e-3, 1e-5, 1e-7, .hold = 0.55};
        o->r1_weight = o->r2_weight = (float)s->of_penalties.first;
        go(s, GAN_SETTING_R1_WEIGHT, &s->of_penalties);
        go(s, GAN_SETTING_R2_WEIGHT, &s->of_penalties);
    }
}

/* ---- the command line ---- */

static double real_of(const char *option, const char *text, double least, double most)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(number >= least && number <= most))
        wrong_usage(&me, "--%s is '%s', want a number from %g to %g", option, text, least, most);
    return number;
}

static gan_loss loss_of(const char *name)
{
    gan_loss loss = GAN_LOSS_CUSTOM;
    if (strcmp(name, "list") == 0) {
        for (int i = 0; gan_loss_name((gan_loss)i) != NULL; i++)
            if (i != GAN_LOSS_CUSTOM)
                puts(gan_loss_name((gan_loss)i));
        exit(0);
    }
    if (gan_loss_from_name(name, &loss) != GAN_OK || loss == GAN_LOSS_CUSTOM)
        wrong_usage(&me, "--objective is '%s'; '--objective list' shows all", name);
    return loss;
}

static void set_penalty(gan_trainer_options *o, const char *text)
{
    const struct {
        const char *name;
        float *weight;
        gan_setting setting;
    } penalties[] = {{"r1", &o->r1_weight, GAN_SETTING_R1_WEIGHT},
                     {"r2", &o->r2_weight, GAN_SETTING_R2_WEIGHT},
                     {"gradient", &o->gradient_penalty_weight, GAN_SETTING_GRADIENT_PENALTY_WEIGHT},
                     {"one-sided", &o->one_sided_penalty_weight, GAN_SETTING_ONE_SIDED_PENALTY_WEIGHT},
                     {"dragan", &o->dragan_weight, GAN_SETTING_DRAGAN_WEIGHT},
                     {"zero-centered", &o->zero_centered_weight, GAN_SETTING_ZERO_CENTERED_WEIGHT},
                     {"maximum", &o->maximum_penalty_weight, GAN_SETTING_MAXIMUM_PENALTY_WEIGHT},
                     {"divergence", &o->wasserstein_divergence_weight, GAN_SETTING_WASSERSTEIN_DIVERGENCE_WEIGHT},
                     {"consensus", &o->consensus_weight, GAN_SETTING_CONSENSUS_WEIGHT},
                     {"clip", &o->weight_clip, GAN_SETTING_WEIGHT_CLIP},
                     {"latent-consistency", &o->latent_consistency_weight, GAN_SETTING_LATENT_CONSISTENCY_WEIGHT},
                     {"latent-diversity", &o->latent_diversity_weight, GAN_SETTING_LATENT_DIVERSITY_WEIGHT},
                     {"lecam", &o->lecam_weight, GAN_SETTING_LECAM_WEIGHT},
                     {"feature-matching", &o->feature_matching_weight, GAN_SETTING_FEATURE_MATCHING_WEIGHT},
                     {"orthogonal-d", &o->discriminator_orthogonal_weight, GAN_SETTING_DISCRIMINATOR_ORTHOGONAL_WEIGHT},
                     {"orthogonal-g", &o->generator_orthogonal_weight, GAN_SETTING_GENERATOR_ORTHOGONAL_WEIGHT},
                     {"decay-d", &o->discriminator_weight_decay, GAN_SETTING_DISCRIMINATOR_WEIGHT_DECAY},
                     {"decay-g", &o->generator_weight_decay, GAN_SETTING_GENERATOR_WEIGHT_DECAY},
                     {"noise", &o->instance_noise, GAN_SETTING_INSTANCE_NOISE}};
    bool list = strcmp(text, "list") == 0;
    for (size_t i = 0; i < sizeof penalties / sizeof penalties[0]; i++) {
        size_t length = strlen(penalties[i].name);
        if (list)
            puts(penalties[i].name);
        if (strncmp(text, penalties[i].name, length) == 0 && text[length] == '=') {
            *penalties[i].weight = (float)real_of("penalty", text + length + 1, 0, 1e6);
            drop_course(o, penalties[i].setting);
            return;
        }
    }
    if (list)
        exit(0);
    wrong_usage(&me, "--penalty is '%s', want NAME=WEIGHT; '--penalty list' shows all", text);
}

static const struct data *data_of(const char *name)
{
    for (size_t i = 0; i < DATA; i++)
        if (strcmp(name, all_data[i].name) == 0)
            return &all_data[i];
    wrong_usage(&me, "--data is '%s', want ring, grid, spiral or moons", name);
    return NULL;
}

/* Options that the others then change, whatever their order; true if it was one. */
static bool take_base(struct settings *s, const char *name, const char *text)
{
    gan_preset preset = GAN_PRESET_STABLE;
    if (strcmp(name, "preset") == 0) {
        if (gan_preset_from_name(text, &preset) != GAN_OK)
            wrong_usage(&me, "--preset: %s", gan_error_message());
        check(gan_trainer_options_init(&s->trainer, preset) == GAN_OK);
        s->preset_given = true;
        s->preset = text;
        s->steps = 3000;
    } else if (strcmp(name, "protocol") == 0) {
        if (strcmp(text, "pacgan") != 0)
            wrong_usage(&me, "--protocol is '%s', want pacgan", text);
        s->pacgan = true;
        begin_pacgan(s);
    } else {
        return false;
    }
    return true;
}

static void take_option(struct settings *s, const char *name, const char *text)
{
    if (strcmp(name, "data") == 0)
        s->data = data_of(text);
    else if (strcmp(name, "objective") == 0 || strcmp(name, "loss") == 0)
        s->trainer.loss = loss_of(text), s->own_penalties = false, s->changed = true;
    else if (strcmp(name, "penalty") == 0)
        set_penalty(&s->trainer, text), s->own_penalties = false, s->changed = true;
    else if (strcmp(name, "rate") == 0)
        s->rate = (float)real_of(name, text, 1e-9, 1), s->changed = true;
    else if (strcmp(name, "packing") == 0)
        s->packing = (int64_t)number_of(&me, name, text, 1, 64);
    else if (strcmp(name, "steps") == 0)
        s->steps = (int64_t)number_of(&me, name, text, 1, 1000000000);
    else if (strcmp(name, "batch") == 0)
        s->batch = (int64_t)number_of(&me, name, text, 1, 10000), s->changed = true;
    else if (strcmp(name, "seed") == 0)
        s->trainer.seed = number_of(&me, name, text, 0, 1000000000000000);
    else if (strcmp(name, "threads") == 0)
        s->threads = (int)number_of(&me, name, text, 1, 1024);
    else if (strcmp(name, "samples") == 0)
        s->samples = (int64_t)number_of(&me, name, text, 1, 10000000);
    else if (strcmp(name, "frames") == 0)
        s->frames = (int)number_of(&me, name, text, 0, MOST_FRAMES);
    else if (strcmp(name, "out") == 0)
        s->out = text;
    else if (strcmp(name, "csv") == 0)
        s->csv = text;
    else if (strcmp(name, "checkpoint") == 0)
        s->checkpoint = text;
    else
        wrong_usage(&me, "there is no option --%s", name);
}

static void read_options(struct settings *s, int count, char **words)
{
    *s = (struct settings){
        .data = &all_data[0], .samples = 100000, .packing = 1, .threads = 1, .own_penalties = true, .out = "toy.png"};
    begin_own(s);
    for (int i = 1; i < count; i += 2) {
        if (strcmp(words[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strncmp(words[i], "--", 2) != 0 || i + 1 == count)
            wrong_usage(&me, "%s: want --name value", words[i]);
        take_base(s, words[i] + 2, words[i + 1]);
    }
    s->trainer.seed = 1;
    if (s->preset_given && s->pacgan)
        wrong_usage(&me, "--preset and --protocol: want one, since each has settings of its own");
    for (int i = 1; i < count; i += 2)
        if (strcmp(words[i], "--preset") != 0 && strcmp(words[i], "--protocol") != 0)
            take_option(s, words[i] + 2, words[i + 1]);
    s->scale = s->pacgan ? s->data->published : 1;
    if (s->frames > s->steps)
        s->frames = (int)s->steps;
    set_courses(s);
}

/* ---- the networks ---- */

enum { DECIDING = 2, LATENT = 4, WIDTH = 128 };

/* With biases that are drawn, too: where units bend must differ, or D is the same along every ray from the middle. */
static gan_layer *dense(int64_t in, int64_t units)
{
    float bound = 1 / sqrtf((float)in);
    gan_layer *layer = gan_layer_with_initializer(gan_layer_dense(units), gan_initializer_he_normal(0.2f));
    return gan_layer_with_bias_initializer(layer, gan_initializer_uniform(-bound, bound));
}

static gan_var *deciding(void *context, gan_var *z)
{
    (void)context;
    return gan_slice(z, 1, 0, DECIDING);
}

static gan_var *spreading(void *context, gan_var *z)
{
    (void)context;
    return gan_slice(z, 1, DECIDING, LATENT);
}

/*
 * Between modes that lie apart G must be steep, within them flat: a staircase. Steep tanh layers make one far more
 * easily than pieces of straight lines do; and the fewer numbers decide, the fewer of their points are on a step's
 * edge. The other numbers of z are added to it, times a matrix: how wide a mode is is learned by itself.
 */
static gan_model *new_generator(void)
{
    gan_layer *stairs[] = {gan_layer_function(deciding, NULL, NULL),
                           dense(DECIDING, WIDTH),
                           gan_layer_leaky_relu(0.2f),
                           dense(WIDTH, WIDTH),
                           gan_layer_leaky_relu(0.2f),
                           dense(WIDTH, WIDTH),
                           gan_layer_scale_shift(3, 0),
                           gan_layer_tanh(),
                           dense(WIDTH, WIDTH),
                           gan_layer_scale_shift(3, 0),
                           gan_layer_tanh(),
                           gan_layer_dense(2)};
    gan_layer *matrix = gan_layer_without_bias(gan_layer_dense(2));
    gan_layer *spread[] = {gan_layer_function(spreading, NULL, NULL),
                           gan_layer_with_initializer(matrix, gan_initializer_normal(0, 0.02f))};
    gan_model *g = gan_model_new(GAN_SHAPE(LATENT));
    gan_model_add(g, gan_layer_residual_with(gan_layer_sequence(stairs, sizeof stairs / sizeof stairs[0]),
                                             gan_layer_sequence(spread, sizeof spread / sizeof spread[0])));
    check(gan_model_status(g) == GAN_OK);
    return g;
}

static gan_var *sines(void *context, gan_var *x)
{
    (void)context;
    return gan_sin(x);
}

static gan_layer *normed(gan_layer *product, bool spectral)
{
    return spectral ? gan_layer_with_spectral_norm(product, 1) : product;
}

/* Sines of all directions, their frequencies about so many radians to a unit, and a product of them. */
static gan_layer *waves(float frequency, gan_layer *product, bool spectral)
{
    gan_layer *angles = gan_layer_with_initializer(gan_layer_dense(WIDTH), gan_initializer_normal(0, frequency));
    angles = gan_layer_with_bias_initializer(angles, gan_initializer_uniform(-(float)pi, (float)pi));
    gan_layer *layers[] = {normed(angles, spectral), gan_layer_function(sines, NULL, NULL), normed(product, spectral)};
    return gan_layer_sequence(layers, 3);
}

/*
 * D must see what is small in a plane that is large: it begins with sines of many directions and frequencies (Tancik et
 * al., "Fourier features let networks learn high frequency functions in low dimensional domains", NeurIPS 2020; here
 * they learn, too), long waves for the plane and, weakly at first, short ones for a mode; and it goes on smoothly,
 * since its slopes are what G learns from.
 */
static gan_model *new_plain_discriminator(int64_t in, bool spectral)
{
    gan_layer *weak = gan_layer_with_initializer(gan_layer_dense(WIDTH), gan_initializer_normal(0, 0.05f));
    gan_model *d = gan_model_new(GAN_SHAPE(in));
    gan_model_add(d, gan_layer_residual_with(waves(4, dense(WIDTH, WIDTH), spectral),
                                             waves(100, gan_layer_without_bias(weak), spectral)));
    gan_model_add(d, gan_layer_silu());
    gan_model_add(d, normed(dense(WIDTH, WIDTH), spectral));
    gan_model_add(d, gan_layer_silu());
    gan_model_add(d, normed(gan_layer_dense(1), spectral));
    check(gan_model_status(d) == GAN_OK);
    return d;
}

/* For EBGAN and BEGAN: through a single number and back. */
static gan_model *new_autoencoder(int64_t packing)
{
    gan_discriminator_options o;
    check(gan_discriminator_options_init(&o, GAN_RECIPE_MLP) == GAN_OK);
    o.hidden_count = 2;
    o.hidden[0] = o.hidden[1] = WIDTH;
    o.activation = GAN_ACTIVATION_LEAKY_RELU;
    o.code_size = o.packing = packing;
    gan_model *d = gan_discriminator_new(GAN_SHAPE(2), &o);
    check(d != NULL);
    return d;
}

static gan_model *new_discriminator(const struct settings *s)
{
    gan_loss loss = s->trainer.loss;
    if (loss == GAN_LOSS_ENERGY_MARGIN || loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
        return new_autoencoder(s->packing);
    return new_plain_discriminator(2 * s->packing, s->trainer.preset == GAN_PRESET_SNGAN);
}

enum { PACGAN_LAYERS = 4, PACGAN_UNITS = 400 }; /* of G */
/* Batch norm's numbers are those of PacGAN's program: Blocks' epsilon, and a step's share in the running statistics. */
static const double pacgan_epsilon = 1e-4, pacgan_share = 0.05;

static gan_model *pacgan_generator(int64_t packing)
{
    gan_generator_options o;
    check(gan_generator_options_init(&o, GAN_RECIPE_MLP) == GAN_OK);
    o.normalization_epsilon = (float)pacgan_epsilon;
    o.batch_norm_momentum = (float)(1 - pow(1 - pacgan_share, 1 / (double)packing));
    o.latent_size = 2;
    o.hidden_count = PACGAN_LAYERS;
    for (int i = 0; i < PACGAN_LAYERS; i++)
        o.hidden[i] = PACGAN_UNITS;
    o.normalization = GAN_NORMALIZATION_BATCH;
    o.output = GAN_ACTIVATION_LINEAR;
    o.initializer = gan_initializer_normal(0, 0.02f);
    return gan_generator_new(GAN_SHAPE(2), &o);
}

static gan_model *pacgan_discriminator(int64_t packing)
{
    gan_discriminator_options o;
    check(gan_discriminator_options_init(&o, GAN_RECIPE_MLP) == GAN_OK);
    o.hidden_count = 3;
    for (int i = 0; i < 3; i++)
        o.hidden[i] = 200;
    o.maxout_pieces = 5;
    o.activation = GAN_ACTIVATION_LINEAR;
    o.initializer = gan_initializer_normal(0, 0.02f);
    o.packing = packing;
    return gan_discriminator_new(GAN_SHAPE(2), &o);
}

/*
 * What G is judged by. Statistics that kept up with training lag behind the weights; PacGAN's program lets them follow
 * before it judges, over an epoch of its monitor of 50 batches of 100 packs. And Blocks' batch norm keeps means of
 * deviations, √(variance + ε) with the batch's own variance, where libgan keeps variances of the whole as PyTorch does,
 * half a percent and more larger a layer, which moves the modes at the rim. So those are worked out here, and put in.
 */
enum { PACGAN_BATCH = 100, PACGAN_BATCHES = 50 };

struct statistics {
    double mean[PACGAN_UNITS], deviation[PACGAN_UNITS];
};

/* Adds `weight` times those of a batch. */
static void add_statistics(struct statistics *to, const float *batch, double weight)
{
    for (int unit = 0; unit < PACGAN_UNITS; unit++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < PACGAN_BATCH; i++)
            sum += (double)batch[i * PACGAN_UNITS + unit] / PACGAN_BATCH;
        for (int i = 0; i < PACGAN_BATCH; i++)
            squares += pow((double)batch[i * PACGAN_UNITS + unit] - sum, 2) / PACGAN_BATCH;
        to->mean[unit] += weight * sum;
        to->deviation[unit] += weight * sqrt(squares + pacgan_epsilon);
    }
}

static void scale_statistics(struct statistics *s, double factor)
{
    for (int unit = 0; unit < PACGAN_UNITS; unit++) {
        s->mean[unit] *= factor;
        s->deviation[unit] *= factor;
    }
}

static void take_statistics(struct statistics *to, const float *mean, const float *variance)
{
    for (int unit = 0; unit < PACGAN_UNITS; unit++) {
        to->mean[unit] = (double)mean[unit];
        to->deviation[unit] = sqrt((double)variance[unit] * (PACGAN_BATCH - 1) / PACGAN_BATCH + pacgan_epsilon);
    }
}

static void put_statistics(const struct statistics *from, float *mean, float *variance)
{
    for (int unit = 0; unit < PACGAN_UNITS; unit++) {
        mean[unit] = (float)from->mean[unit];
        variance[unit] = (float)(from->deviation[unit] * from->deviation[unit] - pacgan_epsilon);
    }
}

static void refresh_pacgan_generator(gan_model *g, int64_t packing)
{
    static struct statistics running[PACGAN_LAYERS];
    gan_tensor *z = gan_tensor_new(GAN_SHAPE(PACGAN_BATCH, 2));
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(PACGAN_BATCH, PACGAN_UNITS));
    gan_tape *tape = gan_tape_new();
    check(z != NULL && batch != NULL && tape != NULL);
    gan_tape_set_training(tape, true);
    gan_var *in = gan_tape_input(tape, gan_tensor_shape(z)), *before[PACGAN_LAYERS];
    check(gan_model_apply(g, in) != NULL);
    for (int layer = 0; layer < PACGAN_LAYERS; layer++) {
        char place[24]; /* of the dense layer, before that of the batch norm: "1.running_mean" */
        snprintf(place, sizeof place, "%d", atoi(gan_model_state_name(g, 2 * layer)) - 1);
        check((before[layer] = gan_model_feature(g, place)) != NULL);
        take_statistics(&running[layer], gan_tensor_data(gan_model_state(g, 2 * layer)),
                        gan_tensor_data(gan_model_state(g, 2 * layer + 1)));
    }
    gan_plan *plan = gan_plan_new(before, PACGAN_LAYERS);
    check(plan != NULL && gan_plan_bind(plan, in, z) == GAN_OK);
    for (int i = 0; i < PACGAN_BATCHES * (int)packing; i++) {
        check(gan_tensor_fill_normal(z, 0, 1, 1000 + (uint64_t)i) == GAN_OK && gan_plan_run(plan) == GAN_OK);
        for (int layer = 0; layer < PACGAN_LAYERS; layer++) {
            check(gan_plan_read(plan, before[layer], batch) == GAN_OK);
            if (i % packing == 0) /* the places of a pack enter as their mean */
                scale_statistics(&running[layer], 1 - pacgan_share);
            add_statistics(&running[layer], gan_tensor_data(batch), pacgan_share / (double)packing);
        }
    }
    for (int layer = 0; layer < PACGAN_LAYERS; layer++)
        put_statistics(&running[layer], gan_tensor_data(gan_model_state(g, 2 * layer)),
                       gan_tensor_data(gan_model_state(g, 2 * layer + 1)));
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_tensor_unref(batch);
    gan_tensor_unref(z);
}

static gan_trainer *new_trainer(const struct settings *s)
{
    gan_model *g = s->pacgan ? pacgan_generator(s->packing) : new_generator();
    gan_model *d = s->pacgan ? pacgan_discriminator(s->packing) : new_discriminator(s);
    check(g != NULL && d != NULL);
    gan_trainer *trainer = gan_trainer_new(g, d, &s->trainer);
    check(trainer != NULL);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

/* ---- what is told and drawn ---- */

struct session {
    const struct settings *settings;
    gan_trainer *trainer;
};

/* The path without its ".png". */
static struct path stem_of(const char *path)
{
    struct path stem;
    size_t length = strlen(path);
    bool named = length > 4 && strcmp(path + length - 4, ".png") == 0;
    snprintf(stem.text, sizeof stem.text, "%.*s", (int)(named ? length - 4 : length), path);
    return stem;
}

static void draw_scene(const struct session *session, const char *path)
{
    const struct settings *s = session->settings;
    gan_tensor *made = gan_generator_sample(gan_trainer_averaged_generator(session->trainer), SHOWN, 8);
    gan_tensor *real = draw_points(s->data, s->scale, SHOWN, 98);
    check(made != NULL && real != NULL);
    const struct scene scene = {.discriminator = gan_trainer_discriminator(session->trainer),
                                .packing = (int)s->packing,
                                .reach = 1.4f * (float)s->scale,
                                .real = real,
                                .made = made};
    check(draw(&scene, path));
    gan_tensor_unref(real);
    gan_tensor_unref(made);
}

static void draw_frame(const struct session *session, int frame)
{
    struct path path, stem = stem_of(session->settings->out);
    int length = snprintf(path.text, sizeof path.text, "%.4000s-%03d.png", stem.text, frame);
    check(length > 0);
    draw_scene(session, path.text);
}

static bool report_progress(void *context, const gan_progress *progress)
{
    const struct session *session = context;
    const struct settings *s = session->settings;
    if (progress->step % (s->steps >= 10 ? s->steps / 10 : 1) == 0) {
        printf("step %7lld: loss of D %8.4f, of G %8.4f, penalty %.4f", (long long)progress->step,
               (double)progress->report->d_loss, (double)progress->report->g_loss, (double)progress->report->d_penalty);
        if (s->trainer.loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
            printf(", k %.4f, convergence %.4f", (double)progress->report->balance,
                   (double)progress->report->convergence);
        putchar('\n');
        fflush(stdout);
    }
    int64_t frames = progress->step * s->frames / s->steps, before = (progress->step - 1) * s->frames / s->steps;
    if (frames > before)
        draw_frame(session, (int)before);
    return true;
}

static void tell_line(const char *what, const struct data *data, struct score made, struct score real)
{
    printf("%-8s %4d of %2d  %6.2f %%  %7.4f  %6.3f   (real %6.2f %%  %7.4f  %6.3f)\n", what, made.found, data->modes,
           100 * made.quality, made.kl, made.deviation, 100 * real.quality, real.kl, real.deviation);
}

static void write_line(const struct settings *s, struct score few, struct score all, double seconds)
{
    FILE *file = fopen(s->csv, "a");
    if (file == NULL) {
        fprintf(stderr, "toy: cannot write %s: %s\n", s->csv, strerror(errno));
        exit(1);
    }
    char settings[64];
    snprintf(settings, sizeof settings, "%s%s",
             s->pacgan         ? "pacgan"
             : s->preset_given ? s->preset
                               : "own",
             s->changed ? "*" : "");
    fprintf(file, "%s,%s,%lld,%llu,%lld,%d,%.4f,%.4f,%.4f,%d,%.4f,%.4f,%.4f,%.0f\n", s->data->name, settings,
            (long long)s->packing, (unsigned long long)s->trainer.seed, (long long)s->steps, few.found, few.quality,
            few.kl, few.deviation, all.found, all.quality, all.kl, all.deviation, seconds);
    fclose(file);
}

static void tell(const struct session *session, double seconds)
{
    const struct settings *s = session->settings;
    gan_model *best = gan_trainer_averaged_generator(session->trainer);
    gan_tensor *made = gan_generator_sample(best, s->samples, 7),
               *real = draw_points(s->data, s->scale, s->samples, 99);
    check(made != NULL && real != NULL);
    int64_t first = s->samples < FEW ? s->samples : FEW;
    struct score few = judge(s->data, s->scale, made, first), all = judge(s->data, s->scale, made, s->samples);
    char what[32];
    puts("samples  modes found  within 3 sigma  KL to even  deviation, of the data's");
    snprintf(what, sizeof what, "%lld", (long long)first);
    tell_line(what, s->data, few, judge(s->data, s->scale, real, first));
    snprintf(what, sizeof what, "%lld", (long long)s->samples);
    tell_line(what, s->data, all, judge(s->data, s->scale, real, s->samples));
    printf("%.0f seconds of training\n", seconds);
    if (s->csv != NULL)
        write_line(s, few, all, seconds);
    gan_tensor_unref(made);
    gan_tensor_unref(real);
}

static void finish_frames(const struct session *session)
{
    struct path page, stem = stem_of(session->settings->out);
    snprintf(page.text, sizeof page.text, "%.4000s.html", stem.text);
    if (!write_page(page.text, session->settings->data->name, stem.text, session->settings->frames)) {
        fprintf(stderr, "toy: cannot write %s: %s\n", page.text, strerror(errno));
        exit(1);
    }
    puts(page.text);
}

static gan_run_result train(struct session *session, gan_loader *loader)
{
    const struct settings *s = session->settings;
    gan_run_options run;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    check(gan_run_options_init(&run) == GAN_OK);
    run.steps = s->steps;
    run.progress = report_progress;
    run.context = session;
    run.stop = &stop;
    keep_checkpoints(&run, s->checkpoint);
    gan_status status = gan_trainer_run(session->trainer, loader, &run, &result);
    int failed = status != GAN_OK ? complain(&me) : 0;
    if (status != GAN_OK)
        exit(status == GAN_ERROR_NOT_FINITE ? DIVERGED : failed);
    return result;
}

int main(int count, char **words)
{
    struct settings s;
    read_options(&s, count, words);
    stop_on_signals();
    check(gan_set_threads(s.threads) == GAN_OK);
    printf("%s, %s loss, %lld steps\n", s.data->name, gan_loss_name(s.trainer.loss), (long long)s.steps);
    gan_tensor *points = draw_points(s.data, s.scale, REAL, s.trainer.seed);
    gan_dataset *set = points != NULL ? gan_dataset_from_tensor(points, NULL, 0, 0) : NULL;
    gan_loader *loader = gan_loader_new(set, s.batch * s.packing, s.trainer.seed, NULL);
    check(set != NULL && loader != NULL);
    struct session session = {.settings = &s, .trainer = new_trainer(&s)};
    gan_run_result result = train(&session, loader);
    if (result.stop != GAN_STOP_FLAG) {
        if (s.pacgan)
            refresh_pacgan_generator(gan_trainer_averaged_generator(session.trainer), s.packing);
        tell(&session, result.seconds);
    }
    draw_scene(&session, s.out);
    puts(s.out);
    if (s.frames > 0 && result.stop != GAN_STOP_FLAG)
        finish_frames(&session);
    gan_trainer_unref(session.trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(set);
    gan_tensor_unref(points);
    return result.stop == GAN_STOP_FLAG ? STOPPED : 0;
}
