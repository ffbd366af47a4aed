"""Trains the network on what scenes.py made.

    python train.py --data data/train --held-out data/held-out --output runs/street.pt

Everything follows from --seed; on one kind of machine with one number of threads, so do the weights. A run that was
interrupted goes on with --resume.
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from accuracy import AveragePrecision, suppress
from network import Exported, Network, anchor_points
from objective import Objective
from scenes import HEIGHT, NAMES, PADDING, WIDTH


class Scenes:
    """Frames and their objects, read from memory-mapped files."""

    def __init__(self, folder: Path):
        self.images = np.load(folder / "images.npy", mmap_mode="r")
        truth = np.load(folder / "truth.npz")["truth"]
        self.objects = [truth[truth[:, 0] == 0]] if len(self.images) == 1 else np.split(
            truth, np.searchsorted(truth[:, 0], np.arange(1, len(self.images))))

    def __len__(self):
        return len(self.images)


def batch_of(scenes: Scenes, indices: np.ndarray, random: np.random.Generator | None, moves: bool):
    """Pictures B x 3 x H x W (0…1), boxes B x M x 4, classes and kinds B x M; varied if there is a `random`."""
    pictures = torch.from_numpy(np.stack([scenes.images[i] for i in indices])).permute(0, 3, 1, 2)
    pictures = pictures.float().div_(255).contiguous(memory_format=torch.channels_last)
    most = max(1, max(len(scenes.objects[i]) for i in indices))
    boxes = np.zeros((len(indices), most, 4), np.float32)
    classes, kinds = np.zeros((len(indices), most), np.int64), np.zeros((len(indices), most), np.int64)
    matrices = np.tile(np.array([[1, 0, 0], [0, 1, 0]], np.float32), (len(indices), 1, 1))
    for place, index in enumerate(indices):
        rows = scenes.objects[index]
        box, visible, kind = rows[:, 4:8].copy(), rows[:, 3].copy(), rows[:, 2].copy()
        if random is not None:
            scale, dx, dy = 1.0, 0.0, 0.0
            flip = random.random() < 0.5
            if moves and random.random() < 0.6:
                scale = math.exp(random.uniform(math.log(0.6), math.log(1.7)))
                room_x, room_y = abs(WIDTH * (1 - scale)), abs(HEIGHT * (1 - scale))
                dx, dy = random.uniform(-0.5, 0.5) * room_x, random.uniform(-0.5, 0.5) * room_y
            sign = -1 if flip else 1
            # Where the output's pixel is in the input, in coordinates of -1…1.
            matrices[place] = [
                [sign / scale, 0, -sign * dx * 2 / WIDTH / scale], [0, 1 / scale, -dy * 2 / HEIGHT / scale]]
            if flip:
                box[:, [0, 2]] = WIDTH - box[:, [2, 0]]
            centre = np.array([WIDTH / 2, HEIGHT / 2] * 2, np.float32)
            box = (box - centre) * scale + centre + np.array([dx, dy, dx, dy], np.float32)
            size = (box[:, 2:] - box[:, :2]).prod(1)
            box = box.clip(0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
            sides = box[:, 2:] - box[:, :2]
            visible *= sides.prod(1) / np.maximum(size, 1e-6)
            kind[(visible < 0.25) | (sides.min(1) < 3)] = 2
            kind[sides.min(1) <= 0] = 0
        boxes[place, :len(rows)], classes[place, :len(rows)], kinds[place, :len(rows)] = box, rows[:, 1], kind
    if random is not None:
        grid = F.affine_grid(torch.from_numpy(matrices), list(pictures.shape), align_corners=False)
        grey = PADDING / 255
        pictures = F.grid_sample(pictures - grey, grid, "bilinear", "zeros", align_corners=False) + grey
        light = torch.from_numpy(random.uniform(0.7, 1.3, (len(indices), 1, 1, 1)).astype(np.float32))
        contrast = torch.from_numpy(random.uniform(0.7, 1.3, (len(indices), 1, 1, 1)).astype(np.float32))
        colour = torch.from_numpy(random.uniform(0.5, 1.4, (len(indices), 1, 1, 1)).astype(np.float32))
        luma = pictures.mean(1, keepdim=True)
        pictures = luma + (pictures - luma) * colour
        pictures = ((pictures - 0.5) * contrast + 0.5 * light).clamp_(0, 1)
        pictures = pictures.contiguous(memory_format=torch.channels_last)
    return pictures, torch.from_numpy(boxes), torch.from_numpy(classes), torch.from_numpy(kinds)


@torch.no_grad()
def accuracy(network: Network, scenes: Scenes, device: torch.device, every: int = 1) -> AveragePrecision:
    """The precision on every `every`-th frame."""
    exported = Exported(network, HEIGHT, WIDTH).to(device).eval()
    precision = AveragePrecision(len(NAMES))
    indices = np.arange(0, len(scenes), every)
    for first in range(0, len(indices), 16):
        chosen = indices[first:first + 16]
        pictures, boxes, classes, kinds = batch_of(scenes, chosen, None, False)
        for row, index in zip(exported(pictures.to(device)).cpu().numpy(), range(len(chosen))):
            scores, found = row[4:].max(0), row[4:].argmax(0)
            kept = np.flatnonzero(scores > 0.001)
            x, y, w, h = row[:4, kept]
            corners = np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1)
            left = suppress(corners, scores[kept], found[kept])
            real = kinds[index] > 0
            truth = np.concatenate(
                [classes[index, real, None].numpy(), kinds[index, real, None].numpy(), boxes[index, real].numpy()], 1)
            precision.add(corners[left], scores[kept][left], found[kept][left], truth)
    return precision


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=0.003, help="the highest learning rate")
    parser.add_argument("--decay", type=float, default=0.02, help="of the weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = torch.device(arguments.device)
    half = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    training, held_out = Scenes(arguments.data), Scenes(arguments.held_out)
    network = Network(len(NAMES)).to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval()
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": weights, "weight_decay": arguments.decay}, {"params": others, "weight_decay": 0.0}],
        lr=arguments.rate, betas=(0.9, 0.99))
    centres, strides = (t.to(device) for t in anchor_points(HEIGHT, WIDTH))
    objective = Objective(centres, strides)
    step = 0
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    if arguments.resume and arguments.output.exists():
        saved = torch.load(arguments.output, map_location=device, weights_only=True)
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]

    def save():
        state = {"network": network.state_dict(), "average": average.state_dict(),
                 "optimizer": optimizer.state_dict(), "step": step}
        torch.save(state, arguments.output.with_suffix(".new"))
        arguments.output.with_suffix(".new").replace(arguments.output)

    print(f"{sum(p.numel() for p in network.parameters()):,} parameters, {len(training)} frames, {device}, "
          f"{'bfloat16' if half else 'float32'}", flush=True)
    started, first = time.time(), step
    warm_up = 500
    while step < arguments.steps:
        random = np.random.default_rng([arguments.seed, step])
        indices = random.choice(len(training), arguments.batch, replace=False)
        progress = step / arguments.steps
        # The last part shows pictures as they are.
        pictures, *truth = batch_of(training, indices, random, moves=progress < 0.8)
        rate = arguments.rate * min(1, (step + 1) / warm_up) * (0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        network.train()
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            outputs = network(pictures.to(device))
        loss = objective(*outputs, *(t.to(device) for t in truth))
        optimizer.zero_grad(set_to_none=True)
        loss.total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        step += 1
        keep = 0.999 * (1 - math.exp(-step / 1000))
        with torch.no_grad():
            for mean, value in zip(average.state_dict().values(), network.state_dict().values()):
                if mean.dtype.is_floating_point:
                    mean.lerp_(value, 1 - keep)
                else:
                    mean.copy_(value)
        if step % 100 == 0:
            speed = (step - first) * arguments.batch / (time.time() - started)
            print(f"{step:6}/{arguments.steps}  box {loss.boxes:.3f}  distance {loss.distances:.3f}  "
                  f"class {loss.classes:.3f}  {speed:.1f} frames/s", flush=True)
        if step % 1000 == 0 or step == arguments.steps:
            save()
            precision = accuracy(average, held_out, device, every=1 if step == arguments.steps else 5)
            print(precision.report(NAMES), flush=True)
    save()


if __name__ == "__main__":
    main()
