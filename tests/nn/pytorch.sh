#!/bin/sh
# What PyTorch makes of DCGAN's and R3GAN's networks that libgan saved is what libgan makes of them, and the other way
# round. Skipped where Debian's python3-torch is missing.
#   pytorch.sh SOURCE-ROOT PYTORCH-EXCHANGE
set -eu
root=$1 exchange=$2
python=
for candidate in /usr/bin/python3 python3; do
    [ -n "$python" ] || ! "$candidate" -c 'import torch' 2>/dev/null || python=$candidate
done
[ -n "$python" ] || {
    echo "skipped: no python3-torch to exchange files with"
    exit 77
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/ours" "$scratch/theirs"
"$exchange" write "$scratch/ours"
"$python" "$root/tests/nn/pytorch_peer.py" compare "$scratch/ours"
"$python" "$root/tests/nn/pytorch_peer.py" write "$scratch/theirs"
"$exchange" read "$scratch/theirs"
