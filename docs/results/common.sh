#!/bin/sh
# What the scripts beside it share; they source it. Rows are kept as lines of comma-separated values in WORK, so that a
# script that is stopped goes on with the runs that are missing when it is started again.
#   BUILD  the build folder (default: build)     WORK   where rows lie (default: BUILD/results)
#   MNIST  a folder with MNIST's files (default: ../shared/data/mnist)
#   DRAWN  1: digits that the library draws, for trying a script where MNIST is missing; their rows lie apart
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
work=${WORK:-$build/results}
mkdir -p "$work"
mnist=${MNIST:-$root/../shared/data/mnist}
[ -s "$mnist/train-images-idx3-ubyte.gz" ] || [ -s "$mnist/train-images-idx3-ubyte" ] || mnist=
page=$root/docs/results.md

# digits : the scripts that need some call it first
digits() {
    if [ -n "${DRAWN:-}" ]; then
        mnist='' work=$work/drawn PRINT=1
        mkdir -p "$work"
    elif [ -z "$mnist" ]; then
        echo "no MNIST in ${MNIST:-$root/../shared/data/mnist}: give MNIST=FOLDER (examples/fetch-mnist.sh gets it), or DRAWN=1" >&2
        exit 1
    fi
}

# done_rows FILE PATTERN : how many rows of the file match
done_rows() {
    [ -e "$work/$1" ] || : >"$work/$1"
    grep -c -e "$2" "$work/$1" || true
}
# The network that reads digits, trained once.
reader() {
    [ -s "$work/reader.safetensors" ] || {
        "$build/examples/classifier" ${mnist:+--data "$mnist"} --save "$work/reader.tmp" >"$work/reader.log" &&
            mv "$work/reader.tmp" "$work/reader.safetensors"
    } >&2
    echo "$work/reader.safetensors"
}
# How well it does, in its program's words
reading() { sed -n 's/.*: reads /a reader that reads /p' "$work/reader.log"; }
machine() {
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
    echo "${model:-an unknown processor}, $(nproc) cores, $(date -u +%Y-%m-%d)"
}
# publish NAME COMMAND [WITH] : puts what comes in between the page's lines `<!-- NAME -->` and `<!-- /NAME -->`, under
# the machine and the command; without a page, or with PRINT=1, prints it.
publish() {
    {
        echo "Made by \`$2\` on $(machine)${3:+, with $3}."
        echo
        cat
    } >"$work/$1.md"
    if [ -n "${PRINT:-}" ] || ! grep -qx "<!-- $1 -->" "$page"; then
        cat "$work/$1.md"
        return
    fi
    awk -v name="$1" -v rows="$work/$1.md" '
        $0 == "<!-- /" name " -->" { inside = 0 }
        !inside { print }
        $0 == "<!-- " name " -->" { inside = 1; while ((getline line < rows) > 0) print line }' "$page" >"$work/page.tmp"
    cat "$work/page.tmp" >"$page"
    echo "$page: $1"
}
# summary FILE PATTERN FIELD... : of the rows that match, "mean ± standard error" of each field (of one row the field
# alone), and how many there are
summary() {
    file=$1 pattern=$2
    shift 2
    grep -e "$pattern" "$work/$file" | awk -F, -v fields="$*" '
        { n++; for (i = 1; i <= split(fields, f, " "); i++) { sum[i] += $f[i]; squares[i] += $f[i] ^ 2 } }
        END { if (n == 0) { printf "not measured"; for (i = split(fields, f, " "); i > 0; i--) printf " |"; print ""; exit }
              for (i = 1; i <= split(fields, f, " "); i++) {
                  mean = sum[i] / n; spread = n > 1 ? (squares[i] - n * mean ^ 2) / (n - 1) : 0
                  printf "%s%.4g", (i > 1 ? " | " : ""), mean
                  if (n > 1) printf " ± %.2g", sqrt((spread > 0 ? spread : 0) / n) }
              printf " | %d\n", n }'
}
