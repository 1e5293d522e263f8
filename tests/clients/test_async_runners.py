"""Coroutine tests under the plugins that run them: pytest-asyncio, and anyio on asyncio and trio."""

from __future__ import annotations

import pytest

pytest.importorskip("pytest_asyncio", reason="no pytest-asyncio here: pip install pytest-asyncio")
pytest.importorskip("anyio", reason="no anyio here: pip install anyio trio")
pytest.importorskip("trio", reason="no trio here: pip install anyio trio")

TESTS = """
import boto3
import pytest
from cogsync_mock import mock_aws
from cogsync_mock.runtime.moto_seam import mock_is_active

RUNNER = pytest.mark.{runner}


@pytest.fixture(params={backends})
def anyio_backend(request):
    return request.param


@RUNNER
async def test_fixture(aws_mock, anyio_backend):
    aws_mock.client("sqs").create_queue(QueueName="q")
    aws_mock.calls.assert_called("CreateQueue", service="sqs", QueueName="q")
    assert len(aws_mock.calls) == 1


@RUNNER
@mock_aws
async def test_decorated(anyio_backend):
    assert boto3.client("s3", region_name="us-east-1").list_buckets()["Buckets"] == []


@RUNNER
@mock_aws(inject="aws")
async def test_injected(aws, anyio_backend):
    aws.add_fault("ListQueues", "AccessDenied", service="sqs")
    with pytest.raises(Exception, match="AccessDenied"):
        aws.client("sqs").list_queues()


@RUNNER
@pytest.mark.aws_mock(region_name="eu-west-1")
async def test_marked(anyio_backend):
    assert boto3.client("s3").meta.region_name == "eu-west-1"


@RUNNER
async def test_async_with(anyio_backend):
    assert not mock_is_active()
    async with mock_aws() as mock:
        assert mock.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert not mock_is_active()


@RUNNER
@mock_aws
class TestClass:
    async def test_inside(self, anyio_backend):
        assert boto3.client("sqs", region_name="us-east-1").list_queues().get("QueueUrls") is None


@RUNNER
async def test_what_was_refused_fails(aws_mock, anyio_backend):
    try:
        boto3.client("workdocs", region_name="us-east-1").describe_users()
    except Exception:
        pass
"""


@pytest.mark.parametrize(("runner", "backends"), [("asyncio", ["asyncio"]), ("anyio", ["asyncio", "trio"])])
def test_the_mock_is_on_while_a_coroutine_test_runs(
    pytester: pytest.Pytester, runner: str, backends: list[str]
) -> None:
    pytester.makepyfile(TESTS.format(runner=runner, backends=backends))
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-W", "error", "-o", "asyncio_default_fixture_loop_scope=function"
    )
    # The last one has passed, and fails at its end.
    result.assert_outcomes(passed=7 * len(backends), errors=len(backends))
    result.stdout.fnmatch_lines(["*ERROR*test_what_was_refused_fails*"])
