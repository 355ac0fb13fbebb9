#include "io/plot_parts.h"

#include "io/font.h"

#include <math.h>

#define NUMBER_GAP 7 /* between the numbers and the frame */

static const struct gan_colour grid_colour = {228, 228, 228}, axis_colour = {140, 140, 140};

/* ---- ranges ---- */

struct range {
    double low, high;
};
static const struct range nothing = {HUGE_VAL, -HUGE_VAL};

static void include(struct range *range, double value)
{
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

bool gan_plot_distinct(double low, double high)
{
    return high - low > 1e-9 * fmax(fabs(low), fabs(high)) && high - low > 1e-100;
}

/* A range to divide by, also where there are no numbers, or all are (nearly) the same. */
static struct range made_wide(struct range range)
{
    if (range.low > range.high)
        return (struct range){0, 1};
    if (gan_plot_distinct(range.low, range.high))
        return range;
    double size = fmax(fabs(range.low), fabs(range.high));
    double air = size < 1e-100 ? 0.5 : 0.25 * size;
    return (struct range){range.low - air, range.high + air};
}

bool gan_plot_span_x(const gan_plot *plot, struct gan_plot_frame *frame)
{
    struct range range = nothing;
    bool whole = true;
    for (size_t p = 0; p < plot->panel_count; p++)
        for (size_t c = 0; c < plot->panels[p].curve_count; c++) {
            const struct gan_plot_curve *curve = &plot->panels[p].curves[c];
            for (size_t i = 0; i < curve->count && !curve->level; i++) {
                include(&range, curve->x[i]);
                whole = whole && curve->x[i] == floor(curve->x[i]);
            }
        }
    if (whole && range.low == range.high) /* one step: show it between its neighbours */
        range = (struct range){range.low - 1, range.high + 1};
    range = made_wide(range);
    frame->x_low = range.low;
    frame->x_high = range.high;
    return whole;
}

void gan_plot_span_y(const struct gan_plot_panel *panel, struct gan_plot_frame *frame)
{
    struct range range = nothing;
    for (size_t c = 0; c < panel->curve_count; c++)
        for (size_t i = 0; i < panel->curves[c].count; i++)
            if (gan_plot_shown(panel->curves[c].y[i]))
                include(&range, panel->curves[c].y[i]);
    range = made_wide(range);
    double air = 0.05 * (range.high - range.low);
    bool from_zero = range.low >= 0 && range.low < 0.5 * range.high;
    frame->y_low = panel->fixed ? panel->low : from_zero ? 0 : range.low - air;
    frame->y_high = panel->fixed ? panel->high : range.high + air;
}

/* ---- ticks ---- */

double gan_ticks_width(const struct gan_ticks *ticks, double scale)
{
    double widest = 0;
    char text[GAN_TICK_TEXT];
    for (int i = 0; i < ticks->count; i++) {
        gan_tick_text(ticks, i, text);
        widest = fmax(widest, gan_text_width(text, scale));
    }
    return widest;
}

struct gan_ticks gan_plot_ticks_x(const struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame, bool whole)
{
    double width = frame->box.right - frame->box.left;
    double most = fmax(2, width / (70 * sheet->scale));
    while (true) { /* until the numbers stand clear of each other */
        struct gan_ticks ticks = gan_ticks_choose(frame->x_low, frame->x_high, most, whole);
        if (ticks.count <= 1 || most < 1)
            return ticks;
        double apart = (gan_tick_value(&ticks, 1) - gan_tick_value(&ticks, 0)) / (frame->x_high - frame->x_low) * width;
        if (gan_ticks_width(&ticks, sheet->scale) + 16 * sheet->scale <= apart)
            return ticks;
        most *= 0.75;
    }
}

struct gan_ticks gan_plot_ticks_y(const struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame)
{
    double height = frame->box.bottom - frame->box.top;
    return gan_ticks_choose(frame->y_low, frame->y_high, fmax(2, height / (30 * sheet->scale)), false);
}

/* ---- drawing ---- */

static double tick_x(const struct gan_plot_frame *frame, const struct gan_ticks *ticks, int i)
{
    double part = (gan_tick_value(ticks, i) - frame->x_low) / (frame->x_high - frame->x_low);
    return frame->box.left + part * (frame->box.right - frame->box.left);
}

static double tick_y(const struct gan_plot_frame *frame, const struct gan_ticks *ticks, int i)
{
    double part = (gan_tick_value(ticks, i) - frame->y_low) / (frame->y_high - frame->y_low);
    return frame->box.bottom - part * (frame->box.bottom - frame->box.top);
}

/* Where a rule of `thickness` about `middle` begins, inside low … high. */
static int rule_from(double middle, int thickness, int low, int high)
{
    int from = (int)floor(middle - thickness / 2.0 + 0.5);
    return from < low ? low : from > high - thickness ? high - thickness : from;
}

void gan_plot_draw_grid(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame, const struct gan_ticks *x,
                        const struct gan_ticks *y)
{
    struct gan_box box = frame->box;
    int thickness = gan_plot_pixels(sheet, 1);
    for (int i = 0; i < x->count; i++) {
        int from = rule_from(tick_x(frame, x, i), thickness, box.left, box.right);
        gan_fill_box(sheet->picture, (struct gan_box){from, box.top, from + thickness, box.bottom}, grid_colour);
    }
    for (int i = 0; i < y->count; i++) {
        int from = rule_from(tick_y(frame, y, i), thickness, box.top, box.bottom);
        gan_fill_box(sheet->picture, (struct gan_box){box.left, from, box.right, from + thickness}, grid_colour);
    }
    gan_fill_box(sheet->picture, (struct gan_box){box.left - thickness, box.top, box.left, box.bottom + thickness},
                 axis_colour);
    gan_fill_box(sheet->picture, (struct gan_box){box.left, box.bottom, box.right, box.bottom + thickness},
                 axis_colour);
}

static struct gan_type number_type(const struct gan_plot_sheet *sheet)
{
    return (struct gan_type){.scale = sheet->scale, .thickness = GAN_PLOT_STROKE};
}

void gan_plot_draw_numbers_x(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame,
                             const struct gan_ticks *ticks)
{
    double y = gan_plot_sharp(frame->box.bottom + (NUMBER_GAP + GAN_CAPITAL_HEIGHT) * sheet->scale);
    char text[GAN_TICK_TEXT];
    for (int i = 0; i < ticks->count; i++) {
        gan_tick_text(ticks, i, text);
        double width = gan_text_width(text, sheet->scale), room = sheet->picture->width - 2 * sheet->scale - width;
        double x = fmax(2 * sheet->scale, fmin(tick_x(frame, ticks, i) - width / 2, room));
        gan_text_ink(sheet->ink, text, number_type(sheet), gan_plot_sharp(x), y);
    }
    gan_ink_mix(sheet->ink, sheet->picture, gan_plot_soft, 1);
}

void gan_plot_draw_numbers_y(struct gan_plot_sheet *sheet, const struct gan_plot_frame *frame,
                             const struct gan_ticks *ticks)
{
    char text[GAN_TICK_TEXT];
    for (int i = 0; i < ticks->count; i++) {
        gan_tick_text(ticks, i, text);
        double x = frame->box.left - NUMBER_GAP * sheet->scale - gan_text_width(text, sheet->scale);
        double y = tick_y(frame, ticks, i) + GAN_CAPITAL_HEIGHT * sheet->scale / 2;
        gan_text_ink(sheet->ink, text, number_type(sheet), gan_plot_sharp(x), gan_plot_sharp(y));
    }
    gan_ink_mix(sheet->ink, sheet->picture, gan_plot_soft, 1);
}
