/* Batches of pictures: cut and mirrored at random, and the same bits whoever reads them. */
#include "suite.h"

#include "folders.h"
#include "memory_check.h"

#include <math.h>
#include <time.h>

enum { WIDTH = 8, HEIGHT = 6 };

/* Pictures whose red grows to the right and whose green grows downwards, so that where an example was cut can be seen;
 * blue is the picture's number. As large as GAN_CROP_RANDOM wants them, so that nothing is resized. */
static void make_maps(const char *name, int count, int width, int height)
{
    make_folder(name);
    for (int i = 0; i < count; i++) {
        uint8_t pixels[3 * 64 * 64];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                memcpy(pixels + 3 * (y * width + x), ((uint8_t[]){(uint8_t)(x + 1), (uint8_t)(y + 1), (uint8_t)i}), 3);
        write_png(at("%s/%02d.png", name, i), width, height, 8, PNG_COLOR_TYPE_RGB, pixels);
    }
}

static gan_folder_options random_options(void)
{
    gan_folder_options options = folder_options(HEIGHT, WIDTH, 3);
    options.crop = GAN_CROP_RANDOM;
    options.crop_margin = 1; /* of 16 x 12 */
    options.flip = true;
    return options;
}

struct seen {
    int x, y, mirrored, number;
};

static struct seen look(const float *example)
{
    int first = (int)lrintf(example[0] * 255) - 1, last = (int)lrintf(example[WIDTH - 1] * 255) - 1;
    struct seen seen = {first < last ? first : last, (int)lrintf(example[WIDTH * HEIGHT] * 255) - 1, first > last,
                        (int)lrintf(example[2 * WIDTH * HEIGHT] * 255)};
    for (int y = 0; y < HEIGHT; y++) /* the whole is one piece of the map */
        for (int x = 0; x < WIDTH; x++) {
            int column = seen.mirrored ? seen.x + WIDTH - 1 - x : seen.x + x;
            ck_assert_int_eq(lrintf(example[y * WIDTH + x] * 255), column + 1);
            ck_assert_int_eq(lrintf(example[(HEIGHT + y) * WIDTH + x] * 255), seen.y + y + 1);
        }
    return seen;
}

START_TEST(cuts_and_mirrors_are_drawn_evenly)
{
    enum { BATCH = 20, BATCHES = 450 };
    make_maps("maps", BATCH, 2 * WIDTH, 2 * HEIGHT);
    gan_folder_options options = random_options();
    gan_dataset *dataset = open_folder("maps", &options);
    gan_loader *loader = gan_loader_new(dataset, BATCH, 5, NULL);
    double across[WIDTH + 1] = {0}, down[HEIGHT + 1] = {0}, mirrored = 0, square = 0;
    for (int i = 0; i < BATCHES; i++) {
        const gan_tensor *x;
        ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK);
        for (int row = 0; row < BATCH; row++) {
            struct seen seen = look(gan_tensor_data(x) + row * 3 * WIDTH * HEIGHT);
            across[seen.x]++;
            down[seen.y]++;
            mirrored += seen.mirrored;
        }
    }
    double all = BATCH * BATCHES;
    for (int i = 0; i <= WIDTH; i++)
        square += pow(across[i] - all / (WIDTH + 1), 2) / (all / (WIDTH + 1));
    ck_assert_double_lt(fabs(square - WIDTH), 4.5 * sqrt(2 * WIDTH)); /* χ² of WIDTH degrees of freedom */
    square = 0;
    for (int i = 0; i <= HEIGHT; i++)
        square += pow(down[i] - all / (HEIGHT + 1), 2) / (all / (HEIGHT + 1));
    ck_assert_double_lt(fabs(square - HEIGHT), 4.5 * sqrt(2 * HEIGHT));
    ck_assert_double_lt(fabs(mirrored - all / 2), 4.5 * sqrt(all / 4));
    float example[3 * WIDTH * HEIGHT];
    ck_assert_int_eq(gan_dataset_read(dataset, 7, example, NULL), GAN_OK); /* nothing random here */
    struct seen seen = look(example);
    ck_assert(seen.x == WIDTH / 2 && seen.y == HEIGHT / 2 && !seen.mirrored && seen.number == 7);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(long_pictures_are_cut_along_their_length)
{
    make_maps("long", 1, 3 * WIDTH, HEIGHT); /* just high enough */
    gan_folder_options options = random_options();
    options.crop_margin = 0;
    gan_dataset *dataset = open_folder("long", &options);
    gan_loader_options drawing;
    ck_assert_int_eq(gan_loader_options_init(&drawing), GAN_OK);
    drawing.sampling = GAN_SAMPLING_REPLACEMENT;
    gan_loader *loader = gan_loader_new(dataset, 500, 1, &drawing);
    const gan_tensor *x;
    ck_assert_int_eq(gan_loader_next(loader, &x, NULL), GAN_OK);
    int least = 100, most = 0;
    for (int row = 0; row < 500; row++) {
        struct seen seen = look(gan_tensor_data(x) + row * 3 * WIDTH * HEIGHT);
        least = seen.x < least ? seen.x : least;
        most = seen.x > most ? seen.x : most;
        ck_assert_int_eq(seen.y, 0);
    }
    ck_assert(least == 0 && most == 2 * WIDTH);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

/* ---- the same bits ---- */

/* A hash of 12 batches: every third place is sought anew. */
static uint64_t hash_batches(gan_dataset *dataset, int threads, int64_t depth, bool seek)
{
    ck_assert_int_eq(gan_set_threads(threads), GAN_OK);
    gan_loader_options options;
    ck_assert_int_eq(gan_loader_options_init(&options), GAN_OK);
    options.queue_depth = depth;
    gan_loader *loader = gan_loader_new(dataset, 7, 3, &options);
    uint64_t hash = 14695981039346656037u;
    for (int i = 0; i < 12; i++) {
        const gan_tensor *x, *y;
        if (seek && i % 3 == 0) {
            gan_loader_seek(loader, (uint64_t)(50 - i));
            ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
            gan_loader_seek(loader, (uint64_t)i);
        }
        ck_assert_msg(gan_loader_next(loader, &x, &y) == GAN_OK, "%s", gan_error_message());
        hash = hash_of(hash, gan_tensor_bytes(x), (size_t)gan_tensor_size(x) * sizeof(float));
        hash = hash_of(hash, gan_tensor_bytes(y), (size_t)gan_tensor_size(y) * sizeof(int32_t));
    }
    gan_loader_unref(loader);
    gan_set_threads(0);
    return hash;
}

START_TEST(the_bits_depend_on_nothing_but_the_seed)
{
    static const int threads[] = {1, 2, 3, 7};
    static const int64_t depths[] = {0, 1, 2, 5};
    make_folder("bits");
    make_folder("bits/a");
    make_folder("bits/b");
    for (int i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof name, "bits/%c/%d.png", 'a' + i % 2, i);
        random_png(name, 20 + i, 31 - i, i % 3 == 0 ? 4 : 3, (uint32_t)i);
    }
    gan_folder_options options = folder_options(12, 9, 3);
    options.crop = GAN_CROP_RANDOM;
    options.flip = true;
    uint64_t first = 0;
    for (int kind = 0; kind < 4; kind++) { /* kept, decoded each time, kept while reading, in a file */
        options.cache_bytes = kind == 1 ? 0 : 1 << 20;
        options.headers_only = kind == 2;
        options.cache_file = kind == 3 ? at("bits.cache") : NULL;
        gan_dataset *dataset = open_folder("bits", &options);
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++) {
                uint64_t hash = hash_batches(dataset, threads[i], depths[k], (i + k) % 2 != 0);
                first = first == 0 ? hash : first;
                ck_assert_msg(hash == first, "kind %d, %d threads, depth %d", kind, threads[i], (int)depths[k]);
            }
        gan_dataset_unref(dataset);
    }
}
END_TEST

START_TEST(a_picture_that_vanishes_is_an_error_that_names_it)
{
    make_maps("gone", 8, 2 * WIDTH, 2 * HEIGHT);
    gan_folder_options options = random_options();
    options.cache_bytes = 0;
    gan_dataset *dataset = open_folder("gone", &options);
    gan_loader *queued = gan_loader_new(dataset, 8, 1, NULL);
    gan_loader_options none;
    gan_loader_options_init(&none);
    none.queue_depth = 0;
    gan_loader *plain = gan_loader_new(dataset, 8, 1, &none);
    ck_assert_int_eq(rename(at("gone/03.png"), at("gone/other.png")), 0);
    gan_loader *loaders[] = {queued, plain};
    for (int i = 0; i < 2; i++) {
        const gan_tensor *x;
        for (int k = 0; k < 3; k++) {
            ck_assert_int_eq(gan_loader_next(loaders[i], &x, NULL), GAN_ERROR_IO);
            check_message("/gone/03.png: cannot be opened: No such file");
            ck_assert_uint_eq(gan_loader_position(loaders[i]), 0);
        }
        ck_assert_int_eq(rename(at("gone/other.png"), at("gone/03.png")), 0);
        ck_assert_int_eq(gan_loader_next(loaders[i], &x, NULL), GAN_OK);
        ck_assert_uint_eq(gan_loader_position(loaders[i]), 1);
        ck_assert_int_eq(rename(at("gone/03.png"), at("gone/other.png")), 0);
        gan_loader_unref(loaders[i]);
    }
    gan_dataset_unref(dataset);
}
END_TEST

START_TEST(nothing_is_allocated_for_a_batch)
{
    make_maps("still", 16, 2 * WIDTH, 2 * HEIGHT);
    gan_folder_options options = random_options();
    for (int filed = 0; filed < 2; filed++)
        for (int64_t depth = 0; depth < 3; depth++) {
            options.cache_file = filed != 0 ? at("still.cache") : NULL;
            gan_set_threads(1);
            memory_check_begin(0);
            gan_dataset *dataset = open_folder("still", &options);
            gan_loader_options queue;
            gan_loader_options_init(&queue);
            queue.queue_depth = depth;
            gan_loader *loader = gan_loader_new(dataset, 8, 1, &queue);
            ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
            long before = memory_check.allocations;
            for (int i = 0; i < 20; i++)
                ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
            ck_assert_int_eq(memory_check.allocations, before);
            gan_loader_unref(loader);
            gan_dataset_unref(dataset);
            ck_assert_uint_eq(memory_check.live, 0);
            gan_set_allocator(NULL);
        }
    gan_set_threads(0);
}
END_TEST

/* ---- stopped and resumed ---- */

#ifdef HAVE_JANSSON

static gan_trainer *trainer_of(gan_dataset *dataset)
{
    gan_generator_options go;
    gan_discriminator_options dopt;
    gan_trainer_options to;
    gan_generator_options_init(&go, GAN_RECIPE_MLP);
    gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP);
    gan_trainer_options_init(&to, GAN_PRESET_STABLE);
    go.hidden_count = dopt.hidden_count = 1;
    go.hidden[0] = dopt.hidden[0] = 8;
    gan_model *g = gan_generator_new(gan_dataset_shape(dataset), &go);
    gan_model *d = gan_discriminator_new(gan_dataset_shape(dataset), &dopt);
    gan_trainer *trainer = gan_trainer_new(g, d, &to);
    ck_assert_msg(trainer != NULL, "%s", gan_error_message());
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static void train(gan_trainer *trainer, gan_loader *loader, int64_t steps)
{
    gan_run_options options;
    gan_run_options_init(&options);
    options.steps = steps;
    ck_assert_msg(gan_trainer_run(trainer, loader, &options, NULL) == GAN_OK, "%s", gan_error_message());
}

START_TEST(training_resumes_to_the_same_bits)
{
    make_maps("resumed", 8, 2 * WIDTH, 2 * HEIGHT);
    gan_folder_options options = random_options();
    gan_dataset *dataset = open_folder("resumed", &options);
    gan_loader *first = gan_loader_new(dataset, 3, 1, NULL), *second = gan_loader_new(dataset, 3, 1, NULL);
    gan_trainer *whole = trainer_of(dataset), *resumed = trainer_of(dataset);
    train(whole, first, 3);
    ck_assert_int_eq(gan_trainer_save(whole, first, at("resumed.checkpoint")), GAN_OK);
    train(whole, first, 4);
    ck_assert_int_eq(gan_loader_next(second, NULL, NULL), GAN_OK); /* the queue is somewhere else */
    ck_assert_msg(gan_trainer_load(resumed, second, at("resumed.checkpoint")) == GAN_OK, "%s", gan_error_message());
    ck_assert_uint_eq(gan_loader_position(second), 3);
    train(resumed, second, 4);
    gan_tensor *a = gan_generator_sample(gan_trainer_generator(whole), 4, 1);
    gan_tensor *b = gan_generator_sample(gan_trainer_generator(resumed), 4, 1);
    ck_assert_mem_eq(gan_tensor_data(a), gan_tensor_data(b), (size_t)gan_tensor_size(a) * sizeof(float));
    options.flip = false; /* other batches of the same pictures */
    gan_dataset *other = open_folder("resumed", &options);
    gan_loader *third = gan_loader_new(other, 3, 1, NULL);
    ck_assert_int_ne(gan_trainer_load(resumed, third, at("resumed.checkpoint")), GAN_OK);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    gan_trainer_unref(whole);
    gan_trainer_unref(resumed);
    gan_loader *loaders[] = {first, second, third};
    for (int i = 0; i < 3; i++)
        gan_loader_unref(loaders[i]);
    gan_dataset_unref(dataset);
    gan_dataset_unref(other);
}
END_TEST

#endif

/* ---- ten thousand ---- */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void make_ten_thousand(void)
{
    make_folder("many");
    for (int class = 0; class < 10; class ++)
        make_folder(at("many/%d", class) + strlen(scratch_directory()) + 1);
    uint8_t pixels[3 * 32 * 32], ink[4 * 32 * 32];
    for (int i = 0; i < 10000; i++) {
        random_bytes(pixels, sizeof pixels, (uint32_t)i);
        for (size_t k = 3; k < sizeof pixels; k++) /* softer than noise */
            pixels[k] = (uint8_t)((7 * pixels[k - 3] + pixels[k]) / 8);
        struct jpeg_making making = {
            .width = 32, .height = 32, .channels = 3, .pixels = pixels, .quality = 85, .subsampled = true};
        making.orientation = i == 77 ? 6 : 0;
        making.progressive = i % 100 == 5;
        size_t size;
        uint8_t *bytes = make_jpeg(&making, &size);
        const char *path = at("many/%d/%04d.jpg", i % 10, i);
        if (i == 1234)
            write_file(path, "this is a text", 14);
        else
            write_file(path, bytes, i % 2500 == 9 ? size / 2 : size); /* four are cut off */
        free(bytes);
    }
    random_bytes(ink, sizeof ink, 1);
    write_jpeg(at("many/3/cmyk.jpg"), &(struct jpeg_making){.width = 32, .height = 32, .channels = 4, .pixels = ink});
}

START_TEST(ten_thousand_open_in_seconds)
{
    make_ten_thousand();
    gan_folder_options options = folder_options(32, 32, 3);
    options.flip = true;
    double begin = now();
    gan_dataset *dataset = open_folder("many", &options);
    double opened = now();
    ck_assert_int_eq(gan_dataset_size(dataset), 9996);
    ck_assert_int_eq(gan_dataset_classes(dataset), 10);
    ck_assert_int_eq(gan_dataset_skipped(dataset), 5);
    static const char *const skipped[] = {"4/1234.jpg", "9/0009.jpg", "9/2509.jpg", "9/5009.jpg", "9/7509.jpg"};
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(gan_dataset_skipped_name(dataset, i), skipped[i]);
        ck_assert(strstr(gan_dataset_skipped_reason(dataset, i), i == 0 ? "is no PNG or JPEG" : "damaged at") != NULL);
    }
    gan_loader *loader = gan_loader_new(dataset, 64, 1, NULL);
    double in_all = 0, start = now();
    for (int i = 0; i < 156; i++)
        ck_assert_int_eq(gan_loader_next(loader, NULL, NULL), GAN_OK);
    gan_loader_waited(loader, &in_all);
    printf("10,000 JPEGs of 32 x 32: opened in %.2f s; an epoch in %.3f s\n", opened - begin, now() - start);
    ck_assert(in_all >= 0 && in_all <= now() - start);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
}
END_TEST

static const struct test_case tests[] = {
    {"random", cuts_and_mirrors_are_drawn_evenly},
    {"long", long_pictures_are_cut_along_their_length},
    {"bits", the_bits_depend_on_nothing_but_the_seed},
    {"vanished", a_picture_that_vanishes_is_an_error_that_names_it},
    {"no allocation", nothing_is_allocated_for_a_batch},
#ifdef HAVE_JANSSON
    {"resumed", training_resumes_to_the_same_bits},
#endif
    {"ten thousand", ten_thousand_open_in_seconds},
};

int main(void)
{
    return RUN_SUITE("data: batches of pictures", tests);
}
