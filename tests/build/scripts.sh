#!/bin/sh
# Every shell script is one that any POSIX shell reads, and that shellcheck, where it is, finds nothing wrong with.
#   scripts.sh SOURCE-ROOT
set -eu
cd "$1"
scripts=$(find docs examples tests -name '*.sh' | sort)
for script in $scripts; do
    head -n 1 "$script" | grep -qx '#!/bin/sh' || {
        echo "FAILED: $script does not begin with #!/bin/sh"
        exit 1
    }
    sh -n "$script"
done
command -v shellcheck >/dev/null || {
    echo "skipped: no shellcheck here (all $(echo "$scripts" | wc -l) scripts parse)"
    exit 77
}
# SC1091: sourced files are in the list themselves.
shellcheck --external-sources --source-path=SCRIPTDIR --severity=warning --exclude=SC1091 $scripts .ci/run
