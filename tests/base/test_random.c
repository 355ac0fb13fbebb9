#include "base/random.h"

#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* The known answers that Random123 (Salmon et al.) gives for Philox4x32-10. */
START_TEST(philox_gives_the_published_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}},
        {{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
         {0xFFFFFFFF, 0xFFFFFFFF},
         {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}},
        {{0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344},
         {0xA4093822, 0x299F31D0},
         {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        gan_philox(known[i].counter, known[i].key, out);
        ck_assert_mem_eq(out, known[i].out, sizeof out);
    }
}
END_TEST

static const struct gan_random_key key = {.seed = 0x123456789ABCDEF0, .stream = 7, .step = 42};

/* How a sequence is laid onto Philox must never change: old seeds give old numbers. */
START_TEST(the_layout_of_seed_stream_step_and_block_is_fixed)
{
    uint32_t out[4], wanted[4];
    static const struct gan_random_key wide = {
        .seed = 0x1111111122222222, .stream = 0x33333333, .step = 0x444455555555};
    gan_random_block(&wide, 0x666677777777, out);
    gan_philox((const uint32_t[4]){0x77777777, 0x44446666, 0x33333333, 0x55555555},
               (const uint32_t[2]){0x22222222, 0x11111111}, wanted);
    ck_assert_mem_eq(out, wanted, sizeof out);
}
END_TEST

START_TEST(golden_numbers)
{
    float uniform[8], normal[8];
    gan_random_uniform(&key, 0, 8, uniform);
    gan_random_normal(&key, 0, 8, normal);
    uint32_t words[2][4]; /* golden by the published answers and the layout above */
    gan_random_block(&key, 0, words[0]);
    gan_random_block(&key, 1, words[1]);
    for (int i = 0; i < 8; i++)
        ck_assert(uniform[i] == (float)(words[i / 4][i % 4] >> 8) / 16777216.0f);
    static const float golden[8] = {0x1.0224b8p-1f, -0x1.52ab3cp+0f, -0x1.592232p-1f, 0x1.bf8992p+0f,
                                    0x1.15811ep-2f, 0x1.4e54ep-2f,   0x1.20d31ep-1f,  -0x1.e9c626p-4f};
    for (int i = 0; i < 8; i++)
        ck_assert_msg(normal[i] == golden[i], "number %d is %a", i, (double)normal[i]);
    ck_assert_uint_eq(gan_random_integer(&key, 5, 1000000007), 345081786);
    ck_assert_uint_eq(gan_random_permuted(&key, 60000, 12345), 29374);
    ck_assert_uint_eq(gan_random_derive(1, 2), 0xF2826F98653E9E57);
}
END_TEST

typedef void draw_function(const struct gan_random_key *key, uint64_t first, size_t count, float *out);

static void check_cuts(draw_function *draw, uint64_t first)
{
    enum { COUNT = 517 };
    float whole[COUNT], part[COUNT];
    draw(&key, first, COUNT, whole);
    for (size_t size = 1; size < 140; size++) {
        for (size_t at = 0; at < COUNT; at += size)
            draw(&key, first + at, size < COUNT - at ? size : COUNT - at, part + at);
        ck_assert_mem_eq(whole, part, sizeof whole);
    }
    part[0] = 12;
    draw(&key, first, 0, part);
    ck_assert(part[0] == 12);
}

START_TEST(numbers_do_not_depend_on_how_they_are_cut)
{
    static const uint64_t firsts[] = {0, 1, 2, 3, 1000001, ((uint64_t)1 << 34) - 100, ((uint64_t)1 << 50) - 100};
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        check_cuts(gan_random_uniform, firsts[i]);
        check_cuts(gan_random_normal, firsts[i]);
    }
}
END_TEST

/* Box and Muller with the C library's functions in double, of which the own ones are within 1e-12 or so. */
START_TEST(normal_numbers_are_exact)
{
    enum { BLOCKS = 50000 };
    float *normal = malloc(4 * BLOCKS * sizeof *normal);
    gan_random_normal(&key, 0, 4 * BLOCKS, normal);
    int differ = 0;
    for (uint64_t block = 0; block < BLOCKS; block++) {
        uint32_t words[4];
        gan_random_block(&key, block, words);
        for (int pair = 0; pair < 2; pair++) {
            double u = ((double)words[2 * pair] + 1) / 4294967296.0;
            double radius = sqrt(-2 * log(u)), angle = 2 * pi * ((double)words[2 * pair + 1] / 4294967296.0);
            const float wanted[2] = {(float)(radius * cos(angle)), (float)(radius * sin(angle))};
            for (int i = 0; i < 2; i++) {
                float got = normal[4 * block + 2 * (uint64_t)pair + (uint64_t)i];
                differ += got != wanted[i];
                if (fabsf(wanted[i]) > 1e-6f) /* nearer to 0 the angle's rounding is all that shows */
                    ck_assert(got == wanted[i] || got == nextafterf(wanted[i], got));
                else
                    ck_assert(fabsf(got - wanted[i]) < 1e-14f);
            }
        }
    }
    ck_assert_int_lt(differ, 4 * BLOCKS / 1000); /* halfway cases only */
    free(normal);
}
END_TEST

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance between `count` numbers (which get sorted) and a distribution. */
static double distance(float *numbers, size_t count, double (*distribution)(double))
{
    double most = 0;
    qsort(numbers, count, sizeof *numbers, compare);
    for (size_t i = 0; i < count; i++) {
        double below = distribution((double)numbers[i]);
        most = fmax(most, fmax((double)(i + 1) / (double)count - below, below - (double)i / (double)count));
    }
    return most;
}

static double uniform_distribution(double x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static double normal_distribution(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

static double moment(const float *numbers, size_t count, int power)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow((double)numbers[i], power);
    return sum / (double)count;
}

enum { MANY = 200000 };

/* Bounds: five standard deviations of the estimate, so that a right generator fails one seed in a million; the seeds
 * are fixed. For the distance 2.2/√n: as rare. */
START_TEST(uniform_numbers_are_uniform)
{
    float *numbers = malloc(MANY * sizeof *numbers);
    for (uint64_t seed = 0; seed < 3; seed++) {
        gan_random_uniform(&(struct gan_random_key){.seed = seed}, 0, MANY, numbers);
        for (size_t i = 0; i < MANY; i++)
            ck_assert(numbers[i] >= 0 && numbers[i] < 1);
        ck_assert(fabs(moment(numbers, MANY, 1) - 1.0 / 2) < 5 * sqrt(1.0 / 12 / MANY));
        ck_assert(fabs(moment(numbers, MANY, 2) - 1.0 / 3) < 5 * sqrt(4.0 / 45 / MANY));
        ck_assert(distance(numbers, MANY, uniform_distribution) < 2.2 / sqrt(MANY));
    }
    free(numbers);
}
END_TEST

START_TEST(normal_numbers_are_normal)
{
    float *numbers = malloc(MANY * sizeof *numbers);
    for (uint64_t seed = 0; seed < 3; seed++) {
        gan_random_normal(&(struct gan_random_key){.seed = seed}, 0, MANY, numbers);
        ck_assert(fabs(moment(numbers, MANY, 1)) < 5 * sqrt(1.0 / MANY));
        ck_assert(fabs(moment(numbers, MANY, 2) - 1) < 5 * sqrt(2.0 / MANY));
        ck_assert(fabs(moment(numbers, MANY, 3)) < 5 * sqrt(15.0 / MANY));
        ck_assert(fabs(moment(numbers, MANY, 4) - 3) < 5 * sqrt(96.0 / MANY));
        ck_assert(distance(numbers, MANY, normal_distribution) < 2.2 / sqrt(MANY));
    }
    free(numbers);
}
END_TEST

static double correlation(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum / (double)count;
}

START_TEST(neighbours_in_every_direction_are_unrelated)
{
    enum { COUNT = 40000 };
    static const struct gan_random_key others[] = {
        {.seed = 1, .stream = 2, .step = 3},
        {.seed = 2, .stream = 2, .step = 3},
        {.seed = 1, .stream = 3, .step = 3},
        {.seed = 1, .stream = 2, .step = 4},
        {.seed = 3, .stream = 2, .step = 1},
        {.seed = 2, .stream = 1, .step = 3},
        {.seed = (uint64_t)1 << 32, .stream = 2, .step = 3},
        {.seed = 1, .stream = 2, .step = (uint64_t)3 << 32},
        {.seed = 1, .stream = 2, .step = (uint64_t)3 << 48},
    };
    enum { OTHERS = sizeof others / sizeof others[0] };
    static float numbers[OTHERS][COUNT];
    for (int i = 0; i < OTHERS; i++)
        gan_random_normal(&others[i], 0, COUNT, numbers[i]);
    const double bound = 5 / sqrt(COUNT);
    for (int i = 0; i < OTHERS; i++) {
        for (int j = 0; j < i; j++)
            ck_assert_msg(fabs(correlation(numbers[i], numbers[j], COUNT)) < bound, "keys %d and %d", i, j);
        for (size_t lag = 1; lag < 9; lag++)
            ck_assert(fabs(correlation(numbers[i], numbers[i] + lag, COUNT - lag)) < bound * 1.01);
    }
}
END_TEST

/* Every bit of the 48 + 48 + 32 + 64 changes the block, and those beyond too. */
START_TEST(every_bit_of_the_key_counts)
{
    uint32_t seen[64 * 4 + 1][4];
    int count = 0;
    gan_random_block(&key, 5, seen[count++]);
    for (int bit = 0; bit < 64; bit++) {
        struct gan_random_key other = key;
        other.seed ^= (uint64_t)1 << bit;
        gan_random_block(&other, 5, seen[count++]);
        other = key;
        other.step ^= (uint64_t)1 << bit;
        gan_random_block(&other, 5, seen[count++]);
        gan_random_block(&key, 5 ^ (uint64_t)1 << bit, seen[count++]);
        if (bit < 32) {
            other = key;
            other.stream ^= (uint32_t)1 << bit;
            gan_random_block(&other, 5, seen[count++]);
        }
    }
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            ck_assert_int_ne(memcmp(seen[i], seen[j], sizeof seen[i]), 0);
}
END_TEST

START_TEST(integers_keep_their_bound)
{
    static const uint64_t bounds[] = {1,         2, 3, 10, 60000, 4294967295, 4294967296, 4294967297, (uint64_t)1 << 63,
                                      UINT64_MAX};
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        uint64_t least = UINT64_MAX, most = 0;
        for (uint64_t i = 0; i < 2000; i++) {
            uint64_t number = gan_random_integer(&key, i, bounds[b]);
            ck_assert(number < bounds[b]);
            least = number < least ? number : least;
            most = number > most ? number : most;
        }
        if (bounds[b] <= 10)
            ck_assert(least == 0 && most == bounds[b] - 1);
        else
            ck_assert(least < bounds[b] / 200 && most > bounds[b] - bounds[b] / 200);
    }
}
END_TEST

/* The high half of a 64-by-64-bit product, a bit at a time. */
static uint64_t high_product(uint64_t a, uint64_t b)
{
    uint64_t high = 0, low = 0;
    for (int bit = 63; bit >= 0; bit--) {
        high = high << 1 | low >> 63;
        low <<= 1;
        if ((b >> bit & 1) != 0) {
            low += a;
            high += low < a;
        }
    }
    return high;
}

START_TEST(integers_are_the_high_half_of_a_product)
{
    for (uint64_t i = 0; i < 1000; i++) {
        uint32_t words[4];
        gan_random_block(&key, i / 2, words);
        uint64_t number = (uint64_t)words[2 * (i % 2)] << 32 | words[2 * (i % 2) + 1];
        uint64_t bound = gan_random_derive(9, i) >> i % 64;
        ck_assert_uint_eq(gan_random_integer(&key, i, bound), high_product(number, bound));
    }
}
END_TEST

static bool is_permutation(const struct gan_random_key *of, uint64_t n)
{
    unsigned char *seen = calloc(n, 1);
    uint64_t found = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = gan_random_permuted(of, n, i);
        if (at < n && seen[at] == 0)
            found += seen[at] = 1;
    }
    free(seen);
    return found == n;
}

START_TEST(permutations_are_one_to_one)
{
    for (uint64_t n = 1; n <= 1000; n++)
        ck_assert_msg(is_permutation(&(struct gan_random_key){.seed = n}, n), "n = %llu", (unsigned long long)n);
    static const uint64_t large[] = {4095, 4096, 4097, 60000, 65536, 65537, 262144};
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++)
        ck_assert(is_permutation(&key, large[i]));
    for (uint64_t i = 0; i < 100; i++) /* too many to see them all */
        ck_assert(gan_random_permuted(&key, ((uint64_t)1 << 62) - i, i) < ((uint64_t)1 << 62) - i);
}
END_TEST

/* χ² of `cells` counts whose expectations are equal, in standard deviations from its mean. */
static double deviation(const int *counts, size_t cells, double expected, double freedom)
{
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return (sum - freedom) / sqrt(2 * freedom);
}

/* For few elements all orders are counted. */
START_TEST(all_orders_of_few_are_as_frequent)
{
    for (uint64_t n = 2; n <= 5; n++) {
        enum { TRIALS = 60000 };
        int counts[3125] = {0}, orders = 1;
        for (int i = 2; i <= (int)n; i++)
            orders *= i;
        for (uint64_t seed = 0; seed < TRIALS; seed++) {
            uint64_t code = 0;
            for (uint64_t i = 0; i < n; i++)
                code = code * n + gan_random_permuted(&(struct gan_random_key){.seed = seed, .stream = 1}, n, i);
            counts[code]++;
        }
        int found = 0;
        for (int code = 0; code < 3125; code++)
            if (counts[code] > 0)
                counts[found++] = counts[code];
        ck_assert_int_eq(found, orders);
        ck_assert_msg(deviation(counts, (size_t)orders, (double)TRIALS / orders, orders - 1) < 5, "n = %d", (int)n);
    }
}
END_TEST

/* For more: where each element goes, and which follows which. */
START_TEST(places_and_neighbours_are_as_frequent)
{
    static const uint64_t sizes[] = {7, 10, 16, 17, 40, 64, 65, 257};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        uint64_t n = sizes[s], trials = 1000000 / n / 4;
        int *places = calloc(n * n, sizeof *places), *pairs = calloc(n * n, sizeof *pairs);
        for (uint64_t seed = 0; seed < trials; seed++)
            for (uint64_t i = 0, before = n; i < n; i++) {
                uint64_t at = gan_random_permuted(&(struct gan_random_key){.seed = seed}, n, i);
                places[i * n + at]++;
                if (before < n)
                    pairs[before * (n - 1) + (at > before ? at - 1 : at)]++;
                before = at;
            }
        double cells = (double)(n * (n - 1));
        ck_assert_msg(deviation(places, n * n, (double)trials / (double)n, (double)((n - 1) * (n - 1))) < 5, "n = %d",
                      (int)n);
        ck_assert_msg(deviation(pairs, n * (n - 1), (double)trials * (double)(n - 1) / cells, cells - 1) < 5, "n = %d",
                      (int)n);
        free(places);
        free(pairs);
    }
}
END_TEST

START_TEST(derived_seeds_differ)
{
    enum { COUNT = 100 };
    uint64_t seeds[COUNT * COUNT];
    for (uint64_t seed = 0; seed < COUNT; seed++)
        for (uint64_t label = 0; label < COUNT; label++)
            seeds[seed * COUNT + label] = gan_random_derive(seed, label);
    for (int i = 0; i < COUNT * COUNT; i++)
        for (int j = 0; j < i; j++)
            if (seeds[i] == seeds[j])
                ck_abort_msg("%d and %d", i, j);
}
END_TEST

static const struct test_case tests[] = {
    {"Philox gives the published answers", philox_gives_the_published_answers},
    {"the layout of seed, stream, step and block is fixed", the_layout_of_seed_stream_step_and_block_is_fixed},
    {"golden numbers", golden_numbers},
    {"numbers do not depend on how they are cut", numbers_do_not_depend_on_how_they_are_cut},
    {"normal numbers are exact", normal_numbers_are_exact},
    {"uniform numbers are uniform", uniform_numbers_are_uniform},
    {"normal numbers are normal", normal_numbers_are_normal},
    {"neighbours in every direction are unrelated", neighbours_in_every_direction_are_unrelated},
    {"every bit of the key counts", every_bit_of_the_key_counts},
    {"integers keep their bound", integers_keep_their_bound},
    {"integers are the high half of a product", integers_are_the_high_half_of_a_product},
    {"permutations are one to one", permutations_are_one_to_one},
    {"all orders of few are as frequent", all_orders_of_few_are_as_frequent},
    {"places and neighbours are as frequent", places_and_neighbours_are_as_frequent},
    {"derived seeds differ", derived_seeds_differ},
};

int main(void)
{
    return RUN_SUITE("base: random", tests);
}
