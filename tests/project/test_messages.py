"""What errors and notices say: every sentence in the catalogues, in both languages, and told wherever it is read."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

from alpie.app import errors as app_errors
from alpie.app import translations
from alpie.app.errors import AddressError
from alpie.app.page.views import page_translations
from alpie.eval import errors as eval_errors
from alpie.index import errors, messages
from alpie.index.database.record_json import from_json, to_json
from alpie.index.errors import AlpieError, IndexDamaged, SourceError
from alpie.index.messages import Message, MessageText, message, message_from_row, message_to_row, translate
from alpie.index.notices import UnreadFile
from support.places import ROOT

TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for top in ("index", "app", "eval")
    for path in (ROOT / top).rglob("*.py")
    if top != "eval" or path.parent.name != "training"  # run by hand by who makes a reader, in English
}
ENGLISH = messages.message.catalogue("en")


def _drawn(text: str) -> set[tuple[str, str]]:
    """Pairs of a class and its base, by how far each line of the tree is indented."""
    pairs: set[tuple[str, str]] = set()
    above: list[tuple[int, str]] = []
    for match in re.finditer(r"^ {4}(?P<lines>[ │├└─]*)(?P<name>[A-Z]\w+)", text, re.MULTILINE):
        depth = len(match["lines"])
        above = [one for one in above if one[0] < depth]
        if above:
            pairs.add((match["name"], above[-1][1]))
        above.append((depth, match["name"]))
    return pairs


def _defined() -> dict[str, set[tuple[str, str]]]:
    """Pairs of an error of ours and its base, wherever it is defined, by the layer."""
    pairs = [
        (path.relative_to(ROOT).parts[0], node.name, base.id)
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    ]
    family = {"AlpieError"}
    while more := {name for _, name, base in pairs if base in family} - family:
        family |= more
    found: dict[str, set[tuple[str, str]]] = {"index": set(), "app": set(), "eval": set()}
    for layer, name, base in pairs:
        if base in family:
            found[layer].add((name, base))
    return found


DEFINED = _defined()
ERRORS = {name for pairs in DEFINED.values() for pair in pairs for name in pair}


def test_the_tree_at_the_head_of_the_errors_is_drawn_whole() -> None:
    assert errors.__doc__
    assert _drawn(errors.__doc__) == set().union(*DEFINED.values())
    for layer in ("app", "eval"):
        marked = re.findall(rf"(\w+) +\({layer}\)", errors.__doc__)
        assert sorted(marked) == sorted(name for name, _ in DEFINED[layer])


@pytest.mark.parametrize(("layer", "module"), [("app", app_errors), ("eval", eval_errors)])
def test_each_layer_draws_its_part_of_the_tree(layer: str, module: ModuleType) -> None:
    assert module.__doc__
    drawn = _drawn(module.__doc__)
    assert DEFINED[layer] <= drawn <= set().union(*DEFINED.values())


def _placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


CATALOGUES = ("index", "app", "app/page")


def _file(folder: str, language: str) -> dict[str, str]:
    sentences: dict[str, str] = json.loads((ROOT / folder / f"locale/{language}.json").read_text("utf-8"))
    return sentences


@pytest.mark.parametrize("folder", CATALOGUES)
def test_both_languages_have_the_same_keys_in_order_and_placeholders(folder: str) -> None:
    spanish, english = (_file(folder, language) for language in translations.LANGUAGES)
    assert list(spanish) == list(english) == sorted(spanish)
    for key in spanish:
        assert _placeholders(spanish[key]) == _placeholders(english[key]), key


def test_no_key_is_in_two_catalogues() -> None:
    index, app, page = (_file(folder, "es").keys() for folder in CATALOGUES)
    assert not index & (app | page)
    # whoever indexes is told how to install Tesseract, a reader of the page cannot
    assert app & page == {"notice.pages_without_text"}


def test_no_sentence_stands_twice() -> None:
    """Labels of one word may: they are parted where a language has two words for them."""
    keys: dict[tuple[str, str], list[str]] = {}
    for folder in CATALOGUES:
        english = _file(folder, "en")
        for key, text in _file(folder, "es").items():
            keys.setdefault((text, english[key]), []).append(key)
    assert [same for texts, same in keys.items() if len(same) > 1 and " " in texts[0]] == []


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            yield name, node


def _message_keys(tree: ast.AST) -> Iterator[str]:
    """Keys, and beginnings of keys that are put together («unread.»), of the messages that a module makes."""
    for name, node in _calls(tree):
        if name in {"message", "at", "refuse", "fault_at", "_fault", "_FileFormat"}:
            for one in [each for argument in node.args for each in ast.walk(argument)]:
                if isinstance(one, ast.Constant) and re.fullmatch(
                    r"[a-z]+(\.[a-z0-9_]*)+|at", str(one.value)
                ):
                    yield str(one.value)


def test_no_key_is_missing() -> None:
    known = translations.message.catalogue("es")
    for path, tree in TREES.items():
        for key in _message_keys(tree):
            begun = key.endswith(".") and any(one.startswith(key) for one in known)
            assert begun or key in known, (path, key)


def test_no_key_is_unused() -> None:
    used = {key for tree in TREES.values() for key in _message_keys(tree)}
    families = tuple(key for key in used if key.endswith("."))
    assert [
        key for key in messages.message.catalogue("es").keys() - used if not key.startswith(families)
    ] == []


def _is_message(node: ast.expr, tree: ast.AST) -> bool:
    """Whether an expression is made of messages: made here, or handed on under a name."""
    if isinstance(node, ast.IfExp):
        return _is_message(node.body, tree) and _is_message(node.orelse, tree)
    if isinstance(node, ast.BoolOp):
        return all(_is_message(value, tree) for value in node.values)
    if isinstance(node, ast.Name):
        given = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign) and any(getattr(to, "id", "") == node.id for to in one.targets)
        ]
        return all(_is_message(one, tree) for one in given)
    return isinstance(node, ast.Call | ast.Attribute)


def test_every_error_says_a_sentence_of_the_catalogues() -> None:
    for path, tree in TREES.items():
        for name, node in _calls(tree):
            if name in ERRORS:
                assert node.args, (path, node.lineno)
                assert _is_message(node.args[0], tree), (path, node.lineno)


# What the end of an error says to do: an order, or what is admitted, which tells what to write instead.
_ORDERS = {
    "es": r"""abra|acort|acórt|actuali[cz]|actualíc|añad[ao]|añád|borre|bórr|búsq|cambi|cámbi|compruebe|convi[eé]rt|copie|cópi
        |corrij|corríj|cre[ea]|crée|d[eé]\b|dele|deje|divid|divíd|ejecute|elij|escrib|escríb|espere|guard|guárd|hág|indique
        |indíq|instal|instál|intént|libere|nómb|pegue|pida|ponga|reconstruya|rehág|reinstál|repita|repít|retir|haga|termín|use\b
        |vea\b|vuelva|se\ admite|se\ espera|hace\ falta|debe|ha\ de|necesita|son\ obligatorias""",
    "en": r"""add\b|ask\b|check|choose|close|convert|copy|correct|create|delete|enter|finish|free|give|install|make|name\b|open
        |paste|put\b|rebuild|reinstall|reload|remove|rename|run\b|save|search|see\b|set\b|shorten|split|try|type|update|use\b|wait
        |write|change|leave|allowed|expected|must|need|required""",
}
_INSIDE = "a fact of the sentence that is told: of `encoder.damaged`, `encoder.weights_damaged`, `index.pointer_damaged`"
NOTHING_TO_DO = {
    **dict.fromkeys(
        ("encoder.blocks", "encoder.ends", "encoder.header", "encoder.word_kind", "encoder.word_table"),
        _INSIDE,
    ),
    **dict.fromkeys(("index.large", "index.no_text", "index.not_regular"), _INSIDE),
}


def _first_message(node: ast.Call) -> Iterator[str]:
    """Keys of the sentence that an error is made with, not of the facts in it."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    place = 1 if name in {"at", "fault_at"} else 0
    told = node.args[place : place + 1] if name in ERRORS | {"at", "fault_at", "refuse"} else []
    branches = [told[0].body, told[0].orelse] if told and isinstance(told[0], ast.IfExp) else told
    for branch in branches:
        first = branch.args[0] if isinstance(branch, ast.Call) and branch.args else branch
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


TOLD = {key for tree in TREES.values() for _, node in _calls(tree) for key in _first_message(node)}


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_error_ends_with_what_to_do(language: str) -> None:
    sentences = translations.message.catalogue(language)
    orders = re.compile(rf"\b(?:{_ORDERS[language]})", re.VERBOSE | re.IGNORECASE)
    told = TOLD & sentences.keys() - {"at"}
    assert len(told) > 150
    assert NOTHING_TO_DO.keys() <= told
    ends = {
        key: re.split(r"(?<=[.?)]) (?=[A-ZÁÉÍÓÚ])", sentences[key])[-1] for key in told - NOTHING_TO_DO.keys()
    }
    assert {key: end for key, end in ends.items() if not orders.search(end)} == {}


NESTED = SourceError.at(
    Path("/docs/a.pdf"), "format.other", ending=".pdf", actual=message("format.kind.image")
)


def test_a_message_is_told_in_every_language_with_those_inside_it() -> None:
    assert str(NESTED) == (
        "/docs/a.pdf: se llama .pdf, pero es una imagen. "
        "Guárdelo en el formato que dice su nombre, o dele la extensión que le corresponde."
    )
    assert NESTED.reason.startswith("se llama .pdf")
    for words in (translations.translations_for("en"), page_translations.page_translations_for("en")):
        assert words.translate(NESTED).startswith("/docs/a.pdf: its name ends in .pdf, but it is an image.")
        assert words("cli.error", message=NESTED) == f"Error: {words.translate(NESTED)}"
        assert words.translate("lo que dijo una versión anterior") == "lo que dijo una versión anterior"
    listed = message("sources.none_read", folder="docs", reasons=[NESTED, message("build.busy", folder="x")])
    assert str(translate(listed, ENGLISH)).endswith(
        "the right extension.; Another process is indexing in x. Wait until it is done."
    )
    assert str(listed).endswith("corresponde.; Otro proceso está indexando en x. Espere a que termine.")


def test_a_message_in_an_error_that_is_a_fact_is_told_too() -> None:
    why = ValueError(message("index.no_text"))
    error = IndexDamaged(message("index.pointer_damaged", path="CURRENT", error=why), Path("CURRENT"))
    assert str(error).startswith("El archivo CURRENT está dañado: no es texto.")
    assert str(translate(error, ENGLISH)).startswith("The file CURRENT is damaged: it is not text.")


@pytest.mark.parametrize("how", ["pickled", "copied", "json", "database", "manifest"])
def test_a_message_outlives_every_way_it_goes(how: str) -> None:
    told = message("sources.none_read", folder="docs", reasons=[NESTED])
    again = {
        "pickled": lambda: pickle.loads(pickle.dumps(told)),
        "copied": lambda: copy.deepcopy(told),
        "json": lambda: message_from_row(json.loads(json.dumps(message_to_row(told)))),
        "database": lambda: from_json(
            tuple[MessageText, ...], to_json(tuple[MessageText, ...], (told, "sin clave"))
        )[0],
        "manifest": lambda: from_json(UnreadFile, to_json(UnreadFile, UnreadFile("a", told))).reason,
    }[how]()
    assert isinstance(again, Message)
    assert again == told
    assert translate(again, ENGLISH) == translate(told, ENGLISH) != str(told)


@pytest.mark.parametrize("error", [NESTED, AddressError(message("query.no_words"), address="a/b")])
def test_errors_cross_to_another_process(error: AlpieError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))
    assert translate(again, ENGLISH) == translate(error, ENGLISH)


def test_sentences_of_earlier_indexes_show_as_they_are() -> None:
    earlier = from_json(UnreadFile, '{"file": "a.doc", "reason": "es un documento antiguo."}')
    assert earlier.reason == "es un documento antiguo."
    assert from_json(tuple[MessageText, ...], '["Nota."]') == ("Nota.",)


def test_what_is_said_in_a_key_of_a_later_version_is_told_in_spanish() -> None:
    row: Mapping[str, object] = {"text": "Algo nuevo.", "key": "later.key", "facts": {}}
    assert translate(message_from_row(row), ENGLISH) == "Algo nuevo."
