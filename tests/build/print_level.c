/* Prints the instruction set in use: with GAN_CPU=x in the environment, x exactly where this machine has it. */
#include <gan/base.h>
#include <stdio.h>

int main(void)
{
    return puts(gan_cpu_level()) < 0;
}
