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
echo "| net | ms, 1 thread | ms, $threads threads | gain | of the best times | of the peak |"
echo "|---|---|---|---|---|---|"
for net; do
    for _ in $(seq "$rounds"); do
        for count in 1 "$threads"; do
            line=$("$build/tests/bench/gan-bench" --net "$net" --threads "$count" --seconds "$seconds")
            printf '%s %s %s ' "$(echo "$line" | field median_ms)" "$(echo "$line" | field best_ms)" \
                "$(echo "$line" | field peak_gflops)"
        done
        echo
    done | awk -v net="$net" '
        function middle(a, n,   i, j, t) {
            for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] < a[i]) { t = a[i]; a[i] = a[j]; a[j] = t }
            return a[int((n + 1) / 2)] }
        { one[NR] = $1; many[NR] = $4; gain[NR] = $1 / $4; best[NR] = $2 / $5; peak[NR] = $6 / $3 }
        END { n = NR
            printf "| %s | %.1f | %.1f | %.2f | %.2f | %.2f |\n", net, middle(one, n), middle(many, n),
                middle(gain, n), middle(best, n), middle(peak, n) }'
done
