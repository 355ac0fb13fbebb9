/* Regularisers of a network's weights by themselves: of all that have two axes and more, so without biases. */
#include "train/regularizers.h"

#include "gan/ops.h"
#include "nn/model.h"
#include "nn/weight.h"
#include "tape/tape.h"

/* ‖WWᵀ − diagonal‖², W with a row for each place of its first axis */
static gan_var *not_orthogonal(gan_var *weight)
{
    gan_var *rows = gan_reshape(weight, GAN_SHAPE(gan_var_shape(weight).dims[0], -1));
    gan_var *products = gan_matmul_transposed(rows, false, rows, true);
    gan_var *lengths = gan_sum_over(gan_square(rows), GAN_AXES(1));
    return gan_sub(gan_sum(gan_square(products)), gan_sum(gan_square(lengths)));
}

static gan_var *squares(gan_var *weight)
{
    return gan_scale(gan_sum(gan_square(weight)), 0.5f);
}

/*
 * The weight that begins at the model's parameter *at, which then is the next one. Weight norm's lengths and directions
 * are one weight; NULL, without an error, for what is none.
 */
static gan_var *weight_at(gan_tape *tape, const gan_model *model, size_t *at)
{
    const struct gan_slots *parameters = &model->parameters;
    const struct gan_slot *slot = &parameters->slot[*at];
    gan_var *first = gan_tape_tensor(tape, parameters->tensors[(*at)++]);
    if (slot->begins != GAN_SLOT_LENGTHS)
        return gan_var_rank(first) >= 2 ? first : NULL;
    *at = slot->of + 1;
    return gan_weight_of_lengths(first, gan_tape_tensor(tape, parameters->tensors[slot->of]), slot->axis);
}

static gan_var *sum_over_weights(const struct gan_regularizer_view *view, gan_model *model,
                                 gan_var *(*term)(gan_var *weight))
{
    gan_tape *tape = gan_var_tape(view->loss);
    gan_var *sum = tape != NULL ? gan_tape_constant(tape, GAN_SCALAR, 0) : NULL;
    for (size_t i = 0; i < model->parameters.count && sum != NULL;) {
        gan_var *weight = weight_at(tape, model, &i);
        if (weight != NULL)
            sum = gan_add(sum, term(weight));
        else if (gan_tape_status(tape) != GAN_OK)
            return NULL;
    }
    return sum;
}

gan_var *gan_orthogonal_discriminator(const struct gan_regularizer_view *view)
{
    return sum_over_weights(view, view->discriminator, not_orthogonal);
}

gan_var *gan_orthogonal_generator(const struct gan_regularizer_view *view)
{
    return sum_over_weights(view, view->generator, not_orthogonal);
}

gan_var *gan_decay_discriminator(const struct gan_regularizer_view *view)
{
    return sum_over_weights(view, view->discriminator, squares);
}

gan_var *gan_decay_generator(const struct gan_regularizer_view *view)
{
    return sum_over_weights(view, view->generator, squares);
}
