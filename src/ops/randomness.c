/* Random numbers on a tape, and dropout. */
#include "table.h"

#include "base/status.h"
#include "tensor/tensor.h"

#include <float.h>
#include <math.h>

static gan_var *draw(gan_tape *tape, enum gan_op_id op, gan_shape shape, float scale, float offset)
{
    if (gan_shape_check(shape, gan_ops[op].name) != GAN_OK)
        return gan_tape_take_error(tape);
    struct gan_attributes attributes = {.p = scale, .q = offset, .stream = gan_tape_next_stream(tape)};
    return gan_tape_append(tape, &gan_ops[op], GAN_FLOAT32, shape, NULL, 0, &attributes);
}

gan_var *gan_uniform(gan_tape *tape, gan_shape shape, float low, float high)
{
    if (tape == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_uniform: the tape is NULL");
    if (!isfinite(low) || !isfinite(high) || low > high)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_uniform: low is %g and high %g, want finite numbers, low not above high", (double)low,
                             (double)high);
    float span = high - low;
    if (!isfinite(span))
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_uniform: low is %g and high %g, want them at most %g apart; scale a narrower one",
                             (double)low, (double)high, (double)FLT_MAX);
    while (low + span > high) /* rounded up */
        span = nextafterf(span, 0);
    return draw(tape, GAN_OP_uniform, shape, span, low);
}

gan_var *gan_normal(gan_tape *tape, gan_shape shape, float mean, float deviation)
{
    if (tape == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_normal: the tape is NULL");
    if (!isfinite(mean) || !isfinite(deviation) || deviation < 0)
        return gan_tape_fail(tape, GAN_ERROR_INVALID_ARGUMENT,
                             "gan_normal: mean is %g and deviation %g, want finite numbers, deviation at least 0",
                             (double)mean, (double)deviation);
    return draw(tape, GAN_OP_normal, shape, deviation, mean);
}

gan_var *gan_dropout(gan_var *x, float probability)
{
    if (!gan_check_vars("dropout", &x, 1))
        return NULL;
    if (!(probability >= 0.0f && probability < 1.0f))
        return gan_tape_fail(x->tape, GAN_ERROR_INVALID_ARGUMENT,
                             "dropout: the probability is %g; it must lie in [0, 1)", (double)probability);
    if (probability == 0.0f || !gan_tape_training(x->tape))
        return x;
    gan_var *threshold = gan_tape_constant(x->tape, GAN_SCALAR, probability);
    gan_var *kept = gan_greater_equal(gan_uniform(x->tape, x->shape, 0.0f, 1.0f), threshold);
    return gan_mul(x, gan_scale(kept, 1.0f / (1.0f - probability)));
}
