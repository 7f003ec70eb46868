"""The addresses that a page loads: whether browsers of workers can reach them."""

import re
from urllib.parse import urlsplit

#: Hosts of Amazon Mechanical Turk, which do not answer any more.
CLOSED_HOSTS = re.compile(
    r"(?:(?:www|worker|workersandbox|requester|requestersandbox)\.)?mturk\.com"
    r"|mturk-requester(?:-sandbox)?\.us-east-1\.amazonaws\.com|mechanicalturk(?:\.sandbox)?\.amazonaws\.com",
    re.IGNORECASE,
)
_CLOSED_FILES = re.compile(r"//(?:s3\.amazonaws\.com/mturk-public/|mturk-public\.s3\.amazonaws\.com/)", re.IGNORECASE)

#: An address on a host of Amazon Mechanical Turk.
CLOSED = re.compile(rf"//(?:{CLOSED_HOSTS.pattern})(?=[/:?#]|\Z)|{_CLOSED_FILES.pattern}", re.IGNORECASE)

#: Where copies of the files stand that Amazon's templates loaded from its own host.
_COPIES = {
    re.compile(r"bootstrap(?:\.min)?\.css"): "https://cdn.jsdelivr.net/npm/bootstrap@3.4.1/dist/css/bootstrap.min.css",
    re.compile(r"bootstrap(?:\.min)?\.js"): "https://cdn.jsdelivr.net/npm/bootstrap@3.4.1/dist/js/bootstrap.min.js",
    re.compile(r"jquery[\w.-]*\.js"): "https://cdn.jsdelivr.net/npm/jquery@3.7.1/dist/jquery.min.js",
}

#: Addresses on these hosts that the worker site answers in Amazon's place.
_SERVED = re.compile(r"/+mturk/externalSubmit", re.IGNORECASE)
_SERVED_FILES = re.compile(r"/mturk-public/externalHIT(?:_v1)?\.js", re.IGNORECASE)


def check_url(url: str, allow_relative: bool = False) -> tuple[str, str, bool] | None:
    """The problem of an address that a page loads, the next step, and whether it is an error; None without a problem.

    `allow_relative` is for addresses of forms, which the worker site replaces, and for pages with a <base>.
    """
    text = url.strip()
    shown = repr(text if len(text) < 80 else text[:77] + "…")
    if not text or text.startswith(("#", "?", "data:", "blob:", "about:", "javascript:", "unsafe:")):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return f"{shown} is not a valid address", "write it as https://…", True
    if parts.scheme == "file" or re.match(r"[A-Za-z]:[\\/]", text):
        hint = "write {{ asset('…') }} with the file's path relative to the inputs: workers can load it then"
        return f"{shown} is a file on your computer: workers cannot load it", hint, True
    if CLOSED_HOSTS.fullmatch(host) and not _SERVED.fullmatch(parts.path):
        return f"{shown} is on a host of Amazon Mechanical Turk, which is closed", _replacement(parts.path), True
    if _CLOSED_FILES.search(text) and not _SERVED_FILES.search(text):
        return f"{shown} was a file of Amazon Mechanical Turk, which is closed", _replacement(parts.path), True
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1") and not CLOSED_HOSTS.fullmatch(host):
        problem = f"{shown} is http: on an https site, browsers block it or show a warning"
        return problem, "write https:// if the host supports it", False
    is_relative = not parts.scheme and not text.startswith("/")
    if is_relative and not allow_relative:
        hint = "write {{ asset('…') }} for a local file, or https://… for a file on another host"
        return f"{shown} has no host: browsers of workers look for it on the worker site", hint, True
    return None


def _replacement(path: str) -> str:
    """What to write in the place of a file that Amazon's host does not serve any more."""
    name = path.rpartition("/")[2].lower()
    copy = next((copy for pattern, copy in _COPIES.items() if pattern.fullmatch(name)), None)
    return f"write {copy}" if copy else "remove it, or put a copy on another host"


def urls_in(attribute: str, value: str | None) -> list[str]:
    """The addresses in an attribute's value: several in a `srcset`."""
    if value is None:
        return []
    if attribute != "srcset":
        return [value]
    # An address in a srcset may contain commas: it ends at a blank.
    return [match[1].rstrip(",") for match in re.finditer(r"([^\s,]\S*)(?:\s+[\d.]+[wx])?\s*(?:,|\Z)", value)]


def style_urls(css: str) -> list[str]:
    """The addresses in a style sheet or an attribute `style`."""
    return [match[1] or match[2] for match in re.finditer(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", css)]
