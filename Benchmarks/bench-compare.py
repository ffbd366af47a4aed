#!/usr/bin/env python3
"""Lapwing beside Ultralytics' `track`: the same video, the same model files, ByteTrack, by turns on this machine.

    make bench-compare                              3,000 frames, 3 rounds
    make bench-compare ARGS="--frames 600"          quick, to try it: starting weighs more
    make bench-compare ARGS="--json"                what was measured, each round, and with what

Ultralytics (AGPL-3.0) is installed with pip into an environment of its own, Benchmarks/.build/ultralytics, and used from
outside only: a process of its own makes `YOLO(MODEL).track(VIDEO, stream=True, tracker=SETTINGS)` and looks at the boxes.
If pip is set up to find builds of torchvision without CUDA ("+cpu"), those are taken; else the index's default ones, which
are gigabytes, with CUDA, and run on the CPU all the same. The models are on OpenVINO, of the version that Lapwing is linked
with, on both sides; yolov8n.onnx is converted first, without compression. ByteTrack has the settings that Ultralytics
documents as its own on both sides. All else is each side's default.

What is measured, in Lapwing's disfavour where it cannot be the same:
  frames/s     Lapwing: the whole command by the wall clock, with starting, loading the model, cutting the video, and writing
               the results, to disk and through a log. Ultralytics: its loop alone, from the first frame's result to the
               last's; importing, loading the model, and the first frame are left out, and nothing is written.
  command      frames per second of the whole command on both sides.
  CPU          seconds of all threads per frame, user and system; Lapwing: the whole command; Ultralytics: that loop.
  memory       peak resident size of the process, both.
  objects      boxes with an identity per frame, on average: how far both did the same work.
Each figure is the median of the rounds; the ratio is of frames/s, with the rounds' lowest and highest. Who goes first
changes from round to round.

Videos and models are looked for in the folder that LAPWING_ASSETS names, ../shared/assets beside the repository if there is
no such variable. Needs Python 3.9 with venv, `ffmpeg`, and, for the installation, a package index.
"""
import argparse, json, os, pathlib, platform, re, resource, shutil, statistics, subprocess, sys, tempfile, time, venv

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BUILD = REPOSITORY / "Benchmarks/.build"
ENVIRONMENT = BUILD / "ultralytics"
VERSION = "8.4.190"
# A name for the table, and what lies in the models' folder.
MODELS = [
    ("FP32, 640", "yolov8n.onnx"),
    ("INT8, 640", "yolov8n_int8_openvino_model"),
    ("INT8, 320", "yolov8n_int8_320_openvino_model"),
]
VIDEO = "one-by-one-person-detection.mp4"
PATIENCE = 1800  # seconds that one pass, or the installation, may take
SIDES = ["ultralytics", "lapwing"]
# Ultralytics' names of ByteTrack's settings, Lapwing's, and the values that Ultralytics documents.
SETTINGS = [
    ("track_high_thresh", "track_thresh", 0.25),
    ("track_low_thresh", "low_thresh", 0.1),
    ("new_track_thresh", "new_thresh", 0.25),
    ("match_thresh", "match_thresh", 0.8),
    ("track_buffer", "track_buffer", 30),
    ("fuse_score", "fuse_score", "true"),
]


class Failure(Exception):
    pass


def say(text):
    print(f"bench-compare: {text}", file=sys.stderr, flush=True)


def call(command, **options):
    """What a command prints; what it complains about is the failure's text."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)
    except FileNotFoundError:
        raise Failure(f"there is no `{command[0]}`") from None
    except subprocess.TimeoutExpired:
        raise Failure(f"`{command[0]}` has not ended in {PATIENCE} s") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise Failure(f"`{' '.join(command[:4])} …` ended with {done.returncode}: " + "\n".join(lines[-6:]))
    return done.stdout


def openvino_version():
    """The version that Scripts/setup.sh installs and Lapwing is linked with."""
    return re.search(r"^OPENVINO_VERSION=(\S+)$", (REPOSITORY / "Scripts/setup.sh").read_text(), re.MULTILINE).group(1)


def environment(settings=ENVIRONMENT):
    """For Ultralytics: nothing is fetched or installed while it runs, nothing is written outside of its folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YOLO_", "PYTHON"))}
    return {**kept, "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": str(settings)}


def install():
    """Makes the environment, unless it is there already."""
    python, stamp = ENVIRONMENT / "bin/python", ENVIRONMENT / ".versions"
    wanted = f"ultralytics {VERSION}, openvino {openvino_version()}"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    BUILD.mkdir(parents=True, exist_ok=True)
    try:
        say(f"installing {wanted} in {ENVIRONMENT.relative_to(REPOSITORY)}; this takes minutes")
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"no environment for Ultralytics can be made (is Python's venv installed?): {error}") from None
    try:
        cpu = torchvision_without_cuda(python)
        needed = 4 if cpu else 10
        free = shutil.disk_usage(ENVIRONMENT).free / (1 << 30)
        if free < needed:
            raise Failure(f"{needed} GiB of disk are needed for the installation, {free:.1f} GiB are free")
        say(f"torchvision {cpu}" if cpu else "pip finds no torchvision without CUDA, so the default one is taken")
        packages = [f"ultralytics=={VERSION}", f"openvino=={openvino_version()}", "lap"]
        packages += [f"torchvision=={cpu}"] if cpu else []
        call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir", *packages])
        call([python, "-c", "import lap, openvino, torchvision, ultralytics"], env=environment())
    except Failure as failure:
        raise Failure(
            f"Ultralytics {VERSION} cannot be installed, so there is nothing to compare with. That needs pip and a package "
            f"index that it reaches; behind a proxy or with an index of your own, set pip up for it.\n{failure}") from None
    stamp.write_text(wanted)
    return python


def torchvision_without_cuda(python):
    """The newest version with the label `+cpu` where pip looks, or None. The fitting torch follows from it."""
    command = [python, "-m", "pip", "index", "versions", "--disable-pip-version-check", "torchvision"]
    return next(iter(re.findall(r"[\d.]+\+cpu\b", call(command))), None)


def track(model, video, settings):
    """In Ultralytics' environment: tracks the video, prints the figures."""
    import openvino, torch, ultralytics

    def spent():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    frames, objects, identities = 0, 0, set()
    began = time.perf_counter()
    results = ultralytics.YOLO(model, task="detect").track(
        video, stream=True, tracker=settings, device="cpu", verbose=False, save=False)
    for result in results:
        if result.boxes.id is not None:
            numbers = result.boxes.id.int().tolist()
            objects += len(numbers)
            identities.update(numbers)
        frames += 1
        if frames == 1:
            first, first_cpu = time.perf_counter(), spent()
    seconds, cpu = time.perf_counter() - first, spent() - first_cpu
    precision = openvino.Core().get_property("CPU", "INFERENCE_PRECISION_HINT")
    print(json.dumps({
        "frames": frames, "objects": objects, "identities": len(identities), "loop_seconds": seconds, "loop_cpu_seconds": cpu,
        "until_first_frame_seconds": first - began,
        "versions": {
            "ultralytics": ultralytics.__version__, "torch": torch.__version__, "openvino": openvino.__version__,
            "python": platform.python_version(), "precision": precision.get_type_name()}}))


def convert(source, target):
    """In Ultralytics' environment: an ONNX file as a folder with an OpenVINO model, its numbers as they are."""
    import openvino

    openvino.save_model(openvino.convert_model(source), os.path.join(target, "model.xml"), compress_to_fp16=False)


class Bench:
    def __init__(self, arguments, work):
        self.arguments, self.work = arguments, work
        named = os.environ.get("LAPWING_ASSETS")
        self.assets = pathlib.Path(named) if named else REPOSITORY.parent / "shared/assets"
        self.video = work / VIDEO
        self.settings = work / "bytetrack.yaml"
        self.settings.write_text(
            "tracker_type: bytetrack\n" + "".join(f"{theirs}: {value}\n" for theirs, _, value in SETTINGS))
        self.versions = {}

    def asset(self, name):
        path = self.assets / name
        if not path.exists():
            raise Failure(f"there is no {name} in {self.assets}; LAPWING_ASSETS names the folder")
        return path

    def prepare_video(self):
        """The clip again and again, not encoded anew, until there are as many frames."""
        call(["ffmpeg", "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", self.asset(f"videos/{VIDEO}"), "-map", "0:v:0",
              "-c", "copy", "-frames:v", self.arguments.frames, self.video])

    def prepare_model(self, file):
        """A folder as Ultralytics exports it for OpenVINO; Lapwing takes the same."""
        path = self.asset(f"models/{file}")
        if path.is_dir():
            return path
        folder = self.work / f"{path.stem}_openvino_model"
        folder.mkdir()
        call([self.python, __file__, "convert", path, folder], env=environment())
        # What the classes are called, and how large pictures are: as beside the quantised model of the same size.
        shutil.copyfile(self.asset("models/yolov8n_int8_openvino_model/metadata.yaml"), folder / "metadata.yaml")
        return folder

    def child(self, command, variables):
        """Runs it; its output, and what the system says it has used."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            began = time.perf_counter()
            process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=variables, cwd=self.work)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            if process.returncode != 0:
                raise Failure(f"`{pathlib.Path(command[0]).name}` ended with {process.returncode}:\n{err.read()[-2000:]}")
            kibi = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
            return out.read(), {
                "command_seconds": seconds, "command_cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mib": kibi / 1024}

    def ultralytics(self, model):
        output, figures = self.child([self.python, __file__, "track", model, self.video, self.settings], environment())
        answer = json.loads(output.splitlines()[-1])
        self.versions["ultralytics"] = answer.pop("versions")
        figures.update(answer)
        counted = answer["frames"] - 1  # after the first
        figures["rate"] = counted / answer["loop_seconds"]
        figures["command_rate"] = answer["frames"] / figures["command_seconds"]
        figures["cpu_per_frame"] = answer["loop_cpu_seconds"] / counted
        return figures

    def lapwing(self, model):
        results = self.work / "results"
        variables = {name: value for name, value in os.environ.items() if not name.startswith("LAPWING_")}
        settings = [part for _, ours, value in SETTINGS for part in ("--tracker-option", f"{ours}={value}")]
        output, figures = self.child(
            [self.arguments.lapwing, "run", self.video, "--model", model, "--tracker", "bytetrack", *settings,
             "--output", results, "--json"], variables)
        frames, objects, identities = 0, 0, set()
        for line in pathlib.Path(json.loads(output)["results"]).read_text().splitlines():
            record = json.loads(line)
            if record["type"] == "frame":
                frames += 1
                found = [each["object_id"] for each in record["objects"] if each["object_id"] is not None]
                objects += len(found)
                identities.update(found)
            elif record.get("event") == "started":
                self.versions["lapwing"] = {"engine": record["model"]["engine"]}
                figures["precision"] = record["model"]["precision"]
        shutil.rmtree(results)
        figures.update(frames=frames, objects=objects, identities=len(identities))
        figures["rate"] = figures["command_rate"] = frames / figures["command_seconds"]
        figures["cpu_per_frame"] = figures["command_cpu_seconds"] / frames
        return figures

    def measure(self):
        if not pathlib.Path(self.arguments.lapwing).exists():
            raise Failure(f"there is no {self.arguments.lapwing}: `make build` makes it, --lapwing names another")
        self.prepare_video()
        self.python = install()
        models = {name: self.prepare_model(file) for name, file in MODELS}
        rounds = {name: {side: [] for side in SIDES} for name in models}
        for number in range(self.arguments.rounds):
            for name, model in models.items():
                for side in SIDES if number % 2 == 0 else reversed(SIDES):
                    figures = getattr(self, side)(model)
                    rounds[name][side].append(figures)
                    say(f"round {number + 1} of {self.arguments.rounds}, {name}, {side}: {figures['rate']:.1f} frames/s")
                    if figures["frames"] != self.arguments.frames:
                        say(f"{side} has seen {figures['frames']} of {self.arguments.frames} frames")
        return rounds


def median(rounds, figure):
    return statistics.median(each[figure] for each in rounds)


def summary(rounds):
    """One row per model."""
    rows = []
    for name, sides in rounds.items():
        row = {"model": name}
        for side in SIDES:
            row[side] = {
                "frames_per_second": median(sides[side], "rate"),
                "command_frames_per_second": median(sides[side], "command_rate"),
                "cpu_ms_per_frame": 1000 * median(sides[side], "cpu_per_frame"),
                "peak_mib": median(sides[side], "peak_mib"),
                "objects_per_frame": statistics.median(each["objects"] / each["frames"] for each in sides[side]),
                "identities": median(sides[side], "identities")}
        ratios = [b["rate"] / a["rate"] for a, b in zip(*(sides[side] for side in SIDES))]
        row["ratio"] = row["lapwing"]["frames_per_second"] / row["ultralytics"]["frames_per_second"]
        row["ratio_lowest"], row["ratio_highest"] = min(ratios), max(ratios)
        rows.append(row)
    return rows


def table(rows, bench):
    yield f"{bench.arguments.frames} frames of {VIDEO}, ByteTrack; by turns, rounds: {bench.arguments.rounds}, medians"
    theirs, ours = bench.versions["ultralytics"], bench.versions["lapwing"]
    yield (f"Ultralytics {theirs['ultralytics']}, torch {theirs['torch']}, OpenVINO {theirs['openvino'].split('-')[0]}, "
           f"{theirs['precision']} where the model is not INT8; frames/s and CPU: its loop alone, after the first frame")
    if "+cu" in theirs["torch"]:
        yield "  (a torch with CUDA, whose libraries may add to its memory; the CPU does the work)"
    yield f"Lapwing, {ours['engine']}; frames/s and CPU: the whole command, with loading the model and writing the results"
    yield ""
    layout = "{:10} {:12} {:>9} {:>9} {:>13} {:>9} {:>14}  {}"
    yield layout.format("YOLOv8n", "", "frames/s", "command", "CPU ms/frame", "peak MiB", "objects/frame", "ratio").rstrip()
    for row in rows:
        for side in SIDES:
            figures = row[side]
            ratio = f"{row['ratio']:.2f} ({row['ratio_lowest']:.2f}–{row['ratio_highest']:.2f})" if side == "lapwing" else ""
            yield layout.format(
                row["model"] if side == SIDES[0] else "", side.capitalize(), f"{figures['frames_per_second']:.1f}",
                f"{figures['command_frames_per_second']:.1f}",
                f"{figures['cpu_ms_per_frame']:.1f}", f"{figures['peak_mib']:.0f}", f"{figures['objects_per_frame']:.2f}",
                ratio).rstrip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=3000, help="how long the video is (3000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side has its turn (3)")
    parser.add_argument("--lapwing", default=str(REPOSITORY / ".build/release/lapwing"), help="the program")
    parser.add_argument("--json", action="store_true", help="all that was measured, instead of the table")
    arguments = parser.parse_args()
    if arguments.frames < 2 or arguments.rounds < 1:
        parser.error("there must be two frames and one round at least")
    arguments.lapwing = os.path.abspath(arguments.lapwing)
    BUILD.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="compare-", dir=BUILD) as work:
            bench = Bench(arguments, pathlib.Path(work))
            rounds = bench.measure()
    except Failure as failure:
        sys.exit(f"bench-compare: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
    rows = summary(rounds)
    if arguments.json:
        print(json.dumps({
            "video": VIDEO, "frames": arguments.frames, "cores": os.cpu_count(), "versions": bench.versions, "summary": rows,
            "rounds": rounds}, indent=1))
    else:
        print("\n".join(table(rows, bench)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["track"] and len(sys.argv) == 5:
        track(*sys.argv[2:])
    elif sys.argv[1:2] == ["convert"] and len(sys.argv) == 4:
        convert(*sys.argv[2:])
    else:
        main()
