/* A bounded number of pictures of a run, spread evenly over its steps, and the latest. */
#ifndef GAN_SRC_WATCH_GRIDS_H
#define GAN_SRC_WATCH_GRIDS_H

#include "gan/base.h"
#include "io/json.h"

enum { GAN_GRIDS = 40 };
#define GAN_GRIDS_BYTES ((size_t)12 << 20)

struct gan_grid {
    uint64_t step;
    int width, height;
    char *png; /* a PNG file in base64 */
};

struct gan_grids {
    struct gan_grid grid[GAN_GRIDS + 1];
    size_t count;
    uint64_t space; /* least distance in steps, but that of the latest to the one before it */
};

/* Takes the text. A step that is not after the latest is passed over. */
void gan_grids_add(struct gan_grids *g, struct gan_grid grid);
/* Forgets those after `step`. */
void gan_grids_cut(struct gan_grids *g, uint64_t step);
void gan_grids_clear(struct gan_grids *g);

/* The member `key` of the object begun in `json`. */
void gan_grids_write(const struct gan_grids *g, struct gan_json_writer *json, const char *key);
/* Into empty ones. False if it is none of these, or memory is short (*status says so). */
bool gan_grids_read(struct gan_grids *g, const struct gan_json *json, gan_status *status);

#endif
