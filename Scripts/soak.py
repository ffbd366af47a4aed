#!/usr/bin/env python3
"""Lets Lapwing work for a long time while workers come and go, and says whether anything grows that should not.

    make soak                                       30 minutes
    make soak ARGS="--minutes 2 --seed 7"

A `submit`, a `collect` and a worker live the whole time; more workers join for some seconds and leave, most by SIGTERM,
some by `kill -9`. Short videos, each with an ID of its own, are submitted as fast as the log takes them (--log-limit). Of
those that live the whole time, memory, open files and threads are looked at every two seconds, and so are the log's file,
the spools and what the log holds. At the end a table, and the verdict: flat, or exit code 1.

What is flat? The first fifth of the time is left out: caches and the allocator fill up. Of the rest, two figures must both
be too large before something counts as growing:
  - the median of the last third less that of the first third, which a single peak does not move;
  - the least-squares line, from its beginning to its end.
What is too large: memory, a twentieth of what there was, 6 MiB at least, and 1.5 KiB for each video that came in between
(the IDs of videos that are done are remembered, so that nothing is done twice); files and threads, 2; the log, less what its
topics hold, 32 MiB (as much is kept free for the next chunks); spools, 32 MiB. Chunks must go when workers are through with
them; results and checkpoints stay, by intention, and are shown for themselves.

And the work must be right: each frame of each video once, the bytes those of `lapwing run` (up to the video's name), each
video rebuilt once. Needs Python 3.9 and, for cuts of the videos in LAPWING_ASSETS, `ffmpeg`.
"""
import argparse, json, os, pathlib, random, shutil, signal, sqlite3, statistics, sys, tempfile, time

from torture import CUT, REPOSITORY, Bench, Child, Failure, Log, conclude, frame_numbers

MEBI = 1 << 20
PATIENCE = 300  # seconds that the videos in the log may take once nothing more comes
EVERY = 2  # seconds between samples
ROLES = ["worker", "submitter", "collector"]


class Series:
    """One figure over time, and how much more of it there may be at the end."""

    def __init__(self, name, unit, allowed):
        self.name, self.unit, self.allowed = name, unit, allowed
        self.times, self.values = [], []

    def add(self, at, value):
        if value is not None:
            self.times.append(at)
            self.values.append(value)

    def judge(self, videos):
        """First and last median, the line's rise, its slope per hour, the most that is allowed; None: too few values."""
        began, ended = (self.times[0], self.times[-1]) if self.times else (0, 0)
        kept = [(t, v) for t, v in zip(self.times, self.values) if t >= began + (ended - began) / 5]
        if len(kept) < 12:
            return None
        times, values = zip(*kept)
        third = len(values) // 3
        first, last = statistics.median(values[:third]), statistics.median(values[-third:])
        middle, mean = statistics.fmean(times), statistics.fmean(values)
        spread = sum((t - middle) ** 2 for t in times)
        slope = sum((t - middle) * (v - mean) for t, v in kept) / spread if spread else 0
        rise = slope * (times[-1] - times[0])
        allowed = self.allowed(first, videos * (times[-1] - times[0]) / max(ended - began, 1))
        return first, last, rise, slope * 3600, allowed, last - first > allowed and rise > allowed


def memory_allowed(first, videos):
    return max(first / 20, 6 * MEBI) + 1536 * videos


class Soak:
    def __init__(self, arguments, bench, work):
        self.arguments, self.bench, self.work = arguments, bench, work
        self.chance = random.Random(arguments.seed)
        self.log = Log(bench, "soak")
        self.spool, self.rebuilt, self.inputs = work / "spool", work / "rebuilt", work / "inputs"
        self.series = {}
        for role in ROLES:
            self.series[role, "memory"] = Series(f"{role}, memory", "MiB", memory_allowed)
            self.series[role, "files"] = Series(f"{role}, open files", "", lambda first, videos: 2)
            self.series[role, "threads"] = Series(f"{role}, threads", "", lambda first, videos: 2)
        for name in ["log's file, less what it holds", "chunks in the log", "spools"]:
            self.series[name] = Series(name, "MiB", lambda first, videos: 32 * MEBI)
        self.sizes = {}
        self.comings = {"joined": 0, "left by SIGTERM": 0, "killed with -9": 0}
        self.rebuilt_twice = []
        self.seen = set()
        self.complaints = []

    # The processes

    def prepare(self):
        for folder in (self.spool, self.rebuilt, self.inputs):
            folder.mkdir()
        # Hard links: as many videos as names. More than can be worked on, so that the log's limit holds submitting up.
        count = int(self.arguments.minutes * 60 * self.arguments.rate)
        for number in range(count):
            source = self.bench.videos[number % len(self.bench.videos)]
            os.link(source, self.inputs / f"{number:06}-{source.name}")
        self.bench.lapwing(
            "topics", "create", "--partitions", "4", "--log-limit", self.arguments.log_limit, *self.log.options)

    def start_worker(self, *more):
        return self.bench.start_worker(
            self.log, "--memory", self.arguments.memory, "--commit-interval", self.chance.choice(["0", "0.1"]), *more)

    def start_all(self):
        self.living = {}
        self.living["collector"] = self.bench.start(
            "collector", "collect", *self.log.options, "--output", str(self.rebuilt), "--spool-dir", str(self.spool),
            "--memory", "192MiB", "--log-level", "warning")
        # Chunks stay for those who have joined before workers are through with them.
        self.wait("the collector has not joined", lambda: self.query(
            "SELECT count(*) FROM member m JOIN consumer_group g ON g.id = m.group_id WHERE g.name = 'lapwing.collect'")[0][0])
        self.living["worker"] = self.start_worker("--spool-dir", str(self.spool))
        self.living["submitter"] = self.bench.start(
            "submitter", "submit", str(self.inputs), *CUT, "--log-limit", self.arguments.log_limit, *self.log.options)

    def query(self, text):
        database = sqlite3.connect(f"file:{self.log.path}?mode=ro", uri=True, timeout=30)
        try:
            return database.execute(text).fetchall()
        finally:
            database.close()

    def wait(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            for role, child in self.living.items():
                if child.process.poll() and role != "submitter":
                    raise Failure(f"the {role} has ended: see {child.errors}")
            if time.monotonic() > deadline:
                raise Failure(f"{what} after {PATIENCE} s")
            time.sleep(0.2)

    # Samples

    def sample(self, at):
        for role in ROLES:
            folder = pathlib.Path(f"/proc/{self.living[role].process.pid}")
            try:
                status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
                self.series[role, "memory"].add(at, int(status["VmRSS"].split()[0]) << 10)
                self.series[role, "threads"].add(at, int(status["Threads"]))
                self.series[role, "files"].add(at, len(os.listdir(folder / "fd")))
            except (OSError, KeyError):
                raise Failure(f"the {role} has ended: see {self.living[role].errors}") from None
        held = dict(self.query("SELECT name, bytes FROM topic"))
        size = sum(path.stat().st_size for path in self.work.glob("soak.db*") if not path.name.endswith("-shm"))
        self.sizes = {"log's file": size, **{f"  {name}": count for name, count in sorted(held.items())}}
        self.series["log's file, less what it holds"].add(at, size - sum(held.values()))
        self.series["chunks in the log"].add(at, held["lapwing.chunks"])
        self.series["spools"].add(at, sum(path.stat().st_size for path in self.files(self.spool)))
        self.take_rebuilt()

    def take_rebuilt(self):
        """Counts rebuilt videos; they are not kept, since the collector knows by itself what it has done."""
        for path in self.files(self.rebuilt):
            if path.suffix != ".part":
                if path.stem in self.seen:
                    self.rebuilt_twice.append(path.stem)
                self.seen.add(path.stem)
                path.unlink()

    @staticmethod
    def files(folder):
        for path in folder.rglob("*"):
            try:
                if path.is_file():
                    yield path
            except OSError:
                pass

    # The course of things

    def run(self, show):
        began = time.monotonic()
        ends = began + self.arguments.minutes * 60
        others, next_sample, next_joining = [], began, began + 5
        try:
            while (now := time.monotonic()) < ends:
                if now >= next_sample:
                    next_sample += EVERY
                    self.sample(now - began)
                    show(now - began)
                if now >= next_joining:
                    next_joining = now + self.chance.uniform(2, 12)
                    if len(others) < 2:
                        other = self.start_worker("--spool-dir", str(self.spool))
                        # Some have hardly started when they go.
                        other.kill_at = now + self.chance.uniform(0.2, 20)
                        others.append(other)
                        self.comings["joined"] += 1
                for other in list(others):
                    if other.process.poll() is not None:
                        raise Failure(f"a worker ended with {other.process.returncode}: see {other.errors}")
                    if now >= other.kill_at:
                        others.remove(other)
                        self.part(other)
                if self.living["submitter"].process.poll() == 0:
                    raise Failure("nothing is left to submit: give a higher --rate")
                time.sleep(0.05)
            self.seconds = time.monotonic() - began
            self.finish(others)
        finally:
            for child in [*self.living.values(), *others]:
                child.process.kill()
                child.process.wait()

    def part(self, other):
        if self.chance.random() < 0.25:
            self.comings["killed with -9"] += other.kill()
            return
        self.comings["left by SIGTERM"] += 1
        code = other.stop()
        if code not in (0, -signal.SIGTERM):
            raise Failure(f"a worker that was told to stop: exit code {code}: see {other.errors}")

    def finish(self, others):
        """Ends the submission, lets what is in the log be worked off, and has everybody leave."""
        self.living["submitter"].stop()
        # What was cut off in the middle is taken up where it stopped.
        stems = {name.stem: name for name in self.inputs.iterdir()}
        for video in self.unfinished():
            stem = video.rpartition("-")[0]
            self.bench.lapwing("submit", str(stems[stem]), *CUT, *self.log.options)
        for other in others:
            self.part(other)
        others.clear()
        self.wait("not every video has ended", lambda: all(
            video["state"] in ("ended", "failed") for video in self.log.status()))
        self.wait("not every chunk is gone", lambda: self.query(
            "SELECT bytes FROM topic WHERE name = 'lapwing.chunks'")[0][0] == 0)
        self.take_rebuilt()
        for role in ("worker", "collector"):
            code = self.living[role].stop()
            if code != 0:
                raise Failure(f"the {role} that was told to stop: exit code {code}: see {self.living[role].errors}")
        # Who is killed leaves a spool behind, which the next to come takes away.
        self.start_worker("--spool-dir", str(self.spool), "--exit-when-idle").process.wait(60)
        left = [str(path) for path in self.spool.iterdir()]
        if left:
            self.complaints.append(f"left in the spool's folder: {' '.join(left[:4])}")

    def unfinished(self):
        rows = self.query(
            "SELECT r.key, r.value FROM record r JOIN topic_partition p ON r.id >> 40 = p.id "
            "JOIN topic t ON t.id = p.topic WHERE t.name = 'lapwing.videos'")
        return [key for key, value in rows if json.loads(value)["state"] != "submitted"]

    # The verdict

    def check(self):
        """Compares each video's records with those of the same file in an undisturbed run."""
        expected = {}
        for video, found in self.bench.expected.items():
            expected[video.rpartition("-")[0]] = self.anonymous(video, video.rpartition("-")[0], found)
        database = sqlite3.connect(f"file:{self.log.path}?mode=ro", uri=True)
        videos = frames = wanted = different = duplicates = gaps = 0
        try:
            rows = database.execute(
                "SELECT r.key, r.value FROM record r JOIN topic_partition p ON r.id >> 40 = p.id "
                "JOIN topic t ON t.id = p.topic WHERE t.name = 'lapwing.results' ORDER BY r.id")
            open_videos = {}
            for key, value in rows:
                open_videos.setdefault(key, []).append(bytes(value))
                if b'"event":"ended"' not in value and b'"event":"failed"' not in value:
                    continue
                found = b"\n".join(open_videos.pop(key)) + b"\n"
                stem = key.rpartition("-")[0]
                reference = expected[stem[7:]]
                videos += 1
                numbers, all_numbers = frame_numbers(found), frame_numbers(reference)
                frames += len(numbers)
                wanted += len(all_numbers)
                duplicates += len(numbers) - len(set(numbers))
                gaps += len(set(all_numbers) - set(numbers))
                if self.anonymous(key, stem, found) != reference:
                    different += 1
                    self.complaints.append(f"{key}: its records are not those of an undisturbed run")
            if open_videos:
                self.complaints.append(f"records behind the end, or without one: {' '.join(list(open_videos)[:4])}")
        finally:
            database.close()
        submitted = self.query(
            "SELECT count(*) FROM record r JOIN topic_partition p ON r.id >> 40 = p.id "
            "JOIN topic t ON t.id = p.topic WHERE t.name = 'lapwing.videos'")[0][0]
        if submitted != videos:
            self.complaints.append(f"{submitted} videos were submitted, {videos} have results")
        if len(self.seen) != submitted or self.rebuilt_twice:
            self.complaints.append(
                f"of {submitted} videos {len(self.seen)} were rebuilt, {len(self.rebuilt_twice)} more than once")
        if duplicates or gaps:
            self.complaints.append(f"{duplicates} frames twice, {gaps} missing")
        self.counts = {
            "videos": videos, "frames expected": wanted, "frames published": frames, "duplicates": duplicates,
            "gaps": gaps, "videos whose bytes differ": different, "videos rebuilt": len(self.seen), **self.comings}

    @staticmethod
    def anonymous(video, stem, records):
        return records.replace(video.encode(), b"VIDEO").replace(stem.encode(), b"SOURCE")

    def report(self):
        print(f"{'worked for':<34}{self.seconds:>10,.0f} s   {self.bench.sources}, seed {self.arguments.seed}")
        for what, count in self.counts.items():
            print(f"{what:<34}{count:>10,}")
        for what, size in self.sizes.items():
            print(f"{what:<34}{size / MEBI:>10,.1f} MiB at the end")
        print(f"\n{'':<34}{'first':>10}{'last':>10}{'most':>10}{'line':>10}{'per hour':>11}{'allowed':>10}")
        for series in self.series.values():
            figures = series.judge(self.counts["videos"])
            if figures is None:
                print(f"{series.name:<34}  too few values: let it run for longer")
                continue
            scale = MEBI if series.unit else 1
            first, last, rise, slope, allowed, grows = figures
            cells = [first, last, max(series.values), rise, slope, allowed]
            print(f"{series.name:<34}" + "".join(
                f"{value / scale:>{'+' if i in (3, 4) else ''}{11 if i == 4 else 10},.1f}"
                for i, value in enumerate(cells)) + f"  {series.unit:<4}{'GROWS' if grows else 'flat'}")
            if grows:
                self.complaints.append(f"{series.name} grows")
        for complaint in self.complaints[:20]:
            print(f"soak: error: {complaint}")
        print("verdict: " + ("all is flat, and every frame is there once" if not self.complaints else "NOT as it should be"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long videos are submitted (30)")
    parser.add_argument("--seed", type=int, default=1, help="other seeds: workers come and go at other times (1)")
    parser.add_argument("--frames", type=int, default=20, help="of each video (20)")
    parser.add_argument("--rate", type=float, default=30, help="videos per second that are at hand (30)")
    parser.add_argument("--log-limit", default="8MiB", help="how much may wait in the log (8MiB)")
    parser.add_argument("--memory", default="384MiB", help="of each worker (384MiB)")
    parser.add_argument("--session-timeout", type=float, default=2, help="of the workers, in seconds (2)")
    parser.add_argument("--lapwing", default=str(REPOSITORY / ".build/release/lapwing"), help="the program")
    parser.add_argument("--samples", help="a file for the samples: series, second, value, separated by tabs")
    parser.add_argument("--keep", action="store_true", help="leave the folder with what was made")
    arguments = parser.parse_args()
    arguments.kafka = None
    work = pathlib.Path(tempfile.mkdtemp(prefix="lapwing-soak-"))

    def job():
        bench = Bench(arguments, work, frames=arguments.frames)
        soak = Soak(arguments, bench, work)

        def show(seconds):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{seconds / 60:.1f} of {arguments.minutes:g} minutes, {len(soak.seen):,} videos ")

        soak.prepare()
        soak.start_all()
        soak.run(show)
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
        soak.check()
        soak.report()
        if arguments.samples:
            with open(arguments.samples, "w") as file:
                for series in soak.series.values():
                    file.writelines(f"{series.name}\t{t:.1f}\t{v}\n" for t, v in zip(series.times, series.values))
        return 1 if soak.complaints else 0

    return conclude("soak", work, arguments.keep, job)


if __name__ == "__main__":
    sys.exit(main())
