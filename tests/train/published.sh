#!/bin/sh
# A short version of the published tables (docs/results), so that a change that harms training is noticed: Dirac-GAN, the
# toy's ring and grid for 4,000 steps, a row of the objectives' table, and PacGAN's protocol for 5,000 steps. What is wanted
# is well below what seed 1 reached when this was written. Tables of digits are published_digits.sh's.
#   published.sh TOY DIRAC
set -eu
toy=$1 dirac=$2
. "$(dirname "$0")/../support/programs.sh"
field() { cut -d, -f "$2" "$1.csv"; }

# The columns of each row agree with those worked out, to 5 % where a figure is not as small as rounding.
"$dirac" | tee dirac.md
awk -F'|' 'NR > 2 { for (i = 3; i <= 4; i++) if ($(i + 2) > 1e-10 && ($i / $(i + 2) > 1.05 || $i / $(i + 2) < .95)) bad = 1 }
    END { exit bad || NR != 11 }' dirac.md || {
    echo "Dirac-GAN does not end where it should"
    bad=1
}
for data in ring grid; do
    "$toy" --data $data --steps 4000 --csv $data.csv --out $data.png
done
wants 8 8 "$(field ring 10)" 'modes of the ring (it was 8)'
wants 0.8 1 "$(field ring 11)" 'quality on the ring (it was 0.91)'
wants 0 0.02 "$(field ring 12)" 'KL on the ring (it was 0.003)'
wants 0.7 1.2 "$(field ring 13)" 'width of the ring'"'"'s modes (it was 0.92)'
wants 25 25 "$(field grid 10)" 'modes of the grid (it was 25)'
wants 0.5 1 "$(field grid 11)" 'quality on the grid (it was 0.66)'
wants 0 0.1 "$(field grid 12)" 'KL on the grid (it was 0.041)'
wants 0.7 1.2 "$(field grid 13)" 'width of the grid'"'"'s modes (it was 0.95)'
"$toy" --data grid --objective non-saturating --penalty r1=0.01 --penalty r2=0.01 --steps 3000 --csv r1r2.csv --out r1r2.png
wants 25 25 "$(field r1r2 10)" 'modes of the grid by the non-saturating loss, R1 and R2 (it was 25)'
wants 0.3 1 "$(field r1r2 11)" 'their quality (it was 0.45)'
wants 0 0.25 "$(field r1r2 12)" 'their KL (it was 0.105)'
"$toy" --protocol pacgan --data ring --packing 2 --steps 5000 --csv pacgan.csv --out pacgan.png
wants 5 8 "$(field pacgan 6)" 'modes of the ring by PacGAN2 (it was 7)'
wants 0.4 1 "$(field pacgan 7)" 'their quality (it was 0.65)'
wants 0 0.6 "$(field pacgan 8)" 'their KL (it was 0.20)'
finish
