"""moto's simulation of IAM, for the actions and resources of Cognito Sync.

moto authorises only after a number of calls that its user sets; without that every call passes.
Its own path for services refuses body-less requests with a signature error and answers in XML; this one does neither.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import AccessDeniedError, InvalidClientTokenIdError, SignatureDoesNotMatchError
from moto.utilities.arns import parse_arn

from cogsync_mock.aws.errors import AccessDeniedException, InvalidSignatureException, UnrecognizedClientException
from cogsync_mock.integrations import iam

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cogsync_mock.aws.http import HttpRequest
    from cogsync_mock.cognitoidentity.credentials import IdentityCredentials

    from .wire.contract import Operation

_SENTENCE = re.compile(r"User: \S+ is not authorized to perform: [\w:-]+")


def resource_of(operation: Operation, parameters: Mapping[str, Any], account_id: str, region: str) -> str:
    """Return the ARN that an operation is authorised on (documented in the service authorization reference).

    ListDatasets is authorised on a dataset of the name ``null`` (observed).
    """
    arn = f"arn:aws:cognito-sync:{region}:{account_id}:identitypool/{parameters.get('IdentityPoolId', '*')}"
    if "IdentityId" in operation.input.members:
        arn += f"/identity/{parameters.get('IdentityId')}"
    if "DatasetName" in operation.input.members:
        arn += f"/dataset/{parameters.get('DatasetName')}"
    return f"{arn}/dataset/null" if operation.name == "ListDatasets" else arn


def plain_headers(message: HttpRequest) -> dict[str, str]:
    """Return the headers as moto's simulation looks for them, the host included."""
    headers = {name.title(): message.header(name.lower()) for name in message.headers}
    return {**headers, "Host": message.host}


def require_role(credentials: IdentityCredentials | None, operation: Operation, resource: str) -> None:
    """Refuse an identity without a role; AWS gives it no credentials at all, so the words are ours.

    Raises:
        AccessDeniedException: if its pool has no role for it.
    """
    if credentials is not None and credentials.role_arn is None:
        allowed = f"is not authorized to perform: cognito-sync:{operation.name}"
        hint = "because its identity pool has no role for it: set one with SetIdentityPoolRoles"
        raise AccessDeniedException(f"User: {credentials.identity_id} {allowed} {hint},", resource)


def enforce(authorise: Callable[[type, str], None], resource: str, credentials: IdentityCredentials | None) -> None:
    """Have moto authorise a call, and refuse in AWS's words what it refuses.

    Args:
        authorise: takes moto's class for the request, and the resource.
        resource: what the call is about.
        credentials: of the identity that calls, None if none does; policies may name it with variables (documented).

    Raises:
        AccessDeniedException: if no policy allows the action on the resource, or one denies it.
        InvalidSignatureException: if the signature is not the key's.
        UnrecognizedClientException: if there is no such key.
    """
    variables = {}
    if credentials is not None:
        variables = {
            "${cognito-identity.amazonaws.com:sub}": credentials.identity_id,
            "${cognito-identity.amazonaws.com:aud}": credentials.identity_pool_id,
            **{f"${{aws:PrincipalTag/{name}}}": value for name, value in credentials.principal_tags.items()},
        }
    try:
        authorise(_request_class(variables), resource)
    except AccessDeniedError as error:
        found = _SENTENCE.search(str(error.description))
        raise AccessDeniedException(found[0] if found else "User is not authorized", resource) from error
    except SignatureDoesNotMatchError as error:
        raise InvalidSignatureException from error
    except InvalidClientTokenIdError as error:
        raise UnrecognizedClientException from error


def _request_class(variables: Mapping[str, str]) -> type:
    """Return moto's class for a request to be authorised, made to read policies as IAM does.

    moto's own fails on the policies of roles that a stack made, on roles that do not exist, and knows no policy
    variables.
    """
    # Late, for IAM is large and seldom asked.
    from moto.iam.access_control import AssumedRoleAccessKey, IAMRequest

    class Request(IAMRequest):
        def __init__(self, **parameters: Any) -> None:
            super().__init__(**parameters)
            key: Any = self._access_key
            motos = key.collect_policies

            def collect() -> list[str]:
                # A role that is gone allows nothing; the ARN is of the form .../assumed-role/<role>/<session>.
                assumed = isinstance(key, AssumedRoleAccessKey)
                if assumed and not iam.role_exists(key.account_id, parse_arn(key.arn).resource_id.split("/")[0]):
                    return []
                return [_policy_text(policy, variables) for policy in motos()]

            key.collect_policies = collect

    return Request


def _policy_text(policy: Any, variables: Mapping[str, str]) -> str:
    if hasattr(policy, "versions"):
        policy = next(version.document for version in policy.versions if version.is_default)
    elif isinstance(policy, dict):
        policy = policy.get("policy_document", policy)
    # YAML makes a date of an unquoted version.
    text = policy if isinstance(policy, str) else json.dumps(policy, default=str)
    for variable, value in variables.items():
        text = text.replace(variable, value)
    return text
