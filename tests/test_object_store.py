"""A real object store, run on this machine: workbooks are read where they lie, and a portfolio is made of them.

What it needs is in no list of kpixl's, since its packages want older ones than kpixl's own: it runs in an environment
of its own, with ``pip install "moto[s3,server]" s3fs`` beside kpixl (``make store``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from clock import NOW
from kpixl.cli.main import main
from workbooks import Filled, make

pytestmark = pytest.mark.skipif(
    find_spec("moto") is None or find_spec("s3fs") is None, reason="moto and s3fs are not installed (make store)"
)
SMALL = Filled(typed={"satisfied": 19, "surveyed": 20})


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket."""
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    boto3.client("s3").create_bucket(Bucket="network")
    s3fs.S3FileSystem.clear_instance_cache()
    yield "s3://network"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.mark.filterwarnings("ignore")
def test_workbooks_in_a_bucket(bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import boto3

    here = make(tmp_path / "b.xlsx", SMALL)
    store = boto3.client("s3")
    store.put_object(Bucket="network", Key="clients/West/b.xlsx", Body=here.read_bytes())
    store.put_object(Bucket="network", Key="clients/bad.xlsx", Body=b"PK cut off")
    usual = ["--workers", "1", "--cache", str(tmp_path / "cache"), "--json"]

    def lines(*words: str) -> tuple[int, list[dict[str, object]]]:
        code = main([*words, *usual], now=NOW)
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    main(["results", str(here), "--json"], now=NOW)
    alone = json.loads(capsys.readouterr().out)
    url = f"{bucket}/clients/West/b.xlsx"
    code, found = lines("results", f"{bucket}/clients")
    assert code == 2
    assert found[0] == alone | {"path": url, "unchanged": False}
    assert found[1]["path"] == f"{bucket}/clients/bad.xlsx"
    assert "error" in found[1]
    assert lines("results", f"{bucket}/clients/West")[1][0]["unchanged"]
    assert lines("check", f"{bucket}/clients/West")[0] == 0
    assert lines("report", f"{bucket}/clients/West", "--out", str(tmp_path / "pages"))[0] == 0
    assert (tmp_path / "pages" / "b.html").is_file()
    assert lines("refresh", f"{bucket}/clients/West")[0] == 2
    assert main(["portfolio", f"{bucket}/clients", "--out", str(tmp_path / "p.xlsx"), *usual], now=NOW) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["workbooks"], [one["path"] for one in answer["failed"]]) == (1, [f"{bucket}/clients/bad.xlsx"])
    kept = {one["Key"]: one["ETag"] for one in store.list_objects_v2(Bucket="network")["Contents"]}
    assert set(kept) == {"clients/West/b.xlsx", "clients/bad.xlsx"}
    assert store.get_object(Bucket="network", Key="clients/West/b.xlsx")["Body"].read() == here.read_bytes()
