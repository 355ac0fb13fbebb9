/* A run's log: what stands in it, what is left of it after a kill or on a full disk, and how a resumed run goes on. */
#include "players.h"

#include "../io/failing.h"
#include "config.h"
#include "io/event_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- texts ---- */

/* A file's text; to be freed. */
static char *text_of(const char *path)
{
    struct stat about;
    ck_assert_msg(stat(path, &about) == 0, "there is no %s", path);
    char *text = calloc(1, (size_t)about.st_size + 1);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)about.st_size, file), (size_t)about.st_size);
    fclose(file);
    return text;
}

static void ck_text(const char *path, const char *wanted)
{
    char *text = text_of(path);
    ck_assert_str_eq(text, wanted);
    free(text);
}

static void append_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* Sets what the clock decides to 0, from "<key>:" (or, without a key, at a table's column) to the next comma or '}'. */
static void zero_after(char *text, const char *key)
{
    for (char *at = text; (at = strstr(at, key)) != NULL;) {
        at += strlen(key);
        size_t length = strcspn(at, ",}\n");
        memmove(at + 1, at + length, strlen(at + length) + 1);
        *at = '0';
    }
}

/* The lines of a log without the clock's numbers; to be freed. */
static char *timeless(const char *path)
{
    char *text = text_of(path);
    zero_after(text, "\"unix_ms\":");
    zero_after(text, "\"data_seconds\":");
    zero_after(text, "\"seconds\":");
    return text;
}

static int lines_of(const char *text)
{
    int lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static gan_step_report report_of(uint64_t step)
{
    gan_step_report report = GAN_STEP_REPORT_INIT;
    report.step = step;
    report.d_loss = 1.5f + (float)step;
    report.g_loss = 0.1f;
    report.d_real = 0.75f;
    report.d_gradient_norm = 3;
    report.g_rate = 0.0001f;
    report.d_committed = true;
    report.seconds = 0.25;
    return report;
}

static void write_steps(gan_run_log *log, uint64_t from, uint64_t to)
{
    for (uint64_t step = from; step <= to; step++) {
        gan_step_report report = report_of(step);
        ck_ok(gan_run_log_write(log, &report));
    }
}

static gan_run_log *open_log(const char *path, bool append)
{
    gan_run_log_options options;
    ck_ok(gan_run_log_options_init(&options));
    options.append = append;
    gan_run_log *log = gan_run_log_open(path, &options);
    ck_made(log);
    return log;
}

/* What the independent reader says of a folder's event files, in the order of their names; NULL without python3. */
static char *events_of(const char *folder)
{
    char command[1500];
    const char *root = getenv("GAN_SOURCE_ROOT"), *out = scratch_file("events.txt");
    if (system("command -v python3 >/dev/null 2>&1") != 0) {
        printf("skipped: no python3 to read event files\n");
        return NULL;
    }
    snprintf(command, sizeof command, "python3 '%s/tests/train/event_file.py' '%s'/events.out.tfevents.* >'%s'",
             root != NULL ? root : ".", folder, out);
    ck_assert_int_eq(system(command), 0);
    return text_of(out);
}

/* ---- what is written ---- */

START_TEST(lines_are_json)
{
    const char *path = scratch_file("plain.jsonl");
    gan_run_log *log = open_log(path, false);
    write_steps(log, 1, 1);
    gan_step_report report = report_of(2);
    report.d_loss = NAN;
    report.g_loss = -INFINITY;
    ck_ok(gan_run_log_write(log, &report));
    ck_ok(gan_run_log_write_number(log, 2, "quality/\"FID\"", 12.5));
    gan_run_log_unref(log);
    char *text = timeless(path);
    ck_assert_str_eq(text, "{\"step\":1,\"unix_ms\":0,\"d_loss\":2.5,\"g_loss\":0.100000001,\"d_penalty\":0,"
                           "\"g_penalty\":0,\"r1_penalty\":0,\"d_real\":0.75,\"d_made\":0,\"d_real_logit\":0,"
                           "\"d_made_logit\":0,\"d_gradient_norm\":3,\"g_gradient_norm\":0,\"d_class_real\":0,\"d_"
                           "class_made\":0,\"g_class\":0,\"d_rate\":0,"
                           "\"g_rate\":9.99999975e-05,\"rate_factor\":0,\"augment_probability\":0,\"d_real_sign\":0,"
                           "\"balance\":0,\"convergence\":0,"
                           "\"d_committed\":true,\"g_committed\":false,"
                           "\"data_seconds\":0,\"seconds\":0}\n"
                           "{\"step\":2,\"unix_ms\":0,\"d_loss\":null,\"g_loss\":null,\"d_penalty\":0,"
                           "\"g_penalty\":0,\"r1_penalty\":0,\"d_real\":0.75,\"d_made\":0,\"d_real_logit\":0,"
                           "\"d_made_logit\":0,\"d_gradient_norm\":3,\"g_gradient_norm\":0,\"d_class_real\":0,\"d_"
                           "class_made\":0,\"g_class\":0,\"d_rate\":0,"
                           "\"g_rate\":9.99999975e-05,\"rate_factor\":0,\"augment_probability\":0,\"d_real_sign\":0,"
                           "\"balance\":0,\"convergence\":0,"
                           "\"d_committed\":true,\"g_committed\":false,"
                           "\"data_seconds\":0,\"seconds\":0}\n"
                           "{\"step\":2,\"unix_ms\":0,\"quality/\\\"FID\\\"\":12.5}\n");
    free(text);
}
END_TEST

static gan_health_event event_of(uint64_t step)
{
    return (gan_health_event){.struct_size = sizeof(gan_health_event),
                              .step = step,
                              .problem = GAN_HEALTH_MODE_COLLAPSE,
                              .level = GAN_HEALTH_ALARM,
                              .before = GAN_HEALTH_WARNING,
                              .name = "mode-collapse",
                              .level_name = "alarm",
                              .where = "G",
                              .score = 0.96875,
                              .threshold = 0.9375,
                              .evidence_count = 2,
                              .evidence = {{"variety", 0.03125}, {"features", NAN}},
                              .message = "made examples are \"alike\"",
                              .advice = "Raise r1_weight.",
                              .option = "r1_weight"};
}

START_TEST(events_of_health_are_lines_and_curves)
{
    const char *path = scratch_file("health");
    gan_run_log *log = open_log(path, false);
    gan_health_event event = event_of(3);
    ck_ok(gan_run_log_write_event(log, &event));
    gan_run_log_unref(log);
    char name[600];
    snprintf(name, sizeof name, "%s/log.jsonl", path);
    char *text = timeless(name);
    ck_assert_str_eq(text,
                     "{\"step\":3,\"unix_ms\":0,\"event\":\"mode-collapse\",\"level\":\"alarm\",\"before\":\"warning\","
                     "\"where\":\"G\",\"score\":0.96875,\"threshold\":0.9375,\"evidence\":{\"variety\":0.03125,"
                     "\"features\":null},\"message\":\"made examples are \\\"alike\\\"\",\"advice\":\"Raise "
                     "r1_weight.\",\"option\":\"r1_weight\"}\n");
    free(text);
    text = events_of(path);
    if (text == NULL)
        return;
    ck_assert_msg(strstr(text, "3 health/mode-collapse=3") != NULL, "%s", text);
    free(text);
}
END_TEST

START_TEST(events_that_are_not_whole_are_refused)
{
    gan_run_log *log = open_log(scratch_file("refused.jsonl"), false);
    gan_health_event event = event_of(3);
    ck_fails(gan_run_log_write_event(NULL, &event), GAN_ERROR_INVALID_ARGUMENT, "log is NULL");
    ck_fails(gan_run_log_write_event(log, NULL), GAN_ERROR_INVALID_ARGUMENT, "event is NULL");
    event.struct_size = 8;
    ck_fails(gan_run_log_write_event(log, &event), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 8");
    event = event_of(3);
    event.advice = NULL;
    ck_fails(gan_run_log_write_event(log, &event), GAN_ERROR_INVALID_ARGUMENT, "lacks a text");
    event = event_of(3);
    event.evidence_count = GAN_MAX_EVIDENCE + 1;
    ck_fails(gan_run_log_write_event(log, &event), GAN_ERROR_INVALID_ARGUMENT, "evidence_count");
    gan_run_log_unref(log);
}
END_TEST

START_TEST(a_table_has_the_names_above)
{
    const char *path = scratch_file("plain.csv");
    gan_run_log *log = open_log(path, false);
    write_steps(log, 7, 7);
    ck_ok(gan_run_log_write_number(log, 7, "quality", 1)); /* no column: nothing */
    gan_run_log_unref(log);
    char *text = text_of(path), *row = strchr(text, '\n') + 1;
    *strchr(text, '\n') = '\0';
    ck_assert_str_eq(text, "step,unix_ms,d_loss,g_loss,d_penalty,g_penalty,r1_penalty,d_real,d_made,d_real_logit,"
                           "d_made_logit,d_gradient_norm,g_gradient_norm,d_class_real,d_class_made,g_class,d_rate,g_"
                           "rate,rate_factor,augment_probability,d_real_sign,balance,convergence,d_committed,"
                           "g_committed,data_seconds,seconds");
    ck_assert(strncmp(row, "7,1", 3) == 0); /* milliseconds since 1970 begin with 1 until 2033 */
    ck_assert_str_eq(strchr(row + 2, ','),
                     ",8.5,0.100000001,0,0,0,0.75,0,0,0,3,0,0,0,0,0,9.99999975e-05,0,0,0,0,0,1,0,0,0.25\n");
    free(text);
}
END_TEST

START_TEST(a_folder_has_all_and_events_parse)
{
    const char *path = scratch_file("folder");
    gan_run_log *log = open_log(path, false);
    gan_tensor *images = gan_tensor_new(GAN_SHAPE(5, 3, 4, 6));
    ck_ok(gan_tensor_fill_uniform(images, 0, 1, 1));
    write_steps(log, 1, 300); /* steps of one byte and of two */
#ifdef HAVE_PNG
    ck_ok(gan_run_log_write_images(log, 300, "samples", images));
#endif
    ck_ok(gan_run_log_write_number(log, 300, "quality", 0.5));
    gan_run_log_unref(log);
    gan_tensor_unref(images);
    char name[600];
    snprintf(name, sizeof name, "%s/log.jsonl", path);
    char *text = text_of(name);
    ck_assert_int_eq(lines_of(text), 301);
    free(text);
    snprintf(name, sizeof name, "%s/log.csv", path);
    text = text_of(name);
    ck_assert_int_eq(lines_of(text), 301);
    free(text);
    text = events_of(path);
    if (text == NULL)
        return;
    ck_assert(strncmp(text, "0 version\n1 loss/D=2.5 loss/G=0.1 ", 34) == 0);
    ck_assert_ptr_nonnull(strstr(text, "\n300 loss/D=301.5 loss/G=0.1 penalty/D=0 "));
    ck_assert_ptr_nonnull(strstr(text, " rate/G=0.0001 "));
#ifdef HAVE_PNG
    ck_assert_ptr_nonnull(strstr(text, "\n300 samples=22x10x3\n")); /* 3 x 2 cells and their gaps */
#endif
    ck_assert_ptr_nonnull(strstr(text, "\n300 quality=0.5\n"));
    free(text);
}
END_TEST

START_TEST(only_every_nth_is_written)
{
    const char *path = scratch_file("every.jsonl");
    gan_run_log_options options;
    ck_ok(gan_run_log_options_init(&options));
    options.every = 4;
    gan_run_log *log = gan_run_log_open(path, &options);
    ck_made(log);
    write_steps(log, 1, 9);
    gan_run_log_unref(log);
    char *text = timeless(path);
    ck_assert_int_eq(lines_of(text), 2);
    ck_assert(strncmp(text, "{\"step\":4,", 10) == 0);
    free(text);
}
END_TEST

/* ---- going on ---- */

START_TEST(a_log_that_is_there_is_not_lost)
{
    static const char *const names[] = {"there.jsonl", "there.csv", "there"};
    for (size_t i = 0; i < 3; i++) {
        const char *path = scratch_file(names[i]);
        gan_run_log *log = open_log(path, false);
        write_steps(log, 1, 3);
        gan_run_log_unref(log);
        ck_null(gan_run_log_open(path, NULL), "is there already; set append");
        log = open_log(path, true);
        write_steps(log, 4, 5);
        gan_run_log_unref(log);
    }
    char *text = text_of(scratch_file("there.jsonl"));
    ck_assert_int_eq(lines_of(text), 5);
    free(text);
    text = text_of(scratch_file("there.csv"));
    ck_assert_int_eq(lines_of(text), 6);
    free(text);
    /* Event files alone are a log too. */
    char command[600];
    snprintf(command, sizeof command, "rm '%s'/log.*", scratch_file("there"));
    ck_assert_int_eq(system(command), 0);
    ck_null(gan_run_log_open(scratch_file("there"), NULL), "events.out.tfevents.");
}
END_TEST

START_TEST(what_was_cut_short_is_removed)
{
    const char *lines = scratch_file("short.jsonl"), *table = scratch_file("short.csv");
    append_text(lines, "{\"step\":1,\"a\":1}\n{\"step\":2,\"a");
    append_text(table, "step,unix_ms,d_lo");
    gan_run_log_unref(open_log(lines, true));
    ck_text(lines, "{\"step\":1,\"a\":1}\n");
    gan_run_log *log = open_log(table, true);
    write_steps(log, 1, 1);
    gan_run_log_unref(log);
    char *text = text_of(table);
    ck_assert_int_eq(lines_of(text), 2);
    ck_assert(strncmp(text, "step,unix_ms,d_loss,", 20) == 0);
    free(text);
}
END_TEST

START_TEST(what_is_no_log_is_left_alone)
{
    const char *lines = scratch_file("other.jsonl"), *table = scratch_file("other.csv");
    append_text(lines, "{\"step\":1,\"a\":1}\nmy diary\n");
    append_text(table, "x,y\n1,2\n");
    gan_run_log_options options;
    ck_ok(gan_run_log_options_init(&options));
    options.append = true;
    ck_null(gan_run_log_open(lines, &options), "line 2 is \"my diary");
    ck_assert_int_eq(gan_error_status(), GAN_ERROR_FORMAT);
    ck_null(gan_run_log_open(table, &options), "line 1 is \"x,y");
    ck_text(lines, "{\"step\":1,\"a\":1}\nmy diary\n");
    ck_text(table, "x,y\n1,2\n");
}
END_TEST

/* A line without an end is cut off only if a log's line begins so. */
START_TEST(an_unfinished_line_of_others_is_left_alone)
{
    static const char *const texts[][2] = {
        {"config.json", "{\"steps\": 100}"},
        {"spaced.jsonl", "{\"step\": 1"},
        {"end.jsonl", "{\"step\":1,\"a\":1}\nthe end"},
        {"numbers.csv", "1,2,3"},
        {"some.csv", "step,loss"},
    };
    gan_run_log_options options;
    ck_ok(gan_run_log_options_init(&options));
    options.append = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *path = scratch_file(texts[i][0]);
        append_text(path, texts[i][1]);
        ck_null(gan_run_log_open(path, &options), "which is not of a log");
        ck_text(path, texts[i][1]);
    }
    static const char *const begun[] = {"{", "{\"step\":", "{\"step\":12", "{\"step\":12,\"unix"};
    for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
        const char *path = scratch_file("begun.jsonl");
        append_text(path, begun[i]);
        gan_run_log_unref(open_log(path, true));
        ck_text(path, "");
    }
}
END_TEST

/* A record of an event file as other programs write the first: without its step, which is 0. */
static void append_foreign_record(const char *path)
{
    static const uint8_t event[] = "\x09\0\0\0\0\0\0\xF0\x3F\x1A\x0D"
                                   "brain.Event:2";
    const size_t size = sizeof event - 1;
    uint8_t length[8] = {(uint8_t)size};
    uint32_t sums[2] = {gan_crc32c(0, length, 8), gan_crc32c(0, event, size)};
    for (int i = 0; i < 2; i++)
        sums[i] = (sums[i] >> 15 | sums[i] << 17) + 0xA282EAD8u;
    FILE *file = fopen(path, "ab");
    ck_assert_ptr_nonnull(file);
    ck_assert(fwrite(length, 1, 8, file) == 8 && fwrite(&sums[0], 4, 1, file) == 1 &&
              fwrite(event, 1, size, file) == size && fwrite(&sums[1], 4, 1, file) == 1);
    fclose(file);
}

START_TEST(event_files_of_others_are_left_alone)
{
    const char *path = scratch_file("shared");
    gan_run_log *log = open_log(path, false);
    write_steps(log, 1, 5);
    gan_run_log_unref(log);
    char other[600];
    snprintf(other, sizeof other, "%s/events.out.tfevents.1700000000.host.1.0", path);
    append_foreign_record(other);
    append_foreign_record(other);
    log = open_log(path, true);
    ck_ok(gan_run_log_cut(log, 3));
    gan_run_log_unref(log);
    struct stat about;
    ck_assert_int_eq(stat(other, &about), 0);
    ck_assert_int_eq(about.st_size, 2 * (8 + 4 + 24 + 4));
}
END_TEST

START_TEST(steps_after_the_cut_are_gone)
{
    const char *path = scratch_file("cut");
    gan_run_log *log = open_log(path, false);
    write_steps(log, 1, 5);
    gan_run_log_unref(log);
    log = open_log(path, true);
    write_steps(log, 6, 8);
    ck_ok(gan_run_log_cut(log, 8)); /* nothing is after it, but that is not known */
    ck_ok(gan_run_log_cut(log, 3));
    write_steps(log, 4, 4);
    ck_ok(gan_run_log_cut(log, 3));
    write_steps(log, 4, 6);
    gan_run_log_unref(log);
    char name[600];
    static const char *const files[] = {"log.jsonl", "log.csv"};
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/%s", path, files[i]);
        char *text = text_of(name);
        ck_assert_int_eq(lines_of(text), 6 + i);
        free(text);
    }
    char *text = events_of(path);
    if (text == NULL)
        return;
    const char *at = text;
    static const char *const wanted[] = {"0 version", "1 loss/D", "2 loss/D", "3 loss/D", "0 version",
                                         "4 start",   "4 loss/D", "5 loss/D", "6 loss/D"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ck_assert_msg(strncmp(at, wanted[i], strlen(wanted[i])) == 0, "want %s at: %s", wanted[i], at);
        at = strchr(at, '\n') + 1;
    }
    ck_assert_str_eq(at, "");
    free(text);
}
END_TEST

/* ---- damage ---- */

START_TEST(a_damaged_event_is_where_the_file_ends)
{
    char name[600], command[900];
    const char *path = scratch_file("damaged");
    gan_run_log *log = open_log(path, false);
    write_steps(log, 1, 4);
    gan_run_log_unref(log);
    /* One bit in the third record's numbers: the version's record has 46 bytes, the others equally many. */
    snprintf(command, sizeof command, "echo '%s'/events.* >'%s'", path, scratch_file("name.txt"));
    ck_assert_int_eq(system(command), 0);
    char *text = text_of(scratch_file("name.txt"));
    snprintf(name, sizeof name, "%s", text);
    name[strcspn(name, "\n")] = '\0';
    free(text);
    struct stat about;
    ck_assert_int_eq(stat(name, &about), 0);
    FILE *file = fopen(name, "r+b");
    fseek(file, (long)about.st_size * 5 / 8, SEEK_SET);
    int byte = getc(file);
    fseek(file, (long)about.st_size * 5 / 8, SEEK_SET);
    putc(byte ^ 4, file);
    fclose(file);
    log = open_log(path, true);
    ck_ok(gan_run_log_cut(log, 4));
    gan_run_log_unref(log);
    text = events_of(path);
    if (text == NULL)
        return;
    ck_assert_int_eq(lines_of(text), 5); /* version, steps 1 and 2; version, start */
    ck_assert_ptr_nonnull(strstr(text, "\n5 start\n"));
    free(text);
}
END_TEST

START_TEST(a_full_disk_is_an_error_and_leaves_whole_lines)
{
    const char *full = scratch_file("full.jsonl");
    ck_assert_int_eq(symlink("/dev/full", full), 0);
    gan_run_log *log = open_log(full, false);
    gan_step_report report = report_of(1);
    ck_fails(gan_run_log_write(log, &report), GAN_ERROR_IO, "full.jsonl: it cannot be written: No space left");
    gan_run_log_unref(log);
    /* A limit in the middle of a line, which the system writes up to there. */
    static const char *const names[] = {"limit.jsonl", "limit.csv", "limit"};
    for (int i = 0; i < 3; i++) {
        const char *path = scratch_file(names[i]);
        log = open_log(path, false);
        signal(SIGXFSZ, SIG_IGN);
        struct rlimit before, low;
        getrlimit(RLIMIT_FSIZE, &before);
        low = before;
        low.rlim_cur = 2000;
        setrlimit(RLIMIT_FSIZE, &low);
        gan_status status = GAN_OK;
        uint64_t step = 0;
        while (status == GAN_OK && step < 100) {
            report = report_of(++step);
            status = gan_run_log_write(log, &report);
        }
        setrlimit(RLIMIT_FSIZE, &before);
        ck_assert_int_eq(status, GAN_ERROR_IO);
        ck_assert_uint_gt(step, 1);
        report = report_of(step); /* there is room again */
        ck_ok(gan_run_log_write(log, &report));
        gan_run_log_unref(log);
    }
    char *text = text_of(scratch_file("limit.jsonl"));
    const char *last = text;
    for (int line = 1; *last != '\0'; line++, last = strchr(last, '\n') + 1) {
        char lead[40];
        snprintf(lead, sizeof lead, "{\"step\":%d,", line);
        ck_assert_msg(strncmp(last, lead, strlen(lead)) == 0, "line %d: %s", line, last);
    }
    free(text);
    free(events_of(scratch_file("limit")));
}
END_TEST

START_TEST(a_killed_writer_leaves_whole_lines)
{
    char name[600];
    const char *path = scratch_file("killed");
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        if (child == 0) {
            gan_run_log *log = open_log(path, true);
            for (uint64_t step = 1;; step++)
                write_steps(log, step, step);
        }
        usleep((useconds_t)(20000 + 7000 * i));
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        ck_assert(WIFSIGNALED(status));
    }
    static const char *const files[] = {"log.jsonl", "log.csv"};
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/%s", path, files[i]);
        char *text = text_of(name);
        ck_assert_int_gt(lines_of(text), 5);
        ck_assert_int_eq(text[strlen(text) - 1], '\n');
        free(text);
    }
    gan_run_log *log = open_log(path, true); /* and every line of it is one */
    ck_ok(gan_run_log_cut(log, 5));
    gan_run_log_unref(log);
    free(events_of(path));
}
END_TEST

/* ---- whole runs ---- */

struct play {
    gan_loader *loader;
    gan_trainer *trainer;
};

/* Grey pictures of 4 x 4. */
static struct play play_new(void)
{
    struct play p;
    gan_tensor *examples = gan_tensor_new(GAN_SHAPE(23, 1, 4, 4));
    ck_ok(gan_tensor_fill_uniform(examples, 0, 1, 3));
    gan_dataset *data = gan_dataset_from_tensor(examples, NULL, 0, 1);
    gan_tensor_unref(examples);
    p.loader = gan_loader_new(data, 4, 3, NULL);
    gan_generator_options go;
    ck_ok(gan_generator_options_init(&go, GAN_RECIPE_MLP));
    ck_ok(gan_generator_options_preset(&go, GAN_PRESET_STABLE));
    gan_discriminator_options doptions;
    ck_ok(gan_discriminator_options_init(&doptions, GAN_RECIPE_MLP));
    ck_ok(gan_discriminator_options_preset(&doptions, GAN_PRESET_STABLE));
    go.hidden_count = doptions.hidden_count = 1;
    go.hidden[0] = doptions.hidden[0] = 9;
    gan_model *g = gan_generator_new(GAN_SHAPE(1, 4, 4), &go);
    gan_model *d = gan_discriminator_new(GAN_SHAPE(1, 4, 4), &doptions);
    p.trainer = gan_trainer_new(g, d, NULL);
    ck_made(p.loader);
    ck_made(p.trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_dataset_unref(data);
    return p;
}

static void play_unref(struct play *p)
{
    gan_trainer_unref(p->trainer);
    gan_loader_unref(p->loader);
}

static gan_run_options run_with(gan_run_log *log)
{
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.steps = 12;
    o.sample_count = 6;
    o.log = log;
    return o;
}

START_TEST(a_run_writes_its_log)
{
    const char *path = scratch_file("run");
    gan_run_log *log = open_log(path, false);
    struct play p = play_new();
    gan_run_options o = run_with(log);
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    o.steps = 2; /* again: it goes on */
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    gan_run_log_unref(log);
    play_unref(&p);
    char name[600];
    snprintf(name, sizeof name, "%s/log.jsonl", path);
    char *text = text_of(name);
    ck_assert_int_eq(lines_of(text), 14);
    ck_assert_ptr_nonnull(strstr(text, "\n{\"step\":14,"));
    ck_assert_ptr_nonnull(strstr(text, "\"d_rate\":0.00100000005,\"g_rate\":0.00100000005,\"rate_factor\":1,"
                                       "\"augment_probability\":0,\"d_real_sign\":0,\"balance\":0,\"convergence\":0,"
                                       "\"d_committed\":true,\"g_committed\":true,"));
    free(text);
    text = events_of(path);
#ifdef HAVE_PNG
    if (text != NULL) { /* an epoch is 5 steps; 3 x 2 cells of 4 and their gaps */
        ck_assert_ptr_nonnull(strstr(text, "\n5 samples=16x10x1\n"));
        ck_assert_ptr_nonnull(strstr(text, "\n10 samples=16x10x1\n"));
    }
#endif
    free(text);
}
END_TEST

static gan_status measure(void *context, const gan_progress *progress, gan_model *generator, double *value,
                          double *error)
{
    (void)context, (void)generator;
    *value = (double)progress->step / 2;
    *error = 0;
    return GAN_OK;
}

START_TEST(what_is_measured_is_logged)
{
    const char *path = scratch_file("measured.jsonl");
    gan_run_log *log = open_log(path, false);
    struct play p = play_new();
    gan_run_options o = run_with(log);
    o.evaluate = measure;
    o.evaluate_every = 5;
    ck_ok(gan_trainer_run(p.trainer, p.loader, &o, NULL));
    gan_run_log_unref(log);
    play_unref(&p);
    char *text = timeless(path);
    ck_assert_int_eq(lines_of(text), 14);
    ck_assert_ptr_nonnull(strstr(text, "\n{\"step\":5,\"unix_ms\":0,\"evaluation\":2.5}\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n{\"step\":10,\"unix_ms\":0,\"evaluation\":5}\n"));
    free(text);
}
END_TEST

START_TEST(a_run_that_cannot_log_says_so)
{
    const char *full = scratch_file("full_run.csv");
    ck_assert_int_eq(symlink("/dev/full", full), 0);
    ck_null(gan_run_log_open(full, NULL), "full_run.csv: it cannot be written: No space left"); /* the header */
    const char *lines = scratch_file("full_run.jsonl");
    ck_assert_int_eq(symlink("/dev/full", lines), 0);
    gan_run_log *log = open_log(lines, false);
    struct play p = play_new();
    gan_run_options o = run_with(log);
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_fails(gan_trainer_run(p.trainer, p.loader, &o, &result), GAN_ERROR_IO, "No space left");
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_assert_int_eq(result.steps, 1);
    gan_run_log_unref(log);
    play_unref(&p);
}
END_TEST

#ifdef HAVE_JANSSON

/* Killed after the 7th step, of which the latest checkpoint (the 4th) knows nothing. */
START_TEST(a_resumed_run_s_log_is_that_of_one_run)
{
    const char *calm = scratch_file("calm.jsonl"), *resumed = scratch_file("resumed.jsonl");
    struct play whole = play_new(), first = play_new(), second = play_new();
    gan_run_log *log = open_log(calm, false);
    gan_run_options o = run_with(log);
    ck_ok(gan_trainer_run(whole.trainer, whole.loader, &o, NULL));
    gan_run_log_unref(log);

    log = open_log(resumed, true); /* also where there is nothing yet */
    o = run_with(log);
    o.checkpoint_path = scratch_file("resumed");
    o.resume = true;
    o.steps = 4;
    ck_ok(gan_trainer_run(first.trainer, first.loader, &o, NULL));
    write_steps(log, 5, 7);
    gan_run_log_unref(log);
    append_text(resumed, "{\"step\":8,\"uni");

    log = open_log(resumed, true);
    o.log = log;
    o.steps = 12;
    ck_ok(gan_trainer_run(second.trainer, second.loader, &o, NULL));
    gan_run_log_unref(log);
    char *a = timeless(calm), *b = timeless(resumed);
    ck_assert_int_eq(lines_of(a), 12);
    ck_assert_str_eq(a, b);
    free(a);
    free(b);
    play_unref(&whole);
    play_unref(&first);
    play_unref(&second);
}
END_TEST

#endif

/* ---- arguments and memory ---- */

START_TEST(arguments_are_checked)
{
    gan_run_log_options options;
    gan_step_report report = report_of(1);
    ck_null(gan_run_log_open(NULL, NULL), "path is NULL");
    ck_null(gan_run_log_open("", NULL), "path is empty");
    ck_null(gan_run_log_open(scratch_file("no/such/folder"), NULL), "the folder cannot be made: No such file");
    ck_null(gan_run_log_open(scratch_file("no/such.csv"), NULL), "it cannot be opened for appending: No such file");
    ck_ok(gan_run_log_options_init(&options));
    options.every = 0;
    ck_null(gan_run_log_open("x.csv", &options), "every is 0, want 1 or more");
    ck_ok(gan_run_log_options_init(&options));
    options.image_scale = 0;
    ck_null(gan_run_log_open("x.csv", &options), "image_scale is 0, want 1 or more");
    options.struct_size = 1;
    ck_null(gan_run_log_open("x.csv", &options), "struct_size is 1");
    ck_fails(gan_run_log_options_init_sized(NULL, sizeof options), GAN_ERROR_INVALID_ARGUMENT, "options is NULL");
    ck_fails(gan_run_log_write(NULL, &report), GAN_ERROR_INVALID_ARGUMENT, "log is NULL");
    ck_fails(gan_run_log_write_number(NULL, 1, "a", 1), GAN_ERROR_INVALID_ARGUMENT, "log is NULL");
    ck_fails(gan_run_log_write_images(NULL, 1, "a", NULL), GAN_ERROR_INVALID_ARGUMENT, "log is NULL");
    ck_fails(gan_run_log_cut(NULL, 1), GAN_ERROR_INVALID_ARGUMENT, "log is NULL");
    gan_run_log_unref(NULL);
    ck_assert_ptr_null(gan_run_log_ref(NULL));
    gan_run_log *log = open_log(scratch_file("checked"), false);
    ck_fails(gan_run_log_write(log, NULL), GAN_ERROR_INVALID_ARGUMENT, "report is NULL");
    report.struct_size = 0;
    ck_fails(gan_run_log_write(log, &report), GAN_ERROR_INVALID_ARGUMENT, "struct_size is 0");
    ck_fails(gan_run_log_write_number(log, 1, NULL, 1), GAN_ERROR_INVALID_ARGUMENT, "name is NULL");
    ck_fails(gan_run_log_write_number(log, 1, "", 1), GAN_ERROR_INVALID_ARGUMENT, "name is empty");
    ck_fails(gan_run_log_write_images(log, 1, "a", NULL), GAN_ERROR_INVALID_ARGUMENT, "images is NULL");
    /* A report of a program that was built before rates were in it. */
    report = report_of(9);
    report.struct_size = offsetof(gan_step_report, d_rate);
    ck_ok(gan_run_log_write(log, &report));
    ck_assert_ptr_eq(gan_run_log_ref(log), log);
    gan_run_log_unref(log);
    gan_run_log_unref(log);
    char name[600];
    snprintf(name, sizeof name, "%s/log.jsonl", scratch_file("checked"));
    char *text = text_of(name);
    ck_assert_ptr_nonnull(strstr(text, "\"d_loss\":10.5,"));
    ck_assert_ptr_nonnull(strstr(text, "\"g_rate\":0,"));
    free(text);
}
END_TEST

static gan_tensor *shown; /* made before allocations begin to fail */

/* Goes on with a log of five steps, always the same. */
static bool log_some(void)
{
    gan_run_log_options options;
    char command[1500];
    snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'", scratch_file("scarce"), scratch_file("first"),
             scratch_file("scarce"));
    ck_assert_int_eq(system(command), 0);
    gan_run_log_options_init(&options);
    options.append = true;
    gan_run_log *log = gan_run_log_open(scratch_file("scarce"), &options);
    gan_step_report report = report_of(3);
    bool fine = log != NULL && gan_run_log_cut(log, 2) == GAN_OK && gan_run_log_write(log, &report) == GAN_OK;
#ifdef HAVE_PNG
    fine = fine && gan_run_log_write_images(log, 3, "samples", shown) == GAN_OK;
#endif
    gan_run_log_unref(log);
    return fine;
}

START_TEST(failing_allocations_are_reported)
{
    gan_run_log *log = open_log(scratch_file("first"), false);
    write_steps(log, 1, 5);
    gan_run_log_unref(log);
    shown = gan_tensor_new(GAN_SHAPE(2, 1, 3, 3));
    ck_ok(gan_tensor_fill_uniform(shown, 0, 1, 1));
    ck_assert_int_gt(fail_each_allocation(log_some), 8);
    gan_tensor_unref(shown);
}
END_TEST

START_TEST(a_report_after_the_first_allocates_nothing)
{
    gan_run_log *log = open_log(scratch_file("calm"), false);
    write_steps(log, 1000, 1000);
    struct failing failing = {.fail_at = 1};
    gan_step_report report = report_of(1001);
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    gan_status status = gan_run_log_write(log, &report);
    gan_set_allocator(NULL);
    ck_assert_int_eq(status, GAN_OK);
    ck_assert_int_eq(failing.calls, 0);
    gan_run_log_unref(log);
}
END_TEST

static const struct test_case tests[] = {
    {"lines are JSON", lines_are_json},
    {"events of health are lines and curves", events_of_health_are_lines_and_curves},
    {"events that are not whole are refused", events_that_are_not_whole_are_refused},
    {"a table has the names above", a_table_has_the_names_above},
    {"a folder has all and events parse", a_folder_has_all_and_events_parse},
    {"only every nth is written", only_every_nth_is_written},
    {"a log that is there is not lost", a_log_that_is_there_is_not_lost},
    {"what was cut short is removed", what_was_cut_short_is_removed},
    {"what is no log is left alone", what_is_no_log_is_left_alone},
    {"an unfinished line of others is left alone", an_unfinished_line_of_others_is_left_alone},
    {"event files of others are left alone", event_files_of_others_are_left_alone},
    {"steps after the cut are gone", steps_after_the_cut_are_gone},
    {"a damaged event is where the file ends", a_damaged_event_is_where_the_file_ends},
    {"a full disk is an error and leaves whole lines", a_full_disk_is_an_error_and_leaves_whole_lines},
    {"a killed writer leaves whole lines", a_killed_writer_leaves_whole_lines},
    {"a run writes its log", a_run_writes_its_log},
    {"what is measured is logged", what_is_measured_is_logged},
    {"a run that cannot log says so", a_run_that_cannot_log_says_so},
#ifdef HAVE_JANSSON
    {"a resumed run's log is that of one run", a_resumed_run_s_log_is_that_of_one_run},
#endif
    {"arguments are checked", arguments_are_checked},
    {"failing allocations are reported", failing_allocations_are_reported},
    {"a report after the first allocates nothing", a_report_after_the_first_allocates_nothing},
};

int main(void)
{
    return RUN_SUITE("train: run log", tests);
}
