#!/bin/sh
# Seven objectives on the digits with Lucic et al.'s networks, equally many steps each: an hour and three quarters on two
# cores of 110 GF/s each. Stopped, it goes on where it was. JOBS runs go beside each other.
#   [JOBS=N] [OBJECTIVES="mm ns lsgan wgan wgan-gp dragan began"] [STEPS=N] [PRINT=1] sh docs/results/lucic.sh [SEEDS]     (1)
. "$(dirname "$0")/common.sh"
seeds=${1:-1} steps=${STEPS:-3000} reader=$(reader)
for objective in ${OBJECTIVES:-mm ns lsgan wgan wgan-gp dragan began}; do
    seed=1
    while [ $seed -le "$seeds" ]; do
        [ "$(done_rows lucic.csv "^$objective,$seed,$steps,")" -gt 0 ] || echo "$objective $seed"
        seed=$((seed + 1))
    done
done | xargs -r -P "${JOBS:-1}" -L 1 sh -c '"$1/examples/lucic" --reader "$4" ${5:+--data "$5"} --objective "$6" --seed "$7" \
    --steps "$3" --checkpoint "$2/lucic-$6-$7-$3" --csv "$2/lucic.csv" --out "$2/lucic-$6-$7.png" \
    >>"$2/lucic-$6-$7.log"' sh "$build" "$work" "$steps" "$reader" "$mnist"
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
} | publish lucic "STEPS=$steps sh docs/results/lucic.sh $seeds"
