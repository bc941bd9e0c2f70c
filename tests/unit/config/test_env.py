"""Every variable: read when right, its default when not set, named together with the others when wrong."""

import re
from pathlib import Path
from typing import Any

import pytest

from config import env

KEY = "k" * 32
SEED, PUBLIC, OTHER = "s" * 43, "p" * 43, "_-" * 21 + "A"
REQUIRED = {
    "SECRET_KEY": KEY,
    "IDENTITY_KEY": KEY,
    "SIGNING_KEY": SEED,
    "DATABASE_URL": "postgresql://paddock:hidden@db:5432/paddock",
    "REDIS_URL": "redis://:hidden@cache:6379/0",
}
OIDC = {
    "OIDC_NAME": "Company",
    "OIDC_CLIENT_ID": "paddock",
    "OIDC_CLIENT_SECRET": "client-secret",
    "OIDC_SERVER_URL": "https://id.example.com",
}
GOOD: dict[str, tuple[str, Any]] = {
    "SECRET_KEY": (KEY, KEY),
    "IDENTITY_KEY": (KEY, KEY),
    "SIGNING_KEY": (SEED, SEED),
    "RETIRED_SIGNING_KEYS": (f"{PUBLIC},{OTHER}", [PUBLIC, OTHER]),
    "DEBUG": ("true", True),
    "ALLOWED_HOSTS": ("a.example.com,b.example.com", ["a.example.com", "b.example.com"]),
    "PORT": ("8001", 8001),
    "BASE_URL": ("https://paddock.example.com", "https://paddock.example.com"),
    "HOST": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - read, not bound
    "TRUSTED_PROXY_COUNT": ("1", 1),
    "DATABASE_URL": ("postgresql://postgres@/paddock?host=/run/pg", "postgresql://postgres@/paddock?host=/run/pg"),
    "REDIS_URL": ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=0"),
    "STATE_DIR": ("/srv/paddock", Path("/srv/paddock")),
    "FACTS_URL": ("file:///srv/facts", "file:///srv/facts"),
    "FACTS_ENGINE": ("spark://10.0.0.5:7077,10.0.0.6:7077", "spark://10.0.0.5:7077,10.0.0.6:7077"),
    "MEDIA_ROOT": ("/srv/media", Path("/srv/media")),
    "TIME_ZONE_BUSINESS": ("Europe/Berlin", "Europe/Berlin"),
    "WEB_WORKERS": ("4", 4),
    "WORKER_CONCURRENCY": ("3", 3),
    **{name: (text, text) for name, text in OIDC.items()},
    "REQUIRE_STAFF_MFA": ("true", True),
    "EMAIL_URL": ("smtp+tls://u:p@mail.example.com:587", "smtp+tls://u:p@mail.example.com:587"),
    "EMAIL_FROM": ("Portal <p@example.com>", "Portal <p@example.com>"),
    "LOG_FORMAT": ("console", "console"),
    "LOG_LEVEL": ("DEBUG", "DEBUG"),
    "UPLOAD_MAX_BYTES": ("1048576", 1048576),
    "THROTTLE_ANONYMOUS": ("10/second", "10/second"),
    "THROTTLE_USER": ("20/hour", "20/hour"),
    "THROTTLE_WRITE": ("30/day", "30/day"),
    "MODEL_NOTICE_DAYS": ("10", 10),
    "MODEL_LONG_NOTICE_DAYS": ("30", 30),
    "MODEL_MANY_AFFECTED_PERCENT": ("5", 5),
}
DEFAULTS: dict[str, Any] = {
    "retired_signing_keys": [],
    "debug": False,
    "allowed_hosts": ["localhost", "127.0.0.1", "[::1]"],
    "port": 8000,
    "base_url": "http://localhost:8000",
    "host": "127.0.0.1",
    "trusted_proxy_count": 0,
    "time_zone_business": "Asia/Shanghai",
    "web_workers": 2,
    "worker_concurrency": 2,
    "oidc_name": None,
    "oidc_client_id": None,
    "oidc_client_secret": None,
    "oidc_server_url": None,
    "require_staff_mfa": False,
    "email_url": None,
    "email_from": "Paddock <portal@localhost>",
    "log_format": "json",
    "log_level": "INFO",
    "upload_max_bytes": 512 * 1024 * 1024,
    "throttle_anonymous": "60/minute",
    "throttle_user": "600/minute",
    "throttle_write": "120/minute",
    "model_notice_days": 7,
    "model_long_notice_days": 15,
    "model_many_affected_percent": 10,
}
MALFORMED = [
    ("SECRET_KEY", "too-short"),
    ("IDENTITY_KEY", "too-short"),
    ("SIGNING_KEY", "s" * 42),
    ("SIGNING_KEY", "s" * 42 + "="),
    ("RETIRED_SIGNING_KEYS", f"{PUBLIC},short"),
    ("DEBUG", "perhaps"),
    ("ALLOWED_HOSTS", "a.example.com,,b.example.com"),
    ("ALLOWED_HOSTS", "https://a.example.com"),
    ("PORT", "eighty"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("BASE_URL", "paddock.example.com"),
    ("BASE_URL", "https://paddock.example.com/"),
    ("HOST", "http://localhost"),
    ("TRUSTED_PROXY_COUNT", "-1"),
    ("DATABASE_URL", "mysql://u:hidden@db/paddock"),
    ("DATABASE_URL", "postgresql://u:hidden@db"),
    ("DATABASE_URL", "postgresql://u:hidden@db:99999/paddock"),
    ("REDIS_URL", "http://cache:6379"),
    ("FACTS_URL", "s3://bucket/facts"),
    ("FACTS_URL", "file:///"),
    ("FACTS_ENGINE", "spark"),
    ("FACTS_ENGINE", "spark://host"),
    ("FACTS_ENGINE", "spark://user@host:7077/path"),
    ("FACTS_ENGINE", "spark://a:7077,"),
    ("TIME_ZONE_BUSINESS", "Shanghai"),
    ("WEB_WORKERS", "0"),
    ("WORKER_CONCURRENCY", "many"),
    ("OIDC_SERVER_URL", "id.example.com"),
    ("REQUIRE_STAFF_MFA", "sometimes"),
    ("EMAIL_URL", "mail.example.com"),
    ("EMAIL_FROM", "Portal"),
    ("LOG_FORMAT", "xml"),
    ("LOG_LEVEL", "info"),
    ("UPLOAD_MAX_BYTES", "512 MB"),
    ("THROTTLE_ANONYMOUS", "60"),
    ("THROTTLE_USER", "0/minute"),
    ("THROTTLE_WRITE", "5/week"),
    ("MODEL_NOTICE_DAYS", "a week"),
    ("MODEL_LONG_NOTICE_DAYS", "366"),
    ("MODEL_MANY_AFFECTED_PERCENT", "101"),
]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in env.VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)


@pytest.fixture
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in REQUIRED.items():
        monkeypatch.setenv(name, text)


def refusal(project: Path) -> str:
    with pytest.raises(env.ConfigurationError) as caught:
        env.load(project=project)
    return str(caught.value)


def test_the_tables_above_cover_every_variable() -> None:
    assert set(GOOD) == {variable.name for variable in env.VARIABLES}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_good_value_is_read_typed(name: str, required: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text, expected = GOOD[name]
    for other, value in {**OIDC, name: text}.items():
        monkeypatch.setenv(other, value)
    assert getattr(env.load(project=tmp_path), name.lower()) == expected


def test_defaults_are_those_of_production(required: None, tmp_path: Path) -> None:
    environment = env.load(project=tmp_path)
    assert {name: getattr(environment, name) for name in DEFAULTS} == DEFAULTS
    assert environment.state_dir == tmp_path / ".local"
    assert environment.facts_root == tmp_path / ".local" / "facts"
    assert environment.media_root == tmp_path / ".local" / "media"
    assert not environment.is_https
    assert not environment.has_oidc


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_missing_value_names_itself_and_the_remedy(
    name: str, required: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(name)
    text = refusal(tmp_path)
    assert f"{name} is not set" in text
    assert "make run" in text
    assert text.count("\n") == 1


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_malformed_value_names_itself_what_was_read_and_what_is_expected(
    name: str, value: str, required: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for other, text in {**OIDC, name: value}.items():
        monkeypatch.setenv(other, text)
    variable = next(variable for variable in env.VARIABLES if variable.name == name)
    text = refusal(tmp_path)
    assert text.count("\n") == 1
    assert f"{name}: read " in text
    assert variable.expects in text
    assert "hidden@" not in text
    if variable.secret:
        assert value not in text


def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("OIDC_NAME", "Company")
    text = refusal(tmp_path)
    for part in (
        "SECRET_KEY",
        "IDENTITY_KEY",
        "SIGNING_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        'PORT: read "eighty"',
        "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET",
    ):
        assert part in text


def test_empty_value_counts_as_not_set(required: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT", "")
    assert env.load(project=tmp_path).port == 8000


def test_process_wins_over_dotenv_wins_over_what_the_launcher_wrote(
    required: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "env").write_text("PORT='8001'\nWEB_WORKERS='5'\nLOG_LEVEL='ERROR'\n")
    (tmp_path / ".env").write_text("PORT=8002\nWEB_WORKERS=6\n")
    monkeypatch.setenv("PORT", "8003")
    environment = env.load(project=tmp_path)
    assert (environment.port, environment.web_workers, environment.log_level) == (8003, 6, "ERROR")
    assert "LOG_LEVEL" not in env.read_sources(tmp_path, generated=False)


def test_state_folder_of_dotenv_is_where_the_generated_values_are_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".env").write_text("STATE_DIR=elsewhere\n")
    (tmp_path / "elsewhere" / "env").write_text("".join(f"{name}='{text}'\n" for name, text in REQUIRED.items()))
    environment = env.load(project=tmp_path)
    assert environment.state_dir == tmp_path / "elsewhere"
    assert environment.secret_key == KEY


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PORT=8001\nPORT eighty\n", ".env: line 2 cannot be read; write NAME=value"),
        (b"EMAIL_FROM=caf\xe9@example.com\n", ".env is not a text file in UTF-8"),
    ],
)
def test_dotenv_that_cannot_be_read_names_itself_and_the_remedy(
    content: bytes, sentence: str, required: None, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(content)
    assert sentence in refusal(tmp_path)


def test_folder_named_dotenv_is_refused(required: None, tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert ".env is not a text file in UTF-8" in refusal(tmp_path)


def test_password_in_an_address_is_masked() -> None:
    assert env.masked("postgresql://paddock:geheim@db:5432/x") == "postgresql://paddock:***@db:5432/x"
    assert env.masked("redis://:geheim@cache:6379/0") == "redis://:***@cache:6379/0"
    assert env.masked("redis://cache:6379/0") == "redis://cache:6379/0"


def test_example_file_lists_every_variable_once() -> None:
    text = (env.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(variable.name for variable in env.VARIABLES)
