#!/usr/bin/env python3
"""Kills Lapwing's processes with `kill -9` at random times, and compares the results with an undisturbed run.

    make torture                                    1,000 kills
    make torture ARGS="--kills 5000 --seed 7"
    make torture ARGS="--kafka localhost:9092"      the same on a real cluster

Rounds follow one another, each on a log of its own: a submitter and one or two workers are started; each is killed when
its random time has come, and started again at once, until the round has had its kills and every video has ended. Then
every video's results must be the bytes of `lapwing run`, each frame once, and the ledger must balance.

Videos are cuts of those in LAPWING_ASSETS, or else streets drawn by `lapwing synthesize` for the shipped model.
Needs Python 3.9 and, for cuts, `ffmpeg`. Exit code 1: something differs.
"""
import argparse, json, os, pathlib, random, shutil, signal, sqlite3, subprocess, sys, tempfile, time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CUT = ["--chunk-seconds", "0.8"]
PATIENCE = 180  # seconds that a round may go on after its last kill


class Failure(Exception):
    pass


class Child:
    """A process that is killed when its time has come."""

    def __init__(self, role, command, errors):
        self.role, self.command, self.errors = role, command, errors
        with open(errors, "ab") as file:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file)
        self.kill_at = None

    def kill(self):
        self.process.kill()
        return self.process.wait() == -signal.SIGKILL

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "60 s after SIGTERM it had not ended"


class Log:
    """Where a round takes place, and the calls on it."""

    def __init__(self, bench, name):
        self.bench, self.path = bench, bench.work / f"{name}.db"
        if bench.arguments.kafka:
            prefix = f"torture-{os.getpid()}-{name}."
            self.options = ["--log", f"kafka://{bench.arguments.kafka}", "--topic-prefix", prefix]
        else:
            self.options = ["--log", f"sqlite:{self.path}"]

    def status(self):
        return json.loads(self.bench.lapwing("status", "--json", *self.options))["videos"]

    def has_ended(self, count):
        videos = self.status()
        return len(videos) == count and all(video["state"] in ("ended", "failed") for video in videos)

    def results(self, video):
        return self.bench.lapwing("results", video, *self.options)

    def committed(self):
        """Of each result of a SQLite log its time in milliseconds and the worker that made it, in order."""
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)
        try:
            rows = database.execute(
                "SELECT r.timestamp, r.headers FROM record r JOIN topic_partition p ON r.id >> 40 = p.id "
                "JOIN topic t ON t.id = p.topic WHERE t.name = 'lapwing.results' ORDER BY r.id").fetchall()
        finally:
            database.close()
        # Who made it is the last header; a worker without a name of its own says HOST-PROCESS-DIGITS.
        return [(at, bytes(headers).decode(errors="replace").rpartition("lapwing-worker")[2]) for at, headers in rows]

    def remove(self):
        for suffix in ("", "-wal", "-shm"):
            pathlib.Path(f"{self.path}{suffix}").unlink(missing_ok=True)


class Bench:
    """The videos, the model, and what an undisturbed run makes of them."""

    def __init__(self, arguments, work, frames=60):
        self.arguments, self.work = arguments, work
        assets = os.environ.get("LAPWING_ASSETS")
        if assets and not (pathlib.Path(assets) / "videos").is_dir():
            assets = None
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("LAPWING_")}
        folder = work / "videos"
        folder.mkdir()
        if assets:
            assets = pathlib.Path(assets)
            for number, (name, start) in enumerate([
                    ("car-detection", 0), ("car-detection", 12), ("one-by-one-person-detection", 20)]):
                self.call(
                    "ffmpeg", "-nostdin", "-v", "error", "-ss", str(start), "-i", str(assets / f"videos/{name}.mp4"),
                    "-frames:v", str(frames), "-an", "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-g", "10",
                    "-bf", "2", str(folder / f"{number}-{name}.mp4"))
            self.model = ["--model", str(assets / "models/yolov8n_int8_320_openvino_model")]
            self.sources = "cuts of the real videos, YOLOv8n in 8 bits at 320 pixels"
        else:
            self.lapwing(
                "synthesize", "--output", str(folder / "street.mp4"), "--videos", "3", "--frames", str(frames), "--size",
                "320x192")
            self.model = [
                "--model", str(REPOSITORY / "Models/lapwing-street.onnx"), "--config",
                str(REPOSITORY / "Models/lapwing-street.yaml")]
            self.sources = "drawn streets, the shipped model"
        # Ground truth may lie beside the videos.
        self.videos = sorted(folder.glob("*.mp4"))
        alone = work / "alone"
        self.lapwing("run", *map(str, self.videos), "--output", str(alone), *self.model, *CUT)
        self.expected = {path.parent.name: path.read_bytes() for path in alone.glob("*/results.jsonl")}
        if len(self.expected) != len(self.videos):
            raise Failure(f"lapwing run made results of {len(self.expected)} of {len(self.videos)} videos")

    def call(self, *command):
        done = subprocess.run(command, capture_output=True, env=self.environment, timeout=300)
        if done.returncode:
            raise Failure(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode()}")
        return done.stdout

    def lapwing(self, *command):
        return self.call(self.arguments.lapwing, *command)

    def start(self, role, *command):
        return Child(role, [self.arguments.lapwing, *command], self.work / f"{role}.err")

    def start_worker(self, log, *more):
        return self.start(
            "worker", "worker", *log.options, *self.model, "--session-timeout", str(self.arguments.session_timeout),
            "--spool-dir", str(self.work), "--log-level", "error", *more)


class Tally:
    def __init__(self):
        self.kills = {"worker": 0, "workers, two at once": 0, "submitter": 0}
        self.rounds = self.videos = self.expected = self.published = 0
        self.duplicates = self.gaps = self.differences = self.unbalanced = 0
        self.complaints = []

    @property
    def killed(self):
        return sum(self.kills.values())

    @property
    def is_clean(self):
        return not (self.duplicates or self.gaps or self.differences or self.unbalanced or self.complaints)

    def compare(self, name, expected, found):
        """Takes a video's results in, and says how they differ."""
        wanted, frames = frame_numbers(expected), frame_numbers(found)
        self.videos += 1
        self.expected += len(wanted)
        self.published += len(frames)
        self.duplicates += len(frames) - len(set(frames))
        self.gaps += len(set(wanted) - set(frames))
        ledger = json.loads((found.splitlines() or [b"{}"])[-1]).get("ledger") or {}
        accounted = sum(ledger.get(f"frames_{kind}", 0) for kind in ("processed", "skipped", "undecodable", "missing"))
        if ledger.get("frames_expected") != accounted:
            self.unbalanced += 1
        if found == expected:
            return
        self.differences += 1
        a, b = expected.splitlines(), found.splitlines()
        line = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        self.complaints.append(f"{name}: {len(a)} records expected, {len(b)} found; they differ from record {line} on")


def frame_numbers(results):
    return [json.loads(line)["frame"] for line in results.splitlines() if b'"type":"frame"' in line[:40]]


def run_round(bench, number, tally, budget, show):
    """One log: kills until `budget` is used up, then peace until all videos have ended."""
    chance = random.Random(f"{bench.arguments.seed} {number}")
    log = Log(bench, f"round-{number}")
    bench.lapwing("topics", "create", "--partitions", str(chance.choice([1, 2, 4])), *log.options)
    settings = ["--start", chance.choice(["complete", "streaming"]), "--commit-interval", chance.choice(["0", "0.1"])]
    names = chance.random() < 0.5
    spread = ["--parallel-detect"] if chance.random() < 0.5 else []
    left, left_of_submitter = budget, chance.randint(0, 3)

    def live(child):
        # Workers live long enough to do something as often as not.
        most = 0.4 if child.role == "submitter" else bench.arguments.life
        child.kill_at = time.monotonic() + chance.uniform(0, most)
        return child

    def worker(place):
        return live(bench.start_worker(log, *settings, *(["--group-instance-id", f"w{place}"] if names else [])))

    def submitter():
        return live(bench.start("submitter", "submit", *map(str, bench.videos), *CUT, *spread, *log.options))

    workers = [worker(place) for place in range(chance.choice([1, 2]))]
    submitting = submitter()
    last_look = quiet_since = time.monotonic()
    try:
        while True:
            time.sleep(0.005)
            now = time.monotonic()
            if submitting:
                code = submitting.process.poll()
                if code == 0:
                    submitting = None
                elif code is not None:
                    raise Failure(f"the submitter ended with exit code {code}: see {submitting.errors}")
                elif now >= submitting.kill_at and left > 0 and left_of_submitter > 0:
                    left -= 1
                    left_of_submitter -= 1
                    tally.kills["submitter"] += submitting.kill()
                    submitting = submitter()
                    quiet_since = now
            for place, child in enumerate(workers):
                code = child.process.poll()
                if code is not None:
                    raise Failure(f"a worker ended with exit code {code}: see {child.errors}")
                if now < child.kill_at or left <= 0:
                    continue
                both = len(workers) > 1 and left > 1 and chance.random() < 0.3
                victims = workers if both else [child]
                left -= len(victims)
                for victim in victims:
                    victim.process.kill()
                killed = sum(victim.kill() for victim in victims)
                tally.kills["workers, two at once" if both else "worker"] += killed
                for victim in list(victims):
                    workers[workers.index(victim)] = worker(workers.index(victim))
                quiet_since = now
                show(tally)
                break
            if not submitting and now - last_look > 0.5:
                last_look = now
                if log.has_ended(len(bench.videos)):
                    break
            if now - quiet_since > PATIENCE:
                raise Failure(f"round {number}: {PATIENCE} s after the last kill it had not ended: {log.status()}")
        for child in workers:
            code = child.stop()
            # One that has only just been started does not listen to signals yet.
            if code not in (0, -signal.SIGTERM):
                raise Failure(f"a worker that was told to stop: exit code {code}: see {child.errors}")
    finally:
        for child in workers + ([submitting] if submitting else []):
            child.process.kill()
            child.process.wait()
    clean = tally.is_clean
    for video, expected in bench.expected.items():
        tally.compare(f"round {number}, {video}", expected, log.results(video))
    tally.rounds += 1
    if clean and tally.is_clean:
        log.remove()


SITUATIONS = [
    ("another worker stands by", dict(standby=True)),
    ("started again, under another name", dict(standby=False)),
    ("started again, under the same name (--group-instance-id)", dict(standby=False, name="w")),
]


def recovery(bench, number, standby, name=None):
    """Seconds from `kill -9` of the worker that has a video in hand to the video's next result; None: it was through."""
    chance = random.Random(f"recovery {bench.arguments.seed} {number}")
    log = Log(bench, "recovery")
    more = ["--start", "streaming"] + (["--group-instance-id", name] if name else [])
    bench.lapwing("submit", str(bench.videos[0]), *CUT, "--partitions", "1", *log.options)
    workers = [bench.start_worker(log, *more) for _ in range(2 if standby else 1)]
    try:
        while not log.committed():
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        owner = log.committed()[-1][1]
        victim = next(child for child in workers if len(workers) == 1 or f"-{child.process.pid}-" in owner)
        victim.kill()
        killed_at, before = time.time() * 1000, len(log.committed())
        if not standby:
            workers.append(bench.start_worker(log, *more))
        while not log.has_ended(1):
            time.sleep(0.2)
        return next(((at - killed_at) / 1000 for at, _ in log.committed()[before:]), None)
    finally:
        for child in workers:
            child.process.kill()
            child.process.wait()
        log.remove()


def percentile(values, share):
    position = share * (len(values) - 1)
    below = int(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (position - below)


def report_recovery(bench):
    print(f"\n{'from kill -9 to the next result of the same video':<60}{'median':>8}{'p95':>8}{'samples':>10}")
    for what, situation in SITUATIONS:
        values = [recovery(bench, number, **situation) for number in range(bench.arguments.recovery)]
        values = sorted(value for value in values if value is not None)
        if values:
            print(f"  {what:<58}{percentile(values, .5):6.2f} s{percentile(values, .95):6.2f} s{len(values):10}")
    start = percentile(sorted(start_times(bench)), .5)
    print(f"It is the rest of the session timeout (--session-timeout {bench.arguments.session_timeout:g}) unless the "
          f"name is the same,\nplus starting a worker if none stands by ({start:.2f} s here, most of it for the model), plus "
          "reading the checkpoints,\nplus the work on one chunk, which is done again.")


def start_times(bench):
    """How long a worker takes that finds nothing to do."""
    log = Log(bench, "start")
    bench.lapwing("topics", "create", "--partitions", "1", *log.options)
    for _ in range(5):
        began = time.monotonic()
        child = bench.start_worker(log, "--exit-when-idle")
        child.process.wait()
        yield time.monotonic() - began
    log.remove()


def report(tally, bench, seconds):
    print(f"{'rounds':<32}{tally.rounds:>10,}   {bench.sources}")
    print(f"{'videos compared':<32}{tally.videos:>10,}")
    print(f"{'killed with -9':<32}{tally.killed:>10,}   in {seconds:,.0f} s, seed {bench.arguments.seed}")
    for what, count in tally.kills.items():
        print(f"{'  ' + what:<32}{count:>10,}")
    for what, count in [
            ("frames expected", tally.expected), ("frames published", tally.published),
            ("duplicates", tally.duplicates), ("gaps", tally.gaps), ("ledgers that do not balance", tally.unbalanced),
            ("videos whose bytes differ", tally.differences)]:
        print(f"{what:<32}{count:>10,}")
    for complaint in tally.complaints:
        print(f"torture: error: {complaint}")


def conclude(name, work, keep, job):
    """The exit code of what `job` does in the folder `work`, which stays if it is to be kept, or something went wrong."""
    code = 1
    try:
        code = job()
    except Failure as failure:
        print(f"{name}: error: {failure}", file=sys.stderr)
    finally:
        if keep or code != 0:
            print(f"what was made lies in {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    return code


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=1000, help="how many processes are killed (1000)")
    parser.add_argument("--seed", type=int, default=1, help="other seeds kill at other times (1)")
    parser.add_argument("--life", type=float, default=1.2, help="seconds that a worker lives at most (1.2)")
    parser.add_argument("--session-timeout", type=float, default=1, help="of the workers, in seconds (1)")
    parser.add_argument("--recovery", type=int, default=20, help="samples of the time of recovery (20; SQLite only)")
    parser.add_argument("--kafka", metavar="HOST:PORT", help="a cluster to work on, instead of SQLite files")
    parser.add_argument("--lapwing", default=str(REPOSITORY / ".build/release/lapwing"), help="the program")
    parser.add_argument("--keep", action="store_true", help="leave the folder with what was made")
    arguments = parser.parse_args()
    if arguments.kafka:
        # Brokers take no less by default (group.min.session.timeout.ms).
        arguments.session_timeout = max(arguments.session_timeout, 6)
    work = pathlib.Path(tempfile.mkdtemp(prefix="lapwing-torture-"))
    tally = Tally()

    def show(tally):
        if sys.stderr.isatty():
            cells = 24 * tally.killed // arguments.kills
            bar = "█" * cells + "░" * (24 - cells)
            sys.stderr.write(f"\r{bar}  {tally.killed:,}/{arguments.kills:,} kills, {tally.rounds:,} rounds ")

    def job():
        bench = Bench(arguments, work)
        began = time.monotonic()
        number = 0
        try:
            while tally.killed < arguments.kills:
                number += 1
                budget = random.Random(f"budget {arguments.seed} {number}").randint(10, 40)
                run_round(bench, number, tally, min(budget, arguments.kills - tally.killed), show)
        except Failure as failure:
            tally.complaints.append(str(failure))
        except KeyboardInterrupt:
            arguments.recovery = 0  # What was counted until now is shown all the same.
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        report(tally, bench, time.monotonic() - began)
        if arguments.recovery > 0 and not arguments.kafka and tally.is_clean:
            report_recovery(bench)
        return 0 if tally.is_clean else 1

    return conclude("torture", work, arguments.keep, job)


if __name__ == "__main__":
    sys.exit(main())
