"""simpleturk.toml → the defaults of options, the endpoints of marketplaces, the settings of the worker site.

An option on the command line comes first, then the environment (SIMPLETURK_…), then simpleturk.toml in the working
directory, then the built-in default. The file's model is imported only if there is a file.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from simpleturk.errors import Problem, Problems
from simpleturk.task_folder import read_regular
from simpleturk.text_files import text_named

FILE = Path("simpleturk.toml")


class Named(NamedTuple):
    """A marketplace that a file names: the URL of its API, and whether it spends real money (None: not said)."""

    endpoint_url: str
    spends_money: bool | None = None


@dataclass(frozen=True)
class Config:
    """A task folder's defaults: options by name, marketplaces by name, the table [site]."""

    options: dict[str, str] = field(default_factory=dict)
    marketplaces: dict[str, Named] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)


def load_config(path: Path = FILE) -> Config:
    """Read a configuration file; the defaults if it does not exist. Raises Problems with every problem of the file."""
    loaded = _load(path)
    if loaded is None:
        return Config()
    from simpleturk.config.model import Settings, read_document

    settings = read_document(*loaded, path, Settings)
    tables = {"marketplaces", "site"}
    return Config(
        options=settings.model_dump(exclude_unset=True, exclude=tables),
        marketplaces={name: Named(**table.model_dump()) for name, table in settings.marketplaces.items()},
        site=settings.site.model_dump(exclude_unset=True),
    )


def user_path() -> Path:
    """The user's own configuration file, which no task folder can change: it names marketplaces for all folders."""
    import platformdirs

    return platformdirs.user_config_path("simpleturk", appauthor=False) / FILE


def load_own_marketplaces() -> dict[str, Named]:
    """The marketplaces in the user's own file, by name. Raises Problems with every problem of the file."""
    path = user_path()
    loaded = _load(path)
    if loaded is None:
        return {}
    from simpleturk.config.model import UserSettings, read_document

    settings = read_document(*loaded, path, UserSettings)
    return {name: Named(**table.model_dump()) for name, table in settings.marketplaces.items()}


def _load(path: Path) -> tuple[dict[str, Any], str] | None:
    """A TOML file as a document and as text; None if it does not exist. Raises Problems."""
    try:
        text = text_named(read_regular(path), path)
    except FileNotFoundError:
        return None
    try:
        return tomllib.loads(text), text
    # ValueError: TOMLDecodeError, or a number of too many digits. RecursionError: deep nesting.
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"is not TOML: {error}")]) from error
