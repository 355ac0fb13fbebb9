#!/bin/sh
# PacGAN's table 1: its networks and settings, packing 1 to 4. Two hours a seed and row on one core of 110 GF/s (14 to 20
# ms a step); stopped, it goes on where it was. JOBS runs go beside each other, each on one thread.
#   [DATA="ring grid"] [PACKINGS="1 2 3 4"] [STEPS=N] [JOBS=N] [PRINT=1] sh docs/results/pacgan.sh [SEEDS]     (10)
. "$(dirname "$0")/common.sh"
seeds=${1:-10} steps=${STEPS:-400000}
for data in ${DATA:-ring grid}; do
    for packing in ${PACKINGS:-1 2 3 4}; do
        seed=1
        while [ $seed -le "$seeds" ]; do
            [ "$(done_rows pacgan.csv "^$data,pacgan,$packing,$seed,$steps,")" -gt 0 ] || echo "$data $packing $seed"
            seed=$((seed + 1))
        done
    done
done | xargs -r -P "${JOBS:-1}" -L 1 sh -c '"$1/examples/toy" --protocol pacgan --data "$4" --packing "$5" --seed "$6" \
    --steps "$3" --checkpoint "$2/pacgan-$4-$5-$6-$3" --csv "$2/pacgan.csv" \
    --out "$2/pacgan-$4-$5-$6.png" >>"$2/pacgan-$4-$5-$6.log" && rm -f "$2/pacgan-$4-$5-$6-$3"-*.checkpoint' sh \
    "$build" "$work" "$steps"
{
    echo "| data | packing | modes, of 2,500 | quality | KL | deviation | seeds | published: modes / quality / KL |"
    echo "|---|---|---|---|---|---|---|---|"
    while read -r data packing published; do
        echo "| $data | $packing | $(summary pacgan.csv "^$data,pacgan,$packing,[0-9]*,$steps," 6 7 8 9) | $published |"
    done <<END
ring 1 6.3 ± .5 / 98.2 % / .45
ring 2 7.9 ± .1 / 95.6 % / .07
ring 3 7.8 / 97.7 % / .10
ring 4 7.8 / 95.9 % / .07
grid 1 17.3 ± .8 / 94.8 % / .70
grid 2 23.8 ± .7 / 91.3 % / .13
grid 3 24.6 / 94.2 % / .06
grid 4 24.8 ± .2 / 93.6 % / .04
END
} | publish pacgan "${DATA:+DATA=\"$DATA\" }${PACKINGS:+PACKINGS=\"$PACKINGS\" }STEPS=$steps sh docs/results/pacgan.sh $seeds"
