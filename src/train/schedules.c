#include "train/schedules.h"

#include "base/status.h"
#include "train/losses.h"
#include "train/optimizer.h"
#include "train/option_fields.h"
#include "train/options.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* ---- values ---- */

/* Where a schedule from 1 to `end` is when `done` of it, 0 to 1, are over. */
static double between(gan_schedule schedule, double begin, double end, double done)
{
    if (schedule == GAN_SCHEDULE_LINEAR)
        return begin + (end - begin) * done;
    return end + (begin - end) * (1 + cos(pi * done)) / 2;
}

double gan_schedule_factor(const gan_trainer_options *options, uint64_t step)
{
    if (options->schedule == GAN_SCHEDULE_CONSTANT)
        return 1;
    double done = fmin(1, (double)step / (double)options->schedule_steps);
    return between(options->schedule, 1, (double)options->schedule_end, done);
}

static bool known_schedule(gan_schedule schedule)
{
    return (unsigned)schedule <= (unsigned)GAN_SCHEDULE_FUNCTION;
}

/* A field that cannot be meant, what it is, and what it may be; NULL where all can be. */
struct fault {
    const char *field;
    double given;
    const char *wanted;
};

static struct fault fault_of(const gan_course *course)
{
    if (!known_schedule(course->schedule))
        return (struct fault){"schedule", (double)course->schedule, "a gan_schedule (GAN_SCHEDULE_…)"};
    if (course->schedule == GAN_SCHEDULE_FUNCTION)
        return course->function == NULL ? (struct fault){"function", 0, "one, since schedule is GAN_SCHEDULE_FUNCTION"}
                                        : (struct fault){0};
    if (course->warm_up < 0)
        return (struct fault){"warm_up", (double)course->warm_up, "0 or more steps"};
    if (course->hold < 0)
        return (struct fault){"hold", (double)course->hold, "0 or more steps"};
    if (course->schedule != GAN_SCHEDULE_CONSTANT && course->steps < 1)
        return (struct fault){"steps", (double)course->steps, "1 or more steps"};
    if (course->schedule == GAN_SCHEDULE_STEP && !(isfinite(course->factor) && course->factor >= 0))
        return (struct fault){"factor", (double)course->factor, "a finite number, 0 or more"};
    return (struct fault){0};
}

float gan_course_value(const gan_course *course, uint64_t step)
{
    if (course == NULL || fault_of(course).field != NULL)
        return NAN;
    if (course->schedule == GAN_SCHEDULE_FUNCTION)
        return course->function(course->context, step);
    double begin = (double)course->begin;
    uint64_t warm_up = (uint64_t)course->warm_up, start = warm_up + (uint64_t)course->hold;
    if (step < warm_up)
        return (float)(begin * (double)(step + 1) / (double)warm_up);
    if (step < start || course->schedule == GAN_SCHEDULE_CONSTANT)
        return course->begin;
    uint64_t past = step - start, steps = (uint64_t)course->steps;
    if (course->schedule == GAN_SCHEDULE_STEP)
        return (float)(begin * pow((double)course->factor, (double)(past / steps)));
    return (float)between(course->schedule, begin, (double)course->end, fmin(1, (double)past / (double)steps));
}

/* ---- settings ---- */

_Static_assert((int)GAN_SETTING_GENERATOR_WEIGHT_DECAY - (int)GAN_SETTING_R1_WEIGHT + 1 == (int)GAN_REGULARIZERS,
               "every regulariser's weight is a setting");
_Static_assert((int)GAN_SETTING_GENERATOR_WEIGHT_DECAY + 1 == GAN_MAX_COURSES, "each setting may have a course");

const char *gan_setting_name(gan_setting setting)
{
    static const char *const names[] = {"generator_rate",      "discriminator_rate", "beta1",      "beta2",
                                        "augment_probability", "instance_noise",     "weight_clip"};
    int index = (int)setting, weights = (int)GAN_SETTING_R1_WEIGHT;
    if (index < 0 || index >= weights + (int)GAN_REGULARIZERS)
        return NULL;
    return index < weights ? names[index] : gan_regularizers[index - weights].field;
}

const char *gan_setting_wants(gan_setting setting, float value)
{
    bool finite = isfinite(value) && value >= 0;
    if (setting == GAN_SETTING_WEIGHT_CLIP) /* 0 would be no bound at all */
        return finite && value > 0 ? NULL : "a finite number above 0";
    if (setting == GAN_SETTING_BETA1 || setting == GAN_SETTING_BETA2)
        return finite && value < 1 ? NULL : "0 or more and less than 1";
    if (setting == GAN_SETTING_AUGMENT_PROBABILITY)
        return finite && value <= 1 ? NULL : "0 to 1";
    return finite ? NULL : "a finite number, 0 or more";
}

const gan_course *gan_course_of(const gan_trainer_options *options, gan_setting setting)
{
    for (int i = 0; i < options->course_count; i++)
        if (options->courses[i].setting == setting)
            return &options->courses[i];
    return NULL;
}

static gan_setting weight_of(int regularizer)
{
    return (gan_setting)((int)GAN_SETTING_R1_WEIGHT + regularizer);
}

bool gan_regularizer_wanted(const gan_trainer_options *options, int regularizer)
{
    return gan_regularizer_weight(options, regularizer) > 0 || gan_course_of(options, weight_of(regularizer)) != NULL;
}

/* ---- checks ---- */

static gan_status check_values(const gan_course *course, const char *name, const char *who)
{
    const float ends[2] = {course->begin, course->end};
    bool both = course->schedule == GAN_SCHEDULE_LINEAR || course->schedule == GAN_SCHEDULE_COSINE;
    for (int i = 0; i < (both ? 2 : 1) && course->schedule != GAN_SCHEDULE_FUNCTION; i++) {
        const char *wanted = gan_setting_wants(course->setting, ends[i]);
        if (wanted != NULL)
            return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the course of %s has %s %g, want %s", who, name,
                            i == 0 ? "begin" : "end", (double)ends[i], wanted);
    }
    bool bounded = gan_setting_wants(course->setting, 2) != NULL;
    if (bounded && course->schedule == GAN_SCHEDULE_STEP && course->factor > 1)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the course of %s has factor %g, want 1 at most", who, name,
                        (double)course->factor);
    return GAN_OK;
}

static gan_status check_course(const gan_trainer_options *options, int index, const char *who)
{
    const gan_course *course = &options->courses[index];
    const char *name = gan_setting_name(course->setting);
    if (name == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: courses[%d].setting is %d, want a gan_setting", who, index,
                        (int)course->setting);
    if (gan_course_of(options, course->setting) != course)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: courses[%d] is a second course of %s; give each one", who,
                        index, name);
    const struct fault fault = fault_of(course);
    if (fault.field != NULL && course->schedule == GAN_SCHEDULE_FUNCTION)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the course of %s has no %s, want %s", who, name, fault.field,
                        fault.wanted);
    if (fault.field != NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: the course of %s has %s %g, want %s", who, name, fault.field,
                        fault.given, fault.wanted);
    return check_values(course, name, who);
}

/* The option that a setting is called by; NULL where an optimizer is given, which has its own. */
static const float *option_of(const gan_trainer_options *options, gan_setting setting)
{
    bool of_both = setting == GAN_SETTING_BETA1 || setting == GAN_SETTING_BETA2;
    if ((options->generator_optimizer != NULL && (of_both || setting == GAN_SETTING_GENERATOR_RATE)) ||
        (options->discriminator_optimizer != NULL && (of_both || setting == GAN_SETTING_DISCRIMINATOR_RATE)))
        return NULL;
    for (size_t i = 0; i < gan_option_field_count; i++)
        if (strcmp(gan_option_fields[i].name, gan_setting_name(setting)) == 0)
            return (const float *)(const void *)((const char *)options + gan_option_fields[i].offset);
    return NULL;
}

static bool begins_with(const gan_course *course, float number)
{
    return number == course->begin || number == gan_course_value(course, 0);
}

/* Whoever changed an option meant it, but the course would take its place. */
static gan_status check_option(const gan_trainer_options *options, int index, const char *who)
{
    const gan_course *course = &options->courses[index];
    const gan_trainer_options preset = gan_preset_options(options->preset);
    const float *given = option_of(options, course->setting), *first = option_of(&preset, course->setting);
    if (given == NULL || first == NULL || *given == *first || begins_with(course, *given))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: %s is %g, but courses[%d] is about it and would take its place; change the course, and leave "
                    "the option at %g, or where the course begins",
                    who, gan_setting_name(course->setting), (double)*given, index, (double)*first);
}

gan_status gan_courses_check(const gan_trainer_options *options, const char *who)
{
    if (options->course_count < 0 || options->course_count > GAN_MAX_COURSES)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: course_count is %d, want 0 to %d", who, options->course_count,
                        GAN_MAX_COURSES);
    gan_status status = GAN_OK;
    for (int i = 0; i < options->course_count && status == GAN_OK; i++)
        status = check_course(options, i, who);
    for (int i = 0; i < options->course_count && status == GAN_OK; i++)
        status = check_option(options, i, who);
    return status;
}

/* Whether the preset has it, for some number of steps: who gives courses of his own knows of them. */
static bool is_presets(const gan_trainer_options *options, const gan_course *course)
{
    const gan_trainer_options preset = gan_preset_options(options->preset);
    const gan_course *same = gan_course_of(&preset, course->setting);
    return same != NULL && same->schedule == course->schedule && same->begin == course->begin &&
           same->end == course->end;
}

/* The same for a given optimizer. */
static gan_status check_optimizer(const gan_trainer_options *options, int index, bool of_generator, const char *who)
{
    const gan_course *course = &options->courses[index];
    const gan_optimizer *given = of_generator ? options->generator_optimizer : options->discriminator_optimizer;
    gan_setting rate = of_generator ? GAN_SETTING_GENERATOR_RATE : GAN_SETTING_DISCRIMINATOR_RATE;
    bool of_betas = course->setting == GAN_SETTING_BETA1 || course->setting == GAN_SETTING_BETA2;
    if (given == NULL || !is_presets(options, course) ||
        !(course->setting == rate || (of_betas && gan_optimizer_has_betas(given))))
        return GAN_OK;
    float number = of_betas ? gan_optimizer_beta(given, course->setting == GAN_SETTING_BETA2 ? 1 : 0)
                            : gan_optimizer_rate(given);
    if (begins_with(course, number))
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: %s_optimizer has %s %g, but courses[%d] is about it and would take its place; change the "
                    "course, or make the optimizer with %g, where the course begins",
                    who, of_generator ? "generator" : "discriminator",
                    of_betas ? gan_setting_name(course->setting) : "rate", (double)number, index,
                    (double)gan_course_value(course, 0));
}

gan_status gan_courses_check_optimizers(const gan_trainer_options *options, const char *who)
{
    gan_status status = GAN_OK;
    for (int i = 0; i < 2 * options->course_count && status == GAN_OK; i++)
        status = check_optimizer(options, i / 2, i % 2 == 0, who);
    return status;
}

/* ---- for checkpoints ---- */

void gan_courses_write(const gan_trainer_options *options, struct gan_json_writer *json)
{
    gan_json_begin(json, "courses", '{');
    for (int i = 0; i < options->course_count; i++) {
        const gan_course *course = &options->courses[i];
        gan_json_begin(json, gan_setting_name(course->setting), '{');
        gan_json_write_integer(json, "schedule", (int64_t)course->schedule);
        gan_json_write_float(json, "begin", course->begin);
        gan_json_write_float(json, "end", course->end);
        gan_json_write_float(json, "factor", course->factor);
        gan_json_write_integer(json, "warm_up", course->warm_up);
        gan_json_write_integer(json, "hold", course->hold);
        gan_json_write_integer(json, "steps", course->steps);
        gan_json_end(json, '}');
    }
    gan_json_end(json, '}');
}
