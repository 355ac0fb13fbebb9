/*
 * Status codes, error messages, memory, logging, threads: what every other header of libgan builds on.
 */
#ifndef GAN_BASE_H
#define GAN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GAN_VERSION_MAJOR 0
#define GAN_VERSION_MINOR 1
#define GAN_VERSION_PATCH 0

#if defined(_WIN32)
#define GAN_API
#else
#define GAN_API __attribute__((visibility("default")))
#endif

#if defined(__GNUC__)
#define GAN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define GAN_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** What a function that can fail returns. Constructors return NULL instead; gan_error_status() then tells which. */
typedef enum gan_status {
    GAN_OK = 0,
    GAN_ERROR_INVALID_ARGUMENT, /**< an argument, a shape or an option that cannot be meant */
    GAN_ERROR_OUT_OF_MEMORY,    /**< the allocator answered NULL */
    GAN_ERROR_IO,               /**< a file could not be opened, read, written or renamed */
    GAN_ERROR_FORMAT,           /**< a file's content is damaged, or not of the format asked for */
    GAN_ERROR_NOT_FINITE,       /**< NaN or infinity in a loss or a gradient; nothing was committed */
    GAN_ERROR_UNSUPPORTED,      /**< libgan was built without it, or it is not possible here */
    GAN_ERROR_SYSTEM            /**< the operating system refused something else (a thread, say) */
} gan_status;

/** The version of the library in use, "MAJOR.MINOR.PATCH" (the header's is GAN_VERSION_MAJOR and so on). */
GAN_API const char *gan_version(void);

/** A status's name in words, e.g. "invalid argument". Never NULL. */
GAN_API const char *gan_status_name(gan_status status);

/**
 * The text of this thread's latest failure: which argument, what it got, what it wanted, what to do. "" when nothing
 * has failed yet. Where an argument is NULL, or a shape has no axes, it goes on with "; before it: " and this thread's
 * failure before, which most often is why. It belongs to the library and holds until the thread's next failure; at most
 * 1023 bytes of UTF-8, without control characters ('?' stands for what was neither).
 */
GAN_API const char *gan_error_message(void);

/**
 * The status of this thread's latest failure; GAN_OK when nothing has failed yet. An argument that is NULL is
 * GAN_ERROR_OUT_OF_MEMORY where the failure before was that memory is short.
 */
GAN_API gan_status gan_error_status(void);

/** Frees a text that the library returned as new. NULL is fine. */
GAN_API void gan_text_free(char *text);

/**
 * The functions that replace malloc and free. `allocate` returns memory aligned to `alignment` (a power of two), or
 * NULL; `release` gets the size that was asked for. Both may be called from several threads at once.
 */
typedef struct gan_allocator {
    void *(*allocate)(void *context, size_t size, size_t alignment);
    void (*release)(void *context, void *memory, size_t size);
    void *context;
} gan_allocator;

/**
 * Replaces the allocator, or with NULL restores the built-in one (aligned_alloc and free). To be called before anything
 * else: memory is released by the allocator that is set at that time. One without both functions is refused: the
 * present one stays, and gan_error_message() says so.
 */
GAN_API void gan_set_allocator(const gan_allocator *allocator);

typedef enum gan_log_level { GAN_LOG_DEBUG = 0, GAN_LOG_INFO, GAN_LOG_WARNING } gan_log_level;

/** Receives one message, without a newline at its end. It may be called from any thread. */
typedef void gan_log_function(void *context, gan_log_level level, const char *message);

/**
 * Sets who receives messages of `least` and above; NULL (the default) for nobody. The library itself prints nothing. A
 * message is cut to 1023 bytes of UTF-8, without control characters. When it returns, another thread may still be
 * inside the function that was set before: what that one works on must outlive the threads that use the library.
 */
GAN_API void gan_set_log(gan_log_function *function, void *context, gan_log_level least);

/**
 * Sets how many threads, the caller's included, work on one call. 0 restores the default: the lesser of the process's
 * affinity mask and its cgroup's quota of processors. Results do not depend on it, to the bit. Not to be called while
 * another thread is inside the library. The library's own threads have the stacks that they need; a thread of yours
 * that calls it wants 512 KiB (the usual ones have 8 MiB, musl's 128 KiB). GAN_ERROR_INVALID_ARGUMENT below 0
 * and above 256.
 */
GAN_API gan_status gan_set_threads(int threads);

/** How many threads, the caller's included, work on one call. */
GAN_API int gan_threads(void);

/**
 * Pins the library's worker threads to processors of their own, one each (off by default: a library cannot know that it
 * is alone on the machine). The calling thread is pinned too; with false it gets back the processors that it had
 * before. Returns GAN_ERROR_UNSUPPORTED where the system cannot.
 */
GAN_API gan_status gan_pin_threads(bool pin);

/**
 * The instruction set in use: "baseline", "avx2", "avx512" or "neon". The environment's GAN_CPU, read once, forces a
 * lower one than the processor's own; a name that this processor does not have is ignored, with a warning to the log.
 */
GAN_API const char *gan_cpu_level(void);

#ifdef __cplusplus
}
#endif
#endif
