"""What brings the packages, and how the tests are dealt out to the workers."""

import os
import sys
from types import SimpleNamespace

import pytest

from alliance.local import bootstrap, with_servers
from tests.conftest import pytest_collection_modifyitems

time_of = bootstrap.time_of
WANTED = bootstrap.ROOT / "requirements-local.txt"


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """The commands in their order; uv finds no way to the packages."""
    commands = []

    def succeeds(command, **variables):
        commands.append([str(word) for word in command])
        return "uv" not in str(command[0])

    monkeypatch.setattr(bootstrap, "succeeds", succeeds)
    monkeypatch.setattr(
        bootstrap, "run", lambda command, cure: commands.append([str(one) for one in command])
    )
    return commands


def test_where_uv_finds_no_way_pip_installs_the_same_locked_packages(ran):
    bootstrap.install(WANTED.name, "Cure.")
    by_uv, by_pip = ran[-2:]
    assert by_uv[0].endswith("/uv")
    assert "pip" in by_pip
    assert by_uv[-3:] == by_pip[-3:] == ["--require-hashes", "-r", str(WANTED)]


def test_uv_asks_the_mirror_that_pip_is_told_of_unless_it_is_told_itself(monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_CERT", "/the/mirrors.pem")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/our/own.pem")
    assert bootstrap.what_pip_is_told() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}


@pytest.mark.parametrize("writable", [True, False])
def test_where_nobody_may_write_at_home_npm_keeps_what_it_fetches_here(monkeypatch, tmp_path, ran, writable):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NPM_CONFIG_CACHE", "")  # so that it is as before when the test ends
    monkeypatch.delenv("NPM_CONFIG_CACHE")
    monkeypatch.setattr(bootstrap.os, "access", lambda path, mode: writable or path != str(tmp_path))
    monkeypatch.setattr(bootstrap, "stamp_of", lambda name: "")
    monkeypatch.setattr(bootstrap, "stamp", lambda name, value: None)
    monkeypatch.setattr(bootstrap, "find_npm", lambda: ["npm"])
    bootstrap.front_end()
    assert [command[1] for command in ran] == ["ci", "run"]
    assert os.environ.get("NPM_CONFIG_CACHE") == (
        None if writable else str(bootstrap.ROOT / ".local" / "npm")
    )


def a_python(folder, says: str) -> str:
    folder.mkdir()
    program = folder / "python3"
    program.write_text(f"#!/bin/sh\necho {says}\n")
    program.chmod(0o755)
    return str(program)


def test_the_environment_is_made_by_the_quickest_python_on_the_path(monkeypatch, tmp_path):
    here = bootstrap.time_of(sys.executable)
    assert here < bootstrap.NEVER
    quick, old = a_python(tmp_path / "a", "0.0001"), a_python(tmp_path / "b", "too old")
    little = a_python(tmp_path / "c", f"{here * 0.9}")  # not worth another Python than the one that runs
    monkeypatch.setattr(bootstrap, "time_of", lambda one: here if one == sys.executable else time_of(one))
    monkeypatch.setenv("PATH", f"{tmp_path}/a:{tmp_path}/b:{tmp_path}/c:{tmp_path}/none")
    assert bootstrap.quickest_python() == quick
    monkeypatch.setenv("PATH", f"{tmp_path}/b:{tmp_path}/c")
    assert bootstrap.quickest_python() == sys.executable
    assert (time_of(old), time_of(little)) == (bootstrap.NEVER, here * 0.9)


def test_commands_stand_between_double_dashes():
    assert list(with_servers.commands(["a", "b", "--", "c", "--check"])) == [["a", "b"], ["c", "--check"]]


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_every_test_is_dealt_once_and_each_worker_begins_with_what_takes_long(monkeypatch, workers):
    def item(n: int):
        mark = "slow" if n % 5 == 0 else None
        stages = ["told"] if n in (41, 88) else []
        return SimpleNamespace(nodeid=n, fixturenames=stages, get_closest_marker=lambda one: one == mark)

    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", str(workers))
    dealt = [item(n) for n in range(100)]
    pytest_collection_modifyitems(dealt)
    numbers = [one.nodeid for one in dealt]
    assert sorted(numbers) == list(range(100))
    assert numbers[:2] == [41, 88]  # what shares a stage shares a worker
    left, begins = 100, 0
    for worker in range(workers):
        size = left // (workers - worker)
        assert numbers[begins] % 5 == 0 or numbers[begins] == 41
        begins, left = begins + size, left - size
