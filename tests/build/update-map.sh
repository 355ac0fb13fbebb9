#!/bin/sh
# Writes src/gan.map, the list of the functions that libgan.so exports, from the public headers:
#   sh tests/build/update-map.sh
# To be run after a function was added to a header. Once there is a release, a function that is gone from the list, or
# means something else, asks for a new number of the soname (`abi` in meson.build).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
map=$here/../../src/gan.map
names=$(sh "$here/declared.sh" | uniq)
{
    echo "# Written by tests/build/update-map.sh from include/gan/*.h."
    echo "GAN_0 {"
    echo "    global:"
    printf '        %s;\n' $names
    echo "    local:"
    echo "        *;"
    echo "};"
} >"$map.new"
mv "$map.new" "$map"
echo "src/gan.map: $(printf '%s\n' "$names" | wc -l) functions"
