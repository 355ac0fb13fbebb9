/*
 * A step: for each half compute (losses and the gradient, in one flat buffer), reduce (norms, and the test for NaN and
 * infinity), commit (optimizer, running statistics, average). A half that fails the test commits nothing.
 */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/labels.h"
#include "train/optimizer.h"
#include "train/schedules.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The noise of the two halves comes from seeds of their own, at the number of the update. */
#define D_NOISE_LABEL UINT64_C(0x6e6f69736564)
#define G_NOISE_LABEL UINT64_C(0x6e6f69736567)

/* ---- the reduce phase: is all finite? ---- */

static gan_status check_finite(const gan_trainer *trainer, const struct gan_half *half, const char *network,
                               const char *who)
{
    const char *culprit = NULL;
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        if (half->penalty[i] != NULL && !isfinite(gan_plan_scalar(half->plan, half->penalty[i])))
            culprit = gan_regularizers[i].name;
    if (!isfinite(gan_plan_scalar(half->plan, half->loss)))
        culprit = "loss";
    else if (culprit == NULL && !isfinite(gan_plan_scalar(half->plan, half->norm)))
        culprit = "gradient";
    else if (culprit == NULL && !gan_plan_assigns_finite(half->plan)) /* batch norm divides by what is infinite */
        culprit = "state (running statistics and the like)";
    if (culprit == NULL)
        return GAN_OK;
    char what[160];
    snprintf(what, sizeof what, "%s: step %" PRIu64 ": %s's %s is not finite, and %s was not updated", who,
             trainer->steps + 1, network, culprit, network);
    return gan_plan_explain_not_finite(half->plan, what);
}

/* ---- both halves ---- */

/* A real batch, and the half's update that it is for. */
struct batch {
    const gan_tensor *real, *labels; /* labels are NULL where the models have none */
    uint64_t seed, update;
    gan_tensor *made_labels; /* room for them; NULL where they are the real ones' */
    int part, parts;         /* the micro-batch in hand */
};

/* The rows of the micro-batch in hand. */
static char *rows_of(const gan_tensor *tensor, const struct batch *batch)
{
    size_t bytes = (size_t)gan_tensor_size(tensor) * gan_dtype_size(gan_tensor_dtype(tensor));
    return (char *)gan_tensor_bytes(tensor) + bytes / (size_t)batch->parts * (size_t)batch->part;
}

static gan_status bind_labels(gan_trainer *trainer, const struct gan_half *half, const struct batch *batch)
{
    if (half->labels == NULL)
        return GAN_OK;
    gan_status status = gan_plan_bind_memory(half->plan, half->labels, rows_of(batch->labels, batch));
    if (status != GAN_OK || half->made_labels == half->labels)
        return status;
    if (batch->part == 0)
        gan_make_labels(trainer->options.made_labels, gan_trained_labels(trainer->generator), batch->labels,
                        gan_tensor_shape(batch->real).dims[0], batch->seed, batch->update, batch->made_labels);
    return gan_plan_bind_memory(half->plan, half->made_labels, rows_of(batch->made_labels, batch));
}

static gan_status bind(gan_trainer *trainer, const struct gan_half *half, const struct batch *batch)
{
    gan_plan *plan = half->plan;
    gan_plan_seek(plan, batch->seed, batch->update * (uint64_t)batch->parts + (uint64_t)batch->part);
    gan_status status = bind_labels(trainer, half, batch);
    if (status == GAN_OK && half->real != NULL)
        status = gan_plan_bind_memory(plan, half->real, rows_of(batch->real, batch));
    if (status == GAN_OK && half->augment_probability != NULL)
        status = gan_plan_bind_memory(plan, half->augment_probability, &trainer->adaptive.probability);
    if (status == GAN_OK && half->instance_noise != NULL)
        status = gan_plan_bind_memory(plan, half->instance_noise, &trainer->instance_noise);
    if (status == GAN_OK && half->balance != NULL)
        status = gan_plan_bind_memory(plan, half->balance, &trainer->balance);
    for (int i = 0; i < GAN_REGULARIZERS && status == GAN_OK; i++)
        if (half->weight[i] != NULL)
            status = gan_plan_bind_memory(plan, half->weight[i], &trainer->applied[i]);
    return status;
}

/* ---- reports: means over the micro-batches ---- */

static void add_scalar(float *to, const struct gan_half *half, gan_var *var, const struct batch *batch)
{
    float value = var != NULL ? gan_plan_scalar(half->plan, var) : 0;
    *to = batch->part == 0 ? value : *to + value;
    if (batch->part + 1 == batch->parts)
        *to /= (float)batch->parts;
}

/* All penalties, with their weights. */
static void add_penalties(float *to, const struct gan_half *half, const struct batch *batch)
{
    float sum = batch->part == 0 ? 0 : *to;
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        if (half->penalty[i] != NULL)
            sum += gan_plan_scalar(half->plan, half->penalty[i]);
    *to = batch->part + 1 == batch->parts ? sum / (float)batch->parts : sum;
}

static void read_discriminator(const struct gan_half *half, const struct batch *batch, gan_step_report *report)
{
    add_scalar(&report->d_loss, half, half->loss, batch);
    add_scalar(&report->d_gradient_norm, half, half->norm, batch);
    add_scalar(&report->d_real, half, half->real_probability, batch);
    add_scalar(&report->d_made, half, half->made_probability, batch);
    add_scalar(&report->d_real_logit, half, half->real_logit, batch);
    add_scalar(&report->d_made_logit, half, half->made_logit, batch);
    add_scalar(&report->d_class_real, half, half->class_real, batch);
    add_scalar(&report->d_class_made, half, half->class_made, batch);
    add_scalar(&report->r1_penalty, half, half->penalty[GAN_REGULARIZER_R1], batch);
    add_penalties(&report->d_penalty, half, batch);
    add_scalar(&report->d_real_sign, half, half->sign, batch);
}

static void read_generator(const struct gan_half *half, const struct batch *batch, gan_step_report *report)
{
    add_scalar(&report->g_loss, half, half->loss, batch);
    add_scalar(&report->g_gradient_norm, half, half->norm, batch);
    add_scalar(&report->g_class, half, half->class_made, batch);
    add_penalties(&report->g_penalty, half, batch);
}

/* ---- compute ---- */

/* What differs between the halves. */
struct side {
    const char *network;
    struct gan_gradients *gradients;
    void (*read)(const struct gan_half *half, const struct batch *batch, gan_step_report *report);
    float *norm; /* in the report */
};

static gan_status compute_part(gan_trainer *trainer, struct gan_half *half, const struct side *side,
                               const struct batch *batch, gan_step_report *report, const char *who)
{
    gan_status status = bind(trainer, half, batch);
    if (status == GAN_OK)
        status = gan_plan_compute(half->plan);
    if (status != GAN_OK)
        return status;
    side->read(half, batch, report);
    return check_finite(trainer, half, side->network, who);
}

/* With several micro-batches each commits its state for the next one to see; in the end it is taken back. */
static gan_status compute(gan_trainer *trainer, struct gan_half *half, const struct side *side, struct batch batch,
                          gan_step_report *report, const char *who)
{
    if (batch.parts == 1)
        return compute_part(trainer, half, side, &batch, report, who);
    gan_status status = GAN_OK;
    gan_gradients_begin(side->gradients);
    for (batch.part = 0; batch.part < batch.parts && status == GAN_OK; batch.part++) {
        status = compute_part(trainer, half, side, &batch, report, who);
        if (status != GAN_OK)
            break;
        gan_gradients_add(side->gradients, gan_plan_numbers(half->plan, half->gradient));
        status = gan_plan_commit(half->plan);
    }
    gan_gradients_end(side->gradients);
    if (status == GAN_OK)
        *side->norm = (float)gan_gradients_norm(side->gradients);
    return status;
}

static gan_status compute_discriminator(gan_trainer *trainer, struct gan_half *half, const struct batch *batch,
                                        gan_step_report *report, const char *who)
{
    const struct side side = {"D", &trainer->discriminator_gradients, read_discriminator, &report->d_gradient_norm};
    return compute(trainer, half, &side, *batch, report, who);
}

static gan_status compute_generator(gan_trainer *trainer, struct gan_half *half, const struct batch *batch,
                                    gan_step_report *report, const char *who)
{
    const struct side side = {"G", &trainer->generator_gradients, read_generator, &report->g_gradient_norm};
    return compute(trainer, half, &side, *batch, report, who);
}

/* ---- commit ---- */

/* State first: what is assigned was computed with the old parameters. */
static gan_status commit(const struct gan_half *half, struct gan_gradients *gradients, gan_optimizer *optimizer,
                         double rate_factor)
{
    gan_status status = GAN_OK;
    if (gradients->parts == 1)
        status = gan_plan_commit(half->plan);
    else
        gan_gradients_commit_state(gradients);
    if (status == GAN_OK)
        gan_optimizer_apply(optimizer, gan_gradients_finish(gradients, gan_plan_numbers(half->plan, half->gradient)),
                            rate_factor);
    return status;
}

static void clip_weights(gan_model *model, float bound)
{
    gan_tensor *block = gan_model_block(model); /* what lies between parameters is 0, and stays so */
    gan_clip_numbers(gan_tensor_data(block), gan_tensor_data(block), gan_tensor_size(block), bound);
}

static gan_status commit_discriminator(gan_trainer *trainer, struct gan_half *half, gan_step_report *report)
{
    gan_status status = commit(half, &trainer->discriminator_gradients, trainer->options.discriminator_optimizer,
                               (double)report->rate_factor * trainer->remedied.discriminator_rate);
    if (status == GAN_OK && trainer->weight_clip > 0)
        clip_weights(trainer->discriminator, trainer->weight_clip);
    report->d_committed = status == GAN_OK;
    return status;
}

static gan_status commit_generator(gan_trainer *trainer, struct gan_half *half, gan_step_report *report)
{
    gan_status status = commit(half, &trainer->generator_gradients, trainer->options.generator_optimizer,
                               (double)report->rate_factor * trainer->remedied.generator_rate);
    if (status != GAN_OK)
        return status;
    trainer->generator_updates++;
    gan_trainer_update_average(trainer);
    report->g_committed = true;
    return GAN_OK;
}

/* ---- the step ---- */

static gan_status check_real(const gan_trainer *trainer, const gan_tensor *real, const char *who)
{
    if (real == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: real is NULL", who);
    gan_shape given = gan_tensor_shape(real), one = gan_model_output_shape(trainer->generator);
    if (gan_tensor_dtype(real) == GAN_FLOAT32 && given.rank == one.rank + 1 &&
        gan_shape_equal(gan_shape_of_one(given), one))
        return GAN_OK;
    char a[128], b[128];
    gan_shape_text(one, b, sizeof b);
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: real is %s %s, want float32 [N, %s", who,
                    gan_dtype_name(gan_tensor_dtype(real)), gan_shape_text(given, a, sizeof a), b + 1);
}

struct step {
    gan_trainer *trainer;
    const struct gan_batches *batches;
    const gan_tensor *real, *labels; /* the batch in hand; NULL before the first */
    struct gan_trainer_plans *plans;
    gan_step_report *report;
    const char *who;
};

static uint64_t update_number(const gan_trainer *trainer, int update)
{
    return trainer->steps * (uint64_t)trainer->options.discriminator_steps + (uint64_t)update;
}

/* The batch for D's update number `update` of the step, and the plans for it. */
static gan_status next_batch(struct step *step, int update)
{
    gan_status status = step->batches->next(step->batches->context, &step->real, &step->labels);
    if (status == GAN_OK)
        status = check_real(step->trainer, step->real, step->who);
    if (status == GAN_OK)
        status = gan_trainer_check_range(step->trainer, step->real, step->who);
    if (status == GAN_OK)
        status = gan_check_batch_labels(step->trainer->generator, step->labels, gan_tensor_shape(step->real).dims[0],
                                        step->who);
    if (status == GAN_OK)
        status = gan_trainer_check_batch(step->trainer, gan_tensor_shape(step->real).dims[0], step->who);
    if (status != GAN_OK)
        return status;
    gan_trainer_apply_weights(step->trainer, update_number(step->trainer, update));
    step->plans = gan_trainer_plans_for(step->trainer, gan_tensor_shape(step->real).dims[0]);
    return step->plans != NULL ? GAN_OK : gan_error_status();
}

/* The batch in hand, for D's update number `update` of the step. */
static gan_status compute_d(struct step *step, int update)
{
    const gan_trainer *trainer = step->trainer;
    const struct batch batch = {.real = step->real,
                                .labels = step->labels,
                                .seed = gan_trainer_noise_seed(trainer, D_NOISE_LABEL),
                                .update = update_number(trainer, update),
                                .made_labels = step->plans->made_labels,
                                .parts = trainer->options.micro_batches};
    step->trainer->of_discriminator = step->plans;
    return compute_discriminator(step->trainer, &step->plans->discriminator, &batch, step->report, step->who);
}

/* For G's update number `update` of the step. */
static gan_status compute_g(struct step *step, int update)
{
    const gan_trainer *trainer = step->trainer;
    const struct batch batch = {.real = step->real,
                                .labels = step->labels,
                                .seed = gan_trainer_noise_seed(trainer, G_NOISE_LABEL),
                                .update = trainer->steps * (uint64_t)trainer->options.generator_steps +
                                          (uint64_t)update,
                                .made_labels = step->plans->made_labels,
                                .parts = trainer->options.micro_batches};
    step->trainer->of_generator = step->plans;
    return compute_generator(step->trainer, &step->plans->generator, &batch, step->report, step->who);
}

static gan_status commit_d(struct step *step)
{
    gan_trainer *trainer = step->trainer;
    gan_status status = commit_discriminator(trainer, &step->plans->discriminator, step->report);
    if (status == GAN_OK && trainer->options.augment_adaptive)
        gan_adaptive_follow(&trainer->adaptive, &trainer->options, step->report->d_real_sign,
                            gan_tensor_shape(step->real).dims[0]);
    return status;
}

/* The first batch is in hand. */
static gan_status discriminator_half(struct step *step)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < step->trainer->options.discriminator_steps && status == GAN_OK; i++) {
        step->report->d_committed = false;
        if (i > 0)
            status = next_batch(step, i);
        if (status == GAN_OK)
            status = compute_d(step, i);
        if (status == GAN_OK)
            status = commit_d(step);
    }
    return status;
}

static gan_status generator_half(struct step *step)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < step->trainer->options.generator_steps && status == GAN_OK; i++) {
        step->report->g_committed = false;
        status = compute_g(step, i);
        if (status == GAN_OK)
            status = commit_generator(step->trainer, &step->plans->generator, step->report);
    }
    return status;
}

static gan_status both_halves(struct step *step)
{
    struct gan_trainer_plans *plans = step->plans;
    gan_status status = compute_d(step, 0);
    if (status == GAN_OK)
        status = compute_g(step, 0);
    if (status == GAN_OK)
        status = commit_d(step);
    return status == GAN_OK ? commit_generator(step->trainer, &plans->generator, step->report) : status;
}

static gan_status run_step(struct step *step)
{
    gan_status status = next_batch(step, 0);
    if (status != GAN_OK)
        return status;
    switch (step->trainer->options.update) {
    case GAN_UPDATE_SIMULTANEOUS:
        return both_halves(step);
    case GAN_UPDATE_G_FIRST:
        status = generator_half(step);
        return status == GAN_OK ? discriminator_half(step) : status;
    case GAN_UPDATE_D_FIRST:
        break;
    }
    status = discriminator_half(step);
    return status == GAN_OK ? generator_half(step) : status;
}

gan_status gan_trainer_step(gan_trainer *trainer, const struct gan_batches *batches, gan_step_report *report,
                            const char *who)
{
    double begin = gan_seconds();
    *report = (gan_step_report)GAN_STEP_REPORT_INIT;
    report->rate_factor = (float)gan_schedule_factor(&trainer->options, trainer->steps);
    struct step step = {.trainer = trainer, .batches = batches, .report = report, .who = who};
    gan_status status = gan_trainer_follow_courses(trainer, who);
    report->d_rate = gan_optimizer_rate(trainer->options.discriminator_optimizer) * report->rate_factor *
                     (float)trainer->remedied.discriminator_rate;
    report->g_rate = gan_optimizer_rate(trainer->options.generator_optimizer) * report->rate_factor *
                     (float)trainer->remedied.generator_rate;
    report->augment_probability = trainer->options.augment != 0 ? trainer->adaptive.probability : 0;
    if (status == GAN_OK)
        status = run_step(&step);
    if (status == GAN_OK) {
        trainer->balance = gan_balance_follow(trainer->balance, &trainer->options, report);
        trainer->steps++;
        gan_trainer_note_steps(trainer);
    }
    report->step = trainer->steps;
    report->seconds = gan_seconds() - begin;
    return status;
}

struct one_batch {
    const gan_tensor *real, *labels;
};

static gan_status same_batch(void *context, const gan_tensor **real, const gan_tensor **labels)
{
    const struct one_batch *batch = context;
    *real = batch->real;
    *labels = batch->labels;
    return GAN_OK;
}

gan_status gan_train_step(gan_trainer *trainer, const gan_tensor *real, const gan_tensor *labels,
                          gan_step_report *report)
{
    static const char who[] = "gan_train_step";
    if (trainer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: trainer is NULL", who);
    if (report != NULL && report->struct_size < sizeof report->struct_size)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: the report's struct_size is %zu, want %zu; begin with GAN_STEP_REPORT_INIT", who,
                        report->struct_size, sizeof *report);
    struct one_batch batch = {real, labels};
    struct gan_batches batches = {same_batch, &batch};
    gan_step_report own;
    gan_status status = gan_trainer_step(trainer, &batches, &own, who);
    if (report != NULL) { /* an older program knows fewer fields */
        size_t size = report->struct_size < sizeof own ? report->struct_size : sizeof own;
        own.struct_size = report->struct_size;
        memcpy(report, &own, size);
    }
    return status;
}
