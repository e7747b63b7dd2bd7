"""What a browser is told, whatever it asked for."""

from __future__ import annotations

import pytest
from flask import Flask, Response, abort

from web import security_headers


@pytest.fixture
def app() -> Flask:
    app = Flask("test")
    app.after_request(security_headers.add)

    @app.get("/plain")
    def plain() -> str:
        return "plain"

    @app.get("/page")
    def page() -> Response:
        return Response("page", headers={"Content-Security-Policy": "default-src 'self'"})

    @app.get("/gone")
    def gone() -> str:
        abort(410)

    return app


@pytest.mark.parametrize("path", ["/plain", "/gone", "/nowhere"])
def test_a_browser_may_neither_keep_nor_guess_nor_frame_a_response(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_what_a_page_says_for_itself_stands(app: Flask) -> None:
    headers = app.test_client().get("/page").headers

    assert headers.getlist("Content-Security-Policy") == ["default-src 'self'"]
    assert headers["X-Content-Type-Options"] == "nosniff"
