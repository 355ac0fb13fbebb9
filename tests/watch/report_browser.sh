#!/bin/sh
# The report in a browser: see report_browser.py. Skipped where there is no Chromium, or no Python to drive it.
#   report_browser.sh WRITE-REPORT [PICTURES]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
write=$1
skip() {
    echo "skipped: $*"
    exit 77
}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    skip 'no Chromium to open the report with (on Debian: apt-get install chromium)'
python=$(command -v /usr/bin/python3 || command -v python3) || skip 'no python3 to drive Chromium with'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$write" "$scratch/report.html"
PYTHONDONTWRITEBYTECODE=1 "$python" "$here/report_browser.py" "$browser" "$scratch/report.html" ${2+"$2"}
