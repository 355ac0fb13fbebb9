#!/bin/sh
# Dirac-GAN: how far from the solution each method ends, beside what the paper's equations give. Seconds.
#   sh docs/results/dirac.sh
. "$(dirname "$0")/common.sh"
"$build/examples/dirac" | publish dirac "sh docs/results/dirac.sh"
