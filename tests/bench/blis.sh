#!/bin/sh
# To be sourced: makes Debian's BLIS as fast as it gets on this processor, and finds the one that PyTorch may use.

# BLIS 0.9 does not know Zen 5 (family 26) and falls back to its slowest kernels; 0 is its number for AVX-512's.
! grep -q '^cpu family.*: 26$' /proc/cpuinfo || export BLIS_ARCH_TYPE="${BLIS_ARCH_TYPE-0}"

# blis_of_pytorch : prints its folder, or fails and says what to install
blis_of_pytorch() {
    for library in /usr/lib/*/blis-openmp/libblas.so.3 /usr/lib/*/blis-pthread/libblas.so.3; do
        [ ! -e "$library" ] || { dirname "$library" && return; }
    done
    echo "no BLIS that PyTorch could use: apt-get install libblis4-openmp" >&2
    return 1
}
