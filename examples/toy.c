/*
 * toy: GANs where one can see what they do: points in the plane, with any loss, any penalties, any preset.
 *   cc toy.c $(pkg-config --cflags --libs gan) -lm
 *
 * Trains two small networks, tells how many of the data's modes were found, how many samples lie in one, how evenly
 * they are spread and how wide the modes are, and draws D's logits as a landscape with the points on it.
 */
#include <gan/gan.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: toy [options]\n"
    "  --data NAME         ring, grid, spiral or moons (ring)\n"
    "  --preset NAME       article, stable, wgan, wgan-gp, lsgan or rsgan; else the relativistic loss with R1 and R2\n"
    "  --loss NAME         non-saturating, hinge, wasserstein, ...: --loss list shows all\n"
    "  --penalty NAME=W    that penalty with weight W, 0 for none; may be repeated: --penalty list shows all\n"
    "  --rate R            learning rate of both\n"
    "  --steps N           (3000)\n"
    "  --batch N           (256)\n"
    "  --seed N            (1)\n"
    "  --samples N         how many are judged (20000)\n"
    "  --out FILE          the picture (toy.png)\n";

enum { LATENT = 4, WIDTH = 128, REAL = 100000, MOST_MODES = 64, SIDE = 400, SHOWN = 2000 };

/* An example may end at its first failure: the system takes back what it held. */
static void check(bool fine)
{
    if (fine)
        return;
    fprintf(stderr, "toy: %s\n", gan_error_message());
    exit(1);
}

/* ---- the data: noise around places that a number t in [0, 1) goes through ---- */

struct data {
    const char *name;
    int modes;       /* equal parts of [0, 1); a part is one place, or a stretch of a curve */
    bool curve;      /* t moves along it without jumps */
    float deviation; /* of the noise in each direction */
    void (*place)(double t, double *x, double *y);
};

static const double pi = 3.14159265358979323846;

static void ring(double t, double *x, double *y)
{
    int mode = (int)(t * 8);
    *x = cos(pi * mode / 4);
    *y = sin(pi * mode / 4);
}

static void grid(double t, double *x, double *y)
{
    int mode = (int)(t * 25);
    *x = (mode % 5 - 2) / 2.0;
    *y = (mode / 5 - 2) / 2.0;
}

static void spiral(double t, double *x, double *y)
{
    double turn = 4 * pi * sqrt(t), radius = 0.1 + 0.9 * sqrt(t); /* the root: about even along the curve */
    *x = radius * cos(turn);
    *y = radius * sin(turn);
}

static void moons(double t, double *x, double *y)
{
    double angle = pi * (t < 0.5 ? 2 * t : 2 * t - 1), side = t < 0.5 ? 1 : -1;
    *x = side * (0.6 * cos(angle) - 0.3);
    *y = side * (0.6 * sin(angle) - 0.15);
}

static const struct data all_data[] = {{"ring", 8, false, 0.01f, ring},
                                       {"grid", 25, false, 0.0125f, grid},
                                       {"spiral", 20, true, 0.02f, spiral},
                                       {"moons", 10, true, 0.03f, moons}};

/* New real points [n, 2]. */
static gan_tensor *draw_points(const struct data *data, int64_t n, uint64_t seed)
{
    gan_tensor *points = gan_tensor_new(GAN_SHAPE(n, 2)), *where = gan_tensor_new(GAN_SHAPE(n));
    check(points != NULL && where != NULL && gan_tensor_fill_normal(points, 0, data->deviation, seed) == GAN_OK &&
          gan_tensor_fill_uniform(where, 0, 1, seed + 1000003) == GAN_OK);
    for (int64_t i = 0; i < n; i++) {
        double x, y;
        data->place((double)gan_tensor_data(where)[i], &x, &y);
        gan_tensor_data(points)[2 * i] += (float)x;
        gan_tensor_data(points)[2 * i + 1] += (float)y;
    }
    gan_tensor_unref(where);
    return points;
}

/* ---- how good points are ---- */

struct score {
    int found;        /* modes that at least one good point belongs to */
    double quality;   /* the share of good points: those within 3 deviations of the nearest place */
    double kl;        /* of the good points' modes from an even spread */
    double deviation; /* root mean square distance of good points from their places */
};

static struct score judge(const struct data *data, const gan_tensor *points)
{
    int hits[MOST_MODES] = {0}, places = data->curve ? 32 * data->modes : data->modes;
    int64_t n = gan_tensor_size(points) / 2, good = 0;
    double squares = 0, bound = 9 * (double)data->deviation * (double)data->deviation;
    for (int64_t i = 0; i < n; i++) {
        double nearest = INFINITY,
               at[2] = {(double)gan_tensor_data(points)[2 * i], (double)gan_tensor_data(points)[2 * i + 1]};
        int mode = 0;
        for (int place = 0; place < places; place++) {
            double x, y, t = (place + 0.5) / places;
            data->place(t, &x, &y);
            double square = (x - at[0]) * (x - at[0]) + (y - at[1]) * (y - at[1]);
            if (square < nearest) {
                nearest = square;
                mode = (int)(t * data->modes);
            }
        }
        if (nearest > bound)
            continue;
        good++;
        hits[mode]++;
        squares += nearest;
    }
    struct score score = {.quality = (double)good / (double)n, .kl = log(data->modes)};
    for (int mode = 0; mode < data->modes; mode++) {
        double share = good > 0 ? (double)hits[mode] / (double)good : 0;
        score.found += hits[mode] > 0;
        score.kl += share > 0 ? share * log(share) : 0;
    }
    score.deviation = good > 0 ? sqrt(squares / (double)good) : 0;
    return score;
}

static void tell(const struct data *data, gan_model *generator, int64_t samples)
{
    gan_tensor *made = gan_generator_sample(generator, samples, 7), *real = draw_points(data, samples, 99);
    check(made != NULL);
    struct score of_made = judge(data, made), of_real = judge(data, real);
    printf("                     made    real points, judged the same way\n");
    printf("modes found       %7d    %d of %d\n", of_made.found, of_real.found, data->modes);
    printf("within 3 sigma    %6.2f %%   %.2f %%\n", 100 * of_made.quality, 100 * of_real.quality);
    printf("KL to even        %7.4f    %.4f\n", of_made.kl, of_real.kl);
    printf("deviation         %7.4f    %.4f\n", of_made.deviation, of_real.deviation);
    gan_tensor_unref(made);
    gan_tensor_unref(real);
}

/* ---- the picture ---- */

static const float reach = 1.4f; /* of the picture, from the middle */

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* D's logits over the plane, lowest blue, highest orange, by rank: so every landscape shows, whatever its scale. */
static void draw_surface(gan_tensor *picture, gan_model *discriminator)
{
    gan_tensor *points = gan_tensor_new(GAN_SHAPE(SIDE * SIDE, 2));
    check(points != NULL);
    for (int i = 0; i < SIDE * SIDE; i++) {
        gan_tensor_data(points)[2 * i] = reach * (2 * ((float)(i % SIDE) + 0.5f) / SIDE - 1);
        gan_tensor_data(points)[2 * i + 1] = reach * (1 - 2 * ((float)(i / SIDE) + 0.5f) / SIDE);
    }
    gan_tensor *logits = gan_model_predict(discriminator, points);
    check(logits != NULL);
    float *sorted = malloc(SIDE * SIDE * sizeof *sorted), *at = gan_tensor_data(logits);
    if (sorted == NULL)
        exit(1);
    memcpy(sorted, at, SIDE * SIDE * sizeof *sorted);
    qsort(sorted, SIDE * SIDE, sizeof *sorted, by_size);
    float edges[33];
    for (int i = 0; i <= 32; i++)
        edges[i] = sorted[(SIDE * SIDE - 1) * i / 32];
    static const float low[3] = {0.35f, 0.55f, 0.85f}, high[3] = {1.0f, 0.75f, 0.4f};
    for (int i = 0; i < SIDE * SIDE; i++) {
        int band = 0;
        while (band < 31 && at[i] > edges[band + 1])
            band++;
        for (int c = 0; c < 3; c++)
            gan_tensor_data(picture)[c * SIDE * SIDE + i] = low[c] + (high[c] - low[c]) * (float)band / 31;
    }
    free(sorted);
    gan_tensor_unref(logits);
    gan_tensor_unref(points);
}

static void draw_dots(gan_tensor *picture, const gan_tensor *points, const float colour[3])
{
    for (int64_t i = 0; i < gan_tensor_size(points) / 2; i++) {
        float x = gan_tensor_data(points)[2 * i] / reach, y = gan_tensor_data(points)[2 * i + 1] / reach;
        if (!(fabsf(x) < 1 && fabsf(y) < 1))
            continue;
        int column = (int)((x + 1) / 2 * SIDE), row = (int)((1 - y) / 2 * SIDE);
        for (int c = 0; c < 3 && row < SIDE && column < SIDE; c++)
            gan_tensor_data(picture)[(c * SIDE + row) * SIDE + column] = colour[c];
    }
}

/* Real points white, made ones black on top. */
static void draw(const struct data *data, gan_model *generator, gan_model *discriminator, const char *path)
{
    static const float white[3] = {1, 1, 1}, black[3] = {0, 0, 0};
    gan_tensor *picture = gan_tensor_new(GAN_SHAPE(3, SIDE, SIDE));
    gan_tensor *made = gan_generator_sample(generator, SHOWN, 8), *real = draw_points(data, SHOWN, 98);
    check(picture != NULL && made != NULL);
    draw_surface(picture, discriminator);
    draw_dots(picture, real, white);
    draw_dots(picture, made, black);
    check(gan_image_write(path, picture) == GAN_OK);
    puts(path);
    gan_tensor_unref(real);
    gan_tensor_unref(made);
    gan_tensor_unref(picture);
}

/* ---- the command line ---- */

static void refuse(const char *option, const char *text)
{
    fprintf(stderr, "toy: --%s %s cannot be meant\n%s", option, text, usage);
    exit(2);
}

static double number_of(const char *option, const char *text, double least, double most)
{
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(number >= least && number <= most))
        refuse(option, text);
    return number;
}

static int64_t whole_of(const char *option, const char *text, double least, double most)
{
    double number = number_of(option, text, least, most);
    if (number != floor(number))
        refuse(option, text);
    return (int64_t)number;
}

/* The names agree but for case, and with '-' for a space. */
static bool same_name(const char *typed, const char *name)
{
    for (; *typed != '\0' && *name != '\0'; typed++, name++)
        if (tolower((unsigned char)*typed) != (*name == ' ' ? '-' : tolower((unsigned char)*name)))
            return false;
    return *typed == *name;
}

static gan_loss loss_of(const char *name)
{
    bool list = strcmp(name, "list") == 0;
    for (int loss = 0; loss < GAN_LOSS_CUSTOM; loss++) {
        if (same_name(name, gan_loss_name((gan_loss)loss)))
            return (gan_loss)loss;
        for (const char *c = gan_loss_name((gan_loss)loss); list && *c != '\0'; c++)
            putchar(*c == ' ' ? '-' : tolower((unsigned char)*c));
        if (list)
            putchar('\n');
    }
    if (list)
        exit(0);
    refuse("loss", name);
    return GAN_LOSS_CUSTOM;
}

static gan_preset preset_of(const char *name)
{
    static const char *const names[] = {"article", "stable", "wgan", "wgan-gp", "lsgan", "rsgan"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return (gan_preset)i;
    refuse("preset", name);
    return GAN_PRESET_ARTICLE;
}

static void set_penalty(gan_trainer_options *o, const char *text)
{
    const struct {
        const char *name;
        float *weight;
    } penalties[] = {{"r1", &o->r1_weight},
                     {"r2", &o->r2_weight},
                     {"gradient", &o->gradient_penalty_weight},
                     {"one-sided", &o->one_sided_penalty_weight},
                     {"dragan", &o->dragan_weight},
                     {"zero-centered", &o->zero_centered_weight},
                     {"maximum", &o->maximum_penalty_weight},
                     {"divergence", &o->wasserstein_divergence_weight},
                     {"consensus", &o->consensus_weight},
                     {"clip", &o->weight_clip}};
    bool list = strcmp(text, "list") == 0;
    for (size_t i = 0; i < sizeof penalties / sizeof penalties[0]; i++) {
        size_t length = strlen(penalties[i].name);
        if (list)
            puts(penalties[i].name);
        if (strncmp(text, penalties[i].name, length) == 0 && text[length] == '=') {
            *penalties[i].weight = (float)number_of("penalty", text + length + 1, 0, 1e6);
            return;
        }
    }
    if (list)
        exit(0);
    refuse("penalty", text);
}

struct settings {
    const struct data *data;
    int64_t steps, batch, samples;
    const char *out;
    gan_trainer_options trainer;
};

/* What the example does without a preset: pairs compared, slopes of D punished at both, no momentum, and a rate that
 * falls to nothing (Huang et al., "The GAN is dead; long live the GAN!", NeurIPS 2024, at the size of a toy). */
static void begin(struct settings *s)
{
    *s = (struct settings){.data = &all_data[0], .steps = 3000, .batch = 256, .samples = 20000, .out = "toy.png"};
    check(gan_trainer_options_init(&s->trainer, GAN_PRESET_STABLE) == GAN_OK);
    s->trainer.loss = GAN_LOSS_RELATIVISTIC;
    s->trainer.r1_weight = s->trainer.r2_weight = 0.02f;
    s->trainer.generator_rate = s->trainer.discriminator_rate = 3e-3f;
    s->trainer.beta2 = 0.99f;
    s->trainer.schedule = GAN_SCHEDULE_LINEAR;
    s->trainer.average_decay = 0.99f;
    s->trainer.seed = 1;
}

static void take_option(struct settings *s, const char *name, const char *text)
{
    gan_trainer_options *o = &s->trainer;
    if (strcmp(name, "data") == 0) {
        s->data = NULL;
        for (size_t i = 0; i < sizeof all_data / sizeof all_data[0]; i++)
            if (strcmp(text, all_data[i].name) == 0)
                s->data = &all_data[i];
        if (s->data == NULL)
            refuse(name, text);
    } else if (strcmp(name, "preset") == 0) {
        preset_of(text); /* taken before the others: see main */
    } else if (strcmp(name, "loss") == 0) {
        o->loss = loss_of(text);
    } else if (strcmp(name, "penalty") == 0) {
        set_penalty(o, text);
    } else if (strcmp(name, "rate") == 0) {
        o->generator_rate = o->discriminator_rate = (float)number_of(name, text, 0, 1);
    } else if (strcmp(name, "steps") == 0) {
        s->steps = whole_of(name, text, 1, 1e9);
    } else if (strcmp(name, "batch") == 0) {
        s->batch = whole_of(name, text, 1, REAL);
    } else if (strcmp(name, "seed") == 0) {
        o->seed = (uint64_t)whole_of(name, text, 0, 1e15);
    } else if (strcmp(name, "samples") == 0) {
        s->samples = whole_of(name, text, 1, 1e7);
    } else if (strcmp(name, "out") == 0) {
        s->out = text;
    } else {
        fprintf(stderr, "toy: there is no option --%s\n%s", name, usage);
        exit(2);
    }
}

static void read_options(struct settings *s, int count, char **words)
{
    begin(s);
    for (int i = 1; i < count; i += 2) {
        if (strcmp(words[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strncmp(words[i], "--", 2) != 0 || i + 1 == count) {
            fprintf(stderr, "toy: %s: want --name value\n%s", words[i], usage);
            exit(2);
        }
        if (strcmp(words[i], "--preset") == 0) { /* first, whatever the order: the other options change it */
            uint64_t seed = s->trainer.seed;
            check(gan_trainer_options_init(&s->trainer, preset_of(words[i + 1])) == GAN_OK);
            s->trainer.seed = seed;
        }
    }
    for (int i = 1; i < count; i += 2)
        take_option(s, words[i] + 2, words[i + 1]);
    s->trainer.schedule_steps = s->steps;
}

/* ---- training ---- */

static gan_model *new_network(int64_t in, int64_t out)
{
    gan_model *m = gan_model_new(GAN_SHAPE(in));
    for (int layer = 0; layer < 3; layer++) {
        gan_model_add(m, gan_layer_with_initializer(gan_layer_dense(WIDTH), gan_initializer_he_normal(0.2f)));
        gan_model_add(m, gan_layer_leaky_relu(0.2f));
    }
    gan_model_add(m, gan_layer_dense(out));
    check(gan_model_status(m) == GAN_OK);
    return m;
}

static bool report_progress(void *context, const gan_progress *progress)
{
    const struct settings *s = context;
    if (progress->step % (s->steps >= 10 ? s->steps / 10 : 1) == 0)
        printf("step %6lld: loss of D %8.4f, of G %8.4f, penalty %.4f\n", (long long)progress->step,
               (double)progress->report->d_loss, (double)progress->report->g_loss, (double)progress->report->d_penalty);
    return true;
}

int main(int count, char **words)
{
    gan_blis_prepare();
    struct settings s;
    read_options(&s, count, words);
    printf("%s, %s loss\n", s.data->name, gan_loss_name(s.trainer.loss));
    gan_tensor *points = draw_points(s.data, REAL, s.trainer.seed);
    gan_dataset *set = gan_dataset_from_tensor(points, NULL, 0, 0);
    gan_loader *loader = gan_loader_new(set, s.batch, s.trainer.seed, NULL);
    gan_model *g = new_network(LATENT, 2), *d = new_network(2, 1);
    check(set != NULL && loader != NULL);
    gan_trainer *trainer = gan_trainer_new(g, d, &s.trainer);
    gan_run_options run;
    check(trainer != NULL && gan_run_options_init(&run) == GAN_OK);
    run.steps = s.steps;
    run.progress = report_progress;
    run.context = &s;
    check(gan_trainer_run(trainer, loader, &run, NULL) == GAN_OK);
    gan_model *best = gan_trainer_averaged_generator(trainer);
    tell(s.data, best, s.samples);
    draw(s.data, best, d, s.out);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_loader_unref(loader);
    gan_dataset_unref(set);
    gan_tensor_unref(points);
    return 0;
}
