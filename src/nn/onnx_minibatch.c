/* ONNX operators of layers that look at a batch as a whole: see nn/minibatch.c. The batch is the one that is given to
 * the runtime. */
#include "nn/onnx_parts.h"

/* A list of sizes, [first] and then the others. */
static const char *sizes_after(struct gan_onnx_call *call, const char *suffix, const char *first, const char *others)
{
    const char *sizes = others != NULL ? gan_onnx_add(call, "Concat", suffix, first, others, NULL) : NULL;
    if (sizes != NULL)
        gan_onnx_attribute_integer(call->onnx, "axis", 0);
    return sizes;
}

/* The lesser of the group's size and the batch's, as a list of one. */
static const char *group_size(struct gan_onnx_call *call, const char *x)
{
    int64_t group = gan_onnx_whole_option(call, "group");
    const char *batch = gan_onnx_add(call, "Shape", "batch", x, NULL, NULL);
    if (batch == NULL)
        return NULL;
    gan_onnx_attribute_integer(call->onnx, "start", 0);
    gan_onnx_attribute_integer(call->onnx, "end", 1);
    return gan_onnx_add(call, "Min", "group", batch, gan_onnx_whole_numbers(call, "most", &group, 1), NULL);
}

/* √(variance over the group + 1e-8) for each of x's places: [groups, C, …], of x as [group, groups, C, …]. */
static const char *deviation(struct gan_onnx_call *call, const char *x, const char *group)
{
    const int64_t over = 0;
    int64_t rest[GAN_MAX_RANK + 1] = {-1};
    for (int i = 0; i < call->in.rank; i++)
        rest[i + 1] = call->in.dims[i];
    const char *others = gan_onnx_whole_numbers(call, "rest", rest, (size_t)call->in.rank + 1);
    const char *apart = gan_onnx_add(call, "Reshape", "groups", x, sizes_after(call, "sizes", group, others), NULL);
    const char *away = gan_onnx_add(call, "Sub", "away", apart, gan_onnx_mean(call, "mean", apart, &over, 1, true),
                                    NULL);
    const char *squares = gan_onnx_add(call, "Mul", "squares", away, away, NULL);
    const char *variance = gan_onnx_mean(call, "variance", squares, &over, 1, false);
    const char *shifted = gan_onnx_add(call, "Add", "shifted", variance, gan_onnx_constant(call, "epsilon", 1e-8f),
                                       NULL);
    return gan_onnx_add(call, "Sqrt", "deviation", shifted, NULL, NULL);
}

const char *gan_onnx_minibatch_deviation(struct gan_onnx_call *call, const char *x)
{
    int64_t axes[GAN_MAX_RANK], one = 1, flat[GAN_MAX_RANK + 1] = {-1}, places[GAN_MAX_RANK + 1] = {1, 1};
    for (int i = 0; i < call->in.rank; i++) {
        axes[i] = i + 1;
        flat[i + 1] = 1;
        places[i + 1] = i > 0 ? call->in.dims[i] : 1;
    }
    size_t rank = (size_t)call->in.rank + 1;
    const char *group = group_size(call, x);
    if (group == NULL)
        return NULL;
    const char *each = gan_onnx_mean(call, "each", deviation(call, x, group), axes, rank - 1, false); /* [groups] */
    const char *grid = sizes_after(call, "grid", group, gan_onnx_whole_numbers(call, "one", &one, 1));
    const char *all = gan_onnx_add(call, "Expand", "all", each, grid, NULL); /* [group, groups]: example by example */
    const char *points = gan_onnx_add(call, "Reshape", "points", all, gan_onnx_whole_numbers(call, "flat", flat, rank),
                                      NULL);
    const char *channel = gan_onnx_add(call, "Expand", "channel", points,
                                       gan_onnx_whole_numbers(call, "places", places, rank), NULL);
    return channel != NULL ? gan_onnx_concat(call, "", (const char *const[]){x, channel, NULL}) : NULL;
}

const char *gan_onnx_minibatch_discrimination(struct gan_onnx_call *call, const char *x)
{
    int64_t kernels = gan_onnx_whole_option(call, "kernels"), size = gan_onnx_whole_option(call, "size");
    const int64_t here[] = {-1, 1, kernels, size}, there[] = {1, -1, kernels, size};
    const char *m = gan_onnx_product(call, "product", x, false);
    const char *a = gan_onnx_add(call, "Reshape", "here", m, gan_onnx_whole_numbers(call, "here_shape", here, 4), NULL);
    const char *b = gan_onnx_add(call, "Reshape", "there", m, gan_onnx_whole_numbers(call, "there_shape", there, 4),
                                 NULL);
    const char *apart = gan_onnx_add(call, "Abs", "apart", gan_onnx_add(call, "Sub", "difference", a, b, NULL), NULL,
                                     NULL);
    const char *away = gan_onnx_add(call, "Neg", "away", gan_onnx_sum(call, "distance", apart, 3, false), NULL, NULL);
    const char *near = gan_onnx_sum(call, "near", gan_onnx_add(call, "Exp", "each", away, NULL, NULL), 1, false);
    return near != NULL ? gan_onnx_concat(call, "", (const char *const[]){x, near, NULL}) : NULL;
}
