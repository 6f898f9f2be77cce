"""The two networks: one shape, two uses.

A U-Net whose trunk runs at half the input's resolution: 2x2x2 blocks of the input become channels, and the head turns channels back into
blocks. Coordinates within the patch, constant, ride along, since a vertebra is told from its neighbours by where it lies.
"""

import torch
from torch import nn
from torch.nn import functional

SLOPE = 0.01


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.convolution = nn.Conv3d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm = nn.InstanceNorm3d(outputs, affine=True)

    def forward(self, x):
        return functional.leaky_relu(self.norm(self.convolution(x)), SLOPE)


class SpineNet(nn.Module):
    """Input (1, 1, X, Y, Z), normalised HU; output (1, classes + offsets, X, Y, Z): class scores, then body-centre offsets over 20 mm."""

    def __init__(self, shape, classes, offsets=0, width=24, coordinates=True):
        super().__init__()
        self.classes, self.offsets = classes, offsets
        w = width
        ramp = [torch.linspace(-1, 1, n // 2) for n in shape]
        grid = torch.stack(torch.meshgrid(*ramp, indexing="ij"))[None] if coordinates else torch.zeros(1, 0, *[n // 2 for n in shape])
        self.register_buffer("grid", grid, persistent=False)
        self.enter = nn.Sequential(Block(8 + grid.shape[1], w), Block(w, w))
        self.down = nn.ModuleList(
            nn.Sequential(Block(n * w, (n + 1) * w, 2), Block((n + 1) * w, (n + 1) * w)) for n in (1, 2, 3))
        self.up = nn.ModuleList([Block(7 * w, 3 * w), Block(5 * w, 2 * w), nn.Sequential(Block(3 * w, w), Block(w, w))])
        self.scores = nn.Conv3d(w, 8 * classes, 1)
        self.centres = nn.Conv3d(w, offsets, 1) if offsets else None

    def forward(self, x):
        levels = [self.enter(torch.cat([to_channels(x), self.grid], 1))]
        for down in self.down:
            levels.append(down(levels[-1]))
        features = levels.pop()
        for up in self.up:
            features = up(torch.cat([doubled(features), levels.pop()], 1))
        scores = to_blocks(self.scores(features))
        return (scores, self.centres(features)) if self.centres else (scores,)


def doubled(x):
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def to_channels(x):
    b, c, i, j, k = x.shape
    x = x.view(b, c, i // 2, 2, j // 2, 2, k // 2, 2).permute(0, 1, 3, 5, 7, 2, 4, 6)
    return x.reshape(b, 8 * c, i // 2, j // 2, k // 2)


def to_blocks(x):
    b, c, i, j, k = x.shape
    x = x.view(b, c // 8, 2, 2, 2, i, j, k).permute(0, 1, 5, 2, 6, 3, 7, 4)
    return x.reshape(b, c // 8, 2 * i, 2 * j, 2 * k)
