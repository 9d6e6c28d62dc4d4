"""What happens to messages when a worker fails, is down, or gives up; and that nothing is lost of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

from api import Api, until
from deploy import Stack
from report import Report


def _mappings(stack: Stack) -> dict[str, str]:
    """Queue → the id of the event source mapping that feeds its worker."""
    client = stack.emulator.client("lambda")
    by_arn = {stack.queue_arn(queue): queue for queue in stack.of_type("AWS::SQS::Queue")}
    found = {}
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        if queue := by_arn.get(mapping["EventSourceArn"]):
            found[queue] = mapping["UUID"]
    return found


@contextmanager
def _down(stack: Stack, mapping: str) -> Iterator[None]:
    """A worker that takes nothing, for as long as this lasts."""
    client = stack.emulator.client("lambda")

    def turn(enabled: bool) -> None:
        client.update_event_source_mapping(UUID=mapping, Enabled=enabled)
        wanted = "Enabled" if enabled else "Disabled"
        until(wanted, lambda: client.get_event_source_mapping(UUID=mapping)["State"] == wanted)

    turn(False)
    try:
        yield
    finally:
        turn(True)


@contextmanager
def _impatient(stack: Stack, queue: str) -> Iterator[None]:
    """A queue that gives a failed message out again after two seconds: the template's minutes would be waited for."""
    sqs, url = stack.emulator.client("sqs"), stack.resources[queue]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def _take(stack: Stack, queue: str, holds: str, seconds: float = 60.0) -> dict[str, Any]:
    """Takes the message that holds this text off a queue, and deletes it there."""
    sqs, url = stack.emulator.client("sqs"), stack.resources[queue]

    def look() -> dict[str, Any] | None:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, AttributeNames=["All"], MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            if holds in message["Body"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return dict(message)
        return None

    return until(f"{queue} holds {holds}", look, seconds)


def _items(stack: Stack, partition: str, post: str) -> list[dict[str, Any]]:
    """The items of a partition that place a post in time."""
    page = stack.emulator.client("dynamodb").query(
        TableName=stack.resources["Table"],
        KeyConditionExpression="PK = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}},
        ConsistentRead=True,
    )
    return [item for item in page["Items"] if item["SK"]["S"].endswith(post)]


def _open(stack: Stack, post: str) -> list[dict[str, Any]]:
    """The marker of a post that may not have reached all its readers."""
    return [item for shard in range(4) for item in _items(stack, f"OPEN#{shard}", post)]


def _delivered(stack: Stack, reader: str, post: str) -> bool:
    """Whether a post is in a reader's timeline, and none of it is open any more."""
    return bool(_items(stack, f"FEED#{reader}", post)) and not _open(stack, post)


def _given_up(api: Api, mapping: str, author: str, text: str) -> tuple[str, dict[str, Any]]:
    """Publishes a story whose message fanout's worker takes and dies, again and again; gives its id and the dead letter."""
    stack = api.stack
    sqs, url = stack.emulator.client("sqs"), stack.resources["FanoutQueue"]
    with _impatient(stack, "FanoutQueue"), _down(stack, mapping):
        post = api.story(author, text)
        until("the message waits", lambda: stack.left()["FanoutQueue"] >= 1)

        def given_up() -> bool:
            sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
            return stack.left()["FanoutDlq"] >= 1

        until("it is given up", given_up)
    return post, _take(stack, "FanoutDlq", post)


def _let_age(stack: Stack, post: str, minutes: int) -> None:
    """Has a post be open for so much longer."""
    dynamodb, table = stack.emulator.client("dynamodb"), stack.resources["Table"]
    (marker,) = _open(stack, post)
    published_at, _ = marker["SK"]["S"].split("#")
    earlier = datetime.fromisoformat(published_at) - timedelta(minutes=minutes)
    sort_key = f"{earlier.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}#{post}"
    dynamodb.put_item(TableName=table, Item={**marker, "SK": {"S": sort_key}})
    dynamodb.delete_item(TableName=table, Key={"PK": marker["PK"], "SK": marker["SK"]})


def _hurry(stack: Stack, function: str, was: str) -> None:
    """Has a function's schedule, which was this, come round every minute."""
    events = stack.emulator.client("events")
    arn = stack.emulator.client("lambda").get_function_configuration(FunctionName=stack.resources[function])["FunctionArn"]
    (name,) = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    rule = events.describe_rule(Name=name)
    assert (rule["ScheduleExpression"], rule["State"]) == (was, "ENABLED"), rule
    events.put_rule(Name=name, ScheduleExpression="rate(1 minute)", State="ENABLED")


def check(report: Report, api: Api) -> None:
    """Tries it with the deployed queues, mappings and workers."""
    stack = api.stack
    mappings = _mappings(stack)
    with report.case("every worker's queue feeds it, and has a dead-letter queue"):
        assert {"FanoutQueue", "PhotosQueue", "CatalogueQueue"} <= set(mappings), mappings
        for queue in mappings:
            assert queue.replace("Queue", "Dlq") in stack.resources, queue

    with ExitStack() as impatience:
        # All at once, since each takes ten seconds to be given up. What the store tells is kept however wrong it is.
        poisoned = sorted(set(mappings) - {"AttributionQueue"})
        for queue in poisoned:
            impatience.enter_context(_impatient(stack, queue))
            stack.emulator.client("sqs").send_message(QueueUrl=stack.resources[queue], MessageBody=f"poison for {queue}")
        for queue in poisoned:
            with report.case(f"a message that {queue}'s worker cannot read is tried five times and ends in its dead-letter queue"):
                letter = _take(stack, queue.replace("Queue", "Dlq"), f"poison for {queue}")
                received = int(letter["Attributes"]["ApproximateReceiveCount"])
                assert received >= 5, received

    author, reader = api.member("queues_ana"), api.member("queues_ben")
    reader_id = api.expect(200, "GET", "/v1/me", reader)["id"]
    api.expect(204, "PUT", "/v1/users/queues_ana/follow", reader)
    first = api.story(author, "Before the outage")
    until("a post is delivered", lambda: _delivered(stack, reader_id, first))

    with report.case("while fanout is down its readers miss nothing, and afterwards all is delivered, the good beside the bad"):
        with _impatient(stack, "FanoutQueue"):
            with _down(stack, mappings["FanoutQueue"]):
                posts = [api.story(author, f"During the outage {number}") for number in range(3)]
                until("the messages wait", lambda: stack.left()["FanoutQueue"] >= 3)
                assert not any(_delivered(stack, reader_id, post) for post in posts)
                feed = api.feed(reader)
                assert set(posts) <= set(feed), feed
                sqs = stack.emulator.client("sqs")
                sqs.send_message(QueueUrl=stack.resources["FanoutQueue"], MessageBody="one bad message of a batch")
            for post in posts:
                until("the post is delivered", lambda post=post: _delivered(stack, reader_id, post))
            assert set(posts) <= set(api.feed(reader))
            _take(stack, "FanoutDlq", "one bad message of a batch")
            until("nothing is left", lambda: stack.left()["FanoutQueue"] == 0)
            assert stack.left()["FanoutDlq"] == 0, "only the bad one died"

    with report.case("a message that was given up is delivered when it is sent again"):
        post, letter = _given_up(api, mappings["FanoutQueue"], author, "Given up")
        assert not _delivered(stack, reader_id, post)
        assert post in api.feed(reader), "readers merge what is open"
        stack.emulator.client("sqs").send_message(QueueUrl=stack.resources["FanoutQueue"], MessageBody=letter["Body"])
        until("it is delivered", lambda: _delivered(stack, reader_id, post))

    with report.case("the schedule wakes the janitor, which has a post delivered whose letter nobody sends again"):
        post, _ = _given_up(api, mappings["FanoutQueue"], author, "Given up, and forgotten")
        _let_age(stack, post, minutes=11)
        _hurry(stack, "Janitor", was="rate(5 minutes)")
        until("it is delivered", lambda: _delivered(stack, reader_id, post), 90)

    with report.case("a stream record that the relay cannot read waits, raw, in its dead-letter queue"):
        dynamodb, table = stack.emulator.client("dynamodb"), stack.resources["Table"]
        key = {"PK": {"S": "POST#no-id"}, "SK": {"S": "POST"}}
        dynamodb.put_item(TableName=table, Item={**key, "status": {"S": "published"}})
        letter = _take(stack, "RelayDlq", "POST#no-id")
        assert json.loads(letter["Body"])["eventName"] == "INSERT"
        dynamodb.delete_item(TableName=table, Key=key)
        after = api.story(author, "After it")
        until("the stream goes on", lambda: _delivered(stack, reader_id, after))
