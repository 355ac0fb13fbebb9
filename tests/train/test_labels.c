/*
 * Training with labels: the auxiliary classifier's loss, steps of conditional players and their penalties against the
 * formulas worked out here in double, the labels that made examples get, and what is refused.
 */
#include "players.h"

#include "data/labels.h"
#include "plan/plan.h"
#include "train/labels.h"

#include <stdlib.h>

enum { N = 6, CLASSES = 3 };

static double sp(double t)
{
    return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

/* ---- the auxiliary classifier's loss ---- */

static double cross_entropy(const double *logits, int count, int label)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += exp(logits[i] - logits[label]);
    return log(sum);
}

struct auxiliary_case {
    gan_labels *about;
    int outputs; /* 1 + classes, or numbers */
    gan_tensor *labels;
};

static double naive_auxiliary(const struct auxiliary_case *of, const double *outputs)
{
    double sum = 0;
    int count = gan_labels_count(of->about);
    for (int i = 0; i < N; i++) {
        const double *rest = outputs + i * of->outputs + 1;
        for (int l = 0; l < count; l++) {
            int classes = gan_labels_class_count(of->about, l);
            if (classes == 0)
                sum += .5 * pow(rest[l] - (double)gan_tensor_data(of->labels)[i * count + l], 2);
            else
                sum += cross_entropy(rest, classes, gan_tensor_int32(of->labels)[i * count + l]);
            rest += classes;
        }
    }
    return sum / N;
}

/* Value and derivative (second order too) on the reference backend. */
static void check_auxiliary(const struct auxiliary_case *of)
{
    int size = N * of->outputs;
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(N, of->outputs));
    gan_var *loss = gan_loss_auxiliary(x, gan_tape_tensor(tape, of->labels), of->about);
    gan_var *gradient = gan_grad(loss, x), *square = gan_sum(gan_square(gradient)), *second = gan_grad(square, x);
    gan_var *wanted[] = {loss, gradient, square, second};
    gan_plan *plan = gan_plan_new_with(wanted, 4, &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE});
    ck_made(plan);
    double *numbers = calloc((size_t)size, sizeof *numbers), *slopes = calloc((size_t)size, sizeof *slopes);
    double *of_square = calloc((size_t)size, sizeof *slopes);
    for (int i = 0; i < size; i++)
        numbers[i] = 2 * sin(1.3 * i + .4);
    gan_plan_bind_double(plan, x, numbers);
    ck_ok(gan_plan_run(plan));
    double value, a[2], b[2];
    gan_plan_read_double(plan, loss, &value);
    gan_plan_read_double(plan, gradient, slopes);
    gan_plan_read_double(plan, second, of_square);
    ck_near(value, naive_auxiliary(of, numbers), 1e-7);
    for (int i = 0; i < size; i++) {
        double kept = numbers[i];
        for (int side = 0; side < 2; side++) {
            numbers[i] = kept + (side == 0 ? 1e-5 : -1e-5);
            gan_plan_bind_double(plan, x, numbers);
            ck_ok(gan_plan_run(plan));
            gan_plan_read_double(plan, square, &b[side]);
            a[side] = naive_auxiliary(of, numbers);
        }
        numbers[i] = kept;
        ck_near(slopes[i], (a[0] - a[1]) / 2e-5, 1e-7);
        ck_near(of_square[i], (b[0] - b[1]) / 2e-5, 1e-7);
    }
    free(numbers);
    free(slopes);
    free(of_square);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}

START_TEST(the_classifiers_loss_is_cross_entropy)
{
    struct auxiliary_case cases[] = {{gan_labels_classes(4, NULL), 5, NULL},
                                     {gan_labels_several(2, (const int[]){3, 2}, NULL), 6, NULL},
                                     {gan_labels_numbers(2, NULL, NULL), 3, NULL}};
    for (int i = 0; i < 3; i++) {
        cases[i].labels = gan_tensor_new_typed(gan_labels_shape(cases[i].about, N), gan_labels_dtype(cases[i].about));
        for (uint64_t j = 0; j < N; j++)
            gan_labels_draw(cases[i].about, 3, j,
                            (char *)gan_tensor_bytes(cases[i].labels) + j * gan_labels_row_size(cases[i].about));
        check_auxiliary(&cases[i]);
        gan_tensor_unref(cases[i].labels);
        gan_labels_unref(cases[i].about);
    }
}
END_TEST

START_TEST(the_classifiers_loss_checks_its_arguments)
{
    gan_labels *four = gan_labels_classes(4, NULL);
    struct {
        int64_t outputs, labels;
        const char *part;
    } cases[] = {{4, 6, "gan_loss_auxiliary: outputs is [6, 4] and labels int32 [6], want [N, 5] and a row"},
                 {5, 5, "labels int32 [5]"}};
    for (int i = 0; i < 2; i++) {
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(6, cases[i].outputs));
        ck_null(gan_loss_auxiliary(x, gan_tape_input_int32(tape, GAN_SHAPE(cases[i].labels)), four), cases[i].part);
        gan_tape_unref(tape);
    }
    gan_tape *tape = gan_tape_new();
    ck_null(gan_loss_auxiliary(gan_tape_input(tape, GAN_SHAPE(6, 5)), NULL, four), "labels is NULL");
    gan_tape_unref(tape);
    gan_labels_unref(four);
}
END_TEST

/* ---- players that are worked out by hand ---- */

/*
 * Examples are numbers x, of three classes. G(y) = W₁·e[y], whatever z is; D is a projection, (w + v[y])·x + b, or has
 * an auxiliary classifier: w·x + b, and class logits cₖ·x + dₖ.
 */
struct toy {
    bool auxiliary;
    gan_model *g, *d;
};

static gan_labels *three(void)
{
    return gan_labels_classes(CLASSES, NULL);
}

static void set_three(gan_model *model)
{
    gan_labels *labels = three();
    ck_ok(gan_model_set_labels(model, labels));
    gan_labels_unref(labels);
}

static struct toy toy_new(bool auxiliary)
{
    struct toy toy = {auxiliary, gan_model_new(GAN_SHAPE(1)), gan_model_new(GAN_SHAPE(1))};
    set_three(toy.g);
    set_three(toy.d);
    gan_model_add(toy.g, gan_layer_scale_shift(0, 0)); /* z leaves no trace */
    gan_model_add(toy.g, gan_layer_concat_label(1));
    gan_model_add(toy.g, gan_layer_without_bias(gan_layer_dense(1)));
    gan_model_add(toy.d, auxiliary ? gan_layer_auxiliary_head() : gan_layer_projection());
    gan_model *const models[] = {toy.g, toy.d};
    for (int m = 0; m < 2; m++) {
        ck_ok(gan_model_initialize(models[m], 1));
        for (int p = 0; p < gan_model_parameters(models[m]); p++)
            ck_ok(gan_tensor_fill_normal(gan_model_parameter(models[m], p), .3f, 1, (uint64_t)(m * 10 + p)));
    }
    return toy;
}

static void toy_unref(struct toy *toy)
{
    gan_model_unref(toy->g);
    gan_model_unref(toy->d);
}

enum { MOST = 8 };

/* A model's numbers in double, one parameter after another. */
static int take(gan_model *model, double *out)
{
    int count = 0;
    for (int p = 0; p < gan_model_parameters(model); p++)
        for (int i = 0; i < gan_tensor_size(gan_model_parameter(model, p)); i++)
            out[count++] = (double)gan_tensor_data(gan_model_parameter(model, p))[i];
    return count;
}

static double made_by(const double *g, int y)
{
    return g[CLASSES + 1] * g[y];
}

static double slope(const struct toy *toy, const double *d, int y)
{
    return toy->auxiliary ? d[0] : d[0] + d[2 + y];
}

static double logit(const struct toy *toy, const double *d, double x, int y)
{
    return slope(toy, d, y) * x + (toy->auxiliary ? d[1 + CLASSES] : d[1]);
}

static double classification(const double *d, double x, int y)
{
    double logits[CLASSES];
    for (int k = 0; k < CLASSES; k++)
        logits[k] = d[1 + k] * x + d[2 + CLASSES + k];
    return cross_entropy(logits, CLASSES, y);
}

static const float real_numbers[N] = {.5f, -1, 2, .25f, -.75f, 1.5f};
static const int32_t real_labels[N] = {0, 2, 1, 1, 0, 2};

struct losses {
    double d, g, d_class_real, d_class_made, g_class;
};

static struct losses losses_of(const struct toy *toy, const double *d, const double *g)
{
    struct losses l = {0};
    for (int i = 0; i < N; i++) {
        int y = real_labels[i];
        double real = (double)real_numbers[i], made = made_by(g, y);
        l.d += (sp(-logit(toy, d, real, y)) + sp(logit(toy, d, made, y))) / N;
        l.g += sp(-logit(toy, d, made, y)) / N;
        if (toy->auxiliary) {
            l.d_class_real += classification(d, real, y) / N;
            l.d_class_made += classification(d, made, y) / N;
        }
    }
    l.g_class = l.d_class_made;
    return l;
}

/* What each player minimises. */
static double whole(const struct toy *toy, const gan_trainer_options *o, const double *d, const double *g, bool of_g)
{
    struct losses l = losses_of(toy, d, g);
    if (of_g)
        return l.g + (double)o->auxiliary_generator_weight * l.g_class;
    double r1 = 0;
    for (int i = 0; i < N; i++)
        r1 += pow(slope(toy, d, real_labels[i]), 2) / N;
    return l.d + (double)o->r1_weight / 2 * r1 + (double)o->auxiliary_real_weight * l.d_class_real +
           (double)o->auxiliary_made_weight * l.d_class_made;
}

/* The gradient of a player's loss to its own numbers, by central differences. */
static void gradient_of(const struct toy *toy, const gan_trainer_options *o, double *d, double *g, bool of_g, int count,
                        double *out)
{
    double *own = of_g ? g : d;
    for (int i = 0; i < count; i++) {
        double kept = own[i], value[2];
        for (int side = 0; side < 2; side++) {
            own[i] = kept + (side == 0 ? 1e-6 : -1e-6);
            value[side] = whole(toy, o, d, g, of_g);
        }
        own[i] = kept;
        out[i] = (value[0] - value[1]) / 2e-6;
    }
}

static gan_tensor *real_batch(void)
{
    return gan_tensor_from(GAN_SHAPE(N, 1), real_numbers);
}

static gan_tensor *label_batch(void)
{
    return gan_tensor_from_typed(GAN_SHAPE(N), GAN_INT32, real_labels);
}

START_TEST(steps_of_conditional_players_follow_their_formulas)
{
    const double rate = .125;
    for (int run = 0; run < 4; run++) {
        struct toy toy = toy_new(run % 2 == 1);
        gan_trainer_options o = dirac_options((float)rate);
        o.update = run < 2 ? GAN_UPDATE_D_FIRST : GAN_UPDATE_SIMULTANEOUS;
        o.r1_weight = .5f;
        o.auxiliary_real_weight = 1.5f;
        o.auxiliary_made_weight = .5f;
        o.auxiliary_generator_weight = 2;
        gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
        ck_made(trainer);
        gan_tensor *real = real_batch(), *labels = label_batch();
        double d[MOST], g[MOST], of_d[MOST], of_g[MOST], now[MOST];
        int d_count = take(toy.d, d), g_count = take(toy.g, g);
        for (int step = 0; step < 4; step++) {
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, real, labels, &report));
            struct losses before = losses_of(&toy, d, g);
            ck_near(report.d_loss, before.d, 2e-6);
            ck_near(report.d_class_real, before.d_class_real, 2e-6);
            ck_near(report.d_class_made, before.d_class_made, 2e-6);
            gradient_of(&toy, &o, d, g, false, d_count, of_d);
            gradient_of(&toy, &o, d, g, true, g_count, of_g); /* of the old D, for simultaneous updates */
            for (int i = 0; i < d_count; i++)
                d[i] -= rate * of_d[i];
            if (o.update == GAN_UPDATE_D_FIRST) {
                before = losses_of(&toy, d, g);
                gradient_of(&toy, &o, d, g, true, g_count, of_g);
            }
            ck_near(report.g_loss, before.g, 2e-6);
            ck_near(report.g_class, before.g_class, 2e-6);
            for (int i = 0; i < g_count; i++)
                g[i] -= rate * of_g[i];
            take(toy.d, now);
            for (int i = 0; i < d_count; i++)
                ck_near(now[i], d[i], 1e-5);
            take(toy.g, now);
            for (int i = 0; i < g_count; i++)
                ck_near(now[i], g[i], 1e-5);
        }
        gan_tensor_unref(real);
        gan_tensor_unref(labels);
        gan_trainer_unref(trainer);
        toy_unref(&toy);
    }
}
END_TEST

/* D is linear in x, so that every penalty on ∇D(x, y) = w + v[y] has a closed form, wherever it is taken. */
START_TEST(penalties_see_the_labels)
{
    struct toy toy = toy_new(false);
    double d[MOST], squares = 0, two = 0, one = 0, most = 0, third = 0;
    take(toy.d, d);
    for (int i = 0; i < N; i++) {
        double norm = fabs(slope(&toy, d, real_labels[i]));
        squares += norm * norm / N;
        two += pow(norm - .25, 2) / N;
        one += pow(fmax(norm - .25, 0), 2) / N;
        most = fmax(most, norm * norm);
        third += pow(norm, 3) / N;
    }
    ck_assert(two != one || squares != most); /* the classes' norms differ */
    const struct {
        size_t offset;
        double wanted;
    } cases[] = {{offsetof(gan_trainer_options, r1_weight), squares / 2},
                 {offsetof(gan_trainer_options, r2_weight), squares / 2},
                 {offsetof(gan_trainer_options, gradient_penalty_weight), two},
                 {offsetof(gan_trainer_options, one_sided_penalty_weight), one},
                 {offsetof(gan_trainer_options, dragan_weight), two},
                 {offsetof(gan_trainer_options, zero_centered_weight), squares},
                 {offsetof(gan_trainer_options, maximum_penalty_weight), most},
                 {offsetof(gan_trainer_options, wasserstein_divergence_weight), third}};
    gan_tensor *real = real_batch(), *labels = label_batch();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gan_trainer_options o = dirac_options(0);
        o.penalty_target = .25f;
        o.divergence_power = 3;
        *(float *)(void *)((char *)&o + cases[i].offset) = 2;
        gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
        ck_made(trainer);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, real, labels, &report));
        ck_near(report.d_penalty, 2 * cases[i].wanted, 1e-5);
        gan_trainer_unref(trainer);
    }
    gan_tensor_unref(real);
    gan_tensor_unref(labels);
    toy_unref(&toy);
}
END_TEST

/* Consensus differentiates the whole losses, an auxiliary classifier's among them. */
START_TEST(consensus_counts_the_classifier)
{
    for (int auxiliary = 0; auxiliary < 2; auxiliary++) {
        struct toy toy = toy_new(auxiliary);
        gan_trainer_options o = dirac_options(0);
        o.consensus_weight = .5f;
        o.auxiliary_made_weight = 3;
        double d[MOST], g[MOST], of_d[MOST], of_g[MOST], sum = 0;
        int d_count = take(toy.d, d), g_count = take(toy.g, g);
        gradient_of(&toy, &o, d, g, false, d_count, of_d);
        gradient_of(&toy, &o, d, g, true, g_count, of_g);
        for (int i = 0; i < d_count; i++)
            sum += of_d[i] * of_d[i];
        for (int i = 0; i < g_count; i++)
            sum += of_g[i] * of_g[i];
        gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
        gan_tensor *real = real_batch(), *labels = label_batch();
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, real, labels, &report));
        ck_near(report.d_penalty, .5 * sum / 2, 1e-5);
        ck_near(report.g_penalty, .5 * sum / 2, 1e-5);
        gan_tensor_unref(real);
        gan_tensor_unref(labels);
        gan_trainer_unref(trainer);
        toy_unref(&toy);
    }
}
END_TEST

/* ---- the labels of made examples ---- */

START_TEST(shuffled_labels_are_the_real_ones_in_another_order)
{
    enum { MANY = 200 };
    gan_labels *two = gan_labels_several(2, (const int[]){MANY, MANY}, NULL);
    gan_tensor *real = gan_tensor_new_typed(GAN_SHAPE(MANY, 2), GAN_INT32);
    gan_tensor *made[3];
    for (int i = 0; i < MANY; i++)
        gan_tensor_int32(real)[2 * i] = gan_tensor_int32(real)[2 * i + 1] = i;
    static const uint64_t updates[3] = {0, 1, 0};
    for (int k = 0; k < 3; k++) {
        bool seen[MANY] = {false};
        made[k] = gan_tensor_new_typed(GAN_SHAPE(MANY, 2), GAN_INT32);
        gan_make_labels(GAN_MADE_LABELS_SHUFFLED, two, real, MANY, 5, updates[k], made[k]);
        for (int i = 0; i < MANY; i++) {
            int32_t label = gan_tensor_int32(made[k])[2 * i];
            ck_assert(label >= 0 && label < MANY && !seen[label]);
            ck_assert_int_eq(gan_tensor_int32(made[k])[2 * i + 1], label); /* rows stay together */
            seen[label] = true;
        }
    }
    size_t bytes = MANY * 2 * sizeof(int32_t);
    ck_assert_mem_eq(gan_tensor_bytes(made[0]), gan_tensor_bytes(made[2]), bytes);
    ck_assert_mem_ne(gan_tensor_bytes(made[0]), gan_tensor_bytes(made[1]), bytes);
    ck_assert_mem_ne(gan_tensor_bytes(made[0]), gan_tensor_bytes(real), bytes);
    for (int k = 0; k < 3; k++)
        gan_tensor_unref(made[k]);
    gan_tensor_unref(real);
    gan_labels_unref(two);
}
END_TEST

/*
 * With D(x) = x and G(y) = 0, 1 or 100, the mean made logit tells how many made examples are of each class. All real
 * ones are of class 1.
 */
START_TEST(made_examples_get_the_labels_asked_for)
{
    static const gan_made_labels ways[] = {GAN_MADE_LABELS_REAL, GAN_MADE_LABELS_SHUFFLED, GAN_MADE_LABELS_UNIFORM};
    enum { MANY = 90, STEPS = 5 };
    for (int k = 0; k < 3; k++) {
        struct toy toy = toy_new(false);
        memcpy(gan_tensor_data(gan_model_parameter(toy.g, 0)), (const float[]){0, 1, 100}, 3 * sizeof(float));
        gan_tensor_data(gan_model_parameter(toy.g, 1))[1] = 1;
        memcpy(gan_tensor_data(gan_model_parameter(toy.d, 0)), (const float[]){1}, sizeof(float));
        ck_ok(gan_tensor_fill(gan_model_parameter(toy.d, 1), 0));
        ck_ok(gan_tensor_fill(gan_model_parameter(toy.d, 2), 0));
        gan_trainer_options o = dirac_options(0);
        o.made_labels = ways[k];
        gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
        gan_tensor *real = gan_tensor_new(GAN_SHAPE(MANY, 1)),
                   *labels = gan_tensor_new_typed(GAN_SHAPE(MANY), GAN_INT32);
        ck_ok(gan_tensor_fill(labels, 1));
        double means[STEPS];
        for (int i = 0; i < STEPS; i++) {
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, real, labels, &report));
            means[i] = (double)report.d_made_logit;
            if (k < 2)
                ck_near(means[i], 1, 1e-5);
            else /* a third are 100; five deviations of that count are about 22 of 90 */
                ck_assert(fabs(means[i] - 101. / 3) < 25);
        }
        ck_assert(k < 2 || (means[0] != means[1] && means[1] != means[2]));
        gan_tensor_unref(real);
        gan_tensor_unref(labels);
        gan_trainer_unref(trainer);
        toy_unref(&toy);
    }
}
END_TEST

/* Shuffled within the batch, a relativistic loss pairs others with each other; in order, the same classes. */
START_TEST(pairs_stay_within_a_class_by_default)
{
    static const gan_made_labels ways[] = {GAN_MADE_LABELS_REAL, GAN_MADE_LABELS_SHUFFLED};
    struct toy toy = toy_new(false);
    double d[MOST], g[MOST], wanted = 0, loss[2];
    take(toy.d, d);
    take(toy.g, g);
    for (int i = 0; i < N; i++) {
        int y = real_labels[i];
        wanted += sp(logit(&toy, d, made_by(g, y), y) - logit(&toy, d, (double)real_numbers[i], y)) / N;
    }
    gan_tensor *real = real_batch(), *labels = label_batch();
    for (int k = 0; k < 2; k++) {
        gan_trainer_options o = dirac_options(0);
        o.loss = GAN_LOSS_RELATIVISTIC;
        o.made_labels = ways[k];
        gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, real, labels, &report));
        loss[k] = (double)report.d_loss;
        gan_trainer_unref(trainer);
    }
    ck_near(loss[0], wanted, 1e-6);
    ck_assert(fabs(loss[1] - wanted) > 1e-4);
    gan_tensor_unref(real);
    gan_tensor_unref(labels);
    toy_unref(&toy);
}
END_TEST

/* ---- what is refused ---- */

static gan_model *one_layer(gan_labels *labels, gan_layer *layer)
{
    gan_model *model = gan_model_new(GAN_SHAPE(1));
    if (labels != NULL)
        ck_ok(gan_model_set_labels(model, labels));
    gan_labels_unref(labels);
    gan_model_add(model, layer);
    gan_model_add(model, gan_layer_dense(1));
    return model;
}

static void refuse_players(gan_model *g, gan_model *d, gan_made_labels made, const char *part)
{
    gan_trainer_options o = dirac_options(0);
    o.made_labels = made;
    ck_null(gan_trainer_new(g, d, &o), part);
    gan_model_unref(g);
    gan_model_unref(d);
}

START_TEST(players_with_other_labels_are_refused)
{
    refuse_players(one_layer(three(), gan_layer_concat_label(1)), one_layer(NULL, gan_layer_relu()), 0,
                   "gan_trainer_new: the generator's labels are 3 classes, the discriminator's none");
    refuse_players(one_layer(NULL, gan_layer_relu()), one_layer(three(), gan_layer_concat_label(1)), 0,
                   "the generator's labels are none, the discriminator's 3 classes");
    refuse_players(one_layer(three(), gan_layer_concat_label(1)),
                   one_layer(gan_labels_classes(4, NULL), gan_layer_concat_label(1)), 0,
                   "the generator's labels are 3 classes, the discriminator's 4 classes");
    refuse_players(one_layer(gan_labels_numbers(1, NULL, NULL), gan_layer_concat_label(1)),
                   one_layer(gan_labels_numbers(1, NULL, NULL), gan_layer_concat_label(1)), GAN_MADE_LABELS_UNIFORM,
                   "made_labels is GAN_MADE_LABELS_UNIFORM, but the models' labels are 1 number");
    refuse_players(one_layer(three(), gan_layer_concat_label(1)), one_layer(three(), gan_layer_concat_label(1)),
                   (gan_made_labels)5, "made_labels is 5, want a gan_made_labels");
}
END_TEST

START_TEST(options_of_classifiers_are_checked)
{
    const size_t fields[] = {offsetof(gan_trainer_options, auxiliary_real_weight),
                             offsetof(gan_trainer_options, auxiliary_made_weight),
                             offsetof(gan_trainer_options, auxiliary_generator_weight)};
    static const char *const names[] = {"auxiliary_real_weight is -1", "auxiliary_made_weight is -1",
                                        "auxiliary_generator_weight is -1"};
    struct toy toy = toy_new(true);
    for (int i = 0; i < 3; i++) {
        gan_trainer_options o = dirac_options(0);
        ck_assert(*(float *)(void *)((char *)&o + fields[i]) == 1);
        *(float *)(void *)((char *)&o + fields[i]) = -1;
        ck_null(gan_trainer_new(toy.g, toy.d, &o), names[i]);
    }
    toy_unref(&toy);
}
END_TEST

START_TEST(labels_of_a_step_are_checked)
{
    struct toy toy = toy_new(false);
    gan_trainer_options o = dirac_options(.1f);
    gan_trainer *trainer = gan_trainer_new(toy.g, toy.d, &o);
    gan_tensor *real = real_batch(), *labels = label_batch(), *few = gan_tensor_new_typed(GAN_SHAPE(2), GAN_INT32);
    gan_tensor *before = numbers_of(toy.d);
    ck_fails(gan_train_step(trainer, real, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "gan_train_step: labels is NULL, but the models take 3 classes; give a row for each real example");
    ck_fails(gan_train_step(trainer, real, few, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "gan_train_step: labels is int32 [2], want int32 [6]: one class for each example");
    ck_fails(gan_train_step(trainer, real, real, NULL), GAN_ERROR_INVALID_ARGUMENT, "labels is float32 [6, 1]");
    gan_tensor_int32(labels)[4] = 3;
    ck_fails(gan_train_step(trainer, real, labels, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "label of example 4 is 3, want 0 to 2: there are 3 classes");
    gan_tensor *after = numbers_of(toy.d);
    ck_assert(same_numbers(before, after));
    ck_assert_uint_eq(gan_trainer_steps(trainer), 0);
    gan_tensor *const tensors[] = {real, labels, few, before, after};
    for (int i = 0; i < 5; i++)
        gan_tensor_unref(tensors[i]);
    gan_trainer_unref(trainer);
    toy_unref(&toy);
}
END_TEST

static const struct test_case tests[] = {
    {"the classifier's loss is cross-entropy", the_classifiers_loss_is_cross_entropy},
    {"the classifier's loss checks its arguments", the_classifiers_loss_checks_its_arguments},
    {"steps of conditional players follow their formulas", steps_of_conditional_players_follow_their_formulas},
    {"penalties see the labels", penalties_see_the_labels},
    {"consensus counts the classifier", consensus_counts_the_classifier},
    {"shuffled labels are the real ones in another order", shuffled_labels_are_the_real_ones_in_another_order},
    {"made examples get the labels asked for", made_examples_get_the_labels_asked_for},
    {"pairs stay within a class by default", pairs_stay_within_a_class_by_default},
    {"players with other labels are refused", players_with_other_labels_are_refused},
    {"options of classifiers are checked", options_of_classifiers_are_checked},
    {"labels of a step are checked", labels_of_a_step_are_checked},
};

int main(void)
{
    return RUN_SUITE("train: labels", tests);
}
