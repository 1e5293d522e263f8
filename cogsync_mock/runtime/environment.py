"""The user's own AWS environment: invisible while a mock is on, untouched afterwards.

Which variables there are is read from botocore's own table (``botocore.configprovider``); what it looks up elsewhere,
for credentials above all, stands here.
"""

from __future__ import annotations

import functools
import os

ACCESS_KEY, SECRET_KEY = "FOOBARKEY", "FOOBARSECRET"  # credentials that no account has, the same as moto's

# What botocore reads to find credentials. Left alone if moto is told not to mock credentials.
_CREDENTIALS = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "BOTO_CONFIG",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    }
)
_CREDENTIAL_PREFIXES = ("AWS_BEARER_TOKEN_",)
# What botocore reads outside its table to choose an endpoint or a way to sign.
_ENDPOINTS = frozenset({"AWS_STS_REGIONAL_ENDPOINTS", "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "AWS_S3_USE_ARN_REGION"})
_ENDPOINT_PREFIXES = ("AWS_ENDPOINT_URL",)
# In botocore's table, and harmless in a mock.
_KEPT = frozenset({"AWS_CA_BUNDLE"})

_REGION = "AWS_DEFAULT_REGION"
# What the SDKs of other languages read, in child processes.
_REGIONS = frozenset({_REGION, "AWS_REGION"})

# A proxy would be handed what is meant for the server on this machine.
_PROXY_EXCEPTIONS = frozenset({"NO_PROXY", "no_proxy"})
_LOOPBACK = "localhost,127.0.0.1,::1"

#: In place of the user's: no files, no instance metadata, credentials that no account has.
_MOCKED_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_MOCKED = {"AWS_EC2_METADATA_DISABLED": "true"}
DEFAULT_REGION = "us-east-1"


@functools.cache
def _of_botocore() -> frozenset[str]:
    """Return the variables of botocore's own table, those of credentials excepted."""
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

    names: set[str] = set()
    for _, variables, _, _ in BOTOCORE_DEFAUT_SESSION_VARIABLES.values():
        names.update([variables] if isinstance(variables, str) else variables or [])
    return frozenset(names) - _CREDENTIALS - _REGIONS - _KEPT


class HiddenEnvironment:
    """The part of the environment that botocore reads, between `hide` and `show`.

    Attributes:
        outside: what the variables would be without the mock; another mock may change that while this one is on.
    """

    def __init__(self) -> None:
        self.outside: dict[str, str] = {}
        self._names: frozenset[str] = frozenset()
        self._prefixes: tuple[str, ...] = ()

    def hide(self) -> None:
        """Take away all that botocore reads; `mock_credentials` and `default_region` put something in its place."""
        self._names = _of_botocore() | _ENDPOINTS | _CREDENTIALS | _MOCKED.keys() | _PROXY_EXCEPTIONS | _REGIONS
        self._prefixes = _ENDPOINT_PREFIXES + _CREDENTIAL_PREFIXES
        self.outside = {name: os.environ[name] for name in list(os.environ) if self._is_hidden(name)}
        for name in self.outside:
            if name not in _REGIONS:
                del os.environ[name]
        os.environ.update(_MOCKED)
        for name in _PROXY_EXCEPTIONS:
            given = self.outside.get(name)
            os.environ[name] = "*" if given == "*" else ",".join(filter(None, (given, _LOOPBACK)))

    def mock_credentials(self, *, mocked: bool) -> None:
        """Put the mock's credentials in place of the user's, or the user's own back."""
        theirs = {name: value for name, value in self.outside.items() if self._is_of_credentials(name)}
        for name in (theirs.keys() - _MOCKED_CREDENTIALS) if mocked else (_MOCKED_CREDENTIALS.keys() - theirs):
            os.environ.pop(name, None)
        os.environ.update(_MOCKED_CREDENTIALS if mocked else theirs)

    def default_region(self, region: str | None) -> None:
        """Set the default region for all SDKs; where none is given, the user's own for boto3, or us-east-1."""
        for name in _REGIONS:
            os.environ[name] = region or self.outside.get(_REGION) or DEFAULT_REGION

    def show(self) -> None:
        """Put every variable back as it was, whatever happened to it meanwhile."""
        for name in [name for name in os.environ if self._is_hidden(name) and name not in self.outside]:
            del os.environ[name]
        os.environ.update(self.outside)

    def _is_hidden(self, name: str) -> bool:
        return name in self._names or name.startswith(self._prefixes)

    @staticmethod
    def _is_of_credentials(name: str) -> bool:
        return name in _CREDENTIALS or name.startswith(_CREDENTIAL_PREFIXES)
