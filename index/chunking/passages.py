"""Gathers sentences into passages, the units that are retrieved and cited, each with a permanent address.

A passage never crosses a heading or the edge of a box, and every sentence of the document is in exactly one.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alpie.index.chunking.sentences import document_sentences, word_count
from alpie.index.records import Block, BlockKind, Document, Layout, Passage, Sentence, SentenceRole, collapse
from alpie.index.spanish.analysis import normalize, slug_of

_MIN_WORDS = 60  # a shorter passage is joined with the next paragraph
_MAX_WORDS = 180  # half of what the encoder reads of a text, some 370 words
_MAX_WORDS_WITH_REST = 200  # rather than leave a paragraph of a few words alone
_MAX_LIST_WORDS = 250  # of a list that stays whole
_MAX_KEY_DATA_WORDS = 120  # each is a statement of its own: more of them blur one vector
_MAX_SLUG_CHARACTERS = 40  # of a heading in an address

_ALONE = (BlockKind.CAPTION, BlockKind.TABLE, BlockKind.METADATA)


def label_below_heading(path: Sequence[str], label: str | None) -> str:
    """The label without the article that its heading names: «apartado 2, letra b)» under «Artículo 22. …»."""
    label = label or ""
    heading = collapse(path[-1]).casefold() if path else ""
    unit, comma, rest = label.partition(", ")
    stands_there = heading.startswith(unit.casefold()) and not heading[len(unit) :][:1].isalnum()
    if not stands_there:
        return label
    return rest if comma else ""


def number_paragraphs(layout: Layout, sentences: Sequence[Sequence[Sentence]]) -> Mapping[int, int]:
    """Number of a block → number of its paragraph, from 1, within the headings and box, or within the unit of its label.

    A list is counted in the unit of its introduction. Blocks without sentences have no number.
    """
    numbers: dict[int, int] = {}
    counted: Counter[tuple[object, ...]] = Counter()
    key: tuple[object, ...] = ()
    group: int | None = None  # of the sentence before
    for number, (block, of_block) in enumerate(zip(layout.blocks, sentences, strict=True)):
        if not of_block:
            continue
        if group is None or of_block[0].group != group:
            box = "" if block.box in block.path else block.box or ""
            key = (block.path, box, label_below_heading(block.path, block.label))
        group = of_block[-1].group
        counted[key] += 1
        if key[-1]:
            counted[*key[:2], ""] += 1  # numbered paragraphs are paragraphs of the article as well
        numbers[number] = counted[key]
    return numbers


@dataclass(slots=True)
class _SentenceGroup:
    """Sentences that should stay together, with the block they begin in."""

    block: Block
    sentences: list[Sentence]
    listed: bool = False  # whether there is a list or a pull quote among them

    @property
    def words(self) -> int:
        return word_count(self.sentences)


def make_passages(document: Document, layout: Layout) -> tuple[Passage, ...]:
    """All passages of a document, in reading order."""
    passages: list[Passage] = []
    taken: Counter[str] = Counter()
    sentences = document_sentences(document, layout)
    paragraphs = number_paragraphs(layout, sentences)
    for run in _split_at_edges(layout, sentences):
        for group in _pack(run):
            passage = _make_passage(document, layout, group, paragraphs, len(passages))
            taken[passage.address] += 1
            if (times := taken[passage.address]) > 1:
                passage = replace(passage, address=f"{passage.address}-{times}")
            passages.append(passage)
    return tuple(passages)


def passage_address(document_id: str, heading: str, text: str) -> str:
    """The permanent address of a passage, which depends on document, heading and words only."""
    normal = normalize("NFC", collapse(text)).casefold()
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return (
        f"{_slug(document_id, 80) or 'documento'}/{_slug(heading, _MAX_SLUG_CHARACTERS) or 'texto'}/{digest}"
    )


def _slug(text: str, max_characters: int) -> str:
    """At most `max_characters`, cut between words where there are several."""
    slug = slug_of(text)
    if len(slug) > max_characters:
        slug = slug[: max_characters + 1].rpartition("-")[0] or slug[:max_characters]
    return slug


def _split_at_edges(
    layout: Layout, sentences: Sequence[Sequence[Sentence]]
) -> Iterator[list[_SentenceGroup]]:
    """The sentences between two edges, by blocks; edges are headings, box edges, labelled clauses, captions, tables."""
    run: list[_SentenceGroup] = []
    edge: tuple[object, ...] = ()
    for block, of_block in zip(layout.blocks, sentences, strict=True):
        if block.kind is BlockKind.HEADING:
            yield run
            run, edge = [], ()
            if of_block:
                yield [_SentenceGroup(block, list(of_block))]
            continue
        if not of_block:
            continue
        kind = block.kind if block.kind in (*_ALONE, BlockKind.KEY_DATA) else None
        if run and run[-1].block.kind is BlockKind.CAPTION and block.kind is BlockKind.KEY_DATA:
            edge = (block.path, block.box, block.label, kind)  # the figure that the caption names
        here = (block.path, block.box, block.label, kind)
        piece = _SentenceGroup(block, list(of_block))
        taken = _take_introduction(run, piece) if run else None
        if here != edge or block.kind in (BlockKind.CAPTION, BlockKind.TABLE):
            yield run
            run, edge = [], here
        if taken is not None:
            piece = taken
            if block.kind is BlockKind.TABLE:
                edge = ()
        elif run and run[-1].listed is False and piece.block.kind in (BlockKind.LIST, BlockKind.PULL_QUOTE):
            piece.listed = True
        run.append(piece)
    yield run


def _take_introduction(run: list[_SentenceGroup], piece: _SentenceGroup) -> _SentenceGroup | None:
    """`piece` with its introduction, taken from the end of `run`; None where `run` ends in no introduction of `piece`."""
    before = run[-1]
    last = before.sentences[-1]
    if last.role is not SentenceRole.LEAD_IN or last.group != piece.sentences[0].group:
        return None
    whole = before.words + piece.words <= _MAX_LIST_WORDS and not before.listed
    if whole or len(before.sentences) == 1:
        run.pop()
        return _SentenceGroup(before.block, [*before.sentences, *piece.sentences], True)
    before.sentences.pop()
    return _SentenceGroup(before.block, [last, *piece.sentences], True)


def _pack(run: list[_SentenceGroup]) -> Iterator[list[_SentenceGroup]]:
    key_data = bool(run) and run[-1].block.kind is BlockKind.KEY_DATA
    max_words = _MAX_KEY_DATA_WORDS if key_data else _MAX_WORDS
    groups: list[list[_SentenceGroup]] = []
    for piece in [part for whole in run for part in _split_evenly(whole, max_words)]:
        words = sum(piece.words for piece in groups[-1]) if groups else 0
        small = words < _MIN_WORDS or piece.words < _MIN_WORDS or key_data
        if groups and small and words + piece.words <= (max_words if key_data else _MAX_WORDS_WITH_REST):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    yield from groups


def _split_evenly(piece: _SentenceGroup, max_words: int) -> list[_SentenceGroup]:
    """`piece` in even parts, cut between sentences, where it is too long for one passage."""
    limit = _MAX_LIST_WORDS if piece.listed or piece.block.kind is BlockKind.TABLE else max_words
    words = piece.words
    if words <= limit or len(piece.sentences) == 1:
        return [piece]
    parts = -(-words // max_words)
    made: list[_SentenceGroup] = []
    current: list[Sentence] = []
    reached = 0
    for sentence in piece.sentences:
        size = word_count([sentence])
        if current and reached + size / 2 > words * (len(made) + 1) / parts:
            made.append(replace(piece, sentences=current))
            current = []
        current.append(sentence)
        reached += size
    made.append(replace(piece, sentences=current))
    return made


def _make_passage(
    document: Document,
    layout: Layout,
    group: list[_SentenceGroup],
    paragraphs: Mapping[int, int],
    ordinal: int,
) -> Passage:
    """One passage of neighbouring sentences, with the address, page and paragraph by which it is cited."""
    block = group[0].block
    sentences = tuple(sentence for piece in group for sentence in piece.sentences)
    heading = block.box or (block.path[-1] if block.path else "")
    if block.label and not heading:
        heading = block.label
    text = " ".join(sentence.text for sentence in sentences)
    start, end = sentences[0].start, max(sentence.end for sentence in sentences)
    begin, *later_pages = layout.pages_between(start, end)
    words = document.structure.recognised if document.structure else ()
    return Passage(
        address=passage_address(document.id, heading, text),
        document_id=document.id,
        sentences=sentences,
        path=block.path,
        kind=block.kind,
        box=block.box,
        label=block.label,
        page=begin.label if layout.page_labels else block.page,
        paragraph=paragraphs[sentences[0].block],
        ordinal=ordinal,
        later_pages=tuple(later_pages),
        recognised=words[bisect_left(words, (start,)) : bisect_left(words, (end,))],
    )
