#!/bin/sh
# Every public header compiles alone, as C11 and as C++17, without a warning, in each compiler that is here; gan.h
# includes all of them, and the build installs all of them.
#   headers.sh SOURCE-ROOT VERSION INSTALLED-HEADER...
set -eu
root=$1 version=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() { echo "FAILED: $*"; failed=1; }

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'
tried=
for compiler in gcc clang g++ clang++; do
    command -v $compiler >/dev/null || continue
    case $compiler in
    *++) language='-x c++ -std=c++17' ;;
    *) language='-x c -std=c11 -Wstrict-prototypes -Wmissing-prototypes' ;;
    esac
    # clang++ is of no use where no C++ library is installed.
    case $compiler in
    *++) echo '#include <cstddef>' | $compiler $language -fsyntax-only - 2>/dev/null || continue ;;
    esac
    tried="$tried $compiler"
    for header in "$root"/include/gan/*.h; do
        name=gan/$(basename "$header")
        printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$name" "$name" >"$scratch/alone.c"
        $compiler $language $warnings -I"$root/include" -fsyntax-only "$scratch/alone.c" ||
            complain "<$name> alone with $compiler"
    done
done
[ -n "$tried" ] || complain "no compiler among gcc, clang, g++ and clang++"
echo "compiled alone by:$tried"

for header in "$root"/include/gan/*.h; do
    name=$(basename "$header")
    [ "$name" = gan.h ] || grep -q "^#include \"$name\"" "$root/include/gan/gan.h" || complain "gan.h does not include $name"
    case " $* " in
    *"/$name "*) ;;
    *) complain "include/gan/meson.build does not install $name" ;;
    esac
done

unmarked=$(grep -nE '^(const |unsigned |struct |enum )*[a-z0-9_]+ \**gan_[a-z0-9_]+\(' "$root"/include/gan/*.h || true)
[ -z "$unmarked" ] || complain "declared without GAN_API, so that no program could call it: $unmarked"

written=$(sed -n 's/^#define GAN_VERSION_[MP][A-Z]* *//p' "$root/include/gan/base.h" | tr '\n' .)
[ "$written" = "$version." ] || complain "gan/base.h says version $written and meson.build $version"
exit $failed
