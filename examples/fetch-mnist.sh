#!/bin/sh
# Downloads MNIST (LeCun, Cortes, Burges: 70,000 handwritten digits, 11 MB) for build/examples/mnist --data DIR.
#   sh examples/fetch-mnist.sh DIR
# What is there already and whole is not fetched again. Needs curl or wget. GAN_MNIST_MIRROR names another place that has
# the four .gz files.
set -eu

mirrors='https://ossci-datasets.s3.amazonaws.com/mnist
https://storage.googleapis.com/cvdf-datasets/mnist'
[ -z "${GAN_MNIST_MIRROR:-}" ] || mirrors=$GAN_MNIST_MIRROR

# sha256 of each file's content, uncompressed: mirrors compress differently.
files='
train-images-idx3-ubyte ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1-ubyte 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3-ubyte 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1-ubyte ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'

fail() {
    echo "fetch-mnist.sh: $*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

sha256() { # of the standard input
    if have sha256sum; then
        sha256sum
    elif have shasum; then
        shasum -a 256
    else
        openssl dgst -sha256 -r
    fi | cut -d ' ' -f 1
}

download() { # download URL FILE
    if have curl; then
        curl --fail --silent --show-error --location --connect-timeout 20 --retry 2 --output "$2" "$1"
    else
        wget --quiet --timeout=20 --tries=3 --output-document="$2" "$1"
    fi
}

whole() { # whole FILE.gz SHA256
    [ -s "$1" ] && gzip -t "$1" 2>/dev/null && [ "$(gzip -dc "$1" | sha256)" = "$2" ]
}

fetch() { # fetch NAME SHA256: from the first mirror that has it whole
    for mirror in $mirrors; do
        echo "fetching $mirror/$1.gz"
        if ! download "$mirror/$1.gz" "$part"; then
            problem="could not be downloaded from $mirror"
        elif ! whole "$part" "$2"; then
            problem="from $mirror is not the file that it should be (its sha256 differs)"
        else
            mv "$part" "$directory/$1.gz"
            return
        fi
        echo "fetch-mnist.sh: $1.gz $problem" >&2
    done
    fail "$1.gz could not be had. Is there a network? Otherwise get the four MNIST files from elsewhere into $directory."
}

if [ $# -ne 1 ] || [ "$1" = --help ]; then
    echo "usage: sh examples/fetch-mnist.sh DIR" >&2
    exit 2
fi
directory=$1
have gzip || fail "gzip is needed"
have sha256sum || have shasum || have openssl || fail "sha256sum, shasum or openssl is needed, to check what was downloaded"
mkdir -p "$directory" || fail "cannot make the folder $directory"
part=$directory/.fetch-mnist.$$
trap 'rm -f "$part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
: >"$part" || fail "cannot write in $directory"

echo "$files" | {
    while read -r name sum; do
        [ -n "$name" ] || continue
        if whole "$directory/$name.gz" "$sum"; then
            echo "have $directory/$name.gz"
        else
            have curl || have wget || fail "curl or wget is needed (on Debian or Ubuntu: apt-get install curl)"
            fetch "$name" "$sum"
        fi
    done
}
echo "MNIST is in $directory"
