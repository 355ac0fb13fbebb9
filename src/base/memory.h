/* Memory through the replaceable allocator. All of it is 64-byte aligned. A failure sets the error (out of memory). */
#ifndef GAN_SRC_BASE_MEMORY_H
#define GAN_SRC_BASE_MEMORY_H

#include <stddef.h>

#define GAN_ALIGNMENT 64

void *gan_alloc(size_t size);                    /* not cleared; NULL and an error on failure; size 0 is size 1 */
void *gan_alloc_zero(size_t count, size_t size); /* cleared; checks count * size for overflow */
void *gan_realloc(void *memory, size_t size);    /* NULL memory is gan_alloc; on failure `memory` stays valid */
void gan_free(void *memory);                     /* NULL is fine */
char *gan_strdup(const char *text);
char *gan_format(const char *format, ...) __attribute__((format(printf, 1, 2))); /* printf into new memory */

/* Makes room for one more element in a growing array: `*items` has `count` of `*capacity`. False (and an error) when
 * memory is short; the array is then as before. Use: if (!gan_grow((void **)&list, &capacity, count, sizeof *list)) */
_Bool gan_grow(void **items, size_t *capacity, size_t count, size_t item_size);

#endif
