"""What moto's cognito-identity, STS and CloudFormation leave out, put in while a mock or a server is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cogsync_mock.integrations import cloudformation, cognitoidentity, sts
from cogsync_mock.integrations.patching import MotoPatches, Patch

from . import identities, logins, pools, roles, service, web_identity  # noqa: F401  # each registers its operations

if TYPE_CHECKING:
    from collections.abc import Callable


def _answering(name: str) -> Callable[[Any, Any], str]:
    def answer(response: Any, _original: Any) -> str:
        return service.answer(name, response)

    return answer


cloudformation.add_resource_types(
    "cogsync_mock.cognitoidentity.cloudformation",
    (
        "AWS::Cognito::IdentityPoolPrincipalTag",
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",
    ),
)

patches = MotoPatches(
    [
        Patch(*cognitoidentity.RESPONSES, {name: _answering(name) for name in service.handlers}),
        Patch(*sts.RESPONSES, {"assume_role_with_web_identity": web_identity.assume_role_with_web_identity}),
        Patch(*sts.BACKEND, {"assume_role_with_web_identity": web_identity.remember_assumed_role}),
        Patch(
            *cloudformation.NESTED_STACK,
            {"get_cfn_attribute": cloudformation.nested_stack_output},
            cloudformation.FORMER_NAME,
        ),
        Patch(
            cloudformation.PARSING,
            None,
            {
                "resource_class_from_type": cloudformation.resource_class_from_type,
                "resource_name_property_from_type": cloudformation.resource_name_property_from_type,
            },
        ),
    ]
)
