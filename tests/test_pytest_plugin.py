"""The pytest plugin, seen from outside: what a user's test run prints and does."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(pytester: pytest.Pytester) -> pytest.Pytester:
    """Make every inner run strict."""
    pytester.makeini("[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n")
    return pytester


def test_the_three_fixtures_are_one_mock(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import boto3
        from cogsync_mock import CognitoSyncMock, CognitoSyncServer

        def test_mock(cognito_sync_mock, cognito_sync_client):
            assert isinstance(cognito_sync_mock, CognitoSyncMock)
            pool_id = cognito_sync_mock.create_identity_pool()
            cognito_sync_client.set_identity_pool_configuration(
                IdentityPoolId=pool_id, CognitoStreams={"StreamName": "changes"})
            got = cognito_sync_client.get_identity_pool_configuration(IdentityPoolId=pool_id)
            assert got["CognitoStreams"] == {"StreamName": "changes"}

        urls = []

        def use(server, cognito_sync_client):
            assert isinstance(server, CognitoSyncServer)
            urls.append(server.endpoint_url)
            outside = boto3.client("cognito-identity", endpoint_url=server.endpoint_url)
            assert outside.list_identity_pools(MaxResults=60)["IdentityPools"] == []
            pool_id = outside.create_identity_pool(
                IdentityPoolName="game", AllowUnauthenticatedIdentities=False)["IdentityPoolId"]
            assert cognito_sync_client.get_identity_pool_configuration(IdentityPoolId=pool_id)

        def test_server(cognito_sync_server, cognito_sync_client):
            use(cognito_sync_server, cognito_sync_client)

        def test_server_is_empty_again_and_still_the_same(cognito_sync_server, cognito_sync_client):
            use(cognito_sync_server, cognito_sync_client)
            assert urls[0] == urls[1]
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=3)


def test_the_marker_at_every_level(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.cognito_sync_mock(region_name="eu-west-1", enforce_credentials=False)

        def test_module(cognito_sync_mock, cognito_sync_client):
            assert cognito_sync_client.meta.region_name == "eu-west-1"
            assert cognito_sync_mock.options.enforce_credentials is False

        @pytest.mark.cognito_sync_mock(region_name="us-west-2")
        class TestClass:
            def test_class(self, cognito_sync_mock, cognito_sync_client):
                assert cognito_sync_client.meta.region_name == "us-west-2"
                assert cognito_sync_mock.options.enforce_credentials is False

            @pytest.mark.cognito_sync_mock(verify_references=True, passthrough=["example.com"], config={"iam": {}})
            def test_function(self, cognito_sync_mock, cognito_sync_client):
                assert cognito_sync_client.meta.region_name == "us-west-2"
                options = cognito_sync_mock.options
                assert (options.verify_references, options.passthrough) == (True, ["example.com"])
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=3)


def test_the_marker_alone_switches_the_mock_on(run: pytest.Pytester) -> None:
    """Around the test and its own fixtures, whatever kind of test it is; nothing else is inside."""
    run.makepyfile(
        """
        import unittest

        import boto3
        import pytest

        def inside():
            from moto.core.models import botocore_stubber
            return botocore_stubber.enabled

        @pytest.fixture(scope="module")
        def of_module():
            assert not inside()
            yield
            assert not inside()

        @pytest.fixture
        def of_test(of_module):
            assert inside()
            yield
            assert inside()

        @pytest.fixture(autouse=True)
        def around_all(request):
            assert inside() == (request.node.get_closest_marker("cognito_sync_mock") is not None)

        @pytest.mark.cognito_sync_mock(region_name="eu-west-1")
        def test_function():
            assert inside()
            assert boto3.client("sqs").meta.region_name == "eu-west-1"

        @pytest.mark.cognito_sync_mock
        @pytest.mark.parametrize("number", [1, 2])
        def test_with_fixtures(of_test, number):
            assert inside()

        @pytest.mark.cognito_sync_mock()
        class TestClass:
            def test_method(self, of_module):
                assert inside()

        @pytest.mark.cognito_sync_mock
        class Case(unittest.TestCase):
            def setUp(self):
                assert inside()

            def test_case(self):
                assert inside()

        def test_unmarked(of_module):
            assert not inside()
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=6)


def test_misuse_of_the_marker_is_explained(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.mark.cognito_sync_mock(region="eu-west-1")
        def test_unknown_option(cognito_sync_mock): ...

        @pytest.mark.cognito_sync_mock("eu-west-1")
        def test_positional(cognito_sync_mock): ...
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines_random(
        [
            "E*TypeError: there is no option 'region': did you mean 'region_name'?",
            "*the marker cognito_sync_mock takes options by name only, not 'eu-west-1'",
        ]
    )


def test_ini_keys_are_the_projects_defaults(run: pytest.Pytester) -> None:
    run.makeini(
        """
        [pytest]
        cognito_sync_region_name = eu-west-1
        cognito_sync_enforce_credentials = false
        cognito_sync_verify_references = true
        cognito_sync_passthrough =
            *.example.com
            api.example.org
        """
    )
    run.makepyfile(
        """
        import pytest

        def test_defaults(cognito_sync_mock):
            options = cognito_sync_mock.options
            assert options.region_name == "eu-west-1"
            assert (options.enforce_credentials, options.verify_references) == (False, True)
            assert options.passthrough == ["*.example.com", "api.example.org"]

        @pytest.mark.cognito_sync_mock(region_name="us-west-2")
        def test_a_marker_wins(cognito_sync_mock):
            assert cognito_sync_mock.options.region_name == "us-west-2"
        """
    )
    run.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_plain_moto_works_because_the_plugin_is_loaded(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import boto3

        def test_plain():
            from moto import mock_aws
            with mock_aws():
                client = boto3.client("cognito-sync", "us-east-1")
                try:
                    client.get_identity_pool_configuration(IdentityPoolId="us-east-1:0")
                except client.exceptions.ResourceNotFoundException:
                    return
            raise AssertionError
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_run_that_does_not_use_it_imports_nothing(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import sys

        def test_nothing_is_imported():
            heavy = {"boto3", "botocore", "moto", "werkzeug", "wrapt", "cogsync_mock.mock"}
            assert heavy & set(sys.modules) == set()
            assert "cogsync_mock.pytest_plugin" in sys.modules
        """
    )
    run.runpytest_subprocess().assert_outcomes(passed=1)


def test_it_can_be_switched_off(run: pytest.Pytester) -> None:
    run.makepyfile("import sys\n\ndef test_off(): assert 'cogsync_mock' not in sys.modules\n")
    run.runpytest_subprocess("-p", "no:cogsync_mock").assert_outcomes(passed=1)


def test_it_works_under_xdist(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_many(cognito_sync_server, cognito_sync_client, number):
            assert cognito_sync_server.endpoint_url.startswith("http://127.0.0.1:")
            assert cognito_sync_client.meta.region_name == "us-east-1"
        """
    )
    run.runpytest_subprocess("-n", "2").assert_outcomes(passed=6)


def test_markers_and_fixtures_read_well(run: pytest.Pytester) -> None:
    signature = (
        "(*, region_name=None, enforce_credentials=True, verify_references=False, enforce_roles=False, passthrough=(), "
        "assert_all_requests_mocked=True, assert_all_faults_used=True, retry_delays=False, config=None)"
    )
    run.runpytest_subprocess("--markers").stdout.fnmatch_lines(
        [
            f"@pytest.mark.{name}{signature}: run the test inside the mock, with these options; "
            "the closest marker wins, option by option."
            for name in ("cognito_sync_mock", "aws_mock")
        ]
    )
    shown = run.runpytest_subprocess("--fixtures").stdout
    for name, sentence in (
        (
            "aws_mock",
            "All of AWS that moto knows, and Cognito Sync: mocked and empty for one test; *",
        ),
        ("cognito_sync_mock", "The same as ``aws_mock``."),
        ("aws_client", 'A function that makes boto3 clients inside the mock: ``aws_client("s3", **kwargs)``.'),
        ("cognito_sync_client", "A boto3 client for cognito-sync inside the mock, with developer credentials."),
        ("aws_server", "The mock as an HTTP server, empty for one test; it shares its data with the other fixtures."),
        ("cognito_sync_server", "The same as ``aws_server``."),
    ):
        shown.fnmatch_lines([f"{name} -- *", f"*{sentence}"], consecutive=True)
    shown.no_fnmatch_line("*_aws_server*")


def test_an_unused_fault_fails_only_a_test_that_has_passed(run: pytest.Pytester) -> None:
    """Not one that was skipped, xfailed or failed for another reason, wherever that happened."""
    run.makepyfile(
        """
        import unittest

        import pytest

        @pytest.fixture
        def fault(cognito_sync_mock):
            cognito_sync_mock.add_fault("UpdateRecords", "TooManyRequestsException", times=2)

        @pytest.fixture
        def unavailable(fault):
            pytest.skip("in a fixture")

        @pytest.fixture
        def broken(fault):
            raise LookupError

        def test_passes(fault): ...
        def test_skips(fault): pytest.skip("in the test")
        def test_imports_or_skips(fault): pytest.importorskip("no_such_module")
        def test_is_skipped_by_its_fixture(unavailable): ...
        def test_xfails(fault): pytest.xfail("in the test")
        def test_fails(fault): raise LookupError
        def test_fails_in_its_fixture(broken): ...

        @pytest.mark.xfail
        def test_is_expected_to_fail(fault): raise LookupError

        @pytest.mark.xfail(strict=False)
        def test_passes_unexpectedly(fault): ...

        @pytest.mark.xfail(strict=True)
        def test_passes_strictly_unexpectedly(fault): ...

        @pytest.mark.usefixtures("fault")
        class Case(unittest.TestCase):
            def test_passes(self): ...
            def test_skips(self): self.skipTest("in the test")

            @unittest.expectedFailure
            def test_is_expected_to_fail(self): raise LookupError
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(passed=2, skipped=4, xfailed=3, xpassed=1, failed=2, errors=3)
    (passed,) = _errors_at_teardown(result, "test_passes")
    (of_case,) = _errors_at_teardown(result, "Case.test_passes")
    message = [
        "faults were not used as often as asked for: cognito-sync UpdateRecords TooManyRequestsException: 0 of 2"
    ]
    assert passed == of_case == message


def _errors_at_teardown(result: pytest.RunResult, name: str) -> list[list[str]]:
    """Return the lines of the reports about a test's teardown."""
    found: list[list[str]] = []
    inside = False
    for line in result.outlines:
        if line.startswith(("___", "===", "---")):
            inside = line.strip("_ ") == f"ERROR at teardown of {name}"
            if inside:
                found.append([])
        elif inside and line:
            found[-1].append(line)
    return found


def test_a_failing_test_shows_its_calls_without_frames_of_this_library(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        def test_fails(aws_mock, aws_client):
            aws_client("sqs").create_queue(QueueName="jobs")
            aws_mock.calls.assert_called("SendMessage")

        def test_passes(aws_mock, aws_client):
            aws_client("sqs").list_queues()
        """
    )
    result = run.runpytest_subprocess()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            ">*aws_mock.calls.assert_called(*",
            "E*SendMessage() was not called",
            "E*the only call:",
            "E*1. sqs.CreateQueue(QueueName='jobs')",
            "*- AWS calls -*",
            "  1. sqs.CreateQueue(QueueName='jobs')",
        ]
    )
    result.stdout.no_fnmatch_line("*cogsync_mock/aws/*")
    result.stdout.no_fnmatch_line("*ListQueues*")
    always = run.runpytest_subprocess("-o", "aws_mock_report=always", "-rP", "-n", "1").stdout
    always.fnmatch_lines(["  1. sqs.ListQueues()"])
    run.runpytest_subprocess("-o", "aws_mock_report=never").stdout.no_fnmatch_line("*AWS calls*")
    run.runpytest_subprocess("-o", "aws_mock_report=now").stderr.fnmatch_lines(
        ["*aws_mock_report must be failed, always or never, not 'now'"]
    )


def test_a_refusal_that_was_swallowed_fails_the_test_every_way(run: pytest.Pytester) -> None:
    run.makepyfile(
        """
        import unittest

        import boto3
        import pytest
        from cogsync_mock import mock_aws

        def swallow():
            try:
                boto3.client("chime", "us-east-1").list_accounts()
            except Exception:
                pass

        def test_fixture(aws_mock):
            swallow()

        @pytest.mark.aws_mock
        def test_marker():
            swallow()

        @mock_aws
        def test_decorator():
            swallow()

        def test_context():
            with mock_aws():
                swallow()

        @mock_aws
        class Case(unittest.TestCase):
            def test_case(self):
                swallow()

            def test_skipped(self):
                swallow()
                self.skipTest("why not")

        @mock_aws(assert_all_requests_mocked=False)
        def test_allowed():
            swallow()

        @pytest.mark.aws_mock(assert_all_requests_mocked=False)
        def test_allowed_by_the_marker():
            swallow()
        """
    )
    result = run.runpytest_subprocess("--tb=line")
    result.assert_outcomes(passed=4, failed=3, errors=2, skipped=1)
    result.stdout.fnmatch_lines(["*requests would have left for the network and were refused:*"])
    run.runpytest_subprocess("-o", "cognito_sync_assert_all_requests_mocked=false", "-k", "fixture").assert_outcomes(
        passed=1
    )
