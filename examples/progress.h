/*
 * What the examples that train show meanwhile: a bar with the time left, grids of pictures, curves of losses; and what
 * their command lines have in common. A program that includes it is still built by one command, beside this file.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <gan/gan.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the command line ---- */

struct program {
    const char *name, *usage;
};

/* Says what is wrong and how to use the program; ends it. */
static inline void wrong_usage(const struct program *me, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline void wrong_usage(const struct program *me, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", me->name);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n%s", me->usage);
    va_end(arguments);
    exit(2);
}

static inline uint64_t number_of(const struct program *me, const char *option, const char *text, uint64_t least,
                                 uint64_t most)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    bool whole = *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
    if (!whole || number < least || number > most)
        wrong_usage(me, "--%s is '%s', want a whole number from %llu to %llu", option, text, (unsigned long long)least,
                    (unsigned long long)most);
    return number;
}

/* Says why a call failed; the answer is main's exit status. */
static inline int complain(const struct program *me)
{
    fprintf(stderr, "%s: %s\n", me->name, gan_error_message());
    return 1;
}

/* ---- files ---- */

static inline bool make_folder(const struct program *me, const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    fprintf(stderr, "%s: cannot make the folder %s: %s; name another with --out\n", me->name, path, strerror(errno));
    return false;
}

/* FOLDER/name; room for any folder's path that the system takes. */
struct path {
    char text[4096 + 64];
};

static inline struct path path_in(const char *folder, const char *name)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    return path;
}

/* ---- the report ---- */

/* Text that does not fit is cut short. */
static inline void join(char *text, size_t size, int count, char **words)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " " : "", words[i]);
}

/* The page OUT/report.html, titled with the program's name; it shows the command. To be unreffed. */
static inline gan_report *open_report(const struct program *me, const char *out, bool resume, int columns,
                                      const char *command)
{
    gan_report_options options;
    gan_report_options_init(&options);
    options.title = me->name;
    options.append = resume;
    options.columns = columns;
    gan_report *report = gan_report_open(path_in(out, "report.html").text, &options);
    if (report != NULL)
        gan_report_note(report, "command", command);
    return report;
}

/* The log that --log asks for. True, and NULL, if none is wanted. */
static inline bool open_log(const char *path, bool resume, int columns, gan_run_log **log)
{
    gan_run_log_options options;
    gan_run_log_options_init(&options);
    options.append = resume;
    options.image_columns = columns;
    *log = path != NULL ? gan_run_log_open(path, &options) : NULL;
    return *log != NULL || path == NULL;
}

/* ---- Ctrl-C ---- */

static volatile sig_atomic_t stop; /* not 0 once the user wants to end */

static inline void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static inline void stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* a second Ctrl-C kills */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Checkpoints at `path` every five minutes, and the run goes on from the newest that is there. NULL: none. */
static inline void keep_checkpoints(gan_run_options *run, const char *path)
{
    if (path == NULL)
        return;
    run->checkpoint_path = path;
    run->checkpoint_every_seconds = 300;
    run->resume = true;
}

/* Exit statuses of a program that was to end with a result: it was stopped before; numbers became infinite or NaN. */
enum { STOPPED = 130, DIVERGED = 3 };

/* ---- curves ---- */

/* Figures of every step, for the plot at the end. */
struct curves {
    size_t steps, room;
    double *d_loss, *g_loss, *d_real, *d_made;
};

/* Keeps a step's figures. When memory is short the curve is simply shorter. */
static inline void remember(struct curves *c, const gan_step_report *report)
{
    if (c->steps == c->room) {
        size_t room = c->room == 0 ? 4096 : 2 * c->room;
        double **const lists[] = {&c->d_loss, &c->g_loss, &c->d_real, &c->d_made};
        for (size_t i = 0; i < 4; i++) {
            double *longer = realloc(*lists[i], room * sizeof(double));
            if (longer == NULL)
                return;
            *lists[i] = longer;
        }
        c->room = room;
    }
    c->d_loss[c->steps] = (double)report->d_loss;
    c->g_loss[c->steps] = (double)report->g_loss;
    c->d_real[c->steps] = (double)report->d_real;
    c->d_made[c->steps] = (double)report->d_made;
    c->steps++;
}

static inline void free_curves(struct curves *c)
{
    free(c->d_loss);
    free(c->g_loss);
    free(c->d_real);
    free(c->d_made);
}

/* The losses above, what D says of real and of made ones ("digits", "pictures") below. */
static inline gan_status write_curves(const struct curves *c, const char *what, const char *path)
{
    char real[32], made[32];
    snprintf(real, sizeof real, "of real %s", what);
    snprintf(made, sizeof made, "of made %s", what);
    gan_plot *plot = gan_plot_new("Training");
    gan_plot_x_label(plot, "step");
    gan_plot_panel(plot, "Losses", NULL);
    gan_plot_line(plot, "D", NULL, c->d_loss, c->steps);
    gan_plot_line(plot, "G", NULL, c->g_loss, c->steps);
    gan_plot_panel(plot, "Probability of being real, says D", NULL);
    gan_plot_y_range(plot, 0, 1);
    gan_plot_line(plot, real, NULL, c->d_real, c->steps);
    gan_plot_line(plot, made, NULL, c->d_made, c->steps);
    gan_plot_level(plot, "undecided", 0.5);
    gan_status status = gan_plot_write(plot, path, 0, 0);
    gan_plot_unref(plot);
    return status;
}

/* ---- the bar ---- */

/* Begin with the first three fields; the others are 0. */
struct watch {
    bool quiet;
    bool data;           /* say how long steps waited for data, too */
    int64_t lines_every; /* steps between lines, where standard output is no terminal */
    gan_report *report;  /* what it shows the run's health in; NULL: there is none */
    struct curves curves;
    double shown;                /* when the bar was drawn last, in seconds since the beginning */
    int64_t steps, said;         /* of this process: watched; told of by the latest line */
    double waited, waited_since; /* seconds for data: in all, and since the latest line */
    double waited_longest;
};

/* What stands before the losses: where training is. An epoch if the run is limited in epochs, else the step. */
static inline void locate(const gan_progress *p, int64_t *done, int64_t *all, char *text, size_t size)
{
    bool epochs = p->epochs > 0;
    *done = epochs ? p->epoch_step : p->step;
    *all = epochs ? p->epoch_steps : p->steps;
    snprintf(text, size, "%s %lld/%lld %3d %%", epochs ? "epoch" : "step", (long long)(epochs ? p->epoch : p->step),
             (long long)(epochs ? p->epochs : p->steps), (int)(100 * *done / *all));
}

/* "epoch 2/5  56 %  loss of D 0.98, of G 1.21  41.3 steps/s  0:24 left" */
static inline void describe(const struct watch *watch, const gan_progress *p, const char *where, char *text,
                            size_t size)
{
    char data[64] = "";
    if (watch->data && watch->steps > watch->said)
        snprintf(data, sizeof data, "  waited %.2f ms a step for data",
                 1000 * watch->waited_since / (double)(watch->steps - watch->said));
    int left = p->seconds_left > 0 ? (int)(p->seconds_left + 0.5) : 0;
    snprintf(text, size, "%s  loss of D %.2f, of G %.2f  %.1f steps/s%s  %d:%02d left", where,
             (double)p->report->d_loss, (double)p->report->g_loss, (double)p->step / p->seconds, data, left / 60,
             left % 60);
}

static inline void draw_bar(int64_t done, int64_t all, const char *text)
{
    char bar[41];
    int width = gan_terminal_width(stdout) - (int)strlen(text) - 4; /* the rest of the line */
    width = width > 40 ? 40 : width;
    if (width < 4) {
        printf("\r%.*s", gan_terminal_width(stdout) - 1, text);
    } else {
        int full = (int)(done * width / all);
        for (int i = 0; i < width; i++)
            bar[i] = i < full ? '#' : '.';
        bar[width] = '\0';
        printf("\r[%s] %s", bar, text);
    }
    fputs("\033[K", stdout); /* clears what an older, longer line left */
    if (done == all)
        putchar('\n');
    fflush(stdout);
}

static inline void note_waiting(struct watch *watch, double seconds)
{
    watch->steps++;
    watch->waited += seconds;
    watch->waited_since += seconds;
    watch->waited_longest = seconds > watch->waited_longest ? seconds : watch->waited_longest;
}

/* After every step: keeps its figures, and shows how training comes along, on a terminal as a bar that moves. */
static inline void watch_step(struct watch *watch, const gan_progress *p)
{
    int64_t done, all;
    char where[64], text[224];
    remember(&watch->curves, p->report);
    note_waiting(watch, p->report->data_seconds);
    locate(p, &done, &all, where, sizeof where);
    bool terminal = isatty(STDOUT_FILENO) == 1;
    bool due = done == all || (terminal ? p->seconds - watch->shown >= 0.1 : done % watch->lines_every == 0);
    if (watch->quiet || !due)
        return;
    describe(watch, p, where, text, sizeof text);
    if (terminal)
        draw_bar(done, all, text);
    else
        puts(text);
    fflush(stdout);
    watch->shown = p->seconds;
    watch->said = watch->steps;
    watch->waited_since = 0;
}

/* ---- health ---- */

/* Says what goes wrong with the run and what to do, in the report too; a program that is quiet says alarms alone. */
static inline void show_event(void *context, const gan_health_event *event)
{
    const struct watch *watch = context;
    if (watch->report != NULL)
        gan_report_on_event(watch->report, event);
    FILE *to = watch->quiet ? stderr : stdout;
    if (watch->quiet && event->level < GAN_HEALTH_ALARM)
        return;
    if (!watch->quiet && isatty(STDOUT_FILENO) == 1)
        fputs("\r\033[K", stdout); /* in the bar's place, which is drawn again */
    fprintf(to, "step %llu: %s: %s%s%s\n", (unsigned long long)event->step, event->level_name, event->message,
            *event->advice != '\0' ? ". " : "", event->advice);
    fflush(to);
}

/*
 * A watcher that tells of the run's health, and goes back after an alarm up to `rollbacks` times. held_out (may be
 * NULL) is given away. NULL, with an error, on failure.
 */
static inline gan_health *new_health(struct watch *watch, gan_dataset *held_out, int rollbacks)
{
    gan_health_options options;
    gan_health_options_init(&options);
    options.event = show_event;
    options.context = watch;
    options.held_out = held_out;
    options.rollbacks = rollbacks;
    return gan_health_new(&options);
}

/* ---- pictures ---- */

/* Writes a grid of images, `columns` beside each other, and previews it on a terminal. */
static inline gan_status show_grid(const struct watch *watch, const char *path, const gan_tensor *samples, int columns,
                                   int scale)
{
    gan_status status = gan_image_write_grid_scaled(path, samples, columns, scale);
    if (status != GAN_OK || watch->quiet)
        return status;
    if (gan_terminal_can_show(stdout)) {
        char *picture = gan_terminal_picture(samples, columns, gan_terminal_width(stdout));
        if (picture != NULL)
            fputs(picture, stdout);
        gan_text_free(picture);
    }
    puts(path);
    return GAN_OK;
}

#endif
