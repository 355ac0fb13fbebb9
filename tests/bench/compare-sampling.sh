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
for net; do
    for images in 1 64; do
        for _ in $(seq "$rounds"); do
            ours=$("$build/tests/bench/gan-bench" --net "$net" --sample $images --threads "$threads" --seconds "$seconds" \
                ${runtime:+--export "$scratch/$net.onnx"})
            echo "$ours" | field median_ms
            echo "$ours" | field best_ms
            if [ -n "$runtime" ]; then
                theirs=$(node "$here/sampling_peer.js" "$scratch/$net.onnx" $images "$threads" "$seconds")
                echo "$theirs" | field median_ms
                echo "$theirs" | field best_ms
            fi
        done | awk -v net="$net" -v images=$images -v columns="${runtime:+4}" '
            function middle(values, n,   i, j, t) {
                for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++)
                    if (values[j] < values[i]) { t = values[i]; values[i] = values[j]; values[j] = t }
                return values[int((n + 1) / 2)]
            }
            BEGIN { if (!columns) columns = 2 }
            { column = (NR - 1) % columns + 1; n[column]++
              if (column % 2) median[column, n[column]] = $1
              else if (!(column in best) || $1 < best[column]) best[column] = $1 }
            END {
                for (i = 1; i <= n[1]; i++) { ours[i] = median[1, i]; theirs[i] = median[3, i]; ratio[i] = theirs[i] / ours[i] }
                m = middle(ours, n[1])
                printf "| %s | %d | %.3f | %.3f | %.0f |", net, images, m, best[2], 1000 * images / m
                if (columns == 4) printf " %.3f | %.3f | %.2f |\n", middle(theirs, n[3]), best[4], middle(ratio, n[3])
                else print " not here | | |"
            }'
    done
done
