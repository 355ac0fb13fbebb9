#include "io/plot_parts.h"

#include "io/font.h"

#include <math.h>

#define SAMPLE     20 /* the piece of line before a name */
#define SAMPLE_GAP 6
#define ENTRY_GAP  18 /* between entries, and at least between the title and the first */

/* Colours that people of every colour vision tell apart (Okabe and Ito, "Color universal design", 2008), from the ones
 * that stand out most on white. */
static const struct gan_colour colours[] = {
    {0, 114, 178}, {213, 94, 0}, {0, 158, 115}, {204, 121, 167}, {230, 159, 0}, {86, 180, 233}, {0, 0, 0},
};

struct gan_colour gan_plot_colour(const struct gan_plot_panel *panel, size_t i)
{
    size_t lines = 0;
    if (panel->curves[i].level)
        return gan_plot_soft;
    for (size_t k = 0; k < i; k++)
        lines += !panel->curves[k].level;
    return colours[lines % (sizeof colours / sizeof *colours)];
}

static double entry_width(const struct gan_plot_sheet *sheet, const struct gan_plot_curve *curve)
{
    return (SAMPLE + SAMPLE_GAP) * sheet->scale + gan_text_width(curve->label, sheet->scale);
}

/* All entries in one row. */
static double legend_width(const struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel)
{
    double width = 0;
    for (size_t i = 0; i < panel->curve_count; i++)
        if (panel->curves[i].label != NULL)
            width += (width > 0 ? ENTRY_GAP * sheet->scale : 0) + entry_width(sheet, &panel->curves[i]);
    return width;
}

static bool fits_one_row(const struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, double width)
{
    double title = panel->title != NULL ? gan_text_width(panel->title, sheet->scale) + ENTRY_GAP * sheet->scale : 0;
    return title + legend_width(sheet, panel) <= width;
}

static void draw_entry(struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, size_t i, double x, double y,
                       double width)
{
    const struct gan_plot_curve *curve = &panel->curves[i];
    double scale = sheet->scale, middle = gan_plot_sharp(y - GAN_CAPITAL_HEIGHT * scale / 2);
    if (curve->level)
        gan_ink_dashes(sheet->ink, x, middle, x + SAMPLE * scale, middle, GAN_PLOT_LEVEL_STROKE * scale,
                       GAN_PLOT_LEVEL_DASH * scale);
    else
        gan_ink_line(sheet->ink, x + scale, middle, x + (SAMPLE - 1) * scale, middle, 2.5 * scale);
    gan_ink_mix(sheet->ink, sheet->picture, gan_plot_colour(panel, i), 1);
    double before = (SAMPLE + SAMPLE_GAP) * scale;
    gan_text_ink_within(sheet->ink, curve->label, (struct gan_type){.scale = scale, .thickness = GAN_PLOT_STROKE},
                        gan_plot_sharp(x + before), y, width - before);
    gan_ink_mix(sheet->ink, sheet->picture, gan_plot_dark, 1);
}

/* Places the entries in rows from (left, baseline) on, and draws them unless `measure`. Returns how many rows. */
static int lay_entries(struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, double left, double baseline,
                       double width, bool measure)
{
    double x = 0;
    int row = 0;
    bool any = false;
    for (size_t i = 0; i < panel->curve_count; i++) {
        if (panel->curves[i].label == NULL)
            continue;
        double entry = fmin(entry_width(sheet, &panel->curves[i]), width);
        if (x > 0 && x + entry > width + 1) {
            row++;
            x = 0;
        }
        double y = gan_plot_sharp(baseline + row * GAN_PLOT_ROW * sheet->scale);
        if (!measure)
            draw_entry(sheet, panel, i, left + x, y, entry + 1);
        x += entry + ENTRY_GAP * sheet->scale;
        any = true;
    }
    return any ? row + 1 : 0;
}

int gan_plot_header_rows(const struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, int width)
{
    struct gan_plot_sheet measuring = *sheet;
    bool title = panel->title != NULL;
    int entries = lay_entries(&measuring, panel, 0, 0, width, true);
    if (fits_one_row(sheet, panel, width))
        return title || entries > 0;
    return title + entries;
}

void gan_plot_draw_header(struct gan_plot_sheet *sheet, const struct gan_plot_panel *panel, int left, int top,
                          int width)
{
    double scale = sheet->scale, baseline = gan_plot_sharp(top + GAN_CAPITAL_HEIGHT * scale);
    if (panel->title != NULL) {
        gan_text_ink_within(sheet->ink, panel->title, (struct gan_type){.scale = scale, .thickness = GAN_PLOT_BOLD},
                            gan_plot_sharp(left), baseline, width);
        gan_ink_mix(sheet->ink, sheet->picture, gan_plot_dark, 1);
    }
    if (fits_one_row(sheet, panel, width))
        lay_entries(sheet, panel, left + width - legend_width(sheet, panel), baseline, width, false);
    else
        lay_entries(sheet, panel, left, baseline + (panel->title != NULL ? GAN_PLOT_ROW * scale : 0), width, false);
}
