// A C++17 program that trains: the Dirac-GAN (Mescheder, Geiger, Nowozin 2018). D(x) = psi x, the data is 0, G = theta;
// both play by gradient descent at once, 500 steps of 0.2. The plain game runs away; R1 ends it in (0, 0).
#include <cmath>
#include <cstdio>
#include <gan/gan.h>
#include <memory>

namespace
{

template <auto release> struct unref {
    template <class Handle> void operator()(Handle *handle) const
    {
        release(handle);
    }
};
using tensor = std::unique_ptr<gan_tensor, unref<gan_tensor_unref>>;
using tape = std::unique_ptr<gan_tape, unref<gan_tape_unref>>;
using plan = std::unique_ptr<gan_plan, unref<gan_plan_unref>>;

// The distance from (0, 0) in the end; NaN, and a message, if something failed.
double play(float r1_weight)
{
    const tensor theta(gan_tensor_new(GAN_SHAPE(1))), psi(gan_tensor_new(GAN_SHAPE(1)));
    const tape game(gan_tape_new());
    gan_var *const g = gan_tape_tensor(game.get(), theta.get());
    gan_var *const d = gan_tape_tensor(game.get(), psi.get());
    gan_var *const real = gan_tape_constant(game.get(), GAN_SHAPE(1), 0.0f);

    gan_var *const d_real = gan_mul(d, real);
    gan_var *const d_made = gan_mul(d, g);
    gan_var *const slope = gan_grad(d_real, real);
    gan_var *const loss_d = gan_add(gan_sum(gan_add(gan_softplus(gan_neg(d_real)), gan_softplus(d_made))),
                                    gan_scale(gan_sum_over(gan_square(slope), GAN_ALL_AXES), r1_weight / 2));
    gan_var *const loss_g = gan_neg(gan_sum_over(gan_softplus(d_made), GAN_AXES(0)));
    gan_var *const wanted[] = {gan_sum(gan_grad(loss_g, g)), gan_sum(gan_grad(loss_d, d))};

    const plan step(gan_plan_new(wanted, 2));
    if (step == nullptr) {
        std::fprintf(stderr, "%s\n", gan_error_message());
        return NAN;
    }
    float *const at_g = gan_tensor_data(theta.get());
    float *const at_d = gan_tensor_data(psi.get());
    *at_g = 1;
    *at_d = -1;
    for (int i = 0; i < 500; i++) {
        if (gan_plan_run(step.get()) != GAN_OK) {
            std::fprintf(stderr, "%s\n", gan_error_message());
            return NAN;
        }
        *at_g -= 0.2f * gan_plan_scalar(step.get(), wanted[0]);
        *at_d -= 0.2f * gan_plan_scalar(step.get(), wanted[1]);
    }
    return std::hypot(*at_g, *at_d);
}

} // namespace

int main()
{
    const double plain = play(0), damped = play(1);
    std::printf("distance after 500 steps: plain %.3f, with R1 %.1e\n", plain, damped);
    return std::abs(plain - 3.097) < 0.002 && damped < 1e-9 ? 0 : 1;
}
