"""Each role by itself: real credentials of it, and a matrix of what they are refused."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError
from deploy import CODE_BUCKET, Stack
from emulator import ACCOUNT, REGION
from report import Report

REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"}
SESSION = "probe"

# Granted for whom the emulator does not ask: Lambda itself, which polls, logs, traces and buries in the role's name.
IN_THE_ROLES_NAME = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}


@dataclass(frozen=True)
class Probe:
    """One request: the action that IAM checks for it, on what, and how it is made."""

    action: str
    resource: str
    request: Callable[[Callable[[str], Any]], Any]
    # The partition key of the item that is written.
    leading: str | None = None


@dataclass(frozen=True)
class Statement:
    """What a role is granted: actions, patterns of resources, and of partition keys where it is held to some."""

    actions: set[str]
    resources: list[str]
    leading: list[str]

    def allows(self, probe: Probe) -> bool:
        """Whether it grants what a probe tries."""
        held = not self.leading or probe.leading is None
        return (
            probe.action in self.actions
            and any(fnmatch.fnmatchcase(probe.resource, pattern) for pattern in self.resources)
            and (held or any(fnmatch.fnmatchcase(str(probe.leading), pattern) for pattern in self.leading))
        )


def granted(stack: Stack, role: str) -> list[Statement]:
    """The deployed role's statements."""
    iam = stack.emulator.client("iam")
    assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"], f"{role} has managed policies"
    statements = []
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        document = json.loads(document) if isinstance(document, str) else document
        for statement in document["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            held = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
            statements.append(
                Statement(
                    {actions} if isinstance(actions, str) else set(actions),
                    [resources] if isinstance(resources, str) else list(resources),
                    list(held.get("dynamodb:LeadingKeys", [])),
                )
            )
    return statements


def probes(stack: Stack) -> list[Probe]:
    """What every role tries: what some function is granted, on everything of its kind, and what nobody is granted."""
    table, bucket = stack.resources["Table"], stack.resources["Bucket"]
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/"
    query = {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "-"}}}
    found = []
    # An item of nobody's, and one in each place that some role is held to.
    roles = [granted(stack, stack.role(logical_id)) for logical_id in stack.functions]
    places = {pattern.replace("*", "-") for role in roles for statement in role for pattern in statement.leading}
    for name, leading in [*((table, place) for place in sorted({"-", *places})), ("somebody-elses-table", "-")]:
        item = {"PK": {"S": leading}, "SK": {"S": "-"}}
        for action, request in {
            "PutItem": lambda c, n, i: c("dynamodb").put_item(TableName=n, Item=i),
            "UpdateItem": lambda c, n, i: c("dynamodb").update_item(TableName=n, Key=i),
            "BatchWriteItem": lambda c, n, i: c("dynamodb").batch_write_item(RequestItems={n: [{"PutRequest": {"Item": i}}]}),
            "DeleteItem": lambda c, n, i: c("dynamodb").delete_item(TableName=n, Key=i),
        }.items():
            tried = partial(lambda r, n, i, c: r(c, n, i), request, name, item)
            found.append(Probe(f"dynamodb:{action}", arn + name, tried, leading))
    # Some may read in some places alone.
    reads = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    held = [statement.leading for role in roles for statement in role if statement.actions & reads]
    places = {pattern.replace("*", "-") for leading in held for pattern in leading}
    for name, leading in [*((table, place) for place in sorted({"-", *places})), ("somebody-elses-table", "-")]:
        key = {"PK": {"S": leading}, "SK": {"S": "-"}}
        asked = {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": leading}}}
        for action, request in {
            "GetItem": lambda c, n, k, _: c("dynamodb").get_item(TableName=n, Key=k),
            "Query": lambda c, n, _, q: c("dynamodb").query(TableName=n, **q),
            "BatchGetItem": lambda c, n, k, _: c("dynamodb").batch_get_item(RequestItems={n: {"Keys": [k]}}),
        }.items():
            tried = partial(lambda r, n, k, q, c: r(c, n, k, q), request, name, key, asked)
            # The emulator does not see where the others look.
            seen = leading if action == "GetItem" else None
            found.append(Probe(f"dynamodb:{action}", arn + name, tried, seen))
    for name in [table, "somebody-elses-table"]:
        for action, request in {
            "Scan": lambda c, n: c("dynamodb").scan(TableName=n),
            "DescribeTable": lambda c, n: c("dynamodb").describe_table(TableName=n),
            "UpdateTable": lambda c, n: c("dynamodb").update_table(TableName=n, BillingMode="PAY_PER_REQUEST"),
            "DeleteTable": lambda c, n: c("dynamodb").delete_table(TableName=n),
        }.items():
            found.append(Probe(f"dynamodb:{action}", arn + name, lambda c, r=request, n=name: r(c, n)))
    for index in ["by_price", "by_brand", "no-such-index"]:
        found.append(
            Probe(
                "dynamodb:Query",
                f"{arn}{table}/index/{index}",
                lambda c, i=index: c("dynamodb").query(TableName=table, IndexName=i, **query),
            )
        )
    prefixes = ["uploads", "media", "catalogue", "catalogue-state", "reviews", "reports", "sheets/statements", "sheets/payouts", "aws/lambda"]
    for key in [*(f"{prefix}/x" for prefix in prefixes), "filter.json", "x"]:
        for action, request in {
            "GetObject": lambda c, k: c("s3").get_object(Bucket=bucket, Key=k),
            "PutObject": lambda c, k: c("s3").put_object(Bucket=bucket, Key=k, Body=b""),
            "DeleteObject": lambda c, k: c("s3").delete_object(Bucket=bucket, Key=k),
        }.items():
            # An upload would be worked off while others are probed.
            name = key if action != "PutObject" else f"{key}-of-the-probe"
            found.append(Probe(f"s3:{action}", f"arn:aws:s3:::{bucket}/{name}", lambda c, r=request, k=name: r(c, k)))
    whole = f"arn:aws:s3:::{bucket}"
    found += [
        Probe("s3:PutBucketPolicy", whole, lambda c: c("s3").put_bucket_policy(Bucket=bucket, Policy="{}")),
        Probe("s3:DeleteBucket", whole, lambda c: c("s3").delete_bucket(Bucket=bucket)),
        Probe("s3:GetObject", f"arn:aws:s3:::{CODE_BUCKET}/x", lambda c: c("s3").get_object(Bucket=CODE_BUCKET, Key="x")),
    ]
    for queue, url in stack.of_type("AWS::SQS::Queue").items():
        resource = stack.queue_arn(queue)
        for action, request in {
            "SendMessage": lambda c, u: c("sqs").send_message(QueueUrl=u, MessageBody="{}", DelaySeconds=900),
            "ReceiveMessage": lambda c, u: c("sqs").receive_message(QueueUrl=u, VisibilityTimeout=0),
            "DeleteMessage": lambda c, u: c("sqs").delete_message(QueueUrl=u, ReceiptHandle="none"),
            "PurgeQueue": lambda c, u: c("sqs").purge_queue(QueueUrl=u),
            "DeleteQueue": lambda c, u: c("sqs").delete_queue(QueueUrl=u),
        }.items():
            found.append(Probe(f"sqs:{action}", resource, lambda c, r=request, u=url: r(c, u)))
    for name in stack.of_type("AWS::SecretsManager::Secret").values():
        secret = stack.emulator.client("secretsmanager").describe_secret(SecretId=name)["ARN"]
        asked = partial(lambda s, c: c("secretsmanager").get_secret_value(SecretId=s), secret)
        found.append(Probe("secretsmanager:GetSecretValue", secret, asked))
    function = stack.resources["Feed"]
    found += [
        Probe("lambda:InvokeFunction", "-", lambda c: c("lambda").invoke(FunctionName=function, Payload=b"{}")),
        Probe("lambda:UpdateFunctionCode", "-", lambda c: c("lambda").update_function_code(FunctionName=function, ZipFile=b"x")),
        Probe("iam:GetRole", "-", lambda c: c("iam").get_role(RoleName=stack.role("Feed"))),
        Probe("iam:CreateUser", "-", lambda c: c("iam").create_user(UserName="mallory")),
        Probe("cognito-idp:ListUsers", "-", lambda c: c("cognito-idp").list_users(UserPoolId=stack.people.pool)),
        Probe("cloudformation:DeleteStack", "-", lambda c: c("cloudformation").delete_stack(StackName=stack.name)),
        Probe("logs:DeleteLogGroup", "-", lambda c: c("logs").delete_log_group(logGroupName=stack.resources["FeedLogs"])),
    ]
    return found


def _keys(stack: Stack, role: str) -> tuple[str, str, str]:
    """Credentials of a role. Lambda alone may assume it, so the account is let in first."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"},
        ],
    }
    stack.emulator.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    assumed = stack.emulator.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName=SESSION)
    keys = assumed["Credentials"]
    return keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]


def _try(stack: Stack, role: str, matrix: list[Probe]) -> None:
    """Makes every request with a role's credentials, and compares what came of it with what the role says."""
    statements, keys = granted(stack, role), _keys(stack, role)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = stack.emulator.client(service, keys)
        return clients[service]

    wrong, refused = [], 0
    for probe in matrix:
        allowed = True
        try:
            probe.request(client)
        except ClientError as error:
            allowed = error.response["Error"]["Code"] not in REFUSED
        refused += not allowed
        if allowed != any(statement.allows(probe) for statement in statements):
            of = f" of {probe.leading}" if probe.leading else ""
            wrong.append(f"{probe.action} on {probe.resource}{of}: {'allowed' if allowed else 'refused'}")
    assert not wrong, "\n".join(wrong)
    # Who takes accounts apart may write nearly wherever something of a person lies.
    assert refused > len(matrix) // 4, f"only {refused} were refused"


def check(report: Report, stack: Stack) -> None:
    """Tries the whole matrix with the credentials of each role. Comes last: it writes where it may."""
    matrix = probes(stack)
    for logical_id in stack.functions:
        with report.case(f"{logical_id} may do what its role says, and is refused the rest of {len(matrix)} probes"):
            _try(stack, stack.role(logical_id), matrix)


# What is granted and a run does not come to, each with the reason.
UNUSED = {
    "Photos": {
        "s3:ListBucket": "without it S3 answers 403 for what is not there; it is not called",
        "s3:DeleteObject": "an upload whose ticket is gone",
    },
    "Catalogue": {
        "s3:ListBucket": "as for Photos",
        "sqs:SendMessage": "the next slice of a file of over 5,000 lines",
    },
    "Fanout": {
        "sqs:SendMessage": "the ranges of a post with over five hundred readers",
        "dynamodb:BatchGetItem": "which of those were served",
    },
    "Feed": {
        "dynamodb:PutItem": "what somebody used; nobody tells here",
        "dynamodb:UpdateItem": "what is shown for a sponsor, and what one wants more of; nothing is sponsored here",
    },
    "Rollup": {
        "sqs:SendMessage": "the next look at what a crowd acts on; the emulator lets no writes meet",
        "dynamodb:DeleteItem": "those of a post that is gone",
        "dynamodb:BatchWriteItem": "a shelf of products; nobody buys here",
        "dynamodb:ConditionCheckItem": "that a vote stands as a comment says",
    },
    "Engagement": {
        "dynamodb:ConditionCheckItem": "that a vote in an open poll stands as one's comment on it says",
        "s3:ListBucket": "as for Photos",
    },
    "Onboarding": {
        "s3:ListBucket": "as for Photos",
    },
    "Admin": {
        "dynamodb:ConditionCheckItem": "that what is hidden is not the answer to a question at which a crowd acts",
        "s3:GetObject": "whoever fetches a table of over 3 MB",
    },
    "Attribution": {"sqs:SendMessage": "an order ahead of the clock, a run of payouts on a month's first day, the next of it"},
    "Influencer": {
        "dynamodb:DeleteItem": "an account of a network that is linked, or no more; no network is here",
        "s3:ListBucket": "as for Photos",
        "s3:PutObject": "a table of over 3 MB",
    },
    "Links": {"dynamodb:Query": "what can be bought in the stead of what is gone; whether a list still has a product"},
    "Seller": {"s3:ListBucket": "as for Photos"},
    "Pages": {"s3:ListBucket": "as for Photos"},
    "Janitor": {
        "dynamodb:DeleteItem": "what was said of a post that is deleted, and what was in a list; nothing is here",
        **dict.fromkeys(
            ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem"],
            "somebody who leaves; nobody does here",
        ),
        **dict.fromkeys(
            ["dynamodb:BatchGetItem", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"],
            "an export; nobody asks for one here",
        ),
    },
    "Notifier": {"dynamodb:UpdateItem": "a group that another takes the place of, once it is read or a day old"},
    "Relay": {
        "s3:PutObject": "Lambda puts there, in the role's name, what could not be relayed in a day",
        "s3:ListBucket": "Lambda looks for the bucket before",
    },
}


def check_use(report: Report, stack: Stack) -> None:
    """What the functions did so far was allowed, and what they are allowed they did."""
    decisions = stack.emulator.decisions()
    for logical_id in stack.functions:
        role = stack.role(logical_id)
        own = [line for line in decisions if f"/{role}/" in line["by"] and not line["by"].endswith(f"/{SESSION}")]
        with report.case(f"{logical_id} uses what its role grants, all of it, and was refused nothing"):
            refused = {f"{line['action']} on {line['on']}" for line in own if not line["allowed"]}
            assert not refused, refused
            used = {line["action"] for line in own}
            may = {action for statement in granted(stack, role) for action in statement.actions} - IN_THE_ROLES_NAME
            idle = may - used - set(UNUSED.get(logical_id, {}))
            assert not idle, f"granted and never used: {sorted(idle)}"
            assert used <= may | IN_THE_ROLES_NAME, f"used beside what is granted: {sorted(used - may)}"
