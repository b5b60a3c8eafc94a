"""The app over its wire, without a browser: headers, refusals, layouts, callbacks called as is."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.ui.wire import Wire
from twin import jobs
from twin.errors import BadInput
from twin.ui import i18n, links, server, shell
from twin.ui.baseline import Start
from twin.ui.compress import Compress
from twin.ui.context import Context, offer, shipped_files
from twin.ui.pages.base import pages
from twin.ui.server import App, assets, build, guarded
from twin.worker import Worker


@pytest.fixture(scope="module")
def twins() -> Context:
    return offer(shipped_files())


@pytest.fixture(scope="module")
def app(twins: Context) -> App:
    return build(twins)


@pytest.fixture
def client(app: App) -> Iterator[Wire]:
    wire = Wire(guarded(app, ["testserver"]))
    yield wire
    wire.close()


def test_every_page_is_served_with_the_security_headers(client: Wire) -> None:
    for path in ["/", *(page.path for page in pages())]:
        answer = client.get(path)
        assert answer.status == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert not re.search(r"script-src[^;]*unsafe-inline", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_inline_scripts_are_those_of_the_policy(client: Wire, app: App) -> None:
    html = client.get("/what-if").text
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>(.+?)</script>", html)
    assert len(inline) == 1
    assert len(app.csp_hashes()) == 1
    assert "/assets/base.css" in html


def test_answers_are_compressed_for_who_takes_it(client: Wire) -> None:
    html = client.get("/").text
    script = re.findall(r'src="(/_dash-component-suites/[^"]*mantine[^"]*)"', html)[0]
    policy = client.get("/").headers["content-security-policy"]
    for path in (script, "/assets/base.css", "/_dash-dependencies", "/overview"):
        plain, packed = client.get(path), client.get(path, accept_encoding="gzip, br")
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip", path
        assert packed.headers["content-security-policy"] == policy
        assert path == "/overview" or packed.text == plain.text  # a visit has a token of its own
        assert int(packed.headers["content-length"]) == packed.size < 0.6 * plain.size


def test_what_gains_nothing_is_left_as_it_is(client: Wire) -> None:
    font = "/assets/fonts/inter-latin-wght-normal.woff2"
    for path in ("/health", font, "/assets/icons/x.svg"):
        answer = client.get(path, accept_encoding="gzip")
        assert answer.status == 200
        assert "content-encoding" not in answer.headers


async def _an_event_stream(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for index in range(3):
        more = index < 2
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": more})


def _run(coroutine: Any) -> None:
    """Run to the end in a thread of its own: the browser tests keep a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result(10)


def test_event_streams_and_sockets_pass_at_once() -> None:
    sent: list[Any] = []
    passed: list[str] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def socket(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["type"])

    headers = [(b"accept-encoding", b"gzip")]
    scope = {"type": "http", "path": "/events", "headers": headers}
    _run(Compress(_an_event_stream)(scope, None, send))
    assert [message.get("body") for message in sent[1:]] == [b"data: 1\n\n"] * 3
    _run(Compress(socket)({"type": "websocket", "path": "/", "headers": headers}, None, send))
    assert passed == ["websocket"]


def test_an_address_that_leads_nowhere_is_a_404(client: Wire) -> None:
    assert client.get("/nowhere").status == 404


def test_other_sites_are_refused(client: Wire) -> None:
    body = {"output": "x", "inputs": []}
    answer = client.post("/_dash-update-component", body, sec_fetch_site="cross-site")
    assert answer.status == 403
    assert client.get("/", host="evil.example").status == 403


@pytest.mark.parametrize(("asked", "lang"), [("?lang=zh-TW", "zh-TW"), ("", "zh-CN")])
def test_the_language_is_in_the_first_line(client: Wire, asked: str, lang: str) -> None:
    answer = client.get(f"/what-if{asked}", accept_language="zh-CN,zh;q=0.9")
    assert f'<html lang="{lang}"' in answer.text


def test_the_theme_is_there_before_the_first_paint(client: Wire) -> None:
    answer = client.get("/", cookie="twin_theme=dark")
    assert 'data-mantine-color-scheme="dark"' in answer.text
    assert answer.text.index("head/theme.js") < answer.text.index("base.css")


def test_the_layout_is_spoken_in_the_language_of_the_page(client: Wire) -> None:
    layout = client.get("/_dash-layout", referer="http://testserver/what-if?lang=zh-TW").json()
    words = json.dumps(layout, ensure_ascii=False)
    assert "假設分析" in words
    assert "What-if" not in words


def test_assets_name_their_licences() -> None:
    folder = assets()
    assert (folder / "fonts" / "LICENSE-Inter.txt").exists()
    assert (folder / "icons" / "LICENSE-lucide.txt").exists()
    for page in pages():
        assert (folder / "icons" / f"{page.icon}.svg").exists()
    for style in folder.glob("*.css"):
        assert not re.search(r"url\(\W*(https?:)?//", style.read_text("utf-8"))


# -- pages ----------------------------------------------------------------------------------------


def _ids(component: Any) -> list[Any]:
    found = [component.id] if getattr(component, "id", None) else []
    children = getattr(component, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if hasattr(child, "to_plotly_json"):
            found += _ids(child)
    return found


def _count(component: Any, kind: str) -> int:
    children = getattr(component, "children", None)
    inner = children if isinstance(children, (list, tuple)) else [children]
    own = int(type(component).__name__ == kind)
    return own + sum(_count(child, kind) for child in inner if hasattr(child, "to_plotly_json"))


@pytest.mark.parametrize("tag", list(i18n.LANGUAGES))
def test_every_page_has_a_layout_for_every_scenario(twins: Context, tag: str) -> None:
    i18n.use_language(tag)
    try:
        for page in pages():
            for name in twins.scenarios:
                layout = page.layout(links.View(page.name, name), twins)
                assert _count(layout, "H1") == 1, page.name
                ids = [json.dumps(one, sort_keys=True) for one in _ids(layout)]
                assert len(ids) == len(set(ids)), page.name
    finally:
        i18n.use_language("en")


def test_a_view_that_cannot_be_is_refused_in_its_place(twins: Context) -> None:
    body, head = shell.render(links.View("what_if", "nothing"), twins)
    assert "no such scenario" in str(body)
    assert head["path"] == "/what-if"
    body, _head = shell.render(links.View("what_if", "mill", {"set": ("mill.x=1",)}), twins)
    assert "no such parameter" in str(body)


def test_every_callback_of_a_page_names_what_some_page_has(app: App) -> None:
    assert len(app.callback_map) > 20
    assert all(entry.get("inputs") for entry in app.callback_map.values())


def test_a_path_from_the_browser_is_never_a_file(twins: Context, tmp_path: Path) -> None:
    for name in ("../mill", str(tmp_path), "mill.toml"):
        with pytest.raises(BadInput):
            twins.file(name)


# -- from a draft to its verdict, without a browser -----------------------------------------------


def test_a_job_gives_every_part_of_what_if(twins: Context) -> None:
    from twin.ui import draft as drafts
    from twin.ui.pages import _what_if_results as results
    from twin.ui.pages import what_if
    from twin.ui.pages._what_if_question import Question

    scenario = twins.scenario("mill")
    draft = drafts.Draft({"mill.cutting_speed": 200})
    asked = Question(Start("mill", scenario, scenario), draft, 3)
    job = asked.submit()
    assert asked.submit() == job
    Worker().run(until_empty=True)
    outcome = results.finished(job)
    assert outcome is not None
    assert outcome.compared
    assert results.verdict(scenario, outcome)
    chart = results.forest(scenario, outcome, "dark")
    assert chart.figure is not None
    channels = results.channel_choices(scenario, outcome)
    assert channels[0]["value"] == "mill/wear"
    trace = results.trace(scenario, outcome, "mill/wear", "light")
    assert trace.figure is not None
    assert len(trace.figure.data) == 2
    assert results.luck(outcome, "mill.throughput", "light").figure is not None
    assert "mill.cutting_speed=200" in asked.address(job)
    assert any("200" in str(entry) for entry in what_if.history(twins, "mill"))


def test_a_failed_job_says_so_without_a_traceback(twins: Context) -> None:
    from twin.ui.pages import _what_if_results as results

    shown = str(results.trouble({"job": "x", "state": "failed", "error": "Traceback (most…"}))
    assert "Traceback" not in shown
    assert "went wrong" in shown


def test_overview_and_streams_read_a_run(twins: Context) -> None:
    from twin.ui import runs
    from twin.ui.pages import overview, streams
    from twin.ui.pages._overview_plant import schematic

    scenario = twins.scenario("spindle")
    job = jobs.submit("run", runs.baseline(scenario, 1)).id
    Worker().run(until_empty=True)
    done = jobs.get(job)
    assert done.state == "done", done.error
    run = done.result["run_id"]
    phase = {"job": job, "state": "done", "error": ""}
    assert schematic(scenario, runs.spans(run))
    assert overview.timeline(scenario, run, "light").figure is not None
    assert overview.abnormal(scenario, done.result, "spindle")
    assert overview.coming(run)
    window = streams.pick(phase, "spindle_x", 7)
    assert window is not None
    assert streams.first_chart(scenario, window, "dark").figure is not None
    assert streams.views.envelope(window, scenario, "dark").rows
    verdicts = runs.table(run, "inferences")
    assert streams.views.verdicts(verdicts, ["spindle"], "light").figure is not None


def test_who_may_reach_an_open_port_is_said(
    monkeypatch: pytest.MonkeyPatch, twins: Context
) -> None:
    """Everything real but the serving itself, which would not end."""
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda *_args, **_more: None)
    monkeypatch.setattr(server, "beside", lambda *_: nullcontext())
    for host, warned in (("127.0.0.1", False), ("0.0.0.0", True)):
        said: list[str] = []
        server.serve(twins, host, 0, say=said.append)
        assert said[0].startswith(f"twin is at http://{host}:")
        assert ("without a password" in said[-1]) is warned
