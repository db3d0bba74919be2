"""The house itself, tested: what every room promises, whoever writes the next line (house 40)."""

import ast
import inspect
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ["participants", "decisions", "ledger", "learning", "alliance.assurance"]
TOP_LEVEL = {
    "alliance", "participants", "decisions", "ledger", "learning", "templates", "static", "tests",
    "manage.py", "pyproject.toml", "docker-compose.yml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile",
    "package.json", "package-lock.json", ".ci", ".gitignore", ".env.example", ".dockerignore",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts and "tests" not in path.parts]


def templates() -> list[Path]:
    return [path for path in tracked("templates") if path.suffix in {".html", ".svg"}]


def test_the_top_level_is_the_one_the_customer_fixed():
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in found if not re.fullmatch(r"requirements[\w-]*\.txt", name)} == TOP_LEVEL & found
    assert {"manage.py", "pyproject.toml", "docker-compose.yml", "README.md", "LICENSE", ".ci"} <= found


def services(app: str):
    module = import_module(f"{app}.services")
    for name, service in inspect.getmembers(module, inspect.isfunction):
        if not name.startswith("_") and service.__module__.startswith(f"{app}.services"):
            yield name, inspect.signature(inspect.unwrap(service))


@pytest.mark.parametrize("app", APPS)
def test_every_public_service_says_who_acts_and_names_everything(app):
    helpers = {"hash_of"}
    found = [(name, signature) for name, signature in services(app) if name not in helpers]
    assert found
    for name, signature in found:
        kinds = {parameter.kind for parameter in signature.parameters.values()}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}, (
            f"{app}.{name} is not keyword-only"
        )
        assert "by" in signature.parameters, f"{app}.{name} has no by="


def recorded_kinds() -> dict[str, Path]:
    """Every literal kind that the code records, and where. A kind that is not literal fails."""
    found = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "record"
            ):
                kind = node.args[0]
                assert isinstance(kind, ast.Constant), (
                    f"{path}:{node.lineno} records a kind that is not literal"
                )
                found[kind.value] = path
    return found


def test_every_kind_of_event_has_its_sentence_and_every_sentence_its_event():
    kinds = recorded_kinds()
    assert len(kinds) > 20
    sentences = {
        f"{path.relative_to(ROOT / 'templates').parts[0]}.{path.stem}"
        for path in templates()
        if path.parent.name == "events"
    }
    assert sentences == set(kinds)


def test_pages_carry_nothing_inline():
    """The content security policy would refuse it; better to be told here."""
    wrong = {
        "a style attribute": r"<[^>]*\sstyle\s*=",
        "a style element": r"<style",
        "a script of its own": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
        "an event handler": r"<[^>]*\son[a-z]+\s*=",
        "hx-on": r"hx-on",
    }
    for path in templates():
        if "pdf" in path.parts:
            continue  # papers are not pages: WeasyPrint runs no scripts and asks no policy
        text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", path.read_text(), flags=re.S)
        text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.S)
        for what, pattern in wrong.items():
            assert not re.search(pattern, text), f"{path.relative_to(ROOT)} carries {what}"


def test_nothing_names_a_machine_or_a_registry():
    strange = re.compile(
        "|".join(
            [
                "/" + "work/",
                "/" + "root/",
                "registry" + r"\.npmjs",
                "files\\." + "pythonhosted",
                "pypi" + r"\.org/simple",
            ]
        )
    )
    for path in tracked():
        if path.suffix in {".ttf", ".png", ".xlsx", ".ods", ".gz"}:
            continue
        text = path.read_text(errors="replace")
        found = strange.search(text)
        assert not found, f"{path.relative_to(ROOT)} names {found[0]}"


def test_no_colour_judges_and_nothing_ranks():
    """No red, amber, green; no league tables; no targets (rules 47, 48)."""
    words = re.compile(r"\b(RAG rating|red[/, ]+amber|league table|leaderboard|target_value)\b", re.I)
    allowed = {"no red", "no league", "without", "never", "not "}
    for path in [*python_files(), *templates()]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if words.search(line):
                assert any(word in line.lower() for word in allowed), (
                    f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
                )


def test_only_services_move_a_status():
    """A status is set where a service acts; not in views, forms, templates or models (house 12)."""
    setting = re.compile(r"\.(status|state)\s*=(?!=)")
    for path in python_files():
        if {"views", "models", "forms", "querysets", "permissions", "waiting"} & {
            path.stem,
            path.parent.name,
        }:
            assert not setting.search(path.read_text()), path.relative_to(ROOT)


def test_views_do_not_read_the_post_by_hand():
    """Forms are the border (house 28): a view may hand request.POST to a form, and no more."""
    by_hand = re.compile(r"request\.POST(\[|\.get|\.getlist)")
    for path in python_files():
        if "views" in path.relative_to(ROOT).as_posix():
            assert not by_hand.search(path.read_text()), path.relative_to(ROOT)


@pytest.mark.parametrize("room", ["participants", "decisions", "ledger", "learning", "alliance/assurance"])
def test_every_room_has_its_readme(room):
    assert len((ROOT / room / "README.md").read_text()) > 400
