#!/bin/sh
# Makes the pictures of README.md and docs/tutorial.md again.
#   sh docs/pictures/make.sh [BUILD-FOLDER [MNIST-FOLDER]]      (default: build; without MNIST, mnist.png and dcgan.png stay)
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build}
pictures=$root/docs/pictures
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "build/examples/mnist: digits.png"
"$build/examples/mnist" --quiet --out "$scratch/stable"
cp "$scratch/stable/epoch-5.png" "$pictures/digits.png"
cp "$scratch/stable/losses.png" "$pictures/losses.png"

echo "build/examples/mnist --preset article: article.png, article-losses.png"
"$build/examples/mnist" --quiet --preset article --out "$scratch/article"
cp "$scratch/article/epoch-5.png" "$pictures/article.png"
cp "$scratch/article/losses.png" "$pictures/article-losses.png"

if [ $# -ge 2 ]; then
    echo "build/examples/mnist --data $2: mnist.png"
    "$build/examples/mnist" --quiet --data "$2" --out "$scratch/mnist"
    cp "$scratch/mnist/epoch-5.png" "$pictures/mnist.png"

    echo "build/examples/dcgan --data $2 --conditional --epochs 2: dcgan.png"
    "$build/examples/dcgan" --quiet --data "$2" --conditional --epochs 2 --out "$scratch/dcgan"
    cp "$scratch/dcgan/epoch-2.png" "$pictures/dcgan.png"
fi

echo "the tutorial's program of the smallest GAN: dirac.png"
awk '/^```c$/ { inside = 1; text = ""; next }
     inside && /^```/ { if (text ~ /"dirac.png"/) printf "%s", text; inside = 0 }
     inside { text = text $0 "\n" }' "$root/docs/tutorial.md" >"$scratch/dirac.c"
cc -o "$scratch/dirac" "$scratch/dirac.c" -I"$root/include" -L"$build/src" -lgan -lm -Wl,-rpath,"$build/src"
(cd "$scratch" && ./dirac)
cp "$scratch/dirac.png" "$pictures/dirac.png"
