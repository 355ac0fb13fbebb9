/* Letting a model's state follow its parameters, by passes in training that move nothing else. */
#include "nn/model.h"

#include "base/status.h"
#include "plan/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static gan_status take_in(struct gan_model_runner *runner, const char *who)
{
    gan_status status = gan_plan_compute(runner->plan);
    if (status == GAN_OK && !gan_plan_assigns_finite(runner->plan)) {
        char what[96];
        snprintf(what, sizeof what, "%s: state would not be finite, and was not updated", who);
        status = gan_plan_explain_not_finite(runner->plan, what);
    }
    return status == GAN_OK ? gan_plan_commit(runner->plan) : status;
}

static gan_status take_all_in(struct gan_model_runner *runner, const gan_tensor *inputs, const gan_tensor *labels,
                              const char *who)
{
    int64_t batch = gan_tensor_shape(runner->in).dims[0], n = gan_tensor_shape(inputs).dims[0];
    size_t size = (size_t)gan_tensor_size(runner->in);
    gan_status status = GAN_OK;
    for (int64_t i = 0; i < n / batch && status == GAN_OK; i++) {
        memcpy(gan_tensor_data(runner->in), gan_tensor_data(inputs) + (size_t)i * size, size * sizeof(float));
        gan_model_runner_set_labels(runner, labels, i * batch, batch);
        gan_plan_seek(runner->plan, 0, (uint64_t)i); /* for layers that draw numbers */
        status = take_in(runner, who);
    }
    return status;
}

gan_status gan_model_refresh_state(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels, int64_t batch)
{
    static const char who[] = "gan_model_refresh_state";
    gan_status status = gan_model_check_inputs(model, inputs, labels, who);
    if (status != GAN_OK)
        return status;
    int64_t n = gan_tensor_shape(inputs).dims[0];
    if (batch < 1 || n % batch != 0)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                        "%s: batch is %" PRId64 ", want 1 or more, of which the number of inputs, %" PRId64
                        ", is a multiple",
                        who, batch, n);
    struct gan_model_runner runner;
    status = gan_model_runner_init_training(&runner, model, batch);
    if (status == GAN_OK)
        status = take_all_in(&runner, inputs, labels, who);
    gan_model_runner_clear(&runner);
    return status;
}
