"""Who may sign in: a Cognito user pool of the run's own, its groups, and real tokens."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

from emulator import REGION, Emulator

PASSWORD = "Correct-Horse-9"


class People:
    """A user pool. A person is known by any name; their `sub` is the pool's."""

    def __init__(self, emulator: Emulator) -> None:
        self._cognito = emulator.client("cognito-idp")
        self._lock = threading.Lock()
        self._known: dict[str, set[str]] = {}
        self._groups: set[str] = set()
        pool = self._cognito.create_user_pool(PoolName="shoppers", Policies={"PasswordPolicy": {"MinimumLength": 12}})
        self.pool = str(pool["UserPool"]["Id"])
        self.client_id = self._client("app")
        self.other_client_id = self._client("another-app")
        self.issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{self.pool}"
        self.jwks_url = f"http://localhost:{emulator.port}/{self.pool}/.well-known/jwks.json"
        self._key = emulator.folder / "state" / "cognito-pool-keys" / f"{self.pool}-access.pem"

    def _client(self, name: str) -> str:
        client = self._cognito.create_user_pool_client(
            UserPoolId=self.pool,
            ClientName=name,
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        return str(client["UserPoolClient"]["ClientId"])

    def token(self, name: str, groups: list[str], client_id: str | None = None) -> str:
        """Signs a person in, who is made on the first time, and is in exactly these groups."""
        with self._lock:
            self._sign_up(name, set(groups))
        answer = self._cognito.initiate_auth(
            ClientId=client_id or self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": _address(name), "PASSWORD": PASSWORD},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])

    def _sign_up(self, name: str, groups: set[str]) -> None:
        user = {"UserPoolId": self.pool, "Username": _address(name)}
        if name not in self._known:
            self._cognito.admin_create_user(
                **user, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": _address(name)}]
            )
            self._cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
            self._known[name] = set()
        for group in groups - self._groups:
            self._cognito.create_group(UserPoolId=self.pool, GroupName=group)
            self._groups.add(group)
        for group in groups - self._known[name]:
            self._cognito.admin_add_user_to_group(**user, GroupName=group)
        for group in self._known[name] - groups:
            self._cognito.admin_remove_user_from_group(**user, GroupName=group)
        self._known[name] = groups

    def signed(self, claims: dict[str, Any], like: str) -> str:
        """A token with these claims, signed with the pool's own key, with the header of a real one.

        The key lies in the emulator's state; a real pool gives it to nobody."""
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        key = serialization.load_pem_private_key(self._key.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signed = like.split(".")[0] + "." + encoded(claims)
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return signed + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def _address(name: str) -> str:
    return f"{name}@example.test"


def encoded(part: dict[str, Any]) -> str:
    """A part of a token: JSON in base64 without padding."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    part = token.split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(decoded, dict)
    return decoded
