#!/bin/sh
# Measures what docs/performance.md shows, and prints it: sh tests/bench/performance.sh build >docs/performance.md
#   performance.sh [BUILD] [SECONDS] [SECTION...]     build, 4 seconds a measurement, all sections:
#                                                     machine peer threads products scale sampling
# The plot goes to PICTURE (docs/pictures/scale.png). Half an hour on two cores, on which nothing else should run. Without
# PyTorch (apt-get install python3-torch libblis4-openmp) the comparison is left out, and says so.
set -eu
build=${1:-build} seconds=${2:-4} picture=${PICTURE:-docs/pictures/scale.png}
[ $# -lt 2 ] && shift $# || shift 2
[ $# -gt 0 ] || set -- machine peer threads products scale sampling
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
here=$(dirname "$0")
. "$here/blis.sh" # what is measured of BLIS is its best
bench="$build/tests/bench/gan-bench"
cores=$(nproc)
rounds=3
field() { sed "s/.*\"$1\": \"\{0,1\}\([^,\"}]*\).*/\1/"; }

machine() {
    cat <<END
# How fast it is

Made by \`sh tests/bench/performance.sh build $seconds\` on$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)$(grep -m1 'cpu family' /proc/cpuinfo | sed 's/.*: / (family /; s/$/)/'), $cores cores,
instruction set $("$bench" --net mlp --seconds 0.1 | field isa). Whole adversarial steps: fresh noise for each half, D on real and made data, then G,
Adam; the networks are those of tests/bench/nets.c, at batch 128 (mlp) or 64 (the others) where none is named. The
processor's peak is measured in the same process by a loop of
fused multiply-adds. Operations are counted on taps that meet data: padding multiplies nothing. Convolutions whose window
is two or three times their stride are made of fewer products than that (minimal filtering, docs/design.md: 9 instead of
16 for a window of 4 × 4 and stride 2), so that their share of the peak, as it is counted here, may exceed 100 %.
Medians far above the best times beside them are those of a host whose other guests were busy; "ns a line" is how long
a cache line took from one thread to another meanwhile (see below).

END
}

peer() {
    cat <<END
## Beside PyTorch

The same networks in PyTorch with the best settings that were found for it (tests/bench/peer.py: channels-last, BLIS for
its BLAS, no gradients that nobody needs), in turn with libgan's in one run. The ratio is PyTorch's time over libgan's.

END
    for threads in $(printf '%s\n' "$cores" 1 | uniq); do
        sh "$here/compare.sh" "$build" "$threads" "$seconds" "$rounds" || :
        echo
    done
}

threads() {
    [ "$cores" != 1 ] || return 0
    cat <<END
## What more threads bring

The same steps on one thread and on $cores, in turn in one run, and beside them a loop of multiply-adds that touches no
memory: more than the machine gives that loop, a step cannot get. The last column is how long a cache line takes from one
thread to another. On a virtual machine it may change within seconds, as the host moves its cores to where they share a
cache or do not: times on several threads are then of two kinds, and only those that were measured in turn compare.

END
    sh "$here/compare-threads.sh" "$build" "$cores" "$seconds" "$rounds"
    echo
}

products() {
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
    echo
}

# measure NET BATCH THREADS : a line with them, the time of a step, its share of the peak, and MiB
measure() {
    line=$("$bench" --net "$1" --batch "$2" --threads "$3" --seconds "$seconds")
    echo "$1 $2 $3 $(echo "$line" | field median_ms) $(echo "$line" | field percent_of_peak) $(echo "$line" | field rss_mib)"
}

# summarize PANEL LINE X : of the rounds of one setting a row, and a point of the plot
summarize() {
    awk -v point="$1,$2,$3" -v points="$scratch/points" "$(cat "$here/median.awk")"'
        { ms[NR] = $4; peak[NR] = $5; mib[NR] = $6; setting = $1 " | " $2 " | " $3; batch = $2 }
        END {
            m = median(ms, NR) / batch
            printf "| %s | %.3f | %.1f | %.0f |\n", setting, m, median(peak, NR), median(mib, NR)
            print point "," m >>points
        }'
}

# What shares a panel is measured in turn, round by round, so that what slows the machine for a while slows no single point.
scale() {
    cat <<END
## Scale

Milliseconds of a step for each example, and the share of the peak, medians of $rounds rounds. Each panel of the
plot is measured in turn, so that a setting which two panels share has a row in each.

| net | batch | threads | ms an example | % of peak | MiB |
|---|---|---|---|---|---|
END
    for net in mlp dcgan28; do
        for batch in 1 2 4 8 16 32 64 128 256 512; do echo "$net $batch $cores ms_by_batch:_$net $net $batch"; done
    done >"$scratch/settings"
    for size in 28 32 64 128; do
        echo "dcgan$size 32 $cores ms_by_image_size:_dcgan_at_batch_32 dcgan $size"
    done >>"$scratch/settings"
    for count in $(seq "$cores"); do
        echo "dcgan32 64 $count ms_by_threads:_dcgan32 dcgan32 $count"
    done >>"$scratch/settings"
    for panel in $(cut -d' ' -f4 "$scratch/settings" | uniq); do
        grep " $panel " "$scratch/settings" >"$scratch/panel"
        for _ in $(seq "$rounds"); do
            while read -r net batch count _; do measure "$net" "$batch" "$count"; done <"$scratch/panel"
        done >"$scratch/rounds"
        while read -r net batch count _ line x; do
            grep "^$net $batch $count " "$scratch/rounds" | summarize "$(echo "$panel" | tr _ ' ')" "$line" "$x"
        done <"$scratch/panel"
    done
    "$build/tests/bench/plot-scale" "$picture" <"$scratch/points" >&2
    echo
    echo "![What an example costs](pictures/$(basename "$picture"))"
    echo
}

sampling() {
    cat <<END
## Making images

Fresh noise each time; ONNX Runtime (npm's onnxruntime-node) runs the same generator, exported, with as many threads. It
keeps a copy of the weights, laid out for the processor; libgan does so where it is told that they stay as they are
(\`gan_sampler_freeze\`: frozen), and else reads the model's own at every call.

END
    sh "$here/compare-sampling.sh" "$build" "$cores" 2 "$rounds"
}

for section; do
    case $section in
    machine | peer | threads | products | scale | sampling) "$section" ;;
    *)
        echo "performance.sh: there is no section $section" >&2
        exit 2
        ;;
    esac
done
