#!/bin/sh
# One data set, the toy's networks, equally many steps: objectives and regularisers side by side. Rates and batch are the
# toy's own, but rows that are presets have the rates of their papers or of the authors' programs, held constant. Half a
# minute a row and seed on one free thread; stopped, it goes on where it was.
#   [STEPS=N] [PRINT=1] [PUBLISH=1] sh docs/results/objectives.sh [SEEDS] [DATA]     (3 grid)
# With PUBLISH nothing runs: the rows that are there are put in the page.
. "$(dirname "$0")/common.sh"
seeds=${1:-3} data=${2:-grid} steps=${STEPS:-4000}
both='--penalty r1=0.01 --penalty r2=0.01'
rows() {
    cat <<END
relativistic, R1 and R2 that fall (the toy's own)|
relativistic|--objective relativistic
relativistic, R1 and R2|--objective relativistic $both
relativistic average, R1 and R2|--objective relativistic-average $both
relativistic average hinge, R1 and R2|--objective relativistic-average-hinge $both
relativistic average least squares, R1 and R2|--objective relativistic-average-least-squares $both
non-saturating|--objective non-saturating
non-saturating, R1|--objective non-saturating --penalty r1=0.01
non-saturating, R1 of weight 0.1|--objective non-saturating --penalty r1=0.1
non-saturating, R2|--objective non-saturating --penalty r2=0.01
non-saturating, R1 and R2|--objective non-saturating $both
non-saturating, R1 and R2 of weight 0.1|--objective non-saturating --penalty r1=0.1 --penalty r2=0.1
non-saturating, zero-centred|--objective non-saturating --penalty zero-centered=0.01
non-saturating, gradient penalty|--objective non-saturating --penalty gradient=0.01
non-saturating, one-sided|--objective non-saturating --penalty one-sided=0.01
non-saturating, maximum|--objective non-saturating --penalty maximum=0.01
non-saturating, DRAGAN|--objective non-saturating --penalty dragan=1
non-saturating, DRAGAN of weight 0.01|--objective non-saturating --penalty dragan=0.01
non-saturating, consensus|--objective non-saturating --penalty consensus=0.01
non-saturating, LeCam|--objective non-saturating --penalty lecam=0.01
non-saturating, latent consistency|--objective non-saturating --penalty latent-consistency=1
non-saturating, feature matching|--objective non-saturating --penalty feature-matching=1
non-saturating, R1 and R2, feature matching|--objective non-saturating $both --penalty feature-matching=1
non-saturating, instance noise|--objective non-saturating --penalty noise=0.1
non-saturating, packing 2|--objective non-saturating --packing 2
non-saturating, R1 and R2, packing 2|--objective non-saturating $both --packing 2
minimax, R1 and R2|--objective minimax $both
hinge|--objective hinge
hinge, R1|--objective hinge --penalty r1=0.01
hinge, R1 and R2|--objective hinge $both
least squares|--objective least-squares
least squares, R1|--objective least-squares --penalty r1=0.01
least squares, R1 and R2|--objective least-squares $both
Wasserstein, R1 and R2|--objective wasserstein $both
Wasserstein, gradient penalty|--objective wasserstein --penalty gradient=0.01
Wasserstein, divergence|--objective wasserstein --penalty divergence=0.01
f-GAN KL, R1 and R2|--objective f-gan-kl $both
f-GAN reverse KL, R1 and R2|--objective f-gan-reverse-kl $both
f-GAN Jensen-Shannon, R1 and R2|--objective f-gan-jensen-shannon $both
f-GAN Pearson, R1 and R2|--objective f-gan-pearson $both
preset wgan|--preset wgan
preset wgan-gp|--preset wgan-gp
preset sngan|--preset sngan
preset ebgan|--preset ebgan
preset began|--preset began
END
}
# train NAME SEED OPTION... : adds the run's row
train() {
    key="$1;$data;$2;$steps" seed=$2
    shift 2
    rm -f "$work/one.csv"
    status=0
    "$build/examples/toy" --data "$data" --steps "$steps" --seed "$seed" "$@" --csv "$work/one.csv" \
        --out "$work/one.png" >"$work/one.log" 2>&1 </dev/null || status=$?
    case $status in
    0) echo "$key,$(cut -d, -f10-14 "$work/one.csv")" >>"$work/objectives.csv" ;; # modes, quality, KL, deviation, seconds
    3) echo "$key,diverged" >>"$work/objectives.csv" ;;
    *)
        echo "$key: $(grep '^toy: ' "$work/one.log")" >&2
        exit "$status"
        ;;
    esac
}
# rows_of NAME [SEED] : the rows that are there; names are compared whole, since some end as others do
rows_of() {
    touch "$work/objectives.csv"
    awk -F';' -v name="$1" -v data="$data" -v seed="${2:-}" -v steps="$steps" '
        $1 == name && $2 == data && (seed == "" || $3 == seed) && index($4, steps ",") == 1' "$work/objectives.csv"
}
seed=1
while [ -z "${PUBLISH:-}" ] && [ $seed -le "$seeds" ]; do
    rows | while IFS='|' read -r name options; do
        [ -n "$(rows_of "$name" $seed)" ] || train "$name" $seed $options
    done
    seed=$((seed + 1))
done
{
    echo "| objective | modes | quality | KL | deviation | seeds |"
    echo "|---|---|---|---|---|---|"
    rows | while IFS='|' read -r name options; do
        rows_of "$name" | cut -d';' -f4 >"$work/row.csv"
        diverged=$(grep -c ',diverged$' "$work/row.csv" || true)
        [ "$diverged" = 0 ] || name="$name (diverged in $diverged of $(wc -l <"$work/row.csv"))"
        [ ! -s "$work/row.csv" ] || echo "| $name | $(summary row.csv "^$steps,[0-9]" 2 3 4 5) |"
    done
} | publish objectives "STEPS=$steps sh docs/results/objectives.sh $seeds $data"
