"""Which endpoint a command talks to: flags, where its batch lives, the environment, the configuration."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from simpleturk.config.urls import is_url
from simpleturk.errors import UsageError, WrongMarketplace
from simpleturk.mturk.limits import AMAZON_MAX_QUESTION_BYTES, MAX_QUESTION_BYTES

#: Amazon's endpoints, as botocore's endpoint rules give them.
AMAZON = {
    "sandbox": "https://mturk-requester-sandbox.us-east-1.amazonaws.com",
    "prod": "https://mturk-requester.us-east-1.amazonaws.com",
}

#: What the embedded marketplace is called in the client; no host of this name is ever asked.
LOCAL_URL = "http://local.simpleturk.invalid"


@dataclass(frozen=True)
class EndpointOptions:
    """What the user said about the marketplace: flags, credentials' profile, the local marketplace's database.

    `typed` names the options that stood on the command line; --database there means the local marketplace.
    `concurrency` is how many calls may be in flight (None: as usual), `config` a file of simple-amt's.
    """

    local: bool = False
    sandbox: bool = False
    prod: bool = False
    endpoint_url: str | None = None
    profile: str | None = None
    database: Path | None = None
    typed: frozenset[str] = frozenset()

    def is_typed(self, option: str) -> bool:
        """Whether an option stood on the command line, and not just in the configuration."""
        return option in self.typed

    concurrency: int | None = None
    config: Path | None = None

    @property
    def flags(self) -> list[str]:
        """The marketplace flags that were given, as they are spelled."""
        said = {"--local": self.local, "--sandbox": self.sandbox, "--prod": self.prod}
        return [flag for flag, given in said.items() if given] + (["--endpoint-url"] if self.endpoint_url else [])


@dataclass(frozen=True)
class Endpoint:
    """A marketplace: its name, its endpoint (for `local` the address of nothing), whether it spends real money."""

    name: str
    endpoint_url: str
    spends_money: bool

    @property
    def is_local(self) -> bool:
        """Whether it is the embedded one."""
        return self.endpoint_url == LOCAL_URL

    @property
    def is_amazon(self) -> bool:
        """Whether Amazon's fees and limits hold."""
        host = urlsplit(self.endpoint_url).hostname or ""
        return host == "amazonaws.com" or host.endswith(".amazonaws.com")

    @property
    def max_question_bytes(self) -> int:
        """How large a question may be, in bytes of UTF-8."""
        return AMAZON_MAX_QUESTION_BYTES if self.is_amazon else MAX_QUESTION_BYTES

    @property
    def flag(self) -> str:
        """The option that names it."""
        return f"--{self.name}" if self.name in ("local", "sandbox", "prod") else f"--endpoint-url {self.endpoint_url}"


class Home(NamedTuple):
    """Where a batch was launched, as its record says: the marketplace's name at that time, and its endpoint."""

    name: str
    endpoint_url: str


def resolve(where: EndpointOptions, endpoints: dict[str, str], home: Home | None, acts: bool) -> Endpoint:
    """The marketplace that a command works on.

    An explicit flag first, then where the batch lives, then AWS_ENDPOINT_URL_MTURK, then `local`. `acts` says that the
    command spends or undoes something: then a marketplace with real money has to be named by its flag.

    Raises UsageError for two flags, WrongMarketplace when the flag and the batch disagree or the flag is missing.
    """
    flags = where.flags
    if len(flags) > 1:
        raise UsageError(f"{' and '.join(flags)} name two marketplaces", "give one of them")
    if where.is_typed("database") and flags and flags != ["--local"]:
        raise UsageError(f"--database is the local marketplace's, {flags[0]} is another one")
    said = _said(where, endpoints) if flags else None
    lives = _home_endpoint(home, endpoints) if home else None
    if said and lives and said.endpoint_url.rstrip("/") != lives.endpoint_url.rstrip("/"):
        raise WrongMarketplace(
            f"this batch lives on {named(lives)}, not on {named(said)}", f"say {lives.flag}, or name another --ids"
        )
    environment = os.environ.get("AWS_ENDPOINT_URL_MTURK") if not where.is_typed("database") else None
    if environment and not (said or lives):
        _check_url("AWS_ENDPOINT_URL_MTURK", environment)
    found = said or lives or _marketplace("endpoint" if environment else "local", environment or LOCAL_URL)
    if acts and found.spends_money and not said:
        raise WrongMarketplace(f"{named(found)} spends real money, so it has to be named", f"add {found.flag}")
    return found


def _check_url(origin: str, text: str) -> None:
    if not is_url(text):
        raise UsageError(f"{origin} {text} is not a URL", "write it as https://host")


def _said(where: EndpointOptions, endpoints: dict[str, str]) -> Endpoint:
    if where.endpoint_url:
        _check_url("--endpoint-url", where.endpoint_url)
        return _marketplace("endpoint", where.endpoint_url)
    name = "prod" if where.prod else "sandbox" if where.sandbox else "local"
    return _marketplace(name, endpoints.get(name) or AMAZON.get(name, LOCAL_URL))


def _home_endpoint(home: Home, endpoints: dict[str, str]) -> Endpoint:
    """Where a batch lives. A record's name counts only with the endpoint that this name means: files can be edited."""
    known = {"local": LOCAL_URL, "sandbox": endpoints.get("sandbox") or AMAZON["sandbox"], "prod": home.endpoint_url}
    named = known.get(home.name) == home.endpoint_url
    return _marketplace(home.name if named else "endpoint", home.endpoint_url)


def _marketplace(name: str, endpoint_url: str) -> Endpoint:
    """Real money is spent on production, and on any endpoint that is neither the sandbox nor on this machine."""
    host = urlsplit(endpoint_url).hostname or ""
    free = host == urlsplit(AMAZON["sandbox"]).hostname or host in ("localhost", "127.0.0.1", "::1")
    spends = name == "prod" or (name == "endpoint" and not free)
    return Endpoint(name, endpoint_url, spends)


def named(marketplace: Endpoint) -> str:
    """A marketplace as messages call it: its name, or its address where the name says too little."""
    shown = marketplace.name in ("local", "sandbox") or marketplace.endpoint_url == AMAZON.get(marketplace.name)
    return marketplace.name if shown else f"{marketplace.endpoint_url}"
