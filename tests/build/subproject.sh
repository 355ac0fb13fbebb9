#!/bin/sh
# libgan is used as a meson subproject by a program of another project: only the library is built, no test, no example.
#   subproject.sh SOURCE-ROOT
set -eu
root=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A child of this test is no part of the build that runs it.
unset MESON_TESTTHREADS MESON_TEST_ITERATION MESON_BUILD_ROOT MESON_SOURCE_ROOT 2>/dev/null || true

mkdir -p "$scratch/subprojects/gan"
for part in LICENSE meson.build meson_options.txt docs examples include src tests; do
    cp -R "$root/$part" "$scratch/subprojects/gan/"
done
cat >"$scratch/meson.build" <<'END'
project('user', 'c', default_options: ['c_std=c11', 'warning_level=3'])
gan = dependency('gan', fallback: 'gan')
executable('user', 'user.c', dependencies: gan)
END
cat >"$scratch/user.c" <<'END'
#include <gan/gan.h>
#include <stdio.h>

int main(void)
{
    printf("libgan %s as a subproject\n", gan_version());
    return 0;
}
END
# -O0: that it builds is the question here.
meson setup --wrap-mode=forcefallback --optimization=0 "$scratch/build" "$scratch" >"$scratch/log" 2>&1 &&
    meson compile -C "$scratch/build" >>"$scratch/log" 2>&1 || {
    cat "$scratch/log"
    exit 1
}
"$scratch/build/user"

programs=$(find "$scratch/build" -type f -perm -u+x ! -name '*.so*' ! -path '*/meson-private/*')
[ "$programs" = "$scratch/build/user" ] || {
    echo "FAILED: more was built than the library and its user:"
    echo "$programs"
    exit 1
}
