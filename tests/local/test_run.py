"""The supervisor behind `make run`: its decisions, and a whole family of processes that it starts and stops."""

import errno
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from alliance.local import run
from alliance.local.children import Child, commands
from alliance.local.identity import Notebook, birth, end
from alliance.local.run import Supervisor
from alliance.local.surroundings import Surroundings, given, only_one, port_of
from alliance.local.talking import Stop

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper():
    process = subprocess.Popen(SLEEPER, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_secret_may_come_from_a_file_and_an_empty_variable_counts_as_none(tmp_path):
    (tmp_path / "url").write_text("redis://elsewhere\n")
    found = given(
        {"REDIS_URL": "", "REDIS_URL_FILE": str(tmp_path / "url"), "DATABASE_URL": "", "PORT": "81"}
    )
    assert found["REDIS_URL"] == "redis://elsewhere"
    assert "DATABASE_URL" not in found
    assert port_of(found) == 81


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(Stop, match="DATABASE_URL_FILE names a file that cannot be read"):
        given({"DATABASE_URL_FILE": "/nowhere/at/all"})


@pytest.mark.parametrize("said", ["eighty", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused_with_the_cure(said):
    with pytest.raises(Stop, match="make run PORT=8080"):
        port_of({"PORT": said})


def test_given_servers_are_used_and_none_is_embedded(tmp_path):
    both = Surroundings({"DATABASE_URL": "postgres://a@b/c", "REDIS_URL": "redis://d"}, tmp_path)
    assert both.servers == []
    neither = Surroundings({}, tmp_path)
    assert [server.name for server in neither.servers] == ["PostgreSQL", "Valkey"]


def test_the_folder_is_held_by_one_and_freed_by_its_death(tmp_path):
    hold = (
        "import sys, time\nfrom pathlib import Path\nfrom alliance.local.surroundings import only_one\n"
        "with only_one(Path(sys.argv[1])) as ours:\n    print(ours, flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold, tmp_path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "True\n"
    with only_one(tmp_path) as ours:
        assert not ours
    holder.kill()
    holder.wait()
    with only_one(tmp_path) as ours:
        assert ours


def test_a_noted_process_is_found_and_a_stranger_with_its_number_is_not(tmp_path, sleeper):
    notebook = Notebook(tmp_path)
    notebook.note("worker", sleeper.pid)
    assert notebook.leftovers() == {"worker": sleeper.pid}
    (tmp_path / "worker").write_text(f"{sleeper.pid} born-on-another-day\n")
    assert notebook.leftovers() == {}


def test_the_dead_have_no_birth(sleeper):
    assert birth(sleeper.pid)
    sleeper.kill()
    deadline = time.monotonic() + 5
    while birth(sleeper.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert birth(sleeper.pid) == ""  # not yet waited for: a zombie counts as none


def test_whoever_does_not_listen_is_ended_with_its_whole_group(tmp_path):
    deaf = (
        "import signal, subprocess, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(one.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", deaf], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    grandchild = int(parent.stdout.readline())
    end(parent.pid, within=0.3)
    assert parent.wait(5) == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while birth(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert birth(grandchild) == ""


def test_a_child_that_keeps_dying_is_started_ever_later(tmp_path):
    child = Child("worker", [sys.executable, "-c", "raise SystemExit('no queue')"], tmp_path / "worker.log")
    waits = []
    for _ in range(7):
        child.start(os.environ)
        child.process.wait()
        assert child.has_died()
        waits.append(child.bury())
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert child.last_words().splitlines()[-1] == "no queue"


def test_the_children_of_a_killed_child_go_with_it(tmp_path):
    parent = (
        "import subprocess, sys, time\n"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(one.pid, flush=True)\ntime.sleep(60)\n"
    )
    child = Child("worker", [sys.executable, "-c", parent], tmp_path / "log")
    child.start(os.environ)
    deadline = time.monotonic() + 10
    while not child.last_words() and time.monotonic() < deadline:
        time.sleep(0.02)
    grandchild = int(child.last_words())
    child.process.kill()
    child.process.wait()
    assert birth(grandchild)
    child.bury()
    while birth(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert birth(grandchild) == ""


def test_nobody_listening_is_no_reason_to_stop():
    talk = (
        "import sys\nfrom alliance.local.talking import say\n"
        "for _ in range(3): say('x' * 70000)\n"
        "print('still here', file=sys.stderr)\n"
    )
    told = subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" | true', sys.executable, talk], capture_output=True, text=True
    )
    assert told.stderr == "still here\n"


def test_a_child_that_lived_a_good_minute_is_started_again_at_once(tmp_path):
    child = Child("web", [sys.executable, "-c", ""], tmp_path / "web.log")
    child.deaths = 5
    child.start(os.environ)
    child.process.wait()
    child.started_at -= 61
    assert child.bury() == 1


def test_a_great_log_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("alliance.local.children.LOG_LIMIT", 10)
    (tmp_path / "web.log").write_text("a long story, long ago\n")
    child = Child("web", [sys.executable, "-c", "print('new')"], tmp_path / "web.log")
    child.start(os.environ)
    child.process.wait()
    assert (tmp_path / "web.log").read_text() == "new\n"
    assert (tmp_path / "web.log.1").read_text() == "a long story, long ago\n"


def test_what_a_killed_supervisor_left_is_ended_by_the_next(tmp_path, sleeper):
    surroundings = Surroundings({}, tmp_path)
    surroundings.notebook.note("worker", sleeper.pid)
    surroundings.recover()
    assert sleeper.wait(5) == -signal.SIGTERM
    assert surroundings.notebook.leftovers() == {}


def test_whatever_dies_is_announced_and_started_again(tmp_path, capsys):
    supervisor = Supervisor(
        Surroundings({"DATABASE_URL": "postgres://a@b/c", "REDIS_URL": "redis://d"}, tmp_path)
    )
    supervisor.environment = dict(os.environ)
    for child in supervisor.children.values():
        child.command = SLEEPER
        supervisor.begin(child)
    first = {name: child.process.pid for name, child in supervisor.children.items()}
    try:
        end(first["worker"])
        supervisor.children["worker"].process.wait()
        supervisor.look_after()
        assert capsys.readouterr().out == "  ! The worker process ended (-15); starting it again in 1 s.\n"
        supervisor.children["worker"].again_at = 0
        supervisor.look_after()
        now = {name: child.process.pid for name, child in supervisor.children.items()}
        assert {name for name in now if now[name] != first[name]} == {"worker"}
        assert supervisor.notebook.leftovers() == now
    finally:
        supervisor.told_to_stop.set()
        supervisor.stop()
    assert capsys.readouterr().out.endswith("  Stopped.\n")
    assert supervisor.notebook.leftovers() == {}


def test_things_stop_in_the_order_in_which_nobody_loses_what_it_needs(tmp_path, monkeypatch):
    told = []
    supervisor = Supervisor(Surroundings({}, tmp_path))
    monkeypatch.setattr(Child, "stop", lambda child, *_: told.append(child.name))
    for server in supervisor.surroundings.servers:
        monkeypatch.setattr(type(server), "stop", lambda server, *_: told.append(server.name))
    supervisor.stop()
    assert told == ["beat", "worker", "web", "Valkey", "PostgreSQL"]


def test_the_web_listens_on_this_machine_alone(tmp_path):
    web = commands(8123, tmp_path)["web"]
    bound = {web[place + 1] for place, word in enumerate(web) if word == "--bind"}
    assert "127.0.0.1:8123" in bound
    assert bound <= {"127.0.0.1:8123", "[::1]:8123"}


FULL = [OSError(errno.ENOSPC, "No space left on device"), psycopg.errors.DiskFull("could not extend file")]


@pytest.mark.parametrize("problem", FULL)
def test_a_full_disk_is_told_in_a_sentence(tmp_path, monkeypatch, capsys, problem):
    def fill_up(_):
        raise problem

    monkeypatch.setattr(run, "LOCAL", tmp_path)
    monkeypatch.setattr(Surroundings, "recover", fill_up)
    assert run.main([]) == 1
    assert "There is no room left on the disk that holds" in capsys.readouterr().err
