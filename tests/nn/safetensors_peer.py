#!/usr/bin/env python3
"""A reader and writer of safetensors made from the format's description alone, as the other side of test_model_files.c.

    safetensors_peer.py read FILE             checks the file and prints, for each tensor, its name, shape and numbers
    safetensors_peer.py write FILE DTYPE      writes tensors as PyTorch's library lays them out (by type, then by name)
"""
import json
import struct
import sys
import zlib

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8}


def read(path):
    whole = open(path, "rb").read()
    (length,) = struct.unpack("<Q", whole[:8])
    text = whole[8 : 8 + length]
    header = json.loads(text)
    data = whole[8 + length :]
    about = header.pop("__metadata__")
    assert length % 8 == 0 and text[:1] == b"{"
    assert all(isinstance(value, str) for value in about.values())
    crc = about["crc32"].encode()
    assert zlib.crc32(whole.replace(crc, b"00000000", 1)) == int(crc, 16)
    assert json.loads(about["libgan"])["format"] == "model"
    end = 0
    for name, tensor in header.items():
        begin, stop = tensor["data_offsets"]
        count = 1
        for size in tensor["shape"]:
            count *= size
        assert tensor["dtype"] == "F32" and begin == end and stop == begin + 4 * count
        end = stop
        numbers = struct.unpack("<%df" % count, data[begin:stop])
        print(name, tensor["shape"], *("%.9g" % number for number in numbers))
    assert end == len(data)


def encode(dtype, numbers):
    if dtype == "BF16":
        return b"".join(struct.pack("<f", number)[2:] for number in numbers)
    return struct.pack("<%d%s" % (len(numbers), {"F64": "d", "F32": "f", "F16": "e", "I64": "q"}[dtype]), *numbers)


def write(path, dtype):
    tensors = {}
    for layer, (rows, columns) in {"main.2": (3, 2), "main.10": (1, 3)}.items():
        first = int(layer.split(".")[1])
        tensors[layer + ".weight"] = (dtype, [rows, columns], [first + i / 4 for i in range(rows * columns)])
        tensors[layer + ".bias"] = (dtype, [rows], [-first - i / 4 for i in range(rows)])
    tensors["main.3.weight"] = (dtype, [3], [1, 2, 3])
    tensors["main.3.bias"] = (dtype, [3], [4, 5, 6])
    tensors["main.3.running_mean"] = (dtype, [3], [7, 8, 9])
    tensors["main.3.running_var"] = (dtype, [3], [0.5, 1, 2])
    tensors["main.3.num_batches_tracked"] = ("I64", [], [99])
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(tensors, key=lambda name: (-SIZES[tensors[name][0]], name)):
        kind, shape, numbers = tensors[name]
        content = encode(kind, numbers)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)


if sys.argv[1] == "read":
    read(sys.argv[2])
else:
    write(sys.argv[2], sys.argv[3])
