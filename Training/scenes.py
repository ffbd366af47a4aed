"""Makes the training data: streets rendered by `lapwing synthesize`, frames a second apart, and what is on them.

    python scenes.py --lapwing ../.build/release/lapwing --output data/train --seed 1000000 --videos 640
    python scenes.py --lapwing ../.build/release/lapwing --output data/held-out --seed 500000 --videos 64

Every video is another street; size, crowd, noise, light and shake are drawn from --seed. In the output folder:

    images.npy    frames x height x width x 3, uint8, RGB, letterboxed to the network's input
    truth.npz     for each object: frame, class, kind (1 counts, 2 is ignored), visibility, box (x1, y1, x2, y2)
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

#: Class IDs of the network, by the classes of MOT16's labels.
CLASS_OF_LABEL = {1: 0, 4: 1, 3: 2}
NAMES = ["person", "bicycle", "car"]
HEIGHT, WIDTH = 288, 512
#: The grey around pictures of another shape.
PADDING = 114


def options(random: np.random.Generator) -> list[str]:
    """How one video is rendered."""
    size = random.choice(["640x360", "640x360", "512x288", "960x540", "1280x720"])
    return [
        "--size", size, "--density", f"{random.choice([0.5, 1, 1, 1.5, 2, 3]):g}",
        "--noise", f"{random.uniform(0, 6):.1f}", "--light", f"{random.uniform(0, 1):.2f}",
        "--shake", f"{random.choice([0, 0, 1, 3]):g}",
    ] + (["--no-shadows"] if random.random() < 0.1 else [])


def render(lapwing: str, folder: Path, seed: int, frames: int, random: np.random.Generator):
    """Renders one video; gives its frames as the network sees them and its objects."""
    path = folder / f"{seed}.mp4"
    arguments = [lapwing, "synthesize", "--output", str(path), "--seed", str(seed), "--rate", "1",
                 "--frames", str(frames)] + options(random)
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    size = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "json",
         str(path)], check=True, capture_output=True).stdout)["streams"][0]
    width, height = size["width"], size["height"]
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], check=True,
        capture_output=True).stdout
    pictures = torch.frombuffer(bytearray(raw), dtype=torch.uint8).view(-1, height, width, 3)
    images, ratio, left, top = letterbox(pictures)
    truth = []
    for line in (folder / str(seed) / "gt" / "gt.txt").read_text().splitlines():
        frame, _, x, y, w, h, flag, label, visibility = (float(v) for v in line.split(","))
        box = [x * ratio + left, y * ratio + top, (x + w) * ratio + left, (y + h) * ratio + top]
        truth.append([frame - 1, CLASS_OF_LABEL[int(label)], 1 if flag else 2, visibility] + box)
    path.unlink()
    shutil.rmtree(folder / str(seed))
    return images, np.array(truth, dtype=np.float32).reshape(-1, 8)


def letterbox(pictures: torch.Tensor) -> tuple[np.ndarray, float, float, float]:
    """Frames x height x width x 3 become the input's size; also: the scale, and the padding left and above."""
    count, height, width, _ = pictures.shape
    ratio = min(WIDTH / width, HEIGHT / height)
    w, h = round(width * ratio), round(height * ratio)
    left, top = (WIDTH - w) // 2, (HEIGHT - h) // 2
    out = np.full((count, HEIGHT, WIDTH, 3), PADDING, np.uint8)
    for index in range(count):
        picture = pictures[index].permute(2, 0, 1)[None].float()
        if (w, h) != (width, height):
            picture = F.interpolate(picture, (h, w), mode="bilinear", align_corners=False)
        out[index, top:top + h, left:left + w] = picture[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()
    return out, ratio, left, top


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lapwing", default="../.build/release/lapwing")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True, help="of the first video; they count up")
    parser.add_argument("--videos", type=int, required=True)
    parser.add_argument("--frames", type=int, default=16, help="of each video, a second apart")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    count = arguments.videos * arguments.frames
    images = np.lib.format.open_memmap(
        arguments.output / "images.npy", "w+", np.uint8, (count, HEIGHT, WIDTH, 3))
    truths = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        seeds = range(arguments.seed, arguments.seed + arguments.videos)
        jobs = [pool.submit(render, arguments.lapwing, Path(folder), seed, arguments.frames,
                            np.random.default_rng(seed)) for seed in seeds]
        for index, job in enumerate(jobs):
            frames, truth = job.result()
            jobs[index] = None
            first = index * arguments.frames
            images[first:first + arguments.frames] = frames
            truth[:, 0] += first
            truths.append(truth)
            print(f"\r{index + 1}/{arguments.videos} videos", end="", flush=True)
    images.flush()
    truth = np.concatenate(truths)
    np.savez(arguments.output / "truth.npz", truth=truth)
    counted = truth[truth[:, 2] == 1]
    numbers = ", ".join(f"{(counted[:, 1] == c).sum()} × {name}" for c, name in enumerate(NAMES))
    print(f"\n{count} frames; {numbers}; {len(truth) - len(counted)} ignored")


if __name__ == "__main__":
    main()
