"""The files of an installation say the same as each other and as the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config

from assets import environment
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("files", [("assets/dagster.yaml",), ("assets/dagster.yaml", "deploy/postgres.yaml")])
def test_dagster_accepts_the_instance_of_one_machine_and_the_one_with_postgresql(
    files: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in re.findall(r"KONGCHUO_DB_\w+", text("deploy/postgres.yaml")):
        monkeypatch.setenv(name, "5432")
    (tmp_path / "dagster.yaml").write_text("\n".join(text(file) for file in files), encoding="utf-8")
    config, _ = dagster_instance_config(str(tmp_path))
    assert config["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert config["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert config["run_monitoring"]["free_slots_after_run_end_seconds"] > 0
    assert config["freshness"]["enabled"] is True
    assert config["telemetry"]["enabled"] is False
    assert ("storage" in config) == (len(files) == 2)


def test_nothing_of_the_instance_is_said_twice() -> None:
    assert not set(yaml.safe_load(text("assets/dagster.yaml"))) & set(yaml.safe_load(text("deploy/postgres.yaml")))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_runs_as_nobody_in_particular_and_only_the_code_server_knows_the_secret(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    for line in (
        "User=kongchuo",
        "UMask=0027",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
    ):
        assert line in lines
    is_code = unit.stem == "kongchuo-code"
    assert ("EnvironmentFile=/etc/kongchuo/kongchuo.env" in lines) == is_code
    assert ("ReadWritePaths=/srv/kongchuo" in lines) == is_code


def test_everybody_means_the_same_socket_and_nobody_a_port_of_the_code_server() -> None:
    (location,) = yaml.safe_load(text("deploy/workspace.yaml"))["load_from"]
    socket = location["grpc_server"]["socket"]
    assert "port" not in location["grpc_server"]
    for name in ("deploy/systemd/kongchuo-code.service", "deploy/Containerfile"):
        assert f"--socket {socket}" in text(name)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_services(tmp_path: Path) -> None:
    for unit in UNITS:
        # The program is not installed where the test runs.
        said = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(encoding="utf-8"))
        (tmp_path / unit.name).write_text(said, encoding="utf-8")
    paths = [str(tmp_path / unit.name) for unit in UNITS]
    found = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert (found.returncode, [line for line in found.stderr.splitlines() if "kongchuo" in line]) == (0, [])


def test_the_examples_name_only_what_somebody_reads() -> None:
    known = {value for value in vars(environment).values() if isinstance(value, str) and value.startswith("KONGCHUO_")}
    known |= {f"{environment.SMTP}{name}" for name in ("HOST", "PORT", "USER", "PASSWORD_FILE", "FROM", "TO")}
    known |= set(re.findall(r"KONGCHUO_DB_\w+", text("deploy/postgres.yaml")))
    lines = text("deploy/kongchuo.env.example") + text("deploy/dagster.env.example")
    named = set(re.findall(r"^#?(KONGCHUO_\w+)=", lines, re.MULTILINE))
    assert named <= known
    assert {"KONGCHUO_SECRET", "KONGCHUO_LANDING", "KONGCHUO_HOME", "KONGCHUO_DB_PASSWORD"} <= named


def test_the_image_runs_without_root_and_has_every_package() -> None:
    lines = text("deploy/Containerfile").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER kongchuo"]
    for folder in ("assets", "pipelines", "quality", "schemas", "data"):
        assert f"COPY {folder} ./{folder}" in lines
    assert not re.search(r"https?://|\w+\.(?:io|com|cn)/", text("deploy/Containerfile"))


@pytest.mark.parametrize("status", [0, 1])
@pytest.mark.parametrize("what", ["run", "tidy"])
def test_cron_runs_the_night_that_has_ended_logs_it_and_keeps_its_status(
    tmp_path: Path, what: str, status: int
) -> None:
    program = tmp_path / "kongchuo"
    program.write_text(f'#!/bin/sh\necho "given: $*, secret $KONGCHUO_SECRET"\nexit {status}\n', encoding="utf-8")
    program.chmod(0o755)
    settings = tmp_path / "kongchuo.env"
    settings.write_text(
        "# a comment\nKONGCHUO_LANDING=/data/in\nKONGCHUO_HOME=/data/home\n"
        "KONGCHUO_POLICY=/etc/p.toml\nKONGCHUO_SECRET=s\n",
        encoding="utf-8",
    )
    log = tmp_path / "night.log"
    told = {"KONGCHUO_SETTINGS": settings, "KONGCHUO_PROGRAM": program, "KONGCHUO_LOG_FILE": log}
    script = [str(DEPLOY / "cron" / "night.sh"), what]
    given = {"PATH": "/usr/bin:/bin", **{name: str(path) for name, path in told.items()}}
    found = subprocess.run(script, env=given, capture_output=True, text=True, check=False)
    assert found.returncode == status
    assert bool(found.stderr) == bool(status)
    said = log.read_text(encoding="utf-8")
    night = (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)).date()
    run = f"run --as-of {night} --landing /data/in --suites" if what == "run" else "tidy"
    assert f"given: {run} --home /data/home --policy /etc/p.toml, secret s" in said
    assert f"exit status {status}" in said
    assert log.stat().st_mode & 0o777 == 0o640
