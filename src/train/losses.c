/* The losses, a row each, in logits: sp(t) = log(1 + e^t) is softplus, −log σ(t) = sp(−t), −log(1 − σ(t)) = sp(t). */
#include "train/losses.h"

#include "base/status.h"
#include "gan/ops.h"

/* E[sp(−r)] + E[sp(f)] */
static gan_var *cross_entropy(gan_var *real, gan_var *made)
{
    return gan_add(gan_mean(gan_softplus(gan_neg(real))), gan_mean(gan_softplus(made)));
}

/* E[sp(−f)] */
static gan_var *non_saturating(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_mean(gan_softplus(gan_neg(made)));
}

/* −E[sp(f)] */
static gan_var *minimax(gan_var *real, gan_var *made)
{
    (void)real;
    return gan_neg(gan_mean(gan_softplus(made)));
}

static const struct gan_loss_row rows[] = {
    [GAN_LOSS_NON_SATURATING] = {"non-saturating", cross_entropy, non_saturating, false},
    [GAN_LOSS_MINIMAX] = {"minimax", cross_entropy, minimax, false},
};

const struct gan_loss_row *gan_loss_row(gan_loss loss)
{
    size_t index = (size_t)loss;
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const char *gan_loss_name(gan_loss loss)
{
    const struct gan_loss_row *row = gan_loss_row(loss);
    return row != NULL ? row->name : "unknown";
}

static const struct gan_loss_row *checked_row(gan_loss loss, const char *who)
{
    const struct gan_loss_row *row = gan_loss_row(loss);
    if (row == NULL)
        gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: loss is %d, want a gan_loss (GAN_LOSS_…)", who, (int)loss);
    return row;
}

gan_var *gan_loss_discriminator(gan_loss loss, gan_var *real, gan_var *made)
{
    const struct gan_loss_row *row = checked_row(loss, "gan_loss_discriminator");
    return row != NULL ? row->discriminator(real, made) : NULL;
}

gan_var *gan_loss_generator(gan_loss loss, gan_var *real, gan_var *made)
{
    const struct gan_loss_row *row = checked_row(loss, "gan_loss_generator");
    if (row != NULL && row->generator_needs_real && real == NULL && gan_tape_status(gan_var_tape(made)) == GAN_OK)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT,
                             "gan_loss_generator: real is NULL, but the %s loss compares with it", row->name);
    return row != NULL ? row->generator(real, made) : NULL;
}
