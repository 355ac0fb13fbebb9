#!/bin/sh
# What more threads are worth: the same steps on one thread and on THREADS, in turn, in one run; prints a table of medians.
#   compare-threads.sh [BUILD] [THREADS] [SECONDS] [ROUNDS] [NET...]
# Beside a step's gain stands that of a loop of multiply-adds that touches no memory (the measured peak): what the
# machine itself gives, when clocks fall as more cores work, or neighbours use them, too.
set -eu
build=${1:-build} threads=${2:-$(nproc)} seconds=${3:-2} rounds=${4:-3}
[ $# -lt 4 ] && shift $# || shift 4
[ $# -gt 0 ] || set -- mlp dcgan28 dcgan32 wgangp32 dcgan64
field() { sed "s/.*\"$1\": \([0-9.]*\).*/\1/"; }
echo "| net | ms, 1 thread | ms, $threads threads | gain | of the best times | of the peak | ns a line |"
echo "|---|---|---|---|---|---|---|"
for net; do
    for _ in $(seq "$rounds"); do
        for count in 1 "$threads"; do
            line=$("$build/tests/bench/gan-bench" --net "$net" --threads "$count" --seconds "$seconds")
            for name in median_ms best_ms peak_gflops line_ns; do
                printf '%s ' "$(echo "$line" | field $name)"
            done
        done
        echo
    done | awk -v net="$net" "$(cat "$(dirname "$0")/median.awk")"'
        { one[NR] = $1; many[NR] = $5; gain[NR] = $1 / $5; best[NR] = $2 / $6; peak[NR] = $7 / $3; line[NR] = $8 }
        END {
            printf "| %s | %.1f | %.1f | %.2f | %.2f | %.2f | %.0f |\n", net, median(one, NR), median(many, NR),
                median(gain, NR), median(best, NR), median(peak, NR), median(line, NR)
        }'
done
