#!/bin/sh
# The example program that measures, as its users meet it: a generator and digits that this script makes in seconds.
#   evaluate.sh MNIST CLASSIFIER EVALUATE
set -eu
mnist=$1 classifier=$2 evaluate=$3
. "$(dirname "$0")/../support/programs.sh"

# 640 images in MNIST's files: any bytes will do.
mkdir numbers
{
    printf '\000\000\010\003\000\000\002\200\000\000\000\034\000\000\000\034'
    yes 'bytes that no one looks at, of many values: 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ' | head -c $((640 * 784))
} >numbers/train-images-idx3-ubyte
{
    printf '\000\000\010\001\000\000\002\200'
    i=0
    while [ $i -lt 64 ]; do
        printf '\000\001\002\003\004\005\006\007\010\011'
        i=$((i + 1))
    done
} >numbers/train-labels-idx1-ubyte
cp numbers/train-images-idx3-ubyte numbers/t10k-images-idx3-ubyte
cp numbers/train-labels-idx1-ubyte numbers/t10k-labels-idx1-ubyte
ends 0 "$mnist" --data numbers --epochs 1 --save g.safetensors --samples 300 --quiet

# All that can be measured, as a table; and again as JSON, with the same digits at another number of threads.
ends 0 "$evaluate" g.safetensors numbers --count 120 --replicates 20
for text in 'model          g.safetensors' 'split          test' 'extractor      pixels' 'preprocessing  none' \
    '120 made (seed 1), 120 real; 640 of training, 120 held out; 784 features' 'Fréchet distance' 'recall' \
    'of made examples' 'MS-SSIM' 'memorisation' '95 % in ['; do
    says "$text"
done
lacks 'reverse KL'
ends 0 "$evaluate" g.safetensors numbers --count 120 --replicates 20 --json --threads 1
[ "$(wc -l <log)" = 1 ] || fail "JSON is not one line"
says '"made":120,"train":640'
says '"frechet":{"value":'
cp log first
ends 0 "$evaluate" g.safetensors numbers --count 120 --replicates 20 --json --threads 3
cmp -s log first || fail "another number of threads, other figures"
ends 0 "$evaluate" g.safetensors numbers --count 120 --replicates 20 --json --seed 2
cmp -s log first && fail "seeds 1 and 2 give the same figures"

# A choice; numbers of one's own, without a test split; a model's layer.
ends 0 "$evaluate" g.safetensors out/samples.npy --metrics precision,frechet --replicates 0
says 'split          half of all, at random'
says 'standardised by column'
says '150 made'
says 'recall'
lacks 'coverage'
lacks '±'
ends 0 "$classifier" --dense --data numbers --epochs 1 --save reader.safetensors
for layer in ':features' ':8' ''; do
    ends 0 "$evaluate" g.safetensors numbers --count 60 --replicates 10 --extractor "reader.safetensors$layer" \
        --classifier reader.safetensors --range -1 1 --metrics frechet,modes,classifier-score
    says 'preprocessing  [0, 1] to [-1, 1]'
    says 'reverse KL'
    case $layer in
    '') says 'output of reader' ;;
    *) says 'layer features of reader' ;;
    esac
    lacks 'memorisation'
done
ends 1 "$evaluate" g.safetensors numbers --extractor reader.safetensors:taste --count 20
says 'layer is "taste"'
ends 1 "$evaluate" g.safetensors numbers --extractor g.safetensors:0 --count 20
says "takes [100], but an example of 'numbers' is [1, 28, 28]"
ends 1 "$evaluate" g.safetensors numbers --classifier g.safetensors --count 20
says 'want [classes]'

# What cannot be meant: 2, and the usage. What is missing, or does not fit: 1, and why.
for options in '--count 1' '--count many' '--metrics beauty' '--metrics ,' '--range 0' '--seed -1' '--threads 0' \
    '--bogus' 'third'; do
    ends 2 "$evaluate" g.safetensors numbers $options
    says 'usage: evaluate'
done
ends 2 "$evaluate" g.safetensors
says 'which data?'
ends 0 "$evaluate" --help
says 'kernel-distance'
ends 1 "$evaluate" g.safetensors nowhere
says "'nowhere' has no train-images-idx3-ubyte"
ends 1 "$evaluate" none.safetensors numbers
says 'none.safetensors'
ends 1 "$evaluate" g.safetensors numbers --count 641
says "'numbers' has 640 examples"
ends 1 "$evaluate" g.safetensors numbers --metrics modes --count 20
says "modes needs the data's made_probabilities"
printf 'a,b\n1,2\n3,4\n5,7\n' >table.csv
ends 1 "$evaluate" g.safetensors table.csv
says "an example of 'table.csv' is [2]"
echo "evaluate does as it should"
