/* Numbers that change with the steps, gradients that are clipped or added up: each against steps worked out here. */
#include "players.h"

enum { K = 3 };

/* ---- values ---- */

static float thrice(void *context, uint64_t step)
{
    return *(const float *)context * (float)step;
}

static void ck_course(gan_course course, uint64_t step, double wanted)
{
    ck_near(gan_course_value(&course, step), wanted, 1e-6);
}

START_TEST(courses_follow_their_curves)
{
    gan_course c = {.schedule = GAN_SCHEDULE_CONSTANT, .begin = .3f};
    ck_course(c, 0, .3);
    ck_course(c, 1000000, .3);
    c.warm_up = 4;
    ck_course(c, 0, .075);
    ck_course(c, 2, .225);
    ck_course(c, 3, .3);
    ck_course(c, 4, .3);
    c = (gan_course){.schedule = GAN_SCHEDULE_LINEAR, .begin = 1, .end = 3, .warm_up = 2, .hold = 3, .steps = 4};
    ck_course(c, 0, .5);
    ck_course(c, 1, 1);
    ck_course(c, 5, 1);
    ck_course(c, 6, 1.5);
    ck_course(c, 9, 3);
    ck_course(c, 1000, 3);
    c = (gan_course){.schedule = GAN_SCHEDULE_COSINE, .begin = 2, .end = .5f, .steps = 8};
    ck_course(c, 0, 2);
    ck_course(c, 2, .5 + 1.5 * (1 + sqrt(.5)) / 2);
    ck_course(c, 4, 1.25);
    ck_course(c, 8, .5);
    ck_course(c, 9, .5);
    c = (gan_course){.schedule = GAN_SCHEDULE_STEP, .begin = 2, .factor = .5f, .hold = 1, .steps = 3};
    ck_course(c, 3, 2);
    ck_course(c, 4, 1);
    ck_course(c, 6, 1);
    ck_course(c, 7, .5);
    float three = 3;
    c = (gan_course){.schedule = GAN_SCHEDULE_FUNCTION, .function = thrice, .context = &three};
    ck_course(c, 5, 15);
    c.function = NULL;
    ck_assert(isnan(gan_course_value(&c, 1)) && isnan(gan_course_value(NULL, 1)));
}
END_TEST

/* ---- in a trainer ---- */

static void add_course(gan_trainer_options *o, gan_course course)
{
    o->courses[o->course_count++] = course;
}

/* Dirac-GAN with Wasserstein's loss and R1, data at 0: ψ ← ψ − h_D(θ + γψ), then θ ← θ + h_G·ψ. */
START_TEST(rates_and_weights_follow_their_courses)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o = dirac_options(.25f);
    float tenth = .1f;
    o.loss = GAN_LOSS_WASSERSTEIN;
    const gan_course d_rate = {.setting = GAN_SETTING_DISCRIMINATOR_RATE,
                               .schedule = GAN_SCHEDULE_STEP,
                               .begin = .5f,
                               .factor = .5f,
                               .steps = 2};
    const gan_course g_rate = {.setting = GAN_SETTING_GENERATOR_RATE,
                               .schedule = GAN_SCHEDULE_FUNCTION,
                               .function = thrice,
                               .context = &tenth};
    const gan_course weight = {
        .setting = GAN_SETTING_R1_WEIGHT, .schedule = GAN_SCHEDULE_LINEAR, .begin = 0, .end = 1, .steps = 4};
    add_course(&o, d_rate);
    add_course(&o, g_rate);
    add_course(&o, weight);
    o.schedule = GAN_SCHEDULE_LINEAR; /* multiplies both rates */
    o.schedule_steps = 10;
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, 1));
    double theta = 1, psi = -1;
    for (int step = 0; step < 6; step++) {
        gan_step_report report = GAN_STEP_REPORT_INIT;
        double factor = 1 - step / 10., gamma = fmin(1, step / 4.);
        double h_d = .5 * pow(.5, step / 2) * factor, h_g = .1 * step * factor; /* step / 2 is whole */
        ck_ok(gan_train_step(trainer, zeros, NULL, &report));
        ck_near(report.r1_penalty, gamma / 2 * psi * psi, 1e-6);
        psi -= h_d * (theta + gamma * psi);
        theta += h_g * psi;
        ck_near(*players.psi, psi, 1e-6);
        ck_near(*players.theta, theta, 1e-6);
    }
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* Both go out along D's line, ψ past the bound, which comes in. */
START_TEST(clipping_follows_its_course)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o = dirac_options(.5f);
    o.loss = GAN_LOSS_WASSERSTEIN;
    add_course(
        &o,
        (gan_course){
            .setting = GAN_SETTING_WEIGHT_CLIP, .schedule = GAN_SCHEDULE_LINEAR, .begin = .9f, .end = .3f, .steps = 3});
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, 1));
    double theta = 1, psi = -1;
    for (int step = 0; step < 4; step++) {
        double bound = .9 - .2 * step;
        ck_ok(gan_train_step(trainer, zeros, NULL, NULL));
        psi = fmin(fmax(psi - .5 * theta, -bound), bound);
        theta += .5 * psi;
        ck_near(*players.psi, psi, 1e-6);
        ck_near(*players.theta, theta, 1e-6);
    }
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* One number under Adam, with the betas of the step at hand in all places, as in PyTorch when they are changed. */
struct adam {
    double m, v, rate;
    int t;
};

static double adam_step(struct adam *adam, double gradient, double beta1, double beta2)
{
    adam->t++;
    adam->m = beta1 * adam->m + (1 - beta1) * gradient;
    adam->v = beta2 * adam->v + (1 - beta2) * gradient * gradient;
    return adam->rate * (adam->m / (1 - pow(beta1, adam->t))) / (sqrt(adam->v / (1 - pow(beta2, adam->t))) + 1e-8);
}

START_TEST(betas_follow_their_courses)
{
    struct dirac players = dirac_new(1, -.5f);
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    o.loss = GAN_LOSS_WASSERSTEIN;
    o.generator_rate = o.discriminator_rate = .1f;
    o.beta1 = 0; /* m is kept all the same */
    const gan_course first = {
        .setting = GAN_SETTING_BETA1, .schedule = GAN_SCHEDULE_LINEAR, .begin = 0, .end = .5f, .steps = 4};
    const gan_course second = {
        .setting = GAN_SETTING_BETA2, .schedule = GAN_SCHEDULE_LINEAR, .begin = .9f, .end = .5f, .steps = 4};
    add_course(&o, first);
    add_course(&o, second);
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    ck_made(trainer);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, 1));
    struct adam of_d = {.rate = .1}, of_g = {.rate = .1};
    double theta = 1, psi = -.5;
    for (int step = 0; step < 6; step++) {
        double done = fmin(1, step / 4.);
        ck_ok(gan_train_step(trainer, zeros, NULL, NULL));
        psi -= adam_step(&of_d, theta, .5 * done, .9 - .4 * done);
        theta -= adam_step(&of_g, -psi, .5 * done, .9 - .4 * done);
        ck_near(*players.psi, psi, 1e-5);
        ck_near(*players.theta, theta, 1e-5);
    }
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* Two updates of D a step, R1 in every third update with three times its weight. */
START_TEST(lazy_penalties_weigh_the_same)
{
    for (int order = GAN_UPDATE_D_FIRST; order <= GAN_UPDATE_G_FIRST; order++) {
        struct dirac players = dirac_new(1, -1);
        gan_trainer_options o = dirac_options(.2f);
        o.loss = GAN_LOSS_WASSERSTEIN;
        o.discriminator_steps = 2;
        o.r1_weight = .5f;
        o.lazy_interval = 3;
        o.update = (gan_update_order)order;
        gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
        ck_made(trainer);
        gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, 1));
        double theta = 1, psi = -1;
        for (int step = 0; step < 5; step++) {
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, zeros, NULL, &report));
            if (order == GAN_UPDATE_G_FIRST)
                theta += .2 * psi;
            for (int i = 0; i < 2; i++) {
                double gamma = (2 * step + i) % 3 == 0 ? 1.5 : 0;
                if (i == 1)
                    ck_near(report.r1_penalty, gamma / 2 * psi * psi, 1e-6);
                psi -= .2 * (theta + gamma * psi);
            }
            if (order == GAN_UPDATE_D_FIRST)
                theta += .2 * psi;
            ck_near(*players.psi, psi, 1e-6);
            ck_near(*players.theta, theta, 1e-6);
        }
        gan_tensor_unref(zeros);
        gan_trainer_unref(trainer);
        o.lazy_interval = 0;
        o.generator_optimizer = o.discriminator_optimizer = NULL;
        ck_null(gan_trainer_new(players.g, players.d, &o), "lazy_interval is 0, want 1");
        dirac_unref(&players);
    }
}
END_TEST

static float not_a_number(void *context, uint64_t step)
{
    (void)context;
    return step < 1 ? 1 : NAN;
}

START_TEST(courses_that_cannot_be_meant_are_refused)
{
    struct dirac players = dirac_new(1, -1);
    static const struct {
        gan_course course;
        const char *message;
    } cases[] = {
        {{.setting = (gan_setting)77}, "courses[0].setting is 77, want a gan_setting"},
        {{.setting = GAN_SETTING_BETA2, .begin = 1}, "the course of beta2 has begin 1, want 0 or more and less than 1"},
        {{.setting = GAN_SETTING_R2_WEIGHT, .schedule = GAN_SCHEDULE_LINEAR, .end = -1, .steps = 1},
         "the course of r2_weight has end -1, want a finite number, 0 or more"},
        {{.setting = GAN_SETTING_R2_WEIGHT, .schedule = GAN_SCHEDULE_COSINE},
         "the course of r2_weight has steps 0, want 1 or more"},
        {{.setting = GAN_SETTING_WEIGHT_CLIP, .schedule = GAN_SCHEDULE_LINEAR, .begin = .01f, .steps = 9},
         "the course of weight_clip has end 0, want a finite number above 0"},
        {{.schedule = GAN_SCHEDULE_FUNCTION}, "generator_rate has no function, want one"},
        {{.schedule = (gan_schedule)9}, "has schedule 9, want a gan_schedule"},
        {{.warm_up = -1}, "has warm_up -1, want 0 or more"},
        {{.hold = -1}, "has hold -1, want 0 or more"},
        {{.schedule = GAN_SCHEDULE_STEP, .steps = 1, .factor = -1}, "has factor -1, want a finite number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
        add_course(&o, cases[i].course);
        ck_null(gan_trainer_new(players.g, players.d, &o), cases[i].message);
    }
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    const gan_course rate = {.begin = 1};
    add_course(&o, rate);
    add_course(&o, rate);
    ck_null(gan_trainer_new(players.g, players.d, &o), "courses[1] is a second course of generator_rate");
    o.course_count = 27;
    ck_null(gan_trainer_new(players.g, players.d, &o), "course_count is 27, want 0 to 26");
    o = dirac_options(.1f);
    const gan_course beta = {.setting = GAN_SETTING_BETA1};
    add_course(&o, beta);
    ck_null(gan_trainer_new(players.g, players.d, &o), "beta1 has a course, but generator_optimizer is sgd");
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_R3GAN)); /* its courses would take the optimizer's numbers unseen */
    o.generator_optimizer = gan_optimizer_adam(1e-3f, 0, .9f);
    ck_null(
        gan_trainer_new(players.g, players.d, &o),
        "generator_optimizer has rate 0.001, but courses[0] is about it and would take its place; change the course, "
        "or make the optimizer with 0.0002, where the course begins");
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_R3GAN));
    o.discriminator_optimizer = gan_optimizer_adam(2e-4f, 0, .999f);
    ck_null(gan_trainer_new(players.g, players.d, &o), "discriminator_optimizer has beta2 0.999, but courses[2]");
    o = dirac_options(.1f);
    const gan_course wild = {.schedule = GAN_SCHEDULE_FUNCTION, .function = not_a_number};
    add_course(&o, wild);
    gan_trainer *trainer = gan_trainer_new(players.g, players.d, &o);
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(2, 1));
    ck_ok(gan_train_step(trainer, zeros, NULL, NULL));
    ck_fails(gan_train_step(trainer, zeros, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "the course of generator_rate is nan at step 1");
    gan_tensor_unref(zeros);
    gan_trainer_unref(trainer);
    dirac_unref(&players);
}
END_TEST

/* ---- clipping: D(x) = w·x on Wasserstein's loss has the gradient E x̃ − E x ---- */

struct linear {
    gan_model *g, *d;
    float *made, *w;
};

static struct linear linear_new(void)
{
    static const float made[K] = {3, -4, .5f}, w[K] = {.1f, .2f, .3f};
    struct linear p = {.g = gan_model_new(GAN_SHAPE(2)), .d = gan_model_new(GAN_SHAPE(K))};
    gan_model_add(p.g, gan_layer_scale_shift(0, 0)); /* z leaves no trace */
    gan_model_add(p.g, gan_layer_dense(K));
    gan_model_add(p.d, gan_layer_without_bias(gan_layer_dense(1)));
    ck_ok(gan_model_initialize(p.g, 1));
    ck_ok(gan_model_initialize(p.d, 1));
    p.made = gan_tensor_data(gan_model_parameter(p.g, 1));
    p.w = gan_tensor_data(gan_model_parameter(p.d, 0));
    memcpy(p.made, made, sizeof made);
    memcpy(p.w, w, sizeof w);
    return p;
}

static void linear_unref(struct linear *p)
{
    gan_model_unref(p->g);
    gan_model_unref(p->d);
}

START_TEST(gradients_are_clipped_by_value_then_by_norm)
{
    static const struct {
        float value, norm;
        double wanted[K];
    } cases[] = {{0, 0, {3, -4, .5}},
                 {2, 0, {2, -2, .5}},
                 {0, 1, {3 / 5.024938, -4 / 5.024938, .5 / 5.024938}},
                 {0, 6, {3, -4, .5}},
                 {2, 1, {2 / 2.872281, -2 / 2.872281, .5 / 2.872281}}};
    gan_tensor *zeros = gan_tensor_new(GAN_SHAPE(4, K));
    for (int parts = 1; parts <= 2; parts++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            struct linear p = linear_new();
            gan_trainer_options o = dirac_options(.5f);
            o.loss = GAN_LOSS_WASSERSTEIN;
            o.clip_value = cases[i].value;
            o.clip_norm = cases[i].norm;
            o.micro_batches = parts;
            gan_trainer *trainer = gan_trainer_new(p.g, p.d, &o);
            ck_made(trainer);
            gan_step_report report = GAN_STEP_REPORT_INIT;
            ck_ok(gan_train_step(trainer, zeros, NULL, &report));
            for (int k = 0; k < K; k++)
                ck_near(p.w[k], .1 * (k + 1) - .5 * cases[i].wanted[k], 1e-5);
            ck_near(report.d_gradient_norm, 5.024938, 1e-5); /* before clipping */
            gan_trainer_unref(trainer);
            linear_unref(&p);
        }
    gan_tensor_unref(zeros);
}
END_TEST

/* ---- micro-batches ---- */

/* D is a small MLP, z leaves no trace, so parts see the noise of the whole. */
static gan_trainer *parted_trainer(int parts, gan_loss loss, bool spectral)
{
    gan_model *g = gan_model_new(GAN_SHAPE(5)), *d = gan_model_new(GAN_SHAPE(2, 3));
    gan_model_add(g, gan_layer_scale_shift(0, .5f));
    gan_model_add(g, gan_layer_dense(6));
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(2, 3)));
    gan_model_add(d, gan_layer_flatten());
    gan_layer *hidden = gan_layer_dense(9);
    gan_model_add(d, spectral ? gan_layer_with_spectral_norm(hidden, 1) : hidden);
    gan_model_add(d, gan_layer_softplus());
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    o.loss = loss;
    o.r1_weight = 1;
    o.discriminator_steps = 2;
    o.seed = 4;
    o.micro_batches = parts;
    o.generator_optimizer = gan_optimizer_sgd(.1f, 0, false);
    o.discriminator_optimizer = gan_optimizer_sgd(.1f, .5f, false);
    gan_trainer *trainer = gan_trainer_new(g, d, &o);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static void ck_models_near(gan_model *a, gan_model *b, double tolerance)
{
    gan_tensor *x = numbers_of(a), *y = numbers_of(b);
    ck_assert_int_eq(gan_tensor_size(x), gan_tensor_size(y));
    for (int64_t i = 0; i < gan_tensor_size(x); i++)
        ck_near(gan_tensor_data(x)[i], gan_tensor_data(y)[i], tolerance);
    gan_tensor_unref(x);
    gan_tensor_unref(y);
}

START_TEST(micro_batches_have_the_whole_batchs_gradient)
{
    static const gan_loss losses[] = {GAN_LOSS_NON_SATURATING, GAN_LOSS_RELATIVISTIC, GAN_LOSS_HINGE};
    gan_tensor *batch = small_batch(12, 3);
    for (int l = 0; l < 3; l++)
        for (int parts = 2; parts <= 12; parts += 4) { /* 2, 6, and 10 that does not fit */
            gan_trainer *whole = parted_trainer(1, losses[l], false);
            gan_trainer *parted = parted_trainer(parts, losses[l], false);
            if (parts == 10)
                ck_fails(gan_train_step(parted, batch, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT,
                         "the batch has 12 examples, want a multiple of 10: micro_batches, times the examples");
            for (int step = 0; step < 3 && parts != 10; step++) {
                gan_step_report a = GAN_STEP_REPORT_INIT, b = GAN_STEP_REPORT_INIT;
                ck_ok(gan_train_step(whole, batch, NULL, &a));
                ck_ok(gan_train_step(parted, batch, NULL, &b));
                ck_near(a.d_loss, b.d_loss, 1e-5);
                ck_near(a.g_loss, b.g_loss, 1e-5);
                ck_near(a.r1_penalty, b.r1_penalty, 1e-5);
                ck_near(a.d_penalty, b.d_penalty, 1e-5);
                ck_near(a.d_real, b.d_real, 1e-5);
                ck_near(a.d_gradient_norm, b.d_gradient_norm, 1e-5);
                ck_near(a.g_gradient_norm, b.g_gradient_norm, 1e-5);
            }
            ck_models_near(gan_trainer_discriminator(whole), gan_trainer_discriminator(parted), 1e-5);
            ck_models_near(gan_trainer_generator(whole), gan_trainer_generator(parted), 1e-5);
            gan_trainer_unref(whole);
            gan_trainer_unref(parted);
        }
    gan_tensor_unref(batch);
}
END_TEST

/* Batch norm in D: the running mean meets real and made ones of the first part, then of the second. */
START_TEST(running_statistics_move_with_each_part)
{
    struct linear p = linear_new();
    gan_model *d = gan_model_new(GAN_SHAPE(K));
    gan_model_add(d, gan_layer_batch_norm_with(1e-5f, .25f));
    gan_model_add(d, gan_layer_dense(1));
    gan_trainer_options o = dirac_options(0);
    o.micro_batches = 2;
    gan_trainer *trainer = gan_trainer_new(p.g, d, &o);
    ck_made(trainer);
    gan_tensor *batch = gan_tensor_new(GAN_SHAPE(4, K));
    ck_ok(gan_tensor_fill_normal(batch, 1, 2, 8));
    const float *x = gan_tensor_data(batch);
    double mean[K] = {0};
    for (int part = 0; part < 2; part++)
        for (int k = 0; k < K; k++) {
            double of_real = ((double)x[2 * part * K + k] + (double)x[(2 * part + 1) * K + k]) / 2;
            mean[k] = .75 * mean[k] + .25 * of_real;
            mean[k] = .75 * mean[k] + .25 * (double)p.made[k];
        }
    ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    for (int k = 0; k < K; k++)
        ck_near(gan_tensor_data(gan_model_state(d, 0))[k], mean[k], 1e-5);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    gan_model_unref(d);
    linear_unref(&p);
}
END_TEST

START_TEST(a_part_that_fails_leaves_no_trace)
{
    gan_trainer *trainer = parted_trainer(3, GAN_LOSS_NON_SATURATING, true);
    gan_tensor *batch = small_batch(6, 3);
    gan_tensor *before = numbers_of(gan_trainer_discriminator(trainer));
    gan_tensor_data(batch)[6 * 6 - 1] = NAN;
    ck_fails(gan_train_step(trainer, batch, NULL, NULL), GAN_ERROR_NOT_FINITE, "D's");
    gan_tensor *after = numbers_of(gan_trainer_discriminator(trainer));
    ck_assert(same_numbers(before, after)); /* the parts before it had moved u and v */
    gan_tensor_data(batch)[6 * 6 - 1] = .5f;
    ck_ok(gan_train_step(trainer, batch, NULL, NULL));
    gan_trainer *fresh = parted_trainer(3, GAN_LOSS_NON_SATURATING, true);
    ck_ok(gan_train_step(fresh, batch, NULL, NULL));
    gan_tensor *repeated = numbers_of(gan_trainer_discriminator(trainer));
    gan_tensor *first = numbers_of(gan_trainer_discriminator(fresh));
    ck_assert(same_numbers(repeated, first));
    gan_tensor_unref(repeated);
    gan_tensor_unref(first);
    gan_tensor_unref(before);
    gan_tensor_unref(after);
    gan_tensor_unref(batch);
    gan_trainer_unref(trainer);
    gan_trainer_unref(fresh);
}
END_TEST

START_TEST(numbers_that_cannot_be_meant_are_refused)
{
    struct dirac players = dirac_new(1, -1);
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_ARTICLE));
    o.micro_batches = 0;
    ck_null(gan_trainer_new(players.g, players.d, &o), "micro_batches is 0, want 1 or more");
    o.micro_batches = 1;
    o.clip_norm = -1;
    ck_null(gan_trainer_new(players.g, players.d, &o), "clip_norm is -1, want");
    o.clip_norm = 0;
    o.clip_value = NAN;
    ck_null(gan_trainer_new(players.g, players.d, &o), "clip_value is nan, want");
    dirac_unref(&players);
}
END_TEST

/* ---- presets ---- */

START_TEST(sngan_and_r3gan_are_their_papers_programs)
{
    gan_trainer_options o;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_SNGAN));
    ck_assert(o.loss == GAN_LOSS_HINGE && o.discriminator_steps == 5 && o.generator_rate == 2e-4f &&
              o.discriminator_rate == 2e-4f && o.beta1 == 0 && o.beta2 == .9f && o.course_count == 0);
    gan_discriminator_options d;
    for (int recipe = GAN_RECIPE_MLP; recipe <= GAN_RECIPE_DCGAN; recipe++) {
        ck_ok(gan_discriminator_options_init(&d, (gan_recipe)recipe));
        ck_ok(gan_discriminator_options_preset(&d, GAN_PRESET_SNGAN));
        ck_assert(d.spectral_norm == 1 && d.normalization == GAN_NORMALIZATION_NONE);
    }
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_R3GAN));
    ck_assert(o.loss == GAN_LOSS_RELATIVISTIC && o.beta1 == 0 && o.average_decay > 0 && o.discriminator_steps == 1);
    static const struct {
        gan_setting setting;
        double begin, end;
    } courses[] = {{GAN_SETTING_GENERATOR_RATE, 2e-4, 5e-5},
                   {GAN_SETTING_DISCRIMINATOR_RATE, 2e-4, 5e-5},
                   {GAN_SETTING_BETA2, .9, .99},
                   {GAN_SETTING_R1_WEIGHT, .05, .005},
                   {GAN_SETTING_R2_WEIGHT, .05, .005}};
    ck_assert_int_eq(o.course_count, 5);
    for (int i = 0; i < 5; i++) {
        const gan_course *c = &o.courses[i];
        ck_assert_int_eq(c->setting, courses[i].setting);
        ck_near(gan_course_value(c, 0), courses[i].begin, 1e-7 * courses[i].begin);
        ck_near(gan_course_value(c, (uint64_t)c->steps / 2), (courses[i].begin + courses[i].end) / 2, 1e-7);
        ck_near(gan_course_value(c, (uint64_t)c->steps), courses[i].end, 1e-7 * courses[i].end);
    }
}
END_TEST

START_TEST(they_train_every_recipe)
{
    for (int recipe = GAN_RECIPE_MLP; gan_recipe_name((gan_recipe)recipe) != NULL; recipe++)
        for (gan_preset preset = GAN_PRESET_SNGAN; preset <= GAN_PRESET_R3GAN; preset++) {
            gan_shape image = GAN_SHAPE(1, 8, 8);
            gan_generator_options go;
            gan_discriminator_options dopt;
            ck_ok(gan_generator_options_init(&go, (gan_recipe)recipe));
            ck_ok(gan_generator_options_preset(&go, preset));
            ck_ok(gan_discriminator_options_init(&dopt, (gan_recipe)recipe));
            ck_ok(gan_discriminator_options_preset(&dopt, preset));
            go.width = dopt.width = go.most_width = dopt.most_width = 4;
            go.spectral_norm = recipe == GAN_RECIPE_MLP ? 2 : 0;
            gan_model *g = gan_generator_new(image, &go), *d = gan_discriminator_new(image, &dopt);
            gan_trainer_options o;
            ck_ok(gan_trainer_options_init(&o, preset));
            gan_trainer *trainer = gan_trainer_new(g, d, &o);
            ck_made(trainer);
            bool normed = strstr(gan_model_parameter_name(d, 0), "weight_orig") != NULL;
            ck_assert(normed ==
                      (preset == GAN_PRESET_SNGAN && recipe != GAN_RECIPE_R3GAN)); /* whose blocks end in zeros */
            gan_tensor *batch = gan_tensor_new(GAN_SHAPE(4, 1, 8, 8));
            ck_ok(gan_tensor_fill_uniform(batch, 0, 1, 3));
            for (int step = 0; step < 2; step++)
                ck_ok(gan_train_step(trainer, batch, NULL, NULL));
            gan_tensor_unref(batch);
            gan_trainer_unref(trainer);
            gan_model_unref(g);
            gan_model_unref(d);
        }
}
END_TEST

static const struct test_case tests[] = {
    {"curves", courses_follow_their_curves},
    {"rates and weights", rates_and_weights_follow_their_courses},
    {"clipping", clipping_follows_its_course},
    {"betas", betas_follow_their_courses},
    {"lazy", lazy_penalties_weigh_the_same},
    {"courses refused", courses_that_cannot_be_meant_are_refused},
    {"clipping", gradients_are_clipped_by_value_then_by_norm},
    {"micro-batches", micro_batches_have_the_whole_batchs_gradient},
    {"running statistics", running_statistics_move_with_each_part},
    {"a part that fails", a_part_that_fails_leaves_no_trace},
    {"numbers refused", numbers_that_cannot_be_meant_are_refused},
    {"presets", sngan_and_r3gan_are_their_papers_programs},
    {"presets train", they_train_every_recipe},
};

int main(void)
{
    return RUN_SUITE("train: schedules", tests);
}
