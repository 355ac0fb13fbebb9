#!/bin/sh
# From a fresh clone to generated digits: installs what is missing, builds, trains, and says where the pictures are.
#   sh examples/quickstart.sh [OPTION OF build/examples/mnist]...      e.g. --preset article --epochs 3
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/examples/set-up.sh"

set_up compiler meson pkg-config blis zlib png jpeg jansson
echo "Building in $root/build (a minute or two the first time)"
configure "$root/build" "$root" -Dexamples=true
build "$root/build" examples/mnist
"$root/build/examples/mnist" "$@"

out=out
help=
previous=
for argument; do
    case $argument in
    --out=*) out=${argument#--out=} ;;
    -h | --help) help=yes ;;
    esac
    [ "$previous" != --out ] || out=$argument
    previous=$argument
done
[ -n "$help" ] || {
    echo "The pictures:"
    find "$out" -name '*.png' 2>/dev/null | sort | sed 's/^/  /'
}
