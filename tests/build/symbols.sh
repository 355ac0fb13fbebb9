#!/bin/sh
# What libgan.so exports is what src/gan.map lists, and that is what the public headers declare. Also: its soname, the
# names in libgan.a, and the calls that a library has no business to make.
#   symbols.sh SOURCE-ROOT SHARED-LIBRARY STATIC-LIBRARY ABI ASSERTS(true|false); "-" for a library that was not built
set -eu
export LC_ALL=C
root=$1 shared=$2 static=$3 abi=$4 asserts=$5
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() { echo "FAILED: $*"; failed=1; }
same() { # same FILE FILE: what is in one list only
    diff "$scratch/$1" "$scratch/$2" >"$scratch/difference" || {
        complain "$3"
        grep '^[<>]' "$scratch/difference" | sed "s/^</  only in the $1:/; s/^>/  only in the $2:/"
    }
}

sh "$root/tests/build/declared.sh" >"$scratch/headers"
[ -s "$scratch/headers" ] || complain "no GAN_API declaration was found in include/gan/*.h"
twice=$(uniq -d "$scratch/headers")
[ -z "$twice" ] || complain "declared more than once:" $twice
sed -n 's/^ *\([a-z0-9_]*\);$/\1/p' "$root/src/gan.map" | sort >"$scratch/map"
same map headers "src/gan.map is not what the headers declare: sh tests/build/update-map.sh"

if [ "$shared" != - ]; then
    nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$scratch/library"
    same map library "libgan.so does not export what src/gan.map lists (a declared function without a definition?)"
    soname=$(readelf -d "$shared" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
    [ "$soname" = "libgan.so.$abi" ] || complain "the soname is $soname, not libgan.so.$abi"

    # It never exits, aborts, prints, handles signals, or touches rand, the environment or the locale. uselocale:
    # json_read.c alone, for this thread and while jansson is at work, which takes any decimal point for one byte.
    forbidden='exit|_exit|_Exit|quick_exit|abort|printf|vprintf|puts|putchar|putc|perror|stdout|stderr|psignal|
        signal|sigaction|sigprocmask|rand|srand|random|srandom|drand48|srand48|setlocale|putenv|setenv|unsetenv|
        __printf_chk|__vprintf_chk|system'
    [ "$asserts" = true ] || forbidden="$forbidden|__assert_fail"
    found=$(nm -D --undefined-only "$shared" | sed 's/^ *[Uw] //; s/@.*//' |
        grep -xE "$(echo "$forbidden" | tr -d ' \n')" || true)
    [ -z "$found" ] || complain "libgan.so calls" $found
fi

if [ "$static" != - ]; then
    nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/archive"
    foreign=$(grep -v '^gan_' "$scratch/archive" || true)
    [ -z "$foreign" ] || complain "global names in libgan.a without the prefix gan_:" $foreign
    missing=$(comm -23 "$scratch/map" "$scratch/archive")
    [ -z "$missing" ] || complain "not in libgan.a:" $missing
    # Whole: what one object of it wants of libgan, another has.
    wanted=$(nm -g --undefined-only "$static" 2>/dev/null | awk '$1 == "U" && $2 ~ /^gan_/ { print $2 }' | sort -u |
        comm -23 - "$scratch/archive")
    [ -z "$wanted" ] || complain "libgan.a wants, and does not have:" $wanted
    [ "$(head -c 7 "$static")" = '!<arch>' ] || complain "libgan.a is a thin archive: it refers to files of the build"
fi
exit $failed
