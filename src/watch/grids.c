#include "watch/grids.h"

#include "base/memory.h"
#include "io/base64.h"

#include <string.h>

void gan_grids_cut(struct gan_grids *g, uint64_t step)
{
    while (g->count > 0 && g->grid[g->count - 1].step > step)
        gan_free(g->grid[--g->count].png);
}

void gan_grids_clear(struct gan_grids *g)
{
    while (g->count > 0)
        gan_free(g->grid[--g->count].png);
    g->space = 0;
}

static size_t bytes_of(const struct gan_grids *g)
{
    size_t bytes = 0;
    for (size_t i = 0; i < g->count; i++)
        bytes += strlen(g->grid[i].png);
    return bytes;
}

static uint64_t least_space(const struct gan_grids *g)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 1; i < g->count; i++) {
        uint64_t space = g->grid[i].step - g->grid[i - 1].step;
        least = space < least ? space : least;
    }
    return least;
}

/* Keeps the first, those that are far enough from the one kept before them, and the latest. */
static void thin(struct gan_grids *g)
{
    size_t kept = 1;
    for (size_t i = 1; i < g->count; i++) {
        bool far = g->grid[i].step - g->grid[kept - 1].step >= g->space;
        if (far || i == g->count - 1)
            g->grid[kept++] = g->grid[i];
        else
            gan_free(g->grid[i].png);
    }
    g->count = kept;
}

/* Whether the latest is there only because it is the latest. */
static bool latest_is_extra(const struct gan_grids *g)
{
    return g->count > 1 && g->grid[g->count - 1].step - g->grid[g->count - 2].step < g->space;
}

void gan_grids_add(struct gan_grids *g, struct gan_grid grid)
{
    if (g->count > 0 && grid.step <= g->grid[g->count - 1].step) {
        gan_free(grid.png);
        return;
    }
    if (latest_is_extra(g))
        gan_free(g->grid[--g->count].png);
    g->grid[g->count++] = grid;
    while (g->count > 2 && (g->count > GAN_GRIDS || bytes_of(g) > GAN_GRIDS_BYTES)) {
        uint64_t least = g->space > 0 ? g->space : least_space(g);
        g->space = least <= UINT64_MAX / 2 ? 2 * least : UINT64_MAX;
        thin(g);
    }
}

/* ---- in the page ---- */

void gan_grids_write(const struct gan_grids *g, struct gan_json_writer *json, const char *key)
{
    gan_json_begin(json, key, '{');
    gan_json_write_integer(json, "space", (int64_t)g->space);
    gan_json_begin(json, "list", '[');
    for (size_t i = 0; i < g->count; i++) {
        const struct gan_grid *grid = &g->grid[i];
        gan_json_begin(json, NULL, '{');
        gan_json_write_integer(json, "step", (int64_t)grid->step);
        gan_json_write_integer(json, "width", grid->width);
        gan_json_write_integer(json, "height", grid->height);
        gan_json_write_text(json, "png", grid->png);
        gan_json_end(json, '}');
    }
    gan_json_end(json, ']');
    gan_json_end(json, '}');
}

static bool read_grid(const struct gan_json *json, struct gan_grid *to, const char **png)
{
    int64_t step, width, height;
    bool known = gan_json_integer(gan_json_get(json, "step"), &step) &&
                 gan_json_integer(gan_json_get(json, "width"), &width) &&
                 gan_json_integer(gan_json_get(json, "height"), &height) &&
                 gan_json_text(gan_json_get(json, "png"), png) && gan_base64_is(*png);
    if (!known || step < 0 || width < 1 || height < 1 || width > 65535 || height > 65535)
        return false;
    *to = (struct gan_grid){.step = (uint64_t)step, .width = (int)width, .height = (int)height};
    return true;
}

bool gan_grids_read(struct gan_grids *g, const struct gan_json *json, gan_status *status)
{
    const struct gan_json *list = gan_json_get(json, "list");
    int64_t space;
    if (!gan_json_integer(gan_json_get(json, "space"), &space) || space < 0 || gan_json_count(list) > GAN_GRIDS)
        return false;
    for (size_t i = 0; i < gan_json_count(list); i++) {
        const char *png;
        struct gan_grid grid;
        if (!read_grid(gan_json_item(list, i), &grid, &png) || (i > 0 && grid.step <= g->grid[g->count - 1].step))
            return false;
        grid.png = gan_strdup(png);
        if (grid.png == NULL) {
            *status = GAN_ERROR_OUT_OF_MEMORY;
            return false;
        }
        g->grid[g->count++] = grid;
    }
    g->space = (uint64_t)space;
    return true;
}
