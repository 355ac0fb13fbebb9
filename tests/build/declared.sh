#!/bin/sh
# Prints the name of each function that the public headers declare with GAN_API, sorted.
set -eu
export LC_ALL=C
cat "$(dirname "$0")"/../../include/gan/*.h | awk '
    !/^[ \t]*#/ { text = text " " $0 }
    END {
        gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", text)
        while (match(text, /GAN_API[ \t][^;]*;/)) {
            declaration = substr(text, RSTART, RLENGTH)
            text = substr(text, RSTART + RLENGTH)
            if (match(declaration, /gan_[a-z0-9_]+[ \t]*\(/)) {
                name = substr(declaration, RSTART, RLENGTH)
                sub(/[ \t]*\($/, "", name)
                print name
            }
        }
    }' | sort
