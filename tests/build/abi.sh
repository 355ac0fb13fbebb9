#!/bin/sh
# The library's binary interface is still the one that programs were built against: abidiff finds no change from the
# committed baseline but functions that were added, and options that grew at their end (abi/allowed.suppr). To take on the
# present interface as the baseline, before a release or after an addition:
#   sh tests/build/abi.sh update
# As a test:
#   abi.sh SOURCE-ROOT PLACE       PLACE: a folder that is kept, in which a library with debugging information is built
set -eu
export LC_ALL=C
if [ "${1-}" = update ]; then
    root=$(cd "$(dirname "$0")/../.." && pwd) place=$(mktemp -d) update=yes
    trap 'rm -rf "$place"' EXIT
else
    root=$1 place=$2 update=no
fi
here=$root/tests/build/abi
baseline=$here/libgan-$(uname -m).abi
fail() {
    echo "FAILED: $*"
    exit 1
}
if ! command -v abidiff >/dev/null || ! command -v abidw >/dev/null; then
    echo "skipped: no abidiff and abidw (on Debian or Ubuntu: apt-get install abigail-tools)"
    [ $update = no ] || exit 1
    exit 77
fi
if [ $update = no ] && [ ! -e "$baseline" ]; then
    echo "skipped: no baseline for $(uname -m)"
    exit 77
fi

# dump FILE: the interface of the sources as they are, as text: public types and functions, and no path of this machine
dump() {
    mkdir -p "$place"
    [ -e "$place/build/build.ninja" ] ||
        meson setup "$place/build" "$root" -Ddefault_library=shared -Dtests=disabled -Dexamples=false -Ddocs=disabled \
            --buildtype=debug -Doptimization=0 --libdir lib >"$place/log" 2>&1 || { cat "$place/log"; fail "no build"; }
    ninja -C "$place/build" >"$place/log" 2>&1 || { cat "$place/log"; fail "no build"; }
    abidw --no-corpus-path --no-comp-dir-path --no-elf-needed --exported-interfaces-only --type-id-style hash \
        --out-file "$place/raw" "$place/build/src/libgan.so"
    # Of a type that no public header has, only that it exists is part of the interface: its insides go. (abidw's own
    # --drop-private-types leaves those that a member of a public struct points to; a suppression drops parameters, too.)
    awk '
        hidden == 0 && /<(class|union)-decl .*[^\/]>$/ && !/ filepath=[^ ]*\/include\/gan\// {
            gsub(/ (size-in-bits|filepath|line|column|visibility)=.[^\047]*\047/, "")
            sub(/ id=/, " visibility=\047default\047 is-declaration-only=\047yes\047 id=")
            sub(/>$/, "/>")
            print
            hidden = 1
            next
        }
        hidden > 0 && /<(class|union)-decl .*[^\/]>$/ { hidden++ }
        hidden == 0 { print }
        hidden > 0 && /<\/(class|union)-decl>/ { hidden-- }
    ' "$place/raw" |
        sed "s/^ *//; s/ filepath='[^']*' line='[0-9]*' column='[0-9]*'//g; s/ path='[^']*\/src\// path='src\//
            s/ path='[^']*\/include\// path='include\//" >"$1"
    ! grep -qF "$root" "$1" || fail "the dump holds this machine's paths"
}
compare() { abidiff --no-added-syms --suppressions "$here/allowed.suppr" "$1" "$2" >"$place/report" 2>&1; }

dump "$place/now"
if [ $update = yes ]; then
    cp "$place/now" "$baseline"
    echo "$baseline: $(grep -c '<function-decl .*elf-symbol-id' "$baseline") functions"
    exit 0
fi
compare "$baseline" "$place/now" || {
    cat "$place/report"
    fail "the binary interface is another than that of the baseline. If old programs keep running with it, take it on:" \
        "sh tests/build/abi.sh update. If not, and there was a release: a new soname (abi in meson.build)."
}
# That it would find a change: a function that is gone, a parameter of another type, a field that moved.
sed "/elf-symbol name='gan_model_save'/d; /function-decl name='gan_model_save'/,/<\/function-decl>/d" "$place/now" >"$place/gone"
! compare "$baseline" "$place/gone" || fail "a function that is gone is not noticed"
integer=$(sed -n "s/.*type-decl name='int' size-in-bits='32' id='\([0-9a-f]*\)'.*/\1/p" "$place/now" | head -n 1)
number=$(sed -n "s/.*type-decl name='float' size-in-bits='32' id='\([0-9a-f]*\)'.*/\1/p" "$place/now" | head -n 1)
sed "/<function-decl name='gan_set_threads'/,/<\/function-decl>/s/<parameter type-id='$integer'/<parameter type-id='$number'/" \
    "$place/now" >"$place/other"
! cmp -s "$place/now" "$place/other" || fail "gan_set_threads has no parameter of type int in the dump"
! compare "$baseline" "$place/other" || fail "a parameter of another type is not noticed"
sed "/<class-decl name='gan_allocator'/,/<\/class-decl>/s/layout-offset-in-bits='64'/layout-offset-in-bits='192'/" \
    "$place/now" >"$place/moved"
! cmp -s "$place/now" "$place/moved" || fail "gan_allocator is not in the dump"
! compare "$baseline" "$place/moved" || fail "a field that moved is not noticed"
echo "the binary interface is that of the baseline"
