#!/bin/sh
# The short version of docs/results/health.sh: every broken run, one seed of each healthy one, and the way back.
#   health.sh SOURCE-ROOT HEALTH-RUNS
set -eu
. "$(dirname "$0")/../support/mnist.sh"
find_mnist "$1" || exit 77
HEALTH_SEEDS=1 HEALTH_STEPS=150 exec sh "$1/docs/results/health.sh" "$2" "$data" 2
