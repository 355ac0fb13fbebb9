/*
 * Running a model in inference, always on one fixed number of rows. A matrix product may add up in another order when
 * it has another number of rows; a fixed number makes an example's result independent of how many come with it.
 */
#include "nn/model.h"

#include "base/status.h"
#include "plan/plan.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <string.h>

static gan_status runner_init(struct gan_model_runner *runner, const gan_model *model, int64_t rows, bool training)
{
    *runner = (struct gan_model_runner){0};
    gan_tape *tape = gan_tape_new();
    if (tape == NULL)
        return GAN_ERROR_OUT_OF_MEMORY;
    gan_tape_set_training(tape, training);
    gan_shape in = gan_shape_of_batch(rows, model->in);
    gan_var *x = gan_tape_input(tape, in);
    bool takes = gan_model_takes_labels(model);
    gan_var *labels = takes && x != NULL ? gan_model_label_input(model, tape, rows) : NULL;
    bool whole = x != NULL && (!takes || labels != NULL);
    enum gan_apply_mode mode = training ? GAN_APPLY_ASSIGN : GAN_APPLY_FROZEN;
    runner->y = whole ? gan_model_record(model, x, labels, mode, NULL, NULL) : NULL;
    struct gan_plan_options options = gan_plan_default_options;
    options.steady = !training;
    options.assignments = training;
    runner->plan = runner->y != NULL ? gan_plan_new_with(&runner->y, 1, &options) : NULL;
    gan_tape_unref(tape); /* the plan shares it */
    gan_status status = runner->plan != NULL ? GAN_OK : gan_error_status();
    if (status == GAN_OK) {
        runner->in = gan_tensor_new(in);
        runner->out = gan_tensor_new(gan_shape_of_batch(rows, gan_model_output_shape(model)));
        status = runner->in != NULL && runner->out != NULL ? gan_plan_bind(runner->plan, x, runner->in)
                                                           : GAN_ERROR_OUT_OF_MEMORY;
    }
    if (status == GAN_OK && takes) {
        runner->labels = gan_tensor_new_typed(gan_var_shape(labels), gan_labels_dtype(model->labels));
        status = runner->labels != NULL ? gan_plan_bind(runner->plan, labels, runner->labels) : GAN_ERROR_OUT_OF_MEMORY;
    }
    if (status != GAN_OK)
        gan_model_runner_clear(runner);
    return status;
}

gan_status gan_model_runner_init(struct gan_model_runner *runner, const gan_model *model, int64_t rows)
{
    return runner_init(runner, model, rows, false);
}

gan_status gan_model_runner_init_training(struct gan_model_runner *runner, const gan_model *model, int64_t rows)
{
    return runner_init(runner, model, rows, true);
}

void gan_model_runner_clear(struct gan_model_runner *runner)
{
    gan_plan_unref(runner->plan);
    gan_tensor_unref(runner->in);
    gan_tensor_unref(runner->out);
    gan_tensor_unref(runner->labels);
    *runner = (struct gan_model_runner){0};
}

gan_status gan_model_runner_run(struct gan_model_runner *runner)
{
    gan_status status = gan_plan_run(runner->plan);
    return status == GAN_OK ? gan_plan_read(runner->plan, runner->y, runner->out) : status;
}

/* Enough rows to keep the products busy; few enough that a single example does not cost much. */
#define PREDICT_ROWS 64

gan_status gan_model_check_inputs(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels, const char *who)
{
    gan_status status = gan_model_ready(model, who);
    if (status == GAN_OK)
        status = gan_model_check_initialized(model, who);
    if (status != GAN_OK)
        return status;
    if (inputs == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: inputs is NULL", who);
    gan_shape shape = gan_tensor_shape(inputs);
    if (gan_tensor_dtype(inputs) == GAN_FLOAT32 && shape.rank == model->in.rank + 1 &&
        gan_shape_equal(gan_shape_of_one(shape), model->in))
        return gan_model_check_labels(model, labels, shape.dims[0], who);
    char given[128], wanted[128];
    gan_shape_text(model->in, wanted, sizeof wanted);
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: inputs is %s %s, want float32 [n, %s", who,
                    gan_dtype_name(gan_tensor_dtype(inputs)), gan_shape_text(shape, given, sizeof given), wanted + 1);
}

void gan_repeat_rows(void *rows, size_t row_bytes, int64_t first, int64_t count, int64_t all)
{
    char *bytes = rows;
    for (int64_t row = 0; row < all; row++)
        if (row < first || row >= first + count) {
            int64_t like = first + (row - first + all * count) % count;
            memcpy(bytes + (size_t)row * row_bytes, bytes + (size_t)like * row_bytes, row_bytes);
        }
}

static gan_status predict_rows(struct gan_model_runner *runner, const float *in, int64_t rows, float *out)
{
    size_t row_in = (size_t)(gan_tensor_size(runner->in) / PREDICT_ROWS);
    size_t row_out = (size_t)(gan_tensor_size(runner->out) / PREDICT_ROWS);
    float *numbers = gan_tensor_data(runner->in);
    memcpy(numbers, in, (size_t)rows * row_in * sizeof(float));
    gan_repeat_rows(numbers, row_in * sizeof(float), 0, rows, PREDICT_ROWS);
    gan_status status = gan_model_runner_run(runner);
    if (status == GAN_OK)
        memcpy(out, gan_tensor_data(runner->out), (size_t)rows * row_out * sizeof(float));
    return status;
}

void gan_model_runner_set_labels(struct gan_model_runner *runner, const gan_tensor *labels, int64_t first,
                                 int64_t count)
{
    if (labels == NULL)
        return;
    int64_t rows = gan_tensor_shape(runner->labels).dims[0];
    size_t row = (size_t)(gan_tensor_size(runner->labels) / rows) * sizeof(float); /* or of int32_t */
    char *to = gan_tensor_bytes(runner->labels);
    const char *from = gan_tensor_bytes(labels);
    memcpy(to, from + (size_t)first * row, (size_t)count * row);
    gan_repeat_rows(to, row, 0, count, rows);
}

static gan_tensor *predict(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels, const char *who)
{
    if (gan_model_check_inputs(model, inputs, labels, who) != GAN_OK)
        return NULL;
    struct gan_model_runner *runner = &model->predictor;
    if (runner->plan == NULL && gan_model_runner_init(runner, model, PREDICT_ROWS) != GAN_OK)
        return NULL;
    int64_t n = gan_tensor_shape(inputs).dims[0];
    gan_shape one = gan_model_output_shape(model);
    gan_tensor *out = gan_tensor_new(gan_shape_of_batch(n, one));
    if (out == NULL)
        return NULL;
    int64_t row_in = gan_shape_size(model->in), row_out = gan_shape_size(one);
    gan_plan_renew(runner->plan);
    for (int64_t first = 0; first < n; first += PREDICT_ROWS) {
        int64_t rows = n - first < PREDICT_ROWS ? n - first : PREDICT_ROWS;
        gan_plan_seek(runner->plan, 0, (uint64_t)(first / PREDICT_ROWS)); /* for layers that draw numbers */
        gan_model_runner_set_labels(runner, labels, first, rows);
        if (predict_rows(runner, gan_tensor_data(inputs) + first * row_in, rows,
                         gan_tensor_data(out) + first * row_out) != GAN_OK) {
            gan_tensor_unref(out);
            return NULL;
        }
    }
    return out;
}

gan_tensor *gan_model_predict(gan_model *model, const gan_tensor *inputs)
{
    return predict(model, inputs, NULL, "gan_model_predict");
}

gan_tensor *gan_model_predict_labelled(gan_model *model, const gan_tensor *inputs, const gan_tensor *labels)
{
    return predict(model, inputs, labels, "gan_model_predict_labelled");
}
