"""What the operator chooses about the page, gathered from the settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from alpie.app.answering.answers import Answer
from alpie.app.page.guarding.origins import Hosts
from alpie.app.page.guarding.rates import Limits
from alpie.app.page.state.uploads import Uploads, index_command
from alpie.app.page.views.help import HelpLines, load_help_lines
from alpie.app.service.endpoints import finisher

if TYPE_CHECKING:
    from alpie.app.settings import Settings

__all__ = ["Choices"]

_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Choices:
    """Defaults are what a test or a first look needs."""

    language: str = "es"  # of the page at "/"; the others have a path of their own
    root_path: str = ""  # under which a proxy serves the page: "/alpie"; it takes it off before it asks here
    public_url: str = ""  # where readers elsewhere find the page, for links that they take along
    limits: Limits = field(default_factory=Limits)
    reports: tuple[Path, ...] = ()  # report.json of `alpie eval --report`: the first that exists is shown
    feedback: Path | None = None  # file for readers' verdicts; None: not asked for, not kept
    help_lines: HelpLines = field(default_factory=load_help_lines)
    finish: Callable[[Answer], Answer] | None = None  # adds a summary under the quotations; None: no writer
    hosts: Hosts | None = None  # names the page answers to; None: any
    proxied: bool = False  # whether a proxy that is believed stands before the page
    most_waiting: int = 64  # questions in the queue; the limit by client comes first
    users: Path | None = None  # file of users; None: nobody is asked for a password
    docs: Path | None = None  # folder of the documents, for pictures of PDF pages; None: none are shown
    uploads: Uploads | None = None  # takes readers' documents; None: nothing is taken
    metrics: str = "loopback"  # who may read them: "off", "loopback", "all"

    @classmethod
    def from_settings(cls, settings: Settings) -> Choices:
        beside = settings.data.parent
        return cls(
            language=settings.language,
            root_path=settings.root_path.rstrip("/"),
            public_url=settings.public_url.rstrip("/"),
            reports=(beside / "report" / "report.json", _ROOT / "docs" / "evaluation" / "report.json"),
            feedback=beside / "feedback.jsonl" if settings.feedback else None,
            finish=finisher(settings),
            limits=Limits(questions=settings.questions_per_minute),
            hosts=Hosts.of(settings.host, settings.allowed_hosts),
            proxied=bool(settings.trusted_proxies),
            most_waiting=settings.max_waiting,
            users=settings.users,
            metrics=settings.metrics,
            docs=settings.docs,
            uploads=Uploads(
                settings.docs,
                settings.max_upload_megabytes * 1_000_000,
                index_command(settings.docs, settings.data),
            )
            if settings.upload
            else None,
        )
