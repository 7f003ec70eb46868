"""Questions → HITs: tokens, annotations, changed sources."""

from dataclasses import replace

from simpleturk.batch.launch import annotation, changed_sources, token
from simpleturk.batch.record import Source
from tests.batch.test_record import record


def test_a_token_is_the_same_for_each_request_and_differs_between_lines_and_batches() -> None:
    assert token("b", 1) == token("b", 1)
    assert len({token("b", 1), token("b", 2), token("c", 1)}) == 3
    assert len(token("b", 1)) == 64


def test_an_annotation_names_batch_and_line() -> None:
    assert annotation("b" * 32, 7) == f"simpleturk:{'b' * 32}:7"
    assert len(annotation("b" * 32, 10**9)) <= 55


def test_a_source_with_another_digest_has_changed() -> None:
    old = record()
    assert changed_sources(old, old) == {}
    new = replace(old, template=Source(old.template.path, "other"))
    assert changed_sources(old, new) == {"template": old.template.path}


def test_a_skipped_line_that_is_launched_again_is_a_change() -> None:
    old = replace(record(), skipped=[2])
    assert changed_sources(old, replace(old, skipped=[2, 3])) == {}
    assert changed_sources(old, replace(old, skipped=[])) == {"skipped": "--skip"}
