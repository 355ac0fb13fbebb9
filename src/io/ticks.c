#include "io/ticks.h"

#include <math.h>
#include <stdio.h>

double gan_tick_value(const struct gan_ticks *ticks, int i)
{
    double count = (double)(ticks->first + i) * ticks->step;
    /* Powers of ten up to 22 are exact: 3/10 is the nearest number to .3, and 3 · .1 is not. */
    return ticks->exponent >= 0 ? count * pow(10, ticks->exponent) : count / pow(10, -ticks->exponent);
}

struct gan_ticks gan_ticks_choose(double low, double high, double most, bool whole)
{
    struct gan_ticks ticks = {.step = 1};
    double least = (high - low) / most;
    ticks.exponent = (int)floor(log10(least)) - 1; /* one less, since log10 may be off by a rounding */
    if (whole && ticks.exponent < 0)
        ticks.exponent = 0;
    while (ticks.step * pow(10, ticks.exponent) < least * (1 - 1e-9)) {
        ticks.exponent += ticks.step == 5;
        ticks.step = ticks.step == 1 ? 2 : ticks.step == 2 ? 5 : 1;
    }
    double step = ticks.step * pow(10, ticks.exponent);
    ticks.first = (int64_t)ceil(low / step - 1e-9);
    ticks.count = (int)((int64_t)floor(high / step + 1e-9) - ticks.first + 1);
    return ticks;
}

/* The whole number `digits` times 10^exponent, −12 ≤ exponent ≤ 0, with a point in its place. */
static void write_decimal(int64_t digits, int exponent, const char *suffix, char *text)
{
    char whole[GAN_TICK_TEXT];
    int64_t size = digits < 0 ? -digits : digits;
    int length = snprintf(whole, sizeof whole, "%0*lld", 1 - exponent, (long long)size);
    int point = length + exponent;
    int used = 0;
    if (exponent < 0)
        for (used = -exponent; used > 0 && whole[point + used - 1] == '0';) /* 2.0k is 2k */
            used--;
    snprintf(text, GAN_TICK_TEXT, "%s%.*s%s%.*s%s", digits < 0 ? "-" : "", point, whole, used > 0 ? "." : "", used,
             whole + point, suffix);
}

void gan_tick_text(const struct gan_ticks *ticks, int i, char text[GAN_TICK_TEXT])
{
    static const struct {
        int power;
        double from;
        const char *suffix;
    } units[] = {{9, 1e9, "G"}, {6, 1e6, "M"}, {3, 1e4, "k"}};
    int64_t digits = (ticks->first + i) * ticks->step;
    double size = fmax(fabs(gan_tick_value(ticks, 0)), fabs(gan_tick_value(ticks, ticks->count - 1)));
    if (digits == 0) {
        snprintf(text, GAN_TICK_TEXT, "0");
    } else if (size >= 1e13 || ticks->exponent < -6 || ticks->exponent > 12) {
        snprintf(text, GAN_TICK_TEXT, "%llde%d", (long long)digits, ticks->exponent);
    } else {
        int exponent = ticks->exponent;
        for (; exponent > 0; exponent--)
            digits *= 10;
        const char *suffix = "";
        int power = 0;
        for (int u = 0; u < 3 && power == 0; u++)
            if (size >= units[u].from && ticks->exponent >= units[u].power - 2) { /* two decimals at most */
                power = units[u].power;
                suffix = units[u].suffix;
            }
        write_decimal(digits, exponent - power, suffix, text);
    }
}
