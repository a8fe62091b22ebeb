"""Whatever stands in a text reaches every channel, and what no channel can send is kept."""

import json

import dagster as dg
import pytest

from s1_assets.alerts.delivery import asking
from s1_assets.alerts.messages import TEXT_CHARS, Message, short
from s1_assets_tests.alerts.on_call import MAY, OnCall
from s1_assets_tests.alerts.webhooks import answers
from s1_assets_tests.resources.mail_server import MailServer, serving

UNDECODABLE = "fig\udce9.png"  # as os.listdir and tarfile give a name that is no UTF-8


@pytest.mark.parametrize("text", ["fig\udce9.png " * 50, "\ud83d", "a\n b\u2028c", None])
def test_a_short_text_is_one_line_that_can_be_encoded(text):
    said = short(text)
    assert said.encode().decode() == said
    assert len(said) <= TEXT_CHARS
    assert len(said.splitlines()) <= 1


def test_a_file_name_that_is_no_utf_8_reaches_every_channel(instance, httpserver):
    for path in ("/slack", "/webhook"):
        answers(httpserver, path, 200)
    slack, webhook = (httpserver.url_for(path) for path in ("/slack", "/webhook"))
    with serving(MailServer()) as server:
        channels = f"slack:{slack},webhook:{webhook},email:on-call@example.org"
        on_call = OnCall(instance, {"S1_ALERTS": channels, "S1_SMTP": server.url()})
        on_call.tick()
        on_call.run(MAY, verdict=ValueError(f"{UNDECODABLE} is damaged"))
        sent = on_call.submit(on_call.evaluate())
    assert {name: run.success for name, run in sent.items()} == {"slack": True, "webhook": True, "email": True}
    said = [json.dumps(request.get_json(), ensure_ascii=False) for request, _ in httpserver.log]
    said += [json.dumps(mail.get_content(), ensure_ascii=False) for mail in server.taken]
    assert ["fig\\\\udce9.png is damaged" in text for text in said] == [True] * 3


def test_an_error_that_nobody_foresaw_keeps_the_message_and_tells_its_type_alone(instance):
    on_call = OnCall(instance, {"S1_ALERTS": "webhook:http://127.0.0.1:9/xoxbsecret"})
    message = Message("1", "check_failed", "Check failed", UNDECODABLE)
    request = dg.RunRequest(run_key="1", **asking("webhook", [message]))
    [sent] = on_call.submit(dg.SensorResult(run_requests=[request])).values()
    [failure] = [event.step_failure_data for event in sent.all_events if event.is_step_failure]
    assert failure.user_failure_data.metadata["not_delivered"].value["text"] == UNDECODABLE
    assert failure.user_failure_data.description == "'Check failed' was not delivered: UnicodeEncodeError"
    log = " ".join(str(entry) for entry in instance.all_logs(sent.run_id))
    assert "UnicodeEncodeError" in log
    assert "surrogates not allowed" not in log
