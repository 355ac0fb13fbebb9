/* A run's evaluations: when, of what, what is kept, and when it is enough. */
#include "players.h"

#include "config.h"
#include "nn/model.h"

#include <stdio.h>

enum { EXAMPLES = 23, BATCH = 4 };

/* Values that are made up in advance, and what was seen at each. */
struct script {
    int count;
    double values[16], error;
    int64_t steps[16];
    float weight[16]; /* the generator's first number then */
    int calls;
    gan_status status;
};

static gan_status read_script(void *context, const gan_progress *progress, gan_model *generator, double *value,
                              double *error)
{
    struct script *s = context;
    ck_assert_int_lt(s->calls, 16);
    s->steps[s->calls] = progress->step;
    s->weight[s->calls] = gan_tensor_data(gan_model_parameter(generator, 0))[0];
    *value = s->calls < s->count ? s->values[s->calls] : s->values[s->count - 1];
    *error = s->error;
    s->calls++;
    return s->status;
}

static gan_status run_without(const gan_run_options *o, gan_run_result *result)
{
    gan_tensor *examples = small_batch(EXAMPLES, 9);
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    gan_loader *loader = gan_loader_new(dataset, BATCH, 3, NULL);
    gan_trainer_options to;
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    gan_trainer *trainer = small_trainer(&to);
    gan_status status = gan_trainer_run(trainer, loader, o, result);
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    gan_tensor_unref(examples);
    return status;
}

static gan_status run(struct script *script, gan_run_options *o, gan_run_result *result)
{
    o->evaluate = read_script;
    o->evaluate_context = script;
    return run_without(o, result);
}

static gan_run_options every(int64_t steps)
{
    gan_run_options o;
    ck_ok(gan_run_options_init(&o));
    o.evaluate_every = steps;
    return o;
}

START_TEST(the_best_is_kept)
{
    for (int higher = 0; higher < 2; higher++) {
        struct script s = {.count = 4, .values = {5, 2, 3, 2}};
        for (int i = 0; higher && i < 4; i++)
            s.values[i] *= -1;
        gan_run_options o = every(3);
        o.steps = 13;
        o.higher_is_better = higher;
        gan_run_result result = GAN_RUN_RESULT_INIT;
        ck_ok(run(&s, &o, &result));
        ck_assert_int_eq(result.stop, GAN_STOP_STEPS);
        ck_assert_int_eq(result.evaluations, 4);
        for (int i = 0; i < 4; i++)
            ck_assert_int_eq(s.steps[i], 3 * (i + 1));
        ck_assert_int_eq(result.best_step, 6); /* the first of equal ones */
        ck_near(result.best_value, higher ? -2 : 2, 1e-12);
        ck_made(result.best);
        ck_assert(gan_tensor_data(gan_model_parameter(result.best, 0))[0] == s.weight[1]); /* as it was then */
        ck_assert(s.weight[1] != s.weight[3]);
        gan_tensor *made = gan_generator_sample(result.best, 3, 1); /* and it works, the trainer being gone */
        ck_made(made);
        gan_tensor_unref(made);
        gan_model_unref(result.best);
    }
}
END_TEST

/* With error 0.1 and margin 2 a step counts from 2·√2·0.1 = 0.283 on. */
START_TEST(patience)
{
    static const struct {
        double values[9], error, margin;
        int patience, evaluations, best_step;
    } cases[] = {
        {{9, 8, 7, 7, 7, 7, 6}, 0, 2, 3, 6, 3},          /* equal is not better */
        {{9, 8.9, 8.8, 8.7, 8.6, 8.5}, 0.1, 2, 3, 6, 6}, /* 8.7 is better than 9 by 0.3, a step; then 8.6 … */
        {{9, 8.9, 8.8, 8.75, 8.74, 1}, 0.1, 2, 3, 4, 4}, /* a drift within the noise is none */
        {{9, 8.9, 8.8, 8.75, 8.74, 1, 1, 1, 1}, 0.1, 0, 3, 9, 6}, /* without margin it is */
        {{1, 2, 3, 4}, 0, 2, 1, 2, 1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct script s = {.count = 9, .error = cases[c].error};
        memcpy(s.values, cases[c].values, sizeof cases[c].values);
        gan_run_options o = every(1);
        o.patience = cases[c].patience;
        o.evaluation_margin = cases[c].margin;
        o.steps = c == 1 ? 6 : 0; /* patience alone ends the others */
        gan_run_result result = GAN_RUN_RESULT_INIT;
        ck_ok(run(&s, &o, &result));
        ck_assert_msg(result.evaluations == cases[c].evaluations, "case %zu: %d evaluations", c,
                      (int)result.evaluations);
        ck_assert_int_eq(result.stop, c == 1 ? GAN_STOP_STEPS : GAN_STOP_PATIENCE);
        ck_assert_int_eq(result.steps, cases[c].evaluations);
        ck_assert_int_eq(result.best_step, cases[c].best_step);
        gan_model_unref(result.best);
    }
}
END_TEST

START_TEST(what_goes_wrong)
{
    struct script s = {.count = 3, .values = {1, 2, NAN}};
    gan_run_options o = every(1);
    o.steps = 5;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_fails(run(&s, &o, &result), GAN_ERROR_NOT_FINITE, "evaluate gave nan with error 0 after 3 steps");
    ck_assert_int_eq(result.stop, GAN_STOP_ERROR);
    ck_made(result.best); /* what there was is not lost */
    ck_assert_int_eq(result.best_step, 1);
    gan_model_unref(result.best);

    s = (struct script){.count = 1, .values = {1}, .status = GAN_ERROR_IO};
    ck_null(gan_tensor_read_npy("/no/such.npy"), "cannot be opened"); /* an error of the same kind, and long over */
    result = (gan_run_result)GAN_RUN_RESULT_INIT;
    ck_fails(run(&s, &o, &result), GAN_ERROR_IO, "evaluate failed after 1 steps");
    ck_assert_ptr_null(result.best);
    ck_fails(run(&s, &o, NULL), GAN_ERROR_IO, "");
    s = (struct script){.count = 1, .values = {1}};
    ck_ok(run(&s, &o, NULL)); /* nobody wants the best: it is freed */
    s.calls = 0;
    result = (gan_run_result){.struct_size = offsetof(gan_run_result, best)}; /* a program of before */
    ck_ok(run(&s, &o, &result));
    ck_assert_ptr_null(result.best);

    o.evaluate_every = 0;
    ck_fails(run(&s, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "evaluate_every is 0, want 1 or more steps");
    o.evaluate_every = 1;
    o.patience = -1;
    ck_fails(run(&s, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "patience is -1");
    o.patience = 1;
    o.evaluation_margin = -1;
    ck_fails(run(&s, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "evaluation_margin is -1");
    gan_trainer_options to;
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    gan_trainer *trainer = small_trainer(&to);
    gan_tensor *examples = small_batch(EXAMPLES, 9);
    gan_dataset *dataset = gan_dataset_from_tensor(examples, NULL, 0, 1);
    gan_loader *loader = gan_loader_new(dataset, BATCH, 3, NULL);
    o.evaluate = NULL;
    ck_fails(gan_trainer_run(trainer, loader, &o, NULL), GAN_ERROR_INVALID_ARGUMENT,
             "evaluate is NULL, but patience is set");
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
    gan_dataset_unref(dataset);
    gan_tensor_unref(examples);
}
END_TEST

/* Evaluating changes nothing of the training: the same bits with it and without. */
START_TEST(evaluating_leaves_no_trace)
{
    struct script with = {.count = 1, .values = {1}}, rarely = {.count = 1, .values = {1}};
    gan_run_options o = every(1);
    o.steps = 12;
    ck_ok(run(&with, &o, NULL));
    o = every(12);
    o.steps = 12;
    ck_ok(run(&rarely, &o, NULL));
    ck_assert(with.weight[11] == rarely.weight[0]);
}
END_TEST

#ifdef HAVE_JANSSON

/* ---- stopped and resumed ---- */

/* A run of 12 steps at most, stopped again and again after 4 of them (0: in one go), each time by another process's
 * worth of objects. The script goes on with what an earlier evaluation at that step said. */
static gan_run_result run_in_parts(const char *name, struct script *s, const gan_run_options *given, int64_t part)
{
    gan_run_result result = GAN_RUN_RESULT_INIT;
    do {
        gan_run_options o = *given;
        o.steps = part > 0 && result.steps + part < given->steps ? result.steps + part : given->steps;
        o.checkpoint_path = scratch_file(name);
        o.resume = true;
        gan_model_unref(result.best);
        result = (gan_run_result)GAN_RUN_RESULT_INIT;
        ck_ok(run(s, &o, &result));
    } while (result.stop == GAN_STOP_STEPS && result.steps < given->steps);
    return result;
}

static void check_same(const gan_run_result *a, const gan_run_result *b)
{
    ck_assert_int_eq(a->stop, b->stop);
    ck_assert_int_eq(a->steps, b->steps);
    ck_assert_int_eq(a->evaluations, b->evaluations);
    ck_assert_int_eq(a->best_step, b->best_step);
    ck_assert(a->best_value == b->best_value && a->best_error == b->best_error);
    ck_made(a->best);
    ck_made(b->best);
    gan_tensor *of_a = numbers_of(a->best), *of_b = numbers_of(b->best);
    ck_assert(same_numbers(of_a, of_b));
    gan_tensor_unref(of_a);
    gan_tensor_unref(of_b);
    ck_assert_uint_eq(a->best->training.steps, (uint64_t)a->best_step); /* what its file will say */
    ck_assert_uint_eq(b->best->training.steps, (uint64_t)b->best_step);
}

/* The best one may lie before the stop, and patience may be half used up then. */
START_TEST(what_resumes_keeps_and_stops_as_in_one_go)
{
    static const struct {
        const char *name;
        double values[12];
        int patience, last, best;
    } cases[] = {
        {"early", {0.1, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1, 1}, 0, 12, 1},
        {"late", {9, 8, 7, 6, 5, 4, 0.1, 3, 2, 1, 1, 1}, 0, 12, 7},
        {"patience", {9, 8, 7, 7.5, 7.5, 7.5, 7.5, 1, 1, 1, 1, 1}, 4, 7, 3},
        {"at a stop", {9, 7, 7.5, 7.5, 1, 1, 1, 1, 1, 1, 1, 1}, 2, 4, 2}, /* enough at the very step of the stop */
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        gan_run_result result[2];
        for (int parts = 0; parts < 2; parts++) {
            char name[40];
            snprintf(name, sizeof name, "%s-%d", cases[c].name, parts);
            struct script s = {.count = 12, .error = 0.01};
            memcpy(s.values, cases[c].values, sizeof cases[c].values);
            gan_run_options o = every(1);
            o.steps = 12;
            o.patience = cases[c].patience;
            result[parts] = run_in_parts(name, &s, &o, parts == 0 ? 0 : 4);
        }
        ck_assert_int_eq(result[0].steps, cases[c].last);
        ck_assert_int_eq(result[0].best_step, cases[c].best);
        check_same(&result[0], &result[1]);
        gan_model_unref(result[0].best);
        gan_model_unref(result[1].best);
    }
}
END_TEST

/* Patience that had run out ends what resumes before it makes a step; a longer one lets it go on. */
START_TEST(patience_that_ran_out)
{
    struct script s = {.count = 3, .values = {1, 2, 3}};
    gan_run_options o = every(1);
    o.patience = 2;
    o.checkpoint_path = scratch_file("ran-out");
    o.resume = true;
    for (int again = 0; again < 2; again++) {
        gan_run_result result = GAN_RUN_RESULT_INIT;
        ck_ok(run(&s, &o, &result));
        ck_assert_int_eq(result.stop, GAN_STOP_PATIENCE);
        ck_assert_int_eq(result.steps, 3);
        ck_assert_int_eq(s.calls, 3);
        ck_assert_int_eq(result.best_step, 1);
        gan_model_unref(result.best);
    }
    gan_run_result result = GAN_RUN_RESULT_INIT;
    o.patience = 4;
    ck_ok(run(&s, &o, &result));
    ck_assert_int_eq(result.steps, 5);
    ck_assert_int_eq(s.calls, 5);
    gan_model_unref(result.best);
}
END_TEST

/* Without an evaluation of its own a run hands on what there was; gan_trainer_load passes over it. */
START_TEST(handed_on)
{
    struct script s = {.count = 4, .values = {2, 1, 3, 3}};
    gan_run_options o = every(1);
    const char *path = scratch_file("handed-on");
    o.steps = 4;
    o.checkpoint_path = path;
    o.resume = true;
    ck_ok(run(&s, &o, NULL));
    gan_run_options plain = o;
    plain.evaluate = NULL;
    plain.evaluate_every = 0;
    plain.steps = 6;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(run_without(&plain, &result));
    ck_assert_int_eq(result.best_step, 2);
    ck_assert_int_eq(result.evaluations, 4);
    gan_model_unref(result.best);
    o.steps = 7;
    result = (gan_run_result)GAN_RUN_RESULT_INIT;
    ck_ok(run(&s, &o, &result));
    ck_assert_int_eq(result.best_step, 2);
    ck_assert_int_eq(result.evaluations, 5);
    gan_model_unref(result.best);

    o.steps = 8;
    o.higher_is_better = true;
    ck_fails(run(&s, &o, NULL), GAN_ERROR_INVALID_ARGUMENT, "higher_is_better is true, but false in");
    gan_trainer_options to;
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    gan_trainer *trainer = small_trainer(&to);
    char name[600];
    snprintf(name, sizeof name, "%s-%012d.checkpoint", path, 7);
    ck_ok(gan_trainer_load(trainer, NULL, name));
    ck_assert_uint_eq(gan_trainer_steps(trainer), 7);
    gan_trainer_unref(trainer);
}
END_TEST

#endif

int main(void)
{
    static const struct test_case tests[] = {
        {"the best is kept", the_best_is_kept},
        {"patience", patience},
        {"what goes wrong", what_goes_wrong},
        {"evaluating leaves no trace", evaluating_leaves_no_trace},
#ifdef HAVE_JANSSON
        {"what resumes keeps and stops as in one go", what_resumes_keeps_and_stops_as_in_one_go},
        {"patience that ran out", patience_that_ran_out},
        {"handed on", handed_on},
#endif
    };
    return RUN_SUITE("train-evaluation", tests);
}
