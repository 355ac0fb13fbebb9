/*
 * Metrics: how good a generator's samples are, measured after training on features (gan/extractor.h) of real and made
 * examples. Every one of them has traps; docs/metrics.md says what each tells, and from how many samples.
 *
 * Sets of features are float32 tensors [n, …]; what is behind the first axis counts as one vector. Numbers must be
 * finite and of a size of at most 1e15. Distances are Euclidean. Results are computed in double, the kernel distance's
 * from products of vectors in float: standardise features whose means are thousands of their deviations. They are a
 * function of the arguments alone: the same bits at any number of threads. Pointers to results may be NULL.
 */
#ifndef GAN_METRIC_H
#define GAN_METRIC_H

#include "extractor.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A figure and how sure it is. The error and the interval are a bootstrap's (Efron 1979): the examples are drawn anew
 * from those that are there, with replacement, `replicates` times. `error` is the deviation of the replicates. The
 * interval is that of their quantiles, moved so that their mean lies at the value, because examples that are there
 * twice bias distances; with fewer than 100 replicates it is value ± z·error. NaN where there was no bootstrap.
 */
typedef struct gan_metric_value {
    double value;
    double error;
    double low, high;
} gan_metric_value;

/** Fill it with gan_metric_options_init, then change what you like; every field is taken literally. */
typedef struct gan_metric_options {
    size_t struct_size;         /**< set by gan_metric_options_init */
    uint64_t seed;              /**< decides everything that is drawn: 0 */
    int replicates;             /**< of the bootstrap; 0 for none: 200 */
    int frechet_replicates;     /**< of the Fréchet distance, each of which costs as much as the distance: 20 */
    double confidence;          /**< of the intervals, between 0 and 1: 0.95 */
    int precision_neighbours;   /**< k of precision and recall: 3 */
    int density_neighbours;     /**< k of density and coverage: 5 */
    int kernel_subsets;         /**< of the kernel distance: 10 */
    int64_t kernel_subset_size; /**< 0: as large as lets them be disjoint, at most 1000: 0 */
    int score_splits;           /**< over which the classifier's score is averaged: 1 */
    int projections;            /**< of the sliced Wasserstein distance: 128 */
    int64_t ssim_pairs;         /**< the most pairs of MS-SSIM: 1000 */
    int permutations;           /**< of the two-sample test: 999 */
    int memorisation_cells;     /**< of the memorisation test; 1 tests all at once: 1 */
} gan_metric_options;

/** gan_metric_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_metric_options_init_sized(gan_metric_options *options, size_t struct_size);
/** Fills every field with its default. NULL options mean the same. */
static inline gan_status gan_metric_options_init(gan_metric_options *options)
{
    return gan_metric_options_init_sized(options, sizeof *options);
}

/**
 * The Fréchet distance between normal distributions of the two sets' means m and covariances C (divided by n − 1):
 * |m₁ − m₂|² + tr C₁ + tr C₂ − 2·tr (C₁C₂)^½ (Dowson and Landau 1982; for generators Heusel et al. 2017, "FID", with
 * features of Inception). 0 is best. It falls with the number of examples: compare at equal numbers.
 *
 * The last term is Σ√λ of the eigenvalues λ of R·C₂·Rᵀ with C₁ = RᵀR (Cholesky's, with pivots). Nothing is inverted, so
 * covariances without full rank need no regularisation (the usual programs add 1e-6 to the diagonals where their matrix
 * square root fails); eigenvalues that rounding made negative count as 0. At least 2 examples each.
 */
GAN_API gan_status gan_metric_frechet(const gan_tensor *real, const gan_tensor *made, const gan_metric_options *options,
                                      gan_metric_value *distance);

/**
 * The kernel distance (Bińkowski et al. 2018, "KID"): the unbiased estimate of the squared maximum mean discrepancy
 * with k(x, y) = (xᵀy/d + 1)³, averaged over subsets:
 * Σ_{i≠j} k(xᵢ, xⱼ)/(m(m − 1)) + Σ_{i≠j} k(yᵢ, yⱼ)/(m(m − 1)) − 2·Σ k(xᵢ, yⱼ)/m². Its mean is 0 for equal
 * distributions, so it may be negative. `error` is the standard error of the subsets' mean, s/√subsets, an honest one
 * where they are disjoint; larger subsets overlap (drawn without replacement in themselves), and it is then too small.
 */
GAN_API gan_status gan_metric_kernel_distance(const gan_tensor *real, const gan_tensor *made,
                                              const gan_metric_options *options, gan_metric_value *distance);

/**
 * Precision and recall (Kynkäänniemi et al. 2019): the share of made examples that lie in a ball around some real one,
 * whose radius is the distance to that one's k-th nearest real neighbour; and the share of real ones in the balls of
 * the made ones. The border belongs to a ball. Both sets need more than k examples, and should have equally many. The
 * bootstrap keeps the balls, and draws the examples that are looked for in them.
 */
GAN_API gan_status gan_metric_precision_recall(const gan_tensor *real, const gan_tensor *made,
                                               const gan_metric_options *options, gan_metric_value *precision,
                                               gan_metric_value *recall);

/**
 * Density and coverage (Naeem et al. 2020): how many real balls (as above) a made example lies in on the average,
 * divided by k; and the share of real balls that hold a made example. The border does not belong to a ball, as in the
 * authors' program. Density is about 1, coverage about 1 − 2⁻ᵏ, for equal distributions and numbers.
 */
GAN_API gan_status gan_metric_density_coverage(const gan_tensor *real, const gan_tensor *made,
                                               const gan_metric_options *options, gan_metric_value *density,
                                               gan_metric_value *coverage);

/**
 * The sliced Wasserstein distance of order 2 (Rabin et al. 2011; Bonneel et al. 2015): (E_θ W₂²(θᵀx, θᵀy))^½ over
 * random directions θ, uniform on the sphere; W₂² in one dimension is ∫(F⁻¹(t) − G⁻¹(t))²dt, exact also for different
 * numbers of examples. The bootstrap keeps the directions.
 */
GAN_API gan_status gan_metric_sliced_wasserstein(const gan_tensor *real, const gan_tensor *made,
                                                 const gan_metric_options *options, gan_metric_value *distance);

/**
 * The 1-nearest-neighbour test of whether two sets are of one distribution (Lopez-Paz and Oquab 2017; Xu et al. 2018):
 * the share of examples whose nearest neighbour among all the others of both sets is of their own set. `accuracy` is
 * the mean of `of_real` and `of_made`, its parts: ½ for equal distributions and numbers, 1 for sets apart; below ½ made
 * examples sit on the real ones. Ties go to either by chance.
 *
 * p_value: the share of random assignments of examples to the sets whose accuracy is no smaller, (1 + hits)/(1 +
 * permutations): exact, for neighbours stay as they are. Both sets need 2 examples, and should have equally many.
 */
GAN_API gan_status gan_metric_nearest_neighbour_test(const gan_tensor *real, const gan_tensor *made,
                                                     const gan_metric_options *options, gan_metric_value *accuracy,
                                                     gan_metric_value *of_real, gan_metric_value *of_made,
                                                     double *p_value);

/**
 * The mean similarity of pairs of images, MS-SSIM (Wang et al. 2003; for generators Odena et al. 2017): near 1 when all
 * look alike; to be compared with the real images' own. images: float32 [n, C, H, W] in [low, high], n ≥ 2. The pairs
 * are drawn by the seed and disjoint, so at most n/2.
 *
 * Per channel, then averaged: a Gaussian window of 11 (σ 1.5) on the images' inside, K₁ = 0.01, K₂ = 0.03, halved by
 * means of 2 × 2 pixels from scale to scale, weights .0448, .2856, .3001, .2363, .1333, negative factors counted as 0.
 * Scales on which the shorter side would be below 11 are left out and the weights divided by their sum (28 × 28 has
 * two); where already the first is, the window is the largest odd size that fits, and σ in proportion.
 */
GAN_API gan_status gan_metric_ms_ssim(const gan_tensor *images, float low, float high,
                                      const gan_metric_options *options, gan_metric_value *similarity);

/**
 * The classifier's score, exp(E_x KL(p(y|x) ‖ p(y))) with p(y) = E_x p(y|x) (Salimans et al. 2016, "inception score"):
 * 1 … classes, high for examples that are clear and of all classes alike. probabilities: float32 [n, classes], rows
 * that add up to 1. The mean over score_splits parts of equal size (a remainder is left out).
 */
GAN_API gan_status gan_metric_classifier_score(const gan_tensor *probabilities, const gan_metric_options *options,
                                               gan_metric_value *score);

/**
 * Each example counted for the class that a classifier (or the nearest mode) gives most: how many classes are there,
 * and the reverse divergence KL(q ‖ p) = Σ q·ln(q/p) of the shares q from those of the data (Metz et al. 2017, and
 * others after them). probabilities: as above. `shares`: p, one for each class, above 0 and adding up to 1; NULL for
 * equal ones.
 */
GAN_API gan_status gan_metric_modes(const gan_tensor *probabilities, const double *shares,
                                    const gan_metric_options *options, gan_metric_value *modes,
                                    gan_metric_value *divergence);

/**
 * Whether made examples lie closer to the training examples than fresh ones of the data do: the three-sample test of
 * Meehan et al. 2020. The distances of made and of held-out examples to their nearest training neighbour are compared
 * by Mann and Whitney's U, brought to mean 0 and deviation 1 (ties corrected): `statistic` far below 0 is copying, far
 * above 0 is made examples far from the data. `p_value`: the chance of so low a statistic without copying.
 *
 * With memorisation_cells above 1, training examples are clustered first (Lloyd's algorithm), the test is made in each
 * cell that holds at least one example of each set, and the statistics are averaged with the cells' shares of held-out
 * examples as weights (their C_T): copying of one region then is not hidden by others. The p-value takes cells as
 * independent. The bootstrap is one of the distances in each cell.
 */
GAN_API gan_status gan_metric_memorisation(const gan_tensor *train, const gan_tensor *held_out, const gan_tensor *made,
                                           const gan_metric_options *options, gan_metric_value *statistic,
                                           double *p_value);

/**
 * The `neighbours` nearest training examples of each made one, the nearest first (equal ones in the order of their
 * numbers): new tensors [n, neighbours], int32 and float32, to be unreffed. Either pointer may be NULL.
 */
GAN_API gan_status gan_metric_nearest(const gan_tensor *train, const gan_tensor *made, int neighbours,
                                      gan_tensor **indices, gan_tensor **distances);

/* ---- several at once, and their record ---- */

/** The figures of a record. */
typedef enum gan_metric {
    GAN_METRIC_FRECHET = 0,
    GAN_METRIC_KERNEL_DISTANCE,
    GAN_METRIC_PRECISION,
    GAN_METRIC_RECALL,
    GAN_METRIC_DENSITY,
    GAN_METRIC_COVERAGE,
    GAN_METRIC_SLICED_WASSERSTEIN,
    GAN_METRIC_NEAREST_NEIGHBOUR,         /**< its accuracy, with a p-value */
    GAN_METRIC_NEAREST_NEIGHBOUR_OF_REAL, /**< the accuracy of real examples */
    GAN_METRIC_NEAREST_NEIGHBOUR_OF_MADE, /**< the accuracy of made ones */
    GAN_METRIC_MS_SSIM,                   /**< of made images */
    GAN_METRIC_MS_SSIM_REAL,              /**< of real images, to compare with */
    GAN_METRIC_CLASSIFIER_SCORE,          /**< of made examples */
    GAN_METRIC_CLASSIFIER_SCORE_REAL,     /**< of real examples, to compare with */
    GAN_METRIC_MODES,
    /** Against the shares of real examples by the same classifier, (examples + 1)/(all + classes); of equal ones if
     * there are no real probabilities. */
    GAN_METRIC_REVERSE_KL,
    GAN_METRIC_MEMORISATION /**< its statistic, with a p-value */
} gan_metric;

/** How many there are. */
#define GAN_METRICS 17

/** A metric's short name ("frechet", "precision", "ms-ssim", …); NULL for what is none. */
GAN_API const char *gan_metric_name(gan_metric metric);
/** The metric of that name; an error that lists them if there is none. */
GAN_API gan_status gan_metric_from_name(const char *name, gan_metric *metric);

/** What is measured. NULL where there is none: metrics that need it are then refused. Nothing is kept. */
typedef struct gan_metric_data {
    size_t struct_size;                          /**< set by gan_metric_data_init */
    const gan_tensor *real, *made;               /**< features: of all but the last three kinds */
    const gan_tensor *train;                     /**< features of training examples: memorisation */
    const gan_tensor *held_out;                  /**< features of fresh examples of the data: memorisation */
    const gan_tensor *real_images, *made_images; /**< [n, C, H, W]: MS-SSIM */
    float low, high;                             /**< the images' range */
    const gan_tensor *real_probabilities, *made_probabilities; /**< [n, classes]: score, modes, reverse KL */
} gan_metric_data;

/**
 * What was measured, and on what. The program fills the texts (which stay its own; NULL is left out) and
 * gan_metric_evaluate the rest.
 */
typedef struct gan_metric_record {
    size_t struct_size; /**< set by gan_metric_record_init */
    /** Which model, data set and part of it; what the features are, and what was done to the examples before; which
     * classifier gave the probabilities. */
    const char *model, *data, *split, *extractor, *preprocessing, *classifier;
    uint64_t sample_seed;                /**< which examples the generator made; the program's */
    int64_t features;                    /**< numbers in a vector of features */
    int64_t real, made;                  /**< numbers of examples */
    int64_t train, held_out;             /**< of the memorisation test; 0 if none */
    int64_t images;                      /**< made images of MS-SSIM; 0 if none */
    int64_t classes;                     /**< of the classifier; 0 if none */
    gan_metric_options options;          /**< as used */
    gan_metric_value value[GAN_METRICS]; /**< by gan_metric; value.value is NaN where it was not measured */
    double p_value[GAN_METRICS];         /**< NaN where there is none */
} gan_metric_record;

/** gan_metric_data_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_metric_data_init_sized(gan_metric_data *data, size_t struct_size);
/** Nothing to measure, and the range [0, 1]. */
static inline gan_status gan_metric_data_init(gan_metric_data *data)
{
    return gan_metric_data_init_sized(data, sizeof *data);
}

/** gan_metric_record_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_metric_record_init_sized(gan_metric_record *record, size_t struct_size);
/** No texts, and nothing measured. */
static inline gan_status gan_metric_record_init(gan_metric_record *record)
{
    return gan_metric_record_init_sized(record, sizeof *record);
}

/**
 * Measures `metrics`, `count` of them, and those that come with them (recall with precision). NULL metrics: all that
 * the data allow. The record's texts and seed stay; on failure its figures are those that were measured before.
 */
GAN_API gan_status gan_metric_evaluate(const gan_metric_data *data, const gan_metric *metrics, int count,
                                       const gan_metric_options *options, gan_metric_record *record);

/** The record as JSON, one object on one line; a new text, freed with gan_text_free. */
GAN_API char *gan_metric_record_json(const gan_metric_record *record);
/** The record as a table for people; a new text, freed with gan_text_free. */
GAN_API char *gan_metric_record_text(const gan_metric_record *record);

/* ---- while training ---- */

/** What gan_metric_probe_run measures. Nothing is kept or shared: all of it stays the program's, for as long as the
 * run.
 */
typedef struct gan_metric_probe {
    size_t struct_size;       /**< set by gan_metric_probe_init */
    gan_extractor *extractor; /**< of examples that the generator makes: NULL, to be set */
    const gan_tensor *real;   /**< features of real examples by the same extractor: NULL, to be set */
    gan_metric metric;        /**< one that needs no more than these, or GAN_METRIC_MS_SSIM: Fréchet distance */
    int64_t count;            /**< samples: 2000 */
    uint64_t seed;            /**< of the samples, the same ones each time: 1 */
    const gan_metric_options *options; /**< NULL for the defaults: NULL */
} gan_metric_probe;

/** gan_metric_probe_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_metric_probe_init_sized(gan_metric_probe *probe, size_t struct_size);
/** Fills every field with its default. */
static inline gan_status gan_metric_probe_init(gan_metric_probe *probe)
{
    return gan_metric_probe_init_sized(probe, sizeof *probe);
}

struct gan_progress;

/**
 * A gan_evaluate_callback (gan/run.h) for gan_run_options.evaluate, with a gan_metric_probe as evaluate_context:
 * the metric of samples of the generator, and its bootstrap's error (0 where there is none). A program may call it too,
 * with progress NULL.
 */
GAN_API gan_status gan_metric_probe_run(void *probe, const struct gan_progress *progress, gan_model *generator,
                                        double *value, double *error);

#ifdef __cplusplus
}
#endif
#endif
