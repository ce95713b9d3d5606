"""What `alpie doctor` finds, one examination at a time."""

from __future__ import annotations

from alpie.app.settings import Settings
from alpie.app.terminal.doctor import CHECK_FUNCTIONS, Check, run_checks
from alpie.app.translations import translations_for


def examined(name: str, settings: Settings, language: str = "es") -> Check:
    """What the examination of that name finds."""
    looks = [look for look in CHECK_FUNCTIONS if look.__name__.removeprefix("_") == name]
    (found,) = run_checks(settings, translations_for(language), looks)
    return found
