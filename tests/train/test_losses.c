/* Losses and the R1 penalty: values and gradients against closed forms in double. */
#include "players.h"

#include "train/losses.h"

static double softplus(double t)
{
    return t > 0 ? t + log1p(exp(-t)) : log1p(exp(t));
}

static double sigmoid(double t)
{
    return 1 / (1 + exp(-t));
}

/* ---- losses ---- */

enum { N = 7 };

static const float real_logits[N] = {0, 1.5f, -2, .25f, 30, -30, 3};
static const float made_logits[N] = {.5f, -1, 4, -.125f, -25, 25, 0};

struct outcome {
    double loss;
    float to_real[N], to_made[N]; /* derivatives */
};

/* The loss, and its derivative to each logit. */
static struct outcome evaluate(gan_loss loss, bool discriminator, const float *real, const float *made)
{
    gan_tape *tape = gan_tape_new();
    gan_var *r = gan_tape_input(tape, GAN_SHAPE(N, 1)), *f = gan_tape_input(tape, GAN_SHAPE(N, 1));
    gan_var *value = discriminator ? gan_loss_discriminator(loss, r, f) : gan_loss_generator(loss, r, f);
    gan_var *wanted[] = {value, gan_grad(value, r), gan_grad(value, f)};
    gan_plan *plan = gan_plan_new(wanted, 3);
    ck_made(plan);
    ck_assert_int_eq(gan_var_rank(value), 0);
    ck_ok(gan_plan_bind_memory(plan, r, real));
    ck_ok(gan_plan_bind_memory(plan, f, made));
    ck_ok(gan_plan_run(plan));
    struct outcome outcome = {.loss = (double)gan_plan_scalar(plan, value)};
    gan_tensor *gradient = gan_tensor_new(GAN_SHAPE(N, 1));
    ck_ok(gan_plan_read(plan, wanted[1], gradient));
    memcpy(outcome.to_real, gan_tensor_data(gradient), sizeof outcome.to_real);
    ck_ok(gan_plan_read(plan, wanted[2], gradient));
    memcpy(outcome.to_made, gan_tensor_data(gradient), sizeof outcome.to_made);
    gan_tensor_unref(gradient);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return outcome;
}

START_TEST(the_discriminators_loss_is_cross_entropy)
{
    for (gan_loss loss = GAN_LOSS_NON_SATURATING; loss <= GAN_LOSS_MINIMAX; loss++) {
        struct outcome got = evaluate(loss, true, real_logits, made_logits);
        double wanted = 0;
        for (int i = 0; i < N; i++) {
            double r = (double)real_logits[i], f = (double)made_logits[i];
            wanted += (softplus(-r) + softplus(f)) / N;
            ck_near(got.to_real[i], -sigmoid(-r) / N, 1e-7);
            ck_near(got.to_made[i], sigmoid(f) / N, 1e-7);
        }
        ck_near(got.loss, wanted, 1e-6 * wanted);
    }
}
END_TEST

START_TEST(the_generators_losses_are_their_formulas)
{
    struct outcome ns = evaluate(GAN_LOSS_NON_SATURATING, false, real_logits, made_logits);
    struct outcome mm = evaluate(GAN_LOSS_MINIMAX, false, real_logits, made_logits);
    double wanted_ns = 0, wanted_mm = 0;
    for (int i = 0; i < N; i++) {
        double f = (double)made_logits[i];
        wanted_ns += softplus(-f) / N;
        wanted_mm -= softplus(f) / N;
        ck_near(ns.to_made[i], -sigmoid(-f) / N, 1e-7);
        ck_near(mm.to_made[i], -sigmoid(f) / N, 1e-7);
        ck_assert(ns.to_real[i] == 0 && mm.to_real[i] == 0);
    }
    ck_near(ns.loss, wanted_ns, 1e-6 * wanted_ns);
    ck_near(mm.loss, wanted_mm, -1e-6 * wanted_mm);
}
END_TEST

/* The log of a probability that rounds to 0 or 1 is never taken. */
START_TEST(losses_stay_finite_however_sure_the_discriminator_is)
{
    float high[N], low[N];
    for (int i = 0; i < N; i++) {
        high[i] = 1e30f;
        low[i] = -1e30f;
    }
    for (gan_loss loss = GAN_LOSS_NON_SATURATING; loss <= GAN_LOSS_MINIMAX; loss++) {
        struct outcome wrong = evaluate(loss, true, low, high), right = evaluate(loss, true, high, low);
        ck_near(wrong.loss / 2e30, 1, 1e-6);
        ck_near(right.loss, 0, 1e-12);
        ck_near(wrong.to_real[0], -1.0 / N, 1e-7);
        ck_near(wrong.to_made[0], 1.0 / N, 1e-7);
        ck_near(right.to_real[0], 0, 1e-12);
        ck_assert(isfinite(evaluate(loss, false, high, low).loss));
        ck_assert(isfinite(evaluate(loss, false, low, high).loss));
    }
}
END_TEST

START_TEST(losses_have_names_and_refuse_what_is_none)
{
    ck_assert_str_eq(gan_loss_name(GAN_LOSS_NON_SATURATING), "non-saturating");
    ck_assert_str_eq(gan_loss_name(GAN_LOSS_F_REVERSE_KL), "f-gan-reverse-kl");
    ck_assert_ptr_null(gan_loss_name((gan_loss)77));
    gan_loss loss = GAN_LOSS_MINIMAX;
    int count = 0;
    for (; gan_loss_name((gan_loss)count) != NULL; count++) {
        ck_ok(gan_loss_from_name(gan_loss_name((gan_loss)count), &loss));
        ck_assert_int_eq(loss, count);
    }
    ck_assert_int_eq(count, GAN_LOSS_BOUNDARY_EQUILIBRIUM + 1);
    ck_fails(
        gan_loss_from_name("least squares", &loss), GAN_ERROR_INVALID_ARGUMENT,
        "gan_loss_from_name: there is no loss \"least squares\"; there are non-saturating, minimax, least-squares,");
    ck_message("energy-margin, boundary-equilibrium");
    ck_fails(gan_loss_from_name(NULL, &loss), GAN_ERROR_INVALID_ARGUMENT, "name is NULL");
    ck_fails(gan_loss_from_name("hinge", NULL), GAN_ERROR_INVALID_ARGUMENT, "loss is NULL");
    gan_tape *tape = gan_tape_new();
    gan_var *r = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_discriminator((gan_loss)77, r, r), "gan_loss_discriminator: loss is 77, want a gan_loss");
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
    tape = gan_tape_new();
    r = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_null(gan_loss_generator((gan_loss)77, r, r), "gan_loss_generator: loss is 77, want a gan_loss");
    gan_tape_unref(tape);
    tape = gan_tape_new();
    r = gan_tape_input(tape, GAN_SHAPE(N, 1));
    ck_made(gan_loss_generator(GAN_LOSS_NON_SATURATING, NULL, r));
    ck_assert_ptr_null(gan_loss_generator(GAN_LOSS_MINIMAX, NULL, NULL));
    ck_assert_ptr_null(gan_loss_discriminator(GAN_LOSS_MINIMAX, r, NULL));
    gan_tape_unref(tape);
}
END_TEST

/* ---- R1 ---- */

/*
 * D(x) = vᵀ tanh(Wx), W [H, K]: ∇D(x) = Wᵀ(v∘(1 − t²)) with t = tanh(Wx), so the penalty ½·mean ‖∇D‖² and its
 * derivatives to v and W are worked out by hand. With a = v∘(1 − t²), u = WWᵀa, and ‖∇D‖² = aᵀWWᵀa:
 * d/dv_h = 2u_h(1 − t_h²); d/dW = 2a(Wᵀa)ᵀ + 2(u∘v∘(−2t(1 − t²)))xᵀ.
 */
enum { H = 5, K = 3, EXAMPLES = 4 };

struct by_hand {
    double penalty, to_w[H][K], to_v[H];
};

static struct by_hand r1_by_hand(const float *w, const float *v, const float *x)
{
    struct by_hand result = {0};
    for (int n = 0; n < EXAMPLES; n++) {
        double t[H], a[H], gradient[K] = {0};
        for (int h = 0; h < H; h++) {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += (double)w[h * K + k] * (double)x[n * K + k];
            t[h] = tanh(sum);
            a[h] = (double)v[h] * (1 - t[h] * t[h]);
            for (int k = 0; k < K; k++)
                gradient[k] += (double)w[h * K + k] * a[h];
        }
        for (int k = 0; k < K; k++)
            result.penalty += .5 * gradient[k] * gradient[k] / EXAMPLES;
        for (int h = 0; h < H; h++) {
            double u = 0;
            for (int k = 0; k < K; k++)
                u += (double)w[h * K + k] * gradient[k];
            result.to_v[h] += u * (1 - t[h] * t[h]) / EXAMPLES;
            for (int k = 0; k < K; k++)
                result.to_w[h][k] += (a[h] * gradient[k] -
                                      u * (double)v[h] * 2 * t[h] * (1 - t[h] * t[h]) * (double)x[n * K + k]) /
                                     EXAMPLES;
        }
    }
    return result;
}

START_TEST(r1_and_its_gradient_are_those_worked_out_by_hand)
{
    gan_model *d = gan_model_new(GAN_SHAPE(K));
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(H)));
    gan_model_add(d, gan_layer_tanh());
    gan_model_add(d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(d, 5));
    gan_tensor *w = gan_model_parameter(d, 0), *v = gan_model_parameter(d, 1);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(EXAMPLES, K));
    ck_ok(gan_tensor_fill_normal(batch, 0, 1, 3));
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(EXAMPLES, K));
    gan_var *penalty = gan_penalty_r1(gan_model_apply(d, x), x);
    gan_var *wanted[] = {penalty, gan_grad(penalty, gan_tape_tensor(tape, w)),
                         gan_grad(penalty, gan_tape_tensor(tape, v))};
    gan_plan *plan = gan_plan_new(wanted, 3);
    ck_made(plan);
    ck_ok(gan_plan_bind(plan, x, batch));
    ck_ok(gan_plan_run(plan));
    struct by_hand by_hand = r1_by_hand(gan_tensor_data(w), gan_tensor_data(v), gan_tensor_data(batch));
    ck_assert(by_hand.penalty > .01);
    ck_near(gan_plan_scalar(plan, penalty), by_hand.penalty, 1e-6);
    gan_tensor *to_w = gan_tensor_new(GAN_SHAPE(H, K)), *to_v = gan_tensor_new(GAN_SHAPE(1, H));
    ck_ok(gan_plan_read(plan, wanted[1], to_w));
    ck_ok(gan_plan_read(plan, wanted[2], to_v));
    for (int h = 0; h < H; h++) {
        ck_near(gan_tensor_data(to_v)[h], by_hand.to_v[h], 2e-6);
        for (int k = 0; k < K; k++)
            ck_near(gan_tensor_data(to_w)[h * K + k], by_hand.to_w[h][k], 2e-6);
    }
    gan_tensor_unref(to_w);
    gan_tensor_unref(to_v);
    gan_tensor_unref(batch);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    gan_model_unref(d);
}
END_TEST

START_TEST(r1_takes_logits_of_one_or_two_axes)
{
    const float x[6] = {1, 2, 3, 4, 5, 6};
    gan_tape *tape = gan_tape_new();
    gan_var *in = gan_tape_input(tape, GAN_SHAPE(3, 2));
    gan_var *two = gan_sum_keep(gan_square(in), GAN_AXES(1)), *one = gan_sum_over(gan_square(in), GAN_AXES(1));
    gan_var *wanted[] = {gan_penalty_r1(two, in), gan_penalty_r1(one, in)};
    gan_plan *plan = gan_plan_new(wanted, 2);
    ck_ok(gan_plan_bind_memory(plan, in, x));
    ck_ok(gan_plan_run(plan));
    for (int i = 0; i < 2; i++) /* ∇ = 2x: ½·mean 4‖x‖² */
        ck_near(gan_plan_scalar(plan, wanted[i]), 2.0 * 91 / 3, 1e-4);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
}
END_TEST

START_TEST(r1_refuses_shapes_that_are_no_logits)
{
    static const char message[] = "want one logit for each of x's examples: [N, 1] and [N, …]";
    gan_shape shapes[] = {GAN_SHAPE(3, 2), GAN_SHAPE(4, 1), GAN_SCALAR};
    for (int i = 0; i < 3; i++) {
        gan_tape *tape = gan_tape_new();
        gan_var *x = gan_tape_input(tape, GAN_SHAPE(3, 2)), *logits = gan_tape_input(tape, shapes[i]);
        ck_null(gan_penalty_r1(logits, x), message);
        ck_assert(strstr(gan_tape_message(tape), "gan_penalty_r1: logits is ") != NULL);
        gan_tape_unref(tape);
    }
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(3, 1));
    ck_null(gan_penalty_r1(NULL, x), "gan_penalty_r1: logits is NULL");
    ck_assert_int_eq(gan_tape_status(tape), GAN_ERROR_INVALID_ARGUMENT);
    gan_tape_unref(tape);
    tape = gan_tape_new();
    x = gan_tape_input(tape, GAN_SHAPE(3, 1));
    ck_null(gan_penalty_r1(x, NULL), "gan_penalty_r1: x is NULL");
    ck_null(gan_penalty_r1(NULL, NULL), "gan_penalty_r1: logits is NULL");
    gan_tape_unref(tape);
}
END_TEST

START_TEST(each_row_of_the_tables_is_whole)
{
    for (int i = 0; i < GAN_REGULARIZERS; i++) {
        ck_made(gan_regularizers[i].name);
        ck_made(gan_regularizers[i].field);
        ck_assert(gan_regularizers[i].build != NULL);
    }
    for (int i = 0; gan_loss_row((gan_loss)i) != NULL; i++)
        ck_assert(gan_loss_row((gan_loss)i)->discriminator != NULL && gan_loss_row((gan_loss)i)->generator != NULL);
    ck_made(gan_loss_row(GAN_LOSS_MINIMAX));
}
END_TEST

static const struct test_case tests[] = {
    {"the discriminator's loss is cross-entropy", the_discriminators_loss_is_cross_entropy},
    {"the generator's losses are their formulas", the_generators_losses_are_their_formulas},
    {"losses stay finite however sure the discriminator is", losses_stay_finite_however_sure_the_discriminator_is},
    {"losses have names and refuse what is none", losses_have_names_and_refuse_what_is_none},
    {"R1 and its gradient are those worked out by hand", r1_and_its_gradient_are_those_worked_out_by_hand},
    {"R1 takes logits of one or two axes", r1_takes_logits_of_one_or_two_axes},
    {"R1 refuses shapes that are no logits", r1_refuses_shapes_that_are_no_logits},
    {"each row of the tables is whole", each_row_of_the_tables_is_whole},
};

int main(void)
{
    return RUN_SUITE("train: losses", tests);
}
