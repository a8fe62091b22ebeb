"""The jobs that send alerts: a run a channel and a step a message, so that a dead channel delays and repeats no other.

A step that fails is tried again by its retry policy. The output of a step names the message that was delivered, and a
failed step the one that the channel refused. What neither is named nor was reached, as the run ended before, `missed`
has sent again. *Re-execute from failure* in the UI sends it at once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from resources.alert_channels import Channel, DeliveryError
from s1_assets.alerts.messages import Message, short
from s1_assets.jobs import ALERTS_FIRST

# 10, 20 and 40 s: a channel that hiccups. One that is down for longer is left to `missed`, because waits hold the run.
RETRY = dg.RetryPolicy(max_retries=3, delay=10, backoff=dg.Backoff.EXPONENTIAL)
JOB, DIGEST_JOB, REQUESTED = "alerts", "alert_digest", "requested_messages"
# The tag of a run that sends to one channel; the run queue has one such run a channel at a time (dagster.yaml).
CHANNEL = "alert_channel"
# What a step says of its message: its id where nothing is left to do, delivered or refused, and else all of it.
SETTLED, NOT_DELIVERED = "message", "not_delivered"


class Addressee(dg.Config):
    """Where a run's messages go."""

    channel: str = Field(default="", description="Channel to send to, such as slack or webhook_2; empty is every one.")


class Request(Addressee):
    """What the alert sensor asks to be sent."""

    messages: str = Field(description="Messages as a JSON list, as a webhook gets them.")
    cursor: str = Field(
        default="", description="Cursor that the alert sensor has once this is asked for; not for a run by hand."
    )

    def read(self) -> list[Message]:
        """The messages. Raises ValueError where they are no such list."""
        try:
            return [Message.from_dict(read) for read in json.loads(self.messages)]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"messages={short(self.messages)!r} is no JSON list of messages ({error!r})") from error


def asking(channel: str, messages: Sequence[Message], cursor: str = "") -> dict[str, Any]:
    """What asks for a run of JOB that sends messages to a channel: the run's configuration and its tag."""
    content = json.dumps([message.as_dict() for message in messages])
    request = Request(channel=channel, messages=content, cursor=cursor)
    return {"run_config": dg.RunConfig(ops={REQUESTED: request}), "tags": {CHANNEL: channel}}


def outs(channels: Sequence[Channel]) -> dict[str, dg.DynamicOut]:
    """The outputs of an op that gives messages: one a channel."""
    return {channel.name: dg.DynamicOut(dict) for channel in channels}


def addressed(
    messages: Sequence[Message], addressee: Addressee, channels: Sequence[Channel]
) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
    """Messages as the outputs of `outs` that they are for. Raises Failure for a channel that there is not."""
    names = [channel.name for channel in channels]
    if addressee.channel and addressee.channel not in names:
        known = ", ".join(names) or "none"
        raise dg.Failure(f"S1_ALERTS has no channel {addressee.channel}; it has {known}", allow_retries=False)
    for name in [addressee.channel] if addressee.channel else names:
        for number, message in enumerate(messages, start=1):
            yield dg.DynamicOutput(message.as_dict(), mapping_key=str(number), output_name=name)


def requested_messages(channels: Sequence[Channel]) -> dg.OpDefinition:
    """The op that gives what its configuration holds."""

    @dg.op(name=REQUESTED, out=outs(channels))
    def requested(config: Request) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
        """The messages of the run's configuration, one by one."""
        yield from addressed(config.read(), config, channels)

    return requested


def delivery(channel: Channel, retry: dg.RetryPolicy = RETRY) -> dg.OpDefinition:
    """The op that sends a message to a channel."""

    @dg.op(name=f"to_{channel.name}", ins={"message": dg.In(dict)}, out=dg.Out(str), retry_policy=retry)
    def deliver(context: dg.OpExecutionContext, message: dict[str, Any]) -> str:
        try:
            receipt = channel.send(Message.from_dict(message))
        except DeliveryError as error:
            raise _failure(channel, message, str(error), again=error.again) from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the message waits; its text may hold a secret
            raise _failure(channel, message, type(error).__name__, again=True) from None
        context.log.info(f"{message['title']!r} went to {channel.name}: {receipt}")
        delivered = {"channel": channel.name, SETTLED: message["id"], "title": message["title"], "receipt": receipt}
        context.add_output_metadata(delivered)
        return receipt

    return deliver


def _failure(channel: Channel, message: dict[str, Any], why: str, *, again: bool) -> dg.Failure:
    return dg.Failure(
        f"{message['title']!r} was not delivered: {why}",
        metadata={"channel": channel.name} | ({NOT_DELIVERED: message} if again else {SETTLED: message["id"]}),
        allow_retries=again,
    )


def sending_job(name: str, source: dg.OpDefinition, deliveries: Mapping[str, dg.OpDefinition]) -> dg.JobDefinition:
    """A job that sends each message which the op `source` gives for a channel by the channel's own op."""
    graph = dg.GraphDefinition(
        name=name,
        description=source.description,
        node_defs=[source, *deliveries.values()],
        dependencies={
            op.name: {"message": dg.DependencyDefinition(source.name, channel)} for channel, op in deliveries.items()
        },
    )
    return graph.to_job(executor_def=dg.in_process_executor, tags=ALERTS_FIRST)
