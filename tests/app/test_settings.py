"""Settings come from four places, later ones win, and a mistake is refused where it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpie.app.settings import (
    SEED_DOCUMENTS,
    Settings,
    load_settings,
    read_language,
    settings_table,
)
from alpie.app.translations import translations_for
from alpie.index.errors import SettingsError
from support.tables import cases


def load(folder: Path, toml: str | None = None, **environment: str) -> Settings:
    if toml is not None:
        (folder / "alpie.toml").write_text(toml, encoding="utf-8")
    return load_settings(environment=environment, working_folder=folder)


def refusal(folder: Path, toml: str | None = None, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, toml, **environment)
    return str(caught.value)


@pytest.mark.parametrize("empty", [{}, {"ALPIE_DOCS": "", "ALPIE_CONFIG": ""}])
def test_without_any_source_the_seed_documents_are_searched(tmp_path: Path, empty: dict[str, str]) -> None:
    found = load(tmp_path, **empty)
    assert (found.docs, found.answer_threshold, found.writer) == (SEED_DOCUMENTS, None, "")
    assert (found.feedback, found.host) == (False, "127.0.0.1")
    assert (SEED_DOCUMENTS / "sources.toml").is_file()


def test_what_a_setting_does_is_told_in_both_languages() -> None:
    for name, setting in settings_table().items():
        spanish, english = (translations_for(one).translate(setting.help) for one in ("es", "en"))
        assert spanish == setting.help != english, name
        assert (spanish[-1], english[-1]) == (".", "."), name
    keys = {key for key in translations_for("es").entries if key.startswith("setting.")}
    assert keys == {f"setting.{name}" for name in settings_table()}


def test_the_language_is_checked_before_the_other_settings() -> None:
    assert read_language({}) == read_language({"ALPIE_LANGUAGE": ""}) == "es"
    assert read_language({"ALPIE_LANGUAGE": "en", "ALPIE_PORT": "no"}) == "en"
    with pytest.raises(SettingsError, match="ALPIE_LANGUAGE: «fr» no vale; se admite es, en"):
        read_language({"ALPIE_LANGUAGE": "fr"})


def test_later_sources_win(tmp_path: Path) -> None:
    assert load(tmp_path, "max_quotes = 3").max_quotes == 3
    assert load(tmp_path, "max_quotes = 3", ALPIE_MAX_QUOTES="4").max_quotes == 4
    settings = load_settings(
        {"max_quotes": 2}, environment={"ALPIE_MAX_QUOTES": "4"}, working_folder=tmp_path
    )
    assert settings.max_quotes == 2


def test_the_file_may_be_named_and_must_then_exist(tmp_path: Path) -> None:
    (tmp_path / "otra.toml").write_text('language = "en"', encoding="utf-8")
    assert load(tmp_path, ALPIE_CONFIG="otra.toml").language == "en"
    assert "ninguna.toml" in refusal(tmp_path, ALPIE_CONFIG="ninguna.toml")


def test_relative_paths_count_from_where_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.toml").write_text('docs = "textos"', encoding="utf-8")
    assert load(tmp_path, ALPIE_CONFIG="conf/a.toml").docs == tmp_path / "conf" / "textos"
    assert load(tmp_path, ALPIE_DOCS="textos").docs == tmp_path / "textos"


def test_other_documents_never_share_the_default_index(tmp_path: Path) -> None:
    """Else `--docs` without `--data` would answer from an index of other documents."""
    indexes = {load(tmp_path).data, load(tmp_path, ALPIE_DOCS="a").data, load(tmp_path, ALPIE_DOCS="b").data}
    assert len(indexes) == 3
    assert load(tmp_path, ALPIE_DOCS="a", ALPIE_DATA="datos").data == tmp_path / "datos"


@cases("toml, fault, allowed")
def test_what_cannot_be_used_is_refused_with_its_place_and_what_is_allowed(
    tmp_path: Path, toml: str, fault: str, allowed: str
) -> None:
    message = refusal(tmp_path, toml)
    assert str(tmp_path / "alpie.toml") in message
    assert fault in message
    assert allowed in message


def test_a_variable_or_option_at_fault_is_named(tmp_path: Path) -> None:
    assert "ALPIE_PORT" in refusal(tmp_path, ALPIE_PORT="ochenta")
    said = refusal(tmp_path, ALPIE_LANGUAJE="es")
    assert said.startswith(
        "variable de entorno ALPIE_LANGUAJE: ajuste desconocido (¿quizá «language»?); se admiten:"
    )
    assert all(name in said for name in settings_table())
    with pytest.raises(SettingsError, match="--max-quotes"):
        load_settings({"max_quotes": 99}, environment={}, working_folder=tmp_path)


def test_words_of_the_shell_are_understood(tmp_path: Path) -> None:
    settings = load(tmp_path, ALPIE_FEEDBACK="sí", ALPIE_ANSWER_THRESHOLD="0.4", ALPIE_PORT="0")
    assert (settings.feedback, settings.answer_threshold, settings.port) == (True, 0.4, 0)
    assert load(tmp_path, "answer_threshold = 0.4", ALPIE_ANSWER_THRESHOLD="auto").answer_threshold is None


def test_a_secret_is_not_shown_with_the_settings() -> None:
    settings = load_settings({"backend_token": "user:hunter2"}, environment={})
    assert settings.backend_token == "user:hunter2"
    assert "hunter2" not in repr(settings)
