#include "io/plot.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>

static void clear_curve(struct gan_plot_curve *curve)
{
    gan_free(curve->label);
    gan_free(curve->x);
    gan_free(curve->y);
}

static void clear_panel(struct gan_plot_panel *panel)
{
    for (size_t i = 0; i < panel->curve_count; i++)
        clear_curve(&panel->curves[i]);
    gan_free(panel->curves);
    gan_free(panel->title);
    gan_free(panel->y_label);
}

/* NULL stays NULL. */
static bool copy_text(char **to, const char *text)
{
    *to = text != NULL ? gan_strdup(text) : NULL;
    return text == NULL || *to != NULL;
}

gan_plot *gan_plot_new(const char *title)
{
    gan_plot *plot = gan_alloc_zero(1, sizeof *plot);
    if (plot == NULL)
        return NULL;
    atomic_init(&plot->references, 1);
    if (!copy_text(&plot->title, title)) {
        gan_plot_unref(plot);
        return NULL;
    }
    return plot;
}

gan_plot *gan_plot_ref(gan_plot *plot)
{
    if (plot != NULL)
        atomic_fetch_add_explicit(&plot->references, 1, memory_order_relaxed);
    return plot;
}

void gan_plot_unref(gan_plot *plot)
{
    if (plot == NULL || atomic_fetch_sub_explicit(&plot->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < plot->panel_count; i++)
        clear_panel(&plot->panels[i]);
    gan_free(plot->panels);
    gan_free(plot->title);
    gan_free(plot->x_label);
    gan_free(plot);
}

static gan_status no_plot(const char *who)
{
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: plot is NULL", who);
}

gan_status gan_plot_x_label(gan_plot *plot, const char *label)
{
    char *copy;
    if (plot == NULL)
        return no_plot("gan_plot_x_label");
    if (!copy_text(&copy, label))
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_free(plot->x_label);
    plot->x_label = copy;
    return GAN_OK;
}

gan_status gan_plot_panel(gan_plot *plot, const char *title, const char *y_label)
{
    if (plot == NULL)
        return no_plot("gan_plot_panel");
    if (!gan_grow((void **)&plot->panels, &plot->panel_capacity, plot->panel_count, sizeof *plot->panels))
        return GAN_ERROR_OUT_OF_MEMORY;
    struct gan_plot_panel panel = {0};
    if (!copy_text(&panel.title, title) || !copy_text(&panel.y_label, y_label)) {
        clear_panel(&panel);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    plot->panels[plot->panel_count++] = panel;
    return GAN_OK;
}

/* The latest panel, begun if there is none; NULL when memory is short. */
static struct gan_plot_panel *latest_panel(gan_plot *plot)
{
    if (plot->panel_count == 0 && gan_plot_panel(plot, NULL, NULL) != GAN_OK)
        return NULL;
    return &plot->panels[plot->panel_count - 1];
}

bool gan_plot_shown(double value)
{
    return fabs(value) <= GAN_PLOT_VALUE_MAX; /* not so for a NaN */
}

gan_status gan_plot_y_range(gan_plot *plot, double low, double high)
{
    if (plot == NULL)
        return no_plot("gan_plot_y_range");
    if (!gan_plot_shown(low) || !gan_plot_shown(high) || !gan_plot_distinct(low, high))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "gan_plot_y_range: low, high is %g, %g, want finite low < high, further apart than a billionth "
                        "of their size and 1e-100",
                        low, high);
    struct gan_plot_panel *panel = latest_panel(plot);
    if (panel == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    panel->fixed = true;
    panel->low = low;
    panel->high = high;
    return GAN_OK;
}

/* Takes what the curve holds, also on failure. */
static gan_status add_curve(gan_plot *plot, struct gan_plot_curve curve)
{
    struct gan_plot_panel *panel = latest_panel(plot);
    if (panel == NULL ||
        !gan_grow((void **)&panel->curves, &panel->curve_capacity, panel->curve_count, sizeof *panel->curves)) {
        clear_curve(&curve);
        return GAN_ERROR_OUT_OF_MEMORY;
    }
    panel->curves[panel->curve_count++] = curve;
    return GAN_OK;
}

static gan_status check_order(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!gan_plot_shown(x[i]))
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plot_line: x[%zu] is %g, want a finite number", i, x[i]);
        if (i > 0 && x[i] < x[i - 1])
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                            "gan_plot_line: x[%zu] is %g after %g, want ascending order; sort the points by x", i, x[i],
                            x[i - 1]);
    }
    return GAN_OK;
}

/* A curve with room for `count` points. False (and an error) when memory is short; nothing is held then. */
static bool new_curve(struct gan_plot_curve *curve, const char *label, size_t count)
{
    *curve = (struct gan_plot_curve){.count = count};
    if (copy_text(&curve->label, label) && (curve->x = gan_alloc_zero(count, sizeof *curve->x)) != NULL &&
        (curve->y = gan_alloc_zero(count, sizeof *curve->y)) != NULL)
        return true;
    clear_curve(curve);
    return false;
}

gan_status gan_plot_line(gan_plot *plot, const char *label, const double *x, const double *y, size_t n)
{
    struct gan_plot_curve curve;
    if (plot == NULL)
        return no_plot("gan_plot_line");
    if (n > 0 && y == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plot_line: y is NULL, want %zu numbers", n);
    if (x != NULL && check_order(x, n) != GAN_OK)
        return GAN_ERROR_INVALID_ARGUMENT;
    if (!new_curve(&curve, label, n))
        return GAN_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++) {
        curve.x[i] = x != NULL ? x[i] : (double)i;
        curve.y[i] = y[i];
    }
    return add_curve(plot, curve);
}

gan_status gan_plot_level(gan_plot *plot, const char *label, double y)
{
    struct gan_plot_curve curve;
    if (plot == NULL)
        return no_plot("gan_plot_level");
    if (!gan_plot_shown(y))
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "gan_plot_level: y is %g, want a finite number", y);
    if (!new_curve(&curve, label, 1))
        return GAN_ERROR_OUT_OF_MEMORY;
    curve.level = true;
    curve.y[0] = y;
    return add_curve(plot, curve);
}
