"""ONNX files read and computed without a library, for tests: python3 alone, in double, as the operators' documents say.

    onnx_peer.py MODEL INPUT OUTPUT     INPUT and OUTPUT: float32 numbers, one after another

Ends with 1, and says why, if the file's structure is not what a checker wants: a value that is used before it is made,
made twice, or missing; a constant whose data are not of its shape; another operator set or type.
"""
import math
import struct
import sys


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def parse(data):
    """A message as {field: [values]}."""
    fields, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length, "a field is cut short"
        else:
            form, size = {1: ("<d", 8), 5: ("<f", 4)}[key & 7]
            (value,) = struct.unpack(form, data[at:at + size])
            at += size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def integers(values):
    """A repeated integer field, packed or not."""
    out = []
    for value in values:
        if isinstance(value, int):
            out.append(signed(value))
            continue
        at = 0
        while at < len(value):
            one, at = varint(value, at)
            out.append(signed(one))
    return out


class Array:
    def __init__(self, shape, numbers):
        assert math.prod(shape) == len(numbers), f"{len(numbers)} numbers are not of shape {shape}"
        self.shape, self.numbers = list(shape), list(numbers)


def constant(message):
    shape, kind, raw = integers(message.get(1, [])), message[2][0], message[9][0]
    form = {1: "f", 7: "q"}[kind]
    count = math.prod(shape)
    assert len(raw) == count * struct.calcsize(form), f"{message[8][0]} has data of another size"
    return message[8][0].decode(), Array(shape, struct.unpack(f"<{count}{form}", raw))


def attributes(node):
    out = {}
    for data in node.get(5, []):
        a = parse(data)
        kind = a[20][0]
        out[a[1][0].decode()] = {1: lambda: a[2][0], 2: lambda: signed(a[3][0]), 3: lambda: a[4][0].decode(),
                                     7: lambda: integers(a[8])}[kind]()
    return out


def pointwise(f):
    return lambda a, x: Array(x.shape, [f(v, a) for v in x.numbers])


def binary(f):
    def run(_, x, y):
        """y is repeated to x's shape."""
        shape = [1] * (len(x.shape) - len(y.shape)) + y.shape
        assert len(shape) == len(x.shape) and all(b in (1, a) for a, b in zip(x.shape, shape))

        def partner(i):
            place, stride = 0, 1
            for size, own in zip(reversed(x.shape), reversed(shape)):
                place += i % size * stride if own > 1 else 0
                stride *= own
                i //= size
            return y.numbers[place]
        return Array(x.shape, [f(v, partner(i)) for i, v in enumerate(x.numbers)])
    return run


def gemm(a, x, w, b=None):
    assert a == {"transB": 1} and len(x.shape) == 2 and x.shape[1] == w.shape[1]
    rows, inner, units = x.shape[0], x.shape[1], w.shape[0]
    out = [sum(x.numbers[r * inner + k] * w.numbers[u * inner + k] for k in range(inner)) +
           (b.numbers[u] if b else 0) for r in range(rows) for u in range(units)]
    return Array([rows, units], out)


def reshape(_, x, shape):
    sizes = [x.shape[i] if size == 0 else int(size) for i, size in enumerate(shape.numbers)]
    if -1 in sizes:
        sizes[sizes.index(-1)] = len(x.numbers) // -math.prod(sizes)
    return Array(sizes, x.numbers)


def rows_of(x, width):
    return [x.numbers[i:i + width] for i in range(0, len(x.numbers), width)]


def reduce_max(a, x):
    assert a == {"axes": [len(x.shape) - 1], "keepdims": 0}
    return Array(x.shape[:-1], [max(row) for row in rows_of(x, x.shape[-1])])


def softmax(a, x):
    assert a == {"axis": -1}
    out = []
    for row in rows_of(x, x.shape[-1]):
        powers = [math.exp(v - max(row)) for v in row]
        out += [p / sum(powers) for p in powers]
    return Array(x.shape, out)


def batch_norm(a, x, scale, bias, mean, variance):
    channels, inner = x.shape[1], math.prod(x.shape[2:])
    out = []
    for i, v in enumerate(x.numbers):
        c = i // inner % channels
        out.append((v - mean.numbers[c]) / math.sqrt(variance.numbers[c] + a["epsilon"]) * scale.numbers[c] +
                   bias.numbers[c])
    return Array(x.shape, out)


def layer_norm(a, x, scale, bias=None):
    assert a["axis"] == 1 and scale.shape == x.shape[1:]
    out = []
    for row in rows_of(x, math.prod(x.shape[1:])):
        mean = sum(row) / len(row)
        deviation = math.sqrt(sum((v - mean) ** 2 for v in row) / len(row) + a["epsilon"])
        out += [(v - mean) / deviation * scale.numbers[i] + (bias.numbers[i] if bias else 0)
                for i, v in enumerate(row)]
    return Array(x.shape, out)


def window(a, transposed):
    """Kernel, strides, padding and dilation of both axes; the padding is the same before and behind."""
    assert a["pads"][:2] == a["pads"][2:] and ("output_padding" in a) == transposed
    return a["kernel_shape"], a["strides"], a["pads"][:2], a["dilations"], a["group"]


def conv(a, x, w, b=None):
    kernel, stride, pad, dilation, groups = window(a, False)
    n, channels, rows, columns = x.shape
    out_channels, each = w.shape[:2]
    assert each * groups == channels and w.shape[2:] == kernel
    h, v = [(s + 2 * pad[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i, s in enumerate(x.shape[2:])]
    out = []
    for e in range(n):
        for o in range(out_channels):
            first = o // (out_channels // groups) * each
            for r in range(h):
                for c in range(v):
                    total = b.numbers[o] if b else 0
                    for i in range(each):
                        for ky in range(kernel[0]):
                            for kx in range(kernel[1]):
                                y, z = (r * stride[0] - pad[0] + ky * dilation[0],
                                        c * stride[1] - pad[1] + kx * dilation[1])
                                if 0 <= y < rows and 0 <= z < columns:
                                    total += (x.numbers[((e * channels + first + i) * rows + y) * columns + z] *
                                              w.numbers[((o * each + i) * kernel[0] + ky) * kernel[1] + kx])
                    out.append(total)
    return Array([n, out_channels, h, v], out)


def conv_transpose(a, x, w, b=None):
    kernel, stride, pad, dilation, groups = window(a, True)
    n, channels, rows, columns = x.shape
    each = w.shape[1]
    assert w.shape[0] == channels and w.shape[2:] == kernel
    h, v = [(s - 1) * stride[i] - 2 * pad[i] + dilation[i] * (kernel[i] - 1) + a["output_padding"][i] + 1
            for i, s in enumerate(x.shape[2:])]
    outs = each * groups
    out = [(b.numbers[o] if b else 0) for _ in range(n) for o in range(outs) for _ in range(h * v)]
    for e in range(n):
        for i in range(channels):
            for o in range(each):
                to = e * outs + i // (channels // groups) * each + o
                for r in range(rows):
                    for c in range(columns):
                        for ky in range(kernel[0]):
                            for kx in range(kernel[1]):
                                y, z = (r * stride[0] - pad[0] + ky * dilation[0],
                                        c * stride[1] - pad[1] + kx * dilation[1])
                                if 0 <= y < h and 0 <= z < v:
                                    out[(to * h + y) * v + z] += (
                                        x.numbers[((e * channels + i) * rows + r) * columns + c] *
                                        w.numbers[((i * each + o) * kernel[0] + ky) * kernel[1] + kx])
    return Array([n, outs, h, v], out)


def pixels(x, height, width, number):
    """An image of this size, whose numbers are given by a function of the plane's numbers, its row and column."""
    rows, columns = x.shape[2:]
    out = []
    for plane in rows_of(x, rows * columns):
        out += [number(lambda y, z: plane[y * columns + z], r, c) for r in range(height) for c in range(width)]
    return Array(x.shape[:2] + [height, width], out)


def pool(largest):
    def run(a, x):
        kernel, stride, pad = a["kernel_shape"], a["strides"], a["pads"][:2]
        dilation = a.get("dilations", [1, 1])
        rows, columns = x.shape[2:]
        h, v = [(s + 2 * pad[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i, s in enumerate(x.shape[2:])]

        def number(at, r, c):
            places = [(r * stride[0] - pad[0] + i * dilation[0], c * stride[1] - pad[1] + k * dilation[1])
                      for i in range(kernel[0]) for k in range(kernel[1])]
            inside = [at(y, z) for y, z in places if 0 <= y < rows and 0 <= z < columns]
            if largest:
                return max(inside)
            return sum(inside) / (len(places) if a["count_include_pad"] else len(inside))
        return pixels(x, h, v, number)
    return run


def resize(a, x, _, scales):
    fy, fx = scales.numbers[2:]
    rows, columns = x.shape[2:]
    assert scales.numbers[:2] == [1, 1]

    def between(place, size):
        place = min(max(place, 0), size - 1)
        low = int(place)
        return low, min(low + 1, size - 1), place - low

    def number(at, r, c):
        if a["mode"] == "nearest":
            assert a["coordinate_transformation_mode"] == "asymmetric" and a["nearest_mode"] == "floor"
            return at(int(r / fy), int(c / fx))
        assert a["mode"] == "linear" and a["coordinate_transformation_mode"] == "half_pixel"
        y, y2, t = between((r + 0.5) / fy - 0.5, rows)
        z, z2, s = between((c + 0.5) / fx - 0.5, columns)
        return ((1 - t) * ((1 - s) * at(y, z) + s * at(y, z2)) + t * ((1 - s) * at(y2, z) + s * at(y2, z2)))
    return pixels(x, int(rows * fy), int(columns * fx), number)


def pad(a, x, sides):
    top, left, bottom, right = (int(sides.numbers[i]) for i in (2, 3, 6, 7))
    rows, columns = x.shape[2:]

    def place(p, size):
        if a["mode"] == "edge":
            return min(max(p, 0), size - 1)
        return abs(p) if p < size else 2 * (size - 1) - p

    def number(at, r, c):
        y, z = r - top, c - left
        if a["mode"] == "constant":
            return at(y, z) if 0 <= y < rows and 0 <= z < columns else 0
        return at(place(y, rows), place(z, columns))
    return pixels(x, rows + top + bottom, columns + left + right, number)


def depth_to_space(a, x):
    assert a["mode"] == "CRD"
    f = a["blocksize"]
    n, channels, rows, columns = x.shape
    out = [x.numbers[((e * channels + (c * f + y % f) * f + z % f) * rows + y // f) * columns + z // f]
           for e in range(n) for c in range(channels // f ** 2) for y in range(rows * f) for z in range(columns * f)]
    return Array([n, channels // f ** 2, rows * f, columns * f], out)


def over_channels(a, x):
    assert a == {"axes": [1], "keepdims": 1}
    n, channels = x.shape[:2]
    inner = math.prod(x.shape[2:])
    out = [sum(x.numbers[(e * channels + c) * inner + i] for c in range(channels)) / channels
           for e in range(n) for i in range(inner)]
    return Array([n, 1] + x.shape[2:], out)


def divide(_, x, y):
    """y has one channel."""
    inner = math.prod(x.shape[2:])
    return Array(x.shape, [v / y.numbers[i // inner // x.shape[1] * inner + i % inner]
                           for i, v in enumerate(x.numbers)])


def reduce_sum(a, x, axes):
    assert a == {"keepdims": 0} and axes.numbers == [len(x.shape) - 1]
    return Array(x.shape[:-1], [sum(row) for row in rows_of(x, x.shape[-1])])


def global_average(_, x):
    return Array(x.shape[:2] + [1] * (len(x.shape) - 2),
                 [sum(row) / len(row) for row in rows_of(x, math.prod(x.shape[2:]))])


def sigmoid(v, _):
    return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))


OPERATORS = {
    "Add": binary(lambda v, w: v + w),
    "AveragePool": pool(False),
    "BatchNormalization": batch_norm,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "DepthToSpace": depth_to_space,
    "Div": divide,
    "Elu": pointwise(lambda v, a: v if v > 0 else a["alpha"] * (math.exp(v) - 1)),
    "Erf": pointwise(lambda v, _: math.erf(v)),
    "Flatten": lambda a, x: Array([math.prod(x.shape[:a["axis"]]), math.prod(x.shape[a["axis"]:])], x.numbers),
    "Gemm": gemm,
    "GlobalAveragePool": global_average,
    "Identity": pointwise(lambda v, _: v),
    "LayerNormalization": layer_norm,
    "LeakyRelu": pointwise(lambda v, a: v if v > 0 else a["alpha"] * v),
    "MaxPool": pool(True),
    "Mul": binary(lambda v, w: v * w),
    "Pad": pad,
    "ReduceMax": reduce_max,
    "ReduceMean": over_channels,
    "ReduceSum": reduce_sum,
    "Relu": pointwise(lambda v, _: max(v, 0.0)),
    "Reshape": reshape,
    "Resize": resize,
    "Sigmoid": pointwise(sigmoid),
    "Softmax": softmax,
    "Sqrt": pointwise(lambda v, _: math.sqrt(v)),
    "Softplus": pointwise(lambda v, _: max(v, 0) + math.log1p(math.exp(-abs(v)))),
    "Tanh": pointwise(lambda v, _: math.tanh(v)),
}


def value_shape(data):
    """Name and sizes of an input or output; a free size is its name."""
    info = parse(data)
    tensor = parse(parse(info[2][0])[1][0])
    assert tensor[1] == [1], "its type is not float"
    dims = [parse(d) for d in parse(tensor[2][0])[1]]
    return info[1][0].decode(), [d[1][0] if 1 in d else d[2][0].decode() for d in dims]


def run(model, numbers):
    assert model[1] == [8] and b"libgan" in model[2][0]
    sets = [parse(data) for data in model[8]]
    assert len(sets) == 1 and sets[0].get(1, [b""]) == [b""] and sets[0][2] == [17]
    graph = parse(model[7][0])
    (name, shape), (out, out_shape) = value_shape(graph[11][0]), value_shape(graph[12][0])
    assert shape[0] == out_shape[0] == "batch" and len(graph[11]) == len(graph[12]) == 1
    batch = len(numbers) // math.prod(shape[1:])
    values = {name: Array([batch] + shape[1:], numbers)}
    for data in graph.get(5, []):
        key, array = constant(parse(data))
        assert key not in values, f"{key} is made twice"
        values[key] = array
    for data in graph[1]:
        node = parse(data)
        kind, made = node[4][0].decode(), node[2][0].decode()
        assert made not in values, f"{made} is made twice"
        values[made] = OPERATORS[kind](attributes(node), *(values[i.decode()] if i else None for i in node[1]))
    assert values[out].shape == [batch] + out_shape[1:], "the output has another shape than it says"
    return values[out].numbers


def main():
    with open(sys.argv[1], "rb") as file:
        model = parse(file.read())
    with open(sys.argv[2], "rb") as file:
        data = file.read()
    made = run(model, struct.unpack(f"<{len(data) // 4}f", data))
    with open(sys.argv[3], "wb") as file:
        file.write(struct.pack(f"<{len(made)}f", *made))


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, IndexError, KeyError, ValueError, struct.error) as error:
        sys.exit(f"{sys.argv[1]}: {error!r}")
