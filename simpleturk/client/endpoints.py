"""The endpoint that a command uses: from its flags, its batch, the environment and the configuration."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from simpleturk.config.urls import is_url
from simpleturk.errors import UsageError, WrongMarketplace, suggestion
from simpleturk.mturk.limits import AMAZON_MAX_QUESTION_BYTES, MAX_QUESTION_BYTES

#: Host names of this computer.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

#: Amazon's endpoints, as botocore's endpoint rules give them.
AMAZON = {
    "sandbox": "https://mturk-requester-sandbox.us-east-1.amazonaws.com",
    "prod": "https://mturk-requester.us-east-1.amazonaws.com",
}

#: Names of marketplaces in sentences.
_TITLES = {"local": "the local marketplace", "sandbox": "the sandbox", "prod": "production"}

#: The URL of the local marketplace in its client. No request is ever sent to a host of this name.
LOCAL_URL = "http://local.simpleturk.invalid"


@dataclass(frozen=True)
class EndpointOptions:
    """The options of a command that concern the marketplace.

    `profile` names AWS credentials, `database` is the local marketplace's file, `config` a file of simple-amt's. `on`
    names a marketplace of the configuration. `concurrency` is how many calls may be in flight (None: the default).
    `typed` names the options on the command line; --database there means the local marketplace.
    """

    local: bool = False
    sandbox: bool = False
    prod: bool = False
    on: str | None = None
    endpoint_url: str | None = None
    profile: str | None = None
    database: Path | None = None
    typed: frozenset[str] = frozenset()
    concurrency: int | None = None
    config: Path | None = None

    def is_typed(self, option: str) -> bool:
        """Whether an option is on the command line, not only in the environment or the configuration."""
        return option in self.typed

    @property
    def flags(self) -> list[str]:
        """The marketplace flags on the command line, as the user spells them."""
        flags = {
            "--local": self.local,
            "--sandbox": self.sandbox,
            "--prod": self.prod,
            f"--on {self.on}": bool(self.on),
            "--endpoint-url": bool(self.endpoint_url),
        }
        return [flag for flag, is_set in flags.items() if is_set]


@dataclass(frozen=True)
class Endpoint:
    """A marketplace: its name, the URL of its API, and whether it spends real money."""

    name: str
    endpoint_url: str
    spends_money: bool

    @property
    def title(self) -> str:
        """Its name in messages; the URL if it has no name of its own."""
        return self.endpoint_url if self.name == "endpoint" else _TITLES.get(self.name, self.name)

    @property
    def is_local(self) -> bool:
        """Whether it is the marketplace on this computer, which needs no server."""
        return self.endpoint_url == LOCAL_URL

    @property
    def is_amazon(self) -> bool:
        """Whether Amazon's fees and limits apply."""
        host = urlsplit(self.endpoint_url).hostname or ""
        return host == "amazonaws.com" or host.endswith(".amazonaws.com")

    @property
    def is_on_this_computer(self) -> bool:
        """Whether its server, if it needs one, runs on this computer."""
        return self.is_local or urlsplit(self.endpoint_url).hostname in _LOOPBACK

    @property
    def max_question_bytes(self) -> int:
        """The largest size of a question, in bytes of UTF-8."""
        return AMAZON_MAX_QUESTION_BYTES if self.is_amazon else MAX_QUESTION_BYTES

    @property
    def takes_uploads(self) -> bool:
        """Whether it stores the files that workers choose in file fields."""
        return not self.is_amazon

    @property
    def asks_opinion(self) -> bool:
        """Whether its site asks workers the questions of the property Opinion."""
        return not self.is_amazon

    @property
    def flag(self) -> str:
        """The option that selects it."""
        if self.name == "endpoint":
            return f"--endpoint-url {self.endpoint_url}"
        return f"--{self.name}" if self.name in ("local", "sandbox", "prod") else f"--on {self.name}"


class Home(NamedTuple):
    """The marketplace of a batch, from the batch record: its name when the batch was launched, and its endpoint."""

    name: str
    endpoint_url: str


def resolve(
    options: EndpointOptions,
    endpoints: Mapping[str, str],
    home: Home | None,
    acts: bool,
    spends_money: Mapping[str, bool] = MappingProxyType({}),
) -> Endpoint:
    """The marketplace of a command.

    It is that of a flag; without a flag that of the batch; then AWS_ENDPOINT_URL_MTURK, then `local`. `endpoints` has
    the URLs of named marketplaces, and may give "sandbox" or "prod" another URL; `spends_money` has what the
    configuration says about those. `acts` says that the command spends money or cannot be undone: then a marketplace
    with real money needs its flag.

    Raises UsageError for two flags, WrongMarketplace if flag and batch differ or the flag is missing.
    """
    flags = options.flags
    if len(flags) > 1:
        raise UsageError(f"{' and '.join(flags)} name two marketplaces", "use one of them")
    if options.is_typed("database") and flags and flags != ["--local"]:
        raise UsageError(f"--database belongs to the local marketplace, {flags[0]} to another one")
    chosen = _chosen(options, endpoints, spends_money) if flags else None
    batch = _of_batch(home, endpoints, spends_money) if home else None
    if chosen and batch and chosen.endpoint_url.rstrip("/") != batch.endpoint_url.rstrip("/"):
        raise WrongMarketplace(
            f"this batch is on {named(batch)}, not on {named(chosen)}", f"use {batch.flag}, or name another --ids"
        )
    endpoint = chosen or batch or _from_environment(options)
    if acts and endpoint.spends_money and not chosen:
        raise WrongMarketplace(f"{named(endpoint)} spends real money: this needs its flag", f"add {endpoint.flag}")
    return endpoint


def _chosen(options: EndpointOptions, endpoints: Mapping[str, str], spends_money: Mapping[str, bool]) -> Endpoint:
    """The marketplace of the flag."""
    if options.endpoint_url:
        _check_url("--endpoint-url", options.endpoint_url)
        return _endpoint("endpoint", options.endpoint_url)
    name = options.on or ("prod" if options.prod else "sandbox" if options.sandbox else "local")
    url = endpoints.get(name) or AMAZON.get(name) or (LOCAL_URL if name == "local" else None)
    if url is None:
        known = ["local", *AMAZON, *(name for name in endpoints if name not in AMAZON)]
        raise UsageError(
            f"--on {name}: no marketplace has this name",
            suggestion(name, known)
            or f"the marketplaces are {', '.join(known)}; add [marketplaces.{name}] with "
            'endpoint_url = "https://…" to your configuration',
        )
    return _endpoint(name, url, spends_money.get(name))


def _of_batch(home: Home, endpoints: Mapping[str, str], spends_money: Mapping[str, bool]) -> Endpoint:
    """The marketplace of a batch. Records can be edited: the name counts only with the URL that it stands for."""
    urls = {"local": LOCAL_URL, "sandbox": AMAZON["sandbox"]} | dict(endpoints) | {"prod": home.endpoint_url}
    name = home.name if urls.get(home.name) == home.endpoint_url else "endpoint"
    return _endpoint(name, home.endpoint_url, spends_money.get(name) if name != "prod" else None)


def _from_environment(options: EndpointOptions) -> Endpoint:
    """The marketplace of AWS_ENDPOINT_URL_MTURK, else `local`."""
    url = os.environ.get("AWS_ENDPOINT_URL_MTURK")
    if not url or options.is_typed("database"):
        return _endpoint("local", LOCAL_URL)
    _check_url("AWS_ENDPOINT_URL_MTURK", url)
    return _endpoint("endpoint", url)


def _endpoint(name: str, endpoint_url: str, spends_money: bool | None = None) -> Endpoint:
    """Real money is spent on production, and on any endpoint that is neither the sandbox nor on this computer.

    The configuration can say otherwise: `spends_money`.
    """
    host = urlsplit(endpoint_url).hostname or ""
    is_free = host == urlsplit(AMAZON["sandbox"]).hostname or host in _LOOPBACK
    usually = name == "prod" or (name not in ("local", "sandbox") and not is_free)
    return Endpoint(name, endpoint_url, usually if spends_money is None else spends_money)


def _check_url(origin: str, text: str) -> None:
    if not is_url(text):
        raise UsageError(f"{origin} {text} is not a URL", "write it as https://host")


def named(endpoint: Endpoint) -> str:
    """A marketplace in messages: its name, or its URL if the name does not say which one it is."""
    if endpoint.name in ("local", "sandbox") or endpoint.endpoint_url == AMAZON.get(endpoint.name):
        return endpoint.title
    return (
        endpoint.endpoint_url if endpoint.name in ("endpoint", "prod") else f"{endpoint.name} ({endpoint.endpoint_url})"
    )
