#!/bin/sh
# Measures what docs/performance.md shows, and prints it: sh tests/bench/performance.sh build >docs/performance.md
# About twenty minutes on two cores, on which nothing else should run. Without PyTorch (apt-get install python3-torch
# libblis4-openmp) the comparison is left out, and says so.
set -eu
build=${1:-build} seconds=${2:-4}
here=$(dirname "$0")
bench="$build/tests/bench/gan-bench"
cores=$(nproc)
field() { sed "s/.*\"$1\": \"\{0,1\}\([^,\"}]*\).*/\1/"; }

cat <<END
# How fast it is

Made by \`sh tests/bench/performance.sh build\` on$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)$(grep -m1 'cpu family' /proc/cpuinfo | sed 's/.*: / (family /; s/$/)/'), $cores cores,
instruction set $("$bench" --net mlp --seconds 0.1 | field isa). Whole adversarial steps: fresh noise for each half, D on real and made data, then G,
Adam; the networks are those of tests/bench/nets.c. The processor's peak is measured in the same process by a loop of
fused multiply-adds. Operations are counted on taps that meet data: padding multiplies nothing.

## Beside PyTorch

The same networks in PyTorch with the best settings that were found for it (tests/bench/peer.py: channels-last, BLIS for
its BLAS, no gradients that nobody needs), in turn with libgan's in one run. The ratio is PyTorch's time over libgan's.

END
for threads in "$cores" 1; do
    sh "$here/compare.sh" "$build" "$threads" "$seconds" 3 || :
    echo
    [ "$cores" != 1 ] || break
done

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
scale() {
    line=$("$bench" --net "$1" --batch "$2" --threads "$3" --seconds "$seconds")
    echo "$1 $2 $3 $(echo "$line" | field median_ms) $(echo "$line" | field percent_of_peak) $(echo "$line" | field rss_mib)" |
        awk '{ printf "| %s | %d | %d | %.3f | %.1f | %.0f |\n", $1, $2, $3, $4 / $2, $5, $6 }'
}
for batch in 2 8 32 128 512; do scale dcgan28 $batch "$cores"; done
for batch in 2 8 32 128 512; do scale mlp $batch "$cores"; done
for net in dcgan28 dcgan32 dcgan64 dcgan128; do scale $net 32 "$cores"; done
for threads in $(seq "$cores"); do scale dcgan32 64 "$threads"; done

cat <<END

## Making images

| net | images at a time | ms | images a second |
|---|---|---|---|
END
for net in mlp dcgan28 dcgan32 dcgan64; do
    for images in 1 64; do
        line=$("$bench" --net $net --sample $images --threads "$cores" --seconds 2)
        echo "| $net | $images | $(echo "$line" | field median_ms) | $(echo "$line" | field images_per_second) |"
    done
done
