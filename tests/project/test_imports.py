"""The order of the folders: what may import what, circles included that late and type-only imports would hide."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from places import ROOT

# Each folder, or module that lies loose, may import those before it.
ORDER = """
index.package_version index.messages index.errors index.notices index.records index.readable index.word_coverage index.model_cache
index.spanish index.layout index.formats
index.reading index.chunking index.encoder index.reader index.database index.retrieval index.retrieval.backends index.storage
index.build index.bulk index app.translations app.setting_kinds app.settings app.chat_model app.answering app.exporting
app.checking app.writer app.service app.page.state app.page.views app.page.guarding app.page.serving app.page app.terminal app
app.__main__ eval.questions eval.scores eval.metrics eval.pipelines eval.report
eval.bench eval.studies eval.document_figures eval.training eval.fit eval.run
eval.quality_page eval
""".split()


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {
    _name(path): path for top in ("index", "app", "eval") for path in sorted((ROOT / top).rglob("*.py"))
}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("alpie.") in MODULES else str(node.module) for name in whole]
        else:
            continue
        yield from (name.removeprefix("alpie.") for name in names if name.startswith("alpie."))


IMPORTS = {name: sorted(set(_imported(path)) - {name}) for name, path in MODULES.items()}


def _folder(module: str) -> str:
    is_folder = MODULES[module].name == "__init__.py"
    return module if is_folder or module in ORDER else module.rpartition(".")[0]


def test_no_module_imports_itself_by_way_of_others() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(reversed(error.args[1])))


def test_a_folder_imports_only_those_before_it() -> None:
    place = {name: ORDER.index(_folder(name)) for name in MODULES}
    upwards = [f"{one} → {other}" for one in MODULES for other in IMPORTS[one] if place[other] > place[one]]
    assert upwards == []


def test_no_module_has_the_name_of_another() -> None:
    names = [path.stem for path in MODULES.values() if not path.stem.startswith("__")]
    assert [name for name, times in Counter(names).items() if times > 1] == []
