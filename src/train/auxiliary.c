/* The auxiliary classifier's loss (Odena et al. 2017), and what a discriminator with or without one gives. */
#include "train/losses.h"

#include "data/labels.h"
#include "gan/ops.h"
#include "nn/heads.h"
#include "nn/label_embedding.h"
#include "nn/model.h"
#include "tape/tape.h"

/* ---- the loss ---- */

static bool fits(gan_var *outputs, gan_var *labels, const gan_labels *about, const char *who)
{
    gan_tape *tape = gan_var_tape(outputs != NULL ? outputs : labels);
    if (outputs == NULL || labels == NULL || about == NULL) { /* if an op before failed, the tape keeps that error */
        gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who,
                      outputs == NULL  ? "outputs"
                      : labels == NULL ? "labels"
                                       : "about");
        return false;
    }
    gan_shape shape = gan_var_shape(outputs);
    int64_t wanted = 1 + gan_auxiliary_outputs(about);
    char a[128], b[128], what[128];
    if (shape.rank == 2 && shape.dims[1] == wanted && labels->dtype == gan_labels_dtype(about) &&
        gan_shape_equal(gan_var_shape(labels), gan_labels_shape(about, shape.dims[0])))
        return true;
    gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                  "%s: outputs is %s and labels %s %s, want [N, %lld] and a row of labels for each: %s", who,
                  gan_shape_text(shape, a, sizeof a), gan_dtype_name(labels->dtype),
                  gan_shape_text(gan_var_shape(labels), b, sizeof b), (long long)wanted,
                  gan_labels_text(about, what, sizeof what));
    return false;
}

/* Mean over the examples of Σ ½(estimate − number)². */
static gan_var *of_numbers(gan_var *estimates, gan_var *numbers)
{
    float each = 0.5f / (float)gan_var_shape(numbers).dims[0];
    return gan_scale(gan_sum(gan_square(gan_sub(estimates, numbers))), each);
}

gan_var *gan_loss_auxiliary(gan_var *outputs, gan_var *labels, const gan_labels *about)
{
    if (!fits(outputs, labels, about, "gan_loss_auxiliary"))
        return NULL;
    gan_var *rest = gan_slice(outputs, 1, 1, gan_var_shape(outputs).dims[1]);
    if (gan_labels_kind(about) == GAN_LABEL_NUMBERS)
        return of_numbers(rest, labels);
    float each = -1.0f / (float)gan_var_shape(outputs).dims[0];
    gan_var *sum = NULL;
    int64_t begin = 0;
    for (int i = 0; i < gan_labels_count(about); i++) {
        int64_t end = begin + gan_labels_class_count(about, i);
        gan_var *logs = gan_log_softmax(gan_slice(rest, 1, begin, end), 1);
        gan_var *term = gan_scale(gan_sum(gan_mul(logs, gan_label_one_hot(about, labels, i))), each);
        sum = sum != NULL ? gan_add(sum, term) : term;
        begin = end;
    }
    return sum;
}

/* ---- D ---- */

gan_var *gan_judge(gan_model *discriminator, gan_var *x, gan_var *labels, bool frozen)
{
    if (!gan_model_takes_labels(discriminator))
        labels = NULL;
    return frozen ? gan_model_apply_labelled_frozen(discriminator, x, labels)
                  : gan_model_apply_labelled(discriminator, x, labels);
}

gan_var *gan_judged_logit(const gan_model *discriminator, gan_var *judged)
{
    if (gan_model_is_auxiliary(discriminator))
        return gan_slice(judged, 1, 0, 1);
    return gan_var_rank(judged) == 2 ? judged : gan_reshape(judged, GAN_SHAPE(-1, 1)); /* of a convolution's */
}

/* ---- the players' whole losses ---- */

gan_var *gan_classify(const gan_model *discriminator, gan_var *judged, gan_var *labels)
{
    if (!gan_model_is_auxiliary(discriminator))
        return NULL;
    return gan_loss_auxiliary(judged, labels, gan_model_labels(discriminator));
}

static gan_var *add_weighted(gan_var *loss, gan_var *term, float weight)
{
    return term != NULL && weight != 0 ? gan_add(loss, gan_scale(term, weight)) : loss;
}

gan_var *gan_whole_discriminator_loss(const struct gan_regularizer_view *view, gan_var *loss)
{
    loss = add_weighted(loss, view->class_real, view->options->auxiliary_real_weight);
    return add_weighted(loss, view->class_made, view->options->auxiliary_made_weight);
}

gan_var *gan_whole_generator_loss(const struct gan_regularizer_view *view, gan_var *loss)
{
    return add_weighted(loss, view->class_made, view->options->auxiliary_generator_weight);
}
