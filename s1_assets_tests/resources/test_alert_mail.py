"""E-mail to a real SMTP server on this machine: what it says, and when a password is sent."""

import pytest

from resources.alert_channels import DeliveryError, Mail, open_channels
from s1_assets.alerts.messages import Message
from s1_assets_tests.resources.alert_message import ENTRY, MESSAGE
from s1_assets_tests.resources.mail_server import ELSEWHERE, HERE, MailServer, serving, write_certificate

USER = "u:xoxbsecret"


@pytest.fixture
def certificate(tmp_path):
    return write_certificate(tmp_path / "server.pem")


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The certificate, known to this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


def send(server: MailServer, scheme: str = "smtp", user: str = USER) -> None:
    Mail("email", "on-call@example.org", server.url(scheme, user)).send(MESSAGE)


def test_mail_is_plain_text_from_the_configured_sender():
    title = "Check failed: a title\nBcc: everyone@example.org"
    with serving(MailServer()) as server:
        url = server.url(user="ops%40example.org:p%3Ass") + "?from=alerts@example.org"
        [channel] = open_channels("email:on-call@example.org", url).working
        channel.send(Message("0a1b", "check_failed", title, "", 12, (ENTRY,), {"failed runs": "http://ui/runs"}))
    [mail] = server.taken
    assert (mail["From"], mail["To"], mail["Bcc"]) == ("alerts@example.org", "on-call@example.org", None)
    assert mail["Subject"] == "[S1] Check failed: a title Bcc: everyone@example.org"
    assert mail["Message-ID"] == "<0a1b@s1-alerts>"
    body = mail.get_content()
    assert "arxiv 2024-05: 3 of 200 images do not open — value 3, threshold <= 0 images" in body
    assert "  run: http://ui/runs/run-1" in body and "and 11 more" in body
    assert body.startswith("failed runs: http://ui/runs")


@pytest.mark.parametrize(("refusal", "again"), [("450 later", True), ("550 no such address", False)])
def test_a_refused_address_is_an_error_without_the_password(refusal, again):
    with serving(MailServer(refusal=refusal)) as server:
        channel = Mail("email", "on-call@example.org", server.url(user=USER))
        with pytest.raises(DeliveryError, match="email: the address was refused") as raised:
            channel.send(MESSAGE)
    assert raised.value.again is again
    assert "xoxbsecret" not in f"{channel!r} {raised.value}"


def test_a_mail_server_that_is_not_there_may_be_there_later():
    with pytest.raises(DeliveryError, match="email: ConnectionRefusedError at the mail server") as raised:
        Mail("email", "a@b.org", "smtp://127.0.0.1:9").send(MESSAGE)
    assert raised.value.again


def test_a_password_goes_in_the_clear_to_this_machine_alone():
    with serving(MailServer(HERE)) as here, serving(MailServer(ELSEWHERE)) as elsewhere:
        send(here)
        with pytest.raises(DeliveryError, match="offers no TLS, and S1_SMTP has a password") as raised:
            send(elsewhere)
        assert not raised.value.again
        send(elsewhere, user="")
    assert (here.logins, len(here.taken)) == ([False], 1)
    assert (elsewhere.logins, len(elsewhere.taken)) == ([], 1)


def test_where_the_server_offers_tls_the_password_and_the_mail_go_through_it(trusted):
    with serving(MailServer(ELSEWHERE, certificate=trusted)) as server:
        send(server)
    assert (server.logins, len(server.taken)) == ([True], 1)


def test_smtps_begins_with_tls(trusted):
    with serving(MailServer(ELSEWHERE, certificate=trusted, wrapped=True)) as server:
        send(server, "smtps")
    assert (server.logins, len(server.taken)) == ([True], 1)


@pytest.mark.parametrize(("scheme", "wrapped"), [("smtp", False), ("smtps", True)])
def test_a_server_whose_certificate_nobody_knows_gets_no_password_and_no_mail(certificate, scheme, wrapped):
    with (
        serving(MailServer(HERE, certificate=certificate, wrapped=wrapped)) as server,
        pytest.raises(DeliveryError, match="email: SSLCertVerificationError at the mail server"),
    ):
        send(server, scheme)
    assert (server.logins, server.taken) == ([], [])
