#!/bin/sh
# The short version of docs/results/health.sh: every broken run, one seed of each healthy one, and the way back.
#   health.sh SOURCE-ROOT HEALTH-RUNS
set -eu
data=${GAN_MNIST_DIR:-$1/../shared/data/mnist}
[ -s "$data/t10k-images-idx3-ubyte.gz" ] || [ -s "$data/t10k-images-idx3-ubyte" ] || {
    echo "skipped: no MNIST at $data (GAN_MNIST_DIR names another place)"
    exit 77
}
HEALTH_SEEDS=1 HEALTH_STEPS=150 exec sh "$1/docs/results/health.sh" "$2" "$data" 2
