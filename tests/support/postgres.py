"""A PostgreSQL server of a test's own: made in a folder, reached with a password, stopped and thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """Where it listens and who may come in."""

    port: int
    user: str = "kongchuo"
    password: str = "a-password-of-the-tests"
    database: str = "kongchuo_dagster"
    host: str = "127.0.0.1"


def programs() -> Path | None:
    """The folder of `initdb` and its like: Debian keeps them out of the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A server with one empty database; as root it runs as another user, because it refuses to run as root."""
    found = programs()
    assert found, "ask programs() first"
    server = Server(free_port())
    folder.mkdir()
    password = folder / "password"
    password.write_text(server.password, encoding="utf-8")
    other = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres" if any(p.pw_name == "postgres" for p in pwd.getpwall()) else "nobody")
        for path in (folder, password):
            os.chown(path, user.pw_uid, user.pw_gid)
        for parent in folder.parents:
            # The folders of a test are for root alone.
            if parent.owner() == "root" and parent.stat().st_mode & 0o777 == 0o700:
                parent.chmod(0o711)
        other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def call(program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run([found / program, *arguments], check=check, capture_output=True, cwd=folder, **other)

    data = folder / "data"
    call("initdb", "-D", str(data), "-U", server.user, "-A", "scram-sha-256", "--pwfile", str(password), "-E", "UTF8")
    listening = f"-h 127.0.0.1 -p {server.port} -k {folder} -c fsync=off"
    call("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", listening, "start")
    try:
        environment = {**os.environ, "PGPASSWORD": server.password}
        address = ["-h", server.host, "-p", str(server.port), "-U", server.user]
        subprocess.run([found / "createdb", *address, server.database], check=True, env=environment)
        yield server
    finally:
        # On a busy machine it may still be going down when pg_ctl stops waiting: that is no fault of a test.
        call("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop", check=False)
