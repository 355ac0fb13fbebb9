#!/bin/sh
# Builds the fuzz targets (clang, AddressSanitizer, UBSan), runs one after the other, and prints how often each reader
# was run; what breaks one is left in the current folder, and said.
#   sh tests/fuzz/all.sh [SECONDS-EACH [BUILD-FOLDER [TARGET...]]]     default: 60 seconds, build-fuzz, all targets
# Corpora grow in BUILD-FOLDER/corpora, so that the next time goes on where this one stopped.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-60} build=${2:-$root/build-fuzz}
[ $# -lt 2 ] && shift $# || shift 2
command -v clang >/dev/null || {
    echo "skipped: no clang to build the fuzz targets with (apt-get install clang)"
    exit 77
}
[ -e "$build/build.ninja" ] ||
    CC=clang meson setup "$build" "$root" -Dfuzz=enabled -Dtests=enabled -Dexamples=false -Ddocs=disabled \
        -Ddefault_library=static -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debugoptimized
built=$(ninja -C "$build" -t targets all | sed -n 's/^tests\/fuzz\/fuzz-\([a-z_]*\): .*/\1/p' | sort -u)
targets=${*:-$built} # those whose libraries are there
programs=tests/fuzz/write-seeds
for target in $targets; do
    programs="$programs tests/fuzz/fuzz-$target"
done
ninja -C "$build" $programs
total=0 failed=0
export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for target in $targets; do
    log=$build/fuzz-$target.txt
    sh "$root/tests/fuzz/run.sh" "$build/tests/fuzz/fuzz-$target" "$build/tests/fuzz/write-seeds" "$target" "$seconds" \
        "$build/corpora/$target" >"$log" 2>&1 || {
        failed=$((failed + 1))
        echo "$target: FAILED, see $log"
        continue
    }
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    total=$((total + count))
    printf '%-16s %12d executions in %d s\n' "$target" "$count" "$seconds"
done
printf '%-16s %12d executions, %d failed\n' all "$total" "$failed"
[ "$failed" = 0 ]
