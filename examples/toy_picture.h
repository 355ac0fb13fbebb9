/*
 * Pictures of a GAN in the plane: D's logits as a landscape with the points on it, and beside it where D's slope pulls
 * made points; and frames of them as one page that a browser plays.
 */
#ifndef TOY_PICTURE_H
#define TOY_PICTURE_H

#include <gan/gan.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 360, ARROWS = 24 }; /* pixels of each square; arrows along a side */

/* What is drawn: the square from -reach to reach in both directions. D takes `packing` points together. */
struct scene {
    gan_model *discriminator;
    int packing;
    float reach;
    const gan_tensor *real, *made; /* [n, 2] */
};

/* ---- D over the plane ---- */

/* The middles of side * side squares, row by row from the top: [side * side, 2]. */
static inline gan_tensor *lattice(int side, float reach)
{
    gan_tensor *points = gan_tensor_new(GAN_SHAPE(side * side, 2));
    for (int i = 0; points != NULL && i < side * side; i++) {
        gan_tensor_data(points)[2 * i] = reach * (2 * ((float)(i % side) + 0.5f) / (float)side - 1);
        gan_tensor_data(points)[2 * i + 1] = reach * (1 - 2 * ((float)(i / side) + 0.5f) / (float)side);
    }
    return points;
}

/*
 * D's logits of points, [n, 1], where a pack is one point repeated; with `slopes`, their gradient to the points, [n,
 * 2]. So many are asked for at once, which n must be a multiple of: all of a picture's would take much memory. NULL
 * after an error.
 */
static inline gan_tensor *ask_discriminator(const struct scene *scene, const gan_tensor *points, int at_once,
                                            bool slopes)
{
    gan_tape *tape = gan_tape_new();
    gan_tape_set_training(tape, false);
    gan_var *x = gan_tape_input(tape, GAN_SHAPE(at_once, 2)), *pack = x;
    for (int i = 1; i < scene->packing; i++)
        pack = gan_concat((gan_var *[]){pack, x}, 2, 1);
    gan_var *answer = gan_model_apply_frozen(scene->discriminator, pack);
    if (slopes)
        answer = gan_grad(gan_sum(answer), x);
    gan_plan *plan = gan_plan_new(&answer, 1);
    int64_t n = gan_tensor_size(points) / 2, width = slopes ? 2 : 1;
    gan_tensor *out = gan_tensor_new(GAN_SHAPE(n, width)), *some = gan_tensor_new(GAN_SHAPE(at_once, width));
    bool fine = plan != NULL && out != NULL && some != NULL;
    for (int64_t i = 0; fine && i < n; i += at_once) {
        fine = gan_plan_bind_memory(plan, x, gan_tensor_data(points) + 2 * i) == GAN_OK &&
               gan_plan_run(plan) == GAN_OK && gan_plan_read(plan, answer, some) == GAN_OK;
        if (fine)
            memcpy(gan_tensor_data(out) + width * i, gan_tensor_data(some), (size_t)(width * at_once) * sizeof(float));
    }
    if (!fine) {
        gan_tensor_unref(out);
        out = NULL;
    }
    gan_tensor_unref(some);
    gan_plan_unref(plan);
    gan_tape_unref(tape);
    return out;
}

/* ---- drawing: a picture is [3, SIDE, 2 * SIDE] ---- */

static inline void set_pixel(gan_tensor *picture, int row, int column, const float colour[3])
{
    for (int c = 0; c < 3; c++)
        gan_tensor_data(picture)[(c * SIDE + row) * 2 * SIDE + column] = colour[c];
}

static inline int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* D's logits, lowest blue, highest orange, in 32 bands of equal area: so every landscape shows, whatever its scale. */
static inline bool draw_surface(gan_tensor *picture, const struct scene *scene)
{
    static const float low[3] = {0.35f, 0.55f, 0.85f}, high[3] = {1.0f, 0.75f, 0.4f};
    gan_tensor *points = lattice(SIDE, scene->reach), *logits = NULL;
    float *sorted = malloc(SIDE * SIDE * sizeof *sorted);
    if (points != NULL && sorted != NULL)
        logits = ask_discriminator(scene, points, 12 * SIDE, false);
    if (logits != NULL) {
        const float *at = gan_tensor_data(logits);
        memcpy(sorted, at, SIDE * SIDE * sizeof *sorted);
        qsort(sorted, SIDE * SIDE, sizeof *sorted, by_size);
        for (int i = 0; i < SIDE * SIDE; i++) {
            int band = 0;
            float colour[3];
            while (band < 31 && at[i] > sorted[(SIDE * SIDE - 1) * (band + 1) / 32])
                band++;
            for (int c = 0; c < 3; c++)
                colour[c] = low[c] + (high[c] - low[c]) * (float)band / 31;
            set_pixel(picture, i / SIDE, i % SIDE, colour);
        }
    }
    bool fine = logits != NULL;
    free(sorted);
    gan_tensor_unref(logits);
    gan_tensor_unref(points);
    return fine;
}

/* From `left` on, the square's first column. */
static inline void draw_dots(gan_tensor *picture, int left, float reach, const gan_tensor *points,
                             const float colour[3])
{
    for (int64_t i = 0; i < gan_tensor_size(points) / 2; i++) {
        float x = gan_tensor_data(points)[2 * i] / reach, y = gan_tensor_data(points)[2 * i + 1] / reach;
        if (!(fabsf(x) < 1 && fabsf(y) < 1))
            continue;
        int column = (int)((x + 1) / 2 * SIDE), row = (int)((1 - y) / 2 * SIDE);
        if (row < SIDE && column < SIDE)
            set_pixel(picture, row, left + column, colour);
    }
}

/* A line with a dot at its beginning; coordinates in pixels of the right square. */
static inline void draw_arrow(gan_tensor *picture, float x, float y, float along, float down, const float colour[3])
{
    static const float dot[3] = {0.2f, 0.2f, 0.2f};
    int steps = (int)ceilf(fmaxf(fabsf(along), fabsf(down)));
    for (int i = 0; i <= steps; i++) {
        float part = steps > 0 ? (float)i / (float)steps : 0;
        int column = (int)(x + part * along), row = (int)(y + part * down);
        if (row >= 0 && row < SIDE && column >= 0 && column < SIDE)
            set_pixel(picture, row, SIDE + column, i == 0 ? dot : colour);
    }
}

/* Where D's slope pulls: the longest arrows are those of the steepest tenth of the places, and all above. */
static inline bool draw_slopes(gan_tensor *picture, const struct scene *scene)
{
    static const float paper[3] = {0.97f, 0.97f, 0.97f}, red[3] = {0.8f, 0.2f, 0.2f};
    for (int i = 0; i < SIDE * SIDE; i++)
        set_pixel(picture, i / SIDE, SIDE + i % SIDE, paper);
    gan_tensor *points = lattice(ARROWS, scene->reach);
    gan_tensor *slopes = points != NULL ? ask_discriminator(scene, points, ARROWS * ARROWS, true) : NULL;
    float lengths[ARROWS * ARROWS], cell = (float)SIDE / ARROWS;
    for (int i = 0; slopes != NULL && i < ARROWS * ARROWS; i++)
        lengths[i] = hypotf(gan_tensor_data(slopes)[2 * i], gan_tensor_data(slopes)[2 * i + 1]);
    if (slopes != NULL)
        qsort(lengths, ARROWS * ARROWS, sizeof *lengths, by_size);
    float longest = slopes != NULL ? lengths[ARROWS * ARROWS * 9 / 10] : 0;
    for (int i = 0; longest > 0 && i < ARROWS * ARROWS; i++) {
        const float *slope = gan_tensor_data(slopes) + 2 * i;
        float size = hypotf(slope[0], slope[1]);
        float factor = size > 0 ? 0.9f * cell * fminf(1, size / longest) / size : 0;
        draw_arrow(picture, ((float)(i % ARROWS) + 0.5f) * cell, ((float)(i / ARROWS) + 0.5f) * cell, factor * slope[0],
                   -factor * slope[1], red);
    }
    bool fine = slopes != NULL;
    gan_tensor_unref(points);
    gan_tensor_unref(slopes);
    return fine;
}

/* Left the landscape, real points white and made ones black on it; right the slopes, and the made points. */
static inline bool draw(const struct scene *scene, const char *path)
{
    static const float white[3] = {1, 1, 1}, black[3] = {0, 0, 0};
    gan_tensor *picture = gan_tensor_new(GAN_SHAPE(3, SIDE, 2 * SIDE));
    bool fine = picture != NULL && draw_surface(picture, scene) && draw_slopes(picture, scene);
    if (fine) {
        draw_dots(picture, 0, scene->reach, scene->real, white);
        draw_dots(picture, 0, scene->reach, scene->made, black);
        draw_dots(picture, SIDE, scene->reach, scene->made, black);
        fine = gan_image_write(path, picture) == GAN_OK;
    }
    gan_tensor_unref(picture);
    return fine;
}

/* ---- frames as a page ---- */

/* A file's bytes in base 64. */
static inline bool write_base64(FILE *out, const char *path)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    FILE *in = fopen(path, "rb");
    unsigned char three[3];
    size_t got;
    while (in != NULL && (got = fread(three, 1, 3, in)) > 0) {
        unsigned bits = (unsigned)three[0] << 16 | (got > 1 ? (unsigned)three[1] << 8 : 0) | (got > 2 ? three[2] : 0u);
        const char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], got > 1 ? digits[bits >> 6 & 63] : '=',
                              got > 2 ? digits[bits & 63] : '='};
        fwrite(four, 1, 4, out);
    }
    return in != NULL && fclose(in) == 0;
}

/* One page with the frames STEM-000.png, ... in it, which plays them. */
static inline bool write_page(const char *path, const char *title, const char *stem, int frames)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    fprintf(out,
            "<!doctype html><meta charset=\"utf-8\"><title>%s</title>\n<h1>%s</h1>\n<p><img id=\"i\" width=\"%d\">\n",
            title, title, 2 * SIDE);
    fprintf(out,
            "<p><input id=\"r\" type=\"range\" min=\"0\" max=\"%d\" value=\"0\" style=\"width:%dpx\"> <button "
            "id=\"b\">pause</button>\n<script>\nconst frames = [\n",
            frames - 1, 2 * SIDE);
    bool fine = true;
    for (int i = 0; i < frames && fine; i++) {
        char name[4200];
        snprintf(name, sizeof name, "%s-%03d.png", stem, i);
        fputs("\"data:image/png;base64,", out);
        fine = write_base64(out, name);
        fputs("\",\n", out);
    }
    fputs("];\nconst i = document.getElementById('i'), r = document.getElementById('r'), b = "
          "document.getElementById('b');\nlet playing = true;\nfunction show() { i.src = frames[r.value]; }\n"
          "r.oninput = show;\nb.onclick = () => { playing = !playing; b.textContent = playing ? 'pause' : 'play'; };\n"
          "setInterval(() => { if (playing) { r.value = (+r.value + 1) % frames.length; show(); } }, 120);\nshow();\n"
          "</script>\n",
          out);
    return fclose(out) == 0 && fine;
}

#endif
