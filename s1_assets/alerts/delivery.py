"""The jobs that send alerts: a step a message and channel, so that no failing channel stops or repeats another.

A step that fails is tried again by its retry policy. What was delivered shows as the step's output; *Re-execute from
failure* in the UI sends what was not.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from resources.alert_channels import Channel, DeliveryError
from s1_assets.alerts.messages import Message
from s1_assets.jobs import ALERTS_FIRST

# 10 s, 20 s … 160 s: five minutes of a channel that is down.
RETRY = dg.RetryPolicy(max_retries=5, delay=10, backoff=dg.Backoff.EXPONENTIAL)
JOB, DIGEST_JOB, REQUESTED = "alerts", "alert_digest", "requested_messages"


class Request(dg.Config):
    """What the alert sensor asks to be sent: messages as a JSON list, and the cursor that it has then."""

    messages: str
    cursor: str = ""


@dg.op(name=REQUESTED, out=dg.DynamicOut(dict))
def requested_messages(config: Request) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
    """The messages of the run's configuration, one by one."""
    yield from one_by_one([Message.from_dict(read) for read in json.loads(config.messages)])


def one_by_one(messages: Sequence[Message]) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
    """Messages as the outputs that delivery maps over."""
    for number, message in enumerate(messages, start=1):
        yield dg.DynamicOutput(message.as_dict(), mapping_key=str(number))


def delivery(channel: Channel, retry: dg.RetryPolicy = RETRY) -> dg.OpDefinition:
    """The op that sends a message to a channel."""

    @dg.op(name=f"to_{channel.name}", ins={"message": dg.In(dict)}, out=dg.Out(str), retry_policy=retry)
    def deliver(context: dg.OpExecutionContext, message: dict[str, Any]) -> str:
        try:
            receipt = channel.send(Message.from_dict(message))
        except DeliveryError as error:
            raise dg.Failure(f"{message['title']!r} was not delivered: {error}", allow_retries=error.again) from None
        context.log.info(f"{message['title']!r} went to {channel.name}: {receipt}")
        delivered = {"channel": channel.name, "message": message["id"], "title": message["title"], "receipt": receipt}
        context.add_output_metadata(delivered)
        return receipt

    return deliver


def sending_job(name: str, source: dg.OpDefinition, deliveries: Sequence[dg.OpDefinition]) -> dg.JobDefinition:
    """A job that sends each message that the op `source` yields by each of `deliveries`."""

    @dg.job(name=name, description=source.description, executor_def=dg.in_process_executor, tags=ALERTS_FIRST)
    def send() -> None:
        messages = source()
        for deliver in deliveries:
            messages.map(deliver)

    return send
