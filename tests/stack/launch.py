"""The emulator's own process: ministack without Nagle's delay, each decision of its policy engine written down."""

import json
import os
import socketserver
import threading
from typing import Any

# Every answer would otherwise wait 40 ms for a packet that is not coming.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

from ministack.core import iam_evaluator  # noqa: E402

# IAM has no actions for these: AWS checks the single one for the batch, which the emulator does not.
SINGLE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}

_decide = iam_evaluator.enforce
_file = open(os.environ["SPARK_DECISIONS"], "a", buffering=1)
_one_at_a_time = threading.Lock()


def _principal(access_key: str) -> str:
    """The ARN behind an access key; a session's names its role."""
    identity = iam_evaluator.resolve_caller_identity(access_key or "")
    return str((identity or {}).get("userArn", ""))


def decide(
    access_key_id: str, iam_action: str, service: str, region: str, resource_arn: str = "*", *rest: Any, **more: Any
) -> Any:
    """Decides as the engine does, and writes the decision down."""
    action = SINGLE.get(iam_action, iam_action)
    refused = _decide(access_key_id, action, service, region, resource_arn, *rest, **more)
    by = _principal(access_key_id)
    if ":assumed-role/" in by:
        line = {"by": by, "action": action, "on": resource_arn, "allowed": refused is None}
        with _one_at_a_time:
            _file.write(json.dumps(line) + "\n")
    return refused


iam_evaluator.enforce = decide

from ministack.core import iam_actions  # noqa: E402

_context = iam_actions.dynamodb_service_context


def _leading(request: Any) -> list[str]:
    """The partition keys of all items that a request writes or names, however deep they stand."""
    if isinstance(request, list):
        return [key for part in request for key in _leading(part)]
    if not isinstance(request, dict):
        return []
    own = [request[name]["PK"]["S"] for name in ("Key", "Item") if isinstance(request.get(name), dict)]
    return own + [key for name, part in request.items() if name not in ("Key", "Item") for key in _leading(part)]


def context(body: bytes) -> dict[str, Any]:
    """What conditions are held against, with dynamodb:LeadingKeys, which the emulator leaves out."""
    found = dict(_context(body))
    try:
        leading = _leading(json.loads(body))
    except (ValueError, KeyError, TypeError):
        return found
    return {**found, "dynamodb:LeadingKeys": leading} if leading else found


iam_actions.dynamodb_service_context = context

_pin = iam_evaluator.pin_request_origin


def pin(source_ip: str, secure_transport: bool) -> None:
    """Takes loopback for TLS: the bucket refuses what is not, and there is no other road into the emulator."""
    _pin(source_ip, secure_transport or source_ip.startswith("127."))


iam_evaluator.pin_request_origin = pin

from ministack.app import main  # noqa: E402

if __name__ == "__main__":
    main()
