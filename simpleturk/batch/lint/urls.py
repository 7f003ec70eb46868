"""Addresses that a page loads: which of them workers' browsers cannot reach."""

import re
from urllib.parse import urlsplit

#: Hosts that Amazon's Mechanical Turk had, and that answer nobody any more.
DEAD = re.compile(
    r"(?:(?:www|worker|workersandbox|requester|requestersandbox)\.)?mturk\.com"
    r"|mturk-requester(?:-sandbox)?\.us-east-1\.amazonaws\.com|mechanicalturk(?:\.sandbox)?\.amazonaws\.com",
    re.IGNORECASE,
)
#: What our own worker site answers in Amazon's place.
_ANSWERED = re.compile(r"/+mturk/externalSubmit", re.IGNORECASE)
_DEAD_FILES = re.compile(r"//(?:s3\.amazonaws\.com/mturk-public/|mturk-public\.s3\.amazonaws\.com/)", re.IGNORECASE)
_ANSWERED_FILES = re.compile(r"/mturk-public/externalHIT(?:_v1)?\.js", re.IGNORECASE)


def check_url(address: str, is_submitted: bool = False) -> tuple[str, str, bool] | None:
    """What is wrong with an address that a page loads: what, what to do, whether it is an error; None if nothing is."""
    text = address.strip()
    shown = repr(text if len(text) < 80 else text[:77] + "…")
    if not text or text.startswith(("#", "?", "data:", "blob:", "about:", "javascript:", "unsafe:")):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return f"{shown} is no address", "write it as https://…", True
    if parts.scheme == "file" or re.match(r"[A-Za-z]:[\\/]", text):
        hint = "name the file relative to the inputs, as {{ asset('…') }}: it goes where workers can see it"
        return f"{shown} is a file of your computer: workers cannot see it", hint, True
    if DEAD.fullmatch(host) and not _ANSWERED.fullmatch(parts.path):
        return f"{shown} leads to Amazon's Mechanical Turk, which is closed", "remove it, or serve a copy", True
    if _DEAD_FILES.search(text) and not _ANSWERED_FILES.search(text):
        return f"{shown} was a file of Amazon's Mechanical Turk, which is closed", "remove it, or serve a copy", True
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1") and not DEAD.fullmatch(host):
        what = f"{shown} is http: browsers refuse it, or warn of it, on a site that has TLS"
        return what, "write https:// if the host has it", False
    is_relative = not parts.scheme and not text.startswith("/")
    if is_relative and not is_submitted:
        hint = "write {{ asset('…') }} for a file of yours, https://… for one of another host"
        return f"{shown} has no host: workers' browsers look for it on the marketplace", hint, True
    return None


def addresses_in(name: str, value: str | None) -> list[str]:
    """The addresses that an attribute names."""
    if value is None:
        return []
    if name != "srcset":
        return [value]
    # An address may hold commas: it ends at a blank.
    return [found[1].rstrip(",") for found in re.finditer(r"([^\s,]\S*)(?:\s+[\d.]+[wx])?\s*(?:,|\Z)", value)]


def addresses_in_style(text: str) -> list[str]:
    """The addresses that a style sheet, or an attribute `style`, names."""
    found = re.finditer(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", text)
    return [one[1] or one[2] for one in found]
