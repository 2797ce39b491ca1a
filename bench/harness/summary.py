"""Turns the records of a run into figures: medians over the rounds, ratios to the bare forwarder, and aims met or not."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

SLOW_CHUNKS = 100
# Rounds in which neighbours used more of the machine than this are left out where a quieter one was had.
QUIET_CORES = 0.3


@dataclass(frozen=True)
class Metric:
    key: str
    title: str
    phase: str
    read: Callable[[dict], float | None]
    digits: int = 0
    higher_is_better: bool = False
    # Minus what the mock alone takes in the same run.
    over_direct: bool = False


@dataclass(frozen=True)
class Aim:
    target: str
    metric: str
    # The target of the same run that it is a share of; none: the value itself.
    of: str | None = None
    at_least: float | None = None
    at_most: float | None = None


def _cpu_us(result: dict) -> float | None:
    return 1e6 * result["cpu_s"]["all"] / result["ok"] if result["ok"] and result["cpu_s"]["all"] else None


def _cpu_us_per_chunk(result: dict) -> float | None:
    each = _cpu_us(result)
    return None if each is None else each / SLOW_CHUNKS


def _at(group: str, quantile: str) -> Callable[[dict], float | None]:
    return lambda result: (result.get(group) or {}).get(quantile)


METRICS = (
    Metric("rps", "requests/s, 32 connections", "requests", lambda one: one["rps"], higher_is_better=True),
    Metric("cpu_us", "CPU us/request", "requests", _cpu_us),
    Metric("p50_ms", "p50 at 1,000 requests/s, ms", "requests_1000", _at("lat_ms", "p50"), 2),
    Metric("added_p50_ms", "added p50 at 1,000 requests/s, ms", "requests_1000", _at("lat_ms", "p50"), 2, over_direct=True),
    Metric("p99_ms", "p99 at 1,000 requests/s, ms", "requests_1000", _at("lat_ms", "p99"), 2),
    Metric("added_p99_ms", "added p99 at 1,000 requests/s, ms", "requests_1000", _at("lat_ms", "p99"), 2, over_direct=True),
    Metric("streams", "30-chunk streams/s, 32 connections", "streams", lambda one: one["rps"], higher_is_better=True),
    Metric("stream_cpu_us", "CPU us/30-chunk stream", "streams", _cpu_us),
    Metric("ttft_ms", "time to first token at 200/s, p50, ms", "streams_200", _at("ttft_ms", "p50"), 2),
    Metric("added_ttft_ms", "added time to first token, p50, ms", "streams_200", _at("ttft_ms", "p50"), 2, over_direct=True),
    Metric("added_ttft_p99_ms", "added time to first token, p99, ms", "streams_200", _at("ttft_ms", "p99"), 2, over_direct=True),
    Metric("slow_cpu_us", "slow streams: CPU us/chunk", "slow_streams", _cpu_us_per_chunk, 1),
    Metric("slow_gap_p99_ms", "slow streams: p99 gap, ms (50 due)", "slow_streams", _at("gap_ms", "p99"), 1),
    Metric("slow_peak_mb", "slow streams: peak PSS, MB", "slow_streams", lambda one: one.get("peak_mb")),
    Metric("ready_s", "start to the first answer, s", "start", lambda one: one["ready_s"], 2),
    Metric("idle_mb", "idle PSS, MB", "start", lambda one: one["idle_mb"]),
)

# The CPU that each throughput costs: says how they compare where the generator, and not the target, is the limit.
CPU_OF = {"rps": "cpu_us", "streams": "stream_cpu_us"}

AIMS = (
    Aim("gateway", "rps", "node-raw", at_least=0.5),
    Aim("translated", "rps", "node-raw", at_least=0.35),
    Aim("gateway", "streams", "node-raw", at_least=0.8),
    Aim("translated", "streams", "node-raw", at_least=0.5),
    *(
        aim
        for target in ("gateway", "translated")
        for aim in (
            Aim(target, "p99_ms", at_most=5),
            Aim(target, "added_ttft_ms", at_most=0.8),
            Aim(target, "slow_cpu_us", at_most=50),
            Aim(target, "slow_gap_p99_ms", at_most=80),
            Aim(target, "slow_peak_mb", at_most=200),
        )
    ),
    Aim("limited", "rps", "unlimited", at_least=0.85),
    Aim("cached", "rps", "unlimited", at_least=3),
    # No slower, but for the noise of a run.
    Aim("passed", "rps", "unlimited", at_least=0.95),
    Aim("passed", "streams", "unlimited", at_least=0.95),
    Aim("gateway", "ready_s", at_most=1.5),
    Aim("gateway", "idle_mb", at_most=180),
)


@dataclass(frozen=True)
class Figure:
    value: float
    low: float
    high: float


def figures(records: list[dict]) -> dict[str, dict[str, Figure]]:
    """By target, by metric: the median over the rounds, and its spread."""
    found: dict[str, dict[str, Figure]] = {}
    for target in dict.fromkeys(record["target"] for record in records):
        for metric in METRICS:
            values = _values(records, target, metric)
            if metric.over_direct:
                base = _values(records, "direct", metric)
                values = [value - median(base) for value in values] if base and target != "direct" else []
            if values:
                found.setdefault(target, {})[metric.key] = Figure(median(values), min(values), max(values))
    return found


def _values(records: list[dict], target: str, metric: Metric) -> list[float]:
    of_phase = [record for record in records if record["target"] == target and record["phase"] == metric.phase]
    quiet = [record for record in of_phase if record.get("foreign_cores", 0) <= QUIET_CORES]
    given = [metric.read(record) for record in quiet or of_phase]
    return [value for value in given if value is not None]


def ratio(found: dict[str, dict[str, Figure]], target: str, metric: str, of: str = "node-raw") -> float | None:
    ours, other = found.get(target, {}).get(metric), found.get(of, {}).get(metric)
    return ours.value / other.value if ours and other and other.value > 0 else None


def judge(found: dict[str, dict[str, Figure]], aim: Aim) -> tuple[float | None, bool | None]:
    """What was reached, and whether that meets the aim."""
    figure = found.get(aim.target, {}).get(aim.metric)
    reached = ratio(found, aim.target, aim.metric, aim.of) if aim.of else figure.value if figure else None
    if reached is None:
        return None, None
    return reached, reached >= aim.at_least if aim.at_least is not None else reached <= aim.at_most


def by_cpu(found: dict[str, dict[str, Figure]], aim: Aim) -> float | None:
    """The ratio that the CPU a request allows: the other's share of the target's."""
    cost = ratio(found, aim.target, CPU_OF[aim.metric], aim.of) if aim.of and aim.metric in CPU_OF else None
    return 1 / cost if cost else None


def failures(records: list[dict]) -> dict[str, int]:
    """Answers that were wrong or missing, by target."""
    count: dict[str, int] = {}
    for record in records:
        failed = sum(record.get(kind, 0) for kind in ("non200", "neterr", "wrong"))
        count[record["target"]] = count.get(record["target"], 0) + failed
    return count
