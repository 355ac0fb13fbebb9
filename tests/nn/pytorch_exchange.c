/*
 * pytorch_exchange write FOLDER: DCGAN's and R3GAN's networks as NAME.safetensors, some inputs as NAME.in, and what
 * libgan makes of them as NAME.out. pytorch_exchange read FOLDER: the same networks with the numbers that PyTorch
 * wrote, by names and by order, must make NAME.out of NAME.in. See pytorch.sh.
 */
#include "gan/gan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4 };

static const struct network {
    const char *name;
    gan_recipe recipe;
    bool generator;
} networks[] = {{"dcgan-g", GAN_RECIPE_DCGAN, true},
                {"dcgan-d", GAN_RECIPE_DCGAN, false},
                {"r3gan-g", GAN_RECIPE_R3GAN, true},
                {"r3gan-d", GAN_RECIPE_R3GAN, false}};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "pytorch_exchange: %s: %s\n", what, gan_error_message());
    exit(1);
}

static gan_model *new_model(const struct network *network)
{
    const gan_shape image = GAN_SHAPE(3, 32, 32);
    gan_generator_options g;
    gan_discriminator_options d;
    gan_generator_options_init(&g, network->recipe);
    gan_discriminator_options_init(&d, network->recipe);
    gan_model *model = network->generator ? gan_generator_new(image, &g) : gan_discriminator_new(image, &d);
    must(model != NULL, network->name);
    return model;
}

/* What would be 0 or 1 is drawn, too: a block's last weights, batch norm's numbers. */
static void fill(gan_model *model)
{
    must(gan_model_initialize(model, 1) == GAN_OK, "initialising");
    for (int i = 0; i < gan_model_parameters(model); i++) {
        gan_tensor *parameter = gan_model_parameter(model, i);
        if (gan_tensor_shape(parameter).rank == 1)
            gan_tensor_fill_uniform(parameter, 0.2f, 1.2f, (uint64_t)i);
        else if (gan_tensor_data(parameter)[0] == 0)
            gan_tensor_fill_normal(parameter, 0, 0.05f, (uint64_t)i);
    }
    for (int i = 0; i < gan_model_states(model); i++)
        gan_tensor_fill_uniform(gan_model_state(model, i), 0.1f, 2, (uint64_t)i);
}

static gan_tensor *new_batch(const gan_model *model)
{
    gan_shape one = gan_model_input_shape(model);
    return gan_tensor_new(one.rank == 1 ? GAN_SHAPE(BATCH, one.dims[0])
                                        : GAN_SHAPE(BATCH, one.dims[0], one.dims[1], one.dims[2]));
}

static FILE *open_file(const char *folder, const char *name, const char *ending, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    FILE *file = fopen(path, mode);
    if (file == NULL)
        perror(path);
    must(file != NULL, "a file");
    return file;
}

static void write_numbers(const char *folder, const char *name, const char *ending, const gan_tensor *numbers)
{
    FILE *file = open_file(folder, name, ending, "wb");
    size_t count = (size_t)gan_tensor_size(numbers);
    must(fwrite(gan_tensor_data(numbers), sizeof(float), count, file) == count && fclose(file) == 0, "writing");
}

static void read_numbers(const char *folder, const char *name, const char *ending, gan_tensor *numbers)
{
    FILE *file = open_file(folder, name, ending, "rb");
    size_t count = (size_t)gan_tensor_size(numbers);
    must(fread(gan_tensor_data(numbers), sizeof(float), count, file) == count && fgetc(file) == EOF, "reading");
    fclose(file);
}

static void write_network(const char *folder, const struct network *network)
{
    char path[1024];
    gan_model *model = new_model(network);
    fill(model);
    gan_tensor *in = new_batch(model);
    gan_tensor_fill_normal(in, 0, 1, 7);
    gan_tensor *out = gan_model_predict(model, in);
    must(out != NULL, network->name);
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, network->name);
    must(gan_model_save(model, path) == GAN_OK, path);
    write_numbers(folder, network->name, "in", in);
    write_numbers(folder, network->name, "out", out);
    gan_tensor_unref(in);
    gan_tensor_unref(out);
    gan_model_unref(model);
}

/* Rounding is as large as the largest number. */
static void check(const char *name, const char *match, const gan_tensor *made, const gan_tensor *wanted)
{
    double size = 0, worst = 0;
    for (int64_t i = 0; i < gan_tensor_size(wanted); i++) {
        size = fmax(size, fabs((double)gan_tensor_data(wanted)[i]));
        worst = fmax(worst, fabs((double)gan_tensor_data(made)[i] - (double)gan_tensor_data(wanted)[i]));
    }
    printf("%s, by %s: numbers of up to %.3g, largest difference %.1e of that\n", name, match, size, worst / size);
    if (size > 0 && worst <= 1e-5 * size && gan_tensor_size(made) == gan_tensor_size(wanted))
        return;
    fprintf(stderr, "pytorch_exchange: %s: libgan makes other numbers than PyTorch\n", name);
    exit(1);
}

static void read_network(const char *folder, const struct network *network)
{
    static const char *const matches[] = {"names", "order"};
    for (int i = 0; i < 2; i++) {
        char path[1024];
        gan_load_options options;
        gan_load_options_init(&options);
        options.match = i == 0 ? GAN_MATCH_NAMES : GAN_MATCH_ORDER;
        options.prefix = i == 0 ? "main." : "";
        gan_model *model = new_model(network);
        snprintf(path, sizeof path, "%s/%s-%s.safetensors", folder, network->name, matches[i]);
        must(gan_model_load_parameters(model, path, &options) == GAN_OK, network->name);
        gan_tensor *in = new_batch(model);
        read_numbers(folder, network->name, "in", in);
        gan_tensor *made = gan_model_predict(model, in);
        must(made != NULL, network->name);
        gan_tensor *wanted = gan_tensor_new(gan_tensor_shape(made));
        read_numbers(folder, network->name, "out", wanted);
        check(network->name, matches[i], made, wanted);
        gan_tensor_unref(in);
        gan_tensor_unref(made);
        gan_tensor_unref(wanted);
        gan_model_unref(model);
    }
}

/* The whole message, in front of which the file's path stands. */
static void read_wrong(const char *folder, const char *name, gan_match match, const char *message)
{
    char path[1024], wanted[2048];
    gan_load_options options;
    gan_load_options_init(&options);
    options.match = match;
    gan_model *model = new_model(&networks[0]);
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, name);
    snprintf(wanted, sizeof wanted, "%s: %s", path, message);
    gan_status status = gan_model_load_parameters(model, path, &options);
    if (status != GAN_ERROR_FORMAT || strcmp(gan_error_message(), wanted) != 0) {
        fprintf(stderr, "pytorch_exchange: wanted \"%s\", got \"%s\"\n", wanted, gan_error_message());
        exit(1);
    }
    gan_model_unref(model);
}

int main(int argc, char **argv)
{
    bool reads = argc == 3 && strcmp(argv[1], "read") == 0;
    if (argc != 3 || (!reads && strcmp(argv[1], "write") != 0))
        return 2;
    for (int i = 0; i < NETWORKS; i++)
        (reads ? read_network : write_network)(argv[2], &networks[i]);
    if (!reads)
        return 0;
    read_wrong(argv[2], "missing", GAN_MATCH_NAMES,
               "has no tensor \"2.running_var\"; of those that G has no use for it has nothing else; set the options' "
               "prefix, or match by GAN_MATCH_ORDER");
    read_wrong(argv[2], "more", GAN_MATCH_NAMES,
               "G has no place for \"11.weight\"; set the options' allow_others to pass over it");
    read_wrong(argv[2], "shape", GAN_MATCH_NAMES,
               "tensor \"4.weight\" is [256, 128, 3, 4], but \"4.weight\" of G is [256, 128, 4, 4]");
    read_wrong(argv[2], "missing", GAN_MATCH_ORDER,
               "has 10 tensors and 5 running statistics, but G has 10 parameters and 6 state tensors");
    return 0;
}
