"""TLS between scheduler, workers and grader: nobody without a certificate of the same authority has a say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.executors.cluster import ClusterPool
from autograder.executors.dispatcher import NoScheduler
from autograder.executors.tls import security
from autograder.tests.executors.certificates import lines_of, make_certificates
from autograder.tests.executors.hub import scheduler, wait_for_slots, worker
from autograder.tests.executors.pieces import Light, doubled, length

pytestmark = pytest.mark.slow

Files = tuple[Path, Path, Path]
_OWN = "--protocol tls --tls-ca-file ca.pem --tls-cert own.pem --tls-key own.key"
_THEIRS = "--tls-ca ca.pem --tls-cert own.pem --tls-key own.key"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def address(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler that talks to nobody without TLS, and a worker that knows it."""
    folder = tmp_path_factory.mktemp("tls")
    names = {path.name: str(path) for path in files}
    own, theirs = ([names.get(word, word) for word in options.split()] for options in (_OWN, _THEIRS))
    with (
        scheduler(folder, *own) as address,
        worker(folder, address, "--unsafe", "--slots", "1", *theirs) as one,
    ):
        one.wait_for("1 of 1 slots grade")
        yield address


def test_who_has_a_certificate_of_the_authority_is_served(address: str, files: Files) -> None:
    assert address.startswith("tls://")
    with ClusterPool(address, security(address, *files)) as pool:
        wait_for_slots(pool, 1)
        parcel = pool.share(b"x" * 1000)
        assert pool.submit(length, parcel, Light(3)).result(60) == 1003
        assert pool.submit(doubled, Light(3)).result(60) == 6


def test_a_grader_without_a_certificate_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.executors.dispatcher._CONNECTING", 3.0)
    for each in (address, address.replace("tls://", "tcp://")):
        with pytest.raises(NoScheduler, match="No scheduler answers at t"):
            ClusterPool(each)


def test_a_certificate_of_another_authority_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.executors.dispatcher._CONNECTING", 3.0)
    with pytest.raises(NoScheduler, match="No scheduler answers at tls://"):
        ClusterPool(address, security(address, *make_certificates(tmp_path)))


def test_scheduler_and_worker_are_started_here_as_the_readme_says() -> None:
    shown = [*lines_of("dask"), *lines_of("autograder")]
    assert "dask scheduler --host 10.0.0.1 --no-dashboard" in shown
    for options in (_OWN, _THEIRS):
        assert any(options in line for line in shown)
