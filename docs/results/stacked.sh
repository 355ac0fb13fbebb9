#!/bin/sh
# Three digits, 1000 combinations: the relativistic loss with R1 and R2, and for contrast the non-saturating one alone and
# packed by two, with the same networks: not PacGAN's experiment, whose figures stand beside. Half an hour and twice
# eighteen minutes on two cores of 110 GF/s each; stopped, it goes on where it was.
#   [STEPS=N] [CONTRAST_STEPS=N] [PRINT=1] [PUBLISH=1] sh docs/results/stacked.sh [SEEDS]     (1)
# With PUBLISH nothing runs: the rows that are there are put in the page.
. "$(dirname "$0")/common.sh"
digits
seeds=${1:-1} steps=${STEPS:-25000} contrast=${CONTRAST_STEPS:-25000}
runs=$seeds
if [ -n "${PUBLISH:-}" ]; then runs=0; else reader=$(reader); fi
# row NAME PATTERN STEPS OPTION... : the runs of a row
row() {
    name=$1 pattern=$2 row_steps=$3
    shift 3
    seed=1
    while [ $seed -le "$runs" ]; do
        if [ "$(done_rows stacked.csv "^$pattern,$seed,$row_steps,")" = 0 ]; then
            out=$work/stacked-$name-$seed-$row_steps
            "$build/examples/stacked" --reader "$reader" ${mnist:+--data "$mnist"} --steps "$row_steps" --seed $seed \
                --out "$out" --resume --csv "$work/stacked.csv" "$@" >>"$work/stacked-$name-$seed.log"
            rm -f "$out"/run-*.checkpoint
        fi
        seed=$((seed + 1))
    done
}
row rpgan 'relativistic,0.5,1' "$steps" --objective relativistic
row ns 'non-saturating,0,1' "$contrast" --objective non-saturating --penalty 0 --beta1 0.5
row pacgan2 'non-saturating,0,2' "$contrast" --objective non-saturating --penalty 0 --beta1 0.5 --packing 2
{
    echo "| method | steps | modes | KL | seconds | seeds | published |"
    echo "|---|---|---|---|---|---|---|"
    echo "| relativistic, R1 and R2 | $steps | $(summary stacked.csv "^relativistic,0.5,1,[0-9]*,$steps," 6 7 8) | 1000 / .078, another network |"
    echo "| non-saturating | $contrast | $(summary stacked.csv "^non-saturating,0,1,[0-9]*,$contrast," 6 7 8) | DCGAN 99 / 3.40, 78.9 / 4.50 |"
    echo "| non-saturating, packing 2 | $contrast | $(summary stacked.csv "^non-saturating,0,2,[0-9]*,$contrast," 6 7 8) | PacGAN2 1000 / .06 |"
} | publish stacked "STEPS=$steps CONTRAST_STEPS=$contrast sh docs/results/stacked.sh $seeds" "$(reading)"
