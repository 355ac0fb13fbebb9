#!/usr/bin/env python3
"""Writes golden_optimizers.h: what PyTorch's optimizers make of five parameters in six steps.

    python3 golden_optimizers.py > golden_optimizers.h

Parameter i begins as sin(i + 1); its gradient at step t (from 1) is cos(1.7·(i + 1)·t); both rounded to float32. The
rate is halved after step 3.
"""
import math

import torch

COUNT, STEPS = 5, 6

CASES = [
    ("adam", lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8)),
    ("adam, beta1 0", lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.0, 0.99), eps=1e-8)),
    ("adam, epsilon .1", lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.5, 0.9), eps=0.1)),
    ("adamw", lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)),
    ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd, momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    ("sgd, nesterov", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    ("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8)),
    ("rmsprop, momentum", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8, momentum=0.5)),
]


def run(make):
    p = torch.tensor([math.sin(i + 1) for i in range(COUNT)], dtype=torch.float32, requires_grad=True)
    optimizer = make([p])
    steps = []
    for t in range(1, STEPS + 1):
        p.grad = torch.tensor([math.cos(1.7 * (i + 1) * t) for i in range(COUNT)], dtype=torch.float32)
        optimizer.step()
        steps.append(p.detach().tolist())
        if t == 3:
            for group in optimizer.param_groups:
                group["lr"] /= 2
    return steps


print(f"/* Made by golden_optimizers.py with PyTorch {torch.__version__}. Do not edit. */")
print(f"enum {{ GOLDEN_COUNT = {COUNT}, GOLDEN_STEPS = {STEPS} }};")
print("static const struct {\n    const char *name;\n    double p[GOLDEN_STEPS][GOLDEN_COUNT];\n} golden_optimizers[] = {")
for name, make in CASES:
    print(f'    {{"{name}",')
    rows = ["{" + ", ".join(f"{x:.9g}" for x in step) + "}" for step in run(make)]
    print("     {" + (",\n      ").join(rows) + "}},")
print("};")
