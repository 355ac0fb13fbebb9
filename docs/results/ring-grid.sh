#!/bin/sh
# The ring of 8 and the grid of 25 with the toy's own settings. Minutes a seed, on one thread; stopped, it goes on where
# it was.
#   [STEPS=N] [PRINT=1] [PUBLISH=1] sh docs/results/ring-grid.sh [SEEDS]     (10)
. "$(dirname "$0")/common.sh"
seeds=${1:-10} steps=${STEPS:-30000} runs=${1:-10}
[ -z "${PUBLISH:-}" ] || runs=0 # the rows that are there are put in the page
for data in ring grid; do
    seed=1
    while [ $seed -le "$runs" ]; do
        [ "$(done_rows toys.csv "^$data,own,1,$seed,$steps,")" -gt 0 ] ||
            "$build/examples/toy" --data $data --seed $seed --steps "$steps" --csv "$work/toys.csv" \
                --out "$work/$data-$seed.png" >"$work/$data-$seed.log"
        seed=$((seed + 1))
    done
done
{
    echo "| data | modes, of 2,500 | quality | KL | modes, of 100,000 | quality | KL | deviation | seconds | seeds |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    for data in ring grid; do
        echo "| $data | $(summary toys.csv "^$data,own,1,[0-9]*,$steps," 6 7 8 10 11 12 13 14) |"
    done
} | publish ring-grid "STEPS=$steps sh docs/results/ring-grid.sh $seeds"
