/*
 * Initialisers: how a parameter gets its first numbers. Small values, not handles: nothing to free.
 */
#ifndef GAN_INITIALIZER_H
#define GAN_INITIALIZER_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The families of initialisers. Zero numbers (a zeroed struct) are the constant 0. */
typedef enum gan_initializer_kind {
    GAN_INITIALIZER_CONSTANT = 0,   /**< a everywhere */
    GAN_INITIALIZER_UNIFORM,        /**< U[a, b) */
    GAN_INITIALIZER_NORMAL,         /**< N(a, b²) */
    GAN_INITIALIZER_GLOROT_UNIFORM, /**< see gan_initializer_glorot_uniform */
    GAN_INITIALIZER_GLOROT_NORMAL,  /**< see gan_initializer_glorot_normal */
    GAN_INITIALIZER_HE_UNIFORM,     /**< a is the slope; see gan_initializer_he_uniform */
    GAN_INITIALIZER_HE_NORMAL       /**< a is the slope; see gan_initializer_he_normal */
} gan_initializer_kind;

/**
 * An initialiser, made by the functions below and passed by value. fan_in is the number of inputs that one output of a
 * layer sums up (for a dense layer its inputs), fan_out the number of outputs that one input reaches. The layer that
 * takes it checks it.
 */
typedef struct gan_initializer {
    gan_initializer_kind kind;
    float a, b;
} gan_initializer;

/** U[−l, l), l = √(6/(fan_in + fan_out)) (Glorot and Bengio, "Understanding the difficulty of training deep feedforward
 * neural networks", AISTATS 2010, eq. 16). Keras's default, and this library's. */
GAN_API gan_initializer gan_initializer_glorot_uniform(void);
/** N(0, 2/(fan_in + fan_out)) (ibid., eq. 12). */
GAN_API gan_initializer gan_initializer_glorot_normal(void);
/** U[−l, l), l = √(6/((1 + slope²)·fan_in)): for layers that a ReLU (slope 0) or leaky ReLU follows (He, Zhang, Ren,
 * Sun, "Delving deep into rectifiers", ICCV 2015, eq. 15). slope √5 gives PyTorch's default, U[−1/√fan_in, 1/√fan_in).
 */
GAN_API gan_initializer gan_initializer_he_uniform(float slope);
/** N(0, 2/((1 + slope²)·fan_in)) (ibid.). */
GAN_API gan_initializer gan_initializer_he_normal(float slope);
/** N(mean, deviation²); deviation ≥ 0. DCGAN's is (0, 0.02). */
GAN_API gan_initializer gan_initializer_normal(float mean, float deviation);
/** U[low, high); low ≤ high. */
GAN_API gan_initializer gan_initializer_uniform(float low, float high);
/** The same number everywhere. */
GAN_API gan_initializer gan_initializer_constant(float value);
/** What `initializer` gives, times `factor` ≥ 0: a gain, where a network's depth or activation wants one. */
GAN_API gan_initializer gan_initializer_scaled(gan_initializer initializer, float factor);

#ifdef __cplusplus
}
#endif
#endif
