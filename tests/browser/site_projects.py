"""Projects in the manner of the requester site's public templates: pages, what a worker does, and the answers.

Each page finds its assignment id, makes its fields, checks and submits them in a way of its own. All have the row ROW
of a CSV file.
"""

# ruff: noqa: E501 (pages keep the lines of their authors)

from typing import Any, NamedTuple

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

ROW = {
    "text": 'A <b>red</b> kite & "sky"',
    "image_url": PIXEL,
    "items": '["cat", "dog"]',
    "boxes": '<label><input type="checkbox" name="w1" value="bird" id="w1">bird</label>'
    '<label data-word="2"><input type="checkbox" name="w2" value="tree">tree</label>',
}


class Project(NamedTuple):
    """A page; the steps of a worker, pairs or triples for test_requester_site_templates; the answers."""

    page: str
    steps: list[tuple[Any, ...]]
    answers: dict[str, str]


AMAZON = "https://www.mturk.com/mturk/externalSubmit"
S3 = '<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>'
JQUERY = '<script src="https://ajax.googleapis.com/ajax/libs/jquery/3.7.1/jquery.min.js"></script>'
BOOTSTRAP = '<link href="https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css" rel="stylesheet" />'
FORM = f"""<form name="mturk_form" method="post" id="mturk_form" action="{AMAZON}">
<input type="hidden" value="" name="assignmentId" id="assignmentId"/>"""
YES_NO = """<p>${text}</p><label><input type="radio" name="answer" value="yes"> Yes</label>
<label><input type="radio" name="answer" value="no"> No</label>"""
BUTTON = '<p><input type="submit" id="submitButton" value="Submit" /></p>'
GUP = """function gup(name) {
  var regex = new RegExp("[\\\\?&]" + name + "=([^&#]*)"), results = regex.exec(window.location.href);
  return results == null ? "" : results[1];
}"""

YES = [("check", "Yes"), ("click", "Submit")]

PROJECTS = {
    "image labelling without a form": Project(
        f"""{BOOTSTRAP}<section class="container"><div class="panel panel-primary"><strong>Instructions</strong></div>
<table><tr><td><img src="${{image_url}}" class="img-responsive"></td></tr></table><fieldset><label>What is it?</label>
<div class="radio"><label><input name="kind" required="" type="radio" value="cat" />Cat</label></div>
<div class="radio"><label><input name="kind" required="" type="radio" value="dog" />Dog</label></div>
<textarea name="comment" placeholder="Comment" rows="2"></textarea></fieldset></section>
<style type="text/css">fieldset {{ padding: 10px; background: #fbfbfb; }}</style>""",
        [("check", "Dog"), ("fill", "Comment", "a & <b>"), ("click", "Submit")],
        {"kind": "dog", "comment": "a & <b>"},
    ),
    "the standard form": Project(
        f"<html><head>{S3}</head><body>{FORM}{YES_NO}{BUTTON}</form><script language='Javascript'>"
        "turkSetAssignmentID();</script></body></html>",
        YES,
        {"answer": "yes"},
    ),
    "gup": Project(
        f"""{FORM}{YES_NO}{BUTTON}</form><script>{GUP}
document.getElementById("assignmentId").value = gup("assignmentId");
if (gup("assignmentId") == "ASSIGNMENT_ID_NOT_AVAILABLE") {{
  document.getElementById("submitButton").disabled = true;
}} else {{
  var form = document.getElementById("mturk_form");
  if (document.referrer && document.referrer.indexOf("workersandbox") != -1)
    form.action = "http://workersandbox.mturk.com/mturk/externalSubmit";
}}</script>""",
        YES,
        {"answer": "yes"},
    ),
    "turkGetParam and turkGetSubmitToHost": Project(
        f"""{S3}<form id="f" method="POST"><input type="hidden" id="id" name="assignmentId">{YES_NO}{BUTTON}</form>
<script>window.onload = function () {{
  document.getElementById("id").value = turkGetParam("assignmentId", "");
  document.getElementById("f").action = turkGetSubmitToHost() + "/mturk/externalSubmit";
}};</script>""",
        YES,
        {"answer": "yes"},
    ),
    "the query split by hand, and form.submit()": Project(
        f"""{JQUERY}{FORM}{YES_NO}<button type="button" onclick="send()">Submit</button></form><script>
$.urlParam = function (name) {{
  var pairs = location.search.substring(1).split("&"), found = null;
  for (var i = 0; i < pairs.length; i++) if (pairs[i].split("=")[0] == name) found = pairs[i].split("=")[1];
  return found;
}};
function send() {{ $("#assignmentId").val($.urlParam("assignmentId")); $("#mturk_form").submit(); }}</script>""",
        YES,
        {"answer": "yes"},
    ),
    "onsubmit that returns false": Project(
        f"""{S3}{FORM.replace('method="post"', 'method="post" onsubmit="return validate()"')}{YES_NO}
<p id="error" hidden>Please answer.</p>{BUTTON}</form><script>turkSetAssignmentID();
function validate() {{
  for (var i = 0, all = document.getElementsByName("answer"); i < all.length; i++) if (all[i].checked) return true;
  document.getElementById("error").hidden = false;
  return false;
}}</script>""",
        [("click", "Submit"), ("see", "Please answer."), *YES],
        {"answer": "yes"},
    ),
    "jQuery.validate": Project(
        f"""{JQUERY}<script src="https://cdnjs.cloudflare.com/ajax/libs/jquery-validate/1.19.5/jquery.validate.min.js">
</script><p>${{text}}</p><label for="name">Name</label><input type="text" class="required" name="name" id="name">
<script>$(function () {{ $("#mturk_form").validate({{ messages: {{ name: "This field is required." }} }}); }});</script>""",
        [("click", "Submit"), ("see", "This field is required."), ("fill", "Name", "kite"), ("click", "Submit")],
        {"name": "kite"},
    ),
    "CKEditor": Project(
        f"""<script src="https://cdn.ckeditor.com/4.22.1/standard/ckeditor.js"></script>{FORM}
<textarea name="essay" id="essay">${{text}}</textarea>{BUTTON}</form><script>CKEDITOR.replace("essay");</script>""",
        [("type", "[contenteditable]", "Up: "), ("click", "Submit")],
        {"essay": 'Up: A <b>red</b> kite &amp; "sky"'},
    ),
    "steps that end in a hidden field": Project(
        """<div id="stage"></div><input type="hidden" name="log" id="log"><button type="button" id="next">Next</button>
<script>var items = ${items}, log = [], at = -1, stage = document.getElementById("stage");
function show() {
  at += 1;
  if (at < items.length) { stage.textContent = "Is it a " + items[at] + "?"; return; }
  document.getElementById("log").value = JSON.stringify(log);
  document.getElementById("mturk_form").submit();
}
document.getElementById("next").onclick = function () { log.push(items[at] + ":" + at); show(); };
show();</script>""",
        [("see", "Is it a cat?"), ("click", "Next"), ("see", "Is it a dog?"), ("click", "Next")],
        {"log": '["cat:0","dog:1"]'},
    ),
    "rows that a script adds": Project(
        f"""{JQUERY}<p>${{text}}</p><table id="rows"></table><button type="button" id="add">Add a row</button><script>
var count = 0;
$("#add").click(function () {{
  count += 1;
  $("#rows").append('<tr><td><label>Row ' + count + ' <input name="row_' + count + '"></label></td></tr>');
}});</script>""",
        [
            *[("click", "Add a row"), ("fill", "Row 1", "a"), ("click", "Add a row"), ("fill", "Row 2", "b")],
            ("click", "Submit"),
        ],
        {"row_1": "a", "row_2": "b"},
    ),
    "several steps in one form": Project(
        """<style>.step { display: none } .step.on { display: block }</style>
<div class="step on"><label>First <input name="first"></label><button type="button" onclick="go(1)">Next</button></div>
<div class="step"><p>${text}</p><label>Second <select name="second"><option></option><option>red</option></select></label>
<input type="submit" value="Submit"></div><script>function go(n) {
  var steps = document.querySelectorAll(".step");
  for (var i = 0; i < steps.length; i++) steps[i].className = i == n ? "step on" : "step";
}</script>""",
        [("fill", "First", "1"), ("click", "Next"), ("select", "Second", "red"), ("click", "Submit")],
        {"first": "1", "second": "red"},
    ),
    "a frame that posts messages": Project(
        """<iframe title="Tool" srcdoc="<button onclick='parent.postMessage({ score: 7 }, &quot;*&quot;)'>Rate</button>">
</iframe><p>${text}</p><input type="hidden" name="score" id="score"><p id="seen"></p><script>
window.addEventListener("message", function (event) {
  if (!event.data || !event.data.score) return;
  document.getElementById("score").value = event.data.score;
  document.getElementById("seen").textContent = "Rated";
});</script>""",
        [("click_in_frame", "Rate"), ("see", "Rated"), ("click", "Submit")],
        {"score": "7"},
    ),
    "a canvas": Project(
        """<canvas id="c" width="200" height="100" style="border: 1px solid"></canvas><p>${text}</p>
<input type="hidden" name="box" id="box"><script>
var canvas = document.getElementById("c"), pen = canvas.getContext("2d"), from = null, picture = new Image();
picture.onload = function () { pen.drawImage(picture, 0, 0); }; picture.src = "${image_url}";
canvas.onmousedown = function (e) { from = [e.offsetX, e.offsetY]; };
canvas.onmouseup = function (e) {
  pen.strokeRect(from[0], from[1], e.offsetX - from[0], e.offsetY - from[1]);
  document.getElementById("box").value = [from[0], from[1], e.offsetX, e.offsetY].map(Math.round).join(",");
};</script>""",
        [("drag", "canvas", 10, 20, 60, 70), ("click", "Submit")],
        {"box": "10,20,60,70"},
    ),
    "an audio player": Project(
        """<audio id="a" controls src="data:audio/wav;base64,UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=">
</audio><button type="button" onclick="play()">Play</button><input type="hidden" name="plays" id="plays" value="0">
<label>Transcript <textarea name="transcript">${text}</textarea></label><script>function play() {
  var player = document.getElementById("a"), started = player.play();
  if (started) started.catch(function () {});
  document.getElementById("plays").value = Number(document.getElementById("plays").value) + 1;
}</script>""",
        [("click", "Play"), ("click", "Play"), ("fill", "Transcript", "la la"), ("click", "Submit")],
        {"plays": "2", "transcript": "la la"},
    ),
    "an editable paragraph": Project(
        f"""{S3}{FORM}<div id="edit" contenteditable="true">${{text}}</div><input type="hidden" name="edited" id="edited">
{BUTTON}</form><script>turkSetAssignmentID();
document.getElementById("mturk_form").addEventListener("submit", function () {{
  document.getElementById("edited").value = document.getElementById("edit").innerText;
}});</script>""",
        [("type", "#edit", "Now: "), ("click", "Submit")],
        {"edited": 'Now: A red kite & "sky"'},
    ),
    "radio buttons of its own": Project(
        """<p>${text}</p><div role="radiogroup"><span role="radio" tabindex="0" data-value="good">Good</span>
<span role="radio" tabindex="0" data-value="bad">Bad</span></div><input type="hidden" name="rating"><script>
document.querySelectorAll("[role=radio]").forEach(function (radio) {
  radio.onclick = radio.onkeydown = function (event) {
    if (event.type === "keydown" && event.key !== " ") return;
    event.preventDefault();
    document.getElementsByName("rating")[0].value = radio.dataset.value;
  };
});</script>""",
        [("press", "[data-value=bad]", " "), ("click", "Submit")],
        {"rating": "bad"},
    ),
    "fields outside of the form": Project(
        f"""<label>Colour <input name="colour"></label><p>${{text}}</p>{FORM}{BUTTON}</form>
<label><input type="checkbox" name="sure" value="1"> Sure</label>""",
        [("fill", "Colour", "red"), ("check", "Sure"), ("click", "Submit")],
        {"colour": "red", "sure": "1"},
    ),
    "several forms": Project(
        f"""<form id="search" onsubmit="return find()"><label>Search <input name="q"></label><button>Find</button></form>
<p id="found"></p>{S3}{FORM}{YES_NO}{BUTTON}</form><script>turkSetAssignmentID();
function find() {{ document.getElementById("found").textContent = "Found " + document.forms[0].q.value; return false; }}
</script>""",
        [("fill", "Search", "kite"), ("click", "Find"), ("see", "Found kite"), *YES],
        {"answer": "yes"},
    ),
    "a form without an action": Project(f"<form>{YES_NO}{BUTTON}</form>", YES, {"answer": "yes"}),
    "a form by GET to the sandbox": Project(
        f"""<form action="https://workersandbox.mturk.com/mturk/externalSubmit" method="get">
<input type="hidden" name="assignmentId" id="a">{YES_NO}{BUTTON}</form><script>
document.getElementById("a").value = new URLSearchParams(location.search).get("assignmentId");</script>""",
        YES,
        {"answer": "yes"},
    ),
    "fetch": Project(
        """<p>${text}</p><label>Answer <input id="answer"></label><button id="go">Submit</button><script>
document.getElementById("go").onclick = async function () {
  const query = new URLSearchParams(location.search), data = new FormData();
  data.append("assignmentId", query.get("assignmentId"));
  data.append("answer", document.getElementById("answer").value);
  await fetch(query.get("turkSubmitTo") + "/mturk/externalSubmit", { method: "POST", body: data, mode: "no-cors" });
};</script>""",
        [("fill", "Answer", "red"), ("click", "Submit")],
        {"answer": "red"},
    ),
    "XMLHttpRequest": Project(
        f"""<p>${{text}}</p><label>Answer <input id="answer"></label><button id="go">Submit</button><script>{GUP}
document.getElementById("go").onclick = function () {{
  var request = new XMLHttpRequest(), to = decodeURIComponent(gup("turkSubmitTo")) + "/mturk/externalSubmit";
  request.open("POST", to);
  request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
  request.send("assignmentId=" + gup("assignmentId") + "&answer=" + document.getElementById("answer").value);
}};</script>""",
        [("fill", "Answer", "red"), ("click", "Submit")],
        {"answer": "red"},
    ),
    "storage": Project(
        f"""{YES_NO}<input type="hidden" name="visits" id="visits"><script>
localStorage.setItem("visits", Number(localStorage.getItem("visits") || 0) + 1);
sessionStorage.started = Date.now(); document.cookie = "seen=1";
document.getElementById("visits").value = localStorage.getItem("visits") > 0 ? "some" : "none";</script>""",
        YES,
        {"answer": "yes", "visits": "some"},
    ),
    "looks at the window around it": Project(
        f"""{YES_NO}<input type="hidden" name="framed" id="framed"><script>
var framed = window.top !== window.self, host = "";
try {{ host = window.parent.location.href; }} catch (error) {{ host = ""; }}
try {{ document.domain = document.domain; }} catch (error) {{}}
try {{ window.top.document.title = "x"; }} catch (error) {{}}
try {{ window.parent.scrollTo(0, 0); }} catch (error) {{}}
window.parent.postMessage("loaded", "*");
document.getElementById("framed").value = framed;</script>""",
        YES,
        {"answer": "yes", "framed": "true"},
    ),
    "alert and confirm": Project(
        f"""{S3}{FORM}{YES_NO}{BUTTON}</form><script>turkSetAssignmentID();
document.getElementById("submitButton").onclick = function () {{
  alert("Thank you!");
  return confirm("Submit?");
}};</script>""",
        YES,
        {"answer": "yes"},
    ),
    "a warning before the page is left": Project(
        f"""{YES_NO}<script>var isSubmitted = false;
window.onbeforeunload = function () {{ if (!isSubmitted) return "Your work is not submitted."; }};
document.getElementById("mturk_form").addEventListener("submit", function () {{ isSubmitted = true; }});</script>""",
        YES,
        {"answer": "yes"},
    ),
    "target _top": Project(
        f"{S3}{FORM.replace('<form', '<form target=_top')}{YES_NO}{BUTTON}</form><script>turkSetAssignmentID();</script>",
        YES,
        {"answer": "yes"},
    ),
    "fields of the CSV file": Project(
        """<style>label { display: block }</style><p>${text}</p><div class="words">${boxes}</div>
<label>Other <input name="other"></label><script>
document.querySelectorAll("label[data-word]").forEach(function (label) { label.title = label.dataset.word; });</script>""",
        [("check", "bird"), ("check", "tree"), ("fill", "Other", "sea"), ("click", "Submit")],
        {"w1": "bird", "w2": "tree", "other": "sea"},
    ),
    "two pictures, by keyboard": Project(
        f"""{S3}{FORM}<table><tr><td><img src="${{image_url}}" alt="left"></td><td><img src="${{image_url}}" alt="right">
</td></tr></table><p>Press 1 or 2.</p><input type="hidden" name="better" id="better"></form><script>
document.addEventListener("keydown", function (event) {{
  if (event.key !== "1" && event.key !== "2") return;
  turkSetAssignmentID();
  document.getElementById("better").value = event.key === "1" ? "left" : "right";
  document.getElementById("mturk_form").submit();
}});</script>""",
        [("key", "Press 1 or 2.", "2")],
        {"better": "right"},
    ),
    "a survey with the browser's own checks": Project(
        """<p>${text}</p><label>Age <input type="number" name="age" min="18" max="99" required></label>
<label>Mail <input type="email" name="mail"></label><label>Day <input type="date" name="day"></label>
<label>Scale <input type="range" name="scale" min="0" max="10" value="5"></label>
<label>Country <select name="country"><option value="">-</option><option value="NZ">New Zealand</option></select></label>
<label>Tags <select name="tags" multiple><option>a</option><option>b</option><option>c</option></select></label>""",
        [
            ("click", "Submit"),
            *[("fill", "Age", "30"), ("fill", "Mail", "a@example.org"), ("fill", "Day", "2026-02-03")],
            *[("press", "[name=scale]", "ArrowRight"), ("select", "Country", "NZ"), ("select", "Tags", ["a", "c"])],
            ("click", "Submit"),
        ],
        {"age": "30", "mail": "a@example.org", "day": "2026-02-03", "scale": "6", "country": "NZ", "tags": "a|c"},
    ),
    "a form made at the end": Project(
        f"""<p>${{text}}</p><label>Answer <input id="answer"></label><button id="go">Submit</button><script>{GUP}
document.getElementById("go").onclick = function () {{
  var form = document.createElement("form");
  form.method = "POST"; form.action = "{AMAZON}";
  var values = {{ assignmentId: gup("assignmentId"), answer: document.getElementById("answer").value }};
  for (var name in values) {{
    var field = document.createElement("input");
    field.type = "hidden"; field.name = name; field.value = values[name];
    form.appendChild(field);
  }}
  document.body.appendChild(form); form.submit();
}};</script>""",
        [("fill", "Answer", "red"), ("click", "Submit")],
        {"answer": "red"},
    ),
    "document.write": Project(
        """<p>${text}</p><script>var items = ${items};
for (var i = 0; i < items.length; i++)
  document.write("<label>" + items[i] + " <input name='n_" + items[i] + "' size=3></label>");</script>""",
        [("fill", "cat", "1"), ("fill", "dog", "2"), ("click", "Submit")],
        {"n_cat": "1", "n_dog": "2"},
    ),
    "a button called submit": Project(
        f"{S3}{FORM}{YES_NO}<input type='submit' name='submit' value='Submit'></form>"
        "<script>turkSetAssignmentID();</script>",
        YES,
        {"answer": "yes", "submit": "Submit"},
    ),
    "a link that submits": Project(
        f"{S3}{FORM}{YES_NO}</form><a href='javascript:document.forms[0].submit()'>Send it</a>"
        "<script>turkSetAssignmentID();</script>",
        [("check", "Yes"), ("follow", "Send it")],
        {"answer": "yes"},
    ),
    "a picture that submits": Project(
        f"<form action='{AMAZON}' method='post'>{YES_NO}"
        "<input type='image' src='${image_url}' alt='Submit' width=20 height=20></form>",
        YES,
        {"answer": "yes", "x": "10", "y": "10"},
    ),
    "a client-side template": Project(
        """<div id="app"></div><script type="text/x-mustache" id="t">{{#items}}<label><input type="checkbox" name="{{.}}"
 value="on"> {{.}}</label>{{/items}}<p>{{text}}</p></script><input type="hidden" name="given" value="${text}"><script>
var html = document.getElementById("t").innerHTML, items = ${items}, text = "${text}";
html = html.replace(/{{#items}}([^]*){{.items}}/, function (all, part) {
  return items.map(function (item) { return part.split("{{.}}").join(item); }).join("");
}).replace("{{text}}", function () { return text.replace(/</g, "&lt;"); });
document.getElementById("app").innerHTML = html;</script>""",
        [("see", ROW["text"]), ("check", "dog"), ("click", "Submit")],
        {"given": ROW["text"], "dog": "on"},
    ),
    "a button that waits for consent": Project(
        f"""{S3}{FORM}<label><input type="checkbox" id="consent"> I agree</label>{YES_NO}
<input type="submit" id="submitButton" value="Submit" disabled></form><script>turkSetAssignmentID();
document.getElementById("consent").onchange = function () {{
  document.getElementById("submitButton").disabled = !this.checked;
}};</script>""",
        [("check", "I agree"), *YES],
        {"answer": "yes"},
    ),
    "the assignment id in a script": Project(
        f"""{YES_NO}<input type="hidden" name="when" id="when"><script>
var assignmentId = (window.location.search.match(/[?&]assignmentId=([^&]+)/) || [])[1];
if (assignmentId && assignmentId !== "ASSIGNMENT_ID_NOT_AVAILABLE") document.getElementById("when").value = "accepted";
document.mturk_form.assignmentId.value = assignmentId;</script>""",
        YES,
        {"answer": "yes", "when": "accepted"},
    ),
    "a body with onload, and a table around the form": Project(
        f"""<html><body onload="init()"><table><form action="{AMAZON}" method="post" name="f"><tr><td>
<input type="hidden" name="assignmentId">{YES_NO}</td></tr><tr><td>{BUTTON}</td></tr></form></table><script>
function init() {{ document.f.assignmentId.value = location.href.split("assignmentId=")[1].split("&")[0]; }}</script>
</body></html>""",
        YES,
        {"answer": "yes"},
    ),
}
