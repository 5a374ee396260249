"""What the benchmarks share: a daemon of the release build, the floor programs of the reference, the
load of the machine, and one table of ours beside the floor. Figures of a busy machine are worth
little: read the ratio, which is of runs that took turns."""
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
os.environ.setdefault("BW_SOURCE", os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(os.environ["BW_SOURCE"], "tests", "e2e"))
import harness  # noqa: E402  (it reads the environment set above)

PERF = os.path.join(harness.REFERENCE, "perf") if harness.REFERENCE else ""
TINY = "--tiny" in sys.argv[1:]  # sizes that only show that the benchmark still runs


def floor(name, source, *libraries):
    """The path of a floor program, built for this run; None without the reference."""
    if not PERF:
        return None
    program = os.path.join(scratch(), name)
    if not os.path.exists(program):
        subprocess.run(["gcc", "-O2", "-w", "-o", program, os.path.join(PERF, source),
                        *("-l" + library for library in libraries)], check=True, timeout=120)
    return program


_scratch = None


def scratch():
    """A folder that goes with the process."""
    global _scratch
    if _scratch is None:
        _scratch = tempfile.TemporaryDirectory(prefix="basewatch-bench-")
    return _scratch.name


def load():
    """How busy the machine is, as a line."""
    with open("/proc/loadavg", encoding="ascii") as file:
        return "%d processors, load average %s" % (os.cpu_count(), " ".join(file.read().split()[:3]))


def median_of(run, times):
    return statistics.median(run() for _ in range(times))


def in_turn(times, *runs):
    """Medians of several measurements that take turns; None for a measurement that is None."""
    found = [[] for _ in runs]
    for _ in range(times):
        for values, run in zip(found, runs):
            if run is not None:
                values.append(run())
    return [statistics.median(values) if values else None for values in found]


def timed_ms(action):
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1e3


def process_ms(argv):
    """A whole process, from fork to reaped. To wait with a timeout would be to look every now and
    then: that rounds to milliseconds. The alarm ends us if it hangs."""
    signal.alarm(60)
    begun = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    code = process.wait()
    took_ms = (time.perf_counter() - begun) * 1e3
    signal.alarm(0)
    if code != 0:
        raise SystemExit("%s: exit code %d" % (argv[0], code))
    return took_ms


def peak_mib(pid):
    return _status(pid, "VmHWM") / 1024


def rss_mib(pid):
    return _status(pid, "VmRSS") / 1024


def _status(pid, key):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(key))


def cpu_s(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def metrics(daemon):
    """GET /metrics as a dict of numbers."""
    _, text = daemon.ask("GET", "/metrics")
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if line and not line.startswith("#")}


def longest_step(daemon):
    """(milliseconds, kind of event) of the longest step of the engine since its start."""
    start = 'basewatch_engine_step_longest_seconds{event="'
    return max((value * 1e3, name[len(start):-2])
               for name, value in metrics(daemon).items() if name.startswith(start))


class Table:
    def __init__(self, title):
        self.title = title
        self.rows = []
        self.begun = load()

    def row(self, what, ours, limit=None, unit="ms", note=""):
        """limit: the floor's figure for the same work, when there is one."""
        self.rows.append((what, ours, limit, unit, note))

    def show(self):
        print("%s (%s; at the end %s)" % (self.title, self.begun, load()))
        print("%-52s %12s %12s %7s  %s" % ("what", "ours", "floor", "ratio", "note"))
        for what, ours, limit, unit, note in self.rows:
            print("%-52s %12s %12s %7s  %s" % (
                what, _figure(ours, unit), "-" if limit is None else _figure(limit, unit),
                "-" if not limit else "%.2f" % (ours / limit), note))
        sys.stdout.flush()


def _figure(value, unit):
    digits = 0 if value >= 1000 or value == int(value) else 2
    return "%.*f %s" % (digits, value, unit) if unit else "%.*f" % (digits, value)
