"""Who is not let in: every kind of bad token is a 401, by the gateway and by the functions themselves."""

from __future__ import annotations

import time

from api import Api
from people import claims, encoded
from report import Report


def check(report: Report, api: Api) -> None:
    """Tries each kind on a route with the gateway's authorizer before it, and on a public read, which has none."""
    people = api.stack.people
    good = api.member("tokens_ana")
    people.token("tokens_ben", ["prime"])
    guarded, public = "/v1/me", "/v1/users/tokens_ana"
    with report.case("a good token is let in, and a public read needs none"):
        api.expect(200, "GET", guarded, good)
        api.expect(200, "GET", public, good)
        api.expect(200, "GET", public)
    with report.case("no token where a user is needed is a 401"):
        for method, path in [("GET", guarded), ("GET", "/v1/feed"), ("POST", "/v1/posts"), ("POST", "/v1/photos")]:
            api.expect(401, method, path, None, {} if method == "POST" else None)
    header, body, signature = good.split(".")
    said = claims(good)
    now = int(time.time())
    other_person = people.token("tokens_ben", ["prime"]).split(".")[1]
    bad = {
        "tampered": f"{header}.{other_person}.{signature}",
        "with another signature": f"{header}.{body}.{signature[::-1]}",
        "expired": people.signed({**said, "iat": now - 7200, "exp": now - 3600}, good),
        "of another audience": people.token("tokens_ana", ["prime"], people.other_client_id),
        "of another issuer": people.signed({**said, "iss": "https://issuer.example"}, good),
        "alg none, unsigned": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "alg none, with the key's id": f"{encoded({'alg': 'none', 'typ': 'JWT', 'kid': 'x'})}.{body}.{signature}",
        "nonsense": "nonsense",
    }
    with report.case("a token signed by the pool's own key is let in, so that those below fail for their claims alone"):
        api.expect(200, "GET", guarded, people.signed(said, good))
    for kind, token in bad.items():
        with report.case(f"a token {kind} is a 401, also on a public read"):
            for path in [guarded, public]:
                api.expect(401, "GET", path, token)
