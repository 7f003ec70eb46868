"""Results in the formats of other tools: each is written whole, from the records of a batch."""

from collections.abc import Callable

from simpleturk.batch.results.formats.coco import Coco
from simpleturk.batch.results.formats.conll import Conll
from simpleturk.batch.results.formats.crowd_kit import CrowdKit
from simpleturk.batch.results.formats.field import Writer

#: The writers by the names of their formats, made with the field that --field names, "" without it.
WRITERS: dict[str, Callable[[str], Writer]] = {"coco": Coco, "conll": Conll, "crowd-kit": CrowdKit}
