#!/bin/sh
# A folder of 10,000 JPEG files of 32 x 32 in ten classes, some cut off, one a text, one CMYK, one turned by EXIF: it
# opens in seconds, says what it skips, and trains, and training does not wait for the loader.
#   large_folder.sh TRAIN WRITE-PICTURES
set -eu
train=$1 write_pictures=$2
. "$(dirname "$0")/../support/programs.sh"
"$write_pictures" pictures 10000

# Of a program that opens the folder, makes one step of a network of next to nothing, and ends: what opening takes.
before=$(date +%s)
"$train" pictures --conditional --size 32 --width 1 --batch 2 --steps 1 --out opened >log 2>&1 || fail "it does not open"
seconds=$(($(date +%s) - before))
grep -q 'pictures: 9993 pictures in 10 classes; skipped: 7' log || fail "it counts otherwise"
[ "$(grep -c '^  class-3/00[0-9]*3\.jpg: ' log)" = 7 ] || fail "it does not name what it skips"
echo "opened, with a step, in $seconds s"
[ $seconds -le 10 ] || fail "it takes $seconds s to open"

"$train" pictures --conditional --size 32 --batch 64 --steps 320 --crop random --flip --out out >log 2>&1 ||
    fail "it does not train"
grep -E '^320 steps in|^waited for data' log
# Two epochs. What a step waits is what the machine's other work leaves of noise: under 1 % of the time in all, and where
# the lines tell of it under a fiftieth of a step, but for one line in ten.
awk '/^waited for data:/ { found = 1; if ($(NF - 4) > 1) exit 1 } END { if (!found) exit 1 }' log ||
    fail "training waits for data for more than 1 % of the time"
awk '/ a step for data/ {
        lines++
        for (i = 2; i < NF; i++) {
            if ($i == "steps/s") step = 1000 / $(i - 1)
            if ($i == "waited" && $(i + 1) > step / 50) slow++
        }
    }
    END { exit !(lines >= 50 && slow * 10 <= lines) }' log || fail "steps wait for data"
