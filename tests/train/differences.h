/* Derivatives of second order against central differences in double. */
#ifndef GAN_TESTS_TRAIN_DIFFERENCES_H
#define GAN_TESTS_TRAIN_DIFFERENCES_H

#include "players.h"

#include "plan/plan.h"

/*
 * Parameters are multiples of 2^-12, and so is the difference taken: exact in float, though all else is in double. The
 * error of a central difference is then about h²·f'''/6, a few 1e-8.
 */
#define GRID 4096.0

static inline void fill_on_grid(gan_model *model, double phase)
{
    for (int i = 0; i < gan_model_parameters(model); i++) {
        gan_tensor *p = gan_model_parameter(model, i);
        for (int64_t j = 0; j < gan_tensor_size(p); j++)
            gan_tensor_data(p)[j] = (float)(round(.8 * sin(1.7 * (double)j + 2.3 * i + phase) * GRID) / GRID);
    }
}

static inline double number_at(gan_plan *plan, gan_var *scalar)
{
    double value;
    gan_plan_seek(plan, 11, 0); /* the same noise each time */
    ck_ok(gan_plan_compute(plan));
    ck_ok(gan_plan_read_double(plan, scalar, &value));
    return value;
}

/* The derivative of `scalar` to each of the model's parameters. */
static inline void ck_differences(const char *name, gan_tape *tape, gan_var *scalar, gan_model *model, gan_var *real,
                                  const double *numbers)
{
    for (int i = 0; i < gan_model_parameters(model); i++) {
        gan_tensor *p = gan_model_parameter(model, i);
        gan_var *wanted[] = {scalar, gan_grad(scalar, gan_tape_tensor(tape, p))};
        gan_plan *plan = gan_plan_new_with(wanted, 2, &(struct gan_plan_options){.backend = GAN_BACKEND_REFERENCE});
        ck_made(plan);
        ck_ok(gan_plan_bind_double(plan, real, numbers));
        double derivative[32];
        ck_assert(gan_tensor_size(p) <= 32);
        number_at(plan, scalar);
        ck_ok(gan_plan_read_double(plan, wanted[1], derivative));
        for (int64_t j = 0; j < gan_tensor_size(p); j++) {
            float *number = gan_tensor_data(p) + j, before = *number;
            *number = before + (float)(1 / GRID);
            double above = number_at(plan, scalar);
            *number = before - (float)(1 / GRID);
            double below = number_at(plan, scalar);
            *number = before;
            double wanted_slope = (above - below) / (2 / GRID);
            ck_assert_msg(fabs(derivative[j] - wanted_slope) < 2e-6 * (1 + fabs(wanted_slope)),
                          "%s, %s[%d]: %.9g, central difference %.9g", name, gan_model_parameter_name(model, i), (int)j,
                          derivative[j], wanted_slope);
        }
        gan_plan_unref(plan);
    }
}

#endif
