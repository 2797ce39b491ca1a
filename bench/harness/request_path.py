"""Figure (a): every target under the same loads, in interleaved rounds, with the gateway's row writer paced."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from .load import run_load
from .processes import pss_mb
from .targets import Gateway, Mock, Target, bare_forwarder, direct

# What the writer may take while the request path is measured: its own cost is figures (b) and (c).
PACED_ROWS_PER_SECOND = 100
SETTLE_S = 2
# A load is repeated once where neighbours used more of the machine than this; the quieter try counts.
MAX_FOREIGN_CORES = 0.15


@dataclass(frozen=True)
class Effort:
    rounds: int
    warm_s: float
    seconds: float
    slow_streams: int
    repeats: int

    @staticmethod
    def full() -> "Effort":
        # Warm-up until the just-in-time compilers are done: they share the core that is measured.
        return Effort(rounds=3, warm_s=4, seconds=4, slow_streams=1000, repeats=15)

    @staticmethod
    def quick() -> "Effort":
        return Effort(rounds=1, warm_s=4, seconds=1.5, slow_streams=200, repeats=0)


def loads(effort: Effort) -> dict[str, list[object]]:
    """The load generator's arguments of each phase."""
    warm, seconds, count = effort.warm_s, effort.seconds, effort.slow_streams
    slow = ["-expect", 100, "-c", count, "-n", count, "-gap", "-ramp", 2, "-warm", 0]
    return {
        "requests": ["-mode", "closed", "-c", 32, "-warm", warm, "-d", seconds],
        "requests_1000": ["-mode", "open", "-rate", 1000, "-c", 64, "-warm", 0.5, "-d", seconds],
        "streams": ["-mode", "stream", "-c", 32, "-warm", warm / 2, "-d", seconds],
        "streams_200": ["-mode", "stream", "-rate", 200, "-c", 64, "-warm", 0.5, "-d", seconds],
        "slow_streams": ["-mode", "stream", *slow],
    }


def measure(mock: Mock, gateway: Gateway, effort: Effort, say: Callable[[str], None]) -> list[dict]:
    """One record for each target, phase and round."""
    pace = PACED_ROWS_PER_SECOND
    starts: list[Callable[[], Target]] = [
        lambda: direct(mock.address),
        lambda: bare_forwarder(mock.address),
        lambda: gateway.start("gateway", rows_per_second=pace),
        lambda: gateway.start("translated", translated=True, rows_per_second=pace),
    ]
    records: list[dict] = []
    repeats_left = effort.repeats
    for number in range(effort.rounds):
        # Another order each round, so that no target always follows the same neighbour.
        turn = number % len(starts)
        for start in starts[turn:] + starts[:turn]:
            target = start()
            try:
                repeats_left -= _measure_target(target, mock, effort, number, repeats_left, records, say)
            finally:
                target.stop()
    return records


@dataclass(frozen=True)
class Door:
    """A way into the gateway: the dialect that the client speaks, and the model group that it asks for."""

    name: str
    title: str
    dialect: str
    model: str
    # Whether its key has budgets and rates at four levels.
    limited: bool = False
    # Whether its answers are kept, so that all but the first request are answered out of memory.
    cached: bool = False


DOORS = (
    Door("unlimited", "chat, one deployment, in this process", "chat", "mock"),
    Door("limited", "the same: key, team, user and organization with budgets and rpm and tpm limits", "chat", "mock", limited=True),
    Door("cached", "chat, an answer that is kept in memory", "chat", "mock", cached=True),
    Door("routed", "chat, a group of three deployments", "chat", "routed"),
    Door("passed", "chat by pass-through, below OpenAI's prefix", "pass-through", "mock"),
    Door("messages-native", "Messages, to Anthropic's API", "messages", "translated"),
    Door("messages", "Messages, to an OpenAI-compatible one", "messages", "compatible"),
    Door("responses", "Responses, to an OpenAI-compatible one", "responses", "compatible"),
    Door("gemini", "generateContent, to an OpenAI-compatible one", "gemini", "compatible"),
)


def measure_doors(mock: Mock, gateway: Gateway, effort: Effort, say: Callable[[str], None]) -> list[dict]:
    """The other front doors, and the router with a choice to make, under the loads that tell what a request costs."""
    records: list[dict] = []
    for number in range(effort.rounds):
        plain = gateway.start("doors", rows_per_second=PACED_ROWS_PER_SECOND)
        caching = gateway.start("doors-cached", rows_per_second=PACED_ROWS_PER_SECOND, cached=True)
        try:
            turn = number % len(DOORS)
            for door in DOORS[turn:] + DOORS[:turn]:
                target = caching if door.cached else plain
                key = gateway.limited_key if door.limited else target.key
                one = replace(target, name=door.name, model=door.model, door=door.dialect, key=key)
                for phase in ("requests", "streams"):
                    result = run_load(one, mock.pid, *loads(effort)[phase])
                    records.append({"target": door.name, "round": number, "phase": phase} | result)
                    say(f"  {door.name:<15} {phase:<10} {_brief(result)}")
        finally:
            plain.stop()
            caching.stop()
    return records


def _measure_target(
    target: Target, mock: Mock, effort: Effort, number: int, repeats: int, records: list[dict], say: Callable[[str], None]
) -> int:
    """Returns how many loads were repeated."""
    used = 0
    about = {"target": target.name, "round": number}
    if target.session:
        time.sleep(SETTLE_S)
        records.append(about | {"phase": "start", "ready_s": target.ready_s, "idle_mb": pss_mb(target.session)})
    for phase, args in loads(effort).items():
        slow = phase == "slow_streams"
        result = run_load(target, mock.pid, *args, slow=slow)
        if result["foreign_cores"] > MAX_FOREIGN_CORES and not slow and used < repeats:
            used += 1
            again = run_load(target, mock.pid, *args)
            result = min(result, again, key=lambda one: one["foreign_cores"])
        records.append(about | {"phase": phase} | result)
        say(f"  {target.name:<11} {phase:<14} {_brief(result)}")
    return used


def _brief(result: dict) -> str:
    failed = result["non200"] + result["neterr"] + result["wrong"]
    p99 = (result["lat_ms"] or {}).get("p99", "-")
    cpu_us = 1e6 * result["cpu_s"]["all"] / max(result["ok"], 1)
    cpu = f"{cpu_us:.0f} us of CPU each, " if cpu_us else ""
    trouble = f", {failed} FAILED" if failed else ""
    return f"{result['rps']:>8.0f}/s  p99 {p99} ms  {cpu}neighbours {result['foreign_cores']} cores{trouble}"
