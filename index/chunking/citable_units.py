"""Where in its section a sentence stands: the unit below the headings, and the paragraph.

What a reader is told of a place must lead to that place only, so the paragraphs of one unit are counted on,
wherever its next one stands: under a heading that is repeated, or after a list with labels of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from alpie.index.readable import collapse
from alpie.index.records import Layout, Sentence


def unit_below(path: Sequence[str], label: str | None) -> str:
    """The label without the article that is its heading: «apartado 2, letra b)» under «Artículo 22. …»."""
    label = label or ""
    heading = collapse(path[-1]).casefold() if path else ""
    unit, comma, rest = label.partition(", ")
    stands_there = heading.startswith(unit.casefold()) and not heading[len(unit) :][:1].isalnum()
    return (rest if comma else "") if stands_there else label


def number_paragraphs(layout: Layout, sentences: Sequence[Sequence[Sentence]]) -> Mapping[int, int]:
    """Block → number, from 1, of its paragraph within its headings and box, or within the unit it names there.

    A list counts with its introduction's unit. Blocks without sentences have none.
    """
    numbers: dict[int, int] = {}
    counted: Counter[tuple[object, ...]] = Counter()
    key: tuple[object, ...] = ()
    group: int | None = None  # of the sentence before
    for number, (block, said) in enumerate(zip(layout.blocks, sentences, strict=True)):
        if not said:
            continue
        if group is None or said[0].group != group:
            box = "" if block.box in block.path else block.box or ""
            key = (block.path, box, unit_below(block.path, block.label))
        group = said[-1].group
        counted[key] += 1
        if key[-1]:
            counted[*key[:2], ""] += 1  # whoever counts the paragraphs of an article counts its numbered ones
        numbers[number] = counted[key]
    return numbers
