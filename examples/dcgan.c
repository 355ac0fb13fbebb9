/*
 * dcgan: a convolutional GAN of 28 x 28 digits (Radford, Metz and Chintala, "Unsupervised representation learning with
 * deep convolutional generative adversarial networks", ICLR 2016).
 *   cc dcgan.c $(pkg-config --cflags --libs gan)
 *   ./dcgan --data mnist          on the real MNIST (examples/fetch-mnist.sh gets it), or on Fashion-MNIST by its
 * folder
 *   ./dcgan                       on digits that the library draws
 *   ./dcgan --class 7             a generator that knows the classes apart, and shows its sevens
 */
#include <gan/gan.h>

#include "progress.h"

#include <getopt.h>

static const char usage[] =
    "usage: dcgan [OPTION]...\n"
    "Trains a convolutional generator of 28 x 28 images.\n"
    "  --data DIR      the folder with the four files of MNIST, or of a data set in its form such as Fashion-MNIST,\n"
    "                  plain or .gz (default: digits that the library draws)\n"
    "  --names A,B,..  what its classes are called (default: by their numbers)\n"
    "  --preset NAME   'stable' (default), or 'dcgan' for the paper's way to train, which takes many more epochs\n"
    "  --conditional   the generator is told which class to draw; the pictures have a row for each\n"
    "  --class C       the same, and the pictures and samples are all of class C, a number or a name\n"
    "  --epochs N      passes over the images (default 5)\n"
    "  --batch N       images in a batch (default 64)\n"
    "  --width N       channels of the feature maps next to the image (default 64)\n"
    "  --seed N        decides everything that is random: the same seed, the same images (default 1)\n"
    "  --threads N     processors to work with (default: all); changes the time and nothing else\n"
    "  --out DIR       where the pictures go, epoch-1.png ... and losses.png (default: out),\n"
    "                  and report.html, which shows all of it, also while it trains: open it in a browser\n"
    "  --samples N     also writes N images to samples.npy there: float32 [N, 1, 28, 28] in [0, 1]; with\n"
    "                  --conditional sample i is of class i % 10\n"
    "  --save FILE     writes the generator to FILE, which 'sample' and PyTorch read (safetensors)\n"
    "  --checkpoint-every N   steps between checkpoints, which are OUT/run-....checkpoint; the newest two are kept\n"
    "  --rollback N    after an alarm goes back to where it was well, with lower rates, at most N times (default 0)\n"
    "  --resume        goes on from the newest checkpoint, to the bit, if there is one; give the same options\n"
    "  --log PATH      figures of every step: a .jsonl or .csv file, or a folder, which TensorBoard shows\n"
    "  --quiet         says nothing but what goes wrong\n"
    "  --help          shows this\n"
    "Ctrl-C ends the training; the results so far are written, and with --checkpoint-every or --resume a checkpoint.\n";

static const struct program me = {"dcgan", usage};

enum { MOST_CLASSES = 256 };

struct options {
    const char *data, *out, *save, *log, *class; /* class: of all pictures and samples; NULL: any */
    char command[1024];                          /* for the report */
    char *names;
    gan_preset preset;
    int64_t epochs, batch, samples, width;
    int64_t checkpoint_every; /* steps; 0: never */
    int threads, rollbacks;
    uint64_t seed;
    bool quiet, resume, conditional;
};

/* What the callbacks of the run need. */
struct job {
    const struct options *options;
    struct watch watch;
    int columns;        /* of the pictures */
    gan_status failure; /* of a callback */
};

/* ---- the command line ---- */

static gan_preset preset_of(const char *name)
{
    if (strcmp(name, "dcgan") == 0)
        return GAN_PRESET_DCGAN;
    if (strcmp(name, "stable") != 0)
        wrong_usage(&me, "--preset is '%s', want stable or dcgan", name);
    return GAN_PRESET_STABLE;
}

static struct options read_options(int count, char **arguments)
{
    enum {
        BATCH,
        CHECKPOINT_EVERY,
        CLASS,
        CONDITIONAL,
        DATA,
        EPOCHS,
        HELP,
        LOG,
        NAMES,
        OUT,
        PRESET,
        QUIET,
        RESUME,
        ROLLBACK,
        SAMPLES,
        SAVE,
        SEED,
        THREADS,
        WIDTH
    };
    static const struct option known[] = {
        {"batch", required_argument, NULL, BATCH},
        {"checkpoint-every", required_argument, NULL, CHECKPOINT_EVERY},
        {"class", required_argument, NULL, CLASS},
        {"conditional", no_argument, NULL, CONDITIONAL},
        {"data", required_argument, NULL, DATA},
        {"epochs", required_argument, NULL, EPOCHS},
        {"help", no_argument, NULL, HELP},
        {"log", required_argument, NULL, LOG},
        {"names", required_argument, NULL, NAMES},
        {"out", required_argument, NULL, OUT},
        {"preset", required_argument, NULL, PRESET},
        {"quiet", no_argument, NULL, QUIET},
        {"resume", no_argument, NULL, RESUME},
        {"rollback", required_argument, NULL, ROLLBACK},
        {"samples", required_argument, NULL, SAMPLES},
        {"save", required_argument, NULL, SAVE},
        {"seed", required_argument, NULL, SEED},
        {"threads", required_argument, NULL, THREADS},
        {"width", required_argument, NULL, WIDTH},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.out = "out", .preset = GAN_PRESET_STABLE, .epochs = 5, .batch = 64, .width = 64, .seed = 1};
    join(o.command, sizeof o.command, count, arguments);
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (c) {
        case BATCH:
            o.batch = (int64_t)number_of(&me, "batch", optarg, 2, 60000);
            break;
        case CHECKPOINT_EVERY:
            o.checkpoint_every = (int64_t)number_of(&me, "checkpoint-every", optarg, 1, 1000000000);
            break;
        case CLASS:
            o.class = optarg;
            o.conditional = true;
            break;
        case CONDITIONAL:
            o.conditional = true;
            break;
        case DATA:
            o.data = optarg;
            break;
        case EPOCHS:
            o.epochs = (int64_t)number_of(&me, "epochs", optarg, 1, 1000000);
            break;
        case HELP:
            fputs(usage, stdout);
            exit(0);
        case LOG:
            o.log = optarg;
            break;
        case NAMES:
            o.names = optarg;
            break;
        case OUT:
            o.out = optarg;
            break;
        case PRESET:
            o.preset = preset_of(optarg);
            break;
        case QUIET:
            o.quiet = true;
            break;
        case RESUME:
            o.resume = true;
            break;
        case ROLLBACK:
            o.rollbacks = (int)number_of(&me, "rollback", optarg, 0, 1000);
            break;
        case SAMPLES:
            o.samples = (int64_t)number_of(&me, "samples", optarg, 1, 1000000);
            break;
        case SAVE:
            o.save = optarg;
            break;
        case SEED:
            o.seed = number_of(&me, "seed", optarg, 0, UINT64_MAX);
            break;
        case THREADS:
            o.threads = (int)number_of(&me, "threads", optarg, 1, 1024);
            break;
        case WIDTH:
            o.width = (int64_t)number_of(&me, "width", optarg, 1, 1024);
            break;
        default:
            fputs(usage, stderr);
            exit(2); /* getopt_long has said what is wrong */
        }
    }
    if (optind < count)
        wrong_usage(&me, "what is '%s'?", arguments[optind]);
    return o;
}

/* ---- data ---- */

/* "A,B,C" names the classes in their order. */
static gan_status name_classes(gan_dataset *images, char *names)
{
    const char *list[MOST_CLASSES];
    int count = 0;
    for (char *name = strtok(names, ","); name != NULL && count < MOST_CLASSES; name = strtok(NULL, ","))
        list[count++] = name;
    if (count != gan_dataset_classes(images))
        wrong_usage(&me, "--names has %d names, but there are %d classes", count, gan_dataset_classes(images));
    return gan_dataset_set_classes(images, count, list);
}

static gan_dataset *open_images(const struct options *o)
{
    gan_dataset *images = o->data != NULL ? gan_dataset_open_mnist(o->data, GAN_SPLIT_TRAIN)
                                          : gan_dataset_digits(60000, /*seed*/ 1);
    if (images == NULL) {
        complain(&me);
        fputs("dcgan: 'sh examples/fetch-mnist.sh DIR' gets the real digits; without --data the library draws some\n",
              stderr);
    } else if (o->names != NULL && name_classes(images, o->names) != GAN_OK) {
        complain(&me);
        gan_dataset_unref(images);
        images = NULL;
    }
    return images;
}

/* The number of the class that --class names; −1: any. */
static int wanted_class(const struct options *o, const gan_dataset *images)
{
    if (o->class == NULL)
        return -1;
    gan_labels *labels = gan_dataset_labels(images);
    int class = gan_labels_find_class(labels, 0, o->class);
    gan_labels_unref(labels);
    if (class < 0)
        wrong_usage(&me, "--class: %s", gan_error_message());
    return class;
}

/* What `count` images shall be: of one class, or `each` of 0, then `each` of 1 and so on. */
static gan_tensor *new_labels(const struct options *o, const gan_dataset *images, int64_t count, int64_t each)
{
    int class = wanted_class(o, images), classes = gan_dataset_classes(images);
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(count), GAN_INT32);
    for (int64_t i = 0; labels != NULL && i < count; i++)
        gan_tensor_int32(labels)[i] = class >= 0 ? class : (int32_t)(i / each % classes);
    return labels;
}

/*
 * ---- the players ----
 *
 * The paper's rate of 0.0002 lets a class's gains and biases move by no more than 0.0002 a step, so that it takes many
 * epochs until they tell classes apart, and its D, with batch norm and without a penalty, is soon sure of everything.
 * With the preset STABLE rates are higher, and R1 holds D, which then has no batch norm. And what G draws is refined
 * once more at each size, by a convolution of its own: in few epochs that makes clearer digits.
 */

static gan_model *new_generator(const struct options *o, const gan_dataset *images)
{
    gan_generator_options options;
    gan_generator_options_init(&options, GAN_RECIPE_DCGAN);
    gan_generator_options_preset(&options, o->preset);
    options.width = o->width;
    options.blocks = o->preset == GAN_PRESET_STABLE ? 1 : 0;
    if (o->conditional) {
        options.conditioning = GAN_CONDITIONING_BATCH_NORM; /* gains and biases of its own for each class */
        options.labels = gan_dataset_labels(images);        /* given away */
    }
    return gan_generator_new(gan_dataset_shape(images), &options);
}

static gan_model *new_discriminator(const struct options *o, const gan_dataset *images)
{
    gan_discriminator_options options;
    gan_discriminator_options_init(&options, GAN_RECIPE_DCGAN);
    gan_discriminator_options_preset(&options, o->preset);
    options.width = o->width;
    if (o->conditional) {
        options.conditioning = GAN_CONDITIONING_PROJECTION;
        options.labels = gan_dataset_labels(images);
    }
    return gan_discriminator_new(gan_dataset_shape(images), &options);
}

static gan_trainer *new_trainer(const struct options *o, const gan_dataset *images)
{
    gan_model *g = new_generator(o, images), *d = new_discriminator(o, images);
    gan_trainer_options options;
    gan_trainer_options_init(&options, o->preset);
    options.average_decay = 0.998f; /* of the latest 500 updates: steadier than G is at any moment */
    options.seed = o->seed;
    gan_trainer *trainer = gan_trainer_new(g, d, &options);
    gan_model_unref(d); /* the trainer keeps both */
    gan_model_unref(g);
    return trainer;
}

/* ---- results ---- */

/* At the end of an epoch: 64 images, or ten of each class, always from the same noise. */
static bool on_samples(void *context, const gan_progress *p, const gan_tensor *samples)
{
    struct job *job = context;
    char name[40];
    snprintf(name, sizeof name, "epoch-%lld.png", (long long)p->epoch);
    struct path path = path_in(job->options->out, name);
    job->failure = show_grid(&job->watch, path.text, samples, job->columns, /*scale*/ 2);
    return job->failure == GAN_OK;
}

static bool on_step(void *context, const gan_progress *p)
{
    watch_step(&((struct job *)context)->watch, p);
    return true;
}

static gan_status write_samples(gan_model *generator, const struct options *o, const gan_dataset *images,
                                const char *path)
{
    gan_tensor *labels = o->conditional ? new_labels(o, images, o->samples, /*each*/ 1) : NULL;
    gan_tensor *samples = NULL;
    if (labels != NULL || !o->conditional)
        samples = gan_generator_sample_labelled(generator, o->samples, /*seed*/ 8, labels);
    gan_status status = samples != NULL ? gan_tensor_write_npy(samples, path) : gan_error_status();
    gan_tensor_unref(samples);
    gan_tensor_unref(labels);
    return status;
}

static gan_status write_results(gan_trainer *trainer, const struct job *job, const gan_dataset *images)
{
    const struct options *o = job->options;
    gan_model *generator = gan_trainer_averaged_generator(trainer);
    struct path curves = path_in(o->out, "losses.png"), samples = path_in(o->out, "samples.npy");
    gan_status status = write_curves(&job->watch.curves, "images", curves.text);
    if (status == GAN_OK && !o->quiet)
        printf("%s\n%s\n", path_in(o->out, "report.html").text, curves.text);
    if (status == GAN_OK && o->save != NULL) {
        status = gan_model_save(generator, o->save);
        if (status == GAN_OK && !o->quiet)
            puts(o->save);
    }
    if (status != GAN_OK || o->samples == 0)
        return status;
    status = write_samples(generator, o, images, samples.text);
    if (status == GAN_OK && !o->quiet)
        puts(samples.text);
    return status;
}

/* ---- training ---- */

static gan_status train(gan_trainer *trainer, gan_loader *batches, gan_run_log *log, gan_report *report,
                        struct job *job)
{
    const struct options *o = job->options;
    const gan_dataset *images = gan_loader_dataset(batches);
    struct path checkpoints = path_in(o->out, "run");
    gan_tensor *labels = NULL;
    gan_run_options run;
    gan_run_options_init(&run);
    run.epochs = o->epochs;
    run.progress = on_step;
    run.samples = on_samples;
    run.context = job;
    run.stop = &stop;
    run.sample_count = 64;
    run.log = log;
    run.observer = gan_report_observer(report);
    if (o->conditional) {
        run.sample_count = 10 * gan_dataset_classes(images);
        run.sample_labels = labels = new_labels(o, images, run.sample_count, /*each*/ 10);
        if (labels == NULL)
            return gan_error_status();
    }
    if (o->checkpoint_every > 0 || o->resume)
        run.checkpoint_path = checkpoints.text;
    run.checkpoint_every_steps = o->checkpoint_every;
    run.resume = o->resume;
    gan_health *health = new_health(&job->watch, /*held_out*/ NULL, o->rollbacks);
    run.watch = gan_health_watch;
    run.watch_context = health;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    gan_status status = health != NULL ? gan_trainer_run(trainer, batches, &run, &result) : gan_error_status();
    gan_health_unref(health);
    gan_tensor_unref(labels);
    if (status != GAN_OK)
        return status;
    if (!o->quiet && result.resumed > 0)
        printf("resumed after %lld steps\n", (long long)result.resumed);
    if (!o->quiet)
        printf("%s%lld steps in %.1f s\n", result.stop == GAN_STOP_FLAG ? "\nstopped: " : "", (long long)result.steps,
               result.seconds);
    return job->failure;
}

static void introduce(const struct options *o, const gan_trainer *trainer, const gan_loader *batches)
{
    const gan_dataset *images = gan_loader_dataset(batches);
    printf("%s: %lld images; DCGAN, preset %s%s; %lld parameters in G, %lld in D; %lld epochs of %llu steps; threads: "
           "%d\n",
           gan_dataset_name(images), (long long)gan_dataset_size(images),
           o->preset == GAN_PRESET_DCGAN ? "dcgan" : "stable", o->conditional ? ", conditional" : "",
           (long long)gan_model_parameter_count(gan_trainer_generator(trainer)),
           (long long)gan_model_parameter_count(gan_trainer_discriminator(trainer)), (long long)o->epochs,
           (unsigned long long)gan_loader_batches_per_epoch(batches), gan_threads());
}

static int run(const struct options *o, gan_loader *batches)
{
    const gan_dataset *images = gan_loader_dataset(batches);
    gan_trainer *trainer = new_trainer(o, images);
    if (trainer == NULL)
        return complain(&me);
    if (!o->quiet)
        introduce(o, trainer, batches);
    struct job job = {
        .options = o, .watch = {.quiet = o->quiet, .lines_every = 100}, .columns = o->conditional ? 10 : 8};
    gan_run_log *log;
    bool opened = open_log(o->log, o->resume, job.columns, &log);
    gan_report *report = opened ? open_report(&me, o->out, o->resume, job.columns, o->command) : NULL;
    job.watch.report = report;
    gan_status status = report != NULL ? train(trainer, batches, log, report, &job) : gan_error_status();
    gan_report_unref(report);
    gan_run_log_unref(log);
    if (status == GAN_OK)
        status = write_results(trainer, &job, images);
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
    gan_dataset *images = open_images(&options);
    if (images == NULL)
        return 1;
    wanted_class(&options, images); /* before anything is made */
    gan_loader *batches = gan_loader_new(images, options.batch, options.seed, NULL);
    gan_dataset_unref(images); /* the loader keeps it */
    if (batches == NULL)
        return complain(&me);
    int result = make_folder(&me, options.out) ? run(&options, batches) : 1;
    gan_loader_unref(batches);
    return result;
}
