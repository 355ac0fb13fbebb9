/*
 * classifier: a network that reads digits, trained by libgan itself, and what it says of a generator's samples.
 *   cc classifier.c $(pkg-config --cflags --libs gan)
 *
 * It shows what lies under the trainer: a model layer by layer, a tape, a loss, an optimizer, a plan. And it measures
 * generated digits: which classes they belong to, and how far their features lie from those of real ones (the Fréchet
 * distance of Heusel et al., "GANs trained by a two time-scale update rule", NIPS 2017, with this network's features in
 * the place of Inception's; so compare its figures only with each other).
 */
#include <gan/gan.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIXELS = 28 * 28, FEATURES = 128, CLASSES = 10, BATCH = 128, READ_AT_ONCE = 250, MOST_FILES = 64 };
enum { CONV_EPOCHS = 5, DENSE_EPOCHS = 12 };

static const char usage[] =
    "usage: classifier [OPTION]...\n"
    "Trains a network to read digits, and tells how well it reads digits that it has not seen.\n"
    "  --data DIR      the folder with MNIST's four files, plain or .gz (default: digits that the library draws)\n"
    "  --train WHAT    what to learn from, if not from --data: a folder like it, or 'digits' for the drawn ones\n"
    "  --samples FILE  then reads these, made by a generator: .npy, float32 [N, 1, 28, 28]; may be given again\n"
    "  --asked         sample i was asked to be a digit i % 10, as --conditional writes them: says how many are\n"
    "  --dense         a network of dense layers: quicker, and reads a little worse\n"
    "  --save FILE     writes the network to FILE (safetensors), with which 'evaluate' measures generators\n"
    "  --epochs N      passes over the training digits (default 5; with --dense 12)\n"
    "  --seed N        decides everything that is random (default 1)\n"
    "  --threads N     processors to work with (default: all)\n"
    "  --help          shows this\n";

struct options {
    const char *data, *train, *save;
    const char *samples[MOST_FILES];
    int files;
    long epochs, threads;
    uint64_t seed;
    bool asked, dense;
};

/* ---- the command line ---- */

static void wrong_usage(const char *text, const char *what)
{
    fprintf(stderr, "classifier: %s%s\n%s", text, what, usage);
    exit(2);
}

static unsigned long long number_of(const char *option, const char *text, unsigned long long least,
                                    unsigned long long most)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || number < least || number > most) {
        fprintf(stderr, "classifier: --%s is '%s', want a whole number from %llu to %llu\n%s", option, text, least,
                most, usage);
        exit(2);
    }
    return number;
}

static struct options read_options(int count, char **arguments)
{
    static const struct option known[] = {
        {"data", required_argument, NULL, 'd'},
        {"train", required_argument, NULL, 't'},
        {"samples", required_argument, NULL, 's'},
        {"asked", no_argument, NULL, 'a'},
        {"dense", no_argument, NULL, 'l'},
        {"save", required_argument, NULL, 'f'},
        {"epochs", required_argument, NULL, 'e'},
        {"seed", required_argument, NULL, 'r'},
        {"threads", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.seed = 1};
    for (int c; (c = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (c) {
        case 'd':
            options.data = optarg;
            break;
        case 't':
            options.train = optarg;
            break;
        case 's':
            if (options.files == MOST_FILES)
                wrong_usage("too many --samples", "");
            options.samples[options.files++] = optarg;
            break;
        case 'a':
            options.asked = true;
            break;
        case 'l':
            options.dense = true;
            break;
        case 'f':
            options.save = optarg;
            break;
        case 'e':
            options.epochs = (long)number_of("epochs", optarg, 1, 1000);
            break;
        case 'r':
            options.seed = number_of("seed", optarg, 0, UINT64_MAX);
            break;
        case 'n':
            options.threads = (long)number_of("threads", optarg, 1, 1024);
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2); /* getopt_long has said what is wrong */
        }
    }
    if (optind < count)
        wrong_usage("what is this: ", arguments[optind]);
    if (options.epochs == 0)
        options.epochs = options.dense ? DENSE_EPOCHS : CONV_EPOCHS;
    return options;
}

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (fine)
        return;
    fprintf(stderr, "classifier: %s\n", gan_error_message());
    exit(1);
}

/* The digits of a folder, or of the library's own pen if there is none. */
static gan_dataset *open_digits(const char *directory, gan_split split)
{
    gan_dataset *digits = directory != NULL          ? gan_dataset_open_mnist(directory, split)
                          : split == GAN_SPLIT_TRAIN ? gan_dataset_digits(60000, /*seed*/ 1)
                                                     : gan_dataset_digits(10000, /*seed*/ 2);
    check(digits != NULL);
    return digits;
}

/* ---- the network ---- */

/* 3 x 3 windows, then the greatest of each 2 x 2, which halves the image. */
static void add_convolution(gan_model *m, int64_t channels)
{
    gan_model_add(m, gan_layer_without_bias(gan_layer_conv2d(channels, 3, /*stride*/ 1, /*padding*/ 1)));
    gan_model_add(m, gan_layer_max_pool2d(2, 2, 0));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_relu());
}

static void add_dense(gan_model *m, int64_t units, const char *name)
{
    gan_model_add(m, gan_layer_without_bias(gan_layer_dense(units)));
    gan_model_add(m, gan_layer_batch_norm());
    gan_model_add(m, gan_layer_named(gan_layer_relu(), name));
}

static gan_model *new_network(const struct options *options)
{
    gan_model *m = gan_model_new(GAN_SHAPE(1, 28, 28));
    if (options->dense) {
        gan_model_add(m, gan_layer_flatten());
        gan_model_add(m, gan_layer_dropout(0.2f));
        add_dense(m, 512, "hidden");
        gan_model_add(m, gan_layer_dropout(0.4f));
        add_dense(m, FEATURES, "features");
    } else {
        add_convolution(m, 32);
        add_convolution(m, 64); /* [64, 7, 7] */
        gan_model_add(m, gan_layer_flatten());
        gan_model_add(m, gan_layer_dropout(0.3f));
        add_dense(m, FEATURES, "features");
        gan_model_add(m, gan_layer_dropout(0.3f));
    }
    gan_model_add(m, gan_layer_dense(CLASSES));
    check(gan_model_status(m) == GAN_OK && gan_model_initialize(m, options->seed) == GAN_OK &&
          gan_model_set_name(m, "reader") == GAN_OK);
    return m;
}

/* Adam on the cross-entropy; its rate falls along a straight line to 0. */
static void train(gan_model *network, gan_dataset *digits, const struct options *options)
{
    const float rate = 2e-3f;
    gan_optimizer *adam = gan_optimizer_adam(rate, 0.9f, 0.999f);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(BATCH, 1, 28, 28));
    gan_var *labels = gan_tape_input_int32(tape, GAN_SHAPE(BATCH));
    gan_var *loss = gan_cross_entropy(gan_model_apply(network, x), labels);
    gan_var *update = gan_optimizer_minimize(adam, loss, network);
    gan_plan *plan = gan_plan_new((gan_var *[]){loss, update}, 2);
    gan_loader *batches = gan_loader_new(digits, BATCH, options->seed, NULL);
    check(plan != NULL && batches != NULL);

    gan_plan_seek(plan, options->seed, 0); /* what dropout draws */
    uint64_t per_epoch = gan_loader_batches_per_epoch(batches), steps = per_epoch * (uint64_t)options->epochs;
    double sum = 0;
    for (uint64_t step = 0; step < steps; step++) {
        const gan_tensor *images, *classes;
        check(gan_loader_next(batches, &images, &classes) == GAN_OK);
        check(gan_plan_bind_memory(plan, x, gan_tensor_data(images)) == GAN_OK &&
              gan_plan_bind_memory(plan, labels, gan_tensor_int32(classes)) == GAN_OK);
        gan_optimizer_set_rate(adam, rate * (1 - (float)step / (float)steps));
        check(gan_plan_run(plan) == GAN_OK);
        sum += (double)gan_plan_scalar(plan, loss);
        if ((step + 1) % per_epoch == 0) {
            printf("epoch %2d: cross-entropy %.4f\n", (int)((step + 1) / per_epoch), sum / (double)per_epoch);
            fflush(stdout);
            sum = 0;
        }
    }
    gan_loader_unref(batches);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_optimizer_unref(adam);
}

/* ---- reading ---- */

/* What the network says of n images: for each a class, how sure it is of it, and its features. */
struct reading {
    int64_t n;
    int *class;
    double *confidence;
    float *features; /* [n, FEATURES] */
};

static struct reading new_reading(int64_t n)
{
    size_t count = (size_t)n;
    struct reading r = {n, malloc(count * sizeof *r.class), malloc(count * sizeof *r.confidence),
                        malloc(count * FEATURES * sizeof *r.features)};
    if (r.class == NULL || r.confidence == NULL || r.features == NULL) {
        fprintf(stderr, "classifier: no memory left for %lld images\n", (long long)n);
        exit(1);
    }
    return r;
}

static void free_reading(struct reading *r)
{
    free(r->class);
    free(r->confidence);
    free(r->features);
}

static void note(struct reading *r, int64_t at, const float *probabilities, const float *features)
{
    int best = 0;
    for (int c = 1; c < CLASSES; c++)
        best = probabilities[c] > probabilities[best] ? c : best;
    r->class[at] = best;
    r->confidence[at] = (double)probabilities[best];
    memcpy(r->features + at * FEATURES, features, FEATURES * sizeof *features);
}

/* Reads images [n, 1, 28, 28] in inference, READ_AT_ONCE at a time; the last ones are filled up with black. */
static struct reading read_images(gan_model *network, const float *images, int64_t n)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, false);
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(READ_AT_ONCE, 1, 28, 28));
    gan_var *probabilities = gan_softmax(gan_model_apply(network, x), -1);
    gan_var *features = gan_model_feature(network, "features");
    gan_plan *plan = gan_plan_new((gan_var *[]){probabilities, features}, 2);
    gan_tensor *in = gan_tensor_new(GAN_SHAPE(READ_AT_ONCE, 1, 28, 28));
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(READ_AT_ONCE, CLASSES));
    gan_tensor *out_features = gan_tensor_new(GAN_SHAPE(READ_AT_ONCE, FEATURES));
    check(plan != NULL && in != NULL && out != NULL && out_features != NULL && gan_plan_bind(plan, x, in) == GAN_OK);

    struct reading result = new_reading(n);
    for (int64_t first = 0; first < n; first += READ_AT_ONCE) {
        int64_t count = n - first < READ_AT_ONCE ? n - first : READ_AT_ONCE;
        gan_tensor_fill(in, 0);
        memcpy(gan_tensor_data(in), images + first * PIXELS, (size_t)(count * PIXELS) * sizeof *images);
        check(gan_plan_run(plan) == GAN_OK && gan_plan_read(plan, probabilities, out) == GAN_OK &&
              gan_plan_read(plan, features, out_features) == GAN_OK);
        for (int64_t i = 0; i < count; i++)
            note(&result, first + i, gan_tensor_data(out) + i * CLASSES, gan_tensor_data(out_features) + i * FEATURES);
    }
    gan_tensor_unref(out_features);
    gan_tensor_unref(out);
    gan_tensor_unref(in);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return result;
}

/* Reads a data set's first digits (most of them at the most), and prints how many it reads rightly. */
static struct reading read_digits(gan_model *network, const gan_dataset *digits, int64_t most)
{
    int64_t n = gan_dataset_size(digits) < most ? gan_dataset_size(digits) : most, right = 0;
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(n, 1, 28, 28));
    gan_tensor *labels = gan_tensor_new_typed(GAN_SHAPE(n), GAN_INT32);
    check(images != NULL && labels != NULL);
    for (int64_t i = 0; i < n; i++)
        check(gan_dataset_read(digits, i, gan_tensor_data(images) + i * PIXELS, gan_tensor_int32(labels) + i) ==
              GAN_OK);
    struct reading result = read_images(network, gan_tensor_data(images), n);
    for (int64_t i = 0; i < n; i++)
        right += result.class[i] == gan_tensor_int32(labels)[i];
    printf("%s: reads %.2f %% of %lld\n", gan_dataset_name(digits), 100.0 * (double)right / (double)n, (long long)n);
    gan_tensor_unref(labels);
    gan_tensor_unref(images);
    return result;
}

/* ---- the Fréchet distance ---- */

/* The square root by Heron's method, so that the program needs nothing but libgan; 0 for rounding's negative numbers.
 */
static double root_of(double x)
{
    double root = x > 1 ? x : 1;
    for (double next = (root + x / root) / 2; x > 0 && next < root; next = (root + x / root) / 2)
        root = next;
    return x > 0 ? root : 0;
}

static double size_of(double x)
{
    return x < 0 ? -x : x;
}

/* Symmetric matrices of FEATURES x FEATURES doubles. */
typedef double matrix[FEATURES][FEATURES];

struct gaussian {
    double mean[FEATURES];
    matrix covariance;
};

static void fit(struct gaussian *g, const struct reading *r)
{
    memset(g, 0, sizeof *g);
    for (int64_t i = 0; i < r->n; i++)
        for (int k = 0; k < FEATURES; k++)
            g->mean[k] += (double)r->features[i * FEATURES + k] / (double)r->n;
    for (int64_t i = 0; i < r->n; i++) {
        double centred[FEATURES];
        for (int k = 0; k < FEATURES; k++)
            centred[k] = (double)r->features[i * FEATURES + k] - g->mean[k];
        for (int k = 0; k < FEATURES; k++)
            for (int l = 0; l < FEATURES; l++)
                g->covariance[k][l] += centred[k] * centred[l] / (double)(r->n - 1);
    }
}

/* Turns the plane of axes p and q so that a[p][q] becomes 0; `vectors` turns along. */
static void rotate(matrix a, matrix vectors, int p, int q)
{
    double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = (theta < 0 ? -1 : 1) / (size_of(theta) + root_of(theta * theta + 1));
    double c = 1 / root_of(t * t + 1), s = t * c;
    for (int k = 0; k < FEATURES; k++) {
        double kp = a[k][p], kq = a[k][q];
        a[k][p] = c * kp - s * kq;
        a[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < FEATURES; k++) {
        double pk = a[p][k], qk = a[q][k], vp = vectors[p][k], vq = vectors[q][k];
        a[p][k] = c * pk - s * qk;
        a[q][k] = s * pk + c * qk;
        vectors[p][k] = c * vp - s * vq;
        vectors[q][k] = s * vp + c * vq;
    }
}

/* Jacobi's method: afterwards a's diagonal holds its eigenvalues, and the rows of `vectors` the eigenvectors. */
static void decompose(matrix a, matrix vectors)
{
    memset(vectors, 0, sizeof(matrix));
    double trace = 0;
    for (int k = 0; k < FEATURES; k++) {
        vectors[k][k] = 1;
        trace += size_of(a[k][k]);
    }
    for (int sweep = 0; sweep < 30; sweep++) {
        double rest = 0;
        for (int p = 0; p < FEATURES; p++)
            for (int q = p + 1; q < FEATURES; q++) {
                rest += size_of(a[p][q]);
                if (size_of(a[p][q]) > 1e-16 * trace)
                    rotate(a, vectors, p, q);
            }
        if (rest <= 1e-12 * trace)
            return;
    }
}

/* The square root of a symmetric matrix without negative eigenvalues; spoils a. */
static void square_root(matrix a, matrix root)
{
    static matrix vectors;
    decompose(a, vectors);
    memset(root, 0, sizeof(matrix));
    for (int e = 0; e < FEATURES; e++) {
        double scale = root_of(a[e][e]);
        for (int k = 0; k < FEATURES; k++)
            for (int l = 0; l < FEATURES; l++)
                root[k][l] += scale * vectors[e][k] * vectors[e][l];
    }
}

static void multiply(matrix a, matrix b, matrix product)
{
    memset(product, 0, sizeof(matrix));
    for (int k = 0; k < FEATURES; k++)
        for (int j = 0; j < FEATURES; j++)
            for (int l = 0; l < FEATURES; l++)
                product[k][l] += a[k][j] * b[j][l];
}

/* Between two normal distributions: |m1 - m2|^2 + tr(C1 + C2 - 2 (R C2 R)^1/2), with R = C1^1/2 (Dowson, Landau
 * 1982).*/
static double frechet(const struct gaussian *one, const struct gaussian *two)
{
    static matrix spoilt, root, half, whole;
    memcpy(spoilt, one->covariance, sizeof spoilt);
    square_root(spoilt, root);
    memcpy(spoilt, two->covariance, sizeof spoilt);
    multiply(root, spoilt, half);
    multiply(half, root, whole);
    square_root(whole, root);
    double distance = 0;
    for (int k = 0; k < FEATURES; k++) {
        double apart = one->mean[k] - two->mean[k];
        distance += apart * apart + one->covariance[k][k] + two->covariance[k][k] - 2 * root[k][k];
    }
    return distance > 0 ? distance : 0; /* rounding may go below */
}

/* ---- samples ---- */

static gan_tensor *open_samples(const char *path)
{
    gan_tensor *samples = gan_tensor_read_npy(path);
    check(samples != NULL);
    gan_shape shape = gan_tensor_shape(samples);
    char text[96];
    if (gan_tensor_dtype(samples) != GAN_FLOAT32 || shape.rank < 2 || shape.dims[0] < 2 ||
        gan_tensor_size(samples) != shape.dims[0] * PIXELS) {
        fprintf(stderr,
                "classifier: %s holds %s %s, want float32 [N, 1, 28, 28], N at least 2: what mnist --samples writes\n",
                path, gan_dtype_name(gan_tensor_dtype(samples)), gan_shape_text(shape, text, sizeof text));
        exit(1);
    }
    return samples;
}

/* `asked`: whether image i was to be a digit i % 10. */
static void judge(const struct reading *r, const struct gaussian *real, bool asked)
{
    int64_t counts[CLASSES] = {0}, least = r->n, sure = 0, obeyed = 0;
    double confidence = 0;
    for (int64_t i = 0; i < r->n; i++) {
        counts[r->class[i]]++;
        sure += r->confidence[i] > 0.9;
        obeyed += r->class[i] == i % CLASSES;
        confidence += r->confidence[i] / (double)r->n;
    }
    int found = 0;
    for (int c = 0; c < CLASSES; c++) {
        printf("  %d: %.1f %%", c, 100.0 * (double)counts[c] / (double)r->n);
        least = counts[c] < least ? counts[c] : least;
        found += counts[c] > 0;
    }
    static struct gaussian own;
    fit(&own, r);
    printf("\n  classes %d, smallest share %.2f %%, mean confidence %.3f, Fréchet distance %.2f\n", found,
           100.0 * (double)least / (double)r->n, confidence, frechet(real, &own));
    printf("  surer than 90 %%: %.2f %%\n", 100.0 * (double)sure / (double)r->n);
    if (asked)
        printf("  as asked: %.2f %%\n", 100.0 * (double)obeyed / (double)r->n);
}

static void judge_file(const char *path, gan_model *network, const struct gaussian *real, bool asked)
{
    gan_tensor *samples = open_samples(path);
    struct reading r = read_images(network, gan_tensor_data(samples), gan_tensor_shape(samples).dims[0]);
    printf("%s: %lld samples\n", path, (long long)r.n);
    judge(&r, real, asked);
    free_reading(&r);
    gan_tensor_unref(samples);
}

/* Digits that were not made by a generator, for comparison; then each file. */
static void judge_all(const struct options *options, gan_model *network, const struct reading *unseen)
{
    static struct gaussian real;
    fit(&real, unseen);
    gan_dataset *others = open_digits(options->data, GAN_SPLIT_TRAIN);
    struct reading r = read_digits(network, others, 10000);
    judge(&r, &real, /*asked*/ false);
    for (int i = 0; i < options->files; i++)
        judge_file(options->samples[i], network, &real, options->asked);
    free_reading(&r);
    gan_dataset_unref(others);
}

/* ---- the whole ---- */

int main(int count, char **arguments)
{
    struct options options = read_options(count, arguments);
    check(options.threads == 0 || gan_set_threads((int)options.threads) == GAN_OK);
    const char *folder = options.train == NULL ? options.data : options.train;
    bool drawn = options.train != NULL && strcmp(options.train, "digits") == 0;
    gan_dataset *learned = open_digits(drawn ? NULL : folder, GAN_SPLIT_TRAIN);
    gan_dataset *unseen = open_digits(options.data, GAN_SPLIT_TEST);
    gan_model *network = new_network(&options);

    printf("learning to read from %s\n", gan_dataset_name(learned));
    train(network, learned, &options);
    struct reading of_unseen = read_digits(network, unseen, INT64_MAX);
    check(options.save == NULL || gan_model_save(network, options.save) == GAN_OK);
    if (options.files > 0)
        judge_all(&options, network, &of_unseen);

    free_reading(&of_unseen);
    gan_model_unref(network);
    gan_dataset_unref(unseen);
    gan_dataset_unref(learned);
    return 0;
}
