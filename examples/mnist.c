/*
 * mnist: trains a generator of handwritten digits, and shows how it comes along.
 *   cc mnist.c $(pkg-config --cflags --libs gan)
 *   ./mnist --data mnist          on the real MNIST (examples/fetch-mnist.sh gets it)
 *   ./mnist                       on digits that the library draws
 *   ./mnist --preset article      the program of the article, which collapses; docs/tutorial.md tells why
 *   ./mnist --class 7             a generator that knows the digits apart, and shows its sevens
 */
#include <gan/gan.h>

#include "progress.h"

#include <getopt.h>

static const char usage[] =
    "usage: mnist [OPTION]...\n"
    "Trains a generator of handwritten digits.\n"
    "  --data DIR      the folder with MNIST's four files, plain or .gz (default: digits that the library draws)\n"
    "  --preset NAME   'stable' (default), or 'article' for the article's program, which collapses\n"
    "  --conditional   the generator is told which digit to draw; the pictures have a row for each\n"
    "  --class D       the same, and the pictures and samples are all of digit D\n"
    "  --epochs N      passes over the digits (default 5)\n"
    "  --batch N       digits in a batch (default 128)\n"
    "  --seed N        decides everything that is random: the same seed, the same digits (default 1)\n"
    "  --threads N     processors to work with (default: all); changes the time and nothing else\n"
    "  --out DIR       where the pictures go, epoch-1.png ... and losses.png (default: out),\n"
    "                  and report.html, which shows all of it, also while it trains: open it in a browser\n"
    "  --samples N     also writes N digits to samples.npy there: float32 [N, 1, 28, 28] in [0, 1]; with\n"
    "                  --conditional sample i is a digit i % 10\n"
    "  --save FILE     writes the generator to FILE, which 'sample' and PyTorch read (safetensors)\n"
    "  --checkpoint-every N   steps between checkpoints, which are OUT/run-....checkpoint; the newest two are kept\n"
    "  --rollback N    after an alarm goes back to where it was well, with lower rates, at most N times (default 0)\n"
    "  --resume        goes on from the newest checkpoint, to the bit, if there is one; give the same options\n"
    "  --log PATH      figures of every step: a .jsonl or .csv file, or a folder, which TensorBoard shows\n"
    "  --quiet         says nothing but what goes wrong\n"
    "  --help          shows this\n"
    "Ctrl-C ends the training; the results so far are written, and with --checkpoint-every or --resume a checkpoint.\n";

static const struct program me = {"mnist", usage};

struct options {
    const char *data, *out, *save, *log;
    char command[1024]; /* for the report */
    gan_preset preset;
    int64_t epochs, batch, samples;
    int64_t checkpoint_every; /* steps; 0: never */
    int threads, rollbacks;
    int digit; /* of all pictures and samples; -1: any */
    uint64_t seed;
    bool quiet, resume, conditional;
};

/* What the callbacks of the run need. */
struct job {
    const struct options *options;
    struct watch watch;
    gan_status failure; /* of a callback */
    int columns;        /* of the pictures */
};

/* ---- the command line ---- */

static gan_preset preset_of(const char *name)
{
    if (strcmp(name, "article") == 0)
        return GAN_PRESET_ARTICLE;
    if (strcmp(name, "stable") == 0)
        return GAN_PRESET_STABLE;
    wrong_usage(&me, "--preset is '%s', want article or stable", name);
    return GAN_PRESET_STABLE;
}

static struct options read_options(int count, char **arguments)
{
    enum {
        CLASS,
        CONDITIONAL,
        DATA,
        PRESET,
        EPOCHS,
        BATCH,
        SEED,
        THREADS,
        OUT,
        SAMPLES,
        SAVE,
        CHECKPOINT_EVERY,
        RESUME,
        ROLLBACK,
        LOG,
        QUIET,
        HELP
    };
    static const struct option known[] = {
        {"class", required_argument, NULL, CLASS},   {"conditional", no_argument, NULL, CONDITIONAL},
        {"data", required_argument, NULL, DATA},     {"preset", required_argument, NULL, PRESET},
        {"epochs", required_argument, NULL, EPOCHS}, {"batch", required_argument, NULL, BATCH},
        {"seed", required_argument, NULL, SEED},     {"threads", required_argument, NULL, THREADS},
        {"out", required_argument, NULL, OUT},       {"samples", required_argument, NULL, SAMPLES},
        {"save", required_argument, NULL, SAVE},     {"checkpoint-every", required_argument, NULL, CHECKPOINT_EVERY},
        {"resume", no_argument, NULL, RESUME},       {"rollback", required_argument, NULL, ROLLBACK},
        {"log", required_argument, NULL, LOG},       {"quiet", no_argument, NULL, QUIET},
        {"help", no_argument, NULL, HELP},           {NULL, 0, NULL, 0},
    };
    struct options o = {.out = "out", .preset = GAN_PRESET_STABLE, .epochs = 5, .batch = 128, .digit = -1, .seed = 1};
    join(o.command, sizeof o.command, count, arguments);
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (c) {
        case CLASS:
            o.digit = (int)number_of(&me, "class", optarg, 0, 9);
            o.conditional = true;
            break;
        case CONDITIONAL:
            o.conditional = true;
            break;
        case DATA:
            o.data = optarg;
            break;
        case PRESET:
            o.preset = preset_of(optarg);
            break;
        case EPOCHS:
            o.epochs = (int64_t)number_of(&me, "epochs", optarg, 1, 1000000);
            break;
        case BATCH:
            o.batch = (int64_t)number_of(&me, "batch", optarg, 2, 60000);
            break;
        case SEED:
            o.seed = number_of(&me, "seed", optarg, 0, UINT64_MAX);
            break;
        case THREADS:
            o.threads = (int)number_of(&me, "threads", optarg, 1, 1024);
            break;
        case OUT:
            o.out = optarg;
            break;
        case SAMPLES:
            o.samples = (int64_t)number_of(&me, "samples", optarg, 1, 1000000);
            break;
        case SAVE:
            o.save = optarg;
            break;
        case CHECKPOINT_EVERY:
            o.checkpoint_every = (int64_t)number_of(&me, "checkpoint-every", optarg, 1, 1000000000);
            break;
        case RESUME:
            o.resume = true;
            break;
        case ROLLBACK:
            o.rollbacks = (int)number_of(&me, "rollback", optarg, 0, 1000);
            break;
        case LOG:
            o.log = optarg;
            break;
        case QUIET:
            o.quiet = true;
            break;
        case HELP:
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2); /* getopt_long has said what is wrong */
        }
    }
    if (optind < count)
        wrong_usage(&me, "what is '%s'?", arguments[optind]);
    return o;
}

/* ---- while it trains ---- */

static bool on_step(void *context, const gan_progress *p)
{
    watch_step(&((struct job *)context)->watch, p);
    return true;
}

/* At the end of an epoch: 25 digits, or ten of each, always from the same noise. */
static bool on_samples(void *context, const gan_progress *p, const gan_tensor *samples)
{
    struct job *job = context;
    char name[40];
    snprintf(name, sizeof name, "epoch-%lld.png", (long long)p->epoch);
    struct path path = path_in(job->options->out, name);
    job->failure = show_grid(&job->watch, path.text, samples, job->columns, /*scale*/ 3);
    return job->failure == GAN_OK;
}

/* ---- results ---- */

/* What `count` digits shall be: the one asked for, or `each` of 0, then `each` of 1 and so on. */
static gan_tensor *new_labels(int64_t count, int64_t each, int digit)
{
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(count), GAN_INT32);
    for (int64_t i = 0; labels != NULL && i < count; i++)
        gan_tensor_int32(labels)[i] = digit >= 0 ? digit : (int32_t)(i / each % 10);
    return labels;
}

static gan_status write_samples(gan_model *generator, const struct options *o, const char *path)
{
    gan_tensor *labels = o->conditional ? new_labels(o->samples, /*each*/ 1, o->digit) : NULL;
    gan_tensor *samples = NULL;
    if (labels != NULL || !o->conditional)
        samples = gan_generator_sample_labelled(generator, o->samples, /*seed*/ 8, labels);
    gan_status status = samples != NULL ? gan_tensor_write_npy(samples, path) : gan_error_status();
    gan_tensor_unref(samples);
    gan_tensor_unref(labels);
    return status;
}

static gan_status write_results(gan_trainer *trainer, const struct job *job)
{
    const struct options *o = job->options;
    struct path curves = path_in(o->out, "losses.png"), samples = path_in(o->out, "samples.npy");
    gan_status status = write_curves(&job->watch.curves, "digits", curves.text);
    if (status == GAN_OK && !o->quiet)
        printf("%s\n%s\n", path_in(o->out, "report.html").text, curves.text);
    if (status == GAN_OK && o->save != NULL) {
        status = gan_model_save(gan_trainer_averaged_generator(trainer), o->save);
        if (status == GAN_OK && !o->quiet)
            puts(o->save);
    }
    if (status != GAN_OK || o->samples == 0)
        return status;
    status = write_samples(gan_trainer_averaged_generator(trainer), o, samples.text);
    if (status == GAN_OK && !o->quiet)
        puts(samples.text);
    return status;
}

/* ---- training ---- */

static gan_loader *open_batches(const struct options *o)
{
    gan_dataset *digits = o->data != NULL ? gan_dataset_open_mnist(o->data, GAN_SPLIT_TRAIN)
                                          : gan_dataset_digits(60000, /*seed*/ 1);
    gan_loader_options options;
    gan_loader_options_init(&options);
    if (o->preset == GAN_PRESET_ARTICLE)
        options.sampling = GAN_SAMPLING_REPLACEMENT; /* as the article's program draws */
    gan_loader *batches = digits != NULL ? gan_loader_new(digits, o->batch, o->seed, &options) : NULL;
    if (batches == NULL)
        complain(&me);
    if (digits == NULL)
        fputs("mnist: 'sh examples/fetch-mnist.sh DIR' gets the real digits; without --data the library draws some\n",
              stderr);
    gan_dataset_unref(digits); /* the loader keeps it */
    return batches;
}

static gan_trainer *new_trainer(const struct options *o, const gan_dataset *digits)
{
    gan_shape image = gan_dataset_shape(digits);
    gan_generator_options for_g;
    gan_generator_options_init(&for_g, GAN_RECIPE_MLP); /* 100 - 256 - 512 - 1024 - 784 */
    gan_generator_options_preset(&for_g, o->preset);
    if (o->conditional) {
        for_g.conditioning = GAN_CONDITIONING_CONCAT; /* 100 + 50 numbers learned for each digit go in */
        for_g.labels = gan_dataset_labels(digits);    /* given away */
    }
    gan_model *g = gan_generator_new(image, &for_g);

    gan_discriminator_options for_d;
    gan_discriminator_options_init(&for_d, GAN_RECIPE_MLP); /* 784 - 512 - 256 - 1 */
    gan_discriminator_options_preset(&for_d, o->preset);
    if (o->conditional) {
        for_d.conditioning = GAN_CONDITIONING_PROJECTION;
        for_d.labels = gan_dataset_labels(digits);
    }
    gan_model *d = gan_discriminator_new(image, &for_d);

    gan_trainer_options options;
    gan_trainer_options_init(&options, o->preset);
    options.seed = o->seed;
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(d); /* the trainer keeps both */
    gan_model_unref(g);
    return trainer;
}

/* Digits that are not trained on; NULL if the folder has none. */
static gan_dataset *open_held_out(const struct options *o)
{
    return o->data != NULL ? gan_dataset_open_mnist(o->data, GAN_SPLIT_TEST) : gan_dataset_digits(2000, /*seed*/ 2);
}

static gan_status train(gan_trainer *trainer, gan_loader *batches, gan_run_log *log, gan_report *report,
                        struct job *job)
{
    gan_run_options run;
    gan_run_options_init(&run);
    run.epochs = job->options->epochs;
    run.progress = on_step;
    run.samples = on_samples;
    run.sample_count = 25;
    gan_tensor *labels = NULL;
    if (job->options->conditional) {
        run.sample_count = 100;
        run.sample_labels = labels = new_labels(100, /*each*/ 10, job->options->digit);
        if (labels == NULL)
            return gan_error_status();
    }
    run.context = job;
    run.stop = &stop;
    struct path checkpoints = path_in(job->options->out, "run");
    if (job->options->checkpoint_every > 0 || job->options->resume)
        run.checkpoint_path = checkpoints.text;
    run.checkpoint_every_steps = job->options->checkpoint_every;
    run.resume = job->options->resume;
    run.log = log;
    run.observer = gan_report_observer(report);
    gan_health *health = new_health(&job->watch, open_held_out(job->options), job->options->rollbacks);
    run.watch = gan_health_watch;
    run.watch_context = health;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    gan_status status = health != NULL ? gan_trainer_run(trainer, batches, &run, &result) : gan_error_status();
    gan_health_unref(health);
    gan_tensor_unref(labels);
    if (status != GAN_OK)
        return status;
    if (!job->options->quiet && result.resumed > 0)
        printf("resumed after %lld steps\n", (long long)result.resumed);
    if (!job->options->quiet)
        printf("%s%lld steps in %.1f s\n", result.stop == GAN_STOP_FLAG ? "\nstopped: " : "", (long long)result.steps,
               result.seconds);
    return job->failure;
}

static void introduce(const struct options *o, const gan_loader *batches)
{
    const gan_dataset *digits = gan_loader_dataset(batches);
    printf("%s: %lld digits; preset %s; %lld epochs of %llu steps%s; threads: %d\n", gan_dataset_name(digits),
           (long long)gan_dataset_size(digits), o->preset == GAN_PRESET_ARTICLE ? "article" : "stable",
           (long long)o->epochs, (unsigned long long)gan_loader_batches_per_epoch(batches),
           o->conditional ? "; conditional" : "", gan_threads());
}

static int run(const struct options *o, gan_loader *batches)
{
    gan_trainer *trainer = new_trainer(o, gan_loader_dataset(batches));
    if (trainer == NULL)
        return complain(&me);
    if (!o->quiet)
        introduce(o, batches);
    struct job job = {
        .options = o, .watch = {.quiet = o->quiet, .lines_every = 100}, .columns = o->conditional ? 10 : 5};
    gan_run_log *log;
    bool opened = open_log(o->log, o->resume, job.columns, &log);
    gan_report *report = opened ? open_report(&me, o->out, o->resume, job.columns, o->command) : NULL;
    job.watch.report = report;
    gan_status status = report != NULL ? train(trainer, batches, log, report, &job) : gan_error_status();
    gan_report_unref(report);
    gan_run_log_unref(log);
    if (status == GAN_OK)
        status = write_results(trainer, &job);
    free_curves(&job.watch.curves);
    gan_trainer_unref(trainer);
    return status == GAN_OK ? 0 : complain(&me);
}

int main(int count, char **arguments)
{
    struct options options = read_options(count, arguments);
    stop_on_signals();
    if (options.threads > 0 && gan_set_threads(options.threads) != GAN_OK)
        return complain(&me);
    gan_loader *batches = open_batches(&options);
    if (batches == NULL || !make_folder(&me, options.out))
        return 1;
    int result = run(&options, batches);
    gan_loader_unref(batches);
    return result;
}
