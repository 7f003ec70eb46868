"""Permissions in an annotation, in the attribute of a frame, and in words."""

import pytest

from simpleturk.mturk.permissions import (
    ALWAYS_ALLOWED,
    NEED_AN_ORIGIN,
    PERMISSIONS,
    annotation_word,
    asked_of_workers,
    frame_policy,
    permissions_of,
)


@pytest.mark.parametrize("names", [[], ["microphone"], ["camera", "microphone", "clipboard-read"]])
def test_permissions_travel_in_the_annotation(names: list[str]) -> None:
    annotation = " ".join(
        filter(None, ("my note", "MaxPerWorker=5", annotation_word([*names, *names]), "simpleturk:1:2"))
    )
    assert permissions_of(annotation) == names


@pytest.mark.parametrize("annotation", [None, "", "Allow=", "xAllow=camera", 'Allow=usb,";payment,*', "allow=camera"])
def test_other_annotations_allow_nothing(annotation: str | None) -> None:
    assert permissions_of(annotation) == []


def test_a_frame_always_allows_full_screen_and_sound() -> None:
    assert frame_policy([]) == "fullscreen; autoplay"
    assert frame_policy(["camera", "autoplay"]) == "fullscreen; autoplay; camera"


def test_workers_are_told_each_thing_once_and_in_words() -> None:
    assert asked_of_workers(["camera", "clipboard-write", "gyroscope", "accelerometer"]) == [
        "your camera",
        "the movements of your device",
    ]


def test_every_named_permission_is_known() -> None:
    assert {*ALWAYS_ALLOWED, *NEED_AN_ORIGIN} <= set(PERMISSIONS)
