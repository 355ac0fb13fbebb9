#!/bin/sh
# DCGAN on the real MNIST: two epochs at batch 64. A classifier that reads 99 % of the test digits finds all ten classes
# among 10,000 samples, and of those of the conditional one 95 % are the digit that was asked for. Of both it is more than
# 90 % sure of 85 % (the unconditional one has 86.7 % with seed 1, with AVX2 and AVX-512 alike).
#   dcgan.sh SOURCE-ROOT DCGAN CLASSIFIER [SEED]
set -eu
root=$1 dcgan=$2 classifier=$3 seed=${4:-1}
. "$(dirname "$0")/../support/mnist.sh"
find_mnist "$root" || exit 77
. "$(dirname "$0")/../support/programs.sh"
# of FILE TEXT : the number behind TEXT in what the classifier says of that file of samples
of() {
    awk -v file="$1/samples.npy:" -v text="$2 " '
        / samples$/ { inside = index($0, file) }
        inside && (at = index($0, text)) { print substr($0, at + length(text)) + 0; exit }' log
}

options="--data $data --epochs 2 --batch 64 --seed $seed --samples 10000 --quiet"
"$dcgan" $options --out free
"$dcgan" $options --conditional --out asked
"$classifier" --data "$data" --asked --samples free/samples.npy --samples asked/samples.npy \
    >log
cat log
wants 99 100 "$(awk '{ for (i = 1; i < NF; i++) if ($i == "reads") { print $(i + 1); exit } }' log)" \
    'test digits that the classifier reads, %'
wants 10 10 "$(of free classes)" 'classes among the samples'
wants 85 100 "$(of free 'surer than 90 %:')" 'samples that it is more than 90 % sure of, %'
wants 85 100 "$(of asked 'surer than 90 %:')" 'samples of the conditional one that it is more than 90 % sure of, %'
wants 95 100 "$(of asked 'as asked:')" 'samples of the conditional one that are the digit asked for, %'
finish
