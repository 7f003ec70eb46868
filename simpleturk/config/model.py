"""The settings of simpleturk.toml, and what is wrong with those of a file."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from simpleturk.config.urls import is_url
from simpleturk.errors import Problem, Problems, suggestion


def _checked_url(text: str) -> str:
    if not is_url(text):
        raise PydanticCustomError("not_a_url", "{text} is not a URL", {"text": repr(text)})
    return text


Text = Annotated[str, Field(min_length=1)]
URL = Annotated[str, AfterValidator(_checked_url)]

#: A topic, or an address with a path. A * may stand at the end.
_DESTINATION = r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]*|https?://[^\s*/@]+/[^\s*]*)\*?$"
Destination = Annotated[str, Field(pattern=_DESTINATION, max_length=2048)]


class Table(BaseModel):
    """A table of the file. `examples` of a field say how its line is written."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SiteTable(Table):
    """The table [site]: the settings of the worker site, for `serve`. The manual shows the descriptions."""

    name: str | None = Field(default=None, description="The name of the site.", examples=['name = "Vision Lab"'])
    color: str | None = Field(
        default=None,
        description="The color of the site, as #rrggbb.",
        pattern="^#[0-9A-Fa-f]{6}$",
        examples=['color = "#1d5c4d"'],
    )
    welcome: str | None = Field(
        default=None, description="A text above the list of HITs.", examples=['welcome = "Thank you for your help."']
    )
    terms: str | None = Field(
        default=None,
        description="Terms that each worker accepts once, and again when they change.",
        examples=['terms = """…"""'],
    )
    contact: str | None = Field(
        default=None, description="How workers reach you.", examples=['contact = "lab@example.org"']
    )
    address: URL | None = Field(
        default=None,
        description="The address of the site, for the links in invitations.",
        examples=['address = "https://work.example.org"'],
    )
    frames: str | None = Field(
        default=None,
        description="A second host name of the same server, on which HITs run.",
        pattern="^[A-Za-z0-9.-]{1,253}$",
        examples=['frames = "hits.example.org"'],
    )
    task_word: str | None = Field(
        default=None,
        description="What the site calls a HIT, as a lower-case noun: task, question, item.",
        pattern="^[A-Za-z][A-Za-z -]{0,29}$",
        examples=['task_word = "task"'],
    )
    sign_up: bool | None = Field(
        default=None,
        description="Whether people can create an account without an invitation.",
        examples=["sign_up = true"],
    )
    notification_destinations: list[Destination] | None = Field(
        default=None,
        description="Topics and queues of AWS, and private web addresses, for all requesters' notifications.",
        examples=['notification_destinations = ["arn:aws:sns:us-east-1:123456789012:hits"]'],
    )
    max_per_worker: int | None = Field(
        default=None,
        description="The most HITs of any batch that a worker may do.",
        ge=1,
        examples=["max_per_worker = 100"],
    )
    max_held: int | None = Field(
        default=None, description="The most HITs that a worker may have in progress.", ge=1, examples=["max_held = 25"]
    )
    max_file_mb: int | None = Field(
        default=None,
        description="The largest file that a worker may upload, in megabytes. Default: 100.",
        ge=1,
        examples=["max_file_mb = 100"],
    )
    max_files_mb: int | None = Field(
        default=None,
        description="The most megabytes that the files of one submission may have together. Default: 200.",
        ge=1,
        examples=["max_files_mb = 200"],
    )


class MarketplaceTable(Table):
    """The table [marketplaces.NAME]. `spends_money` is None if the file does not say it."""

    endpoint_url: URL
    spends_money: bool | None = None


def _checked_name(name: str) -> str:
    if name == "local":
        raise PydanticCustomError("is_local", "it is the marketplace on this computer, which needs no address")
    if not re.fullmatch("[a-z][a-z0-9_-]{0,39}", name):
        raise PydanticCustomError("not_a_name", "a name has up to 40 small letters, digits, - and _")
    return name


MarketplacesTable = dict[Annotated[str, AfterValidator(_checked_name)], MarketplaceTable]


class Settings(Table):
    """The whole file: the options whose defaults it sets, and its tables."""

    template: Text | None = None
    properties: Text | None = None
    inputs: Text | None = None
    ids: Text | None = None
    output: Text | None = None
    database: Text | None = None
    assets: Text | None = None
    marketplaces: MarketplacesTable = {}
    site: SiteTable = SiteTable()


class UserSettings(Table):
    """The user's own file, which has the marketplaces of all folders."""

    marketplaces: MarketplacesTable = {}


AnySettings = TypeVar("AnySettings", Settings, UserSettings)


def read_document(document: dict[str, Any], text: str, path: Path, model: type[AnySettings]) -> AnySettings:
    """Check a TOML document; `text` is what it was read from. Raises Problems with every problem, each at its line."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        # A table may have several errors, such as a missing key and an unknown one, that are one mistake.
        problems = {
            what: Problem(_where(path, text, location), what, hint) for location, what, hint in _in_words(error, model)
        }
        raise Problems(list(problems.values())) from error


def _in_words(error: ValidationError, model: type[Table]) -> Iterator[tuple[tuple[str, ...], str, str | None]]:
    """The location of each error, what is wrong there, and a hint."""
    for details in error.errors(include_url=False):
        location = tuple(map(str, details["loc"]))
        is_unknown = details["type"] == "extra_forbidden"
        match location:
            case ("marketplaces",):
                yield location, f"marketplaces has to be tables such as {_ENDPOINT}", None
            case ("marketplaces", name, "[key]"):
                yield location[:2], f"marketplaces.{name}: {details['msg']}", None
            case ("marketplaces", name, "spends_money"):
                yield location, f"marketplaces.{name}.spends_money has to be true or false", None
            case ("marketplaces", name, "endpoint_url") if details["type"] == "not_a_url":
                yield location, f"marketplaces.{name}: {details['msg']}", None
            case ("marketplaces", name, *_):
                yield location[:2], f"marketplaces.{name} has to be written as {_ENDPOINT}", None
            case ("site",):
                yield location, 'site has to be a table: [site] with name = "…"', None
            case ("site", name) if is_unknown:
                yield location, f"site.{name} is not a setting", _known(name, SiteTable.model_fields)
            case ("site", name, *_):
                [example] = SiteTable.model_fields[name].examples or [""]
                yield location[:2], f"site.{name} has to be written as {example}", None
            case (name, *_) if is_unknown:
                yield location, f"{name} is not a setting", _known(name, model.model_fields)
            case _:
                yield location, f"{location[0]} has to be text in quotes", None


_ENDPOINT = '[marketplaces.lab] with endpoint_url = "https://…"'


def _known(name: str, known: Iterable[str]) -> str:
    return suggestion(name, known) or f"the settings are {', '.join(known)}"


def _where(path: Path, text: str, location: tuple[str, ...]) -> str:
    """The file, and the line of a setting where it is plainly written: a key of its own line, or a table's heading."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
            table = tuple(part.strip(" \t\"'") for part in heading[1].split("."))
            here = table
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            here = (*table, *(part.strip("\"'") for part in key[1].split(".")))
        else:
            continue
        if here == location:
            return f"{path}, line {number}"
    return str(path)
