"""simpleturk.toml → the defaults of options, the endpoints of marketplaces, the settings of the worker site.

An option on the command line comes first, then the environment (SIMPLETURK_…), then simpleturk.toml in the working
directory, then the built-in default. The file's model is imported only if there is a file.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simpleturk.errors import Problem, Problems
from simpleturk.task_folder import read_regular
from simpleturk.text_files import text_named

FILE = Path("simpleturk.toml")


@dataclass(frozen=True)
class Config:
    """A task folder's defaults: options by name, endpoint URLs by the marketplace's name, the table [site]."""

    options: dict[str, str] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)


def load_config(path: Path = FILE) -> Config:
    """Read a configuration file; the defaults if it does not exist. Raises Problems with every problem of the file."""
    try:
        text = text_named(read_regular(path), path)
    except FileNotFoundError:
        return Config()
    try:
        document = tomllib.loads(text)
    # ValueError: TOMLDecodeError, or a number of too many digits. RecursionError: deep nesting.
    except (ValueError, RecursionError) as error:
        raise Problems([Problem(str(path), f"is not TOML: {error}")]) from error
    from simpleturk.config.model import read_document

    settings = read_document(document, text, path)
    tables = {"marketplaces", "site"}
    return Config(
        options=settings.model_dump(exclude_unset=True, exclude=tables),
        endpoints={name: table["endpoint_url"] for name, table in settings.marketplaces.model_dump().items() if table},
        site=settings.site.model_dump(exclude_unset=True),
    )
