#!/bin/sh
# The reference manual is made from the public headers without a warning.
#   reference.sh DOXYFILE
set -eu
command -v doxygen >/dev/null && [ -s "$1" ] || {
    echo "skipped: no Doxygen here when the build was set up"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
{ cat "$1"; echo "OUTPUT_DIRECTORY = \"$scratch\""; } | doxygen -
[ -s "$scratch/html/index.html" ]
