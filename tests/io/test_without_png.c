/* What a libgan that was built without libpng says. */
#include "suite.h"

#include "gan/image.h"
#include "gan/plot.h"

#include <string.h>

static void check_unsupported(gan_status status)
{
    ck_assert_int_eq(status, GAN_ERROR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(gan_error_message(), "built without libpng; install it"));
}

START_TEST(every_way_to_a_picture_says_what_is_missing)
{
    gan_tensor *image = gan_tensor_new(GAN_SHAPE(1, 2, 2));
    gan_plot *plot = gan_plot_new(NULL);
    const char *path = scratch_file("never.png");
    check_unsupported(gan_image_write(path, image));
    check_unsupported(gan_image_write_grid(path, image, 1));
    check_unsupported(gan_plot_write(plot, path, 0, 0));
    ck_assert_ptr_null(gan_image_read_memory("\x89PNG\r\n\x1a\n", 8));
    check_unsupported(gan_error_status());
    gan_plot_unref(plot);
    gan_tensor_unref(image);
}
END_TEST

static const struct test_case tests[] = {{"unsupported", every_way_to_a_picture_says_what_is_missing}};

int main(void)
{
    return RUN_SUITE("io: without libpng", tests);
}
