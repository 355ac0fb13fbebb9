/* A plot as a picture: where everything goes. */
#include "io/plot_parts.h"

#include "base/memory.h"
#include "base/status.h"
#include "io/font.h"
#include "io/png.h"

#include <assert.h>
#include <math.h>

#define DEFAULT_WIDTH        900
#define DEFAULT_PANEL_HEIGHT 260
#define LEAST_WIDTH          200
#define LEAST_PANEL_HEIGHT   120
#define LEAST_FRAME          40 /* the least height and width of where the lines are, at scale 1 */

#define MARGIN      14 /* round the picture */
#define TITLE_SIZE  1.4
#define TITLE_SPACE 30 /* the title's height with its air */
#define HEADER_GAP  4  /* below a panel's title and legend */
#define PANEL_GAP   18
#define SIDE_LABEL  20 /* the width of a label that is read from below */
#define NUMBERS     24 /* the height of the numbers below the last panel */
#define RIGHT       26 /* room for half a number beyond the frame */

const struct gan_colour gan_plot_dark = {40, 40, 40}, gan_plot_soft = {95, 95, 95};
static const char note[] = "pale: range, strong: smoothed mean";

double gan_plot_sharp(double x)
{
    return floor(x) + 0.5;
}

/* Everything that is known before the first stroke. */
struct layout {
    const gan_plot *plot;
    struct gan_plot_sheet sheet;
    int width, height;
    struct gan_plot_frame *frames; /* one for each panel */
    struct gan_ticks x_ticks;
    bool dense, note_row; /* a line is drawn as range and mean, which a note must say: in the x label's row or below */
};

static int pixels(const struct layout *layout, double length)
{
    return gan_plot_pixels(&layout->sheet, length);
}

/* Letters grow with the picture, by halves, and only as far as the panels leave room. */
static double choose_scale(int width, int height, size_t panels)
{
    double fit = fmin(width / 800.0, height / (200.0 * (double)panels));
    return fmax(1, floor(2 * fit) / 2);
}

/* The left and right of all frames. How wide the numbers beside them are is seen from frames that are a little too
 * high, whose ticks are at least as fine as the later ones. */
static void lay_across(struct layout *layout)
{
    const gan_plot *plot = layout->plot;
    double numbers = 0;
    bool labels = false;
    for (size_t p = 0; p < plot->panel_count; p++) {
        struct gan_plot_frame *frame = &layout->frames[p];
        frame->box.bottom = layout->height / (int)plot->panel_count;
        gan_plot_span_y(&plot->panels[p], frame);
        struct gan_ticks ticks = gan_plot_ticks_y(&layout->sheet, frame);
        numbers = fmax(numbers, gan_ticks_width(&ticks, layout->sheet.scale));
        labels = labels || plot->panels[p].y_label != NULL;
    }
    for (size_t p = 0; p < plot->panel_count; p++) {
        layout->frames[p].box.left = pixels(layout, MARGIN + (labels ? SIDE_LABEL : 0) + 8) + (int)ceil(numbers);
        layout->frames[p].box.right = layout->width - pixels(layout, RIGHT);
    }
}

/* The x axis, and what stands below it. */
static void lay_x(struct layout *layout)
{
    const gan_plot *plot = layout->plot;
    struct gan_plot_frame *frames = layout->frames;
    double scale = layout->sheet.scale;
    bool whole = gan_plot_span_x(plot, &frames[0]);
    layout->x_ticks = gan_plot_ticks_x(&layout->sheet, &frames[0], whole);
    for (size_t p = 0; p < plot->panel_count; p++) {
        frames[p].x_low = frames[0].x_low;
        frames[p].x_high = frames[0].x_high;
        for (size_t c = 0; c < plot->panels[p].curve_count; c++)
            layout->dense = layout->dense || gan_plot_is_dense(&plot->panels[p].curves[c], &frames[p]);
    }
    double label = plot->x_label != NULL ? gan_text_width(plot->x_label, scale) + 40 * scale : 0;
    double beside = (frames[0].box.right - frames[0].box.left - label) / 2;
    layout->note_row = layout->dense && (label == 0 || gan_text_width(note, scale) > beside);
}

/* The top and bottom of every frame. */
static gan_status lay_down(struct layout *layout)
{
    const gan_plot *plot = layout->plot;
    int panels = (int)plot->panel_count, width = layout->frames[0].box.right - layout->frames[0].box.left;
    int top = pixels(layout, plot->title != NULL ? MARGIN + TITLE_SPACE : MARGIN);
    int rows_below = (plot->x_label != NULL) + layout->note_row;
    int taken = top + pixels(layout, NUMBERS) + pixels(layout, MARGIN + rows_below * GAN_PLOT_ROW) +
                (panels - 1) * pixels(layout, PANEL_GAP);
    for (int p = 0; p < panels; p++) {
        int rows = gan_plot_header_rows(&layout->sheet, &plot->panels[p], width);
        layout->frames[p].box.top = rows > 0 ? pixels(layout, rows * GAN_PLOT_ROW + HEADER_GAP) : 0;
        taken += layout->frames[p].box.top;
    }
    assert(panels > 0);
    int height = (layout->height - taken) / panels;
    if (height < pixels(layout, LEAST_FRAME) || width < pixels(layout, LEAST_FRAME))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_plot_write: the plot's titles and labels leave no room for its lines in %d x %d pixels; "
                        "make it larger",
                        layout->width, layout->height);
    for (int p = 0; p < panels; p++) {
        struct gan_box *box = &layout->frames[p].box;
        box->top += top;
        box->bottom = box->top + height;
        top = box->bottom + pixels(layout, PANEL_GAP);
    }
    return GAN_OK;
}

/* ---- drawing ---- */

static void draw_text(struct layout *layout, const char *text, struct gan_type type, double x, double y, double width,
                      struct gan_colour colour)
{
    type.scale *= layout->sheet.scale;
    gan_text_ink_within(layout->sheet.ink, text, type, gan_plot_sharp(x), gan_plot_sharp(y), width);
    gan_ink_mix(layout->sheet.ink, layout->sheet.picture, colour, 1);
}

/* Read from below, its middle at the frame's. */
static void draw_y_label(struct layout *layout, const char *label, const struct gan_box *box)
{
    double height = box->bottom - box->top, length = fmin(gan_text_width(label, layout->sheet.scale), height);
    draw_text(layout, label, (struct gan_type){.scale = 1, .thickness = GAN_PLOT_STROKE, .upwards = true},
              pixels(layout, MARGIN + GAN_CAPITAL_HEIGHT), (box->top + box->bottom + length) / 2, height,
              gan_plot_dark);
}

/* The x label in the middle, the note at the right. */
static void draw_foot(struct layout *layout)
{
    const struct gan_box *box = &layout->frames[layout->plot->panel_count - 1].box;
    const struct gan_type type = {.scale = 1, .thickness = GAN_PLOT_STROKE};
    double scale = layout->sheet.scale, width = box->right - box->left;
    double y = box->bottom + pixels(layout, NUMBERS + GAN_CAPITAL_HEIGHT + 3);
    if (layout->plot->x_label != NULL) {
        double length = fmin(gan_text_width(layout->plot->x_label, scale), width);
        draw_text(layout, layout->plot->x_label, type, box->left + (width - length) / 2, y, width, gan_plot_dark);
        y += layout->note_row ? pixels(layout, GAN_PLOT_ROW) : 0;
    }
    if (layout->dense)
        draw_text(layout, note, type, fmax(box->left, box->right - gan_text_width(note, scale)), y, width,
                  gan_plot_soft);
}

static gan_status draw_curves(struct layout *layout, const struct gan_plot_panel *panel,
                              const struct gan_plot_frame *frame)
{
    struct gan_plot_sheet *sheet = &layout->sheet;
    double scale = sheet->scale;
    gan_status status = GAN_OK;
    sheet->ink->clip = frame->box;
    for (size_t i = 0; i < panel->curve_count && status == GAN_OK; i++)
        if (gan_plot_is_dense(&panel->curves[i], frame)) {
            status = gan_plot_ink_points(sheet->ink, &panel->curves[i], frame, scale);
            gan_ink_mix(sheet->ink, sheet->picture, gan_plot_colour(panel, i), 0.3);
        }
    for (size_t i = 0; i < panel->curve_count && status == GAN_OK; i++) {
        const struct gan_plot_curve *curve = &panel->curves[i];
        if (curve->level)
            gan_plot_ink_level(sheet->ink, curve, frame, scale);
        else if (gan_plot_is_dense(curve, frame))
            status = gan_plot_ink_mean(sheet->ink, curve, frame, 2 * scale);
        else
            status = gan_plot_ink_points(sheet->ink, curve, frame, 1.6 * scale);
        gan_ink_mix(sheet->ink, sheet->picture, gan_plot_colour(panel, i), 1);
    }
    sheet->ink->clip = (struct gan_box){0, 0, sheet->ink->width, sheet->ink->height};
    return status;
}

static gan_status draw(struct layout *layout)
{
    const gan_plot *plot = layout->plot;
    if (plot->title != NULL)
        draw_text(layout, plot->title, (struct gan_type){.scale = TITLE_SIZE, .thickness = GAN_PLOT_STROKE},
                  pixels(layout, MARGIN), pixels(layout, MARGIN + TITLE_SIZE * GAN_CAPITAL_HEIGHT),
                  layout->width - 2 * pixels(layout, MARGIN), gan_plot_dark);
    for (size_t p = 0; p < plot->panel_count; p++) {
        const struct gan_plot_panel *panel = &plot->panels[p];
        const struct gan_plot_frame *frame = &layout->frames[p];
        const struct gan_box *box = &frame->box;
        int rows = gan_plot_header_rows(&layout->sheet, panel, box->right - box->left);
        struct gan_ticks y_ticks = gan_plot_ticks_y(&layout->sheet, frame);
        gan_plot_draw_grid(&layout->sheet, frame, &layout->x_ticks, &y_ticks);
        gan_plot_draw_numbers_y(&layout->sheet, frame, &y_ticks);
        gan_plot_draw_header(&layout->sheet, panel, box->left,
                             box->top - pixels(layout, rows * GAN_PLOT_ROW + HEADER_GAP), box->right - box->left);
        if (panel->y_label != NULL)
            draw_y_label(layout, panel->y_label, box);
        if (draw_curves(layout, panel, frame) != GAN_OK)
            return GAN_ERROR_OUT_OF_MEMORY;
    }
    gan_plot_draw_numbers_x(&layout->sheet, &layout->frames[plot->panel_count - 1], &layout->x_ticks);
    draw_foot(layout);
    return GAN_OK;
}

static gan_status write_layout(struct layout *layout, const char *path)
{
    struct gan_plot_sheet *sheet = &layout->sheet;
    gan_status status = GAN_ERROR_OUT_OF_MEMORY;
    layout->frames = gan_alloc_zero(layout->plot->panel_count, sizeof *layout->frames);
    sheet->picture = gan_picture_new(layout->width, layout->height, 3, 255);
    sheet->ink = gan_ink_new(layout->width, layout->height);
    if (layout->frames != NULL && sheet->picture != NULL && sheet->ink != NULL) {
        lay_across(layout);
        lay_x(layout);
        status = lay_down(layout);
        status = status == GAN_OK ? draw(layout) : status;
        status = status == GAN_OK ? gan_png_write(path, sheet->picture, "gan_plot_write") : status;
    }
    gan_ink_free(sheet->ink);
    gan_picture_free(sheet->picture);
    gan_free(layout->frames);
    return status;
}

gan_status gan_plot_write(const gan_plot *plot, const char *path, int width, int height)
{
    if (plot == NULL || path == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plot_write: %s is NULL", plot == NULL ? "plot" : "path");
    gan_plot empty = *plot;
    struct gan_plot_panel blank = {0};
    if (plot->panel_count == 0) {
        empty.panels = &blank;
        empty.panel_count = 1;
    }
    size_t panels = empty.panel_count;
    size_t usual = DEFAULT_PANEL_HEIGHT * panels + (plot->title != NULL ? TITLE_SPACE : 0);
    if (width <= 0)
        width = DEFAULT_WIDTH;
    if (height <= 0)
        height = usual < GAN_PLOT_SIDE_MAX ? (int)usual : GAN_PLOT_SIDE_MAX;
    if (width < LEAST_WIDTH || (size_t)height < LEAST_PANEL_HEIGHT * panels || width > GAN_PLOT_SIDE_MAX ||
        height > GAN_PLOT_SIDE_MAX)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_plot_write: width x height is %d x %d, want %d … %d x %zu … %d for %zu panels", width,
                        height, LEAST_WIDTH, GAN_PLOT_SIDE_MAX, LEAST_PANEL_HEIGHT * panels, GAN_PLOT_SIDE_MAX, panels);
    struct layout layout = {
        .plot = &empty, .width = width, .height = height, .sheet.scale = choose_scale(width, height, panels)};
    return write_layout(&layout, path);
}
