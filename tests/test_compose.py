"""The Compose files are well-formed, keep security on, and take secrets from files alone."""

import re
import subprocess
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PATHS = {"one machine": ROOT / "compose.yaml", "a cluster": DEPLOY / "compose.yaml"}
Duration = Annotated[str, StringConstraints(pattern=r"^(\d+(us|ms|s|m|h))+$")]
Port = Annotated[str, StringConstraints(pattern=r"^127\.0\.0\.1:\d+:\d+$")]


class Strict(BaseModel):
    """As the Compose Specification has it, as far as these files use it; other keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Healthcheck(Strict):
    test: list[str] = Field(min_length=2)
    interval: Duration
    timeout: Duration
    retries: int
    start_period: Duration


class Dependency(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Build(Strict):
    context: str
    dockerfile: str


class Service(Strict):
    image: str
    build: Build | None = None
    command: list[str] = []
    user: str = ""
    env_file: list[str] = []
    stop_grace_period: Duration | None = None
    environment: dict[str, str] = {}
    secrets: list[str] = []
    ports: list[Port] = []
    volumes: list[Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+|\.\./config):/[a-z/]+(:ro)?$")]] = []
    ulimits: dict[str, int] = {}
    depends_on: dict[str, Dependency] = {}
    entrypoint: list[str] = []
    healthcheck: Healthcheck | None = None
    restart: Literal["no", "always", "on-failure", "unless-stopped"]


class Secret(Strict):
    file: str


class Compose(Strict):
    name: str
    services: dict[str, Service]
    secrets: dict[str, Secret]
    volumes: dict[str, None]


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> Path:
    return PATHS[request.param]


@pytest.fixture
def compose(path: Path) -> Compose:
    return read(path)


def read(path: Path) -> Compose:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Compose.model_validate({name: value for name, value in content.items() if not name.startswith("x-")})


def test_all_that_is_named_is_defined(compose: Compose) -> None:
    for service in compose.services.values():
        assert set(service.secrets) <= compose.secrets.keys()
        named = {volume.split(":")[0] for volume in service.volumes if not volume.startswith(".")}
        assert named <= compose.volumes.keys()
        for name, dependency in service.depends_on.items():
            assert name in compose.services
            assert dependency.condition != "service_healthy" or compose.services[name].healthcheck


def test_security_is_on_and_secrets_lie_in_files(path: Path, compose: Compose) -> None:
    nodes = [service for service in compose.services.values() if "discovery" in " ".join(service.environment)]
    assert nodes
    assert {node.environment["xpack.security.enabled"] for node in nodes} == {"true"}
    for secret in compose.secrets.values():
        ignored = subprocess.run(["git", "check-ignore", "-q", str(path.parent / secret.file)], cwd=ROOT, check=False)
        assert ignored.returncode == 0, f"git would take {secret.file}"
    for service in compose.services.values():
        given = {name: value for name, value in service.environment.items() if re.search("PASSWORD|KEY|TOKEN", name)}
        for name, value in given.items():
            from_file = name.endswith("_FILE") and value.startswith("/run/secrets/")
            assert from_file or (name.endswith("_CMD") and value.startswith("cat /run/secrets/")), name


def test_what_serves_is_looked_after_and_of_one_version(compose: Compose) -> None:
    images = {service.image for service in compose.services.values()}
    elastic = {image for image in images if image.split(":")[0] in ("elasticsearch", "kibana")}
    assert len(elastic) == 2
    assert len({image.split(":")[1] for image in elastic}) == 1
    assert all(service.healthcheck for service in compose.services.values() if service.ports)


def test_a_password_is_asked_of_the_shell_in_the_container(path: Path, compose: Compose) -> None:
    said = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<!\$)\$\(", said), "Compose itself would read a single $"
    assert compose.services["kibana"].depends_on["kibana-user"].condition == "service_completed_successfully"


def test_every_secret_of_the_cluster_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    wanted = {Path(secret.file).name for secret in read(PATHS["a cluster"]).secrets.values()}
    for _ in range(2):
        subprocess.run(["bash", str(DEPLOY / "make-secrets"), str(tmp_path)], check=True, capture_output=True)
        made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        assert wanted <= made.keys()
        assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "secrets").iterdir())
        before = tmp_path / "before"
        assert not before.exists() or before.read_text() == repr(sorted(made.items()))
        before.write_text(repr(sorted(made.items())))
    assert made["postgres_password"] in made["database"]
    assert made["s3_secret"] in made["s3_credentials"]
    assert len({made[name] for name in ("elastic_password", "jwt_secret", "pseudonym_key", "link_key")}) == 4


def test_the_clusters_parts_are_told_the_same_and_nothing_that_nobody_reads() -> None:
    services = read(PATHS["a cluster"]).services
    airflow = [service for service in services.values() if service.image == "tingfeng"]
    assert {" ".join(service.command[:2]) for service in airflow} >= {
        "airflow api-server",
        "airflow scheduler",
        "airflow dag-processor",
        "airflow celery",
    }
    assert {tuple(service.env_file) for service in airflow} == {("airflow.env", "tingfeng.env")}
    assert len({tuple(sorted(service.environment.items())) for service in airflow}) == 1
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for line in (DEPLOY / "tingfeng.env.example").read_text(encoding="utf-8").splitlines():
        name = line.partition("=")[0]
        assert line == "" or line.startswith("#") or f"`{name}`" in documented, name
    given = {name for service in airflow for name in service.environment if name.startswith(("TINGFENG", "ELASTIC"))}
    assert all(f"`{name.removesuffix('_FILE')}`" in documented for name in given)


def test_the_examples_of_environments_hold_no_secret() -> None:
    for path in DEPLOY.glob("*.env.example"):
        names = [line.partition("=")[0] for line in path.read_text(encoding="utf-8").splitlines() if "=" in line]
        assert names
        assert not [name for name in names if re.search("PASSWORD|KEY|TOKEN|SECRET|CONN|BROKER_URL", name)]


def test_the_values_for_kubernetes_name_settings_that_are_documented() -> None:
    values = yaml.safe_load((DEPLOY / "kubernetes-values.yaml").read_text(encoding="utf-8"))
    assert values["executor"] == "KubernetesExecutor"
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = [one["name"] for one in values["env"]]
    assert all(name.startswith("AIRFLOW__") or f"`{name}`" in documented for name in names)
    assert not [name for name in names if re.search("PASSWORD|KEY|TOKEN", name)]


def test_the_image_holds_all_that_is_imported() -> None:
    said = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"config", "dags"}
    assert all(f"COPY {folder} {folder}\n" in said for folder in folders), folders
    copied = re.findall(r"^COPY (.+) \S+$", said, re.MULTILINE)
    assert all((ROOT / name).exists() for names in copied for name in names.split())
