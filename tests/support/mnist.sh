#!/bin/sh
# find_mnist SOURCE-ROOT : sets `data` to the folder of the real MNIST, GAN_MNIST_DIR or the one beside the checkout. If
# there is none, false, having said so; a test that needs it ends with 77 then.
find_mnist() {
    data=${GAN_MNIST_DIR:-$(cd "$1" && pwd)/../shared/data/mnist}
    [ -s "$data/t10k-images-idx3-ubyte.gz" ] || [ -s "$data/t10k-images-idx3-ubyte" ] || {
        echo "skipped: no MNIST at $data (GAN_MNIST_DIR names another place)"
        return 1
    }
}
