#!/bin/sh
# A training run killed with SIGKILL at random moments, in and out of writing checkpoints, and resumed each time, ends in
# the same bits as one that was left alone.
#   kill_resume.sh PROGRAM KILLS [SEED]
# PROGRAM is tests/train/killed.c: it trains with checkpoints in a folder and writes the final model there.
set -eu
program=$1 kills=$2 seed=${3:-1}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/calm" "$scratch/killed"

before=$(date +%s%N)
"$program" "$scratch/calm"
whole=$((($(date +%s%N) - before) / 1000)) # microseconds that it takes undisturbed

killed=0 finished=0 runs=0 writing=0 # kills in the midst of a checkpoint: it left a part
while [ $killed -lt "$kills" ] || [ $finished = 0 ]; do
    runs=$((runs + 1))
    [ $runs -le $((kills * 4 + 10)) ] || { echo "it makes no progress"; exit 1; }
    "$program" "$scratch/killed" &
    child=$!
    if [ $killed -lt "$kills" ]; then
        # A linear congruential generator: the same moments for the same seed, as far as a clock goes.
        seed=$(((seed * 1103515245 + 12345) % 2147483648))
        sleep "$(awk -v part=$((seed / 65536 % 1000)) -v whole=$whole 'BEGIN { printf "%.4f", whole / 1e6 * part / 2000 }')"
        kill -9 $child 2>/dev/null || true
    fi
    status=0
    wait $child 2>/dev/null || status=$?
    case $status in
    0)
        finished=1
        # It was at its end before all kills were made: begin anew, and compare each time.
        cmp "$scratch/calm/model" "$scratch/killed/model" || { echo "other bits after $killed kills"; exit 1; }
        [ $killed -ge "$kills" ] || rm -rf "$scratch/killed"/*
        ;;
    137)
        killed=$((killed + 1))
        [ -z "$(find "$scratch/killed" -name '*.part')" ] || writing=$((writing + 1))
        ;;
    *) echo "status $status after $killed kills"; exit 1 ;;
    esac
done
parts=$(find "$scratch/killed" -name '*.part' | wc -l)
[ "$parts" -le 1 ] || { echo "$parts files that were never finished are left"; exit 1; }
[ "$kills" -lt 50 ] || [ $writing -gt 0 ] || { echo "no kill of $kills came while a checkpoint was written"; exit 1; }
echo "killed $killed times in $runs runs, $writing times while a checkpoint was written: the same bits"
