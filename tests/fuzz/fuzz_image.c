/* gan_image_read_memory: PNG and JPEG; and what a folder makes of them. A PNG's checksums are made right, so that
 * mutations come further than to them. */
#include "fuzz.h"

#include "data/prepare.h"
#include "gan/gan.h"

#include <stdlib.h>
#include <string.h>

/* As an example of each kind: the first byte picks. */
static void prepare(const uint8_t *data, size_t size, unsigned kind)
{
    const struct gan_preparation preparation = {.height = 5,
                                                .width = 1 + (int)(kind % 7),
                                                .channels = kind % 3 == 0 ? 1 : 2 + (int)(kind % 3),
                                                .crop = (gan_crop)(kind / 8 % 3),
                                                .margin = 0.125f};
    struct gan_preparer preparer = {0};
    if (gan_pixels_decode(&preparer.decoded, data, size) == GAN_OK) {
        int width, height;
        gan_prepared_size(&preparation, &preparer.decoded, &width, &height);
        if (width < preparation.width || height < preparation.height || width > 100 || height > 100)
            abort();
        uint8_t *planes = malloc((size_t)(width * height * preparation.channels));
        if (planes == NULL || gan_prepare(&preparation, &preparer, planes) != GAN_OK)
            abort();
        free(planes);
    }
    gan_preparer_clear(&preparer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL)
        abort();
    memcpy(bytes, data, size);
    if ((data[0] & 1) == 0) /* else as it is */
        fuzz_mend_png(bytes + 1, size - 1);
    struct gan_pixels header = {0};
    gan_pixels_look(&header, bytes + 1, size - 1);
    gan_tensor_unref(gan_image_read_memory(bytes + 1, size - 1));
    prepare(bytes + 1, size - 1, data[0]);
    free(bytes);
    return 0;
}
