"""Permissions of a HIT's page: what browsers refuse to a page in a frame, unless the page around the frame allows it.

Amazon's service has no such property. So that a call stays valid there, permissions travel in the RequesterAnnotation,
like the per-worker limits: "Allow=microphone,camera".
Source of the names: the W3C's registry of policy-controlled features.
"""

import re
from collections.abc import Iterable

#: The permissions by name, with what the browser then asks the worker for; "" if it asks for nothing.
PERMISSIONS = {
    "microphone": "your microphone",
    "camera": "your camera",
    "geolocation": "your location",
    "display-capture": "a recording of your screen",
    "clipboard-read": "what you have copied",
    "clipboard-write": "",
    "midi": "your MIDI devices",
    "accelerometer": "the movements of your device",
    "gyroscope": "the movements of your device",
    "magnetometer": "the movements of your device",
    "screen-wake-lock": "",
    "encrypted-media": "",
    "fullscreen": "",
    "autoplay": "",
}

#: What every page may do.
ALWAYS_ALLOWED = ("fullscreen", "autoplay")

#: What browsers refuse to a frame without an origin of its own, even if it is allowed. Tried with Chromium.
NEED_AN_ORIGIN = frozenset({"microphone", "camera", "display-capture", "midi", "encrypted-media"})


def annotation_word(permissions: Iterable[str]) -> str:
    """The word of an annotation that carries permissions, "" for none."""
    names = list(dict.fromkeys(permissions))
    return f"Allow={','.join(names)}" if names else ""


def permissions_of(annotation: str | None) -> list[str]:
    """The permissions in an annotation. Unknown ones are left out: the names end up in a page."""
    word = re.search(r"(?:^|\s)Allow=(\S+)", annotation or "")
    names = word[1].split(",") if word else []
    return [name for name in dict.fromkeys(names) if name in PERMISSIONS]


def frame_policy(permissions: Iterable[str]) -> str:
    """The attribute `allow` of a frame whose page has these permissions."""
    return "; ".join(dict.fromkeys([*ALWAYS_ALLOWED, *permissions]))


def asked_of_workers(permissions: Iterable[str]) -> list[str]:
    """What a page with these permissions can make the browser ask a worker for, in words."""
    return [words for words in dict.fromkeys(PERMISSIONS[name] for name in permissions) if words]
