/*
 * stacked: three digits in the three channels of a picture, a thousand combinations, and how many of them a generator
 * makes (Metz et al., "Unrolled generative adversarial networks", ICLR 2017; Srivastava et al., "VEEGAN", NIPS 2017).
 *   cc stacked.c $(pkg-config --cflags --libs gan) -lm
 *
 * It trains convolutional networks without any normalisation with the relativistic loss and both penalties on D's slope
 * (Huang et al., "The GAN is dead; long live the GAN!", NeurIPS 2024), or, for contrast, otherwise. A network that
 * reads digits (classifier --save) then reads each channel of 26,000 samples.
 */
#include <gan/gan.h>

#include "progress.h"

#include <getopt.h>
#include <math.h>

enum { CLASSES = 10, MODES = 1000, SAMPLES = 26000, AT_ONCE = 1000, STACKS = 128000, LATENT = 100 };

static const char usage[] =
    "usage: stacked --reader FILE [OPTION]...\n"
    "Trains a generator of three digits in one picture, and counts which of the 1000 combinations it makes.\n"
    "  --reader FILE     the network that reads digits, as 'classifier --save FILE' writes it\n"
    "  --data DIR        the folder with MNIST's files, plain or .gz (default: digits that the library draws)\n"
    "  --objective NAME  relativistic (default), non-saturating, hinge, ...\n"
    "  --penalty W       weight of R1 and R2 at the beginning; it falls to a tenth (default 0.5; 0 for none)\n"
    "  --beta1 B         of Adam (default 0)\n"
    "  --rate R          of Adam at the beginning; it falls to a quarter (default 3e-4)\n"
    "  --packing M       D judges M pictures together (default 1)\n"
    "  --width N         channels of the largest feature maps (default 32)\n"
    "  --batch N         pictures in a batch (default 64)\n"
    "  --steps N         (default 25000)\n"
    "  --minutes N       ends after so long, if that is sooner\n"
    "  --judge-every N   steps between counts on the way (default 5000)\n"
    "  --samples N       how many are counted (default 26000)\n"
    "  --out DIR         the folder for pictures and checkpoints (default: stacked)\n"
    "  --resume          goes on from the newest checkpoint there; give the same options\n"
    "  --csv FILE        adds a line with the result to that file\n"
    "  --seed N          decides everything that is random (default 1)\n"
    "  --threads N       processors to work with (default: all)\n"
    "  --help            shows this\n";

static const struct program me = {"stacked", usage};

struct options {
    const char *reader, *data, *out, *csv;
    gan_loss objective;
    double penalty, beta1, rate, minutes;
    int64_t packing, width, batch, steps, judge_every, samples;
    int threads;
    uint64_t seed;
    bool resume;
};

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (!fine)
        exit(complain(&me));
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

static gan_loss objective_of(const char *name)
{
    gan_loss loss = GAN_LOSS_CUSTOM;
    if (gan_loss_from_name(name, &loss) != GAN_OK || loss >= GAN_LOSS_CUSTOM)
        wrong_usage(&me, "--objective is '%s', want the name of a loss of D's logit, relativistic for instance", name);
    return loss;
}

enum key {
    READER,
    DATA,
    OUT,
    CSV,
    OBJECTIVE,
    PENALTY,
    BETA1,
    RATE,
    MINUTES,
    PACKING,
    WIDTH,
    BATCH,
    STEPS,
    JUDGE_EVERY,
    SAMPLED,
    THREADS,
    SEED,
    RESUME,
    HELP
};

static const struct option known[] = {{"reader", required_argument, NULL, READER},
                                      {"data", required_argument, NULL, DATA},
                                      {"out", required_argument, NULL, OUT},
                                      {"csv", required_argument, NULL, CSV},
                                      {"objective", required_argument, NULL, OBJECTIVE},
                                      {"penalty", required_argument, NULL, PENALTY},
                                      {"beta1", required_argument, NULL, BETA1},
                                      {"rate", required_argument, NULL, RATE},
                                      {"minutes", required_argument, NULL, MINUTES},
                                      {"packing", required_argument, NULL, PACKING},
                                      {"width", required_argument, NULL, WIDTH},
                                      {"batch", required_argument, NULL, BATCH},
                                      {"steps", required_argument, NULL, STEPS},
                                      {"judge-every", required_argument, NULL, JUDGE_EVERY},
                                      {"samples", required_argument, NULL, SAMPLED},
                                      {"threads", required_argument, NULL, THREADS},
                                      {"seed", required_argument, NULL, SEED},
                                      {"resume", no_argument, NULL, RESUME},
                                      {"help", no_argument, NULL, HELP},
                                      {NULL, 0, NULL, 0}};

static void take_number(struct options *o, enum key key, const char *text)
{
    const char *name = known[key].name;
    switch (key) {
    case PENALTY:
        o->penalty = real_of(name, text, 0, 1e6);
        break;
    case BETA1:
        o->beta1 = real_of(name, text, 0, 0.9999);
        break;
    case RATE:
        o->rate = real_of(name, text, 1e-9, 1);
        break;
    case MINUTES:
        o->minutes = real_of(name, text, 0.001, 1e6);
        break;
    case PACKING:
        o->packing = (int64_t)number_of(&me, name, text, 1, 16);
        break;
    case WIDTH:
        o->width = (int64_t)number_of(&me, name, text, 1, 1024);
        break;
    case BATCH:
        o->batch = (int64_t)number_of(&me, name, text, 1, 4096);
        break;
    case STEPS:
        o->steps = (int64_t)number_of(&me, name, text, 1, 100000000);
        break;
    case JUDGE_EVERY:
        o->judge_every = (int64_t)number_of(&me, name, text, 1, 100000000);
        break;
    case SAMPLED:
        o->samples = (int64_t)number_of(&me, name, text, 1, 10000000);
        break;
    case THREADS:
        o->threads = (int)number_of(&me, name, text, 1, 1024);
        break;
    default:
        o->seed = number_of(&me, name, text, 0, UINT64_MAX);
    }
}

static struct options read_options(int count, char **arguments)
{
    struct options o = {.out = "stacked",
                        .objective = GAN_LOSS_RELATIVISTIC,
                        .penalty = 0.5,
                        .rate = 3e-4,
                        .packing = 1,
                        .width = 32,
                        .batch = 64,
                        .steps = 25000,
                        .judge_every = 5000,
                        .samples = SAMPLES,
                        .seed = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        if (c == READER)
            o.reader = optarg;
        else if (c == DATA)
            o.data = optarg;
        else if (c == OUT)
            o.out = optarg;
        else if (c == CSV)
            o.csv = optarg;
        else if (c == OBJECTIVE)
            o.objective = objective_of(optarg);
        else if (c == RESUME)
            o.resume = true;
        else if (c == '?')
            wrong_usage(&me, "see below");
        else if (c == HELP) {
            fputs(usage, stdout);
            exit(0);
        } else
            take_number(&o, (enum key)c, optarg);
    }
    if (optind < count)
        wrong_usage(&me, "what is this: %s", arguments[optind]);
    if (o.reader == NULL)
        wrong_usage(&me, "--reader is missing: make one with 'classifier --save FILE'");
    if (o.batch % o.packing != 0)
        wrong_usage(&me, "--batch is %lld, want a multiple of --packing", (long long)o.batch);
    return o;
}

/* ---- the data: stack i is three digits, which i and the seed choose ---- */

struct stacks {
    gan_dataset *digits;
    uint64_t seed;
};

/* SplitMix64 (Steele, Lea and Flood 2014): number `i` of a stream. */
static uint64_t scrambled(uint64_t seed, uint64_t i)
{
    uint64_t x = seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static gan_status read_stack(void *context, int64_t index, float *example, int32_t *label)
{
    const struct stacks *stacks = context;
    uint64_t size = (uint64_t)gan_dataset_size(stacks->digits);
    gan_status status = GAN_OK;
    (void)label;
    for (int64_t c = 0; c < 3 && status == GAN_OK; c++) {
        int64_t digit = (int64_t)(scrambled(stacks->seed, (uint64_t)(3 * index + c)) % size);
        status = gan_dataset_read(stacks->digits, digit, example + c * 28 * 28, NULL);
    }
    return status;
}

static gan_dataset *new_stacks(struct stacks *stacks)
{
    gan_dataset *set = gan_dataset_from_function(GAN_SHAPE(3, 28, 28), STACKS, read_stack, stacks, NULL);
    check(set != NULL && gan_dataset_set_range(set, 0, 1) == GAN_OK &&
          gan_dataset_set_name(set, "three digits") == GAN_OK);
    return set;
}

/* ---- the networks: 28, 14, 7, 4 and 2 pixels, and the other way ---- */

enum { LEVELS = 4 };
static const int64_t sides[LEVELS] = {28, 14, 7, 4};

/* Halves the side, rounding up (7 to 4). */
static gan_conv_options window(int64_t side)
{
    gan_conv_options o;
    gan_conv_options_init(&o, /*kernel*/ 4, /*stride*/ 2, /*padding*/ side % 2 == 0 ? 1 : 2);
    return o;
}

static gan_layer *weighted(gan_layer *layer)
{
    return gan_layer_with_initializer(layer, gan_initializer_he_normal(0.2f));
}

static gan_model *new_generator(const struct options *o)
{
    int64_t channels = o->width << (LEVELS - 1);
    gan_model *g = gan_model_new(GAN_SHAPE(LATENT));
    gan_model_add(g, weighted(gan_layer_dense(channels * 2 * 2)));
    gan_model_add(g, gan_layer_leaky_relu(0.2f));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(channels, 2, 2)));
    for (int level = 0; level < LEVELS; level++) {
        int64_t side = sides[LEVELS - 1 - level];
        gan_conv_options up = window(side);
        up.output_padding[0] = up.output_padding[1] = side % 2;
        bool last = level + 1 == LEVELS;
        channels = last ? 3 : channels / 2;
        gan_layer *layer = gan_layer_conv_transpose2d_with(channels, &up);
        gan_model_add(g, last ? layer : weighted(layer));
        gan_model_add(g, last ? gan_layer_tanh() : gan_layer_leaky_relu(0.2f));
    }
    gan_model_set_range(g, -1, 1);
    check(gan_model_status(g) == GAN_OK);
    return g;
}

static gan_model *new_discriminator(const struct options *o)
{
    gan_model *d = gan_model_new(GAN_SHAPE(3 * o->packing, 28, 28));
    for (int level = 0; level < LEVELS; level++) {
        gan_conv_options down = window(sides[level]);
        gan_model_add(d, weighted(gan_layer_conv2d_with(o->width << level, &down)));
        gan_model_add(d, gan_layer_leaky_relu(0.2f));
    }
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(1));
    check(gan_model_status(d) == GAN_OK);
    return d;
}

static void add_course(gan_trainer_options *t, gan_setting setting, double begin, double share, int64_t steps)
{
    t->courses[t->course_count++] = (gan_course){.setting = setting,
                                                 .schedule = GAN_SCHEDULE_COSINE,
                                                 .begin = (float)begin,
                                                 .end = (float)(begin * share),
                                                 .steps = steps};
}

static gan_trainer *new_trainer(const struct options *o)
{
    gan_trainer_options t;
    check(gan_trainer_options_init(&t, GAN_PRESET_STABLE) == GAN_OK);
    t.loss = o->objective;
    t.r1_weight = t.r2_weight = (float)o->penalty;
    t.generator_rate = t.discriminator_rate = (float)o->rate;
    t.beta1 = (float)o->beta1;
    t.average_decay = 0.999f;
    t.seed = o->seed;
    add_course(&t, GAN_SETTING_GENERATOR_RATE, o->rate, 0.25, o->steps);
    add_course(&t, GAN_SETTING_DISCRIMINATOR_RATE, o->rate, 0.25, o->steps);
    if (o->penalty > 0) {
        add_course(&t, GAN_SETTING_R1_WEIGHT, o->penalty, 0.1, o->steps);
        add_course(&t, GAN_SETTING_R2_WEIGHT, o->penalty, 0.1, o->steps);
    }
    gan_model *g = new_generator(o), *d = new_discriminator(o);
    gan_trainer *trainer = gan_trainer_new(g, d, &t);
    check(trainer != NULL);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

/* ---- counting ---- */

struct count {
    int modes;
    double divergence; /* KL of the shares from equal ones */
};

static int best_of(const float *logits)
{
    int best = 0;
    for (int c = 1; c < CLASSES; c++)
        best = logits[c] > logits[best] ? c : best;
    return best;
}

/* Reads the channels of pictures [n, 3, 28, 28]: as they lie they are 3 n digits. */
static void read_pictures(gan_model *reader, const gan_tensor *pictures, int64_t *hits)
{
    int64_t n = gan_tensor_shape(pictures).dims[0];
    gan_tensor *digits = gan_tensor_from(GAN_SHAPE(3 * n, 1, 28, 28), gan_tensor_data(pictures));
    gan_tensor *logits = gan_model_predict(reader, digits);
    check(logits != NULL);
    for (int64_t i = 0; i < n; i++) {
        const float *of = gan_tensor_data(logits) + 3 * CLASSES * i;
        hits[100 * best_of(of) + 10 * best_of(of + CLASSES) + best_of(of + 2 * CLASSES)]++;
    }
    gan_tensor_unref(logits);
    gan_tensor_unref(digits);
}

static struct count summed_up(const int64_t *hits, int64_t n)
{
    struct count count = {0, log(MODES)};
    for (int mode = 0; mode < MODES; mode++) {
        double share = (double)hits[mode] / (double)n;
        count.modes += hits[mode] > 0;
        count.divergence += share > 0 ? share * log(share) : 0;
    }
    return count;
}

static struct count count_made(gan_model *reader, gan_model *generator, int64_t n)
{
    int64_t hits[MODES] = {0};
    for (int64_t done = 0; done < n; done += AT_ONCE) {
        int64_t some = n - done < AT_ONCE ? n - done : AT_ONCE;
        gan_tensor *made = gan_generator_sample(generator, some, /*seed*/ 1000 + (uint64_t)(done / AT_ONCE));
        check(made != NULL);
        read_pictures(reader, made, hits);
        gan_tensor_unref(made);
    }
    return summed_up(hits, n);
}

/* The floor: what real stacks give, read the same way. */
static struct count count_real(gan_model *reader, const gan_dataset *stacks, int64_t n)
{
    int64_t hits[MODES] = {0};
    gan_tensor *some = gan_tensor_new(GAN_SHAPE(AT_ONCE, 3, 28, 28));
    check(some != NULL);
    n = n / AT_ONCE > 0 ? n / AT_ONCE * AT_ONCE : AT_ONCE;
    for (int64_t done = 0; done < n; done += AT_ONCE) {
        for (int64_t i = 0; i < AT_ONCE; i++)
            check(gan_dataset_read(stacks, (done + i) % STACKS, gan_tensor_data(some) + i * 3 * 28 * 28, NULL) ==
                  GAN_OK);
        read_pictures(reader, some, hits);
    }
    gan_tensor_unref(some);
    return summed_up(hits, n);
}

/* ---- training ---- */

struct job {
    const struct options *options;
    gan_trainer *trainer;
    gan_model *reader;
    struct watch watch;
};

static bool on_step(void *context, const gan_progress *progress)
{
    struct job *job = context;
    watch_step(&job->watch, progress);
    if (progress->step % job->options->judge_every != 0)
        return true;
    gan_model *best = gan_trainer_averaged_generator(job->trainer);
    struct count count = count_made(job->reader, best, job->options->samples);
    printf("step %lld: %d modes, KL %.4f\n", (long long)progress->step, count.modes, count.divergence);
    char name[48];
    snprintf(name, sizeof name, "step-%07lld.png", (long long)progress->step);
    gan_tensor *made = gan_generator_sample(best, 64, /*seed*/ 7);
    check(made != NULL && show_grid(&job->watch, path_in(job->options->out, name).text, made, 8, 1) == GAN_OK);
    gan_tensor_unref(made);
    return true;
}

static gan_run_result train(struct job *job, gan_loader *batches)
{
    const struct options *o = job->options;
    struct path checkpoints = path_in(o->out, "run");
    gan_run_options run;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    check(gan_run_options_init(&run) == GAN_OK);
    run.steps = o->steps;
    run.seconds = 60 * o->minutes;
    run.progress = on_step;
    run.context = job;
    run.stop = &stop;
    run.checkpoint_path = checkpoints.text;
    run.checkpoint_every_seconds = 300;
    run.resume = o->resume;
    check(gan_trainer_run(job->trainer, batches, &run, &result) == GAN_OK);
    return result;
}

static void tell(const struct options *o, const gan_run_result *result, struct count made, struct count real)
{
    printf("%lld steps in %.0f s; of %lld samples: %d modes, KL %.4f (real ones: %d, %.4f)\n", (long long)result->steps,
           result->seconds, (long long)o->samples, made.modes, made.divergence, real.modes, real.divergence);
    FILE *file = o->csv != NULL ? fopen(o->csv, "a") : NULL;
    if (o->csv != NULL && file == NULL) {
        fprintf(stderr, "stacked: cannot write %s: %s\n", o->csv, strerror(errno));
        exit(1);
    }
    if (file == NULL)
        return;
    fprintf(file, "%s,%g,%lld,%llu,%lld,%d,%.4f,%.0f\n", gan_loss_name(o->objective), o->penalty, (long long)o->packing,
            (unsigned long long)o->seed, (long long)result->steps, made.modes, made.divergence, result->seconds);
    fclose(file);
}

static gan_dataset *open_digits(const struct options *o)
{
    gan_dataset *digits = o->data != NULL ? gan_dataset_open_mnist(o->data, GAN_SPLIT_TRAIN)
                                          : gan_dataset_digits(60000, /*seed*/ 1);
    check(digits != NULL);
    return digits;
}

static gan_model *open_reader(const struct options *o)
{
    gan_model *reader = gan_model_load(o->reader);
    check(reader != NULL);
    if (gan_shape_equal(gan_model_input_shape(reader), GAN_SHAPE(1, 28, 28)) &&
        gan_shape_equal(gan_model_output_shape(reader), GAN_SHAPE(CLASSES)))
        return reader;
    fprintf(stderr, "stacked: %s does not read digits, [1, 28, 28] to [10]; make one with 'classifier --save FILE'\n",
            o->reader);
    exit(1);
}

int main(int count, char **arguments)
{
    struct options o = read_options(count, arguments);
    stop_on_signals();
    check(o.threads == 0 || gan_set_threads(o.threads) == GAN_OK);
    if (!make_folder(&me, o.out))
        return 1;
    gan_model *reader = open_reader(&o);
    struct stacks stacks = {open_digits(&o), o.seed};
    gan_dataset *set = new_stacks(&stacks);
    gan_loader *batches = gan_loader_new(set, o.batch, o.seed, NULL);
    check(batches != NULL);
    struct job job = {.options = &o, .trainer = new_trainer(&o), .reader = reader, .watch = {.lines_every = 500}};
    printf("%s: %s loss, packing %lld; %lld parameters in G, %lld in D\n", gan_dataset_name(stacks.digits),
           gan_loss_name(o.objective), (long long)o.packing,
           (long long)gan_model_parameter_count(gan_trainer_generator(job.trainer)),
           (long long)gan_model_parameter_count(gan_trainer_discriminator(job.trainer)));
    gan_run_result result = train(&job, batches);
    if (result.stop != GAN_STOP_FLAG)
        tell(&o, &result, count_made(job.reader, gan_trainer_averaged_generator(job.trainer), o.samples),
             count_real(job.reader, set, o.samples));
    free_curves(&job.watch.curves);
    gan_model_unref(job.reader);
    gan_trainer_unref(job.trainer);
    gan_loader_unref(batches);
    gan_dataset_unref(set);
    gan_dataset_unref(stacks.digits);
    return result.stop == GAN_STOP_FLAG ? STOPPED : 0;
}
