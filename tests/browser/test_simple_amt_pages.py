"""Templates that were written for simple-amt work unchanged: jQuery, the simpleamt object, includes of their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.worker_steps import accept, hit, open_preview, sign_in, submit
from tests.conftest import Run, records

PAGE = """<html>
  <head>
    <script src='//cdnjs.cloudflare.com/ajax/libs/jquery/2.1.1/jquery.min.js'></script>
    <link href="//maxcdn.bootstrapcdn.com/bootstrap/3.2.0/css/bootstrap.min.css" rel="stylesheet">
  </head>
  <body>
    <div class='container'><h1 id='word'></h1><button id='more' class='btn' disabled>More</button>
    <input type='text' id='note' disabled/></div>
    {% include "INCLUDE" %}
    <script>
      $(function() {
        var input = simpleamt.getInput(['default']), seen = 0;
        function draw() { $('#word').text(input[seen]); }
        draw();
        if (simpleamt.isPreview()) return;
        $('#note, #more, #submit-btn').prop('disabled', false);
        $('#more').click(function() { seen += 1; draw(); });
        simpleamt.setupSubmit();
        $('#submit-btn').click(function() {
          if ($('#note').val().length < 3) { $('#word').text('too short'); return false; }
          simpleamt.setOutput({'seen': seen, 'note': $('#note').val(), 'word': input[seen]});
        });
      });
    </script>
  </body>
</html>
"""

#: An include that somebody copied years ago and has kept: it trusts the data, and needs jQuery.
OWN_INCLUDE = """<script type='text/json' id='input'>
  {{ input }}
</script>
<form id='results-form' method='post' action='dummy'><input type='hidden' name='assignmentId' id='assignmentId'/>
<input type='hidden' name='output' id='output'/><input type='submit' id='submit-btn' value='Submit' disabled/></form>
<script>
  var simpleamt = (function() {
    function param(name) {
      var found = RegExp('[?&]' + name + '=([^&]*)').exec(window.location.search);
      return found ? decodeURIComponent(found[1]) : null;
    }
    return {
      getInput: function() { try { return JSON.parse($('#input').html()); } catch (e) { return null; } },
      setOutput: function(output) { $('#output').val(JSON.stringify(output)); },
      isPreview: function() { return param('assignmentId') == 'ASSIGNMENT_ID_NOT_AVAILABLE'; },
      setupSubmit: function() {
        $('#results-form').attr('action', param('turkSubmitTo') + '/mturk/externalSubmit');
        $('#assignmentId').val(param('assignmentId'));
      }
    };
  })();
</script>
"""

WORDS = ["first", '</script><script>alert(1)</script> & "it\'s" <!-- é 🙂 ]]>']

#: In the spelling of before 2019.
PROPERTIES = {"title": "Words", "description": "Look.", "keywords": "a", "reward": 0.01, "duration": 600,
              "frame_height": 700, "max_assignments": 1}  # fmt: skip


@pytest.mark.parametrize("name", ["simpleamt.html", "hit_templates/simpleamt.html"])
@pytest.mark.parametrize("own", [False, True])
def test_an_old_template_is_done_as_it_is(
    page: Page, libraries: None, folder: Path, run: Run, serve: Callable[..., Server], name: str, own: bool
) -> None:
    Path("hit_templates").mkdir()
    if own:
        Path(name).write_text(OWN_INCLUDE)
    Path("hit_templates/words.html").write_text(PAGE.replace("INCLUDE", name))
    Path("words.json").write_text(json.dumps(PROPERTIES))
    Path("input.txt").write_text(json.dumps(WORDS) + "\n")
    launched = run(
        "launch", "--html_template", "hit_templates/words.html", "--hit_properties_file", "words.json",
        "--input_json_file", "input.txt", "--hit_ids_file", "ids.txt", "--database", "market.db",
    )  # fmt: skip
    assert launched.exit_code == 0
    sign_in(page, serve(0, "--database", "market.db").site)
    open_preview(page, "Words")
    expect(hit(page).locator("#word")).to_have_text("first")
    expect(hit(page).locator("#submit-btn")).to_be_disabled()
    accept(page)
    hit(page).locator("#more").click()
    expect(hit(page).locator("#word")).to_have_text(WORDS[1])
    hit(page).locator("#submit-btn").click()
    expect(hit(page).locator("#word")).to_have_text("too short")
    hit(page).locator("#note").fill("a note & <b>")
    submit(page)
    [record] = records(run("results", "--hit_ids_file", "ids.txt", "--database", "market.db").stdout)
    assert record["output"] == {"seen": 1, "note": "a note & <b>", "word": WORDS[1]}
