"""What moto's cognito-identity, STS and CloudFormation leave out, put in while a mock or a server is on."""

from __future__ import annotations

from cogsync_mock.integrations import cloudformation, cognitoidentity, sts
from cogsync_mock.integrations.patching import MotoPatches, Patch

from . import operations

patches = MotoPatches(
    [
        Patch(
            *cognitoidentity.RESPONSES,
            {
                name: getattr(operations, name)
                for name in (
                    "get_id",
                    "get_credentials_for_identity",
                    "get_open_id_token",
                    "get_open_id_token_for_developer_identity",
                    "set_identity_pool_roles",
                    "get_identity_pool_roles",
                )
            },
        ),
        Patch(*sts.RESPONSES, {"assume_role_with_web_identity": operations.assume_role_with_web_identity}),
        Patch(*sts.BACKEND, {"assume_role_with_web_identity": operations.remember_assumed_role}),
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
