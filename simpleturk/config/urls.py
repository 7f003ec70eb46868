"""URLs that a configuration or an option names."""

from urllib.parse import urlsplit


def is_url(text: str) -> bool:
    """Whether a text is an HTTP address to which a client can connect."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
