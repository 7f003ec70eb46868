"""config.json, in which simple-amt kept its users' AWS keys and template folders."""

import json
from dataclasses import dataclass
from pathlib import Path

from simpleturk.errors import Problem, Problems, SimpleturkError

FILE = Path("config.json")

#: Options as simple-amt's scripts spell them, and what they are called here; accepted, not shown in help.
ALIASES = {
    "--hit_ids_file": "--ids",
    "--html_template": "--template",
    "--hit_properties_file": "--properties",
    "--input_json_file": "--inputs",
    "--output_file": "--output",
    "--rendered_html": "--output",
    "--assignment_ids_file": "--assignments",
    "--worker_ids_file": "--workers",
    "--hit_id": "--hit-id",
}


@dataclass(frozen=True)
class SimpleAmtConfig:
    """AWS keys, None where boto3's usual places hold; folders in which templates' includes are looked for too."""

    keys: tuple[str, str] | None = None
    template_directories: tuple[Path, ...] = ()


def load_simple_amt_config(path: Path | None) -> SimpleAmtConfig:
    """The configuration in a file that the user named; without, that of config.json, if there is one.

    Raises SimpleturkError for a named file that cannot be used. Other programs have a config.json too: one that was not
    named, and is none of simple-amt's, says nothing.
    """
    try:
        document = json.loads((path or FILE).read_text(encoding="utf-8-sig"))
        if not isinstance(document, dict):
            raise ValueError("it is not a JSON object")
    except FileNotFoundError as error:
        if path is None:
            return SimpleAmtConfig()
        raise SimpleturkError(f"{path}: no such file", "leave out --config") from error
    except (OSError, ValueError, RecursionError) as error:
        if path is None:
            return SimpleAmtConfig()
        raise Problems([Problem(str(path), f"is not simple-amt's config.json: {error}")]) from error
    keys = (document.get("aws_access_key"), document.get("aws_secret_key"))
    folders = document.get("template_directories")
    if not isinstance(folders, list) or not all(isinstance(item, str) and "\0" not in item for item in folders):
        folders = []
    return SimpleAmtConfig(
        (str(keys[0]), str(keys[1])) if all(isinstance(key, str) and key.strip() for key in keys) else None,
        tuple(map(Path, folders)),
    )
