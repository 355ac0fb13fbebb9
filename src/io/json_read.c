/* Reading JSON with jansson, whose memory is malloc's, and no more than a small multiple of the text's. */
#include "io/json.h"

#include "base/memory.h"
#include "base/status.h"
#include "config.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#ifdef HAVE_JANSSON

#include <jansson.h>
#include <locale.h>
#include <pthread.h>

static const json_t *inside(const struct gan_json *json)
{
    return (const json_t *)json;
}

static const struct gan_json *outside(const json_t *json)
{
    return (const struct gan_json *)json;
}

/* ---- numbers in any locale ---- */

/* Jansson puts the locale's decimal point in, and takes it for one byte. */
static locale_t plain;

static void make_plain(void)
{
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* This thread's numbers are C's until leave() is given what this returns. */
static locale_t enter(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_plain);
    return plain != (locale_t)0 ? uselocale(plain) : (locale_t)0;
}

static void leave(locale_t before)
{
    if (before != (locale_t)0)
        uselocale(before);
}

/* ---- texts ---- */

struct gan_json *gan_json_parse(const char *text, size_t size, const char *what)
{
    json_error_t error;
    locale_t before = enter();
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    leave(before);
    if (json != NULL)
        return (struct gan_json *)json;
    if (json_error_code(&error) == json_error_out_of_memory)
        return gan_fail_null(GAN_ERROR_OUT_OF_MEMORY, "%s: memory is short for its JSON header", what);
    return gan_fail_null(GAN_ERROR_FORMAT, "%s: JSON: byte %d: %s", what, error.position, error.text);
}

void gan_json_free(struct gan_json *json)
{
    json_decref((json_t *)json);
}

const struct gan_json *gan_json_get(const struct gan_json *json, const char *key)
{
    return outside(json_object_get(inside(json), key));
}

size_t gan_json_count(const struct gan_json *json)
{
    return json_array_size(inside(json));
}

const struct gan_json *gan_json_item(const struct gan_json *json, size_t index)
{
    return outside(json_array_get(inside(json), index));
}

bool gan_json_is_object(const struct gan_json *json)
{
    return json_is_object(inside(json));
}

bool gan_json_is_array(const struct gan_json *json)
{
    return json_is_array(inside(json));
}

bool gan_json_text(const struct gan_json *json, const char **out)
{
    if (!json_is_string(inside(json)))
        return false;
    *out = json_string_value(inside(json));
    return true;
}

bool gan_json_integer(const struct gan_json *json, int64_t *out)
{
    if (!json_is_integer(inside(json)))
        return false;
    *out = (int64_t)json_integer_value(inside(json));
    return true;
}

bool gan_json_bool(const struct gan_json *json, bool *out)
{
    if (!json_is_boolean(inside(json)))
        return false;
    *out = json_is_true(inside(json));
    return true;
}

bool gan_json_double(const struct gan_json *json, double *out)
{
    if (!json_is_number(inside(json)))
        return false;
    *out = json_number_value(inside(json)); /* finite: jansson refuses what overflows */
    return true;
}

bool gan_json_first(const struct gan_json *object, struct gan_json_member *member)
{
    member->place = object != NULL ? json_object_iter((json_t *)(uintptr_t)object) : NULL;
    if (member->place == NULL)
        return false;
    member->key = json_object_iter_key(member->place);
    member->value = outside(json_object_iter_value(member->place));
    return true;
}

bool gan_json_next(const struct gan_json *object, struct gan_json_member *member)
{
    member->place = json_object_iter_next((json_t *)(uintptr_t)object, member->place);
    if (member->place == NULL)
        return false;
    member->key = json_object_iter_key(member->place);
    member->value = outside(json_object_iter_value(member->place));
    return true;
}

bool gan_json_equal(const struct gan_json *a, const struct gan_json *b)
{
    return json_equal(inside(a), inside(b)) != 0;
}

/* malloc's; NULL if memory is short. */
static char *dump(const struct gan_json *json)
{
    locale_t before = enter();
    char *text = json_dumps(inside(json), JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7));
    leave(before);
    return text;
}

#else

struct gan_json *gan_json_parse(const char *text, size_t size, const char *what)
{
    (void)text;
    (void)size;
    return gan_fail_null(GAN_ERROR_UNSUPPORTED,
                         "%s: libgan was built without jansson, which reads the headers of model files; install it "
                         "(Debian: libjansson-dev) and build libgan again",
                         what);
}

void gan_json_free(struct gan_json *json)
{
    (void)json;
}

const struct gan_json *gan_json_get(const struct gan_json *json, const char *key)
{
    (void)key;
    return json;
}

size_t gan_json_count(const struct gan_json *json)
{
    (void)json;
    return 0;
}

const struct gan_json *gan_json_item(const struct gan_json *json, size_t index)
{
    (void)index;
    return json;
}

bool gan_json_is_object(const struct gan_json *json)
{
    (void)json;
    return false;
}

bool gan_json_is_array(const struct gan_json *json)
{
    (void)json;
    return false;
}

bool gan_json_text(const struct gan_json *json, const char **out)
{
    (void)json;
    (void)out;
    return false;
}

bool gan_json_integer(const struct gan_json *json, int64_t *out)
{
    (void)json;
    (void)out;
    return false;
}

bool gan_json_bool(const struct gan_json *json, bool *out)
{
    (void)json;
    (void)out;
    return false;
}

bool gan_json_double(const struct gan_json *json, double *out)
{
    (void)json;
    (void)out;
    return false;
}

bool gan_json_first(const struct gan_json *object, struct gan_json_member *member)
{
    (void)object;
    (void)member;
    return false;
}

bool gan_json_next(const struct gan_json *object, struct gan_json_member *member)
{
    return gan_json_first(object, member);
}

bool gan_json_equal(const struct gan_json *a, const struct gan_json *b)
{
    return a == b;
}

static char *dump(const struct gan_json *json)
{
    (void)json;
    return NULL;
}

#endif

char *gan_json_print(const struct gan_json *json, char *text, size_t size)
{
    char *whole = json != NULL ? dump(json) : NULL;
    gan_text_format(text, size, "%s", json == NULL ? "nothing" : whole != NULL ? whole : "?");
    free(whole);
    gan_text_clean(text); /* JSON leaves some control characters as they are */
    return text;
}

char *gan_json_compact(const struct gan_json *json)
{
    char *whole = dump(json), *own = whole != NULL ? gan_strdup(whole) : NULL;
    if (whole == NULL)
        gan_fail(GAN_ERROR_OUT_OF_MEMORY, "memory is short for a text of JSON");
    free(whole);
    return own;
}

bool gan_json_uint64(const struct gan_json *json, uint64_t *out)
{
    const char *text;
    if (!gan_json_text(json, &text) || *text == '\0')
        return false;
    uint64_t value = 0;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool gan_json_float(const struct gan_json *json, float *out)
{
    double value;
    if (!gan_json_double(json, &value) || !(fabs(value) <= (double)FLT_MAX))
        return false;
    *out = (float)value;
    return true;
}

bool gan_json_shape(const struct gan_json *json, int64_t least, gan_shape *out)
{
    gan_shape shape = {.rank = 0, .dims = {0}};
    size_t count = gan_json_count(json);
    if (!gan_json_is_array(json) || count > GAN_MAX_RANK)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!gan_json_integer(gan_json_item(json, i), &shape.dims[i]) || shape.dims[i] < least)
            return false;
    shape.rank = (int)count;
    *out = shape;
    return true;
}
