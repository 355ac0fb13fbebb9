/* A sum of two ways from one input: what a branch of layers makes, and a shortcut (He et al., CVPR 2016). */
#include "nn/layer.h"

#include "base/memory.h"
#include "base/status.h"
#include "gan/ops.h"
#include "nn/layer_file.h"

#include <stdio.h>

enum { BRANCH, SHORTCUT };

struct residual {
    gan_layer base;
    gan_layer *way[2]; /* branch; shortcut, or NULL: the input itself */
};

static gan_status build_way(const struct residual *own, int way, struct gan_layer_build *build, gan_shape in,
                            gan_shape *out)
{
    const gan_layer *child = own->way[way];
    *out = in;
    if (child == NULL)
        return GAN_OK;
    return gan_layer_build_inner(child, way == BRANCH ? "branch" : "shortcut", build, in, out);
}

static gan_status build(const gan_layer *layer, struct gan_layer_build *build, gan_shape in, gan_shape *out)
{
    const struct residual *own = (const struct residual *)layer;
    gan_shape shortcut;
    gan_status status = build_way(own, BRANCH, build, in, out);
    if (status == GAN_OK)
        status = build_way(own, SHORTCUT, build, in, &shortcut);
    char a[128], b[128];
    if (status == GAN_OK && !gan_shape_equal(*out, shortcut))
        return gan_layer_reject(build, "its branch makes %s, its shortcut %s; want one shape",
                                gan_shape_text(*out, a, sizeof a), gan_shape_text(shortcut, b, sizeof b));
    return status;
}

static gan_var *apply(const gan_layer *layer, struct gan_layer_call *call, gan_var *x)
{
    const struct residual *own = (const struct residual *)layer;
    gan_var *way[2] = {x, x};
    for (int i = 0; i < 2; i++)
        if (own->way[i] != NULL && (way[i] = own->way[i]->kind->apply(own->way[i], call, x)) == NULL)
            return NULL;
    return gan_add(way[SHORTCUT], way[BRANCH]);
}

static void describe(const gan_layer *layer, char *text, size_t size)
{
    const struct residual *own = (const struct residual *)layer;
    char branch[64], shortcut[64] = "";
    gan_layer_describe(own->way[BRANCH], branch, sizeof branch);
    if (own->way[SHORTCUT] != NULL)
        gan_layer_describe(own->way[SHORTCUT], shortcut, sizeof shortcut);
    snprintf(text, size, "residual(%s%s%s)", branch, own->way[SHORTCUT] != NULL ? ", " : "", shortcut);
}

static const gan_layer *child(const gan_layer *layer, int index)
{
    return index < 2 ? ((const struct residual *)layer)->way[index] : NULL;
}

static gan_status write(const gan_layer *layer, struct gan_json_writer *json)
{
    const struct residual *own = (const struct residual *)layer;
    return gan_layers_write(own->way, own->way[SHORTCUT] != NULL ? 2 : 1, json);
}

static void release(gan_layer *layer)
{
    struct residual *own = (struct residual *)layer;
    gan_layer_unref(own->way[BRANCH]);
    gan_layer_unref(own->way[SHORTCUT]);
}

static const struct gan_layer_kind residual_kind = {.name = "residual",
                                                    .build = build,
                                                    .apply = apply,
                                                    .describe = describe,
                                                    .child = child,
                                                    .write = write,
                                                    .release = release};

/* False, and an error, if the layer cannot become a way. */
static bool can_take(const gan_layer *layer, const char *which)
{
    if (layer == NULL)
        gan_layer_refuse("residual", "%s is NULL", which);
    else if (layer->taken)
        gan_layer_refuse("residual", "%s already belongs to a model or another layer", which);
    return layer != NULL && !layer->taken;
}

static void drop(gan_layer *layer)
{
    if (layer != NULL && !layer->taken)
        gan_layer_unref(layer);
}

static gan_layer *create(gan_layer *branch, gan_layer *shortcut)
{
    struct residual *own = gan_layer_create(&residual_kind, sizeof *own);
    if (own == NULL) {
        drop(branch);
        drop(shortcut);
        return NULL;
    }
    own->way[BRANCH] = branch;
    own->way[SHORTCUT] = shortcut;
    branch->taken = true;
    if (shortcut != NULL)
        shortcut->taken = true;
    return &own->base;
}

gan_layer *gan_layer_residual(gan_layer *branch)
{
    return can_take(branch, "branch") ? create(branch, NULL) : NULL;
}

gan_layer *gan_layer_residual_with(gan_layer *branch, gan_layer *shortcut)
{
    bool good = can_take(branch, "branch") && can_take(shortcut, "shortcut");
    if (good && branch != shortcut)
        return create(branch, shortcut);
    if (good)
        gan_layer_refuse("residual", "branch and shortcut are one layer, want two");
    drop(branch);
    if (branch != shortcut)
        drop(shortcut);
    return NULL;
}
