/*
 * Draws what performance.sh measured: plot-scale OUT.png, with a line "panel,line,x,y" on standard input for each
 * point; points of a line one after another. x is drawn as its logarithm to base 2.
 */
#include "gan/plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { MOST_POINTS = 64, NAME = 80 };

struct line {
    char panel[NAME], name[NAME];
    double x[MOST_POINTS], y[MOST_POINTS];
    size_t points;
};

static gan_status draw(gan_plot *plot, const struct line *line, const char *panel_before)
{
    gan_status status = GAN_OK;
    if (strcmp(line->panel, panel_before) != 0)
        status = gan_plot_panel(plot, line->panel, NULL);
    return status == GAN_OK ? gan_plot_line(plot, line->name, line->x, line->y, line->points) : status;
}

int main(int count, char **arguments)
{
    gan_plot *plot = gan_plot_new("What an example costs");
    gan_status status = count == 2 && plot != NULL ? gan_plot_x_label(plot, "log2") : GAN_ERROR_INVALID_ARGUMENT;
    struct line line = {.points = 0}, next;
    char panel_before[NAME] = "";
    double x, y;
    while (status == GAN_OK && scanf(" %79[^,],%79[^,],%lf,%lf", next.panel, next.name, &x, &y) == 4) {
        bool goes_on = line.points > 0 && line.points < MOST_POINTS && strcmp(line.panel, next.panel) == 0 &&
                       strcmp(line.name, next.name) == 0;
        if (!goes_on && line.points > 0) {
            status = draw(plot, &line, panel_before);
            strcpy(panel_before, line.panel);
            line.points = 0;
        }
        strcpy(line.panel, next.panel);
        strcpy(line.name, next.name);
        line.x[line.points] = log2(x);
        line.y[line.points++] = y;
    }
    if (status == GAN_OK && line.points > 0)
        status = draw(plot, &line, panel_before);
    if (status == GAN_OK)
        status = gan_plot_write(plot, arguments[1], 900, 0);
    if (status != GAN_OK)
        fprintf(stderr, "%s: %s\n", arguments[0], count == 2 ? gan_error_message() : "name the picture");
    gan_plot_unref(plot);
    return status != GAN_OK;
}
