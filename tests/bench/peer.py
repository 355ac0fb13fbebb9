#!/usr/bin/env python3
"""Whole adversarial steps of gan-bench's networks in PyTorch, as fast as PyTorch does them on a CPU.

The same networks, losses, optimizers and order of updates as tests/bench/nets.c: fresh noise for each half, D on real and
made data, then G; Adam(2e-4, 0.5); uniform random data prepared beforehand. The best settings that were found are used:
channels-last memory, no gradients of D's weights in G's half, none of G in D's half, foreach Adam where there is one. The
BLAS is the system's: compare.sh puts BLIS into its place.

Prints one line of JSON.
"""
import argparse
import json
import resource
import time

import torch
from torch import nn
from torch.nn import functional


def dense(sizes, last):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1], *last)


class Reshape(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(x.shape[0], *self.shape)


def convolutional(channels, colours, seven, penalised):
    up, inputs = [Reshape(100, 1, 1)], 100
    for i, outputs in enumerate(channels):
        size, stride, padding = (4, 1, 0) if i == 0 else (3 if seven and i == 1 else 4, 2, 1)
        up += [nn.ConvTranspose2d(inputs, outputs, size, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
        inputs = outputs
    up += [nn.ConvTranspose2d(inputs, colours, 4, 2, 1, bias=False), nn.Tanh()]
    down, inputs = [], colours
    for i, outputs in enumerate(reversed(channels)):
        down += [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)]
        down += [nn.BatchNorm2d(outputs)] if i > 0 and not penalised else []
        down += [nn.LeakyReLU(0.2)]
        inputs = outputs
    down += [nn.Conv2d(inputs, 1, 3 if seven else 4, 1, 0, bias=False), nn.Flatten()]
    return nn.Sequential(*up), nn.Sequential(*down)


def networks(name):
    """G, D, the shape of an image, the usual batch, and whether it is WGAN-GP."""
    if name == "mlp":
        g = dense([100, 256, 512, 1024, 784], [nn.Sigmoid(), Reshape(1, 28, 28)])
        d = nn.Sequential(nn.Flatten(), dense([784, 512, 256, 1], []))
        return g, d, (1, 28, 28), 128, False
    size = int(name[-2:])
    penalised = name.startswith("wgangp")
    channels = [512, 256, 128, 64] if size == 64 else [256, 128, 64]
    colours = 1 if size == 28 else 3
    g, d = convolutional(channels, colours, size == 28, penalised)
    return g, d, (colours, size, size), 64, penalised


def d_losses(d, real, made, penalised):
    if not penalised:
        return functional.softplus(-d(real)).mean() + functional.softplus(d(made)).mean()
    loss = d(made).mean() - d(real).mean()
    between = torch.rand(real.shape[0], 1, 1, 1)
    mixed = (between * real + (1 - between) * made).requires_grad_(True)
    slope, = torch.autograd.grad(d(mixed).sum(), mixed, create_graph=True)
    return loss + 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()


def step(g, d, g_optimizer, d_optimizer, real, penalised):
    batch = real.shape[0]
    for parameter in d.parameters():
        parameter.requires_grad_(True)
    with torch.no_grad():
        made = g(torch.randn(batch, 100))
    d_optimizer.zero_grad(set_to_none=True)
    d_losses(d, real, made, penalised).backward()
    d_optimizer.step()
    for parameter in d.parameters():
        parameter.requires_grad_(False)
    logits = d(g(torch.randn(batch, 100)))
    g_loss = -logits.mean() if penalised else functional.softplus(-logits).mean()
    g_optimizer.zero_grad(set_to_none=True)
    g_loss.backward()
    g_optimizer.step()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--net", default="mlp")
    parser.add_argument("--batch", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    g, d, image, batch, penalised = networks(arguments.net)
    batch = arguments.batch or batch
    real = torch.rand(batch, *image) * 2 - 1
    if arguments.net != "mlp":
        g, d = g.to(memory_format=torch.channels_last), d.to(memory_format=torch.channels_last)
        real = real.contiguous(memory_format=torch.channels_last)
    optimizers = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999), foreach=True) for net in (g, d)]
    times, begin = [], None
    for i in range(-5, 1000000):
        if i == 0:
            begin = time.perf_counter()
        if i >= 3 and time.perf_counter() - begin > arguments.seconds:
            break
        start = time.perf_counter()
        step(g, d, optimizers[0], optimizers[1], real, penalised)
        if i >= 0:
            times.append(time.perf_counter() - start)
    times.sort()
    print(json.dumps({"net": arguments.net, "batch": batch, "threads": arguments.threads, "steps": len(times),
                      "median_ms": round(1e3 * times[len(times) // 2], 3), "best_ms": round(1e3 * times[0], 3),
                      "rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                      "torch": torch.__version__}))


main()
