"""The user's own AWS environment: invisible while a mock is active, untouched afterwards."""

from __future__ import annotations

import os

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
# What botocore reads to choose an endpoint or a way to sign, beside the region.
_ENDPOINTS = frozenset(
    {
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_SIGV4A_SIGNING_REGION_SET",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "AWS_DATA_PATH",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    }
)
_ENDPOINT_PREFIXES = ("AWS_ENDPOINT_URL",)

_REGION = "AWS_DEFAULT_REGION"
# What the SDKs of other languages read, in child processes.
_REGIONS = frozenset({_REGION, "AWS_REGION"})

# A proxy would be handed what is meant for the server on this machine.
_PROXY_EXCEPTIONS = frozenset({"NO_PROXY", "no_proxy"})
_LOOPBACK = "localhost,127.0.0.1,::1"

#: In place of the user's: no files, no instance metadata, credentials that no account has.
_MOCKED_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "FOOBARKEY",
    "AWS_SECRET_ACCESS_KEY": "FOOBARSECRET",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_MOCKED = {"AWS_EC2_METADATA_DISABLED": "true"}


class HiddenEnvironment:
    """The part of the environment that botocore reads, between `hide` and `show`."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()
        self._prefixes: tuple[str, ...] = ()
        self._original: dict[str, str] = {}

    def hide(self, *, credentials: bool) -> None:
        """Hide endpoint settings, and credentials if so told; put mocked ones in their place."""
        self._names = _ENDPOINTS | _MOCKED.keys() | _PROXY_EXCEPTIONS | _REGIONS
        self._prefixes = _ENDPOINT_PREFIXES
        mocked = _MOCKED
        if credentials:
            self._names |= _CREDENTIALS
            self._prefixes += _CREDENTIAL_PREFIXES
            mocked = _MOCKED | _MOCKED_CREDENTIALS
        self._original = {name: os.environ[name] for name in list(os.environ) if self._is_hidden(name)}
        for name in self._original:
            if name not in _REGIONS:
                del os.environ[name]
        os.environ.update(mocked)
        for name in _PROXY_EXCEPTIONS:
            given = self._original.get(name)
            os.environ[name] = "*" if given == "*" else ",".join(filter(None, (given, _LOOPBACK)))

    def default_region(self, region: str, *, is_given: bool) -> None:
        """Set the default region for all SDKs; one that is only a default yields to the user's for boto3."""
        for name in _REGIONS:
            os.environ[name] = region if is_given else self._original.get(_REGION) or region

    def show(self) -> None:
        """Put every variable back as it was, whatever happened to it meanwhile."""
        for name in [name for name in os.environ if self._is_hidden(name) and name not in self._original]:
            del os.environ[name]
        os.environ.update(self._original)

    def _is_hidden(self, name: str) -> bool:
        return name in self._names or name.startswith(self._prefixes)
