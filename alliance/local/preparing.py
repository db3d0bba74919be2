"""Before the start: migrations, static files and the demonstration, where anything changed since the last time."""

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alliance.local.bootstrap import digest
from alliance.local.surroundings import ROOT, Surroundings
from alliance.local.talking import Stop, telling

ROOMS = ("alliance", "participants", "decisions", "ledger", "learning")
TRUE = {"1", "true", "yes", "on"}


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command; its output. Raises Stop with the end of what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        said = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise Stop(f"{said}\n\n`manage.py {arguments[0]}` failed; the message above says why.".lstrip())
    return done.stdout


def code() -> list[Path]:
    """Whatever migrations and the demonstration may depend on."""
    kept = {".py", ".sql", ".csv", ".json"}
    found = (file for room in ROOMS for file in (ROOT / room).rglob("*") if file.suffix in kept)
    return [ROOT / "requirements.txt", *sorted(found)]


def prepare(surroundings: Surroundings, environment: Mapping[str, str]) -> str:
    """Migrate, collect, load, if anything changed since the last time; how to sign in, in words."""
    with ThreadPoolExecutor() as beside:
        collecting = beside.submit(collect, surroundings.local, environment)
        people = migrate_and_load(surroundings, environment)
        collecting.result()
    return people


def collect(local: Path, environment: Mapping[str, str]) -> None:
    """Static files, hashed and compressed, where the settings look for them."""
    static = sorted(file for file in (ROOT / "static").rglob("*") if file.is_file())
    now = digest(
        [ROOT / "requirements.txt", ROOT / "alliance" / "settings.py", *static], environment["DEBUG"]
    )
    note = local / "stamps" / "collected"
    manifest = Path(environment.get("STATIC_ROOT", local / "static"), "staticfiles.json")
    if manifest.exists() and note.exists() and note.read_text() == now:
        return
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(now)


def migrate_and_load(surroundings: Surroundings, environment: Mapping[str, str]) -> str:
    now = digest(code(), environment["DEMO"])
    # The note lies with the database that it speaks of, so that they go together. A database of somebody else may
    # have changed since: there we always look.
    note = surroundings.postgres.folder / "prepared.json" if surroundings.postgres else None
    if note and note.exists() and (said := json.loads(note.read_text()))["digest"] == now:
        return said["people"]
    with telling("Bringing the database up to date"):
        manage(environment, "migrate", "--no-input", "--verbosity", "0")
    people = ""
    if environment["DEMO"].lower() in TRUE:
        with telling(
            "Loading the demonstration alliance, if there is none yet (a minute or so the first time)"
        ):
            manage(environment, "load_demo", "--if-empty")
            people = manage(environment, "demo_people")
    if note:
        note.write_text(json.dumps({"digest": now, "people": people}))
    return people
