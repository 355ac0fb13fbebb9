#!/bin/sh
# Seven objectives on the digits with Lucic et al.'s networks, equally many steps each: an hour and three quarters on two
# cores of 110 GF/s each. Stopped, it goes on where it was.
#   [STEPS=N] [PRINT=1] sh docs/results/lucic.sh [SEEDS]     (1)
. "$(dirname "$0")/common.sh"
seeds=${1:-1} steps=${STEPS:-3000} reader=$(reader)
for objective in mm ns lsgan wgan wgan-gp dragan began; do
    seed=1
    while [ $seed -le "$seeds" ]; do
        [ "$(done_rows lucic.csv "^$objective,$seed,$steps,")" -gt 0 ] ||
            "$build/examples/lucic" --reader "$reader" ${mnist:+--data "$mnist"} --objective $objective --seed $seed \
                --steps "$steps" --csv "$work/lucic.csv" --out "$work/lucic-$objective-$seed.png" >"$work/lucic-$objective-$seed.log"
        seed=$((seed + 1))
    done
done
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
