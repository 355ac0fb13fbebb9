/* What a libgan that was built without libjpeg says. */
#include "suite.h"

#include "files.h"
#include "gan/gan.h"

#include <sys/stat.h>

START_TEST(a_jpeg_says_what_is_missing)
{
    ck_assert_ptr_null(gan_image_read_memory("\xff\xd8\xff\xe0", 4));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_UNSUPPORTED);
    check_message("is a JPEG file, but libgan was built without libjpeg; install it");
    mkdir(scratch_file("jpegs"), 0777);
    write_file(scratch_file("jpegs/a.jpg"), "\xff\xd8\xff\xe0", 4);
    ck_assert_ptr_null(gan_dataset_open_folder(scratch_file("jpegs"), NULL));
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_UNSUPPORTED);
    check_message("a.jpg");
}
END_TEST

static const struct test_case tests[] = {{"unsupported", a_jpeg_says_what_is_missing}};

int main(void)
{
    return RUN_SUITE("io: without libjpeg", tests);
}
