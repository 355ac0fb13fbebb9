/* Numbers that change with the steps of a trainer. */
#ifndef GAN_SRC_TRAIN_SCHEDULES_H
#define GAN_SRC_TRAIN_SCHEDULES_H

#include "gan/trainer.h"
#include "io/json.h"

/* The factor on rates at a step, counted from 0. */
double gan_schedule_factor(const gan_trainer_options *options, uint64_t step);

/* The name of a setting's option; NULL for a number that is none. */
const char *gan_setting_name(gan_setting setting);
/* NULL if the setting may have this value; else what it may have. */
const char *gan_setting_wants(gan_setting setting, float value);
/* The course of a setting; NULL if it has none. */
const gan_course *gan_course_of(const gan_trainer_options *options, gan_setting setting);

/* Whether the regulariser may ever count: by its weight, or since a course moves that. */
bool gan_regularizer_wanted(const gan_trainer_options *options, int regularizer);

/* GAN_OK, or an error that names the field. */
gan_status gan_courses_check(const gan_trainer_options *options, const char *who);
/* The same of the given optimizers' numbers, which a preset's courses would take the place of. */
gan_status gan_courses_check_optimizers(const gan_trainer_options *options, const char *who);
/* The member "courses" of the object begun in `json`. */
void gan_courses_write(const gan_trainer_options *options, struct gan_json_writer *json);

#endif
