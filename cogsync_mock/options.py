"""The options of the mock: the same keywords at every door, checked the moment they are given."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the mock behaves.

    Args:
        region_name: default region inside the mock; if none is given, ``AWS_DEFAULT_REGION`` is it where that is set.
        enforce_credentials: developer-only and identity-only operations refuse the other kind, as AWS does
            (documented with each operation). False: every key may do everything.
        verify_references: SetIdentityPoolConfiguration refuses roles, platform applications and streams
            that do not exist in the mock (chosen; whether AWS looks is not known).
        passthrough: hosts whose requests may really be sent, ``*`` and ``?`` allowed; loopback always may.
        config: handed to moto's ``mock_aws``.

    Raises:
        TypeError: if an option has the wrong type.
        ValueError: if it has the right type and makes no sense.
    """

    region_name: str = "us-east-1"
    enforce_credentials: bool = True
    verify_references: bool = False
    passthrough: Collection[str] = ()
    config: Mapping[str, Any] | None = None
    #: whether a region was given by name, so that it wins over the environment
    region_is_given: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.region_name, str):
            raise TypeError(f"region_name must be a string such as 'eu-west-1', not {self.region_name!r}")
        if not _REGION.fullmatch(self.region_name):
            raise ValueError(f"region_name must be the name of a region such as 'eu-west-1', not {self.region_name!r}")
        for name in ("enforce_credentials", "verify_references"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} must be True or False, not {getattr(self, name)!r}")
        hosts = self.passthrough
        if (
            isinstance(hosts, str)
            or not isinstance(hosts, Collection)
            or not all(isinstance(host, str) for host in hosts)
        ):
            raise TypeError(f"passthrough must be a list of host names such as ['api.example.com'], not {hosts!r}")
        for host in hosts:
            if not host or "/" in host:
                raise ValueError(f"passthrough takes host names such as 'api.example.com', not {host!r}")
        if self.config is not None and not isinstance(self.config, Mapping):
            raise TypeError(f"config must be a dictionary as moto's mock_aws takes it, not {self.config!r}")

    @classmethod
    def from_kwargs(cls, given: Mapping[str, Any]) -> Options:
        """Build options from keywords.

        Raises:
            TypeError: naming the right keyword, if one is unknown.
        """
        known = [option.name for option in fields(cls) if option.name != "region_is_given"]
        for name in given:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
                raise TypeError(f"there is no option {name!r}: {hint}")
        return cls(**given, region_is_given="region_name" in given)
