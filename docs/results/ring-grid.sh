#!/bin/sh
# The ring of 8 and the grid of 25 with the toy's own settings. Three and a half minutes a seed, on one free core;
# stopped, it goes on where it was. JOBS runs go beside each other, each on one thread.
#   [STEPS=N] [JOBS=N] [PRINT=1] [PUBLISH=1] sh docs/results/ring-grid.sh [SEEDS]     (10)
# With PUBLISH nothing runs: the rows that are there are put in the page.
. "$(dirname "$0")/common.sh"
seeds=${1:-10} steps=${STEPS:-24000} runs=${1:-10}
[ -z "${PUBLISH:-}" ] || runs=0
seed=1
while [ $seed -le "$runs" ]; do
    for data in ring grid; do
        [ "$(done_rows toys.csv "^$data,own,1,$seed,$steps,")" -gt 0 ] || echo "$data $seed"
    done
    seed=$((seed + 1))
done | xargs -r -P "${JOBS:-1}" -L 1 sh -c '"$1/examples/toy" --data "$4" --seed "$5" --steps "$3" \
    --csv "$2/toys.csv" --out "$2/$4-$5.png" >"$2/$4-$5.log"' sh "$build" "$work" "$steps"
{
    echo "| data | modes, of 2,500 | quality | KL | modes, of 100,000 | quality | KL | deviation | seconds | seeds |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    for data in ring grid; do
        echo "| $data | $(summary toys.csv "^$data,own,1,[0-9]*,$steps," 6 7 8 10 11 12 13 14) |"
    done
} | publish ring-grid "STEPS=$steps sh docs/results/ring-grid.sh $seeds"
