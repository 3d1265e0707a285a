"""Signs a program as signtool would, and lets this machine trust whoever did. DER is written by hand: it is little.

Microsoft, "Windows Authenticode Portable Executable Signature Format"; RFC 2315 (PKCS #7).
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
import winreg
from contextlib import contextmanager
from ctypes import wintypes
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from host.windows.win32 import checked, function

_crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
_P, _D = ctypes.c_void_p, wintypes.DWORD
_open = function(_crypt32, "CertOpenStore", _P, _P, _D, _P, _D, wintypes.LPCWSTR)
_add = function(_crypt32, "CertAddEncodedCertificateToStore", wintypes.BOOL, _P, _D, ctypes.c_char_p, _D, _D, _P)
_find = function(_crypt32, "CertFindCertificateInStore", _P, _P, _D, _D, _D, wintypes.LPCWSTR, _P)
_delete = function(_crypt32, "CertDeleteCertificateFromStore", wintypes.BOOL, _P)
_close = function(_crypt32, "CertCloseStore", wintypes.BOOL, _P, _D)
_SYSTEM, _X509, _REPLACE, _BY_NAME = 10, 1, 3, 0x8_0007
# Windows asks a person before it adds to a user's roots; Wine sets the machine's anew whenever a program first looks at them,
# and keeps in the registry what was deleted from the user's.
_WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
_WHOSE = 0x1_0000 if _WINE else 0x2_0000
_KEPT = "Software\\Microsoft\\SystemCertificates\\Root\\Certificates"


class Publisher:
    """Who signs, with a certificate from a root of their own."""

    def __init__(self, name: str, root: str) -> None:
        self.root = root
        root_key, self._key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        self._issuer = _name(root)
        self.trusted = _certificate(self._issuer, self._issuer, root_key, root_key, authority=True)
        self._own = _certificate(_name(name), self._issuer, self._key, root_key, authority=False)

    def sign(self, program: bytes) -> bytes:
        """The program with a signature behind it."""
        content = bytearray(program + bytes(-len(program) % 8))
        place = struct.unpack_from("<I", content, 60)[0] + 24
        directory = place + (112 if content[place + 1] == 2 else 96) + 32
        covered = content[: place + 64] + content[place + 68 : directory] + content[directory + 8 :]
        signature = self._signed(hashlib.sha256(covered).digest())
        table = struct.pack("<IHH", 8 + len(signature), 0x200, 2) + signature
        table += bytes(-len(table) % 8)
        struct.pack_into("<II", content, directory, len(content), len(table))
        return bytes(content + table)

    def _signed(self, digest: bytes) -> bytes:
        algorithm = _der(0x30, _oid("2.16.840.1.101.3.4.2.1"), _der(5))
        image = _der(0x30, _oid("1.3.6.1.4.1.311.2.1.15"), _der(0x30, b"\3\1\0", _der(0xA0, _der(0xA2, b"\x80\0"))))
        said = image + _der(0x30, algorithm, _der(4, digest))
        indirect = _oid("1.3.6.1.4.1.311.2.1.4")
        attributes = _der(0x30, _oid("1.2.840.113549.1.9.3"), _der(0x31, indirect)) + _der(
            0x30, _oid("1.2.840.113549.1.9.4"), _der(0x31, _der(4, hashlib.sha256(said).digest()))
        )
        signature = self._key.sign(_der(0x31, attributes), padding.PKCS1v15(), hashes.SHA256())
        number = self._own.serial_number
        signer = _der(
            0x30, b"\2\1\1",
            _der(0x30, self._issuer.public_bytes(), _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))),
            algorithm, _der(0xA0, attributes), _der(0x30, _oid("1.2.840.113549.1.1.1"), _der(5)), _der(4, signature),
        )  # fmt: skip
        signed = _der(
            0x30, b"\2\1\1", _der(0x31, algorithm), _der(0x30, indirect, _der(0xA0, _der(0x30, said))),
            _der(0xA0, self._own.public_bytes(serialization.Encoding.DER)), _der(0x31, signer),
        )  # fmt: skip
        return _der(0x30, _oid("1.2.840.113549.1.7.2"), _der(0xA0, signed))


@contextmanager
def trusting(publisher: Publisher):
    """Programs started meanwhile believe its signatures; each process remembers for itself what it once found."""
    der = publisher.trusted.public_bytes(serialization.Encoding.DER)
    store = _store()
    checked(_add(store, _X509, der, len(der), _REPLACE, None), "ROOT")
    _close(store, 0)
    try:
        yield
    finally:
        store = _store()
        checked(_delete(_find(store, _X509, 0, _BY_NAME, publisher.root, None)), "ROOT")
        _close(store, 0)
        if _WINE:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, f"{_KEPT}\\{publisher.trusted.fingerprint(hashes.SHA1()).hex()}")


def _store():
    return checked(_open(_SYSTEM, 0, None, _WHOSE, "ROOT"), "ROOT")


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject, issuer, key, issuers_key, *, authority):
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(x509.BasicConstraints(authority, None), critical=True)
    )  # fmt: skip
    if not authority:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return made.sign(issuers_key, hashes.SHA256())


def _der(tag, *parts):
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _oid(text):
    first, second, *rest = map(int, text.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.insert(0, 0x80 | (number & 0x7F))
        content += bytes(digits)
    return _der(6, bytes(content))
