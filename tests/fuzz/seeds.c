/* Good files of every kind, as small as they can be: what the fuzzer begins with. */
#include "config.h"
#include "fuzz.h"

#include "io/event_file.h"
#include "players.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

static int failures;

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "seeds: %s: %s\n", what, gan_error_message());
    failures++;
}

/* DIR/<target>/<name>; the text lives until the next call but one. */
static const char *place(const char *directory, const char *target, const char *name)
{
    static char paths[2][4096];
    static int next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", directory, target);
    mkdir(path, 0777);
    snprintf(path, sizeof paths[0], "%s/%s/%s", directory, target, name);
    return path;
}

static void write_bytes(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, path);
}

/* The same file as <header> 0 <data>: see fuzz_safetensors. */
static void write_open_form(const char *from, const char *to)
{
    static unsigned char bytes[1 << 16];
    FILE *file = fopen(from, "rb");
    size_t size = file != NULL ? fread(bytes, 1, sizeof bytes, file) : 0;
    must(size > 8 && fclose(file) == 0, from);
    size_t header = (size_t)bytes[0] | (size_t)bytes[1] << 8;
    while (header > 0 && bytes[8 + header - 1] == ' ')
        header--; /* what fills it up */
    size_t data = 8 + ((size_t)bytes[0] | (size_t)bytes[1] << 8);
    memmove(bytes, bytes + 8, header);
    bytes[header] = 0;
    memmove(bytes + header + 1, bytes + data, size - data);
    write_bytes(to, bytes, header + 1 + size - data);
}

/* Of a trainer alone, and of one of images with labels that has run, with its loader. */
static void write_checkpoints(const char *directory)
{
    gan_trainer *trainer = fuzz_trainer();
    const char *path = place(directory, "checkpoint", "checkpoint");
    must(gan_trainer_save(trainer, NULL, path) == GAN_OK, "a checkpoint");
    write_open_form(path, place(directory, "checkpoint", "checkpoint-open"));
    gan_trainer_unref(trainer);
    gan_loader *loader = fuzz_image_loader();
    trainer = fuzz_image_trainer();
    must(fuzz_step(trainer, loader) == GAN_OK, "a step");
    path = place(directory, "checkpoint", "images");
    must(gan_trainer_save(trainer, loader, path) == GAN_OK, "a checkpoint of images");
    write_open_form(path, place(directory, "checkpoint", "images-open"));
    gan_trainer_unref(trainer);
    gan_loader_unref(loader);
}

static void write_models(const char *directory)
{
    gan_model *model = fuzz_model(2, 2);
    gan_model_set_name(model, "G");
    gan_model_set_range(model, -1, 1);
    const char *path = place(directory, "safetensors", "model");
    must(gan_model_save(model, path) == GAN_OK, "a model");
    write_open_form(path, place(directory, "safetensors", "model-open"));
    gan_model_unref(model);
    model = fuzz_labelled_model();
    path = place(directory, "safetensors", "labelled");
    must(gan_model_save(model, path) == GAN_OK, "a labelled model");
    write_open_form(path, place(directory, "safetensors", "labelled-open"));
    gan_model_unref(model);
    gan_model *images = fuzz_image_model();
    path = place(directory, "safetensors", "images");
    must(gan_model_save(images, path) == GAN_OK, "a model of images");
    write_open_form(path, place(directory, "safetensors", "images-open"));
    gan_model_unref(images);
    static const char foreign[] = "{\"0.weight\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
                                  "\"0.bias\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[12,16]},"
                                  "\"1.weight\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[16,32]},"
                                  "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[32,40]}}\0"
                                  "0123456789012345678901234567890123456789";
    write_bytes(place(directory, "safetensors", "foreign"), foreign, sizeof foreign - 1);
    static const char reshaped[] =
        "{\"__metadata__\":{\"crc32\":\"00000000\",\"libgan\":\"{\\\"format\\\":\\\"model\\\",\\\"version\\\":1,"
        "\\\"input\\\":[8],\\\"output\\\":[4,2,1],\\\"standardised\\\":false,\\\"layers\\\":[{"
        "\\\"kind\\\":\\\"reshape\\\",\\\"shape\\\":[4,4611686018427387904,-1]}]}\"}}";
    write_bytes(place(directory, "safetensors", "reshaped-open"), reshaped, sizeof reshaped);
}

/* Appends a file to what is at `to`; the number of bytes then. */
static size_t append_file(uint8_t *to, size_t have, size_t most, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(to + have, 1, most - have, file) : 0;
    must(size > 0 && fclose(file) == 0, path);
    return have + size;
}

/* Pictures and their labels, as one seed. */
static void write_npy_pair(const char *directory)
{
    static uint8_t bytes[1 << 12];
    char path[4096];
    size_t size = 2;
    snprintf(path, sizeof path, "%s/part.npy", directory);
    for (int i = 0; i < 2; i++) {
        gan_tensor *part = gan_tensor_new_typed(i == 0 ? GAN_SHAPE(2, 1, 3, 4) : GAN_SHAPE(2), GAN_UINT8);
        must(gan_tensor_write_npy(part, path) == GAN_OK, "an array");
        gan_tensor_unref(part);
        size = append_file(bytes, size, sizeof bytes, path);
        if (i == 0)
            bytes[0] = (uint8_t)(size - 2);
    }
    unlink(path);
    write_bytes(place(directory, "npy", "pair"), bytes, size);
}

static void write_npy(const char *directory)
{
    static const gan_dtype dtypes[] = {GAN_FLOAT32, GAN_INT32, GAN_UINT8};
    for (int i = 0; i < 3; i++) {
        static uint8_t bytes[1 << 12] = {255, 255};
        char name[16], path[4096];
        snprintf(name, sizeof name, "type-%d", i);
        snprintf(path, sizeof path, "%s/alone.npy", directory);
        gan_tensor *tensor = gan_tensor_new_typed(GAN_SHAPE(3, i + 1), dtypes[i]);
        must(gan_tensor_write_npy(tensor, path) == GAN_OK, "an array");
        gan_tensor_unref(tensor);
        write_bytes(place(directory, "npy", name), bytes, append_file(bytes, 2, sizeof bytes, path));
        unlink(path);
    }
    static const char
        fortran[] = "\xFF\xFF\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': True, 'shape': (2, 1), }"
                    "               \n0123456701234567",
        halves[] = "\xFF\xFF\x93NUMPY\x01\x00\x46\x00{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3), }"
                   "              \n012345678901";
    write_bytes(place(directory, "npy", "fortran"), fortran, sizeof fortran - 1);
    write_bytes(place(directory, "npy", "halves"), halves, sizeof halves - 1);
    write_npy_pair(directory);
}

static void write_idx(const char *directory)
{
    static const char pair[] = "\xB4\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02"
                               "abcdefgh"
                               "\0\0\x08\x01\0\0\0\x02\x01\x02";
    static const char alone[] = "\xFF\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02"
                                "abcd";
    write_bytes(place(directory, "idx", "pair"), pair, sizeof pair - 1);
    write_bytes(place(directory, "idx", "alone"), alone, sizeof alone - 1);
#ifdef HAVE_ZLIB
    uint8_t bytes[256] = {255};
    char path[4096];
    snprintf(path, sizeof path, "%s/idx.gz", directory);
    gzFile file = gzopen(path, "wb");
    must(file != NULL && gzwrite(file, alone + 1, sizeof alone - 2) == sizeof alone - 2 && gzclose(file) == Z_OK, path);
    write_bytes(place(directory, "idx", "gzip"), bytes, append_file(bytes, 1, sizeof bytes, path));
    unlink(path);
#endif
}

/* The first byte says how to read it: see fuzz_csv.c. */
static void write_csv(const char *directory)
{
    static const char plain[] = "\0"
                                "1,2,3\n4,5.5,-6e2\n",
                      header[] = "\x18"
                                 "a,\"b, c\",label\r\n1,2,x\r\n3,4,y\r\n",
                      semicolons[] = "\x0D"
                                     "# of something\n1;2;0\n\n3;4;1\n";
    write_bytes(place(directory, "csv", "plain"), plain, sizeof plain - 1);
    write_bytes(place(directory, "csv", "header"), header, sizeof header - 1);
    write_bytes(place(directory, "csv", "semicolons"), semicolons, sizeof semicolons - 1);
}

/* A file of the latest log in a scratch folder, behind the two bytes that fuzz_run_log.c wants. */
static void write_log_seed(const char *directory, const char *name, const char *path, char kind)
{
    static char bytes[1 << 14];
    bytes[0] = kind;
    bytes[1] = 1;
    FILE *file = fopen(path, "rb");
    size_t size = file != NULL ? fread(bytes + 2, 1, sizeof bytes - 2, file) : 0;
    must(size > 0 && fclose(file) == 0, path);
    write_bytes(place(directory, "run_log", name), bytes, size + 2);
}

static void write_logs(const char *directory)
{
    static const char *const names[] = {"lines.jsonl", "table.csv"};
    for (int i = 0; i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
        gan_run_log *log = gan_run_log_open(path, NULL);
        gan_step_report report = GAN_STEP_REPORT_INIT;
        for (report.step = 1; report.step <= 3; report.step++)
            must(gan_run_log_write(log, &report) == GAN_OK, "a log");
        gan_run_log_unref(log);
        write_log_seed(directory, names[i], path, (char)i);
        unlink(path);
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/events", directory);
    struct gan_event event = {.summary = 0};
    FILE *file = fopen(path, "wb");
    for (uint64_t step = 0; file != NULL && step < 3; step++) {
        gan_event_begin(&event, 1e9, step);
        gan_event_add_number(&event, "loss/D", 0.5f);
        must(gan_event_end(&event) == GAN_OK, "an event");
        fwrite(event.wire.bytes, 1, event.wire.length, file);
    }
    must(file != NULL && fclose(file) == 0, path);
    gan_buffer_clear(&event.wire);
    write_log_seed(directory, "events", path, 2);
    unlink(path);
}

static void write_report(const char *directory)
{
    static const char data[] =
        "{\"format\":\"report\",\"version\":1,\"run\":{\"began_ms\":5,\"seconds\":2.5},\"events\":[{\"step\":2,"
        "\"level\":3,\"name\":\"x\"}],\"steps\":{\"width\":2,\"first\":[1,3],\"last\":[2,4],\"count\":[2,2],\"curves\":"
        "{"
        "\"d_loss\":{\"mean\":[0.5,null],\"low\":[0.25,null],\"high\":[1,null],\"count\":[2,0]}}},\"numbers\":[{"
        "\"name\":"
        "\"n\",\"points\":{\"width\":1,\"first\":[4],\"last\":[4],\"count\":[1],\"curves\":{\"value\":{\"mean\":[3]}}}}"
        "],"
        "\"grids\":{\"space\":0,\"list\":[{\"step\":4,\"width\":1,\"height\":1,\"png\":\"Zm9v\"}]}}";
    static const char page[] = "<script type=\"application/json\" id=\"data\">{\"format\":\"report\"}</script>";
    write_bytes(place(directory, "report", "data"), data, sizeof data - 1);
    write_bytes(place(directory, "report", "page"), page, sizeof page - 1);
}

int fuzz_write_seeds(const char *directory)
{
    write_models(directory);
    write_checkpoints(directory);
    write_npy(directory);
    write_idx(directory);
    write_csv(directory);
    write_logs(directory);
    write_report(directory);
    return failures + fuzz_write_picture_seeds(directory);
}
