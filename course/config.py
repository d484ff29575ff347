"""Settings: one frozen object, read once from the environment, all mistakes reported at once."""

import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

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


def _is_server(url: str, schemes: set[str]) -> bool:
    """Whether ``url`` names a host; a port that is no number raises :exc:`ValueError`."""
    parts = urlsplit(url)
    return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0


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
    if url and not _is_server(url, {"smtp", "smtps"}):
        raise ValueError("must look like smtp://user:password@host:587 or smtps://host:465")
    return url


def _origin(url: str) -> str:
    if not _is_server(url, {"http", "https"}) or urlsplit(url).path not in {"", "/"}:
        raise ValueError("must be an address without a path, such as https://leren.example.org")
    return url.rstrip("/")


class Settings(BaseModel):
    """Everything that differs between installations. README.md has the table for operators."""

    # What is not set is checked too, for production asks more than the defaults give.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    mode: Mode = Mode.DEVELOPMENT  # first, because other fields are stricter in production
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

    @field_validator("secret_key")
    @classmethod
    def _is_hard_to_guess(cls, key: str, info: ValidationInfo) -> str:
        if info.data.get("mode") is Mode.PRODUCTION and len(key) < SECRET_KEY_LENGTH:
            raise ValueError(
                f"production needs at least {SECRET_KEY_LENGTH} characters, here or in a file "
                "that SECRET_KEY_FILE names; make one with: "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return key

    @field_validator("base_url")
    @classmethod
    def _is_encrypted(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("mode") is Mode.PRODUCTION and not url.startswith("https://"):
            raise ValueError("production needs an address with https://")
        return url

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
            except UnicodeDecodeError:
                problems.append(f"{name}_FILE: cannot read {path}: it is no text in UTF-8")
    files = {f"{name}_FILE" for name in known}
    problems += [
        f"{name}: unknown setting; the known ones are in README.md"
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in known and name not in files
    ]
    instance = Path(values.get("instance", "instance")).resolve()
    values.setdefault("database_url", f"sqlite:///{instance / 'weegschaal.sqlite3'}")
    is_development = values.get("mode", Mode.DEVELOPMENT) == Mode.DEVELOPMENT
    if is_development and "secret_key" not in values and not problems:
        values["secret_key"] = _development_key(instance)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_describe(dict(item)) for item in error.errors()]
    if problems:
        raise SettingsError("The settings are not usable:\n  " + "\n  ".join(problems))
    return settings


def _describe(item: dict[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{variable(str(item['loc'][0]))}: {message}"


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
