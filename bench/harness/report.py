"""Writes a run as Markdown: the request path beside the bare forwarder, the aims, the ledger's figures, and how quiet the machine was."""

from statistics import median

from .request_path import DOORS
from .summary import AIMS, METRICS, QUIET_CORES, Aim, Figure, Metric, by_cpu, failures, figures, judge, ratio

COLUMNS = (("direct", "mock alone"), ("node-raw", "bare forwarder"), ("gateway", "gateway"), ("translated", "translated"))


def markdown(run: dict) -> str:
    found = figures(run["records"])
    parts = [_head(run), _request_path(found, run), _doors(found), _aims(found), _ledger(run["ledger"]), _quality(run["records"])]
    return "\n\n".join(parts) + "\n"


def _head(run: dict) -> str:
    about = run["about"]
    kind = " A quick run: one short round, for development only." if about["quick"] else ""
    return (
        f"# Benchmark of {about['date']}, {about['revision']}\n\n"
        f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, Node {about['node']}. "
        f"Gateway on core 0, mock and load generator on core 1; medians of {about['rounds']} interleaved round(s), "
        f"lowest and highest in brackets.{kind}"
    )


def _request_path(found: dict[str, dict[str, Figure]], run: dict) -> str:
    head = ["", *(title for _, title in COLUMNS), "gateway : bare", "translated : bare"]
    rows = []
    for metric in METRICS:
        cells = [_cell(found, name, metric) for name, _ in COLUMNS]
        ratios = [_ratio(found, name, metric) for name in ("gateway", "translated")]
        rows.append([metric.title, *cells, *ratios])
    return (
        "## (a) The request path\n\n"
        f"Virtual key, ledger, SQLite; every request journalled; the row writer paced by `{run['about']['paced_by']}`. "
        '"gateway": OpenAI\'s dialect in and out. "translated": OpenAI\'s dialect in, Anthropic\'s out. '
        f"Slow streams: {run['about']['slow_streams']} at once, 100 chunks each, one every 50 ms.\n\n" + table(head, rows)
    )


def _doors(found: dict[str, dict[str, Figure]]) -> str:
    metrics = [metric for metric in METRICS if metric.key in ("rps", "cpu_us", "streams", "stream_cpu_us")]
    rows = []
    for name, title in (("gateway", "chat, one deployment (as above)"), *((door.name, door.title) for door in DOORS)):
        cells = [f"{_cell(found, name, metric)}, {_ratio(found, name, metric)} of bare" for metric in metrics]
        rows.append([title, *cells])
    return "## (a) The other front doors, and the router\n\n" + table(["", *(metric.title for metric in metrics)], rows)


def _cell(found: dict[str, dict[str, Figure]], target: str, metric: Metric) -> str:
    figure = found.get(target, {}).get(metric.key)
    if figure is None:
        return "-"
    spread = f" ({figure.low:,.{metric.digits}f} to {figure.high:,.{metric.digits}f})" if figure.low != figure.high else ""
    return f"{figure.value:,.{metric.digits}f}{spread}"


def _ratio(found: dict[str, dict[str, Figure]], target: str, metric: Metric) -> str:
    reached = ratio(found, target, metric.key)
    return "-" if reached is None else f"{reached:.2f}"


def _aims(found: dict[str, dict[str, Figure]]) -> str:
    titles = {metric.key: metric for metric in METRICS}
    rows = []
    for aim in AIMS:
        reached, met = judge(found, aim)
        shown = "-" if reached is None else f"{reached:,.2f}"
        allowed = by_cpu(found, aim)
        verdict = {True: "met", False: "**not met**", None: "-"}[met]
        cpu = "" if allowed is None else f"{allowed:.2f}"
        rows.append([aim.target, titles[aim.metric].title, _wanted(aim), shown, verdict, cpu])
    return "## Aims\n\n" + table(["target", "figure", "aim", "reached", "", "ratio by CPU"], rows)


def _wanted(aim: Aim) -> str:
    unit = f" of the {dict(COLUMNS).get(aim.of, aim.of)}'s" if aim.of else ""
    return f"{aim.at_least} or more{unit}" if aim.at_least is not None else f"at most {aim.at_most}{unit}"


def _ledger(ledger: dict) -> str:
    drain, same, free = ledger["drain"], ledger["steady_same_core"], ledger["steady_writer_free"]
    equal = {True: "yes", False: "**no**", None: "not known: the backlog did not empty in time"}[drain["rows_equal_upstream_requests"]]
    rows = [
        ["(b) highest steady rate, the writer on the same core", f"{same['requests_per_second']:,} requests/s"],
        ["(b) the same, the writer free to use the other core", f"{free['requests_per_second']:,} requests/s"],
        ["(c) rows/s that the writer carries after load", f"{drain['rows_per_second']:,.0f} ({drain['rows']:,} rows in {drain['seconds']} s)"],
        ["(c) CPU us/row", f"{drain['row_cpu_us']:,.0f}"],
        ["(c) journal bytes/request", f"{ledger['journal_bytes_per_request']:,.0f}"],
        ["(c) journal bytes/30-chunk stream", f"{ledger['journal_bytes_per_stream']:,.0f}"],
        ["rows written = requests that the upstream had", equal],
    ]
    return (
        "## (b), (c) The ledger, its writer unpaced\n\n"
        "Steady means: the backlog grows by less than 3 % of what comes in, and all that comes in is served.\n\n" + table(["", ""], rows)
    )


def _quality(records: list[dict]) -> str:
    foreign = [record["foreign_cores"] for record in records if "foreign_cores" in record]
    failed = {target: count for target, count in failures(records).items() if count}
    said = ", ".join(f"{target} {count}" for target, count in failed.items()) or "none"
    busy = {phase: _load_core_busy(records, phase) for phase in ("requests", "streams")}
    return (
        "## How far to trust it\n\n"
        f"CPU used by neighbours: median {median(foreign):.2f} cores, at most {max(foreign):.2f}; "
        f"{sum(cores > QUIET_CORES for cores in foreign)} of {len(foreign)} loads had more than {QUIET_CORES}, and count only where no round was quieter. "
        f"Under the bare forwarder's load the generator's core was {busy['requests']:.0%} busy with requests and {busy['streams']:.0%} with streams: "
        f"near 100 % the generator is the limit, and the ratio by CPU says more than that of the throughputs. Failed or wrong answers: {said}. "
        "On a machine that is shared, compare CPU us/request; requests/s and latencies move with the neighbours."
    )


def _load_core_busy(records: list[dict], phase: str) -> float:
    return median(one["load_core_busy"] for one in records if one["phase"] == phase and one["target"] == "node-raw")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
