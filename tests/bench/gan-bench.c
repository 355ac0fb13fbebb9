/*
 * Times whole adversarial training steps (fresh noise for each half, D on real and made data, G; one JSON object),
 * beside what the processor could do at most, measured in the same process.
 *
 * The networks are those of nets.c; Adam(2e-4, β1 .5), uniform random data. --help lists the options.
 */
#include "base/clock.h"
#include "machine.h"
#include "nets.h"
#include "products.h"

#include "kernels/products.h"
#include "plan/plan.h"
#include "train/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct arguments {
    const struct net *net;
    int64_t batch;
    int threads;
    double seconds;
    int64_t samples;    /* 0: training */
    const char *export; /* where to write the generator that is sampled; NULL: nowhere */
    bool profile, pin, products, frozen;
};

/* ---- the allocator that counts ---- */

static long allocations;

static void *count_allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    allocations++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void count_release(void *context, void *memory, size_t size)
{
    (void)context, (void)size;
    free(memory);
}

/* ---- training ---- */

static void fail(void)
{
    fprintf(stderr, "gan-bench: %s\n", gan_error_message());
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(const struct arguments *arguments, gan_trainer *trainer, double *times, int steps,
                   double allocations_per_step, double peak_before)
{
    double peak = fmax(peak_before, measure_peak(arguments->threads));
    double line = arguments->threads > 1 ? measure_line() : 0;
    qsort(times, (size_t)steps, sizeof *times, by_size);
    double median = times[steps / 2], gflop = gan_trainer_flops(trainer) * 1e-9;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"net\": \"%s\", \"batch\": %lld, \"threads\": %d, \"steps\": %d, \"median_ms\": %.3f, \"best_ms\": %.3f, "
           "\"gflop_per_step\": %.3f, \"gflops\": %.1f, \"peak_gflops\": %.1f, \"percent_of_peak\": %.1f, "
           "\"line_ns\": %.0f, \"rss_mib\": %.1f, \"heap_allocations_per_step\": %g, \"isa\": \"%s\", \"products\": "
           "\"%s\"}\n",
           arguments->net->name, (long long)arguments->batch, arguments->threads, steps, 1e3 * median, 1e3 * times[0],
           gflop, gflop / median, peak, peak > 0 ? 100 * gflop / median / peak : 0, line,
           (double)usage.ru_maxrss / 1024, allocations_per_step, gan_cpu_level(),
           gan_products_in_use() == GAN_PRODUCTS_OWN ? "own" : "blis");
}

static void print_profile(const gan_trainer *trainer)
{
    const struct gan_trainer_plans *plans = gan_trainer_latest_plans(trainer);
    gan_plan *const halves[2] = {plans->discriminator.plan, plans->generator.plan};
    for (int i = 0; i < 2; i++) {
        char *text = gan_plan_text(halves[i]);
        printf("%s's half: %s\n", i == 0 ? "D" : "G", text);
        gan_text_free(text);
    }
}

static void run(const struct arguments *arguments)
{
    enum { WARM_UP = 5, MOST_STEPS = 1000000 };
    gan_trainer *trainer = arguments->net->trainer(arguments->net);
    gan_shape image = arguments->net->image;
    gan_tensor *real = gan_tensor_new(GAN_SHAPE(arguments->batch, image.dims[0], image.dims[1], image.dims[2]));
    double *times = calloc(MOST_STEPS, sizeof *times);
    if (trainer == NULL || real == NULL || times == NULL)
        fail();
    float low = -1, high = 1;
    gan_model_data_range(gan_trainer_generator(trainer), &low, &high);
    gan_tensor_fill_uniform(real, low, high, 1);
    int steps = 0;
    long before = 0;
    double begin = 0, peak = measure_peak(arguments->threads); /* neighbours may hold it down at either end */
    for (int i = -WARM_UP; steps < MOST_STEPS && (i < 3 || gan_seconds() - begin < arguments->seconds); i++) {
        if (i == 0) {
            begin = gan_seconds();
            before = allocations;
            const struct gan_trainer_plans *plans = gan_trainer_latest_plans(trainer);
            if (arguments->profile && (gan_plan_profile(plans->discriminator.plan) != GAN_OK ||
                                       gan_plan_profile(plans->generator.plan) != GAN_OK))
                fail();
        }
        double start = gan_seconds();
        if (gan_train_step(trainer, real, NULL, NULL) != GAN_OK)
            fail();
        if (i >= 0)
            times[steps++] = gan_seconds() - start;
    }
    report(arguments, trainer, times, steps, (double)(allocations - before) / steps, peak);
    if (arguments->profile)
        print_profile(trainer);
    gan_trainer_unref(trainer);
    gan_tensor_unref(real);
    free(times);
}

/* Sampling `samples` images at a time: one for latency, many for throughput. */
static void run_sampler(const struct arguments *arguments)
{
    enum { WARM_UP = 3, MOST_RUNS = 1000000 };
    gan_trainer *trainer = arguments->net->trainer(arguments->net);
    gan_model *generator = gan_trainer_generator(trainer);
    gan_sampler *sampler = trainer != NULL ? gan_sampler_new(generator, arguments->samples) : NULL;
    gan_shape image = arguments->net->image;
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(arguments->samples, image.dims[0], image.dims[1], image.dims[2]));
    double *times = calloc(MOST_RUNS, sizeof *times), begin = 0;
    if (sampler == NULL || out == NULL || times == NULL)
        fail();
    if (gan_sampler_freeze(sampler, arguments->frozen) != GAN_OK)
        fail();
    if (arguments->export != NULL && gan_model_export_onnx(generator, arguments->export, NULL) != GAN_OK)
        fail();
    int runs = 0;
    for (int i = -WARM_UP; runs < MOST_RUNS && (i < 3 || gan_seconds() - begin < arguments->seconds); i++) {
        if (i == 0)
            begin = gan_seconds();
        double start = gan_seconds();
        if (gan_sampler_run(sampler, NULL, NULL, out) != GAN_OK)
            fail();
        if (i >= 0)
            times[runs++] = gan_seconds() - start;
    }
    qsort(times, (size_t)runs, sizeof *times, by_size);
    printf(
        "{\"net\": \"%s\", \"samples\": %lld, \"threads\": %d, \"runs\": %d, \"median_ms\": %.4f, \"best_ms\": %.4f, "
        "\"images_per_second\": %.0f, \"isa\": \"%s\"}\n",
        arguments->net->name, (long long)arguments->samples, arguments->threads, runs, 1e3 * times[runs / 2],
        1e3 * times[0], (double)arguments->samples / times[runs / 2], gan_cpu_level());
    gan_sampler_unref(sampler);
    gan_trainer_unref(trainer);
    gan_tensor_unref(out);
    free(times);
}

static void choose_products(const char *name)
{
    gan_products_use(strcmp(name, "own") == 0    ? GAN_PRODUCTS_OWN
                     : strcmp(name, "blis") == 0 ? GAN_PRODUCTS_BLIS
                                                 : GAN_PRODUCTS_BEST);
}

static void usage(FILE *to)
{
    fprintf(to,
            "usage: gan-bench [--net NAME] [--batch N] [--threads N] [--seconds S] [--products best|own|blis] [--pin] "
            "[--profile] [--json]\n       gan-bench --op [--net NAME] ...: each product of the net (of all) "
            "alone\n       gan-bench --sample IMAGES [--frozen] [--export FILE.onnx] ...: the generator alone\nnets "
            "(usual batch):");
    for (int i = 0; i < net_count; i++)
        fprintf(to, " %s (%lld)", nets[i].name, (long long)nets[i].batch);
    fprintf(to, "\n");
}

int main(int count, char **words)
{
    struct arguments arguments = {.threads = 2, .seconds = 5};
    for (int i = 1; i < count; i++) {
        const char *next = i + 1 < count ? words[i + 1] : "";
        if (strcmp(words[i], "--profile") == 0)
            arguments.profile = true;
        else if (strcmp(words[i], "--op") == 0)
            arguments.products = true;
        else if (strcmp(words[i], "--pin") == 0)
            arguments.pin = true;
        else if (strcmp(words[i], "--frozen") == 0)
            arguments.frozen = true;
        else if (strcmp(words[i], "--json") == 0)
            continue; /* the only form there is */
        else if (strcmp(words[i], "--net") == 0 && net_named(next) != NULL)
            arguments.net = net_named(words[++i]);
        else if (strcmp(words[i], "--batch") == 0 && atoi(next) > 0)
            arguments.batch = atoi(words[++i]);
        else if (strcmp(words[i], "--sample") == 0 && atoi(next) > 0)
            arguments.samples = atoi(words[++i]);
        else if (strcmp(words[i], "--export") == 0 && *next != '\0')
            arguments.export = words[++i];
        else if (strcmp(words[i], "--threads") == 0 && atoi(next) > 0 && atoi(next) <= 256)
            arguments.threads = atoi(words[++i]);
        else if (strcmp(words[i], "--seconds") == 0 && atof(next) > 0)
            arguments.seconds = atof(words[++i]);
        else if (strcmp(words[i], "--products") == 0 && *next != '\0')
            choose_products(words[++i]);
        else {
            bool asked = strcmp(words[i], "--help") == 0;
            usage(asked ? stdout : stderr);
            return asked ? 0 : 2;
        }
    }
    if (arguments.products) {
        if (gan_set_threads(arguments.threads) != GAN_OK)
            fail();
        if (!time_products(arguments.net != NULL ? arguments.net->name : NULL, measure_peak(arguments.threads),
                           arguments.seconds < 0.2 ? arguments.seconds : 0.2))
            fail();
        return 0;
    }
    if (arguments.net == NULL)
        arguments.net = &nets[0];
    if (arguments.batch == 0)
        arguments.batch = arguments.net->batch;
    static const gan_allocator counting = {count_allocate, count_release, NULL};
    gan_set_allocator(&counting);
    if (gan_set_threads(arguments.threads) != GAN_OK || (arguments.pin && gan_pin_threads(true) != GAN_OK))
        fail();
    if (arguments.samples > 0)
        run_sampler(&arguments);
    else
        run(&arguments);
    return 0;
}
