#!/usr/bin/env python3
"""Writes golden_steps.h: what three training steps of small networks make in PyTorch.

    python3 golden_steps.py > golden_steps.h

The networks are the article's, made small: data 6 numbers in [0, 1], latent 5, G 5-7-11-6 with a sigmoid, D 6-13-7-1.
Everything that is random elsewhere is a formula here, rounded to float32: number i of parameter k of a network begins
as 0.4·sin(1.3·i + k + 1) (batch norm's weight: 1 + 0.1·sin(1.3·i + k + 1)), z of step t (from 0) is
sin(0.37·j + t), real batches are 0.5 + 0.5·sin(0.91·j + 2·t), j over all numbers of the batch of 4. Both halves of a step
get the same z.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

BATCH, STEPS = 4, 3


def generator(stable):
    sizes, layers = [5, 7, 11], []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b, bias=not stable)] + ([nn.BatchNorm1d(b)] if stable else []) + [nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(11, 6), nn.Sigmoid())


class Centre(nn.Module):
    def forward(self, x):
        return 2 * x - 1


def discriminator(stable):
    sizes, layers = [6, 13, 7], [Centre()] if stable else []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.LeakyReLU(0.2) if stable else nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(7, 1))


def fill(network):
    k = 0
    for module in network.modules():
        for name, p in module.named_parameters(recurse=False):
            wave = torch.tensor([math.sin(1.3 * i + k + 1) for i in range(p.numel())], dtype=torch.float64)
            scaled = 1 + 0.1 * wave if isinstance(module, nn.BatchNorm1d) and name == "weight" else 0.4 * wave
            p.data = scaled.reshape(p.shape).float()
            k += 1


def wave(count, factor, shift):
    return torch.tensor([math.sin(factor * j + shift) for j in range(count)], dtype=torch.float64)


def noise(t):
    return wave(BATCH * 5, 0.37, t).reshape(BATCH, 5).float()


def batch(t):
    return (0.5 + 0.5 * wave(BATCH * 6, 0.91, 2 * t)).reshape(BATCH, 6).float()


def with_state_kept(network, x):
    """Training mode, but running statistics stay as they were."""
    kept = {name: b.clone() for name, b in network.named_buffers()}
    y = network(x)
    for name, b in network.named_buffers():
        b.data = kept[name]
    return y


class Run:
    def __init__(self, case):
        self.case = case
        self.g, self.d = generator(case["stable"]), discriminator(case["stable"])
        fill(self.g), fill(self.d)
        self.average = {k: v.clone() for k, v in self.g.state_dict().items()}
        self.g_optimizer = case["optimizer"](self.g.parameters())
        self.d_optimizer = case["optimizer"](self.d.parameters())

    def d_gradient(self, t):
        gamma = self.case["r1"]
        x = batch(t).requires_grad_(gamma > 0)
        made = with_state_kept(self.g, noise(t)).detach()
        r, f = self.d(x), self.d(made)
        loss, penalty = F.softplus(-r).mean() + F.softplus(f).mean(), torch.zeros(())
        if gamma > 0:
            (gradient,) = torch.autograd.grad(r.sum(), x, create_graph=True)
            penalty = gamma / 2 * gradient.square().sum(1).mean()
        gradients = torch.autograd.grad(loss + penalty, list(self.d.parameters()))
        self.report += [loss, penalty, torch.sigmoid(r).mean(), torch.sigmoid(f).mean(), r.mean(), f.mean(),
                        torch.sqrt(sum(g.square().sum() for g in gradients))]
        return gradients

    def g_gradient(self, t):
        f = self.d(self.g(noise(t)))
        loss = -F.softplus(f).mean() if self.case["minimax"] else F.softplus(-f).mean()
        gradients = torch.autograd.grad(loss, list(self.g.parameters()))
        self.g_report = [loss, torch.sqrt(sum(g.square().sum() for g in gradients))]
        return gradients

    @staticmethod
    def commit(optimizer, network, gradients):
        for p, g in zip(network.parameters(), gradients):
            p.grad = g
        optimizer.step()

    def step(self, t):
        order = self.case["order"]
        g_gradients = None
        if order == "GAN_UPDATE_G_FIRST":
            self.commit(self.g_optimizer, self.g, self.g_gradient(t))
        if order == "GAN_UPDATE_SIMULTANEOUS":
            self.report = []
            d_gradients = self.d_gradient(t)
            g_gradients = self.g_gradient(t)
            self.commit(self.d_optimizer, self.d, d_gradients)
            self.commit(self.g_optimizer, self.g, g_gradients)
        else:
            for _ in range(self.case["d_steps"]):
                self.report = []
                self.commit(self.d_optimizer, self.d, self.d_gradient(t))
        if order == "GAN_UPDATE_D_FIRST":
            self.commit(self.g_optimizer, self.g, self.g_gradient(t))
        decay = self.case["decay"]
        for k, v in self.g.state_dict().items():
            if v.is_floating_point():
                self.average[k] = decay * self.average[k] + (1 - decay) * v
        return [x.item() for x in self.report + self.g_report]


def digest(values):
    """Sums of all numbers with weights cos(0.11·i), by which they are compared, and the sum of squares."""
    flat = torch.cat([v.detach().reshape(-1).double() for v in values])
    weights = torch.tensor([math.cos(0.11 * i) for i in range(flat.numel())], dtype=torch.float64)
    return [(flat * weights).sum().item(), flat.square().sum().item()]


def state_values(network, state):
    parameters = [state[k] for k, _ in network.named_parameters()]
    buffers = [state[k] for k, v in network.named_buffers() if v.is_floating_point()]
    return parameters + buffers


def adam(rate, beta1):
    return lambda p: torch.optim.Adam(p, lr=rate, betas=(beta1, 0.999), eps=1e-8)


BASE = {"stable": False, "minimax": False, "r1": 0.0, "order": "GAN_UPDATE_D_FIRST", "d_steps": 1, "decay": 0.0,
        "optimizer": adam(2e-4, 0.5)}
CASES = {
    "article": {},
    "stable": {"stable": True, "r1": 10.0, "decay": 0.75, "optimizer": adam(1e-3, 0.0)},
    "stable, G first": {"stable": True, "r1": 10.0, "decay": 0.75, "optimizer": adam(1e-3, 0.0),
                        "order": "GAN_UPDATE_G_FIRST"},
    "stable, simultaneous": {"stable": True, "r1": 1.0, "decay": 0.75, "optimizer": adam(1e-3, 0.0),
                             "order": "GAN_UPDATE_SIMULTANEOUS"},
    "minimax, two steps of D": {"minimax": True, "d_steps": 2,
                                "optimizer": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.5, nesterov=True)},
}

torch.set_num_threads(1)
print(f"/* Made by golden_steps.py with PyTorch {torch.__version__}. Do not edit. */")
print(f"enum {{ GOLDEN_BATCH = {BATCH}, GOLDEN_STEPS = {STEPS} }};")
print("""/* Of each step: D's loss, R1, mean D(x), D(G(z)), their logits, D's gradient norm, G's loss and gradient norm. In the
 * end, of G, D and the average: the sum of all numbers (parameters, then state) times cos(0.11·i), and of squares. */
static const struct {
    const char *name;
    bool stable, minimax;
    double r1_weight, average_decay;
    gan_update_order order;
    int discriminator_steps;
    double report[GOLDEN_STEPS][9], g[2], d[2], average[2];
} golden_steps[] = {""")
for name, changes in CASES.items():
    case = {**BASE, **changes}
    run = Run(case)
    reports = [run.step(t) for t in range(STEPS)]
    rows = ",\n".join("{" + ", ".join(f"{x:.8g}" for x in r) + "}" for r in reports)
    ends = [digest(state_values(run.g, run.g.state_dict())), digest(state_values(run.d, run.d.state_dict())),
            digest(state_values(run.g, run.average))]
    tail = ", ".join("{" + ", ".join(f"{x:.8g}" for x in e) + "}" for e in ends)
    c_bool = {True: "true", False: "false"}
    print(f'{{"{name}", {c_bool[case["stable"]]}, {c_bool[case["minimax"]]}, {case["r1"]}, {case["decay"]}, '
          f'{case["order"]}, {case["d_steps"]},\n{{{rows}}},\n{tail}}},')
print("};")
