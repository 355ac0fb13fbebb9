#!/bin/sh
# What ONNX Runtime makes of exported models is what libgan makes of them; and ONNX's own checker, where Debian's
# python3-onnx is, has nothing to say. The runtime is npm's package onnxruntime-node, fetched into PLACE at the first time.
#   onnx_runtime.sh SOURCE-ROOT ONNX-WRITE PLACE
set -eu
root=$1 write=$2 place=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$write" "$scratch"
checked=nothing
for python in /usr/bin/python3 python3; do
    "$python" -c 'import onnx' 2>/dev/null || continue
    "$python" - "$scratch"/*.onnx <<'END'
import sys
import onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
END
    echo "ONNX's checker has read $(ls "$scratch"/*.onnx | wc -l) models"
    checked=something
    break
done
[ $checked = something ] || echo "skipped: no python3-onnx, whose checker reads the files"

skip() {
    echo "skipped: $*"
    [ $checked = something ] && exit 0
    exit 77
}
command -v node >/dev/null && command -v npm >/dev/null || skip "no node and npm for ONNX Runtime"
if [ ! -d "$place/node_modules/onnxruntime-node" ]; then
    mkdir -p "$place"
    # Without its script, which would fetch a GPU's libraries from elsewhere.
    timeout 200 npm install --prefix "$place" --ignore-scripts --no-audit --no-fund onnxruntime-node >"$scratch/npm" 2>&1 ||
        skip "npm could not install onnxruntime-node: $(tail -n 1 "$scratch/npm")"
fi
NODE_PATH=$place/node_modules node -e 'require("onnxruntime-node")' 2>"$scratch/node" ||
    skip "onnxruntime-node does not load here: $(head -n 1 "$scratch/node")"
NODE_PATH=$place/node_modules node "$root/tests/nn/onnx_run.js" "$scratch"
