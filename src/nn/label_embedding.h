/*
 * Labels as vectors, as layers learn them: a table with a row for each class, for each label; or a linear map of
 * numbers. The parameters are named and shaped as those of PyTorch's nn.Embedding and nn.Linear:
 *
 *     one label of C classes     <prefix>weight [C, size]
 *     several labels             <prefix>0.weight [C₀, size], <prefix>1.weight [C₁, size], …
 *     K numbers                  <prefix>weight [size, K], and, where wanted, <prefix>bias [size] (0)
 */
#ifndef GAN_SRC_NN_LABEL_EMBEDDING_H
#define GAN_SRC_NN_LABEL_EMBEDDING_H

#include "nn/layer.h"

/* GAN_OK if the model has labels; else the error that says how it gets them. */
gan_status gan_label_embedding_check(const struct gan_layer_build *build);

/* Declares the parameters, as build->layer has them begin; the model has labels. `biased`: numbers get a bias. */
gan_status gan_label_embedding_declare(struct gan_layer_build *build, const char *prefix, int64_t size, bool biased);

/* How many vectors there are: one for each label, one for all numbers. */
int gan_label_embedding_count(const gan_labels *labels);

/* Takes the parameters from the call: the vectors [N, size], gan_label_embedding_count of them; NULL after an error. */
void gan_label_embedding_each(const gan_layer *layer, struct gan_layer_call *call, bool biased, gan_var **vectors);
/* Their sum, [N, size]. */
gan_var *gan_label_embedding_sum(const gan_layer *layer, struct gan_layer_call *call, bool biased);

/* Label `index` of [N, L] as rows of ones and zeros, [N, classes of it]; a number that is no class of it is all zeros.
 */
gan_var *gan_label_one_hot(const gan_labels *labels, gan_var *given, int index);

#endif
