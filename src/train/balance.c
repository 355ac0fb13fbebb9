#include "train/balance.h"

#include <math.h>

float gan_balance_follow(float k, const gan_trainer_options *options, gan_step_report *report)
{
    if (options->loss != GAN_LOSS_BOUNDARY_EQUILIBRIUM)
        return k;
    double real = -(double)report->d_real_logit, made = (double)report->g_loss;
    double off = (double)options->diversity_ratio * real - made;
    report->balance = k;
    report->convergence = (float)(real + fabs(off));
    return (float)fmin(1, fmax(0, (double)k + (double)options->equilibrium_rate * off));
}
