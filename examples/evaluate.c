/*
 * evaluate: how good a saved generator's samples are, measured against data that it learned from and, where there is
 * a test split, against data that it has never seen.
 *   cc evaluate.c $(pkg-config --cflags --libs gan) -o evaluate
 *   ./evaluate generator.safetensors digits
 *   ./evaluate generator.safetensors mnist --extractor classifier.safetensors:features --count 10000 --json
 *   ./evaluate generator.safetensors points.csv --metrics frechet,precision,memorisation
 */
#include <gan/gan.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: evaluate MODEL DATA [OPTION]...\n"
    "Measures a generator that gan_model_save wrote. DATA is a folder with MNIST's files, a .npy or .csv file, or\n"
    "'digits' for those that the library draws. Where DATA has a test split, or can be cut in two, samples are\n"
    "compared with that half, and memorisation is tested with both.\n"
    "  --metrics LIST     of these, with commas between (default: all that can be measured):\n"
    "                     %s\n"
    "  --count N          how many samples, and as many real examples (default 2000, or what there is)\n"
    "  --extractor WHAT   what to compare: 'pixels' (default), or a model's file, with :LAYER for what comes out of a\n"
    "                     layer by its name or place; a discriminator or a classifier\n"
    "  --classifier FILE  a classifier's model, for its score, modes and reverse KL\n"
    "  --range LOW HIGH   map the data's range onto this one for the extractor's and classifier's models\n"
    "  --replicates N     of the bootstrap (default 200, and a tenth of it for the Fréchet distance; 0: none)\n"
    "  --cells N          of the memorisation test (default 1)\n"
    "  --seed N           decides samples, which real examples, and everything drawn (default 1)\n"
    "  --threads N        processors to work with (default: all)\n"
    "  --json             the record as JSON instead of a table\n"
    "  --help             shows this\n";

struct options {
    const char *model, *data, *extractor, *classifier;
    gan_metric metrics[GAN_METRICS];
    int metric_count;
    int64_t count; /* 0: the default */
    bool mapped;
    float low, high;
    int replicates, cells, threads;
    uint64_t seed;
    bool json;
};

/* ---- the command line ---- */

static void show_usage(FILE *stream)
{
    char names[512] = "";
    size_t used = 0, line = 0;
    for (int i = 0; i < GAN_METRICS; i++) {
        const char *name = gan_metric_name((gan_metric)i);
        bool wrap = line + strlen(name) > 85;
        line = wrap ? 0 : line + strlen(name) + 1;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s%s", i > 0 ? "," : "",
                                 wrap ? "\n                     " : "", name);
    }
    fprintf(stream, usage, names);
}

static void wrong(const char *text, const char *what)
{
    fprintf(stderr, "evaluate: %s%s\n", text, what);
    show_usage(stderr);
    exit(2);
}

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (fine)
        return;
    fprintf(stderr, "evaluate: %s\n", gan_error_message());
    exit(1);
}

static uint64_t number_of(const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || number < least || number > most)
        wrong("this is no whole number that can be meant there: ", text);
    return number;
}

static float decimal_of(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number >= -1e6 && number <= 1e6))
        wrong("this is no number that can be meant there: ", text);
    return (float)number;
}

static void read_metrics(struct options *o, char *list)
{
    for (char *name = strtok(list, ","); name != NULL; name = strtok(NULL, ",")) {
        if (o->metric_count == GAN_METRICS)
            wrong("too many metrics: ", name);
        if (gan_metric_from_name(name, &o->metrics[o->metric_count++]) != GAN_OK)
            wrong("this is no metric: ", name);
    }
    if (o->metric_count == 0)
        wrong("which metrics?", "");
}

static void read_option(struct options *o, int c, int count, char **arguments)
{
    switch (c) {
    case 'm':
        read_metrics(o, optarg);
        break;
    case 'c':
        o->count = (int64_t)number_of(optarg, 2, 1000000);
        break;
    case 'e':
        o->extractor = strcmp(optarg, "pixels") != 0 ? optarg : NULL;
        break;
    case 'p':
        o->classifier = optarg;
        break;
    case 'r':
        if (optind >= count)
            wrong("--range wants two numbers", "");
        o->mapped = true;
        o->low = decimal_of(optarg);
        o->high = decimal_of(arguments[optind++]);
        break;
    case 'b':
        o->replicates = (int)number_of(optarg, 0, 1000000);
        break;
    case 'k':
        o->cells = (int)number_of(optarg, 1, 10000);
        break;
    case 's':
        o->seed = number_of(optarg, 0, UINT64_MAX);
        break;
    case 't':
        o->threads = (int)number_of(optarg, 1, 256);
        break;
    case 'j':
        o->json = true;
        break;
    case 'h':
        show_usage(stdout);
        exit(0);
    default:
        show_usage(stderr);
        exit(2); /* getopt_long has said what is wrong */
    }
}

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"metrics", required_argument, NULL, 'm'},
        {"count", required_argument, NULL, 'c'},
        {"extractor", required_argument, NULL, 'e'},
        {"classifier", required_argument, NULL, 'p'},
        {"range", required_argument, NULL, 'r'},
        {"replicates", required_argument, NULL, 'b'},
        {"cells", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 's'},
        {"threads", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.seed = 1, .replicates = 200, .cells = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;)
        read_option(&o, c, count, arguments);
    if (count - optind < 2)
        wrong(optind == count ? "which model, and which data?" : "which data?", "");
    o.model = arguments[optind];
    o.data = arguments[optind + 1];
    if (count - optind > 2)
        wrong("what is this: ", arguments[optind + 2]);
    return o;
}

/* ---- the data ---- */

/* Real examples: those that may have been learned from, and those that are compared with. */
struct data {
    gan_dataset *whole;           /* all, or the training split */
    gan_dataset *test;            /* the test split; NULL: the second half of `whole` */
    gan_tensor *mean, *deviation; /* of a table's columns; NULL for pictures */
    char split[64];
};

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcmp(text + length - tail, ending) == 0;
}

/* Numbers as they stand in the file; the extractor standardises them, and the samples alike. */
static void open_table(struct data *d, const char *path)
{
    gan_table_options raw;
    gan_table_options_init(&raw);
    raw.standardise = false;
    d->whole = ends_in(path, ".csv") ? gan_dataset_open_csv(path, &raw) : gan_dataset_open_npy(path, &raw);
    check(d->whole != NULL);
    gan_dataset *standardised = gan_dataset_standardised(d->whole);
    check(standardised != NULL && gan_dataset_standardisation(standardised, &d->mean, &d->deviation));
    gan_tensor_ref(d->mean);
    gan_tensor_ref(d->deviation);
    gan_dataset_unref(standardised);
}

static struct data open_data(const char *name)
{
    struct data d = {.whole = NULL};
    if (ends_in(name, ".csv") || ends_in(name, ".npy"))
        open_table(&d, name);
    else if (strcmp(name, "digits") == 0) {
        d.whole = gan_dataset_digits(60000, /*seed*/ 1); /* what the other examples train on */
        d.test = gan_dataset_digits(10000, /*seed*/ 2);
        check(d.whole != NULL && d.test != NULL);
    } else {
        d.whole = gan_dataset_open_mnist(name, GAN_SPLIT_TRAIN);
        check(d.whole != NULL);
        d.test = gan_dataset_open_mnist(name, GAN_SPLIT_TEST);
        check(d.test != NULL);
    }
    snprintf(d.split, sizeof d.split, "%s", d.test != NULL ? "test" : "half of all, at random");
    return d;
}

/* ---- features ---- */

static gan_model *load_model(char *path)
{
    gan_model *model = gan_model_load(path);
    check(model != NULL);
    return model;
}

/* FILE or FILE:LAYER. */
static gan_extractor *open_extractor(const struct options *o, gan_shape example)
{
    if (o->extractor == NULL)
        return gan_extractor_pixels(example);
    char path[4096];
    snprintf(path, sizeof path, "%s", o->extractor);
    char *colon = strrchr(path, ':');
    if (colon != NULL)
        *colon = '\0';
    gan_model *model = load_model(path);
    gan_extractor *extractor = gan_extractor_model(model, colon != NULL ? colon + 1 : NULL);
    gan_model_unref(model);
    return extractor;
}

static void prepare(gan_extractor *extractor, const struct options *o, const struct data *d)
{
    check(extractor != NULL);
    gan_shape takes = gan_extractor_example(extractor), example = gan_dataset_shape(d->whole);
    if (!gan_shape_equal(takes, example)) {
        char a[128], b[128];
        fprintf(stderr, "evaluate: the model for the %s takes %s, but an example of '%s' is %s\n",
                gan_extractor_name(extractor), gan_shape_text(takes, a, sizeof a), o->data,
                gan_shape_text(example, b, sizeof b));
        exit(1);
    }
    float low = 0, high = 1;
    gan_dataset_range(d->whole, &low, &high);
    if (o->mapped)
        check(gan_extractor_set_range(extractor, low, high, o->low, o->high) == GAN_OK);
    if (d->mean != NULL)
        check(gan_extractor_set_standard(extractor, d->mean, d->deviation) == GAN_OK);
}

/* Rows first … first + count − 1 of a tensor. */
static gan_tensor *rows_of(gan_tensor *all, int64_t first, int64_t count)
{
    gan_shape shape = gan_tensor_shape(all);
    int64_t size = gan_tensor_size(all) / shape.dims[0];
    shape.dims[0] = count;
    gan_tensor *rows = gan_tensor_from(shape, gan_tensor_data(all) + first * size);
    check(rows != NULL);
    return rows;
}

/* Held-out features, and those of all training examples unless `train` is NULL. Without a test split both come from the
 * halves of one random order. */
static void read_real(gan_extractor *extractor, const struct data *d, int64_t count, uint64_t seed, gan_tensor **train,
                      gan_tensor **held_out)
{
    int64_t all = gan_dataset_size(d->whole);
    if (d->test != NULL) {
        *held_out = gan_extractor_read(extractor, d->test, count, seed);
        if (train != NULL)
            *train = gan_extractor_read(extractor, d->whole, all, seed);
        check(*held_out != NULL && (train == NULL || *train != NULL));
        return;
    }
    gan_tensor *both = gan_extractor_read(extractor, d->whole, all, seed);
    check(both != NULL);
    *held_out = rows_of(both, all / 2, count);
    if (train != NULL)
        *train = rows_of(both, 0, all / 2);
    gan_tensor_unref(both);
}

/* Whether a metric is to be measured, if it can be. */
static bool wants(const struct options *o, gan_metric metric)
{
    bool wanted = o->metric_count == 0;
    for (int i = 0; i < o->metric_count; i++)
        wanted = wanted || o->metrics[i] == metric;
    return wanted;
}

/* Real images as they are, for MS-SSIM. */
static gan_tensor *read_images(const struct data *d, int64_t count, uint64_t seed)
{
    gan_shape shape = gan_dataset_shape(d->whole);
    gan_extractor *pixels = gan_extractor_pixels(shape);
    gan_tensor *rows = gan_extractor_read(pixels, d->test != NULL ? d->test : d->whole, count, seed);
    check(rows != NULL);
    gan_tensor *images = gan_tensor_reshape(rows, GAN_SHAPE(count, shape.dims[0], shape.dims[1], shape.dims[2]));
    check(images != NULL);
    gan_tensor_unref(rows);
    gan_extractor_unref(pixels);
    return images;
}

/* ---- measuring ---- */

static int64_t choose_count(const struct options *o, const struct data *d)
{
    int64_t there = d->test != NULL ? gan_dataset_size(d->test) : gan_dataset_size(d->whole) / 2;
    if (o->count > there) {
        fprintf(stderr, "evaluate: --count is %lld, but '%s' has %lld examples to compare with\n", (long long)o->count,
                o->data, (long long)there);
        exit(1);
    }
    return o->count > 0 ? o->count : there < 2000 ? there : 2000;
}

static void measure(const struct options *o, const gan_metric_data *data, gan_metric_record *record)
{
    gan_metric_options options;
    check(gan_metric_options_init(&options) == GAN_OK);
    options.seed = o->seed;
    options.replicates = o->replicates;
    options.frechet_replicates = o->replicates / 10;
    options.memorisation_cells = o->cells;
    check(gan_metric_evaluate(data, o->metric_count > 0 ? o->metrics : NULL, o->metric_count, &options, record) ==
          GAN_OK);
}

static void report(const struct options *o, const gan_metric_record *record)
{
    char *text = o->json ? gan_metric_record_json(record) : gan_metric_record_text(record);
    check(text != NULL);
    printf("%s%s", text, o->json ? "\n" : "");
    gan_text_free(text);
}

static void evaluate(const struct options *o, gan_tensor *made, const struct data *d)
{
    gan_shape example = gan_dataset_shape(d->whole);
    int64_t count = gan_tensor_shape(made).dims[0];
    gan_metric_data data;
    gan_metric_record record;
    check(gan_metric_data_init(&data) == GAN_OK && gan_metric_record_init(&record) == GAN_OK);

    gan_extractor *extractor = open_extractor(o, example), *classifier = NULL;
    prepare(extractor, o, d);
    gan_tensor *made_features = gan_extractor_run(extractor, made), *train = NULL, *held_out, *images = NULL;
    check(made_features != NULL);
    read_real(extractor, d, count, o->seed, wants(o, GAN_METRIC_MEMORISATION) ? &train : NULL, &held_out);
    data.real = data.held_out = held_out;
    data.made = made_features;
    data.train = train;
    if (example.rank == 3 && gan_dataset_range(d->whole, &data.low, &data.high)) {
        data.real_images = images = read_images(d, count, o->seed);
        data.made_images = made;
    }
    gan_tensor *real_classes = NULL, *made_classes = NULL;
    if (o->classifier != NULL) {
        char path[4096];
        snprintf(path, sizeof path, "%s", o->classifier);
        gan_model *model = load_model(path);
        classifier = gan_extractor_probabilities(model);
        gan_model_unref(model);
        prepare(classifier, o, d);
        read_real(classifier, d, count, o->seed, NULL, &real_classes);
        data.real_probabilities = real_classes;
        data.made_probabilities = made_classes = gan_extractor_run(classifier, made);
        check(made_classes != NULL);
    }
    record.model = o->model;
    record.data = gan_dataset_name(d->whole);
    record.split = d->split;
    record.extractor = gan_extractor_name(extractor);
    record.preprocessing = gan_extractor_preprocessing(extractor);
    record.classifier = classifier != NULL ? o->classifier : NULL;
    record.sample_seed = o->seed;
    measure(o, &data, &record);
    report(o, &record);

    gan_tensor *const tensors[] = {made_features, train, held_out, images, real_classes, made_classes};
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++)
        gan_tensor_unref(tensors[i]);
    gan_extractor_unref(classifier);
    gan_extractor_unref(extractor);
}

int main(int argc, char **argv)
{
    struct options o = read_options(argc, argv);
    check(gan_set_threads(o.threads) == GAN_OK);
    struct data d = open_data(o.data);
    gan_model *model = gan_model_load(o.model);
    check(model != NULL);
    if (!gan_shape_equal(gan_model_output_shape(model), gan_dataset_shape(d.whole))) {
        char a[128], b[128];
        fprintf(stderr, "evaluate: %s makes %s, but an example of '%s' is %s\n", o.model,
                gan_shape_text(gan_model_output_shape(model), a, sizeof a), o.data,
                gan_shape_text(gan_dataset_shape(d.whole), b, sizeof b));
        return 1;
    }
    gan_tensor *made = gan_generator_sample(model, choose_count(&o, &d), o.seed);
    check(made != NULL);
    evaluate(&o, made, &d);
    gan_tensor_unref(made);
    gan_model_unref(model);
    gan_dataset_unref(d.whole);
    gan_dataset_unref(d.test);
    gan_tensor_unref(d.mean);
    gan_tensor_unref(d.deviation);
    return 0;
}
