#!/bin/sh
# One data set, the toy's networks, equally many steps: objectives and regularisers side by side. Rates and batch are the
# toy's own, but rows that are presets have the rates of their papers or of the authors' programs, held constant. Half a
# minute a row and seed on one free thread; stopped, it goes on where it was.
#   [STEPS=N] [PRINT=1] [PUBLISH=1] sh docs/results/objectives.sh [SEEDS] [DATA]     (3 grid)
# With PUBLISH nothing runs: the rows that are there are put in the page.
. "$(dirname "$0")/common.sh"
seeds=${1:-3} data=${2:-grid} steps=${STEPS:-4000}
rows() {
    cat <<END
relativistic, R1 and R2 that fall (the toy's own)|
relativistic, R1 and R2|--objective relativistic --penalty r1=0.01 --penalty r2=0.01
relativistic|--objective relativistic
non-saturating|--objective non-saturating
non-saturating, R1|--objective non-saturating --penalty r1=0.01
non-saturating, R1 and R2|--objective non-saturating --penalty r1=0.01 --penalty r2=0.01
non-saturating, DRAGAN|--objective non-saturating --penalty dragan=1
non-saturating, packing 2|--objective non-saturating --packing 2
preset wgan|--preset wgan
preset wgan-gp|--preset wgan-gp
preset ebgan|--preset ebgan
preset began|--preset began
hinge|--objective hinge
hinge, R1|--objective hinge --penalty r1=0.01
least squares|--objective least-squares
least squares, R1|--objective least-squares --penalty r1=0.01
Wasserstein, R1 and R2|--objective wasserstein --penalty r1=0.01 --penalty r2=0.01
preset sngan|--preset sngan
END
}
[ -n "${PUBLISH:-}" ] || rows | while IFS='|' read -r name options; do
    seed=1
    while [ $seed -le "$seeds" ]; do
        key="$name;$data;$seed;$steps"
        if ! grep -qF -e "$key," "$work/objectives.csv" 2>/dev/null; then
            rm -f "$work/one.csv"
            status=0
            "$build/examples/toy" --data "$data" --steps "$steps" --seed $seed $options --csv "$work/one.csv" \
                --out "$work/one.png" >"$work/one.log" 2>&1 </dev/null || status=$?
            [ $status = 0 ] || echo "$key: $(tail -n 1 "$work/one.log")" >&2
            case $status in
            0) echo "$key,$(cut -d, -f10-14 "$work/one.csv")" >>"$work/objectives.csv" ;; # modes, quality, KL, deviation, seconds
            1) echo "$key,0,0,3.2189,0,0" >>"$work/objectives.csv" ;; # it diverged: nothing found
            *) exit $status ;;
            esac
        fi
        seed=$((seed + 1))
    done
done
{
    echo "| objective | modes | quality | KL | deviation | seeds |"
    echo "|---|---|---|---|---|---|"
    rows | while IFS='|' read -r name options; do
        grep -F -e "$name;$data;" "$work/objectives.csv" | grep -e ";$steps," | cut -d';' -f4 >"$work/row.csv" || true
        [ ! -s "$work/row.csv" ] || echo "| $name | $(summary row.csv "^$steps," 2 3 4 5) |"
    done
} | publish objectives "STEPS=$steps sh docs/results/objectives.sh $seeds $data"
