#!/bin/sh
# A short version of the published tables of digits (docs/results/stacked.sh and lucic.sh), so that a change that harms
# training is noticed. What is wanted is well below what seed 1 reached when this was written.
#   published_digits.sh SOURCE-ROOT CLASSIFIER STACKED LUCIC
set -eu
root=$1 classifier=$2 stacked=$3 lucic=$4
data=${GAN_MNIST_DIR:-$(cd "$root" && pwd)/../shared/data/mnist}
[ -s "$data/t10k-images-idx3-ubyte.gz" ] || [ -s "$data/t10k-images-idx3-ubyte" ] || {
    echo "skipped: no MNIST at $data (GAN_MNIST_DIR names another place)"
    exit 77
}
. "$(dirname "$0")/../support/programs.sh"
"$classifier" --data "$data" --epochs 2 --save reader.safetensors
"$stacked" --reader reader.safetensors --data "$data" --steps 1500 --judge-every 1500 --csv stacked.csv --out stacks
wants 500 1000 "$(cut -d, -f6 stacked.csv)" 'combinations of three digits (it was X)'
wants 0 2 "$(cut -d, -f7 stacked.csv)" 'their KL (it was X)'
for objective in ns wgan-gp began; do
    "$lucic" --reader reader.safetensors --data "$data" --objective $objective --steps 150 --csv lucic.csv
done
wants 0 50 "$(grep '^ns,' lucic.csv | cut -d, -f4)" 'Fréchet distance of ns (it was X)'
wants 0 50 "$(grep '^wgan-gp,' lucic.csv | cut -d, -f4)" 'Fréchet distance of wgan-gp (it was X)'
wants 0 50 "$(grep '^began,' lucic.csv | cut -d, -f4)" 'Fréchet distance of began (it was X)'
finish
