#include "io/font.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define BASELINE     9
#define LETTER_SPACE 3 /* between the middles of strokes of neighbours */
#define SPACE_WIDTH  2
#define CURVE_PIECES 10

/*
 * A letter is drawn with a pen that moves from point to point. A point is x and y, each a digit 0 … 9 or a = 10, b, c;
 * an apostrophe after it adds a half; y is 0 at the top of the capitals, 3 at that of small letters, 9 on the baseline
 * and 12 at the foot of p and q. A point after "(" is not passed through: it pulls the line into a parabola, and
 * between two of these in turn the line goes through their middle (as in TrueType's outlines). A comma lifts the pen.
 */
static const char *const letters[95] = {
    "",                                                                                 /* space */
    "00 06, 08 09",                                                                     /* ! */
    "00 03, 20 23",                                                                     /* " */
    "20 19, 50 49, 03 63, 06 66",                                                       /* # */
    "52 (51 2'1 (01 03 (04' 2'4' (55 56' (58 2'8 (08 07, 30 39",                        /* $ */
    "1'0 (00 (04 (34 (30 1'0, 6'5 (55 (59 (89 (85 6'5, 70 19",                          /* % */
    "69 13 (00 2'0 (40 42 (43' 1'4' (05' 07 (09 2'9 (59 65",                            /* & */
    "00 03",                                                                            /* ' */
    "20 (03 (08 2b",                                                                    /* ( */
    "00 (23 (28 0b",                                                                    /* ) */
    "20 24, 01 43, 41 03",                                                              /* * */
    "05 65, 32 38",                                                                     /* + */
    "18 19 0b",                                                                         /* , */
    "05 45",                                                                            /* - */
    "08 09",                                                                            /* . */
    "40 0a",                                                                            /* / */
    "2'0 (00 (09 (59 (50 2'0",                                                          /* 0 */
    "02 20 29, 09 49",                                                                  /* 1 */
    "02 (00 2'0 (50 52 (54 09 59",                                                      /* 2 */
    "02 (00 2'0 (50 (54 2'4, 14 2'4 (54 (59 2'9 (09 07",                                /* 3 */
    "49 40 06 56",                                                                      /* 4 */
    "50 00 04 (13 2'3 (53 (59 2'9 (09 07",                                              /* 5 */
    "52 (50 2'0 (00 05 06 (09 2'9 (59 56 (53' 2'3' (03' 06",                            /* 6 */
    "00 50 19",                                                                         /* 7 */
    "2'4 (0'4 (0'0 2'0 (4'0 (4'4 2'4 (04 (09 2'9 (59 (54 2'4",                          /* 8 */
    "07 (09 2'9 (59 54 53 (50 2'0 (00 03 (05' 2'5' (55' 53",                            /* 9 */
    "04 05, 08 09",                                                                     /* : */
    "14 15, 18 19 0b",                                                                  /* ; */
    "52 05 58",                                                                         /* < */
    "04 54, 07 57",                                                                     /* = */
    "02 55 08",                                                                         /* > */
    "02 (00 20 (40 42 (43' 2'4' (25 26, 28 29",                                         /* ? */
    "63 65 (67 7'7 (97 94' (90 4'0 (00 05 (0a 5a 7a, 65 (63 4'3 (33 35 (37 4'7 (67 65", /* @ */
    "09 30 69, 16 56",                                                                  /* A */
    "00 30 (5'0 (5'4 34 04, 34 (64 (69 39 09 00",                                       /* B */
    "62 (60 3'0 (00 (09 3'9 (69 67",                                                    /* C */
    "00 2'0 (60 64' (69 2'9 09 00",                                                     /* D */
    "50 00 09 59, 04 44",                                                               /* E */
    "50 00 09, 04 44",                                                                  /* F */
    "62 (60 3'0 (00 (09 3'9 (59 68 65 3'5",                                             /* G */
    "00 09, 60 69, 04 64",                                                              /* H */
    "00 20, 10 19, 09 29",                                                              /* I */
    "40 46 (49 2'9 (09 07",                                                             /* J */
    "00 09, 50 05, 23 59",                                                              /* K */
    "00 09 59",                                                                         /* L */
    "09 00 3'6 70 79",                                                                  /* M */
    "09 00 69 60",                                                                      /* N */
    "3'0 (00 (09 (79 (70 3'0",                                                          /* O */
    "09 00 30 (60 (65 35 05",                                                           /* P */
    "3'0 (00 (09 (79 (70 3'0, 46 79'",                                                  /* Q */
    "09 00 30 (60 (65 35 05, 35 69",                                                    /* R */
    "62 (60 30 (00 02 (04 34 (64 (69 39 (09 07",                                        /* S */
    "00 60, 30 39",                                                                     /* T */
    "00 05' (09 39 (69 65' 60",                                                         /* U */
    "00 39 60",                                                                         /* V */
    "00 29 40 69 80",                                                                   /* W */
    "00 69, 60 09",                                                                     /* X */
    "00 34' 60, 34' 39",                                                                /* Y */
    "00 60 09 69",                                                                      /* Z */
    "20 00 0b 2b",                                                                      /* [ */
    "00 4a",                                                                            /* \ */
    "00 20 2b 0b",                                                                      /* ] */
    "03 2'0 53",                                                                        /* ^ */
    "0b 6b",                                                                            /* _ */
    "00 22",                                                                            /* ` */
    "0'4 (13 2'3 (53 55' 59, 56 26 (06 07' (09 29 (49 57'",                             /* a */
    "00 09, 06 (03 2'3 (53 56 (59 2'9 (09 06",                                          /* b */
    "55 (53 2'3 (03 (09 2'9 (59 57",                                                    /* c */
    "50 59, 56 (53 2'3 (03 06 (09 2'9 (59 56",                                          /* d */
    "06 56 (53 2'3 (03 (09 2'9 (49 58",                                                 /* e */
    "40 (20 22' 29, 03 43",                                                             /* f */
    "53 59' (5c 2'c (1c 0b, 56 (53 2'3 (03 06 (09 2'9 (59 56",                          /* g */
    "00 09, 05 (13 33 (53 55 59",                                                       /* h */
    "03 09, 00 01",                                                                     /* i */
    "23 2a (2c 0c, 20 21",                                                              /* j */
    "00 09, 43 07, 1'5' 49",                                                            /* k */
    "00 07 (09 29",                                                                     /* l */
    "03 09, 05 (13 2'3 (43 45 49, 45 (53 6'3 (83 85 89",                                /* m */
    "03 09, 05 (13 33 (53 55 59",                                                       /* n */
    "2'3 (03 (09 (59 (53 2'3",                                                          /* o */
    "03 0c, 06 (03 2'3 (53 56 (59 2'9 (09 06",                                          /* p */
    "53 5c, 56 (53 2'3 (03 06 (09 2'9 (59 56",                                          /* q */
    "03 09, 05 (13 33",                                                                 /* r */
    "54 (43 2'3 (03 04' (06 2'6 (56 57' (59 2'9 (09 08",                                /* s */
    "21 27 (29 49, 03 43",                                                              /* t */
    "03 07 (09 29 (49 57, 53 59",                                                       /* u */
    "03 2'9 53",                                                                        /* v */
    "03 29 43 69 83",                                                                   /* w */
    "03 59, 53 09",                                                                     /* x */
    "03 2'9, 53 2'9 (1'c 0c",                                                           /* y */
    "03 53 09 59",                                                                      /* z */
    "30 (10 12 14 (15' 05' (15' 17 19 (1b 3b",                                          /* { */
    "00 0b",                                                                            /* | */
    "00 (20 22 24 (25' 35' (25' 27 29 (2b 0b",                                          /* } */
    "06 (1'3' 35 (4'6' 64",                                                             /* ~ */
};
static const char *const unknown = "00 50 59 09 00";
static const char dots[] = "...";

/* ---- reading the table ---- */

struct point {
    double x, y;
};

/* One step of the pen. */
struct move {
    struct point to;
    bool pulls; /* a point that pulls the line, and is not on it */
    bool lifts; /* the pen is up on the way here */
};

static double read_number(const char **at)
{
    char c = *(*at)++;
    double value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (**at == '\'') {
        (*at)++;
        value += 0.5;
    }
    return value;
}

static bool read_move(const char **at, struct move *move)
{
    *move = (struct move){.lifts = false};
    for (; **at == ' ' || **at == ',' || **at == '('; (*at)++) {
        move->lifts |= **at == ',';
        move->pulls |= **at == '(';
    }
    if (**at == '\0')
        return false;
    move->to.x = read_number(at);
    move->to.y = read_number(at);
    return true;
}

static const char *letter_of(char c)
{
    return c >= ' ' && c <= '~' ? letters[c - ' '] : unknown;
}

/* The rest of a character of several bytes (UTF-8): its first byte has its box. */
static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static double letter_width(char c)
{
    const char *at = letter_of(c);
    double width = c == ' ' ? SPACE_WIDTH : 0;
    struct move move;
    while (read_move(&at, &move))
        width = move.to.x > width ? move.to.x : width; /* two points that pull mark how far a curve reaches */
    return ceil(width);
}

/* ---- writing ---- */

/* Where the letter's corner is, and how it is turned. */
struct pen {
    struct gan_ink *ink;
    struct gan_type type;
    double x, y; /* of the letter's left end on the baseline */
    struct point at;
};

static void draw_to(struct pen *pen, struct point to)
{
    double scale = pen->type.scale;
    struct point ends[2] = {pen->at, to};
    for (int i = 0; i < 2; i++) {
        double along = scale * ends[i].x, down = scale * (ends[i].y - BASELINE);
        ends[i] = pen->type.upwards ? (struct point){pen->x + down, pen->y - along}
                                    : (struct point){pen->x + along, pen->y + down};
    }
    gan_ink_line(pen->ink, ends[0].x, ends[0].y, ends[1].x, ends[1].y, pen->type.thickness * scale);
    pen->at = to;
}

static void curve_to(struct pen *pen, struct point pull, struct point to)
{
    struct point from = pen->at;
    for (int i = 1; i <= CURVE_PIECES; i++) {
        double t = (double)i / CURVE_PIECES, s = 1 - t;
        draw_to(pen, (struct point){s * s * from.x + 2 * s * t * pull.x + t * t * to.x,
                                    s * s * from.y + 2 * s * t * pull.y + t * t * to.y});
    }
}

static void draw_letter(struct pen *pen, const char *letter)
{
    struct point pull = {0, 0};
    struct move move;
    bool pulled = false;
    for (bool first = true; read_move(&letter, &move); first = false) {
        if (first || move.lifts)
            pen->at = move.to;
        else if (move.pulls && pulled)
            curve_to(pen, pull, (struct point){(pull.x + move.to.x) / 2, (pull.y + move.to.y) / 2});
        else if (!move.pulls && pulled)
            curve_to(pen, pull, move.to);
        else if (!move.pulls)
            draw_to(pen, move.to);
        pulled = move.pulls;
        pull = move.to;
    }
}

double gan_text_width(const char *text, double scale)
{
    double width = 0;
    for (const char *c = text; *c != '\0'; c++)
        width += is_continuation(*c) ? 0 : letter_width(*c) + LETTER_SPACE;
    return width > 0 ? scale * (width - LETTER_SPACE) : 0;
}

/* Draws up to `end`, and moves the pen behind it. */
static void draw_text(struct pen *pen, const char *text, const char *end)
{
    for (; text < end && *text != '\0'; text++) {
        if (is_continuation(*text))
            continue;
        draw_letter(pen, letter_of(*text));
        double advance = pen->type.scale * (letter_width(*text) + LETTER_SPACE);
        if (pen->type.upwards)
            pen->y -= advance;
        else
            pen->x += advance;
    }
}

void gan_text_ink(struct gan_ink *ink, const char *text, struct gan_type type, double x, double y)
{
    gan_text_ink_within(ink, text, type, x, y, HUGE_VAL);
}

void gan_text_ink_within(struct gan_ink *ink, const char *text, struct gan_type type, double x, double y, double width)
{
    struct pen pen = {.ink = ink, .type = type, .x = x, .y = y};
    bool whole = gan_text_width(text, type.scale) <= width;
    double room = whole ? width : width - gan_text_width(dots, type.scale);
    const char *end = text;
    for (double used = 0; *end != '\0'; end++) {
        used += is_continuation(*end) ? 0 : type.scale * (letter_width(*end) + LETTER_SPACE);
        if (!whole && used > room)
            break;
    }
    draw_text(&pen, text, end);
    if (!whole)
        draw_text(&pen, dots, dots + strlen(dots));
}
