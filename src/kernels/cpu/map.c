/*
 * Elementwise programs: block by block, so that what lies between two instructions stays in the first-level cache. Each
 * instruction is one loop over the block that the compiler turns into vector code.
 */
#include "level.h"

#include "vector.h"
#include "vmath.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 512, MOST_ROOMS = GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS };

/* No element depends on another one: out may be the very array that an argument is. */
#if defined(__clang__)
#define EACH(n) _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < (n); i++)
#else
#define EACH(n) _Pragma("GCC ivdep") for (int64_t i = 0; i < (n); i++)
#endif

static void raise_to(const float *a, float exponent, float *out, int64_t n)
{
    if (exponent == -1.0f) {
        EACH(n) out[i] = 1.0f / a[i];
    } else if (exponent == 0.5f) {
        EACH(n) out[i] = sqrtf(a[i]);
    } else if (exponent == -0.5f) {
        EACH(n) out[i] = 1.0f / sqrtf(a[i]);
    } else if (exponent == -1.5f) {
        EACH(n) out[i] = 1.0f / (a[i] * sqrtf(a[i]));
    } else if (exponent == 3.0f) {
        EACH(n) out[i] = a[i] * a[i] * a[i];
    } else if (exponent == -2.0f) {
        EACH(n) out[i] = 1.0f / (a[i] * a[i]);
    } else {
        for (int64_t i = 0; i < n; i++)
            out[i] = powf(a[i], exponent);
    }
}

/* sin, and for one quarter turn cos. Large arguments are rare, and left to the C library. */
static void sines(const float *a, int32_t quarter_turns, float *out, int64_t n)
{
    int32_t far = 0;
    for (int64_t i = 0; i < n; i++)
        far |= !(fabsf(a[i]) < VMATH_SIN_LIMIT);
    if (far == 0) {
        EACH(n) out[i] = vmath_sin_shifted(a[i], quarter_turns);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        double x = (double)a[i];
        out[i] = fabs(x) < (double)VMATH_SIN_LIMIT ? vmath_sin_shifted(a[i], quarter_turns)
                                                   : (float)(quarter_turns == 0 ? sin(x) : cos(x));
    }
}

static void one_argument(enum gan_map_op op, const float *a, float p, float q, float *out, int64_t n)
{
    switch (op) {
    case GAN_MAP_COPY:
        memmove(out, a, (size_t)n * sizeof *out);
        break;
    case GAN_MAP_SCALE:
        EACH(n) out[i] = p * a[i];
        break;
    case GAN_MAP_SHIFT:
        EACH(n) out[i] = a[i] + p;
        break;
    case GAN_MAP_POWER:
        raise_to(a, p, out, n);
        break;
    case GAN_MAP_SQUARE:
        EACH(n) out[i] = a[i] * a[i];
        break;
    case GAN_MAP_SQRT:
        EACH(n) out[i] = sqrtf(a[i]);
        break;
    case GAN_MAP_EXP:
        EACH(n) out[i] = vmath_exp(a[i]);
        break;
    case GAN_MAP_LOG:
        EACH(n) out[i] = vmath_log(a[i]);
        break;
    case GAN_MAP_SIN:
        sines(a, 0, out, n);
        break;
    case GAN_MAP_COS:
        sines(a, 1, out, n);
        break;
    case GAN_MAP_ABS:
        EACH(n) out[i] = fabsf(a[i]);
        break;
    case GAN_MAP_SIGN:
        EACH(n) out[i] = a[i] > 0.0f ? 1.0f : a[i] < 0.0f ? -1.0f : a[i];
        break;
    case GAN_MAP_CLIP:
        EACH(n) out[i] = a[i] < p ? p : a[i] > q ? q : a[i];
        break;
    case GAN_MAP_INSIDE:
        EACH(n) out[i] = a[i] < p ? 0.0f : a[i] > q ? 0.0f : 1.0f;
        break;
    case GAN_MAP_ERF:
        EACH(n) out[i] = vmath_erf(a[i]);
        break;
    case GAN_MAP_SIGMOID:
        EACH(n) out[i] = vmath_sigmoid(a[i]);
        break;
    case GAN_MAP_TANH:
        EACH(n) out[i] = vmath_tanh(a[i]);
        break;
    case GAN_MAP_SOFTPLUS:
        EACH(n) out[i] = vmath_softplus(a[i]);
        break;
    case GAN_MAP_RELU:
        EACH(n) out[i] = a[i] < 0.0f ? 0.0f : a[i];
        break;
    case GAN_MAP_LEAKY_RELU:
        EACH(n) out[i] = a[i] > 0.0f ? a[i] : p * a[i];
        break;
    case GAN_MAP_LEAKY_STEP:
        EACH(n) out[i] = a[i] > 0.0f ? 1.0f : p;
        break;
    default:
        assert(false && "an instruction of one argument");
    }
}

static void two_arguments(enum gan_map_op op, const float *a, const float *b, float *out, int64_t n)
{
    switch (op) {
    case GAN_MAP_ADD:
        EACH(n) out[i] = a[i] + b[i];
        break;
    case GAN_MAP_SUB:
        EACH(n) out[i] = a[i] - b[i];
        break;
    case GAN_MAP_MUL:
        EACH(n) out[i] = a[i] * b[i];
        break;
    case GAN_MAP_DIV:
        EACH(n) out[i] = a[i] / b[i];
        break;
    case GAN_MAP_MAXIMUM: /* a NaN on either side is the result */
        EACH(n) out[i] = a[i] != a[i] ? a[i] : a[i] > b[i] ? a[i] : b[i];
        break;
    case GAN_MAP_MINIMUM:
        EACH(n) out[i] = a[i] != a[i] ? a[i] : a[i] < b[i] ? a[i] : b[i];
        break;
    case GAN_MAP_GREATER:
        EACH(n) out[i] = a[i] > b[i] ? 1.0f : 0.0f;
        break;
    case GAN_MAP_GREATER_EQUAL:
        EACH(n) out[i] = a[i] >= b[i] ? 1.0f : 0.0f;
        break;
    case GAN_MAP_EQUAL:
        EACH(n) out[i] = a[i] == b[i] ? 1.0f : 0.0f;
        break;
    default:
        assert(false && "an instruction of two arguments");
    }
}

static void compute(const struct gan_map_instruction *instruction, const float *const *values, float *out, int64_t n)
{
    const float *a = values[instruction->a];
    switch (gan_map_arguments[instruction->op]) {
    case 1:
        one_argument(instruction->op, a, instruction->p, instruction->q, out, n);
        break;
    case 2:
        two_arguments(instruction->op, a, values[instruction->b], out, n);
        break;
    default: {
        const float *b = values[instruction->b], *c = values[instruction->c];
        EACH(n) out[i] = a[i] != 0.0f ? b[i] : c[i];
    }
    }
}

/* Where one load stands while blocks are walked in linear order. */
struct cursor {
    int64_t index[GAN_KERNEL_RANK];
    int64_t offset;
};

static void place_cursor(struct cursor *cursor, const struct gan_map_program *program, const struct gan_operand *load,
                         int64_t linear)
{
    cursor->offset = load->offset;
    for (int axis = program->rank - 1; axis >= 0; axis--) {
        cursor->index[axis] = linear % program->dims[axis];
        linear /= program->dims[axis];
        cursor->offset += cursor->index[axis] * load->strides[axis];
    }
}

static void next_row(struct cursor *cursor, const struct gan_map_program *program, const struct gan_operand *load)
{
    for (int axis = program->rank - 1; axis >= 0; axis--) {
        if (cursor->index[axis] < program->dims[axis])
            return;
        cursor->offset -= program->dims[axis] * load->strides[axis];
        cursor->index[axis] = 0;
        if (axis == 0)
            return;
        cursor->index[axis - 1]++;
        cursor->offset += load->strides[axis - 1];
    }
}

/* Forward in linear order, by any distance. */
static void move_cursor(struct cursor *cursor, const struct gan_map_program *program, const struct gan_operand *load,
                        int64_t distance)
{
    for (int axis = program->rank - 1; axis >= 0 && distance > 0; axis--) {
        int64_t index = cursor->index[axis] + distance;
        distance = index < program->dims[axis] ? 0 : index / program->dims[axis];
        index -= distance * program->dims[axis];
        cursor->offset += (index - cursor->index[axis]) * load->strides[axis];
        cursor->index[axis] = index;
    }
}

static void copy_run(const float *from, int64_t stride, float *to, int64_t n)
{
    if (stride == 1) {
        memcpy(to, from, (size_t)n * sizeof *to);
    } else if (stride == 0) {
        float value = *from;
        EACH(n) to[i] = value;
    } else {
        EACH(n) to[i] = from[i * stride];
    }
}

/* The next n values of a load that does not walk as the domain does: in place if they lie together, else copied. */
static const float *gather_block(struct cursor *cursor, const struct gan_map_program *program,
                                 const struct gan_operand *load, const float *base, float *room, int64_t n)
{
    int last = program->rank - 1;
    int64_t stride = load->strides[last];
    const float *whole = NULL;
    for (int64_t done = 0; done < n;) {
        int64_t left_in_row = program->dims[last] - cursor->index[last];
        int64_t run = left_in_row < n - done ? left_in_row : n - done;
        const float *from = base + cursor->offset;
        if (run == n && stride == 1)
            whole = from;
        else
            copy_run(from, stride, room + done, run);
        done += run;
        cursor->index[last] += run;
        cursor->offset += run * stride;
        next_row(cursor, program, load);
    }
    return whole != NULL ? whole : room;
}

/* The instructions over a block whose loads are there; the last one's values go to `out`. */
static void compute_all(const struct gan_map_program *program, const float **values, float (*rooms)[BLOCK], float *out,
                        int64_t n)
{
    for (int i = 0; i < program->instructions; i++) {
        int value = program->loads + i;
        float *to = i + 1 == program->instructions ? out : rooms[program->room[value]];
        compute(&program->instruction[i], values, to, n);
        values[value] = to;
    }
}

void LEVEL(gan_run_program)(const struct gan_map_program *program, const struct gan_run *run, int64_t begin,
                            int64_t count, const float *load_0, float *out)
{
    _Alignas(64) float rooms[MOST_ROOMS][BLOCK];
    const float *values[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS];
    const float *base[GAN_MAP_LOADS];
    struct cursor cursors[GAN_MAP_LOADS];

    for (int i = 0; i < program->loads; i++) {
        const struct gan_operand *load = &program->load[i];
        if (i == 0 && load_0 != NULL) {
            base[i] = load_0;
            continue;
        }
        base[i] = run->memory[load->memory];
        if (!program->dense[i] && !program->uniform[i])
            place_cursor(&cursors[i], program, load, begin);
    }
    for (int64_t done = 0; done < count; done += BLOCK) {
        int64_t n = count - done < BLOCK ? count - done : BLOCK;
        for (int i = 0; i < program->loads; i++) {
            const struct gan_operand *load = &program->load[i];
            float *room = rooms[program->room[i]];
            if (i == 0 && load_0 != NULL) {
                values[i] = load_0 + done;
            } else if (program->dense[i]) {
                values[i] = base[i] + load->offset + begin + done;
            } else if (program->uniform[i]) {
                copy_run(base[i] + load->offset, 0, room, n);
                values[i] = room;
            } else {
                values[i] = gather_block(&cursors[i], program, load, base[i], room, n);
            }
        }
        compute_all(program, values, rooms, out + done, n);
    }
}

/* Rows are short and there are many: a call of memcpy for each would cost more than what it does. */
static void copy_rows(const float *from, int64_t from_row, float *to, int64_t to_row, int64_t rows, int64_t columns)
{
    const int64_t whole = columns / VECTOR * VECTOR;
    for (; rows > 0; rows--, from += from_row, to += to_row) {
        for (int64_t i = 0; i < whole; i += VECTOR) {
            vector values = V_LOAD(from + i);
            V_STORE(to + i, values);
        }
        if (whole < columns)
            memcpy(to + whole, from + whole, (size_t)(columns - whole) * sizeof *to);
    }
}

/* One load of `rows` runs of `columns` elements, side by side in the room. */
static void gather_rows(struct cursor *cursor, const struct gan_map_program *program, const struct gan_operand *load,
                        const float *base, float *room, int64_t rows, int64_t columns, int64_t pitch)
{
    for (int64_t row = 0; row < rows; row++, room += columns) {
        const float *values = gather_block(cursor, program, load, base, room, columns);
        if (values != room)
            copy_rows(values, 0, room, 0, 1, columns);
        move_cursor(cursor, program, load, pitch - columns);
    }
}

/* Whether elements `pitch` apart get the same value of the load: a bias, a scale of each channel, one number. */
static bool repeats(const struct gan_map_program *program, const struct gan_operand *load, int64_t pitch)
{
    int64_t period = 1, inside = 1;
    for (int axis = program->rank - 1; axis >= 0; axis--) {
        inside *= program->dims[axis];
        if (load->strides[axis] != 0)
            period = inside;
    }
    return pitch % period == 0;
}

/* What a load gives while rows are finished, some at once. */
struct row_load {
    const float *base; /* of its memory */
    struct cursor cursor;
    bool repeats;
};

/* Loads that repeat themselves are the same for all rows: they get here what they need for `rows` at once. */
static void prepare_row_loads(const struct gan_map_program *program, const struct gan_run *run,
                              const struct gan_row_range *range, int64_t rows, struct row_load *loads,
                              float (*repeated)[BLOCK])
{
    for (int i = 1; i < program->loads; i++) {
        const struct gan_operand *load = &program->load[i];
        loads[i].base = run->memory[load->memory];
        loads[i].repeats = repeats(program, load, range->pitch);
        place_cursor(&loads[i].cursor, program, load, range->begin);
        if (loads[i].repeats)
            gather_rows(&loads[i].cursor, program, load, loads[i].base, repeated[i], rows, range->columns,
                        range->pitch);
    }
}

void LEVEL(gan_finish_rows)(const struct gan_map_program *program, const struct gan_run *run,
                            const struct gan_row_range *range, float *values)
{
    if (range->columns == range->pitch) { /* one long row */
        LEVEL(gan_run_program)(program, run, range->begin, range->rows * range->columns, values, values);
        return;
    }
    const int64_t columns = range->columns, at_once = BLOCK / columns;
    if (at_once < 2) {
        for (int64_t row = 0, at = 0; row < range->rows; row++, at += range->pitch)
            LEVEL(gan_run_program)(program, run, range->begin + at, columns, values + at, values + at);
        return;
    }
    _Alignas(64) float rooms[MOST_ROOMS][BLOCK], repeated[GAN_MAP_LOADS][BLOCK];
    const float *arguments[GAN_MAP_LOADS + GAN_MAP_INSTRUCTIONS];
    struct row_load loads[GAN_MAP_LOADS];
    prepare_row_loads(program, run, range, range->rows < at_once ? range->rows : at_once, loads, repeated);
    for (int i = 0; i < program->loads; i++)
        arguments[i] = i > 0 && loads[i].repeats ? repeated[i] : rooms[program->room[i]];
    float *result = rooms[program->room[program->loads + program->instructions - 1]];
    for (int64_t row = 0, at = 0; row < range->rows; row += at_once, at += at_once * range->pitch) {
        int64_t rows = range->rows - row < at_once ? range->rows - row : at_once;
        copy_rows(values + at, range->pitch, rooms[program->room[0]], columns, rows, columns);
        for (int i = 1; i < program->loads; i++) {
            const struct gan_operand *load = &program->load[i];
            float *room = rooms[program->room[i]];
            if (loads[i].repeats)
                continue;
            if (program->dense[i])
                copy_rows(loads[i].base + load->offset + range->begin + at, range->pitch, room, columns, rows, columns);
            else
                gather_rows(&loads[i].cursor, program, load, loads[i].base, room, rows, columns, range->pitch);
        }
        compute_all(program, arguments, rooms, result, rows * columns);
        copy_rows(result, columns, values + at, range->pitch, rows, columns);
    }
}
