/* The losses as the trainer's options want them: labels smoothed and exchanged, and losses of the caller's own. */
#include "train/losses.h"

#include "base/status.h"
#include "gan/ops.h"
#include "tape/tape.h"

/* The labels of examples that are real (1) or made (0): `high` where they say real, after the exchange. */
static gan_var *labels_of(gan_var *logits, bool real, float high, float flip)
{
    gan_tape *tape = gan_var_tape(logits);
    gan_shape shape = gan_var_shape(logits);
    if (flip == 0)
        return gan_tape_constant(tape, shape, real ? high : 0);
    gan_var *limit = gan_tape_constant(tape, shape, flip), *u = gan_uniform(tape, shape, 0, 1);
    return gan_scale(real ? gan_greater_equal(u, limit) : gan_less(u, limit), high);
}

static gan_var *labelled(const struct gan_loss_row *row, gan_var *real, gan_var *made, float high, float flip)
{
    return gan_add(row->labelled(real, labels_of(real, true, high, flip)),
                   row->labelled(made, labels_of(made, false, high, flip)));
}

/* The caller's function, and a look at what it answers. */
static gan_var *custom(gan_loss_function *function, void *context, gan_var *real, gan_var *made, const char *field)
{
    gan_tape *tape = gan_var_tape(made);
    if (tape == NULL || gan_tape_status(tape) != GAN_OK)
        return NULL;
    gan_var *loss = function(context, real, made);
    if (loss == NULL)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT, "%s: the function gave NULL, want a scalar", field);
    if (gan_var_tape(loss) != tape)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: the function gave a var of another tape; record on gan_var_tape(made)", field);
    char text[128];
    if (loss->dtype != GAN_FLOAT32 || gan_var_rank(loss) != 0)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "%s: the function gave %s %s, want a float32 scalar; end it in gan_mean", field,
                             gan_dtype_name(loss->dtype), gan_shape_text(gan_var_shape(loss), text, sizeof text));
    return loss;
}

gan_var *gan_objective_discriminator(const struct gan_regularizer_view *view)
{
    const gan_trainer_options *o = view->options;
    gan_var *real = view->real, *made = view->made;
    if (o->loss == GAN_LOSS_CUSTOM)
        return custom(o->discriminator_loss, o->loss_context, real, made, "discriminator_loss");
    if (o->loss == GAN_LOSS_ENERGY_MARGIN)
        return gan_loss_energy_margin(real, made, o->margin);
    if (o->loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
        return gan_loss_boundary_equilibrium(real, made, view->balance);
    if ((o->label_smoothing != 0 || o->label_flip != 0) && real != NULL && made != NULL)
        return labelled(gan_loss_row(o->loss), real, made, 1 - o->label_smoothing, o->label_flip);
    return gan_loss_discriminator(o->loss, real, made);
}

gan_var *gan_objective_generator(const struct gan_regularizer_view *view)
{
    const gan_trainer_options *o = view->options;
    if (o->loss == GAN_LOSS_CUSTOM)
        return custom(o->generator_loss, o->loss_context, view->real, view->made, "generator_loss");
    return gan_loss_generator(o->loss, view->real, view->made);
}
