"""The portal's environment: every variable it reads, typed, checked together, and named when wrong.

Read from, first wins: the process environment, `.env` in the project folder, and `env` in the state folder, where the
launcher writes the addresses of the embedded services and the generated secret key.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from zoneinfo import available_timezones

from dotenv.parser import parse_stream
from environs import Env, EnvError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

_RATE = re.compile(r"^[1-9]\d*/(second|minute|hour|day)$")
_OIDC = ("OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_SERVER_URL")


class ConfigurationError(Exception):
    """The environment cannot be used. The text names every variable at fault, what was read and the remedy."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: how it is read, what is accepted, and what to say when it is not."""

    name: str
    kind: str
    expects: str
    default: Any = ...
    accepts: Callable[[Any], bool] = lambda value: True
    secret: bool = False
    remedy: str = "See .env.example."


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The checked values; each field is the lower-case name of its variable."""

    secret_key: str
    identity_key: str
    signing_key: str
    retired_signing_keys: list[str]
    debug: bool
    allowed_hosts: list[str]
    base_url: str
    host: str
    port: int
    trusted_proxy_count: int
    database_url: str
    redis_url: str
    state_dir: Path
    facts_url: str
    facts_engine: str
    media_root: Path
    time_zone_business: str
    web_workers: int
    worker_concurrency: int
    oidc_name: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None
    oidc_server_url: str | None
    require_staff_mfa: bool
    email_url: str | None
    email_from: str
    log_format: str
    log_level: str
    upload_max_bytes: int
    throttle_anonymous: str
    throttle_user: str
    throttle_write: str
    model_notice_days: int
    model_long_notice_days: int
    model_many_affected_percent: int

    @property
    def has_oidc(self) -> bool:
        return self.oidc_client_id is not None

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the portal by TLS; secure cookies and HSTS follow from it."""
        return self.base_url.startswith("https://")

    @property
    def facts_root(self) -> Path:
        """The folder that FACTS_URL names."""
        return Path(unquote(urlsplit(self.facts_url).path))


def _has_scheme(*schemes: str) -> Callable[[str], bool]:
    def accepts(value: str) -> bool:
        try:
            parts = urlsplit(value)
            _ = parts.port
        except ValueError:
            return False
        return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))

    return accepts


def _is_postgres_url(value: str) -> bool:
    return _has_scheme("postgresql", "postgres")(value) and bool(urlsplit(value).path.strip("/"))


def _is_web_url(value: str) -> bool:
    return _has_scheme("http", "https")(value) and bool(urlsplit(value).hostname) and not value.endswith("/")


def _is_email_url(value: str) -> bool:
    return value == "console:" or _has_scheme("smtp", "smtps", "smtp+tls")(value)


def _within(low: int, high: int) -> Callable[[int], bool]:
    return lambda value: low <= value <= high


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value in values


def _file_url(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme == "file" and parts.netloc == "" and parts.path.startswith("/") and parts.path != "/"


def _is_facts_engine(value: str) -> bool:
    if value == "duckdb":
        return True
    hosts = value.removeprefix("spark://").split(",")
    return value.startswith("spark://") and all(re.fullmatch(r"[^\s/:,]+:\d{1,5}", host) for host in hosts)


def _is_key(value: str) -> bool:
    """32 bytes in base64url without padding: an Ed25519 seed or public key."""
    return bool(re.fullmatch(r"[A-Za-z0-9_-]{43}", value))


RATE = "a rate such as 60/minute (second, minute, hour or day)"

VARIABLES: tuple[Variable, ...] = (
    Variable(
        "SECRET_KEY",
        "str",
        "at least 32 characters that nobody can guess",
        accepts=lambda value: len(value) >= 32,
        secret=True,
        remedy="Run `make run` once, which generates one, or set it to the output of `openssl rand -base64 48`.",
    ),
    Variable(
        "IDENTITY_KEY",
        "str",
        "at least 32 characters that nobody can guess, other ones than in SECRET_KEY",
        accepts=lambda value: len(value) >= 32,
        secret=True,
        remedy="Run `make run` once, which generates one, or set it to the output of `openssl rand -base64 48`.",
    ),
    Variable(
        "SIGNING_KEY",
        "str",
        "an Ed25519 seed: 32 random bytes in base64url without padding, 43 characters",
        accepts=_is_key,
        secret=True,
        remedy="Run `make run` once, which generates one, or see .env.example for a command.",
    ),
    Variable(
        "RETIRED_SIGNING_KEYS",
        "list",
        "public keys of 43 characters in base64url, separated by commas",
        default=[],
        accepts=lambda keys: all(_is_key(key) for key in keys),
    ),
    Variable("DEBUG", "bool", "true or false", default=False),
    Variable(
        "ALLOWED_HOSTS",
        "list",
        "host names separated by commas",
        default=["localhost", "127.0.0.1", "[::1]"],
        accepts=lambda hosts: all(host and " " not in host and "/" not in host for host in hosts),
    ),
    Variable("PORT", "int", "a whole number from 1 to 65535", default=8000, accepts=_within(1, 65535)),
    Variable(
        "BASE_URL",
        "str",
        "an address without a slash at its end, such as https://paddock.example.com",
        default=None,
        accepts=_is_web_url,
    ),
    Variable("HOST", "str", "a host name or an IP address", default="127.0.0.1", accepts=lambda v: "/" not in v),
    Variable("TRUSTED_PROXY_COUNT", "int", "a whole number from 0 to 10", default=0, accepts=_within(0, 10)),
    Variable(
        "DATABASE_URL",
        "str",
        "postgresql://user:password@host:5432/name",
        accepts=_is_postgres_url,
        remedy="Run `make run`, which starts an embedded PostgreSQL, or set it to the address of your server.",
    ),
    Variable(
        "REDIS_URL",
        "str",
        "redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock",
        accepts=_has_scheme("redis", "rediss", "unix"),
        remedy="Run `make run`, which starts an embedded Redis, or set it to the address of your server.",
    ),
    Variable("STATE_DIR", "path", "the path of a folder", default=None),
    Variable("FACTS_URL", "str", "file:///absolute/folder", default=None, accepts=_file_url),
    Variable(
        "FACTS_ENGINE",
        "str",
        "duckdb, or spark://host:7077 for a Spark cluster",
        default="duckdb",
        accepts=_is_facts_engine,
    ),
    Variable("MEDIA_ROOT", "path", "the path of a folder", default=None),
    Variable(
        "TIME_ZONE_BUSINESS",
        "str",
        "an IANA time zone such as Asia/Shanghai",
        default="Asia/Shanghai",
        accepts=lambda value: value in available_timezones(),
    ),
    Variable("WEB_WORKERS", "int", "a whole number from 1 to 64", default=2, accepts=_within(1, 64)),
    Variable("WORKER_CONCURRENCY", "int", "a whole number from 1 to 64", default=2, accepts=_within(1, 64)),
    Variable("OIDC_NAME", "str", "the name shown on the sign-in button", default=None),
    Variable("OIDC_CLIENT_ID", "str", "the client id that the identity provider gave", default=None),
    Variable("OIDC_CLIENT_SECRET", "str", "the secret that the identity provider gave", default=None, secret=True),
    Variable("OIDC_SERVER_URL", "str", "an address such as https://id.example.com", default=None, accepts=_is_web_url),
    Variable("REQUIRE_STAFF_MFA", "bool", "true or false", default=False),
    Variable(
        "EMAIL_URL",
        "str",
        "smtp://user:password@host:25, smtp+tls://...:587, smtps://...:465 or console:",
        default=None,
        accepts=_is_email_url,
    ),
    Variable(
        "EMAIL_FROM",
        "str",
        "an address such as Paddock <portal@example.com>",
        default="Paddock <portal@localhost>",
        accepts=lambda value: "@" in value,
    ),
    Variable("LOG_FORMAT", "str", "console or json", default="json", accepts=_one_of("console", "json")),
    Variable(
        "LOG_LEVEL",
        "str",
        "DEBUG, INFO, WARNING or ERROR",
        default="INFO",
        accepts=_one_of("DEBUG", "INFO", "WARNING", "ERROR"),
    ),
    Variable(
        "UPLOAD_MAX_BYTES",
        "int",
        "a whole number of bytes from 1024 up",
        default=512 * 1024 * 1024,
        accepts=_within(1024, 2**40),
    ),
    Variable("THROTTLE_ANONYMOUS", "str", RATE, default="60/minute", accepts=lambda v: bool(_RATE.match(v))),
    Variable("THROTTLE_USER", "str", RATE, default="600/minute", accepts=lambda v: bool(_RATE.match(v))),
    Variable("THROTTLE_WRITE", "str", RATE, default="120/minute", accepts=lambda v: bool(_RATE.match(v))),
    Variable("MODEL_NOTICE_DAYS", "int", "days from 0 to 365", default=7, accepts=_within(0, 365)),
    Variable("MODEL_LONG_NOTICE_DAYS", "int", "days from 0 to 365", default=15, accepts=_within(0, 365)),
    Variable("MODEL_MANY_AFFECTED_PERCENT", "int", "per cent from 0 to 100", default=10, accepts=_within(0, 100)),
)


def load(*, project: Path = BASE_DIR) -> Environment:
    """Read and check every variable; `ConfigurationError` lists all problems at once."""
    values, problems = _read(_open(project))
    problems += _oidc_problems(values)
    if problems:
        raise ConfigurationError("The portal's configuration cannot be used:\n" + "\n".join(f"  {p}" for p in problems))
    return _complete(values, project)


def read_sources(project: Path = BASE_DIR, *, generated: bool = True) -> dict[str, str]:
    """The raw texts of the portal's variables, without the empty ones; `generated` includes what the launcher wrote."""
    env = _open(project, generated=generated)
    return {variable.name: text for variable in VARIABLES if (text := _text(env, variable))}


def state_dir(source: Mapping[str, Any], project: Path = BASE_DIR) -> Path:
    """The folder of the portal's own data: STATE_DIR, or `.local` in the project."""
    return (project / source["STATE_DIR"]).absolute() if source.get("STATE_DIR") else project / ".local"


def masked(url: str) -> str:
    """The address with its password hidden, fit for messages and logs."""
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url
    except ValueError:
        return "(hidden)"
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{where}"))


def _open(project: Path, *, generated: bool = True) -> Env:
    env = Env()
    _read_file(env, project / ".env")
    if generated:
        _read_file(env, state_dir({"STATE_DIR": env.str("STATE_DIR", "").strip()}, project) / "env")
    return env


def _read_file(env: Env, path: Path) -> None:
    """Take over the lines of a file, if it is there; a line that says nothing must not pass in silence."""
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8") as file:
            wrong = [line.original.line for line in parse_stream(file) if line.error]
    except (UnicodeDecodeError, IsADirectoryError):
        raise ConfigurationError(f"{path} is not a text file in UTF-8; save it as one, or remove it.") from None
    if wrong:
        raise ConfigurationError(f"{path}: line {wrong[0]} cannot be read; write NAME=value, with # before a comment.")
    env.read_env(path, recurse=False)


def _text(env: Env, variable: Variable) -> str:
    return env.str(variable.name, "").strip()


def _read(env: Env) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in VARIABLES:
        text = _text(env, variable)
        if text:
            try:
                values[variable.name] = getattr(env, variable.kind)(variable.name, validate=_checked(variable))
            except EnvError:
                problems.append(
                    f"{variable.name}: read {_shown(variable, text)}, expected {variable.expects}. {variable.remedy}"
                )
        elif variable.default is ...:
            problems.append(f"{variable.name} is not set, expected {variable.expects}. {variable.remedy}")
        else:
            values[variable.name] = variable.default
    return values, problems


def _checked(variable: Variable) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if not variable.accepts(value):
            raise ValidationError(variable.expects)

    return check


def _shown(variable: Variable, text: str) -> str:
    return f"a value of {len(text)} characters (hidden)" if variable.secret else f'"{masked(text)}"'


def _oidc_problems(values: Mapping[str, Any]) -> list[str]:
    missing = [name for name in _OIDC if name in values and values[name] is None]
    if not missing or len(missing) == len(_OIDC):
        return []
    return [f"{', '.join(missing)}: not set; OpenID Connect needs all of {', '.join(_OIDC)}, or none of them."]


def _complete(values: dict[str, Any], project: Path) -> Environment:
    state = values["STATE_DIR"] = state_dir(values, project)
    values["FACTS_URL"] = values["FACTS_URL"] or (state / "facts").as_uri()
    values["MEDIA_ROOT"] = project / values["MEDIA_ROOT"] if values["MEDIA_ROOT"] else state / "media"
    values["BASE_URL"] = values["BASE_URL"] or f"http://localhost:{values['PORT']}"
    return Environment(**{name.lower(): value for name, value in values.items()})
