#!/bin/sh
# The example programs as their users meet them: what they write, what they say, how they end. On a few digits that this
# script makes, so that it takes seconds; tests/train/main_job.sh trains the main job in full.
#   examples.sh MNIST CLASSIFIER OWN_LOOP TOY SAMPLE INSPECT EXPORT STACKED LUCIC DIRAC
set -eu
mnist=$1 classifier=$2 own_loop=$3 toy=$4 sample=$5 inspect=$6 export=$7
shift 7
stacked=$1 lucic=$2 dirac=$3
. "$(dirname "$0")/../support/programs.sh"

# 640 images in MNIST's files: any bytes will do.
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
cp digits/train-images-idx3-ubyte digits/t10k-images-idx3-ubyte
cp digits/train-labels-idx1-ubyte digits/t10k-labels-idx1-ubyte

# What it leaves, what it says.
ends 0 "$mnist" --data digits --epochs 2 --out one --samples 30 --threads 1
says 'preset stable'
says 'epoch 2/2'
says 'steps/s'
says 'left'
[ "$(ls one)" = "$(printf 'epoch-1.png\nepoch-2.png\nlosses.png\nreport.html\nsamples.npy')" ] || fail "one holds $(ls one)"
[ "$(wc -c <one/samples.npy)" = $((128 + 30 * 784 * 4)) ] || fail "samples.npy is not 30 images of float32"
head -c 128 one/samples.npy | grep -aqF "'shape': (30, 1, 28, 28" || fail "samples.npy has another shape"
head -c 128 one/samples.npy | grep -aqF "'descr': '<f4'" || fail "samples.npy has another type"
grep -q "$(printf '\033')" log && fail "escape codes where the output is no terminal"

# The same seed, the same digits, at any number of threads; another seed, others; quiet is quiet.
ends 0 "$mnist" --data digits --epochs 2 --out two --samples 30 --threads 2 --quiet
[ ! -s log ] || fail "--quiet says something"
same one/samples.npy two/samples.npy
same one/epoch-2.png two/epoch-2.png
same one/losses.png two/losses.png
ends 0 "$mnist" --data digits --epochs 2 --out other --samples 30 --seed 2 --quiet
cmp -s one/samples.npy other/samples.npy && fail "seeds 1 and 2 make the same digits"
ends 0 "$mnist" --data digits --epochs 1 --out article --preset article --batch 64
says 'preset article'
says '1 epochs of 10 steps'

# Told which digit to draw: a row for each, or all of one.
ends 0 "$mnist" --data digits --epochs 1 --out rows --conditional --samples 20
says 'conditional'
ends 0 "$mnist" --data digits --epochs 1 --out sevens --class 7 --samples 20 --quiet
[ ! -s log ] || fail "--quiet says something"
cmp -s rows/epoch-1.png sevens/epoch-1.png && fail "sevens look like all digits"
cmp -s rows/samples.npy sevens/samples.npy && fail "the samples of sevens are those of all digits"

# Saved, logged, stopped and resumed: the log is that of one run, and the generator has the same bits.
ends 0 "$mnist" --data digits --epochs 2 --out whole --save whole.safetensors --log whole.csv --quiet
[ "$(wc -l <whole.csv)" = 11 ] || fail "whole.csv has $(wc -l <whole.csv) lines, want 11"
ends 0 "$mnist" --data digits --epochs 1 --out part --checkpoint-every 3 --log part --quiet
ends 1 "$mnist" --data digits --epochs 1 --out again --log part
says 'is there already'
head -c 2000 part/report.html >cut.html
ends 0 "$mnist" --data digits --epochs 2 --out part --resume --save part.safetensors --log part
says 'resumed after 5 steps'
same whole.safetensors part.safetensors
[ "$(cut -d , -f 1,3,4 part/log.csv)" = "$(cut -d , -f 1,3,4 whole.csv)" ] || fail "the resumed log differs"
grep -qF '"first":[1,2,3,4,5,6,7,8,9,10],' part/report.html || fail "the resumed report lacks steps"
grep -qF '"reason":"all its epochs were made"' part/report.html || fail "the report does not say why it ended"
# A report that is none is not replaced by a run that goes on.
cp cut.html part/report.html
ends 1 "$mnist" --data digits --epochs 3 --out part --resume
says 'part/report.html: it is no report of a run, or is cut short; remove it'
same cut.html part/report.html
[ "$(wc -l <part/log.jsonl)" = 10 ] || fail "part/log.jsonl has $(wc -l <part/log.jsonl) lines, want 10"
[ "$(ls part/events.out.tfevents.* | wc -l)" = 2 ] || fail "want two event files, one for each start"

# What a saved generator makes: a picture, numbers, a folder; the same seed the same, in a grid or alone.
ends 0 "$sample" whole.safetensors --out grid.png --count 6 --grid 3
ends 0 "$sample" whole.safetensors --out six.npy --count 6
ends 0 "$sample" whole.safetensors --out again.npy --count 6
same six.npy again.npy
[ "$(wc -c <six.npy)" = $((128 + 6 * 784 * 4)) ] || fail "six.npy is not 6 images of float32"
ends 0 "$sample" whole.safetensors --out other.npy --count 6 --seed 2
cmp -s six.npy other.npy && fail "seeds 1 and 2 make the same examples"
ends 0 "$sample" whole.safetensors --out truncated.npy --count 6 --truncation 0.5
cmp -s six.npy truncated.npy && fail "--truncation changes nothing"
ends 0 "$sample" whole.safetensors --out wide.npy --count 6 --truncation 100
same six.npy wide.npy
ends 0 "$sample" whole.safetensors --out between.png --interpolate 3 8 --count 5 --grid 5
ends 0 "$sample" whole.safetensors --out between.npy --interpolate 3 8 --count 5
for end in '3 1' '8 5'; do # seed, and which of the five it is
    ends 0 "$sample" whole.safetensors --out end.npy --count 1 --seed "${end% *}"
    tail -c 3136 end.npy >wanted
    tail -c +129 between.npy | head -c $((${end#* } * 3136)) | tail -c 3136 >found
    same wanted found
done
ends 0 "$sample" whole.safetensors --out pictures --count 3
[ "$(ls pictures)" = "$(printf '000000.png\n000001.png\n000002.png')" ] || fail "pictures holds $(ls pictures)"
for options in '--out x.png --count 0' '--out x.png --grid 0' '--out x.png --truncation 0' '--count 3' \
    '--out x.png --interpolate 3' '--out x.png more' '--bogus'; do
    ends 2 "$sample" whole.safetensors $options
    says 'usage: sample'
done
ends 1 "$sample" digits/train-images-idx3-ubyte --out x.png
says 'train-images-idx3-ubyte'

# What is in files, and a model for other programs.
ends 0 "$inspect" whole.safetensors part/run-000000000010.checkpoint
says 'whole.safetensors: a libgan model'
says 'checksum right'
says 'run-000000000010.checkpoint: a libgan checkpoint'
ends 1 "$inspect" six.npy
ends 2 "$inspect"
says 'usage: inspect'
status=0
"$export" whole.safetensors whole.onnx >log 2>&1 || status=$?
if [ $status = 0 ]; then
    says 'whole.onnx: [100] to [1, 28, 28]'
    [ "$(wc -c <whole.onnx)" -gt 5000000 ] || fail "whole.onnx is too small to hold the parameters"
else
    says 'built without ONNX'
fi
ends 2 "$export" whole.safetensors
says 'usage: export'

# Ctrl-C: what there is so far is written, and all is well.
"$mnist" --data digits --epochs 100000 --out stopped >log 2>&1 </dev/null &
job=$!
while [ ! -e stopped/epoch-1.png ]; do
    kill -0 $job 2>/dev/null || fail "it ended by itself"
    sleep 0.1
done
kill -TERM $job # as SIGINT, which a shell makes its background jobs ignore
wait $job || fail "stopped, it ends with $?"
says 'stopped: '
[ -s stopped/losses.png ] || fail "stopped, it leaves no losses.png"

# What cannot be meant: 2, and the usage.
for options in '--epochs 0' '--epochs many' '--batch 1' '--seed -1' '--samples 1x' '--threads 0' '--preset best' \
    '--class 10' '--class seven' '--bogus' 'digits' '--data'; do
    ends 2 "$mnist" $options
    says 'usage: mnist'
done
for options in '--epochs 0' '--seed x' '--bogus' 'digits' '--train'; do
    ends 2 "$classifier" $options
    says 'usage: classifier'
done
for program in "$mnist" "$classifier"; do
    ends 0 "$program" --help
    says 'usage: '
done

# What is missing or damaged: 1, and what to do; nothing is left behind.
ends 1 "$mnist" --data nowhere --out left
says "'nowhere' has no train-images-idx3-ubyte"
says 'fetch-mnist.sh'
mkdir short
head -c 300000 digits/train-images-idx3-ubyte >short/train-images-idx3-ubyte
cp digits/train-labels-idx1-ubyte short/
ends 1 "$mnist" --data short --out left
says 'short/train-images-idx3-ubyte'
says 'fetch-mnist.sh'
[ ! -e left ] || fail "a failure leaves the folder left/"
ends 1 "$mnist" --data digits --batch 641
says 'only 640 examples'
ends 1 "$mnist" --data digits --out no/folder
says 'cannot make the folder no/folder'

# The reader, and what it says of samples.
ends 0 "$classifier" --data digits --epochs 1 --dense --samples one/samples.npy --samples two/samples.npy
says 'of 640'
says 'one/samples.npy: 30 samples'
says 'smallest share'
grep -A 2 '(train): reads' log | grep -qF 'distance 0.00' || fail "equal digits are not at distance 0"
grep -A 2 '^one/' log | grep -qF 'distance 0.00' && fail "noise is at distance 0 from the digits"
grep -qF 'as asked' log && fail "nothing was asked"
ends 0 "$classifier" --data digits --epochs 1 --asked --samples one/samples.npy
says 'surer than 90 %: '
says '  as asked: '
ends 1 "$classifier" --data nowhere
says "'nowhere' has no"
ends 1 "$classifier" --data digits --epochs 1 --samples one/losses.png
says 'one/losses.png'

ends 0 "$own_loop"
says '8 of 8 clouds found'
[ -s ring.png ] || fail "own_loop draws no ring.png"

# Every data set, loss, penalty and preset of the toy, for a few steps; and it finds the ring.
short='--steps 5 --batch 16 --samples 100'
for data in ring grid spiral moons; do
    ends 0 "$toy" --data $data $short --out $data.png
    says "$data, relativistic loss"
    [ -s $data.png ] || fail "toy draws no $data.png"
done
ends 0 "$toy" $short --data ring --out again.png
same ring.png again.png
for loss in $("$toy" --loss list); do
    ends 0 "$toy" $short --loss "$loss"
done
for penalty in $("$toy" --penalty list); do
    ends 0 "$toy" $short --penalty "$penalty=0.1"
done
for preset in article stable wgan wgan-gp lsgan rsgan dcgan sngan r3gan ebgan began; do
    ends 0 "$toy" $short --preset $preset
done
says 'convergence'
ends 0 "$toy" $short --data grid --protocol pacgan --packing 3 --csv toys.csv --frames 2 --out packed.png
grep -q '^grid,pacgan\*,3,1,5,' toys.csv || fail "toy writes no line, or calls pacgan what has another batch"
ends 0 "$toy" --steps 5 --samples 100 --protocol pacgan --csv toys.csv
grep -q '^ring,pacgan,1,1,5,' toys.csv || fail "toy does not call pacgan what is"
for file in packed.png packed-000.png packed-001.png; do
    [ -s $file ] || fail "toy draws no $file"
done
[ "$(grep -c '^"data:image/png;base64,iVBOR' packed.html)" = 2 ] || fail "packed.html does not hold the frames"
for options in '--loss best' '--objective best' '--penalty r1' '--penalty r1=x' '--protocol best' '--packing 0' '--data square' '--preset best' '--preset wgan --protocol pacgan' '--steps 0' '--steps' \
    '--bogus 1' 'ring'; do
    ends 2 "$toy" $options
    says 'usage: toy'
done
ends 1 "$toy" $short --loss hinge --out no/folder.png
says 'no/folder.png'
ends 0 "$toy" --steps 1500 --samples 5000
grep -q '^5000 *8 of  8 ' log || fail "toy does not find the ring's eight modes"
# Interrupted, it goes on from its checkpoint, and nothing tells the difference but the time.
stopped='--steps 600 --samples 500 --frames 3'
ends 0 "$toy" $stopped --csv unbroken.csv --out unbroken.png
: >log # now, not when the other process comes to it: else the loop may find the steps of the run before
"$toy" $stopped --csv pieces.csv --out pieces.png --checkpoint pieces >log 2>&1 &
job=$!
until grep -q '^step' log; do
    kill -0 $job 2>/dev/null || fail "it ended by itself"
    sleep 0.1
done
kill -TERM $job
status=0
wait $job || status=$?
[ $status = 130 ] || fail "interrupted, toy ends with $status, want 130"
[ ! -e pieces.csv ] || fail "toy was not interrupted"
ends 0 "$toy" $stopped --csv pieces.csv --out pieces.png --checkpoint pieces
for file in '' -000 -001 -002; do
    same unbroken$file.png pieces$file.png
done
cut -d, -f1-13 unbroken.csv >unbroken.txt
tail -n 1 pieces.csv | cut -d, -f1-13 >pieces.txt
same unbroken.txt pieces.txt

# What the published tables are made by, for a few steps, with a reader that has not learned much.
ends 0 "$classifier" --data digits --epochs 1 --dense --save reader.safetensors
tiny='--reader reader.safetensors --data digits'
ends 0 "$stacked" $tiny --width 2 --batch 4 --packing 2 --steps 4 --judge-every 2 --samples 100 --csv stacked.csv --out stacks
grep -q '^relativistic,0.5,2,1,4,' stacked.csv || fail "stacked writes no line"
[ -s stacks/step-0000002.png ] || fail "stacked draws no stacks/step-0000002.png"
ends 0 "$stacked" $tiny --width 2 --batch 4 --packing 2 --steps 4 --samples 100 --out stacks --resume
for objective in mm ns lsgan wgan wgan-gp dragan began; do
    ends 0 "$lucic" $tiny --objective $objective --steps 1 --samples 64 --csv lucic.csv
    grep -q "^$objective,1,1," lucic.csv || fail "lucic writes no line of $objective"
done
ends 0 "$lucic" $tiny --objective ns --steps 2 --samples 64 --csv whole-lucic.csv
ends 0 "$lucic" $tiny --objective ns --steps 1 --samples 64 --checkpoint two
ends 0 "$lucic" $tiny --objective ns --steps 2 --samples 64 --checkpoint two --csv pieces-lucic.csv
[ "$(cut -d, -f1-5 whole-lucic.csv)" = "$(cut -d, -f1-5 pieces-lucic.csv)" ] || fail "lucic does not go on as it began"
ends 0 "$dirac"
says '| WGAN, clip 1 | 1.002 | 1.024 | 1.002 | 1.024 |'
for program in "$stacked" "$lucic"; do
    for options in '' '--reader' '--reader r --objective best' '--reader r --bogus' '--reader r --steps 0'; do
        ends 2 "$program" $options
        says "usage: $(basename "$program")"
    done
    ends 1 "$program" --reader nowhere.safetensors --data digits --steps 1
    says 'nowhere.safetensors'
done
echo "mnist, classifier, own_loop, toy, sample, inspect, export, stacked, lucic and dirac do as they should"
