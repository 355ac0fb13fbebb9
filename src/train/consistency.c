/* What D says ought not to change with what does not matter: with an augmentation, or a small change of z. */
#include "train/regularizers.h"

#include "gan/augment.h"
#include "gan/ops.h"
#include "nn/model.h"
#include "tape/tape.h"
#include "train/augment.h"

static gan_var *mean_square_of_difference(gan_var *a, gan_var *b)
{
    return gan_mean(gan_square(gan_sub(a, b)));
}

/* E(D(x) − D(T(x)))² */
static gan_var *consistency(const struct gan_regularizer_view *view, gan_var *logits, gan_var *x, bool made)
{
    struct gan_regularizer_view other = *view;
    gan_trainer_options options = *view->options;
    gan_var *one = x != NULL ? gan_tape_constant(gan_var_tape(x), GAN_SCALAR, 1) : NULL;
    options.augment = options.consistency_augment;
    other.options = &options; /* T in place of what a trainer does to all inputs */
    other.augment_probability = one;
    return mean_square_of_difference(logits, gan_judge_again(&other, x, made));
}

gan_var *gan_consistency_real(const struct gan_regularizer_view *view)
{
    return consistency(view, view->real, view->real_input, false);
}

gan_var *gan_consistency_made(const struct gan_regularizer_view *view)
{
    return consistency(view, view->made, view->made_input, true);
}

/* G(z + δ), shaped as D takes it */
static gan_var *made_nearby(const struct gan_regularizer_view *view)
{
    gan_var *z = view->noise;
    if (z == NULL)
        return NULL;
    gan_var *change = gan_normal(gan_var_tape(z), gan_var_shape(z), 0, view->options->latent_deviation);
    return gan_make_examples(view, gan_add(z, change), true);
}

gan_var *gan_latent_consistency(const struct gan_regularizer_view *view)
{
    return mean_square_of_difference(view->made, gan_judge_again(view, made_nearby(view), true));
}

gan_var *gan_latent_diversity(const struct gan_regularizer_view *view)
{
    return gan_neg(mean_square_of_difference(view->made_input, made_nearby(view)));
}
