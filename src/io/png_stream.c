#include "io/png_stream.h"
#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>

void gan_png_on_error(png_structp png, png_const_charp message)
{
    struct gan_png_stream *stream = png_get_error_ptr(png);
    snprintf(stream->message, sizeof stream->message, "%s", message);
    png_longjmp(png, 1);
}

void gan_png_on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

png_voidp gan_png_on_allocate(png_structp png, png_alloc_size_t size)
{
    struct gan_png_stream *stream = png_get_mem_ptr(png);
    void *memory = gan_alloc(size);
    if (memory == NULL)
        stream->out_of_memory = true;
    return memory;
}

void gan_png_on_release(png_structp png, png_voidp memory)
{
    (void)png;
    gan_free(memory);
}

gan_status gan_png_report(const struct gan_png_stream *stream, gan_status status)
{
    if (stream->out_of_memory)
        return gan_fail(GAN_ERROR_OUT_OF_MEMORY, "out of memory");
    const char *message = stream->message[0] != '\0' ? stream->message : "libpng could not start";
    return status == GAN_ERROR_FORMAT
               ? gan_fail(status, "damaged at byte %zu of %zu: %s", stream->position, stream->size, message)
               : gan_fail(status, "%s", message);
}
