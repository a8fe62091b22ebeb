"""An SMTP server of the tests' own, in the clear or with a certificate of its own."""

import datetime
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Both are this machine; only the first is called so by everyone.
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it is given, or refuses each address with `refusal`.

    With a certificate (a PEM file) it offers STARTTLS, or begins with TLS when it is `wrapped`. `taken` are the mails,
    `logins` says of each login whether it came encrypted.
    """

    daemon_threads = True

    def __init__(
        self, host: str = HERE, refusal: str | None = None, certificate: Path | None = None, *, wrapped: bool = False
    ) -> None:
        super().__init__((host, 0), _Session)
        self.refusal, self.certificate, self.wrapped = refusal, certificate, wrapped
        self.taken, self.logins = [], []

    def url(self, scheme: str = "smtp", user: str = "") -> str:
        """S1_SMTP that leads to it."""
        host, port = self.server_address
        return f"{scheme}://{user}{'@' if user else ''}{host}:{port}"


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.encrypted = False
        if self.server.wrapped and not self._encrypt():
            return
        self.say("220 ready")
        while line := self.rfile.readline():
            command, _, rest = line.decode().strip().partition(" ")
            if not self._answer(command.upper(), rest):
                return

    def _answer(self, command: str, rest: str) -> bool:
        """Answers a command, and says whether more may follow."""
        match command:
            case "EHLO":
                offers_tls = self.server.certificate and not self.encrypted
                self.say("250-here\r\n" + ("250-STARTTLS\r\n" if offers_tls else "") + "250 AUTH PLAIN")
            case "STARTTLS":
                self.say("220 go on")
                return self._encrypt()
            case "AUTH":
                self.server.logins.append(self.encrypted)
                self.say("235 in")
            case "RCPT" if self.server.refusal:
                self.say(self.server.refusal)
            case "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self.say("250 taken")
            case "QUIT":
                self.say("221 bye")
                return False
            case _:
                self.say("250 ok")
        return True

    def _encrypt(self) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.certificate)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:  # the client does not trust the certificate
            return False
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True
        return True

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(server: MailServer) -> Iterator[MailServer]:
    """The server, answering until the context ends."""
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def write_certificate(path: Path) -> Path:
    """Writes a key and a certificate, signed by itself, for HERE and ELSEWHERE."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    hosts = [x509.IPAddress(ipaddress.ip_address(host)) for host in (HERE, ELSEWHERE)]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    unencrypted = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, unencrypted) + certificate.public_bytes(pem)
    )
    return path
