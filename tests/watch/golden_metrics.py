#!/usr/bin/env python3
"""Writes golden_metrics.h: what NumPy and SciPy make of the sets that test_goldens.c makes too.

    python3 golden_metrics.py > golden_metrics.h

A set's numbers come from a hash of whole numbers, exact in float32 everywhere.
"""
import numpy as np
import scipy
from scipy import linalg, signal, stats
from scipy.spatial.distance import cdist


def uniform(k):
    """A number in [0, 1) of 24 bits for the whole number k."""
    x = (k * 2654435761 + 12345) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    x = (x * 3266489917) & 0xFFFFFFFF
    x ^= x >> 16
    return (x >> 8) / 2**24


def vectors(which, n, d, own, next_one, shift):
    """Row i, column j: own·u(i, j) + next_one·u(i, j + 1) + shift, rounded to float32."""
    u = [[uniform(which * 1000003 + i * 1009 + j) for j in range(d + 1)] for i in range(n)]
    u = np.array(u)
    return (own * u[:, :d] + next_one * u[:, 1:] + shift).astype(np.float32)


def frechet(a, b):
    ca, cb = np.atleast_2d(np.cov(a, rowvar=False)), np.atleast_2d(np.cov(b, rowvar=False))
    if len(a) > a.shape[1]:
        root = np.trace(linalg.sqrtm(ca @ cb)).real
    else:  # singular, where sqrtm loses its digits: the symmetric form
        values, v = linalg.eigh(ca)
        half = v * np.sqrt(np.maximum(values, 0)) @ v.T
        root = np.sqrt(np.maximum(linalg.eigvalsh(half @ cb @ half), 0)).sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca) + np.trace(cb) - 2 * root


def kernel_distance(a, b):
    m = len(a)
    k = lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3
    aa, bb, ab = k(a, a), k(b, b), k(a, b)
    return (aa.sum() - np.trace(aa) + bb.sum() - np.trace(bb)) / (m * (m - 1)) - 2 * ab.mean()


def radii(x, k):
    return np.sort(cdist(x, x), axis=1)[:, k]  # column 0 is the row itself


def precision(a, b, k):
    return (cdist(b, a) <= radii(a, k)).any(axis=1).mean()


def density_coverage(a, b, k):
    inside = cdist(a, b) < radii(a, k)[:, None]
    return inside.sum() / (k * len(b)), inside.any(axis=1).mean()


def one_nearest_neighbour(a, b):
    both = np.concatenate([a, b])
    labels = np.array([0] * len(a) + [1] * len(b))
    distances = cdist(both, both)
    np.fill_diagonal(distances, np.inf)
    right = labels[distances.argmin(axis=1)] == labels
    return right[: len(a)].mean(), right[len(a) :].mean()


def directions(d, count):
    x = np.array([[uniform(77 * 1000003 + p * 1009 + j) - 0.5 for j in range(d)] for p in range(count)])
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def sliced(a, b, thetas):
    squares = []
    for theta in thetas:
        x, y = np.sort(a @ theta), np.sort(b @ theta)
        squares.append(((np.repeat(x, len(y)) - np.repeat(y, len(x))) ** 2).mean())
    return np.sqrt(np.mean(squares))


def mann_whitney(made, held_out):
    u = stats.mannwhitneyu(made, held_out).statistic
    m, h = len(made), len(held_out)
    n = m + h
    _, ties = np.unique(np.concatenate([made, held_out]), return_counts=True)
    variance = h * m / 12 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1)))
    return (u - h * m / 2) / np.sqrt(variance)


def memorisation(train, held_out, made, cells):
    """cells: for each cell the rows of each set that are in it."""
    z, weight = [], []
    for t, h, m in cells:
        z.append(mann_whitney(cdist(made[m], train[t]).min(axis=1), cdist(held_out[h], train[t]).min(axis=1)))
        weight.append(len(held_out[h]))
    weight = np.array(weight) / sum(weight)
    statistic = (weight * z).sum()
    return statistic, stats.norm.cdf(statistic / np.sqrt((weight**2).sum()))


def image(which, channels, height, width):
    k = np.arange(channels * height * width)
    noise = np.array([uniform(which * 1000003 + int(i)) for i in k]).reshape(channels, height, width)
    return noise


def image_pair(channels, height, width):
    a = image(5, channels, height, width)
    b = 0.75 * a + 0.25 * image(6, channels, height, width)
    return a.astype(np.float32).astype(float), b.astype(np.float32).astype(float)


def ms_ssim(a, b):
    weights = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
    side = min(a.shape)
    scales = 1
    while scales < 5 and side // 2**scales >= 11:
        scales += 1
    weights = weights[:scales] / weights[:scales].sum()
    size = 11 if side >= 11 else side - 1 + side % 2
    x = np.arange(size) - size // 2
    window = np.exp(-(x**2) / (2 * (1.5 * size / 11) ** 2))
    window = np.outer(window, window) / window.sum() ** 2
    blur = lambda image: signal.convolve2d(image, window, mode="valid")
    c1, c2, result = 0.01**2, 0.03**2, 1
    for scale in range(scales):
        ma, mb = blur(a), blur(b)
        va, vb, ab = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
        structure = (2 * ab + c2) / (va + vb + c2)
        luminance = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)
        factor = structure.mean() if scale + 1 < scales else (luminance * structure).mean()
        result *= max(factor, 0) ** weights[scale]
        halve = lambda im: im[: im.shape[0] // 2 * 2, : im.shape[1] // 2 * 2].reshape(
            im.shape[0] // 2, 2, im.shape[1] // 2, 2).mean(axis=(1, 3))
        a, b = halve(a), halve(b)
    return result


print(f"/* Made by golden_metrics.py with NumPy {np.__version__} and SciPy {scipy.__version__}. Do not edit. */")
print("""enum { GOLDEN_DIRECTIONS = 7 };
static const struct {
    int real, made, size;
    double frechet, kernel, precision, recall, density, coverage, of_real, of_made, sliced;
} golden_sets[] = {""")
for real, made, size in [(37, 41, 5), (17, 13, 1), (7, 9, 19), (300, 270, 33), (23, 29, 64)]:
    a = vectors(1, real, size, 1, 0.5, 0).astype(float)
    b = vectors(2, made, size, 0.8, 0.6, 0.1).astype(float)
    least = min(real, made)
    figures = [frechet(a, b), kernel_distance(a[:least], b[:least]), precision(a, b, 3), precision(b, a, 3),
               *density_coverage(a, b, 5), *one_nearest_neighbour(a, b), sliced(a, b, directions(size, 7))]
    print(f"    {{{real}, {made}, {size}, " + ", ".join(f"{x:.10g}" for x in figures) + "},")
print("};")

print("""static const struct {
    int channels, height, width;
    double similarity;
} golden_images[] = {""")
for channels, height, width in [(1, 28, 28), (3, 25, 30), (1, 7, 10), (1, 1, 5), (2, 47, 44), (1, 176, 181)]:
    a, b = image_pair(channels, height, width)
    print(f"    {{{channels}, {height}, {width}, {np.mean([ms_ssim(x, y) for x, y in zip(a, b)]):.10g}}},")
print("};")

logits = 6 * vectors(3, 53, 7, 1, 0, 0).astype(float)
p = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32).astype(float)
split = lambda x: np.exp(np.mean([stats.entropy(row, x.mean(axis=0)) for row in x]))
shares = np.arange(1, 8) / 28
q = np.bincount(p.argmax(axis=1), minlength=7) / len(p)
print(f"static const double golden_score = {split(p):.10g}, "
      f"golden_score_of_three = {np.mean([split(p[i * 17 : (i + 1) * 17]) for i in range(3)]):.10g},")
print(f"                    golden_modes = {(q > 0).sum()}, golden_kl = {stats.entropy(q, np.ones(7) / 7):.10g}, "
      f"golden_kl_of_shares = {stats.entropy(q, shares):.10g};")

# Two clusters far apart: the first half of each set, and the second, which is 100 away. Numbers of one digit make ties.
def halves(which, n):
    x = np.round(vectors(which, n, 2, 1, 0.5, 0).astype(float) * 8) / 8
    x[n // 2 :, 0] += 100
    return x


train, held_out, made = halves(8, 60), halves(9, 50), halves(10, 40)
everything = memorisation(train, held_out, made, [(slice(None),) * 3])
in_cells = memorisation(train, held_out, made, [(slice(0, 30), slice(0, 25), slice(0, 20)),
                                                (slice(30, 60), slice(25, 50), slice(20, 40))])
print(f"static const double golden_memorisation[2][2] = {{{{{everything[0]:.10g}, {everything[1]:.10g}}}, "
      f"{{{in_cells[0]:.10g}, {in_cells[1]:.10g}}}}};")
