"""Runs the load generator against a target, and reads CPU and memory over the counted part of the load."""

import json
import os
import subprocess
import threading
import time

from .processes import TICKS_PER_SECOND, core_times, cpu_by_thread_s, pss_mb
from .targets import BIN, GATEWAY_CORE, LOAD_CORE, Target

MEMORY_SAMPLE_S = 0.25


class _Window:
    """What is read when the counted part begins and when it ends."""

    def __init__(self, target: Target, mock_session: int, generator_s: float):
        self.at_s = time.monotonic()
        self.cores = core_times()
        self.threads = cpu_by_thread_s(target.session) if target.session else {"all": 0.0}
        # The mock, the generator and this process: what is left is neighbours'.
        self.own_s = cpu_by_thread_s(mock_session)["all"] + generator_s + sum(os.times()[:2])


def run_load(target: Target, mock_session: int, *args: object, slow: bool = False, limit_s: float = 90) -> dict:
    """
    The generator's result with `cpu_s` (by thread name and "all"), the share of each core that was busy, `foreign_cores` (CPU
    that neither side used: neighbours), `window_s` (monotonic begin and end), and `peak_mb` of the target.
    Raises RuntimeError where the load does not end within `limit_s`.
    """
    model = target.slow_model if slow else target.model
    command = [str(BIN / "loadgen"), "-addr", target.address, "-key", target.key, "-model", model, "-door", target.door, *map(str, args)]
    generator = subprocess.Popen(["taskset", "-c", LOAD_CORE, *command], stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(limit_s, generator.kill)
    watchdog.start()
    memory = _MemorySampler(target) if slow and target.session else None
    windows: dict[str, _Window] = {}
    result: dict | None = None
    try:
        for line in generator.stdout:
            said = json.loads(line)
            if said["event"] == "result":
                result = said
            else:
                windows[said["event"]] = _Window(target, mock_session, said["gen_cpu_s"])
    finally:
        watchdog.cancel()
        generator.kill()
        generator.wait()
        peak_mb = memory.stop() if memory else None
    if result is None or len(windows) != 2:
        raise RuntimeError(f"the load on {target.name} did not end within {limit_s} s: {' '.join(command)}")
    return result | _between(windows["begin"], windows["end"]) | ({"peak_mb": peak_mb} if memory else {})


def _between(begin: _Window, end: _Window) -> dict:
    seconds = max(end.at_s - begin.at_s, 0.001)
    cpu_s = {name: round(value - begin.threads.get(name, 0.0), 3) for name, value in end.threads.items()}
    worked_s = sum(end.cores[core].worked - begin.cores[core].worked for core in end.cores) / TICKS_PER_SECOND
    foreign_s = worked_s - cpu_s["all"] - (end.own_s - begin.own_s)
    return {
        "cpu_s": cpu_s,
        "gateway_core_busy": _busy(begin, end, GATEWAY_CORE),
        "load_core_busy": _busy(begin, end, LOAD_CORE),
        "foreign_cores": round(max(foreign_s, 0) / seconds, 2),
        "window_s": [begin.at_s, end.at_s],
    }


def _busy(begin: _Window, end: _Window, core: str) -> float:
    total = end.cores[core].total - begin.cores[core].total
    return round(1 - (end.cores[core].idle - begin.cores[core].idle) / max(total, 1), 2)


class _MemorySampler:
    """The highest PSS while a load runs."""

    def __init__(self, target: Target):
        self._session = target.session
        self._peak_mb = 0.0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._ending.set()
        self._thread.join(5)
        return self._peak_mb

    def _run(self) -> None:
        while not self._ending.wait(MEMORY_SAMPLE_S):
            self._peak_mb = max(self._peak_mb, pss_mb(self._session))
