"""What is said of TLS on the command line has to fit together."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.executors.tls import security
from autograder.tests.executors.certificates import make_certificates


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def test_without_tls_nothing_has_to_be_proved() -> None:
    assert security("tcp://host:8786", None, None, None) is None


def test_with_all_three_files_everything_is_encrypted(files: tuple[Path, Path, Path]) -> None:
    found = security("tls://host:8786", *files)
    assert found is not None
    assert found.require_encryption
    for name, file in zip(("tls_ca_file", "tls_worker_cert", "tls_client_key"), files, strict=True):
        assert getattr(found, name) == str(file)


@pytest.mark.parametrize("address", ["host", "host:8786", "tcp://host", "http://host:8786", "tcp://host:8786/x"])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(UsageError, match=f"{address} is no scheduler's address: these look like tcp://host:8786"):
        security(address, None, None, None)


def test_one_file_alone_is_no_proof(files: tuple[Path, Path, Path]) -> None:
    with pytest.raises(UsageError, match="go together"):
        security("tls://host:8786", files[0], None, None)


def test_tls_needs_files_and_files_need_tls(files: tuple[Path, Path, Path]) -> None:
    with pytest.raises(UsageError, match="tls://host:8786 asks for TLS"):
        security("tls://host:8786", None, None, None)
    with pytest.raises(UsageError, match="begins with tls://, and tcp://host:8786 does not"):
        security("tcp://host:8786", *files)


def test_a_file_that_is_not_there_is_named(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.pem does not exist"):
        security("tls://host:8786", tmp_path / "nowhere.pem", *files[1:])


def test_files_that_do_not_belong_together_are_named(files: tuple[Path, Path, Path]) -> None:
    ca, cert, key = files
    with pytest.raises(UsageError, match=r"own\.key holds no certificate of an authority"):
        security("tls://host:8786", key, cert, key)
    for other in (ca.with_name("ca.key"), ca):
        with pytest.raises(UsageError, match=rf"own\.pem and .*{other.name} are no certificate with its key"):
            security("tls://host:8786", ca, cert, other)
