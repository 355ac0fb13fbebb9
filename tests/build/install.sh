#!/bin/sh
# libgan as it is installed: into a scratch folder; each example, and a C++ program, built there with nothing but the
# compiler and pkg-config, shared and static, and run where it has a quick way; then uninstalled without a trace.
#   install.sh SOURCE-ROOT BUILD-ROOT
set -eu
unset LD_LIBRARY_PATH # meson sets it to the build folder, and what is installed is meant here
root=$1 build=$2
scratch=$(mktemp -d)
tree=$scratch/tree
log=$build/meson-logs/install-log.txt
restore_log() { if [ -e "$scratch/install-log" ]; then cp "$scratch/install-log" "$log"; else rm -f "$log"; fi; }
trap 'restore_log; rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*"
    exit 1
}

# `ninja uninstall` reads that log: a real installation from this build folder must stay removable.
[ ! -e "$log" ] || cp "$log" "$scratch/install-log"
meson install -C "$build" --no-rebuild --quiet --tags runtime,devel --destdir "$tree"

pc=$(find "$tree" -name gan.pc)
[ -n "$pc" ] || fail "no gan.pc was installed"
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$tree
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR

[ -n "$(find "$tree" -name 'libgan.so')" ] && shared=yes || shared=no
[ -n "$(find "$tree" -name 'libgan.a')" ] && static=yes || static=no

if [ $shared = yes ]; then
    for word in $(pkg-config --libs gan); do
        case $word in
        -L"$tree"/* | -lgan) ;;
        *) fail "pkg-config --libs gan gives $word" ;;
        esac
    done
fi
for word in $(pkg-config --cflags gan); do
    case $word in
    -I"$tree"/*/include) ;;
    *) fail "pkg-config --cflags gan gives $word" ;;
    esac
done
for word in -lgan -lblis -lm; do
    pkg-config --static --libs gan | tr ' ' '\n' | grep -qx -e "$word" || fail "pkg-config --static --libs gan lacks $word"
done
for header in "$root"/include/gan/*.h; do
    [ -n "$(find "$tree" -path "*/include/gan/$(basename "$header")")" ] || fail "$header was not installed"
done

# quick_run PROGRAM WAY: the options of its quick run; "no" where it has none (what takes seconds runs in one way only)
quick_run() {
    case $1-$2 in
    own_loop-* | cxx_train-* | hello-shared) echo "" ;;
    mnist-shared) echo "--epochs 1 --quiet --out out" ;;
    train-shared) echo "out --size 16 --width 4 --batch 2 --steps 2 --out trained" ;; # on what mnist has drawn
    toy-shared) echo "--steps 20 --batch 32 --samples 200" ;;
    mnist-* | classifier-* | toy-* | dcgan-* | train-*) echo "--help" ;;
    *) echo no ;;
    esac
}

# try WAY [COMPILER-OPTION]... : builds each program, alone (but for a header beside it), with nothing but
# `cc PROGRAM $flags`, and runs it
try() {
    way=$1
    shift
    mkdir "$scratch/$way"
    cd "$scratch/$way"
    for source in "$root"/examples/*.c "$root"/tests/build/cxx_train.cpp; do
        [ -e "$source" ] || continue
        cp "$source" .
        sed -n 's/^#include "\(.*\.h\)"$/\1/p' "$source" | while read -r header; do cp "$root/examples/$header" .; done
        file=$(basename "$source")
        name=${file%.*}
        case $file in
        *.c)
            math= # for those whose own first lines say that they want the C library's mathematics
            ! grep -q '^ \*   cc .* -lm' "$file" || math=-lm
            cc "$@" -o "$name" "$file" $flags $math || fail "$file does not build: $way"
            ;;
        *)
            command -v c++ >/dev/null || continue
            c++ "$@" -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -o "$name" "$file" $flags ||
                fail "$file does not build: $way"
            ;;
        esac
        arguments=$(quick_run "$name" "$way")
        if [ "$arguments" = no ]; then
            echo "$way: $name builds"
        else
            "./$name" $arguments >"$name.log" 2>&1 </dev/null || {
                cat "$name.log"
                fail "$name $arguments does not run: $way"
            }
            echo "$way: $name builds and runs"
        fi
    done
    cd "$scratch"
}

if [ $shared = yes ]; then
    LD_LIBRARY_PATH=$(dirname "$(find "$tree" -name 'libgan.so')")
    export LD_LIBRARY_PATH
    flags=$(pkg-config --cflags --libs gan)
    try shared
    unset LD_LIBRARY_PATH
fi
if [ $static = yes ]; then
    mkdir "$scratch/aside"
    find "$tree" -name 'libgan.so*' | while read -r library; do
        [ "$(dirname "$library")" = "$(dirname "$(find "$tree" -name libgan.a)")" ] || fail "$library is not beside libgan.a"
        mv "$library" "$scratch/aside/"
    done
    flags=$(pkg-config --static --cflags --libs gan)
    try static
    # A program of one file, where the others' archives (BLIS's, libpng's …) are here too.
    echo 'int main(void) { return 0; }' >"$scratch/empty.c"
    if cc -static -o "$scratch/empty" "$scratch/empty.c" $flags 2>/dev/null; then
        try wholly-static -static
    fi
    find "$scratch/aside" -name 'libgan.so*' | while read -r library; do
        mv "$library" "$(dirname "$(find "$tree" -name libgan.a)")/"
    done
fi

# What `ninja uninstall` runs.
(cd "$build" && meson --internal uninstall >/dev/null)
left=$(find "$scratch" -path "$tree/*" ! -type d)
[ -z "$left" ] || fail "left after uninstalling:" $left
