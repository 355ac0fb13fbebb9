#include "buffer.h"

#include "memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool make_room(struct gan_buffer *buffer, size_t size)
{
    if (buffer->failed || size < buffer->capacity - buffer->length)
        return !buffer->failed;
    size_t capacity = 2 * (buffer->length + size + 1);
    char *larger = gan_realloc(buffer->bytes, capacity);
    buffer->failed = larger == NULL;
    if (larger == NULL)
        return false;
    buffer->bytes = larger;
    buffer->capacity = capacity;
    return true;
}

char *gan_buffer_extend(struct gan_buffer *buffer, size_t size)
{
    if (!make_room(buffer, size))
        return NULL;
    char *room = buffer->bytes + buffer->length;
    buffer->length += size;
    buffer->bytes[buffer->length] = '\0';
    return room;
}

void gan_buffer_append(struct gan_buffer *buffer, const void *bytes, size_t size)
{
    char *room = gan_buffer_extend(buffer, size);
    if (room != NULL && size > 0)
        memcpy(room, bytes, size);
}

void gan_buffer_print(struct gan_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    buffer->failed = buffer->failed || length < 0;
    char *room = gan_buffer_extend(buffer, length < 0 ? 0 : (size_t)length);
    if (room != NULL)
        vsnprintf(room, (size_t)length + 1, format, again);
    va_end(again);
}

char *gan_buffer_take(struct gan_buffer *buffer)
{
    char *bytes = buffer->bytes;
    if (buffer->failed) {
        gan_free(bytes);
        bytes = NULL;
    }
    *buffer = (struct gan_buffer){0};
    return bytes;
}

void gan_buffer_empty(struct gan_buffer *buffer)
{
    buffer->length = 0;
    buffer->failed = false;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

void gan_buffer_clear(struct gan_buffer *buffer)
{
    gan_free(buffer->bytes);
    *buffer = (struct gan_buffer){0};
}
