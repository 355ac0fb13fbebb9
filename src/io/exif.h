/* The one thing that libgan wants of EXIF: which way up a picture is. */
#ifndef GAN_SRC_IO_EXIF_H
#define GAN_SRC_IO_EXIF_H

#include <stddef.h>
#include <stdint.h>

/*
 * The orientation (EXIF 2.3, tag 0x0112: 1 … 8) that a JPEG file's APP1 segment states; 1, upright, where there is
 * none, or what is there makes no sense. Reads no further than the first scan.
 *
 * 1 as it is; 2 mirrored left to right; 3 turned by half; 4 mirrored top to bottom; 5 mirrored at the diagonal from the
 * top left; 6 to be turned clockwise by a quarter; 7 mirrored at the other diagonal; 8 to be turned anticlockwise.
 */
int gan_exif_orientation(const uint8_t *jpeg, size_t size);

/* Whether width and height change places. */
static inline _Bool gan_exif_turns(int orientation)
{
    return orientation >= 5;
}

/* Where pixel (x, y) of the upright picture lies in the stored one, of stored_width x stored_height pixels. */
void gan_exif_place(int orientation, int stored_width, int stored_height, int x, int y, int *stored_x, int *stored_y);

#endif
