"""What a user gets from the wheel."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str, cwd: Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, env=environment, timeout=timeout, text=True, capture_output=True,
        check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "build", "--wheel", "-o", str(folder), str(ROOT), cwd=folder)
    if "No matching distribution" in built.stderr or "Could not find a version" in built.stderr:
        pytest.skip("needs a package index to build with hatchling")
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_holds_plancraft_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert wheel.name.startswith("plancraft_hitl-")
    assert tops == {"plancraft"}
    for needed in (
        "plancraft/py.typed",
        "plancraft/locale/ko/LC_MESSAGES/plancraft.po",
        "plancraft/stores/migrations/script.py.mako",
    ):
        assert needed in names


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_fundamentals_pass_on_the_wheel_in_a_clean_environment(
    wheel: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "env"
    assert run(sys.executable, "-m", "venv", str(environment), cwd=tmp_path).returncode == 0
    python = str(environment / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
    installed = run(*install, str(wheel), "pytest", cwd=tmp_path, timeout=500)
    if "No matching distribution" in installed.stderr:
        pytest.skip("needs a package index to install from")
    assert installed.returncode == 0, installed.stderr

    tests = str(ROOT / "tests" / "fundamentals")
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-c", os.devnull]
    passed = run(python, "-m", "pytest", *options, "--import-mode=importlib", tests, cwd=tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr

    said = run(str(environment / "bin" / "plancraft"), "pending", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "No open question" in said.stdout
