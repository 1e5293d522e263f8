"""The options of the mock: the same keywords at every entry point, checked the moment they are given."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from .aws.suggestions import suggestion

_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d")
_FLAGS = (
    "enforce_credentials",
    "verify_references",
    "enforce_roles",
    "assert_all_requests_mocked",
    "assert_all_faults_used",
    "retry_delays",
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the mock behaves.

    Args:
        region_name: default region inside the mock; None: ``AWS_DEFAULT_REGION`` where that is set, else us-east-1.
        enforce_credentials: developer-only and identity-only operations of Cognito Sync refuse the other kind, as AWS
            does (documented with each operation). False: every key may do everything.
        verify_references: SetIdentityPoolConfiguration refuses roles, platform applications and streams
            that do not exist in the mock (chosen; whether AWS looks is not known).
        enforce_roles: identities whose pool has no role for them get no credentials, as at AWS.
        passthrough: hosts whose requests may really be sent, ``*`` and ``?`` allowed; loopback always may.
        assert_all_requests_mocked: a request that was refused fails the test at its end, swallowed or not.
        assert_all_faults_used: a fault that hit fewer requests than asked for fails the test at its end.
        retry_delays: botocore really waits between retries. False: it does not, and the log says how long it would.
        config: handed to moto's ``mock_aws``.

    Raises:
        TypeError: if an option has the wrong type.
        ValueError: if it has the right type and makes no sense.
    """

    region_name: str | None = None
    enforce_credentials: bool = True
    verify_references: bool = False
    enforce_roles: bool = False
    passthrough: Collection[str] = ()
    assert_all_requests_mocked: bool = True
    assert_all_faults_used: bool = True
    retry_delays: bool = False
    config: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        region = self.region_name
        if region is not None and not isinstance(region, str):
            raise TypeError(f"region_name must be a string such as 'eu-west-1', not {region!r}")
        if region is not None and not _REGION.fullmatch(region):
            raise ValueError(f"region_name must be the name of a region such as 'eu-west-1', not {region!r}")
        for name in _FLAGS:
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} must be True or False, not {getattr(self, name)!r}")
        _check_hosts(self.passthrough)
        if self.config is not None:
            _check_config(self.config)

    @classmethod
    def from_kwargs(cls, given: Mapping[str, Any]) -> Options:
        """Build options from keywords.

        Raises:
            TypeError: naming the right keyword, if one is unknown, or if one has the wrong type.
            ValueError: if one makes no sense.
        """
        known = [option.name for option in fields(cls)]
        for name in given:
            if name not in known:
                raise TypeError(f"there is no option {name!r}: {suggestion(name, known)}")
        return cls(**given)


def _check_hosts(hosts: Any) -> None:
    if isinstance(hosts, str) or not isinstance(hosts, Collection) or not all(isinstance(host, str) for host in hosts):
        raise TypeError(f"passthrough must be a list of host names such as ['api.example.com'], not {hosts!r}")
    for host in hosts:
        if not host or "/" in host:
            raise ValueError(f"passthrough takes host names such as 'api.example.com', not {host!r}")


def _check_config(config: Any) -> None:
    """Refuse what moto would stumble over later, when half of it is switched on."""
    if not isinstance(config, Mapping):
        raise TypeError(f"config must be a dictionary as moto's mock_aws takes it, not {config!r}")
    for name, section in config.items():
        if not isinstance(section, Mapping):
            raise TypeError(f"config[{name!r}] must be a dictionary as moto's mock_aws takes it, not {section!r}")
    core = config.get("core", {})
    _check_moto_passthrough(core.get("passthrough", {}))
    if core.get("service_whitelist") is not None:
        _check_texts("config['core']['service_whitelist']", core["service_whitelist"])
    for name in ("mock_credentials", "reset_boto3_session"):
        if not isinstance(core.get(name, True), bool):
            raise TypeError(f"config['core'][{name!r}] must be True or False, not {core[name]!r}")


def _check_moto_passthrough(given: Any) -> None:
    where = "config['core']['passthrough']"
    if not isinstance(given, Mapping):
        raise TypeError(f"{where} must be a dictionary with 'urls' or 'services', not {given!r}")
    for name in ("urls", "services"):
        _check_texts(f"{where}[{name!r}]", given.get(name, []))
    try:
        for url in given.get("urls", []):
            re.compile(url)
    except re.error as error:
        raise ValueError(f"{where}['urls'] takes regular expressions, not {error.pattern!r}: {error}") from None


def _check_texts(name: str, given: Any) -> None:
    if not isinstance(given, (list, tuple)) or not all(isinstance(item, str) for item in given):
        raise TypeError(f"{name} must be a list of strings, not {given!r}")
