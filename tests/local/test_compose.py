"""The compose file: valid by its schema, and as careful as it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
DOCKER = ROOT / "alliance" / "docker"


@pytest.fixture(scope="module")
def services() -> dict:
    return YAML(typ="safe").load(FILE)["services"]


def test_it_is_valid_by_the_schema_of_compose():
    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_service_runs_without_root_and_says_whether_it_is_well(services):
    assert sorted(services) == ["beat", "migrate", "postgres", "valkey", "web", "worker"]
    for name, service in services.items():
        assert service["user"] not in ("root", "0", "0:0"), name
        assert service["cap_drop"] == ["ALL"], name
        assert "healthcheck" in service, name


def test_the_owner_of_the_tables_is_known_to_migrate_alone(services):
    knowing = {name for name, service in services.items() if "database_owner_url" in service["secrets"]}
    assert knowing == {"migrate"}


def test_no_password_stands_in_the_file(services):
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|_URL", variable.removesuffix("_FILE")) and variable != "BASE_URL":
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert value.startswith("/run/secrets/"), f"{name}: {variable}"


def test_the_secrets_are_made_once_and_fit_together(tmp_path):
    (tmp_path / "alliance" / "docker").mkdir(parents=True)
    script = tmp_path / "alliance" / "docker" / "make-secrets"
    script.write_text((DOCKER / "make-secrets").read_text())
    subprocess.run(["sh", script], check=True, capture_output=True)
    made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert set(made) == set(YAML(typ="safe").load(FILE)["secrets"])
    assert made["database_url"] == f"postgres://concordat_app:{made['app_password']}@postgres/concordat"
    assert (
        made["database_owner_url"]
        == f"postgres://concordat_owner:{made['owner_password']}@postgres/concordat"
    )
    assert (
        len({made[name] for name in ("secret_key", "postgres_password", "owner_password", "app_password")})
        == 4
    )
    assert len(made["secret_key"]) >= 50  # or Django warns
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    again = subprocess.run(["sh", script], capture_output=True, text=True)
    assert (again.returncode, made["secret_key"]) == (1, (tmp_path / "secrets" / "secret_key").read_text())


def test_the_image_runs_as_an_ordinary_user_behind_an_init():
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    assert 'ENTRYPOINT ["tini", "--"]' in lines
    assert all(line.startswith("FROM ${BASE_IMAGE}") for line in lines if line.startswith("FROM"))
