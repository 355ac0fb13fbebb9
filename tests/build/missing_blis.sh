#!/bin/sh
# Where BLIS is missing, the configuration says so and names the package.
#   missing_blis.sh SOURCE-ROOT
set -eu
root=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A compiler for which BLIS's header does not exist, in either place.
cat >"$scratch/cc" <<'END'
#!/bin/sh
for argument; do
    case $argument in
    *.c) if grep -q 'blis\.h' "$argument" 2>/dev/null; then exit 1; fi ;;
    esac
done
exec cc "$@"
END
chmod +x "$scratch/cc"

if CC=$scratch/cc meson setup "$scratch/build" "$root" >"$scratch/log" 2>&1; then
    echo "FAILED: configured without BLIS"
    exit 1
fi
grep 'ERROR: .*BLIS was not found.*apt-get install libblis-dev' "$scratch/log" || {
    echo "FAILED: the error does not say what to install:"
    cat "$scratch/log"
    exit 1
}
