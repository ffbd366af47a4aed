"""The network: a YOLOv8-family detector, small enough for two CPU cores.

Written from the published descriptions of its parts:
  - cross-stage-partial blocks whose bottlenecks are two 3x3 convolutions, all of them concatenated: C.-Y. Wang et al.,
    CSPNet (2020) and "Designing Network Design Strategies Through Gradient Path Analysis" (2022);
  - spatial pyramid pooling in series (SPPF): K. He et al., "Spatial Pyramid Pooling in Deep Convolutional Networks"
    (2014); three 5x5 poolings one after the other see what 5x5, 9x9 and 13x13 see;
  - top-down and bottom-up feature pyramid: S. Liu et al., PANet (2018);
  - decoupled, anchor-free head: Z. Ge et al., YOLOX (2021);
  - each side of a box as a distribution over distances: X. Li et al., Generalized Focal Loss (2020).

Shapes are batch x channels x height x width. Cells of a grid are anchors; all grids together are one axis, strides
8, 16 and 32 in this order, each row by row.
"""

import math

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
#: Distances are distributions over 0…15 strides.
DISTANCE_BINS = 16


class Convolution(nn.Sequential):
    """A convolution that keeps the size (or divides it by its stride), batch normalisation, SiLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
            nn.SiLU(inplace=True),
        )


class Bottleneck(nn.Module):
    """Two 3x3 convolutions, added to what came in where `shortcut`."""

    def __init__(self, channels: int, shortcut: bool):
        super().__init__()
        self.first = Convolution(channels, channels, 3)
        self.second = Convolution(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.first(x))
        return x + y if self.shortcut else y


class CrossStage(nn.Module):
    """Half of the channels pass by; the others pass `depth` bottlenecks; every stage's output is kept."""

    def __init__(self, inputs: int, outputs: int, depth: int = 1, shortcut: bool = True):
        super().__init__()
        half = outputs // 2
        self.enter = Convolution(inputs, 2 * half)
        self.bottlenecks = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(depth))
        self.leave = Convolution((2 + depth) * half, outputs)

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.enter(x).chunk(2, 1))
        for bottleneck in self.bottlenecks:
            parts.append(bottleneck(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class PyramidPooling(nn.Module):
    """SPPF: what 1x1, 5x5, 9x9 and 13x13 neighbourhoods hold at most."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        half = inputs // 2
        self.enter = Convolution(inputs, half)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.leave = Convolution(4 * half, outputs)

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.enter(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class Head(nn.Module):
    """For each cell of three grids: four distributions of distances, and a logit for each class."""

    def __init__(self, channels: tuple[int, ...], classes: int, box_width: int, class_width: int):
        super().__init__()
        self.boxes = nn.ModuleList(
            nn.Sequential(
                Convolution(c, box_width, 3), Convolution(box_width, box_width, 3),
                nn.Conv2d(box_width, 4 * DISTANCE_BINS, 1))
            for c in channels)
        self.classes = nn.ModuleList(
            nn.Sequential(
                Convolution(c, class_width, 3), Convolution(class_width, class_width, 3),
                nn.Conv2d(class_width, classes, 1))
            for c in channels)
        # Every box begins a few strides large; every class as rare as it is among all cells: about 5 in a picture of
        # 640 x 640 cells.
        for box, kind, stride in zip(self.boxes, self.classes, STRIDES):
            nn.init.constant_(box[-1].bias, 1.0)
            nn.init.constant_(kind[-1].bias, math.log(5 / classes / (640 / stride) ** 2))

    def forward(self, features: list[Tensor]) -> tuple[Tensor, Tensor]:
        boxes = torch.cat([m(f).flatten(2) for m, f in zip(self.boxes, features)], 2)
        classes = torch.cat([m(f).flatten(2) for m, f in zip(self.classes, features)], 2)
        return boxes, classes


class Network(nn.Module):
    """The detector without its last step: B x 64 x anchors of distance logits, B x classes x anchors of class logits."""

    def __init__(
        self, classes: int, widths: tuple[int, ...] = (16, 32, 48, 80, 112), depths: tuple[int, ...] = (1, 2, 2, 1),
        box_width: int = 40, class_width: int = 40,
    ):
        super().__init__()
        w1, w2, w3, w4, w5 = widths
        d2, d3, d4, d5 = depths
        self.stem = Convolution(3, w1, 3, 2)
        self.stage2 = nn.Sequential(Convolution(w1, w2, 3, 2), CrossStage(w2, w2, d2))
        self.stage3 = nn.Sequential(Convolution(w2, w3, 3, 2), CrossStage(w3, w3, d3))
        self.stage4 = nn.Sequential(Convolution(w3, w4, 3, 2), CrossStage(w4, w4, d4))
        self.stage5 = nn.Sequential(Convolution(w4, w5, 3, 2), CrossStage(w5, w5, d5), PyramidPooling(w5, w5))
        self.larger = nn.Upsample(scale_factor=2, mode="nearest")
        self.down4 = CrossStage(w5 + w4, w4, shortcut=False)
        self.down3 = CrossStage(w4 + w3, w3, shortcut=False)
        self.shrink3 = Convolution(w3, w3, 3, 2)
        self.up4 = CrossStage(w3 + w4, w4, shortcut=False)
        self.shrink4 = Convolution(w4, w4, 3, 2)
        self.up5 = CrossStage(w4 + w5, w5, shortcut=False)
        self.head = Head((w3, w4, w5), classes, box_width, class_width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        c3 = self.stage3(self.stage2(self.stem(x)))
        c4 = self.stage4(c3)
        c5 = self.stage5(c4)
        p4 = self.down4(torch.cat([self.larger(c5), c4], 1))
        n3 = self.down3(torch.cat([self.larger(p4), c3], 1))
        n4 = self.up4(torch.cat([self.shrink3(n3), p4], 1))
        n5 = self.up5(torch.cat([self.shrink4(n4), c5], 1))
        return self.head([n3, n4, n5])


def anchor_points(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The cells' centres (anchors x 2, in strides: x, y) and strides (anchors, in pixels) for pictures of that size."""
    centres, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            torch.arange(height // stride) + 0.5, torch.arange(width // stride) + 0.5, indexing="ij")
        centres.append(torch.stack([x, y], -1).reshape(-1, 2))
        strides.append(torch.full((centres[-1].shape[0],), float(stride)))
    return torch.cat(centres), torch.cat(strides)


def expected_distances(logits: Tensor) -> Tensor:
    """The means of the distributions: B x 64 x anchors of logits become B x anchors x 4 (left, top, right, bottom)."""
    batch, _, anchors = logits.shape
    shares = logits.view(batch, 4, DISTANCE_BINS, anchors).softmax(2)
    bins = torch.arange(DISTANCE_BINS, dtype=shares.dtype, device=shares.device).view(1, 1, -1, 1)
    return (shares * bins).sum(2).transpose(1, 2)


def boxes_from_distances(distances: Tensor, centres: Tensor) -> Tensor:
    """Distances from the cells' centres become corners x1, y1, x2, y2, in strides."""
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], -1)


class Exported(nn.Module):
    """The network with its last step, as a YOLOv8 export has it: B x (4 + classes) x anchors.

    The first four rows are a box's centre x, centre y, width and height in pixels of the input; the others the
    classes' scores, 0…1.
    """

    def __init__(self, network: Network, height: int, width: int):
        super().__init__()
        self.network = network
        centres, strides = anchor_points(height, width)
        self.register_buffer("centres", centres.T[None].contiguous())
        self.register_buffer("strides", strides[None, None])
        self.register_buffer("bins", torch.arange(DISTANCE_BINS, dtype=torch.float32).view(1, 1, -1, 1))

    def forward(self, images: Tensor) -> Tensor:
        logits, classes = self.network(images)
        shares = logits.view(-1, 4, DISTANCE_BINS, logits.shape[2]).softmax(2)
        distances = (shares * self.bins).sum(2)
        low, high = self.centres - distances[:, :2], self.centres + distances[:, 2:]
        boxes = torch.cat([(low + high) / 2, high - low], 1) * self.strides
        return torch.cat([boxes, classes.sigmoid()], 1)
