"""The constraints of the contract, refused in AWS's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.aws.validation import violations_of
from cogsync_mock.cognitosync.exceptions import ConstraintsViolated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.aws.shapes import Shape

    from .contract import Operation


def validate(operation: Operation, parameters: Mapping[str, Any]) -> None:
    """Check the parameters of a call against every constraint of its input.

    Raises:
        ConstraintsViolated: naming all violations, in the order of the contract.
    """
    check(operation.input, parameters)


def check(structure: Shape, values: Mapping[str, Any]) -> None:
    """Check values against every constraint of a structure.

    Raises:
        ConstraintsViolated: naming all violations, in the order of the contract.
    """
    violations = violations_of(structure, values)
    if violations:
        raise ConstraintsViolated(violations)
