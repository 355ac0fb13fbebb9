#!/bin/sh
# Measures what docs/performance.md shows, and prints it: sh tests/bench/performance.sh build >docs/performance.md
# The plot goes to PICTURE (docs/pictures/scale.png).
# About twenty minutes on two cores, on which nothing else should run. Without PyTorch (apt-get install python3-torch
# libblis4-openmp) the comparison is left out, and says so.
set -eu
build=${1:-build} seconds=${2:-4} picture=${PICTURE:-docs/pictures/scale.png}
points=$(mktemp)
trap 'rm -f "$points"' EXIT
here=$(dirname "$0")
bench="$build/tests/bench/gan-bench"
cores=$(nproc)
field() { sed "s/.*\"$1\": \"\{0,1\}\([^,\"}]*\).*/\1/"; }

cat <<END
# How fast it is

Made by \`sh tests/bench/performance.sh build\` on$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)$(grep -m1 'cpu family' /proc/cpuinfo | sed 's/.*: / (family /; s/$/)/'), $cores cores,
instruction set $("$bench" --net mlp --seconds 0.1 | field isa). Whole adversarial steps: fresh noise for each half, D on real and made data, then G,
Adam; the networks are those of tests/bench/nets.c. The processor's peak is measured in the same process by a loop of
fused multiply-adds. Operations are counted on taps that meet data: padding multiplies nothing. Convolutions whose window
is two or three times their stride are made of fewer products than that (minimal filtering, docs/design.md: 9 instead of
16 for a window of 4 × 4 and stride 2), so that their share of the peak, as it is counted here, may exceed 100 %.

## Beside PyTorch

The same networks in PyTorch with the best settings that were found for it (tests/bench/peer.py: channels-last, BLIS for
its BLAS, no gradients that nobody needs), in turn with libgan's in one run. The ratio is PyTorch's time over libgan's.

END
for threads in "$cores" 1; do
    sh "$here/compare.sh" "$build" "$threads" "$seconds" 3 || :
    echo
    [ "$cores" != 1 ] || break
done

if [ "$cores" != 1 ]; then
    cat <<END
## What more threads bring

The same steps on one thread and on $cores, in turn in one run, and beside them a loop of multiply-adds that touches no
memory: more than the machine gives that loop, a step cannot get. The last column is how long a cache line takes from one
thread to another. On a virtual machine it may change within seconds, as the host moves its cores to where they share a
cache or do not: times on several threads are then of two kinds, and only those that were measured in turn compare.

END
    sh "$here/compare-threads.sh" "$build" "$cores" "$seconds" 3
    echo
fi

cat <<END
## What the product kernels bring

The same steps with BLIS computing every matrix product (\`gan-bench --products blis\`), $cores threads.

| net | own ms | BLIS ms | ratio |
|---|---|---|---|
END
for net in mlp dcgan28 dcgan32 wgangp32; do
    own=$("$bench" --net $net --threads "$cores" --seconds "$seconds" | field median_ms)
    blis=$("$bench" --net $net --threads "$cores" --seconds "$seconds" --products blis | field median_ms)
    echo "$net $own $blis" | awk '{ printf "| %s | %.1f | %.1f | %.2f |\n", $1, $2, $3, $3 / $2 }'
done

cat <<END

## Scale

Milliseconds of a step for each example, and the share of the peak.

| net | batch | threads | ms an example | % of peak | MiB |
|---|---|---|---|---|---|
END
# scale NET BATCH THREADS PANEL LINE X : a row, and a point of the plot
scale() {
    line=$("$bench" --net "$1" --batch "$2" --threads "$3" --seconds "$seconds")
    echo "$1 $2 $3 $(echo "$line" | field median_ms) $(echo "$line" | field percent_of_peak) $(echo "$line" | field rss_mib)" |
        awk '{ printf "| %s | %d | %d | %.3f | %.1f | %.0f |\n", $1, $2, $3, $4 / $2, $5, $6 }'
    echo "$line" | field median_ms | awk -v head="$4,$5,$6," -v batch="$2" '{ print head $1 / batch }' >>"$points"
}
for net in mlp dcgan28; do
    for batch in 2 4 8 16 32 64 128 256 512; do
        scale $net $batch "$cores" "ms by batch: $net" $net $batch
    done
done
for size in 28 32 64 128; do scale dcgan$size 32 "$cores" "ms by image size: dcgan at batch 32" dcgan $size; done
for threads in $(seq "$cores"); do scale dcgan32 64 "$threads" "ms by threads: dcgan32" dcgan32 "$threads"; done
"$build/tests/bench/plot-scale" "$picture" <"$points" >&2
echo
echo "![What an example costs](pictures/$(basename "$picture"))"

cat <<END

## Making images

Fresh noise each time; ONNX Runtime (npm's onnxruntime-node) runs the same generator, exported, with as many threads. It
keeps a copy of the weights, laid out for the processor; libgan does so where it is told that they stay as they are
(\`gan_sampler_freeze\`: frozen), and else reads the model's own at every call.

END
sh "$here/compare-sampling.sh" "$build" "$cores" 2 3
