#!/bin/sh
# A generator's images by gan-bench and, in turn, by ONNX Runtime from the same numbers; prints a table of medians.
#   compare-sampling.sh [BUILD] [THREADS] [SECONDS] [ROUNDS] [NET...]
# ONNX Runtime is npm's package onnxruntime-node, in BUILD/tests/nn/onnxruntime, where the test nn-onnx-runtime puts it;
# without it its columns are empty. Nothing else should run meanwhile.
set -eu
build=${1:-build} threads=${2:-2} seconds=${3:-2} rounds=${4:-3}
[ $# -lt 4 ] && shift $# || shift 4
[ $# -gt 0 ] || set -- mlp dcgan28 dcgan32 dcgan64
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export NODE_PATH="$build/tests/nn/onnxruntime/node_modules"
case $NODE_PATH in /*) ;; *) NODE_PATH=$PWD/$NODE_PATH ;; esac
node -e 'require("onnxruntime-node")' 2>/dev/null && runtime=yes || runtime=
field() { sed "s/.*\"$1\": \([0-9.]*\).*/\1/"; }
echo "| net | images at a time | libgan ms | best | images a second | ONNX Runtime ms | best | ratio |"
echo "|---|---|---|---|---|---|---|---|"
# row NET IMAGES [--frozen]
row() {
    for _ in $(seq "$rounds"); do
        ours=$("$build/tests/bench/gan-bench" --net "$1" --sample "$2" --threads "$threads" --seconds "$seconds" ${3-} \
            ${runtime:+--export "$scratch/$1.onnx"})
        printf '%s %s ' "$(echo "$ours" | field median_ms)" "$(echo "$ours" | field best_ms)"
        if [ -n "$runtime" ]; then
            theirs=$(node "$here/sampling_peer.js" "$scratch/$1.onnx" "$2" "$threads" "$seconds")
            printf '%s %s' "$(echo "$theirs" | field median_ms)" "$(echo "$theirs" | field best_ms)"
        fi
        echo
    done | awk -v net="$1" -v images="$2" -v frozen="${3:+, frozen}" "$(cat "$here/median.awk")"'
        { ms[NR] = $1; best[NR] = $2; their_ms[NR] = $3; their_best[NR] = $4; ratio[NR] = $3 / $1; theirs = NF == 4 }
        END {
            m = median(ms, NR)
            printf "| %s | %d%s | %.3f | %.3f | %.0f |", net, images, frozen, m, median(best, NR), 1000 * images / m
            if (theirs)
                printf " %.3f | %.3f | %.2f |\n", median(their_ms, NR), median(their_best, NR), median(ratio, NR)
            else
                print " not here | | |"
        }'
}
for net; do
    for images in 1 64; do
        row "$net" $images
        row "$net" $images --frozen
    done
done
