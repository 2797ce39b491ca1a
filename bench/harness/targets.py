"""What is measured: the mock alone, the bare forwarder, and the gateway in the client's dialect and translated."""

import json
import secrets
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .processes import Started, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".bench"
BIN = BENCH / "bin"
RUN = BENCH / "run"
LOGS = BENCH / "logs"
GATEWAY_CORE, LOAD_CORE = "0", "1"
START_TIMEOUT_S = 30
# Prices of their own, so that exact cost arithmetic is part of what is measured.
PRICES = {"input_cost_per_token": 0.00000015, "output_cost_per_token": 0.0000006}


@dataclass
class Target:
    """An address under load, with the process behind it (none: the mock itself)."""

    name: str
    address: str
    key: str
    model: str
    slow_model: str
    started: Started | None = None
    # The dialect in which the load speaks to it.
    door: str = "chat"
    ready_s: float | None = None

    @property
    def session(self) -> int | None:
        return self.started.pid if self.started else None

    def stop(self, grace_s: float = 0) -> None:
        """At once, because what it leaves behind is thrown away."""
        if self.started:
            self.started.stop(grace_s)


def ask(address: str, key: str, model: str, timeout_s: float = 2) -> None:
    """One chat request. Raises OSError (URLError, HTTPError) where it is not answered with 200."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}]}).encode()
    _post(f"http://{address}/v1/chat/completions", key, body, timeout_s)


@dataclass
class Mock(Started):
    address: str = ""


def start_mock() -> Mock:
    """The upstream, on the load's core."""
    RUN.mkdir(parents=True, exist_ok=True)
    port = free_port()
    mock = Mock([str(BIN / "mock"), "-addr", f"127.0.0.1:{port}"], LOAD_CORE, RUN, LOGS / "mock.log", {"GOMAXPROCS": "1"}, address=f"127.0.0.1:{port}")
    mock.start()
    if not wait_until(lambda: _answers(mock.address, "-", "mock"), START_TIMEOUT_S):
        mock.stop()
        raise RuntimeError(f"the mock did not start: see {mock.log}")
    return mock


def upstream_count(mock_address: str) -> int:
    """How many POST requests the mock has had."""
    with urllib.request.urlopen(f"http://{mock_address}/count", timeout=5) as answer:
        return int(answer.read())


def direct(mock_address: str) -> Target:
    return Target("direct", mock_address, "-", "mock", "mock-n100-i50")


def bare_forwarder(mock_address: str) -> Target:
    port = free_port()
    env = {"PORT": str(port), "UPSTREAM": f"http://{mock_address}", "NODE_ENV": "production"}
    started = Started(["node", str(ROOT / "bench/bare-forwarder.mjs")], GATEWAY_CORE, RUN, LOGS / "node-raw.log", env)
    return _ready(Target("node-raw", f"127.0.0.1:{port}", "-", "mock", "mock-n100-i50", started))


class Gateway:
    """The gateway's set-up, made once: a configuration, and a state folder with a migrated database and one virtual key."""

    def __init__(self, mock_address: str):
        self.master_key = f"sk-{secrets.token_hex(32)}"
        self.pacing_key = _pacing_key()
        self.template = RUN / "template"
        self._mock_address = mock_address
        shutil.rmtree(RUN, ignore_errors=True)
        self.template.mkdir(parents=True)
        began = time.monotonic()
        first = self._start("set-up", self.template, "mock", self._config(None))
        self.first_start_s = time.monotonic() - began
        try:
            self.key = self._manage(first, "/key/generate", {})["key"]
            self.limited_key = self._limited_key(first)
        finally:
            first.stop(grace_s=15)

    def _limited_key(self, gateway: Target) -> str:
        """Of a team's member in an organization, each with a budget and rates that are never reached."""
        limits = {"max_budget": 1e6, "rpm_limit": 10**9, "tpm_limit": 2 * 10**9}
        organization = self._manage(gateway, "/organization/new", {"organization_alias": "bench", "models": [], **limits})["organization_id"]
        user = self._manage(gateway, "/user/new", {"auto_create_key": False, **limits})["user_id"]
        member = {"role": "user", "user_id": user}
        team = self._manage(gateway, "/team/new", {"organization_id": organization, "members_with_roles": [member], **limits})["team_id"]
        return self._manage(gateway, "/key/generate", {"team_id": team, "user_id": user, **limits})["key"]

    def _manage(self, gateway: Target, path: str, fields: dict) -> dict:
        return json.loads(_post(f"http://{gateway.address}{path}", self.master_key, json.dumps(fields).encode(), 5))

    def start(
        self,
        name: str,
        translated: bool = False,
        rows_per_second: float | None = None,
        node_flags: list[str] | None = None,
        cached: bool = False,
    ) -> Target:
        """On a fresh copy of the state folder, so that no run carries what an earlier one left. With flags, Node is started directly."""
        folder = RUN / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, folder, ignore=shutil.ignore_patterns("*.sock"))
        return self._start(name, folder, "translated" if translated else "mock", self._config(rows_per_second, cached), node_flags)

    def _start(self, name: str, folder: Path, model: str, config: dict, node_flags: list[str] | None = None) -> Target:
        port = free_port()
        (folder / "config.yaml").write_text(json.dumps(config, indent=2))
        program = ["node", *node_flags, str(ROOT / "dist/main.js")] if node_flags else [str(ROOT / "bin/tollgate")]
        command = [*program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
        # A database of the developer's own must not be written into.
        env = {"NODE_ENV": "production", "DATABASE_URL": ""}
        started = Started(command, GATEWAY_CORE, folder, LOGS / f"{name}.log", env)
        key = getattr(self, "key", self.master_key)
        return _ready(Target(name, f"127.0.0.1:{port}", key, model, f"{model}-slow", started))

    def _config(self, rows_per_second: float | None, cached: bool = False) -> dict:
        """JSON is YAML. Without a pace the writer takes rows as fast as the database does."""
        def deployment(name: str, model: str, base: str) -> dict:
            params = {"model": model, "api_base": base, "api_key": "sk-upstream", **PRICES}
            return {"model_name": name, "litellm_params": params}

        def passing(entry: dict) -> dict:
            return entry | {"litellm_params": entry["litellm_params"] | {"use_in_pass_through": True}}

        base = f"http://{self._mock_address}"
        general = {"master_key": self.master_key, "journal_max_bytes": 8 * 1024**3}
        if rows_per_second is not None:
            general |= {self.pacing_key: rows_per_second} if self.pacing_key else {"proxy_batch_write_at": 3600}
        return {
            "model_list": [
                passing(deployment("mock", "openai/mock", f"{base}/v1")),
                deployment("mock-slow", "openai/mock-n100-i50", f"{base}/v1"),
                deployment("translated", "anthropic/mock", base),
                deployment("translated-slow", "anthropic/mock-n100-i50", base),
                deployment("compatible", "hosted_vllm/mock", f"{base}/v1"),
                # Three that differ in nothing but their names.
                *(deployment("routed", "openai/mock", f"{base}/v1") | {"model_info": {"id": f"routed-{number}"}} for number in range(3)),
            ],
            **({"litellm_settings": {"cache": True, "cache_params": {"type": "local"}}} if cached else {}),
            "general_settings": general,
        }


def _pacing_key() -> str | None:
    """The setting that slows the row writer down, where this version has one."""
    key = "spend_writer_max_rows_per_second"
    return key if key in (ROOT / "docs/config.schema.json").read_text() else None


def _ready(target: Target) -> Target:
    """Starts it and waits for its first answer: `ready_s` is from the start of the command to then."""
    began = time.monotonic()
    started = target.started.start()
    answered = wait_until(lambda: not started.running() or _answers(target.address, target.key, target.model), START_TIMEOUT_S, 0.005)
    if not answered or not started.running():
        target.stop()
        raise RuntimeError(f"{target.name} did not start: see {started.log}")
    target.ready_s = round(time.monotonic() - began, 3)
    return target


def _answers(address: str, key: str, model: str) -> bool:
    try:
        ask(address, key, model)
        return True
    except OSError:
        return False


def _post(url: str, key: str, body: bytes, timeout_s: float) -> bytes:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=timeout_s) as answer:
        return answer.read()
