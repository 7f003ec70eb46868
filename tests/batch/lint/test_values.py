"""Tags in values that workers see as text."""

from pathlib import Path

from tests.conftest import Files, Run


def test_check_names_each_tag_of_a_value_that_shows_as_text(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}])
    Path("p.html").write_text("<p>a</p>\n<p>${word}</p><input name=a>\n")
    rows = ["<b>a</b><script>b</script>", "<i>c</i><script>d</script>", "<u>e</u>", "<b onclick=f()>g</b>"]
    Path("p.csv").write_text("word\n" + "\n".join(rows) + "\n")
    result = run("check", "--template", "p.html", "--inputs", "p.csv")
    where = "warning: p.html, line 2, column 4: the value of 'word' has a tag"
    assert f"{where} <script> that is shown as text [shown-tag] (for p.csv, line 2, and 1 more line)" in result.stderr
    assert f"{where} <b> that is shown as text [shown-tag] (for p.csv, line 5)" in result.stderr
    assert result.stderr.count("[shown-tag]") == 2 and result.exit_code == 0


def test_fields_in_values_are_checked_as_fields_of_the_page(batch_files: Files, run: Run) -> None:
    batch_files([{"word": "x"}])
    Path("p.html").write_text("<p>${word}</p>\n")
    Path("p.csv").write_text('word\n"<input name=""a"">"\n')
    assert run("check", "--template", "p.html", "--inputs", "p.csv").stderr.startswith("Checked 1 input: no problems")
    Path("p.csv").write_text('word\n"<input>"\n')
    assert "p.html, line 1, column 4: <input> has no name" in (
        run("check", "--template", "p.html", "--inputs", "p.csv").stderr
    )
