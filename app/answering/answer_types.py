"""The records of an answer. Code that shows, stores or checks answers only needs this module, and nothing that makes them.

Answer
├── search: SearchStatement             what was searched
├── quotes: Quote, …                    word for word, best first
│   ├── passage: Passage, spans: Span   where the words stand (`alpie.index.records`)
│   └── citation: Citation              where they come from, for people
├── nearest: Quote, …                   of a refusal: what comes nearest
├── parts: Part, …                      of a comparison, or document by document: `quotes`, each by its Role
├── absent: MissingSource, …            what the question names and is not there
├── hits: Hit, …                        the passages found (`alpie.index.records`)
└── writer: WrittenSentence, …          what a language model wrote about the quotations
writer_report: WriterReport         how it wrote, or its WriterFailure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alpie.app.translations import Translations
from alpie.index.records import Hit, PageLabel, Passage, Span
from alpie.index.spanish.analysis import tokens
from alpie.index.spanish.characters import without_invisible
from alpie.index.spanish.named_documents import is_plural, name_with_article

# Characters of a question, where it is shown as understood: in more, nobody sees what was changed.
_MAX_SHOWN = 400


@dataclass(frozen=True)
class Citation:
    """Where a quotation comes from, in the words of `sources.toml` and of the document's headings.

    `alpie.app.answering.quoting.citation` makes the sentences that people see.
    """

    address: str  # permanent address of the passage
    document_id: str
    title: str
    publisher: str
    date: str
    kind: str
    path: tuple[str, ...]  # section → heading
    box: str | None
    label: str | None  # «párrafo 1 de la parte dispositiva», «artículo 22»
    page: PageLabel | None  # of the first word that is cited; None where the document has no pages
    paragraph: int  # within its section or unit, see `alpie.index.chunking.passages`
    url: str = ""
    rights: str = ""
    short_publisher: str = ""  # for the short form: «WeProtect»
    language: str = ""  # BCP 47, of the document; "" where nobody said it
    last_page: PageLabel | None = None  # of the last word that is cited, where its page is another
    recognised: int | None = None  # of words recognised on a picture: how sure the program was, in per cent
    doubtful: tuple[str, ...] = ()  # words of which the program was not sure
    place: str = ""  # of publication
    date_is_ours: bool = False  # the document does not carry its date, which is put in brackets
    last_paragraph: int = 0  # of the last word that is cited; 0 where it is in `paragraph`


@dataclass(frozen=True)
class Quote:
    """One to three sentences, or a whole list, word for word.

    `source[start:end]` equals `text`, once white space is collapsed and what the layout left out is removed.
    """

    text: str
    document_id: str
    spans: tuple[Span, ...]
    passage: Passage
    citation: Citation
    score: float  # calibrated: the probability that this quotation answers, 0 … 1
    emphasis: tuple[Span, ...] = ()  # of `text`, to print bold

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end


@dataclass(frozen=True)
class SearchStatement:
    """What was searched: shown with every answer, and above all with a refusal."""

    documents: int
    passages: int
    above_threshold: int  # passages whose score says they may hold the answer
    threshold: float  # of `Answer.confidence`
    firm_threshold: float = 0.0  # from this confidence on an answer is given without reserve


@dataclass(frozen=True)
class WrittenSentence:
    """A sentence written by a language model and the numbers of the quotes it rests on."""

    text: str
    quotes: tuple[int, ...]  # 1-based


class WriterFailure(StrEnum):
    """Why a language model wrote no answer, or only the beginning of one."""

    TIMEOUT = "timeout"
    CUT = "cut"  # the model wrote more than is read
    UNREACHABLE = "unreachable"
    NOTHING = "nothing"  # no sentence of the model could be shown
    MISSING = "missing"  # the package of the provider is not installed
    BUSY = "busy"  # too many writings at once


@dataclass(frozen=True)
class WriterReport:
    """How a language model wrote: what is shown under the quotations, which do not depend on the model."""

    model: str  # as in the settings
    dropped: Mapping[str, int] = field(default_factory=dict)  # sentences not shown, by reason
    failure: WriterFailure | None = None

    @property
    def dropped_count(self) -> int:
        return sum(self.dropped.values())

    def sentences(self, translations: Translations) -> str:
        """The sentence for people: how many sentences were left out, or why there are none and the quotations stand."""
        told = [translations.count("writer.dropped", self.dropped_count)] if self.dropped_count else []
        if self.failure:
            told.append(translations(f"writer.{self.failure}", model=self.model))
        return " ".join(told)


_ABSENT_DOCUMENTS = {  # by whether the name is a plural, and whether only chosen documents were asked
    (False, False): "absent.document",
    (False, True): "absent.document_chosen",
    (True, False): "absent.documents",
    (True, True): "absent.documents_chosen",
}


@dataclass(frozen=True)
class MissingSource:
    """A place («artículo 99») or a whole document that a question names and the documents do not have."""

    document: str  # its name as typed, or its title where a place of it is missing; "": of no document
    place: str = ""  # a message: shown in the visitor's language
    mentioned: bool = False  # documents speak of the place, and that is quoted

    def sentence(self, translations: Translations, chosen: bool) -> str:
        """The sentence for people: «El Código Penal no está entre los documentos»; `chosen`: only some were asked."""
        document = translations.quoted(self.document)
        if self.place:
            key = "absent.place_of" if self.document else "absent.place"
            return translations(key, place=self.place, document=document)
        name = name_with_article(self.document) if translations.language == "es" else document
        line = translations(_ABSENT_DOCUMENTS[is_plural(self.document), chosen], document=name)
        return f"{line} {translations('absent.mentioned')}" if self.mentioned else line


class Role(StrEnum):
    """What the quotations of a part have in common."""

    SIDE = "side"  # of a comparison
    DOCUMENT = "document"  # one document says them
    CONTEXT = "context"  # they stand around a quotation that was not understood
    DEFINITION = "definition"  # they say what the words of a quotation mean that was not understood


@dataclass(frozen=True)
class Part:
    """The quotations of one side of a comparison, or of one document, shown apart; there are none if it says nothing."""

    role: Role
    heading: str = ""  # what was compared, as typed, or a title; "": the role says enough
    question: str = ""  # the question put to this part alone
    quotes: tuple[Quote, ...] = ()
    nearest: tuple[Quote, ...] = ()  # without quotations: what comes nearest, which is not an answer
    tentative: bool = False  # the quotations may not answer all that was asked
    shown_elsewhere: bool = False  # what answers this part is shown in another one, which it answers better


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question: quotations, or an honest no with the nearest passages."""

    question: str
    searched: str  # the question as searched: cleaned up, or completed from the turns before
    search: SearchStatement
    answered: bool = False
    confidence: float = 0.0  # calibrated probability that the documents answer, 0 … 1
    quotes: tuple[Quote, ...] = ()  # best first; empty when not answered
    nearest: tuple[Quote, ...] = ()  # when not answered: the nearest passages, which are not an answer
    hits: tuple[Hit, ...] = ()  # passages, best first
    milliseconds: Mapping[str, float] = field(default_factory=dict)  # by stage, and "total"
    language: str = "es"  # of the question: "es" | "en" | "und"
    # places and documents that the question names and that are not there
    absent: tuple[MissingSource, ...] = ()
    parts: tuple[Part, ...] = ()  # where they are shown apart: all of `quotes`, in their order
    follows: tuple[str, ...] = ()  # the earlier questions that completed the question, oldest first
    limited_to: tuple[str, ...] = ()  # ids of the documents that the question was put to; empty: all
    nothing_near: bool = False  # not answered, and what comes nearest is not near
    small_talk: bool = False  # nothing was asked that documents could answer: nothing was searched
    writer: tuple[WrittenSentence, ...] | None = None  # None: no model is configured
    writer_report: WriterReport | None = None

    @property
    def understood(self) -> str | None:
        """The question as searched, if words were expanded or corrected; otherwise None.

        It is None for a completed question, too, as `follows` says with what, and for a very long one.
        """
        typed, searched = (
            list(map(str, tokens(text))) for text in (without_invisible(self.question), self.searched)
        )
        if searched == typed or self.follows or len(self.searched) > _MAX_SHOWN:
            return None
        return self.searched

    def absence_sentences(self, translations: Translations) -> list[str]:
        """A sentence for each thing that is not there."""
        return [source.sentence(translations, bool(self.limited_to)) for source in self.absent]

    @property
    def tentative(self) -> bool:
        """Whether the answer is given with reserve: the quotations may not answer all that was asked."""
        return self.answered and self.confidence < self.search.firm_threshold
