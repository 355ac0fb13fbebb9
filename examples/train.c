/*
 * train: a GAN of your own pictures, from a folder of PNG and JPEG files.
 *   cc train.c $(pkg-config --cflags --libs gan)
 *   ./train photos --size 64 --dry-run        what it would train, the memory and the time that it takes
 *   ./train photos --size 64 --flip --steps 20000 --save generator.safetensors
 *   ./train animals --conditional             folders in it are classes; the pictures have a row for each
 */
#include <gan/gan.h>

#include "progress.h"

#include <getopt.h>

static const char usage[] =
    "usage: train DIR [OPTION]...\n"
    "Trains a generator on a folder of pictures, PNG and JPEG.\n"
    "  --recipe NAME   what the networks are made of (default: dcgan); 'list' lists the recipes\n"
    "  --preset NAME   how they train: 'sngan' and 'r3gan' (defaults of these recipes), 'stable' (default of others),\n"
    "                  'dcgan', 'article', 'wgan', 'wgan-gp', 'lsgan', 'rsgan', 'ebgan', 'began'\n"
    "  --size N|HxW    pixels of the pictures made: a square, or height x width (default 64)\n"
    "  --channels N    1 grey, 3 red, green, blue (default), 4 and opacity\n"
    "  --crop HOW      'centre' (default) cuts the middle to shape, 'random' a little less of it at random, 'none'\n"
    "                  stretches\n"
    "  --flip          mirrors pictures left to right, at random\n"
    "  --conditional   folders in DIR are classes, and the generator is told which to draw\n"
    "  --width N       channels of the feature maps next to the picture (default: the recipe's)\n"
    "  --batch N       pictures in a batch (default 64)\n"
    "  --steps N       steps to make (default 5000)\n"
    "  --seed N        decides everything that is random: the same seed, the same pictures (default 1)\n"
    "  --threads N     processors to work with (default: all); changes the time and nothing else\n"
    "  --out DIR       where samples go, step-000250.png ... and losses.png (default: out), and\n"
    "                  report.html, which shows all of it, also while it trains: open it in a browser\n"
    "  --pictures-every N     steps between samples (default: a twentieth of all steps, or 50)\n"
    "  --save FILE     writes the generator to FILE, which 'sample' and PyTorch read (safetensors)\n"
    "  --checkpoint-every N   steps between checkpoints, which are OUT/run-....checkpoint; the newest two are kept\n"
    "  --rollback N    after an alarm goes back to where it was well, with lower rates, at most N times (default 0)\n"
    "  --resume        goes on from the newest checkpoint, to the bit, if there is one; give the same options\n"
    "  --log PATH      figures of every step: a .jsonl or .csv file, or a folder, which TensorBoard shows\n"
    "  --dry-run       shows the networks, what memory they take and about how long it will last; writes nothing\n"
    "  --quiet         says nothing but what goes wrong\n"
    "  --help          shows this\n"
    "Ctrl-C ends the training; the results so far are written, and with --checkpoint-every or --resume a checkpoint.\n";

static const struct program me = {"train", usage};

enum { COLUMNS = 8, MOST_ROWS = 32, MOST_NAMED = 10, WARM_STEPS = 1, TIMED_STEPS = 4 };

struct options {
    const char *folder, *out, *save, *log;
    char command[1024]; /* for the report */
    gan_recipe recipe;
    gan_preset preset;
    gan_folder_options pictures;
    int64_t batch, steps, width;              /* width 0: the recipe's */
    int64_t pictures_every, checkpoint_every; /* steps; 0 for checkpoints: never */
    int threads, rollbacks;
    uint64_t seed;
    bool conditional, resume, dry_run, quiet;
};

/* ---- the command line ---- */

static gan_preset preset_of(const char *name)
{
    gan_preset preset = GAN_PRESET_STABLE;
    if (gan_preset_from_name(name, &preset) != GAN_OK)
        wrong_usage(&me, "--preset: %s", gan_error_message());
    return preset;
}

static gan_preset preset_for(gan_recipe recipe)
{
    return recipe == GAN_RECIPE_SNGAN_RESNET ? GAN_PRESET_SNGAN
           : recipe == GAN_RECIPE_R3GAN      ? GAN_PRESET_R3GAN
                                             : GAN_PRESET_STABLE;
}

static gan_recipe recipe_of(const char *name)
{
    if (strcmp(name, "list") == 0) {
        for (int i = 0; gan_recipe_name((gan_recipe)i) != NULL; i++)
            puts(gan_recipe_name((gan_recipe)i));
        exit(0);
    }
    gan_recipe recipe = GAN_RECIPE_DCGAN;
    if (gan_recipe_from_name(name, &recipe) != GAN_OK)
        wrong_usage(&me, "--recipe: %s", gan_error_message());
    return recipe;
}

static gan_crop crop_of(const char *name)
{
    static const char *const names[] = {"centre", "random", "none"};
    for (int i = 0; i < 3; i++)
        if (strcmp(names[i], name) == 0)
            return (gan_crop)i; /* in the order of the enum */
    wrong_usage(&me, "--crop is '%s', want centre, random or none", name);
    return GAN_CROP_CENTRE;
}

/* "64", or "96x128": height and width. */
static void read_size(const char *text, gan_folder_options *pictures)
{
    char height[32];
    const char *cross = strchr(text, 'x');
    size_t length = cross != NULL ? (size_t)(cross - text) : strlen(text);
    snprintf(height, sizeof height, "%.*s", (int)length, text);
    pictures->height = (int64_t)number_of(&me, "size", height, 1, 4096);
    pictures->width = cross != NULL ? (int64_t)number_of(&me, "size", cross + 1, 1, 4096) : pictures->height;
}

static int channels_of(const char *text)
{
    int channels = (int)number_of(&me, "channels", text, 1, 4);
    if (channels == 2)
        wrong_usage(&me, "--channels is 2, want 1, 3 or 4");
    return channels;
}

enum {
    BATCH,
    CHANNELS,
    CHECKPOINT_EVERY,
    CONDITIONAL,
    CROP,
    DRY_RUN,
    FLIP,
    HELP,
    LOG,
    OUT,
    PICTURES_EVERY,
    PRESET,
    QUIET,
    RECIPE,
    RESUME,
    ROLLBACK,
    SAVE,
    SEED,
    SIZE,
    STEPS,
    THREADS,
    WIDTH
};

/* Of the pictures and the networks; false for another option. */
static bool read_model_option(struct options *o, int option, const char *value, bool *preset_given)
{
    switch (option) {
    case CHANNELS:
        o->pictures.channels = channels_of(value);
        return true;
    case CONDITIONAL:
        o->conditional = true;
        return true;
    case CROP:
        o->pictures.crop = crop_of(value);
        return true;
    case FLIP:
        o->pictures.flip = true;
        return true;
    case PRESET:
        o->preset = preset_of(value);
        *preset_given = true;
        return true;
    case RECIPE:
        o->recipe = recipe_of(value);
        return true;
    case SIZE:
        read_size(value, &o->pictures);
        return true;
    case WIDTH:
        o->width = (int64_t)number_of(&me, "width", value, 1, 4096);
        return true;
    default:
        return false;
    }
}

/* Of the run. */
static void read_run_option(struct options *o, int option, const char *value)
{
    switch (option) {
    case BATCH:
        o->batch = (int64_t)number_of(&me, "batch", value, 2, 65536);
        break;
    case CHECKPOINT_EVERY:
        o->checkpoint_every = (int64_t)number_of(&me, "checkpoint-every", value, 1, 1000000000);
        break;
    case DRY_RUN:
        o->dry_run = true;
        break;
    case HELP:
        fputs(usage, stdout);
        exit(0);
    case LOG:
        o->log = value;
        break;
    case OUT:
        o->out = value;
        break;
    case PICTURES_EVERY:
        o->pictures_every = (int64_t)number_of(&me, "pictures-every", value, 1, 1000000000);
        break;
    case QUIET:
        o->quiet = true;
        break;
    case RESUME:
        o->resume = true;
        break;
    case ROLLBACK:
        o->rollbacks = (int)number_of(&me, "rollback", value, 0, 1000);
        break;
    case SAVE:
        o->save = value;
        break;
    case SEED:
        o->seed = number_of(&me, "seed", value, 0, UINT64_MAX);
        break;
    case STEPS:
        o->steps = (int64_t)number_of(&me, "steps", value, 1, 1000000000);
        break;
    case THREADS:
        o->threads = (int)number_of(&me, "threads", value, 1, 1024);
        break;
    default:
        fputs(usage, stderr);
        exit(2); /* getopt_long has said what is wrong */
    }
}

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"batch", required_argument, NULL, BATCH},
        {"channels", required_argument, NULL, CHANNELS},
        {"checkpoint-every", required_argument, NULL, CHECKPOINT_EVERY},
        {"conditional", no_argument, NULL, CONDITIONAL},
        {"crop", required_argument, NULL, CROP},
        {"dry-run", no_argument, NULL, DRY_RUN},
        {"flip", no_argument, NULL, FLIP},
        {"help", no_argument, NULL, HELP},
        {"log", required_argument, NULL, LOG},
        {"out", required_argument, NULL, OUT},
        {"pictures-every", required_argument, NULL, PICTURES_EVERY},
        {"preset", required_argument, NULL, PRESET},
        {"quiet", no_argument, NULL, QUIET},
        {"recipe", required_argument, NULL, RECIPE},
        {"resume", no_argument, NULL, RESUME},
        {"rollback", required_argument, NULL, ROLLBACK},
        {"save", required_argument, NULL, SAVE},
        {"seed", required_argument, NULL, SEED},
        {"size", required_argument, NULL, SIZE},
        {"steps", required_argument, NULL, STEPS},
        {"threads", required_argument, NULL, THREADS},
        {"width", required_argument, NULL, WIDTH},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.out = "out", .recipe = GAN_RECIPE_DCGAN, .batch = 64, .steps = 5000, .seed = 1};
    bool preset_given = false;
    join(o.command, sizeof o.command, count, arguments);
    gan_folder_options_init(&o.pictures); /* 64 x 64, in colour */
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;)
        if (!read_model_option(&o, c, optarg, &preset_given))
            read_run_option(&o, c, optarg);
    if (count - optind != 1)
        wrong_usage(&me, optind == count ? "which folder?" : "more than one folder");
    o.folder = arguments[optind];
    o.pictures.labels = o.conditional ? GAN_FOLDER_LABELS_FOLDERS : GAN_FOLDER_LABELS_NONE;
    if (!preset_given)
        o.preset = preset_for(o.recipe);
    if (o.pictures_every == 0)
        o.pictures_every = o.steps < 1000 ? 50 : o.steps / 20;
    return o;
}

/* ---- pictures ---- */

static gan_dataset *open_pictures(const struct options *o)
{
    gan_dataset *pictures = gan_dataset_open_folder(o->folder, &o->pictures);
    if (pictures == NULL || o->quiet)
        return pictures;
    printf("%s: %lld pictures", o->folder, (long long)gan_dataset_size(pictures));
    if (o->conditional)
        printf(" in %d classes", gan_dataset_classes(pictures));
    int64_t skipped = gan_dataset_skipped(pictures);
    printf("; skipped: %lld\n", (long long)skipped);
    for (int64_t i = 0; i < skipped && i < MOST_NAMED; i++)
        printf("  %s: %s\n", gan_dataset_skipped_name(pictures, i), gan_dataset_skipped_reason(pictures, i));
    if (skipped > MOST_NAMED)
        printf("  and %lld more\n", (long long)(skipped - MOST_NAMED));
    fflush(stdout);
    return pictures;
}

/* ---- the players ---- */

static gan_model *new_generator(const struct options *o, const gan_dataset *pictures)
{
    gan_generator_options options;
    gan_generator_options_init(&options, o->recipe);
    gan_generator_options_preset(&options, o->preset);
    if (o->width > 0)
        options.width = o->width;
    if (o->conditional) {
        bool batch_norm = options.normalization == GAN_NORMALIZATION_BATCH;
        options.conditioning = batch_norm ? GAN_CONDITIONING_BATCH_NORM : GAN_CONDITIONING_CONCAT;
        options.labels = gan_dataset_labels(pictures); /* given away */
    }
    return gan_generator_new(gan_dataset_shape(pictures), &options);
}

static gan_model *new_discriminator(const struct options *o, const gan_dataset *pictures)
{
    gan_discriminator_options options;
    gan_discriminator_options_init(&options, o->recipe);
    gan_discriminator_options_preset(&options, o->preset);
    if (o->width > 0)
        options.width = o->width;
    if (o->conditional) {
        options.conditioning = GAN_CONDITIONING_PROJECTION;
        options.labels = gan_dataset_labels(pictures);
    }
    return gan_discriminator_new(gan_dataset_shape(pictures), &options);
}

static gan_trainer *new_trainer(const struct options *o, const gan_dataset *pictures)
{
    gan_model *g = new_generator(o, pictures);
    gan_model *d = g != NULL ? new_discriminator(o, pictures) : NULL;
    gan_trainer_options options;
    gan_trainer_options_init(&options, o->preset);
    options.seed = o->seed;
    gan_trainer *trainer = d != NULL ? gan_trainer_new(g, d, &options) : NULL;
    gan_model_unref(d); /* the trainer keeps both */
    gan_model_unref(g);
    if (trainer == NULL || gan_trainer_set_dataset(trainer, pictures) == GAN_OK)
        return trainer;
    gan_trainer_unref(trainer);
    return NULL;
}

/* ---- what it will take ---- */

static double mebibytes(double bytes)
{
    return bytes / 1048576;
}

/* The steps' plans and the networks to the byte; batches that are made ahead, and pictures that are kept decoded,
 * about.
 */
static void tell_memory(const struct options *o, const gan_trainer *trainer, const gan_dataset *pictures)
{
    double numbers = (double)gan_shape_size(gan_dataset_shape(pictures));
    double steps = (double)gan_trainer_memory(trainer), networks = (double)gan_trainer_state_memory(trainer);
    double batches = 5 * (double)o->batch * numbers * (double)sizeof(float);
    double kept = (double)gan_dataset_size(pictures) * numbers;
    if (o->pictures.crop == GAN_CROP_RANDOM)
        kept *= (1 + (double)o->pictures.crop_margin) * (1 + (double)o->pictures.crop_margin);
    kept = kept < (double)o->pictures.cache_bytes ? kept : (double)o->pictures.cache_bytes;
    printf("memory: %.0f MiB: steps %.1f, networks and optimizers %.1f, batches %.1f, pictures %.1f\n",
           mebibytes(steps + networks + batches + kept), mebibytes(steps), mebibytes(networks), mebibytes(batches),
           mebibytes(kept));
}

static void tell_time(const struct options *o, double step)
{
    double all = step * (double)o->steps;
    printf("time: %.3f s a step; %lld steps take about ", step, (long long)o->steps);
    if (all < 120)
        printf("%.0f s\n", all);
    else if (all < 7200)
        printf("%.0f minutes\n", all / 60);
    else
        printf("%.1f hours\n", all / 3600);
}

static gan_status time_steps(gan_trainer *trainer, gan_loader *batches, bool conditional, double *seconds)
{
    *seconds = 0;
    for (int i = 0; i < WARM_STEPS + TIMED_STEPS; i++) {
        const gan_tensor *real, *labels;
        gan_step_report report = GAN_STEP_REPORT_INIT;
        gan_status status = gan_loader_next(batches, &real, &labels);
        if (status == GAN_OK)
            status = gan_train_step(trainer, real, conditional ? labels : NULL, &report);
        if (status != GAN_OK)
            return status;
        if (i >= WARM_STEPS)
            *seconds += (report.seconds + gan_loader_waited(batches, NULL)) / TIMED_STEPS;
    }
    return GAN_OK;
}

static gan_status rehearse(const struct options *o, gan_trainer *trainer, gan_loader *batches)
{
    gan_model *const models[] = {gan_trainer_generator(trainer), gan_trainer_discriminator(trainer)};
    double step;
    for (int i = 0; i < 2; i++) {
        char *summary = gan_model_summary(models[i]);
        if (summary == NULL)
            return gan_error_status();
        printf("\n%s\n", summary);
        gan_text_free(summary);
    }
    tell_memory(o, trainer, gan_loader_dataset(batches));
    fflush(stdout);
    gan_status status = time_steps(trainer, batches, o->conditional, &step);
    if (status == GAN_OK)
        tell_time(o, step);
    return status;
}

/* ---- while it trains ---- */

/* What the callback of the run needs. */
struct job {
    const struct options *options;
    struct watch watch;
    gan_sampler *sampler; /* of the pictures, always from the same noise */
    gan_tensor *samples, *labels;
    gan_run_log *log;
    int64_t drawn;      /* the step that they show */
    gan_status failure; /* of the callback */
};

/* 64 samples, or with classes a row for each (the first 32). */
static gan_status prepare_pictures(struct job *job, gan_model *generator, const gan_dataset *pictures)
{
    int64_t classes = gan_dataset_classes(pictures), rows = COLUMNS;
    if (job->options->conditional)
        rows = classes < MOST_ROWS ? classes : MOST_ROWS;
    gan_shape shape = {4, {rows * COLUMNS}}, one = gan_model_output_shape(generator);
    memcpy(shape.dims + 1, one.dims, 3 * sizeof one.dims[0]);
    job->sampler = gan_sampler_new(generator, rows * COLUMNS);
    job->samples = gan_tensor_new(shape);
    if (job->options->conditional) {
        job->labels = gan_tensor_new_typed(GAN_SHAPE(rows * COLUMNS), GAN_INT32);
        for (int64_t i = 0; job->labels != NULL && i < rows * COLUMNS; i++)
            gan_tensor_int32(job->labels)[i] = (int32_t)(i / COLUMNS);
    }
    bool made = job->sampler != NULL && job->samples != NULL && (job->labels != NULL || !job->options->conditional);
    return made ? GAN_OK : gan_error_status();
}

static gan_status draw(struct job *job, int64_t step)
{
    char name[40];
    snprintf(name, sizeof name, "step-%06lld.png", (long long)step);
    struct path path = path_in(job->options->out, name);
    job->drawn = step;
    gan_status status = gan_sampler_seed(job->sampler, /*seed*/ 7, 0);
    if (status == GAN_OK)
        status = gan_sampler_run(job->sampler, /*z*/ NULL, job->labels, job->samples);
    if (status == GAN_OK)
        status = gan_report_add_images(job->watch.report, (uint64_t)step, job->samples);
    if (status == GAN_OK && job->log != NULL)
        status = gan_run_log_write_images(job->log, (uint64_t)step, "samples", job->samples);
    return status == GAN_OK ? show_grid(&job->watch, path.text, job->samples, COLUMNS, /*scale*/ 1) : status;
}

static bool on_step(void *context, const gan_progress *p)
{
    struct job *job = context;
    watch_step(&job->watch, p);
    if (p->step % job->options->pictures_every == 0)
        job->failure = draw(job, p->step);
    return job->failure == GAN_OK;
}

static void tell_result(const struct job *job, const gan_run_result *result)
{
    const struct watch *watch = &job->watch;
    if (result->resumed > 0)
        printf("resumed after %lld steps\n", (long long)result->resumed);
    printf("%s%lld steps in %.1f s\n", result->stop == GAN_STOP_FLAG ? "\nstopped: " : "", (long long)result->steps,
           result->seconds);
    if (watch->steps > 0)
        printf("waited for data: %.3f ms a step, at most %.3f ms; %.2f %% of the time\n",
               1000 * watch->waited / (double)watch->steps, 1000 * watch->waited_longest,
               100 * watch->waited / result->seconds);
}

static gan_status train(gan_trainer *trainer, gan_loader *batches, struct job *job)
{
    const struct options *o = job->options;
    struct path checkpoints = path_in(o->out, "run");
    gan_run_options run;
    gan_run_options_init(&run);
    run.steps = o->steps;
    run.progress = on_step;
    run.context = job;
    run.stop = &stop;
    if (o->checkpoint_every > 0 || o->resume)
        run.checkpoint_path = checkpoints.text;
    run.checkpoint_every_steps = o->checkpoint_every;
    run.resume = o->resume;
    run.sample_count = gan_tensor_shape(job->samples).dims[0]; /* of the log and the report, at the end of epochs */
    run.sample_labels = job->labels;
    run.log = job->log;
    run.observer = gan_report_observer(job->watch.report);
    gan_health *health = new_health(&job->watch, /*held_out*/ NULL, o->rollbacks);
    run.watch = gan_health_watch;
    run.watch_context = health;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    gan_status status = health != NULL ? gan_trainer_run(trainer, batches, &run, &result) : gan_error_status();
    gan_health_unref(health);
    if (status == GAN_OK)
        status = job->failure;
    if (status == GAN_OK && job->drawn != result.steps)
        status = draw(job, result.steps);
    if (status == GAN_OK)
        status = gan_report_write(job->watch.report); /* with the latest pictures */
    if (status == GAN_OK && !o->quiet)
        tell_result(job, &result);
    return status;
}

static gan_status write_results(gan_trainer *trainer, const struct job *job)
{
    const struct options *o = job->options;
    struct path curves = path_in(o->out, "losses.png");
    gan_status status = write_curves(&job->watch.curves, "pictures", curves.text);
    if (status == GAN_OK && !o->quiet)
        printf("%s\n%s\n", path_in(o->out, "report.html").text, curves.text);
    if (status != GAN_OK || o->save == NULL)
        return status;
    status = gan_model_save(gan_trainer_averaged_generator(trainer), o->save);
    if (status == GAN_OK && !o->quiet)
        puts(o->save);
    return status;
}

/* ---- the whole ---- */

static void introduce(const struct options *o, const gan_trainer *trainer, const gan_loader *batches)
{
    const gan_dataset *pictures = gan_loader_dataset(batches);
    printf("recipe %s, preset %s%s: %lld parameters in G, %lld in D; threads: %d\n", gan_recipe_name(o->recipe),
           gan_preset_name(o->preset), o->conditional ? ", conditional" : "",
           (long long)gan_model_parameter_count(gan_trainer_generator(trainer)),
           (long long)gan_model_parameter_count(gan_trainer_discriminator(trainer)), gan_threads());
    printf("%lld steps of %lld pictures; %llu steps see all of them\n", (long long)o->steps, (long long)o->batch,
           (unsigned long long)gan_loader_batches_per_epoch(batches));
    if (!o->dry_run)
        tell_memory(o, trainer, pictures);
    fflush(stdout);
}

static int train_and_write(const struct options *o, gan_trainer *trainer, gan_loader *batches)
{
    int64_t lines = o->steps / 50;
    struct job job = {.options = o, .watch = {.quiet = o->quiet, .data = true, .lines_every = lines > 0 ? lines : 1}};
    if (!make_folder(&me, o->out))
        return 1;
    gan_status status = open_log(o->log, o->resume, COLUMNS, &job.log) ? GAN_OK : gan_error_status();
    if (status == GAN_OK)
        job.watch.report = open_report(&me, o->out, o->resume, COLUMNS, o->command);
    if (job.watch.report == NULL)
        status = gan_error_status();
    if (status == GAN_OK)
        status = prepare_pictures(&job, gan_trainer_averaged_generator(trainer), gan_loader_dataset(batches));
    if (status == GAN_OK)
        status = train(trainer, batches, &job);
    if (status == GAN_OK)
        status = write_results(trainer, &job);
    gan_report_unref(job.watch.report);
    gan_run_log_unref(job.log);
    gan_sampler_unref(job.sampler);
    gan_tensor_unref(job.samples);
    gan_tensor_unref(job.labels);
    free_curves(&job.watch.curves);
    return status == GAN_OK ? 0 : complain(&me);
}

static int run(const struct options *o, gan_trainer *trainer, gan_loader *batches)
{
    if (gan_trainer_plan(trainer, o->batch) != GAN_OK)
        return complain(&me);
    if (!o->quiet)
        introduce(o, trainer, batches);
    if (!o->dry_run)
        return train_and_write(o, trainer, batches);
    return rehearse(o, trainer, batches) == GAN_OK ? 0 : complain(&me);
}

int main(int count, char **arguments)
{
    struct options options = read_options(count, arguments);
    stop_on_signals();
    if (options.threads > 0 && gan_set_threads(options.threads) != GAN_OK)
        return complain(&me);
    gan_dataset *pictures = open_pictures(&options);
    gan_trainer *trainer = pictures != NULL ? new_trainer(&options, pictures) : NULL;
    gan_loader *batches = trainer != NULL ? gan_loader_new(pictures, options.batch, options.seed, NULL) : NULL;
    int result = batches != NULL ? run(&options, trainer, batches) : complain(&me);
    gan_loader_unref(batches);
    gan_trainer_unref(trainer);
    gan_dataset_unref(pictures);
    return result;
}
