/* Regularisers of a network's weights by themselves: of all parameters of two axes and more, so without biases. */
#include "train/regularizers.h"

#include "gan/ops.h"
#include "nn/model.h"
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

static gan_var *sum_over_weights(const struct gan_regularizer_view *view, gan_model *model,
                                 gan_var *(*term)(gan_var *weight))
{
    gan_tape *tape = gan_var_tape(view->loss);
    gan_var *sum = tape != NULL ? gan_tape_constant(tape, GAN_SCALAR, 0) : NULL;
    for (int i = 0; i < gan_model_parameters(model) && sum != NULL; i++) {
        gan_var *weight = gan_tape_tensor(tape, gan_model_parameter(model, i));
        if (weight == NULL)
            return NULL;
        if (gan_var_rank(weight) >= 2)
            sum = gan_add(sum, term(weight));
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
