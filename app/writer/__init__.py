"""The optional writer: a language model that connects the quotations in sentences of its own.

Nothing here is imported unless `settings.writer` names a model. Its sentences are not quotations: they are marked and
set apart, and any that says more than the quotes it names is dropped (`support`).
"""

from alpie.app.writer.writing import Writing, add_writing, write

__all__ = ["Writing", "add_writing", "write"]
