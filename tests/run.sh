#!/bin/sh
# From a fresh clone to "N passed, N failed": installs what is missing, builds in build/, and runs the tests.
#   sh tests/run.sh               everything but the long tests
#   sh tests/run.sh --long        the same, then the long tests
# and for those who work on libgan, instead of these, one or several of
#   --sanitize                    the unit tests under AddressSanitizer and UBSan (in build-sanitize/)
#   --tsan                        the unit tests under ThreadSanitizer (in build-tsan/)
#   --valgrind                    the unit tests under valgrind (in build-valgrind/)
#   --levels                      the unit tests at each instruction set that this machine has (GAN_CPU)
# Tests of real digits need the four MNIST files, in ../shared/data/mnist or where GAN_MNIST_DIR says
# (examples/fetch-mnist.sh gets them), and are skipped without.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/examples/set-up.sh"

usage() {
    sed -n '2,/^set -u/s/^# \{0,1\}//p' "$0"
    exit "$1"
}

stages=
needed='compiler c++ meson pkg-config blis zlib png jpeg jansson onnx check'
for option; do
    case $option in
    --long) stages="$stages normal long" needed="$needed abidiff" ;;
    --sanitize | --tsan | --levels) stages="$stages ${option#--}" ;;
    --valgrind) stages="$stages valgrind" needed="$needed valgrind" ;;
    --help) usage 0 ;;
    *)
        echo "run.sh: there is no option $option" >&2
        usage 2 >&2
        ;;
    esac
done

passed=0 failed=0 skipped=0
finish() {
    [ "$((passed + failed))" -gt 0 ] || failed=1
    line="$passed passed, $failed failed"
    [ $skipped = 0 ] || line="$line, $skipped skipped"
    echo "$line"
    [ $failed = 0 ]
    exit
}

# count LOG WORD : the number behind a word in the summary that ends meson's log
count() { awk -v word="$2:" 'index($0, word) == 1 { n = $NF } END { print n + 0 }' "$1"; }

# run_tests TITLE BUILD-FOLDER ARGUMENT-OF-MESON-TEST... ; a TITLE names the log, too
run_tests() {
    title=$1 folder=$2
    shift 2
    echo "== $title"
    rm -f "$folder/meson-logs/$title"*.txt
    status=0
    meson test -C "$folder" --no-rebuild --print-errorlogs --logbase "$title" "$@" </dev/null || status=$?
    log=$(find "$folder/meson-logs" -name "$title*.txt") # meson adds the wrapper to the name
    if [ -n "$log" ]; then
        passed=$((passed + $(count "$log" Ok) + $(count "$log" 'Expected Fail')))
        bad=$(($(count "$log" Fail) + $(count "$log" Timeout) + $(count "$log" 'Unexpected Pass')))
        failed=$((failed + bad))
        skipped=$((skipped + $(count "$log" Skipped)))
        grep '^skipped:' "$log" | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 x /'
        [ $status = 0 ] || [ $bad != 0 ] || failed=$((failed + 1))
    elif [ $status != 0 ]; then
        failed=$((failed + 1)) # meson itself stumbled, and said how
    fi
}

# prepare BUILD-FOLDER MESON-OPTION... : sets up and builds; false, and a failure counted, if that is not possible
prepare() {
    folder=$1
    shift
    echo "== building in $folder"
    configure "$folder" "$root" -Dtests=enabled "$@" && build "$folder" || {
        failed=$((failed + 1))
        return 1
    }
}

# instrumented NAME MESON-OPTION... : a build of its own, with debugging information, of what the unit tests need
instrumented() {
    name=$1
    shift
    prepare "$root/build-$name" --buildtype=debugoptimized -Ddefault_library=static -Dexamples=false "$@"
}

stage() {
    case $1 in
    normal)
        prepare "$root/build" && run_tests tests "$root/build" --no-suite long
        ;;
    long)
        prepare "$root/build" && run_tests long "$root/build" --suite long
        ;;
    sanitize)
        instrumented sanitize -Db_sanitize=address,undefined -Db_lundef=false &&
            ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
                UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
                run_tests sanitize "$root/build-sanitize" --suite unit --timeout-multiplier 5
        ;;
    tsan)
        # A kernel that scatters addresses widely does it too widely for ThreadSanitizer of gcc 12.
        instrumented tsan -Db_sanitize=thread -Db_lundef=false &&
            TSAN_OPTIONS=halt_on_error=1 \
                run_tests tsan "$root/build-tsan" --suite unit --timeout-multiplier 10 --wrapper "setarch $(uname -m) -R"
        ;;
    valgrind)
        instrumented valgrind &&
            run_tests valgrind "$root/build-valgrind" --suite unit --timeout-multiplier 50 --wrapper \
                "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
                    --suppressions='$root/tests/valgrind.supp'"
        ;;
    levels)
        prepare "$root/build" || return
        for level in baseline avx2 avx512 neon; do
            [ "$(GAN_CPU=$level "$root/build/tests/build/print-level")" = $level ] || continue
            export GAN_CPU=$level
            run_tests "level-$level" "$root/build" --suite unit
            unset GAN_CPU
        done
        ;;
    esac
}

set_up $needed || {
    failed=1
    finish
}
for name in ${stages:-normal}; do
    stage "$name"
done
finish
