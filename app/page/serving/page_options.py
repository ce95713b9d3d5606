"""The operator's choices about the page, gathered from the settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from alpie.app.answering.answer_types import Answer
from alpie.app.operation.addresses import is_loopback
from alpie.app.page.guarding.origins import Hosts
from alpie.app.page.guarding.rate_limits import Limits
from alpie.app.page.state.document_editor import DocumentEditor
from alpie.app.page.state.index_process import can_recognise, index_command
from alpie.app.page.state.named_collections import Collection, Collections
from alpie.app.page.state.uploads import Uploads
from alpie.app.page.views.documents_view import DocumentsViewOptions
from alpie.app.service.endpoints import make_finisher
from alpie.app.settings import SEED_DOCUMENTS, MetricsAccess, Settings

_PUBLISHED = Path(__file__).resolve().parents[1] / "published" / "report.json"  # on the shipped documents


@dataclass(frozen=True)
class PageOptions(DocumentsViewOptions):
    """The operator's choices about the page; the defaults suit tests and a first look."""

    root_path: str = ""  # of these documents: `site_path`, and of a collection its name
    public_url: str = ""  # where visitors elsewhere find the page, for links that they take along
    limits: Limits = field(default_factory=Limits)
    reports: tuple[Path, ...] = ()  # report.json of `alpie eval --report`: the first that exists is shown
    feedback: Path | None = None  # file for visitors' verdicts; None: not asked for, not kept
    finish: Callable[[Answer], Answer] | None = None  # adds a summary under the quotations; None: no writer
    hosts: Hosts | None = None  # names the page answers to; None: any
    proxied: bool = False  # whether a proxy that is believed stands before the page
    max_waiting_questions: int = (
        Settings.max_waiting_questions
    )  # in the queue; the limit by client comes first
    users: Path | None = None  # file of users; None: nobody is asked for a password
    docs: Path | None = None  # folder of the documents, for pictures of PDF pages; None: none are shown
    metrics: MetricsAccess = Settings.metrics

    @classmethod
    def from_settings(cls, settings: Settings) -> PageOptions:
        """What the settings mean for the page: above all, who may change documents if the operator did not say."""
        beside = settings.data.parent
        here_only = is_loopback(settings.host) and not (
            settings.trusted_proxies or settings.allowed_hosts or settings.public_url or settings.root_path
        )
        may = settings.upload
        if may == "auto":
            may = "all" if here_only and not settings.users else "off"
        shipped = settings.docs.resolve() == SEED_DOCUMENTS.resolve()
        # those that come with the program are changed only where the operator says so himself
        own = may != "off" and not (shipped and settings.upload == "auto")
        site_path = settings.root_path.rstrip("/")
        collections = Collections(beside / "collections") if may == "all" and not settings.backend else None
        return cls(
            language=settings.language,
            root_path=site_path,
            site_path=site_path,
            public_url=settings.public_url.rstrip("/"),
            reports=(beside / "report" / "report.json", _PUBLISHED),
            feedback=beside / "feedback.jsonl" if settings.feedback else None,
            finish=make_finisher(settings),
            limits=Limits(questions=settings.questions_per_minute),
            hosts=Hosts.listening_at(settings.host, settings.allowed_hosts),
            proxied=bool(settings.trusted_proxies),
            max_waiting_questions=settings.max_waiting_questions,
            users=settings.users,
            metrics=settings.metrics,
            here_only=here_only,
            collection="" if shipped else settings.docs.name,
            max_upload_bytes=settings.max_upload_megabytes * 1_000_000,
            docs=settings.docs,
            collections=collections,
            **_services(settings, add=own, change=own and may == "all"),
        )

    def of_collection(self, collection: Collection, settings: Settings) -> PageOptions:
        """The options for `collection`, whose own settings are `settings`."""
        prefix = collection.address.rstrip("/")
        return replace(
            self,
            root_path=self.site_path + prefix,
            public_url=self.public_url + prefix if self.public_url else "",
            first=self.collection,
            slug=collection.slug,
            collection=collection.name,
            docs=settings.docs,
            **_services(settings, add=True, change=True),
        )


def _services(settings: Settings, add: bool, change: bool) -> dict[str, Any]:
    """What adds to and changes the documents of a folder, as far as visitors may."""
    most = settings.max_upload_megabytes * 1_000_000
    run = index_command(settings.docs, settings.data)
    uploads = Uploads(settings.docs, most, run, can_recognise) if add else None
    editor = DocumentEditor(settings.docs, uploads.refresh) if uploads and change else None
    return {"uploads": uploads, "editor": editor}
