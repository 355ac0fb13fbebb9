/*
 * The trainer: a generator and a discriminator trained against each other, step by step (gan_train_step) or as a whole
 * (gan_trainer_run in run.h). What it does is a function of its seed, of the models' first numbers and of the real
 * batches, to the bit, at any number of threads.
 */
#ifndef GAN_TRAINER_H
#define GAN_TRAINER_H

#include "augment.h"
#include "discriminator.h"
#include "generator.h"
#include "loader.h"
#include "loss.h"
#include "optimizer.h"
#include "schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Settings that belong together: those of papers or of their authors' programs, with rates that do not fall (but
 * R3GAN's). What an authors' program has otherwise is said with each.
 */
typedef enum gan_preset {
    /**
     * The article's program: non-saturating loss, Adam(2e-4, 0.5, 0.999) for both, no penalty, no average. It is known
     * to collapse to one kind of image.
     */
    GAN_PRESET_ARTICLE = 0,
    /**
     * The same layers made to train: batch norm in G, leaky ReLU and centred input in D, R1 with weight 0.3,
     * Adam(1e-3, 0, 0.99), and samples from a moving average of G.
     */
    GAN_PRESET_STABLE,
    /**
     * Arjovsky et al. 2017, algorithm 1: Wasserstein, weights clipped to ±0.01, 5 updates of D, RMSProp(5e-5). The
     * authors' program makes 100 updates of D in each of G's first 25 steps and in every 500th.
     */
    GAN_PRESET_WGAN,
    /**
     * Gulrajani et al. 2017, algorithm 1: Wasserstein, gradient penalty 10, 5 updates of D, Adam(1e-4, 0, 0.9). For
     * points in the plane the authors' program has a penalty of 0.1, and beta1 0.5.
     */
    GAN_PRESET_WGAN_GP,
    /** Mao et al. 2017: least squares, Adam(2e-4, 0.5, 0.999); this is their rate for characters, LSUN's is 1e-3. */
    GAN_PRESET_LSGAN,
    /** Jolicoeur-Martineau 2019: relativistic, real and made ones in pairs, Adam(2e-4, 0.5, 0.999). */
    GAN_PRESET_RSGAN,
    /** Radford, Metz and Chintala 2016: non-saturating, Adam(2e-4, 0.5, 0.999); for the recipe of that name. */
    GAN_PRESET_DCGAN,
    /**
     * Miyato et al. 2018, with the hinge loss: 5 updates of D, Adam(2e-4, 0, 0.9); D with spectral norm. In the
     * authors' program the rates fall linearly to 0, and G has batches of 128, D of 64.
     */
    GAN_PRESET_SNGAN,
    /**
     * Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline", NeurIPS 2024, as for CIFAR-10: the
     * relativistic loss with pairs, R1 and R2 at every step, Adam with beta1 0, samples from a moving average of G
     * (here with decay 0.999). By a cosine over 39,062 steps (20 million images in batches of 512: set the courses'
     * steps to what you train for) the rates go from 2e-4 to 5e-5, beta2 from 0.9 to 0.99, both weights from 0.05 to
     * 0.005. The paper also augments CIFAR-10, with a probability that goes from 0 to 0.55 so: set augment for that,
     * and add a course of augment_probability.
     */
    GAN_PRESET_R3GAN,
    /**
     * Zhao, Mathieu and LeCun, "Energy-based generative adversarial network", ICLR 2017: D is an autoencoder, the loss
     * GAN_LOSS_ENERGY_MARGIN with margin 1, Adam(2e-4, 0.5, 0.999): margin and rate are libgan's own.
     */
    GAN_PRESET_EBGAN,
    /**
     * Berthelot, Schumm and Metz, "BEGAN: Boundary equilibrium generative adversarial networks", 2017: D is an
     * autoencoder, the loss GAN_LOSS_BOUNDARY_EQUILIBRIUM with diversity ratio 0.5 and rate 0.001,
     * Adam(1e-4, 0.5, 0.999) with the betas of Lucic et al.'s program (google/compare_gan).
     */
    GAN_PRESET_BEGAN
} gan_preset;

/** Its name in lower case, "wgan-gp"; NULL for a number that is no preset. */
GAN_API const char *gan_preset_name(gan_preset preset);
/** The preset of that name; an error that lists them if there is none. */
GAN_API gan_status gan_preset_from_name(const char *name, gan_preset *preset);

/** The optimizers that stand for NULL in the trainer's options. */
typedef enum gan_optimizer_kind {
    GAN_OPTIMIZER_ADAM = 0, /**< gan_optimizer_adam_with(rate, beta1, beta2, epsilon) */
    GAN_OPTIMIZER_RMSPROP   /**< gan_optimizer_rmsprop(rate, decay beta2, epsilon, momentum beta1) */
} gan_optimizer_kind;

/** Who moves first in a step. */
typedef enum gan_update_order {
    GAN_UPDATE_D_FIRST = 0, /**< D's updates, then G's, which meets the new D */
    GAN_UPDATE_G_FIRST,     /**< G's update, then D's */
    GAN_UPDATE_SIMULTANEOUS /**< both gradients are computed before either moves */
} gan_update_order;

/**
 * Which labels made examples get, where the models take labels. The loader's batches are random, and so are their
 * labels; by default example i of the made batch gets those of example i of the real one, with noise of its own. What
 * compares or mixes the two (relativistic losses, penalties between them) then stays within a class.
 */
typedef enum gan_made_labels {
    GAN_MADE_LABELS_REAL = 0, /**< the real batch's, in its order */
    GAN_MADE_LABELS_SHUFFLED, /**< the real batch's, in another order at each update, decided by the seed */
    GAN_MADE_LABELS_UNIFORM   /**< each label drawn from its classes at each update: for data whose classes are rare */
} gan_made_labels;

/** The most numbers that can have courses of their own at once: every gan_setting. */
#define GAN_MAX_COURSES 26

/**
 * Fill it with gan_trainer_options_init, then change what you like; every field is then taken literally. After
 * each field its value in the presets ARTICLE and STABLE, in brackets where these differ.
 */
typedef struct gan_trainer_options {
    size_t struct_size; /**< set by gan_trainer_options_init */
    gan_preset preset;  /**< set by gan_trainer_options_init; it tells which options were changed since */

    gan_loss loss; /**< GAN_LOSS_NON_SATURATING */
    /** The two losses of GAN_LOSS_CUSTOM, and what they are called with: NULL */
    gan_loss_function *discriminator_loss, *generator_loss;
    void *loss_context;
    /**
     * In D's loss real examples count as 1 − label_smoothing, 0 ≤ label_smoothing < 1 (one-sided: Salimans et al.,
     * "Improved techniques for training GANs", NIPS 2016, section 3.4); for losses with labels: non-saturating,
     * minimax, least squares. 0
     */
    float label_smoothing;
    /** With this probability, 0 ≤ p < 1, an example's label is exchanged, real for made; for the same losses. 0 */
    float label_flip;

    /*
     * What D's loss gets beside: any number of penalties together, each with a weight ≥ 0, 0 for none. ∇D is the
     * gradient of an example's logit to the example, ‖∇D‖ = √(Σ(∇D)² + 1e-12) over its numbers, and E the mean over the
     * batch. x are real examples, x̃ made ones, x̂ = u·x + (1 − u)·x̃ with u ~ U[0, 1) for each example.
     */
    float r1_weight; /**< γ/2·E‖∇D(x)‖² (gan_penalty_r1; Mescheder et al. 2018, eq. 9): [0, 0.3] */
    float r2_weight; /**< γ/2·E‖∇D(x̃)‖² (same paper, eq. 10): 0 */
    /** λ·E(‖∇D(x̂)‖ − t)², t = penalty_target (Gulrajani et al., "Improved training of WGANs", NIPS 2017, eq. 3): 0 */
    float gradient_penalty_weight;
    /** λ·E max(0, ‖∇D(x̂)‖ − t)² (Petzka et al., "On the regularization of Wasserstein GANs", ICLR 2018, eq. 8): 0 */
    float one_sided_penalty_weight;
    /**
     * λ·E(‖∇D(x + δ)‖ − t)², δ ~ N(0, (c·s)²) for each number, c = dragan_deviation, s the standard deviation of all
     * numbers of the real batch (Kodali et al., "On convergence and stability of GANs", 2017, algorithm 1; the scale s
     * is that of the authors' program, which draws δ from a uniform distribution): 0
     */
    float dragan_weight;
    /** λ·E‖∇D(x̂)‖² (Thanh-Tung et al., "Improving generalization and stability of GANs", ICLR 2019, section 5): 0 */
    float zero_centered_weight;
    /** λ·max ‖∇D(x̂)‖², the greatest of the batch (Zhou et al., "Lipschitz GANs", ICML 2019, section 4): 0 */
    float maximum_penalty_weight;
    /** k·E‖∇D(x̂)‖^p, p = divergence_power (Wu et al., "Wasserstein divergence for GANs", ECCV 2018, eq. 8): 0 */
    float wasserstein_divergence_weight;
    /**
     * γ·½(‖∂L_D/∂D‖² + ‖∂L_G/∂G‖²), the gradients of both losses (without penalties) to all parameters of their own
     * networks, in D's loss and in G's (consensus optimization: Mescheder et al., "The numerics of GANs", NIPS 2017,
     * section 4). Both losses and their gradients are then part of each half of the step: 0
     */
    float consensus_weight;
    float penalty_target;   /**< t, ≥ 0: 1 */
    float dragan_deviation; /**< c, > 0: 0.5 */
    float divergence_power; /**< p, > 0: 6 */
    bool mixed_penalty;     /**< allow a penalty though D mixes examples (batch norm): false */
    /** After each of its updates D's parameters are held within ±weight_clip (Arjovsky et al. 2017); 0 for no bound: 0
     */
    float weight_clip;

    /**
     * Given away to gan_trainer_new, also when it fails; NULL (the preset's): one of the kind `optimizer` with the
     * rate, betas and epsilon of the fields below. Each serves one model: the same one for both is refused, and is
     * then given away once.
     */
    gan_optimizer *generator_optimizer, *discriminator_optimizer;
    gan_optimizer_kind optimizer;             /**< what stands for NULL: GAN_OPTIMIZER_ADAM */
    float generator_rate, discriminator_rate; /**< of what stands for NULL [2e-4, 1e-3] */
    float beta1, beta2, epsilon;              /**< of the same: [0.5, 0], [0.999, 0.99], 1e-8 */
    /**
     * A factor on both optimizers' rates, from 1 at step 0 to `schedule_end` at step `schedule_steps`: CONSTANT, LINEAR
     * or COSINE. GAN_SCHEDULE_CONSTANT
     */
    gan_schedule schedule;
    int64_t schedule_steps;  /**< where it ends, ≥ 1 (unused when constant): 0 */
    float schedule_end;      /**< the factor that it ends with and stays at, 0 … 1: 0 */
    gan_update_order update; /**< GAN_UPDATE_D_FIRST */
    int discriminator_steps; /**< D's updates in a step, ≥ 1; must be 1 if simultaneous: 1 */
    int generator_steps;     /**< G's updates in a step, ≥ 1; must be 1 if simultaneous: 1 */
    /**
     * After each of G's updates average ← d·average + (1 − d)·G, running statistics too; 0 ≤ d < 1, 0 for no average.
     * [0, 0.995]
     */
    float average_decay;
    int64_t average_start; /**< until G has made so many updates the average is G itself: 0 */
    bool average_warm_up;  /**< d is at most (1 + n)/(10 + n) at the n-th update after the start: true */
    /**
     * The range of the real batches. They are mapped from it to the range that the generator states (gan_model_range);
     * nothing is mapped if it states none. low < high: 0, 1. A data set that states its own range comes before these
     * (gan_trainer_set_dataset). Where the generator states a range, the first batch must not lie further outside of
     * this one than half its width: such numbers could never be made.
     */
    float data_low, data_high;
    uint64_t seed; /**< decides the noise, and the first numbers of models that have none: 0 */

    gan_made_labels made_labels; /**< of conditional models: GAN_MADE_LABELS_REAL */
    /*
     * For a discriminator that ends in gan_layer_auxiliary_head: what gan_loss_auxiliary counts in the losses, ≥ 0. In
     * D's: real·E over real examples + made·E over made ones; in G's: generator·E over made ones (Odena et al. 2017,
     * section 4, where all are 1).
     */
    float auxiliary_real_weight;      /**< 1 */
    float auxiliary_made_weight;      /**< 1 */
    float auxiliary_generator_weight; /**< 1 */

    /**
     * Numbers that change with the steps, each by a course of its own: the first course_count, 0 … GAN_MAX_COURSES, of
     * different settings. Before each step the course's value takes the place of the option, or of the optimizer's own
     * rate or betas; `schedule` still multiplies the rates. So that no setting is lost unseen, an option that has a
     * course is as the preset has it, or as the course begins. [none]
     */
    gan_course courses[GAN_MAX_COURSES];
    int course_count;
    /**
     * Every update's batch of N is computed in so many parts of N/micro_batches examples, one after another in the
     * memory of one, and the update follows the mean of their gradients: the whole batch's gradient, exactly, where
     * examples do not meet. What compares or joins examples sees one part at a time: batch norm, whose running
     * statistics move with each part, minibatch layers, relativistic average losses, and of the regularisers consensus,
     * feature matching, LeCam, the maximum penalty and DRAGAN's deviation. ≥ 1, a divisor of N: 1
     */
    int micro_batches;
    float clip_value; /**< each number of a network's gradient is held within ±clip_value before an update; 0: not: 0 */
    /** A gradient longer than this, over all parameters of its network, is made as short; after clip_value; 0: not: 0
     */
    float clip_norm;

    /*
     * More that D's or G's loss gets beside, each with a weight ≥ 0, 0 for none. Weights, not biases, are parameters of
     * two axes and more; under weight norm a weight is what its two parameters make.
     */
    /** λ·E(D(x) − D(T(x)))² in D's, T being `consistency_augment` (Zhang et al., "Consistency regularization for
     * generative adversarial networks", ICLR 2020, eq. 4): 0 */
    float consistency_weight;
    /** λ·E(D(x̃) − D(T(x̃)))² in D's; with the one before it is balanced (bCR: Zhao et al., "Improved consistency
     * regularization for GANs", AAAI 2021, section 2.1): 0 */
    float consistency_made_weight;
    unsigned consistency_augment; /**< gan_augmentation joined by |: GAN_AUGMENT_TRANSLATION */
    /** λ·E(D(G(z)) − D(G(z + δ)))² in D's, δ ~ N(0, latent_deviation²) (zCR: same paper, section 2.2): 0 */
    float latent_consistency_weight;
    /** −λ·E(G(z) − G(z + δ))², the mean over all numbers, in G's (same section): 0 */
    float latent_diversity_weight;
    float latent_deviation; /**< > 0: 0.03 */
    /**
     * λ·(E(D(x) − a)² + E(D(x̃) − b)²) in D's, b the moving average of E D(x), a that of E D(x̃), this update's included
     * (Tseng et al., "Regularizing generative adversarial networks under limited data", CVPR 2021, eq. 8; averages of
     * decay lecam_decay, corrected for their beginning at 0). The authors' program squares only what is above 0,
     * max(0, D(x) − a)² and max(0, b − D(x̃))²: 0
     */
    float lecam_weight;
    float lecam_decay; /**< 0 ≤ d < 1: 0.99 */
    /** λ·‖E f(x) − E f(x̃)‖² in G's, f what D's layer feature_layer gives (Salimans et al. 2016, section 3.1, there in
     * place of G's loss): 0 */
    float feature_matching_weight;
    /** λ·‖WWᵀ‖² without the diagonal, the sum over D's weights W, rows along their first axis (Brock et al., "Large
     * scale GAN training for high fidelity natural image synthesis", ICLR 2019, eq. 3): 0 */
    float discriminator_orthogonal_weight;
    float generator_orthogonal_weight; /**< the same of G, in G's: 0 */
    float discriminator_weight_decay; /**< λ/2·‖W‖², the sum over D's weights, in D's; AdamW decays otherwise: 0 */
    float generator_weight_decay;     /**< the same of G, in G's: 0 */

    /*
     * What is done to all that D sees, real and made alike, drawn anew each time, in both halves. Penalties go through
     * it: ∇D is the gradient to what it was before.
     */
    /** The deviation of normal noise on every number of D's input, in G's range (Sønderby et al., "Amortised MAP
     * inference for image super-resolution", ICLR 2017, section 2.4): 0 */
    float instance_noise;
    unsigned augment;          /**< gan_augmentation joined by |, for images: 0 */
    float augment_probability; /**< of each change, 0 … 1; with augment_adaptive leave it at 1: 1 */
    /**
     * ADA's controller (Karras et al., "Training generative adversarial networks with limited data", NeurIPS 2020,
     * section 3.1, as in the authors' code, but held at 1): after every 4 updates of D the probability moves by
     * 4·N/augment_examples, up if the mean of E[sign D(x)] over them is above augment_target, down if below, within
     * 0 … 1. For losses whose D is above 0 on what it takes for real: non-saturating, minimax, hinge, f-divergences but
     * KL, and custom ones. false
     */
    bool augment_adaptive;
    float augment_begin;      /**< the probability that augment_adaptive begins with, 0 … 1; else 0: 0 */
    float augment_target;     /**< −1 … 1: 0.6 */
    int64_t augment_examples; /**< in which the probability can go from 0 to 1, ≥ 1: 500,000 */
    /** Where features are matched: the name or place of one of D's layers, as for gan_model_feature. "": the last but
     * one, refused where D has only one layer or is an autoencoder: "" */
    char feature_layer[72];
    /**
     * k ≥ 1: penalties on each example's gradient (R1 to the Wasserstein divergence, but not consensus) are only in
     * every k-th of D's updates, with k times their weight, so that over k updates they weigh the same (lazy
     * regularisation: Karras et al., "Analyzing and improving the image quality of StyleGAN", CVPR 2020, appendix B;
     * there in updates of their own). Reports name them where they are. 1: in all: 1
     */
    int lazy_interval;
    float margin;           /**< m of GAN_LOSS_ENERGY_MARGIN, > 0, in D's errors: 1 */
    float diversity_ratio;  /**< γ of GAN_LOSS_BOUNDARY_EQUILIBRIUM, 0 … 1: 0.5 */
    float equilibrium_rate; /**< λ of the same, ≥ 0: 0.001 */
    /**
     * Where D takes m examples together: G makes the batch's N/m first ones of all packs by themselves, then the
     * second ones, and so on, so that its batch norm sees N/m examples at a time, as in PacGAN's program. Without batch
     * norm it changes nothing. false
     */
    bool pack_slots_apart;
} gan_trainer_options;

/** gan_trainer_options_init for callers that know the struct's size by other means than the header (bindings). */
GAN_API gan_status gan_trainer_options_init_sized(gan_trainer_options *options, size_t struct_size, gan_preset preset);
/** Fills every field with the preset's value. */
static inline gan_status gan_trainer_options_init(gan_trainer_options *options, gan_preset preset)
{
    return gan_trainer_options_init_sized(options, sizeof *options, preset);
}

/**
 * Sets what a preset says of the generator, in options that gan_generator_options_init has filled. MLP and POOLED: for
 * ARTICLE the recipe's own defaults; for all others batch norm in the hidden layers. Other recipes stay as they are.
 */
GAN_API gan_status gan_generator_options_preset(gan_generator_options *options, gan_preset preset);
/**
 * The same for the discriminator. MLP and POOLED: for ARTICLE the defaults; for all others leaky ReLU of slope 0.2 and
 * the input centred; input_low and input_high stay as they are. Other recipes: no batch norm where the preset has a
 * penalty on each example's gradient (STABLE, WGAN_GP, R3GAN). SNGAN: no batch norm, and spectral norm, in all
 * recipes but R3GAN, some of whose weights begin as zeros.
 * EBGAN and BEGAN: an autoencoder with a code of 64 numbers, of squared errors and of absolute ones, BEGAN's without
 * normalisation, in all recipes.
 */
GAN_API gan_status gan_discriminator_options_preset(gan_discriminator_options *options, gan_preset preset);

/** Opaque, reference-counted; one thread at a time. It and its models are used by no one else while it works. */
typedef struct gan_trainer gan_trainer;

/**
 * A trainer of both models, which it shares. D takes what G makes, or m examples of it together as channels of one (the
 * first axis m times as long: PacGAN, Lin et al., NeurIPS 2018; then batches are multiples of m, and neighbours are
 * packed; not with labels), and gives one logit an example (and class logits, if
 * it ends in an auxiliary head). Models with labels have the same ones, so far as classes are counted. Models without
 * numbers are initialised from the trainer's seed. NULL options are GAN_PRESET_STABLE's. NULL for models that do not
 * fit together, an option that cannot be meant (the message names the field, its value and what is allowed), or a
 * penalty on each example's gradient with a D that mixes examples.
 */
GAN_API gan_trainer *gan_trainer_new(gan_model *generator, gan_model *discriminator,
                                     const gan_trainer_options *options);
GAN_API gan_trainer *gan_trainer_ref(gan_trainer *trainer);
GAN_API void gan_trainer_unref(gan_trainer *trainer);

/**
 * What a step did. Begin with `gan_step_report report = GAN_STEP_REPORT_INIT;` and use it for every step. Logits and
 * figures are those before the update that they are of (the last one, if a step has several), over one batch.
 */
typedef struct gan_step_report {
    size_t struct_size;
    uint64_t step;         /**< the number of steps made, this one included */
    float d_loss;          /**< D's loss, without penalties and without an auxiliary classifier's loss */
    float g_loss;          /**< G's loss, likewise */
    float r1_penalty;      /**< γ/2·E‖∇D(x)‖², a part of d_penalty; 0 without it */
    float d_real;          /**< mean of D(x), the probability that D gives to real examples being real */
    float d_made;          /**< mean of D(G(z)), the probability that D gives to made ones */
    float d_real_logit;    /**< mean logit of real examples */
    float d_made_logit;    /**< mean logit of made ones */
    float d_gradient_norm; /**< L2 norm of the gradient of D's loss with its penalty, over all parameters of D */
    float g_gradient_norm; /**< L2 norm of the gradient of G's loss over all parameters of G */
    float rate_factor;     /**< the schedule's factor in this step */
    bool d_committed;      /**< D was updated (all its updates of the step) */
    bool g_committed;      /**< G was updated (all its updates of the step) */
    double seconds;        /**< what the step took */
    float d_penalty;       /**< all penalties together, with their weights: what is added to d_loss */
    float g_penalty;       /**< the same for g_loss; with latent diversity it may be below 0 */
    float d_class_real;    /**< an auxiliary classifier's loss (gan_loss_auxiliary) on real examples, without weight */
    float d_class_made;    /**< on made ones, in D's half */
    float g_class;         /**< on made ones, in G's half. All 0 without such a classifier */
    double data_seconds;   /**< of `seconds`: what gan_trainer_run waited for the loader (gan_loader_waited); else 0 */
    float d_rate; /**< the rate of D's optimizer in this step, the schedule's factor and those of remedies included */
    float g_rate; /**< the same of G's */
    float d_real_sign;         /**< E[sign D(x)], where augmentation adapts itself; else 0 */
    float augment_probability; /**< in this step; 0 without augmentation */
    float balance;             /**< with GAN_LOSS_BOUNDARY_EQUILIBRIUM k in this step; else 0 */
    /** Of the same: E[−r] + |γ·E[−r] − E[−f]|, D's error on real examples and how far G is from its share of it: the
     * paper's measure of convergence (section 3.4.1); else 0 */
    float convergence;
} gan_step_report;

#define GAN_STEP_REPORT_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(gan_step_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0  \
    }

/**
 * One step: `discriminator_steps` updates of D on `real` and `generator_steps` of G, in the order of the options, noise
 * drawn afresh for each. real: float32 [N, one example], in the data's range; any N, but another one than before plans
 * anew (the latest four are kept). labels: for models with labels a row for each example (gan/labels.h): int32 [N],
 * int32 [N, L] or float32 [N, K]; else NULL. report may be NULL. After the first step of an N nothing is allocated.
 *
 * GAN_ERROR_NOT_FINITE: a loss or a gradient was NaN or infinite. The message names the network, the step, and the
 * first var that was so. Nothing of that half was committed; what was committed before in the step (D's update, if G's
 * half failed) stands, and the report says so. The step does not count then: calling again repeats it with the same
 * noise.
 */
GAN_API gan_status gan_train_step(gan_trainer *trainer, const gan_tensor *real, const gan_tensor *labels,
                                  gan_step_report *report);

/**
 * Takes from a data set what training and sampling must know of it: its range, if it states one, in the options' place;
 * if it was standardised by column, means and deviations, which samples of the generator then undo
 * (gan_model_set_standard); its name (gan_model_data_name); and the names of its classes, which the models then carry
 * (gan_model_labels). gan_trainer_run does this. An error if the shapes differ, if models have labels that the data do
 * not have, or if the data are standardised but the generator has a range: give it a linear output.
 */
GAN_API gan_status gan_trainer_set_dataset(gan_trainer *trainer, const gan_dataset *dataset);

/** The number of steps made. */
GAN_API uint64_t gan_trainer_steps(const gan_trainer *trainer);
/** The models and the optimizers: they belong to the trainer (take a reference to keep one). */
GAN_API gan_model *gan_trainer_generator(const gan_trainer *trainer);
GAN_API gan_model *gan_trainer_discriminator(const gan_trainer *trainer);
GAN_API gan_optimizer *gan_trainer_generator_optimizer(const gan_trainer *trainer);
GAN_API gan_optimizer *gan_trainer_discriminator_optimizer(const gan_trainer *trainer);
/**
 * G with averaged weights, a model of its own that goes on changing as training does; G itself if the options ask for
 * no average. It belongs to the trainer: take a reference to keep it, or gan_model_copy to keep it as it is now.
 */
GAN_API gan_model *gan_trainer_averaged_generator(const gan_trainer *trainer);
/** Changes γ from the next step on; from or to 0 plans anew. An error if r1_weight has a course. */
GAN_API gan_status gan_trainer_set_r1_weight(gan_trainer *trainer, float weight);
/**
 * Plans the steps of batches of `batch` examples, as the first such step would, and makes none: for what the next two
 * functions then say, and so that the first step takes no longer than others. Where a data set will be trained on,
 * after gan_trainer_set_dataset: another range plans anew. GAN_ERROR_OUT_OF_MEMORY if there is not enough for it.
 */
GAN_API gan_status gan_trainer_plan(gan_trainer *trainer, int64_t batch);
/**
 * Bytes that the plans of the latest batch size need for gradients and losses, and for intermediates, whose room both
 * halves of a step share; 0 before gan_trainer_plan or the first step. They are allocated when they are planned, and
 * steps keep to them.
 */
GAN_API size_t gan_trainer_memory(const gan_trainer *trainer);
/**
 * Bytes of what training keeps from step to step, whatever the batch: parameters and running statistics of both models
 * and of the averaged generator, and the optimizers' numbers.
 */
GAN_API size_t gan_trainer_state_memory(const gan_trainer *trainer);
/**
 * Floating-point operations of a step in matrix products, at the latest batch size; 0 before gan_trainer_plan or the
 * first step.
 */
GAN_API double gan_trainer_flops(const gan_trainer *trainer);

/* ---- checkpoints ---- */

/**
 * Writes everything that the training is to one file: both models, the averaged generator, the optimizers' numbers and
 * counters, running statistics, steps, options, and, with a loader (may be NULL), its position. A safetensors file with
 * a checksum; whole or not at all: to a temporary name beside `path`, flushed, then renamed.
 */
GAN_API gan_status gan_trainer_save(gan_trainer *trainer, const gan_loader *loader, const char *path);
/**
 * Goes on from such a file: what the trainer does from now on is what the saved one would have done, to the bit (at any
 * number of threads; on another instruction set, or with another libgan, a warning goes to the log). The trainer, and
 * the loader (may be NULL) if one was saved, must have been made as those were: the same models' layers, options, data.
 *
 * GAN_ERROR_INVALID_ARGUMENT names the settings that differ. GAN_ERROR_FORMAT: the file is damaged. Nothing has changed
 * then. GAN_ERROR_UNSUPPORTED where libgan was built without jansson.
 */
GAN_API gan_status gan_trainer_load(gan_trainer *trainer, gan_loader *loader, const char *path);

#ifdef __cplusplus
}
#endif
#endif
