/* gan_report_open with `append`: a page with the input as its data, or, where that begins with '<', the input itself.
 */
#include "fuzz.h"

#include "gan/gan.h"
#include "watch/report_page.h"

#include <stdlib.h>
#include <string.h>

/* To be freed. */
static char *page_of(const uint8_t *data, size_t size, size_t *whole)
{
    static const char begins[] = GAN_PAGE_DATA_BEGINS, ends[] = GAN_PAGE_DATA_ENDS;
    char *page = malloc(size + sizeof begins + sizeof ends);
    if (page == NULL)
        abort();
    memcpy(page, begins, sizeof begins - 1);
    memcpy(page + sizeof begins - 1, data, size);
    memcpy(page + sizeof begins - 1 + size, ends, sizeof ends - 1);
    *whole = size + sizeof begins + sizeof ends - 2;
    return page;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t whole = size;
    char *page = size > 0 && data[0] != '<' ? page_of(data, size, &whole) : NULL;
    const char *path = fuzz_file(0, page != NULL ? (const void *)page : data, whole);
    gan_report_options options;
    gan_report_options_init(&options);
    options.append = true;
    options.every_seconds = 1e9; /* nothing is written: beside a file in memory there is no place for it */
    gan_report *report = gan_report_open(path, &options);
    gan_step_report step = GAN_STEP_REPORT_INIT;
    for (step.step = 1; report != NULL && step.step < 2000; step.step *= 3) {
        gan_report_add_step(report, &step);
        gan_report_add_number(report, step.step, "n", 1, 0);
    }
    gan_report_cut(report, 9); /* any outcome but a crash will do */
    gan_report_unref(report);
    free(page);
    return 0;
}
