#!/usr/bin/env python3
"""Lets Lapwing watch an RTSP camera for a long time while the camera dies now and then; counts frames, measures delays.

    make rtsp-soak                                  10 minutes, the camera is killed three times
    make rtsp-soak ARGS="--minutes 60 --kills 3"

The camera is GStreamer's RTSP server on loopback (see Scripts/rtsp-server.py), which plays a street of 15 frames a second,
drawn by `lapwing synthesize`, again and again. A `submit` watches it, a worker with the shipped model is at work; of both,
memory is looked at every two seconds. The server is killed with `kill -9` and started again some seconds later, at times
that follow from --seed. At the end:
  - each frame of each video is in the results once, in order, and its ledger adds up to what the submission counted;
  - there are as many gaps as kills, each about as long as the camera was away;
  - memory is flat, as Scripts/soak.py has it;
  - the time from a frame to its result in the log: the frame's time of day (start_time + time_ms), the log's time stamp.
Needs Python 3.9, `ffmpeg`, and the packages that Scripts/rtsp-server.py names. Exit code 1: something is not right.
"""
import argparse, json, os, pathlib, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time
from datetime import datetime

from soak import EVERY, MEBI, Series, memory_allowed
from torture import REPOSITORY, Child, Failure, conclude

MODEL = ["--model", str(REPOSITORY / "Models/lapwing-street.onnx"), "--config", str(REPOSITORY / "Models/lapwing-street.yaml")]


class Camera:
    """The server; the first time on any free port, later on the same."""

    def __init__(self, video, errors):
        self.video, self.errors, self.port = video, errors, 0
        self.start()

    def start(self):
        with open(self.errors, "ab") as file:
            self.process = subprocess.Popen(
                ["/usr/bin/python3", str(REPOSITORY / "Scripts/rtsp-server.py"), str(self.video), str(self.port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file)
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"the RTSP server does not start: see {self.errors}")
        self.port = int(line)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Soak:
    def __init__(self, arguments, work):
        self.arguments, self.work = arguments, work
        self.chance = random.Random(arguments.seed)
        self.log = work / "log.db"
        self.series = {
            role: Series(f"{role}, memory", "MiB", memory_allowed) for role in ("submitter", "worker")}
        self.complaints, self.outages = [], []

    def call(self, *command):
        done = subprocess.run(command, capture_output=True, timeout=300)
        if done.returncode:
            raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode()}")
        return done.stdout

    def prepare(self):
        street, camera = self.work / "street.mp4", self.work / "camera.mp4"
        self.call(
            self.arguments.lapwing, "synthesize", "--output", str(street), "--seconds", "20", "--rate", "15", "--size",
            "640x360", "--seed", str(self.arguments.seed))
        group = self.work / "group.mp4"
        self.call(
            "ffmpeg", "-nostdin", "-v", "error", "-i", str(street), "-c:v", "libx264", "-preset", "veryfast", "-bf", "2",
            "-g", str(self.arguments.gop), "-crf", "28", str(group))
        # Long enough for one connection that lasts from the beginning to the end.
        turns = int(self.arguments.minutes * 3 + 10)
        self.call(
            "ffmpeg", "-nostdin", "-v", "error", "-stream_loop", str(turns), "-i", str(group), "-c", "copy", str(camera))
        return camera

    def run(self, show):
        camera = Camera(self.prepare(), self.work / "camera.err")
        seconds = self.arguments.minutes * 60
        kills = sorted(self.chance.uniform(0.1, 0.9) * seconds for _ in range(self.arguments.kills))
        log = ["--log", f"sqlite:{self.log}"]
        submitter = Child("submitter", [
            self.arguments.lapwing, "submit", f"rtsp://viewer:secret@127.0.0.1:{camera.port}/camera", *log,
            "--chunk-seconds", str(self.arguments.chunk_seconds), "--until", f"{seconds:.0f}s", "--video-id", "camera",
            *self.arguments.submit], self.work / "submitter.err")
        worker = Child("worker", [
            self.arguments.lapwing, "worker", *log, *MODEL, "--spool-dir", str(self.work), "--log-level", "warning"],
            self.work / "worker.err")
        began, next_sample, back = time.monotonic(), time.monotonic(), None
        try:
            while submitter.process.poll() is None:
                now = time.monotonic()
                if now - began > seconds + 120:
                    raise Failure(f"the submission does not end: see {submitter.errors}")
                if worker.process.poll() is not None:
                    raise Failure(f"the worker has ended: see {worker.errors}")
                if now >= next_sample:
                    next_sample += EVERY
                    for role, child in (("submitter", submitter), ("worker", worker)):
                        self.series[role].add(now - began, self.memory(child))
                    show(now - began, len(self.outages))
                if back is None and kills and now - began >= kills[0]:
                    kills.pop(0)
                    camera.kill()
                    self.outages.append(self.chance.uniform(2, 15))
                    back = time.monotonic() + self.outages[-1]
                if back is not None and now >= back:
                    camera.start()
                    # A new connection is there before the next kill.
                    back, kills = None, [max(kill, now - began + 45) for kill in kills]
                time.sleep(0.05)
            if submitter.process.returncode:
                raise Failure(f"the submission: exit code {submitter.process.returncode}: see {submitter.errors}")
            self.seconds = time.monotonic() - began
            self.wait_for_results(worker)
        finally:
            for process in (camera.process, submitter.process, worker.process):
                process.kill()
                process.wait()
        secrets = [
            path.name for path in self.work.iterdir()
            if path.is_file() and path.suffix not in (".mp4",) and b"viewer:secret" in path.read_bytes()]
        if secrets:
            self.complaints.append(f"the password is in {', '.join(secrets)}")

    @staticmethod
    def memory(child):
        try:
            text = pathlib.Path(f"/proc/{child.process.pid}/status").read_text()
            return int(text.split("VmRSS:")[1].split()[0]) << 10
        except (OSError, IndexError):
            return None

    def wait_for_results(self, worker):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            status = json.loads(self.call(
                self.arguments.lapwing, "status", "--json", "--log", f"sqlite:{self.log}"))
            if all(video["state"] in ("ended", "failed") for video in status["videos"]):
                if worker.stop() != 0:
                    raise Failure(f"the worker that was told to stop: see {worker.errors}")
                return
            time.sleep(0.5)
        raise Failure("the videos have not ended 120 s after the submission")

    def check(self):
        database = sqlite3.connect(f"file:{self.log}?mode=ro", uri=True)
        query = ("SELECT r.key, r.value, r.timestamp FROM record r JOIN topic_partition p ON r.id >> 40 = p.id "
                 "JOIN topic t ON t.id = p.topic WHERE t.name = ? ORDER BY r.id")
        submitted = {key: json.loads(value) for key, value, _ in database.execute(query, ["lapwing.videos"])}
        videos, delays = {}, []
        for key, value, stamp in database.execute(query, ["lapwing.results"]):
            record = json.loads(value)
            video = videos.setdefault(key, {"frames": 0, "next": 0, "gaps": [], "ledger": None})
            if record["type"] == "frame":
                if record["frame"] != video["next"]:
                    self.complaints.append(f"{key}: frame {record['frame']} came, {video['next']} was due")
                video["next"] = record["frame"] + 1
                video["frames"] += 1
                delays.append(stamp / 1000 - video["start"] - record["time_ms"] / 1000)
            elif record["type"] == "video_event":
                if record["event"] == "started":
                    video["start"] = datetime.fromisoformat(record["source"]["start_time"].replace("Z", "+00:00")).timestamp()
                elif record["event"] == "gap":
                    video["gaps"].append(record)
                    video["next"] += record["frame_count"]
                else:
                    video["ledger"] = record["ledger"]
        database.close()
        gaps = []
        for key, known in submitted.items():
            video = videos.get(key)
            ledger = video and video["ledger"]
            if not ledger:
                self.complaints.append(f"{key}: it has no end")
                continue
            accounted = sum(ledger[f"frames_{what}"] for what in ("processed", "skipped", "undecodable", "missing"))
            if not known["frames"] == ledger["frames_expected"] == accounted == video["next"]:
                self.complaints.append(f"{key}: {known['frames']} frames were submitted, the ledger is {ledger}")
            gaps += [gap for gap in video["gaps"] if "source lost" in gap["reason"]]
            self.complaints += [f"{key}: {gap}" for gap in video["gaps"] if gap["reason"] != "source lost"]
        if len(gaps) != len(self.outages):
            self.complaints.append(f"{len(self.outages)} kills, {len(gaps)} gaps")
        for gap, outage in zip(gaps, self.outages):
            # Until the next attempt, and to the first key frame.
            if not outage - 3 <= gap["duration_ms"] / 1000 <= outage * 2 + 20:
                self.complaints.append(f"the camera was away for {outage:.1f} s, the gap says {gap['duration_ms']} ms")
        self.frames = sum(video["frames"] for video in videos.values())
        self.videos = len(submitted)
        self.delays = sorted(delays)
        self.gaps = gaps

    def report(self):
        def share(part):
            return self.delays[min(len(self.delays) - 1, int(part * len(self.delays)))] if self.delays else float("nan")
        expected = (self.seconds - sum(gap["duration_ms"] for gap in self.gaps) / 1000) * 15
        print(f"{'watched for':<34}{self.seconds:>10,.0f} s, in {self.videos} video{'s' if self.videos > 1 else ''}")
        print(f"{'frames in the results':<34}{self.frames:>10,}   (15 a second while the camera was there: {expected:,.0f})")
        print(f"{'camera killed':<34}{len(self.outages):>10,}")
        for gap, outage in zip(self.gaps, self.outages):
            print(f"{'  gap':<34}{gap['duration_ms'] / 1000:>10.1f} s   (server away for {outage:.1f} s)")
        for name, part in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("most", 1)):
            print(f"{'frame to result, ' + name:<34}{share(part):>10.2f} s")
        print(f"\n{'':<34}{'first':>10}{'last':>10}{'most':>10}{'allowed':>10}")
        for series in self.series.values():
            figures = series.judge(self.videos)
            if figures is None:
                print(f"{series.name:<34}  too few values: let it run for longer")
                continue
            first, last, _, _, allowed, grows = figures
            print(f"{series.name:<34}" + "".join(
                f"{value / MEBI:>10,.1f}" for value in (first, last, max(series.values), allowed))
                + f"  MiB {'GROWS' if grows else 'flat'}")
            if grows:
                self.complaints.append(f"{series.name} grows")
        for complaint in self.complaints[:20]:
            print(f"rtsp-soak: error: {complaint}")
        print("verdict: " + ("no frame is unaccounted for" if not self.complaints else "NOT as it should be"), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="how long the camera is watched (10)")
    parser.add_argument("--kills", type=int, default=3, help="how often it is killed (3)")
    parser.add_argument("--seed", type=int, default=1, help="other seeds: other pictures, killed at other times (1)")
    parser.add_argument("--gop", type=int, default=15, help="frames from key frame to key frame (15)")
    parser.add_argument("--chunk-seconds", type=float, default=1, help="how long chunks are at most (1)")
    parser.add_argument("--lapwing", default=str(REPOSITORY / ".build/release/lapwing"), help="the program")
    parser.add_argument("--keep", action="store_true", help="leave the folder with what was made")
    parser.add_argument("submit", nargs="*", help="more options for 'lapwing submit', behind --")
    arguments = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("LAPWING_")]:
        del os.environ[name]
    if not shutil.which("ffmpeg") or not os.access(arguments.lapwing, os.X_OK):
        sys.exit(f"rtsp-soak: ffmpeg and {arguments.lapwing} are needed: 'make build'")
    work = pathlib.Path(tempfile.mkdtemp(prefix="lapwing-rtsp-soak-"))

    def job():
        soak = Soak(arguments, work)

        def show(seconds, kills):
            if sys.stderr.isatty():
                print(f"\r{seconds / 60:5.1f} of {arguments.minutes:g} minutes, {kills} kills ", end="", file=sys.stderr)
        soak.run(show)
        soak.check()
        soak.report()
        return 1 if soak.complaints else 0

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(conclude("rtsp-soak", work, arguments.keep, job))


if __name__ == "__main__":
    main()
