"""Telling our own processes from a stranger that was later given the same number."""

import os
import signal
import subprocess
import time
from pathlib import Path


def birth(pid: int) -> str:
    """When the process was born, as the system says it; empty when there is none (a zombie counts as none)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return ""
    except (OSError, IndexError):
        return ""
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, born = told.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else born.strip()


class Notebook:
    """The processes that we started, one file each, so that a later start can find what a crash left."""

    def __init__(self, folder: Path):
        self.folder = folder

    def note(self, name: str, pid: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(f"{pid} {birth(pid)}\n")

    def forget(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def leftovers(self) -> dict[str, int]:
        """Noted processes that still live: the same number and the same birth."""
        found = {}
        for file in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            pid, _, born = file.read_text().strip().partition(" ")
            if pid.isdigit() and born and birth(int(pid)) == born:
                found[file.name] = int(pid)
        return found


def end(pid: int, *, gently: int = signal.SIGTERM, within: float = 5.0, group: bool = True) -> None:
    """Ask a process to stop; after `within` seconds end it (and, as a leader, its whole group) for good."""
    born = birth(pid)
    if not born:
        return
    _tell(pid, gently, group=False)
    until = time.monotonic() + within
    while time.monotonic() < until:
        if birth(pid) != born:
            break
        time.sleep(0.05)
    else:
        _tell(pid, signal.SIGKILL, group=False)
    if group:
        _tell(pid, signal.SIGKILL, group=True)


def _tell(pid: int, sign: int, *, group: bool) -> None:
    try:
        if group:
            os.killpg(pid, sign)
        else:
            os.kill(pid, sign)
    except (ProcessLookupError, PermissionError):
        pass
