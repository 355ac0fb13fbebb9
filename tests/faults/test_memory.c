/* Want of memory at every moment of a whole life: data opened, a model loaded, trained with a log and checkpoints,
 * stopped, resumed, saved, exported, sampled. */
#include "../train/players.h"

#include "config.h"
#include "memory_check.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char model_path[512], run_path[512], log_path[512], out_path[512], pictures_path[512];

/* What a life is led with. */
struct life {
    gan_dataset *(*open)(void);
    gan_model *(*new_generator)(void); /* made once, and saved */
    gan_model *(*new_discriminator)(const gan_dataset *data);
    const char *log; /* a file, or a folder of all there is */
    bool exports;    /* as ONNX, too */
};

/* A file, or a folder of files. */
static void remove_all(const char *path)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char name[1024];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(name);
    }
    if (folder != NULL)
        closedir(folder);
    remove(path);
}

static void remove_run(void)
{
    char name[600];
    for (int steps = 1; steps <= 4; steps++) {
        snprintf(name, sizeof name, "%s-%012d.checkpoint", run_path, steps);
        unlink(name);
    }
    remove_all(log_path);
    unlink(out_path);
}

static bool run(gan_trainer *trainer, gan_loader *loader, int64_t steps, gan_run_log *log)
{
    gan_run_options o;
    gan_run_options_init(&o);
    o.steps = steps;
    o.checkpoint_path = run_path;
    o.checkpoint_every_steps = 1;
    o.resume = true;
    o.log = log;
    return gan_trainer_run(trainer, loader, &o, NULL) == GAN_OK;
}

/* The model, or NULL after an error. */
static gan_model *whole(gan_model *model)
{
    if (model != NULL && gan_model_status(model) == GAN_OK)
        return model;
    gan_model_unref(model);
    return NULL;
}

/* Trains from the newest checkpoint to `steps`, then saves and samples. */
static bool work(const struct life *life, gan_trainer *trainer, gan_model *d, gan_loader *loader, int64_t steps)
{
    gan_run_log_options options;
    gan_run_log_options_init(&options);
    options.append = true;
    gan_run_log *log = gan_run_log_open(log_path, &options);
    bool fine = log != NULL && run(trainer, loader, steps, log) &&
                gan_model_save(gan_trainer_averaged_generator(trainer), out_path) == GAN_OK;
    if (fine && life->exports)
        fine = gan_model_export_onnx(gan_trainer_averaged_generator(trainer), out_path, NULL) == GAN_OK &&
               gan_model_export_onnx(d, out_path, NULL) == GAN_OK;
    gan_tensor *made = fine ? gan_generator_sample(gan_trainer_averaged_generator(trainer), 2, 1) : NULL;
    gan_run_log_unref(log);
    gan_tensor_unref(made);
    return made != NULL;
}

/* A start of the program. What follows a failure is not called: it would fail for want of that, not of memory. */
static bool start(const struct life *life, int64_t steps)
{
    gan_loader_options options;
    gan_loader_options_init(&options);
    options.queue_depth = 0; /* a thread that makes batches ahead would ask for memory in no fixed order */
    gan_dataset *data = life->open();
    gan_loader *loader = data != NULL ? gan_loader_new(data, 2, 1, &options) : NULL;
    gan_model *g = loader != NULL ? gan_model_load(model_path) : NULL;
    gan_model *d = g != NULL ? life->new_discriminator(data) : NULL;
    gan_trainer *trainer = d != NULL ? gan_trainer_new(g, d, NULL) : NULL;
    bool fine = trainer != NULL && work(life, trainer, d, loader, steps);
    gan_trainer_unref(trainer);
    gan_model_unref(d);
    gan_model_unref(g);
    gan_loader_unref(loader);
    gan_dataset_unref(data);
    return fine;
}

static bool live(void *context)
{
    remove_run();
    return start(context, 1) && start(context, 2);
}

static void check_life(const struct life *life)
{
    snprintf(model_path, sizeof model_path, "%s", scratch_file("first.safetensors"));
    snprintf(run_path, sizeof run_path, "%s", scratch_file("run"));
    snprintf(log_path, sizeof log_path, "%s", scratch_file(life->log));
    snprintf(out_path, sizeof out_path, "%s", scratch_file("last"));
    gan_set_threads(1);
    gan_model *g = life->new_generator();
    ck_made(g);
    ck_ok(gan_model_initialize(g, 1));
    ck_ok(gan_model_save(g, model_path));
    gan_model_unref(g);
    void *context = (void *)(uintptr_t)life;
    ck_assert_msg(live(context), "%s", gan_error_message()); /* and what libgan keeps for good is there */
    CHECK_EACH_ALLOCATION(live, context);
    /* The newest checkpoint after a failure is whole: the run goes on from it. */
    ck_assert(start(life, 3));
    remove_run();
    gan_set_threads(0);
}

/* ---- vectors ---- */

static gan_dataset *open_digits(void)
{
    return gan_dataset_digits(8, 1);
}

static gan_model *new_dense_generator(void)
{
    gan_generator_options options;
    gan_generator_options_init(&options, GAN_RECIPE_MLP);
    gan_generator_options_preset(&options, GAN_PRESET_STABLE);
    options.latent_size = 2;
    options.hidden_count = 1;
    options.hidden[0] = 3;
    return gan_generator_new(GAN_SHAPE(1, 28, 28), &options);
}

static gan_model *new_dense_discriminator(const gan_dataset *data)
{
    gan_model *d = gan_model_new(gan_dataset_shape(data));
    if (d == NULL)
        return NULL;
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_dense(3));
    gan_model_add(d, gan_layer_leaky_relu(0.2f));
    gan_model_add(d, gan_layer_dense(1));
    return whole(d);
}

START_TEST(a_whole_life_survives_want_of_memory)
{
    static const struct life life = {open_digits, new_dense_generator, new_dense_discriminator, "log.jsonl", false};
    check_life(&life);
}
END_TEST

/* ---- pictures in a folder, whose folders are classes; convolutions, by class ---- */

#ifdef HAVE_PNG

static gan_dataset *open_pictures(void)
{
    gan_folder_options options;
    gan_folder_options_init(&options);
    options.height = options.width = 4;
    options.channels = 1;
    options.crop = GAN_CROP_RANDOM;
    options.flip = true;
    return gan_dataset_open_folder(pictures_path, &options);
}

static gan_model *new_class_generator(void)
{
    gan_labels *labels = gan_labels_classes(2, NULL);
    gan_model *g = gan_model_new(GAN_SHAPE(2));
    gan_model_set_labels(g, labels);
    gan_labels_unref(labels);
    gan_model_add(g, gan_layer_dense(8));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(2, 2, 2)));
    gan_model_add(g, gan_layer_conditional_batch_norm());
    gan_model_add(g, gan_layer_relu());
    gan_model_add(g, gan_layer_conv_transpose2d(1, 4, 2, 1));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_set_range(g, 0, 1);
    return whole(g);
}

static gan_model *new_class_discriminator(const gan_dataset *data)
{
    gan_labels *labels = gan_dataset_labels(data);
    gan_model *d = labels != NULL ? gan_model_new(gan_dataset_shape(data)) : NULL;
    if (d != NULL && gan_model_set_labels(d, labels) == GAN_OK) {
        gan_model_add(d, gan_layer_with_spectral_norm(gan_layer_conv2d(2, 4, 2, 1), 1));
        gan_model_add(d, gan_layer_leaky_relu(0.2f));
        gan_model_add(d, gan_layer_flatten());
        gan_model_add(d, gan_layer_projection());
    }
    gan_labels_unref(labels);
    return whole(d);
}

static void write_pictures(void)
{
    static const char *const folders[] = {"", "/cat", "/dog"};
    snprintf(pictures_path, sizeof pictures_path, "%s", scratch_file("pictures"));
    for (int i = 0; i < 3; i++) {
        char path[600];
        snprintf(path, sizeof path, "%s%s", pictures_path, folders[i]);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "%s%s/picture.png", pictures_path, folders[i]);
        gan_tensor *picture = gan_tensor_new(GAN_SHAPE(3, 6, 5));
        ck_ok(gan_tensor_fill_uniform(picture, 0, 1, (uint64_t)i));
        if (i > 0)
            ck_ok(gan_image_write(path, picture));
        gan_tensor_unref(picture);
    }
}

START_TEST(and_so_does_one_with_pictures_and_classes)
{
    static struct life life = {open_pictures, new_class_generator, new_class_discriminator, "logs", false};
#ifdef HAVE_ONNX
    life.exports = true;
#endif
    write_pictures();
    check_life(&life);
}
END_TEST

#endif

static const struct test_case tests[] = {
    {"a whole life survives want of memory", a_whole_life_survives_want_of_memory},
#ifdef HAVE_PNG
    {"and so does one with pictures and classes", and_so_does_one_with_pictures_and_classes},
#endif
};

int main(void)
{
    if (access("/dev/shm", W_OK) == 0) /* thousands of files are flushed to the disk: to one that is none */
        setenv("TMPDIR", "/dev/shm", 1);
    return RUN_SUITE("faults: memory", tests);
}
