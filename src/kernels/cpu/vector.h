/* The few vector operations that the product kernels need, for each instruction set. */
#ifndef GAN_SRC_KERNELS_CPU_VECTOR_H
#define GAN_SRC_KERNELS_CPU_VECTOR_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
enum { VECTOR = 16, TILE_ROWS = 14 };
typedef __m512 vector;
#define V_LOAD(p)      _mm512_loadu_ps(p)
#define V_STORE(p, v)  _mm512_storeu_ps(p, v)
#define V_STREAM(p, v) _mm512_stream_ps(p, v)
#define V_SAME(x)      _mm512_set1_ps(x)
#define V_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define V_ZERO         _mm512_setzero_ps()
static inline vector vector_load_some(const float *p, int64_t count)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
}
static inline void vector_store_some(float *p, vector v, int64_t count)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), v);
}
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { VECTOR = 8, TILE_ROWS = 6 };
typedef __m256 vector;
#define V_LOAD(p)      _mm256_loadu_ps(p)
#define V_STORE(p, v)  _mm256_storeu_ps(p, v)
#define V_STREAM(p, v) _mm256_stream_ps(p, v)
#define V_SAME(x)      _mm256_set1_ps(x)
#define V_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define V_ZERO         _mm256_setzero_ps()
static inline __m256i vector_mask(int64_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vector vector_load_some(const float *p, int64_t count)
{
    return _mm256_maskload_ps(p, vector_mask(count));
}
static inline void vector_store_some(float *p, vector v, int64_t count)
{
    _mm256_maskstore_ps(p, vector_mask(count), v);
}
#elif defined(__aarch64__)
#include <arm_neon.h>
enum { VECTOR = 4, TILE_ROWS = 10 };
typedef float32x4_t vector;
#define V_LOAD(p)      vld1q_f32(p)
#define V_STORE(p, v)  vst1q_f32(p, v)
#define V_SAME(x)      vdupq_n_f32(x)
#define V_FMA(a, b, c) vfmaq_f32(c, a, b)
#define V_ZERO         vdupq_n_f32(0)
#else
/* Portable: the compiler's own vectors, and a multiplication and an addition apart. */
enum { VECTOR = 4, TILE_ROWS = 6 };
typedef float vector __attribute__((vector_size(16)));
static inline vector vector_load(const float *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}
#define V_LOAD(p)      vector_load(p)
#define V_STORE(p, v)  memcpy(p, &(v), sizeof(vector))
#define V_SAME(x)      ((vector){x, x, x, x})
#define V_FMA(a, b, c) ((a) * (b) + (c))
#define V_ZERO         ((vector){0, 0, 0, 0})
#endif

#if !defined(__AVX512F__) && !(defined(__AVX2__) && defined(__FMA__))
static inline vector vector_load_some(const float *p, int64_t count)
{
    float all[VECTOR] = {0};
    memcpy(all, p, (size_t)count * sizeof *p);
    return V_LOAD(all);
}
static inline void vector_store_some(float *p, vector v, int64_t count)
{
    float all[VECTOR];
    V_STORE(all, v);
    memcpy(p, all, (size_t)count * sizeof *p);
}
#endif

/*
 * Stores past the caches, at a vector's alignment; V_STREAMED orders such stores before all that follows. Where there
 * is no such store, a usual one.
 */
#if defined(V_STREAM)
#define V_STREAMED() _mm_sfence()
#else
#define V_STREAM(p, v) V_STORE(p, v)
#define V_STREAMED()   ((void)0)
#endif

/* The first `count` numbers, 0 to VECTOR of them; what lies behind is neither read nor written. Loaded, it is 0. */
#define V_LOAD_SOME(p, count)     vector_load_some(p, count)
#define V_STORE_SOME(p, v, count) vector_store_some(p, v, count)

enum { TILE_COLUMNS = 2 * VECTOR };

#endif
