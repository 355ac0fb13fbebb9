/* Labels in training: whether the players and the data agree on them, and which ones made examples get. */
#ifndef GAN_SRC_TRAIN_LABELS_H
#define GAN_SRC_TRAIN_LABELS_H

#include "gan/trainer.h"

/* What a trainer of this generator is told beside the examples; NULL: nothing. */
const gan_labels *gan_trained_labels(const gan_model *generator);

/* GAN_OK if the players' labels go together with each other and with the options; else "<who>: …". */
gan_status gan_check_player_labels(const gan_model *generator, const gan_model *discriminator,
                                   const gan_trainer_options *options, const char *who);
/* GAN_OK if a batch of n examples comes with the labels that training wants, or with none where it wants none. */
gan_status gan_check_batch_labels(const gan_model *generator, const gan_tensor *labels, int64_t n, const char *who);
/* GAN_OK if the data set has labels like those; NULL wants none. */
gan_status gan_check_dataset_labels(const gan_labels *wanted, const gan_dataset *dataset, const char *who);

/*
 * The labels of n made examples, from those of the real batch, for an update that `seed` and its number decide. `out`
 * has n rows.
 */
void gan_make_labels(gan_made_labels way, const gan_labels *about, const gan_tensor *real, int64_t n, uint64_t seed,
                     uint64_t update, gan_tensor *out);

#endif
