"""The whole benchmark in one go: measures, prints the tables, and writes them to bench/results/."""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

from . import ledger, request_path
from .report import markdown
from .targets import ROOT, RUN, Gateway, start_mock

RESULTS = ROOT / "bench/results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, for development; written to .bench/ only")
    quick = parser.parse_args().quick
    # Ends what was started here, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    effort = request_path.Effort.quick() if quick else request_path.Effort.full()
    ledger_effort = ledger.LedgerEffort.quick() if quick else ledger.LedgerEffort.full()
    mock = start_mock()
    try:
        gateway = Gateway(mock.address)
        say(f"(a) the request path, {effort.rounds} round(s)")
        records = request_path.measure(mock, gateway, effort, say)
        say("(a) the other front doors, and a group with a choice")
        records += request_path.measure_doors(mock, gateway, effort, say)
        say("(b), (c) the ledger")
        figures = ledger.measure(mock, gateway, ledger_effort, say)
    finally:
        mock.stop()
        shutil.rmtree(RUN, ignore_errors=True)
    run = {"about": about(gateway, effort, quick), "records": records, "ledger": figures}
    write(run, quick)
    say(f"took {time.monotonic() - began:.0f} s")


def about(gateway: Gateway, effort: request_path.Effort, quick: bool) -> dict:
    paced = f"{gateway.pacing_key}: {request_path.PACED_ROWS_PER_SECOND}" if gateway.pacing_key else "proxy_batch_write_at: 3600"
    return {
        "date": datetime.date.today().isoformat(),
        "revision": revision(),
        "quick": quick,
        "rounds": effort.rounds,
        "slow_streams": effort.slow_streams,
        "paced_by": paced,
        "node": output("node", "--version"),
        "kernel": platform.release(),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "first_start_with_migration_s": round(gateway.first_start_s, 2),
    }


def revision() -> str:
    """The commit that was measured; "dirty" where what was measured is in no commit."""
    changed = output("git", "status", "--porcelain", "--", "src", "bin", "prisma", "package-lock.json")
    return "dirty" if changed else output("git", "rev-parse", "--short", "HEAD") or "dirty"


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def cpu_name() -> str:
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(run: dict, quick: bool) -> None:
    text = markdown(run)
    folder = ROOT / ".bench" if quick else RESULTS
    name = "quick" if quick else f"{run['about']['date']}-{run['about']['revision']}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(run, indent=1) + "\n")
    (folder / f"{name}.md").write_text(text)
    if not quick:
        (folder / "latest.md").write_text(text)
    print(f"\n{text}\nwritten to {(folder / name).relative_to(ROOT)}.md", flush=True)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
