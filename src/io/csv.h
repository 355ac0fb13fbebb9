/* Tables of numbers as text: CSV as in RFC 4180, with other separators, comments and a column of labels. */
#ifndef GAN_SRC_IO_CSV_H
#define GAN_SRC_IO_CSV_H

#include "gan/tensor.h"

enum { GAN_CSV_MAX_CLASSES = 4096 };

struct gan_csv_options {
    char separator;         /* 0: found out */
    char comment;           /* 0: none */
    int header;             /* 1 yes, 0 no, −1 found out */
    int label_column;       /* from 0; −1: by name */
    const char *label_name; /* NULL: none */
};

struct gan_csv {
    gan_tensor *numbers; /* float32 [rows, columns without the labels'] */
    gan_tensor *labels;  /* int32 [rows], or NULL */
    int classes;
    char **class_names; /* of labels that are texts; or NULL */
};

/* Reads a file, plain or gzip. On failure the message names file, line and column, and `csv` holds nothing. */
gan_status gan_csv_read(const char *path, const struct gan_csv_options *options, struct gan_csv *csv);
void gan_csv_clear(struct gan_csv *csv);

enum gan_number { GAN_NUMBER_OK, GAN_NUMBER_NONE, GAN_NUMBER_NOT_FINITE, GAN_NUMBER_TOO_LARGE };

/*
 * A decimal number as float32: digits, a point, an exponent; blanks around it are fine. The locale does not matter.
 * GAN_NUMBER_NOT_FINITE: "nan", "inf" and the like. GAN_NUMBER_NONE: no number at all, or more than a number.
 */
enum gan_number gan_number_parse(const char *text, float *number);

#endif
