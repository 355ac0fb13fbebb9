/* The CPU backend: how calls are cut into parts, and the kernels that need no wide instructions of their own. */
#include "base/cpu.h"
#include "base/random.h"
#include "cpu.h"
#include "gan/base.h"
#include "kernels/products.h"

#include <string.h>

enum {
    PART = 16 * 1024,   /* elements: some microseconds of work, and a part's blocks stay in the cache */
    PARTS_OF_A_SUM = 64 /* at most: each has a partial result */
};

const struct gan_cpu_kernels *gan_cpu_kernels_used(void)
{
    return GAN_OF_LEVEL_USED(gan_cpu_kernels);
}

static int64_t part_end(int64_t begin, int64_t part_size, int64_t size)
{
    return gan_smaller(begin + part_size, size);
}

/* ---- elementwise ---- */

/* The axis along which the source of a mere copy lies together, if the result does so along another one; else −1. */
static int turned_axis(const struct gan_map_call *call)
{
    const struct gan_map_program *program = &call->program;
    int last = program->rank - 1;
    if (program->instructions != 1 || program->instruction[0].op != GAN_MAP_COPY || last < 1 ||
        call->out.strides[last] != 1)
        return -1;
    for (int axis = 0; axis < last; axis++)
        if (program->load[0].strides[axis] == 1)
            return axis;
    return -1;
}

/* How many matrices, of the last axis and the turned one, a turned copy consists of. */
static int64_t matrices_of(const struct gan_map_call *call)
{
    const struct gan_map_program *program = &call->program;
    return program->size / (program->dims[program->rank - 1] * program->dims[call->turned]);
}

static void prepare_map(struct gan_map_call *call)
{
    struct gan_map_program *program = &call->program;
    gan_map_finish(program, &call->out);
    call->out_dense = gan_operand_dense(&call->out, program->rank, program->dims);
    call->turned = turned_axis(call);
    call->part_size = PART;
    int64_t size = program->size;
    if (call->turned >= 0) {
        size = matrices_of(call);
        call->part_size = gan_divide_up(PART, program->size / size);
    }
    call->parts = gan_divide_up(size, call->part_size);
}

/* Matrices begin … end − 1 of a copy, which the axes but for the last and the turned one count. */
static void run_turned(const struct gan_map_call *call, const struct gan_run *run, int64_t begin, int64_t end)
{
    const struct gan_map_program *program = &call->program;
    const struct gan_operand *load = &program->load[0];
    int last = program->rank - 1, turned = call->turned;
    for (; begin < end; begin++) {
        int64_t from = load->offset, to = call->out.offset, index = begin;
        for (int axis = last - 1; axis >= 0; axis--) {
            if (axis == turned)
                continue;
            from += index % program->dims[axis] * load->strides[axis];
            to += index % program->dims[axis] * call->out.strides[axis];
            index /= program->dims[axis];
        }
        gan_cpu_kernels_used()->transpose((const float *)run->memory[load->memory] + from, load->strides[last],
                                          (float *)run->memory[call->out.memory] + to, call->out.strides[turned],
                                          program->dims[last], program->dims[turned]);
    }
}

/* Results for an output with gaps: computed by rows of the innermost axis, then spread. */
static void run_spread(const struct gan_map_call *call, const struct gan_run *run, int64_t begin, int64_t end)
{
    const struct gan_map_program *program = &call->program;
    float values[256];
    int last = program->rank - 1;
    float *base = run->memory[call->out.memory];
    while (begin < end) {
        int64_t offset = gan_operand_place(&call->out, program->rank, program->dims, begin);
        int64_t in_row = begin % program->dims[last];
        int64_t n = gan_smaller(gan_smaller(program->dims[last] - in_row, end - begin), 256);
        gan_cpu_kernels_used()->run_program(program, run, begin, n, NULL, values);
        for (int64_t i = 0; i < n; i++)
            base[offset + i * call->out.strides[last]] = values[i];
        begin += n;
    }
}

static void map(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_map_call *call = opaque;
    int64_t begin = part * call->part_size, end = part_end(begin, call->part_size, call->program.size);
    if (call->turned >= 0)
        run_turned(call, run, begin, gan_smaller(begin + call->part_size, matrices_of(call)));
    else if (call->out_dense)
        gan_cpu_kernels_used()->run_program(&call->program, run, begin, end - begin, NULL,
                                            gan_cpu_pointer(&call->out, run) + begin);
    else
        run_spread(call, run, begin, end);
}

/* ---- reductions ---- */

static void prepare_reduce(struct gan_reduce_call *call)
{
    call->accumulators = 0;
    for (int i = 0; i < call->results; i++) {
        gan_map_finish(&call->result[i].program, NULL);
        call->accumulators += call->result[i].reduction == GAN_REDUCE_VARIANCE ? 2 : 1;
    }
    int64_t of_one_kept = call->reduced * call->inner;
    if (of_one_kept >= 2 * PART) {
        int64_t rows = gan_divide_up(PART, call->inner);
        call->chunks = gan_smaller(gan_divide_up(call->reduced, rows), PARTS_OF_A_SUM);
    } else {
        call->chunks = 1;
    }
    call->chunk_rows = gan_divide_up(call->reduced, call->chunks);
    call->chunks = gan_divide_up(call->reduced, call->chunk_rows);
    call->kept_per_part = call->chunks > 1 ? 1 : gan_smaller(call->kept, gan_divide_up(PART, of_one_kept));
    call->parts = gan_divide_up(call->kept, call->kept_per_part) * call->chunks;
    int64_t partials = call->chunks > 1 ? call->kept * call->chunks * call->accumulators * call->inner : 0;
    call->combine_parts = gan_smaller(call->kept, gan_divide_up(partials, PART));
    call->scratch_size = partials * (int64_t)sizeof(double);
}

static void reduce(const void *call, const struct gan_run *run, int64_t part)
{
    gan_cpu_kernels_used()->reduce(call, run, part);
}

static void reduce_combine(const void *call, const struct gan_run *run, int64_t part)
{
    gan_cpu_kernels_used()->reduce_combine(call, run, part);
}

/* ---- products ---- */

static _Atomic enum gan_products products_wanted = GAN_PRODUCTS_BEST;

void gan_products_use(enum gan_products products)
{
    atomic_store(&products_wanted, products);
}

enum gan_products gan_products_in_use(void)
{
    enum gan_products wanted = atomic_load_explicit(&products_wanted, memory_order_relaxed);
    if (wanted != GAN_PRODUCTS_BEST)
        return wanted;
    return gan_cpu_level_used() == GAN_CPU_BASELINE ? GAN_PRODUCTS_BLIS : GAN_PRODUCTS_OWN;
}

struct range {
    int64_t begin, end;
};

/* A side of a product is cut at multiples of a unit, into parts of nearly equal size. */
static struct range range_of_part(int64_t size, int64_t unit, int64_t parts, int64_t part)
{
    int64_t units = gan_divide_up(size, unit);
    return (struct range){units * part / parts * unit, gan_smaller(units * (part + 1) / parts * unit, size)};
}

/* In how many parts to cut units of which `least` are a part's, so that two or four threads have equal shares. */
static int64_t count_parts(int64_t units, int64_t least)
{
    enum { MOST_PARTS = 64, EVEN = 4 };
    int64_t parts = gan_smaller(units / least, MOST_PARTS);
    return parts > EVEN ? parts / EVEN * EVEN : gan_larger(parts, 1);
}

static void prepare_matmul(struct gan_matmul_call *call)
{
    enum { LEAST_FLOPS = 1 << 20, LEAST_ROWS = 64, ROW_UNIT = 8 }; /* of a part */
    enum { NEAR = 128 * 1024 };                                    /* floats: half of a second-level cache */
    enum { FEW_ROWS = 8, MANY_PANELS = 16 };
    enum { FINISHING = 32 }; /* multiplications that take as long as finishing an element, with what is read for it */
    if (call->has_epilogue)
        gan_map_finish(&call->epilogue, NULL);
    /* Whoever cuts rows packs all columns anew for each part, and BLIS all rows if columns are cut: so these parts keep
     * some size. Columns are cut where there are more of them than rows, or enough for MANY_PANELS threads, if the
     * rows, which each panel of columns meets, stay near. */
    const bool own = gan_products_in_use() == GAN_PRODUCTS_OWN;
    const int64_t panel = gan_cpu_kernels_used()->panel_columns;
    bool by_columns = call->n >= call->m || (own && call->n >= MANY_PANELS * panel && call->m * call->k <= NEAR);
    bool by_rows = !by_columns, packs = by_rows || !own;
    int64_t unit = by_rows ? ROW_UNIT : panel, units = gan_divide_up(by_rows ? call->m : call->n, unit);
    /* A few rows take as long as some more: all of B has to come from memory. */
    int64_t flops = 2 * unit * gan_larger(by_rows ? call->n : call->m, FEW_ROWS) * (call->k + FINISHING);
    int64_t least = gan_larger(packs ? LEAST_ROWS / unit : 1, gan_divide_up(LEAST_FLOPS, gan_larger(flops, 1)));
    int64_t parts = count_parts(units, least);
    call->row_unit = by_rows ? unit : call->m;
    call->column_unit = by_rows ? call->n : unit;
    call->m_parts = by_rows ? parts : 1;
    call->n_parts = by_rows ? 1 : parts;
    call->parts = call->batch * call->m_parts * call->n_parts;
}

/* BLIS knows even rows only: a product for each run of them. */
static void multiply_by_blis(const struct gan_product *product)
{
    for (int64_t row = 0; row < product->m; row += product->a_rows.run) {
        int64_t m = gan_smaller(product->m - row, product->a_rows.run);
        int64_t a = gan_row_place(&product->a_rows, row);
        float *c = product->c + gan_row_place(&product->c_rows, row);
        for (int64_t i = 0; i < m && product->terms == 0 && !product->add; i++)
            memset(c + i * product->c_rows.stride, 0, (size_t)product->n * sizeof *c);
        for (int64_t term = 0; term < product->terms; term++)
            gan_blis_product(m, product->n, product->k, product->a[term] + a, product->a_rows.stride, product->a_column,
                             product->b[term], product->b_row, product->b_column, c, product->c_rows.stride,
                             product->add || term > 0);
        if (m < product->a_rows.run)
            return;
    }
}

void gan_cpu_multiply(const struct gan_product *product)
{
    if (product->right == GAN_RIGHT_PANELS || gan_products_in_use() == GAN_PRODUCTS_OWN)
        gan_cpu_kernels_used()->product(product);
    else
        multiply_by_blis(product);
}

static float *matrix(const struct gan_matmul_call *call, const struct gan_operand *operand, const struct gan_run *run,
                     int64_t batch)
{
    return (float *)run->memory[operand->memory] +
           gan_operand_place(operand, call->batch_rank, call->batch_dims, batch);
}

static void matmul(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_matmul_call *call = opaque;
    int64_t n_part = part % call->n_parts, m_part = part / call->n_parts % call->m_parts;
    int64_t batch = part / call->n_parts / call->m_parts;
    struct range rows = range_of_part(call->m, call->row_unit, call->m_parts, m_part);
    struct range columns = range_of_part(call->n, call->column_unit, call->n_parts, n_part);
    int64_t m = rows.end - rows.begin, n = columns.end - columns.begin;
    /* Probably the same thread's. */
    struct range next = range_of_part(call->n, call->column_unit, call->n_parts, n_part + 1);
    int row = call->batch_rank, column = call->batch_rank + 1;
    const float *a = matrix(call, &call->a, run, batch) + rows.begin * call->a.strides[row];
    const float *b = matrix(call, &call->b, run, batch) + columns.begin * call->b.strides[column];
    float *out = matrix(call, &call->out, run, batch);
    float *c = out + rows.begin * call->out.strides[row] + columns.begin;
    gan_cpu_multiply(&(struct gan_product){.m = m,
                                           .n = n,
                                           .k = call->k,
                                           .terms = 1,
                                           .a = &a,
                                           .a_rows = gan_even_rows(call->a.strides[row]),
                                           .a_column = call->a.strides[column],
                                           .b = &b,
                                           .b_row = call->b.strides[row],
                                           .b_column = call->b.strides[column],
                                           .next_begin = next.begin - columns.begin,
                                           .next_end = next.end - columns.begin,
                                           .c = c,
                                           .c_rows = gan_even_rows(call->out.strides[row]),
                                           .streams = call->read_late && gan_threads() > 1});
    if (!call->has_epilogue)
        return;
    /* Where there is an epilogue, the result has no gaps. */
    struct gan_row_range range = {(batch * call->m + rows.begin) * call->n + columns.begin, m, n, call->n};
    gan_cpu_kernels_used()->finish_rows(&call->epilogue, run, &range, c);
}

/* ---- fill, index, random ---- */

static void prepare_fill(struct gan_fill_call *call)
{
    call->part_size = PART;
    call->parts = gan_divide_up(call->size, PART);
}

static void fill(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_fill_call *call = opaque;
    float *out = gan_cpu_pointer(&call->out, run);
    int64_t begin = part * call->part_size, end = part_end(begin, call->part_size, call->size);
    for (int64_t i = begin; i < end; i++)
        out[i] = call->value;
}

static void prepare_index(struct gan_index_call *call)
{
    call->part_size = call->count; /* tables of labels and classes are small; scatter_add must go in order anyway */
    call->parts = 1;
}

static void gather(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    const float *table = gan_cpu_pointer(&call->table, run);
    float *out = gan_cpu_pointer(&call->out, run);
    for (int64_t i = 0; i < call->count; i++) {
        int64_t row = gan_checked_index(call, run, i);
        if (row >= 0)
            memcpy(out + i * call->width, table + row * call->width, (size_t)call->width * sizeof *out);
    }
}

static void scatter_add(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    const float *source = gan_cpu_pointer(&call->table, run);
    float *out = gan_cpu_pointer(&call->out, run);
    memset(out, 0, (size_t)(call->rows * call->width) * sizeof *out);
    for (int64_t i = 0; i < call->count; i++) {
        int64_t row = gan_checked_index(call, run, i);
        for (int64_t j = 0; row >= 0 && j < call->width; j++)
            out[row * call->width + j] += source[i * call->width + j];
    }
}

static void one_hot(const void *opaque, const struct gan_run *run, int64_t part)
{
    (void)part;
    const struct gan_index_call *call = opaque;
    float *out = gan_cpu_pointer(&call->out, run);
    memset(out, 0, (size_t)(call->count * call->rows) * sizeof *out);
    for (int64_t i = 0; i < call->count; i++) {
        int64_t column = gan_checked_index(call, run, i);
        if (column >= 0)
            out[i * call->rows + column] = 1.0f;
    }
}

static void prepare_random(struct gan_random_call *call)
{
    call->part_size = PART / 4;
    call->parts = gan_divide_up(call->size, call->part_size);
}

static void draw(const void *opaque, const struct gan_run *run, int64_t part)
{
    const struct gan_random_call *call = opaque;
    struct gan_random_key key = {run->seed, call->stream, run->step};
    int64_t begin = part * call->part_size, end = part_end(begin, call->part_size, call->size);
    float *out = gan_cpu_pointer(&call->out, run) + begin;
    if (call->normal)
        gan_random_normal(&key, (uint64_t)begin, (size_t)(end - begin), out);
    else
        gan_random_uniform(&key, (uint64_t)begin, (size_t)(end - begin), out);
    for (int64_t i = 0; i < end - begin; i++)
        out[i] = call->scale * out[i] + call->offset;
    for (int64_t i = 0; i < end - begin && !call->normal; i++)
        out[i] = out[i] > call->most ? call->most : out[i];
}

const struct gan_backend *gan_backend_cpu(void)
{
    static const struct gan_backend backend = {
        .name = "cpu",
        .element = sizeof(float),
        .fuses = true,
        .map = map,
        .reduce = reduce,
        .reduce_combine = reduce_combine,
        .matmul = matmul,
        .conv = gan_cpu_conv,
        .panels = gan_cpu_panels,
        .resample = gan_cpu_resample,
        .pool = gan_cpu_pool,
        .fill = fill,
        .gather = gather,
        .scatter_add = scatter_add,
        .one_hot = one_hot,
        .random = draw,
        .prepare_map = prepare_map,
        .prepare_reduce = prepare_reduce,
        .prepare_matmul = prepare_matmul,
        .prepare_conv = gan_cpu_prepare_conv,
        .panels_for = gan_cpu_panels_for,
        .prepare_panels = gan_cpu_prepare_panels,
        .prepare_resample = gan_cpu_prepare_resample,
        .prepare_pool = gan_cpu_prepare_pool,
        .prepare_fill = prepare_fill,
        .prepare_index = prepare_index,
        .prepare_random = prepare_random,
    };
    return &backend;
}
