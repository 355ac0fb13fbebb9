"""The other side of pytorch_exchange.c: DCGAN's and R3GAN's networks, of the recipes' default size for [3, 32, 32], written
down in PyTorch.

    pytorch_peer.py compare FOLDER      NAME.safetensors, which libgan saved, loads by its names, nothing missing and
                                        nothing left, and makes NAME.out of NAME.in
    pytorch_peer.py write FOLDER        such files, with PyTorch's numbers, for libgan to load

Safetensors files are read and written here, from the format's description.
"""
import json
import math
import struct
import sys

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(1)
TYPES = {torch.float32: ("F32", "f"), torch.int64: ("I64", "q")}


# ---- files

def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), file.read()
    header.pop("__metadata__")
    out = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        assert tensor["dtype"] == "F32"
        out[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(tensor["shape"])
    return out


def write(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        kind, form = TYPES[tensor.dtype]
        content = struct.pack(f"<{tensor.numel()}{form}", *tensor.reshape(-1).tolist())
        header[name] = {"dtype": kind, "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def read_numbers(path):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


def write_numbers(path, tensor):
    with open(path, "wb") as file:
        file.write(struct.pack(f"<{tensor.numel()}f", *tensor.reshape(-1).tolist()))


# ---- networks: a module for each of libgan's layers, so that places, and with them names, agree

class Residual(nn.Module):
    def __init__(self, branch):
        super().__init__()
        self.branch = branch

    def forward(self, x):
        return x + self.branch(x)


class Basis(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(channels, 4, 4))
        self.weight = nn.Parameter(torch.randn(channels, inputs) / math.sqrt(inputs))

    def forward(self, x):
        return (x @ self.weight.T)[:, :, None, None] * self.basis


class Resample(nn.Module):
    """[1, 2, 1] on pixels doubled, or before they are halved."""

    def __init__(self, up):
        super().__init__()
        self.up = up

    def forward(self, x):
        line = torch.tensor([1.0, 3.0, 3.0, 1.0])
        kernel = (line[:, None] * line / 64)[None, None].repeat(x.shape[1], 1, 1, 1)
        if self.up:
            return F.conv_transpose2d(x, 4 * kernel, stride=2, padding=1, groups=x.shape[1])
        return F.conv2d(x, kernel, stride=2, padding=1, groups=x.shape[1])


def dcgan_g():
    def up(a, b):
        return [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]

    return [nn.Unflatten(1, (100, 1, 1)), nn.ConvTranspose2d(100, 256, 4, bias=False), nn.BatchNorm2d(256), nn.ReLU(),
            *up(256, 128), *up(128, 64), nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh()]


def dcgan_d():
    def down(a, b):
        return [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]

    return [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2), *down(64, 128), *down(128, 256),
            nn.Conv2d(256, 1, 4, bias=False), nn.Flatten()]


def blocks(c):
    return [Residual(nn.Sequential(nn.Conv2d(c, 2 * c, 1), nn.LeakyReLU(0.2),
                                   nn.Conv2d(2 * c, 2 * c, 3, padding=1, groups=2 * c // 16), nn.LeakyReLU(0.2),
                                   nn.Conv2d(2 * c, c, 1, bias=False))) for _ in range(2)]


def r3gan_g():
    layers, c = [Basis(64, 256), *blocks(256)], 256
    while c > 32:
        layers += [nn.Conv2d(c, c // 2, 1, bias=False), Resample(True), *blocks(c // 2)]
        c //= 2
    return layers + [nn.Conv2d(32, 3, 1, bias=False)]


def r3gan_d():
    layers, c = [nn.Conv2d(3, 32, 1, bias=False), *blocks(32)], 32
    while c < 256:
        layers += [Resample(False), nn.Conv2d(c, 2 * c, 1, bias=False), *blocks(2 * c)]
        c *= 2
    return layers + [nn.Conv2d(256, 256, 4, groups=256, bias=False), nn.Flatten(), nn.Linear(256, 1, bias=False)]


NETWORKS = {"dcgan-g": (dcgan_g, (100,)), "dcgan-d": (dcgan_d, (3, 32, 32)),
            "r3gan-g": (r3gan_g, (64,)), "r3gan-d": (r3gan_d, (3, 32, 32))}


# ---- from libgan

def compare(folder):
    for name, (layers, shape) in NETWORKS.items():
        network = nn.Sequential(*layers()).eval()
        tensors = read(f"{folder}/{name}.safetensors")
        for key in network.state_dict():  # counters, which libgan does not have
            if key.endswith(".num_batches_tracked"):
                tensors[key] = torch.tensor(0)
        network.load_state_dict(tensors, strict=True)
        with torch.no_grad():
            made = network(read_numbers(f"{folder}/{name}.in").reshape(-1, *shape)).reshape(-1)
        wanted = read_numbers(f"{folder}/{name}.out")
        assert made.shape == wanted.shape, f"{name}: {made.shape} numbers, libgan has {wanted.shape}"
        size = wanted.abs().max().item()  # rounding is as large as the largest number
        worst = (made - wanted).abs().max().item() / size
        print(f"{name}: {wanted.numel()} numbers of up to {size:.3g}, largest difference {worst:.1e} of that")
        assert worst <= 1e-5, f"{name} differs by {worst}"


# ---- to libgan

def draw_statistics(network):
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-1, 1)
            module.running_var.uniform_(0.1, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -1, 1)


def write_all(folder):
    torch.manual_seed(1)
    for name, (layers, shape) in NETWORKS.items():
        network = nn.Sequential(*layers()).eval()
        draw_statistics(network)
        x = torch.randn(4, *shape)
        with torch.no_grad():
            write_numbers(f"{folder}/{name}.in", x)
            write_numbers(f"{folder}/{name}.out", network(x))
        state = network.state_dict()
        write(f"{folder}/{name}-names.safetensors", {"main." + key: value for key, value in state.items()})
        # As of a program that keeps only modules with numbers, and counts them otherwise: places differ, the order not.
        places = sorted({int(key.split(".")[0]) for key in state})
        counted = {str(place): f"net.{3 * i + 1}" for i, place in enumerate(places)}
        write(f"{folder}/{name}-order.safetensors",
              {".".join([counted[key.split(".")[0]], *key.split(".")[1:]]): value for key, value in state.items()})
    state = nn.Sequential(*dcgan_g()).state_dict()
    write(f"{folder}/missing.safetensors", {key: value for key, value in state.items() if key != "2.running_var"})
    write(f"{folder}/shape.safetensors", {**state, "4.weight": torch.zeros(256, 128, 3, 4)})
    write(f"{folder}/more.safetensors", {**state, "11.weight": torch.zeros(2)})


if __name__ == "__main__":
    {"compare": compare, "write": write_all}[sys.argv[1]](sys.argv[2])
