"""TLS between a place's PCs: an agent is the small certificate authority of its seats (TLS 1.3, each side shows a certificate).

A certificate says only which seat asks; whether that seat is still one is the registry's to know, so certificates run out in
the year 2100, whatever a PC without a battery takes the date for.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER = "agent.giochoi"  # what every agent's certificate calls it: addresses change, and its authority tells it from others
_FROM = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_TO = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


class CertificateError(Exception):
    """A key or certificate that is none of ours."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate, both as PEM."""

    key: str
    certificate: str

    def into(self, context: ssl.SSLContext, folder: Path) -> None:
        """Have the context show it. OpenSSL reads it from a file, so for that long it lies in `folder`."""
        with tempfile.TemporaryDirectory(dir=folder) as passing:  # 0700
            path = Path(passing) / "identity.pem"
            path.write_text(self.key + self.certificate)
            context.load_cert_chain(path)


def new_key() -> str:
    """A new private key as PEM."""
    return _key_text(ec.generate_private_key(ec.SECP256R1()))


def public_of(key: str) -> bytes:
    """The public key, as DER, of a private one as PEM. CertificateError."""
    try:
        return _public(serialization.load_pem_private_key(key.encode(), None).public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateError(str(error)) from error


def fingerprint(public: bytes) -> str:
    """Of a public key as DER: SHA-256 in hex."""
    return hashlib.sha256(public).hexdigest()


def key_of(certificate: bytes) -> str:
    """The fingerprint of the key in a certificate (DER). CertificateError."""
    try:
        return fingerprint(_public(x509.load_der_x509_certificate(certificate).public_key()))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateError(str(error)) from error


class Authority:
    """An agent's: signs the certificates of its seats, and its own."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: what `new` made. CertificateError."""
        try:
            key = serialization.load_pem_private_key(secret, None)
            self._own = x509.load_pem_x509_certificate(secret)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CertificateError(str(error)) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CertificateError("not a key on P-256")
        self._key = key

    @staticmethod
    def new(name: str) -> bytes:
        """The secret of a new one, which this agent's log has the `name` of."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = _builder(name, name, key.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return (_key_text(key) + _text(own.sign(key, hashes.SHA256()))).encode()

    @property
    def certificate(self) -> str:
        """Its own, as PEM."""
        return _text(self._own)

    def issue(self, name: str, public: bytes) -> str:
        """A seat's certificate as PEM, for its public key as DER. CertificateError."""
        try:
            key = serialization.load_der_public_key(public)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise CertificateError(str(error)) from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise CertificateError("not a key on P-256")
        return self._sign(name, key, ExtendedKeyUsageOID.CLIENT_AUTH)

    def server(self, folder: Path) -> ssl.SSLContext:
        """What the agent listens with: it asks for a certificate of ours, and takes those without one as strangers."""
        key = ec.generate_private_key(ec.SECP256R1())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.certificate)
        own = Identity(_key_text(key), self._sign(SERVER, key.public_key(), ExtendedKeyUsageOID.SERVER_AUTH))
        own.into(context, folder)
        return context

    def _sign(self, name: str, key: ec.EllipticCurvePublicKey, usage: x509.ObjectIdentifier) -> str:
        issuer = self._own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        made = (
            _builder(name, str(issuer), key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        )
        return _text(made.sign(self._key, hashes.SHA256()))


def client(authority: str | None) -> ssl.SSLContext:
    """What a seat calls its agent with, whose authority this is (PEM). None: whoever answers, to be told apart by what it says.
    CertificateError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if authority is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    try:
        context.load_verify_locations(cadata=authority)
    except (ssl.SSLError, ValueError) as error:
        raise CertificateError(str(error)) from error
    return context


def _builder(name: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    by, whose = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (issuer, name))
    return x509.CertificateBuilder(by, whose, key, x509.random_serial_number(), _FROM, _TO)


def _public(key: object) -> bytes:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateError("not a key on P-256")
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
