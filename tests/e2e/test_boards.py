"""The boards in a browser: a provider finds its own row, the frame stands on another site, the review is drawn, and the
code on a certificate leads to its proof. All of it under the content security policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.factories.providers import owner_of
from tests.integration.scoring.test_season_review import raced

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@contextmanager
def another_site(body: str) -> Iterator[str]:
    """The address of a site of another origin whose one page is `body`."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            """Nothing: the test tells what matters."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_from_the_board_over_the_frame_to_the_proof_of_a_certificate(open_page: OpenPage) -> None:
    season, field = raced()
    page = open_page(f"/boards/{season.code}/", user=owner_of(field[2]))
    page.get_by_role("navigation", name="Boards").get_by_role("link", name="Traffic marketing").click()
    own = page.get_by_role("region", name="Your place")
    expect(own.get_by_role("row").nth(1)).to_contain_text(field[2].name)
    page.get_by_text("Show this board on your own page").click()
    code = page.get_by_label("Code of the frame").input_value()
    address = page.get_by_role("link", name="See it alone").get_attribute("href") or ""
    assert address in code

    home = page.url[: page.url.index("/boards/")]
    frame = f'<iframe src="{home}{address[address.index("/boards/") :]}" width="600" height="400"></iframe>'
    with another_site(frame) as site:
        elsewhere = page.context.new_page()
        elsewhere.goto(site)
        expect(elsewhere.frame_locator("iframe").get_by_role("row")).to_have_count(4)

    page.get_by_role("link", name="Review").click()
    expect(page.locator(".chart-bump canvas").first).to_be_visible()
    page.get_by_text("Show as table").click()
    expect(page.get_by_role("region", name="Places over the season").get_by_role("row")).to_have_count(4)
    page.get_by_role("link", name="Open the certificate").first.click()
    expect(page.get_by_text("赛季证书")).to_be_visible()
    proof = page.locator(".address a").get_attribute("href") or ""
    page.goto(home + proof[proof.index("/verify/") :])
    expect(page.get_by_role("heading", name="This certificate is genuine")).to_be_visible()
