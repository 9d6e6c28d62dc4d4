"""Verifies an influencer's chain and re-adds what is owed, from nothing but what GET /v1/influencer/ledger answers.

`python3 tests/chain/verify.py URL TOKEN`, or with the pages, one after another, on standard input.
"""
import collections
import hashlib
import json
import sys
import urllib.parse
import urllib.request


def pages(url, token):
    cursor = ""
    while cursor is not None:
        query = urllib.parse.urlencode({"limit": 100, **({"cursor": cursor} if cursor else {})})
        request = urllib.request.Request(f"{url}/v1/influencer/ledger?{query}")
        request.add_header("Authorization", f"Bearer {token}")
        page = json.load(urllib.request.urlopen(request))
        yield page
        cursor = page["next_cursor"]


def canonical(value):
    """RFC 8785: all names are ASCII here and all numbers whole, so that Python's own order and spelling are its."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def verify(pages):
    n, prev, sealed_at, owed, page = 0, "0" * 64, "", collections.Counter(), None
    for page in pages:
        for block in page["items"]:
            told = block.pop("hash")
            assert hashlib.sha256(canonical(block)).hexdigest() == told, f"block {block['n']} is not what its hash says"
            assert (block["n"], block["prev"]) == (n + 1, prev), f"block {block['n']} does not follow block {n}"
            assert block["sealed_at"] >= sealed_at, f"block {block['n']} is older than the one before"
            for entry in block["entries"]:
                assert sum(leg["amount"] for leg in entry["legs"]) == 0, f"entry {entry['id']} does not sum to nothing"
                owed[entry["currency"]] += sum(leg["amount"] for leg in entry["legs"] if leg["account"] == block["account"])
            n, prev, sealed_at = block["n"], told, block["sealed_at"]
    assert page["head"] == {"n": n, "hash": prev}, "the chain does not end at its head"
    assert {one["currency"]: one["total"] for one in page["balances"]} == dict(owed), "the balances are not its sums"
    return n, dict(owed)


if __name__ == "__main__":
    blocks, sums = verify(pages(*sys.argv[1:]) if sys.argv[1:] else [json.loads(line) for line in sys.stdin])
    print(f"{blocks} blocks, whole; owed: {sums}")
