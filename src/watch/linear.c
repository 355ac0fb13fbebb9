#include "watch/linear.h"

#include "base/threads.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- products ---- */

enum { PRODUCT_ROWS = 8, SUMMANDS = 4 };

struct product {
    const double *a, *b;
    int64_t k, n, m;
    bool upper;
    double *c;
};

/* to[first …] += factors[0]·rows[0][first …] + …: four rows of b in one pass over a row of c. */
static void add_rows(double *to, const double *const *rows, const double *factors, int64_t first, int64_t m)
{
    const double *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    double f0 = factors[0], f1 = factors[1], f2 = factors[2], f3 = factors[3];
    for (int64_t j = first; j < m; j++)
        to[j] += (f0 * r0[j] + f1 * r1[j]) + (f2 * r2[j] + f3 * r3[j]);
}

static void product_rows(void *context, int64_t part)
{
    const struct product *p = context;
    int64_t first = part * PRODUCT_ROWS, end = least(first + PRODUCT_ROWS, p->n);
    for (int64_t k = 0; k < p->k; k += SUMMANDS) {
        int64_t count = least(SUMMANDS, p->k - k);
        const double *rows[SUMMANDS];
        for (int64_t s = 0; s < SUMMANDS; s++) /* beyond the last the factor is 0 */
            rows[s] = p->b + (k + (s < count ? s : 0)) * p->m;
        for (int64_t i = first; i < end; i++) {
            double factors[SUMMANDS] = {0};
            for (int64_t s = 0; s < count; s++)
                factors[s] = p->a[(k + s) * p->n + i];
            add_rows(p->c + i * p->m, rows, factors, p->upper ? i : 0, p->m);
        }
    }
}

void gan_linear_product(const double *a, const double *b, int64_t k, int64_t n, int64_t m, bool upper, double *c)
{
    struct product product = {a, b, k, n, m, upper, c};
    gan_parallel((n + PRODUCT_ROWS - 1) / PRODUCT_ROWS, product_rows, &product);
}

void gan_linear_mirror(double *a, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i];
}

/* ---- Cholesky's factor ---- */

enum { CHUNK = 256 };

struct factor {
    const double *a;
    double *r, *diagonal;
    int64_t n, row, pivot;
    double root;
};

/* A chunk of the next row of r, and what it leaves of the diagonal. */
static void factor_chunk(void *context, int64_t part)
{
    const struct factor *f = context;
    int64_t first = part * CHUNK, end = least(first + CHUNK, f->n);
    double *row = f->r + f->row * f->n;
    memcpy(row + first, f->a + f->pivot * f->n + first, (size_t)(end - first) * sizeof *row);
    for (int64_t k = 0; k < f->row; k++) {
        const double *above = f->r + k * f->n;
        double factor = above[f->pivot];
        for (int64_t j = first; j < end; j++)
            row[j] -= factor * above[j];
    }
    for (int64_t j = first; j < end; j++) {
        row[j] /= f->root;
        f->diagonal[j] -= row[j] * row[j];
    }
}

int64_t gan_linear_factor(const double *a, int64_t n, double *r, double *diagonal)
{
    struct factor factor = {.a = a, .r = r, .diagonal = diagonal, .n = n};
    double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        diagonal[i] = a[i * n + i];
        largest = fmax(largest, diagonal[i]);
    }
    double floor = largest * (double)n * DBL_EPSILON;
    for (; factor.row < n; factor.row++) {
        factor.pivot = 0;
        for (int64_t i = 1; i < n; i++)
            if (diagonal[i] > diagonal[factor.pivot])
                factor.pivot = i;
        if (!(diagonal[factor.pivot] > floor))
            break;
        factor.root = sqrt(diagonal[factor.pivot]);
        gan_parallel((n + CHUNK - 1) / CHUNK, factor_chunk, &factor);
        diagonal[factor.pivot] = -1; /* done: never again a pivot, whatever rounding left */
    }
    return factor.row;
}

/* ---- eigenvalues: Householder's reduction to three diagonals ---- */

enum { MIRROR_ROWS = 16 };

struct reduction {
    double *a;
    int64_t n, first; /* of the block that is left: rows and columns first … n − 1 */
    const double *v;
    double *p;
    bool update; /* a −= v·wᵀ + w·vᵀ with w in p; else p = a·v */
};

static void reduce_rows(void *context, int64_t part)
{
    const struct reduction *r = context;
    int64_t begin = r->first + part * MIRROR_ROWS, end = least(begin + MIRROR_ROWS, r->n);
    for (int64_t i = begin; i < end; i++) {
        double *row = r->a + i * r->n;
        if (r->update) {
            double vi = r->v[i], wi = r->p[i];
            for (int64_t j = r->first; j < r->n; j++)
                row[j] -= vi * r->p[j] + wi * r->v[j];
            continue;
        }
        double sums[4] = {0};
        int64_t j = r->first;
        for (; j + 4 <= r->n; j += 4)
            for (int lane = 0; lane < 4; lane++)
                sums[lane] += row[j + lane] * r->v[j + lane];
        for (; j < r->n; j++)
            sums[0] += row[j] * r->v[j];
        r->p[i] = (sums[0] + sums[2]) + (sums[1] + sums[3]);
    }
}

/* A mirror that leaves of column `first − 1` below the diagonal one number, which it returns; v is its normal, of
 * length √2, or *any false if there is nothing to do. */
static double make_mirror(const double *a, int64_t n, int64_t first, double *v, bool *any)
{
    const double *column = a + (first - 1) * n; /* a row, since a is symmetric */
    double scale = 0, square = 0;
    for (int64_t i = first + 1; i < n; i++)
        scale = fmax(scale, fabs(column[i]));
    *any = scale > 0;
    if (!*any)
        return column[first];
    scale = fmax(scale, fabs(column[first]));
    for (int64_t i = first; i < n; i++) {
        v[i] = column[i] / scale;
        square += v[i] * v[i];
    }
    double length = v[first] > 0 ? -sqrt(square) : sqrt(square);
    double norm = sqrt(square - length * v[first]); /* half the squared length of what v becomes, as a root */
    v[first] -= length;
    for (int64_t i = first; i < n; i++)
        v[i] /= norm;
    return length * scale;
}

/* diagonal[i], and beside[i] between i and i + 1. */
static void reduce(double *a, int64_t n, double *diagonal, double *beside, double *v, double *p)
{
    for (int64_t k = 0; k < n; k++) {
        diagonal[k] = a[k * n + k];
        if (k + 1 == n)
            break;
        bool any;
        beside[k] = make_mirror(a, n, k + 1, v, &any);
        if (!any)
            continue;
        struct reduction r = {.a = a, .n = n, .first = k + 1, .v = v, .p = p};
        int64_t parts = (n - r.first + MIRROR_ROWS - 1) / MIRROR_ROWS;
        gan_parallel(parts, reduce_rows, &r);
        double overlap = 0;
        for (int64_t i = k + 1; i < n; i++)
            overlap += p[i] * v[i];
        for (int64_t i = k + 1; i < n; i++) /* (1 − vvᵀ)·a·(1 − vvᵀ) = a − v·wᵀ − w·vᵀ with w = a·v − ½(vᵀav)·v */
            p[i] -= overlap / 2 * v[i];
        r.update = true;
        gan_parallel(parts, reduce_rows, &r);
    }
}

/* ---- eigenvalues of three diagonals, by halving (Sturm's sequences; Barth, Martin and Wilkinson 1967) ---- */

struct bisection {
    const double *diagonal, *beside;
    int64_t n;
    double low, high, floor; /* all eigenvalues lie in between; pivots are kept away from 0 */
    double *values;
};

/* How many eigenvalues lie below x: as many as there are negative pivots of a − x. */
static int64_t count_below(const struct bisection *b, double x)
{
    int64_t count = 0;
    double pivot = 1;
    for (int64_t i = 0; i < b->n; i++) {
        double beside = i > 0 ? b->beside[i - 1] : 0;
        pivot = b->diagonal[i] - x - beside * beside / pivot;
        if (fabs(pivot) < b->floor)
            pivot = -b->floor;
        count += pivot < 0;
    }
    return count;
}

static void bisect(void *context, int64_t part)
{
    const struct bisection *b = context;
    double low = b->low, high = b->high;
    for (int i = 0; i < 64; i++) { /* to 2⁻⁶³ of the largest, far below what reduce() rounds */
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        if (count_below(b, middle) > part)
            high = middle;
        else
            low = middle;
    }
    b->values[part] = low + (high - low) / 2;
}

void gan_linear_eigenvalues(double *a, int64_t n, double *values, double *scratch)
{
    double *beside = scratch, *v = scratch + n, *p = scratch + 2 * n;
    double *diagonal = values; /* until they are found they lie in p */
    reduce(a, n, diagonal, beside, v, p);
    double reach = 0;
    for (int64_t i = 0; i < n; i++) /* Gershgorin's circles */
        reach = fmax(reach, fabs(diagonal[i]) + (i > 0 ? fabs(beside[i - 1]) : 0) + (i + 1 < n ? fabs(beside[i]) : 0));
    if (reach == 0)
        return; /* all are 0, as the diagonal */
    struct bisection b = {diagonal, beside, n, -reach * 1.01, reach * 1.01, reach * 0x1p-500 + DBL_MIN, p};
    gan_parallel(n, bisect, &b);
    memcpy(values, p, (size_t)n * sizeof *values);
}
