#!/usr/bin/env python3
"""Writes golden_recipes.h: what three training steps of each convolutional recipe make in PyTorch.

    python3 golden_recipes.py > golden_recipes.h

The networks are those of gan/generator.h and gan/discriminator.h, written down here once more, made small. Everything
that is random elsewhere is a formula, rounded to float32. wave(i, s) is sin(0.37·i² + 1.3·i + s). Number i of parameter
k of a network begins as a·wave(i, k + 1)/√(numbers of the parameter for each of its first axis), a being the case's
amplitude; of one axis 0.1·wave(i, k + 1), and 1 more where it is a gain of batch norm. z of step t (from 0) is
1.4·wave(j, t), real batches are 0.9·wave(j, 100 + t), j over all numbers of the batch; labels are (n + t) mod 3. Both
halves of a step get the same z.

The numbers are made in float64. As many steps in float32 differ from them by what rounding does; the largest such
difference goes into the header too, and the test allows a small multiple of it.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

BATCH, STEPS, CLASSES, LATENT = 4, 3, 3, 5


# ---- layers that PyTorch has not

class Embedding(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(CLASSES, size))

    def forward(self, y):
        return self.weight[y]


class ConditionalBatchNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bias, self.gain = Embedding(channels), Embedding(channels)
        self.norm = nn.BatchNorm2d(channels, affine=False)

    def forward(self, x, y):
        return self.norm(x) * (1 + self.gain(y))[:, :, None, None] + self.bias(y)[:, :, None, None]


class Projection(nn.Module):
    def __init__(self, size, bias=True):
        super().__init__()
        self.dense, self.embedding = nn.Linear(size, 1, bias=bias), Embedding(size)

    def forward(self, x, y):
        return self.dense(x) + (self.embedding(y) * x).sum(1, keepdim=True)


class ConcatLabel(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.embedding = Embedding(size)

    def forward(self, x, y):
        return torch.cat([x, self.embedding(y)], 1)


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Net(nn.Module):
    """Layers one after another; those that want labels get them."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x, y=None):
        for layer in self.layers:
            x = layer(x, y) if isinstance(layer, (Net, Residual, ConditionalBatchNorm, Projection, ConcatLabel)) \
                else layer(x)
        return x


class Residual(nn.Module):
    def __init__(self, branch, shortcut=None):
        super().__init__()
        self.branch, self.shortcut = branch, shortcut

    def forward(self, x, y=None):
        return self.branch(x, y) + (self.shortcut(x, y) if self.shortcut is not None else x)


class Basis(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.basis = nn.Parameter(torch.zeros(channels, 4, 4))
        self.weight = nn.Parameter(torch.zeros(channels, inputs))

    def forward(self, x):
        return (x @ self.weight.T)[:, :, None, None] * self.basis


def resampler(up):
    """[1, 2, 1] on pixels doubled, or before they are halved, zeros around, as the published code does it."""
    def resample(x):
        line = torch.tensor([1.0, 3.0, 3.0, 1.0], dtype=x.dtype)
        kernel = (line[:, None] * line / 64)[None, None]
        pixels = x.reshape(-1, 1, x.shape[2], x.shape[3])
        y = F.conv_transpose2d(pixels, 4 * kernel, stride=2, padding=1) if up else \
            F.conv2d(pixels, kernel, stride=2, padding=1)
        return y.reshape(x.shape[0], x.shape[1], y.shape[2], y.shape[3])
    return Function(resample)


def up2():
    return nn.Upsample(scale_factor=2, mode="nearest")


def conv3(a, b):
    return nn.Conv2d(a, b, 3, padding=1)


def conv1(a, b, bias=True):
    return nn.Conv2d(a, b, 1, bias=bias)


# ---- DCGAN at 28 × 28, widths 4, 6 and 6: from 4 to 7, 14 and 28, and from there to 14, 7 and 3

def dcgan(stable):
    def up(a, b, *window):
        return [nn.ConvTranspose2d(a, b, *window, bias=False), nn.BatchNorm2d(b), nn.ReLU()]

    def down(a, b, *window):
        norm = [] if stable else [nn.BatchNorm2d(b)]
        return [nn.Conv2d(a, b, *window, bias=stable), *norm, nn.LeakyReLU(0.2)]

    g = Net(nn.Unflatten(1, (LATENT, 1, 1)), *up(LATENT, 6, 4), *up(6, 6, 3, 2, 1), *up(6, 4, 4, 2, 1),
            nn.ConvTranspose2d(4, 1, 4, 2, 1, bias=False), nn.Tanh())
    d = Net(nn.Conv2d(1, 4, 4, 2, 1, bias=stable), nn.LeakyReLU(0.2), *down(4, 6, 4, 2, 1), *down(6, 6, 4, 2, 1),
            nn.Conv2d(6, 1, 3, bias=stable), nn.Flatten())
    return g, d


# ---- pooled at 28 × 28, widths 4 and 6, two convolutions at each size, as the STABLE preset shapes it

def pooled():
    def g_hidden(a, b):
        return [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]

    def d_hidden(a, b):
        return [conv3(a, b), nn.LeakyReLU(0.2)]

    g = Net(nn.Linear(LATENT, 6 * 49, bias=False), nn.Unflatten(1, (6, 7, 7)), nn.BatchNorm2d(6), nn.ReLU(),
            up2(), *g_hidden(6, 6), *g_hidden(6, 6), up2(), *g_hidden(6, 4), *g_hidden(4, 4), conv3(4, 1),
            nn.Sigmoid())
    d = Net(Function(lambda x: 2 * x - 1), *d_hidden(1, 4), *d_hidden(4, 4), nn.AvgPool2d(2), *d_hidden(4, 6),
            *d_hidden(6, 6), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(6 * 49, 1))
    return g, d


# ---- SNGAN's residual networks at 16 × 16, widths 4 and 6: grid 4; the order of resampling is the published code's

def sngan(labelled):
    def norm(channels):
        return ConditionalBatchNorm(channels) if labelled else nn.BatchNorm2d(channels)

    def up_block(a, b):
        return Residual(Net(norm(a), nn.ReLU(), up2(), conv3(a, b), norm(b), nn.ReLU(), conv3(b, b)),
                        Net(up2(), conv1(a, b)))

    def d_block(a, b, halves):
        branch = [nn.ReLU(), conv3(a, a), nn.ReLU(), conv3(a, b)]
        if halves:
            return Residual(Net(*branch, nn.AvgPool2d(2)), Net(conv1(a, b), nn.AvgPool2d(2)))
        return Residual(Net(*branch), Net(conv1(a, b)) if a != b else None)

    g = Net(nn.Linear(LATENT, 6 * 16), nn.Unflatten(1, (6, 4, 4)), up_block(6, 6), up_block(6, 4), nn.BatchNorm2d(4),
            nn.ReLU(), conv3(4, 3), nn.Tanh())
    first = Residual(Net(conv3(3, 4), nn.ReLU(), conv3(4, 4), nn.AvgPool2d(2)), Net(nn.AvgPool2d(2), conv1(3, 4)))
    d = Net(first, d_block(4, 6, True), d_block(6, 6, False), nn.ReLU(), Function(lambda x: x.sum((2, 3))),
            Projection(6) if labelled else nn.Linear(6, 1))
    return g, d


# ---- R3GAN's at 16 × 16, widths 8 and 16: grid 4, two blocks at each size

def r3gan(labelled):
    class Biased(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(channels))

        def forward(self, x):
            return F.leaky_relu(x + self.bias[:, None, None], 0.2)

    def blocks(c):
        return [Residual(Net(conv1(c, 2 * c, False), Biased(2 * c),
                             nn.Conv2d(2 * c, 2 * c, 3, padding=1, groups=2 * c // 16, bias=False), Biased(2 * c),
                             conv1(2 * c, c, False))) for _ in range(2)]

    embedding = [ConcatLabel(2)] if labelled else []
    g = Net(*embedding, Basis(LATENT + 2 * labelled, 16), *blocks(16), resampler(True), *blocks(16),
            conv1(16, 8, False), resampler(True), *blocks(8), conv1(8, 3, False))
    head = [nn.Linear(16, 16, bias=False), Projection(16, bias=False)] if labelled else [nn.Linear(16, 1, bias=False)]
    d = Net(conv1(3, 8, False), *blocks(8), resampler(False), conv1(8, 16, False), *blocks(16), resampler(False),
            *blocks(16), nn.Conv2d(16, 16, 4, groups=16, bias=False), nn.Flatten(), *head)
    return g, d


# ---- numbers

def wave(count, shift):
    return torch.tensor([math.sin(0.37 * i * i + 1.3 * i + shift) for i in range(count)], dtype=torch.float64)


def rounded(x, dtype):
    return x.float().to(dtype)


def fill(network, amplitude, dtype):
    network.to(dtype)
    k = 0
    for module in network.modules():
        for name, p in module.named_parameters(recurse=False):
            w = wave(p.numel(), k + 1)
            if p.dim() > 1:
                w = amplitude * w / math.sqrt(p.numel() // p.shape[0])
            else:
                w = 0.1 * w + (1 if isinstance(module, nn.BatchNorm2d) and name == "weight" else 0)
            p.data = rounded(w, dtype).reshape(p.shape)
            k += 1


def with_state_kept(network, *x):
    """Training mode, but running statistics stay as they were."""
    kept = {name: b.clone() for name, b in network.named_buffers()}
    y = network(*x)
    for name, b in network.named_buffers():
        b.data = kept[name]
    return y


def numbers(network):
    """All parameters, then the running statistics, as one."""
    state = [b for _, b in network.named_buffers() if b.is_floating_point()]
    return torch.cat([v.detach().reshape(-1).double() for v in [*network.parameters(), *state]])


def digest(change):
    """How far all numbers moved: the sum with weights cos(0.11·i), and the root of the sum of squares."""
    weights = torch.tensor([math.cos(0.11 * i) for i in range(change.numel())], dtype=torch.float64)
    return [(change * weights).sum().item(), change.square().sum().sqrt().item()]


class Run:
    def __init__(self, case, dtype):
        self.case, self.dtype = case, dtype
        self.g, self.d = case["players"]()
        fill(self.g, case["amplitude"], dtype), fill(self.d, case["amplitude"], dtype)
        self.begin = [numbers(self.g), numbers(self.d)]
        rate = case["rate"]
        self.g_optimizer = torch.optim.SGD(self.g.parameters(), lr=rate, momentum=0.5)
        self.d_optimizer = torch.optim.SGD(self.d.parameters(), lr=rate, momentum=0.5)

    def draw(self, t):
        shape = (BATCH, *self.case["shape"])
        self.z = rounded(1.4 * wave(BATCH * LATENT, t), self.dtype).reshape(BATCH, LATENT)
        self.x = rounded(0.9 * wave(math.prod(shape), 100 + t), self.dtype).reshape(shape)
        self.y = (torch.arange(BATCH) + t) % CLASSES if self.case["labelled"] else None

    def penalty(self, x, weight):
        (gradient,) = torch.autograd.grad(self.d_of(x).sum(), x, create_graph=True)
        return weight / 2 * gradient.square().flatten(1).sum(1).mean()

    def d_of(self, x):
        return with_state_kept(self.d, x, self.y)

    def d_step(self):
        case = self.case
        made = with_state_kept(self.g, self.z, self.y).detach()
        r, f = self.d(self.x, self.y), self.d(made, self.y)
        loss = F.softplus(f - r).mean() if case["relativistic"] else F.softplus(-r).mean() + F.softplus(f).mean()
        r1 = self.penalty(self.x.clone().requires_grad_(), case["r1"]) if case["r1"] else torch.zeros(())
        r2 = self.penalty(made.clone().requires_grad_(), case["r2"]) if case["r2"] else torch.zeros(())
        gradients = torch.autograd.grad(loss + r1 + r2, list(self.d.parameters()))
        self.commit(self.d_optimizer, self.d, gradients)
        return [loss, r1, r1 + r2, r.mean(), f.mean(), torch.sqrt(sum(g.square().sum() for g in gradients))]

    def g_step(self):
        f = self.d_of(self.g(self.z, self.y))
        loss = F.softplus(self.d_of(self.x) - f).mean() if self.case["relativistic"] else F.softplus(-f).mean()
        gradients = torch.autograd.grad(loss, list(self.g.parameters()))
        self.commit(self.g_optimizer, self.g, gradients)
        return [loss, torch.sqrt(sum(g.square().sum() for g in gradients))]

    @staticmethod
    def commit(optimizer, network, gradients):
        for p, g in zip(network.parameters(), gradients):
            p.grad = g
        optimizer.step()

    def figures(self):
        """Of each step, then of what moved in G and in D."""
        rows = []
        for t in range(STEPS):
            self.draw(t)
            rows.append([x.item() for x in self.d_step() + self.g_step()])
        return rows + [digest(numbers(n) - b) for n, b in zip((self.g, self.d), self.begin)]


BASE = {"labelled": False, "relativistic": False, "r1": 0.0, "r2": 0.0, "rate": 0.02, "amplitude": 1.5}
CASES = {
    "dcgan": {"players": lambda: dcgan(False), "shape": (1, 28, 28)},
    "dcgan, R1": {"players": lambda: dcgan(True), "shape": (1, 28, 28), "r1": 1.0},
    "pooled": {"players": pooled, "shape": (1, 28, 28), "r1": 1.0},
    "sngan_resnet": {"players": lambda: sngan(False), "shape": (3, 16, 16), "r1": 0.5},
    "sngan_resnet, labels": {"players": lambda: sngan(True), "shape": (3, 16, 16), "r1": 0.5, "labelled": True},
    "r3gan": {"players": lambda: r3gan(False), "shape": (3, 16, 16), "r1": 0.5, "r2": 0.5, "relativistic": True,
              "rate": 0.002},
    "r3gan, labels": {"players": lambda: r3gan(True), "shape": (3, 16, 16), "r1": 0.5, "r2": 0.5,
                      "relativistic": True, "labelled": True, "rate": 0.002},
}


def apart(a, b):
    """The largest difference between figures, of 1 or of themselves where they are larger."""
    return max(abs(x - y) / max(1, abs(x)) for p, q in zip(a, b) for x, y in zip(p, q))


def c_list(numbers_):
    return "{" + ", ".join(f"{x:.9g}" for x in numbers_) + "}"


def main():
    torch.set_num_threads(1)
    print(f"/* Made by golden_recipes.py with PyTorch {torch.__version__}. Do not edit. */")
    print(f"enum {{ RECIPE_BATCH = {BATCH}, RECIPE_STEPS = {STEPS}, RECIPE_CLASSES = {CLASSES}, "
          f"RECIPE_LATENT = {LATENT} }};")
    print("""/* What parameters begin as (amplitude), what PyTorch's own float32 makes of it otherwise (rounding), and of each step:
 * D's loss, R1, all penalties, mean logits of real and made examples, D's gradient norm, G's loss and gradient norm. In
 * the end, of G and D: how far all numbers (parameters, then state) moved, summed up with weights cos(0.11·i), and the
 * length of it. */
static const struct {
    const char *name;
    double amplitude, rate, r1_weight, r2_weight, rounding;
    double report[RECIPE_STEPS][8], g[2], d[2];
} golden_recipes[] = {""")
    for name, changes in CASES.items():
        case = {**BASE, **changes}
        exact, single = (Run(case, dtype).figures() for dtype in (torch.float64, torch.float32))
        rows = ",\n".join(c_list(r) for r in exact[:STEPS])
        print(f'{{"{name}", {case["amplitude"]}, {case["rate"]}, {case["r1"]}, {case["r2"]}, '
              f'{apart(exact, single):.2g},\n{{{rows}}},\n{c_list(exact[STEPS])},\n{c_list(exact[STEPS + 1])}}},')
    print("};")


if __name__ == "__main__":
    main()
