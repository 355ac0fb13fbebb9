/* The names that passages of C in README.md and docs have in common (snippets.sh). */
#include <gan/gan.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SNIPPET_NAMES                                                                                                  \
    gan_dataset *digits, gan_loader *batches, gan_shape image, gan_generator_options go,                               \
        gan_discriminator_options dopt, gan_model *g, gan_model *d, gan_trainer_options to, gan_trainer *t,            \
        gan_run_options run, gan_step_report report, const gan_tensor *real, gan_tensor *z, gan_tensor *out,           \
        gan_sampler *sampler, gan_tape *tape, gan_var *x, gan_var *y, gan_plan *plan
