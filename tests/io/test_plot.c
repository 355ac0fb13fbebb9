#include "suite.h"

#include "failing.h"
#include "gan/image.h"
#include "gan/plot.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>

/* A plot's picture, and where the frame in it is, found by its axes' colour. */
struct drawing {
    gan_tensor *image;
    int width, height, left, top, right, bottom; /* the last panel's frame */
};

static const int blue[3] = {0, 114, 178}, vermillion[3] = {213, 94, 0}, grey[3] = {95, 95, 95},
                 axis[3] = {140, 140, 140};

static int channel(const struct drawing *drawing, int x, int y, int c)
{
    const float *data = gan_tensor_data(drawing->image);
    return (int)lrintf(255 * data[((int64_t)c * drawing->height + y) * drawing->width + x]);
}

static bool is(const struct drawing *drawing, int x, int y, const int colour[3])
{
    return channel(drawing, x, y, 0) == colour[0] && channel(drawing, x, y, 1) == colour[1] &&
           channel(drawing, x, y, 2) == colour[2];
}

/* Covered by three quarters or more: a thin line between two rows of pixels covers neither wholly. */
static bool is_mostly(const struct drawing *drawing, int x, int y, const int colour[3])
{
    for (int c = 0; c < 3; c++)
        if (abs(channel(drawing, x, y, c) - colour[c]) > (255 - colour[c]) / 4 + 1)
            return false;
    return true;
}

static void find_frame(struct drawing *drawing)
{
    for (int y = 0; y < drawing->height; y++) {
        int run = 0;
        for (int x = 0; x < drawing->width; x++)
            run += is(drawing, x, y, axis);
        if (run > drawing->width / 3)
            drawing->bottom = y;
    }
    for (drawing->left = 0; !is(drawing, drawing->left, drawing->bottom, axis);)
        drawing->left++;
    for (drawing->right = drawing->width; !is(drawing, drawing->right - 1, drawing->bottom, axis);)
        drawing->right--;
    for (drawing->top = drawing->bottom; is(drawing, drawing->left, drawing->top - 1, axis);)
        drawing->top--;
    drawing->left++; /* the axis itself is beside the frame */
}

static struct drawing drawn(gan_plot *plot, int width, int height)
{
    struct drawing drawing = {0};
    const char *path = scratch_file("plot.png");
    ck_assert_msg(gan_plot_write(plot, path, width, height) == GAN_OK, "%s", gan_error_message());
    drawing.image = gan_image_read(path);
    ck_assert_ptr_nonnull(drawing.image);
    drawing.height = (int)gan_tensor_shape(drawing.image).dims[1];
    drawing.width = (int)gan_tensor_shape(drawing.image).dims[2];
    find_frame(&drawing);
    gan_plot_unref(plot);
    return drawing;
}

/* The rows of the frame's column x that have this colour: the first, and how many. */
static int colour_in_column(const struct drawing *drawing, int x, const int colour[3], int *first)
{
    int count = 0;
    for (int y = drawing->bottom - 1; y >= drawing->top; y--)
        if (is_mostly(drawing, x, y, colour)) {
            count++;
            *first = y;
        }
    return count;
}

START_TEST(a_line_goes_through_its_points)
{
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_y_range(plot, 0, 4);
    ck_assert_int_eq(gan_plot_line(plot, NULL, (double[]){10, 12, 14}, (double[]){1, 1, 3}, 3), GAN_OK);
    struct drawing drawing = drawn(plot, 500, 300);
    int width = drawing.right - drawing.left, height = drawing.bottom - drawing.top, first = 0;
    ck_assert(drawing.width == 500 && drawing.height == 300 && width > 300 && height > 200);
    for (int x = 4; x < width - 4; x++) {
        int most = colour_in_column(&drawing, drawing.left + x, blue, &first);
        double t = (x + 0.5) / width, y = t < 0.5 ? 1 : 1 + 4 * (t - 0.5), want = drawing.bottom - y / 4 * height;
        ck_assert_msg(most >= 1 && most <= 3, "column %d has %d pixels", x, most);
        ck_assert_msg(fabs(first + most / 2.0 - want) < 1, "column %d: %d, want %g", x, first, want);
    }
    gan_tensor_unref(drawing.image);
}
END_TEST

START_TEST(what_is_not_finite_is_a_gap_and_a_lone_point_a_dot)
{
    const double y[] = {1, 1, NAN, 1, INFINITY, 1, 1e200, 1, 1};
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_line(plot, NULL, NULL, y, 9);
    gan_plot_y_range(plot, 0, 2);
    struct drawing drawing = drawn(plot, 400, 200);
    int width = drawing.right - drawing.left, first;
    for (int x = 6; x < width - 6; x++) {
        double at = 8.0 * (x + 0.5) / width;
        bool on = at < 1 || at > 7 || fabs(at - 3) < 0.01 || fabs(at - 5) < 0.01;
        bool near = fabs(at - 1) < 0.15 || fabs(at - 3) < 0.15 || fabs(at - 5) < 0.15 || fabs(at - 7) < 0.15;
        if (on || !near)
            ck_assert_msg((colour_in_column(&drawing, drawing.left + x, blue, &first) > 0) == on, "at %g", at);
    }
    gan_tensor_unref(drawing.image);
}
END_TEST

START_TEST(many_points_become_their_range_and_their_mean)
{
    enum { COUNT = 100000 };
    double *y = malloc(COUNT * sizeof *y);
    for (int i = 0; i < COUNT; i++)
        y[i] = i % 7 == 0 ? 3 : i % 7 == 1 ? 1 : 2.2; /* mean 15/7 */
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_y_range(plot, 0, 4);
    gan_plot_line(plot, NULL, NULL, y, COUNT);
    free(y);
    struct drawing drawing = drawn(plot, 600, 400);
    int height = drawing.bottom - drawing.top, first = 0;
    const int pale[3] = {179, 213, 232}; /* 0.3 blue on white */
    double want = drawing.bottom - 15.0 / 7 / 4 * height;
    for (int x = drawing.left + 3; x < drawing.right - 3; x++) {
        int count = colour_in_column(&drawing, x, blue, &first);
        ck_assert(count >= 1 && count <= 3 && fabs(first + count / 2.0 - want) < 1.5);
        if (is(&drawing, x, drawing.top + 10, axis) || channel(&drawing, x, drawing.top + 2, 0) != 255)
            continue; /* on a rule of the grid */
        count = colour_in_column(&drawing, x, pale, &first);
        ck_assert_msg(abs(first - (drawing.top + height / 4)) <= 1, "column %d: from %d", x, first);
        ck_assert_msg(abs(count + 4 - height / 2) <= 8, "column %d: %d of %d", x, count, height / 2);
    }
    gan_tensor_unref(drawing.image);
}
END_TEST

START_TEST(a_long_line_keeps_its_gap)
{
    enum { COUNT = 5000 };
    static double y[COUNT];
    for (int i = 0; i < COUNT; i++)
        y[i] = i >= 2000 && i < 3000 ? NAN : (double)(i % 2);
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_line(plot, NULL, NULL, y, COUNT);
    struct drawing drawing = drawn(plot, 500, 300);
    int width = drawing.right - drawing.left;
    for (int x = width * 41 / 100; x < width * 59 / 100; x++)
        for (int row = drawing.top; row < drawing.bottom; row++)
            ck_assert_int_eq(channel(&drawing, drawing.left + x, row, 0), channel(&drawing, drawing.left + x, row, 2));
    int first;
    ck_assert_int_gt(colour_in_column(&drawing, drawing.left + width * 39 / 100, blue, &first), 0);
    ck_assert_int_gt(colour_in_column(&drawing, drawing.left + width * 61 / 100, blue, &first), 0);
    gan_tensor_unref(drawing.image);
}
END_TEST

START_TEST(a_level_is_dashed_and_the_second_line_has_another_colour)
{
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_y_range(plot, 0, 4);
    gan_plot_level(plot, NULL, 3);
    gan_plot_line(plot, NULL, NULL, (double[]){1, 1}, 2);
    gan_plot_line(plot, NULL, NULL, (double[]){2, 2}, 2);
    struct drawing drawing = drawn(plot, 400, 300);
    int height = drawing.bottom - drawing.top, dashes = 0, first = 0;
    for (int x = drawing.left; x < drawing.right; x++)
        dashes += is(&drawing, x, drawing.top + height / 4, grey);
    int width = drawing.right - drawing.left;
    ck_assert_msg(dashes > width / 3 && dashes < width * 3 / 4, "%d of %d", dashes, width);
    int middle = drawing.left + width / 3;
    ck_assert_int_gt(colour_in_column(&drawing, middle, vermillion, &first), 0);
    ck_assert_int_le(abs(first + 1 - (drawing.top + height / 2)), 1);
    ck_assert_int_gt(colour_in_column(&drawing, middle, blue, &first), 0);
    ck_assert_int_le(abs(first + 1 - (drawing.top + height * 3 / 4)), 1);
    gan_tensor_unref(drawing.image);
}
END_TEST

START_TEST(nothing_leaves_the_frame)
{
    gan_plot *plot = gan_plot_new(NULL);
    gan_plot_y_range(plot, 0, 1);
    gan_plot_line(plot, NULL, NULL, (double[]){-5, 1e90, -1e99, 0.5, 3}, 5);
    struct drawing drawing = drawn(plot, 400, 240);
    int outside = 0, inside = 0;
    for (int y = 0; y < drawing.height; y++)
        for (int x = 0; x < drawing.width; x++) {
            bool in = x >= drawing.left && x < drawing.right && y >= drawing.top && y < drawing.bottom;
            *(in ? &inside : &outside) += is_mostly(&drawing, x, y, blue);
        }
    ck_assert_int_eq(outside, 0);
    ck_assert_int_gt(inside, 100);
    gan_tensor_unref(drawing.image);
}
END_TEST

static gan_plot *full_plot(void)
{
    gan_plot *plot = gan_plot_new("A run");
    double y[700];
    for (int i = 0; i < 700; i++)
        y[i] = 1 + sin(i * 0.9) / (1 + i * 0.01);
    gan_plot_x_label(plot, "step");
    gan_plot_panel(plot, "Losses", "loss");
    gan_plot_line(plot, "discriminator", NULL, y, 700);
    gan_plot_line(plot, "generator", NULL, y, 30);
    gan_plot_level(plot, "log 4", 1.386);
    gan_plot_panel(plot, NULL, NULL);
    gan_plot_line(plot, NULL, NULL, y, 1);
    return plot;
}

START_TEST(the_usual_size_follows_the_panels)
{
    struct drawing drawing = drawn(full_plot(), 0, 0);
    ck_assert_int_eq(drawing.width, 900);
    ck_assert_int_eq(drawing.height, 2 * 260 + 30);
    gan_tensor_unref(drawing.image);
    drawing = drawn(gan_plot_new(NULL), 0, -1);
    ck_assert_int_eq(drawing.height, 260);
    gan_tensor_unref(drawing.image);
}
END_TEST

static size_t content(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t got = fread(out, 1, size, file);
    fclose(file);
    return got;
}

START_TEST(the_same_plot_makes_the_same_file_and_its_texts_show)
{
    static char files[3][1 << 18];
    gan_plot *plots[3] = {full_plot(), full_plot(), full_plot()};
    size_t sizes[3];
    gan_plot_x_label(plots[2], "Step");
    for (int i = 0; i < 3; i++) {
        const char *path = scratch_file("same.png");
        ck_assert_int_eq(gan_plot_write(plots[i], path, 700, 500), GAN_OK);
        sizes[i] = content(path, files[i], sizeof files[i]);
        gan_plot_unref(plots[i]);
    }
    ck_assert_uint_eq(sizes[0], sizes[1]);
    ck_assert_mem_eq(files[0], files[1], sizes[0]);
    ck_assert(sizes[0] != sizes[2] || memcmp(files[0], files[2], sizes[0]) != 0);
}
END_TEST

START_TEST(odd_numbers_can_be_drawn)
{
    static const double sets[][3] = {{0, 0, 0},
                                     {5, 5, 5},
                                     {NAN, NAN, NAN},
                                     {1e100, -1e100, 0},
                                     {1e-300, 0, 0},
                                     {-1e-9, 1e-9, 0},
                                     {1e15, 1e15 + 1, 1e15 + 2},
                                     {-INFINITY, 1, 2},
                                     {1e99, 1e99, 1e99},
                                     {-3, -2, -1},
                                     {1e-101, 2e-101, 0}};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        for (size_t n = 0; n <= 3; n++) {
            gan_plot *plot = gan_plot_new("odd");
            ck_assert_int_eq(gan_plot_line(plot, "y", NULL, sets[i], n), GAN_OK);
            struct drawing drawing = drawn(plot, 300, 200);
            gan_tensor_unref(drawing.image);
            bool sorted = sets[i][0] <= sets[i][1] && sets[i][1] <= sets[i][2] && isfinite(sets[i][0]);
            if (!sorted)
                continue;
            plot = gan_plot_new("odd x");
            ck_assert_int_eq(gan_plot_line(plot, "x", sets[i], (double[]){1, 2, 3}, n), GAN_OK);
            gan_tensor_unref(drawn(plot, 300, 200).image);
        }
}
END_TEST

START_TEST(every_size_is_drawn_or_refused_with_a_reason)
{
    gan_plot *plot = full_plot();
    for (int i = 0; i < 8; i++)
        gan_plot_line(plot, "a name that needs room of its own", NULL, (double[]){1, 2}, 2);
    const char *path = scratch_file("sizes.png");
    int drawings = 0, refusals = 0;
    for (int width = 190; width < 900; width += 101)
        for (int height = 230; height < 900; height += 87) {
            gan_status status = gan_plot_write(plot, path, width, height);
            drawings += status == GAN_OK;
            refusals += status == GAN_ERROR_INVALID_ARGUMENT;
        }
    ck_assert_int_eq(drawings + refusals, 8 * 8);
    ck_assert_int_gt(drawings, 20);
    ck_assert_int_gt(refusals, 5);
    gan_plot_unref(plot);
}
END_TEST

static void expect(gan_status got, gan_status want, const char *words)
{
    ck_assert_int_eq(got, want);
    ck_assert_msg(strstr(gan_error_message(), words) != NULL, "\"%s\" lacks \"%s\"", gan_error_message(), words);
}

START_TEST(wrong_arguments_are_named)
{
    const gan_status invalid = GAN_ERROR_INVALID_ARGUMENT;
    const double y[] = {1, 2, 3};
    gan_plot *plot = gan_plot_new(NULL);
    expect(gan_plot_x_label(NULL, "x"), invalid, "gan_plot_x_label: plot is NULL");
    expect(gan_plot_panel(NULL, "x", "y"), invalid, "gan_plot_panel: plot is NULL");
    expect(gan_plot_y_range(NULL, 0, 1), invalid, "gan_plot_y_range: plot is NULL");
    expect(gan_plot_line(NULL, "x", y, y, 3), invalid, "gan_plot_line: plot is NULL");
    expect(gan_plot_level(NULL, "x", 1), invalid, "gan_plot_level: plot is NULL");
    expect(gan_plot_write(NULL, "x", 0, 0), invalid, "gan_plot_write: plot is NULL");
    expect(gan_plot_write(plot, NULL, 0, 0), invalid, "gan_plot_write: path is NULL");
    expect(gan_plot_line(plot, "x", y, NULL, 3), invalid, "y is NULL, want 3 numbers");
    expect(gan_plot_line(plot, "x", (double[]){1, 3, 2}, y, 3), invalid, "x[2] is 2 after 3, want ascending order");
    expect(gan_plot_line(plot, "x", (double[]){1, NAN, 2}, y, 3), invalid, "x[1] is nan, want a finite number");
    expect(gan_plot_y_range(plot, 1, 1), invalid, "1, 1, want finite low < high");
    expect(gan_plot_y_range(plot, 0, NAN), invalid, "want finite low < high");
    expect(gan_plot_y_range(plot, 0, 5e-324), invalid, "0, 4.94066e-324, want finite low < high, further apart");
    expect(gan_plot_y_range(plot, 1e18, 1e18 + 256), invalid, "further apart");
    expect(gan_plot_level(plot, NULL, INFINITY), invalid, "y is inf, want a finite number");
    expect(gan_plot_write(plot, "never.png", 199, 300), invalid, "199 x 300, want 200 … 16384 x 120 … 16384");
    expect(gan_plot_write(plot, "never.png", 300, 119), invalid, "300 x 119");
    expect(gan_plot_write(plot, "never.png", 16385, 300), invalid, "16385 x 300");
    expect(gan_plot_write(plot, scratch_file("no/folder.png"), 0, 0), GAN_ERROR_IO, "no/folder.png");
    for (int i = 0; i < 30; i++)
        gan_plot_line(plot, "so many names that no room is left", y, y, 3);
    expect(gan_plot_write(plot, "never.png", 300, 300), invalid, "leave no room for its lines in 300 x 300 pixels");
    gan_plot_unref(plot);
    gan_plot_unref(NULL);
}
END_TEST

START_TEST(references_are_counted)
{
    struct failing failing = {0};
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    gan_plot *plot = gan_plot_new("two");
    ck_assert_ptr_eq(gan_plot_ref(plot), plot);
    gan_plot_unref(plot);
    ck_assert_int_eq(gan_plot_line(plot, "still here", NULL, (double[]){1}, 1), GAN_OK);
    ck_assert_int_gt(failing.live, 3);
    gan_plot_unref(plot);
    ck_assert_int_eq(failing.live, 0);
    ck_assert_ptr_null(gan_plot_ref(NULL));
    gan_set_allocator(NULL);
}
END_TEST

static void *take_and_give_back(void *plot)
{
    for (int i = 0; i < 20000; i++)
        gan_plot_unref(gan_plot_ref(plot));
    return NULL;
}

START_TEST(threads_may_share_references)
{
    struct failing failing = {0};
    gan_set_allocator(&(gan_allocator){failing_allocate, failing_release, &failing});
    gan_plot *plot = gan_plot_new("shared");
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give_back, plot), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_gt(failing.live, 0);
    gan_plot_unref(plot);
    ck_assert_int_eq(failing.live, 0);
    gan_set_allocator(NULL);
}
END_TEST

static bool draw_all(void)
{
    static double y[400];
    gan_plot *plot = gan_plot_new("title");
    bool done = plot != NULL && gan_plot_x_label(plot, "x") == GAN_OK &&
                gan_plot_line(plot, "label", NULL, y, 400) == GAN_OK && gan_plot_level(plot, "level", 2) == GAN_OK &&
                gan_plot_panel(plot, "panel", "y") == GAN_OK && gan_plot_line(plot, NULL, y, y, 3) == GAN_OK &&
                gan_plot_write(plot, scratch_file("memory.png"), 300, 400) == GAN_OK;
    gan_plot_unref(plot);
    return done;
}

START_TEST(out_of_memory_is_an_error)
{
    ck_assert_int_gt(fail_each_allocation(draw_all), 25);
}
END_TEST

static const struct test_case tests[] = {
    {"points", a_line_goes_through_its_points},
    {"gaps", what_is_not_finite_is_a_gap_and_a_lone_point_a_dot},
    {"many points", many_points_become_their_range_and_their_mean},
    {"long gap", a_long_line_keeps_its_gap},
    {"levels", a_level_is_dashed_and_the_second_line_has_another_colour},
    {"clipping", nothing_leaves_the_frame},
    {"usual size", the_usual_size_follows_the_panels},
    {"same file", the_same_plot_makes_the_same_file_and_its_texts_show},
    {"odd numbers", odd_numbers_can_be_drawn},
    {"every size", every_size_is_drawn_or_refused_with_a_reason},
    {"arguments", wrong_arguments_are_named},
    {"references", references_are_counted},
    {"threads may share references", threads_may_share_references},
    {"out of memory", out_of_memory_is_an_error},
};

int main(void)
{
    return RUN_SUITE("io: plot", tests);
}
