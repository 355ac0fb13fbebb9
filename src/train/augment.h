/* What becomes of an input before D sees it, and the controller of how often. */
#ifndef GAN_SRC_TRAIN_AUGMENT_H
#define GAN_SRC_TRAIN_AUGMENT_H

#include "train/losses.h"

bool gan_augment_known(unsigned kinds);

/* From the data's range to the generator's (gan_trainer_mapping): x·factor + offset. */
gan_var *gan_map_examples(gan_var *x, float factor, float offset);
/* Examples as D takes them, [N/m, m·C, …], from [N, C, …]: packs of m neighbours. */
gan_var *gan_pack_examples(gan_var *x, int64_t packing);
/* What G makes of noise [N, …], packed so; labels go in if G takes them. Frozen: G's state is left alone. */
gan_var *gan_make_examples(const struct gan_regularizer_view *view, gan_var *noise, bool frozen);
/* What D sees of x, which is shaped as D takes it: augmented and with noise, as the options say. */
gan_var *gan_present(const struct gan_regularizer_view *view, gan_var *x);

/* ADA's controller (Karras et al., "Training generative adversarial networks with limited data", NeurIPS 2020). */
struct gan_adaptive {
    double exact;      /* the probability: its steps may be less than a float's */
    float probability; /* of each change, in the next update */
    float signs;       /* the sum of E[sign D(real)] over the updates since it last moved */
    int updates;
};
void gan_adaptive_set(struct gan_adaptive *adaptive, double probability);
/* After an update of D with a batch of n: every 4 updates the probability moves a step towards the target. */
void gan_adaptive_follow(struct gan_adaptive *adaptive, const gan_trainer_options *options, float sign, int64_t n);

#endif
