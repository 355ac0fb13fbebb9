#include "data/prepare.h"

#include "io/exif.h"

#include <math.h>

enum { LONGEST = 4 }; /* times as long as it needs to be may a picture be that is cut at random */

void gan_preparer_clear(struct gan_preparer *preparer)
{
    gan_pixels_clear(&preparer->decoded);
    gan_pixels_clear(&preparer->resized);
    gan_resize_room_clear(&preparer->room);
}

/* ---- colours, in place: fewer channels than before, never more ---- */

static void over_background(struct gan_pixels *pixels, const uint8_t background[3])
{
    size_t count = (size_t)pixels->width * (size_t)pixels->height;
    const uint8_t *from = pixels->bytes;
    uint8_t *to = pixels->bytes;
    for (size_t i = 0; i < count; i++, from += 4) {
        unsigned opacity = from[3];
        for (int c = 0; c < 3; c++)
            *to++ = (uint8_t)((from[c] * opacity + background[c] * (255 - opacity) + 127) / 255);
    }
    pixels->channels = 3;
}

/* ITU-R BT.601's luma. */
static void to_grey(struct gan_pixels *pixels)
{
    size_t count = (size_t)pixels->width * (size_t)pixels->height;
    const uint8_t *from = pixels->bytes;
    for (size_t i = 0; i < count; i++, from += 3)
        pixels->bytes[i] = (uint8_t)((299u * from[0] + 587u * from[1] + 114u * from[2] + 500) / 1000);
    pixels->channels = 1;
}

static void reduce_channels(struct gan_pixels *pixels, const struct gan_preparation *preparation)
{
    if (pixels->channels == 4 && preparation->channels < 4)
        over_background(pixels, preparation->background);
    if (pixels->channels == 3 && preparation->channels == 1)
        to_grey(pixels);
}

/* ---- sizes, of the upright picture ---- */

struct plan {
    int width, height;  /* of what is made */
    struct gan_box box; /* of what it is made from */
};

static int rounded_up(int size, float margin)
{
    return (int)ceil((double)size * (1 + (double)margin));
}

/* One axis of a random crop: of `size` pixels, `scale` of which become one, as much as there is, at least `least`. */
static void plan_axis(int size, double scale, int least, int *made, double *begin, double *length)
{
    double all = floor(size / scale + 0.5), most = (double)LONGEST * least;
    *made = all < least ? least : all > most ? LONGEST * least : (int)all;
    *length = all > most ? fmin(most * scale, size) : size;
    *begin = (size - *length) / 2;
}

static struct plan plan_for(const struct gan_preparation *preparation, int width, int height)
{
    struct plan plan = {preparation->width, preparation->height, {0, 0, width, height}};
    if (preparation->crop == GAN_CROP_NONE)
        return plan;
    if (preparation->crop == GAN_CROP_RANDOM) {
        int least_width = rounded_up(plan.width, preparation->margin);
        int least_height = rounded_up(plan.height, preparation->margin);
        double scale = fmin((double)width / least_width, (double)height / least_height);
        plan_axis(width, scale, least_width, &plan.width, &plan.box.x, &plan.box.width);
        plan_axis(height, scale, least_height, &plan.height, &plan.box.y, &plan.box.height);
        return plan;
    }
    double scale = fmin((double)width / plan.width, (double)height / plan.height);
    plan.box.width = fmin(plan.width * scale, width);
    plan.box.height = fmin(plan.height * scale, height);
    plan.box.x = (width - plan.box.width) / 2;
    plan.box.y = (height - plan.box.height) / 2;
    return plan;
}

static struct plan plan_upright(const struct gan_preparation *preparation, const struct gan_pixels *picture)
{
    return gan_exif_turns(picture->orientation) ? plan_for(preparation, picture->height, picture->width)
                                                : plan_for(preparation, picture->width, picture->height);
}

void gan_prepared_size(const struct gan_preparation *preparation, const struct gan_pixels *picture, int *width,
                       int *height)
{
    struct plan plan = plan_upright(preparation, picture);
    *width = plan.width;
    *height = plan.height;
}

/* ---- the picture ---- */

/* Plane `channel` of the result has this one of the pixel's; −1: full opacity. */
static int source_of(int channel, int channels)
{
    if (channel == 3 && channels < 4)
        return -1;
    return channels == 1 ? 0 : channel;
}

static void to_planes(const struct gan_pixels *stored, int channels, const struct plan *plan, uint8_t *planes)
{
    for (int c = 0; c < channels; c++) {
        int source = source_of(c, stored->channels);
        for (int y = 0; y < plan->height; y++)
            for (int x = 0; x < plan->width; x++) {
                int column, row;
                gan_exif_place(stored->orientation, stored->width, stored->height, x, y, &column, &row);
                size_t at = ((size_t)row * (size_t)stored->width + (size_t)column) * (size_t)stored->channels;
                *planes++ = source < 0 ? 255 : stored->bytes[at + (size_t)source];
            }
    }
}

/* It is resized as it is stored, and turned when it is small: the box lies in the middle, so mirroring moves nothing.
 */
gan_status gan_prepare(const struct gan_preparation *preparation, struct gan_preparer *preparer, uint8_t *planes)
{
    struct gan_pixels *decoded = &preparer->decoded, *resized = &preparer->resized;
    struct plan plan = plan_upright(preparation, decoded);
    struct gan_box box = plan.box;
    int width = plan.width, height = plan.height;
    if (gan_exif_turns(decoded->orientation)) {
        box = (struct gan_box){plan.box.y, plan.box.x, plan.box.height, plan.box.width};
        width = plan.height;
        height = plan.width;
    }
    reduce_channels(decoded, preparation);
    gan_status status = gan_resample(&preparer->room, decoded, box, width, height, resized);
    if (status == GAN_OK)
        to_planes(resized, preparation->channels, &plan, planes);
    return status;
}
