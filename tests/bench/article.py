#!/usr/bin/env python3
"""The main job in PyTorch, as fast as PyTorch does it on a CPU: the peer of examples/mnist.c in compare-main-job.sh.

The networks, losses, optimizers, batch, noise and order of updates are those of the presets `article` and `stable`. The
best settings that were found for PyTorch are used: BLIS as its BLAS (the caller sets the library path), as many threads as
asked for, no D weight gradients in G's half, no D gradients at all where G's fakes enter D's half.

Prints one line: preset, steps, seconds of training, milliseconds a step (median), the last losses.
"""
import argparse
import gzip
import os
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


def read_images(directory):
    """The training images, [60000, 784] in [0, 1]; random ones of the same size where there is no such directory."""
    if directory is None:
        return torch.rand(60000, 784)
    for name in ("train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"):
        path = os.path.join(directory, name)
        if os.path.exists(path):
            with (gzip.open if name.endswith(".gz") else open)(path, "rb") as file:
                content = file.read()
            return torch.from_numpy(numpy.frombuffer(content, numpy.uint8, offset=16).reshape(-1, 784).copy()).float() / 255
    raise SystemExit(f"{directory}: no train-images-idx3-ubyte(.gz)")


class Centre(nn.Module):
    def forward(self, x):
        return 2 * x - 1


def dense(inputs, outputs, bias=True):
    layer = nn.Linear(inputs, outputs, bias)
    nn.init.xavier_uniform_(layer.weight)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def networks(stable):
    hidden = [100, 256, 512, 1024]
    g = []
    for inputs, outputs in zip(hidden, hidden[1:]):
        g += [dense(inputs, outputs, not stable)] + ([nn.BatchNorm1d(outputs)] if stable else []) + [nn.ReLU()]
    g += [dense(1024, 784), nn.Sigmoid()]
    d = [Centre()] if stable else []
    for inputs, outputs in ((784, 512), (512, 256)):
        d += [dense(inputs, outputs), nn.LeakyReLU(0.2) if stable else nn.ReLU()]
    return nn.Sequential(*g), nn.Sequential(*d, dense(256, 1))


def step(g, d, g_optimizer, d_optimizer, real, stable, average, arguments):
    batch = real.shape[0]
    for parameter in d.parameters():
        parameter.requires_grad_(True)
    with torch.no_grad():
        fake = g(torch.randn(batch, 100))
    if stable:
        real.requires_grad_(True)
    logits = d(real)
    d_loss = functional.softplus(-logits).mean() + functional.softplus(d(fake)).mean()
    total = d_loss
    if stable:
        slope, = torch.autograd.grad(logits.sum(), real, create_graph=True)
        total = d_loss + arguments.r1 / 2 * slope.square().sum(1).mean()
    d_optimizer.zero_grad(set_to_none=True)
    total.backward()
    d_optimizer.step()
    for parameter in d.parameters():
        parameter.requires_grad_(False)
    g_loss = functional.softplus(-d(g(torch.randn(batch, 100)))).mean()
    g_optimizer.zero_grad(set_to_none=True)
    g_loss.backward()
    g_optimizer.step()
    if stable:
        with torch.no_grad():
            torch._foreach_mul_(average, arguments.decay)
            torch._foreach_add_(average, list(g.parameters()), alpha=1 - arguments.decay)
    return d_loss, g_loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--preset", choices=("article", "stable"), default="stable")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--r1", type=float, default=10)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--beta1", type=float)
    parser.add_argument("--decay", type=float, default=0.995)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    stable = arguments.preset == "stable"
    images = read_images(arguments.data)
    g, d = networks(stable)
    rate = arguments.rate if arguments.rate is not None else 1e-3 if stable else 2e-4
    betas = (arguments.beta1 if arguments.beta1 is not None else 0.0 if stable else 0.5, 0.999)
    g_optimizer = torch.optim.Adam(g.parameters(), rate, betas, foreach=True)
    d_optimizer = torch.optim.Adam(d.parameters(), rate, betas, foreach=True)
    average = [parameter.detach().clone() for parameter in g.parameters()]
    times = []
    begin = time.perf_counter()
    for _ in range(arguments.epochs):
        order = torch.randperm(len(images))
        for i in range(len(images) // arguments.batch):
            before = time.perf_counter()
            real = images[order[i * arguments.batch:(i + 1) * arguments.batch]]
            losses = step(g, d, g_optimizer, d_optimizer, real, stable, average, arguments)
            times.append(time.perf_counter() - before)
    seconds = time.perf_counter() - begin
    print(f"pytorch {arguments.preset}: {len(times)} steps, {seconds:.2f} s, median {1e3 * numpy.median(times):.2f} ms a step, "
          f"losses D {losses[0].item():.3f} G {losses[1].item():.3f}")


if __name__ == "__main__":
    main()
