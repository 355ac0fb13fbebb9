#!/bin/sh
# One fuzz target for a while, from its seeds; what it found that breaks something is left in the current folder.
#   run.sh FUZZ-PROGRAM WRITE-SEEDS TARGET SECONDS [CORPUS-FOLDER]
set -eu
program=$1 write_seeds=$2 target=$3 seconds=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
corpus=${5:-$scratch/corpus}
mkdir -p "$corpus"
"$write_seeds" "$scratch/seeds"
# malloc_limit_mb: no reader may ask for memory that its file does not justify.
"$program" -max_total_time="$seconds" -max_len=8192 -timeout=60 -malloc_limit_mb=256 -rss_limit_mb=1024 -print_final_stats=1 \
    "$corpus" "$scratch/seeds/$target" >"$scratch/log" 2>&1 || {
    tail -60 "$scratch/log"
    exit 1
}
grep -E 'DONE|number_of_executed_units' "$scratch/log"
