"""Follows the money through the deployed stack: a programme, a link, a click, an order, and what is owed for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from typing import Any

from api import Api, until
from people import claims
from report import Report

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
PRODUCT = "STACK-LAMP"
BRAND = "Stack Lamps"
FEED = f"""id\ttitle\tlink\tavailability\tprice\tbrand\tproduct_type
{PRODUCT}\tA lamp\thttps://store.test/p/{PRODUCT}\tin_stock\t10.00 USD\t{BRAND}\tHome > Lamps
"""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes where no redirect leads."""

    def redirect_request(self, *_: Any) -> None:
        return None


def signed(api: Api, said: bytes) -> str:
    """The store's signature of a body, or of a path with its query, made now."""
    secret = api.stack.emulator.client("secretsmanager").get_secret_value(SecretId=api.stack.resources["StoreKeys"])
    key = secret["SecretString"].split(",")[0]
    now = str(int(time.time()))
    return f"t={now},v1={hmac.new(key.encode(), f'{now}.'.encode() + said, hashlib.sha256).hexdigest()}"


def _request(api: Api, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, wherever a redirect leads."""
    request = urllib.request.Request(api.stack.api + path, data=body, headers=headers)
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tell(api: Api, event: str, kind: str, click: str | None) -> None:
    """Tells of an event of the one order, as the store does."""
    line = {"line_id": "1", "product_id": PRODUCT, "quantity": 1, "net": {"amount": 1_000, "currency": "USD"}}
    told = {
        "event_id": f"stack-{event}",
        "type": kind,
        "occurred_at": _now(),
        "order_id": "stack-1",
        "customer": "a-guest",
        "lines": [line if click is None else {**line, "click_id": click}],
    }
    body = json.dumps(told).encode()
    headers = {"content-type": "application/json", "spark-signature": signed(api, body)}
    status, _, answer = _request(api, "/v1/store/events", headers, body)
    assert status == 202, (status, answer)


def _clicked(api: Api, url: str) -> str:
    """Follows a tracked link as a browser does; the click's id."""
    path = "/r/" + url.split("/r/")[1]
    status, headers, _ = _request(api, path, {"user-agent": BROWSER})
    to = headers.get("Location") or headers.get("location") or ""
    assert status == 302 and to.startswith(f"https://store.test/p/{PRODUCT}?spark_click="), (status, to)
    return to.split("spark_click=")[1]


def check(report: Report, api: Api) -> None:
    """Tries it."""
    stack = api.stack
    ana, ben = api.member("money_ana"), api.member("money_ben")
    admin = stack.people.token("money_root", ["admin"])

    with report.case("an admin's decision makes an account, which has a storefront and may be told whom to pay"):
        decision = {"programme": "influencer", "decision": "approved", "reason": "known to us"}
        told = api.expect(200, "PUT", "/v1/admin/influencers/money_ana/decision", admin, decision)
        assert len(told["account"]) == 16, told
        api.expect(200, "PATCH", "/v1/storefronts/money_ana", ana, {"header": "Lamps"})
        api.expect(200, "GET", "/v1/storefronts/money_ana")
        for what, body in {"payee": {"reference": "p-1"}, "hold": {"held": False}}.items():
            assert api.expect(200, "PUT", f"/v1/admin/influencers/money_ana/{what}", admin, body) == told

    with report.case("accounts of networks are proved, applications told, invitations accepted"):
        asked = api.expect(200, "POST", "/v1/social-accounts/youtube/proof", ana, {"handle": "ana"})
        assert asked["code"].startswith("spark-"), asked
        api.expect(200, "GET", "/v1/social-accounts", ana)
        api.expect(200, "GET", "/v1/influencer/application", ben)
        api.expect(409, "POST", "/v1/influencer/application", ben, {"provider": "youtube"})
        api.expect(201, "POST", "/v1/admin/invitations", admin, {"handle": "money_ana"})
        (invitation,) = api.expect(200, "GET", "/v1/influencer/invitations", ana)["items"]
        api.expect(204, "POST", f"/v1/influencer/invitations/{invitation['id']}/accept", ana)

    feed = {"Key": "catalogue/stack-money.tsv", "Body": FEED.encode(), "ContentType": "text/tab-separated-values"}
    stack.emulator.client("s3").put_object(Bucket=stack.resources["Bucket"], **feed)
    until("the product is there", lambda: api.call("GET", f"/v1/products/{PRODUCT}")[0] == 200)
    story = {"kind": "story", "text": "A lamp of mine", "topics": ["coffee"], "products": [PRODUCT]}
    post = api.expect(201, "POST", "/v1/posts", ana, story)["id"]
    url = api.expect(200, "GET", f"/v1/posts/{post}")["products"][0]["url"]

    with report.case("a browser's click on a tracked link counts, and an app's, and a crawler's does not"):
        click = _clicked(api, url)
        path = "/r/" + url.split("/r/")[1]
        status, headers, _ = _request(api, path, {"user-agent": "Googlebot/2.1"})
        assert status == 302 and "spark_click" not in str(headers), (status, headers)
        app = {"user-agent": "app/1", "authorization": f"Bearer {ben}", "accept": "application/json"}
        for _ in range(2):
            status, _, body = _request(api, path, app)
            assert status == 200 and b"spark_click=" in body, (status, body)

    with report.case("a view of an Onsite Associate's post is kept with its token"):
        items = api.expect(200, "GET", "/v1/feed?limit=100", ben)["items"]
        token = next(item["view_token"] for item in items if (item.get("post") or {}).get("id") == post)
        viewed = {"type": "post_view", "post_id": post, "at": _now(), "view_token": token}
        api.expect(200, "POST", "/v1/activity", ben, {"events": [viewed]})

    with report.case("what the store tells of an order is credited, sealed into the chain, and told to whom it is owed"):
        _tell(api, "order", "order", click)
        _tell(api, "shipment", "shipment", None)
        blocks = until("it is sealed", lambda: api.expect(200, "GET", "/v1/influencer/ledger", ana)["items"])
        (entry,) = blocks[0]["entries"]
        assert entry["kind"] == "earned" and sum(leg["amount"] for leg in entry["legs"]) == 0, entry
        (line,) = api.expect(200, "GET", "/v1/influencer/order-lines", ana)["items"]
        assert line["rule"] == "click-24h", line
        api.expect(200, "GET", f"/v1/influencer/order-lines/{line['id']}", ana)
        month = datetime.now(timezone.utc).strftime("%Y-%m")
        statement = api.expect(200, "GET", f"/v1/influencer/statements/{month}", ana)
        assert (statement["lines"], statement["clicks"]) == (1, 2), statement
        today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
        api.expect(200, "GET", f"/v1/influencer/earnings?from={today}&to={today}", ana)
        api.expect(200, "GET", "/v1/influencer/payouts", ana)
        api.expect(200, "GET", "/v1/influencer/rates")
        told = api.expect(200, "GET", "/v1/admin/order-lines?order_id=stack-1&line_id=1", admin)
        assert len(told["events"]) == 2, told
        (sums,) = api.expect(200, "GET", "/v1/admin/ledger", admin)["currencies"]
        assert sums["influencers"] + sums["commission"] + sums["bank"] == 0, sums

    with report.case("what contradicts another event is kept for the admin, and a run of payouts pays what is due alone"):
        _tell(api, "order", "cancellation", None)
        conflicts = "/v1/admin/event-conflicts"
        until("the conflict is told", lambda: any(
            one["event_id"] == "stack-order" for one in api.expect(200, "GET", conflicts, admin)["items"]
        ))
        run = api.expect(202, "POST", "/v1/admin/payouts", admin)["run"]
        assert api.expect(200, "GET", f"/v1/admin/payouts/{run}", admin)["items"] == []
        api.expect(200, "GET", f"/v1/admin/payouts/{run}/export", admin)

    with report.case("the store is told by its signature alone what somebody is known for"):
        path = f"/v1/store/badges?sub={claims(ana)['sub']}"
        status, _, body = _request(api, path, {"spark-signature": signed(api, path.encode())})
        assert status == 200 and "influencer" in json.loads(body)["badges"], (status, body)
        assert _request(api, path, {})[0] == 401

    with report.case("a seller sees their brand, and sends a brief, which its influencer accepts"):
        seller = stack.people.token("money_cleo", ["seller"])
        mapped = {"sub": claims(seller)["sub"], "brands": [BRAND]}
        api.expect(204, "PUT", "/v1/admin/sellers", admin, mapped)
        for what in ["insights", "questions", "influencers"]:
            api.expect(200, "GET", f"/v1/sellers/{what}?brand={urllib.parse.quote(BRAND)}", seller)
        brief = {"brand": BRAND, "influencer": "money_ana", "product_ids": [PRODUCT], "text": "Light it"}
        sent = api.expect(201, "POST", "/v1/sellers/briefs", seller, brief)["id"]
        assert [one["id"] for one in api.expect(200, "GET", "/v1/sellers/briefs", seller)["items"]] == [sent]
        assert [one["id"] for one in api.expect(200, "GET", "/v1/influencer/briefs", ana)["items"]] == [sent]
        api.expect(204, "POST", f"/v1/influencer/briefs/{sent}/accept", ana)

    with report.case("anybody with a link reads a post, its author, a wall and a product as pages"):
        for path in [f"/p/{post}", "/@money_ana", "/t/coffee", f"/products/{PRODUCT}", "/", "/explore"]:
            status, headers, body = _request(api, path, {"accept": "text/html"})
            assert status == 200 and b"<html" in body, (path, status, body[:300])
        assert _request(api, "/sitemap.xml", {})[0] in (200, 404)
