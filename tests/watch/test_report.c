/* A run's report: what its curves and grids keep, what stands in the page, and how a resumed run goes on with it. */
#include "../train/players.h"

#include "../io/failing.h"
#include "config.h"
#include "gan/health.h"
#include "io/base64.h"
#include "io/json.h"
#include "io/png.h"
#include "watch/curves.h"
#include "watch/grids.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- base64 ---- */

START_TEST(base64_is_that_of_the_rfc)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}}; /* section 10 */
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char *text = gan_base64(pairs[i][0], strlen(pairs[i][0]));
        ck_made(text);
        ck_assert_str_eq(text, pairs[i][1]);
        ck_assert(gan_base64_is(text));
        gan_text_free(text);
    }
    static const unsigned char high[] = {0xFB, 0xFF, 0xFE};
    char *text = gan_base64(high, sizeof high);
    ck_assert_str_eq(text, "+//+");
    gan_text_free(text);
    static const char *const bad[] = {"Zg", "Zg=", "Zg===", "Z===", "Zm9v\"", "Zm9v\nZm9v", "=Zg=", "<Zg="};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!gan_base64_is(bad[i]), "%s", bad[i]);
}
END_TEST

/* ---- curves ---- */

/* Two curves: the step itself, and one that is not finite at multiples of 5. */
static void add(struct gan_curves *c, uint64_t step)
{
    const double values[] = {(double)step, step % 5 == 0 ? NAN : -(double)step};
    gan_curves_add(c, step, values);
}

/* Every point is the least, mean and greatest of its steps, without a gap, of the widths that its place asks for. */
static void check_curves(const struct gan_curves *c, uint64_t steps)
{
    uint64_t next = 1;
    for (size_t i = 0; i < c->count; i++) {
        const struct gan_curve_point *p = &c->point[i];
        const struct gan_curve_cell *cell = &c->cell[2 * i];
        uint64_t end = next + c->width - 1 < steps ? next + c->width - 1 : steps;
        ck_assert_uint_eq(p->first, next);
        ck_assert_uint_eq(p->last, end);
        ck_assert_uint_eq(p->count, end - next + 1);
        ck_assert_uint_eq(cell->count, p->count);
        ck_near(cell->low, next, 1e-9);
        ck_near(cell->high, end, 1e-9);
        ck_near(cell->sum / cell->count, (double)(next + end) / 2, 1e-5 * (double)end);
        double sum = 0;
        uint32_t count = 0;
        for (uint64_t step = next; step <= end; step++)
            if (step % 5 != 0) {
                sum -= (double)step;
                count++;
            }
        ck_assert_uint_eq(cell[1].count, count);
        ck_near(cell[1].sum, sum, 1e-5 * fabs(sum) + 1e-9);
        next = end + 1;
    }
    ck_assert_uint_eq(next, steps + 1);
}

START_TEST(curves_are_thinned_without_loss_of_extremes)
{
    struct gan_curves c;
    ck_ok(gan_curves_begin(&c, 2));
    uint64_t step = 0;
    static const uint64_t ends[] = {
        1, 2, GAN_CURVE_POINTS, GAN_CURVE_POINTS + 1, 2 * GAN_CURVE_POINTS, 2 * GAN_CURVE_POINTS + 1, 54321};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        while (step < ends[i])
            add(&c, ++step);
        ck_assert_uint_le(c.count, GAN_CURVE_POINTS);
        ck_assert_uint_ge(2 * c.count + 1, step < GAN_CURVE_POINTS ? step : GAN_CURVE_POINTS);
        check_curves(&c, step);
    }
    ck_assert_uint_eq(c.width, 128); /* 54321/64 > 800 ≥ 54321/128 */
    gan_curves_clear(&c);
}
END_TEST

/* Numbers that come rarely keep their own points for as long as there is room. */
START_TEST(rare_numbers_are_thinned_by_their_count)
{
    struct gan_curves c;
    ck_ok(gan_curves_begin(&c, 2));
    for (uint64_t i = 1; i <= GAN_CURVE_POINTS; i++)
        add(&c, i * 1000);
    ck_assert_uint_eq(c.count, GAN_CURVE_POINTS);
    ck_assert_uint_eq(c.width, 1);
    add(&c, (GAN_CURVE_POINTS + 1) * 1000);
    ck_assert_uint_le(c.count, GAN_CURVE_POINTS);
    ck_assert_uint_ge(c.count, GAN_CURVE_POINTS / 3);
    gan_curves_clear(&c);
}
END_TEST

/* Cut at any step and fed again, curves are those that were never cut. */
START_TEST(curves_that_are_cut_and_go_on)
{
    static const uint64_t killed[] = {5, 800, 801, 1601, 5000}, cuts[] = {0, 3, 4, 799, 1000, 1024, 1600};
    for (size_t k = 0; k < sizeof killed / sizeof killed[0]; k++)
        for (size_t n = 0; n < sizeof cuts / sizeof cuts[0]; n++) {
            struct gan_curves c;
            ck_ok(gan_curves_begin(&c, 2));
            for (uint64_t step = 1; step <= killed[k]; step++)
                add(&c, step);
            gan_curves_cut(&c, cuts[n]);
            ck_assert(c.count == 0 || c.point[c.count - 1].first <= cuts[n]);
            for (uint64_t step = (cuts[n] < killed[k] ? cuts[n] : killed[k]) + 1; step <= 6000; step++)
                add(&c, step);
            check_curves(&c, 6000);
            gan_curves_clear(&c);
        }
}
END_TEST

#ifdef HAVE_JANSSON

static struct gan_json *written(const struct gan_curves *c, const char *const *names)
{
    struct gan_json_writer writer = {0};
    gan_json_begin(&writer, NULL, '{');
    gan_curves_write(c, &writer, "steps", names);
    gan_json_end(&writer, '}');
    char *text = gan_json_finish(&writer);
    ck_made(text);
    struct gan_json *json = gan_json_parse(text, strlen(text), "curves");
    ck_made(json);
    gan_text_free(text);
    return json;
}

START_TEST(curves_come_back_from_json)
{
    static const char *const names[] = {"up", "down"};
    static const uint64_t ends[] = {0, 1, 7, 2000};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct gan_curves c, back;
        ck_ok(gan_curves_begin(&c, 2));
        ck_ok(gan_curves_begin(&back, 2));
        for (uint64_t step = 1; step <= ends[i]; step++)
            add(&c, step);
        struct gan_json *json = written(&c, names);
        ck_assert(gan_curves_read(&back, gan_json_get(json, "steps"), names));
        check_curves(&back, ends[i]);
        ck_assert_uint_eq(back.width, c.width);
        gan_json_free(json);
        gan_curves_clear(&c);
        gan_curves_clear(&back);
    }
}
END_TEST

/* A point of one step; then one thing that cannot be, each. */
START_TEST(curves_that_cannot_be_are_refused)
{
    static const char *const names[] = {"up", "down"};
    static const struct {
        const char *text;
        bool fine;
    } cases[] = {
        {"{\"width\":1,\"first\":[3],\"last\":[3],\"count\":[1],\"curves\":{\"up\":{\"mean\":[1.5]}}}", true},
        {"{\"width\":0,\"first\":[3],\"last\":[3],\"count\":[1],\"curves\":{}}", false},
        {"{\"width\":1,\"first\":[3],\"last\":[2],\"count\":[1],\"curves\":{}}", false},
        {"{\"width\":1,\"first\":[3],\"last\":[4],\"count\":[2],\"curves\":{}}", false}, /* wider than a point */
        {"{\"width\":4,\"first\":[1],\"last\":[4],\"count\":[5],\"curves\":{}}", false},
        {"{\"width\":1,\"first\":[3,3],\"last\":[3,3],\"count\":[1,1],\"curves\":{}}", false},
        {"{\"width\":1,\"first\":[3],\"last\":[],\"count\":[1],\"curves\":{}}", false},
        {"{\"width\":1,\"first\":[3],\"last\":[3],\"count\":[1],\"curves\":{\"up\":{\"mean\":[]}}}", false},
        {"{\"width\":1,\"first\":[3],\"last\":[3],\"count\":[1],\"curves\":{\"up\":{\"mean\":[1],\"count\":[2]}}}",
         false},
        {"{\"width\":1,\"first\":[3],\"last\":[3],\"count\":[1],\"curves\":{\"up\":{\"mean\":[1],\"low\":[1]}}}",
         false},
        {"[]", false},
    };
    struct gan_curves c;
    ck_ok(gan_curves_begin(&c, 2));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gan_json *json = gan_json_parse(cases[i].text, strlen(cases[i].text), "case");
        ck_made(json);
        ck_assert_msg(gan_curves_read(&c, json, names) == cases[i].fine, "%s", cases[i].text);
        ck_assert_uint_eq(c.count, cases[i].fine ? 1 : 0);
        gan_json_free(json);
    }
    gan_curves_clear(&c);
}
END_TEST

#endif

/* ---- grids ---- */

static void add_grid(struct gan_grids *g, uint64_t step, size_t size)
{
    struct gan_grid grid = {.step = step, .width = 1, .height = 1, .png = gan_base64(NULL, 0)};
    gan_text_free(grid.png);
    char *zeros = calloc(1, size);
    grid.png = gan_base64(zeros, size);
    free(zeros);
    ck_made(grid.png);
    gan_grids_add(g, grid);
}

static void check_grids(const struct gan_grids *g, uint64_t first, uint64_t latest)
{
    ck_assert_uint_le(g->count, GAN_GRIDS);
    ck_assert_uint_eq(g->grid[0].step, first);
    ck_assert_uint_eq(g->grid[g->count - 1].step, latest);
    for (size_t i = 1; i + 1 < g->count; i++)
        ck_assert_uint_ge(g->grid[i].step - g->grid[i - 1].step, g->space);
}

START_TEST(grids_are_few_and_spread_evenly)
{
    struct gan_grids g = {.count = 0};
    for (uint64_t epoch = 1; epoch <= 1000; epoch++) {
        add_grid(&g, 468 * epoch, 30);
        check_grids(&g, 468, 468 * epoch);
        if (epoch <= GAN_GRIDS)
            ck_assert_uint_eq(g.count, epoch);
        else
            ck_assert_uint_ge(g.count, GAN_GRIDS / 2);
    }
    gan_grids_cut(&g, 468 * 500);
    ck_assert_uint_le(g.grid[g.count - 1].step, 468 * 500);
    for (uint64_t epoch = 501; epoch <= 1000; epoch++)
        add_grid(&g, 468 * epoch, 30);
    check_grids(&g, 468, 468000);
    gan_grids_clear(&g);
}
END_TEST

START_TEST(grids_have_a_bound_in_bytes)
{
    struct gan_grids g = {.count = 0};
    for (uint64_t i = 1; i <= 30; i++) {
        add_grid(&g, i, 1 << 20);
        size_t bytes = 0;
        for (size_t k = 0; k < g.count; k++)
            bytes += strlen(g.grid[k].png);
        ck_assert_uint_le(bytes, GAN_GRIDS_BYTES);
    }
    check_grids(&g, 1, 30);
    ck_assert_uint_gt(g.count, 3);
    gan_grids_clear(&g);
    add_grid(&g, 1, 20 << 20); /* two are kept whatever they are */
    add_grid(&g, 2, 20 << 20);
    add_grid(&g, 3, 20 << 20);
    ck_assert_uint_eq(g.count, 2);
    check_grids(&g, 1, 3);
    gan_grids_clear(&g);
}
END_TEST

/* ---- the page ---- */

/* A file's text; to be freed. */
static char *text_of(const char *path)
{
    struct stat about;
    ck_assert_msg(stat(path, &about) == 0, "there is no %s", path);
    char *text = calloc(1, (size_t)about.st_size + 1);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(text, 1, (size_t)about.st_size, file), (size_t)about.st_size);
    fclose(file);
    return text;
}

static gan_report *open_report(const char *path, bool append, double every)
{
    gan_report_options o;
    ck_ok(gan_report_options_init(&o));
    o.append = append;
    o.every_seconds = every;
    gan_report *report = gan_report_open(path, &o);
    ck_made(report);
    return report;
}

static void add_step(gan_report *report, uint64_t step)
{
    gan_step_report one = GAN_STEP_REPORT_INIT;
    one.step = step;
    one.d_loss = (float)step;
    one.g_loss = 0.5f;
    ck_ok(gan_report_add_step(report, &one));
}

static const gan_health_event alarm_event = {.struct_size = sizeof alarm_event,
                                             .step = 4,
                                             .problem = GAN_HEALTH_MODE_COLLAPSE,
                                             .level = GAN_HEALTH_ALARM,
                                             .name = "mode-collapse",
                                             .level_name = "alarm",
                                             .where = "",
                                             .score = 0.9,
                                             .threshold = 0.8,
                                             .evidence_count = 2,
                                             .evidence = {{"variety", 0.1}, {"other", NAN}},
                                             .message = "all alike </script><b>",
                                             .advice = "raise r1_weight",
                                             .option = "r1_weight"};

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* Whatever a user's text holds, it ends neither the title nor the script. */
START_TEST(texts_are_escaped)
{
    const char *path = scratch_file("escaped.html");
    static const char evil[] = "</title></script><script>alert('&amp;')</script>\xFF\x01 \xE2\x80\xA8";
    gan_report_options o;
    ck_ok(gan_report_options_init(&o));
    o.title = evil;
    gan_report *report = gan_report_open(path, &o);
    ck_made(report);
    ck_ok(gan_report_note(report, evil, evil));
    ck_ok(gan_report_add_number(report, 3, evil, 1, 0));
    ck_ok(gan_report_add_event(report, &alarm_event));
    ck_ok(gan_report_write(report));
    gan_report_unref(report);
    char *page = text_of(path);
    ck_assert_uint_eq(count_of(page, "<script"), 2); /* the data, and the page's own */
    ck_assert_uint_eq(count_of(page, "</script>"), 2);
    ck_assert_uint_eq(count_of(page, "</title>"), 1);
    ck_assert_uint_eq(count_of(page, "<b>"), 0);
    ck_assert_uint_ge(count_of(page, "\\u003c/script>\\u003cscript>alert"), 3);
    ck_assert_uint_eq(count_of(page, "http-equiv=\"Content-Security-Policy\""), 1);
    ck_assert_uint_eq(count_of(page, "://"), 1); /* SVG's name; nothing is loaded */
    ck_assert_ptr_nonnull(strstr(page, "http://www.w3.org/2000/svg"));
    ck_assert_str_eq(page + strlen(page) - strlen("</html>\n"), "</html>\n");
    free(page);
}
END_TEST

/* Many steps, and more of everything than is kept. */
START_TEST(a_page_stays_small)
{
    const char *path = scratch_file("long.html");
    gan_report *report = open_report(path, false, 1e9);
    gan_step_report one = GAN_STEP_REPORT_INIT;
    gan_tensor *noise = gan_tensor_new(GAN_SHAPE(64, 1, 28, 28));
    for (one.step = 1; one.step <= 90000; one.step++) {
        float *fields[] = {&one.d_loss,          &one.g_loss,          &one.d_real,       &one.d_made,
                           &one.d_gradient_norm, &one.g_gradient_norm, &one.d_real_logit, &one.d_made_logit};
        for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
            *fields[i] = sinf((float)one.step * (float)(i + 1)) / 3;
        ck_ok(gan_report_add_step(report, &one));
        if (one.step % 900 == 0 && gan_png_available()) {
            ck_ok(gan_tensor_fill_uniform(noise, 0, 1, one.step));
            ck_ok(gan_report_add_images(report, one.step, noise));
        }
        if (one.step % 300 == 0) {
            gan_health_event event = alarm_event;
            event.step = one.step;
            event.level = one.step == 3000 ? GAN_HEALTH_ALARM : GAN_HEALTH_NOTE;
            ck_ok(gan_report_add_event(report, &event));
            ck_ok(gan_report_add_number(report, one.step, "evaluation", 1. / (double)one.step, 0.01));
        }
    }
    gan_tensor_unref(noise);
    ck_ok(gan_report_write(report));
    gan_report_unref(report);
    char *page = text_of(path);
    ck_assert_uint_lt(strlen(page), (size_t)4 << 20); /* 40 grids of noise are 2.7 MB of it */
    ck_assert_uint_eq(count_of(page, "\"name\":\"mode-collapse\""), 256);
    ck_assert_ptr_nonnull(strstr(page, "{\"step\":3000,\"level\":3,")); /* an alarm outlives notes */
    free(page);
}
END_TEST

/* Of images that are too many or too large for a page the first are shown, in whole rows. */
START_TEST(large_images)
{
    if (!gan_png_available())
        return;
    static const struct {
        int count, side, columns, rows;
    } cases[] = {{40, 256, 5, 3}, {9, 64, 5, 2}, {2, 1500, 1, 1}}; /* a megapixel is 16 of the first */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = scratch_file("large.html");
        gan_report_options o;
        ck_ok(gan_report_options_init(&o));
        o.columns = 5;
        gan_report *report = gan_report_open(path, &o);
        gan_tensor *images = gan_tensor_new(GAN_SHAPE(cases[i].count, 1, cases[i].side, cases[i].side));
        ck_ok(gan_report_add_images(report, 1, images));
        ck_ok(gan_report_write(report));
        gan_tensor_unref(images);
        gan_report_unref(report);
        int side = cases[i].side, width, height;
        char *page = text_of(path);
        const char *list = strstr(page, "\"list\":[");
        ck_assert_ptr_nonnull(list);
        ck_assert_int_eq(sscanf(list, "\"list\":[{\"step\":1,\"width\":%d,\"height\":%d,", &width, &height), 2);
        ck_assert_int_eq(width / side, cases[i].columns); /* and gaps between them */
        ck_assert_int_eq(height / side, cases[i].rows);
        free(page);
    }
}
END_TEST

START_TEST(what_cannot_be_meant)
{
    gan_report_options o;
    ck_ok(gan_report_options_init(&o));
    ck_null(gan_report_open(NULL, &o), "gan_report_open: path is NULL");
    ck_null(gan_report_open("", NULL), "path is empty");
    o.every_seconds = -1;
    ck_null(gan_report_open("x", &o), "every_seconds is -1, want 0 or more");
    ck_ok(gan_report_options_init(&o));
    o.scale = 0;
    ck_null(gan_report_open("x", &o), "scale is 0");
    gan_report *report = open_report(scratch_file("refusing.html"), false, 1e9);
    gan_step_report one = GAN_STEP_REPORT_INIT;
    ck_fails(gan_report_add_step(NULL, &one), GAN_ERROR_INVALID_ARGUMENT, "report is NULL");
    ck_fails(gan_report_add_step(report, NULL), GAN_ERROR_INVALID_ARGUMENT, "step is NULL");
    one.struct_size = 3;
    ck_fails(gan_report_add_step(report, &one), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 3");
    ck_fails(gan_report_add_number(report, 1, "", 1, 0), GAN_ERROR_INVALID_ARGUMENT, "name is empty");
    ck_fails(gan_report_note(report, "a", NULL), GAN_ERROR_INVALID_ARGUMENT, "text is NULL");
    ck_fails(gan_report_describe(report, NULL, NULL), GAN_ERROR_INVALID_ARGUMENT, "trainer is NULL");
    ck_fails(gan_report_add_images(report, 1, NULL), GAN_ERROR_INVALID_ARGUMENT, "images is NULL");
    ck_fails(gan_report_add_event(report, NULL), GAN_ERROR_INVALID_ARGUMENT, "event is NULL");
    gan_health_event event = alarm_event;
    event.evidence_count = 7;
    ck_fails(gan_report_add_event(report, &event), GAN_ERROR_INVALID_ARGUMENT, "evidence_count cannot be");
    event = alarm_event;
    event.advice = NULL;
    ck_fails(gan_report_add_event(report, &event), GAN_ERROR_INVALID_ARGUMENT, "the event lacks a text");
    ck_fails(gan_report_end(report, ""), GAN_ERROR_INVALID_ARGUMENT, "reason is empty");
    ck_fails(gan_report_write(NULL), GAN_ERROR_INVALID_ARGUMENT, "report is NULL");
    ck_fails(gan_report_cut(NULL, 0), GAN_ERROR_INVALID_ARGUMENT, "report is NULL");
    ck_null(gan_report_observer(NULL), "report is NULL");
    char name[16];
    for (int i = 0; i < 32; i++) {
        snprintf(name, sizeof name, "%d", i);
        ck_ok(gan_report_add_number(report, 1, name, i, 0));
        ck_ok(gan_report_note(report, name, "first"));
    }
    ck_ok(gan_report_add_number(report, 2, "31", 1, 0));
    ck_ok(gan_report_note(report, "31", "second"));
    ck_fails(gan_report_add_number(report, 2, "32", 1, 0), GAN_ERROR_INVALID_ARGUMENT, "\"32\" would be the 33th name");
    ck_fails(gan_report_note(report, "32", ""), GAN_ERROR_INVALID_ARGUMENT, "would be the 33th note");
    if (gan_png_available()) {
        gan_tensor *flat = gan_tensor_new(GAN_SHAPE(3));
        ck_fails(gan_report_add_images(report, 1, flat), GAN_ERROR_INVALID_ARGUMENT, "gan_report_add_images: ");
        gan_tensor_unref(flat);
    }
    ck_assert_int_ne(access(scratch_file("refusing.html"), F_OK), 0); /* nothing was written unasked */
    gan_report_unref(report);
    gan_report_unref(NULL);
}
END_TEST

/* A page that cannot be written is said in the log, and is no failure of what is counted in. */
static int warnings;
static void count_warnings(void *context, gan_log_level level, const char *message)
{
    (void)context;
    warnings += level == GAN_LOG_WARNING && strstr(message, "the page is tried again later") != NULL;
}

START_TEST(a_page_that_cannot_be_written)
{
    gan_report *report = open_report(scratch_file("nowhere/report.html"), false, 0);
    gan_set_log(count_warnings, NULL, GAN_LOG_WARNING);
    warnings = 0;
    for (uint64_t step = 1; step <= 50; step++)
        add_step(report, step);
    ck_assert_int_gt(warnings, 0);
    ck_fails(gan_report_write(report), GAN_ERROR_IO, "nowhere/report.html");
    gan_report_unref(report);
    gan_set_log(NULL, NULL, GAN_LOG_WARNING);
}
END_TEST

/* Killed in the midst of writing, again and again, a report leaves a whole page. */
START_TEST(a_killed_process_leaves_a_whole_page)
{
    const char *path = scratch_file("killed.html");
    char keep[512];
    snprintf(keep, sizeof keep, "%s", path);
    gan_report *first = open_report(keep, false, 1e9);
    ck_ok(gan_report_write(first));
    gan_report_unref(first);
    for (int kill_at = 0; kill_at < 20; kill_at++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            gan_report *report = gan_report_open(keep, NULL);
            gan_step_report one = GAN_STEP_REPORT_INIT;
            one.d_loss = 1;
            while (report != NULL) {
                one.step++;
                gan_report_add_step(report, &one);
                gan_report_write(report);
            }
            _exit(1);
        }
        usleep((useconds_t)(1000 + 1700 * kill_at));
        kill(child, SIGKILL);
        int status;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status));
        char *page = text_of(keep);
        ck_assert_str_eq(page + strlen(page) - strlen("</html>\n"), "</html>\n");
        ck_assert_uint_eq(count_of(page, "</script>"), 2);
        free(page);
    }
}
END_TEST

/* ---- runs ---- */

enum { EXAMPLES = 24, BATCH = 4 }; /* 6 steps are an epoch */

/* Networks of pictures [1, 4, 4], as another process would make them. */
static gan_trainer *picture_trainer(void)
{
    gan_generator_options go;
    gan_discriminator_options dopt;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
    go.latent_size = 3;
    go.hidden_count = dopt.hidden_count = 1;
    go.hidden[0] = dopt.hidden[0] = 5;
    gan_model *g = gan_generator_new(GAN_SHAPE(1, 4, 4), &go), *d = gan_discriminator_new(GAN_SHAPE(1, 4, 4), &dopt);
    gan_trainer *trainer = gan_trainer_new(g, d, NULL);
    ck_made(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    return trainer;
}

static gan_status evaluate(void *context, const gan_progress *progress, gan_model *generator, double *value,
                           double *error)
{
    (void)context;
    (void)generator;
    *value = 100 - (double)progress->step;
    *error = 0.5;
    return GAN_OK;
}

static gan_status run_observed(const gan_run_observer *observer, gan_run_options *o, gan_run_result *result)
{
    gan_tensor *examples = gan_tensor_new(GAN_SHAPE(EXAMPLES, 1, 4, 4));
    ck_ok(gan_tensor_fill_uniform(examples, 0, 1, 5));
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    ck_ok(gan_dataset_set_name(dataset, "tiny <pictures>"));
    gan_loader *loader = gan_loader_new(dataset, BATCH, 3, NULL);
    gan_trainer *trainer = picture_trainer();
    o->evaluate = evaluate;
    o->evaluate_every = 4;
    o->observer = observer;
    gan_status status = gan_trainer_run(trainer, loader, o, result);
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    gan_tensor_unref(examples);
    return status;
}

static gan_run_options run_options(int64_t steps)
{
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.steps = steps;
    o.sample_count = 4;
    return o;
}

#ifdef HAVE_JANSSON

/* The page's data; to be freed. */
static struct gan_json *data_of(const char *path)
{
    char *page = text_of(path);
    const char *begins = "id=\"data\">", *at = strstr(page, begins);
    ck_assert_ptr_nonnull(at);
    at += strlen(begins);
    struct gan_json *json = gan_json_parse(at, (size_t)(strstr(at, "</script>") - at), path);
    ck_made(json);
    free(page);
    return json;
}

static void ck_member(const struct gan_json *json, const char *key, const char *wanted)
{
    char text[256];
    ck_assert_str_eq(gan_json_print(gan_json_get(json, key), text, sizeof text), wanted);
}

START_TEST(what_a_run_reports)
{
    const char *path = scratch_file("run.html");
    gan_report *report = open_report(path, false, 1e9);
    gan_run_options o = run_options(13);
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(run_observed(gan_report_observer(report), &o, &result));
    gan_model_unref(result.best);
    gan_report_unref(report);
    struct gan_json *json = data_of(path);
    const struct gan_json *run = gan_json_get(json, "run"), *facts = gan_json_get(json, "facts");
    ck_member(run, "ended", "true");
    ck_member(run, "reason", "\"all its steps were made\"");
    ck_member(run, "step", "13");
    ck_member(run, "steps", "13");
    ck_member(gan_json_get(run, "best"), "step", "12");
    ck_member(gan_json_get(run, "best"), "value", "88");
    ck_member(facts, "preset", "\"stable\"");
    ck_member(gan_json_get(facts, "data"), "name", "\"tiny <pictures>\"");
    ck_member(gan_json_get(facts, "data"), "examples", "24");
    ck_member(gan_json_get(facts, "generator"), "output", "\"[1, 4, 4]\"");
    ck_assert_uint_gt(gan_json_count(gan_json_get(facts, "options")), 40);
    int64_t memory;
    ck_assert(gan_json_integer(gan_json_get(gan_json_get(facts, "machine"), "memory"), &memory));
    ck_assert_int_gt(memory, 0); /* of plans, which the first step made */
    const struct gan_json *steps = gan_json_get(json, "steps"), *curves = gan_json_get(steps, "curves");
    ck_member(steps, "last", "[1,2,3,4,5,6,7,8,9,10,11,12,13]");
    static const char *const wanted[] = {"d_loss",          "g_loss",          "d_real", "d_made",
                                         "d_gradient_norm", "g_gradient_norm", "seconds"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        ck_assert_uint_eq(gan_json_count(gan_json_get(gan_json_get(curves, wanted[i]), "mean")), 13);
    ck_assert_ptr_null(gan_json_get(curves, "d_class_real")); /* 0 throughout */
    const struct gan_json *evaluation = gan_json_item(gan_json_get(json, "numbers"), 0);
    ck_member(evaluation, "name", "\"evaluation\"");
    ck_member(gan_json_get(evaluation, "points"), "last", "[4,8,12]");
    ck_member(gan_json_get(gan_json_get(gan_json_get(evaluation, "points"), "curves"), "value"), "mean", "[96,92,88]");
    const struct gan_json *grids = gan_json_get(gan_json_get(json, "grids"), "list");
    ck_assert_uint_eq(gan_json_count(grids), gan_png_available() ? 2 : 0);
    if (gan_png_available()) {
        ck_member(gan_json_item(grids, 0), "step", "6");
        ck_member(gan_json_item(grids, 1), "step", "12");
        const char *png;
        ck_assert(gan_json_text(gan_json_get(gan_json_item(grids, 1), "png"), &png));
        ck_assert(strncmp(png, "iVBORw0KGgo", 11) == 0); /* how every PNG file begins */
    }
    gan_json_free(json);
}
END_TEST

/* The curves and images that a page keeps, as text, without what the clock decides; to be freed. */
static char *kept(const char *path)
{
    struct gan_json *json = data_of(path);
    size_t size = 1 << 20;
    char *text = malloc(size);
    static const char *const curves[] = {"d_loss", "g_loss", "d_real_logit", "d_gradient_norm", "g_gradient_norm"};
    static const char *const parts[] = {"width", "first", "last", "count"};
    const struct gan_json *steps = gan_json_get(json, "steps");
    size_t used = 0;
    for (size_t i = 0; i < 4; i++) {
        gan_json_print(gan_json_get(steps, parts[i]), text + used, size - used);
        used += strlen(text + used);
    }
    for (size_t i = 0; i < 5; i++) {
        gan_json_print(gan_json_get(gan_json_get(steps, "curves"), curves[i]), text + used, size - used);
        used += strlen(text + used);
    }
    static const char *const members[] = {"numbers", "grids", "events"};
    for (size_t i = 0; i < 3; i++) {
        gan_json_print(gan_json_get(json, members[i]), text + used, size - used);
        used += strlen(text + used);
    }
    ck_assert_uint_lt(used, size - 1);
    gan_json_free(json);
    return text;
}

/* The same text, but that numbers may differ in their last digits of six. */
static void ck_same_to_rounding(const char *a, const char *b)
{
    const char *first = a;
    while (*a != '\0' || *b != '\0') {
        char *after_a, *after_b;
        double x = strtod(a, &after_a), y = strtod(b, &after_b);
        bool numbers = after_a > a && after_b > b && strchr("[,:", a > first ? a[-1] : ' ') != NULL;
        ck_assert_msg(numbers ? fabs(x - y) <= 2e-5 * fmax(fabs(x), 0.1) : *a == *b,
                      "from byte %zu on: %.90s, but %.90s", (size_t)(a - first), a, b);
        a = numbers ? after_a : a + 1;
        b = numbers ? after_b : b + 1;
    }
}

/* Ends the run with an error after a step, as a crash would: after the page was written, before the checkpoint. */
struct crash {
    gan_report *report;
    uint64_t at;
};

static gan_status crash_step(void *context, const gan_progress *progress)
{
    struct crash *crash = context;
    if (progress->report->step < crash->at)
        return GAN_OK;
    ck_ok(gan_report_write(crash->report));
    return GAN_ERROR_SYSTEM;
}

static gan_run_options checkpointed(const char *name, int64_t steps)
{
    gan_run_options o = run_options(steps);
    o.checkpoint_path = scratch_file(name);
    o.checkpoint_every_steps = 10;
    o.resume = true;
    return o;
}

/* Crashed after its latest checkpoint, resumed and crashed again, a run leaves the page of one in one go: every point.
 */
START_TEST(a_resumed_run_goes_on_with_its_page)
{
    char calm[512], torn[512];
    snprintf(calm, sizeof calm, "%s", scratch_file("calm.html"));
    snprintf(torn, sizeof torn, "%s", scratch_file("torn.html"));
    gan_report *report = open_report(calm, true, 1e9); /* there is none yet: it begins */
    gan_run_options o = checkpointed("calm", 2000);
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(run_observed(gan_report_observer(report), &o, &result));
    gan_model_unref(result.best);
    gan_report_unref(report);
    static const int64_t crashes[] = {857, 1606, 0};
    for (int i = 0; i < 3; i++) {
        report = open_report(torn, true, 1e9);
        struct crash crash = {report, (uint64_t)crashes[i]};
        gan_run_observer last = {.struct_size = sizeof last, .context = &crash, .step = crash_step};
        gan_run_observer first = *gan_report_observer(report);
        first.next = &last;
        first.end = NULL; /* killed, it does not come to that */
        o = checkpointed("torn", 2000);
        if (crashes[i] > 0)
            ck_assert_int_eq(run_observed(&first, &o, NULL), GAN_ERROR_SYSTEM);
        else
            ck_ok(run_observed(gan_report_observer(report), &o, NULL));
        gan_report_unref(report);
    }
    char *of_calm = kept(calm), *of_torn = kept(torn);
    ck_same_to_rounding(of_calm, of_torn);
    free(of_calm);
    free(of_torn);
}
END_TEST

/* A trainer that is taken back makes steps of the same numbers again, with other results; what was found stays. */
START_TEST(steps_that_come_again)
{
    const char *path = scratch_file("back.html");
    gan_report *report = open_report(path, false, 1e9);
    for (uint64_t step = 1; step <= 9; step++)
        add_step(report, step);
    gan_health_event event = alarm_event;
    event.step = 9;
    ck_ok(gan_report_add_event(report, &event));
    ck_ok(gan_report_add_number(report, 8, "n", 1, 0));
    gan_step_report again = GAN_STEP_REPORT_INIT;
    again.step = 5;
    again.d_loss = 77;
    ck_ok(gan_report_add_step(report, &again));
    ck_ok(gan_report_write(report));
    struct gan_json *json = data_of(path);
    ck_member(gan_json_get(json, "steps"), "last", "[1,2,3,4,5]");
    ck_member(gan_json_get(gan_json_get(gan_json_get(json, "steps"), "curves"), "d_loss"), "mean", "[1,2,3,4,77]");
    ck_member(gan_json_get(gan_json_item(gan_json_get(json, "numbers"), 0), "points"), "last", "[]");
    ck_assert_uint_eq(gan_json_count(gan_json_get(json, "events")), 1);
    gan_json_free(json);
    ck_ok(gan_report_cut(report, 5)); /* and this forgets events too */
    ck_ok(gan_report_end(report, "enough"));
    json = data_of(path);
    ck_member(gan_json_get(json, "run"), "ended", "true");
    ck_member(gan_json_get(json, "run"), "reason", "\"enough\"");
    ck_assert_uint_eq(gan_json_count(gan_json_get(json, "events")), 0);
    gan_json_free(json);
    add_step(report, 6); /* it was not the end */
    ck_ok(gan_report_write(report));
    json = data_of(path);
    ck_member(gan_json_get(json, "run"), "ended", "false");
    gan_json_free(json);
    gan_report_unref(report);
}
END_TEST

static void write_text(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, size, file), size);
    fclose(file);
}

/* Cut short anywhere, or something else altogether: an error that names the file, and the file stays. */
START_TEST(damaged_pages_are_refused)
{
    char path[512];
    snprintf(path, sizeof path, "%s", scratch_file("damaged.html"));
    gan_report *report = open_report(path, false, 1e9);
    for (uint64_t step = 1; step <= 3; step++)
        add_step(report, step);
    ck_ok(gan_report_add_event(report, &alarm_event));
    ck_ok(gan_report_write(report));
    gan_report_unref(report);
    char *page = text_of(path);
    size_t size = (size_t)(strstr(strstr(page, "id=\"data\">"), "</script>") - page);
    gan_report_options o;
    ck_ok(gan_report_options_init(&o));
    o.append = true;
    for (size_t length = 0; length <= size; length += length + 500 < size ? 491 : 23) {
        write_text(path, page, length);
        ck_null(gan_report_open(path, &o), path);
        ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    }
    write_text(path, page, strlen(page));
    report = gan_report_open(path, &o);
    ck_made(report);
    gan_report_unref(report);
    char *version = strstr(page, "\"version\":1");
    version[strlen("\"version\":")] = '9';
    write_text(path, page, strlen(page));
    ck_null(gan_report_open(path, &o), "another libgan");
    free(page);
    ck_null(gan_report_open(scratch_directory(), &o), scratch_directory());
}
END_TEST

/* A page that is written at the end alone; an event of a long text. */
START_TEST(what_was_written_is_read_again)
{
    char path[512], *message = malloc(10000);
    snprintf(path, sizeof path, "%s", scratch_file("long.html"));
    memset(message, 'm', 9999);
    message[9999] = '\0';
    gan_health_event event = alarm_event;
    event.message = message;
    gan_report *report = open_report(path, false, INFINITY);
    add_step(report, 1);
    ck_ok(gan_report_add_event(report, &event));
    ck_ok(gan_report_end(report, "done"));
    gan_report_unref(report);
    for (int again = 0; again < 2; again++) {
        gan_report_options o;
        ck_ok(gan_report_options_init(&o));
        o.append = true;
        report = gan_report_open(path, &o);
        ck_made(report);
        ck_ok(gan_report_write(report));
        gan_report_unref(report);
        struct gan_json *json = data_of(path);
        const char *kept;
        ck_assert(gan_json_text(gan_json_get(gan_json_item(gan_json_get(json, "events"), 0), "message"), &kept));
        ck_assert_str_eq(kept, message);
        gan_json_free(json);
    }
    free(message);
}
END_TEST

START_TEST(every_preset_has_its_name)
{
    for (int preset = 0; gan_preset_name((gan_preset)preset) != NULL; preset++) {
        gan_trainer_options o;
        ck_ok(gan_trainer_options_init(&o, (gan_preset)preset));
        if (o.loss == GAN_LOSS_ENERGY_MARGIN || o.loss == GAN_LOSS_BOUNDARY_EQUILIBRIUM)
            o.loss = GAN_LOSS_NON_SATURATING; /* the small D is no autoencoder */
        gan_trainer *trainer = small_trainer(&o);
        const char *path = scratch_file("preset.html");
        gan_report *report = open_report(path, false, 1e9);
        ck_ok(gan_report_describe(report, trainer, NULL));
        ck_ok(gan_report_write(report));
        gan_report_unref(report);
        struct gan_json *json = data_of(path);
        char wanted[40];
        snprintf(wanted, sizeof wanted, "\"%s\"", gan_preset_name((gan_preset)preset));
        ck_member(gan_json_get(json, "facts"), "preset", wanted);
        gan_json_free(json);
        gan_trainer_unref(trainer);
    }
}
END_TEST

/* The preset itself decides nothing once options are filled: one that is none is no reason to fail. */
START_TEST(a_preset_that_is_none_is_reported)
{
    gan_trainer_options o, none;
    ck_ok(gan_trainer_options_init(&o, GAN_PRESET_STABLE));
    ck_ok(gan_trainer_options_init(&none, GAN_PRESET_STABLE));
    none.preset = (gan_preset)99;
    gan_trainer *players = small_trainer(&o);
    gan_trainer *trainer = gan_trainer_new(gan_trainer_generator(players), gan_trainer_discriminator(players), &none);
    ck_made(trainer);
    const char *path = scratch_file("none.html");
    gan_report *report = open_report(path, false, 1e9);
    ck_ok(gan_report_describe(report, trainer, NULL));
    ck_ok(gan_report_write(report));
    gan_report_unref(report);
    struct gan_json *json = data_of(path);
    ck_member(gan_json_get(json, "facts"), "preset", "\"?\"");
    gan_json_free(json);
    gan_trainer_unref(trainer);
    gan_trainer_unref(players);
}
END_TEST

/* ---- want of memory ---- */

static char lean_path[512];

static bool report_once(void)
{
    gan_report_options o;
    gan_report_options_init(&o);
    o.append = true;
    o.every_seconds = 1e9;
    gan_report *report = gan_report_open(lean_path, &o);
    gan_tensor *images = report != NULL ? gan_tensor_new(GAN_SHAPE(2, 1, 3, 3)) : NULL;
    gan_step_report one = GAN_STEP_REPORT_INIT;
    one.step = 7;
    bool fine = images != NULL && gan_report_add_step(report, &one) == GAN_OK &&
                gan_report_add_number(report, 7, "other", 1, 0) == GAN_OK &&
                gan_report_note(report, "a", "b") == GAN_OK && gan_report_add_event(report, &alarm_event) == GAN_OK &&
                (!gan_png_available() || gan_report_add_images(report, 7, images) == GAN_OK) &&
                gan_report_write(report) == GAN_OK;
    gan_tensor_unref(images);
    gan_report_unref(report);
    return fine;
}

START_TEST(want_of_memory)
{
    snprintf(lean_path, sizeof lean_path, "%s", scratch_file("lean.html"));
    ck_assert(report_once()); /* what follows reads a page, too */
    ck_assert_int_gt(fail_each_allocation(report_once), 10);
}
END_TEST

#endif

/* ---- observers ---- */

struct notes {
    char text[256];
    const char *name;
    const char *fails; /* the call that fails */
};

static gan_status note(struct notes *notes, const char *what)
{
    snprintf(notes->text + strlen(notes->text), sizeof notes->text - strlen(notes->text), "%s%s ", notes->name, what);
    return notes->fails != NULL && strcmp(notes->fails, what) == 0 ? GAN_ERROR_SYSTEM : GAN_OK;
}

static gan_status note_begin(void *context, gan_trainer *trainer, const gan_loader *loader,
                             const gan_progress *progress)
{
    ck_made(trainer);
    ck_made(loader);
    ck_assert_int_eq(progress->step, 0);
    ck_assert_uint_eq(progress->report->step, 0);
    return note(context, "begin");
}

static gan_status note_step(void *context, const gan_progress *progress)
{
    ck_assert_uint_eq(progress->report->step, (uint64_t)progress->step);
    return note(context, "step");
}

static gan_status note_images(void *context, const gan_progress *progress, const gan_tensor *images)
{
    (void)progress;
    ck_assert(gan_shape_equal(gan_tensor_shape(images), GAN_SHAPE(4, 1, 4, 4)));
    return note(context, "images");
}

static gan_status note_evaluation(void *context, const gan_progress *progress, double value, double error)
{
    ck_near(value, 100 - (double)progress->step, 1e-9);
    ck_near(error, 0.5, 1e-9);
    return note(context, "evaluation");
}

static gan_status note_saving(void *context, const gan_progress *progress)
{
    (void)progress;
    return note(context, "saving");
}

static gan_status note_end(void *context, const gan_progress *progress, const gan_run_result *result)
{
    ck_assert_int_eq(progress->step, result->steps);
    return note(context, "end");
}

static gan_run_observer observer_of(struct notes *notes, const gan_run_observer *next)
{
    return (gan_run_observer){sizeof(gan_run_observer), notes,       next,    note_begin, note_step, note_images,
                              note_evaluation,          note_saving, note_end};
}

START_TEST(who_observes_is_told_in_order)
{
    struct notes notes = {.name = ""};
    gan_run_observer observer = observer_of(&notes, NULL);
    gan_run_options o = run_options(7);
    o.checkpoint_path = scratch_file("observed");
    o.checkpoint_every_steps = 4;
    ck_ok(run_observed(&observer, &o, NULL));
    ck_assert_str_eq(notes.text, "begin step step step step evaluation saving step step images step saving end ");
    /* Several, one of a program that knew of fewer functions; one fails. */
    struct notes a = {.name = "a-"}, b = {.name = "b-", .fails = "step"};
    gan_run_observer second = observer_of(&b, NULL);
    gan_run_observer old = {
        .struct_size = offsetof(gan_run_observer, step), .begin = NULL, .step = note_step, .next = &second};
    gan_run_observer first = observer_of(&a, &old);
    o = run_options(7);
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_assert_int_eq(run_observed(&first, &o, &result), GAN_ERROR_SYSTEM);
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_assert_str_eq(a.text, "a-begin a-step a-end ");
    ck_assert_str_eq(b.text, "b-begin b-step b-end ");
    /* Who was not told of the beginning is not told of the end. */
    a = (struct notes){.name = "a-", .fails = "begin"};
    b = (struct notes){.name = "b-"};
    o = run_options(7);
    ck_assert_int_eq(run_observed(&first, &o, &result), GAN_ERROR_SYSTEM);
    ck_assert_str_eq(a.text, "a-begin a-end ");
    ck_assert_str_eq(b.text, "");
    /* A failure at the end is one of the run. */
    struct notes last = {.name = "", .fails = "end"};
    observer = observer_of(&last, NULL);
    o = run_options(1);
    ck_assert_int_eq(run_observed(&observer, &o, &result), GAN_ERROR_SYSTEM);
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_assert_int_eq(result.steps, 1);
}
END_TEST

/* The page's own failure at the end is the run's. */
START_TEST(a_run_whose_page_cannot_be_written)
{
    gan_report *report = open_report(scratch_file("nowhere/run.html"), false, 1e9);
    gan_run_options o = run_options(3);
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_fails(run_observed(gan_report_observer(report), &o, &result), GAN_ERROR_IO, "nowhere/run.html");
    ck_assert_int_eq(result.steps, 3); /* it was trained to its end */
    gan_report_unref(report);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"base64 is that of the RFC", base64_is_that_of_the_rfc},
        {"curves are thinned without loss of extremes", curves_are_thinned_without_loss_of_extremes},
        {"rare numbers are thinned by their count", rare_numbers_are_thinned_by_their_count},
        {"curves that are cut and go on", curves_that_are_cut_and_go_on},
        {"grids are few and spread evenly", grids_are_few_and_spread_evenly},
        {"grids have a bound in bytes", grids_have_a_bound_in_bytes},
        {"texts are escaped", texts_are_escaped},
        {"a page stays small", a_page_stays_small},
        {"large images", large_images},
        {"what cannot be meant", what_cannot_be_meant},
        {"a page that cannot be written", a_page_that_cannot_be_written},
        {"a killed process leaves a whole page", a_killed_process_leaves_a_whole_page},
        {"who observes is told in order", who_observes_is_told_in_order},
        {"a run whose page cannot be written", a_run_whose_page_cannot_be_written},
#ifdef HAVE_JANSSON
        {"curves come back from JSON", curves_come_back_from_json},
        {"curves that cannot be are refused", curves_that_cannot_be_are_refused},
        {"what a run reports", what_a_run_reports},
        {"a resumed run goes on with its page", a_resumed_run_goes_on_with_its_page},
        {"steps that come again", steps_that_come_again},
        {"damaged pages are refused", damaged_pages_are_refused},
        {"what was written is read again", what_was_written_is_read_again},
        {"every preset has its name", every_preset_has_its_name},
        {"a preset that is none is reported", a_preset_that_is_none_is_reported},
        {"want of memory", want_of_memory},
#endif
    };
    return RUN_SUITE("watch: report", tests);
}
