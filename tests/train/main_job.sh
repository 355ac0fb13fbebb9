#!/bin/sh
# The main job in full: preset stable, five epochs, seeds 1 to 5, on the real MNIST and on the built-in digits. A
# classifier trained by libgan finds all ten classes among 10,000 samples of each, none under 4 %. The classifier itself
# reads 98 % of the real test digits, and more than 80 % of them after learning from the built-in digits alone.
#   main_job.sh SOURCE-ROOT MNIST CLASSIFIER [SEED]...
set -eu
root=$1 mnist=$2 classifier=$3
shift 3
[ $# -gt 0 ] || set -- 1 2 3 4 5
. "$(dirname "$0")/../support/mnist.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0
fail() {
    echo "FAILED: $*"
    bad=1
}

# reads LOG LEAST : the classifier's percentage in that log is at least so high
reads() {
    awk -v least="$2" '/: reads / { for (i = 1; i < NF; i++) if ($i == "reads") exit !($(i + 1) >= least) }' "$1" ||
        fail "the classifier reads less than $2 %: $(grep ': reads ' "$1" | head -n 1)"
}

# judge WHERE LOG : a row for each seed from the classifier's log; fails where a class is missing or rare
judge() {
    awk -v where="$1" '
        /samples$/ { split($1, part, "/"); seed = part[length(part) - 1] }
        /smallest share/ {
            gsub(",", "")
            row = sprintf("%d classes, smallest share %s %%, mean confidence %s, distance %s", $2, $5, $9, $12)
            if (seed == "") { printf "%s, digits of the data: %s\n", where, row; next }
            printf "%s, %s: %s\n", where, seed, row
            if ($2 != 10 || $5 < 4) bad = 1
            rows++
        }
        END { exit bad || rows == 0 }' "$2" || fail "on $1 a class is missing or under 4 %"
}

# train_all WHERE OPTIONS SEED... : trains and judges on one data set, which OPTIONS of both programs name
train_all() {
    where=$1 options=$2
    shift 2
    files=
    for seed; do
        "$mnist" $options --seed "$seed" --quiet --samples 10000 --out "$scratch/$where-seed-$seed"
        files="$files --samples $scratch/$where-seed-$seed/samples.npy"
    done
    "$classifier" --dense $options $files >"$scratch/$where.log"
    grep -m 1 ': reads ' "$scratch/$where.log"
    judge "$where" "$scratch/$where.log"
}

train_all built-in '' "$@"
if find_mnist "$root"; then
    train_all real "--data $data" "$@"
    reads "$scratch/real.log" 98
    "$classifier" --dense --data "$data" --train digits >"$scratch/drawn.log"
    echo "trained on the built-in digits: $(grep -m 1 ': reads ' "$scratch/drawn.log")"
    reads "$scratch/drawn.log" 80
fi
exit $bad
