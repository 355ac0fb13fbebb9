#!/bin/sh
# A run whose files cannot be written: I/O errors injected by a preloaded shim, a full disk, a folder that is read-only.
# Each time the run says so and ends with 1 (or, where nothing is lost, goes on); the newest whole checkpoint is still
# there, nothing half-written counts, and resuming ends in the bits of the run that was never disturbed.
#   faults.sh SHIM PROGRAM         PROGRAM is tests/train/killed.c
set -eu
shim=$1 program=$2
scratch=$(mktemp -d)
disk=
trap '[ -z "$disk" ] || umount "$disk" 2>/dev/null; rm -rf "$scratch"' EXIT
fail() {
    echo "FAILED: $*"
    [ ! -s "$scratch/says" ] || sed 's/^/  | /' "$scratch/says"
    exit 1
}
mkdir "$scratch/calm"
train() { "$program" "$1" 40; }
train "$scratch/calm"

# run FOLDER FAULT: its exit status in $status, what it says in `says`, how often the fault came in $came
run() {
    status=0
    rm -f "$scratch/came"
    env LD_PRELOAD="$shim" GAN_FAULT="$2" GAN_FAULT_LOG="$scratch/came" "$program" "$1" 40 >"$scratch/says" 2>&1 ||
        status=$?
    came=$(cat "$scratch/came" 2>/dev/null | wc -l)
}
says() { grep -qF -e "$1" "$scratch/says" || fail "the message lacks: $1"; }
newest() { find "$1" -name 'run-*.checkpoint' | sort | sed -n '$s/.*\///p'; }
no_parts() { [ -z "$(find "$1" -name '*.part')" ] || fail "$2: parts are left: $(ls "$1")"; }
# goes_on FOLDER WHAT: undisturbed from there
goes_on() {
    train "$1" >"$scratch/says" 2>&1 || fail "$2: it does not resume"
    cmp -s "$scratch/calm/model" "$1/model" || fail "$2: resumed, it ends in other bits"
    no_parts "$1" "$2"
}

# The nth call to each function fails, for n from the first on. Closing and renaming come once a file, writing more often.
# The first file is empty: by it a run learns at its begin whether one can be made, and that it does not close is no loss.
cases=0
for fault in open:13 write:28 write:5 fsync:5 close:5 rename:30; do
    function=${fault%:*} error=${fault#*:} numbers='1 2 7 20'
    [ "$function" != close ] || numbers='2 3 8 21'
    for number in $numbers; do
        folder=$scratch/run
        rm -rf "$folder" && mkdir "$folder"
        what="$function number $number"
        run "$folder" "$function:$number:$error:$folder/run-"
        [ "$came" = 1 ] || fail "$what: the fault came $came times"
        [ $status = 1 ] || fail "$what: it ends with $status"
        says "killed: gan_trainer_run: $folder/run-"
        [ ! -e "$folder/model" ] || fail "$what: it wrote a model"
        no_parts "$folder" "$what"
        goes_on "$folder" "$what"
        cases=$((cases + 1))
    done
done

# What fails on the disk fails from then on: the checkpoints of before are whole.
for fault in write:30+:28 fsync:4+:5 rename:4+:28; do
    folder=$scratch/run
    rm -rf "$folder" && mkdir "$folder"
    run "$folder" "$fault:$folder/run-"
    [ $status = 1 ] || fail "$fault: it ends with $status"
    [ -n "$(newest "$folder")" ] || fail "$fault: no checkpoint is left"
    before=$(newest "$folder")
    run "$folder" "$fault:$folder/run-" # and once more, on what is there
    [ "$(printf '%s\n' "$before" "$(newest "$folder")" | sort | tail -n 1)" = "$(newest "$folder")" ] ||
        fail "$fault: the newest checkpoint is older than before"
    goes_on "$folder" "$fault"
    cases=$((cases + 1))
done

# An old checkpoint that cannot be removed is no failure; a model that cannot be saved is one, and the run is not lost.
folder=$scratch/run
rm -rf "$folder" && mkdir "$folder"
run "$folder" "unlink:2:13:$folder/run-"
[ $status = 0 ] && [ "$came" = 1 ] || fail "unlink: it ends with $status, the fault came $came times"
cmp -s "$scratch/calm/model" "$folder/model" || fail "unlink: other bits"
rm -rf "$folder" && mkdir "$folder"
run "$folder" "write:1:28:$folder/model"
[ $status = 1 ] || fail "model: it ends with $status"
says 'gan_model_save'
says 'No space left on device'
goes_on "$folder" model
cases=$((cases + 2))

# A read-only folder; root may write everywhere, so that it is tried as another user.
rm -rf "$folder" && mkdir "$folder"
chmod 555 "$folder"
as=
if [ "$(id -u)" = 0 ]; then
    as="setpriv --reuid=65534 --regid=65534 --clear-groups"
    chmod 755 "$scratch"
fi
if [ -n "$as" ] && ! command -v setpriv >/dev/null; then
    echo "skipped: a read-only folder (no setpriv to be another user than root)"
elif ! $as test -x "$program"; then
    echo "skipped: a read-only folder (the build is not open to another user)"
else
    status=0
    $as "$program" "$folder" 40 >"$scratch/says" 2>&1 || status=$?
    [ $status = 1 ] || fail "read-only: it ends with $status"
    says 'Permission denied'
    [ -z "$(ls "$folder")" ] || fail "read-only: it left $(ls "$folder")"
    cases=$((cases + 1))
fi
chmod 755 "$folder"

# A full disk: a file system of its own, with room for a checkpoint or two.
size=$(wc -c <"$scratch/calm/$(newest "$scratch/calm")")
mkdir "$scratch/disk"
if mount -t tmpfs -o size=$((size * 5 / 2 / 4096 * 4096)) none "$scratch/disk" 2>/dev/null; then
    disk=$scratch/disk
    status=0
    train "$disk" >"$scratch/says" 2>&1 || status=$?
    [ $status = 1 ] || fail "full disk: it ends with $status"
    says 'No space left on device'
    [ -n "$(newest "$disk")" ] || fail "full disk: no checkpoint is left"
    no_parts "$disk" "full disk"
    cp -r "$disk" "$scratch/larger"
    goes_on "$scratch/larger" "full disk"
    cases=$((cases + 1))
else
    echo "skipped: a full disk (a file system can be mounted by root alone)"
fi
echo "$cases faults: each was reported, and nothing was lost"
