"""The word for a HIT on the site: HIT, or what the operator calls it for people who do not know Mechanical Turk."""

import re

HIT = "HIT"

#: The word HIT with what decides its form: an article before it, a plural s, and the start of a sentence or an element.
_HIT = re.compile(r"(?P<start>(?:^|[>\"\u201c]|[.:!?]\s+)(?:\s*))?(?P<article>\b[Aa]n? )?\bHIT(?P<plural>s)?\b")


def reworded(text: str, word: str) -> str:
    """A text of the site's own with another word for HIT: "A HIT is small." becomes "An item is small."

    Texts of requesters and workers must not come here: their HIT may be another.
    """
    if word == HIT:
        return text

    def replacement(match: re.Match[str]) -> str:
        noun = plural_of(word) if match["plural"] else word
        start, article = match["start"] or "", match["article"] or ""
        if article:
            return f"{start}{article[0]}{'n' if word[0].lower() in 'aeiou' else ''} {noun}"
        return start + (noun[0].upper() + noun[1:] if match["start"] is not None else noun)

    return _HIT.sub(replacement, text)


def plural_of(word: str) -> str:
    """The plural of an English noun: tasks, studies, boxes."""
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search("(s|x|z|ch|sh)$", word) else f"{word}s"
