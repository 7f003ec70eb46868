"""Characters of a text that a page cannot hold or should not obey → characters that it shows."""

import re

from simpleturk.mturk.characters import NOT_IN_XML

#: Overrides of the direction of writing, and tags, which no screen shows: with them, a text reads otherwise than it is.
_UNSEEN = re.compile("[\u202d\u202e]|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")


def storable(text: str) -> str:
    """A text of the same length, without characters that the question of a HIT cannot hold."""
    return NOT_IN_XML.sub("\ufffd", text)


def shown_characters(text: str) -> str:
    """A text in which signs that change how other characters are read are shown as their numbers: ⟦U+202E⟧."""
    return _UNSEEN.sub(_number, storable(text))


def _number(found: "re.Match[str]") -> str:
    codes = [f"U+{ord(character):04X}" for character in found[0][:8]]
    return f"⟦{' '.join(codes)}{' …' if len(found[0]) > 8 else ''}⟧"
