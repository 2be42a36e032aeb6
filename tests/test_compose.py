"""compose.yaml is well-formed, keeps security on, and takes secrets from files alone."""

import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PATH = Path(__file__).resolve().parent.parent / "compose.yaml"
Duration = Annotated[str, StringConstraints(pattern=r"^(\d+(us|ms|s|m|h))+$")]
Port = Annotated[str, StringConstraints(pattern=r"^127\.0\.0\.1:\d+:\d+$")]


class Strict(BaseModel):
    """As the Compose Specification has it, as far as this file uses it; other keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Healthcheck(Strict):
    test: list[str] = Field(min_length=2)
    interval: Duration
    timeout: Duration
    retries: int
    start_period: Duration


class Dependency(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Service(Strict):
    image: str
    environment: dict[str, str] = {}
    secrets: list[str] = []
    ports: list[Port] = []
    volumes: list[Annotated[str, StringConstraints(pattern=r"^[a-z]+:/")]] = []
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


@pytest.fixture(scope="module")
def compose() -> Compose:
    return Compose.model_validate(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def test_all_that_is_named_is_defined(compose: Compose) -> None:
    for service in compose.services.values():
        assert set(service.secrets) <= compose.secrets.keys()
        assert {volume.split(":")[0] for volume in service.volumes} <= compose.volumes.keys()
        for name, dependency in service.depends_on.items():
            assert name in compose.services
            assert dependency.condition != "service_healthy" or compose.services[name].healthcheck


def test_security_is_on_and_secrets_lie_in_files(compose: Compose) -> None:
    assert compose.services["elasticsearch"].environment["xpack.security.enabled"] == "true"
    assert all(secret.file.startswith("./data/secrets/") for secret in compose.secrets.values()), "git ignores data/"
    for service in compose.services.values():
        given = {name: value for name, value in service.environment.items() if re.search("PASSWORD|KEY|TOKEN", name)}
        assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in given.items())


def test_what_serves_is_looked_after_and_of_one_version(compose: Compose) -> None:
    images = {service.image for service in compose.services.values()}
    assert {image.split(":")[0] for image in images} == {"elasticsearch", "kibana"}
    assert len({image.split(":")[1] for image in images}) == 1
    assert all(service.healthcheck for service in compose.services.values() if service.ports)


def test_a_password_is_asked_of_the_shell_in_the_container(compose: Compose) -> None:
    said = PATH.read_text(encoding="utf-8")
    assert not re.search(r"(?<!\$)\$\(", said), "Compose itself would read a single $"
    assert compose.services["kibana"].depends_on["kibana-user"].condition == "service_completed_successfully"
