"""Credentials and errors of endpoints, and rows that stream: servers that misbehave give sentences, and see no secret that is not theirs."""

from __future__ import annotations

import json
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

import clayonto
import clayonto.errors
from clayonto.errors import (
    ConfigError,
    EndpointError,
    EndpointTimeoutError,
    IncompleteAnswerError,
    NotSparqlError,
    UnreachableError,
    UsageError,
)
from clayonto.remote import credentials, failures
from clayonto.remote.stores import TSV_RESULTS
from tests.servers import free_port
from tests.test_federation import Endpoint, _fresh, host  # noqa: F401

if TYPE_CHECKING:
    from pathlib import Path

QUERY = "SELECT ?x ?y { ?x a clay:Project }"
JSON = "application/sparql-results+json"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty file of credentials that nobody else can read."""
    made = tmp_path / "endpoints.toml"
    made.touch(mode=0o600)
    monkeypatch.setenv("CLAYONTO_ENDPOINTS", str(made))
    return made


@pytest.mark.parametrize("token", ["salaisuus\nX-Evil: 1", "salaisuus ä", "salaisuus€", "\0salaisuus"])
def test_a_token_that_cannot_be_one_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(ConfigError, match="no token has") as error:
        credentials.Credentials(token=token)
    assert "salaisuus" not in str(error.value)
    with pytest.raises(ConfigError, match="colon"):
        credentials.Credentials("anna:salaisuus", "x")


def test_the_end_of_a_line_after_a_token_is_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_TOKEN", "abc\n")
    assert credentials.find("http://x.fi/").header == "Bearer abc"


def test_the_longest_address_of_the_file_speaks(file: Path) -> None:
    file.write_text('["https://a.org/"]\nuser = "u"\npassword = "one"\n["https://a.org/x/sparql"]\ntoken = "two"\n')
    assert credentials.find("https://a.org/y").password == "one"
    assert credentials.find("https://a.org/x/sparql").token == "two"
    for other in (
        "http://a.org/y",
        "https://a.org.evil.net/",
        "https://a.org:444/y",
        "https://b.org/",
        "https://a.org/../y",
        "https://a.org/%2e%2e/y",
    ):
        assert credentials.find(other).header is None
    assert credentials.find("https://a.org/x/sparqler").password == "one"


def test_the_environment_speaks_for_the_endpoint_of_the_call_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_TOKEN", "mine")
    assert credentials.find("https://a.org/").header == "Bearer mine"
    assert credentials.find("https://a.org/", environment=False).header is None


@pytest.mark.parametrize(
    "text",
    ['["https://a.org/"]\npassword = secret1', '["https://a.org/"]\nsecret1 = "x"', 'a = "secret1"', '["ftp://a"]\ntoken = "secret1"'],
)
def test_a_file_that_is_wrong_is_an_error_that_shows_no_secret(text: str, file: Path) -> None:
    file.write_text(text)
    with pytest.raises((ConfigError, UsageError)) as error:
        clayonto.connect("https://a.org/")
    assert "secret1" not in str(error.value)


def test_a_file_that_others_can_read_is_refused(file: Path) -> None:
    file.write_text('["https://a.org/"]\ntoken = "x"\n')
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        clayonto.connect("https://a.org/")


def test_credentials_are_shown_in_no_text() -> None:
    held = credentials.Credentials("anna", "salaisuus", "merkki")
    assert "salaisuus" not in f"{held} {held!r}"
    assert "merkki" not in f"{held} {held!r}"


def test_a_secret_goes_to_no_place_that_a_server_sends_us_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("CLAYONTO_ENDPOINT_TOKEN", "secret")
    elsewhere = host.replace("127.0.0.1", "localhost")
    Endpoint.instead = lambda self: self.answer(303, b"", "text/plain", Location=f"{elsewhere}/other")
    with pytest.raises(EndpointError, match=f"sends us on to {elsewhere}/other, and nothing is sent after it"):
        clayonto.connect(f"{host}/query").query(QUERY)
    with pytest.raises(EndpointError):
        list(clayonto.connect(f"{host}/query").stream(QUERY))
    assert {(path, headers.get("Authorization")) for path, _, headers in Endpoint.asked} == {("/query", "Bearer secret")}


def test_how_long_to_wait() -> None:
    def date(seconds: float) -> str:
        return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)

    assert 5 < failures.pause(date(20), 0) <= 20
    told = {date(-86_400): 0, "soon": 0.5, "999999": 60, "-1": 0.5, "0": 0}
    assert {text: failures.pause(text, 0) for text in told} == told


def rows(count: int) -> bytes:
    bindings = ",".join(f'{{"x": {{"type": "literal", "value": "text number {n}"}}}}' for n in range(count))
    return f'{{"head": {{"vars": ["x", "y"]}}, "results": {{"bindings": [{bindings}]}}}}'.encode()


def test_rows_stream_from_json_and_from_tsv(host: str) -> None:  # noqa: F811
    there = clayonto.connect(f"{host}/q")

    def answer(self: Endpoint) -> None:
        if Endpoint.asked[-1][2]["Accept"] == TSV_RESULTS:
            self.answer(200, b"?x\t?y\n" + b"".join(b'"text number %d"\t\n' % n for n in range(3000)), "text/tab-separated-values")
        else:
            self.answer(200, rows(3000), JSON)

    Endpoint.instead = answer
    found = []
    for server in ("none", "Oxigraph/0.5"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Endpoint, "version_string", lambda _, server=server: server)
            with clayonto.connect(f"{host}/q").stream(QUERY) as stream:
                assert stream.columns == ("x", "y")
                found.append([tuple(row) for row in stream])
    assert found[0] == found[1]
    assert found[0][-1] == ("text number 2999", None)
    with there.stream(QUERY) as stream:
        next(stream)
        stream.close()
        assert list(stream) == []


def test_an_answer_that_breaks_off_is_no_whole_answer(host: str, tmp_path: Path) -> None:  # noqa: F811
    def broken(self: Endpoint) -> None:
        body = rows(1000)
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:-5000])
        self.close_connection = True

    there = clayonto.connect(f"{host}/q", retries=0)
    there._engine._server = "known"  # type: ignore[attr-defined]
    Endpoint.instead = broken
    with pytest.raises(IncompleteAnswerError):
        list(there.stream(QUERY))
    with pytest.raises(EndpointError):
        there.query(QUERY)


def test_streaming_takes_no_more_memory_for_more_rows(host: str) -> None:  # noqa: F811
    def peak(count: int) -> int:
        def many(self: Endpoint) -> None:
            self.send_response(200)
            self.send_header("Content-Type", JSON)
            self.end_headers()
            self.wfile.write(b'{"head": {"vars": ["x", "y"]}, "results": {"bindings": [')
            line = json.dumps({"x": {"type": "literal", "value": "x" * 500}}).encode()
            for n in range(count):
                self.wfile.write((b"," if n else b"") + line)
            self.wfile.write(b"]}}")
            self.close_connection = True

        Endpoint.instead = many
        there = clayonto.connect(f"{host}/q")
        there._engine._server = "known"  # type: ignore[attr-defined]
        tracemalloc.start()
        assert sum(1 for _ in there.stream(QUERY)) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(20_000) < 2 * peak(200) + 1_000_000 < 20_000 * 500


def test_errors_of_streams_are_those_of_queries(host: str) -> None:  # noqa: F811
    there = clayonto.connect(f"{host}/q", timeout=1, retries=0)
    there._engine._server = "known"  # type: ignore[attr-defined]
    Endpoint.instead = lambda self: self.answer(200, b"<!DOCTYPE html><html>Welcome", "text/html")
    with pytest.raises(NotSparqlError, match="a web page"):
        there.stream(QUERY)
    Endpoint.instead = lambda self: self.answer(400, b"no such function", "text/plain")
    with pytest.raises(clayonto.errors.QuerySyntaxError):
        there.stream("SELECT ?x {")
    with pytest.raises(clayonto.errors.QueryError, match="no such function"):
        there.stream(QUERY)
    Endpoint.instead = lambda self: time.sleep(2)
    with pytest.raises(EndpointTimeoutError, match="within a second"):
        there.stream(QUERY)
    away = clayonto.connect(f"http://127.0.0.1:{free_port()}/q", retries=0)
    away._engine._server = "known"  # type: ignore[attr-defined]
    with pytest.raises(UnreachableError, match="cannot be reached"):
        away.stream(QUERY)
    with pytest.raises(UsageError, match="Rows of a SELECT"):
        there.stream("ASK { }")
