/*
 * gan_run_log_open with `append`, and gan_run_log_cut: the first byte says what the rest is, lines, a table, or an
 * event file; the second where that is cut.
 */
#include "fuzz.h"

#include "gan/gan.h"
#include "io/event_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Goes on with a log that this link leads to, in a folder of its own: the name says what is in it. */
static gan_run_log *open_as(const char *target, const char *ending)
{
    char folder[64], path[96];
    gan_run_log_options options;
    gan_run_log_options_init(&options);
    options.append = true;
    /* What is flushed to the disk is flushed to one that is none. */
    snprintf(folder, sizeof folder, "%s/gan-fuzz-log-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(path, sizeof path, "%s/log.%s", folder, ending);
    if (symlink(target, path) != 0)
        abort();
    gan_run_log *log = gan_run_log_open(path, &options);
    if (log != NULL) {
        gan_step_report report = GAN_STEP_REPORT_INIT;
        gan_run_log_cut(log, 1);
        gan_run_log_write(log, &report);
    }
    unlink(path);
    rmdir(folder);
    return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const char *file = fuzz_file(0, data + 2, size - 2);
    int64_t whole;
    gan_event_file_scan(file, data[1], &whole, "fuzz_run_log");
    if (data[0] % 3 == 2)
        return 0;
    gan_run_log_unref(open_as(file, data[0] % 3 == 0 ? "jsonl" : "csv"));
    return 0;
}
