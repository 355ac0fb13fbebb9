/* A metric while training: the same figure as by hand, and a run that keeps the best by it. */
#include "sets.h"

#include "gan/gan.h"

/* Numbers around 3: a generator that begins around 0 has some way to go. */
static gan_tensor *points(int64_t n, uint64_t seed)
{
    return normal(n, 2, 3, 0.5f, seed);
}

static gan_model *generator(void)
{
    gan_generator_options o;
    ck_ok(gan_generator_options_init(&o, GAN_RECIPE_MLP));
    o.latent_size = 4;
    o.hidden_count = 1;
    o.hidden[0] = 16;
    o.output = GAN_ACTIVATION_LINEAR;
    gan_model *g = gan_generator_new(GAN_SHAPE(2), &o);
    ck_made(g);
    return g;
}

static gan_metric_probe new_probe(gan_extractor *extractor, const gan_tensor *real)
{
    gan_metric_probe probe;
    ck_ok(gan_metric_probe_init(&probe));
    probe.extractor = extractor;
    probe.real = real;
    probe.count = 300;
    return probe;
}

START_TEST(as_by_hand)
{
    gan_model *g = generator();
    ck_ok(gan_model_initialize(g, 1));
    gan_extractor *pixels = gan_extractor_pixels(GAN_SHAPE(2));
    gan_tensor *real = points(200, 1), *made = gan_generator_sample(g, 300, 1);
    gan_metric_options o = quick_options();
    gan_metric_probe probe = new_probe(pixels, real);
    gan_metric_value wanted;
    double value = 0, error = -1;
    ck_ok(gan_metric_probe_run(&probe, NULL, g, &value, &error));
    ck_ok(gan_metric_frechet(real, made, NULL, &wanted));
    ck_assert(value == wanted.value && error == wanted.error && error > 0);
    probe.metric = GAN_METRIC_RECALL;
    probe.options = &o;
    ck_ok(gan_metric_probe_run(&probe, NULL, g, &value, &error));
    ck_ok(gan_metric_precision_recall(real, made, &o, NULL, &wanted));
    ck_assert(value == wanted.value && error == 0); /* no bootstrap, no error */

    check_refused(gan_metric_probe_run(NULL, NULL, g, &value, &error), "probe (the run's evaluate_context) is NULL");
    check_refused(gan_metric_probe_run(&probe, NULL, g, NULL, &error), "value is NULL");
    probe.metric = GAN_METRIC_MODES;
    check_refused(gan_metric_probe_run(&probe, NULL, g, &value, &error), "modes needs");
    probe.real = NULL;
    check_refused(gan_metric_probe_run(&probe, NULL, g, &value, &error), "the probe's real is NULL");
    probe.struct_size = 1;
    check_refused(gan_metric_probe_run(&probe, NULL, g, &value, &error), "struct_size is 1");
    gan_tensor_unref(real);
    gan_tensor_unref(made);
    gan_extractor_unref(pixels);
    gan_model_unref(g);
}
END_TEST

START_TEST(of_images)
{
    gan_model *g = gan_model_new(GAN_SHAPE(3));
    gan_model_add(g, gan_layer_dense(16));
    gan_model_add(g, gan_layer_sigmoid());
    gan_model_add(g, gan_layer_reshape(GAN_SHAPE(1, 4, 4)));
    ck_ok(gan_model_initialize(g, 1));
    gan_extractor *pixels = gan_extractor_pixels(GAN_SHAPE(1, 4, 4));
    gan_tensor *made = gan_generator_sample(g, 300, 1), *real = gan_extractor_run(pixels, made);
    gan_metric_probe probe = new_probe(pixels, real);
    probe.metric = GAN_METRIC_MS_SSIM;
    gan_metric_value wanted;
    double value, error;
    ck_ok(gan_metric_probe_run(&probe, NULL, g, &value, &error));
    ck_ok(gan_metric_ms_ssim(made, 0, 1, NULL, &wanted));
    ck_assert(value == wanted.value && error == wanted.error);
    gan_tensor_unref(real);
    gan_tensor_unref(made);
    gan_extractor_unref(pixels);
    gan_model_unref(g);
}
END_TEST

/* The best that a run kept scores what the run says, and better than the generator that it began with. */
START_TEST(a_run_keeps_the_best)
{
    gan_tensor *examples = points(512, 2), *real = points(300, 3);
    gan_dataset *data = gan_dataset_from_tensor(examples, NULL, 0, 0);
    gan_loader *loader = gan_loader_new(data, 64, 1, NULL);
    gan_discriminator_options dopt;
    ck_ok(gan_discriminator_options_init(&dopt, GAN_RECIPE_MLP));
    dopt.hidden_count = 1;
    dopt.hidden[0] = 16;
    gan_model *g = generator(), *d = gan_discriminator_new(GAN_SHAPE(2), &dopt);
    ck_ok(gan_model_initialize(g, 1));
    gan_trainer_options to;
    ck_ok(gan_trainer_options_init(&to, GAN_PRESET_STABLE));
    to.seed = 1;
    gan_trainer *trainer = gan_trainer_new(g, d, &to);
    ck_made(trainer);

    gan_extractor *pixels = gan_extractor_pixels(GAN_SHAPE(2));
    gan_metric_probe probe = new_probe(pixels, real);
    double begin, error, again;
    ck_ok(gan_metric_probe_run(&probe, NULL, g, &begin, &error));
    gan_run_options run;
    ck_ok(gan_run_options_init(&run));
    run.steps = 20000;
    run.evaluate = gan_metric_probe_run;
    run.evaluate_context = &probe;
    run.evaluate_every = 50;
    run.patience = 10;
    gan_run_result result = GAN_RUN_RESULT_INIT;
    ck_ok(gan_trainer_run(trainer, loader, &run, &result));
    ck_assert_int_eq(result.stop, GAN_STOP_PATIENCE);
    ck_made(result.best);
    ck_assert_msg(result.best_value < 0.2 * begin, "from %g to %g", begin, result.best_value);
    ck_ok(gan_metric_probe_run(&probe, NULL, result.best, &again, &error));
    ck_assert(again == result.best_value && error == result.best_error);
    gan_model_unref(result.best);
    gan_extractor_unref(pixels);
    gan_trainer_unref(trainer);
    gan_model_unref(g);
    gan_model_unref(d);
    gan_loader_unref(loader);
    gan_dataset_unref(data);
    gan_tensor_unref(examples);
    gan_tensor_unref(real);
}
END_TEST

int main(void)
{
    static const struct test_case tests[] = {
        {"as by hand", as_by_hand}, {"of images", of_images}, {"a run keeps the best", a_run_keeps_the_best}};
    return RUN_SUITE("watch-probe", tests);
}
