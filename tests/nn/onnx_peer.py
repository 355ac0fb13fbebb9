"""ONNX files read and computed without a library, for tests: python3 alone, in double, as the operators' documents say.

    onnx_peer.py LIST               the lines of LIST are MODEL, INPUT, OUTPUT and, where it takes some, LABELS, tabs
                                    between them. INPUT and OUTPUT: float32 numbers, one after another; LABELS: int32
                                    classes, or float32 numbers
    onnx_peer.py --check MODEL...   looks at the files' structure alone

Ends with 1, and says why, if a file's structure is not what a checker wants: a value that is used before it is made,
made twice, or missing; a constant whose data are not of its shape; another operator set or type; an unknown operator.
"""
import functools
import itertools
import math
import random
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


def places(shape):
    return itertools.product(*(range(size) for size in shape))


def strides(shape):
    return [math.prod(shape[i + 1:]) for i in range(len(shape))]


def expanded(x, shape):
    """The numbers of x, repeated along axes of size 1, and along those in front that it lacks."""
    own = [1] * (len(shape) - len(x.shape)) + x.shape
    assert len(own) == len(shape) and all(a in (1, b) for a, b in zip(own, shape)), f"{x.shape} does not go as {shape}"
    steps = [0 if a == 1 else step for a, step in zip(own, strides(own))]
    return [x.numbers[sum(i * step for i, step in zip(place, steps))] for place in places(shape)]


def common(a, b):
    """The shape that both can be expanded to."""
    rank = max(len(a), len(b))
    pairs = zip([1] * (rank - len(a)) + a, [1] * (rank - len(b)) + b)
    return [q if p == 1 else p for p, q in pairs]


def binary(f):
    def run(_, x, y):
        shape = common(x.shape, y.shape)
        return Array(shape, [f(v, w) for v, w in zip(expanded(x, shape), expanded(y, shape))])
    return run


def expand(_, x, shape):
    to = common(x.shape, [int(size) for size in shape.numbers])
    return Array(to, expanded(x, to))


def shape_of(a, x):
    sizes = x.shape[a.get("start", 0):a.get("end", len(x.shape))]
    return Array([len(sizes)], sizes)


def concat(a, *parts):
    axis = a["axis"]
    sides = [part.shape[:axis] + part.shape[axis + 1:] for part in parts]
    assert all(side == sides[0] for side in sides)
    blocks = [rows_of(part, math.prod(part.shape[axis:])) for part in parts]
    numbers = [v for rows in zip(*blocks) for row in rows for v in row]
    return Array(parts[0].shape[:axis] + [sum(part.shape[axis] for part in parts)] + parts[0].shape[axis + 1:], numbers)


def gather(a, x, indices):
    axis = a["axis"]
    assert all(0 <= i < x.shape[axis] for i in indices.numbers), "an index is out of range"
    inner = math.prod(x.shape[axis + 1:])
    numbers = [v for block in rows_of(x, x.shape[axis] * inner) for i in indices.numbers
               for v in block[i * inner:(i + 1) * inner]]
    return Array(x.shape[:axis] + indices.shape + x.shape[axis + 1:], numbers)


def transpose(a, x):
    order = a["perm"]
    shape, steps = [x.shape[i] for i in order], strides(x.shape)
    return Array(shape, [x.numbers[sum(p * steps[i] for p, i in zip(place, order))] for place in places(shape)])


def matmul(_, x, y):
    (m, k), (k2, n) = x.shape[-2:], y.shape[-2:]
    assert k == k2
    batch = common(x.shape[:-2], y.shape[:-2])
    a, b = rows_of(Array(batch + [m, k], expanded(x, batch + [m, k])), m * k), \
        rows_of(Array(batch + [k, n], expanded(y, batch + [k, n])), k * n)
    return Array(batch + [m, n], [sum(p[r * k + i] * q[i * n + c] for i in range(k))
                                  for p, q in zip(a, b) for r in range(m) for c in range(n)])


def reduced(x, axes, keep, f):
    """f of what lies along the axes."""
    axes = [axis % len(x.shape) for axis in axes]
    lists, steps = {}, strides(x.shape)
    for place in places(x.shape):
        key = tuple(0 if i in axes else p for i, p in enumerate(place))
        lists.setdefault(key, []).append(x.numbers[sum(p * step for p, step in zip(place, steps))])
    shape = [1 if i in axes else size for i, size in enumerate(x.shape) if keep or i not in axes]
    return Array(shape, [f(lists[key]) for key in sorted(lists)])


def mean(numbers):
    return sum(numbers) / len(numbers)


def reduction(f):
    """Its axes are an attribute, or an input."""
    return lambda a, x, axes=None: reduced(x, a["axes"] if axes is None else axes.numbers, a["keepdims"] == 1, f)


def instance_norm(a, x, scale, bias):
    out = []
    for i, row in enumerate(rows_of(x, math.prod(x.shape[2:]))):
        c, centre = i % x.shape[1], mean(row)
        deviation = math.sqrt(mean([(v - centre) ** 2 for v in row]) + a["epsilon"])
        out += [(v - centre) / deviation * scale.numbers[c] + bias.numbers[c] for v in row]
    return Array(x.shape, out)


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
        centre = mean(row)
        deviation = math.sqrt(mean([(v - centre) ** 2 for v in row]) + a["epsilon"])
        out += [(v - centre) / deviation * scale.numbers[i] + (bias.numbers[i] if bias else 0)
                for i, v in enumerate(row)]
    return Array(x.shape, out)


def window(a, w):
    """Kernel, strides, padding before and behind, dilation, of both axes, and groups."""
    kernel = w.shape[2:]
    assert a.get("kernel_shape", kernel) == kernel
    pads = a.get("pads", [0] * 4)
    return kernel, a.get("strides", [1, 1]), pads[:2], pads[2:], a.get("dilations", [1, 1]), a.get("group", 1)


def as_image(f):
    """Of sequences, too: as images of one row."""
    def run(a, x, w, b=None):
        if len(x.shape) == 4:
            return f(a, x, w, b)
        firsts = {"kernel_shape": 1, "strides": 1, "dilations": 1, "output_padding": 0}
        pairs = {key: [first] + a[key] for key, first in firsts.items() if key in a}
        assert all(len(pair) == 2 for pair in pairs.values())
        if "pads" in a:
            pairs["pads"] = [0, a["pads"][0], 0, a["pads"][1]]
        y = f({**a, **pairs}, Array(x.shape[:2] + [1] + x.shape[2:], x.numbers),
              Array(w.shape[:2] + [1] + w.shape[2:], w.numbers), b)
        return Array(y.shape[:2] + y.shape[3:], y.numbers)
    return run


def taps_of(kernel, stride, pad, dilation, r, c):
    for ky in range(kernel[0]):
        for kx in range(kernel[1]):
            yield ky, kx, r * stride[0] - pad[0] + ky * dilation[0], c * stride[1] - pad[1] + kx * dilation[1]


def conv(a, x, w, b=None):
    kernel, stride, pad, behind, dilation, groups = window(a, w)
    n, channels, rows, columns = x.shape
    out_channels, each = w.shape[:2]
    assert each * groups == channels
    h, v = [(s + pad[i] + behind[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1
            for i, s in enumerate(x.shape[2:])]
    out = []
    for e, o, r, c in itertools.product(range(n), range(out_channels), range(h), range(v)):
        first = o // (out_channels // groups) * each
        total = b.numbers[o] if b else 0
        for ky, kx, y, z in taps_of(kernel, stride, pad, dilation, r, c):
            if 0 <= y < rows and 0 <= z < columns:
                total += sum(x.numbers[((e * channels + first + i) * rows + y) * columns + z] *
                             w.numbers[((o * each + i) * kernel[0] + ky) * kernel[1] + kx] for i in range(each))
        out.append(total)
    return Array([n, out_channels, h, v], out)


def conv_transpose(a, x, w, b=None):
    kernel, stride, pad, behind, dilation, groups = window(a, w)
    n, channels, rows, columns = x.shape
    each, more = w.shape[1], a.get("output_padding", [0, 0])
    assert w.shape[0] == channels
    h, v = [(s - 1) * stride[i] - pad[i] - behind[i] + dilation[i] * (kernel[i] - 1) + more[i] + 1
            for i, s in enumerate(x.shape[2:])]
    outs = each * groups
    out = [(b.numbers[o] if b else 0) for _ in range(n) for o in range(outs) for _ in range(h * v)]
    for e, i, o, r, c in itertools.product(range(n), range(channels), range(each), range(rows), range(columns)):
        to = e * outs + i // (channels // groups) * each + o
        for ky, kx, y, z in taps_of(kernel, stride, pad, dilation, r, c):
            if 0 <= y < h and 0 <= z < v:
                out[(to * h + y) * v + z] += (x.numbers[((e * channels + i) * rows + r) * columns + c] *
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
        kernel, stride, pad = a["kernel_shape"], a["strides"], a.get("pads", [0] * 4)[:2]
        assert a.get("pads", [0] * 4)[2:] == pad
        dilation = a.get("dilations", [1, 1])
        rows, columns = x.shape[2:]
        h, v = [(s + 2 * pad[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i, s in enumerate(x.shape[2:])]

        def number(at, r, c):
            around = [(r * stride[0] - pad[0] + i * dilation[0], c * stride[1] - pad[1] + k * dilation[1])
                      for i in range(kernel[0]) for k in range(kernel[1])]
            inside = [at(y, z) for y, z in around if 0 <= y < rows and 0 <= z < columns]
            if largest:
                return max(inside)
            return sum(inside) / (len(around) if a.get("count_include_pad") else len(inside))
        return pixels(x, h, v, number)
    return run


def resize(a, x, _, scales, sizes=None):
    rows, columns = x.shape[2:]
    if sizes is not None:
        assert scales is None and sizes.numbers[:2] == x.shape[:2]
        height, width = (int(size) for size in sizes.numbers[2:])
        fy, fx = height / rows, width / columns
    else:
        assert scales.numbers[:2] == [1, 1]
        fy, fx = scales.numbers[2:]
        height, width = int(rows * fy), int(columns * fx)

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
    return pixels(x, height, width, number)


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


def global_average(_, x):
    return Array(x.shape[:2] + [1] * (len(x.shape) - 2),
                 [sum(row) / len(row) for row in rows_of(x, math.prod(x.shape[2:]))])


def sigmoid(v, _):
    return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))


OPERATORS = {
    "Abs": pointwise(lambda v, _: abs(v)),
    "Add": binary(lambda v, w: v + w),
    "AveragePool": pool(False),
    "BatchNormalization": batch_norm,
    "Concat": concat,
    "Conv": as_image(conv),
    "ConvTranspose": as_image(conv_transpose),
    "DepthToSpace": depth_to_space,
    "Div": binary(lambda v, w: v / w),
    "Elu": pointwise(lambda v, a: v if v > 0 else a["alpha"] * (math.exp(v) - 1)),
    "Erf": pointwise(lambda v, _: math.erf(v)),
    "Exp": pointwise(lambda v, _: math.exp(v)),
    "Expand": expand,
    "Flatten": lambda a, x: Array([math.prod(x.shape[:a["axis"]]), math.prod(x.shape[a["axis"]:])], x.numbers),
    "Gather": gather,
    "Gemm": gemm,
    "GlobalAveragePool": global_average,
    "Identity": pointwise(lambda v, _: v),
    "InstanceNormalization": instance_norm,
    "LayerNormalization": layer_norm,
    "LeakyRelu": pointwise(lambda v, a: v if v > 0 else a["alpha"] * v),
    "MatMul": matmul,
    "MaxPool": pool(True),
    "Min": binary(min),
    "Mul": binary(lambda v, w: v * w),
    "Neg": pointwise(lambda v, _: -v),
    "Pad": pad,
    "RandomNormalLike": pointwise(lambda _, a: random.gauss(a.get("mean", 0), a.get("scale", 1))),
    "ReduceMax": reduction(max),
    "ReduceMean": reduction(mean),
    "ReduceSum": reduction(sum),
    "Relu": pointwise(lambda v, _: max(v, 0.0)),
    "Reshape": reshape,
    "Resize": resize,
    "Shape": shape_of,
    "Sigmoid": pointwise(sigmoid),
    "Softmax": softmax,
    "Softplus": pointwise(lambda v, _: max(v, 0) + math.log1p(math.exp(-abs(v)))),
    "Sqrt": pointwise(lambda v, _: math.sqrt(v)),
    "Sub": binary(lambda v, w: v - w),
    "Sum": lambda a, *parts: functools.reduce(lambda x, y: binary(lambda v, w: v + w)(a, x, y), parts),
    "Tanh": pointwise(lambda v, _: math.tanh(v)),
    "Transpose": transpose,
}


def value_of(data):
    """Name, type and sizes of an input or output; a free size is its name."""
    info = parse(data)
    tensor = parse(parse(info[2][0])[1][0])
    dims = [parse(d) for d in parse(tensor[2][0]).get(1, [])]
    return info[1][0].decode(), {1: "f", 7: "i"}[tensor[1][0]], [d[1][0] if 1 in d else d[2][0].decode() for d in dims]


def graph_of(model):
    """The graph's inputs, output, constants and nodes, once its structure is looked through."""
    assert model[1] == [8] and b"libgan" in model[2][0]
    sets = [parse(data) for data in model[8]]
    assert len(sets) == 1 and sets[0].get(1, [b""]) == [b""] and sets[0][2] == [17]
    graph = parse(model[7][0])
    inputs, outputs = [value_of(data) for data in graph[11]], [value_of(data) for data in graph[12]]
    assert len(outputs) == 1 and all(shape[0] == "batch" for _, _, shape in inputs + outputs)
    made = {name for name, _, _ in inputs}
    assert len(made) == len(inputs), "two inputs have one name"
    constants = dict(constant(parse(data)) for data in graph.get(5, []))
    assert len(constants) == len(graph.get(5, [])) and not made & set(constants), "a constant is made twice"
    made |= set(constants)
    nodes = [parse(data) for data in graph[1]]
    for node in nodes:
        names, out = [i.decode() for i in node[1]], node[2][0].decode()
        assert node[4][0].decode() in OPERATORS, f"{node[4][0].decode()} is unknown"
        assert all(name in made for name in names if name), f"{out} uses what is not made yet: {names}"
        assert out not in made, f"{out} is made twice"
        made.add(out)
    assert outputs[0][0] in made
    return inputs, outputs[0], constants, nodes


def run(model, numbers, labels):
    inputs, (out, _, out_shape), values, nodes = graph_of(model)
    assert len(inputs) == (2 if labels else 1)
    batch = len(numbers) // math.prod(inputs[0][2][1:])
    for (name, kind, shape), data in zip(inputs, [numbers, labels]):
        values[name] = Array([batch] + shape[1:], struct.unpack(f"<{len(data) // 4}{kind}", data)
                             if isinstance(data, bytes) else data)
    for node in nodes:
        values[node[2][0].decode()] = OPERATORS[node[4][0].decode()](
            attributes(node), *(values[i.decode()] if i else None for i in node[1]))
    assert values[out].shape == [batch] + out_shape[1:], "the output has another shape than it says"
    return values[out].numbers


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def main(model, given, to, labels=None):
    data = contents(given)
    made = run(parse(contents(model)), struct.unpack(f"<{len(data) // 4}f", data), labels and contents(labels))
    with open(to, "wb") as file:
        file.write(struct.pack(f"<{len(made)}f", *made))


if __name__ == "__main__":
    path = sys.argv[1]
    try:
        if path == "--check":
            for path in sys.argv[2:]:
                graph_of(parse(contents(path)))
        else:
            for line in contents(path).decode().splitlines():
                path, *others = line.split("\t")
                main(path, *others)
    except (AssertionError, IndexError, KeyError, ValueError, struct.error) as error:
        sys.exit(f"{path}: {error!r}")
