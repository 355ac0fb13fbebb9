#!/bin/sh
# The library, the examples and the tests compile without a warning in one more compiler.
#   warnings.sh SOURCE-ROOT COMPILER
set -eu
root=$1 compiler=$2
command -v "$compiler" >/dev/null || {
    echo "skipped: no $compiler here"
    exit 77
}
case $compiler in
*clang*) optimization=0 ;; # clang's warnings do not depend on it
*) optimization=1 ;;       # gcc finds what may be uninitialised only when it optimises
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
CC=$compiler CFLAGS='' meson setup --werror --optimization=$optimization -Dtests=enabled -Ddocs=disabled \
    "$scratch/build" "$root" >"$scratch/log" 2>&1 &&
    ninja -k 0 -C "$scratch/build" >>"$scratch/log" 2>&1 || {
    sed '/^\[[0-9]*\/[0-9]*\]/d' "$scratch/log"
    exit 1
}
echo "$compiler: $(grep -c '"file":' "$scratch/build/compile_commands.json") files without a warning"
