"""Who may talk to whom: certificates of one authority, shown by scheduler, workers and graders to each other.

Whoever has a certificate of that authority may run code on the workers; so it should sign for nobody else. Names in
certificates are not compared with addresses.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autograder.errors import UsageError

if TYPE_CHECKING:
    from distributed.security import Security

_OPTIONS = {
    "--tls-ca": "With a tls:// scheduler: the certificate of the authority that signed all others.",
    "--tls-cert": "With a tls:// scheduler: our certificate.",
    "--tls-key": "With a tls:// scheduler: the key to it.",
}
_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:\d+")
_NO_ADDRESS = "{address} is no scheduler's address: these look like tcp://host:8786, or tls://host:8786."
_ALL_THREE = "--tls-ca, --tls-cert and --tls-key go together."
_NO_CERTIFICATE = "{ca} holds no certificate of an authority, in PEM."
_NO_PAIR = "{cert} and {key} are no certificate with its key, in PEM and without a password."
_NO_FILES = "{address} asks for TLS: give --tls-ca, --tls-cert and --tls-key."
_NO_TLS = "With certificates, the scheduler's address begins with tls://, and {address} does not."


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The three options that grader and worker have in common: tls_ca, tls_cert, tls_key."""
    for name, words in reversed(_OPTIONS.items()):
        command = click.option(name, type=click.Path(path_type=Path), help=words)(command)
    return command


def security(address: str, ca: Path | None, cert: Path | None, key: Path | None) -> Security | None:
    """What proves who we are, on either side; None where nothing has to be proved.

    Raises:
        UsageError: the address is none, or the files do not fit it or each other.
    """
    if not _ADDRESS.fullmatch(address):
        raise UsageError(_NO_ADDRESS.format(address=address))
    files = [str(each) for each in (ca, cert, key) if each is not None]
    if files and len(files) < 3:
        raise UsageError(_ALL_THREE)
    if address.startswith("tls://") != bool(files):
        raise UsageError((_NO_TLS if files else _NO_FILES).format(address=address))
    for path in files:
        if not Path(path).is_file():
            raise UsageError(f"{path} does not exist.")
    return _made_of(*files) if files else None


def _made_of(ca: str, cert: str, key: str) -> Security:
    from distributed.security import Security

    _try_out(ca, cert, key)
    own = {"tls_client_cert": cert, "tls_client_key": key, "tls_worker_cert": cert, "tls_worker_key": key}
    return Security(require_encryption=True, tls_ca_file=ca, **own)  # type: ignore[no-untyped-call]


def _try_out(ca: str, cert: str, key: str) -> None:
    """Reads the files as they will be read, where what is wrong with them can still be said."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError:
        raise UsageError(_NO_CERTIFICATE.format(ca=ca)) from None
    try:
        context.load_cert_chain(cert, key, password="")  # nobody is there to be asked for one
    except OSError:
        raise UsageError(_NO_PAIR.format(cert=cert, key=key)) from None
