#!/bin/sh
# The scripts of published results with a program in the toy's place, which answers at once: every row is of its own runs,
# what diverged is called so, other failures are no rows, and digits are MNIST's.
#   results.sh SOURCE-ROOT
set -eu
root=$1
. "$(dirname "$0")/../support/programs.sh"
mkdir -p build/examples work
cat >build/examples/toy <<'END'
#!/bin/sh
# What decides the figures are the options and the seed: the quality is a number made of them.
settings='' csv=''
while [ $# -gt 0 ]; do
    case $1 in
    --csv) csv=$2 ;;
    --out | --steps | --data) ;;
    *) settings="$settings $1 $2" ;;
    esac
    shift 2
done
case $settings in
*hinge*r1*r2*) exit "${FAILURE:-3}" ;;
*' hinge'*) echo "toy: something is wrong" >&2 && exit "${OTHER_FAILURE:-3}" ;;
esac
echo "grid,own,1,1,7,0,0,0,0,25,$(echo "$settings" | cksum | cut -d' ' -f1),0.1,1,3" >>"$csv"
END
chmod +x build/examples/toy
objectives() { STEPS=7 PRINT=1 BUILD=$scratch/build WORK=$scratch/work sh "$root/docs/results/objectives.sh" "$@"; }

ends 0 objectives 2 grid
mv log page
rows=$(grep -c '^| .* | 2 |$' page)
[ "$rows" -ge 40 ] || fail "only $rows rows have both seeds"
different=$(grep '^| .* | 2 |$' page | cut -d'|' -f4 | sort -u | wc -l)
[ "$different" = "$rows" ] || fail "of $rows rows only $different are of runs of their own"
grep -q '^| hinge, R1 and R2 (diverged in 2 of 2) | not measured' page || fail "what diverged is not called so"
lines=$(wc -l <work/objectives.csv)
ends 0 objectives 2 grid
[ "$(wc -l <work/objectives.csv)" = "$lines" ] || fail "rows that are there are made again"
rm work/objectives.csv
OTHER_FAILURE=1 ends 1 objectives 1 grid
says 'toy: something is wrong'
if grep -q '^hinge;' work/objectives.csv; then fail "a failure is a row"; fi

MNIST=$scratch BUILD=$scratch/build WORK=$scratch/work ends 1 sh "$root/docs/results/lucic.sh"
says 'no MNIST in'
