#!/bin/sh
# examples/fetch-mnist.sh, with a folder as its mirror: it fetches, checks, does nothing twice, mends what is damaged,
# and leaves nothing half done.
#   fetch_mnist.sh SOURCE-ROOT
set -eu
root=$1
mnist=${GAN_MNIST_DIR:-$root/../shared/data/mnist}
[ -s "$mnist/train-images-idx3-ubyte.gz" ] || {
    echo "skipped: no MNIST at $mnist (GAN_MNIST_DIR names another place)"
    exit 77
}
command -v curl >/dev/null || {
    echo "skipped: no curl here, which can read from a folder"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*"
    cat "$scratch/log"
    exit 1
}
fetch() { GAN_MNIST_MIRROR=file://$1 sh "$root/examples/fetch-mnist.sh" "$scratch/here" >"$scratch/log" 2>&1; }
# The folder holds the four files and nothing else, not even a temporary one.
four_files() { [ "$(ls -A "$scratch/here")" = "$(cd "$scratch/good" && ls)" ]; }

mkdir "$scratch/good" "$scratch/bad"
cp "$mnist"/t10k-*.gz "$mnist"/train-*.gz "$scratch/good/"
chmod u+w "$scratch"/good/*

fetch "$scratch/good" || fail "it does not fetch"
four_files || fail "not the four files"
grep -q 'MNIST is in' "$scratch/log" || fail "it does not say where they are"

fetch "$scratch/bad" || fail "it fetches again what is there (from a mirror that has nothing)"
[ "$(grep -c '^have ' "$scratch/log")" = 4 ] || fail "it does not say that they are there"

# Labels that are a proper .gz, but of other content; then cut off.
printf 'no digits' | gzip >"$scratch/bad/t10k-labels-idx1-ubyte.gz"
rm "$scratch/here/t10k-labels-idx1-ubyte.gz"
fetch "$scratch/bad" && fail "it accepts a wrong file"
grep -q 't10k-labels-idx1-ubyte.gz .*sha256 differs' "$scratch/log" || fail "it does not name the wrong file"
[ "$(ls -A "$scratch/here" | wc -l)" = 3 ] || fail "it leaves a wrong file behind"
head -c 1000 "$mnist/t10k-labels-idx1-ubyte.gz" >"$scratch/here/t10k-labels-idx1-ubyte.gz"
fetch "$scratch/good" || fail "it does not replace a truncated file"
four_files || fail "not the four files after mending"

sh "$root/examples/fetch-mnist.sh" >"$scratch/log" 2>&1 && fail "it runs without a folder"
grep -q '^usage:' "$scratch/log" || fail "it does not say how it is called"
