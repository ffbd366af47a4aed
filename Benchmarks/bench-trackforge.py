"""trackforge's side of the trackers' benchmark: `make bench-trackers`.

    python3 bench-trackforge.py install FOLDER   makes a virtual environment with trackforge in it
    FOLDER/bin/python bench-trackforge.py serve  answers lapwing-bench, one line of JSON for each on standard input

What it is asked: {"load": PATH} reads the frames of a scene, {"measure": NAME, "seconds": S} tracks all of them, as often as
takes S seconds, and answers with frames per second. Lists are made when a scene is loaded; nothing but the tracker is
measured.
"""

import gc
import importlib.metadata
import json
import os
import subprocess
import sys
import time
import venv

PACKAGE, VERSION = "trackforge", "0.4.0"


def install(folder):
    """Makes the environment, unless it is there already."""
    python = os.path.join(folder, "bin", "python")
    check = f"import importlib.metadata as m, sys; sys.exit(m.version('{PACKAGE}') != '{VERSION}')"
    if os.path.exists(python) and subprocess.run([python, "-c", check], capture_output=True).returncode == 0:
        return
    print(f"installing {PACKAGE} {VERSION} to compare with, in {folder}", file=sys.stderr)
    try:
        venv.create(folder, with_pip=True, clear=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{PACKAGE}=={VERSION}"]
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{PACKAGE} {VERSION} cannot be installed, so Lapwing's trackers are measured alone: {error}")


def makers():
    """How each tracker is made: with the settings that Lapwing's are measured with."""
    import trackforge

    return {
        "sort": lambda: trackforge.SORT(max_age=1, min_hits=3, iou_threshold=0.3),
        "deepsort": lambda: trackforge.DEEPSORT(
            max_age=30, n_init=3, max_iou_distance=0.7, max_cosine_distance=0.2, nn_budget=100
        ),
        "bytetrack": lambda: trackforge.BYTETRACK(
            track_thresh=0.6, track_buffer=30, match_thresh=0.9, det_thresh=0.7, second_match_thresh=0.5
        ),
        "ocsort": lambda: trackforge.OCSORT(max_age=30, min_hits=3, iou_threshold=0.3, delta_t=3, inertia=0.2),
        "botsort": lambda: trackforge.BOTSORT(
            track_thresh=0.6,
            track_buffer=30,
            match_thresh=0.8,
            det_thresh=0.7,
            second_match_thresh=0.5,
            proximity_thresh=0.5,
            appearance_thresh=0.25,
        ),
    }


class Scene:
    """The frames of one video, as trackforge takes them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            frames = json.load(file)
        # ([x, y, width, height], score, class)
        self.detections = [[(d[:4], d[4], 0) for d in frame["detections"]] for frame in frames]
        self.vectors = [frame.get("vectors") for frame in frames]

    def track(self, make):
        """Tracks all frames with a new tracker; the seconds that this took."""
        update = make().update
        start = time.perf_counter()
        if self.vectors[0] is None:
            for detections in self.detections:
                update(detections)
        else:
            for detections, vectors in zip(self.detections, self.vectors):
                update(detections, vectors)
        return time.perf_counter() - start

    def measure(self, make, seconds):
        """Frames per second, over as many passes as take that long."""
        frames = 0
        spent = 0.0
        while spent < seconds:
            spent += self.track(make)
            frames += len(self.detections)
        return frames / spent


def serve():
    known = makers()
    scene = None
    gc.disable()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "load" in request:
                scene = Scene(request["load"])
                answer = {"version": importlib.metadata.version(PACKAGE)}
            else:
                answer = {"rate": scene.measure(known[request["measure"]], request["seconds"])}
        except Exception as error:  # What went wrong is the caller's to tell.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["install"] and len(sys.argv) == 3:
        install(sys.argv[2])
    elif sys.argv[1:] == ["serve"]:
        serve()
    else:
        sys.exit(__doc__)
