/* Several metrics at once: which are measured, what the record says, and the same bits at any number of threads. */
#include "memory_check.h"
#include "sets.h"

static const char *const texts[] = {"generator.safetensors", "mnist", "test", "pixels", "none", "a \"classifier\""};

struct sets {
    gan_tensor *real, *made, *train, *real_images, *made_images, *real_classes, *made_classes;
};

static gan_tensor *sure_of(int64_t n, int step)
{
    gan_tensor *p = gan_tensor_new(GAN_SHAPE(n, 3));
    for (int64_t i = 0; p != NULL && i < 3 * n; i++)
        gan_tensor_data(p)[i] = i % 3 == i / 3 * step % 3 ? 0.75f : 0.125f;
    return p;
}

static gan_tensor *pictures(uint64_t which, int64_t n)
{
    gan_tensor *x = vectors(which, n, 16, 1, 0, 0), *pictures = gan_tensor_reshape(x, GAN_SHAPE(n, 1, 4, 4));
    gan_tensor_unref(x);
    return pictures;
}

static struct sets make_sets(int64_t n, int64_t m)
{
    return (struct sets){vectors(1, n, 16, 1, 0.5, 0),
                         vectors(2, m, 16, 0.9, 0.5, 0),
                         vectors(3, m, 16, 1, 0.5, 0),
                         pictures(1, n),
                         pictures(2, m),
                         sure_of(n, 1),
                         sure_of(m, 2)};
}

static void free_sets(struct sets *s)
{
    gan_tensor *const all[] = {s->real,        s->made,         s->train,       s->real_images,
                               s->made_images, s->real_classes, s->made_classes};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gan_tensor_unref(all[i]);
}

static gan_metric_data all_of(const struct sets *s)
{
    gan_metric_data d;
    ck_ok(gan_metric_data_init(&d));
    d.real = d.held_out = s->real;
    d.made = s->made;
    d.train = s->train;
    d.real_images = s->real_images;
    d.made_images = s->made_images;
    d.real_probabilities = s->real_classes;
    d.made_probabilities = s->made_classes;
    return d;
}

static gan_metric_record new_record(void)
{
    gan_metric_record r;
    ck_ok(gan_metric_record_init(&r));
    r.model = texts[0];
    r.data = texts[1];
    r.split = texts[2];
    r.extractor = texts[3];
    r.preprocessing = texts[4];
    r.classifier = texts[5];
    r.sample_seed = UINT64_MAX;
    return r;
}

static void check_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
}

START_TEST(everything)
{
    struct sets s = make_sets(90, 80);
    gan_metric_data d = all_of(&s);
    gan_metric_record r = new_record();
    gan_metric_options o = quick_options();
    o.replicates = 120;
    o.frechet_replicates = 5;
    ck_ok(gan_metric_evaluate(&d, NULL, 0, &o, &r));
    for (int i = 0; i < GAN_METRICS; i++) {
        ck_assert_msg(isfinite(r.value[i].value), "%s is missing", gan_metric_name((gan_metric)i));
        ck_assert_msg(isfinite(r.value[i].error) && r.value[i].low <= r.value[i].high, "%s has no interval",
                      gan_metric_name((gan_metric)i));
        ck_assert(isfinite(r.p_value[i]) == (i == GAN_METRIC_NEAREST_NEIGHBOUR || i == GAN_METRIC_MEMORISATION));
    }
    gan_metric_value v, w;
    ck_ok(gan_metric_precision_recall(s.real, s.made, &o, &v, &w));
    ck_assert(memcmp(&v, &r.value[GAN_METRIC_PRECISION], sizeof v) == 0);
    ck_assert(memcmp(&w, &r.value[GAN_METRIC_RECALL], sizeof w) == 0);
    ck_assert(r.real == 90 && r.made == 80 && r.train == 80 && r.held_out == 90 && r.images == 80);
    ck_assert(r.features == 16 && r.classes == 3);

    char *json = gan_metric_record_json(&r), *table = gan_metric_record_text(&r);
    ck_made(json);
    ck_made(table);
    check_has(json, "{\"libgan\":\"");
    check_has(json, "\"model\":\"generator.safetensors\",\"sample_seed\":\"18446744073709551615\",\"data\":\"mnist\","
                    "\"split\":\"test\",\"extractor\":\"pixels\",\"preprocessing\":\"none\","
                    "\"classifier\":\"a \\\"classifier\\\"\",\"features\":16,\"real\":90,\"made\":80,\"train\":80,"
                    "\"held_out\":90,\"images\":80,\"classes\":3,\"options\":{\"seed\":\"0\",\"replicates\":120,");
    check_has(json, "\"metrics\":{\"frechet\":{\"value\":");
    check_has(json, "\"p_value\":");
    check_has(table, "generator.safetensors\n");
    check_has(table, "80 made (seed 18446744073709551615), 90 real; 80 of training, 90 held out; 16 features");
    check_has(table, "Fréchet distance (0 is best)");
    check_has(table, " 95 % in [");
    for (int i = 0; i < GAN_METRICS; i++) {
        char part[64];
        snprintf(part, sizeof part, "\"%s\":{\"value\":", gan_metric_name((gan_metric)i));
        check_has(json, part);
    }
    gan_text_free(json);
    gan_text_free(table);
    free_sets(&s);
}
END_TEST

START_TEST(some)
{
    struct sets s = make_sets(20, 20);
    gan_metric_data d;
    gan_metric_record r = new_record();
    gan_metric_options o = quick_options();
    ck_ok(gan_metric_data_init(&d));
    check_refused(gan_metric_evaluate(&d, NULL, 0, &o, &r), "nothing to measure");
    d.real = s.real;
    d.made = s.made;
    ck_ok(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_RECALL, GAN_METRIC_FRECHET}, 2, &o, &r));
    for (int i = 0; i < GAN_METRICS; i++)
        ck_assert(isfinite(r.value[i].value) ==
                  (i == GAN_METRIC_FRECHET || i == GAN_METRIC_PRECISION || i == GAN_METRIC_RECALL));
    char *json = gan_metric_record_json(&r);
    ck_assert(strstr(json, "coverage") == NULL && strstr(json, "\"error\"") == NULL && strstr(json, "nan") == NULL);
    gan_text_free(json);
    check_refused(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_MEMORISATION}, 1, &o, &r),
                  "memorisation needs the data's train, which is NULL");
    check_refused(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_MODES}, 1, &o, &r),
                  "modes needs the data's made_probabilities");
    check_refused(gan_metric_evaluate(&d, (gan_metric[]){(gan_metric)99}, 1, &o, &r), "metrics[0] is 99");
    check_refused(gan_metric_evaluate(NULL, NULL, 0, &o, &r), "data is NULL");
    check_refused(gan_metric_evaluate(&d, NULL, 0, &o, NULL), "record is NULL");
    r.struct_size = 1;
    check_refused(gan_metric_evaluate(&d, NULL, 0, &o, &r), "the record's struct_size is 1");
    ck_assert_ptr_null(gan_metric_record_json(&r));
    ck_assert_ptr_null(gan_metric_record_text(NULL));
    d.made_probabilities = s.made;
    d.real_probabilities = s.real_classes;
    r = new_record();
    check_refused(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_MODES}, 1, &o, &r), "real_probabilities has 3");
    gan_tensor *wide = gan_tensor_new(GAN_SHAPE(20, 3, 64)); /* 3 along the first axis, but 192 classes */
    d.real_probabilities = s.real_classes;
    d.made_probabilities = wide;
    check_refused(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_REVERSE_KL}, 1, &o, &r),
                  "real_probabilities has 3");
    gan_tensor_unref(wide);
    gan_tensor *first_alone = sure_of(20, 0); /* the data have one class of three: (20 + 1)/23 of it, 1/23 of others */
    d.real_probabilities = first_alone;
    d.made_probabilities = s.made_classes; /* 7, 6 and 7 of them */
    ck_ok(gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_REVERSE_KL}, 1, &o, &r));
    ck_assert(r.value[GAN_METRIC_MODES].value == 3);
    ck_near(r.value[GAN_METRIC_REVERSE_KL].value,
            0.35 * log(0.35 * 23 / 21) + 0.35 * log(0.35 * 23) + 0.3 * log(0.3 * 23), 1e-12);
    gan_tensor_unref(first_alone);
    free_sets(&s);
}
END_TEST

START_TEST(names)
{
    gan_metric metric = GAN_METRIC_FRECHET;
    for (int i = 0; i < GAN_METRICS; i++) {
        ck_ok(gan_metric_from_name(gan_metric_name((gan_metric)i), &metric));
        ck_assert_int_eq(metric, i);
    }
    ck_assert_ptr_null(gan_metric_name((gan_metric)GAN_METRICS));
    check_refused(gan_metric_from_name("beauty", &metric),
                  "there is no metric \"beauty\"; there are frechet, kernel-distance,");
    check_has(gan_error_message(), "memorisation");
    check_refused(gan_metric_from_name(NULL, &metric), "name is NULL");
    check_refused(gan_metric_from_name("frechet", NULL), "metric is NULL");
}
END_TEST

/* Enough examples that every kind of work is cut into parts. */
START_TEST(threads)
{
    static const int counts[] = {1, 2, 3, 7};
    struct sets s = make_sets(310, 290);
    gan_metric_data d = all_of(&s);
    gan_metric_options o = quick_options();
    o.replicates = 20;
    o.frechet_replicates = 2;
    o.memorisation_cells = 3;
    char *first = NULL;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        gan_metric_record r = new_record();
        ck_ok(gan_set_threads(counts[i]));
        ck_ok(gan_metric_evaluate(&d, NULL, 0, &o, &r));
        char *json = gan_metric_record_json(&r); /* with as many digits as bring back every bit */
        ck_made(json);
        if (first == NULL)
            first = json;
        else {
            ck_assert_str_eq(json, first);
            gan_text_free(json);
        }
    }
    gan_metric_record r = new_record();
    o.seed = 1;
    ck_ok(gan_metric_evaluate(&d, NULL, 0, &o, &r));
    char *other = gan_metric_record_json(&r);
    ck_assert_str_ne(other, first); /* the seed counts */
    gan_text_free(other);
    gan_text_free(first);
    ck_ok(gan_set_threads(0));
    free_sets(&s);
}
END_TEST

static struct sets few;

static bool attempt(void *nothing)
{
    (void)nothing;
    gan_metric_data d = all_of(&few);
    gan_metric_record r = new_record();
    gan_metric_options o = quick_options();
    if (gan_metric_evaluate(&d, (gan_metric[]){GAN_METRIC_MODES}, 1, &o, &r) != GAN_OK)
        return false;
    char *json = gan_metric_record_json(&r), *table = json != NULL ? gan_metric_record_text(&r) : NULL;
    bool fine = table != NULL;
    gan_text_free(json);
    gan_text_free(table);
    return fine;
}

START_TEST(memory_runs_out)
{
    few = make_sets(12, 12);
    CHECK_EACH_ALLOCATION(attempt, NULL);
    free_sets(&few);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {{"everything", everything},
                                             {"some", some},
                                             {"names", names},
                                             {"threads", threads},
                                             {"memory runs out", memory_runs_out}};
    return RUN_SUITE("watch-records", tests);
}
