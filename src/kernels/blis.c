/* The products of the CPU backend, by BLIS (Van Zee and van de Geijn, TOMS 2015). */
#include "products.h"

/* BLIS's own header does not meet our warning level. */
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#if __has_include(<blis/blis.h>)
#include <blis/blis.h>
#else
#include <blis.h> /* where Debian puts it */
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <assert.h>

/*
 * libgan's pool does the threading. The setting belongs to the process in BLIS 0.9 and to the thread from 1.0 on, so
 * each thread makes it once.
 */
static void use_one_thread(void)
{
    static _Thread_local _Bool done;
    if (!done)
        bli_thread_set_num_threads(1);
    done = 1;
}

void gan_blis_product(int64_t m, int64_t n, int64_t k, const float *a, int64_t a_row, int64_t a_column, const float *b,
                      int64_t b_row, int64_t b_column, float *c, int64_t c_row, bool add)
{
    assert(m > 0 && n > 0 && k > 0);
    use_one_thread();
    float one = 1.0f, beta = add ? 1.0f : 0.0f;
    /* BLIS takes its inputs without const. */
    bli_sgemm(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, m, n, k, &one, (float *)(uintptr_t)a, a_row, a_column,
              (float *)(uintptr_t)b, b_row, b_column, &beta, c, c_row, 1);
}
