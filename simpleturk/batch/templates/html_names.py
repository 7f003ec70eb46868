"""The elements and attributes of HTML that a value may have, and those that run code or lead elsewhere."""

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORMATTING = _names(
    "a abbr acronym address article aside b bdi bdo big blink blockquote br caption center cite code col colgroup data"
    " dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd li"
    " listing main mark marquee menu nav nobr ol p pre q rp rt ruby s samp search section small span strike strong"
    " style sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
FIELDS = _names("button datalist fieldset input label legend meter optgroup option output progress select textarea")
MEDIA = _names("area audio canvas embed iframe img map object param picture source track video")
GRAPHICS = _names(
    "svg g path circle ellipse line polygon polyline rect text tspan textpath defs desc lineargradient radialgradient"
    " stop clippath mask pattern marker symbol use"
)
MATHEMATICS = _names(
    "math mrow mi mn mo ms mspace mtext mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd"
    " mstyle merror mpadded mphantom mmultiscripts mprescripts semantics annotation"
)

#: The elements that a value may have on every page.
SAFE_TAGS = FORMATTING | FIELDS | MEDIA | GRAPHICS | MATHEMATICS

#: Elements that are no part of a value, also if a page names them: they run code, change the page around the value, or
#: make text of what follows.
REFUSED_TAGS = _names(
    "animate animatemotion animatetransform annotation-xml applet base body fencedframe foreignobject form frame"
    " frameset handler head html image isindex link maction meta noembed noframes noscript plaintext portal script"
    " set slot template title xmp"
)

VOID = _names("area br col embed hr img input param source track wbr")

#: Attributes with an address.
ADDRESSES = _names(
    "archive background cite classid code codebase data dynsrc href longdesc lowsrc manifest poster profile src usemap"
    " xlink:href"
)

#: Attributes that are code, contain a page, or change the meaning of an element.
_REFUSED_ATTRIBUTES = _names("action attributename http-equiv is nonce ping srcdoc")

#: Beginnings of attributes that are code: of browsers, and of libraries that read their code from attributes.
_CODE = re.compile(r"on|v-|ng-|x-|hx-|fx-|up-|wire:|data-(?:bind|ng-|v-|x-|hx-|on|wp-|action)")
_ATTRIBUTE_NAME = re.compile(r"[a-z_][a-z0-9_.-]*|xlink:href|xml:(?:lang|space)|xmlns:xlink|[a-z]{1,8}:[a-z]{1,20}id")

#: Permissions that a frame inside a value may have: players ask for them, and none of them is about the worker.
FRAME_PERMISSIONS = _names(
    "accelerometer autoplay clipboard-write encrypted-media fullscreen gyroscope picture-in-picture web-share"
)


def is_plain_attribute(name: str) -> bool:
    """Whether an attribute, in lower case, runs nothing whatever its value is. Addresses are checked apart."""
    return bool(_ATTRIBUTE_NAME.fullmatch(name)) and name not in _REFUSED_ATTRIBUTES and not _CODE.match(name)


_IN_STYLE = re.compile(r"<style[^<>]*>(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_SELECTED = re.compile(
    r"(?:querySelector(?:All)?|getElementsByTagName|find|children|closest|filter|is|on|delegate|define|\$|jQuery)"
    r"\(\s*(?:'([^'\n]{1,200})'|\"([^\"\n]{1,200})\"|`([^`\n]{1,200})`)"
)


def named_elements(page: str) -> frozenset[str]:
    """The names in a page's style sheets and in the selectors of its scripts: the elements that the page knows."""
    styles = "\n".join(_IN_STYLE.findall(page))
    # Declarations name no elements.
    selectors = re.sub(r"\{[^{}]*\}", " ", styles)
    scripts = "\n".join("".join(groups) for groups in _SELECTED.findall(page))
    words = re.findall(r"(?<![\w.#-])[a-z][\w-]*", f"{selectors}\n{scripts}".lower())
    return frozenset(words) - REFUSED_TAGS
