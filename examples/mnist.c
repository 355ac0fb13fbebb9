/*
 * mnist: trains a generator of handwritten digits, and shows how it comes along.
 *   cc mnist.c $(pkg-config --cflags --libs gan)
 *   ./mnist --data mnist          on the real MNIST (examples/fetch-mnist.sh gets it)
 *   ./mnist                       on digits that the library draws
 *   ./mnist --preset article      the program of the article, which collapses; docs/tutorial.md tells why
 *   ./mnist --class 7             a generator that knows the digits apart, and shows its sevens
 */
#include <gan/gan.h>

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    "  --out DIR       where the pictures go, epoch-1.png ... and losses.png (default: out)\n"
    "  --samples N     also writes N digits to samples.npy there: float32 [N, 1, 28, 28] in [0, 1]; with\n"
    "                  --conditional sample i is a digit i % 10\n"
    "  --save FILE     writes the generator to FILE, which 'sample' and PyTorch read (safetensors)\n"
    "  --checkpoint-every N   steps between checkpoints, which are OUT/run-....checkpoint; the newest two are kept\n"
    "  --resume        goes on from the newest checkpoint, to the bit, if there is one; give the same options\n"
    "  --log PATH      figures of every step: a .jsonl or .csv file, or a folder, which TensorBoard shows\n"
    "  --quiet         says nothing but what goes wrong\n"
    "  --help          shows this\n"
    "Ctrl-C ends the training; the results so far are written, and with --checkpoint-every or --resume a checkpoint.\n";

struct options {
    const char *data, *out, *save, *log;
    gan_preset preset;
    int64_t epochs, batch, samples;
    int64_t checkpoint_every; /* steps; 0: never */
    int threads;
    int digit; /* of all pictures and samples; -1: any */
    uint64_t seed;
    bool quiet, resume, conditional;
};

/* Figures of every step, for the plot at the end. */
struct curves {
    size_t steps, room;
    double *d_loss, *g_loss, *d_real, *d_made;
};

/* What the callbacks of the run need. */
struct job {
    const struct options *options;
    struct curves curves;
    bool bar;           /* standard output is a terminal: a bar that moves; else lines */
    double shown;       /* when the bar was drawn last, in seconds since the beginning */
    gan_status failure; /* of a callback */
    int columns;        /* of the pictures */
};

/* ---- the command line ---- */

static uint64_t number_of(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    bool whole = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    if (whole && number >= least && number <= most)
        return number;
    fprintf(stderr, "mnist: --%s is '%s', want a whole number from %llu to %llu\n%s", option, text,
            (unsigned long long)least, (unsigned long long)most, usage);
    exit(2);
}

static gan_preset preset_of(const char *name)
{
    if (strcmp(name, "article") == 0)
        return GAN_PRESET_ARTICLE;
    if (strcmp(name, "stable") == 0)
        return GAN_PRESET_STABLE;
    fprintf(stderr, "mnist: --preset is '%s', want article or stable\n%s", name, usage);
    exit(2);
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
        LOG,
        QUIET,
        HELP
    };
    static const struct option known[] = {
        {"class", required_argument, NULL, CLASS},
        {"conditional", no_argument, NULL, CONDITIONAL},
        {"data", required_argument, NULL, DATA},
        {"preset", required_argument, NULL, PRESET},
        {"epochs", required_argument, NULL, EPOCHS},
        {"batch", required_argument, NULL, BATCH},
        {"seed", required_argument, NULL, SEED},
        {"threads", required_argument, NULL, THREADS},
        {"out", required_argument, NULL, OUT},
        {"samples", required_argument, NULL, SAMPLES},
        {"save", required_argument, NULL, SAVE},
        {"checkpoint-every", required_argument, NULL, CHECKPOINT_EVERY},
        {"resume", no_argument, NULL, RESUME},
        {"log", required_argument, NULL, LOG},
        {"quiet", no_argument, NULL, QUIET},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.out = "out", .preset = GAN_PRESET_STABLE, .epochs = 5, .batch = 128, .digit = -1, .seed = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (c) {
        case CLASS:
            o.digit = (int)number_of("class", optarg, 0, 9);
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
            o.epochs = (int64_t)number_of("epochs", optarg, 1, 1000000);
            break;
        case BATCH:
            o.batch = (int64_t)number_of("batch", optarg, 2, 60000);
            break;
        case SEED:
            o.seed = number_of("seed", optarg, 0, UINT64_MAX);
            break;
        case THREADS:
            o.threads = (int)number_of("threads", optarg, 1, 1024);
            break;
        case OUT:
            o.out = optarg;
            break;
        case SAMPLES:
            o.samples = (int64_t)number_of("samples", optarg, 1, 1000000);
            break;
        case SAVE:
            o.save = optarg;
            break;
        case CHECKPOINT_EVERY:
            o.checkpoint_every = (int64_t)number_of("checkpoint-every", optarg, 1, 1000000000);
            break;
        case RESUME:
            o.resume = true;
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
    if (optind < count) {
        fprintf(stderr, "mnist: what is '%s'?\n%s", arguments[optind], usage);
        exit(2);
    }
    return o;
}

/* ---- files ---- */

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    fprintf(stderr, "mnist: cannot make the folder %s: %s; name another with --out\n", path, strerror(errno));
    return false;
}

/* OUT/name; room for any folder's path that the system takes. */
struct path {
    char text[4096 + 64];
};

static struct path path_in(const char *folder, const char *name)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    return path;
}

/* ---- progress ---- */

/* Keeps a step's figures. When memory is short the curve is simply shorter. */
static void remember(struct curves *c, const gan_step_report *report)
{
    if (c->steps == c->room) {
        size_t room = c->room == 0 ? 4096 : 2 * c->room;
        double **const lists[] = {&c->d_loss, &c->g_loss, &c->d_real, &c->d_made};
        for (size_t i = 0; i < 4; i++) {
            double *longer = realloc(*lists[i], room * sizeof(double));
            if (longer == NULL)
                return;
            *lists[i] = longer;
        }
        c->room = room;
    }
    c->d_loss[c->steps] = (double)report->d_loss;
    c->g_loss[c->steps] = (double)report->g_loss;
    c->d_real[c->steps] = (double)report->d_real;
    c->d_made[c->steps] = (double)report->d_made;
    c->steps++;
}

/* "epoch 2/5  56 %  loss of D 0.98, of G 1.21  41.3 steps/s  0:24 left" */
static void describe(const gan_progress *p, char *text, size_t size)
{
    int left = p->seconds_left > 0 ? (int)(p->seconds_left + 0.5) : 0;
    snprintf(text, size, "epoch %lld/%lld %3d %%  loss of D %.2f, of G %.2f  %.1f steps/s  %d:%02d left",
             (long long)p->epoch, (long long)p->epochs, (int)(100 * p->epoch_step / p->epoch_steps),
             (double)p->report->d_loss, (double)p->report->g_loss, (double)p->step / p->seconds, left / 60, left % 60);
}

static void draw_bar(const gan_progress *p)
{
    char text[160], bar[41];
    describe(p, text, sizeof text);
    int width = gan_terminal_width(stdout) - (int)strlen(text) - 4; /* the rest of the line */
    width = width > 40 ? 40 : width;
    if (width < 4) {
        printf("\r%.*s", gan_terminal_width(stdout) - 1, text);
    } else {
        int full = (int)(p->epoch_step * width / p->epoch_steps);
        for (int i = 0; i < width; i++)
            bar[i] = i < full ? '#' : '.';
        bar[width] = '\0';
        printf("\r[%s] %s", bar, text);
    }
    fputs("\033[K", stdout); /* clears what an older, longer line left */
    if (p->epoch_step == p->epoch_steps)
        putchar('\n');
    fflush(stdout);
}

static bool on_step(void *context, const gan_progress *p)
{
    struct job *job = context;
    bool last = p->epoch_step == p->epoch_steps;
    remember(&job->curves, p->report);
    if (job->options->quiet)
        return true;
    if (job->bar && (last || p->seconds - job->shown >= 0.1)) {
        draw_bar(p);
        job->shown = p->seconds;
    } else if (!job->bar && (last || p->epoch_step % 100 == 0)) {
        char text[160];
        describe(p, text, sizeof text);
        puts(text);
        fflush(stdout);
    }
    return true;
}

/* ---- pictures ---- */

static void preview(const gan_tensor *samples, int columns)
{
    char *picture = gan_terminal_picture(samples, columns, gan_terminal_width(stdout));
    if (picture != NULL)
        fputs(picture, stdout);
    gan_text_free(picture);
}

/* At the end of an epoch: 25 digits, or ten of each, always from the same noise. */
static bool on_samples(void *context, const gan_progress *p, const gan_tensor *samples)
{
    struct job *job = context;
    char name[40];
    snprintf(name, sizeof name, "epoch-%lld.png", (long long)p->epoch);
    struct path path = path_in(job->options->out, name);
    job->failure = gan_image_write_grid_scaled(path.text, samples, job->columns, /*scale*/ 3);
    if (job->failure == GAN_OK && !job->options->quiet) {
        if (gan_terminal_can_show(stdout))
            preview(samples, job->columns);
        puts(path.text);
    }
    return job->failure == GAN_OK;
}

/* The losses above, what D says of real and of made digits below. */
static gan_status write_curves(const struct curves *c, const char *path)
{
    gan_plot *plot = gan_plot_new("Training");
    gan_plot_x_label(plot, "step");
    gan_plot_panel(plot, "Losses", NULL);
    gan_plot_line(plot, "D", NULL, c->d_loss, c->steps);
    gan_plot_line(plot, "G", NULL, c->g_loss, c->steps);
    gan_plot_panel(plot, "Probability of being real, says D", NULL);
    gan_plot_y_range(plot, 0, 1);
    gan_plot_line(plot, "of real digits", NULL, c->d_real, c->steps);
    gan_plot_line(plot, "of made digits", NULL, c->d_made, c->steps);
    gan_plot_level(plot, "undecided", 0.5);
    gan_status status = gan_plot_write(plot, path, 0, 0);
    gan_plot_unref(plot);
    return status;
}

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
    gan_status status = write_curves(&job->curves, curves.text);
    if (status == GAN_OK && !o->quiet)
        puts(curves.text);
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

static volatile sig_atomic_t stop; /* not 0 once the user wants to end */

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* a second Ctrl-C kills */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Says why a call failed; the answer is main's exit status. */
static int complain(void)
{
    fprintf(stderr, "mnist: %s\n", gan_error_message());
    return 1;
}

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
        complain();
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

/* True, and NULL, if none is wanted. */
static bool open_log(const struct options *o, gan_run_log **log)
{
    gan_run_log_options options;
    gan_run_log_options_init(&options);
    options.append = o->resume;
    options.image_columns = 5;
    *log = o->log != NULL ? gan_run_log_open(o->log, &options) : NULL;
    return *log != NULL || o->log == NULL;
}

static gan_status train(gan_trainer *trainer, gan_loader *batches, gan_run_log *log, struct job *job)
{
    gan_run_options run;
    gan_run_options_init(&run);
    run.epochs = job->options->epochs;
    run.progress = on_step;
    run.samples = on_samples;
    run.sample_count = 25;
    gan_tensor *labels = NULL;
    job->columns = 5;
    if (job->options->conditional) {
        job->columns = 10;
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
    gan_run_result result = GAN_RUN_RESULT_INIT;
    gan_status status = gan_trainer_run(trainer, batches, &run, &result);
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
        return complain();
    if (!o->quiet)
        introduce(o, batches);
    struct job job = {.options = o, .bar = isatty(STDOUT_FILENO) == 1};
    gan_run_log *log;
    gan_status status = open_log(o, &log) ? train(trainer, batches, log, &job) : gan_error_status();
    gan_run_log_unref(log);
    if (status == GAN_OK)
        status = write_results(trainer, &job);
    free(job.curves.d_loss);
    free(job.curves.g_loss);
    free(job.curves.d_real);
    free(job.curves.d_made);
    gan_trainer_unref(trainer);
    return status == GAN_OK ? 0 : complain();
}

int main(int count, char **arguments)
{
    gan_blis_prepare(); /* before anything else: full speed also on processors that an older BLIS does not know */
    struct options options = read_options(count, arguments);
    stop_on_signals();
    if (options.threads > 0 && gan_set_threads(options.threads) != GAN_OK)
        return complain();
    gan_loader *batches = open_batches(&options);
    if (batches == NULL || !make_folder(options.out))
        return 1;
    int result = run(&options, batches);
    gan_loader_unref(batches);
    return result;
}
