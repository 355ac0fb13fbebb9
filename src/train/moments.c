/* Regularisers that compare means: of D's logits through time, of features between real and made ones. */
#include "train/regularizers.h"

#include "gan/ops.h"
#include "tape/tape.h"

#include <math.h>

/* ---- LeCam ---- */

/* Number `index` of the moving averages, as a scalar. */
static gan_var *number(gan_var *averages, int64_t index)
{
    return gan_reshape(gan_slice(averages, 0, index, index + 1), GAN_SCALAR);
}

/* γ·old + (1 − γ)·value, a constant */
static gan_var *followed(gan_var *old, gan_var *value, float decay)
{
    return gan_add(gan_scale(old, decay), gan_scale(gan_stop_gradient(value), 1 - decay));
}

/*
 * The averages begin at 0: the third, what the weights in them add up to, makes up for it. Squares are whole, as in the
 * paper's equation; the authors' program has max(0, real − of_made)² and max(0, of_real − made)².
 */
gan_var *gan_lecam(const struct gan_regularizer_view *view)
{
    if (view->real == NULL || view->made == NULL)
        return NULL;
    gan_tape *tape = gan_var_tape(view->real);
    /* Once an update, also where that is made in parts. */
    float decay = powf(view->options->lecam_decay, 1 / (float)view->options->micro_batches);
    gan_var *old = gan_tape_tensor(tape, view->averages);
    gan_var *moved[3] = {followed(number(old, 0), gan_mean(view->real), decay),
                         followed(number(old, 1), gan_mean(view->made), decay),
                         gan_shift(gan_scale(number(old, 2), decay), 1 - decay)};
    gan_var *of_real = gan_div(moved[0], moved[2]), *of_made = gan_div(moved[1], moved[2]);
    for (int i = 0; i < 3; i++)
        moved[i] = gan_reshape(moved[i], GAN_SHAPE(1));
    gan_var *joined = gan_concat(moved, 3, 0);
    if (joined == NULL || gan_tape_assign(tape, view->averages, joined) != GAN_OK)
        return NULL;
    return gan_add(gan_mean(gan_square(gan_sub(view->real, of_made))),
                   gan_mean(gan_square(gan_sub(view->made, of_real))));
}

/* ---- feature matching ---- */

gan_var *gan_feature_matching(const struct gan_regularizer_view *view)
{
    gan_var *of_real = gan_mean_over(view->real_feature, GAN_AXES(0));
    return gan_sum(gan_square(gan_sub(of_real, gan_mean_over(view->made_feature, GAN_AXES(0)))));
}
