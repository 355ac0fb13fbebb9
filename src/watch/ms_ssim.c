/* Multi-scale structural similarity (Wang, Simoncelli, Bovik 2003) of pairs of images. */
#include "watch/bootstrap.h"
#include "watch/options.h"
#include "watch/rows.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"

#include <inttypes.h>
#include <math.h>

enum { WINDOW = 11, SCALES = 5, PLANES = 9, SLOTS = 16 };

static const double scale_weights[SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};

struct images {
    const float *numbers;
    int64_t channels, height, width;
    double c1, c2; /* (K₁·range)², (K₂·range)² */
    int scales, window;
    double tap[WINDOW]; /* of the window, adding up to 1 */
    double power[SCALES];
    const int64_t *places; /* pair i is of images places[2i] and places[2i + 1] */
    int64_t pairs;
    double *scratch;    /* [SLOTS, PLANES, height·width] */
    double *similarity; /* [pairs] */
};

/* ---- one scale of one channel ---- */

/* The window's weighted means of a·b (b NULL: of a), where it lies inside: [h − window + 1, w − window + 1]. */
static void blur(const struct images *im, const double *a, const double *b, int64_t h, int64_t w, double *between,
                 double *out)
{
    int64_t inner = w - im->window + 1;
    for (int64_t y = 0; y < h; y++)
        for (int64_t x = 0; x < inner; x++) {
            double sum = 0;
            for (int64_t k = 0; k < im->window; k++) {
                int64_t at = y * w + x + k;
                sum += im->tap[k] * (b != NULL ? a[at] * b[at] : a[at]);
            }
            between[y * inner + x] = sum;
        }
    for (int64_t y = 0; y + im->window <= h; y++)
        for (int64_t x = 0; x < inner; x++) {
            double sum = 0;
            for (int64_t k = 0; k < im->window; k++)
                sum += im->tap[k] * between[(y + k) * inner + x];
            out[y * inner + x] = sum;
        }
}

/* The means over the image of contrast and structure, and of that times luminance. planes: 6 to work with. */
static void compare(const struct images *im, const double *a, const double *b, int64_t h, int64_t w, double *planes,
                    double *structure, double *whole)
{
    int64_t size = im->height * im->width, count = (h - im->window + 1) * (w - im->window + 1);
    double *ma = planes + size, *mb = ma + size, *aa = mb + size, *bb = aa + size, *ab = bb + size;
    blur(im, a, NULL, h, w, planes, ma);
    blur(im, b, NULL, h, w, planes, mb);
    blur(im, a, a, h, w, planes, aa);
    blur(im, b, b, h, w, planes, bb);
    blur(im, a, b, h, w, planes, ab);
    *structure = *whole = 0;
    for (int64_t i = 0; i < count; i++) {
        double product = ma[i] * mb[i], squares = ma[i] * ma[i] + mb[i] * mb[i];
        double s = (2 * (ab[i] - product) + im->c2) / (aa[i] + bb[i] - squares + im->c2);
        *structure += s / (double)count;
        *whole += s * (2 * product + im->c1) / (squares + im->c1) / (double)count;
    }
}

/* Means of 2 × 2 pixels, in place; an odd last row or column is left out. */
static void halve(double *image, int64_t h, int64_t w)
{
    for (int64_t y = 0; y < h / 2; y++)
        for (int64_t x = 0; x < w / 2; x++) {
            const double *corner = image + 2 * y * w + 2 * x;
            image[y * (w / 2) + x] = (corner[0] + corner[1] + corner[w] + corner[w + 1]) / 4;
        }
}

/* ---- a pair ---- */

static double channel_similarity(const struct images *im, const float *a, const float *b, double *scratch)
{
    int64_t h = im->height, w = im->width, size = h * w;
    double *x = scratch, *y = scratch + size, similarity = 1;
    for (int64_t i = 0; i < size; i++) {
        x[i] = (double)a[i];
        y[i] = (double)b[i];
    }
    for (int scale = 0; scale < im->scales; scale++) {
        double structure, whole;
        compare(im, x, y, h, w, scratch + 2 * size, &structure, &whole);
        double factor = scale + 1 < im->scales ? structure : whole;
        similarity *= pow(factor > 0 ? factor : 0, im->power[scale]);
        halve(x, h, w);
        halve(y, h, w);
        h /= 2;
        w /= 2;
    }
    return similarity;
}

static void compare_slot(void *context, int64_t slot)
{
    const struct images *im = context;
    int64_t plane = im->height * im->width, image = im->channels * plane;
    for (int64_t i = slot; i < im->pairs; i += SLOTS) {
        const float *a = im->numbers + im->places[2 * i] * image, *b = im->numbers + im->places[2 * i + 1] * image;
        double sum = 0;
        for (int64_t c = 0; c < im->channels; c++)
            sum += channel_similarity(im, a + c * plane, b + c * plane, im->scratch + slot * PLANES * plane);
        im->similarity[i] = sum / (double)im->channels;
    }
}

/* ---- all ---- */

static void choose_scales(struct images *im)
{
    int64_t side = im->height < im->width ? im->height : im->width;
    im->scales = 1;
    while (im->scales < SCALES && side >> im->scales >= WINDOW)
        im->scales++;
    double sum = 0;
    for (int i = 0; i < im->scales; i++)
        sum += scale_weights[i];
    for (int i = 0; i < im->scales; i++)
        im->power[i] = scale_weights[i] / sum;
    im->window = side >= WINDOW ? WINDOW : (int)(side - 1 + side % 2);
    double deviation = 1.5 * im->window / WINDOW, total = 0;
    for (int k = 0; k < im->window; k++) {
        double x = (k - im->window / 2) / deviation;
        im->tap[k] = exp(-x * x / 2);
        total += im->tap[k];
    }
    for (int k = 0; k < im->window; k++)
        im->tap[k] /= total;
}

static gan_status read_images(struct images *im, struct gan_rows *rows, const gan_tensor *images, float low, float high,
                              const char *who)
{
    gan_status status = gan_rows_read(rows, images, 2, "images", who);
    if (status != GAN_OK)
        return status;
    gan_shape shape = gan_tensor_shape(images);
    char text[128];
    if (shape.rank != 4)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: images is %s, want [n, C, H, W]", who,
                        gan_shape_text(shape, text, sizeof text));
    if (!(low < high && high - low <= GAN_ROWS_LARGEST))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the range is [%g, %g], want low < high", who, (double)low,
                        (double)high);
    double range = (double)high - (double)low;
    *im = (struct images){.numbers = rows->numbers,
                          .channels = shape.dims[1],
                          .height = shape.dims[2],
                          .width = shape.dims[3],
                          .c1 = 0.01 * range * 0.01 * range,
                          .c2 = 0.03 * range * 0.03 * range};
    choose_scales(im);
    return GAN_OK;
}

gan_status gan_metric_ms_ssim(const gan_tensor *images, float low, float high, const gan_metric_options *options,
                              gan_metric_value *similarity)
{
    static const char who[] = "gan_metric_ms_ssim";
    struct gan_rows rows;
    struct images im;
    gan_metric_options o;
    gan_status status = gan_metric_options_take(&o, options, who);
    if (status == GAN_OK)
        status = read_images(&im, &rows, images, low, high, who);
    if (status != GAN_OK)
        return status;
    im.pairs = rows.count / 2 < o.ssim_pairs ? rows.count / 2 : o.ssim_pairs;
    int64_t *places = gan_alloc_zero((size_t)(2 * im.pairs), sizeof *places);
    im.scratch = gan_alloc_zero(SLOTS * PLANES, (size_t)(im.height * im.width) * sizeof(double));
    im.similarity = gan_alloc_zero((size_t)im.pairs, sizeof(double));
    im.places = places;
    gan_metric_value value;
    status = places != NULL && im.scratch != NULL && im.similarity != NULL ? GAN_OK : GAN_ERROR_OUT_OF_MEMORY;
    if (status == GAN_OK) {
        struct gan_random_key key = {.seed = o.seed, .stream = GAN_METRIC_STREAM_PAIRS};
        for (int64_t i = 0; i < 2 * im.pairs; i++)
            places[i] = (int64_t)gan_random_permuted(&key, (uint64_t)rows.count, (uint64_t)i);
        gan_parallel(SLOTS, compare_slot, &im);
        status = gan_bootstrap_mean(im.similarity, im.pairs, 0, &o, &value);
    }
    if (status == GAN_OK && similarity != NULL)
        *similarity = value;
    gan_free(im.similarity);
    gan_free(im.scratch);
    gan_free(places);
    return status;
}
