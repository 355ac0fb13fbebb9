#!/bin/sh
# Every C file is as clang-format leaves it. Versions differ in detail, so only one is asked.
#   format.sh SOURCE-ROOT
set -eu
version=14
formatter=clang-format-$version
command -v $formatter >/dev/null || formatter=clang-format
$formatter --version 2>/dev/null | grep -q "version $version\." || {
    echo "skipped: no clang-format $version here"
    exit 77
}
cd "$1"
find include src tests examples -name '*.[ch]' -o -name '*.cpp' | sort | xargs $formatter --dry-run -Werror || {
    echo "FAILED: run clang-format -i on these files"
    exit 1
}
