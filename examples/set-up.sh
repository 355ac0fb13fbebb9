#!/bin/sh
# To be sourced, by quickstart.sh and tests/run.sh: looks for what building needs, and installs what is missing with
# apt-get where that is the system's way (with sudo where not root). Elsewhere it prints the list and stops.
#   set_up WHAT...      WHAT: compiler c++ meson pkg-config blis zlib png jpeg jansson onnx check abidiff valgrind

have() { command -v "$1" >/dev/null 2>&1; }
has_header() { echo "#include <$1>" | cc -E - >/dev/null 2>&1; }

# is_here WHAT
is_here() {
    case $1 in
    compiler) have cc && has_header stdio.h ;;
    c++) have c++ && echo '#include <vector>' | c++ -x c++ -E - >/dev/null 2>&1 ;;
    meson) have meson && have ninja ;;
    pkg-config) have pkg-config ;;
    blis) has_header blis/blis.h || has_header blis.h ;;
    zlib) has_header zlib.h ;;
    png) has_header png.h ;;
    jpeg) has_header jpeglib.h ;;
    jansson) has_header jansson.h ;;
    onnx) have protoc-c && has_header protobuf-c/protobuf-c.h && [ -f /usr/include/onnx/onnx.proto ] ;;
    check) has_header check.h && have pkg-config && pkg-config --exists check ;;
    *) have "$1" ;;
    esac
}

# debian_packages WHAT
debian_packages() {
    case $1 in
    compiler) echo gcc libc6-dev ;;
    c++) echo g++ ;;
    meson) echo meson ninja-build ;;
    blis) echo libblis-dev ;;
    zlib) echo zlib1g-dev ;;
    png) echo libpng-dev ;;
    jpeg) echo libjpeg-dev ;;
    jansson) echo libjansson-dev ;;
    abidiff) echo abigail-tools ;;
    onnx) echo protobuf-c-compiler libprotobuf-c-dev libonnx-dev ;;
    *) echo "$1" ;;
    esac
}

# in_words WHAT
in_words() {
    case $1 in
    compiler) echo "a C11 compiler, called cc, and the C library's headers" ;;
    c++) echo "a C++17 compiler, called c++" ;;
    meson) echo "Meson (1.0 or later) and Ninja" ;;
    pkg-config) echo "pkg-config" ;;
    blis) echo "BLIS, with its header blis.h" ;;
    zlib) echo "zlib, with its header" ;;
    png) echo "libpng, with its header" ;;
    jpeg) echo "libjpeg-turbo, with its header" ;;
    jansson) echo "jansson, with its header" ;;
    onnx) echo "protobuf-c, with its compiler protoc-c, and ONNX's schema onnx/onnx.proto" ;;
    check) echo "Check, the unit test framework for C" ;;
    *) echo "$1" ;;
    esac
}

missing_of() {
    for what; do
        is_here "$what" || echo "$what"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# apt_install PACKAGE... : without questions; what apt-get says is shown only if it fails
apt_install() {
    apt_log=$(mktemp)
    as_root apt-get update -qq >"$apt_log" 2>&1 || true # an old list may do; if not, the installation says so
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
        >>"$apt_log" 2>&1 </dev/null || {
        cat "$apt_log" >&2
        rm -f "$apt_log"
        echo "These packages could not be installed: $*" >&2
        return 1
    }
    rm -f "$apt_log"
}

set_up() {
    missing=$(missing_of "$@")
    [ -n "$missing" ] || return 0
    if ! have apt-get || { [ "$(id -u)" != 0 ] && ! have sudo; }; then
        echo "Building libgan needs the following, which this machine does not have:" >&2
        for what in $missing; do
            echo "  - $(in_words "$what")" >&2
        done
        if have apt-get; then
            echo "As root: apt-get install $(for what in $missing; do debian_packages "$what"; done | tr '\n' ' ')" >&2
        else
            echo "Please install it with your system's package manager, then run this again." >&2
        fi
        return 1
    fi
    packages=$(for what in $missing; do debian_packages "$what"; done | tr '\n' ' ')
    echo "Installing with apt-get: $packages"
    apt_install $packages || return 1
    missing=$(missing_of "$@")
    [ -z "$missing" ] || {
        echo "Still missing after installing $packages: $missing" >&2
        return 1
    }
}

# quietly COMMAND... : what it says is shown only if it fails
quietly() {
    quiet_log=$(mktemp)
    "$@" >"$quiet_log" 2>&1 || {
        cat "$quiet_log" >&2
        rm -f "$quiet_log"
        echo "This failed: $*" >&2
        return 1
    }
    rm -f "$quiet_log"
}

# configure BUILD-FOLDER MESON-OPTION... : a new folder, or one that is there, looking again at what is installed
configure() {
    again=
    [ ! -f "$1/build.ninja" ] || again=--reconfigure
    quietly meson setup $again "$@"
}

# build BUILD-FOLDER TARGET... : on a terminal with Ninja's own progress line
build() {
    if [ -t 1 ]; then ninja -C "$@"; else quietly ninja -C "$@"; fi
}
