#!/bin/sh
# The parts of the report's page as bytes in C: embed.sh OUTPUT FILE...; page/report.css becomes gan_page_css.
set -eu
output=$1
shift
{
    echo '#include "watch/report_page.h"'
    for file; do
        name=gan_page_${file##*.}
        echo "const unsigned char $name[] = {"
        od -An -v -tu1 "$file" | sed 's/ *\([0-9][0-9]*\)/\1,/g'
        echo '};'
        echo "const size_t ${name}_size = sizeof $name;"
    done
} >"$output"
