"""Start a broker on the loopback in a process of its own, and wait until it listens.

The embedded broker needs nothing installed; ``mosquitto`` runs the installed one with the same
users and the same topic rights.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from twin.devices import acl
from twin.devices.plant import Plant, read_file
from twin.devices.process import START_S, Child, leave_with_parent, say_ready
from twin.devices.signing import write_once
from twin.errors import BadInput, Fault

ENGINES = ("amqtt", "mosquitto")
USERS = "users.json"
POINTS = "points.json"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def passwords(folder: Path, plant: Plant) -> dict[str, str]:
    """Return every broker user's password; made up once and kept, readable by the owner only."""
    file = folder / USERS
    held = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    fresh = {user: secrets.token_urlsafe(24) for user in acl.table(plant)}
    everybody = {**fresh, **held}
    if set(everybody) != set(held):
        beside = file.with_name(f"{USERS}.{secrets.token_hex(4)}")
        write_once(beside, json.dumps(everybody, indent=1).encode())
        beside.replace(file)
    return everybody


def child(folder: Path, port: int = 0, engine: str = "amqtt") -> Child:
    """Return the broker of a folder that holds ``points.json`` and ``users.json``."""
    if engine not in ENGINES:
        raise BadInput(Fault(f"allowed: {', '.join(ENGINES)}", "broker", value=repr(engine)))
    if engine == "mosquitto" and mosquitto() is None:
        raise BadInput("mosquitto is not installed: apt-get install mosquitto, or use amqtt")
    arguments = [str(folder), str(port or free_port()), engine]
    return Child.module("twin.devices.broker", *arguments, log=folder / "broker.log")


def mosquitto() -> str | None:
    """Where Mosquitto is installed; None when it is not."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def main(folder: Path, port: int, engine: str) -> None:
    """Run the broker in this process until the parent has gone."""
    leave_with_parent()
    if engine == "amqtt":
        from twin.devices.amqtt_server import serve

        serve(port, folder / USERS, folder / POINTS)
    else:
        _run_mosquitto(folder, port)


def _run_mosquitto(folder: Path, port: int) -> None:
    place = folder / "mosquitto"
    place.mkdir(mode=0o700, exist_ok=True)
    (place / "acl").write_text(acl.mosquitto(read_file(folder / POINTS)), encoding="utf-8")
    users = json.loads((folder / USERS).read_text(encoding="utf-8"))
    lines = "".join(f"{user}:{password}\n" for user, password in users.items())
    (place / "users").write_text(lines, encoding="utf-8")
    for name in ("acl", "users"):
        (place / name).chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(place / "users")], check=True)
    (place / "conf").write_text(_configuration(place, port), encoding="utf-8")
    command = [mosquitto() or "mosquitto", "-c", str(place / "conf")]
    with subprocess.Popen(command, preexec_fn=_die_with_me) as broker:  # noqa: PLW1509
        _wait_for(port, broker)
        say_ready(port=port)
        sys.exit(broker.wait())


def _die_with_me() -> None:
    """Ask Linux to end Mosquitto with us: it does not watch its standard input."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _configuration(place: Path, port: int) -> str:
    user = "user root\n" if os.geteuid() == 0 else ""
    return (
        f"listener {port} 127.0.0.1\nallow_anonymous false\n{user}"
        f"password_file {place / 'users'}\nacl_file {place / 'acl'}\n"
        "max_queued_messages 10000\nlog_dest stderr\n"
    )


def _wait_for(port: int, broker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while broker.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("mosquitto did not start")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
