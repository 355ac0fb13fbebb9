#!/bin/sh
# The C in README.md and docs/*.md compiles without a warning, against the public headers alone. A ```c block with a
# main is a complete program, compiled as it stands. Any other follows snippets.h, which declares the names that such
# passages have in common: a block that defines a function (a line that is only "}") as a file, the rest as the body of
# one.
#   snippets.sh SOURCE-ROOT
set -eu
root=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror'

# extract FILE : each of its blocks into $scratch/<file>-<line>.block
extract() {
    name=$(echo "${1#"$root"/}" | tr / -)
    awk -v to="$scratch/$name" '
        !inside && /^```c$/ { inside = 1; file = to "-" NR ".block"; printf "" >file; next }
        inside && /^```/ { inside = 0; close(file); next }
        inside { print >file }
        END { exit inside }' "$1" || {
        echo "FAILED: a code block of $1 has no end"
        exit 1
    }
}

# wrap BLOCK : a file to compile
wrap() {
    if grep -q '^int main(' "$1"; then
        cat "$1"
    elif grep -q '^}$' "$1"; then
        printf '#include "snippets.h"\n' && cat "$1"
    else
        printf '#include "snippets.h"\nint passage(SNIPPET_NAMES);\nint passage(SNIPPET_NAMES)\n{\n{\n'
        cat "$1"
        printf '}\nreturn 0;\n}\n'
    fi
}

for page in "$root"/README.md "$root"/docs/*.md; do
    extract "$page"
done
failed=0 programs=0 passages=0
for block in "$scratch"/*.block; do
    wrap "$block" >"$block.c"
    case $(cat "$block") in
    *'int main('*) lenient='' programs=$((programs + 1)) ;;
    *) lenient='-Wno-unused -Wno-missing-prototypes' passages=$((passages + 1)) ;;
    esac
    cc -std=c11 $warnings $lenient -I"$root/include" -I"$root/tests/build" -fsyntax-only "$block.c" || {
        echo "FAILED: the block of ${block##*/}"
        failed=1
    }
done
echo "$programs programs, $passages passages"
[ $programs -ge 2 ] || failed=1
exit $failed
