/*
 * Event files, which TensorBoard shows. A file is a row of records, each framed by its length and two checksums (the
 * format that TensorFlow's documentation calls TFRecord); a record is a message `Event` (tensorflow/core/util/
 * event.proto) with scalars or pictures in it (`Summary`).
 */
#ifndef GAN_SRC_IO_EVENT_FILE_H
#define GAN_SRC_IO_EVENT_FILE_H

#include "gan/base.h"
#include "io/picture.h"
#include "io/wire.h"

/* What the name of every event file begins with. */
#define GAN_EVENT_FILE_PREFIX "events.out.tfevents."

/* CRC-32C (Castagnoli's polynomial: RFC 3720, section 12.1) of some bytes, going on from `before`: 0 for the first. */
uint32_t gan_crc32c(uint32_t before, const void *bytes, size_t size);

/* A record in the making. Begin it anew for each; its memory is used again, and given back by gan_buffer_clear. */
struct gan_event {
    struct gan_buffer wire;
    size_t summary; /* where it begins; 0: there is none */
};

/* time: seconds since 1970. */
void gan_event_begin(struct gan_event *event, double time, uint64_t step);
/* What the first record of a file holds, and nothing else. */
void gan_event_add_version(struct gan_event *event);
/* A run goes on at this step: what a reader knows of this step and later ones is void. */
void gan_event_add_start(struct gan_event *event);
void gan_event_add_number(struct gan_event *event, const char *tag, float value);
void gan_event_add_picture(struct gan_event *event, const char *tag, const struct gan_picture *size, const void *png,
                           size_t bytes);
/* Frames it: event->wire then holds the record. */
gan_status gan_event_end(struct gan_event *event);

/*
 * How many bytes of an event file belong to whole records, of steps up to `step`, that no later one precedes: *size.
 * All of them if another program wrote it, which its first record shows. GAN_ERROR_IO if it cannot be read.
 */
gan_status gan_event_file_scan(const char *path, uint64_t step, int64_t *size, const char *who);

#endif
