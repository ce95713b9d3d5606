"""Users and passwords: hashed storage, sessions that cannot be forged, a login that lets nobody else in."""

from __future__ import annotations

import asyncio
import base64
import io
import stat
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi.testclient import TestClient

from alpie.app.operation import users
from alpie.app.operation.users import Users, password_hash
from alpie.app.page.guarding.guard import Guard, GuardOptions
from alpie.app.page.guarding.login import COOKIE, Login, read_session, sign_session
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.views.page_translations import LANGUAGES, page_translations_for
from alpie.app.terminal import commands as cli
from alpie.index.errors import ArgumentError, FileError, IndexMissing

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus

PASSWORD = "una contraseña larga ñ"
NAME = "maría"
HOMES = {"es": "/", "en": "/en/"}


@pytest.fixture(autouse=True)
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function with a small cost: dozens of hashes below."""
    monkeypatch.setattr(users, "_N", 2**4)


@pytest.fixture
def kept(tmp_path: Path) -> Users:
    kept = Users(tmp_path / "users")
    assert kept.add(NAME, PASSWORD)
    return kept


async def inner(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"inside"})


def _nothing() -> Corpus:
    raise IndexMissing("none", Path())


def visitor(
    kept: Users, clock: Any = time.time, address: str = "10.0.0.1", scheme: str = "http"
) -> TestClient:
    guard = Guard(inner, GuardOptions(access_check=Login(kept, HOMES, "es", clock=clock)))
    return TestClient(guard, client=(address, 1), base_url=f"{scheme}://localhost", follow_redirects=False)


def log_in(client: TestClient, name: str = NAME, password: str = PASSWORD) -> Any:
    return client.post("/al/login", data={"name": name, "password": password})


def test_the_cost_of_a_guess_is_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert password_hash(PASSWORD).startswith("scrypt$32768$8$1$")


def test_a_failed_write_leaves_no_hashes_behind(kept: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left on device")

    before = {path.name: path.read_bytes() for path in kept.path.parent.iterdir()}
    monkeypatch.setattr(users.os, "fsync", full)
    with pytest.raises(FileError):
        kept.add("otra", PASSWORD)
    assert {path.name: path.read_bytes() for path in kept.path.parent.iterdir()} == before


def test_only_hashes_are_stored_each_with_its_own_salt(kept: Users) -> None:
    kept.add("otra", PASSWORD)
    text = kept.path.read_text("utf-8")
    assert PASSWORD not in text
    assert len(set(kept.hashes().values())) == 2
    for path in (kept.path, kept.path.with_name("users.secret")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept.accepts(NAME, PASSWORD)
    assert not kept.accepts(NAME, PASSWORD + " ")
    assert not kept.accepts("nadie", PASSWORD)


def test_the_file_is_read_again_when_it_changes(kept: Users) -> None:
    other = Users(kept.path)
    assert other.accepts(NAME, PASSWORD)
    kept.add(NAME, "otra contraseña más")
    assert not other.accepts(NAME, PASSWORD)
    kept.remove(NAME)
    assert not other.accepts(NAME, "otra contraseña más")


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("a:b", PASSWORD), ("a\nb", PASSWORD),
                                                ("x" * 65, PASSWORD), ("ana", "corta"), ("ana", "x" * 201)])  # fmt: skip
def test_unusable_names_and_passwords_are_refused(kept: Users, name: str, password: str) -> None:
    with pytest.raises(ArgumentError):
        kept.add(name, password)


def test_a_damaged_file_lets_nobody_in(kept: Users) -> None:
    kept.path.write_text("ana:plain text\n", encoding="utf-8")
    with pytest.raises(FileError, match="línea 1"):
        Users(kept.path).accepts("ana", "plain text")
    with pytest.raises(FileError, match="alpie users add"):
        Users(kept.path.with_name("none")).hashes()


def test_without_a_session_nothing_is_shown(kept: Users) -> None:
    client = visitor(kept)
    for path in ("/", "/en/"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/al/login?lang=")
    for method, path in (("GET", "/al/panel"), ("GET", "/config"), ("POST", "/gradio_api/queue/join"),
                         ("GET", "/gradio_api/queue/data"), ("GET", "/al/metrics"), ("GET", "/assets/x.js"),
                         ("POST", "/gradio_api/call/ask"), ("GET", "/gradio_api/info")):  # fmt: skip
        answer = client.request(method, path)
        assert answer.status_code == 401, path
        assert "inside" not in answer.text
    assert client.get("/healthz").text == "inside", "the monitor needs no password"
    form = client.get("/al/login?lang=en").text
    assert 'lang="en"' in form
    assert "Password" in form


def test_a_session_opens_until_it_ends(kept: Users) -> None:
    now = time.time()
    client = visitor(kept, lambda: now)
    answer = log_in(client)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax"} <= {*cookie.split("; ")}
    assert "secure" not in cookie, "it would not come back over HTTP"
    assert "secure" in log_in(visitor(kept, scheme="https")).headers["set-cookie"].lower()
    assert client.get("/al/help").text == "inside"
    now += 12 * 3600 + 1
    assert client.get("/al/help").status_code == 401


@pytest.mark.parametrize("root_path", ["", "/alpie"])
@pytest.mark.parametrize("default", LANGUAGES)
def test_logging_in_leads_to_a_page_there_is(kept: Users, default: str, root_path: str) -> None:
    options = PageOptions(language=default, root_path=root_path, users=kept.path)
    app = create_app(_nothing, options)
    client = TestClient(app, base_url="http://localhost", root_path=root_path, follow_redirects=False)
    assert client.get(f"{root_path}/").headers["location"] == f"{root_path}/al/login?lang={default}"
    assert f'lang="{default}"' in client.get(f"{root_path}/al/login").text
    for language in LANGUAGES:
        told = {"name": NAME, "password": PASSWORD}
        answer = client.post(f"{root_path}/al/login?lang={language}", data=told)
        assert answer.status_code == 303
        home = answer.headers["location"]
        assert home.startswith(f"{root_path}/")
        page = client.get(home)
        assert page.status_code == 200, home
        assert f"al/script?lang={language}" in page.headers["link"]


def test_while_the_file_of_users_cannot_be_read_nobody_gets_in_and_is_told_so(kept: Users) -> None:
    client = visitor(kept)
    log_in(client)
    kept.path.write_text("ana: a line that is no hash\n", "utf-8")
    asked = [
        client.get("/"), client.get("/al/help"), client.get("/al/help", auth=(NAME, PASSWORD)),
        log_in(client), visitor(kept).get("/al/help?lang=en"),
    ]  # fmt: skip
    sentences = {one: page_translations_for(one)("login.unreadable") for one in LANGUAGES}
    assert [(answer.status_code, answer.text) for answer in asked[:-1]] == [(503, sentences["es"])] * 4
    assert (asked[-1].status_code, asked[-1].text) == (503, sentences["en"])
    kept.path.unlink()
    assert client.get("/al/help").status_code == 503
    kept.add(NAME, PASSWORD)
    assert log_in(client).status_code == 303


def test_logging_out_forgets_the_cookie_and_takes_a_form(kept: Users) -> None:
    client = visitor(kept)
    log_in(client)
    assert "set-cookie" not in client.get("/al/logout").headers
    assert client.post("/al/logout", headers={"origin": "https://evil.example"}).status_code == 403
    client.post("/al/logout")
    assert client.get("/al/help").status_code == 401


def test_a_new_password_or_a_removed_user_ends_the_sessions(kept: Users) -> None:
    client = visitor(kept)
    log_in(client)
    kept.add(NAME, "otra contraseña más")
    assert client.get("/al/help").status_code == 401
    log_in(client, password="otra contraseña más")
    assert client.get("/al/help").status_code == 200
    kept.remove(NAME)
    assert client.get("/al/help").status_code == 401


def test_sessions_cannot_be_forged(kept: Users, tmp_path: Path) -> None:
    end = time.time() + 100
    good = sign_session(kept, NAME, end)
    assert read_session(kept, good, time.time()) == NAME
    kept.add("ana", PASSWORD)
    name, stop, signature = good.split("|")
    ana = base64.urlsafe_b64encode(b"ana").decode()
    (tmp_path / "other").mkdir()
    stranger = Users(tmp_path / "other" / "users")
    stranger.add(NAME, PASSWORD)
    for bad in ("", "|", "||", "x|y|z", f"{ana}|{stop}|{signature}", f"{name}|{int(stop) + 9}|{signature}",
                f"{name}|{stop}|", f"{name}|-1|{signature}", f"{name}|٣|{signature}", "é|1|ñ", "|" * 999,
                sign_session(stranger, NAME, end), good[:-1]):  # fmt: skip
        assert read_session(kept, bad, time.time()) is None, bad
    assert read_session(kept, good, end + 1) is None


def test_two_processes_know_the_same_sessions(kept: Users) -> None:
    cookie = log_in(visitor(kept)).cookies[COOKIE]
    other = visitor(Users(kept.path))
    other.cookies.set(COOKIE, cookie)
    assert other.get("/al/help").status_code == 200


def test_programs_send_name_and_password(kept: Users) -> None:
    client = visitor(kept)
    for _ in range(30):
        assert client.post("/gradio_api/call/ask", auth=(NAME.encode(), PASSWORD.encode())).status_code == 200
    answer = client.post("/gradio_api/call/ask", auth=(NAME.encode(), b"wrong"))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    for broken in ("Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x"):
        assert client.get("/al/help", headers={"authorization": broken}).status_code == 401


def test_guessing_is_slowed_down(kept: Users) -> None:
    now = 1000.0
    client = visitor(kept, lambda: now)
    codes = [log_in(client, password=f"wrong password {n}").status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2
    assert log_in(client).status_code == 429, "not even the right one now"
    assert log_in(visitor(kept, lambda: now, "10.0.0.2")).status_code == 303, (
        "another address is another count"
    )
    now += 601
    assert log_in(client).status_code == 303


class Hashing:
    """The slow hash, which notes who was hashed and takes as long as the test lets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, held: bool = False) -> None:
        self.passwords: list[str] = []
        self.free = threading.Event()
        self.checked = Users.accepts
        if not held:
            self.free.set()
        monkeypatch.setattr(Users, "accepts", lambda users, name, password: self(users, name, password))

    def __call__(self, users: Users, name: str, password: str) -> bool:
        self.passwords.append(password)
        assert self.free.wait(60)
        return self.checked(users, name, password)


def at_once(login: Login, attempts: list[tuple[str, str, str]], then: Any = None) -> list[httpx.Response]:
    """Answers to log-ins sent at the same time, each (address, name, password); `then` runs while they wait."""

    async def one(address: str, name: str, password: str) -> httpx.Response:
        transport = httpx.ASGITransport(Guard(inner, GuardOptions(access_check=login)), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/al/login", data={"name": name, "password": password})

    async def all_of_them() -> list[httpx.Response]:
        sent = [asyncio.create_task(one(*attempt)) for attempt in attempts]
        if then:
            await then(one, sent)
        return await asyncio.gather(*sent)

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("address", "password"),
    [("10.0.0.1", "wrong password"), ("10.0.0.1", "wrong password {}"), ("10.0.0.{}", "wrong password {}")],
    ids=["the same", "one place", "many places"],
)
def test_guesses_sent_together_are_counted_like_guesses_in_a_row(
    kept: Users, monkeypatch: pytest.MonkeyPatch, address: str, password: str
) -> None:
    hashing = Hashing(monkeypatch)
    guesses = [(address.format(n), NAME, password.format(n)) for n in range(40)]
    login = Login(kept, HOMES, "es", clock=lambda: 1000.0)
    answers = at_once(login, guesses)
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 30}
    assert all(int(answer.headers["retry-after"]) for answer in answers if answer.status_code == 429)
    assert len(hashing.passwords) == 10
    (right,) = at_once(login, [("10.0.1.2", NAME, PASSWORD)])
    alone = "{}" not in address
    assert (right.status_code == 303) == alone, "one sender alone does not lock a user out"


def test_a_crowd_of_guesses_keeps_nobody_else_waiting(kept: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    hashing = Hashing(monkeypatch, held=True)

    async def another(one: Any, crowd: list[Any]) -> None:
        while len(done := [task for task in crowd if task.done()]) < 30:
            await asyncio.sleep(0.01)
        assert {task.result().status_code for task in done} == {429}, "at once, before any hash is made"
        asking = asyncio.create_task(one("10.0.0.2", NAME, PASSWORD))
        while len(hashing.passwords) < 2:
            await asyncio.sleep(0.01)
        assert hashing.passwords[1] == PASSWORD, "its turn comes while nine of the crowd still wait"
        hashing.free.set()
        assert (await asking).status_code == 303

    crowd = [("10.0.0.1", NAME, f"wrong password {n}") for n in range(40)]
    at_once(Login(kept, HOMES, "es"), crowd, another)


def test_few_wait_to_be_hashed_and_the_others_are_told_at_once(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing = Hashing(monkeypatch, held=True)

    async def told(one: Any, crowd: list[Any]) -> None:
        while len(done := [task for task in crowd if task.done()]) < 36:
            await asyncio.sleep(0.01)
        assert {(task.result().status_code, task.result().headers["retry-after"]) for task in done} == {
            (429, "5")
        }
        assert len(hashing.passwords) == 2
        hashing.free.set()

    crowd = [(f"10.0.{n}.1", f"name{n}", "wrong password") for n in range(100)]
    answers = at_once(Login(kept, HOMES, "es"), crowd, told)
    assert Counter(answer.status_code for answer in answers) == {401: 64, 429: 36}


def test_a_program_that_begins_with_many_requests_is_let_in(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing = Hashing(monkeypatch)
    login = Login(kept, HOMES, "es")
    answers = at_once(login, [("10.0.0.1", NAME, PASSWORD)] * 10)
    assert {answer.status_code for answer in answers} == {303}
    assert len(hashing.passwords) == 1
    for _ in range(30):  # none of them counts as a failure
        assert at_once(login, [("10.0.0.1", NAME, PASSWORD)])[0].status_code == 303


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"name=" + b"x" * 9000, b"&" * 900, b"name=a&password=b&name=c"]
)
def test_any_form_is_borne(kept: Users, body: bytes) -> None:
    answer = visitor(kept).post("/al/login", content=body)
    assert answer.status_code in (401, 413)


def test_names_are_escaped_on_the_form(kept: Users) -> None:
    answer = log_in(visitor(kept), name='"><script>x</script>')
    assert "<script" not in answer.text


def test_the_command_adds_lists_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*arguments: str) -> tuple[int, str]:
        return cli.main(["users", *arguments]), "".join(capsys.readouterr())

    path = tmp_path / "deep" / "users"
    monkeypatch.setenv("ALPIE_USERS", str(path))
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert command("add", "ana")[0] == 0
    assert Users(path).accepts("ana", PASSWORD)
    assert command("list") == (0, "ana\n")
    assert [command(*order)[0] for order in (("remove", "ana"), ("remove", "ana"), ("add",))] == [0, 1, 1]
    monkeypatch.delenv("ALPIE_USERS")
    code, said = command("list")
    assert (code, "ALPIE_USERS" in said) == (1, True)


def test_a_password_asked_for_is_not_shown_and_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("ALPIE_USERS", str(tmp_path / "users"))
    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "otra cosa distinta"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert cli.main(["users", "add", "ana"]) == 0
    assert cli.main(["users", "add", "ana"]) == 1
    captured = capsys.readouterr()
    assert PASSWORD not in captured.out + captured.err
