"""Requests of every kind that the description allows, and many that it does not: each answer is as it says."""

import json
import re

import clients
import cloud

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def run(api, cases, seed, folder):
    """Some `cases` requests, by a person who has joined, posted, and is an admin."""
    described = json.loads((folder / "openapi.json").read_text())
    operations = sum(len(methods) for methods in described["paths"].values())
    token = cloud.token(api, "fuzz", "prime", "admin")
    cloud.ask(f"{api}/v1/me", token, {"display_name": "Fuzz", "handle": "fuzz", "interests": cloud.INTERESTS})
    name(described, known(api, token))
    seeded = folder / "fuzzed.json"
    seeded.write_text(json.dumps(described))
    command = ["schemathesis", "run", str(seeded), "--url", api, "--checks", ",".join(CHECKS), "--seed", str(seed),
               "--header", f"Authorization: Bearer {token}", "--max-examples", str(max(1, cases // operations)),
               "--phases", "fuzzing", "--workers", "2", "--continue-on-failure", "--no-color", "--warnings", "off"]
    said = clients.told(command, cwd=folder)
    print("  " + "\n  ".join(line.strip() for line in said.splitlines() if re.search(r"\d generated", line)))


def known(api, token):
    """What is there to be named, by the field or parameter that names it."""
    question = {"kind": "question", "text": "Which one? #coffee"}
    posts = [cloud.ask(f"{api}/v1/posts", token, question)["id"] for _ in range(8)]
    upload = {"content_type": "image/jpeg", "bytes": 1000, "sha256": 64 * "a"}
    photos = [cloud.ask(f"{api}/v1/photos", token, upload)["id"] for _ in range(8)]
    imports = cloud.ask(f"{api}/v1/admin/imports", token)["items"]
    imports = [report["id"] for report in imports]
    handles = ["fuzz", cloud.ask(f"{api}/v1/posts/{posts[0]}", token)["author"]["handle"]]
    products = [cloud.PRODUCT, "SPK-1002"]
    return {
        "post_id": posts, "handle": handles, "topic_id": cloud.INTERESTS, "product_id": products, "products": products,
        "topics": cloud.INTERESTS, "interests": cloud.INTERESTS, "photo_id": photos, "avatar_photo_id": photos,
        "/v1/photos/{id}": photos, "/v1/products/{id}": products, "/v1/admin/imports/{id}": imports,
    }


def name(described, known):
    """Has requests name, every other time, what is there."""
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                values = known.get(path) or known.get(parameter.get("name"))
                if values and parameter.get("in") == "path":
                    parameter["schema"] = either(values, parameter["schema"])
    for shape, schema in described["components"]["schemas"].items():
        if shape.startswith(("New", "Change", "Join")):
            for field, value in schema["properties"].items():
                if field in known and "items" in value:
                    value["items"] = either(known[field], value["items"])
                elif field in known and not (shape == "Join" and field == "handle"):
                    schema["properties"][field] = either(known[field], value)


def either(values, schema):
    return {"anyOf": [{"enum": values}, schema]}
