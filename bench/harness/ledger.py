"""Figures (b) and (c): what the row writer takes in a steady state, how fast it drains, and what a request leaves in the journal."""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from .load import run_load
from .processes import MAIN_THREAD, WRITER_THREAD, cpu_by_thread_s
from .targets import GATEWAY_CORE, LOAD_CORE, Gateway, Mock, Target, upstream_count

COUNTED_REQUESTS = 2_000
SAMPLE_S = 0.1
DRAIN_LIMIT_S = 30
# A backlog counts as flat when it grows by less than this share of the rows that come in.
FLAT_SHARE = 0.03


@dataclass(frozen=True)
class LedgerEffort:
    load_s: float
    steady_s: float
    steps: int

    @staticmethod
    def full() -> "LedgerEffort":
        return LedgerEffort(load_s=5, steady_s=6, steps=6)

    @staticmethod
    def quick() -> "LedgerEffort":
        return LedgerEffort(load_s=2, steady_s=3, steps=3)


def measure(mock: Mock, gateway: Gateway, effort: LedgerEffort, say: Callable[[str], None]) -> dict:
    figures: dict = {}
    target = gateway.start("ledger")
    try:
        ledger = Ledger(target)
        bytes_per_request = _bytes_per_request(target, mock, ledger, "closed")
        figures["journal_bytes_per_request"] = bytes_per_request
        figures["journal_bytes_per_stream"] = _bytes_per_request(target, mock, ledger, "stream")
        figures["drain"] = _drain(target, mock, ledger, effort)
        say(f"  drain {figures['drain']}")
        request_us = figures["drain"]["request_cpu_us"]
        row_us = 1e6 / figures["drain"]["rows_per_second"]
        expected = 1e6 / (request_us + row_us)
        figures["steady_same_core"] = _steady_rate(target, mock, ledger, effort, expected, bytes_per_request, say)
        moved = target.started.pin_threads(WRITER_THREAD, f"{GATEWAY_CORE},{LOAD_CORE}")
        if moved == 0:
            raise RuntimeError(f"the gateway has no thread named {WRITER_THREAD}: is its writer in the process?")
        expected = min(1e6 / row_us, 0.9e6 / request_us)
        figures["steady_writer_free"] = _steady_rate(target, mock, ledger, effort, expected, bytes_per_request, say)
    finally:
        target.stop()
    return figures


class Ledger:
    """The gateway's journal and database, read from outside."""

    def __init__(self, target: Target):
        self._journals = target.started.cwd / ".tollgate/journal"
        database = target.started.cwd / ".tollgate/gateway.db"
        self._database = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5, check_same_thread=False)

    def rows(self) -> int:
        return self._database.execute("select count(*) from spend_logs").fetchone()[0]

    def written_bytes(self) -> int:
        """Bytes of all segments that are still there."""
        return sum(_size(path) for path in self._segments())

    def backlog_bytes(self) -> int:
        """Journal bytes that are not yet in the database."""
        carried = {journal: (file, offset) for journal, file, offset in self._database.execute("select journal_id, file, offset from ledger_state")}
        backlog = 0
        for path in self._segments():
            file, offset = carried.get(path.parent.name, ("", 0))
            if path.name >= file:
                backlog += max(_size(path) - (offset if path.name == file else 0), 0)
        return backlog

    def wait_until_empty(self, limit_s: float = DRAIN_LIMIT_S) -> bool:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.backlog_bytes() == 0:
                return True
            time.sleep(SAMPLE_S / 2)
        return False

    def _segments(self) -> list[Path]:
        return list(self._journals.glob("*/*.log"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        # Carried and removed in between.
        return 0


def _bytes_per_request(target: Target, mock: Mock, ledger: Ledger, mode: str) -> float:
    """Few enough that they stay in one segment, which is kept."""
    before = ledger.written_bytes()
    result = run_load(target, mock.pid, "-mode", mode, "-c", 8, "-n", COUNTED_REQUESTS, "-warm", 0)
    return round((ledger.written_bytes() - before) / result["ok"], 1)


def _drain(target: Target, mock: Mock, ledger: Ledger, effort: LedgerEffort) -> dict:
    """Loads the gateway as fast as it goes, then lets the writer have the core to itself."""
    ledger.wait_until_empty()
    rows_before, asked_before = ledger.rows(), upstream_count(mock.address)
    load = run_load(target, mock.pid, "-mode", "closed", "-c", 32, "-warm", 0.5, "-d", effort.load_s)
    time.sleep(0.2)
    rows, cpu, began = ledger.rows(), cpu_by_thread_s(target.session), time.monotonic()
    emptied = ledger.wait_until_empty()
    seconds, cpu_after, rows_after = time.monotonic() - began, cpu_by_thread_s(target.session), ledger.rows()
    carried = rows_after - rows
    main_s = load["cpu_s"].get(MAIN_THREAD, load["cpu_s"]["all"])
    return {
        "rows_per_second": round(carried / seconds, 1),
        "rows": carried,
        "seconds": round(seconds, 2),
        "emptied": emptied,
        "row_cpu_us": round(1e6 * (cpu_after["all"] - cpu["all"]) / max(carried, 1), 1),
        "request_cpu_us": round(1e6 * main_s / load["ok"], 1),
        "requests_per_second_meanwhile": load["rps"],
        "rows_equal_upstream_requests": rows_after - rows_before == upstream_count(mock.address) - asked_before if emptied else None,
    }


def _steady_rate(
    target: Target, mock: Mock, ledger: Ledger, effort: LedgerEffort, expected: float, bytes_per_request: float, say: Callable[[str], None]
) -> dict:
    """The highest rate at which the backlog stays flat, by halving an interval around the expected one."""
    low, high = 0.2 * expected, 1.3 * expected
    tried = []
    for _ in range(effort.steps):
        rate = round((low + high) / 2)
        ledger.wait_until_empty()
        growth, result = _backlog_growth(target, mock, ledger, effort, rate, bytes_per_request)
        flat = growth < FLAT_SHARE and result["rps"] > 0.97 * rate and result["ok"] > 0
        p99_ms = (result["lat_ms"] or {}).get("p99")
        seen = {"growth_share": round(growth, 3), "served_per_second": result["rps"], "p99_ms": p99_ms}
        tried.append({"rate": rate, "flat": flat, **seen})
        say(f"  steady {tried[-1]}")
        low, high = (rate, high) if flat else (low, rate)
    best = [one["rate"] for one in tried if one["flat"]]
    return {"requests_per_second": max(best, default=0), "tried": tried}


def _backlog_growth(target: Target, mock: Mock, ledger: Ledger, effort: LedgerEffort, rate: float, bytes_per_request: float) -> tuple[float, dict]:
    """The backlog's growth as a share of what comes in: the mean of the last third against that of the middle third."""
    samples: list[tuple[float, int]] = []
    ending = threading.Event()

    def sample() -> None:
        while not ending.wait(SAMPLE_S):
            samples.append((time.monotonic(), ledger.backlog_bytes()))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        result = run_load(target, mock.pid, "-mode", "open", "-rate", rate, "-c", 64, "-warm", 4, "-d", effort.steady_s)
    finally:
        ending.set()
        sampler.join(5)
    begin = result["window_s"][0]
    third_s = effort.steady_s / 3
    middle, last = ([bytes_ for at, bytes_ in samples if begin + n * third_s <= at < begin + (n + 1) * third_s] for n in (1, 2))
    bytes_per_s = (mean(last) - mean(middle)) / third_s
    return bytes_per_s / (rate * bytes_per_request), result

