#include "io/csv.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

enum { LONGEST = 1000 }; /* characters that a number may have */

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* mantissa · 10^exponent. With a mantissa below 2^53 and |exponent| ≤ 22 both factors are exact in double, and so the
 * result is the nearest double; beyond, it is within a few units of a double's last place, far below a float's. */
static double scaled(uint64_t mantissa, int exponent)
{
    double x = (double)mantissa;
    for (; exponent >= 22 && x < 1e300; exponent -= 22)
        x *= 1e22;
    for (; exponent <= -22 && x > 0; exponent += 22)
        x /= 1e22;
    double power = 1;
    for (int i = exponent < 0 ? -exponent : exponent; i > 0 && i < 22; i--)
        power *= 10;
    return exponent < 0 ? x / power : x * power;
}

static _Bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to 18 digits are kept, enough for any float; the others move the point. */
static const char *parse_digits(const char *text, uint64_t *mantissa, int *exponent, int *digits, _Bool fraction)
{
    for (; is_digit(*text); text++, ++*digits) {
        if (*mantissa < 100000000000000000u) {
            *mantissa = *mantissa * 10 + (uint64_t)(*text - '0');
            *exponent -= fraction;
        } else {
            *exponent += !fraction;
        }
    }
    return text;
}

static const char *parse_exponent(const char *text, int *exponent)
{
    const char *digits = text + 1;
    _Bool negative = *digits == '-';
    digits += *digits == '-' || *digits == '+';
    if (!is_digit(*digits))
        return text;
    int value = 0;
    for (; is_digit(*digits); digits++)
        value = value < 100000 ? value * 10 + (*digits - '0') : value;
    *exponent += negative ? -value : value;
    return digits;
}

static _Bool same_word(const char *text, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] | 0x20) != ((unsigned char)word[i] | 0x20))
            return 0;
    return 1;
}

static _Bool is_not_finite(const char *text)
{
    static const char *const names[] = {"nan", "na", "n/a", "null", "inf", "infinity"};
    size_t length = strcspn(text, " \t");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (length == strlen(names[i]) && same_word(text, names[i], length))
            return *skip_blanks(text + length) == '\0';
    return 0;
}

enum gan_number gan_number_parse(const char *text, float *number)
{
    uint64_t mantissa = 0;
    int exponent = 0, digits = 0;
    text = skip_blanks(text);
    if (strnlen(text, LONGEST + 1) > LONGEST)
        return GAN_NUMBER_NONE;
    _Bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    if (is_not_finite(text))
        return GAN_NUMBER_NOT_FINITE;
    text = parse_digits(text, &mantissa, &exponent, &digits, 0);
    if (*text == '.')
        text = parse_digits(text + 1, &mantissa, &exponent, &digits, 1);
    if (digits == 0)
        return GAN_NUMBER_NONE;
    if (*text == 'e' || *text == 'E')
        text = parse_exponent(text, &exponent);
    if (*skip_blanks(text) != '\0')
        return GAN_NUMBER_NONE;
    double value = scaled(mantissa, exponent);
    if (value >= 0x1.ffffffp127) /* half way from FLT_MAX, which some write rounded up, to what would be next */
        return GAN_NUMBER_TOO_LARGE;
    if (value > (double)FLT_MAX)
        value = (double)FLT_MAX;
    *number = (float)(negative ? -value : value);
    return GAN_NUMBER_OK;
}
