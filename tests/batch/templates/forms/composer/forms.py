"""Forms of FormComposer for tests."""

import json
from pathlib import Path
from typing import Any


def field(**attributes: Any) -> dict[str, Any]:
    """A field; a line of text by default."""
    return {"type": "input", "name": "a", "label": "A", **attributes}


def form(*fields: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A form with one section, in which all fields are in one row."""
    rows = [{"fields": list(fields) or [field()]}]
    return {
        "title": "T",
        "sections": [{"title": "S", "fieldsets": [{"rows": rows}]}],
        "submit_button": {"text": "Send"},
        **attributes,
    }


def write(folder: Path, **files: Any) -> Path:
    """Write files of a directory: task_data=[…] is task_data.json, and a text is a file of insertions."""
    (folder / "insertions").mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        if isinstance(value, str):
            (folder / "insertions" / name.replace("_js", ".js").replace("_html", ".html")).write_text(value)
        else:
            (folder / f"{name}.json").write_text(json.dumps(value))
    return folder
