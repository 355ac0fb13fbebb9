/*
 * JSON, as the headers of model files and checkpoints need it: a writer of libgan's own, and a reader over the library
 * jansson (json_read.c is the only file that includes it). The same text on every system and in every locale.
 */
#ifndef GAN_SRC_IO_JSON_H
#define GAN_SRC_IO_JSON_H

#include "base/buffer.h"
#include "gan/tensor.h"

/* ---- writing ---- */

/* Begin with a zeroed struct; the first failure sticks, so that one check at the end is enough. */
struct gan_json_writer {
    struct gan_buffer out;
    bool after_value; /* the next one wants a comma before it */
};

/* `key` is NULL in an array and at the top; all texts are UTF-8 (what is not becomes U+FFFD). bracket: '{' or '['. */
void gan_json_begin(struct gan_json_writer *writer, const char *key, char bracket);
void gan_json_end(struct gan_json_writer *writer, char bracket); /* '}' or ']' */
void gan_json_write_text(struct gan_json_writer *writer, const char *key, const char *text);
void gan_json_write_integer(struct gan_json_writer *writer, const char *key, int64_t value);
/* As a text of decimal digits: JSON's integers are not safe beyond 2^53. */
void gan_json_write_uint64(struct gan_json_writer *writer, const char *key, uint64_t value);
void gan_json_write_bool(struct gan_json_writer *writer, const char *key, bool value);
/* With as many digits as bring back every bit; what is not finite is null, as with gan_json_write_digits. */
void gan_json_write_float(struct gan_json_writer *writer, const char *key, float value);
void gan_json_write_double(struct gan_json_writer *writer, const char *key, double value);
/* Rounded to so many significant digits. */
void gan_json_write_digits(struct gan_json_writer *writer, const char *key, double value, int digits);
/* A value that is JSON already. */
void gan_json_write_raw(struct gan_json_writer *writer, const char *key, const char *json);
void gan_json_write_null(struct gan_json_writer *writer, const char *key);
void gan_json_write_shape(struct gan_json_writer *writer, const char *key, gan_shape shape);
/* The text (gan_free), and the writer cleared; NULL and an error if memory was short. */
char *gan_json_finish(struct gan_json_writer *writer);

/* ---- reading ---- */

struct gan_json; /* a value of any type */

/*
 * `size` bytes of text. An error begins with `what` (a file's name, say). NULL, with GAN_ERROR_UNSUPPORTED, where
 * libgan was built without jansson.
 */
struct gan_json *gan_json_parse(const char *text, size_t size, const char *what);
void gan_json_free(struct gan_json *json); /* the whole; NULL is fine */

/* A member of an object; NULL if there is none, or `json` is NULL or no object. */
const struct gan_json *gan_json_get(const struct gan_json *json, const char *key);
/* The elements of an array; 0 if `json` is NULL or no array. */
size_t gan_json_count(const struct gan_json *json);
const struct gan_json *gan_json_item(const struct gan_json *json, size_t index);
bool gan_json_is_object(const struct gan_json *json);
bool gan_json_is_array(const struct gan_json *json);

/* False if `json` is NULL, of another type, or does not fit; *out then stays. */
bool gan_json_text(const struct gan_json *json, const char **out); /* belongs to the whole */
bool gan_json_integer(const struct gan_json *json, int64_t *out);
bool gan_json_uint64(const struct gan_json *json, uint64_t *out);
bool gan_json_bool(const struct gan_json *json, bool *out);
bool gan_json_float(const struct gan_json *json, float *out); /* finite */
bool gan_json_double(const struct gan_json *json, double *out);
/* Sizes ≥ least; rank ≤ GAN_MAX_RANK. */
bool gan_json_shape(const struct gan_json *json, int64_t least, gan_shape *out);

/* Walks an object's members in the text's order: for (ok = gan_json_first(o, &m); ok; ok = gan_json_next(o, &m)) */
struct gan_json_member {
    const char *key;
    const struct gan_json *value;
    void *place;
};
bool gan_json_first(const struct gan_json *object, struct gan_json_member *member);
bool gan_json_next(const struct gan_json *object, struct gan_json_member *member);

/* Whether they are of one type and value (the order of members does not count). */
bool gan_json_equal(const struct gan_json *a, const struct gan_json *b);
/* As compact text, cut to `size` bytes with its final 0; returns `text`. "nothing" for NULL. */
char *gan_json_print(const struct gan_json *json, char *text, size_t size);
/* The whole of it as new text (gan_free). NULL, and an error, if memory is short. */
char *gan_json_compact(const struct gan_json *json);

#endif
