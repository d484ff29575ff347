"""Settings: one frozen object, read once from the environment, all mistakes reported at once."""

import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

PREFIX = "WEEGSCHAAL_"
# These names are what hosting platforms already set, so they carry no prefix.
BARE = {"secret_key", "database_url", "redis_url"}
SECRET_KEY_LENGTH = 32


class SettingsError(Exception):
    """The environment is not usable; the text names each variable and what to do."""


class Mode(StrEnum):
    """Where the program runs; production refuses what development forgives."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


def _database(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg{url[len(scheme) :]}"
    if scheme in {"sqlite", "postgresql+psycopg"}:
        return url
    raise ValueError("must start with sqlite:/// or postgresql://")


def _redis(url: str) -> str:
    if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("must start with redis://, rediss:// or unix://")
    return url


def _mail(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        raise ValueError("must look like smtp://user:password@host:587 or smtps://host:465")
    return url


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must be an address without a path, such as https://leren.example.org")
    return url.rstrip("/")


class Settings(BaseModel):
    """Everything that differs between installations. README.md has the table for operators."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Mode.DEVELOPMENT
    secret_key: Annotated[str, Field(repr=False)] = ""
    database_url: Annotated[str, AfterValidator(_database), Field(repr=False)]
    redis_url: Annotated[str, AfterValidator(_redis), Field(repr=False)] = ""
    mail_url: Annotated[str, AfterValidator(_mail), Field(repr=False)] = ""
    mail_from: str = "Weegschaal <weegschaal@localhost>"
    base_url: Annotated[str, AfterValidator(_origin)] = "http://127.0.0.1:8000"
    content: Path = Path("content")
    instance: Path = Path("instance")
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    session_days: Annotated[int, Field(ge=1, le=90)] = 14
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"

    @model_validator(mode="after")
    def _is_safe_in_production(self) -> "Settings":
        if self.mode is Mode.PRODUCTION:
            if len(self.secret_key) < SECRET_KEY_LENGTH:
                raise ValueError(
                    f"secret_key: production needs SECRET_KEY or SECRET_KEY_FILE with at least "
                    f"{SECRET_KEY_LENGTH} characters; make one with: "
                    "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
                )
            if not self.base_url.startswith("https://"):
                raise ValueError("base_url: production needs WEEGSCHAAL_BASE_URL with https://")
        return self

    @property
    def is_production(self) -> bool:
        return self.mode is Mode.PRODUCTION

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def smtp(self) -> dict[str, Any]:
        """Host, port, user, password and whether to use TLS from the start, out of ``mail_url``."""
        parts = urlsplit(self.mail_url)
        return {
            "host": parts.hostname,
            "port": parts.port or (465 if parts.scheme == "smtps" else 25),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "tls": parts.scheme == "smtps",
        }


def variable(field: str) -> str:
    """The environment variable that sets ``field``."""
    return field.upper() if field in BARE else f"{PREFIX}{field.upper()}"


def from_env(environ: Mapping[str, str]) -> Settings:
    """Read the settings; with an empty environment a development app on ``instance/``.

    A variable ``X_FILE`` names a file that holds the value of ``X``, as container secrets do.
    Raises :exc:`SettingsError` that lists every wrong or unknown variable at once.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    known = {variable(field): field for field in Settings.model_fields}
    for name, field in known.items():
        if name in environ:
            values[field] = environ[name]
        elif f"{name}_FILE" in environ:
            path = Path(environ[f"{name}_FILE"])
            try:
                values[field] = path.read_text(encoding="utf-8").strip()
            except OSError as error:
                problems.append(f"{name}_FILE: cannot read {path}: {error.strerror}")
    files = {f"{name}_FILE" for name in known}
    problems += [
        f"{name}: unknown setting; the known ones are in README.md"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known and name not in files
    ]
    instance = Path(values.get("instance", "instance")).resolve()
    values.setdefault("database_url", f"sqlite:///{instance / 'weegschaal.sqlite3'}")
    if values.get("mode", Mode.DEVELOPMENT) == Mode.DEVELOPMENT and not problems:
        values.setdefault("secret_key", _development_key(instance))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_describe(dict(item)) for item in error.errors()]
    if problems:
        raise SettingsError("The settings are not usable:\n  " + "\n  ".join(problems))
    return settings


def _describe(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{variable(str(item['loc'][0]))}: {message}" if item["loc"] else message


def _development_key(instance: Path) -> str:
    """A key of this machine's own, so that nobody can run into a key that everybody knows."""
    path = instance / "secret-key"
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()
