"""Where moto finds the service. All paths lead to one door: the protocol does its own routing."""

from __future__ import annotations

from .responses import CognitoSyncResponse

url_bases = [
    r"https?://cognito-sync(?:-fips)?\.([^./]+)\.amazonaws\.com",
    r"https?://cognito-sync(?:-fips)?\.([^./]+)\.api\.aws",
]

url_paths = {
    "{0}/$": CognitoSyncResponse.dispatch,
    # A named group: servers of moto before 5.1.22 answer 404 for a bare `.*`.
    "{0}/(?P<rest>.+)$": CognitoSyncResponse.dispatch,
}
