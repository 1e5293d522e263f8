"""How strictly the service behaves; cognito-identity is asked with the same settings, so they live beside it."""

from cogsync_mock.cognitoidentity.settings import Settings, current

__all__ = ["Settings", "current"]
