"""Finds text that was copied out of a document: what copying does to it is not an alteration.

A copy from a PDF may add or lose hyphens and spaces at line ends, zero-width characters, ligatures, line numbers,
footnote calls, and running heads and feet. The letters and digits of the text are looked up in those of the source,
with and without these; what is found is then compared character by character.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alpie.app.checking.text_view import append_span, fold_quotes, subtract_spans
from alpie.index.records import Document, Layout, ReadableMap, Span, collapse, spans_between
from alpie.index.spanish.analysis import join_thousands, normalize
from alpie.index.spanish.characters import without_invisible

_LIGATURE = re.compile("[ﬀ-ﬆ]")
_LINE_END = re.compile(r"(?<=[^\W\d_])-\s+(?=[^\W\d_])")
_DIVIDED = "(?:- ?)?"  # a hyphen at a line end divides a word, or belongs to it
_NUMBER = r"(?:(?<![\w.,])[-−+±])?\d+(?:[.,:/–-]\d+)*"  # with its sign and what parts its digits
_SIGN = r"[^\w\s\u0300-\u036f.,;:¿?¡!()\[\]{}\"'«»“”„‘’‚‹›`´*…·•|–—-]"
_NUMBER_OR_SIGN = re.compile(f"{_NUMBER}|{_SIGN}")
_LINE_NUMBER = re.compile(r"^[^\S\n]*\d{1,4}(?=\s)|(?<=\s)\d{1,4}[^\S\n]*$", re.MULTILINE)
_LONE_NUMBER = re.compile(r"(?<!\S)\d{1,4}(?!\S)")
_STEP = 5  # lines from one that bears its number to the next, where not all do
_CALL = re.compile(
    r"(?<=[^\W\d_]{4})([.,;:!?»”)]{0,2})(?:\d{1,3}|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\[\d{1,3}\]|\(\d{1,2}\))(?![\w%])"
)
_ENYE = "\u00fe"  # a letter without parts that Spanish does not have
_NO_LETTERS = re.compile(r"[\W_]+")
_MAX_RUNNING = 2_000  # running lines of a document that are looked at: those of a thousand pages


@dataclass(frozen=True)
class CopiedText:
    """A text that was found: the source's words for it, and whether it differs in nothing else."""

    spans: tuple[Span, ...]
    is_exact: bool


def letters_of(text: str) -> ReadableMap:
    """The letters and digits of `text` without accents and capitals, and where each stands; ñ is not n."""
    found: list[str] = []
    at: list[int] = []
    for offset, character in enumerate(text):
        if character.isascii():
            if character.isalnum():
                found.append(character.lower())
                at.append(offset)
            continue
        for letter in _fold_letter(character):
            if letter == "\u0303":
                if found and found[-1] == "n" and not text[at[-1] + 1 : offset].strip("\u0303"):
                    found[-1] = "ñ"
                continue
            found.append(letter)
            at.append(offset)
    return ReadableMap("".join(found), at)


def _quick_letters(text: str) -> str:
    """The letters and digits of `letters_of`, at a fraction of its cost."""
    folded = normalize("NFC", text).casefold().replace("ñ", _ENYE)
    return _NO_LETTERS.sub("", normalize("NFKD", folded)).replace(_ENYE, "ñ")


@lru_cache(4096)
def _fold_letter(character: str) -> str:
    if character in "ñÑ":
        return "ñ"
    if character == "\u0303":
        return character
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(sign for sign in apart if sign.isalnum())


def find_copied(
    text: str, document: Document, layout: Layout | None, start: int, end: int
) -> Iterator[CopiedText]:
    """The places of `text` between `start` and `end` of a document, the first of each way to read both."""
    variants = [(variant, _quick_letters(variant)) for variant in _copy_variants(text, document, layout)]
    for spans in _stretch_variants(layout, start, end):
        kept = "".join(document.text[span.start : span.end] for span in spans)
        there = _quick_letters(kept)
        for variant, letters in variants:
            if letters and letters in there and (found := _find_letters(variant, kept, spans)) is not None:
                yield found


def same_but_for_signs(pasted: str, source: str) -> bool:
    """Whether two texts differ in accents, capitals, blanks and punctuation alone.

    Of a number, what parts its thousands is a sign, and nothing else: «92,7» is not «927»; the sign before a number, or
    the one for percent, is a word.
    """
    same_letters = letters_of(pasted).text == letters_of(source).text
    return same_letters and _numbers_and_signs(pasted) == _numbers_and_signs(source)


def without_hyphens(text: str) -> str:
    """Join the words of `text` that its line ends divide."""
    return _LINE_END.sub("", text)


def _numbers_and_signs(text: str) -> list[str]:
    return _NUMBER_OR_SIGN.findall(join_thousands(normalize("NFC", text)))


def _find_letters(variant: str, kept: str, spans: Sequence[Span]) -> CopiedText | None:
    """Where `kept`, the text of `spans`, has the letters of `variant` as whole words."""
    wanted = letters_of(variant).text
    letters, at = letters_of(kept)
    position = letters.find(wanted)
    while position >= 0:
        first, last = at[position], at[position + len(wanted) - 1] + 1
        while last < len(kept) and unicodedata.combining(kept[last]):
            last += 1
        cut_before = position > 0 and at[position - 1] == first - 1
        cut_after = last < len(kept) and kept[last].isalnum()
        if not (cut_before or cut_after):
            lead, tail = _outer_signs(variant)
            near, end = _with_signs(kept, first, last, lead, tail)
            words = collapse(kept[near:end])
            if _is_copy(variant, words):
                return CopiedText(_source_spans(spans, near, end), True)
            near, end = _whole_tokens(kept, first, last)
            if same_but_for_signs(variant, kept[near:end]):
                return CopiedText(_source_spans(spans, near, end), False)
        position = letters.find(wanted, position + 1)
    return None


def _is_copy(pasted: str, words: str) -> bool:
    """Whether `pasted` is `words` but for hyphens at line ends."""
    parts = map(
        re.escape, _look_alike_form(_LINE_END.sub("\ue000", _look_alike_form(pasted))).split("\ue000")
    )
    return re.fullmatch(_DIVIDED.join(parts), _look_alike_form(words)) is not None


def _look_alike_form(text: str) -> str:
    """What two texts share that look the same: ligatures, letters in parts, marks of quotation, blanks."""
    apart = _LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match.group()), without_invisible(text))
    return fold_quotes(collapse(normalize("NFC", apart)))


def _outer_signs(text: str) -> tuple[str, str]:
    inside = [n for n, character in enumerate(text) if character.isalnum()]
    plain = (_look_alike_form(text[: inside[0]]), _look_alike_form(text[inside[-1] + 1 :]))
    return plain[0].replace(" ", ""), plain[1].replace(" ", "").lstrip("".join(map(chr, range(0x300, 0x370))))


def _with_signs(kept: str, first: int, last: int, lead: str, tail: str) -> tuple[int, int]:
    """The offsets widened by the signs that stand before and after the words in the text copied too."""
    start, end = first, last
    for sign in reversed(lead):
        before = len(kept[:start].rstrip())
        if before and fold_quotes(kept[before - 1]) == sign:
            start = before - 1
    for sign in tail:
        after = end + len(kept[end:]) - len(kept[end:].lstrip())
        if after < len(kept) and fold_quotes(kept[after]) == sign:
            end = after + 1
    return start, end


def _whole_tokens(kept: str, first: int, last: int) -> tuple[int, int]:
    while first > 0 and not kept[first - 1].isspace():
        first -= 1
    while last < len(kept) and not kept[last].isspace():
        last += 1
    return first, last


def _source_spans(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    """Where the characters ``start … end`` of the text of `spans` stand in the source."""
    found: list[Span] = []
    position = 0
    for span in spans:
        length = span.end - span.start
        low, high = max(start - position, 0), min(end - position, length)
        append_span(found, Span(span.start + low, span.start + high))
        position += length
    return tuple(found)


def _stretch_variants(layout: Layout | None, start: int, end: int) -> Iterator[Sequence[Span]]:
    """The stretch as it stands, and without what the layout leaves out, each kind by itself and together."""
    whole = [Span(start, end)]
    yield whole
    if layout is None:
        return
    marks, calls, footers = (
        _spans_near(left, start, end) for left in (layout.marks, layout.note_calls, layout.footers)
    )
    ways = [
        (*marks, *calls, *footers),
        marks,
        (*marks, *calls),
        (*marks, *footers),
        (*calls, *footers),
        calls,
        footers,
    ]
    for left_out in filter(None, dict.fromkeys(ways)):
        yield subtract_spans(whole[0], sorted(left_out))


def _spans_near(spans: Sequence[Span], start: int, end: int) -> tuple[Span, ...]:
    first = max(0, bisect_left(spans, start, key=lambda span: span.start) - 1)
    return spans_between(spans[first : bisect_left(spans, end, key=lambda span: span.start)], start, end)


def _copy_variants(text: str, document: Document, layout: Layout | None) -> Iterator[str]:
    """The text, and without what a copy may have brought into it from the margins."""
    unnumbered = _without_line_numbers(text)
    bare = (text, unnumbered, _without_running_lines(unnumbered, document, layout))
    yield from dict.fromkeys(variant for way in bare for variant in (way, _CALL.sub(r"\1", way)))


def _without_line_numbers(text: str) -> str:
    """`text` without the numbers that count its lines: at the edges of lines, or anywhere where it has none."""
    for pattern, lined in ((_LINE_NUMBER, True), (_LONE_NUMBER, False)):
        found = list(pattern.finditer(text))
        counted = _line_counters(
            [(int(number.group()), text.count("\n", 0, number.end())) for number in found], lined
        )
        if counted:
            edges = [0, *(edge for n in counted for edge in found[n].span()), len(text)]
            return "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    return text


def _line_counters(numbers: Sequence[tuple[int, int]], lined: bool) -> list[int]:
    """Which of the numbers, each with its line, count the lines: each line, or one line in five."""
    if lined and numbers:
        offset, times = Counter(value - line for value, line in numbers).most_common(1)[0]
        if times > 1:
            return [n for n, (value, line) in enumerate(numbers) if value - line == offset]
    best: list[int] = []
    for first, (value, _) in enumerate(numbers):
        run = [first]
        for n in range(first + 1, len(numbers)):
            if numbers[n][0] == numbers[run[-1]][0] + _STEP:
                run.append(n)
        if not value % _STEP and len(run) > len(best):
            best = run
    return best if len(best) > 1 else []


def _without_running_lines(text: str, document: Document, layout: Layout | None) -> str:
    """`text` without those of its lines that the document has at the edges of its pages."""
    if layout is None or "\n" not in text or not layout.footers:
        return text
    running = {
        _letters_only(document.text[footer.start : footer.end]) for footer in layout.footers[:_MAX_RUNNING]
    } | {""}
    return "\n".join(
        line for line in text.splitlines() if not line.strip() or _letters_only(line) not in running
    )


def _letters_only(line: str) -> str:
    return "".join(letter for letter in letters_of(line).text if not letter.isdigit())
