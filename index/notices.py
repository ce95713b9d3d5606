"""Records what is missing from the index, file by file, with the reason and what to do: nothing is left out silently.

A parser makes `Notice`s and a `Coverage`, which are stored with the document in the index, so that `alpie index`,
`alpie doctor` and the Documents page agree. A file that is not read at all is an `UnreadFile`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

from alpie.index.messages import MessageText, message


class NoticeKind(StrEnum):
    """A kind of thing in a file that is not read, or not as it stands; its sentence has the key `notice.<kind>`."""

    PAGES_WITHOUT_TEXT = "pages_without_text"  # `count` of `of` pages: scans
    PAGES_RECOGNISED = "pages_recognised"  # `count` of `of`, scans whose text a program read off the picture
    HIDDEN_TEXT = "hidden_text"  # `count` words that the file marks as hidden
    SITE_TEXT = "site_text"  # `count` words of menus, the head and the foot of a site
    STRUCK_TEXT = "struck_text"  # `count` words, deleted or struck out
    COMMENTS = "comments"  # `count` of them
    FORMULAS = "formulas"  # `count` of them, not readable as text
    SYMBOLS = "symbols"  # `count` characters in a font that does not say what they are
    FORM_FIELDS = "form_fields"  # `count` whose values are not read
    OUTSIDE_THE_PAGE = "outside_the_page"  # `count` words
    WATERMARKS = "watermarks"  # `count` pages have one
    WORDS_LOST = "words_lost"  # `count` of `of` words that another extractor finds
    NO_PASSAGES = "no_passages"  # nothing of the file can be quoted


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that is not read of a document; `NoticeKind` says what `count` and `of` count."""

    kind: NoticeKind
    count: int = 0
    of: int = 0


class FileNotice(NamedTuple):
    """What of a file is not read."""

    file: str  # relative to the folder
    notice: Notice


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a file was read; 0 for what is not known or has no meaning."""

    pages: int = 0
    pages_read: int = 0
    words_found: int = 0  # by an extractor that knows nothing of the layout
    words_kept: int = 0  # of the words found, those in blocks


NOT_MEASURED = Coverage()


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of the folder that is not in the index."""

    file: str  # relative to the folder
    reason: MessageText  # with what to do


_KINDS = {  # of files, by their endings
    "old_word": ".doc .dot",
    "document": ".rtf .docm .dotx .ott .fodt .pages .wpd .tex .mobi",
    "sheet": ".xls .xlsx .xlsm .ods .csv .tsv .numbers",
    "slides": ".ppt .odp .key",
    "picture": ".png .jpg .jpeg .gif .tif .tiff .bmp .webp .heic",
    "archive": ".zip .7z .rar .gz .tar .tgz",
    "mail": ".eml .msg .mht .mhtml",
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def unread_format(file: PurePath, endings: Sequence[str]) -> UnreadFile:
    """The record of a file that is not read, as its ending is none of `endings`, with what to do."""
    kind = _KIND_OF.get(file.suffix.lower(), "other")
    return UnreadFile(file.as_posix(), message(f"unread.{kind}", formats=endings))
