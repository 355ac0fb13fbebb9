/*
 * Two steps with each regulariser that is not a penalty on an example's gradient (test_regularizers.c has those), and
 * with all of them at once: what the reports say and every parameter of both players, against formulas in double.
 *
 * The players are linear: G(z) = Az + b, D(x) = w·Fx. With v = Fᵀw the logits are v·x. The loss is that of least
 * squares, ½E(D(x) − 1)² + ½E D(x̃)² for D and ½E(D(x̃) − 1)² for G; both descend their gradients.
 *
 * What is drawn needs no guess: random numbers are a function of (seed, stream, step) alone (base/random.h), with the
 * half's own seed, the place of the draw among all that the half draws, and the number of the update. The test draws
 * the same ones, z first; that they are the trainer's shows in the logits. All that is made of them is worked out here.
 */
#include "players.h"

#include "base/random.h"
#include "train/losses.h"
#include "train/trainer.h"

enum { N = 6, L = 2, K = 4, H = 2, STEPS = 2 }; /* examples, and the sizes of z, of x, and of what D has between */

/* What the trainer derives its halves' seeds with (train/step.c), of its option `seed`. */
#define D_NOISE_LABEL UINT64_C(0x6e6f69736564)
#define G_NOISE_LABEL UINT64_C(0x6e6f69736567)
#define SEED          5

static const float rate_of_d = .125f, rate_of_g = .25f, deviation = .75f, decay = .75f;

/* Both players' parameters, or slopes of a loss along them. */
struct numbers {
    double a[K][L], b[K], f[H][K], w[H];
};

struct run {
    struct numbers at;
    double real[N][K], averages[3]; /* LeCam's: of D(x), of D(x̃), and what their weights add up to */
};

/* A half of a step before its update. */
struct half {
    struct run *run;
    struct gan_random_key key; /* of what is drawn next */
    double z[N][L], made[N][K], v[K], of_real[N], of_made[N];
};

static double dot(const double *a, const double *b, int size)
{
    double sum = 0;
    for (int i = 0; i < size; i++)
        sum += a[i] * b[i];
    return sum;
}

/* to ← to + factor·from */
static void add(double *to, double factor, const double *from, int size)
{
    for (int i = 0; i < size; i++)
        to[i] += factor * from[i];
}

/* Az, without b */
static void generate(const struct numbers *at, const double *z, double *x)
{
    for (int k = 0; k < K; k++)
        x[k] = dot(at->a[k], z, L);
}

static void draw_normal(struct half *half, double numbers[N][L])
{
    float drawn[N * L];
    gan_random_normal(&half->key, 0, sizeof drawn / sizeof drawn[0], drawn);
    half->key.stream++;
    for (int i = 0; i < N * L; i++)
        numbers[i / L][i % L] = (double)drawn[i];
}

static struct half half_of(struct run *run, uint64_t label, int step)
{
    struct half half = {.run = run, .key = {gan_random_derive(SEED, label), 0, (uint64_t)step}};
    for (int h = 0; h < H; h++)
        add(half.v, run->at.w[h], run->at.f[h], K);
    draw_normal(&half, half.z);
    for (int n = 0; n < N; n++) {
        generate(&run->at, half.z[n], half.made[n]);
        add(half.made[n], 1, run->at.b, K);
        half.of_real[n] = dot(half.v, run->real[n], K);
        half.of_made[n] = dot(half.v, half.made[n], K);
    }
    return half;
}

/* What a slope along v is along F and w. */
static void slope_of_judge(const struct half *half, double factor, const double *along, struct numbers *slope)
{
    const struct numbers *at = &half->run->at;
    for (int h = 0; h < H; h++) {
        slope->w[h] += factor * dot(at->f[h], along, K);
        add(slope->f[h], factor * at->w[h], along, K);
    }
}

/* What a slope along the n-th made example is along A and b. */
static void slope_of_made(const struct half *half, int n, double factor, const double *along, struct numbers *slope)
{
    add(slope->b, factor, along, K);
    for (int k = 0; k < K; k++)
        add(slope->a[k], factor * along[k], half->z[n], L);
}

/* ---- the losses ---- */

static double loss_of_discriminator(const struct half *half, struct numbers *slope)
{
    double loss = 0;
    for (int n = 0; n < N; n++) {
        loss += (pow(half->of_real[n] - 1, 2) + pow(half->of_made[n], 2)) / 2 / N;
        slope_of_judge(half, (half->of_real[n] - 1) / N, half->run->real[n], slope);
        slope_of_judge(half, half->of_made[n] / N, half->made[n], slope);
    }
    return loss;
}

static double loss_of_generator(const struct half *half, struct numbers *slope)
{
    double loss = 0;
    for (int n = 0; n < N; n++) {
        loss += pow(half->of_made[n] - 1, 2) / 2 / N;
        slope_of_made(half, n, (half->of_made[n] - 1) / N, half->v, slope);
    }
    return loss;
}

/* ---- the regularisers: each adds `weight` times its slope, and gives its value for weight 1 ---- */

typedef double regularizer(struct half *half, double weight, struct numbers *slope);

/*
 * E(v·(x − T(x)))². Images [1, 4] are moved by −1, 0 or 1 places, thirds of [0, 1) deciding: a side moves by an eighth,
 * rounded, so the side of 1 stays. The number before decides whether they are moved; here they always are.
 */
static double consistency(struct half *half, double x[N][K], double weight, struct numbers *slope)
{
    float u[N];
    half->key.stream++;
    gan_random_uniform(&half->key, 0, N, u);
    half->key.stream++;
    double sum = 0;
    for (int n = 0; n < N; n++) {
        double change[K];
        int by = (int)(3 * u[n]) - 1;
        for (int k = 0; k < K; k++)
            change[k] = x[n][k] - (k + by >= 0 && k + by < K ? x[n][k + by] : 0);
        double difference = dot(half->v, change, K);
        sum += difference * difference / N;
        slope_of_judge(half, weight * 2 * difference / N, change, slope);
    }
    return sum;
}

static double consistency_of_real(struct half *half, double weight, struct numbers *slope)
{
    return consistency(half, half->run->real, weight, slope);
}

static double consistency_of_made(struct half *half, double weight, struct numbers *slope)
{
    return consistency(half, half->made, weight, slope);
}

/* G(z) − G(z + δ) is −Aδ: E(v·Aδ)² for D, −E(Aδ)² over all numbers for G. */
static void change_noise(struct half *half, double delta[N][L], double change[N][K])
{
    draw_normal(half, delta);
    for (int n = 0; n < N; n++) {
        for (int l = 0; l < L; l++)
            delta[n][l] *= (double)deviation;
        generate(&half->run->at, delta[n], change[n]);
    }
}

static double latent_consistency(struct half *half, double weight, struct numbers *slope)
{
    double delta[N][L], change[N][K], sum = 0;
    change_noise(half, delta, change);
    for (int n = 0; n < N; n++) {
        double difference = dot(half->v, change[n], K);
        sum += difference * difference / N;
        slope_of_judge(half, weight * 2 * difference / N, change[n], slope);
    }
    return sum;
}

static double latent_diversity(struct half *half, double weight, struct numbers *slope)
{
    double delta[N][L], change[N][K], sum = 0;
    change_noise(half, delta, change);
    for (int n = 0; n < N; n++) {
        sum -= dot(change[n], change[n], K) / (N * K);
        for (int k = 0; k < K; k++)
            add(slope->a[k], -weight * 2 * change[n][k] / (N * K), delta[n], L);
    }
    return sum;
}

/* To the slope the averages are constants. */
static double lecam(struct half *half, double weight, struct numbers *slope)
{
    double *averages = half->run->averages, now[3] = {0, 0, 1}, sum = 0;
    for (int n = 0; n < N; n++) {
        now[0] += half->of_real[n] / N;
        now[1] += half->of_made[n] / N;
    }
    for (int i = 0; i < 3; i++)
        averages[i] = (double)decay * averages[i] + (1 - (double)decay) * now[i];
    for (int n = 0; n < N; n++) {
        double real = half->of_real[n] - averages[1] / averages[2], made = half->of_made[n] - averages[0] / averages[2];
        sum += (real * real + made * made) / N;
        slope_of_judge(half, weight * 2 * real / N, half->run->real[n], slope);
        slope_of_judge(half, weight * 2 * made / N, half->made[n], slope);
    }
    return sum;
}

/* ‖Fy‖², y = E x − E x̃: its slope along each made example is −2FᵀFy/N. */
static double feature_matching(struct half *half, double weight, struct numbers *slope)
{
    double y[K] = {0}, along[K] = {0}, sum = 0;
    for (int n = 0; n < N; n++) {
        add(y, 1. / N, half->run->real[n], K);
        add(y, -1. / N, half->made[n], K);
    }
    for (int h = 0; h < H; h++) {
        double feature = dot(half->run->at.f[h], y, K);
        sum += feature * feature;
        add(along, feature, half->run->at.f[h], K);
    }
    for (int n = 0; n < N; n++)
        slope_of_made(half, n, -2 * weight / N, along, slope);
    return sum;
}

/* The sum over all pairs of different rows, either way round, of (row·other)²; along `row` it is 4·Σ (row·other)·other.
 * D's w is one row, which has no other; b is none. */
static double orthogonality(const double *rows, int64_t count, int size, double weight, double *slope)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < count; j++) {
            double product = i != j ? dot(rows + i * size, rows + j * size, size) : 0;
            sum += product * product;
            add(slope + i * size, weight * 4 * product, rows + j * size, size);
        }
    return sum;
}

static double orthogonality_of_d(struct half *half, double weight, struct numbers *slope)
{
    return orthogonality(half->run->at.f[0], H, K, weight, slope->f[0]);
}

static double orthogonality_of_g(struct half *half, double weight, struct numbers *slope)
{
    return orthogonality(half->run->at.a[0], K, L, weight, slope->a[0]);
}

/*
 * D's loss has the slope y = E(D(x) − 1)x + E D(x̃)x̃ along v, so wyᵀ along F and Fy along w; G's has cv along b,
 * c = E(D(x̃) − 1), and vqᵀ along A, q = E(D(x̃) − 1)z. Consensus is ½(‖w‖²‖y‖² + ‖Fy‖²) + ½‖v‖²(c² + ‖q‖²). Its
 * slope along y is p = ‖w‖²y + FᵀFy.
 */
struct consensus {
    double y[K], of_y[H], p[K], c, q[L], value;
};

static struct consensus consensus_of(const struct half *half)
{
    const struct numbers *at = &half->run->at;
    struct consensus is = {.c = 0};
    for (int n = 0; n < N; n++) {
        add(is.y, (half->of_real[n] - 1) / N, half->run->real[n], K);
        add(is.y, half->of_made[n] / N, half->made[n], K);
        is.c += (half->of_made[n] - 1) / N;
        add(is.q, (half->of_made[n] - 1) / N, half->z[n], L);
    }
    add(is.p, dot(at->w, at->w, H), is.y, K);
    for (int h = 0; h < H; h++) {
        is.of_y[h] = dot(at->f[h], is.y, K);
        add(is.p, is.of_y[h], at->f[h], K);
    }
    is.value = (dot(at->w, at->w, H) * dot(is.y, is.y, K) + dot(is.of_y, is.of_y, H)) / 2 +
               dot(half->v, half->v, K) * (is.c * is.c + dot(is.q, is.q, L)) / 2;
    return is;
}

/* w and F are in it as they stand, and in v: through y, E((p·x)x + (p·x̃)x̃); in G's part, in ‖v‖², c and q. */
static double consensus_in_d(struct half *half, double weight, struct numbers *slope)
{
    struct consensus is = consensus_of(half);
    add(slope->w, weight * dot(is.y, is.y, K), half->run->at.w, H);
    for (int h = 0; h < H; h++)
        add(slope->f[h], weight * is.of_y[h], is.y, K);
    slope_of_judge(half, weight * (is.c * is.c + dot(is.q, is.q, L)), half->v, slope);
    for (int n = 0; n < N; n++) {
        const double *x = half->run->real[n], *made = half->made[n];
        slope_of_judge(half, weight * dot(is.p, x, K) / N, x, slope);
        slope_of_judge(half, weight * dot(is.p, made, K) / N, made, slope);
        slope_of_judge(half, weight * dot(half->v, half->v, K) * (is.c + dot(is.q, half->z[n], L)) / N, made, slope);
    }
    return is.value;
}

/* Each made example is in y twice, in D(x̃) and as x̃, and by D(x̃) in c and q. */
static double consensus_in_g(struct half *half, double weight, struct numbers *slope)
{
    struct consensus is = consensus_of(half);
    for (int n = 0; n < N; n++) {
        slope_of_made(half, n, weight * half->of_made[n] / N, is.p, slope);
        double along_v = dot(is.p, half->made[n], K) + dot(half->v, half->v, K) * (is.c + dot(is.q, half->z[n], L));
        slope_of_made(half, n, weight * along_v / N, half->v, slope);
    }
    return is.value;
}

/* In the order of gan_regularizers, in which they draw. */
static const struct term {
    int row;
    float weight;
    regularizer *in_d, *in_g;
} terms[] = {
    {GAN_REGULARIZER_CONSENSUS, .125f, consensus_in_d, consensus_in_g},
    {GAN_REGULARIZER_CONSISTENCY, .25f, consistency_of_real, NULL},
    {GAN_REGULARIZER_CONSISTENCY_MADE, .5f, consistency_of_made, NULL},
    {GAN_REGULARIZER_LATENT_CONSISTENCY, .75f, latent_consistency, NULL},
    {GAN_REGULARIZER_LATENT_DIVERSITY, .625f, NULL, latent_diversity},
    {GAN_REGULARIZER_LECAM, .25f, lecam, NULL},
    {GAN_REGULARIZER_FEATURE_MATCHING, .375f, NULL, feature_matching},
    {GAN_REGULARIZER_ORTHOGONAL_D, .25f, orthogonality_of_d, NULL},
    {GAN_REGULARIZER_ORTHOGONAL_G, .125f, NULL, orthogonality_of_g},
};
enum { TERMS = sizeof terms / sizeof terms[0] };

/* ---- the steps ---- */

/* All of them are floats. */
static const struct numbers first = {.a = {{.5, -.25}, {.75, .5}, {-.5, 1}, {.25, -.75}},
                                     .b = {.25, -.5, .125, .5},
                                     .f = {{.5, -1, .25, .75}, {.25, .5, -.75, 1}},
                                     .w = {1, -.5}};

static void set(gan_tensor *tensor, const double *numbers)
{
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        gan_tensor_data(tensor)[i] = (float)numbers[i];
}

/* Where in both players each parameter's numbers are. */
static void places(gan_trainer *trainer, struct numbers *numbers, gan_tensor *tensors[4], double *where[4])
{
    for (int i = 0; i < 4; i++)
        tensors[i] = gan_model_parameter(i < 2 ? gan_trainer_generator(trainer) : gan_trainer_discriminator(trainer),
                                         i % 2);
    where[0] = numbers->a[0], where[1] = numbers->b, where[2] = numbers->f[0], where[3] = numbers->w;
}

static gan_trainer *trainer_with(const struct term *some, int count)
{
    gan_model *g = gan_model_new(GAN_SHAPE(L)), *d = gan_model_new(GAN_SHAPE(1, 1, K));
    gan_model_add(g, gan_layer_dense(K));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 1, K)));
    gan_model_add(d, gan_layer_flatten());
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(H)));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    for (int i = 0; i < count; i++)
        *(float *)(void *)((char *)&o + gan_regularizers[some[i].row].offset) = some[i].weight;
    o.loss = GAN_LOSS_LEAST_SQUARES;
    o.seed = SEED;
    o.latent_deviation = deviation;
    o.lecam_decay = decay;
    o.generator_optimizer = gan_optimizer_sgd(rate_of_g, 0, false);
    o.discriminator_optimizer = gan_optimizer_sgd(rate_of_d, 0, false);
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    struct numbers numbers = first;
    gan_tensor *tensors[4];
    double *where[4];
    places(trainer, &numbers, tensors, where);
    for (int i = 0; i < 4; i++)
        set(tensors[i], where[i]);
    return trainer;
}

static void ck_is(const char *name, int step, const char *what, float number, double wanted)
{
    ck_assert_msg(fabs((double)number - wanted) <= 4e-6 * (1 + fabs(wanted)), "%s, step %d, %s: %.9g, want %.9g", name,
                  step, what, (double)number, wanted);
}

/* A half by formulas: the loss, the penalties with their weights, and the update by SGD. */
static void work_out(struct half *half, const struct term *some, int count, bool of_generator, double *loss,
                     double *penalty)
{
    struct numbers slope = {.b = {0}};
    *loss = of_generator ? loss_of_generator(half, &slope) : loss_of_discriminator(half, &slope);
    *penalty = 0;
    for (int i = 0; i < count; i++) {
        regularizer *function = of_generator ? some[i].in_g : some[i].in_d;
        double weight = (double)some[i].weight, value = function != NULL ? function(half, weight, &slope) : 0;
        ck_assert_msg(function == NULL || fabs(value) > 1e-3, "%s says next to nothing here",
                      gan_regularizers[some[i].row].name);
        *penalty += weight * value;
    }
    double rate = -(double)(of_generator ? rate_of_g : rate_of_d);
    struct numbers *at = &half->run->at;
    if (of_generator) {
        add(at->a[0], rate, slope.a[0], K * L);
        add(at->b, rate, slope.b, K);
    } else {
        add(at->f[0], rate, slope.f[0], H * K);
        add(at->w, rate, slope.w, H);
    }
}

static double mean(const double numbers[N])
{
    double sum = 0;
    for (int n = 0; n < N; n++)
        sum += numbers[n] / N;
    return sum;
}

static void two_steps(const char *name, const struct term *some, int count)
{
    gan_trainer *trainer = trainer_with(some, count);
    gan_tensor *real = gan_tensor_new(GAN_SHAPE(N, 1, 1, K));
    ck_ok(gan_tensor_fill_normal(real, .5f, 1, 3));
    struct run run = {.at = first};
    for (int i = 0; i < N * K; i++)
        run.real[i / K][i % K] = (double)gan_tensor_data(real)[i];
    for (int step = 0; step < STEPS; step++) {
        double loss, penalty;
        gan_step_report report = GAN_STEP_REPORT_INIT;
        ck_ok(gan_train_step(trainer, real, NULL, &report));
        struct half half = half_of(&run, D_NOISE_LABEL, step);
        ck_is(name, step, "mean D(x)", report.d_real_logit, mean(half.of_real));
        ck_is(name, step, "mean D(G(z))", report.d_made_logit, mean(half.of_made));
        work_out(&half, some, count, false, &loss, &penalty);
        ck_is(name, step, "D's loss", report.d_loss, loss);
        ck_is(name, step, "D's penalty", report.d_penalty, penalty);
        half = half_of(&run, G_NOISE_LABEL, step); /* by the D that has been updated */
        work_out(&half, some, count, true, &loss, &penalty);
        ck_is(name, step, "G's loss", report.g_loss, loss);
        ck_is(name, step, "G's penalty", report.g_penalty, penalty);
        gan_tensor *tensors[4];
        double *where[4];
        places(trainer, &run.at, tensors, where);
        for (int i = 0; i < 4; i++)
            for (int64_t j = 0; j < gan_tensor_size(tensors[i]); j++)
                ck_is(name, step, ((const char *[]){"A", "b", "F", "w"})[i], gan_tensor_data(tensors[i])[j],
                      where[i][j]);
        for (int i = 0; i < 3; i++)
            ck_is(name, step, "LeCam's averages", gan_tensor_data(trainer->averages)[i], run.averages[i]);
    }
    gan_tensor_unref(real);
    gan_trainer_unref(trainer);
}

START_TEST(two_steps_with_none_are_those_worked_out)
{
    two_steps("no regulariser", terms, 0);
}
END_TEST

START_TEST(two_steps_with_each_are_those_worked_out)
{
    for (int i = 0; i < TERMS; i++)
        two_steps(gan_regularizers[terms[i].row].name, &terms[i], 1);
}
END_TEST

START_TEST(two_steps_with_all_are_those_worked_out)
{
    two_steps("all regularisers", terms, TERMS);
}
END_TEST

static const struct test_case tests[] = {
    {"two steps with none are those worked out", two_steps_with_none_are_those_worked_out},
    {"two steps with each are those worked out", two_steps_with_each_are_those_worked_out},
    {"two steps with all are those worked out", two_steps_with_all_are_those_worked_out},
};

int main(void)
{
    return RUN_SUITE("train: two steps", tests);
}
