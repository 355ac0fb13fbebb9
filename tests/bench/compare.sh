#!/bin/sh
# gan-bench beside the same networks in PyTorch, in turn, in one run on one machine; prints a table of medians.
#   compare.sh [BUILD] [THREADS] [SECONDS] [ROUNDS] [NET...]
# SECONDS is for each program and round; the ratio is the median of the rounds'. Needs Debian's python3-torch,
# python3-numpy and libblis4-openmp (PyTorch's fastest BLAS here); nothing else should run meanwhile.
set -eu
build=${1:-build} threads=${2:-2} seconds=${3:-5} rounds=${4:-3}
[ $# -lt 4 ] && shift $# || shift 4
[ $# -gt 0 ] || set -- mlp dcgan28 dcgan32 wgangp32 dcgan64
here=$(dirname "$0")
python=/usr/bin/python3
"$python" -c 'import torch' 2>/dev/null || { echo "no PyTorch: apt-get install python3-torch"; exit 1; }
. "$here/blis.sh"
blis=$(blis_of_pytorch)
peer() {
    env LD_LIBRARY_PATH="$blis" BLIS_NUM_THREADS="$threads" OMP_NUM_THREADS="$threads" OMP_PROC_BIND=true \
        "$python" "$here/peer.py" --net "$1" --threads "$threads" --seconds "$seconds"
}
field() { sed "s/.*\"$1\": \([0-9.]*\).*/\1/"; }
model=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2-)
echo "$model (family $(grep -m1 'cpu family' /proc/cpuinfo | grep -o '[0-9]*$')), $threads threads, medians of $rounds rounds of $seconds s; PyTorch with $(basename "$blis")"
echo "| net | libgan ms | best | % of peak | ns a line | MiB | PyTorch ms | best | MiB | ratio |"
echo "|---|---|---|---|---|---|---|---|---|---|"
for net; do
    for _ in $(seq "$rounds"); do
        ours=$("$build/tests/bench/gan-bench" --net "$net" --threads "$threads" --seconds "$seconds")
        theirs=$(peer "$net")
        for line in "$ours" "$theirs"; do
            printf '%s %s %s ' "$(echo "$line" | field median_ms)" "$(echo "$line" | field best_ms)" \
                "$(echo "$line" | field rss_mib)"
        done
        echo "$(echo "$ours" | field percent_of_peak) $(echo "$ours" | field line_ns)"
    done | awk -v net="$net" "$(cat "$here/median.awk")"'
        { ms[NR] = $1; best[NR] = $2; mib[NR] = $3; peak[NR] = $7; line[NR] = $8
          their_ms[NR] = $4; their_best[NR] = $5; their_mib[NR] = $6; ratio[NR] = $4 / $1 }
        END {
            ns = median(line, NR)
            printf "| %s | %.1f | %.1f | %.1f | %s | %.0f | %.1f | %.1f | %.0f | %.2f |\n", net, median(ms, NR),
                median(best, NR), median(peak, NR), ns ? ns : "", median(mib, NR), median(their_ms, NR),
                median(their_best, NR), median(their_mib, NR), median(ratio, NR)
        }'
done
