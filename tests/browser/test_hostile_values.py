"""Hostile values never run, in whatever kind of place of a page their placeholder stands."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from simpleturk.batch.templates.requester_site import RequesterSiteTemplate
from simpleturk.errors import Problems

#: So many of all the pairs are tried; a third of a minute does all of them.
PAIRS = 700

# fmt: off
TEMPLATES = [
    '<p>${x}</p>',
    '<p title="${x}">a</p>',
    "<p title='${x}'>a</p>",
    '<p title=${x}>a</p>',
    '<a href="${x}">l</a>',
    '<a href=${x}>l</a>',
    '<a href="${x}${y}">l</a>',
    '<a href="${x}:${y}">l</a>',
    '<a href="java${x}">l</a>',
    '<a href="&#32;${x}">l</a>',
    '<a href="javascript:f(\'${x}\')">l</a>',
    '<a href="javascript:f(%27${x}%27)">l</a>',
    '<a href="&#106;avascript:f(\'${x}\')">l</a>',
    '<a href="java\tscript:f(\'${x}\')">l</a>',
    '<button onclick="f(\'${x}\')">b</button>',
    '<button onclick="f(&quot;${x}&quot;)">b</button>',
    '<button onclick="f(item${x})">b</button>',
    '<button onclick="f(${x})">b</button>',
    '<button onclick=\'n++ / 2; s="/"; f(${x})\'>b</button>',
    '<script>var v="${x}";</script>',
    "<script>var v='${x}';</script>",
    '<script>var v=`${x}`;</script>',
    '<script>var v=${x};</script>',
    '<script>// ${x}\n</script>',
    '<script>/* ${x} */</script>',
    '<script>var item_${x}=5;</script>',
    '<script>var a=1; if(1)/"/.test(""); var s="${x}";</script>',
    '<script>var m = 1; m++ / 2; var s = `/`;\nvar d = ${x};</script>',
    "<script>var h=`${[1].map(z=>{return `<p>don't</p>`})}`;\nvar d=${x};</script>",
    '<script><!--\nvar q="<script src=\'n.js\'></script>";\nvar v="${x}";\n//--></script>',
    '<!-- ${x} --><p>a</p>',
    '<!--> <a title="${x}">l</a>',
    '<!-- a --!> <a title="${x}">l</a>',
    '<textarea>${x}</textarea>',
    '<title>${x}</title>',
    '<style>p{color:${x}}</style>',
    '<style>p{background:url("${x}")}</style>',
    '<p style="color:${x}">a</p>',
    '<input ${x}>',
    '<h${x}>a</h1>',
    '<${x}>',
    '<s${x}>',
    '</${x}>',
    '<${x}${y}>',
    '<iframe src="${x}"></iframe>',
    '<img src="${x}">',
    '<img src=${x} alt=a>',
    '<script type="text/template">${x}</script>',
    '<script type="text/x">${x}${y}</script>',
    '<script type="application/json">{"a":"${x}"}</script>',
    '<noscript>${x}</noscript>',
    '<svg><text>${x}</text></svg>',
    '<select><option>${x}</option></select>',
    '<table><tr><td>${x}</td></tr></table>',
    '<form action="${x}"><button formaction="${y}">b</button></form>',
    '<xmp>${x}</xmp>',
    '<math><mtext>${x}</mtext></math>',
    '<plaintext>${x}',
]

VALUES = [
    '<script>PWN=1</script>',
    '"><script>PWN=1</script>',
    "'><img src=x onerror=PWN=1>",
    '<img src=x onerror=PWN=1>',
    'javascript:PWN=1',
    '&#106;avascript:PWN=1',
    'java\tscript:PWN=1',
    'java&Tab;script:PWN=1',
    '" onmouseover="PWN=1" autofocus onfocus="PWN=1',
    "' autofocus onfocus='PWN=1",
    ' autofocus onfocus=PWN=1 ',
    '";PWN=1;"',
    "';PWN=1;'",
    '`;PWN=1;`',
    '${PWN=1}',
    '\\";PWN=1//',
    "\\';PWN=1//",
    '*/PWN=1/*',
    '\nPWN=1\n',
    '\u2028PWN=1\u2028',
    '-->\nPWN=1',
    '--><script>PWN=1</script>',
    '</script><script>PWN=1</script>',
    '</textarea><script>PWN=1</script>',
    '</title><script>PWN=1</script>',
    '</style><script>PWN=1</script>',
    '</noscript><script>PWN=1</script>',
    'img src=x onerror=PWN=1 ',
    '/script><script>PWN=1</script>',
    'script>PWN=1</script',
    'cript>PWN=1//',
    ');PWN=1;//',
    '1),PWN=1,(1',
    '?0:new g?1:',
    ' in new g in ',
    'new g',
    '%27);PWN=1;//',
    '&#39;);PWN=1;//',
    '&quot;);PWN=1;//',
    '<svg onload=PWN=1>',
    '<svg><script>PWN=1</script></svg>',
    '<math><mi xlink:href="javascript:PWN=1">',
    '<a href=javascript:PWN=1>x</a>',
    '<b style="x:expression(PWN=1)">',
    '<iframe srcdoc="<script>top.PWN=1</script>"></iframe>',
    '<b><img src=x onerror=PWN=1></b>',
    '<b title="</b><script>PWN=1</script>">x</b>',
    '<b title=\'"><img src=x onerror=PWN=1>\'>x</b>',
    '<b/onmouseover=PWN=1>x</b>',
    '<b a=`<img src=x onerror=PWN=1>`>x',
    '<table><td><noscript><p title="</noscript><img src=x onerror=PWN=1>">',
    '<p title="<!--"><b title="--><img src=x onerror=PWN=1>">',
    '<mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=PWN=1&gt;">',
    '<b><style><img title="</style><img src=x onerror=PWN=1>"></b>',
    'data:text/html,<script>parent.PWN=1</script>',
    '//%0aPWN=1//',
    'javascript',
    '%0aPWN=1//',
    '<details open ontoggle=PWN=1>',
    '<i></i><object data="javascript:PWN=1">',
    '[PWN=1]',
    '{"a":PWN=1}',
    '["a"];PWN=1',
    '0x1;PWN=1',
    '__import__("os")',
    '(lambda: 1)()',
    '<iframe src=javascript:parent.PWN=1></iframe>',
    '<b>a</b><object data="javascript:PWN=1"></object><embed src=javascript:PWN=1>',
    '<form action=javascript:PWN=1><button>x</button></form>',
    '<button formaction="java&Tab;script:PWN=1">x</button>',
    '<input type=image src=x onerror=PWN=1>',
    '<style>a{b:"</style><img src=x onerror=PWN=1>"}</style>',
    '<svg><style><img src=x onerror=PWN=1></style></svg>',
    '<svg><a xlink:href="javascript:PWN=1"><rect width=9 height=9 /></a></svg>',
    '<svg><animate onbegin=PWN=1 attributeName=x dur=1s></svg>',
    '<math href="javascript:PWN=1"><mtext>x</mtext></math>',
    '<select><option><style></select><img src=x onerror=PWN=1></style>',
    '<textarea><b title="</textarea><img src=x onerror=PWN=1>">',
    '<meta http-equiv=refresh content="0;url=javascript:PWN=1"><base href="javascript:/a/">',
    '<!--><img src=x onerror=PWN=1>-->',
    '<b><!-- --!><img src=x onerror=PWN=1> --></b>',
    '<b></b><!x title="><img src=x onerror=PWN=1>">',
    '<style>@import "javascript:PWN=1"; *{background:url(javascript:PWN=1)}</style>',
    "a" * 10 + "\"'`<>{}$",
]
# fmt: on

BEFORE = "<script>var PWN = 0; function g() { PWN = 1; } function f() {} var item = {};</script>"

#: Presses what can be pressed, follows what would run; tells whether anything ran, or would when something fails.
TRY = """() => {
  for (const element of document.querySelectorAll("[onclick], a[href]")) {
    try {
      if (/^javascript:/i.test(element.href || "")) (0, eval)(decodeURIComponent(element.href.slice(11)));
      else if (element.localName !== "a") element.dispatchEvent(new Event("click"));
    } catch {}
  }
  const names = ["src", "action", "formaction", "data", "xlink:href"];
  const leads = (element) => names.some((name) => /^\\s*javascript:/i.test(element.getAttribute(name) || ""));
  const code = "[onerror], [onload], [onfocus], [onmouseover], [onbegin], iframe[srcdoc], base, meta[http-equiv]";
  const elements = [...document.querySelectorAll("*")];
  return Boolean(window.PWN) || document.querySelector(code) !== null || elements.some(leads);
}"""


@pytest.fixture
def blank(chromium: Browser) -> Iterator[Page]:
    """A page without a network."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.dismiss())
    yield page
    page.close()


def runs(page: Page, html: str) -> bool:
    """Whether anything of a page runs that should not."""
    page.set_content(BEFORE + html, wait_until="commit")
    return bool(page.evaluate(TRY))


def pairs() -> list[tuple[str, str, str]]:
    """Templates with two values each."""
    chosen = random.Random(7)
    found = [(template, value, chosen.choice(VALUES)) for template, value in itertools.product(TEMPLATES, VALUES)]
    return chosen.sample(found, PAIRS)


def test_no_value_runs_wherever_its_hole_stands(blank: Page, folder: Path) -> None:
    tried = 0
    for template, x, y in pairs():
        Path("page.html").write_text(template)
        try:
            html = RequesterSiteTemplate(Path("page.html"), ["x", "y"]).render({"x": x, "y": y})
        except Problems:
            continue
        assert not runs(blank, html), (template, x, y)
        tried += 1
    assert tried > PAIRS * 0.9


def test_without_care_many_of_them_would_run(blank: Page) -> None:
    assert sum(runs(blank, template.replace("${x}", x).replace("${y}", y)) for template, x, y in pairs()[:200]) > 10
