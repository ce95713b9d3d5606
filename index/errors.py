"""The error tree: one class for each situation, with the file concerned as an attribute.

The whole tree is drawn here; a layer in brackets means that the class is in `alpie.app.errors` or `alpie.eval.errors`.
The others are below.

    AlpieError
    ├── SettingsError         a setting, from wherever it comes, that cannot be used: its name, type, value, address
    ├── ArgumentError         an argument of a call or command that cannot be used: a document, a limit, a text
    ├── FileError             a file, none of the documents or of the index, that cannot be read, used or written
    ├── ProviderError         (app) the language model does not answer
    │   └── ProviderMissing       (app) no package for the one that is set
    ├── PackageMissing        an optional package that a command or setting needs
    ├── RecognitionMissing    no program that recognises the text of scanned pages
    ├── SourceError           a document or its entry in sources.toml
    │   ├── ScanWithoutText       all its pages are pictures
    │   └── ChangeRefused         (app) a change that a visitor asked for
    ├── EncoderError          the encoder or its weights
    ├── StoreError            the index folder
    │   ├── IndexMissing          nothing built there yet
    │   ├── IndexDamaged          a file is not what the manifest says
    │   ├── IndexMismatch         built with another encoder or format version
    │   │   ├── IndexNewer            by a later version of Al Pie
    │   │   └── Uncalibrated          (app) with an encoder that answering has no numbers for
    │   ├── IndexUnwritable       no room or no permission to write it
    │   ├── IndexBusy             another process is building
    │   └── BulkError             partitions that are missing
    ├── BackendError          the backend that the setting `backend` names
    │   ├── BackendUnavailable    refuses, too slow, too old
    │   └── BackendMismatch       holds no index, or one of another encoder or analysis
    ├── AddressError          (app) no passage with this address
    ├── QuestionError         a question without words to search for
    ├── RecordError           (app) a file that is no answer record
    ├── NotReady              (app) an index that is still being opened
    └── QuestionsFileError    (eval) a file of evaluation questions

Every message says what is wrong, where, and what to do next; the sentences are kept in a catalogue
(`alpie.index.messages`). Exceptions that never reach a person stay outside the tree: they are signals within one
package (`TooManyAttempts` and `Refused` of the page's login and guard, `ModelTimeout` of a language model), where
they become an answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from alpie.index.messages import message


class AlpieError(Exception):
    """Base of everything Al Pie raises on purpose; ``str()`` is fit to be shown to a person, in Spanish.

    ``path`` is the file or folder it concerns, where there is one.
    """

    def __init__(self, text: str, path: Path | None = None) -> None:
        super().__init__(text)
        self.path = path

    @classmethod
    def at(cls, path: Path, key: str, /, **facts: object) -> Self:
        """The error about the file `path`: its message is the path and the sentence `key`."""
        return cls(message("at", where=path, reason=message(key, **facts)), path)

    @property
    def message(self) -> str:
        """The text of ``str()`` as a message, which can be translated."""
        text: str = self.args[0]
        return text


class SettingsError(AlpieError):
    """A setting has an unknown name, a wrong type or a value that cannot be used, such as a port in use."""


class ArgumentError(AlpieError, ValueError):
    """An argument of a call or command has a value that cannot be used; the message names those that can."""


class FileError(AlpieError):
    """A file that a setting or an argument names, or in the cache, cannot be read or written, or does not hold what it should."""


class PackageMissing(AlpieError):
    """An optional package that a command or setting needs is not installed; the message says how to install it."""


class RecognitionMissing(AlpieError):
    """The program that recognises the text of scanned pages is not installed, or has no Spanish."""


class SourceError(AlpieError):
    """A source document cannot be read."""

    @property
    def reason(self) -> str:
        """The message without the path of the file, which some interfaces show apart."""
        facts = getattr(self.message, "facts", {})
        reason: str = facts["reason"] if facts.get("where") == str(self.path) else self.message
        return reason


class ScanWithoutText(SourceError):
    """A document whose pages are pictures, and nothing that recognises their text was asked for."""


class EncoderError(AlpieError):
    """The encoder or its weights are missing, damaged or of the wrong kind."""


class StoreError(AlpieError):
    """Something about the index folder."""


class IndexMissing(StoreError):
    """No index has been built in this folder."""


class IndexDamaged(StoreError):
    """A file of the index is missing or differs from its checksum in the manifest."""


class IndexMismatch(StoreError):
    """The index was built with another encoder or another format version."""


class IndexNewer(IndexMismatch):
    """The index was built by a later version of Al Pie."""


class IndexUnwritable(StoreError):
    """A new index cannot be written: the disk is full or the folder closed. The one before it stands."""


class IndexBusy(StoreError):
    """Another process is building the index in this folder."""


class BackendError(AlpieError):
    """Something about the backend that the setting `backend` names."""


class BackendUnavailable(BackendError):
    """The backend cannot be used now: it refuses, takes too long or is too old."""


class BackendMismatch(BackendError):
    """The backend holds no index, or one that another encoder or another analysis made."""


class BulkError(StoreError):
    """Partitions of a bulk embedding are missing."""


class QuestionError(AlpieError):
    """A question without words to search for."""
