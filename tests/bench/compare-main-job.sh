#!/bin/sh
# The main job beside the same program in PyTorch, alternating in one run: seconds of training, and their ratio.
# usage: compare-main-job.sh [BUILD] [MNIST] [EPOCHS] [THREADS] [ROUNDS]
# Needs Debian's python3-torch, python3-numpy and libblis4-openmp (PyTorch's fastest BLAS here).
set -eu
build=${1:-build} data=${2:-../shared/data/mnist} epochs=${3:-1} threads=${4:-2} rounds=${5:-3}
here=$(dirname "$0")
. "$here/blis.sh"
blis=$(blis_of_pytorch)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-), $threads threads; PyTorch with BLIS from $(basename "$blis")"
for preset in article stable; do
    ours='' theirs=''
    for _ in $(seq "$rounds"); do
        begin=$(date +%s.%N)
        "$build/examples/mnist" --data "$data" --preset "$preset" --epochs "$epochs" --threads "$threads" --out "$out" --quiet
        ours="$ours $(echo "$(date +%s.%N) $begin" | awk '{ printf "%.2f", $1 - $2 }')"
        line=$(LD_LIBRARY_PATH="$blis" BLIS_NUM_THREADS="$threads" OMP_NUM_THREADS="$threads" OMP_PROC_BIND=true \
            /usr/bin/python3 "$here/article.py" --data "$data" --preset "$preset" --epochs "$epochs" --threads "$threads")
        theirs="$theirs $(echo "$line" | sed 's/.*steps, \([0-9.]*\) s.*/\1/')"
    done
    # libgan's time is the whole process, pictures included; PyTorch's only its training loop.
    echo "$preset: libgan s:$ours; PyTorch s:$theirs" | awk -v rounds="$rounds" '
        { split($0, half, ";"); n = split(half[1], a, " "); m = split(half[2], b, " ")
          for (i = 1; i <= rounds; i++) ratio[i] = b[m - rounds + i] / a[n - rounds + i]
          for (i = 1; i <= rounds; i++) for (j = i + 1; j <= rounds; j++) if (ratio[j] < ratio[i]) { t = ratio[i]; ratio[i] = ratio[j]; ratio[j] = t }
          printf "%s; libgan is %.2f times as fast (median of %d pairs)\n", $0, ratio[int((rounds + 1) / 2)], rounds }'
done
