#!/bin/sh
# The runs that gan_health's thresholds come from, and what it says of them: the tables of docs/health.md.
#   sh docs/results/health.sh HEALTH-RUNS MNIST [JOBS [FOLDER]]
# HEALTH-RUNS is build/tests/watch/health-runs, MNIST the folder with the four files. JOBS runs at a time, each on one
# thread (default 2). What runs print is kept in FOLDER, if one is given, and runs whose output is there are not made
# again. HEALTH_SEEDS and HEALTH_STEPS say for which seeds, and for how many steps, healthy runs are looked at.
# Ends with status 1 if a healthy run raised an alarm, a broken one was not named within 500 steps, or the one that goes
# back did not end, after five epochs, with digits: all ten of them, none under 2 % of the samples, and a classifier sure of
# them by .8 in the mean.
set -eu
[ $# -ge 2 ] || { sed -n '2,8p' "$0" && exit 2; }
program=$1 mnist=$2 jobs=${3:-2} folder=${4:-}
[ -n "$folder" ] || { folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT; }
mkdir -p "$folder"
healthy='stable lsgan wgan-gp rsgan dcgan'
broken='wide rate frozen no-noise swapped nan one-image black two explode article'
seeds=${HEALTH_SEEDS:-1 2 3 4} steps=${HEALTH_STEPS:-500} most=500 long=4685
HEALTH_THREADS=1 && export HEALTH_THREADS

# files CASE... : what their runs printed, of all seeds
files() {
    for case; do
        for seed in $seeds; do echo "$folder/$case-$seed"; done
    done
}

{
    for case in $broken; do echo "$case 1 $most"; done
    echo "rollback 1 $long"
    for seed in $seeds; do
        for case in $healthy; do echo "$case $seed $steps"; done
    done
} | while read -r case seed count; do
    grep -q '^end' "$folder/$case-$seed" 2>/dev/null || echo "$case $seed $count"
done | xargs -r -P "$jobs" -L 1 sh -c '"$0" "$1" "$3" "$4" "$5" >"$2/$3-$4" 2>&1 || cat "$2/$3-$4" >&2' \
    "$program" "$mnist" "$folder"

bad=0
echo '| broken by | named | after steps | score | also at alarm by then |'
echo '|---|---|---|---|---|'
for case in $broken; do
    awk '
        /^run/ { case = $2; wanted = $4 }
        /^event/ && $4 == "alarm" && $3 == wanted && named == "" { named = $3; step = $2; score = $5 }
        /^event/ && $4 == "alarm" && $3 != wanted { others = others (others == "" ? "" : ", ") $3 }
        END {
            printf "| %s | %s | %s | %s | %s |\n", case, named == "" ? "**no**" : named, step, score, others
            exit named == ""
        }' "$folder/$case-1" || bad=1
done
echo
echo '| healthy | runs | steps each | notes | warnings | alarms | share of the time |'
echo '|---|---|---|---|---|---|---|'
for case in $healthy; do
    # shellcheck disable=SC2046 # a list of names
    awk -v steps="$steps" '
        /^run/ { case = $2; runs++ }
        /^event/ { count[$4]++ }
        /^end/ { ended += $2 == steps; share += $3 }
        END {
            printf "| %s | %d | %d | %d | %d | %d | %.1f %% |\n", case, runs, steps, count["note"], count["warning"],
                count["alarm"], 100 * share / runs
            exit count["alarm"] > 0 || ended != runs
        }' $(files "$case") || bad=1
done
echo
echo '| problem | healthy runs, most | note | warning | alarm | broken runs, least |'
echo '|---|---|---|---|---|---|'
"$program" "$mnist" thresholds 1 1 >"$folder/thresholds"
# shellcheck disable=SC2046,SC2086 # lists of names
awk '
    function shown(x) { return x == "inf" ? "–" : x }
    /^threshold/ { names[++n] = $2; note[$2] = $3; warning[$2] = $4; alarm[$2] = $5 }
    /^run/ { wanted = $4 }
    /^look/ && wanted == "healthy" {
        for (i = 3; i <= NF; i++) {
            split($i, part, "=")
            if (!(part[1] in most) || part[2] + 0 > most[part[1]] + 0) most[part[1]] = part[2]
        }
    }
    /^event/ && $4 == "alarm" && $3 == wanted && (!($3 in reached) || $5 < reached[$3]) { reached[$3] = $5 }
    END {
        for (i = 1; i <= n; i++) {
            name = names[i]
            printf "| %s | %s | %s | %s | %s | %s |\n", name, name in most ? most[name] : "–", shown(note[name]),
                shown(warning[name]), shown(alarm[name]), name in reached ? reached[name] : "–"
        }
    }' "$folder/thresholds" $(files $healthy) $(for case in $broken; do echo "$folder/$case-1"; done)
echo
awk '
    /^event/ && $3 == "rolled-back" { tries++; where = where (where == "" ? "" : ", ") $2 }
    /^end/ { steps = $2 }
    /^digits/ { classes = $2; least = $3; confidence = $4 }
    END {
        printf "With rollbacks the rate 100 times too high went back %d times, after steps %s; after %d steps a ", tries,
            where, steps
        printf "classifier reads all of %d classes in its samples, the rarest in %.1f %%, with mean confidence %.2f.\n",
            classes, 100 * least, confidence
        exit tries == 0 || classes < 10 || least < 0.02 || confidence < 0.8
    }' "$folder/rollback-1" || bad=1
exit $bad
