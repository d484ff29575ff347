import stat
from pathlib import Path

import pytest

from course.config import Mode, Settings, SettingsError, from_env, variable

KEY = "0123456789abcdef0123456789abcdef"  # 32 characters
PRODUCTION = {
    "WEEGSCHAAL_MODE": "production",
    "SECRET_KEY": KEY,
    "WEEGSCHAAL_BASE_URL": "https://leren.example.org",
}


def complaints(environ: dict[str, str]) -> list[str]:
    """What the settings say is wrong: a line for each variable."""
    with pytest.raises(SettingsError) as refused:
        from_env(environ)
    title, *lines = str(refused.value).splitlines()
    assert title == "The settings are not usable:"
    return [line.strip() for line in lines]


def settings_of(environ: dict[str, str], tmp_path: Path) -> Settings:
    return from_env({"WEEGSCHAAL_INSTANCE": str(tmp_path / "instance"), **environ})


# --- Defaults ------------------------------------------------------------------------------


def test_an_empty_environment_gives_a_development_site_on_the_instance_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = from_env({})
    assert settings.mode is Mode.DEVELOPMENT
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/weegschaal.sqlite3"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.redis_url, settings.mail_url, settings.proxies) == ("", "", 0)


def test_the_environment_of_the_machine_itself_does_no_harm(tmp_path: Path) -> None:
    settings = settings_of({"PATH": "/bin", "HOME": "/", "MODE": "x", "CONTENT": "y"}, tmp_path)
    assert settings.content == Path("content")


def test_settings_cannot_be_changed_while_running(tmp_path: Path) -> None:
    settings = settings_of({}, tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.proxies = 3  # type: ignore[misc]  # that it may not is what this tests


def test_settings_do_not_print_their_secrets(tmp_path: Path) -> None:
    secret = {
        "SECRET_KEY": f"{KEY}-geheim",
        "DATABASE_URL": "postgresql://x:geheim@db/x",
        "REDIS_URL": "redis://:geheim@redis",
        "WEEGSCHAAL_MAIL_URL": "smtp://x:geheim@mail",
    }
    assert "geheim" not in repr(settings_of(secret, tmp_path))


# --- The secret key ------------------------------------------------------------------------


def test_development_makes_a_key_of_its_own_once_and_for_nobody_else_to_read(
    tmp_path: Path,
) -> None:
    first = settings_of({}, tmp_path)
    again = settings_of({}, tmp_path)
    elsewhere = settings_of({}, tmp_path / "elsewhere")
    assert len(first.secret_key) >= 32
    assert again.secret_key == first.secret_key
    assert elsewhere.secret_key != first.secret_key
    kept = tmp_path / "instance" / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_key_from_the_environment_leaves_no_file(tmp_path: Path) -> None:
    assert settings_of({"SECRET_KEY": "kort"}, tmp_path).secret_key == "kort"
    assert not (tmp_path / "instance").exists()


def test_production_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        settings_of({**PRODUCTION, "SECRET_KEY": ""}, tmp_path)
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("key", [None, "", KEY[:-1]])
def test_production_refuses_to_start_without_a_long_key(key: str | None) -> None:
    environ = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    if key is not None:
        environ["SECRET_KEY"] = key
    assert complaints(environ) == [
        "SECRET_KEY: production needs at least 32 characters, here or in a file that "
        "SECRET_KEY_FILE names; make one with: "
        "python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    ]


def test_production_starts_with_a_long_key_and_https() -> None:
    settings = from_env(PRODUCTION)
    assert settings.is_production
    assert settings.secret_key == KEY


@pytest.mark.parametrize("url", ["http://leren.example.org", "http://127.0.0.1:8000", None])
def test_production_refuses_to_start_on_http(url: str | None) -> None:
    environ = {**PRODUCTION, "WEEGSCHAAL_BASE_URL": url}
    given = {name: value for name, value in environ.items() if value is not None}
    assert complaints(given) == ["WEEGSCHAAL_BASE_URL: production needs an address with https://"]


# --- Wrong values --------------------------------------------------------------------------

WRONG = {
    "DATABASE_URL": "mysql://localhost/x",
    "REDIS_URL": "http://localhost",
    "WEEGSCHAAL_MAIL_URL": "mail.example.org",
    "WEEGSCHAAL_BASE_URL": "leren.example.org",
    "WEEGSCHAAL_PROXIES": "6",
    "WEEGSCHAAL_SESSION_DAYS": "0",
    "WEEGSCHAAL_WORKERS": "many",
    "WEEGSCHAAL_LOG_LEVEL": "loud",
    "WEEGSCHAAL_COLOUR": "blue",
}


def test_every_wrong_variable_is_named_at_once(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    environ = {**WRONG, "WEEGSCHAAL_MODE": "test", "SECRET_KEY_FILE": str(missing)}
    assert sorted(complaints(environ)) == [
        "DATABASE_URL: must start with sqlite:/// or postgresql://",
        "REDIS_URL: must start with redis://, rediss:// or unix://",
        f"SECRET_KEY_FILE: cannot read {missing}: No such file or directory",
        "WEEGSCHAAL_BASE_URL: must be an address without a path, such as https://leren.example.org",
        "WEEGSCHAAL_COLOUR: unknown setting; the known ones are in README.md",
        "WEEGSCHAAL_LOG_LEVEL: String should match pattern '^(debug|info|warning|error)$'",
        "WEEGSCHAAL_MAIL_URL: must look like smtp://user:password@host:587 or smtps://host:465",
        "WEEGSCHAAL_MODE: Input should be 'development' or 'production'",
        "WEEGSCHAAL_PROXIES: Input should be less than or equal to 5",
        "WEEGSCHAAL_SESSION_DAYS: Input should be greater than or equal to 1",
        "WEEGSCHAAL_WORKERS: Input should be a valid integer, unable to parse string as an integer",
    ]


def test_what_production_asks_is_named_together_with_the_rest() -> None:
    environ = {"WEEGSCHAAL_MODE": "production", "WEEGSCHAAL_WORKERS": "0", "REDIS_URL": "x"}
    assert [line.split(":")[0] for line in complaints(environ)] == [
        "SECRET_KEY",
        "REDIS_URL",
        "WEEGSCHAAL_BASE_URL",
        "WEEGSCHAAL_WORKERS",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "postgresql://[db/x"),
        ("REDIS_URL", "localhost:6379"),
        ("WEEGSCHAAL_MAIL_URL", "smtp://"),
        ("WEEGSCHAAL_MAIL_URL", "http://mail.example.org"),
        ("WEEGSCHAAL_MAIL_URL", "smtp://mail.example.org:submission"),
        ("WEEGSCHAAL_MAIL_URL", "smtp://mail.example.org:99999"),
        ("WEEGSCHAAL_BASE_URL", ""),
        ("WEEGSCHAAL_BASE_URL", "https://leren.example.org/weegschaal"),
        ("WEEGSCHAAL_BASE_URL", "https://leren.example.org:https"),
        ("WEEGSCHAAL_BASE_URL", "ftp://leren.example.org"),
        ("WEEGSCHAAL_PROXIES", "-1"),
        ("WEEGSCHAAL_SESSION_DAYS", "91"),
        ("WEEGSCHAAL_WORKERS", "65"),
        ("WEEGSCHAAL_LOG_LEVEL", "INFO!"),
    ],
)
def test_a_value_that_cannot_work_is_refused_before_the_site_starts(name: str, value: str) -> None:
    (complaint,) = complaints({"SECRET_KEY": KEY, name: value})
    assert complaint.startswith(f"{name}: ")


def test_a_mistyped_setting_is_refused_and_not_ignored() -> None:
    assert complaints({"WEEGSCHAAL_PROXYS": "1", "WEEGSCHAAL_PROXYS_FILE": "/x"}) == [
        "WEEGSCHAAL_PROXYS: unknown setting; the known ones are in README.md",
        "WEEGSCHAAL_PROXYS_FILE: unknown setting; the known ones are in README.md",
    ]


# --- Where a value comes from ---------------------------------------------------------------


def test_a_file_can_hold_any_setting(tmp_path: Path) -> None:
    files = {}
    for name, value in {**PRODUCTION, "DATABASE_URL": "postgresql://db/x"}.items():
        path = tmp_path / name.lower()
        path.write_text(f"{value}\n", encoding="utf-8")
        files[f"{name}_FILE"] = str(path)
    settings = from_env(files)
    assert settings.secret_key == KEY
    assert settings.is_production
    assert settings.database_url == "postgresql+psycopg://db/x"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    (complaint,) = complaints({"SECRET_KEY_FILE": str(path)})
    assert complaint.startswith(f"SECRET_KEY_FILE: cannot read {path}: ")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("secret_key", "SECRET_KEY"),
        ("database_url", "DATABASE_URL"),
        ("redis_url", "REDIS_URL"),
        ("mail_url", "WEEGSCHAAL_MAIL_URL"),
        ("session_days", "WEEGSCHAAL_SESSION_DAYS"),
    ],
)
def test_hosting_platforms_know_three_variables_and_the_rest_are_ours(
    field: str, name: str
) -> None:
    assert variable(field) == name


# --- Addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/x?sslmode=require", "postgresql+psycopg://u:p@db/x?sslmode=require"),
        ("postgresql://db/x", "postgresql+psycopg://db/x"),
        ("postgresql+psycopg://db/x", "postgresql+psycopg://db/x"),
        ("sqlite:////srv/x.sqlite3", "sqlite:////srv/x.sqlite3"),
    ],
)
def test_a_postgresql_address_gets_the_driver_that_we_have(
    tmp_path: Path, given: str, used: str
) -> None:
    settings = settings_of({"DATABASE_URL": given}, tmp_path)
    assert settings.database_url == used
    assert settings.is_sqlite is used.startswith("sqlite")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://post:p%40ss%3Aword@mail.example.org:587",
            ("mail.example.org", 587, "post", "p@ss:word", False),
        ),
        ("smtps://post:geheim@mail.example.org", ("mail.example.org", 465, "post", "geheim", True)),
        ("smtps://mail.example.org:4650", ("mail.example.org", 4650, "", "", True)),
        ("smtp://localhost", ("localhost", 25, "", "", False)),
    ],
)
def test_the_address_of_a_mail_server_tells_who_signs_in_and_whether_tls_comes_first(
    tmp_path: Path, url: str, server: tuple[str, int, str, str, bool]
) -> None:
    found = settings_of({"WEEGSCHAAL_MAIL_URL": url}, tmp_path).smtp()
    assert (found["host"], found["port"], found["user"], found["password"], found["tls"]) == server


def test_an_address_may_end_in_a_slash(tmp_path: Path) -> None:
    settings = settings_of({"WEEGSCHAAL_BASE_URL": "https://leren.example.org/"}, tmp_path)
    assert settings.base_url == "https://leren.example.org"
