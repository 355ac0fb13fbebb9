/* Optimizers: their settings, their state, and the update, which the kernels carry out part by part. */
#include "train/optimizer.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "kernels/optimizer.h"
#include "nn/model.h"
#include "ops/ops.h"
#include "tape/tape.h"

#include <math.h>
#include <stdatomic.h>

enum kind { ADAM, ADAMW, SGD, RMSPROP };

struct gan_optimizer {
    atomic_int references;
    enum kind kind;
    float rate, beta1, beta2, epsilon, weight_decay; /* beta1: SGD's and RMSProp's momentum; beta2: RMSProp's decay */
    bool nesterov;
    float first_rate, first_beta1, first_beta2; /* those that it was made with */
    bool keeps_momentum;                        /* whatever beta1 is */
    gan_model *model;                           /* NULL before gan_optimizer_attach */
    int64_t size;
    float *m, *v; /* zero before the first update; NULL where none is kept */
    uint64_t steps;
};

static const char *const names[] = {[ADAM] = "adam", [ADAMW] = "adamw", [SGD] = "sgd", [RMSPROP] = "rmsprop"};

/* ---- making ---- */

static bool check_rate(float rate, const char *who)
{
    if (isfinite(rate) && rate >= 0)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: rate is %g, want a finite number, 0 or more", who, (double)rate);
    return false;
}

static bool check_fraction(float value, const char *what, const char *who)
{
    if (value >= 0 && value < 1)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is %g, want 0 ≤ %s < 1", who, what, (double)value, what);
    return false;
}

static bool check_epsilon(float epsilon, const char *who)
{
    if (isfinite(epsilon) && epsilon > 0)
        return true;
    gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: epsilon is %g, want a finite number above 0", who, (double)epsilon);
    return false;
}

static gan_optimizer *create(const struct gan_optimizer *settings)
{
    gan_optimizer *optimizer = gan_alloc_zero(1, sizeof *optimizer);
    if (optimizer == NULL)
        return NULL;
    *optimizer = *settings;
    atomic_init(&optimizer->references, 1);
    optimizer->first_rate = optimizer->rate;
    optimizer->first_beta1 = optimizer->beta1;
    optimizer->first_beta2 = optimizer->beta2;
    return optimizer;
}

static gan_optimizer *create_adam(enum kind kind, float rate, float beta1, float beta2, float weight_decay,
                                  float epsilon, const char *who)
{
    if (!check_rate(rate, who) || !check_fraction(beta1, "beta1", who) || !check_fraction(beta2, "beta2", who) ||
        !check_epsilon(epsilon, who))
        return NULL;
    if (!isfinite(weight_decay) || weight_decay < 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: weight_decay is %g, want a finite number, 0 or more", who,
                             (double)weight_decay);
    return create(&(struct gan_optimizer){
        .kind = kind, .rate = rate, .beta1 = beta1, .beta2 = beta2, .weight_decay = weight_decay, .epsilon = epsilon});
}

gan_optimizer *gan_optimizer_adam(float rate, float beta1, float beta2)
{
    return create_adam(ADAM, rate, beta1, beta2, 0, 1e-8f, "gan_optimizer_adam");
}

gan_optimizer *gan_optimizer_adam_with(float rate, float beta1, float beta2, float epsilon)
{
    return create_adam(ADAM, rate, beta1, beta2, 0, epsilon, "gan_optimizer_adam_with");
}

gan_optimizer *gan_optimizer_adamw(float rate, float beta1, float beta2, float weight_decay)
{
    return create_adam(ADAMW, rate, beta1, beta2, weight_decay, 1e-8f, "gan_optimizer_adamw");
}

gan_optimizer *gan_optimizer_adamw_with(float rate, float beta1, float beta2, float weight_decay, float epsilon)
{
    return create_adam(ADAMW, rate, beta1, beta2, weight_decay, epsilon, "gan_optimizer_adamw_with");
}

gan_optimizer *gan_optimizer_sgd(float rate, float momentum, bool nesterov)
{
    static const char who[] = "gan_optimizer_sgd";
    if (!check_rate(rate, who) || !check_fraction(momentum, "momentum", who))
        return NULL;
    if (nesterov && momentum == 0)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "%s: momentum is 0 with nesterov, want 0 < momentum < 1", who);
    return create(&(struct gan_optimizer){.kind = SGD, .rate = rate, .beta1 = momentum, .nesterov = nesterov});
}

gan_optimizer *gan_optimizer_rmsprop(float rate, float decay, float epsilon, float momentum)
{
    static const char who[] = "gan_optimizer_rmsprop";
    if (!check_rate(rate, who) || !check_fraction(decay, "decay", who) || !check_epsilon(epsilon, who) ||
        !check_fraction(momentum, "momentum", who))
        return NULL;
    return create(
        &(struct gan_optimizer){.kind = RMSPROP, .rate = rate, .beta1 = momentum, .beta2 = decay, .epsilon = epsilon});
}

gan_optimizer *gan_optimizer_ref(gan_optimizer *optimizer)
{
    if (optimizer != NULL)
        atomic_fetch_add_explicit(&optimizer->references, 1, memory_order_relaxed);
    return optimizer;
}

void gan_optimizer_unref(gan_optimizer *optimizer)
{
    if (optimizer == NULL || atomic_fetch_sub_explicit(&optimizer->references, 1, memory_order_acq_rel) != 1)
        return;
    gan_model_unref(optimizer->model);
    gan_free(optimizer->m);
    gan_free(optimizer->v);
    gan_free(optimizer);
}

/* ---- settings ---- */

const char *gan_optimizer_name(const gan_optimizer *optimizer)
{
    return optimizer != NULL ? names[optimizer->kind] : "";
}

float gan_optimizer_rate(const gan_optimizer *optimizer)
{
    return optimizer != NULL ? optimizer->rate : 0;
}

gan_status gan_optimizer_set_rate(gan_optimizer *optimizer, float rate)
{
    static const char who[] = "gan_optimizer_set_rate";
    if (optimizer == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: optimizer is NULL", who);
    if (!check_rate(rate, who))
        return GAN_ERROR_INVALID_ARGUMENT;
    optimizer->rate = rate;
    return GAN_OK;
}

uint64_t gan_optimizer_steps(const gan_optimizer *optimizer)
{
    return optimizer != NULL ? optimizer->steps : 0;
}

/* ---- updating ---- */

gan_status gan_optimizer_check_model(const gan_optimizer *optimizer, const gan_model *model, const char *who)
{
    if (optimizer->model == NULL || optimizer->model == model)
        return GAN_OK;
    return gan_fail(GAN_ERROR_INVALID_ARGUMENT,
                    "%s: the optimizer already serves another model; make one for each model", who);
}

/* Room for m or v, where it is kept and there is none yet; zero. */
static gan_status make_moment(float **moment, bool kept, size_t size)
{
    if (kept && *moment == NULL)
        *moment = gan_alloc_zero(size, sizeof **moment);
    return kept && *moment == NULL ? GAN_ERROR_OUT_OF_MEMORY : GAN_OK;
}

gan_status gan_optimizer_attach(gan_optimizer *optimizer, gan_model *model, const char *who)
{
    gan_status status = gan_optimizer_check_model(optimizer, model, who);
    if (status != GAN_OK)
        return status;
    gan_tensor *block = gan_model_block(model);
    if (block == NULL)
        return gan_error_status();
    size_t size = (size_t)gan_tensor_size(block);
    status = make_moment(&optimizer->m, optimizer->beta1 > 0 || optimizer->keeps_momentum, size);
    if (status == GAN_OK)
        status = make_moment(&optimizer->v, optimizer->kind != SGD, size);
    if (status != GAN_OK || optimizer->model != NULL)
        return status;
    optimizer->model = gan_model_ref(model);
    optimizer->size = (int64_t)size;
    return GAN_OK;
}

enum { LEAST_STREAMED = 64 * 1024 }; /* parameters: what first-level caches could hold is better left there */

static struct gan_update_numbers numbers_of(const gan_optimizer *optimizer, double rate_factor)
{
    double rate = (double)optimizer->rate * rate_factor;
    double beta1 = (double)optimizer->beta1, beta2 = (double)optimizer->beta2;
    struct gan_update_numbers numbers = {.rate = (float)rate,
                                         .decay = 1,
                                         .beta1 = optimizer->beta1,
                                         .rest1 = (float)(1 - beta1),
                                         .beta2 = optimizer->beta2,
                                         .rest2 = (float)(1 - beta2),
                                         .correct2 = 1,
                                         .epsilon = optimizer->epsilon,
                                         .nesterov = optimizer->nesterov,
                                         .streams = optimizer->size >= LEAST_STREAMED && gan_threads() > 1};
    if (optimizer->kind == ADAM || optimizer->kind == ADAMW) {
        double t = (double)optimizer->steps;
        numbers.rate = (float)(rate / (1 - pow(beta1, t)));
        numbers.correct2 = (float)(1 / sqrt(1 - pow(beta2, t)));
        numbers.decay = (float)(1 - rate * (double)optimizer->weight_decay);
    }
    return numbers;
}

struct update {
    gan_update_kernel *kernel;
    struct gan_update_numbers numbers;
    float *p, *m, *v;
    const float *g;
};

static void update_piece(void *context, int64_t begin, int64_t count)
{
    const struct update *update = context;
    update->kernel(&update->numbers, count, update->p + begin, update->m != NULL ? update->m + begin : NULL,
                   update->v != NULL ? update->v + begin : NULL, update->g + begin);
}

void gan_optimizer_apply(gan_optimizer *optimizer, const float *gradient, double rate_factor)
{
    const struct gan_optimizer_kernels *kernels = gan_optimizer_kernels();
    optimizer->steps++;
    struct update update = {.kernel = optimizer->kind == SGD       ? kernels->sgd
                                      : optimizer->kind == RMSPROP ? kernels->rmsprop
                                                                   : kernels->adam,
                            .numbers = numbers_of(optimizer, rate_factor),
                            .p = gan_tensor_data(gan_model_block(optimizer->model)),
                            .m = optimizer->m,
                            .v = optimizer->v,
                            .g = gradient};
    gan_parallel_pieces(optimizer->size, update_piece, &update);
}

/* ---- for schedules ---- */

bool gan_optimizer_has_betas(const gan_optimizer *optimizer)
{
    return optimizer->kind == ADAM || optimizer->kind == ADAMW;
}

float gan_optimizer_beta(const gan_optimizer *optimizer, int which)
{
    return which == 0 ? optimizer->beta1 : optimizer->beta2;
}

void gan_optimizer_keep_momentum(gan_optimizer *optimizer)
{
    optimizer->keeps_momentum = true;
}

void gan_optimizer_set_beta(gan_optimizer *optimizer, int which, float value)
{
    *(which == 0 ? &optimizer->beta1 : &optimizer->beta2) = value;
}

/* ---- for checkpoints ---- */

void gan_optimizer_write(const gan_optimizer *optimizer, struct gan_json_writer *json, const char *key)
{
    gan_json_begin(json, key, '{');
    gan_json_write_text(json, "kind", names[optimizer->kind]);
    gan_json_write_float(json, "rate", optimizer->first_rate);
    gan_json_write_float(json, "beta1", optimizer->first_beta1);
    gan_json_write_float(json, "beta2", optimizer->first_beta2);
    gan_json_write_float(json, "epsilon", optimizer->epsilon);
    gan_json_write_float(json, "weight_decay", optimizer->weight_decay);
    gan_json_write_bool(json, "nesterov", optimizer->nesterov);
    gan_json_end(json, '}');
}

float *gan_optimizer_moment(gan_optimizer *optimizer, int which)
{
    return which == 0 ? optimizer->m : optimizer->v;
}

void gan_optimizer_restore(gan_optimizer *optimizer, float rate, uint64_t steps)
{
    optimizer->rate = rate;
    optimizer->steps = steps;
}

/* ---- on a tape ---- */

static gan_status commit(void *context, const float *gradient, int64_t size)
{
    (void)size;
    gan_optimizer_apply(context, gradient, 1);
    return GAN_OK;
}

static void release(void *context)
{
    gan_optimizer_unref(context);
}

/* The error goes to the tape as well, if there is one. */
static gan_status check_minimize(gan_optimizer *optimizer, gan_var *loss, gan_model *model)
{
    static const char who[] = "gan_optimizer_minimize";
    if (optimizer == NULL || model == NULL)
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", who, optimizer == NULL ? "optimizer" : "model");
    if (gan_shape_size(gan_var_shape(loss)) != 1) {
        char text[128];
        return gan_fail(GAN_ERROR_INVALID_ARGUMENT, "%s: loss is %s, want a single number; take its mean or sum", who,
                        gan_shape_text(gan_var_shape(loss), text, sizeof text));
    }
    gan_status status = gan_model_ready(model, who);
    if (status == GAN_OK)
        status = gan_model_check_initialized(model, who);
    return status == GAN_OK ? gan_optimizer_attach(optimizer, model, who) : status;
}

gan_var *gan_optimizer_minimize(gan_optimizer *optimizer, gan_var *loss, gan_model *model)
{
    if (loss == NULL)
        return gan_fail_null(GAN_ERROR_INVALID_ARGUMENT, "gan_optimizer_minimize: loss is NULL");
    gan_tape *tape = gan_var_tape(loss);
    if (gan_tape_status(tape) != GAN_OK) {
        gan_fail_again(gan_tape_status(tape), gan_tape_message(tape));
        return NULL;
    }
    if (check_minimize(optimizer, loss, model) != GAN_OK)
        return gan_tape_take_error(gan_var_tape(loss));
    gan_var *gradient = gan_model_gradient(model, loss);
    if (gradient == NULL)
        return NULL;
    struct gan_update_target target = {.commit = commit, .release = release, .context = gan_optimizer_ref(optimizer)};
    gan_var *norm = gan_update(gradient, &target);
    if (norm == NULL)
        gan_optimizer_unref(optimizer);
    return norm;
}
