"""The log-in: without a session nothing is shown, and no session can be forged or outlives its password."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from alpie.app.operation.users import Users
from alpie.app.page.guarding.login import COOKIE, read_session, sign_session
from alpie.app.page.serving.page_options import PageOptions
from alpie.app.page.serving.server import create_app
from alpie.app.page.views.page_translations import LANGUAGES, page_translations_for
from alpie.index.errors import IndexMissing
from support.logging_in import NAME, PASSWORD, QUICK, log_in, visitor

if TYPE_CHECKING:
    from alpie.app.answering.corpus import Corpus


def _nothing() -> Corpus:
    raise IndexMissing("none", Path())


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
    stranger = Users(tmp_path / "other" / "users", QUICK)
    stranger.add(NAME, PASSWORD)
    for bad in ("", "|", "||", "x|y|z", f"{ana}|{stop}|{signature}", f"{name}|{int(stop) + 9}|{signature}",
                f"{name}|{stop}|", f"{name}|-1|{signature}", f"{name}|٣|{signature}", "é|1|ñ", "|" * 999,
                sign_session(stranger, NAME, end), good[:-1]):  # fmt: skip
        assert read_session(kept, bad, time.time()) is None, bad
    assert read_session(kept, good, end + 1) is None


def test_two_processes_know_the_same_sessions(kept: Users) -> None:
    cookie = log_in(visitor(kept)).cookies[COOKIE]
    other = visitor(Users(kept.path, QUICK))
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


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"name=" + b"x" * 9000, b"&" * 900, b"name=a&password=b&name=c"]
)
def test_any_form_is_borne(kept: Users, body: bytes) -> None:
    answer = visitor(kept).post("/al/login", content=body)
    assert answer.status_code in (401, 413)


def test_names_are_escaped_on_the_form(kept: Users) -> None:
    answer = log_in(visitor(kept), name='"><script>x</script>')
    assert "<script" not in answer.text
