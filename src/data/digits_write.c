#include "digits.h"

#include <math.h>

struct gan_dice gan_dice_new(uint64_t seed, uint64_t index)
{
    return (struct gan_dice){.key = {seed, 0x64696769u, index}, .used = 4};
}

static uint32_t roll(struct gan_dice *dice)
{
    if (dice->used == 4) {
        gan_random_block(&dice->key, dice->block++, dice->words);
        dice->used = 0;
    }
    return dice->words[dice->used++];
}

float gan_dice_uniform(struct gan_dice *dice, float low, float high)
{
    return low + (high - low) * ((float)(roll(dice) >> 8) * 0x1p-24f);
}

float gan_dice_normal(struct gan_dice *dice, float deviation)
{
    uint32_t a = roll(dice), b = roll(dice); /* the sum of four uniform numbers, each of variance 1/12 */
    uint32_t sum = (a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16);
    return ((float)sum * 0x1p-16f - 2) * 1.7320508f * deviation;
}

int gan_dice_integer(struct gan_dice *dice, int bound)
{
    return (int)((uint64_t)roll(dice) * (uint64_t)bound >> 32);
}

/* sin(2πt), by a parabola and its square (error below 0.001): smooth and the same everywhere is all that is wanted. */
static float wave(float t)
{
    float x = 2 * (t - floorf(t + 0.5f)); /* in [−1, 1], a whole period */
    float y = 4 * x * (1 - (x < 0 ? -x : x));
    return 0.225f * (y * (y < 0 ? -y : y) - y) + y;
}

/* A hand: how one person writes one digit once. Coordinates are about −1 … 1. */
struct hand {
    float slant, aspect, turn_cos, turn_sin;
    float keystone;     /* how much wider the bottom is than the top */
    float waist;        /* moves the middle up or down */
    float bow;          /* bends the upright */
    float sway[4];      /* the waves' heights: of x along y and x, of y along x and y */
    float frequency[4]; /* and their number */
    float phase[4];
};

static struct hand new_hand(struct gan_dice *dice)
{
    struct hand hand; /* chosen one by one: the order of an initialiser's parts is the compiler's */
    hand.slant = 0.14f + gan_dice_normal(dice, 0.25f);
    hand.aspect = 1.05f + gan_dice_normal(dice, 0.24f);
    hand.keystone = gan_dice_normal(dice, 0.18f);
    hand.waist = gan_dice_normal(dice, 0.13f);
    hand.bow = gan_dice_normal(dice, 0.09f);
    hand.aspect = hand.aspect < 0.6f ? 0.6f : hand.aspect; /* still legible */
    float turn = gan_dice_normal(dice, 0.13f);             /* radians; the rotation's matrix by the half angle */
    float half = turn / 2, scale = 1 / (1 + half * half);
    hand.turn_cos = (1 - half * half) * scale;
    hand.turn_sin = turn * scale;
    for (int i = 0; i < 4; i++) {
        hand.sway[i] = gan_dice_normal(dice, 0.07f);
        hand.frequency[i] = gan_dice_uniform(dice, 0.25f, 0.8f);
        hand.phase[i] = gan_dice_uniform(dice, 0, 1);
    }
    return hand;
}

static void apply_hand(const struct hand *hand, float *px, float *py)
{
    float x = *px, y = *py;
    const float *sway = hand->sway, *frequency = hand->frequency, *phase = hand->phase;
    float swayed_x = x + sway[0] * wave(frequency[0] * y + phase[0]) + sway[1] * wave(frequency[1] * x + phase[1]);
    float swayed_y = y + sway[2] * wave(frequency[2] * x + phase[2]) + sway[3] * wave(frequency[3] * y + phase[3]);
    float inner = 1 - y * y;
    x = hand->aspect * swayed_x * (1 + hand->keystone * y) + hand->bow * inner;
    y = swayed_y + hand->waist * inner;
    x -= hand->slant * y;
    *px = hand->turn_cos * x - hand->turn_sin * y;
    *py = hand->turn_sin * x + hand->turn_cos * y;
}

struct path {
    float x[GAN_DIGIT_MAX_POINTS], y[GAN_DIGIT_MAX_POINTS];
};

/* The skeleton's points, between its two forms and shaken a little, in the hand's coordinates. */
static void shape(const struct gan_digit_skeleton *skeleton, struct gan_dice *dice, struct path *path)
{
    struct hand hand = new_hand(dice);
    float form = gan_dice_uniform(dice, -0.1f, 1.1f);
    float unsteady = gan_dice_uniform(dice, 0.01f, 0.09f);
    float moved_x = 0, moved_y = 0;
    for (int i = 0; i < skeleton->count; i++) {
        const struct gan_digit_point *point = &skeleton->points[i];
        if (i > 0 && point[-1].joint == GAN_DIGIT_LIFT) {
            moved_x = gan_dice_normal(dice, 0.05f);
            moved_y = gan_dice_normal(dice, 0.05f);
        }
        float t = form + gan_dice_normal(dice, 0.12f);
        float x = (float)point->x[0] + t * (float)(point->x[1] - point->x[0]);
        float y = (float)point->y[0] + t * (float)(point->y[1] - point->y[0]);
        path->x[i] = x / 50 - 0.6f + moved_x + gan_dice_normal(dice, unsteady);
        path->y[i] = y / 50 - 1 + moved_y + gan_dice_normal(dice, unsteady);
        apply_hand(&hand, &path->x[i], &path->y[i]);
    }
}

static float distance(const struct path *path, int i, int j)
{
    float dx = path->x[j] - path->x[i], dy = path->y[j] - path->y[i];
    return sqrtf(dx * dx + dy * dy) + 1e-4f;
}

/* The tangent at point i of the smooth run first … last: of the parabola through it and its neighbours, with distances
 * as parameters (Catmull and Rom's spline for uneven points). */
static void tangent(const struct path *path, int first, int last, int i, float *tx, float *ty)
{
    int middle = i == first ? i + 1 : i == last ? i - 1 : i;
    if (last - first == 1 || middle == first || middle == last) {
        float d = distance(path, first, last);
        *tx = (path->x[last] - path->x[first]) / d;
        *ty = (path->y[last] - path->y[first]) / d;
        return;
    }
    float before = distance(path, middle - 1, middle), after = distance(path, middle, middle + 1);
    float ax = (path->x[middle] - path->x[middle - 1]) / before, ay = (path->y[middle] - path->y[middle - 1]) / before;
    float bx = (path->x[middle + 1] - path->x[middle]) / after, by = (path->y[middle + 1] - path->y[middle]) / after;
    float wa = after / (before + after), wb = before / (before + after);
    float mx = wa * ax + wb * bx, my = wa * ay + wb * by;
    if (i == first)
        mx = 2 * ax - mx, my = 2 * ay - my;
    else if (i == last)
        mx = 2 * bx - mx, my = 2 * by - my;
    *tx = mx;
    *ty = my;
}

static void add_dot(struct gan_digit_line *line, float x, float y, int stroke)
{
    if (line->count < GAN_DIGIT_MAX_DOTS)
        line->dots[line->count++] = (struct gan_digit_dot){.x = x, .y = y, .stroke = stroke};
}

/* From point i to i + 1 of the smooth run first … last, as a cubic (Hermite's form) cut into short pieces. */
static void add_span(const struct path *path, int first, int last, int i, int stroke, struct gan_digit_line *line)
{
    float d = distance(path, i, i + 1), ax, ay, bx, by;
    tangent(path, first, last, i, &ax, &ay);
    tangent(path, first, last, i + 1, &bx, &by);
    int pieces = last - first == 1 ? 4 : (int)(d * 8) + 2;
    pieces = pieces > 10 ? 10 : pieces;
    for (int k = i == first ? 0 : 1; k <= pieces; k++) {
        float t = (float)k / (float)pieces, s = 1 - t;
        float p = s * s * (1 + 2 * t), q = t * t * (3 - 2 * t), m = s * s * t * d, n = -t * t * s * d;
        add_dot(line, p * path->x[i] + q * path->x[i + 1] + m * ax + n * bx,
                p * path->y[i] + q * path->y[i + 1] + m * ay + n * by, stroke);
    }
}

static void trace(const struct gan_digit_skeleton *skeleton, const struct path *path, struct gan_digit_line *line)
{
    int stroke = 0, first = 0;
    for (int i = 0; i < skeleton->count; i++) {
        if (skeleton->points[i].joint == GAN_DIGIT_SMOOTH || i == first)
            continue;
        for (int k = first; k < i; k++)
            add_span(path, first, i, k, stroke, line);
        first = i;
        if (skeleton->points[i].joint == GAN_DIGIT_LIFT)
            first = i + 1, stroke++;
    }
}

/* The pen's pressure: thinner and thicker along the strokes, and by direction as a broad nib is. */
static void press(struct gan_dice *dice, float radius, struct gan_digit_line *line)
{
    float height = gan_dice_normal(dice, 0.10f), phase = gan_dice_uniform(dice, 0, 1);
    float frequency = gan_dice_uniform(dice, 0.5f, 2) / (float)line->count;
    float nib = gan_dice_normal(dice, 0.08f), taper = gan_dice_uniform(dice, 0.7f, 1.05f);
    for (int i = 0; i < line->count; i++) {
        struct gan_digit_dot *dot = &line->dots[i];
        float pressure = 1 + height * wave(frequency * (float)i + phase);
        _Bool begins = i == 0 || dot[-1].stroke != dot->stroke;
        _Bool ends = i + 1 == line->count || dot[1].stroke != dot->stroke;
        const struct gan_digit_dot *a = begins ? dot : dot - 1, *b = ends ? dot : dot + 1;
        float dx = b->x - a->x, dy = b->y - a->y, length2 = dx * dx + dy * dy + 1e-9f;
        pressure *= 1 + nib * (dx * dx - dy * dy) / length2;
        dot->radius = radius * pressure * (ends ? taper : 1);
    }
}

/* As MNIST was made: the ink's box is brought to 20 pixels at its longer side, its centre of mass to the middle. */
static void place(struct gan_dice *dice, float radius, struct gan_digit_line *line)
{
    float left = line->dots[0].x, right = left, top = line->dots[0].y, bottom = top;
    float mass = 1e-6f, mass_x = 0, mass_y = 0;
    for (int i = 0; i < line->count; i++) {
        const struct gan_digit_dot *dot = &line->dots[i];
        left = dot->x < left ? dot->x : left;
        right = dot->x > right ? dot->x : right;
        top = dot->y < top ? dot->y : top;
        bottom = dot->y > bottom ? dot->y : bottom;
        if (i == 0 || dot[-1].stroke != dot->stroke)
            continue;
        float dx = dot->x - dot[-1].x, dy = dot->y - dot[-1].y, weight = sqrtf(dx * dx + dy * dy);
        mass += weight;
        mass_x += weight * (dot->x + dot[-1].x) / 2;
        mass_y += weight * (dot->y + dot[-1].y) / 2;
    }
    float side = right - left > bottom - top ? right - left : bottom - top;
    float scale = (20 + gan_dice_normal(dice, 0.35f) - 2 * radius) / (side + 1e-3f);
    float middle = (float)GAN_DIGIT_SIDE / 2;
    float x = middle + gan_dice_normal(dice, 0.4f), y = middle + gan_dice_normal(dice, 0.4f);
    for (int i = 0; i < line->count; i++) {
        line->dots[i].x = x + scale * (line->dots[i].x - mass_x / mass);
        line->dots[i].y = y + scale * (line->dots[i].y - mass_y / mass);
    }
}

static const struct gan_digit_skeleton *choose(int label, struct gan_dice *dice)
{
    int count, total = 0;
    const struct gan_digit_skeleton *skeletons = gan_digit_skeletons(label, &count);
    for (int i = 0; i < count; i++)
        total += skeletons[i].weight;
    int ticket = gan_dice_integer(dice, total);
    while (ticket >= skeletons->weight)
        ticket -= skeletons++->weight;
    return skeletons;
}

void gan_digit_write(int label, struct gan_dice *dice, struct gan_digit_line *line)
{
    struct path path;
    const struct gan_digit_skeleton *skeleton = choose(label, dice);
    shape(skeleton, dice, &path);
    line->count = 0;
    trace(skeleton, &path, line);
    float heavy = gan_dice_uniform(dice, 0, 1);
    float radius = 1.25f + gan_dice_normal(dice, 0.36f) + 0.8f * heavy * heavy * heavy * heavy;
    radius = radius < 0.6f ? 0.6f : radius > 2.4f ? 2.4f : radius;
    place(dice, radius, line);
    press(dice, radius, line);
    float pale = gan_dice_uniform(dice, 0, 1);
    line->ink = 1 - 0.15f * pale * pale;
    line->edge = gan_dice_uniform(dice, 0.9f, 1.7f);
}
