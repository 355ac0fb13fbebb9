#include "train/augment.h"

#include "gan/augment.h"
#include "gan/ops.h"
#include "nn/layer.h"

gan_var *gan_map_examples(gan_var *x, float factor, float offset)
{
    x = factor != 1 ? gan_scale(x, factor) : x;
    return offset != 0 ? gan_shift(x, offset) : x;
}

gan_var *gan_pack_examples(gan_var *x, int64_t packing)
{
    gan_shape shape = gan_var_shape(x);
    if (x == NULL || packing <= 1)
        return x;
    shape.dims[0] /= packing;
    shape.dims[1] *= packing;
    return gan_reshape(x, shape);
}

static gan_var *generate(const struct gan_regularizer_view *view, gan_var *noise, bool frozen)
{
    return frozen ? gan_model_apply_labelled_frozen(view->generator, noise, view->made_labels)
                  : gan_model_apply_labelled(view->generator, noise, view->made_labels);
}

/* Each place in the packs by itself. */
static gan_var *generate_apart(const struct gan_regularizer_view *view, gan_var *noise, bool frozen)
{
    gan_shape packs = gan_var_shape(noise), one = packs;
    one.dims[0] /= view->packing;
    packs = gan_shape_of_batch(view->packing, gan_shape_of_one(packs));
    packs = gan_shape_of_batch(one.dims[0], packs);
    noise = gan_reshape(noise, packs);
    gan_var *made = NULL;
    for (int64_t place = 0; place < view->packing; place++) {
        gan_var *next = generate(view, gan_reshape(gan_slice(noise, 1, place, place + 1), one), frozen);
        made = place == 0 ? next : gan_concat((gan_var *[]){made, next}, 2, 1);
    }
    return made;
}

gan_var *gan_make_examples(const struct gan_regularizer_view *view, gan_var *noise, bool frozen)
{
    if (noise != NULL && view->options->pack_slots_apart && view->packing > 1)
        return generate_apart(view, noise, frozen);
    return gan_pack_examples(generate(view, noise, frozen), view->packing);
}

/* Each example of a pack gets changes of its own. */
static gan_var *augment(const struct gan_regularizer_view *view, gan_var *x)
{
    gan_shape packed = gan_var_shape(x), single = packed;
    int64_t packing = view->packing > 1 ? view->packing : 1;
    single.dims[0] *= packing;
    single.dims[1] /= packing;
    gan_var *changed = gan_augment(packing > 1 ? gan_reshape(x, single) : x, view->options->augment,
                                   view->augment_probability);
    return packing > 1 ? gan_reshape(changed, packed) : changed;
}

gan_var *gan_present(const struct gan_regularizer_view *view, gan_var *x)
{
    if (x != NULL && view->augment_probability != NULL)
        x = augment(view, x);
    if (x == NULL || view->instance_noise == NULL)
        return x;
    return gan_add(x, gan_mul(view->instance_noise, gan_normal(gan_var_tape(x), gan_var_shape(x), 0, 1)));
}

void gan_adaptive_set(struct gan_adaptive *adaptive, double probability)
{
    adaptive->exact = probability;
    adaptive->probability = (float)probability;
}

/* The probability is held at 1; the authors' code bounds it below only. */
void gan_adaptive_follow(struct gan_adaptive *adaptive, const gan_trainer_options *options, float sign, int64_t n)
{
    enum { INTERVAL = 4 };
    adaptive->signs += sign;
    if (++adaptive->updates < INTERVAL)
        return;
    double over = (double)adaptive->signs / INTERVAL - (double)options->augment_target;
    double step = (double)(INTERVAL * n) / (double)options->augment_examples;
    double moved = adaptive->exact + (over > 0 ? step : over < 0 ? -step : 0);
    gan_adaptive_set(adaptive, moved < 0 ? 0 : moved > 1 ? 1 : moved);
    adaptive->signs = 0;
    adaptive->updates = 0;
}
