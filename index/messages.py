"""Messages for people, by key: in Spanish where they arise, translated where they are shown.

`locale/*.json` holds the sentences, one catalogue for each language, with a name for each fact. An error or a notice
keeps its key and facts wherever it goes, even in the index, so that programs need not parse sentences.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self


class Listed(tuple[object, ...]):
    """Several facts in one place of a sentence, which says what is put between two of them: `{formats:, }`."""

    def __format__(self, between: str) -> str:
        return between.join(map(str, self))


class Message(str):
    """A sentence in Spanish that can be translated; without a key it is the same in every language."""

    key: str
    facts: Mapping[str, Any]

    def __new__(cls, text: str, key: str = "", facts: Mapping[str, Any] = MappingProxyType({})) -> Self:
        message = super().__new__(cls, text)
        message.key, message.facts = key, facts
        return message


def format_sentence(catalogue: Mapping[str, str], key: str, facts: Mapping[str, object]) -> str:
    """The sentence `key` of a catalogue with its facts; facts that are messages are translated as well."""
    return catalogue[key].format(**{name: translate(fact, catalogue) for name, fact in facts.items()})


def translate(fact: object, catalogue: Mapping[str, str]) -> object:
    """A message, or the message of an error, in the language of a catalogue; unchanged where the catalogue has no such key."""
    fact = _message_of(fact)
    if isinstance(fact, Message):
        return format_sentence(catalogue, fact.key, fact.facts) if fact.key in catalogue else str(fact)
    return Listed(translate(part, catalogue) for part in fact) if isinstance(fact, list | tuple) else fact


class MessageSource:
    """Makes messages from the catalogues in some folders; of two sentences with one key, that of the later folder counts."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    def catalogue(self, language: str) -> Mapping[str, str]:
        """All sentences of a language by their keys."""
        return _catalogue(self.folders, language)

    def __call__(self, key: str, /, **facts: object) -> Message:
        kept = {name: _storable(fact) for name, fact in facts.items()}
        return Message(format_sentence(self.catalogue("es"), key, kept), key, kept)


@cache
def _catalogue(folders: tuple[Path, ...], language: str) -> Mapping[str, str]:
    files = (folder / f"{language}.json" for folder in folders)
    return {key: text for file in files for key, text in json.loads(file.read_text(encoding="utf-8")).items()}


message = MessageSource(Path(__file__).with_name("locale"))


def _message_of(fact: object) -> object:
    has_message = isinstance(fact, BaseException) and fact.args and isinstance(fact.args[0], Message)
    return fact.args[0] if has_message else fact  # type: ignore[attr-defined]


def _storable(fact: object) -> object:
    """A fact as text, so that it can be stored and sent to another process."""
    fact = _message_of(fact)
    if isinstance(fact, list | tuple):
        return Listed(map(_storable, fact))
    return fact if isinstance(fact, Message) else str(fact)


def message_to_row(fact: Any) -> Any:
    """A message as plain values for JSON; a message without a key as its text."""
    if isinstance(fact, Listed):
        return [message_to_row(part) for part in fact]
    if not (isinstance(fact, Message) and fact.key):
        return str(fact)
    facts = {name: message_to_row(value) for name, value in fact.facts.items()}
    return {"text": str(fact), "key": fact.key, "facts": facts}


def message_from_row(row: Any) -> Any:
    """The message that `message_to_row` wrote; a text becomes a message without a key."""
    if isinstance(row, list):
        return Listed(map(message_from_row, row))
    if isinstance(row, str):
        return row
    return Message(
        row["text"], row["key"], {name: message_from_row(value) for name, value in row["facts"].items()}
    )


class _MessageSchema:
    """Tells pydantic to keep the key and facts of a message."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> Any:
        from pydantic_core import core_schema  # late: who only raises errors need not load it

        written = core_schema.plain_serializer_function_ser_schema(message_to_row)
        return core_schema.no_info_plain_validator_function(message_from_row, serialization=written)


MessageText = Annotated[str, _MessageSchema()]
"""The type of a field of a record whose text may be a message."""
