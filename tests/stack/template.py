"""infra/template.yaml as data: intrinsic functions in their long form, so that it can be sent as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "infra" / "template.yaml"
# Every function's code is under this address in the packaged template, as `sam package` would put it.
CODE = "code/{binary}.zip"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read() -> dict[str, Any]:
    """The template as it is."""
    template = yaml.load(FILE.read_text(), Loader=_Loader)
    assert isinstance(template, dict)
    return template


def functions(template: dict[str, Any]) -> dict[str, str]:
    """The functions: logical id → binary."""
    return {
        logical_id: resource["Metadata"]["BuildProperties"]["Binary"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def packaged(template: dict[str, Any], bucket: str) -> dict[str, Any]:
    """The template with each CodeUri naming a zip in a bucket: all that packaging changes."""
    template["Globals"]["Function"].pop("CodeUri", None)
    for logical_id, binary in functions(template).items():
        properties = template["Resources"][logical_id]["Properties"]
        properties["CodeUri"] = {"Bucket": bucket, "Key": CODE.format(binary=binary)}
    return template
