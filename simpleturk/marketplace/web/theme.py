"""The operator's colour, as a stylesheet that stays readable in light and dark."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simpleturk.marketplace.web.pages import environment

#: The least contrast of text. Source: WCAG 2.2, 1.4.3, which asks for 4.5 : 1.
_CONTRAST = 4.6

#: The relative luminance of the site's background, site.css's --ground.
_BACKGROUND = 0.92


def theme_route(color: str) -> Route:
    """Where pages find the stylesheet of a colour ("#rrggbb"). Their policy allows no style but that of files."""
    css = environment().get_template("theme.css").render(main=readable_color(color))

    def theme(request: Request) -> Response:
        return Response(css, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    return Route("/theme.css", theme)


def readable_color(color: str) -> str:
    """A colour ("#rrggbb"), darkened until it can be read on the site's background, and white can be read on it."""
    if not color:
        return ""
    parts = [int(color[n : n + 2], 16) for n in (1, 3, 5)]
    while (_BACKGROUND + 0.05) / (_luminance(parts) + 0.05) < _CONTRAST:
        parts = [int(part * 0.95) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(parts: list[int]) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    shares = [part / 255 for part in parts]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
