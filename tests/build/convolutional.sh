#!/bin/sh
# The example programs that train convolutional networks as their users meet them: what they write, what they say, how
# they end. Small networks on pictures that this script makes; the long suite trains them in full.
#   convolutional.sh DCGAN TRAIN WRITE-PICTURES
set -eu
dcgan=$1 train=$2 write_pictures=$3
. "$(dirname "$0")/../support/programs.sh"
# same_log ONE OTHER : tables of the same steps and losses
same_log() { [ "$(cut -d , -f 1,3,4 "$1")" = "$(cut -d , -f 1,3,4 "$2")" ] || fail "$1 and $2 differ"; }
# tells PAGE STEPS GRIDS : it is whole, and shows so much, from the first step on
tells() {
    grep -qF '</html>' "$1" || fail "$1 is not whole"
    grep -qF "\"step\":$2,\"steps\":$2," "$1" || fail "$1 does not tell of $2 steps"
    grep -qE '"steps":\{"width":1,"first":\[1,2,3,4,[0-9,]*'"$2"'\]' "$1" || fail "$1 lacks steps"
    [ "$(grep -o '"png":"iVBOR' "$1" | wc -l)" = "$3" ] || fail "$1 has not $3 pictures"
}
holds() { [ "$(cd "$1" && echo *)" = "$2" ] || fail "$1 holds $(ls "$1"), want $2"; }

# ---- dcgan: 640 images in MNIST's files, any bytes will do ----
mkdir digits
{
    printf '\000\000\010\003\000\000\002\200\000\000\000\034\000\000\000\034'
    yes 'bytes that no one looks at, of many values: 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ' | head -c $((640 * 784))
} >digits/train-images-idx3-ubyte
{
    printf '\000\000\010\001\000\000\002\200'
    i=0
    while [ $i -lt 64 ]; do
        printf '\000\001\002\003\004\005\006\007\010\011'
        i=$((i + 1))
    done
} >digits/train-labels-idx1-ubyte
small='--data digits --width 4 --batch 64'

ends 0 "$dcgan" $small --epochs 2 --out one --samples 30 --threads 1 --save one.safetensors
says '640 images; DCGAN, preset stable; '
says '2 epochs of 10 steps'
says 'epoch 2/2 100 %'
says 'left'
holds one 'epoch-1.png epoch-2.png losses.png report.html samples.npy'
head -c 128 one/samples.npy | grep -aqF "'shape': (30, 1, 28, 28" || fail "samples.npy has another shape"
ends 0 "$dcgan" $small --epochs 2 --out two --samples 30 --threads 2 --log two.csv --quiet
[ ! -s log ] || fail "--quiet says something"
same one/samples.npy two/samples.npy
same one/epoch-2.png two/epoch-2.png
ends 0 "$dcgan" $small --epochs 1 --out other --samples 30 --seed 2
differ one/epoch-1.png other/epoch-1.png

# Stopped half-way and resumed: the same bits.
ends 0 "$dcgan" $small --epochs 1 --out halves --checkpoint-every 7 --log halves --quiet
[ -s halves/run-000000000010.checkpoint ] || fail "no checkpoint at the end"
ends 1 "$dcgan" $small --epochs 1 --out again --log halves
says 'is there already'
ends 0 "$dcgan" $small --epochs 2 --out halves --resume --samples 30 --log halves
says 'resumed after 10 steps'
same one/samples.npy halves/samples.npy
same_log two.csv halves/log.csv
tells halves/report.html 20 2

# Of the class asked for: a row for each, or all of one, by its number or its name.
ends 0 "$dcgan" $small --epochs 1 --out rows --conditional --samples 20
says 'conditional'
ends 0 "$dcgan" $small --epochs 1 --out paper --preset dcgan --conditional
says 'preset dcgan, conditional; '
names=shirt,coat,sandal,bag,boot,dress,scarf,hat,sock,glove
ends 0 "$dcgan" $small --epochs 1 --out seven --class 7 --samples 20 --quiet
ends 0 "$dcgan" $small --epochs 1 --out hats --names $names --class hat --samples 20 --quiet --save hats.safetensors
same seven/samples.npy hats/samples.npy
differ rows/samples.npy hats/samples.npy
grep -aqF '\"hat\"' hats.safetensors || fail "the names of the classes are not in the model"

for options in '--epochs 0' '--batch 1' '--seed -1' '--samples 1x' '--threads 0' '--width 0' '--class ten' '--preset best' '--bogus' \
    'digits' '--data'; do
    ends 2 "$dcgan" --data digits $options
    says 'usage: dcgan'
done
ends 2 "$dcgan" --data digits --names a,b
says '--names has 2 names, but there are 10 classes'
ends 2 "$dcgan" --data digits --names $names --class cap
says '7 (hat)'
ends 0 "$dcgan" --help
says 'usage: dcgan'
ends 1 "$dcgan" --data nowhere --out left
says "'nowhere' has no train-images-idx3-ubyte"
says 'fetch-mnist.sh'
ends 1 "$dcgan" --data digits --batch 641 --out left
says 'only 640 examples'
[ ! -e left ] || fail "a failure leaves the folder left/"

# ---- train: a folder of ten classes, of which some files cannot be read ----
"$write_pictures" pictures 200 >/dev/null
small='pictures --size 16 --width 4 --batch 20'
ends 0 "$train" $small --steps 12 --pictures-every 5 --out free --save free.safetensors --threads 1
says 'pictures: 193 pictures; skipped: 7'
says 'class-3/00003.jpg: '
says 'recipe dcgan, preset stable: '
says '12 steps of 20 pictures; 9 steps see all of them'
says 'memory: '
says 'step 12/12 100 %'
says ' a step for data'
says 'waited for data: '
holds free 'losses.png report.html step-000005.png step-000010.png step-000012.png'
ends 0 "$train" $small --steps 12 --pictures-every 5 --out again --threads 2 --quiet
[ ! -s log ] || fail "--quiet says something"
same free/step-000012.png again/step-000012.png
ends 0 "$train" $small --steps 12 --out logged --log whole.csv --quiet
ends 0 "$train" $small --steps 5 --pictures-every 5 --out half --checkpoint-every 5 --log half --quiet
ends 0 "$train" $small --steps 12 --pictures-every 5 --out half --resume --log half
says 'resumed after 5 steps'
says 'half/report.html'
same free/step-000012.png half/step-000012.png
same_log whole.csv half/log.csv
tells half/report.html 12 4 # after 5, 9 (an epoch), 10 and 12 steps

# A row for each class; grey, not square, varied; every recipe and preset.
ends 0 "$train" $small --steps 2 --conditional --out rows --save rows.safetensors
says '193 pictures in 10 classes'
grep -aqF '\"class-9\"' rows.safetensors || fail "the names of the classes are not in the model"
differ rows/step-000002.png free/step-000005.png
ends 0 "$train" $small --steps 1 --size 16x24 --channels 1 --crop random --flip --out grey --save grey.safetensors
for recipe in $("$train" --recipe list); do
    ends 0 "$train" pictures --size 16 --batch 4 --steps 1 --recipe "$recipe" --conditional --out "$recipe" --quiet
done
for preset in article stable wgan wgan-gp lsgan rsgan dcgan sngan r3gan; do
    ends 0 "$train" $small --steps 1 --preset $preset --out $preset
    says "preset $preset"
done

# A dry run: both networks, memory, time; nothing is written.
ends 0 "$train" $small --steps 1000 --out dry --dry-run --save dry.safetensors
for text in 'G: [100] -> [3, 16, 16]' 'D: [3, 16, 16] -> [1]' 'conv_transpose2d(' 'MiB: steps ' \
    '1000 steps take about '; do
    says "$text"
done
[ ! -e dry ] && [ ! -e dry.safetensors ] || fail "a dry run writes something"

for options in '' 'pictures more' '--size 16' 'pictures --size 0' 'pictures --size 16x' 'pictures --channels 2' \
    'pictures --recipe best' 'pictures --preset best' 'pictures --crop some' 'pictures --steps 0' \
    'pictures --batch 1' 'pictures --bogus'; do
    ends 2 "$train" $options
    says 'usage: train'
done
ends 2 "$train" pictures --recipe best
says 'mlp, dcgan'
ends 0 "$train" --help
says 'usage: train'
ends 1 "$train" nowhere --out left
says 'nowhere'
ends 1 "$train" pictures --size 16 --batch 194 --out left
says 'only 193 examples'
ends 1 "$train" pictures --size 17 --out left
says '17'
[ ! -e left ] || fail "a failure leaves the folder left/"
echo "dcgan and train do as they should"
