#include "io/grid.h"

#include "base/status.h"
#include "gan/image.h"
#include "io/png.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PIXEL_BYTES_MAX ((int64_t)1 << 30)
#define GAP_GREY        128

/* What is to be drawn, and where each image goes. */
struct grid {
    const float *values;
    int64_t count;
    int channels, height, width; /* of one image */
    int columns, rows, scale;
};

/* Brightness to 8 bits; a NaN fails both comparisons and is 0. */
static uint8_t quantize(float value)
{
    if (value >= 1.0f)
        return 255;
    return value > 0.0f ? (uint8_t)lroundf(value * 255.0f) : 0;
}

/* `name` is the argument's. */
static gan_status check_images(const gan_tensor *images, const char *who, const char *name)
{
    if (images == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, name);
    if (gan_tensor_dtype(images) != GAN_FLOAT32)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %s, want float32 in [0, 1]", who, name,
                        gan_dtype_name(gan_tensor_dtype(images)));
    gan_shape shape = gan_tensor_shape(images);
    int64_t channels = shape.rank == 4 ? shape.dims[1] : shape.rank == 3 ? shape.dims[0] : 0;
    if (channels != 1 && channels != 3 && channels != 4) {
        char text[128];
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s has shape %s, want [N, C, H, W] or [C, H, W], C 1, 3 or 4",
                        who, name, gan_shape_text(shape, text, sizeof text));
    }
    return GAN_OK;
}

static gan_status too_large(const char *who, const char *what)
{
    return gan_fail(
        GAN_ERROR_INVALID_ARGUMENT,
        "%s: the picture would be too large (%s; at most %d pixels a side, 1 GiB in all); write fewer images", who,
        what, GAN_PICTURE_SIDE_MAX);
}

static int side(int cells, int cell)
{
    return cells * cell + (cells - 1) * GAN_GRID_GAP;
}

/* Chooses columns and rows, and checks that the picture's size is one that can be drawn. */
static gan_status lay_out(struct grid *grid, int columns, const char *who)
{
    if (grid->count > GAN_PICTURE_SIDE_MAX * (int64_t)GAN_PICTURE_SIDE_MAX)
        return too_large(who, "too many images");
    int64_t across = columns;
    if (columns <= 0)
        for (across = 1; across * across < grid->count;)
            across++;
    if (across > grid->count)
        across = grid->count;
    int64_t down = (grid->count + across - 1) / across;
    int64_t width = across * grid->width * grid->scale + (across - 1) * GAN_GRID_GAP;
    int64_t height = down * grid->height * grid->scale + (down - 1) * GAN_GRID_GAP;
    if (width > GAN_PICTURE_SIDE_MAX || height > GAN_PICTURE_SIDE_MAX)
        return too_large(who, "too long a side");
    if (width * height * grid->channels > PIXEL_BYTES_MAX)
        return too_large(who, "too many pixels");
    grid->columns = (int)across;
    grid->rows = (int)down;
    return GAN_OK;
}

static gan_status describe(struct grid *grid, const gan_tensor *images, int columns, int scale, const char *who)
{
    gan_status status = check_images(images, who, "images");
    if (status != GAN_OK)
        return status;
    if (scale < 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: scale is %d, want 1 or more", who, scale);
    gan_shape shape = gan_tensor_shape(images);
    const int64_t *image = shape.dims + (shape.rank - 3);
    if (image[1] > GAN_PICTURE_SIDE_MAX || image[2] > GAN_PICTURE_SIDE_MAX || scale > GAN_PICTURE_SIDE_MAX)
        return too_large(who, "too long a side");
    *grid = (struct grid){.values = gan_tensor_data(images),
                          .count = shape.rank == 4 ? shape.dims[0] : 1,
                          .channels = (int)image[0],
                          .height = (int)image[1],
                          .width = (int)image[2],
                          .scale = scale};
    return lay_out(grid, columns, who);
}

/* A row of an image's pixels, each `scale` times in width. */
static void draw_row(const struct grid *grid, const float *values, uint8_t *out)
{
    size_t plane = (size_t)grid->height * (size_t)grid->width;
    for (int x = 0; x < grid->width; x++)
        for (int repeat = 0; repeat < grid->scale; repeat++)
            for (int c = 0; c < grid->channels; c++)
                *out++ = quantize(values[(size_t)c * plane + (size_t)x]);
}

static void draw_cell(const struct grid *grid, const float *values, struct gan_picture *picture, int left, int top)
{
    size_t bytes = (size_t)grid->width * (size_t)grid->scale * (size_t)grid->channels;
    for (int y = 0; y < grid->height; y++) {
        uint8_t *row = gan_picture_at(picture, left, top + y * grid->scale);
        draw_row(grid, values + (size_t)y * (size_t)grid->width, row);
        for (int repeat = 1; repeat < grid->scale; repeat++)
            memcpy(gan_picture_at(picture, left, top + y * grid->scale + repeat), row, bytes);
    }
}

struct gan_picture *gan_grid_draw(const gan_tensor *images, int columns, int scale, const char *who)
{
    struct grid grid = {0};
    if (describe(&grid, images, columns, scale, who) != GAN_OK)
        return NULL;
    assert(grid.columns > 0);
    int cell_width = grid.width * scale, cell_height = grid.height * scale;
    struct gan_picture *picture = gan_picture_new(side(grid.columns, cell_width), side(grid.rows, cell_height),
                                                  grid.channels, grid.channels == 4 ? 0 : GAP_GREY);
    if (picture == NULL)
        return NULL;
    size_t image = (size_t)grid.channels * (size_t)grid.height * (size_t)grid.width;
    for (int64_t i = 0; i < grid.count; i++)
        draw_cell(&grid, grid.values + (size_t)i * image, picture,
                  (int)(i % grid.columns) * (cell_width + GAN_GRID_GAP),
                  (int)(i / grid.columns) * (cell_height + GAN_GRID_GAP));
    return picture;
}

static gan_status write_grid(const char *path, const gan_tensor *images, int columns, int scale, const char *who)
{
    if (path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: path is NULL", who);
    struct gan_picture *picture = gan_grid_draw(images, columns, scale, who);
    if (picture == NULL)
        return gan_error_status();
    gan_status status = gan_png_write(path, picture, who);
    gan_picture_free(picture);
    return status;
}

gan_status gan_image_write_grid(const char *path, const gan_tensor *images, int columns)
{
    return write_grid(path, images, columns, 1, "gan_image_write_grid");
}

gan_status gan_image_write_grid_scaled(const char *path, const gan_tensor *images, int columns, int scale)
{
    return write_grid(path, images, columns, scale, "gan_image_write_grid_scaled");
}

gan_status gan_image_write(const char *path, const gan_tensor *image)
{
    gan_status status = check_images(image, "gan_image_write", "image");
    if (status != GAN_OK)
        return status;
    gan_shape shape = gan_tensor_shape(image);
    char text[128];
    if (shape.rank == 4 && shape.dims[0] != 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_image_write: image has shape %s, want one image; use gan_image_write_grid for several",
                        gan_shape_text(shape, text, sizeof text));
    return write_grid(path, image, 1, 1, "gan_image_write");
}
