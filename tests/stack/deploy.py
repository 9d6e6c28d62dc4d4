"""Deploys the template into the emulated account, and knows what came of each of its resources."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import template as templates
from emulator import Emulator
from people import People

DEPLOYS_WITHIN = 120.0
CODE_BUCKET = "code-of-the-stack-run"
_TELLING = re.compile(r'"level":"(ERROR|WARN)"|panicked|"http.status":5|"errorType"|Task timed out')


@dataclass
class Stack:
    """A deployed stack."""

    emulator: Emulator
    name: str
    people: People
    template: dict[str, Any]
    resources: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The API's base address in the emulator, which serves it under a path."""
        return f"{self.emulator.url}/_aws/execute-api/{self.resources['HttpApi']}/$default"

    @property
    def functions(self) -> dict[str, str]:
        """Logical id → binary."""
        return templates.functions(self.template)

    def queue_arn(self, logical_id: str) -> str:
        """The ARN of a queue."""
        attributes = self.emulator.client("sqs").get_queue_attributes(
            QueueUrl=self.resources[logical_id], AttributeNames=["QueueArn"]
        )
        return str(attributes["Attributes"]["QueueArn"])

    def role(self, logical_id: str) -> str:
        """The name of a function's role."""
        configuration = self.emulator.client("lambda").get_function_configuration(FunctionName=self.resources[logical_id])
        return str(configuration["Role"]).rsplit("/", 1)[-1]

    def left(self) -> dict[str, int]:
        """What waits, or is being worked at, on each queue, by its logical id."""
        sqs = self.emulator.client("sqs")
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        counts = {}
        for logical_id, url in self.of_type("AWS::SQS::Queue").items():
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
            counts[logical_id] = sum(int(attributes.get(name, 0)) for name in wanted)
        return counts

    def of_type(self, kind: str) -> dict[str, str]:
        """The resources of a type: logical → physical id."""
        return {
            logical_id: self.resources[logical_id]
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == kind and logical_id in self.resources
        }

    def logs(self, lines: int = 15) -> str:
        """The last errors and warnings of the last two minutes in every function's log, for whoever looks for a fault."""
        since = int((time.time() - 120) * 1000)
        client = self.emulator.client("logs")
        parts = []
        for logical_id, group in self.of_type("AWS::Logs::LogGroup").items():
            try:
                events = client.filter_log_events(logGroupName=group, startTime=since, limit=1000)["events"]
            except client.exceptions.ResourceNotFoundException:
                continue
            texts = [event["message"].rstrip() for event in events]
            telling = [text for text in texts if _TELLING.search(text)]
            if telling:
                parts.append(f"--- {logical_id}\n" + "\n".join(text[:600] for text in telling[-lines:]))
        return "\n".join(parts)


def deploy(emulator: Emulator, name: str, zips: dict[str, Path]) -> Stack:
    """Puts the code into a bucket and the template into the account, and waits until it stands."""
    people = People(emulator)
    template = templates.read()
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket=CODE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for binary, zipped in zips.items():
        s3.upload_file(str(zipped), CODE_BUCKET, templates.CODE.format(binary=binary))
    stack = Stack(emulator, name, people, template)
    cloudformation = emulator.client("cloudformation")
    body = json.dumps(templates.packaged(templates.read(), CODE_BUCKET))
    given = {
        "TokenIssuer": people.issuer,
        "TokenAudience": people.client_id,
        "TokenJwksUrl": people.jwks_url,
        "StoreHosts": "store.test",
    }
    # Longer than what may be sent with the call (51,200 characters): it is fetched, as with `sam deploy`.
    s3.put_object(Bucket=CODE_BUCKET, Key="template.json", Body=body.encode())
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=f"{emulator.url}/{CODE_BUCKET}/template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    _wait(cloudformation, name)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            stack.resources[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    stack.outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    _complete(stack)
    return stack


def _wait(cloudformation: Any, name: str) -> None:
    deadline = time.monotonic() + DEPLOYS_WITHIN
    while True:
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if status == "CREATE_COMPLETE":
            return
        if not status.endswith("_IN_PROGRESS") or time.monotonic() > deadline:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            failed = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in events
                if "FAILED" in event["ResourceStatus"]
            ]
            raise RuntimeError(f"{name} is {status}: " + "; ".join(failed))
        time.sleep(0.3)


def _complete(stack: Stack) -> None:
    """Sets, from the template, what the emulator leaves out when it deploys: the table's TTL and the API's CORS."""
    resources = stack.template["Resources"]
    ttl = resources["Table"]["Properties"]["TimeToLiveSpecification"]
    dynamodb = stack.emulator.client("dynamodb")
    described = dynamodb.describe_time_to_live(TableName=stack.resources["Table"])["TimeToLiveDescription"]
    if described.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(TableName=stack.resources["Table"], TimeToLiveSpecification=ttl)
    cors = dict(resources["HttpApi"]["Properties"]["CorsConfiguration"])
    cors["AllowOrigins"] = [stack.template["Parameters"]["AppOrigin"]["Default"]]
    stack.emulator.client("apigatewayv2").update_api(ApiId=stack.resources["HttpApi"], CorsConfiguration=cors)
