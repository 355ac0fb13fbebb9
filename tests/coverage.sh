#!/bin/sh
# Builds libgan for gcov, runs the unit tests, and prints how many lines and branches of src they reach, file by file:
#   sh tests/coverage.sh [BUILD-FOLDER]       default: build-coverage
# Needs gcovr (on Debian or Ubuntu: apt-get install gcovr). Branches that only a failing assertion would take, and those
# of the compiler's own making, are not counted.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build-coverage}
command -v gcovr >/dev/null || {
    echo "gcovr is missing: apt-get install gcovr" >&2
    exit 1
}
[ -e "$build/build.ninja" ] ||
    meson setup "$build" "$root" -Db_coverage=true -Dtests=enabled -Dexamples=false -Ddocs=disabled --buildtype=debug \
        -Doptimization=1 -Ddefault_library=static -Dc_args=-fprofile-update=atomic # several threads count
ninja -C "$build"
find "$build" -name '*.gcda' -delete
meson test -C "$build" --no-rebuild --suite unit --print-errorlogs
gcovr --root "$root" --filter "$root/src/" --exclude "$build" --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-lines-by-pattern '.*\bassert\(.*' --exclude-branches-by-pattern '.*\bassert\(.*' \
    --object-directory "$build" --txt "$build/lines.txt" --json-summary "$build/coverage.json" "$build"
python3 - "$build/coverage.json" <<'END'
import json
import sys

summary = json.load(open(sys.argv[1]))
rooms = {}
for file in summary["files"]:
    room = "/".join(file["filename"].split("/")[:2])
    got = rooms.setdefault(room, [0, 0, 0, 0])
    for i, key in enumerate(["line_covered", "line_total", "branch_covered", "branch_total"]):
        got[i] += file[key]
    print("{:44} lines {:5.1f} %  branches {:5.1f} %".format(
        file["filename"], 100 * file["line_covered"] / max(1, file["line_total"]),
        100 * file["branch_covered"] / max(1, file["branch_total"])))
print()
rooms["src"] = [sum(values) for values in zip(*rooms.values())]
for room, got in sorted(rooms.items()):
    print("{:44} lines {:5.1f} %  branches {:5.1f} %".format(
        room, 100 * got[0] / max(1, got[1]), 100 * got[2] / max(1, got[3])))
END
