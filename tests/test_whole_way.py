"""The promise over the whole way: a made-up collection is laid out, indexed, asked, quoted and checked.

Whatever the documents hold, a shown quotation stands in its source, checking it says *exact*, and taking one
letter away from it never does.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpie.app.checking.verification import Verdict
from alpie.app.checking.verify import QuotationChecker
from alpie.index.errors import QuestionError
from support.fake_encoder import LARGE_TEXT, corpus_of
from support.promise import TEXTS, WORDS, read_off

_BODIES = (
    "Los niños de España usan el móvil. La Policía detuvo a dos personas en Alicante, según el informe.",
    "Las medidas son las siguientes:\n\n- formar a los docentes;\n- avisar a las familias;\n- borrar el material.",
    "Países por criterio\n\nEspaña 25 %\nFrancia 7 %\nItalia 9 %",
    "## Recomendaciones\n\nEl Estado debe proteger a la infancia.7 No hay pruebas de lo contrario.8",
    "Artículo 3. Definiciones\n\n1. A efectos de esta ley se entiende por niño toda persona menor de 18 años.",
    LARGE_TEXT,
)
_DOCUMENTS = st.lists(
    st.lists(st.one_of(st.sampled_from(_BODIES), TEXTS, st.text(max_size=120)), min_size=1, max_size=5).map(
        "\n\n".join
    ),
    min_size=1,
    max_size=3,
)
_QUESTIONS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


@given(_DOCUMENTS, _QUESTIONS)
def test_what_is_quoted_is_proved_and_verified(texts: list[str], question: str) -> None:
    corpus = corpus_of(*texts, threshold=0.0)
    if not corpus.passages:
        return
    try:
        answer = corpus.ask(question)
    except QuestionError:
        return
    checker = QuotationChecker(corpus)
    for quote in (*answer.quotes, *answer.nearest):
        assert read_off(corpus.documents[quote.document_id].text, quote.spans) == quote.text
        assert corpus.passage(quote.passage.address) is quote.passage
        if not any(character.isalnum() for character in quote.text):
            continue
        outcome = checker.check(quote.text)
        assert outcome.verdict is Verdict.EXACT, (quote.text, outcome)
        for place in outcome.places:
            assert read_off(corpus.documents[place.document_id].text, place.spans) == place.text


@given(_DOCUMENTS, st.data())
def test_a_sentence_with_a_word_put_in_is_never_called_exact(texts: list[str], data: st.DataObject) -> None:
    corpus = corpus_of(*texts, threshold=0.0)
    sentences = [s.text for p in corpus.passages for s in p.sentences if len(s.text.split()) > 3]
    if not sentences:
        return
    words = data.draw(st.sampled_from(sentences)).split()
    words.insert(data.draw(st.integers(1, len(words) - 1)), "zyxwvut")
    outcome = QuotationChecker(corpus).check(" ".join(words))
    assert outcome.verdict is not Verdict.EXACT
    for place in outcome.places:
        assert read_off(corpus.documents[place.document_id].text, place.spans) == place.text
