"""What training minimises: which cells answer for which object, and how wrong their answers are.

  - Task-aligned assignment: C. Feng et al., TOOD (2021), equations 4 and 5: a cell's alignment with an object is
    score^alpha * IoU^beta; the best few cells inside the object answer for it, with the normalised alignment as the
    score that they should give.
  - Boxes: complete IoU: Z. Zheng et al., "Distance-IoU Loss" (2020), equations 7 to 11; and distribution focal loss:
    X. Li et al., Generalized Focal Loss (2020), equation 6.
  - Classes: binary cross-entropy against that score.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from network import DISTANCE_BINS, boxes_from_distances, expected_distances


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU of corner boxes: ... x N x 4 and ... x M x 4 give ... x N x M."""
    low = torch.maximum(a[..., :, None, :2], b[..., None, :, :2])
    high = torch.minimum(a[..., :, None, 2:], b[..., None, :, 2:])
    overlap = (high - low).clamp(min=0).prod(-1)
    area_a = (a[..., 2:] - a[..., :2]).prod(-1)[..., :, None]
    area_b = (b[..., 2:] - b[..., :2]).prod(-1)[..., None, :]
    return overlap / (area_a + area_b - overlap + 1e-9)


def complete_iou(a: Tensor, b: Tensor) -> Tensor:
    """Complete IoU of boxes one by one: N x 4 and N x 4 give N; 1 is equal."""
    low, high = torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:])
    overlap = (high - low).clamp(min=0).prod(1)
    size_a, size_b = a[:, 2:] - a[:, :2], b[:, 2:] - b[:, :2]
    iou = overlap / (size_a.prod(1) + size_b.prod(1) - overlap + 1e-9)
    hull = torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    distance = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) ** 2).sum(1) / 4
    shape = 4 / math.pi**2 * (
        torch.atan(size_b[:, 0] / (size_b[:, 1] + 1e-9)) - torch.atan(size_a[:, 0] / (size_a[:, 1] + 1e-9))) ** 2
    with torch.no_grad():
        weight = shape / (1 - iou + shape + 1e-9)
    return iou - distance / ((hull**2).sum(1) + 1e-9) - weight * shape


@dataclass
class Assignment:
    """For each cell of each picture: whether an object is its, which box, and the scores that it should give."""

    positive: Tensor  # B x A, bool
    boxes: Tensor  # B x A x 4, pixels
    scores: Tensor  # B x A x classes
    ignored: Tensor  # B x A, bool: in an object that is neither to be found nor to be missed


@torch.no_grad()
def assign(
    scores: Tensor, boxes: Tensor, points: Tensor, truth_boxes: Tensor, truth_classes: Tensor, truth_kinds: Tensor,
    best: int = 10, alpha: float = 0.5, beta: float = 6.0,
) -> Assignment:
    """Assigns cells to objects.

    `scores` B x A x classes (0…1), `boxes` B x A x 4 and `points` A x 2 in pixels; `truth_boxes` B x M x 4 in pixels,
    `truth_classes` B x M, `truth_kinds` B x M: 1 an object, 2 an object to be ignored, 0 nothing (padding).
    """
    batch, count = truth_classes.shape
    anchors, classes = scores.shape[1], scores.shape[2]
    real = truth_kinds == 1
    x, y = points[:, 0], points[:, 1]
    inside = (
        (x > truth_boxes[..., 0:1]) & (x < truth_boxes[..., 2:3])
        & (y > truth_boxes[..., 1:2]) & (y < truth_boxes[..., 3:4]))
    ignored = (inside & (truth_kinds == 2)[..., None]).any(1)
    candidates = inside & real[..., None]
    own_scores = scores.transpose(1, 2).gather(1, truth_classes.clamp(min=0)[..., None].expand(-1, -1, anchors))
    iou = pairwise_iou(truth_boxes, boxes).clamp(min=0) * candidates
    alignment = own_scores**alpha * iou**beta
    # The best cells inside each object…
    values, indices = alignment.topk(min(best, anchors), 2)
    chosen = torch.zeros_like(candidates).scatter_(2, indices, values > 1e-12) & candidates
    # … and each cell's best object, where several want it.
    wanted = chosen.sum(1)
    best_object = (iou * chosen).argmax(1)
    several = (wanted > 1)[:, None, :]
    only = F.one_hot(best_object, count).transpose(1, 2).bool()
    chosen = torch.where(several, chosen & only, chosen)
    positive = chosen.any(1)
    owner = chosen.float().argmax(1)
    own = owner[..., None]
    target_boxes = truth_boxes.gather(1, own.expand(-1, -1, 4))
    target_classes = truth_classes.clamp(min=0).gather(1, owner)
    # The scores: the alignment, scaled so that an object's best is its best IoU.
    alignment = alignment * chosen
    scale = (iou * chosen).amax(2, keepdim=True) / (alignment.amax(2, keepdim=True) + 1e-9)
    strength = (alignment * scale).amax(1)
    target_scores = F.one_hot(target_classes, classes).to(scores.dtype) * (strength * positive)[..., None]
    return Assignment(positive, target_boxes, target_scores, ignored & ~positive)


@dataclass
class Loss:
    total: Tensor
    boxes: float
    distances: float
    classes: float


class Objective:
    """The weighted sum of the three losses for pictures of one size."""

    def __init__(self, centres: Tensor, strides: Tensor, weights: tuple[float, float, float] = (7.5, 1.5, 0.5)):
        self.centres, self.strides, self.weights = centres, strides, weights

    def __call__(
        self, distance_logits: Tensor, class_logits: Tensor, truth_boxes: Tensor, truth_classes: Tensor,
        truth_kinds: Tensor,
    ) -> Loss:
        """Losses of a batch; the arguments are the network's outputs and `assign`'s truth."""
        distance_logits, class_logits = distance_logits.float(), class_logits.float().transpose(1, 2)
        strides = self.strides[:, None]
        boxes = boxes_from_distances(expected_distances(distance_logits), self.centres)
        found = assign(
            class_logits.detach().sigmoid(), boxes.detach() * strides, self.centres * strides, truth_boxes,
            truth_classes, truth_kinds)
        total_score = found.scores.sum().clamp(min=1)
        entropy = F.binary_cross_entropy_with_logits(class_logits, found.scores, reduction="none")
        class_loss = (entropy * ~found.ignored[..., None]).sum() / total_score

        weight = found.scores.sum(2)[found.positive]
        target = (found.boxes / strides)[found.positive]
        box_loss = ((1 - complete_iou(boxes[found.positive], target)) * weight).sum() / total_score

        centres = self.centres.expand(boxes.shape[0], -1, -1)[found.positive]
        distances = torch.cat([centres - target[:, :2], target[:, 2:] - centres], 1)
        distances = distances.clamp(0, DISTANCE_BINS - 1 - 0.01)
        logits = distance_logits.transpose(1, 2)[found.positive].reshape(-1, DISTANCE_BINS)
        lower = distances.floor()
        share = (distances - lower).reshape(-1)
        lower = lower.long().reshape(-1)
        distance_loss = (
            F.cross_entropy(logits, lower, reduction="none") * (1 - share)
            + F.cross_entropy(logits, lower + 1, reduction="none") * share)
        distance_loss = (distance_loss.view(-1, 4).mean(1) * weight).sum() / total_score

        total = self.weights[0] * box_loss + self.weights[1] * distance_loss + self.weights[2] * class_loss
        return Loss(total, box_loss.item(), distance_loss.item(), class_loss.item())
