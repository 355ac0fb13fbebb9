/* A loader's inside, for checkpoints. */
#ifndef GAN_SRC_DATA_LOADER_H
#define GAN_SRC_DATA_LOADER_H

#include "gan/loader.h"
#include "io/json.h"

/*
 * The member `key` of the object begun in `json`: all that decides its batches but the position, with a checksum of a
 * few examples, unless they come from a function.
 */
gan_status gan_loader_write(const gan_loader *loader, struct gan_json_writer *json, const char *key);

#endif
