/*
 * What the built-in digits are for: who learned to read on them alone reads real handwriting. A small network (784
 * pixels, 64 rectified units, 10 classes; plain C, so that nothing of libgan's own training is needed) is trained on
 * 60,000 of them and reads MNIST's 10,000 test digits, of which none was ever seen.
 */
#include "gan/loader.h"

#include "base/random.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIXELS = 784, UNITS = 64, CLASSES = 10, BATCH = 50, EPOCHS = 5 };

static struct network {
    float hidden[UNITS][PIXELS], hidden_bias[UNITS];
    float out[CLASSES][UNITS], out_bias[CLASSES];
} network, gradient, velocity;

static void initialise(void)
{
    struct gan_random_key key = {1, 0, 0};
    gan_random_normal(&key, 0, UNITS * PIXELS, network.hidden[0]);
    key.stream = 1;
    gan_random_normal(&key, 0, CLASSES * UNITS, network.out[0]);
    for (int u = 0; u < UNITS; u++)
        for (int i = 0; i < PIXELS; i++)
            network.hidden[u][i] *= sqrtf(2.0f / PIXELS);
    for (int c = 0; c < CLASSES; c++)
        for (int u = 0; u < UNITS; u++)
            network.out[c][u] *= sqrtf(1.0f / UNITS);
}

static void forward(const float *x, float units[UNITS], float scores[CLASSES])
{
    for (int u = 0; u < UNITS; u++) {
        float lanes[16] = {0}; /* sums side by side, which a compiler turns into vectors */
        for (int i = 0; i < PIXELS; i += 16)
            for (int k = 0; k < 16; k++)
                lanes[k] += network.hidden[u][i + k] * x[i + k];
        float sum = network.hidden_bias[u];
        for (int k = 0; k < 16; k++)
            sum += lanes[k];
        units[u] = sum > 0 ? sum : 0;
    }
    for (int c = 0; c < CLASSES; c++) {
        scores[c] = network.out_bias[c];
        for (int u = 0; u < UNITS; u++)
            scores[c] += network.out[c][u] * units[u];
    }
}

static int greatest(const float scores[CLASSES])
{
    int best = 0;
    for (int c = 1; c < CLASSES; c++)
        best = scores[c] > scores[best] ? c : best;
    return best;
}

/* Adds the gradient of −log softmax(scores)[label] over the batch. */
static void backward(const float *x, int32_t label)
{
    float units[UNITS], scores[CLASSES], total = 0;
    forward(x, units, scores);
    float most = scores[greatest(scores)];
    for (int c = 0; c < CLASSES; c++)
        total += scores[c] = expf(scores[c] - most);
    float back[UNITS] = {0};
    for (int c = 0; c < CLASSES; c++) {
        float d = (scores[c] / total - (float)(c == label)) / BATCH;
        gradient.out_bias[c] += d;
        for (int u = 0; u < UNITS; u++) {
            gradient.out[c][u] += d * units[u];
            back[u] += d * network.out[c][u];
        }
    }
    for (int u = 0; u < UNITS; u++) {
        if (units[u] <= 0)
            continue;
        gradient.hidden_bias[u] += back[u];
        for (int i = 0; i < PIXELS; i++)
            gradient.hidden[u][i] += back[u] * x[i];
    }
}

static void update(float rate)
{
    float *w = (float *)&network, *g = (float *)&gradient, *v = (float *)&velocity;
    for (size_t i = 0; i < sizeof network / sizeof(float); i++) {
        v[i] = 0.9f * v[i] - rate * g[i];
        w[i] += v[i];
    }
}

static void train(gan_loader *loader)
{
    uint64_t steps = EPOCHS * gan_loader_batches_per_epoch(loader);
    for (uint64_t step = 0; step < steps; step++) {
        const gan_tensor *x, *y;
        ck_assert_int_eq(gan_loader_next(loader, &x, &y), GAN_OK);
        memset(&gradient, 0, sizeof gradient);
        for (int i = 0; i < BATCH; i++)
            backward(gan_tensor_data(x) + i * PIXELS, gan_tensor_int32(y)[i]);
        update(0.05f * (1 - (float)step / (float)steps));
    }
}

static double read_all(const gan_dataset *dataset)
{
    int right = 0, seen[CLASSES] = {0}, known[CLASSES] = {0};
    for (int64_t i = 0; i < gan_dataset_size(dataset); i++) {
        float x[PIXELS], units[UNITS], scores[CLASSES];
        int32_t label;
        ck_assert_int_eq(gan_dataset_read(dataset, i, x, &label), GAN_OK);
        forward(x, units, scores);
        seen[label]++;
        known[label] += greatest(scores) == label;
        right += greatest(scores) == label;
    }
    printf("read, trained on the built-in digits alone: %.2f %%; each digit:",
           100.0 * right / (double)gan_dataset_size(dataset));
    for (int c = 0; c < CLASSES; c++)
        printf(" %d %.1f", c, 100.0 * known[c] / seen[c]);
    printf("\n");
    return (double)right / (double)gan_dataset_size(dataset);
}

START_TEST(who_learned_on_them_reads_real_digits)
{
    const char *directory = mnist_directory();
    if (directory == NULL)
        return;
    gan_dataset *real = gan_dataset_open_mnist(directory, GAN_SPLIT_TEST);
    gan_dataset *made = gan_dataset_digits(60000, 1);
    ck_assert_msg(real != NULL && made != NULL, "%s", gan_error_message());
    gan_loader *loader = gan_loader_new(made, BATCH, 1, NULL);
    initialise();
    train(loader);
    ck_assert_double_gt(read_all(real), 0.88);
    gan_loader_unref(loader);
    gan_dataset_unref(made);
    gan_dataset_unref(real);
}
END_TEST

static const struct test_case tests[] = {{"reading", who_learned_on_them_reads_real_digits}};

int main(void)
{
    return RUN_SUITE("data: reading", tests);
}
