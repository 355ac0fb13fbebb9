/*
 * Extractors: from examples to the features that metrics (gan/metric.h) compare. Figures of different extractors have
 * nothing to do with each other, so a record of figures names its extractor and what was done to the examples first.
 */
#ifndef GAN_EXTRACTOR_H
#define GAN_EXTRACTOR_H

#include "dataset.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque, reference-counted. One thread at a time. */
typedef struct gan_extractor gan_extractor;

/** The example's numbers themselves. `example` is the shape of one, without a batch axis. */
GAN_API gan_extractor *gan_extractor_pixels(gan_shape example);

/**
 * What comes out of a layer of `model` in inference: a classifier's, or a discriminator's. `layer` is the name it was
 * given (gan_layer_named) or its place ("2"), as for gan_model_feature; NULL is the last. The model is shared; it must
 * have numbers in its parameters. Examples are computed in pieces of one size, so that an example's features do not
 * depend on how many come with it.
 */
GAN_API gan_extractor *gan_extractor_model(gan_model *model, const char *layer);

/** The softmax of what a classifier makes of an example: the probability of each class. `classifier` makes [classes].
 */
GAN_API gan_extractor *gan_extractor_probabilities(gan_model *classifier);

/** Writes `count` rows of features for `count` examples that lie one after the other. Anything but GAN_OK ends it. */
typedef gan_status gan_extract_function(void *context, const float *examples, int64_t count, float *features);

/**
 * Features that the caller's function makes, `features` numbers for each example, up to 64 examples a call. `name` says
 * in a record what they are; copied. `release` (may be NULL) is called with `context` when the last reference goes; not
 * on failure (NULL).
 */
GAN_API gan_extractor *gan_extractor_function(const char *name, gan_shape example, int64_t features,
                                              gan_extract_function *extract, void *context,
                                              void (*release)(void *context));

/** Takes another reference; returns `extractor`. */
GAN_API gan_extractor *gan_extractor_ref(gan_extractor *extractor);
/** Gives a reference back; the last frees the extractor. NULL is fine. */
GAN_API void gan_extractor_unref(gan_extractor *extractor);

/**
 * Maps the examples' numbers from one range onto another first, each low < high: for a discriminator that learned on
 * [−1, 1] from data in [0, 1], say. Undone by equal ranges.
 */
GAN_API gan_status gan_extractor_set_range(gan_extractor *extractor, float low, float high, float to_low,
                                           float to_high);
/**
 * Standardises the examples by column first, (x − mean)/deviation: float32 tensors with as many numbers as an example,
 * every deviation above 0; copied. It comes after the mapping of ranges. NULL for both undoes it.
 */
GAN_API gan_status gan_extractor_set_standard(gan_extractor *extractor, const gan_tensor *mean,
                                              const gan_tensor *deviation);

/** What the features are: "pixels", "layer 2 of D", "output of D", … It belongs to the extractor. "" for NULL. */
GAN_API const char *gan_extractor_name(const gan_extractor *extractor);
/** What is done to an example first, in words; "none" for nothing. It belongs to the extractor. "" for NULL. */
GAN_API const char *gan_extractor_preprocessing(const gan_extractor *extractor);
/** The shape of one example that goes in; GAN_SCALAR for NULL. */
GAN_API gan_shape gan_extractor_example(const gan_extractor *extractor);
/** The number of features of one example; 0 for NULL. */
GAN_API int64_t gan_extractor_features(const gan_extractor *extractor);

/** The features of `examples`, float32 [n, example's shape]: a new tensor [n, features]. NULL on failure. */
GAN_API gan_tensor *gan_extractor_run(gan_extractor *extractor, const gan_tensor *examples);
/**
 * The features of `count` of a data set's examples, drawn without replacement by `seed`: a new tensor [count,
 * features]; row i is the same whatever `count` is. The examples themselves are not kept. NULL on failure, and when the
 * data set has fewer.
 */
GAN_API gan_tensor *gan_extractor_read(gan_extractor *extractor, const gan_dataset *dataset, int64_t count,
                                       uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
