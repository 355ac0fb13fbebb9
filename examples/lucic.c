/*
 * lucic: the seven objectives that Lucic et al. compare ("Are GANs created equal? A large-scale study", NeurIPS 2018)
 * on the digits, with the layers of their networks, for equally many steps each.
 *   cc lucic.c $(pkg-config --cflags --libs gan)
 *
 * Their figures are Fréchet distances of Inception's features, each the best of a wide search. Here they are those of a
 * network that reads digits (classifier --save), with one setting for each: for comparing with each other only.
 *
 * Their program, google/compare_gan, also has batch norm of epsilon 1e-3 and decay 0.999 (here 1e-5 and 0.9), and
 * convolutions that begin truncated normal. LSGAN squares the sigmoid's output there, and DRAGAN takes its slope; here
 * it is the logit, for LSGAN as in its authors' program. DRAGAN's slope is that at x + α·½·s·u there, s the batch's
 * deviation, α (for each picture) and u (for each pixel) uniform on [0, 1); here at x + ½·s·n, n normal.
 */
#include <gan/gan.h>

#include "progress.h"

#include <getopt.h>

enum { LATENT = 64, CODE = 64 };

static const char usage[] =
    "usage: lucic --reader FILE [OPTION]...\n"
    "Trains a generator of digits with one of seven objectives, and measures it.\n"
    "  --reader FILE     the network that reads digits, as 'classifier --save FILE' writes it\n"
    "  --objective NAME  mm, ns (default), lsgan, wgan, wgan-gp, dragan or began\n"
    "  --data DIR        the folder with MNIST's files, plain or .gz (default: digits that the library draws)\n"
    "  --steps N         updates of the generator (default 3000)\n"
    "  --samples N       how many are measured (default 10000)\n"
    "  --out FILE        a grid of what it makes (default: lucic.png)\n"
    "  --csv FILE        adds a line with the result to that file\n"
    "  --checkpoint PATH writes PATH-STEPS.checkpoint every five minutes and when it ends or is interrupted,\n"
    "                    and goes on from the newest that is there already; give the same options\n"
    "  --seed N          decides everything that is random (default 1)\n"
    "  --threads N       processors to work with (default: all)\n"
    "  --help            shows this\n";

static const struct program me = {"lucic", usage};

/* ---- the seven ---- */

struct objective {
    const char *name;
    gan_preset preset;
    gan_loss loss;
    bool norm_in_d; /* batch norm, on 128 channels and on 1024 units */
    float dragan;
};

/*
 * MM, NS, LSGAN and DRAGAN move by Adam(2e-4, 0.5), WGAN and WGAN-GP as their papers' algorithms say, BEGAN by
 * Adam(1e-4, 0.5). In the study's program, before the search, MM and NS move by Adam(5e-5, 0), DRAGAN and WGAN-GP by
 * Adam(1e-4, 0.5), WGAN by Adam(5e-5, 0.5), the others as here; beta2 is 0.999 in all.
 */
static const struct objective objectives[] = {
    {"mm", GAN_PRESET_ARTICLE, GAN_LOSS_MINIMAX, true, 0},
    {"ns", GAN_PRESET_ARTICLE, GAN_LOSS_NON_SATURATING, true, 0},
    {"lsgan", GAN_PRESET_LSGAN, GAN_LOSS_LEAST_SQUARES, true, 0},
    {"wgan", GAN_PRESET_WGAN, GAN_LOSS_WASSERSTEIN, true, 0},
    {"wgan-gp", GAN_PRESET_WGAN_GP, GAN_LOSS_WASSERSTEIN, false, 0},
    {"dragan", GAN_PRESET_ARTICLE, GAN_LOSS_NON_SATURATING, true, 10},
    {"began", GAN_PRESET_BEGAN, GAN_LOSS_BOUNDARY_EQUILIBRIUM, true, 0},
};

struct options {
    const char *reader, *data, *out, *csv, *checkpoint;
    const struct objective *objective;
    int64_t steps, samples;
    uint64_t seed;
    int threads;
};

static const struct objective *objective_of(const char *name)
{
    for (size_t i = 0; i < sizeof objectives / sizeof objectives[0]; i++)
        if (strcmp(name, objectives[i].name) == 0)
            return &objectives[i];
    wrong_usage(&me, "--objective is '%s', want mm, ns, lsgan, wgan, wgan-gp, dragan or began", name);
    return NULL;
}

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (!fine)
        exit(complain(&me));
}

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"reader", required_argument, NULL, 'r'},  {"objective", required_argument, NULL, 'b'},
        {"data", required_argument, NULL, 'd'},    {"steps", required_argument, NULL, 's'},
        {"samples", required_argument, NULL, 'n'}, {"out", required_argument, NULL, 'o'},
        {"csv", required_argument, NULL, 'c'},     {"checkpoint", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 'e'},    {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    struct options o = {.objective = &objectives[1], .steps = 3000, .samples = 10000, .out = "lucic.png", .seed = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;)
        switch (c) {
        case 'r':
            o.reader = optarg;
            break;
        case 'b':
            o.objective = objective_of(optarg);
            break;
        case 'd':
            o.data = optarg;
            break;
        case 's':
            o.steps = (int64_t)number_of(&me, "steps", optarg, 1, 100000000);
            break;
        case 'n':
            o.samples = (int64_t)number_of(&me, "samples", optarg, 64, 1000000);
            break;
        case 'o':
            o.out = optarg;
            break;
        case 'c':
            o.csv = optarg;
            break;
        case 'k':
            o.checkpoint = optarg;
            break;
        case 'e':
            o.seed = number_of(&me, "seed", optarg, 0, UINT64_MAX);
            break;
        case 't':
            o.threads = (int)number_of(&me, "threads", optarg, 1, 1024);
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            wrong_usage(&me, "see below");
        }
    if (optind < count)
        wrong_usage(&me, "what is this: %s", arguments[optind]);
    if (o.reader == NULL)
        wrong_usage(&me, "--reader is missing: make one with 'classifier --save FILE'");
    return o;
}

/* ---- the networks, InfoGAN's: 4 x 4 windows with stride 2, and two dense layers ---- */

/* erf(z/√2) of normal z is uniform on [-1, 1]. */
static gan_var *uniform(void *context, gan_var *z)
{
    (void)context;
    return gan_erf(gan_scale(z, 0.707106781f));
}

static gan_layer *weighted(gan_layer *layer)
{
    return gan_layer_with_initializer(layer, gan_initializer_normal(0, 0.02f));
}

/* The layer, batch norm (which makes its bias idle) if `norm`, and leaky ReLU. */
static void add(gan_model *m, gan_layer *layer, bool norm)
{
    gan_model_add(m, norm ? gan_layer_without_bias(weighted(layer)) : weighted(layer));
    if (norm)
        gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_leaky_relu(0.2f));
}

static gan_model *new_generator(void)
{
    gan_model *g = gan_model_new(GAN_SHAPE(LATENT));
    gan_model_add(g, gan_layer_function(uniform, NULL, NULL));
    add(g, gan_layer_dense(1024), true);
    add(g, gan_layer_dense(128 * 7 * 7), true);
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(128, 7, 7)));
    add(g, gan_layer_conv_transpose2d(64, 4, 2, 1), true);
    gan_model_add(g, weighted(gan_layer_conv_transpose2d(1, 4, 2, 1)));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    return g;
}

static gan_model *new_discriminator(bool norm)
{
    gan_model *d = gan_model_new(GAN_SHAPE(1, 28, 28));
    add(d, gan_layer_conv2d(64, 4, 2, 1), false);
    add(d, gan_layer_conv2d(128, 4, 2, 1), norm);
    gan_model_add(d, gan_layer_flatten());
    add(d, gan_layer_dense(1024), norm);
    gan_model_add(d, weighted(gan_layer_dense(1)));
    return d;
}

/* Layer, batch norm and leaky ReLU as one. */
static gan_layer *normed(gan_layer *layer)
{
    gan_layer *layers[] = {gan_layer_without_bias(weighted(layer)), gan_layer_batch_norm(), gan_layer_leaky_relu(0.2f)};
    return gan_layer_sequence(layers, 3);
}

/* BEGAN's, an autoencoder of two such convolutions, a code and the way back, as in compare_gan, without an activation
 * after the second. With batch norm, which is a choice there: without it G painted everything black. */
static gan_model *new_autoencoder(void)
{
    gan_layer *layers[] = {weighted(gan_layer_conv2d(64, 4, 2, 1)),
                           gan_layer_leaky_relu(0.2f),
                           weighted(gan_layer_conv2d(128, 4, 2, 1)),
                           gan_layer_flatten(),
                           normed(gan_layer_dense(CODE)),
                           normed(gan_layer_dense(128 * 7 * 7)),
                           gan_layer_reshape(GAN_SHAPE(128, 7, 7)),
                           normed(gan_layer_conv_transpose2d(64, 4, 2, 1)),
                           weighted(gan_layer_conv_transpose2d(1, 4, 2, 1)),
                           gan_layer_sigmoid()};
    gan_model *d = gan_model_new(GAN_SHAPE(1, 28, 28));
    gan_model_add(d, gan_layer_reconstruction(gan_layer_sequence(layers, sizeof layers / sizeof layers[0]), 1));
    return d;
}

static gan_trainer *new_trainer(const struct options *o)
{
    const struct objective *by = o->objective;
    gan_trainer_options t;
    check(gan_trainer_options_init(&t, by->preset) == GAN_OK);
    t.loss = by->loss;
    t.dragan_weight = by->dragan;
    t.mixed_penalty = by->dragan > 0; /* the study has batch norm in DRAGAN's D, too */
    if (by->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
        t.diversity_ratio = 0.75f; /* compare_gan's, before the search */
    t.seed = o->seed;
    gan_model *g = new_generator();
    gan_model *d = by->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM ? new_autoencoder() : new_discriminator(by->norm_in_d);
    check(gan_model_status(g) == GAN_OK && gan_model_status(d) == GAN_OK);
    gan_trainer *trainer = gan_trainer_new(g, d, &t);
    check(trainer != NULL);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

/* ---- training and measuring ---- */

static bool on_step(void *context, const gan_progress *progress)
{
    watch_step(context, progress);
    return true;
}

static gan_run_result train(const struct options *o, gan_trainer *trainer, gan_dataset *digits)
{
    gan_loader *batches = gan_loader_new(digits, /*batch*/ 64, o->seed, NULL);
    struct watch watch = {.lines_every = 500};
    gan_run_options run;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    check(batches != NULL && gan_run_options_init(&run) == GAN_OK);
    run.steps = o->steps;
    run.progress = on_step;
    run.context = &watch;
    run.stop = &stop;
    keep_checkpoints(&run, o->checkpoint);
    check(gan_trainer_run(trainer, batches, &run, &result) == GAN_OK);
    free_curves(&watch.curves);
    gan_loader_unref(batches);
    return result;
}

static gan_extractor *open_reader(const struct options *o)
{
    gan_model *reader = gan_model_load(o->reader);
    gan_extractor *features = reader != NULL ? gan_extractor_model(reader, "features") : NULL;
    check(features != NULL);
    gan_model_unref(reader); /* the extractor keeps it */
    return features;
}

/* Between the features of samples and those of as many digits that nobody learned from. */
static gan_metric_value measure(const struct options *o, gan_extractor *features, gan_model *generator,
                                const gan_dataset *unseen)
{
    gan_tensor *made = gan_generator_sample(generator, o->samples, /*seed*/ 8);
    gan_tensor *of_made = made != NULL ? gan_extractor_run(features, made) : NULL;
    gan_tensor *of_real = of_made != NULL ? gan_extractor_read(features, unseen, o->samples, /*seed*/ 1) : NULL;
    gan_metric_value distance = {0, 0, 0, 0};
    check(of_real != NULL && gan_metric_frechet(of_real, of_made, NULL, &distance) == GAN_OK);
    gan_tensor_unref(of_real);
    gan_tensor_unref(of_made);
    gan_tensor_unref(made);
    return distance;
}

static void write_line(const struct options *o, const gan_run_result *result, gan_metric_value distance)
{
    FILE *file = fopen(o->csv, "a");
    if (file == NULL) {
        fprintf(stderr, "lucic: cannot write %s: %s\n", o->csv, strerror(errno));
        exit(1);
    }
    fprintf(file, "%s,%llu,%lld,%.2f,%.2f,%.0f\n", o->objective->name, (unsigned long long)o->seed,
            (long long)result->steps, distance.value, distance.error, result->seconds);
    fclose(file);
}

static gan_dataset *open_digits(const struct options *o, gan_split split)
{
    gan_dataset *digits = o->data != NULL            ? gan_dataset_open_mnist(o->data, split)
                          : split == GAN_SPLIT_TRAIN ? gan_dataset_digits(60000, /*seed*/ 1)
                                                     : gan_dataset_digits(10000, /*seed*/ 2);
    check(digits != NULL);
    return digits;
}

int main(int count, char **arguments)
{
    struct options o = read_options(count, arguments);
    stop_on_signals();
    check(o.threads == 0 || gan_set_threads(o.threads) == GAN_OK);
    gan_dataset *digits = open_digits(&o, GAN_SPLIT_TRAIN), *unseen = open_digits(&o, GAN_SPLIT_TEST);
    gan_extractor *features = open_reader(&o);
    gan_trainer *trainer = new_trainer(&o);
    gan_run_result result = train(&o, trainer, digits);
    gan_model *generator = gan_trainer_averaged_generator(trainer);
    gan_tensor *shown = gan_generator_sample(generator, 64, /*seed*/ 7);
    check(shown != NULL && gan_image_write_grid(o.out, shown, 8) == GAN_OK);
    if (result.stop != GAN_STOP_FLAG) {
        gan_metric_value distance = measure(&o, features, generator, unseen);
        printf("%s: %lld steps in %.0f s, Fréchet distance %.2f +- %.2f\n", o.objective->name, (long long)result.steps,
               result.seconds, distance.value, distance.error);
        if (o.csv != NULL)
            write_line(&o, &result, distance);
    }
    puts(o.out);
    gan_tensor_unref(shown);
    gan_trainer_unref(trainer);
    gan_extractor_unref(features);
    gan_dataset_unref(unseen);
    gan_dataset_unref(digits);
    return result.stop == GAN_STOP_FLAG ? STOPPED : 0;
}
