#include "train/half.h"

#include "base/status.h"
#include "gan/ops.h"
#include "nn/model.h"
#include "plan/plan.h"
#include "train/augment.h"
#include "train/labels.h"

#include <stdio.h>

#define MOST_WANTED (11 + GAN_REGULARIZERS)

static gan_var *noise(gan_tape *tape, const struct gan_half_request *request)
{
    gan_shape one = gan_model_input_shape(request->generator);
    return gan_var_named(gan_normal(tape, gan_shape_of_batch(request->batch, one), 0, 1), "z");
}

/* The input, and what D gets of it. */
static gan_var *real_input(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request)
{
    gan_shape one = gan_model_output_shape(request->generator);
    half->real = gan_var_named(gan_tape_input(tape, gan_shape_of_batch(request->batch, one)), "real");
    return gan_pack_examples(gan_map_examples(half->real, request->factor, request->offset), request->packing);
}

/* The inputs that are single numbers: for what is done to all that D sees, and for D's loss. */
static void number_inputs(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request,
                          struct gan_regularizer_view *view)
{
    if (request->augmented)
        half->augment_probability = gan_tape_input(tape, GAN_SCALAR);
    if (request->noisy)
        half->instance_noise = gan_tape_input(tape, GAN_SCALAR);
    bool balanced = request->options->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM;
    if (balanced && (!view->of_generator || request->active[GAN_REGULARIZER_CONSENSUS]))
        half->balance = gan_var_named(gan_tape_input(tape, GAN_SCALAR), "k");
    view->balance = half->balance;
    view->augment_probability = half->augment_probability;
    view->instance_noise = half->instance_noise;
}

/* What the layer that features are matched at gave in D's latest application. */
static gan_var *feature(const struct gan_half_request *request)
{
    char place[24];
    int layers = (int)request->discriminator->entry_count;
    snprintf(place, sizeof place, "%d", layers > 1 ? layers - 2 : 0);
    const char *named = request->options->feature_layer;
    return gan_model_feature(request->discriminator, *named != '\0' ? named : place);
}

/* The inputs for labels, if the models have any. */
static void label_inputs(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request,
                         struct gan_regularizer_view *view)
{
    if (gan_trained_labels(request->generator) == NULL)
        return;
    half->labels = half->made_labels = gan_model_label_input(request->generator, tape, request->batch);
    if (request->options->made_labels != GAN_MADE_LABELS_REAL)
        half->made_labels = gan_var_named(gan_model_label_input(request->generator, tape, request->batch),
                                          "made labels");
    view->labels = half->labels;
    view->made_labels = half->made_labels;
}

/* What D says of the real examples, and of the made ones. */
static void judge_real(struct gan_regularizer_view *view, bool frozen)
{
    view->real_judged = gan_var_named(
        gan_judge(view->discriminator, gan_present(view, view->real_input), view->labels, frozen), "D(x)");
    view->real = gan_judged_logit(view->discriminator, view->real_judged);
    view->class_real = gan_classify(view->discriminator, view->real_judged, view->labels);
}

static void judge_made(struct gan_regularizer_view *view, bool frozen)
{
    view->made_judged = gan_var_named(
        gan_judge(view->discriminator, gan_present(view, view->made_input), view->made_labels, frozen), "D(G(z))");
    view->made = gan_judged_logit(view->discriminator, view->made_judged);
    view->class_made = gan_classify(view->discriminator, view->made_judged, view->made_labels);
}

/* Whether it makes no difference that D judges real and made examples in one batch: its weights are read once then. Not
 * where their logits' slopes at the one or the other kind are wanted, nor, to keep it simple, with labels. */
static bool are_judged_together(const struct gan_half_request *request)
{
    const gan_model *discriminator = request->discriminator;
    return gan_trained_labels(request->generator) == NULL && discriminator->state.count == 0 &&
           !gan_model_may_mix_examples(discriminator) && !request->active[GAN_REGULARIZER_R1] &&
           !request->active[GAN_REGULARIZER_R2] && !request->active[GAN_REGULARIZER_CONSENSUS];
}

static void judge_together(struct gan_regularizer_view *view)
{
    gan_var *inputs[2] = {gan_present(view, view->real_input), gan_present(view, view->made_input)};
    gan_var *judged = gan_judge(view->discriminator, gan_concat(inputs, 2, 0), NULL, false);
    int64_t both = gan_var_shape(judged).dims[0];
    view->real_judged = gan_var_named(gan_slice(judged, 0, 0, both / 2), "D(x)");
    view->made_judged = gan_var_named(gan_slice(judged, 0, both / 2, both), "D(G(z))");
    view->real = gan_judged_logit(view->discriminator, view->real_judged);
    view->made = gan_judged_logit(view->discriminator, view->made_judged);
}

/* A plan for all the vars that the half has. The half's state is assigned when it commits. */
static gan_status plan_half(struct gan_half *half, gan_tape *tape, struct gan_arena *arena)
{
    if (gan_tape_status(tape) != GAN_OK)
        return gan_fail_again(gan_tape_status(tape), gan_tape_message(tape));
    gan_var *const candidates[] = {half->loss,
                                   half->gradient,
                                   half->norm,
                                   half->real_logit,
                                   half->made_logit,
                                   half->real_probability,
                                   half->made_probability,
                                   half->class_real,
                                   half->class_made,
                                   half->sign};
    gan_var *wanted[MOST_WANTED];
    int count = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
        if (candidates[i] != NULL)
            wanted[count++] = candidates[i];
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        if (half->penalty[i] != NULL)
            wanted[count++] = half->penalty[i];
    struct gan_plan_options options = gan_plan_default_options;
    options.assignments = true;
    options.arena = arena;
    half->plan = gan_plan_new_with(wanted, count, &options);
    return half->plan != NULL ? GAN_OK : gan_error_status();
}

static void record_gradient(struct gan_half *half, gan_model *model, gan_var *total)
{
    half->gradient = gan_model_gradient(model, total);
    half->norm = gan_var_named(gan_sqrt(gan_sum(gan_square(half->gradient))), "gradient norm");
}

static struct gan_regularizer_view view_of(const struct gan_half_request *request)
{
    return (struct gan_regularizer_view){.options = request->options,
                                         .generator = request->generator,
                                         .discriminator = request->discriminator,
                                         .packing = request->packing,
                                         .averages = request->averages};
}

/* The loss with the penalties that the half gets. */
static gan_var *penalised(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request,
                          struct gan_regularizer_view *view)
{
    gan_var *total = view->loss;
    for (int i = 0; i < GAN_REGULARIZERS; i++) {
        const struct gan_regularizer_row *row = &gan_regularizers[i];
        if (!request->active[i] || (row->halves & (view->of_generator ? GAN_IN_G : GAN_IN_D)) == 0)
            continue;
        half->weight[i] = gan_tape_input(tape, GAN_SCALAR);
        half->penalty[i] = gan_var_named(gan_mul(half->weight[i], row->build(view)), row->name);
        total = gan_add(total, half->penalty[i]);
    }
    return total;
}

static void record_discriminator(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request)
{
    struct gan_regularizer_view view = view_of(request);
    label_inputs(half, tape, request, &view);
    number_inputs(half, tape, request, &view);
    view.noise = noise(tape, request);
    view.made_input = gan_make_examples(&view, view.noise, true);
    view.real_input = real_input(half, tape, request);
    if (are_judged_together(request)) {
        judge_together(&view);
    } else {
        judge_real(&view, false);
        judge_made(&view, false);
    }
    half->loss = gan_var_named(gan_objective_discriminator(&view), "D's loss");
    half->class_real = view.class_real;
    half->class_made = view.class_made;
    view.loss = gan_whole_discriminator_loss(&view, half->loss);
    half->real_logit = gan_mean(view.real);
    half->made_logit = gan_mean(view.made);
    half->real_probability = gan_mean(gan_sigmoid(view.real));
    half->made_probability = gan_mean(gan_sigmoid(view.made));
    if (request->options->augment_adaptive)
        half->sign = gan_mean(gan_sign(view.real));
    record_gradient(half, request->discriminator, penalised(half, tape, request, &view));
}

static bool generator_needs_real(const struct gan_half_request *request)
{
    bool needed = gan_loss_row(request->options->loss)->generator_needs_real;
    for (int i = 0; i < GAN_REGULARIZERS; i++)
        needed = needed || (request->active[i] && gan_regularizers[i].needs_real);
    return needed;
}

static void record_generator(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request)
{
    struct gan_regularizer_view view = view_of(request);
    view.of_generator = true;
    bool matched = request->active[GAN_REGULARIZER_FEATURE_MATCHING];
    label_inputs(half, tape, request, &view);
    number_inputs(half, tape, request, &view);
    if (generator_needs_real(request)) {
        view.real_input = real_input(half, tape, request);
        judge_real(&view, true);
        view.real_feature = matched ? feature(request) : NULL;
    }
    view.noise = noise(tape, request);
    view.made_input = gan_make_examples(&view, view.noise, false);
    judge_made(&view, true);
    view.made_feature = matched ? feature(request) : NULL;
    half->loss = gan_var_named(gan_objective_generator(&view), "G's loss");
    half->class_made = view.class_made;
    view.loss = gan_whole_generator_loss(&view, half->loss);
    record_gradient(half, request->generator, penalised(half, tape, request, &view));
}

typedef void record_function(struct gan_half *half, gan_tape *tape, const struct gan_half_request *request);

static gan_status record(struct gan_half *half, const struct gan_half_request *request, record_function *function)
{
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    function(half, tape, request);
    gan_status status = plan_half(half, tape, request->arena);
    gan_tape_unref(tape); /* the plan shares it */
    if (status != GAN_OK)
        gan_half_clear(half);
    return status;
}

gan_status gan_half_record_discriminator(struct gan_half *half, const struct gan_half_request *request)
{
    return record(half, request, record_discriminator);
}

gan_status gan_half_record_generator(struct gan_half *half, const struct gan_half_request *request)
{
    return record(half, request, record_generator);
}

void gan_half_clear(struct gan_half *half)
{
    gan_plan_unref(half->plan);
    *half = (struct gan_half){0};
}
