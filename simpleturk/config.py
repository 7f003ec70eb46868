"""simpleturk.toml and the environment → the defaults of options.

Order: option, environment (SIMPLETURK_…), simpleturk.toml in the working directory, built-in.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simpleturk.errors import Problem, Problems, suggestion

FILE = Path("simpleturk.toml")

#: What the file may hold: the options whose defaults it sets, all of them text.
OPTIONS = ("template", "properties", "inputs", "ids", "output", "database", "assets")


#: What its table [site] may hold, for `serve`: the kind of each value, and how one is written.
SITE: dict[str, tuple[type, str]] = {
    "name": (str, 'name = "Vision Lab"'),
    "color": (str, 'color = "#1d5c4d"'),
    "welcome": (str, 'welcome = "Thank you for your help."'),
    "terms": (str, 'terms = """…"""'),
    "contact": (str, 'contact = "lab@example.org"'),
    "address": (str, 'address = "https://work.example.org"'),
    "frames": (str, 'frames = "hits.example.org"'),
    "sign_up": (bool, "sign_up = true"),
    "max_per_worker": (int, "max_per_worker = 100"),
    "max_held": (int, "max_held = 25"),
}


@dataclass(frozen=True)
class Config:
    """A task folder's defaults. `endpoints` gives marketplaces' names another endpoint (URL by name).

    `site` is the table of the same name, checked.
    """

    options: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)


def load_config(path: Path = FILE) -> Config:
    """Read the configuration; without the file all is built-in. Raises Problems with every problem of the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError as error:
        raise Problems([Problem(str(path), "is not UTF-8 text")]) from error
    try:
        document = tomllib.loads(text)
    # Beside TOMLDecodeError, which is a ValueError: numbers of too many digits, bottomless nesting.
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"is not TOML: {error}")]) from error
    problems: list[Problem] = []
    marketplaces, site = document.pop("marketplaces", {}), document.pop("site", {})
    options = {name: value for name, value in document.items() if _is_option(path, name, value, problems)}
    endpoints = dict(_endpoints(path, marketplaces, problems))
    site = dict(_site(path, site, problems))
    if problems:
        raise Problems(problems)
    return Config(options, endpoints, site)


def _is_option(path: Path, name: str, value: Any, problems: list[Problem]) -> bool:
    if name not in OPTIONS:
        known = (*OPTIONS, "marketplaces", "site")
        hint = suggestion(name, known) or f"it may set {', '.join(known)}"
        problems.append(Problem(str(path), f"{name} is not a setting", hint))
        return False
    if not isinstance(value, str) or not value:
        problems.append(Problem(str(path), f"{name} has to be text in quotes"))
        return False
    return True


def _endpoints(path: Path, marketplaces: Any, problems: list[Problem]) -> Any:
    """Pairs of a marketplace's name and its endpoint, from [marketplaces.NAME] tables."""
    example = '[marketplaces.prod] with endpoint_url = "https://…"'
    if not isinstance(marketplaces, dict):
        problems.append(Problem(str(path), f"marketplaces has to be tables such as {example}"))
        return
    for name, table in marketplaces.items():
        url = table.get("endpoint_url") if isinstance(table, dict) else None
        if name not in ("sandbox", "prod"):
            problems.append(Problem(str(path), f"marketplaces.{name}: only sandbox and prod can have another endpoint"))
        elif not isinstance(url, str) or set(table) != {"endpoint_url"}:
            problems.append(Problem(str(path), f"marketplaces.{name} has to be written as {example}"))
        elif not is_url(url):
            problems.append(Problem(str(path), f"marketplaces.{name}: {url!r} is not a URL"))
        else:
            yield name, url


def _site(path: Path, site: Any, problems: list[Problem]) -> Any:
    """Pairs of a setting of the worker site and its value, from the table [site]."""
    if not isinstance(site, dict):
        problems.append(Problem(str(path), 'site has to be a table: [site] with name = "…"'))
        return
    for name, value in site.items():
        if name not in SITE:
            hint = suggestion(name, SITE) or f"it may set {', '.join(SITE)}"
            problems.append(Problem(str(path), f"site.{name} is not a setting", hint))
            continue
        kind, example = SITE[name]
        wrong = not isinstance(value, kind) or (isinstance(value, int) and kind is int and (value is True or value < 1))
        wrong = wrong or (name == "color" and not re.fullmatch("#[0-9A-Fa-f]{6}", value))
        wrong = wrong or (name == "frames" and not re.fullmatch("[A-Za-z0-9.-]{1,253}", value))
        wrong = wrong or (name == "address" and not is_url(value))
        if wrong:
            problems.append(Problem(str(path), f"site.{name} has to be written as {example}"))
        else:
            yield name, value


def is_url(text: str) -> bool:
    """Whether this is an address that a client can be pointed at."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
