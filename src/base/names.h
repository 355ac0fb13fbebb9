/* Things that are called by name. */
#ifndef GAN_SRC_BASE_NAMES_H
#define GAN_SRC_BASE_NAMES_H

/* The number, 0 … count − 1, of what is called `name`; −1 with an error that lists the names if nothing is. `who`
 * begins the error, `kind` says what they are names of. */
int gan_find_name(const char *who, const char *kind, const char *name, const char *(*name_of)(int number), int count);

#endif
