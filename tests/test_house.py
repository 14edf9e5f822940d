"""The rules of the house that a machine can keep (CONTRIBUTING, "The house")."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import LONG, ROOT

HOUSE = ("assets", "pipelines", "quality", "schemas")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(path for folder in HOUSE for path in (ROOT / folder).rglob("*.py"))

CLOCK = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("time", "time")}
ENVIRONMENT = {("os", "environ"), ("os", "getenv"), ("os", "environb")}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def attributes(path: Path) -> set[tuple[str, str]]:
    """Every `a.b` of a module; of `x.a.b` the last two names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            found.add((name, node.attr))
    return found


def test_layers_are_kept() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_packages_are_spelled_out() -> None:
    found = {module_name(path) for path in MODULES if path.name == "__init__.py"}
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(found)


def test_every_folder_of_code_is_a_package() -> None:
    bare = {str(path.parent.relative_to(ROOT)) for path in MODULES if not (path.parent / "__init__.py").exists()}
    assert not bare


def test_no_other_distribution_provides_our_names() -> None:
    providers = packages_distributions()
    assert {name: set(providers.get(name, ())) for name in HOUSE} == {name: {"kongchuo"} for name in HOUSE}


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    begin = lines.index("dependencies = [")
    end = lines.index("[project.scripts]")
    wanted = [line for line in lines[begin:end] if line.startswith('    "')]
    assert wanted
    assert [line for line in wanted if "# " not in line] == []


def test_every_dependency_is_pinned() -> None:
    def bare(requirement: str) -> str:
        name = requirement.split("=")[0].split(">")[0].split("<")[0].split("[")[0]
        return name.strip().lower().replace("_", "-")

    pins = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all("==" in pin and "://" not in pin for pin in pins)
    project = PROJECT["project"]
    wanted = {bare(r) for r in project["dependencies"] + project["optional-dependencies"]["dev"]}
    assert wanted <= {bare(pin) for pin in pins}


@pytest.mark.parametrize("path", [p for p in MODULES if p.parts[len(ROOT.parts)] != "assets"], ids=module_name)
def test_below_assets_nothing_reads_clock_or_environment(path: Path) -> None:
    assert not attributes(path) & (CLOCK | ENVIRONMENT)


def test_everything_imports_with_an_empty_environment_and_away_from_the_project(tmp_path: Path) -> None:
    names = [module_name(path) for path in MODULES]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    result = subprocess.run(
        [sys.executable, "-c", script, *names], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_command_answers_without_loading_engines() -> None:
    script = "import sys, assets.cli; print(*sorted({'dagster', 'polars', 'duckdb', 'pandera'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_no_python_in_data() -> None:
    assert not list((ROOT / "data").rglob("*.py"))


def test_continuous_integration_can_start() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_files_that_begin_first_are_there():
    assert [name for name in LONG if not (ROOT / "tests" / name).is_file()] == []
    assert len(set(LONG)) == len(LONG)
