/* The regularisers that are not penalties on a gradient; regularizers.c has the table. Each is a scalar for weight 1.
 */
#ifndef GAN_SRC_TRAIN_REGULARIZERS_H
#define GAN_SRC_TRAIN_REGULARIZERS_H

#include "train/losses.h"

/* D's logits of an input shaped as D takes it, state left alone. x comes of the real batch, in whole or in part, and
 * has its labels; or of the made one. */
gan_var *gan_judge_again(const struct gan_regularizer_view *view, gan_var *x, bool made);

/* consistency.c */
gan_var *gan_consistency_real(const struct gan_regularizer_view *view);
gan_var *gan_consistency_made(const struct gan_regularizer_view *view);
gan_var *gan_latent_consistency(const struct gan_regularizer_view *view);
gan_var *gan_latent_diversity(const struct gan_regularizer_view *view);
/* moments.c */
gan_var *gan_lecam(const struct gan_regularizer_view *view);
gan_var *gan_feature_matching(const struct gan_regularizer_view *view);
/* weights.c */
gan_var *gan_orthogonal_discriminator(const struct gan_regularizer_view *view);
gan_var *gan_orthogonal_generator(const struct gan_regularizer_view *view);
gan_var *gan_decay_discriminator(const struct gan_regularizer_view *view);
gan_var *gan_decay_generator(const struct gan_regularizer_view *view);

#endif
