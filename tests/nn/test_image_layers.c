/*
 * Layers of images and sequences: what they make equals a plain reference in double, written here from the formulas,
 * and their gradients, to the input and to every parameter, are the reference's central differences.
 */
#include "network.h"

enum { N = 3, MOST_PARAMETERS = 8, MOST_NUMBERS = 4096 };

/* A convolution or pooling along height and width. */
struct geometry {
    int64_t channels; /* of the result */
    int64_t kernel[2], stride[2], padding[2], dilation[2], more[2], groups;
};

struct layer_case {
    const char *name;
    gan_layer *(*make)(const struct geometry *g);
    struct geometry g;
    gan_shape in, out; /* of one example */
    /* y of N examples x, by parameters p */
    void (*reference)(const struct layer_case *c, const double *x, double *const *p, double *y);
};

static int64_t side(gan_shape shape, int axis) /* a sequence is an image of one row */
{
    return shape.rank == 3 ? shape.dims[axis] : axis == 1 || shape.rank == 1 ? 1 : shape.dims[axis - 1];
}

static int64_t place(gan_shape shape, int64_t n, int64_t c, int64_t i, int64_t j)
{
    return ((n * shape.dims[0] + c) * side(shape, 1) + i) * side(shape, 2) + j;
}

/* Loops over all numbers of N examples of a shape, and where they are: n, c, i, j. */
#define EACH(shape)                                                                                                    \
    for (int64_t n = 0; n < N; n++)                                                                                    \
        for (int64_t c = 0; c < (shape).dims[0]; c++)                                                                  \
            for (int64_t i = 0; i < side(shape, 1); i++)                                                               \
                for (int64_t j = 0; j < side(shape, 2); j++)

/* ---- convolutions ---- */

static gan_conv_options conv_options(const struct geometry *g)
{
    gan_conv_options o;
    gan_conv_options_init(&o, 1, 1, 0);
    for (int axis = 0; axis < 2; axis++) {
        o.kernel[axis] = g->kernel[axis];
        o.stride[axis] = g->stride[axis];
        o.padding[axis] = g->padding[axis];
        o.dilation[axis] = g->dilation[axis];
        o.output_padding[axis] = g->more[axis];
    }
    o.groups = g->groups;
    return o;
}

static gan_layer *make_conv(const struct geometry *g)
{
    gan_conv_options o = conv_options(g);
    return gan_layer_conv2d_with(g->channels, &o);
}
static gan_layer *make_conv_plain(const struct geometry *g)
{
    return gan_layer_without_bias(gan_layer_conv2d(g->channels, g->kernel[0], g->stride[0], g->padding[0]));
}
static gan_layer *make_transposed(const struct geometry *g)
{
    gan_conv_options o = conv_options(g);
    return gan_layer_conv_transpose2d_with(g->channels, &o);
}
static gan_layer *make_transposed_plain(const struct geometry *g)
{
    return gan_layer_conv_transpose2d(g->channels, g->kernel[0], g->stride[0], g->padding[0]);
}
static gan_layer *make_conv1d(const struct geometry *g)
{
    gan_conv_options o = conv_options(g);
    return gan_layer_conv1d_with(g->channels, &o);
}
static gan_layer *make_transposed1d(const struct geometry *g)
{
    gan_conv_options o = conv_options(g);
    return gan_layer_conv_transpose1d_with(g->channels, &o);
}

/* big ← or → small: big is the side that has the taps. Adds up what meets, in whichever direction. */
static void meet(const struct layer_case *c, const double *from, const double *weight, double *to, bool transposed)
{
    const struct geometry *g = &c->g;
    gan_shape big = transposed ? c->out : c->in, small = transposed ? c->in : c->out;
    int64_t of_group = big.dims[0] / g->groups, outs = small.dims[0] / g->groups;
    for (int64_t n = 0; n < N; n++)
        for (int64_t o = 0; o < small.dims[0]; o++)
            for (int64_t k = 0; k < of_group; k++)
                for (int64_t i = 0; i < side(small, 1); i++)
                    for (int64_t j = 0; j < side(small, 2); j++)
                        for (int64_t a = 0; a < g->kernel[0]; a++)
                            for (int64_t b = 0; b < g->kernel[1]; b++) {
                                int64_t row = i * g->stride[0] + a * g->dilation[0] - g->padding[0];
                                int64_t column = j * g->stride[1] + b * g->dilation[1] - g->padding[1];
                                if (row < 0 || row >= side(big, 1) || column < 0 || column >= side(big, 2))
                                    continue;
                                double w = weight[((o * of_group + k) * g->kernel[0] + a) * g->kernel[1] + b];
                                int64_t in_big = place(big, n, o / outs * of_group + k, row, column);
                                int64_t in_small = place(small, n, o, i, j);
                                if (transposed)
                                    to[in_big] += w * from[in_small];
                                else
                                    to[in_small] += w * from[in_big];
                            }
}

static void start_with_bias(const struct layer_case *layer, const double *bias, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = bias != NULL ? bias[c] : 0;
}

static void conv(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    start_with_bias(c, p[1], y);
    meet(c, x, p[0], y, false);
}
static void transposed_conv(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    start_with_bias(c, p[1], y);
    meet(c, x, p[0], y, true);
}

/* ---- pooling ---- */

static gan_pool_options pool_options(const struct geometry *g)
{
    gan_pool_options o;
    gan_pool_options_init(&o, 1, 1, 0);
    for (int axis = 0; axis < 2; axis++) {
        o.kernel[axis] = g->kernel[axis];
        o.stride[axis] = g->stride[axis];
        o.padding[axis] = g->padding[axis];
        o.dilation[axis] = g->dilation[axis];
    }
    o.count_padding = g->groups == 1;
    return o;
}
static gan_layer *make_max_pool(const struct geometry *g)
{
    gan_pool_options o = pool_options(g);
    return gan_layer_max_pool2d_with(&o);
}
static gan_layer *make_average_pool(const struct geometry *g)
{
    gan_pool_options o = pool_options(g);
    return gan_layer_average_pool2d_with(&o);
}
static gan_layer *make_max_pool_square(const struct geometry *g)
{
    return gan_layer_max_pool2d(g->kernel[0], g->stride[0], g->padding[0]);
}
static gan_layer *make_average_pool_square(const struct geometry *g)
{
    return gan_layer_average_pool2d(g->kernel[0], g->stride[0], g->padding[0]);
}
static gan_layer *make_adaptive(const struct geometry *g)
{
    return gan_layer_adaptive_average_pool2d(g->kernel[0], g->kernel[1]);
}
static gan_layer *make_global_average(const struct geometry *g)
{
    (void)g;
    return gan_layer_global_average_pool();
}
static gan_layer *make_global_sum(const struct geometry *g)
{
    (void)g;
    return gan_layer_global_sum_pool();
}

static void pool(const struct layer_case *layer, const double *x, double *y, bool largest)
{
    const struct geometry *g = &layer->g;
    EACH(layer->out)
    {
        double sum = 0, most = -INFINITY;
        int64_t met = 0;
        for (int64_t a = 0; a < g->kernel[0]; a++)
            for (int64_t b = 0; b < g->kernel[1]; b++) {
                int64_t row = i * g->stride[0] + a * g->dilation[0] - g->padding[0];
                int64_t column = j * g->stride[1] + b * g->dilation[1] - g->padding[1];
                if (row < 0 || row >= side(layer->in, 1) || column < 0 || column >= side(layer->in, 2))
                    continue;
                double number = x[place(layer->in, n, c, row, column)];
                sum += number;
                most = fmax(most, number);
                met++;
            }
        int64_t count = g->groups == 1 ? g->kernel[0] * g->kernel[1] : met;
        y[place(layer->out, n, c, i, j)] = largest ? most : sum / (double)count;
    }
}
static void max_pool(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    pool(c, x, y, true);
}
static void average_pool(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    pool(c, x, y, false);
}
static void adaptive(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    EACH(layer->out)
    {
        int64_t h = side(layer->in, 1), w = side(layer->in, 2), oh = side(layer->out, 1), ow = side(layer->out, 2);
        int64_t top = i * h / oh, bottom = ((i + 1) * h + oh - 1) / oh;
        int64_t left = j * w / ow, right = ((j + 1) * w + ow - 1) / ow;
        double sum = 0;
        for (int64_t row = top; row < bottom; row++)
            for (int64_t column = left; column < right; column++)
                sum += x[place(layer->in, n, c, row, column)];
        y[place(layer->out, n, c, i, j)] = sum / (double)((bottom - top) * (right - left));
    }
}
static void global_sum(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    for (int64_t i = 0; i < N * layer->out.dims[0]; i++)
        y[i] = 0;
    EACH(layer->in)
    y[n * layer->in.dims[0] + c] += x[place(layer->in, n, c, i, j)];
}
static void global_average(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    global_sum(layer, x, p, y);
    for (int64_t i = 0; i < N * layer->out.dims[0]; i++)
        y[i] /= (double)(side(layer->in, 1) * side(layer->in, 2));
}

/* ---- other sizes ---- */

static gan_layer *make_nearest(const struct geometry *g)
{
    return gan_layer_upsample((int)g->stride[0], GAN_RESIZE_NEAREST);
}
static gan_layer *make_bilinear(const struct geometry *g)
{
    return gan_layer_upsample((int)g->stride[0], GAN_RESIZE_BILINEAR);
}
static gan_layer *make_resize(const struct geometry *g)
{
    return gan_layer_resize(g->kernel[0], g->kernel[1], GAN_RESIZE_BILINEAR);
}
static gan_layer *make_resize_nearest(const struct geometry *g)
{
    return gan_layer_resize(g->kernel[0], g->kernel[1], GAN_RESIZE_NEAREST);
}
static gan_layer *make_blur(const struct geometry *g)
{
    return gan_layer_blur((int)g->kernel[0], (int)g->stride[0], (int)g->stride[1]);
}
static gan_layer *make_reflect(const struct geometry *g)
{
    return gan_layer_pad2d(g->padding[0], 1, g->padding[1], 2, GAN_PAD_REFLECT);
}
static gan_layer *make_replicate(const struct geometry *g)
{
    return gan_layer_pad2d(g->padding[0], 1, g->padding[1], 2, GAN_PAD_REPLICATE);
}
static gan_layer *make_zeros(const struct geometry *g)
{
    return gan_layer_pad2d(g->padding[0], 1, g->padding[1], 2, GAN_PAD_ZERO);
}
static gan_layer *make_shuffle(const struct geometry *g)
{
    return gan_layer_pixel_shuffle((int)g->stride[0]);
}
static gan_layer *make_unshuffle(const struct geometry *g)
{
    return gan_layer_pixel_unshuffle((int)g->stride[0]);
}

static void nearest(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = x[place(layer->in, n, c, i * side(layer->in, 1) / side(layer->out, 1),
                                               j * side(layer->in, 2) / side(layer->out, 2))];
}

static double clamp(double x, int64_t size)
{
    return fmin(fmax(x, 0), (double)(size - 1));
}

static void bilinear(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    int64_t h = side(layer->in, 1), w = side(layer->in, 2);
    EACH(layer->out)
    {
        double row = clamp(((double)i + 0.5) * (double)h / (double)side(layer->out, 1) - 0.5, h);
        double column = clamp(((double)j + 0.5) * (double)w / (double)side(layer->out, 2) - 0.5, w);
        double sum = 0;
        for (int64_t a = 0; a < h; a++)
            for (int64_t b = 0; b < w; b++)
                sum += fmax(0, 1 - fabs(row - (double)a)) * fmax(0, 1 - fabs(column - (double)b)) *
                       x[place(layer->in, n, c, a, b)];
        y[place(layer->out, n, c, i, j)] = sum;
    }
}

/* [1, 3, 3, 1]/8, with zeros between where it gets larger; every second where it gets smaller. */
static void blur(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    static const double filter[4] = {0.125, 0.375, 0.375, 0.125};
    int64_t up = layer->g.stride[0], down = layer->g.stride[1], before = up == 2 ? 2 : 1;
    EACH(layer->out)
    {
        double sum = 0;
        for (int64_t a = 0; a < 4; a++)
            for (int64_t b = 0; b < 4; b++) {
                int64_t row = i * down + a - before, column = j * down + b - before;
                if (row < 0 || column < 0 || row % up != 0 || column % up != 0 || row / up >= side(layer->in, 1) ||
                    column / up >= side(layer->in, 2))
                    continue;
                sum += (double)(up * up) * filter[a] * filter[b] * x[place(layer->in, n, c, row / up, column / up)];
            }
        y[place(layer->out, n, c, i, j)] = sum;
    }
}

static void pad(const struct layer_case *layer, const double *x, double *y, gan_pad_mode mode)
{
    int64_t h = side(layer->in, 1), w = side(layer->in, 2);
    EACH(layer->out)
    {
        int64_t row = i - layer->g.padding[0], column = j - layer->g.padding[1];
        bool beyond = row < 0 || row >= h || column < 0 || column >= w;
        if (mode == GAN_PAD_REFLECT) {
            row = row < 0 ? -row : row >= h ? 2 * h - 2 - row : row;
            column = column < 0 ? -column : column >= w ? 2 * w - 2 - column : column;
        }
        row = (int64_t)clamp((double)row, h);
        column = (int64_t)clamp((double)column, w);
        y[place(layer->out, n, c, i, j)] = beyond && mode == GAN_PAD_ZERO ? 0 : x[place(layer->in, n, c, row, column)];
    }
}
static void reflect(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    pad(c, x, y, GAN_PAD_REFLECT);
}
static void replicate(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    pad(c, x, y, GAN_PAD_REPLICATE);
}
static void zeros(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    pad(c, x, y, GAN_PAD_ZERO);
}

static void shuffle(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    int64_t r = layer->g.stride[0];
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = x[place(layer->in, n, (c * r + i % r) * r + j % r, i / r, j / r)];
}
static void unshuffle(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    int64_t r = layer->g.stride[0];
    EACH(layer->in)
    y[place(layer->out, n, (c * r + i % r) * r + j % r, i / r, j / r)] = x[place(layer->in, n, c, i, j)];
}

/* ---- normalisation ---- */

static gan_layer *make_batch_norm(const struct geometry *g)
{
    (void)g;
    return gan_layer_batch_norm();
}
static gan_layer *make_group_norm(const struct geometry *g)
{
    return gan_layer_group_norm(g->groups);
}
static gan_layer *make_instance_norm(const struct geometry *g)
{
    (void)g;
    return gan_layer_instance_norm();
}
static gan_layer *make_affine_instance_norm(const struct geometry *g)
{
    (void)g;
    return gan_layer_instance_norm_with(1e-5f, true);
}
static gan_layer *make_pixel_norm(const struct geometry *g)
{
    (void)g;
    return gan_layer_pixel_norm();
}
static gan_layer *make_layer_norm(const struct geometry *g)
{
    (void)g;
    return gan_layer_layer_norm();
}

/* Mean and variance of the numbers that share a key with (n, c): which channels and examples are pooled. */
typedef bool together(const struct layer_case *c, int64_t n1, int64_t c1, int64_t n2, int64_t c2);

static void normalize(const struct layer_case *layer, const double *x, double *y, together *same)
{
    EACH(layer->in)
    {
        double mean = 0, variance = 0, count = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t n2 = 0; n2 < N; n2++)
                for (int64_t c2 = 0; c2 < layer->in.dims[0]; c2++)
                    for (int64_t k = 0; k < side(layer->in, 1) * side(layer->in, 2) && same(layer, n, c, n2, c2); k++) {
                        double number = x[place(layer->in, n2, c2, 0, 0) + k];
                        mean += pass == 0 ? number : 0;
                        count += pass == 0;
                        variance += pass == 1 ? (number - mean) * (number - mean) / count : 0;
                    }
            mean = pass == 0 ? mean / count : mean;
        }
        int64_t at = place(layer->in, n, c, i, j);
        y[at] = (x[at] - mean) / sqrt(variance + 1e-5);
    }
}
static void affine(const struct layer_case *layer, double *const *p, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = y[place(layer->out, n, c, i, j)] * p[0][c] + p[1][c];
}

static bool same_channel(const struct layer_case *layer, int64_t n1, int64_t c1, int64_t n2, int64_t c2)
{
    (void)layer, (void)n1, (void)n2;
    return c1 == c2;
}
static bool same_group(const struct layer_case *layer, int64_t n1, int64_t c1, int64_t n2, int64_t c2)
{
    int64_t size = layer->in.dims[0] / layer->g.groups;
    return n1 == n2 && c1 / size == c2 / size;
}
static bool same_instance(const struct layer_case *layer, int64_t n1, int64_t c1, int64_t n2, int64_t c2)
{
    (void)layer;
    return n1 == n2 && c1 == c2;
}
static bool same_example(const struct layer_case *layer, int64_t n1, int64_t c1, int64_t n2, int64_t c2)
{
    (void)layer, (void)c1, (void)c2;
    return n1 == n2;
}

static void batch_norm(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    normalize(c, x, y, same_channel);
    affine(c, p, y);
}
static void group_norm(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    normalize(c, x, y, same_group);
    affine(c, p, y);
}
static void instance_norm(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    (void)p;
    normalize(c, x, y, same_instance);
}
static void affine_instance_norm(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    normalize(c, x, y, same_instance);
    affine(c, p, y);
}
static void layer_norm(const struct layer_case *c, const double *x, double *const *p, double *y)
{
    normalize(c, x, y, same_example);
    int64_t size = gan_shape_size(c->in);
    for (int64_t i = 0; i < N * size; i++)
        y[i] = y[i] * p[0][i % size] + p[1][i % size];
}
static void pixel_norm(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    (void)p;
    EACH(layer->in)
    {
        double squares = 0;
        for (int64_t k = 0; k < layer->in.dims[0]; k++)
            squares += pow(x[place(layer->in, n, k, i, j)], 2) / (double)layer->in.dims[0];
        y[place(layer->in, n, c, i, j)] = x[place(layer->in, n, c, i, j)] / sqrt(squares + 1e-8);
    }
}

/* ---- blocks ---- */

static gan_layer *make_attention(const struct geometry *g)
{
    (void)g;
    return gan_layer_self_attention();
}
static gan_layer *make_basis(const struct geometry *g)
{
    return gan_layer_basis(g->channels, g->kernel[0], g->kernel[1]);
}
static gan_layer *make_bias(const struct geometry *g)
{
    (void)g;
    return gan_layer_bias();
}
static gan_layer *make_residual(const struct geometry *g)
{
    return gan_layer_residual(gan_layer_conv2d(g->channels, 1, 1, 0));
}
static gan_layer *make_residual_with(const struct geometry *g)
{
    return gan_layer_residual_with(gan_layer_sequence((gan_layer *[]){gan_layer_conv2d(g->channels, 1, 1, 0)}, 1),
                                   gan_layer_conv2d(g->channels, 1, 1, 0));
}

/* Σ_c weight[o, c]·x[n, c, place] at one place. */
static double mapped(gan_shape in, const double *weight, int64_t o, const double *x, int64_t n, int64_t i, int64_t j)
{
    double sum = 0;
    for (int64_t c = 0; c < in.dims[0]; c++)
        sum += weight[o * in.dims[0] + c] * x[place(in, n, c, i, j)];
    return sum;
}

static double largest_of_four(gan_shape in, const double *weight, int64_t o, const double *x, int64_t n, int64_t i,
                              int64_t j)
{
    double most = -INFINITY;
    for (int64_t k = 0; k < 4; k++)
        most = fmax(most, mapped(in, weight, o, x, n, 2 * i + k / 2, 2 * j + k % 2));
    return most;
}

/* p: theta, phi, g, o, gamma */
static void attention(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    gan_shape in = layer->in;
    int64_t keys = in.dims[0] / 8, values = in.dims[0] / 2, h = side(in, 1) / 2, w = side(in, 2) / 2;
    for (int64_t n = 0; n < N; n++)
        for (int64_t i = 0; i < side(in, 1); i++)
            for (int64_t j = 0; j < side(in, 2); j++) {
                double total = 0, seen[64] = {0};
                for (int64_t k = 0; k < h * w; k++) {
                    double score = 0;
                    for (int64_t c = 0; c < keys; c++)
                        score += mapped(in, p[4], c, x, n, i, j) * largest_of_four(in, p[3], c, x, n, k / w, k % w);
                    total += exp(score);
                    for (int64_t c = 0; c < values; c++)
                        seen[c] += exp(score) * largest_of_four(in, p[1], c, x, n, k / w, k % w);
                }
                for (int64_t c = 0; c < in.dims[0]; c++) {
                    double out = 0;
                    for (int64_t v = 0; v < values; v++)
                        out += p[2][c * values + v] * seen[v] / total;
                    y[place(in, n, c, i, j)] = x[place(in, n, c, i, j)] + p[0][0] * out;
                }
            }
}
static void basis(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = p[0][place(layer->out, 0, c, i, j)] * mapped(layer->in, p[1], c, x, n, 0, 0);
}
static void bias(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = x[place(layer->out, n, c, i, j)] + p[0][c];
}
static void residual(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = x[place(layer->in, n, c, i, j)] + mapped(layer->in, p[0], c, x, n, i, j) +
                                       p[1][c];
}
static void residual_with(const struct layer_case *layer, const double *x, double *const *p, double *y)
{
    EACH(layer->out)
    y[place(layer->out, n, c, i, j)] = mapped(layer->in, p[0], c, x, n, i, j) + p[1][c] +
                                       mapped(layer->in, p[2], c, x, n, i, j) + p[3][c];
}

#define S(...)                                                                                                         \
    {                                                                                                                  \
        (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),                                                     \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

/* geometry: channels, {kernel}, {stride}, {padding}, {dilation}, {output padding}, groups */
static const struct layer_case cases[] = {
    {"conv2d(4, 3, stride 1, padding 1)",
     make_conv_plain,
     {4, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, 1},
     S(3, 5, 4),
     S(4, 5, 4),
     conv},
    {"conv2d(5, 4, stride 2, padding 1)",
     make_conv,
     {5, {4, 4}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 1},
     S(3, 6, 8),
     S(5, 3, 4),
     conv},
    {"conv2d(4, 3×2, stride 2×1, padding 0×1, dilation 1×3)",
     make_conv,
     {4, {3, 2}, {2, 1}, {0, 1}, {1, 3}, {0, 0}, 1},
     S(2, 7, 5),
     S(4, 3, 4),
     conv},
    {"conv2d(6, 3, stride 1, padding 1, groups 2)",
     make_conv,
     {6, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, 2},
     S(4, 4, 4),
     S(6, 4, 4),
     conv},
    {"conv2d(4, 3, stride 2, padding 1, groups 4)",
     make_conv,
     {4, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 4},
     S(4, 5, 5),
     S(4, 3, 3),
     conv},
    {"conv_transpose2d(3, 4, stride 2, padding 1)",
     make_transposed_plain,
     {3, {4, 4}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 1},
     S(5, 3, 2),
     S(3, 6, 4),
     transposed_conv},
    {"conv_transpose2d(4, 3×2, stride 2×3, padding 1×0, dilation 2×1)",
     make_transposed,
     {4, {3, 2}, {2, 3}, {1, 0}, {2, 1}, {1, 2}, 1},
     S(2, 3, 3),
     S(4, 8, 10),
     transposed_conv},
    {"conv_transpose2d(4, 3, stride 2, padding 1, groups 2)",
     make_transposed,
     {4, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 2},
     S(6, 3, 3),
     S(4, 6, 6),
     transposed_conv},
    {"conv1d(4, 3, stride 2, padding 1)",
     make_conv1d,
     {4, {1, 3}, {1, 2}, {0, 1}, {1, 1}, {0, 0}, 1},
     S(3, 9),
     S(4, 5),
     conv},
    {"conv_transpose1d(4, 3, stride 2, padding 1, groups 2)",
     make_transposed1d,
     {4, {1, 3}, {1, 2}, {0, 1}, {1, 1}, {0, 1}, 2},
     S(6, 4),
     S(4, 8),
     transposed_conv},
    {"max_pool2d(2, stride 2, padding 0)",
     make_max_pool_square,
     {0, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {0, 0}, 1},
     S(3, 4, 6),
     S(3, 2, 3),
     max_pool},
    {"max_pool2d(3×2, stride 2×1, padding 1×0, dilation 1×2)",
     make_max_pool,
     {0, {3, 2}, {2, 1}, {1, 0}, {1, 2}, {0, 0}, 1},
     S(2, 5, 5),
     S(2, 3, 3),
     max_pool},
    {"average_pool2d(2, stride 2, padding 0)",
     make_average_pool_square,
     {0, {2, 2}, {2, 2}, {0, 0}, {1, 1}, {0, 0}, 1},
     S(3, 4, 6),
     S(3, 2, 3),
     average_pool},
    {"average_pool2d(3, stride 2, padding 1)",
     make_average_pool,
     {0, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 1},
     S(2, 5, 7),
     S(2, 3, 4),
     average_pool},
    {"average_pool2d(3, stride 2, padding 1), of data",
     make_average_pool,
     {0, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}, 0},
     S(2, 5, 7),
     S(2, 3, 4),
     average_pool},
    {"adaptive_average_pool2d(3×2)",
     make_adaptive,
     {0, {3, 2}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(2, 7, 5),
     S(2, 3, 2),
     adaptive},
    {"global_average_pool", make_global_average, {0}, S(3, 4, 5), S(3), global_average},
    {"global_sum_pool", make_global_sum, {0}, S(3, 4, 5), S(3), global_sum},
    {"upsample(2, nearest)",
     make_nearest,
     {0, {0, 0}, {2, 2}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(3, 2, 3),
     S(3, 4, 6),
     nearest},
    {"upsample(3, bilinear)",
     make_bilinear,
     {0, {0, 0}, {3, 3}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(3, 2, 3),
     S(3, 6, 9),
     bilinear},
    {"resize(5, 3, bilinear)",
     make_resize,
     {0, {5, 3}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(2, 3, 7),
     S(2, 5, 3),
     bilinear},
    {"resize(5, 3, nearest)",
     make_resize_nearest,
     {0, {5, 3}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(2, 3, 7),
     S(2, 5, 3),
     nearest},
    {"blur(4, 2, 1)", make_blur, {0, {4, 4}, {2, 1}, {0, 0}, {0, 0}, {0, 0}, 1}, S(2, 3, 4), S(2, 6, 8), blur},
    {"blur(4, 1, 2)", make_blur, {0, {4, 4}, {1, 2}, {0, 0}, {0, 0}, {0, 0}, 1}, S(2, 6, 7), S(2, 3, 3), blur},
    {"pad2d(1, 1, 3, 2, reflect)",
     make_reflect,
     {0, {0, 0}, {0, 0}, {1, 3}, {0, 0}, {0, 0}, 1},
     S(2, 3, 4),
     S(2, 5, 9),
     reflect},
    {"pad2d(2, 1, 3, 2, replicate)",
     make_replicate,
     {0, {0, 0}, {0, 0}, {2, 3}, {0, 0}, {0, 0}, 1},
     S(2, 2, 2),
     S(2, 5, 7),
     replicate},
    {"pad2d(1, 1, 0, 2, zero)",
     make_zeros,
     {0, {0, 0}, {0, 0}, {1, 0}, {0, 0}, {0, 0}, 1},
     S(2, 3, 2),
     S(2, 5, 4),
     zeros},
    {"pixel_shuffle(2)", make_shuffle, {0, {0, 0}, {2, 2}, {0, 0}, {0, 0}, {0, 0}, 1}, S(8, 2, 3), S(2, 4, 6), shuffle},
    {"pixel_unshuffle(3)",
     make_unshuffle,
     {0, {0, 0}, {3, 3}, {0, 0}, {0, 0}, {0, 0}, 1},
     S(2, 3, 6),
     S(18, 1, 2),
     unshuffle},
    {"batch_norm", make_batch_norm, {0}, S(3, 2, 3), S(3, 2, 3), batch_norm},
    {"group_norm(2)",
     make_group_norm,
     {0, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 2},
     S(6, 2, 3),
     S(6, 2, 3),
     group_norm},
    {"instance_norm", make_instance_norm, {0}, S(3, 2, 3), S(3, 2, 3), instance_norm},
    {"instance_norm, affine", make_affine_instance_norm, {0}, S(3, 2, 3), S(3, 2, 3), affine_instance_norm},
    {"layer_norm", make_layer_norm, {0}, S(3, 2, 3), S(3, 2, 3), layer_norm},
    {"pixel_norm", make_pixel_norm, {0}, S(3, 2, 3), S(3, 2, 3), pixel_norm},
    {"pixel_norm", make_pixel_norm, {0}, S(7), S(7), pixel_norm},
    {"self_attention", make_attention, {0}, S(17, 4, 5), S(17, 4, 5), attention},
    {"basis(3, 4×2)", make_basis, {3, {4, 2}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, 1}, S(5), S(3, 4, 2), basis},
    {"bias", make_bias, {0}, S(3, 2, 2), S(3, 2, 2), bias},
    {"bias", make_bias, {0}, S(3), S(3), bias},
    {"residual(conv2d(3, 1, stride 1, padding 0))",
     make_residual,
     {3, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}, 1},
     S(3, 2, 3),
     S(3, 2, 3),
     residual},
    {"residual(sequence of 1, conv2d(4, 1, stride 1, padding 0))",
     make_residual_with,
     {4, {1, 1}, {1, 1}, {0, 0}, {1, 1}, {0, 0}, 1},
     S(3, 2, 3),
     S(4, 2, 3),
     residual_with},
};
enum { CASES = sizeof cases / sizeof cases[0] };

/* ---- comparing ---- */

/* A case's model, its input and parameters in double. */
struct trial {
    const struct layer_case *c;
    gan_model *model;
    gan_tensor *x, *weights; /* weights: of each number of the result, in the loss */
    double numbers[MOST_NUMBERS];
    double *parameters[MOST_PARAMETERS];
    int count;
};

static void widen(const gan_tensor *tensor, double *numbers)
{
    for (int64_t i = 0; i < gan_tensor_size(tensor); i++)
        numbers[i] = (double)gan_tensor_data((gan_tensor *)tensor)[i];
}

static gan_shape batch_of(gan_shape one)
{
    gan_shape shape = {one.rank + 1, {N}};
    memcpy(shape.dims + 1, one.dims, (size_t)one.rank * sizeof one.dims[0]);
    return shape;
}

static void begin(struct trial *trial, const struct layer_case *c)
{
    *trial = (struct trial){.c = c, .model = model_of(c->in, c->make(&c->g))};
    ck_assert_msg(gan_shape_equal(gan_model_output_shape(trial->model), c->out), "%s", c->name);
    trial->x = normal_tensor(batch_of(c->in), 1);
    trial->weights = normal_tensor(batch_of(c->out), 2);
    widen(trial->x, trial->numbers);
    trial->count = gan_model_parameters(trial->model);
    ck_assert_int_le(trial->count, MOST_PARAMETERS);
    for (int i = 0; i < trial->count; i++) {
        gan_tensor *parameter = gan_model_parameter(trial->model, i);
        gan_tensor_fill_normal(parameter, 0.3f, 0.6f, 10 + (uint64_t)i);
        trial->parameters[i] = calloc((size_t)gan_tensor_size(parameter), sizeof(double));
        widen(parameter, trial->parameters[i]);
    }
}

static void end(struct trial *trial)
{
    for (int i = 0; i < trial->count; i++)
        free(trial->parameters[i]);
    gan_tensor_unref(trial->x);
    gan_tensor_unref(trial->weights);
    gan_model_unref(trial->model);
}

static double reference_loss(const struct trial *trial)
{
    static double y[MOST_NUMBERS];
    double sum = 0;
    trial->c->reference(trial->c, trial->numbers, trial->parameters, y);
    for (int64_t i = 0; i < gan_tensor_size(trial->weights); i++)
        sum += y[i] * (double)gan_tensor_data(trial->weights)[i];
    return sum;
}

static void compare_gradient(struct trial *trial, double *numbers, const gan_tensor *gradient, const char *what)
{
    double step = 1e-5;
    for (int64_t i = 0; i < gan_tensor_size(gradient); i++) {
        double kept = numbers[i];
        numbers[i] = kept + step;
        double difference = reference_loss(trial);
        numbers[i] = kept - step;
        difference = (difference - reference_loss(trial)) / (2 * step);
        numbers[i] = kept;
        double got = (double)gan_tensor_data((gan_tensor *)gradient)[i];
        ck_assert_msg(fabs(got - difference) <= 1e-4 * (1 + fabs(difference)),
                      "%s: the derivative to number %lld of %s is %.7g, central differences say %.7g", trial->c->name,
                      (long long)i, what, got, difference);
    }
}

static void check_case(const struct layer_case *c)
{
    struct trial trial;
    begin(&trial, c);
    gan_tape *tape = gan_tape_new();
    gan_var *x = gan_tape_input(tape, gan_tensor_shape(trial.x)), *wanted[2 + MOST_PARAMETERS];
    gan_var *y = gan_model_apply_frozen(trial.model, x);
    ck_assert_msg(y != NULL, "%s: %s", c->name, gan_error_message());
    gan_var *loss = gan_sum(gan_mul(y, gan_tape_tensor(tape, trial.weights)));
    wanted[0] = y;
    wanted[1] = gan_grad(loss, x);
    for (int i = 0; i < trial.count; i++)
        wanted[2 + i] = gan_grad(loss, gan_tape_tensor(tape, gan_model_parameter(trial.model, i)));
    gan_plan *plan = gan_plan_new(wanted, 2 + trial.count);
    ck_assert_msg(plan != NULL, "%s: %s", c->name, gan_error_message());
    ck_ok(gan_plan_bind(plan, x, trial.x));
    ck_ok(gan_plan_run(plan));

    static double expected[MOST_NUMBERS];
    c->reference(c, trial.numbers, trial.parameters, expected);
    for (int64_t i = 0; i < gan_shape_size(gan_var_shape(y)); i++)
        ck_assert_msg(fabs((double)gan_plan_numbers(plan, y)[i] - expected[i]) <= 1e-5 * (1 + fabs(expected[i])),
                      "%s: number %lld is %.7g, the reference says %.7g", c->name, (long long)i,
                      (double)gan_plan_numbers(plan, y)[i], expected[i]);
    for (int i = -1; i < trial.count; i++) {
        gan_tensor *gradient = gan_tensor_new(gan_var_shape(wanted[2 + i]));
        ck_ok(gan_plan_read(plan, wanted[2 + i], gradient));
        compare_gradient(&trial, i < 0 ? trial.numbers : trial.parameters[i], gradient,
                         i < 0 ? "x" : gan_model_parameter_name(trial.model, i));
        gan_tensor_unref(gradient);
    }
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    end(&trial);
}

START_TEST(layers_and_gradients_equal_the_reference)
{
    for (int i = 0; i < CASES; i++)
        check_case(&cases[i]);
}
END_TEST

/* A layer is called by what it is in the summary. */
START_TEST(summaries_name_the_options)
{
    for (int i = 0; i < CASES; i++) {
        gan_model *m = model_of(cases[i].in, cases[i].make(&cases[i].g));
        char *text = gan_model_summary(m), wanted[64];
        snprintf(wanted, sizeof wanted, "%s", cases[i].name); /* a row has room for so much */
        ck_assert_msg(strstr(text, wanted) != NULL, "no \"%s\" in:\n%s", wanted, text);
        gan_text_free(text);
        gan_model_unref(m);
    }
}
END_TEST

START_TEST(files_bring_them_back)
{
    for (int i = 0; i < CASES; i++) {
        struct trial trial;
        begin(&trial, &cases[i]);
        const char *path = scratch_file("layer.safetensors");
        ck_ok(gan_model_save(trial.model, path));
        gan_model *again = gan_model_load(path);
        ck_assert_msg(again != NULL, "%s: %s", cases[i].name, gan_error_message());
        gan_tensor *y = forward(trial.model, trial.x, false), *z = forward(again, trial.x, false);
        ck_assert_msg(memcmp(gan_tensor_data(y), gan_tensor_data(z), (size_t)gan_tensor_size(y) * sizeof(float)) == 0,
                      "%s", cases[i].name);
        char *before = gan_model_summary(trial.model), *after = gan_model_summary(again);
        ck_assert_str_eq(before, after);
        gan_text_free(before);
        gan_text_free(after);
        gan_tensor_unref(y);
        gan_tensor_unref(z);
        gan_model_unref(again);
        end(&trial);
    }
}
END_TEST

/* ---- what does not fit ---- */

static void rejects(gan_shape in, gan_layer *layer, const char *text)
{
    gan_model *m = gan_model_new(in);
    ck_fails(gan_model_add(m, layer), text);
    gan_model_unref(m);
}

START_TEST(inputs_that_do_not_fit_are_named)
{
    rejects(GAN_SHAPE(12), gan_layer_conv2d(3, 3, 1, 1),
            "layer 0 (conv2d): its input is [12], want [channels, height, width]");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_conv1d(3, 3, 1, 1), "its input is [3, 4, 4], want [channels, length]");
    rejects(GAN_SHAPE(3, 2, 2), gan_layer_conv2d(3, 5, 1, 1), "windows of 5 × 5");
    rejects(GAN_SHAPE(1, INT64_C(1) << 50, 1), gan_layer_conv_transpose2d(1, 1, INT16_MAX, 0),
            "its input is [1, 1125899906842624, 1], want at most 2147483647 rows and columns");
    rejects(GAN_SHAPE(INT64_C(1) << 56, 1, 1), gan_layer_conv2d(1, 1024, 1, 1023),
            "shape [1, 72057594037927936, 1024, 1024] has too many elements");
    rejects(GAN_SHAPE(12), gan_layer_max_pool2d(2, 2, 0),
            "layer 0 (max_pool2d): its input is [12], want [channels, height, width]");
    rejects(GAN_SHAPE(3, 1, 4), gan_layer_max_pool2d(2, 2, 0), "max_pool2d: windows of 2 × 2");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_average_pool2d(2, 2, 2), "padding alone");
    rejects(GAN_SHAPE(3), gan_layer_global_average_pool(), "its input is [3], want channels and places");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_pad2d(4, 0, 0, 0, GAN_PAD_REFLECT), "want 0 to 3");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_pixel_shuffle(2), "whose square divides the channels");
    rejects(GAN_SHAPE(3, 4, 5), gan_layer_pixel_unshuffle(2), "divides height and width");
    rejects(GAN_SHAPE(3, 1, 4), gan_layer_blur(4, 1, 2), "height 0");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_blur(50, 1, 1), "taps is 50");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_resize(INT32_MAX, 4, GAN_RESIZE_NEAREST), "too long");
    rejects(GAN_SHAPE(5, 4, 4), gan_layer_group_norm(2), "5 channels, which are not in 2 equal groups");
    rejects(GAN_SHAPE(5), gan_layer_instance_norm(), "has no variance");
    rejects(GAN_SHAPE(7, 4, 4), gan_layer_self_attention(), "of 8 channels or more");
    rejects(GAN_SHAPE(8, 4, 1), gan_layer_self_attention(), "a side of 2 or more");
    rejects(GAN_SHAPE(2, 3), gan_layer_basis(3, 4, 4), "add gan_layer_flatten() before it");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_residual(gan_layer_conv2d(4, 1, 1, 0)),
            "its branch makes [4, 4, 4], its shortcut [3, 4, 4]");
    rejects(GAN_SHAPE(3, 4, 4), gan_layer_residual(gan_layer_conv1d(4, 1, 1, 0)), "layer 0.branch (conv1d)");
}
END_TEST

START_TEST(options_that_cannot_be_are_refused)
{
    gan_pool_options pool;
    memset(&pool, 0, sizeof pool);
    ck_null(gan_layer_max_pool2d(0, 1, 0), "gan_layer_max_pool2d: along the height kernel is 0");
    ck_null(gan_layer_average_pool2d(2, 0, 0), "stride 0");
    ck_null(gan_layer_average_pool2d_with(NULL), "the options are NULL");
    ck_null(gan_layer_max_pool2d_with(&pool), "gan_layer_max_pool2d: the options' struct_size is 0");
    pool.struct_size = sizeof pool + sizeof(int64_t);
    ck_null(gan_layer_max_pool2d_with(&pool), "gan_layer_max_pool2d: the options' struct_size is");
    ck_null(gan_layer_max_pool2d(1025, 1, 0), "kernel is 1025, stride 1, padding 0, dilation 1; want 1 to 1024");
    gan_conv_options conv;
    memset(&conv, 0, sizeof conv);
    ck_null(gan_layer_conv2d_with(4, NULL), "gan_layer_conv2d: the options are NULL");
    ck_null(gan_layer_conv2d_with(4, &conv), "gan_layer_conv2d: the options' struct_size is 0");
    conv.struct_size = sizeof conv + sizeof(int64_t);
    ck_null(gan_layer_conv2d_with(4, &conv), "the program was built for a newer one");
    ck_null(gan_layer_conv2d(4, 3, INT16_MAX + 1, 1), "gan_layer_conv2d: along the height kernel is 3, stride 32768");
    ck_null(gan_layer_conv_transpose1d(4, 1025, 1, 1), "gan_layer_conv_transpose1d: along the width kernel is 1025");
    ck_null(gan_layer_adaptive_average_pool2d(0, 2), "height is 0");
    ck_null(gan_layer_upsample(0, GAN_RESIZE_NEAREST), "gan_layer_upsample: factor is 0");
    ck_null(gan_layer_upsample(2, (gan_resize_mode)2), "mode is 2");
    ck_null(gan_layer_resize(3, -1, GAN_RESIZE_NEAREST), "width is -1");
    ck_null(gan_layer_blur(4, 0, 1), "up is 0");
    ck_null(gan_layer_pad2d(0, 0, 0, -1, GAN_PAD_ZERO), "right is -1");
    ck_null(gan_layer_pad2d(0, 0, 0, 1, (gan_pad_mode)3), "mode is 3");
    ck_null(gan_layer_group_norm(0), "groups is 0");
    ck_null(gan_layer_group_norm_with(2, 0), "epsilon is 0");
    ck_null(gan_layer_instance_norm_with(NAN, false), "epsilon is nan");
    ck_null(gan_layer_pixel_norm_with(-1), "epsilon is -1");
    ck_null(gan_layer_basis(3, 0, 4), "height 0");
    ck_null(gan_layer_without_bias(gan_layer_instance_norm()), "instance_norm has no bias");
    ck_null(gan_layer_residual(gan_layer_conv2d(0, 3, 1, 1)), "channels is 0");
    ck_null(gan_layer_residual_with(gan_layer_relu(), gan_layer_conv2d(0, 3, 1, 1)), "channels is 0");
    gan_layer *relu = gan_layer_relu();
    ck_null(gan_layer_residual_with(relu, relu), "branch and shortcut are one layer");
    gan_model *m = gan_model_new(GAN_SHAPE(3));
    gan_layer *taken = gan_layer_relu();
    ck_ok(gan_model_add(m, taken));
    ck_null(gan_layer_residual(taken), "branch already belongs to a model");
    gan_model_unref(m);
}
END_TEST

/* Names as PyTorch's modules have them, so that files match. */
START_TEST(parameters_are_named_as_pytorchs)
{
    gan_model *m = gan_model_new(GAN_SHAPE(8, 4, 4));
    gan_model_add(m, gan_layer_conv_transpose2d(16, 4, 2, 1));
    gan_model_add(m, gan_layer_group_norm(4));
    gan_model_add(m, gan_layer_named(gan_layer_self_attention(), "attention"));
    gan_model_add(m, gan_layer_residual_with(
                         gan_layer_sequence((gan_layer *[]){gan_layer_relu(), gan_layer_conv2d(4, 3, 1, 1)}, 2),
                         gan_layer_named(gan_layer_conv2d(4, 1, 1, 0), "projection")));
    ck_ok(gan_model_status(m));
    static const struct {
        const char *name;
        gan_shape shape;
    } wanted[] = {
        {"0.weight", S(8, 16, 4, 4)},
        {"0.bias", S(16)},
        {"1.weight", S(16)},
        {"1.bias", S(16)},
        {"attention.gamma", {0, {0}}},
        {"attention.g.weight", S(8, 16, 1, 1)},
        {"attention.o.weight", S(16, 8, 1, 1)},
        {"attention.phi.weight", S(2, 16, 1, 1)},
        {"attention.theta.weight", S(2, 16, 1, 1)},
        {"3.branch.1.weight", S(4, 16, 3, 3)},
        {"3.branch.1.bias", S(4)},
        {"3.projection.weight", S(4, 16, 1, 1)},
        {"3.projection.bias", S(4)},
    };
    ck_assert_int_eq(gan_model_parameters(m), (int)(sizeof wanted / sizeof wanted[0]));
    for (int i = 0; i < gan_model_parameters(m); i++) {
        ck_assert_str_eq(gan_model_parameter_name(m, i), wanted[i].name);
        ck_shape(gan_tensor_shape(gan_model_parameter(m, i)), wanted[i].shape);
    }
    gan_model_unref(m);
}
END_TEST

/* Self-attention begins as the identity: gamma is 0. */
START_TEST(attention_begins_as_the_identity)
{
    gan_model *m = model_of(GAN_SHAPE(8, 4, 4), gan_layer_self_attention());
    gan_tensor *x = normal_tensor(GAN_SHAPE(2, 8, 4, 4), 1), *y = forward(m, x, true);
    ck_assert_mem_eq(gan_tensor_data(x), gan_tensor_data(y), 2 * 8 * 16 * sizeof(float));
    gan_tensor_unref(x);
    gan_tensor_unref(y);
    gan_model_unref(m);
}
END_TEST

static const struct test_case tests[] = {
    {"reference", layers_and_gradients_equal_the_reference},
    {"summaries", summaries_name_the_options},
    {"files", files_bring_them_back},
    {"inputs", inputs_that_do_not_fit_are_named},
    {"options", options_that_cannot_be_are_refused},
    {"names", parameters_are_named_as_pytorchs},
    {"attention begins", attention_begins_as_the_identity},
};

int main(void)
{
    return RUN_SUITE("nn: image layers", tests);
}
