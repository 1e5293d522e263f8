"""What resources of moto's stacks have in common: properties, attributes, and AWS's own words for what is wrong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel

from cogsync_mock.aws import values
from cogsync_mock.aws.errors import AWSError
from cogsync_mock.aws.validation import sentence_of, violations_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cogsync_mock.aws.shapes import Shape


class StackResource(BaseModel):
    """A resource of a stack: looks like moto's ``CloudFormationModel`` but is none.

    moto finds those by itself, mock or no mock.
    """

    type_name: str
    name_property = ""
    #: what Fn::GetAtt knows (documented)
    attribute_names: tuple[str, ...] = ("Id",)

    def __init__(self, physical_resource_id: str, properties: Mapping[str, Any]) -> None:
        self.physical_resource_id = physical_resource_id
        self.properties = dict(properties)

    @classmethod
    def cloudformation_type(cls) -> str:
        """Return the name of the resource type."""
        return cls.type_name

    @classmethod
    def cloudformation_name_type(cls) -> str:
        """Return the property that names it, empty if there is none."""
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether Fn::GetAtt knows an attribute."""
        return attr in cls.attribute_names

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for Fn::GetAtt."""
        if not self.has_cfn_attr(attribute_name):
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

            raise UnformattedGetAttTemplateException
        return self.attribute(attribute_name)

    def attribute(self, name: str) -> str:
        """Return one of `attribute_names`."""
        return str(self.physical_resource_id if name == "Id" else self.properties[self.name_property])

    def is_created(self) -> bool:
        """Return True: it is there as soon as it was made."""
        return True


def stack_error(message: str) -> Exception:
    """Return the error that CloudFormation refuses a template with."""
    # Late, for moto's CloudFormation is what imports this module.
    from moto.cloudformation.exceptions import ValidationError

    return ValidationError(message=message)


def properties_of(resource: type[StackResource], cloudformation_json: Any) -> dict[str, Any]:
    """Return the properties of a resource in a template, without what AWS::NoValue stands for."""
    given = cloudformation_json.get("Properties") or {}
    if not isinstance(given, dict):
        raise stack_error(f"Properties of {resource.type_name} must be an object, not {given!r}")
    found: dict[str, Any] = _without_nothing(given)
    return found


def _without_nothing(value: Any) -> Any:
    """Leave out what AWS::NoValue stands for, also in lists."""
    if isinstance(value, dict):
        return {name: _without_nothing(member) for name, member in value.items() if member is not None}
    return [_without_nothing(item) for item in value if item is not None] if isinstance(value, list) else value


def accepted_values(shape: Shape, given: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a structure as an API would take them.

    Raises:
        ValidationError: CloudFormation's, if it would not, or does not know a member.
    """
    _refuse_unknown(shape, given)
    accepted = {name: value_of(shape.members[name], value, name) for name, value in given.items()}
    if violations := violations_of(shape, accepted):
        raise stack_error(f"Properties validation failed: {sentence_of(violations)}")
    return accepted


def value_of(shape: Shape, given: Any, name: str) -> Any:
    """Return one value as an API would take it.

    Raises:
        ValidationError: CloudFormation's, if it would not.
    """
    try:
        # A template's scalars may all come as texts, and its texts as any scalar.
        return values.read(shape, _with_texts(shape, given), from_text=True)
    except AWSError as error:
        raise stack_error(f"Properties validation failed: {name}: {error.message}") from error


def _with_texts(shape: Shape, given: Any) -> Any:
    """Turn into texts what a template may write without quotes: numbers, dates, true and false."""
    if isinstance(given, dict):
        shapes = {name: shape.members.get(name) or shape.element for name in given}
        return {name: _with_texts(known, v) if (known := shapes[name]) else v for name, v in given.items()}
    if isinstance(given, list):
        return [_with_texts(shape.element, item) for item in given] if shape.element else given
    if shape.kind == "string" and isinstance(given, (bool, int, float, date)):
        return str(given).lower() if isinstance(given, bool) else str(given)
    return given


def _refuse_unknown(shape: Shape, given: Any) -> None:
    if shape.kind == "structure" and isinstance(given, dict):
        for name, value in given.items():
            if name not in shape.members:
                raise stack_error(f"Properties validation failed: extraneous key [{name}] is not permitted")
            _refuse_unknown(shape.members[name], value)
    elif shape.element is not None and isinstance(given, (dict, list)):
        for value in given.values() if isinstance(given, dict) else given:
            _refuse_unknown(shape.element, value)
