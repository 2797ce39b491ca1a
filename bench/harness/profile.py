"""Samples the gateway's CPU under load and prints the heaviest functions and files by self time, of one thread."""

import argparse
import collections
import json
import shutil
from pathlib import Path
from urllib.parse import unquote

from .load import run_load
from .targets import RUN, Gateway, start_mock

SAMPLING_INTERVAL_US = 250
LOADS = {
    "requests": ["-mode", "closed", "-c", 32],
    "streams": ["-mode", "stream", "-c", 32],
}
NOT_WORK = {"(idle)", "(root)"}
EXIT_GRACE_S = 30


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/profile.sh", description=__doc__)
    parser.add_argument("load", nargs="?", default="requests", choices=[*LOADS])
    parser.add_argument("--translated", action="store_true", help="OpenAI's dialect in, Anthropic's out")
    parser.add_argument("--limited", action="store_true", help="by a key with budgets and rates at four levels")
    parser.add_argument("--thread", default="main", choices=["main", "writer"], help="whose CPU; the writer's is unpaced")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--top", type=int, default=25)
    args = parser.parse_args()
    profile, result = record(args)
    print_profile(profile, result, args)


def record(args: argparse.Namespace) -> tuple[dict, dict]:
    """The thread's profile as Node writes it, cut to the counted part of the load, and the load's result."""
    mock = start_mock()
    try:
        gateway = Gateway(mock.address)
        folder = RUN / "cpu-profiles"
        shutil.rmtree(folder, ignore_errors=True)
        flags = ["--cpu-prof", f"--cpu-prof-dir={folder}", f"--cpu-prof-interval={SAMPLING_INTERVAL_US}"]
        pace = None if args.thread == "writer" else 100
        target = gateway.start("profile", args.translated, pace, flags)
        try:
            if args.limited:
                target.key = gateway.limited_key
            result = run_load(target, mock.pid, *LOADS[args.load], "-warm", 3, "-d", args.seconds)
        finally:
            target.stop(EXIT_GRACE_S)
    finally:
        mock.stop()
    profiles = [json.loads(path.read_text()) for path in sorted(folder.glob("*.cpuprofile"))]
    is_writer = [any("writer.worker" in node["callFrame"]["url"] for node in profile["nodes"]) for profile in profiles]
    wanted = [profile for profile, writer in zip(profiles, is_writer) if writer == (args.thread == "writer")]
    if not wanted:
        raise SystemExit(f"Node wrote no profile of the {args.thread} thread into {folder}")
    return wanted[0], result


def self_times_us(profile: dict, begin_us: float, end_us: float) -> dict[int, int]:
    """Microseconds of each node of the profile between the two moments of the monotonic clock."""
    times: dict[int, int] = collections.Counter()
    at_us = profile["startTime"]
    for node_id, delta_us in zip(profile["samples"], profile["timeDeltas"]):
        at_us += delta_us
        if begin_us <= at_us <= end_us:
            times[node_id] += delta_us
    return times


def print_profile(profile: dict, result: dict, args: argparse.Namespace) -> None:
    begin_us, end_us = (second * 1e6 for second in result["window_s"])
    frames = {node["id"]: node["callFrame"] for node in profile["nodes"]}
    callers = callers_of(profile)
    functions, files, packages, charged = (collections.Counter() for _ in range(4))
    for node_id, spent_us in self_times_us(profile, begin_us, end_us).items():
        frame = frames[node_id]
        name = frame["functionName"] or "(anonymous)"
        if name in NOT_WORK:
            continue
        file, package = place_of(frame["url"], name)
        functions[f"{name}  {file}:{frame['lineNumber'] + 1}" if frame["url"] else name] += spent_us
        files[file] += spent_us
        packages[package] += spent_us
        charged[charge(node_id, frames, callers)] += spent_us
    busy_us = sum(functions.values())
    dialect = "translated" if args.translated else "same dialect"
    per_request_us = busy_us / max(result["ok"], 1)
    busy = f"{busy_us / (end_us - begin_us):.0%} of the time busy"
    print(f"{args.load}, {dialect}, {args.thread} thread: {result['rps']:.0f}/s under the profiler, {per_request_us:.0f} us each, {busy}")
    tables = (
        ("self time by function", functions, args.top),
        ("self time by file", files, args.top),
        ("self time by package or room", packages, 20),
        ("time by the nearest caller of this repository or a package: what it has Node and native code do is its own", charged, args.top),
    )
    for title, counter, top in tables:
        print(f"\n{title}")
        for what, spent_us in counter.most_common(top):
            print(f"  {spent_us / busy_us:6.1%} {spent_us / max(result['ok'], 1):7.1f} us  {what}")


def callers_of(profile: dict) -> dict[int, int]:
    return {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}


def charge(node_id: int, frames: dict[int, dict], callers: dict[int, int]) -> str:
    """The function outside of Node that `node_id` works for; work that the event loop begins is Node's own."""
    at: int | None = node_id
    while at is not None:
        frame = frames[at]
        if frame["url"].startswith("file:"):
            return f"{frame['functionName'] or '(anonymous)'}  {place_of(frame['url'], '')[0]}:{frame['lineNumber'] + 1}"
        at = callers.get(at)
    name = frames[node_id]["functionName"]
    return name if name.startswith("(") and name != "(anonymous)" else "node, by itself"


def place_of(url: str, function: str) -> tuple[str, str]:
    """The file as a reader would name it, and the package or room that it belongs to."""
    if url.startswith("node:"):
        return url, f"node ({url[5:].split('/')[0]})" if "internal" not in url else "node (internal)"
    if not url:
        return function if function.startswith("(") else "native", function if function.startswith("(") else "native"
    path = unquote(url.removeprefix("file://"))
    if "/node_modules/" in path:
        inside = path.rsplit("/node_modules/", 1)[1]
        parts = inside.split("/")
        return inside, "/".join(parts[:2]) if inside.startswith("@") else parts[0]
    inside = path.rsplit("/dist/", 1)[-1]
    room = Path(inside).parent.as_posix()
    return inside, f"src/{room}"


if __name__ == "__main__":
    main()
