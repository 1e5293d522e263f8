"""The page, as a person meets it: in a browser, with a keyboard, in the dark, on a phone."""

from __future__ import annotations

import http.server
import json
import re
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from browser import PROGRAM, Page, browser
from running import KEYS, command, use

from cogsync_mock import CognitoSyncServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here: install it, on Debian `chromium`")

LIVE = "document.getElementById('live').textContent === 'live'"
EVIL = "<img src=x onerror=document.title='broken'></script><b>&amp;"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


class Blank(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the library's name
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A web site of a stranger."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_problems(page: Page) -> Iterator[None]:
    """Nothing is said on the browser's console, and no other host is asked for anything."""
    page.leave()
    page.problems.clear()
    page.requested.clear()
    yield
    assert page.problems == []
    assert {url for url in page.requested if not re.match(r"http://127\.0\.0\.1:|blob:|data:", url)} == set()


@pytest.fixture
def url(page: Page) -> Iterator[str]:
    with CognitoSyncServer() as server:
        server.reset()
        yield server.endpoint_url
        page.leave()


def client(url: str, service: str) -> Any:
    return boto3.client(service, endpoint_url=url, **KEYS)


def look(page: Page, url: str, **how: Any) -> None:
    page.go(f"{url}/cogsync-api/", **how)
    page.wait_for(LIVE)


def store(url: str, values: dict[str, str]) -> tuple[str, str]:
    """Store records of a new identity in a new pool."""
    pool_id = use(url)
    client(url, "cognito-identity").update_identity_pool(
        IdentityPoolId=pool_id, IdentityPoolName="game", AllowUnauthenticatedIdentities=True
    )
    identity_id = client(url, "cognito-identity").get_id(IdentityPoolId=pool_id)["IdentityId"]
    sync = client(url, "cognito-sync")
    about = {"IdentityPoolId": pool_id, "IdentityId": identity_id, "DatasetName": "save"}
    for op, patches in (("replace", values), ("remove", dict.fromkeys(list(values)[1:2]))):
        token = sync.list_records(**about)["SyncSessionToken"]
        sync.update_records(
            **about,
            SyncSessionToken=token,
            RecordPatches=[
                {"Op": op, "Key": key, "SyncCount": int(op == "remove"), **({"Value": value} if value else {})}
                for key, value in patches.items()
            ],
        )
    return pool_id, identity_id


def unfold(page: Page, selector: str) -> None:
    page.wait_for(f"document.querySelector('{selector} > summary')")
    page.run(f"document.querySelector('{selector} > summary').click()")


def test_an_empty_server_says_how_to_begin(page: Page, url: str) -> None:
    look(page, url)
    page.wait_for("document.body.innerText.includes('No identity pools yet')")
    assert "No calls yet" in page.text()
    assert f"aws --endpoint-url {url} cognito-identity" in page.text()


def test_what_is_stored_can_be_seen_and_is_escaped(page: Page, url: str) -> None:
    _, identity_id = store(url, {"level": EVIL, "gone": "7", "name": "Ada"})
    look(page, url)
    for selector in (".pool", ".identity", ".dataset"):
        unfold(page, selector)
    page.wait_for("document.querySelector('tr.removed')")
    seen = page.text()
    assert identity_id in seen
    assert EVIL in seen
    assert "sync count 2" in seen
    assert page.run("document.querySelector('tr.removed').innerText").split("\t")[:2] == ["gone", "removed"]
    assert page.run("document.title") == "cogsync-mock"
    assert page.run("document.querySelectorAll('td img, td b').length") == 0


def test_calls_appear_by_themselves_and_can_be_filtered(page: Page, url: str) -> None:
    look(page, url)
    client(url, "s3").create_bucket(Bucket="first")
    with pytest.raises(client(url, "s3").exceptions.NoSuchKey):
        client(url, "s3").get_object(Bucket="first", Key="none")
    page.wait_for("document.querySelectorAll('.call').length === 2")
    page.wait_for("document.body.innerText.includes('NoSuchKey: The specified key does not exist.')")
    page.run("document.getElementById('filter').focus()")
    page.type("createbucket first")
    page.wait_for("document.querySelectorAll('.call').length === 1")
    unfold(page, ".call")
    page.wait_for("document.querySelector('.call pre')")
    assert json.loads(page.run("document.querySelector('.call pre').textContent")) == {"Bucket": "first"}
    page.type(" nonsense")
    page.wait_for("document.body.innerText.includes('No call matches the filter')")


def test_what_is_unfolded_and_focused_stays_so_when_the_page_updates(page: Page, url: str) -> None:
    pool_id = use(url)
    look(page, url)
    page.wait_for("document.querySelector('.pool')")
    page.run("document.querySelector('.pool > summary').focus()")
    page.press("Enter", 13)
    page.wait_for("document.querySelector('.pool').open")
    client(url, "cognito-sync").set_identity_pool_configuration(
        IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes", "StreamingStatus": "ENABLED"}
    )
    page.wait_for("document.body.innerText.includes('changes, ENABLED')")
    assert page.run("document.querySelector('.pool').open")
    assert page.run("document.activeElement === document.querySelector('.pool > summary')")


def test_a_fault_is_added_hits_and_is_removed(page: Page, url: str) -> None:
    look(page, url)
    page.run("document.querySelector('[name=operation]').focus()")
    page.type("ListIdentityPoolUsages")
    page.press("Enter", 13)
    page.wait_for("!document.getElementById('fault-problem').hidden")
    page.problems.clear()  # the browser notes the 400
    assert "did you mean 'ListIdentityPoolUsage'" in page.run("document.getElementById('fault-problem').textContent")
    page.run("document.querySelector('[name=operation]').value = 'ListIdentityPoolUsage'")
    page.run("document.querySelector('[name=error]').focus()")
    page.type("TooManyRequestsException")
    page.press("Enter", 13)
    page.wait_for("document.querySelectorAll('.fault').length === 1")
    sync = client(url, "cognito-sync")
    with pytest.raises(sync.exceptions.TooManyRequestsException):
        sync.list_identity_pool_usage()
    page.wait_for("document.querySelector('.fault').innerText.includes('1 of 1')")
    page.run("document.querySelector('.fault button').click()")
    page.wait_for("document.querySelectorAll('.fault').length === 0")


def test_reset_asks_first(page: Page, url: str) -> None:
    use(url)
    look(page, url)
    page.run("document.getElementById('reset').focus()")
    page.press("Enter", 13)
    page.wait_for("document.getElementById('sure').open")
    page.press("Escape", 27)
    page.wait_for("!document.getElementById('sure').open")
    assert client(url, "cognito-identity").list_identity_pools(MaxResults=10)["IdentityPools"]
    page.run("document.getElementById('reset').click()")
    page.run("document.getElementById('sure-yes').click()")
    page.wait_for("document.body.innerText.includes('No identity pools yet')")
    assert client(url, "cognito-identity").list_identity_pools(MaxResults=10)["IdentityPools"] == []


def test_saving_without_a_file_says_what_to_do(page: Page, url: str) -> None:
    look(page, url)
    page.run("document.getElementById('save').click()")
    page.wait_for("document.getElementById('toast').textContent.includes('start the server with --save FILE')")
    page.problems.clear()  # the browser notes the 409


def test_a_server_that_is_gone_is_told_and_found_again(page: Page) -> None:
    with command("-p", "0", "--quiet") as (process, url):
        look(page, url)
        process.terminate()
        page.wait_for("!document.getElementById('lost').hidden")
        assert "The server does not answer" in page.text()
    with command("-p", url.rpartition(":")[2], "--quiet"):
        page.wait_for(LIVE)
        assert page.run("document.getElementById('lost').hidden")
        page.leave()
    page.problems.clear()  # the browser notes each request that failed


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_hangs_over_the_edge_and_all_can_be_read(page: Page, url: str, width: int, dark: bool) -> None:  # noqa: FBT001
    store(url, {"key" * 40: "value" * 100, "gone": "7"})
    look(page, url, width=width, height=900, dark=dark)
    for selector in (".pool", ".identity", ".dataset", ".call"):
        unfold(page, selector)
    page.wait_for("document.querySelector('tr.removed')")
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run(OVER_THE_EDGE) == []
    contrasts = page.run(CONTRASTS)
    assert {text: ratio for text, ratio in contrasts if ratio < 4.5} == {}


# What a card clips; tables scroll by themselves.
OVER_THE_EDGE = """
[...document.querySelectorAll('.card, .card *')].filter((node) => !node.closest('.scroll') && node.checkVisibility()
  && node.getBoundingClientRect().right > (node.closest('.card').getBoundingClientRect().right + 0.5))
  .map((node) => node.outerHTML.slice(0, 100))
"""

# Text against what lies behind it, by the formula of WCAG 2.
CONTRASTS = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 200) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const texts = [...node.childNodes].filter((child) => child.nodeType === 3);
    const text = texts.map((child) => child.data.trim()).join('');
    if (!text || !node.checkVisibility() || ['SCRIPT', 'STYLE', 'OPTION'].includes(node.tagName)) continue;
    const [one, other] = [light(rgba(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    found.push([text.slice(0, 40), (one + 0.05) / (other + 0.05)]);
  }
  return found;
})()
"""


def test_a_screen_reader_finds_names_for_all_controls(page: Page, url: str) -> None:
    store(url, {"level": "7", "gone": "1"})
    look(page, url)
    page.wait_for("document.querySelector('.call')")
    names = page.accessible_names()
    controls = {"button", "textbox", "searchbox", "checkbox", "combobox", "spinbutton", "dialog", "region"}
    assert [role for role, name in names if role in controls and not name] == []
    assert {("heading", "cogsync-mock"), ("status", "")} & {(role, name[:12]) for role, name in names}
    assert [role for role, _ in names].count("heading") >= 4
    assert page.run("document.documentElement.lang") == "en"


def test_the_page_may_run_nothing_but_its_own_script(url: str) -> None:
    with urllib.request.urlopen(f"{url}/cogsync-api/", timeout=10) as answer:
        policy, content = answer.headers["Content-Security-Policy"], answer.read().decode()
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert not re.search(r'(src|href)="(https?:)?//', content)


def test_a_web_site_cannot_reset_what_a_developer_has(page: Page, url: str, elsewhere: str) -> None:
    pool_id = use(url)
    page.go(elsewhere)
    for path in ("/moto-api/reset", "/cogsync-api/reset"):
        for mode in ("no-cors", "cors"):
            page.run(f"fetch('{url}{path}', {{method: 'POST', mode: '{mode}'}}).then(() => 'sent', () => 'rejected')")
    image = f"const image = new Image(); image.onerror = done; image.src = '{url}/moto-api/reset'"
    page.run(f"new Promise((done) => {{ {image} }}).then(() => 1)")
    client(url, "cognito-sync").get_identity_pool_configuration(IdentityPoolId=pool_id)
    page.problems.clear()  # the browser notes each request that was rejected


def test_a_story_that_begins_in_the_browser_is_seen_by_boto3(page: Page, url: str, elsewhere: str) -> None:
    """A page of another origin is a client of AWS's own routes."""
    page.go(elsewhere)
    scope = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"
    )
    made = page.run(
        f"""fetch('{url}/', {{method: 'POST',
          body: '{{"IdentityPoolName":"web","AllowUnauthenticatedIdentities":true}}',
          headers: {{Authorization: '{scope.format("cognito-identity")}', 'Content-Type': 'application/x-amz-json-1.1',
          'X-Amz-Target': 'AWSCognitoIdentityService.CreateIdentityPool'}}}}).then((answer) => answer.json())"""
    )
    pool_id = made["IdentityPoolId"]
    client(url, "cognito-sync").set_identity_pool_configuration(
        IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes", "StreamingStatus": "ENABLED"}
    )
    read = page.run(
        f"""fetch('{url}/identitypools/{pool_id.replace(":", "%3A")}/configuration',
          {{headers: {{'Authorization': '{scope.format("cognito-sync")}'}}}}).then(async (answer) =>
          [answer.headers.get('x-amzn-RequestId') !== null, await answer.json()])"""
    )
    assert read[0]
    assert read[1]["CognitoStreams"]["StreamName"] == "changes"
    for service, path in (("s3", "/"), ("lambda", "/2015-03-31/functions/")):
        headers = f"{{Authorization: '{scope.format(service)}', 'X-Amz-Date': 'x'}}"
        status = page.run(f"fetch('{url}{path}', {{headers: {headers}}}).then((answer) => answer.status)")
        assert status == 200
