/*
 * The built-in digits: skeletons (how people write each digit, drawn up by hand), a writer that varies them, and a pen
 * that inks what was written. Image i is a function of (seed, i) alone, and made of +, −, ·, / and √ only, so that it
 * is the same on every machine.
 */
#ifndef GAN_SRC_DATA_DIGITS_H
#define GAN_SRC_DATA_DIGITS_H

#include "base/random.h"

enum { GAN_DIGIT_SIDE = 28, GAN_DIGIT_PIXELS = GAN_DIGIT_SIDE * GAN_DIGIT_SIDE };

enum gan_digit_joint {
    GAN_DIGIT_SMOOTH, /* the stroke passes through this point without a corner */
    GAN_DIGIT_CORNER, /* the stroke turns sharply here */
    GAN_DIGIT_LIFT    /* the stroke ends here */
};

/* A point of a skeleton, in hundredths of the digit's height, y downwards: two forms between which a writer varies. */
struct gan_digit_point {
    int16_t x[2], y[2];
    enum gan_digit_joint joint;
};

/* One way to write a digit. */
struct gan_digit_skeleton {
    int label;
    int weight; /* how common among all the ways to write it */
    int count;
    const struct gan_digit_point *points; /* the last one is a LIFT */
};

enum { GAN_DIGIT_MAX_POINTS = 24 };

/* All the ways to write the digit `label`; their number in `count`. */
const struct gan_digit_skeleton *gan_digit_skeletons(int label, int *count);

/* A written digit: short straight pieces of ink, in pixels. A piece goes from one dot to the next of the same stroke.
 */
struct gan_digit_dot {
    float x, y, radius;
    int stroke;
};

enum { GAN_DIGIT_MAX_DOTS = 256 };

struct gan_digit_line {
    struct gan_digit_dot dots[GAN_DIGIT_MAX_DOTS];
    int count;
    float ink;  /* darkness of full ink, in (0, 1] */
    float edge; /* width of the pen's soft edge in pixels */
};

/* The random choices of one image, taken one after the other. */
struct gan_dice {
    struct gan_random_key key;
    uint64_t block;
    uint32_t words[4];
    int used;
};

struct gan_dice gan_dice_new(uint64_t seed, uint64_t index);
float gan_dice_uniform(struct gan_dice *dice, float low, float high);
float gan_dice_normal(struct gan_dice *dice, float deviation); /* near N(0, deviation²), never beyond 3.5 deviations */
int gan_dice_integer(struct gan_dice *dice, int bound);

/* Chooses a skeleton of `label` and writes it in a hand of its own. */
void gan_digit_write(int label, struct gan_dice *dice, struct gan_digit_line *line);

/* Inks a line on white paper: 0 is paper, 255 full ink. */
void gan_digit_ink(const struct gan_digit_line *line, uint8_t pixels[GAN_DIGIT_PIXELS]);

/* The whole of it: image `index` of `seed`; returns its label. */
int gan_digit_draw(uint64_t seed, uint64_t index, uint8_t pixels[GAN_DIGIT_PIXELS]);

#endif
