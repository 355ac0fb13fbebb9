#include "cases.h"

#include "ops/ops.h"

#include <math.h>

double case_number(const struct op_case *op_case, int index, int64_t element)
{
    double place = fmod(0.6180339887498949 * (double)(element + 1) + 0.37 * (double)(index + 1), 1.0);
    double number = op_case->low + (op_case->high - op_case->low) * place;
    return round(number * 64) / 64 + (place < 0.5 ? 1.0 : -1.0) * (0.0031 + 0.0011 * place);
}

static gan_var *indices(gan_tape *tape, int count, const int32_t *numbers)
{
    gan_tensor *tensor = gan_tensor_from_typed(GAN_SHAPE(count), GAN_INT32, numbers);
    gan_var *var = gan_tape_tensor(tape, tensor);
    gan_tensor_unref(tensor);
    return var;
}

#define RECORD(name, expression)                                                                                       \
    static gan_var *name(gan_tape *tape, gan_var *const *x)                                                            \
    {                                                                                                                  \
        (void)tape;                                                                                                    \
        return expression;                                                                                             \
    }

RECORD(add, gan_add(x[0], x[1]))
RECORD(sub, gan_sub(x[0], x[1]))
RECORD(mul, gan_mul(x[0], x[1]))
RECORD(divide, gan_div(x[0], x[1]))
RECORD(maximum, gan_maximum(x[0], x[1]))
RECORD(minimum, gan_minimum(x[0], x[1]))
RECORD(scale, gan_scale(gan_square(x[0]), -1.5f))
RECORD(shift, gan_square(gan_shift(x[0], 0.25f)))
RECORD(negate, gan_exp(gan_neg(x[0])))
RECORD(power_whole, gan_power(x[0], 3))
RECORD(power_fraction, gan_power(x[0], 1.7f))
RECORD(power_inverse_root, gan_power(x[0], -0.5f))
RECORD(power_inverse, gan_power(x[0], -1))
RECORD(square, gan_square(x[0]))
RECORD(square_root, gan_sqrt(x[0]))
RECORD(exponential, gan_exp(x[0]))
RECORD(logarithm, gan_log(x[0]))
RECORD(sine, gan_sin(x[0]))
RECORD(cosine, gan_cos(x[0]))
RECORD(absolute, gan_abs(gan_mul(x[0], x[0])))
RECORD(absolute_plain, gan_abs(x[0]))
RECORD(sign, gan_mul(gan_sign(x[0]), gan_square(x[0])))
RECORD(clip, gan_square(gan_clip(x[0], -0.5f, 0.75f)))
RECORD(inside, gan_square(gan_grad(gan_clip(x[0], -0.5f, 0.75f), x[0])))
RECORD(error_function, gan_erf(x[0]))
RECORD(sigmoid, gan_sigmoid(x[0]))
RECORD(hyperbolic_tangent, gan_tanh(x[0]))
RECORD(softplus, gan_softplus(x[0]))
RECORD(relu, gan_relu(gan_mul(x[0], gan_exp(x[0]))))
RECORD(leaky_relu, gan_leaky_relu(gan_mul(x[0], gan_exp(x[0])), 0.2f))
RECORD(leaky_step, gan_mul(gan_grad(gan_leaky_relu(x[0], 0.2f), x[0]), gan_square(x[0])))
RECORD(elu, gan_elu(x[0], 0.8f))
RECORD(gelu, gan_gelu(x[0]))
RECORD(silu, gan_silu(x[0]))
RECORD(greater, gan_mul(gan_greater(x[0], x[1]), gan_square(x[0])))
RECORD(greater_equal, gan_mul(gan_greater_equal(x[0], x[1]), gan_square(x[0])))
RECORD(less, gan_mul(gan_less(x[0], x[1]), gan_square(x[0])))
RECORD(less_equal, gan_mul(gan_less_equal(x[0], x[1]), gan_square(x[0])))
RECORD(equal, gan_mul(gan_equal(x[0], x[1]), gan_square(x[0])))
RECORD(choose, gan_select(gan_greater(x[0], x[1]), gan_square(x[0]), gan_exp(x[1])))
RECORD(stop_gradient, gan_mul(x[0], gan_stop_gradient(gan_greater(gan_square(x[0]), x[1]))))
RECORD(expand, gan_square(gan_expand(x[0], GAN_SHAPE(4, 2, 3, 5))))
RECORD(sum_to, gan_square(gan_sum_to(x[0], GAN_SHAPE(3, 1))))
RECORD(reshape, gan_square(gan_reshape(x[0], GAN_SHAPE(5, -1))))
RECORD(reshape_of_permuted, gan_exp(gan_reshape(gan_transpose(x[0], 0, 1), GAN_SHAPE(3, 10))))
RECORD(permute, gan_mul(gan_permute(x[0], GAN_AXES(2, 0, 1)), gan_exp(gan_permute(x[0], GAN_AXES(2, 0, 1)))))
RECORD(transpose, gan_mul(gan_transpose(x[0], 0, -1), gan_transpose(x[0], 0, -1)))
RECORD(slice, gan_square(gan_slice(x[0], 1, 1, -1)))
RECORD(slice_of_slice, gan_square(gan_slice(gan_slice(x[0], 0, 1, 4), 1, 2, 3)))
RECORD(pad, gan_square(gan_pad(gan_square(x[0]), 1, 2, 3)))
RECORD(concat, gan_square(gan_concat((gan_var *[]){x[0], gan_exp(x[1])}, 2, 0)))
RECORD(concat_inner, gan_square(gan_concat((gan_var *[]){x[0], gan_exp(x[0]), x[0]}, 3, -1)))
RECORD(pack, gan_square(gan_pack((gan_var *[]){gan_square(x[0]), x[1]}, (int64_t[]){3, 40}, 2, 64)))
RECORD(sum_all, gan_square(gan_sum(gan_exp(x[0]))))
RECORD(sum_first, gan_square(gan_sum_over(x[0], GAN_AXES(0))))
RECORD(sum_last, gan_square(gan_sum_over(gan_square(x[0]), GAN_AXES(-1))))
RECORD(sum_outer_and_inner, gan_square(gan_sum_keep(x[0], GAN_AXES(0, 2))))
RECORD(sum_of_permuted, gan_square(gan_sum_over(gan_permute(x[0], GAN_AXES(1, 2, 0)), GAN_AXES(1))))
RECORD(mean_middle, gan_square(gan_mean_over(x[0], GAN_AXES(1))))
RECORD(variance_all, gan_exp(gan_variance_over(x[0], GAN_ALL_AXES)))
RECORD(variance_first, gan_square(gan_variance_over(gan_exp(x[0]), GAN_AXES(0))))
RECORD(variance_last, gan_square(gan_variance_keep(x[0], GAN_AXES(-1))))
RECORD(variance_of_images,
       gan_mul(gan_exp(gan_variance_keep(x[0], GAN_AXES(0, 2, 3))), gan_mean_keep(x[0], GAN_AXES(0, 2, 3))))
RECORD(max_all, gan_square(gan_max(x[0])))
RECORD(max_last, gan_square(gan_max_over(x[0], GAN_AXES(1))))
RECORD(max_first, gan_square(gan_max_keep(gan_square(x[0]), GAN_AXES(0))))
RECORD(logsumexp, gan_logsumexp_over(x[0], GAN_AXES(1)))
RECORD(softmax, gan_square(gan_softmax(x[0], 1)))
RECORD(log_softmax, gan_square(gan_log_softmax(x[0], 0)))
RECORD(matmul, gan_matmul(x[0], x[1]))
RECORD(matmul_tn, gan_square(gan_matmul_transposed(x[0], true, x[1], false)))
RECORD(matmul_nt, gan_square(gan_matmul_transposed(x[0], false, x[1], true)))
RECORD(matmul_tt, gan_square(gan_matmul_transposed(x[0], true, x[1], true)))
RECORD(matmul_batched, gan_square(gan_matmul(x[0], x[1])))
RECORD(matmul_with_epilogue, gan_tanh(gan_add(gan_matmul_transposed(x[0], false, x[1], true), x[2])))
RECORD(matmul_of_view, gan_exp(gan_matmul(gan_slice(x[0], 1, 1, 4), gan_transpose(x[1], 0, 1))))

/* Along height and width: stride, padding, dilation, output padding; then groups. */
static gan_conv_options moving(const int64_t (*axis)[4], int64_t groups)
{
    gan_conv_options options;
    gan_conv_options_init(&options, 0, 1, 0);
    for (int i = 0; i < 2; i++) {
        options.stride[i] = axis[i][0];
        options.padding[i] = axis[i][1];
        options.dilation[i] = axis[i][2];
        options.output_padding[i] = axis[i][3];
    }
    options.groups = groups;
    return options;
}
#define MOVING(h, ph, dh, oh, w, pw, dw, ow, groups)                                                                   \
    (&(gan_conv_options[]){moving((const int64_t[2][4]){{h, ph, dh, oh}, {w, pw, dw, ow}}, groups)}[0])

RECORD(conv, gan_conv2d(x[0], x[1], NULL))
RECORD(conv_padded, gan_square(gan_conv2d(x[0], x[1], MOVING(1, 1, 1, 0, 1, 1, 1, 0, 1))))
RECORD(conv_strided, gan_square(gan_conv2d(x[0], x[1], MOVING(2, 1, 1, 0, 2, 1, 1, 0, 1))))
RECORD(conv_uneven, gan_square(gan_conv2d(x[0], x[1], MOVING(2, 0, 2, 0, 3, 4, 1, 0, 1))))
RECORD(conv_grouped, gan_square(gan_conv2d(x[0], x[1], MOVING(1, 1, 2, 0, 2, 0, 1, 0, 2))))
RECORD(conv_depthwise, gan_square(gan_conv2d(x[0], x[1], MOVING(2, 1, 1, 0, 1, 1, 1, 0, 3))))
RECORD(conv_with_epilogue, gan_tanh(gan_add(gan_conv2d(x[0], x[1], MOVING(2, 1, 1, 0, 2, 1, 1, 0, 1)), x[2])))
RECORD(conv_of_views, gan_exp(gan_conv2d(gan_slice(x[0], 1, 1, 3), gan_transpose(x[1], 2, 3), NULL)))
RECORD(conv_then_dense, gan_matmul(gan_reshape(gan_relu(gan_conv2d(x[0], x[1], MOVING(2, 1, 1, 0, 2, 1, 1, 0, 1))),
                                               GAN_SHAPE(gan_var_shape(x[0]).dims[0], -1)),
                                   x[2]))
RECORD(conv_of_conv, gan_conv2d(gan_leaky_relu(gan_conv2d(x[0], x[1], NULL), 0.2f), x[2], NULL))
RECORD(conv_pixel_norm,
       gan_mul(gan_conv2d(x[0], x[1], NULL),
               gan_power(gan_shift(gan_mean_keep(gan_square(gan_conv2d(x[0], x[1], NULL)), GAN_AXES(1)), 0.1f), -0.5f)))
RECORD(conv_weight, gan_square(gan_conv2d_weight(x[0], x[1], &(struct gan_window){{3, 2}, {2, 1}, {1, 0}, {1, 2}}, 1)))
RECORD(transposed, gan_conv_transpose2d(x[0], x[1], NULL))
RECORD(transposed_strided, gan_square(gan_conv_transpose2d(x[0], x[1], MOVING(2, 1, 1, 0, 2, 1, 1, 0, 1))))
RECORD(transposed_uneven, gan_square(gan_conv_transpose2d(x[0], x[1], MOVING(2, 1, 3, 1, 3, 0, 1, 2, 1))))
RECORD(transposed_grouped, gan_square(gan_conv_transpose2d(x[0], x[1], MOVING(2, 1, 1, 1, 2, 1, 2, 0, 2))))
static gan_pool_options windows(const int64_t (*axis)[4], bool count_padding)
{
    gan_pool_options options;
    gan_pool_options_init(&options, 1, 1, 0);
    for (int i = 0; i < 2; i++) {
        options.kernel[i] = axis[i][0];
        options.stride[i] = axis[i][1];
        options.padding[i] = axis[i][2];
        options.dilation[i] = axis[i][3];
    }
    options.count_padding = count_padding;
    return options;
}
/* Along height and width: kernel, stride, padding, dilation; then whether padding counts. */
#define WINDOWS(h, sh, ph, dh, w, sw, pw, dw, count)                                                                   \
    (&(gan_pool_options[]){windows((const int64_t[2][4]){{h, sh, ph, dh}, {w, sw, pw, dw}}, count)}[0])

RECORD(average, gan_square(gan_average_pool2d(x[0], WINDOWS(2, 2, 0, 1, 2, 2, 0, 1, true))))
RECORD(average_overlapping, gan_square(gan_average_pool2d(x[0], WINDOWS(3, 2, 1, 1, 3, 1, 1, 1, true))))
RECORD(average_of_data, gan_square(gan_average_pool2d(x[0], WINDOWS(4, 3, 2, 1, 2, 1, 1, 2, false))))
RECORD(average_with_epilogue,
       gan_tanh(gan_add(gan_average_pool2d(gan_exp(x[0]), WINDOWS(2, 2, 0, 1, 2, 2, 0, 1, true)), x[1])))
RECORD(adaptive, gan_square(gan_adaptive_average_pool2d(x[0], 3, 2)))
RECORD(adaptive_larger, gan_square(gan_adaptive_average_pool2d(x[0], 1, 7)))
RECORD(largest, gan_square(gan_max_pool2d(x[0], WINDOWS(2, 2, 0, 1, 2, 2, 0, 1, true))))
RECORD(largest_overlapping, gan_exp(gan_max_pool2d(gan_square(x[0]), WINDOWS(3, 2, 1, 1, 3, 1, 1, 1, true))))
RECORD(largest_dilated, gan_square(gan_max_pool2d(x[0], WINDOWS(2, 1, 1, 2, 3, 2, 1, 1, true))))
RECORD(largest_scattered,
       gan_square(gan_grad(gan_square(gan_max_pool2d(x[0], WINDOWS(3, 1, 1, 1, 2, 1, 0, 1, true))), x[0])))
RECORD(nearest, gan_square(gan_resize2d(x[0], 4, 10, GAN_RESIZE_NEAREST)))
RECORD(nearest_uneven, gan_square(gan_resize2d(x[0], 5, 3, GAN_RESIZE_NEAREST)))
RECORD(bilinear, gan_square(gan_resize2d(x[0], 4, 10, GAN_RESIZE_BILINEAR)))
RECORD(bilinear_uneven, gan_square(gan_resize2d(x[0], 5, 3, GAN_RESIZE_BILINEAR)))
RECORD(blur, gan_square(gan_blur2d(x[0], 3, 1, 1)))
RECORD(blur_up, gan_square(gan_blur2d(x[0], 4, 2, 1)))
RECORD(blur_down, gan_square(gan_blur2d(x[0], 4, 1, 2)))
RECORD(blur_between, gan_square(gan_blur2d(x[0], 5, 3, 2)))
RECORD(pad_zero, gan_square(gan_pad2d(x[0], 1, 2, 0, 3, GAN_PAD_ZERO)))
RECORD(pad_reflect, gan_square(gan_pad2d(x[0], 1, 2, 0, 3, GAN_PAD_REFLECT)))
RECORD(pad_replicate, gan_square(gan_pad2d(x[0], 1, 4, 0, 3, GAN_PAD_REPLICATE)))
RECORD(shuffle, gan_square(gan_pixel_shuffle(gan_exp(x[0]), 2)))
RECORD(unshuffle, gan_square(gan_pixel_unshuffle(gan_exp(x[0]), 2)))
RECORD(conv_of_sequences, gan_square(gan_conv1d(x[0], x[1], MOVING(9, 9, 9, 9, 2, 1, 2, 0, 1))))
RECORD(transposed_of_sequences, gan_square(gan_conv_transpose1d(x[0], x[1], MOVING(9, 9, 9, 9, 2, 1, 1, 1, 2))))
RECORD(gather, gan_square(gan_gather(x[0], indices(tape, 4, (int32_t[]){2, 0, 2, 1}))))
RECORD(scatter_add, gan_square(gan_scatter_add(gan_exp(x[0]), indices(tape, 5, (int32_t[]){1, 0, 1, 3, 1}), 6)))
RECORD(one_hot, gan_mul(gan_exp(x[0]), gan_one_hot(indices(tape, 5, (int32_t[]){1, 0, 2, 2, 1}), 3)))
RECORD(uniform, gan_mul(gan_square(x[0]), gan_uniform(tape, GAN_SHAPE(5, 3), -1, 2)))
RECORD(normal, gan_mul(gan_square(x[0]), gan_normal(tape, GAN_SHAPE(5, 3), 0.5f, 2)))
RECORD(dropout, gan_square(gan_dropout(x[0], 0.3f)))
RECORD(batch_norm, gan_exp(gan_normalize(x[0], GAN_AXES(0), x[1], x[2], 1e-3f)))
RECORD(batch_norm_of_images, gan_exp(gan_normalize(x[0], GAN_AXES(0, 2, 3), x[1], x[2], 1e-3f)))
RECORD(layer_norm, gan_exp(gan_normalize(x[0], GAN_AXES(1), x[1], x[2], 1e-3f)))
RECORD(cross_entropy, gan_cross_entropy(x[0], indices(tape, 5, (int32_t[]){1, 0, 2, 2, 1})))
RECORD(binary_cross_entropy, gan_binary_cross_entropy(x[0], x[1]))
RECORD(gradient_penalty, gan_mean(gan_square(gan_grad(gan_matmul(gan_tanh(gan_matmul(x[0], x[1])), x[2]), x[0]))))

#define DIMS(...)                                                                                                      \
    {                                                                                                                  \
        (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),                                                     \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

const struct op_case op_cases[] = {
    {"add", GAN_OP_add, 2, {DIMS(5, 3), DIMS(5, 3)}, -2, 2, add},
    {"add, broadcast row", GAN_OP_add, 2, {DIMS(5, 3), DIMS(3)}, -2, 2, add},
    {"sub, broadcast column", GAN_OP_sub, 2, {DIMS(5, 1), DIMS(5, 3)}, -2, 2, sub},
    {"mul", GAN_OP_mul, 2, {DIMS(5, 3), DIMS(5, 3)}, -2, 2, mul},
    {"mul, broadcast both", GAN_OP_mul, 2, {DIMS(4, 1, 3), DIMS(2, 1)}, -2, 2, mul},
    {"div", GAN_OP_div, 2, {DIMS(7), DIMS(7)}, 0.5, 2, divide},
    {"div, broadcast", GAN_OP_div, 2, {DIMS(2, 3), DIMS(1)}, 0.5, 2, divide},
    {"maximum", GAN_OP_maximum, 2, {DIMS(17), DIMS(17)}, -2, 2, maximum},
    {"minimum", GAN_OP_minimum, 2, {DIMS(17), DIMS(17)}, -2, 2, minimum},
    {"scale", GAN_OP_scale, 1, {DIMS(5, 3)}, -2, 2, scale},
    {"shift", GAN_OP_shift, 1, {DIMS(5, 3)}, -2, 2, shift},
    {"neg", GAN_OP_scale, 1, {DIMS(5, 3)}, -2, 2, negate},
    {"power 3", GAN_OP_power, 1, {DIMS(5, 3)}, -2, 2, power_whole},
    {"power 1.7", GAN_OP_power, 1, {DIMS(5, 3)}, 0.3, 3, power_fraction},
    {"power -.5", GAN_OP_power, 1, {DIMS(5, 3)}, 0.3, 3, power_inverse_root},
    {"power -1", GAN_OP_power, 1, {DIMS(5, 3)}, 0.3, 3, power_inverse},
    {"square", GAN_OP_square, 1, {DIMS(5, 3)}, -2, 2, square},
    {"sqrt", GAN_OP_sqrt, 1, {DIMS(5, 3)}, 0.3, 3, square_root},
    {"exp", GAN_OP_exp, 1, {DIMS(5, 3)}, -2, 2, exponential},
    {"log", GAN_OP_log, 1, {DIMS(5, 3)}, 0.3, 3, logarithm},
    {"sin", GAN_OP_sin, 1, {DIMS(5, 3)}, -4, 4, sine},
    {"cos", GAN_OP_cos, 1, {DIMS(5, 3)}, -4, 4, cosine},
    {"abs", GAN_OP_abs, 1, {DIMS(5, 3)}, -2, 2, absolute},
    {"abs, both signs", GAN_OP_abs, 1, {DIMS(17)}, -2, 2, absolute_plain},
    {"sign", GAN_OP_sign, 1, {DIMS(17)}, -2, 2, sign},
    {"clip", GAN_OP_clip, 1, {DIMS(17)}, -2, 2, clip},
    {"inside", GAN_OP_inside, 1, {DIMS(17)}, -2, 2, inside},
    {"erf", GAN_OP_erf, 1, {DIMS(17)}, -3, 3, error_function},
    {"sigmoid", GAN_OP_sigmoid, 1, {DIMS(17)}, -5, 5, sigmoid},
    {"tanh", GAN_OP_tanh, 1, {DIMS(17)}, -3, 3, hyperbolic_tangent},
    {"softplus", GAN_OP_softplus, 1, {DIMS(17)}, -5, 5, softplus},
    {"relu", GAN_OP_relu, 1, {DIMS(17)}, -2, 2, relu},
    {"leaky relu", GAN_OP_leaky_relu, 1, {DIMS(17)}, -2, 2, leaky_relu},
    {"leaky step", GAN_OP_leaky_step, 1, {DIMS(17)}, -2, 2, leaky_step},
    {"elu", GAN_OPS, 1, {DIMS(17)}, -2, 2, elu},
    {"gelu", GAN_OPS, 1, {DIMS(17)}, -2, 2, gelu},
    {"silu", GAN_OPS, 1, {DIMS(17)}, -2, 2, silu},
    {"greater", GAN_OP_greater, 2, {DIMS(17), DIMS(17)}, -2, 2, greater},
    {"greater equal", GAN_OP_greater_equal, 2, {DIMS(17), DIMS(17)}, -2, 2, greater_equal},
    {"less", GAN_OP_greater, 2, {DIMS(17), DIMS(17)}, -2, 2, less},
    {"less equal", GAN_OP_greater_equal, 2, {DIMS(17), DIMS(17)}, -2, 2, less_equal},
    {"equal", GAN_OP_equal, 2, {DIMS(17), DIMS(17)}, -2, 2, equal},
    {"select", GAN_OP_select, 2, {DIMS(5, 3), DIMS(3)}, -2, 2, choose},
    {"stop gradient", GAN_OP_stop_gradient, 2, {DIMS(17), DIMS(17)}, -2, 2, stop_gradient},
    {"expand", GAN_OP_expand, 1, {DIMS(2, 1, 5)}, -2, 2, expand},
    {"sum to", GAN_OP_sum, 1, {DIMS(2, 3, 5)}, -2, 2, sum_to},
    {"reshape", GAN_OP_reshape, 1, {DIMS(2, 5, 3)}, -2, 2, reshape},
    {"reshape of permuted", GAN_OP_reshape, 1, {DIMS(2, 3, 5)}, -1, 1, reshape_of_permuted},
    {"permute", GAN_OP_permute, 1, {DIMS(2, 3, 5)}, -1, 1, permute},
    {"transpose", GAN_OP_permute, 1, {DIMS(5, 3)}, -2, 2, transpose},
    {"slice", GAN_OP_slice, 1, {DIMS(3, 5)}, -2, 2, slice},
    {"slice of slice", GAN_OP_slice, 1, {DIMS(5, 4)}, -2, 2, slice_of_slice},
    {"pad", GAN_OP_pad, 1, {DIMS(3, 4)}, -2, 2, pad},
    {"concat", GAN_OP_concat, 2, {DIMS(2, 3), DIMS(4, 3)}, -1, 1, concat},
    {"concat, inner axis", GAN_OP_concat, 1, {DIMS(4, 3)}, -1, 1, concat_inner},
    {"pack", GAN_OP_pack, 2, {DIMS(5, 3), DIMS(7)}, -2, 2, pack},
    {"sum of all", GAN_OP_sum, 1, {DIMS(5, 3)}, -1, 1, sum_all},
    {"sum over the first", GAN_OP_sum, 1, {DIMS(5, 3)}, -1, 1, sum_first},
    {"sum over the last", GAN_OP_sum, 1, {DIMS(5, 3)}, -1, 1, sum_last},
    {"sum over outer and inner", GAN_OP_sum, 1, {DIMS(2, 3, 5)}, -1, 1, sum_outer_and_inner},
    {"sum of permuted", GAN_OP_sum, 1, {DIMS(2, 3, 5)}, -1, 1, sum_of_permuted},
    {"mean over the middle", GAN_OP_mean, 1, {DIMS(2, 3, 5)}, -1, 1, mean_middle},
    {"variance of all", GAN_OP_variance, 1, {DIMS(5, 3)}, -1, 1, variance_all},
    {"variance over the first", GAN_OP_variance, 1, {DIMS(5, 3)}, -1, 1, variance_first},
    {"variance over the last", GAN_OP_variance, 1, {DIMS(5, 3)}, 1, 2, variance_last},
    {"variance of images", GAN_OP_variance, 1, {DIMS(2, 3, 2, 3)}, -1, 1, variance_of_images},
    {"max of all", GAN_OP_max, 1, {DIMS(17)}, -2, 2, max_all},
    {"max over the last", GAN_OP_max, 1, {DIMS(5, 3)}, -2, 2, max_last},
    {"max over the first", GAN_OP_max, 1, {DIMS(5, 3)}, 0.3, 2, max_first},
    {"logsumexp", GAN_OPS, 1, {DIMS(4, 5)}, -2, 2, logsumexp},
    {"softmax", GAN_OPS, 1, {DIMS(4, 5)}, -2, 2, softmax},
    {"log softmax", GAN_OPS, 1, {DIMS(4, 5)}, -2, 2, log_softmax},
    {"matmul", GAN_OP_matmul, 2, {DIMS(3, 5), DIMS(5, 4)}, -1, 1, matmul},
    {"matmul, first transposed", GAN_OP_matmul, 2, {DIMS(5, 3), DIMS(5, 4)}, -1, 1, matmul_tn},
    {"matmul, second transposed", GAN_OP_matmul, 2, {DIMS(3, 5), DIMS(4, 5)}, -1, 1, matmul_nt},
    {"matmul, both transposed", GAN_OP_matmul, 2, {DIMS(5, 3), DIMS(4, 5)}, -1, 1, matmul_tt},
    {"matmul, batched", GAN_OP_matmul, 2, {DIMS(2, 1, 3, 5), DIMS(3, 5, 2)}, -1, 1, matmul_batched},
    {"matmul, then bias and tanh", GAN_OP_matmul, 3, {DIMS(3, 5), DIMS(4, 5), DIMS(4)}, -1, 1, matmul_with_epilogue},
    {"matmul of views", GAN_OP_matmul, 2, {DIMS(4, 6), DIMS(5, 3)}, -1, 1, matmul_of_view},
    {"conv", GAN_OP_conv2d, 2, {DIMS(2, 2, 4, 3), DIMS(3, 2, 2, 3)}, -1, 1, conv},
    {"conv, padded", GAN_OP_conv2d, 2, {DIMS(2, 2, 3, 4), DIMS(3, 2, 3, 3)}, -1, 1, conv_padded},
    {"conv, strided", GAN_OP_conv2d, 2, {DIMS(2, 3, 6, 8), DIMS(2, 3, 4, 4)}, -1, 1, conv_strided},
    {"conv, uneven", GAN_OP_conv2d, 2, {DIMS(1, 2, 8, 5), DIMS(3, 2, 2, 3)}, -1, 1, conv_uneven},
    {"conv, grouped", GAN_OP_conv2d, 2, {DIMS(2, 4, 5, 5), DIMS(6, 2, 3, 2)}, -1, 1, conv_grouped},
    {"conv, depthwise", GAN_OP_conv2d, 2, {DIMS(2, 3, 5, 4), DIMS(3, 1, 3, 3)}, -1, 1, conv_depthwise},
    {"conv, then bias and tanh",
     GAN_OP_conv2d,
     3,
     {DIMS(2, 2, 4, 4), DIMS(3, 2, 4, 4), DIMS(3, 1, 1)},
     -1,
     1,
     conv_with_epilogue},
    {"conv of views", GAN_OP_conv2d, 2, {DIMS(2, 4, 3, 3), DIMS(2, 2, 2, 3)}, -1, 1, conv_of_views},
    {"conv, then dense", GAN_OP_conv2d, 3, {DIMS(2, 1, 4, 4), DIMS(3, 1, 4, 4), DIMS(12, 2)}, -1, 1, conv_then_dense},
    {"conv of conv", GAN_OP_conv2d, 3, {DIMS(2, 2, 4, 4), DIMS(3, 2, 2, 2), DIMS(2, 3, 3, 3)}, -1, 1, conv_of_conv},
    {"conv, pixel norm", GAN_OP_conv2d, 2, {DIMS(2, 2, 3, 3), DIMS(3, 2, 2, 2)}, -1, 1, conv_pixel_norm},
    {"conv weight", GAN_OP_conv2d_weight, 2, {DIMS(2, 2, 6, 5), DIMS(2, 3, 3, 3)}, -1, 1, conv_weight},
    {"transposed conv", GAN_OP_conv2d_data, 2, {DIMS(2, 2, 2, 3), DIMS(2, 3, 3, 2)}, -1, 1, transposed},
    {"transposed conv, strided",
     GAN_OP_conv2d_data,
     2,
     {DIMS(2, 2, 3, 4), DIMS(2, 3, 4, 4)},
     -1,
     1,
     transposed_strided},
    {"transposed conv, uneven", GAN_OP_conv2d_data, 2, {DIMS(1, 2, 3, 2), DIMS(2, 2, 2, 4)}, -1, 1, transposed_uneven},
    {"transposed conv, grouped",
     GAN_OP_conv2d_data,
     2,
     {DIMS(2, 4, 3, 3), DIMS(4, 2, 3, 3)},
     -1,
     1,
     transposed_grouped},
    {"average pool", GAN_OP_resample, 1, {DIMS(2, 3, 4, 6)}, -1, 1, average},
    {"average pool, overlapping", GAN_OP_resample, 1, {DIMS(2, 2, 5, 4)}, -1, 1, average_overlapping},
    {"average pool, of data alone", GAN_OP_resample, 1, {DIMS(2, 2, 7, 5)}, -1, 1, average_of_data},
    {"average pool with an epilogue",
     GAN_OP_resample,
     2,
     {DIMS(2, 3, 4, 4), DIMS(3, 1, 1)},
     -1,
     1,
     average_with_epilogue},
    {"adaptive average pool", GAN_OP_resample, 1, {DIMS(2, 2, 7, 5)}, -1, 1, adaptive},
    {"adaptive average pool, larger", GAN_OP_resample, 1, {DIMS(1, 2, 4, 5)}, -1, 1, adaptive_larger},
    {"max pool", GAN_OP_pool, 1, {DIMS(2, 3, 4, 6)}, -1, 1, largest},
    {"max pool, overlapping", GAN_OP_pool, 1, {DIMS(2, 2, 5, 4)}, 0.2, 1.5, largest_overlapping},
    {"max pool, dilated", GAN_OP_pool, 1, {DIMS(2, 2, 5, 5)}, -1, 1, largest_dilated},
    {"max pool's gradient", GAN_OP_unpool, 1, {DIMS(2, 1, 5, 4)}, -1, 1, largest_scattered},
    {"nearest", GAN_OP_resample, 1, {DIMS(2, 3, 2, 5)}, -1, 1, nearest},
    {"nearest, uneven", GAN_OP_resample, 1, {DIMS(2, 2, 3, 7)}, -1, 1, nearest_uneven},
    {"bilinear", GAN_OP_resample, 1, {DIMS(2, 3, 2, 5)}, -1, 1, bilinear},
    {"bilinear, uneven", GAN_OP_resample, 1, {DIMS(2, 2, 3, 7)}, -1, 1, bilinear_uneven},
    {"blur", GAN_OP_resample, 1, {DIMS(2, 2, 4, 3)}, -1, 1, blur},
    {"blur, up", GAN_OP_resample, 1, {DIMS(2, 2, 3, 2)}, -1, 1, blur_up},
    {"blur, down", GAN_OP_resample, 1, {DIMS(2, 2, 6, 5)}, -1, 1, blur_down},
    {"blur, three halves", GAN_OP_resample, 1, {DIMS(1, 2, 4, 3)}, -1, 1, blur_between},
    {"pad with zeros", GAN_OP_pad, 1, {DIMS(2, 2, 3, 4)}, -1, 1, pad_zero},
    {"pad by reflection", GAN_OP_resample, 1, {DIMS(2, 2, 3, 4)}, -1, 1, pad_reflect},
    {"pad by replication", GAN_OP_resample, 1, {DIMS(2, 2, 3, 4)}, -1, 1, pad_replicate},
    {"pixel shuffle", GAN_OPS, 1, {DIMS(2, 8, 2, 3)}, -1, 1, shuffle},
    {"pixel unshuffle", GAN_OPS, 1, {DIMS(2, 2, 4, 6)}, -1, 1, unshuffle},
    {"conv1d", GAN_OP_conv2d, 2, {DIMS(2, 3, 9), DIMS(4, 3, 3)}, -1, 1, conv_of_sequences},
    {"conv_transpose1d", GAN_OP_conv2d_data, 2, {DIMS(2, 4, 3), DIMS(4, 2, 3)}, -1, 1, transposed_of_sequences},
    {"gather", GAN_OP_gather, 1, {DIMS(3, 4)}, -1, 1, gather},
    {"scatter add", GAN_OP_scatter_add, 1, {DIMS(5, 2)}, -1, 1, scatter_add},
    {"one hot", GAN_OP_one_hot, 1, {DIMS(5, 3)}, -1, 1, one_hot},
    {"uniform", GAN_OP_uniform, 1, {DIMS(5, 3)}, -1, 1, uniform},
    {"normal", GAN_OP_normal, 1, {DIMS(5, 3)}, -1, 1, normal},
    {"dropout", GAN_OPS, 1, {DIMS(7, 5)}, -1, 1, dropout},
    {"batch norm", GAN_OPS, 3, {DIMS(5, 3), DIMS(3), DIMS(3)}, -1, 1, batch_norm},
    {"batch norm of images", GAN_OPS, 3, {DIMS(3, 2, 2, 3), DIMS(2, 1, 1), DIMS(2, 1, 1)}, -1, 1, batch_norm_of_images},
    {"layer norm", GAN_OPS, 3, {DIMS(3, 5), DIMS(5), DIMS(5)}, -1, 1, layer_norm},
    {"cross-entropy", GAN_OPS, 1, {DIMS(5, 3)}, -2, 2, cross_entropy},
    {"binary cross-entropy", GAN_OPS, 2, {DIMS(5, 1), DIMS(5, 1)}, 0.1, 0.9, binary_cross_entropy},
    {"gradient penalty", GAN_OPS, 3, {DIMS(4, 3), DIMS(3, 5), DIMS(5, 1)}, -1, 1, gradient_penalty},
};
const size_t op_case_count = sizeof op_cases / sizeof op_cases[0];
