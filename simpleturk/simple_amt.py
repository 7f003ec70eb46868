"""What users of simple-amt bring: its config.json with AWS keys and template folders, and its option names."""

import json
from dataclasses import dataclass
from pathlib import Path

from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.task_folder import check_inside, read_regular
from simpleturk.text_files import text_named

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
    """An access key with its secret (None: boto3's usual sources), and folders with files that templates include."""

    keys: tuple[str, str] | None = None
    template_directories: tuple[Path, ...] = ()


def load_simple_amt_config(path: Path | None) -> SimpleAmtConfig:
    """Read the file that the user names; without a name, config.json if it exists.

    Raises SimpleturkError if the named file cannot be used. Other programs also have a config.json: without a name, a
    file that is not simple-amt's is ignored.
    """
    try:
        document = json.loads(text_named(read_regular(path or FILE), path or FILE))
        if not isinstance(document, dict):
            raise ValueError("it is not a JSON object")
    except FileNotFoundError as error:
        if path is None:
            return SimpleAmtConfig()
        raise SimpleturkError(f"{path}: no such file", "leave out --config") from error
    except Problems:
        if path is None:
            return SimpleAmtConfig()
        raise
    except (OSError, ValueError, RecursionError, SimpleturkError) as error:
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


def checked_template_directories(config: SimpleAmtConfig, path: Path | None) -> tuple[Path, ...]:
    """The folders with includes, which have to be inside of the folder of config.json, at `path` or with that name.

    Raises SimpleturkError for another folder, unless the user has allowed it.
    """
    for folder in config.template_directories:
        check_inside(folder, (path or FILE).parent)
    return config.template_directories
