"""Starts processes on chosen cores, reads their CPU and memory from /proc, and ends them; only what was started here is ended."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
WRITER_THREAD = "WorkerThread"
MAIN_THREAD = "MainThread"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Started:
    """A process that leads a session of its own, pinned to `cores` ("0", "1", "0,1")."""

    command: list[str]
    cores: str
    cwd: Path
    log: Path
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None

    def start(self) -> "Started":
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", self.cores, *self.command],
                cwd=self.cwd,
                env=os.environ | self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, grace_s: float = 10) -> None:
        """Asks it to end, then ends its whole session."""
        if self.process is None:
            return
        if self.running() and grace_s > 0:
            self.process.terminate()
            try:
                self.process.wait(grace_s)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(5)
        self.process = None

    def pin_threads(self, name: str, cores: str) -> int:
        """Moves the threads of this name; returns how many there were."""
        moved = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == name:
                os.sched_setaffinity(int(task.name), {int(core) for core in cores.split(",")})
                moved += 1
        return moved


def session_pids(session: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        fields = _stat_fields(f"/proc/{entry}/stat")
        if fields and int(fields[3]) == session:
            found.append(int(entry))
    return found


def cpu_by_thread_s(session: int) -> dict[str, float]:
    """User and system seconds so far of the session's threads, by thread name, and "all" with the threads that have ended."""
    seconds: dict[str, float] = {"all": 0.0}
    for pid in session_pids(session):
        seconds["all"] += _cpu_s(_stat_fields(f"/proc/{pid}/stat"))
        try:
            tasks = list(Path(f"/proc/{pid}/task").iterdir())
        except OSError:
            continue
        for task in tasks:
            try:
                name = (task / "comm").read_text().strip()
            except OSError:
                continue
            seconds[name] = seconds.get(name, 0.0) + _cpu_s(_stat_fields(f"{task}/stat"))
    return seconds


def pss_mb(session: int) -> float:
    """Proportional memory of the session's processes, MB of 2^20 bytes."""
    kilobytes = 0
    for pid in session_pids(session):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as lines:
                kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            # The process ended in between.
            continue
    return round(kilobytes / 1024, 1)


@dataclass
class CoreTimes:
    total: int
    idle: int
    worked: int


def core_times() -> dict[str, CoreTimes]:
    """Ticks of each core; `worked` leaves out interrupts, which the loopback device causes on both sides."""
    cores = {}
    with open("/proc/stat") as lines:
        for line in lines:
            name, *values = line.split()
            if name.startswith("cpu") and name != "cpu":
                ticks = [int(value) for value in values[:8]]
                cores[name[3:]] = CoreTimes(total=sum(ticks), idle=ticks[3] + ticks[4], worked=sum(ticks[:3]))
    return cores


def wait_until(condition, timeout_s: float, step_s: float = 0.01) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(step_s)
    return False


def _stat_fields(path: str) -> list[str] | None:
    """The fields of a stat file from the state on, so that a name with spaces does no harm."""
    try:
        with open(path) as stat:
            return stat.read().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None


def _cpu_s(fields: list[str] | None) -> float:
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else 0.0
