#!/bin/sh
# Seven objectives on the digits with Lucic et al.'s layers, equally many steps each: two hours on two cores of 110 GF/s
# each. Stopped, it goes on where it was. JOBS runs go beside each other and share the cores.
#   [JOBS=N] [OBJECTIVES="mm ns lsgan wgan wgan-gp dragan began"] [STEPS=N] [PRINT=1] sh docs/results/lucic.sh [SEEDS]     (1)
. "$(dirname "$0")/common.sh"
digits
seeds=${1:-1} steps=${STEPS:-3000} reader=$(reader) jobs=${JOBS:-1}
threads=$((($(nproc) + jobs - 1) / jobs))
for objective in ${OBJECTIVES:-mm ns lsgan wgan wgan-gp dragan began}; do
    seed=1
    while [ $seed -le "$seeds" ]; do
        [ "$(done_rows lucic.csv "^$objective,$seed,$steps,")" -gt 0 ] || echo "$objective $seed"
        seed=$((seed + 1))
    done
done | xargs -r -P "$jobs" -L 1 sh -c '"$1/examples/lucic" --reader "$4" ${5:+--data "$5"} --objective "$7" --seed "$8" \
    --steps "$3" --threads "$6" --checkpoint "$2/lucic-$7-$8-$3" --csv "$2/lucic.csv" --out "$2/lucic-$7-$8.png" \
    >>"$2/lucic-$7-$8.log" && rm -f "$2/lucic-$7-$8-$3"-*.checkpoint' sh "$build" "$work" "$steps" "$reader" "$mnist" "$threads"
{
    echo "| objective | Fréchet distance of the reader's features, after $steps steps | seconds | seeds | best FID (Inception) of a wide search, published |"
    echo "|---|---|---|---|---|"
    while read -r objective published; do
        echo "| $objective | $(summary lucic.csv "^$objective,[0-9]*,$steps," 4 6) | $published |"
    done <<END
mm 9.8
ns 6.8
lsgan 7.8
wgan 6.7
wgan-gp 20.3
dragan 7.6
began 13.1
END
} | publish lucic "STEPS=$steps sh docs/results/lucic.sh $seeds" "$(reading)"
