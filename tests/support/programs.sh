#!/bin/sh
# What tests of whole programs share; they source it by its path and are then in an empty folder, which goes at the end:
# so the paths that they are given must be absolute.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

fail() {
    echo "FAILED: $*"
    [ ! -s log ] || sed 's/^/  | /' log
    exit 1
}
# ends STATUS COMMAND... : runs it, its output in `log`, and wants that exit status
ends() {
    wanted=$1 status=0
    shift
    "$@" >log 2>&1 </dev/null || status=$?
    [ $status = "$wanted" ] || fail "$* ends with $status, want $wanted"
}
# says TEXT : the latest output holds it
says() { grep -qF -e "$1" log || fail "the output lacks: $1"; }
lacks() { if grep -qF -e "$1" log; then fail "the output has: $1"; fi; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
differ() { if cmp -s "$1" "$2"; then fail "$1 and $2 are the same"; fi; }

bad=0
# wants LEAST MOST FIGURE WHAT : says it; a figure that is not in that range makes `finish` fail
wants() {
    echo "$4: $3 (want $1 to $2)"
    awk -v least="$1" -v most="$2" -v figure="$3" 'BEGIN { exit !(figure ~ /^[0-9]/ && figure + 0 >= least && figure + 0 <= most) }' ||
        bad=1
}
finish() { exit $bad; }
