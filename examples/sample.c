/*
 * sample: what a saved generator makes, as a picture, as numbers, or as a folder of pictures.
 *   cc sample.c $(pkg-config --cflags --libs gan) -lm -o sample
 *   ./sample generator.safetensors --out digits.png
 *   ./sample generator.safetensors --count 1000 --out digits.npy
 *   ./sample generator.safetensors --class 7 --out sevens.png
 *   ./sample generator.safetensors --interpolate 3 8 --count 16 --grid 16 --out between.png
 */
#include <gan/gan.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
    "usage: sample MODEL [OPTION]... --out FILE\n"
    "Makes examples with a generator that gan_model_save wrote.\n"
    "  --out FILE         a .png file gets all of them in a grid, a .npy file the numbers, in the data's range;\n"
    "                     any other name is a folder, which gets a PNG file for each\n"
    "  --count N          how many (default 25)\n"
    "  --seed N           which ones: the same seed, the same examples (default 1)\n"
    "  --class NAME       of a generator that takes a class: which, by its name or number (default: drawn from the "
    "seed)\n"
    "  --grid K           columns of the grid (default: about square)\n"
    "  --truncation T     noise beyond T deviations is drawn again: less variety, fewer failures\n"
    "  --interpolate A B  --count examples, from the first noise of seed A to that of seed B, all of the class\n"
    "                     that --class says or A's has\n"
    "  --help             shows this\n";

struct options {
    const char *model, *out, *class_name;
    int64_t count;
    uint64_t seed, from, to;
    int grid;
    double truncation; /* 0: none */
    bool interpolate;
};

/* ---- the command line ---- */

static void wrong(const char *format, const char *text)
{
    fprintf(stderr, "sample: ");
    fprintf(stderr, format, text);
    fprintf(stderr, "\n%s", usage);
    exit(2);
}

static uint64_t number_of(const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number < least || number > most)
        wrong("'%s' is not a whole number that can be meant there", text);
    return number;
}

static double truncation_of(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= 0.01 && number <= 100))
        wrong("--truncation is '%s', want a number from 0.01 to 100", text);
    return number;
}

static struct options read_options(int count, char **arguments)
{
    enum { CLASS, OUT, COUNT, SEED, GRID, TRUNCATION, INTERPOLATE, HELP };
    static const struct option known[] = {
        {"class", required_argument, NULL, CLASS},
        {"out", required_argument, NULL, OUT},
        {"count", required_argument, NULL, COUNT},
        {"seed", required_argument, NULL, SEED},
        {"grid", required_argument, NULL, GRID},
        {"truncation", required_argument, NULL, TRUNCATION},
        {"interpolate", required_argument, NULL, INTERPOLATE},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.count = 25, .seed = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (c) {
        case CLASS:
            o.class_name = optarg;
            break;
        case OUT:
            o.out = optarg;
            break;
        case COUNT:
            o.count = (int64_t)number_of(optarg, 1, 10000000);
            break;
        case SEED:
            o.seed = number_of(optarg, 0, UINT64_MAX);
            break;
        case GRID:
            o.grid = (int)number_of(optarg, 1, 10000);
            break;
        case TRUNCATION:
            o.truncation = truncation_of(optarg);
            break;
        case INTERPOLATE:
            o.interpolate = true;
            o.from = number_of(optarg, 0, UINT64_MAX);
            if (optind >= count)
                wrong("--interpolate wants two numbers%s", "");
            o.to = number_of(arguments[optind++], 0, UINT64_MAX);
            break;
        case HELP:
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind >= count)
        wrong("which model?%s", "");
    o.model = arguments[optind++];
    if (optind < count)
        wrong("what is '%s'?", arguments[optind]);
    if (o.out == NULL)
        wrong("where to? --out FILE says it%s", "");
    return o;
}

/* ---- making them ---- */

static int failed(void)
{
    fprintf(stderr, "sample: %s\n", gan_error_message());
    return 1;
}

static gan_shape with_count(int64_t count, gan_shape one)
{
    gan_shape shape = {one.rank + 1, {count}};
    for (int i = 0; i < one.rank; i++)
        shape.dims[i + 1] = one.dims[i];
    return shape;
}

static bool is_beyond(float number, double truncation)
{
    return (double)number > truncation || (double)number < -truncation;
}

/* The seed's noise, from N(0, 1); what is beyond the truncation is drawn again, from gan_tensor_fill_normal's numbers
 * of this seed and those after, which are others. */
static gan_tensor *draw_noise(const gan_model *model, int64_t count, uint64_t seed, double truncation)
{
    gan_tensor *z = gan_generator_drawn_noise(model, count, seed);
    gan_tensor *again = z != NULL ? gan_tensor_new(gan_tensor_shape(z)) : NULL;
    bool fine = again != NULL;
    for (bool beyond = truncation > 0; beyond && fine;) {
        beyond = false;
        fine = gan_tensor_fill_normal(again, 0, 1, seed++) == GAN_OK;
        for (int64_t i = 0; i < gan_tensor_size(z); i++) {
            float *number = gan_tensor_data(z) + i;
            if (is_beyond(*number, truncation))
                *number = gan_tensor_data(again)[i];
            beyond = beyond || is_beyond(*number, truncation);
        }
    }
    gan_tensor_unref(again);
    if (fine)
        return z;
    gan_tensor_unref(z);
    return NULL;
}

/* By Newton's method, so that the program needs nothing beside libgan. */
static double square_root(double x)
{
    double root = 1;
    for (int i = 0; i < 30; i++)
        root = (root + x / root) / 2;
    return root;
}

/* ((1 − t)·a + t·b)/√((1 − t)² + t²), which is distributed as a and b are. */
static void interpolate(const float *a, const float *b, int64_t size, double t, float *out)
{
    double length = square_root((1 - t) * (1 - t) + t * t);
    for (int64_t i = 0; i < size; i++)
        out[i] = (float)(((1 - t) * (double)a[i] + t * (double)b[i]) / length);
}

/* A new tensor with `count` rows, to which the one row of `first` is repeated; lets go of `first`. */
static gan_tensor *repeat(gan_tensor *first, int64_t count)
{
    if (first == NULL)
        return NULL;
    gan_shape shape = gan_tensor_shape(first);
    size_t size = (size_t)gan_tensor_size(first) * gan_dtype_size(gan_tensor_dtype(first));
    shape.dims[0] = count;
    gan_tensor *all = gan_tensor_new_typed(shape, gan_tensor_dtype(first));
    for (int64_t i = 0; all != NULL && i < count; i++)
        memcpy((char *)gan_tensor_bytes(all) + (size_t)i * size, gan_tensor_bytes(first), size);
    gan_tensor_unref(first);
    return all;
}

static gan_tensor *noise_between(const gan_model *model, const struct options *o)
{
    gan_tensor *a = draw_noise(model, 1, o->from, o->truncation), *b = draw_noise(model, 1, o->to, o->truncation);
    gan_tensor *z = a != NULL && b != NULL ? repeat(gan_tensor_ref(a), o->count) : NULL;
    int64_t size = gan_tensor_size(a);
    for (int64_t i = 0; z != NULL && i < o->count; i++)
        interpolate(gan_tensor_data(a), gan_tensor_data(b), size, o->count > 1 ? (double)i / (double)(o->count - 1) : 0,
                    gan_tensor_data(z) + i * size);
    gan_tensor_unref(a);
    gan_tensor_unref(b);
    return z;
}

/* For each example; *labels is NULL where the sampler shall draw them, or none are taken. False: the error is set. */
static bool make_labels(const gan_model *model, const struct options *o, gan_tensor **labels)
{
    *labels = NULL;
    if (o->class_name == NULL && (!o->interpolate || gan_model_labels(model) == NULL))
        return true;
    if (o->class_name != NULL) {
        int32_t number = gan_labels_find_class(gan_model_labels(model), 0, o->class_name);
        gan_tensor *one = number >= 0 ? gan_tensor_from_typed(GAN_SHAPE(1), GAN_INT32, &number) : NULL;
        *labels = repeat(one, o->count);
    } else {
        *labels = repeat(gan_generator_drawn_labels(model, 1, o->from), o->count);
    }
    return *labels != NULL;
}

/* What the generator makes of noise z, and of labels, or those that the seed draws. */
static gan_tensor *make_from(gan_model *model, const gan_tensor *z, const gan_tensor *labels, uint64_t seed)
{
    int64_t count = z != NULL ? gan_tensor_shape(z).dims[0] : 0;
    gan_sampler *sampler = z != NULL ? gan_sampler_new(model, count) : NULL;
    gan_tensor *made = sampler != NULL ? gan_tensor_new(with_count(count, gan_model_output_shape(model))) : NULL;
    if (made != NULL &&
        (gan_sampler_seed(sampler, seed, 0) != GAN_OK || gan_sampler_run(sampler, z, labels, made) != GAN_OK)) {
        gan_tensor_unref(made);
        made = NULL;
    }
    gan_sampler_unref(sampler);
    return made;
}

static gan_tensor *make(gan_model *model, const struct options *o, const gan_tensor *labels)
{
    gan_tensor *z = o->interpolate ? noise_between(model, o) : draw_noise(model, o->count, o->seed, o->truncation);
    gan_tensor *made = make_from(model, z, labels, o->interpolate ? o->from : o->seed);
    gan_tensor_unref(z);
    return made;
}

/* ---- writing them ---- */

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcmp(text + length - tail, ending) == 0;
}

/* From the data's range to that of pictures. */
static void to_brightness(const gan_model *model, gan_tensor *made)
{
    float low = 0, high = 1;
    gan_model_data_range(model, &low, &high);
    float *numbers = gan_tensor_data(made);
    for (int64_t i = 0; (low != 0 || high != 1) && i < gan_tensor_size(made); i++)
        numbers[i] = (numbers[i] - low) / (high - low);
}

static int write_folder(const char *folder, const gan_tensor *made)
{
    gan_shape shape = gan_tensor_shape(made), one = {shape.rank - 1, {shape.dims[1], shape.dims[2], shape.dims[3]}};
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "sample: the folder %s cannot be made: %s\n", folder, strerror(errno));
        return 1;
    }
    for (int64_t i = 0; i < shape.dims[0]; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%06lld.png", folder, (long long)i);
        gan_tensor *image = gan_tensor_from(one, gan_tensor_data(made) + i * gan_shape_size(one));
        gan_status status = image != NULL ? gan_image_write(path, image) : GAN_ERROR_OUT_OF_MEMORY;
        gan_tensor_unref(image);
        if (status != GAN_OK)
            return failed();
    }
    return 0;
}

static int write_out(const struct options *o, const gan_model *model, gan_tensor *made)
{
    gan_shape shape = gan_tensor_shape(made);
    if (ends_in(o->out, ".npy"))
        return gan_tensor_write_npy(made, o->out) == GAN_OK ? 0 : failed();
    if (shape.rank != 4 || (shape.dims[1] != 1 && shape.dims[1] != 3 && shape.dims[1] != 4)) {
        char text[128];
        fprintf(stderr, "sample: an example of this model is %s, which is no picture; give --out a .npy file\n",
                gan_shape_text(gan_model_output_shape(model), text, sizeof text));
        return 1;
    }
    to_brightness(model, made);
    if (ends_in(o->out, ".png"))
        return gan_image_write_grid(o->out, made, o->grid) == GAN_OK ? 0 : failed();
    return write_folder(o->out, made);
}

int main(int argc, char **argv)
{
    struct options o = read_options(argc, argv);
    gan_model *model = gan_model_load(o.model);
    gan_tensor *labels = NULL;
    gan_tensor *made = model != NULL && make_labels(model, &o, &labels) ? make(model, &o, labels) : NULL;
    int status = made != NULL ? write_out(&o, model, made) : failed();
    gan_tensor_unref(made);
    gan_tensor_unref(labels);
    gan_model_unref(model);
    return status;
}
