"""Average precision as COCO defines it: 101 recall points, IoU 0.50 to 0.95, ignored objects neither found nor missed.

    python accuracy.py --ground-truth clips/a/gt/gt.txt … --results out/a/results.jsonl …

reads what `lapwing synthesize` and `lapwing run --confidence 0.01` wrote, in the same order.
"""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

THRESHOLDS = np.arange(0.5, 0.96, 0.05)
#: As COCO: what one picture's most certain detections are.
MAXIMUM_DETECTIONS = 100


@dataclass
class AveragePrecision:
    """Collects pictures, then gives the precision averaged over recall."""

    classes: int
    detections: list = field(default_factory=list)
    counts: np.ndarray = None

    def __post_init__(self):
        self.counts = np.zeros(self.classes, int)

    def add(self, boxes: np.ndarray, scores: np.ndarray, kinds: np.ndarray, truth: np.ndarray):
        """One picture: detections N x 4, N, N (class), and truth M x 6: class, 1 counts or 2 ignored, box."""
        for c in range(self.classes):
            mine = np.flatnonzero(kinds == c)
            mine = mine[np.argsort(-scores[mine], kind="stable")][:MAXIMUM_DETECTIONS]
            objects = truth[truth[:, 0] == c]
            objects = objects[np.argsort(objects[:, 1], kind="stable")]  # those that count come first
            ignored = objects[:, 1] != 1
            self.counts[c] += (~ignored).sum()
            if not len(mine):
                continue
            iou = overlaps(boxes[mine], objects[:, 2:6])
            matched = np.zeros((len(THRESHOLDS), len(mine)), int)  # 0 false, 1 true, 2 left out
            for t, threshold in enumerate(THRESHOLDS):
                taken = np.zeros(len(objects), bool)
                for d in range(len(mine)):
                    best, best_iou = -1, threshold
                    for o in range(len(objects)):
                        if taken[o] or iou[d, o] < best_iou:
                            continue
                        if ignored[o] and best >= 0 and not ignored[best]:
                            break
                        best, best_iou = o, iou[d, o]
                    if best >= 0:
                        taken[best] = True
                        matched[t, d] = 2 if ignored[best] else 1
            self.detections.append((c, scores[mine], matched))

    def result(self) -> np.ndarray:
        """classes x thresholds; a class that is nowhere gives NaN."""
        out = np.full((self.classes, len(THRESHOLDS)), np.nan)
        for c in range(self.classes):
            if not self.counts[c]:
                continue
            mine = [(s, m) for k, s, m in self.detections if k == c]
            scores = np.concatenate([s for s, _ in mine]) if mine else np.zeros(0)
            matched = np.concatenate([m for _, m in mine], 1) if mine else np.zeros((len(THRESHOLDS), 0), int)
            matched = matched[:, np.argsort(-scores, kind="stable")]
            for t in range(len(THRESHOLDS)):
                row = matched[t][matched[t] != 2]
                found = np.cumsum(row)
                recall, precision = found / self.counts[c], found / np.arange(1, len(row) + 1)
                precision = np.maximum.accumulate(precision[::-1])[::-1]
                places = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
                out[c, t] = np.where(places < len(precision), np.append(precision, 0)[places], 0).mean()
        return out

    def report(self, names: list[str]) -> str:
        result = self.result()
        lines = ["class      objects   mAP50   mAP50-95"]
        for name, count, row in zip(names, self.counts, result):
            lines.append(f"{name:<9}{count:>9}{row[0]:>8.3f}{row.mean():>11.3f}")
        lines.append(
            f"{'all':<9}{self.counts.sum():>9}{np.nanmean(result[:, 0]):>8.3f}{np.nanmean(result):>11.3f}")
        return "\n".join(lines)


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """IoU of N x 4 and M x 4 corner boxes."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inner = np.clip(high - low, 0, None).prod(2)
    areas = [(x[:, 2:4] - x[:, :2]).prod(1) for x in (a, b)]
    return inner / np.maximum(areas[0][:, None] + areas[1][None] - inner, 1e-9)


def suppress(boxes: np.ndarray, scores: np.ndarray, kinds: np.ndarray, iou: float = 0.7, most: int = 300):
    """Greedy non-maximum suppression within each class; gives the indices that stay, the most certain first."""
    order = np.argsort(-scores, kind="stable")[:1000]
    apart = boxes[order] + kinds[order][:, None] * 1e5
    matrix = overlaps(apart, apart) > iou
    alive = np.ones(len(order), bool)
    for index in range(len(order)):
        if alive[index]:
            alive[index + 1:] &= ~matrix[index, index + 1:]
    return order[alive][:most]


def main():
    from scenes import CLASS_OF_LABEL, NAMES

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ground-truth", type=Path, nargs="+", required=True)
    parser.add_argument("--results", type=Path, nargs="+", required=True)
    arguments = parser.parse_args()
    if len(arguments.ground_truth) != len(arguments.results):
        parser.error("there must be as many --results as --ground-truth")
    precision = AveragePrecision(len(NAMES))
    for truth_file, results_file in zip(arguments.ground_truth, arguments.results):
        truth = {}
        for line in truth_file.read_text().splitlines():
            frame, _, x, y, w, h, flag, label, _ = (float(v) for v in line.split(","))
            truth.setdefault(int(frame) - 1, []).append(
                [CLASS_OF_LABEL[int(label)], 1 if flag else 2, x, y, x + w, y + h])
        for line in results_file.read_text().splitlines():
            record = json.loads(line)
            if record["type"] != "frame":
                continue
            found = np.array(
                [[d["class_id"], d["confidence"], *(d["bbox"][side] for side in ("x1", "y1", "x2", "y2"))]
                 for d in record["objects"] if d["bbox"]]).reshape(-1, 6)
            objects = np.array(truth.get(record["frame"], [])).reshape(-1, 6)
            precision.add(found[:, 2:], found[:, 1], found[:, 0], objects)
    print(precision.report(NAMES))


if __name__ == "__main__":
    main()
