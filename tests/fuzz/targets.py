"""What the fuzzer calls: each target takes bytes, makes the input of one part of them and checks its promise.

A target raises on a finding and returns otherwise; what the part refuses with an `AlpieError` is no finding.
They need no fuzzer: `tests/test_fuzz_targets.py` calls them with seeds, random bytes and past findings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from alpie.app.answering.corpus import Corpus
from alpie.app.answering.lookup import look_up as search
from alpie.app.answering.understanding.conversation import complete_question, depends_on_earlier
from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.app.checking.word_alignment import DifferenceKind, align
from alpie.app.page.views.lookup_view import read_lookup
from alpie.index.errors import AlpieError
from alpie.index.records import Document, proves
from alpie.index.retrieval.word_search import fold_as_stored
from alpie.index.sources.source_table import entry_from_table
from alpie.index.spanish.analysis import terms, tokens
from alpie.index.spanish.query import MAX_CHARACTERS, parse_question
from support import fake_encoder
from support.formats.packed import docx_of, odt_of
from support.promise import assert_promise

# What layout rules look at: one byte of the fuzzer's chooses one.
_FRAGMENTS = """
El|la|casa|de|los niños|España|2018|20183|2019,|internet.5|CSAM|P2P|«dos palabras»|(IWF)|1,5|105 047|millones|%|
9|%18|fin.|¿Qué?|¡Sí!|art.|EE. UU.|Artículo 3.|TÍTULO I|CAPÍTULO II|Disposición final|Figura 2:|INSTA a|RECORDANDO|
niño,12|•|–|✓|1.|2)|a)|(3)|| ||#|##|-|*|Más|de 84|ñ|ü|漢字|🙂|\u200b|ﬁ|«|»|(|)|“|”|:|;|,|—|Sr.|S.A.|etc.|página 7|
Informe anual de la Alianza 20197|Asunto: cosa|12 de enero de 2019|Tendencias tecnológicas|Madrid, 5 %|25|100 200|
|:-|www.example.org/a|a@b.es|XII|¹²|\u0301|\u202e|\ud800|\0|palabra|otra|texto que sigue y|acaba aquí.|Considerando
""".replace("\n", "").split("|")
_GAPS = (
    " ", " ", "\n", " \n", "\n\n", "\r\n", "\f", "\u00a0", "\t", "\n ", "\n  ", "\u2028", "\x85", "", "\v",
    "\n\n\n",
)  # fmt: skip
_DOCUMENTS = (
    fake_encoder.LARGE_TEXT,
    fake_encoder.SMALL_TEXT,
    "Países por criterio\nEspaña: cinco\nFrancia: siete\n\nde la de la de la casa de la casa.7 Fin de la cosa.",
)


def text_of(data: bytes) -> str:
    """A text of anything: by its first byte, the bytes as UTF-8, as 16-bit units, or as numbers of fragments."""
    if not data:
        return ""
    mode, rest = data[0] % 4, data[1:]
    if mode == 0:
        return rest.decode("utf-8", "replace")
    if mode == 1:
        return rest.decode("utf-16-le", "surrogatepass" if len(rest) % 2 == 0 else "replace")
    pieces: list[str] = []
    for first, second in zip(rest[::2], rest[1::2], strict=False):
        pieces += [_FRAGMENTS[first % len(_FRAGMENTS)], _GAPS[second % len(_GAPS)]]
    return "".join(pieces)


def layout_and_promise(data: bytes) -> None:
    """Text → layout → sentences → passages: every sentence proved, nothing lost, addresses unique."""
    assert_promise(fake_encoder.document_of(text_of(data)))


def question(data: bytes) -> None:
    """A question is refused or becomes a short line; its tokens lie where they say; turns change no bound."""
    typed, _, earlier = text_of(data).partition("palabra")
    for token in tokens(typed):
        assert 0 <= token.start < token.end <= len(typed)
    terms(typed)
    depends_on_earlier(typed)
    try:
        asked = parse_question(typed)
    except AlpieError:
        return
    assert asked.typed == typed
    assert 0 < len(asked.searched) <= MAX_CHARACTERS * 2
    assert asked.searched == " ".join(asked.searched.split())
    assert len(complete_question(asked, [earlier, earlier[:40], typed]).searched) <= MAX_CHARACTERS * 2


@cache
def _library() -> Corpus:
    return fake_encoder.corpus_of(*_DOCUMENTS)


def look_up(data: bytes) -> None:
    """A search form with anything in it: what is marked lies in the passage, and phrases stand there."""
    fields = text_of(data).split("\n")
    names = ("text", "sort", "document", "kind", "publisher", "section", "since", "until", "shown")
    query: Mapping[str, str] = dict(zip(names, fields, strict=False))
    wanted = read_lookup(query)
    try:
        results = search(_library(), wanted)
    except AlpieError:
        return
    for item in (*results.found, *results.related):
        for span in item.marked:
            assert 0 <= span.start < span.end <= len(item.passage.text)
    for item in results.found:
        assert all(phrase.search(fold_as_stored(item.passage.text)) for phrase in wanted.query.exact)


def verify(data: bytes) -> None:
    """A pasted text is exact only if it stands there, and differences are both texts to the letter."""
    library = _library()
    pasted = text_of(data)
    if len(data) > 3 and data[1] % 2:  # near a real text: a stretch of one with something put into it
        source = library.documents[("uno", "dos", "tres")[data[2] % 3]].text
        start = data[3] % len(source)
        middle = min(len(source), start + 60)
        pasted = source[start:middle] + pasted + source[middle : middle + 60]
    try:
        outcome = QuotationChecker(library).check(pasted)
    except AlpieError:
        return
    assert (outcome.verdict is Verdict.ABSENT) == (not outcome.places)
    for place in outcome.places:
        assert proves(library.documents[place.document_id].text, place.spans, place.text)
    if outcome.verdict is Verdict.ALTERED:
        said = [run for run in outcome.differences if run.kind is not DifferenceKind.DELETED]
        assert "".join(" ".join(run.source for run in outcome.differences).split()) == "".join(
            word for place in outcome.places for word in place.text.split()
        )
        assert said


def word_alignment(data: bytes) -> None:
    """The runs of an alignment are both texts, in order and whole."""
    middle = len(data) // 2
    pasted, source = ([f"w{byte % 7}" for byte in part] for part in (data[:middle], data[middle:]))
    fit = align(pasted, source)
    if fit is None:
        return
    assert 0 <= fit.start < fit.end <= len(source)
    assert 0.0 <= fit.similarity <= 1.0
    left = [n for _, one, _ in fit.runs for n in one]
    right = [n for _, _, one in fit.runs for n in one]
    assert left == list(range(len(pasted)))
    assert right == list(range(fit.end - fit.start))


def source_table(data: bytes) -> None:
    """An entry of `sources.toml` is taken or refused in words."""
    names = ("id", "file", "title", "publisher", "date", "kind", "language", "url", "rights", "short", "x")
    values = text_of(data).split("\n")
    table = dict(zip(names, values, strict=False))
    try:
        entry = entry_from_table(table, "aquí", Path("sources.toml"))
    except AlpieError:
        return
    assert ".." not in entry.file.split("/")
    assert not entry.file.startswith("/")


def _format(suffix: str) -> Callable[[bytes], None]:
    def one_format(data: bytes) -> None:
        """A file is refused in words, or its text keeps the promise whole."""
        from alpie.index.formats import extract

        path = Path(f"documento{suffix}")
        try:
            extraction = extract(data, path)
        except AlpieError as error:
            if str(path) not in str(error):
                raise AssertionError("the message does not name the file") from error
            return
        extraction.text.encode()  # no lone surrogate reaches the index
        assert extract(data, path).text == extraction.text
        document = fake_encoder.document_of(extraction.text)
        if extraction.structure is not None:
            document = Document(
                "prueba", "Prueba", "", "2024", "informe", "es", path.name, extraction.text,
                parser=extraction.parser, structure=extraction.structure,
            )  # fmt: skip
        assert_promise(document)

    return one_format


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "layout": layout_and_promise,
    "question": question,
    "lookup": look_up,
    "verify": verify,
    "alignment": word_alignment,
    "sources": source_table,
    "docx-xml": lambda data: _format(".docx")(docx_of(data)),  # past the checksums of the archive
    "odt-xml": lambda data: _format(".odt")(odt_of(data)),
    **{suffix[1:]: _format(suffix) for suffix in (".txt", ".md", ".html", ".pdf", ".docx", ".odt")},
}
