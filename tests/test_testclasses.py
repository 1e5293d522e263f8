"""Test classes under the mock: unittest's and pytest's, with their setups, subclasses and classes inside."""

from __future__ import annotations

import enum
import unittest
from dataclasses import dataclass

import boto3
import pytest
from identity_pools import create_pool, pools

from cogsync_mock import mock_cognito_sync
from cogsync_mock.runtime.moto_seam import mock_is_active

pytestmark = pytest.mark.usefixtures("nothing_is_left")


def run(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


class TestUnittest:
    """unittest.TestCase: from before setUp until after the cleanups."""

    def test_setup_tests_teardown_and_cleanups_are_inside(self) -> None:
        seen: list[tuple[str, bool, int]] = []

        @mock_cognito_sync
        class Case(unittest.TestCase):
            def note(self, what: str) -> None:
                seen.append((what, mock_is_active(), len(pools())))

            def setUp(self) -> None:
                self.addCleanup(self.note, "cleanup")
                self.note("setUp")
                create_pool()

            def tearDown(self) -> None:
                self.note("tearDown")

            def test_one(self) -> None:
                self.note("test")

            def test_two(self) -> None:
                self.note("test")

        once = [("setUp", True, 0), ("test", True, 1), ("tearDown", True, 1), ("cleanup", True, 1)]
        result = run(Case)
        assert (result.testsRun, result.errors, result.failures) == (2, [], [])
        assert seen == once * 2

    def test_a_class_wide_setup_keeps_its_data_for_the_class(self) -> None:
        seen: list[int] = []

        class Base(unittest.TestCase):
            pool_id: str

            @classmethod
            def setUpClass(cls) -> None:
                cls.pool_id = create_pool()

            @classmethod
            def tearDownClass(cls) -> None:
                seen.append(len(pools()))

        @mock_cognito_sync
        class Case(Base):
            def test_one(self) -> None:
                assert pools() == [self.pool_id]

            def test_two(self) -> None:
                assert pools() == [self.pool_id]

        result = run(Case)
        assert (result.testsRun, result.errors, result.failures) == (2, [], [])
        assert seen == [1]

    def test_a_class_wide_setup_that_fails_switches_it_off(self) -> None:
        @mock_cognito_sync
        class Case(unittest.TestCase):
            @classmethod
            def setUpClass(cls) -> None:
                raise LookupError

            def test_one(self) -> None: ...

        assert len(run(Case).errors) == 1

    def test_subclasses_are_inside_too(self) -> None:
        @mock_cognito_sync
        class Base(unittest.TestCase): ...

        class Case(Base):
            @classmethod
            def setUpClass(cls) -> None:
                create_pool()

            def test_one(self) -> None:
                assert len(pools()) == 1

        result = run(Case)
        assert (result.testsRun, result.errors, result.failures) == (1, [], [])

    def test_a_decorated_class_may_have_a_decorated_base(self) -> None:
        """What the base sets up is there in the test, and all is off afterwards."""

        @mock_cognito_sync
        class Base(unittest.TestCase):
            def setUp(self) -> None:
                create_pool()

        @mock_cognito_sync(assert_all_faults_used=False)
        class Middle(Base): ...

        @mock_cognito_sync
        class Case(Middle):
            def test_one(self) -> None:
                assert len(pools()) == 1

            def test_two(self) -> None:
                boto3.client("s3").list_buckets()

        result = run(Case)
        assert (result.testsRun, result.errors, result.failures) == (2, [], [])
        assert not mock_is_active()

    def test_debug_is_inside_too(self) -> None:
        seen: list[bool] = []

        @mock_cognito_sync
        class Case(unittest.TestCase):
            def test_one(self) -> None:
                seen.append(mock_is_active())

        Case("test_one").debug()
        assert seen == [True]

    def test_a_dataclass_with_slots(self) -> None:
        @dataclass(slots=True)
        @mock_cognito_sync
        class Base:
            number: int = 0

        class TestSomething(Base):
            def test_one(self) -> bool:
                return mock_is_active()

        assert TestSomething().test_one() is True

    def test_coroutine_tests(self) -> None:
        seen: list[bool] = []

        @mock_cognito_sync
        class Case(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self) -> None:
                seen.append(mock_is_active())

            async def test_one(self) -> None:
                seen.append(mock_is_active())

        assert run(Case).wasSuccessful()
        assert seen == [True, True]


def test_plain_test_classes(pytester: pytest.Pytester) -> None:
    """pytest's own classes: setups, fixtures, inheritance, nesting, parametrisation, every kind of method."""
    pytester.makepyfile(
        """
        import pytest
        from cogsync_mock import mock_cognito_sync
        from cogsync_mock.runtime.moto_seam import mock_is_active
        import boto3

        def pools():
            return boto3.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]

        def create():
            boto3.client("cognito-identity").create_identity_pool(
                IdentityPoolName="game", AllowUnauthenticatedIdentities=False)

        class Undecorated:
            def test_inherited(self):
                assert mock_is_active()

        @mock_cognito_sync
        class TestWithSetup(Undecorated):
            def setup_method(self, method):
                assert method.__name__.startswith("test")
                assert pools() == []
                create()

            def teardown_method(self):
                assert len(pools()) == 1

            @pytest.fixture
            def resource(self):
                assert mock_is_active()
                yield len(pools())
                assert mock_is_active()

            def test_fixture(self, resource):
                assert resource == 1

            @pytest.mark.parametrize("number", [1, 2])
            def test_parametrised(self, number, tmp_path):
                assert len(pools()) == 1 and number

            @staticmethod
            def test_static():
                assert len(pools()) == 1

            @classmethod
            def test_class(cls):
                assert len(pools()) == 1

        class TestSubclass(TestWithSetup):
            def setup_method(self):
                super().setup_method(self.test_added)

            def test_added(self):
                assert len(pools()) == 1

        @mock_cognito_sync(region_name="eu-west-1")
        class TestClassWide:
            @classmethod
            def setup_class(cls):
                create()

            def test_one(self):
                assert len(pools()) == 1

            def test_two(self):
                assert len(pools()) == 1
                assert boto3.client("cognito-sync").meta.region_name == "eu-west-1"

        @mock_cognito_sync
        class TestFailingSetup:
            def setup_method(self):
                raise LookupError

            def test_never(self):
                pass

        def test_off():
            assert not mock_is_active()

        @pytest.fixture
        @mock_cognito_sync
        def pool():
            create()
            yield len(pools())

        def test_yield_fixture(pool):
            assert pool == 1 and mock_is_active()

        @mock_cognito_sync
        @pytest.mark.parametrize("number", [1, 2])
        def test_parametrised_function(number, tmp_path):
            assert mock_is_active() and number
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=19, errors=1)


def test_classes_inside_decorated_classes(pytester: pytest.Pytester) -> None:
    """Everything that pytest collects below a decorated class is inside: by any name, inherited, of unittest's kind.

    Each test starts empty, and setups run as often as without the decorator.
    """
    pytester.makeini(
        """
        [pytest]
        python_classes = Test* *Spec
        python_functions = test* it_*
        """
    )
    pytester.makepyfile(
        """
        import unittest

        import os

        import pytest
        from cogsync_mock import mock_cognito_sync
        from cogsync_mock.runtime.moto_seam import mock_is_active
        from moto.cognitoidentity.models import cognitoidentity_backends

        def pools():
            assert mock_is_active()
            return list(cognitoidentity_backends["123456789012"]["us-east-1"].identity_pools)

        def create():
            assert mock_is_active()
            cognitoidentity_backends["123456789012"]["us-east-1"].create_identity_pool(
                "game", False, {}, None, [], [], [], {})

        def region():
            return os.environ["AWS_DEFAULT_REGION"]

        class Both:
            def test_one(self):
                assert pools() == []
                create()

            def test_two(self):
                assert pools() == []
                create()

        class Undecorated:
            class TestInherited(Both): ...

            class TestInheritedWithSetup:
                @classmethod
                def setup_class(cls):
                    create()

                def test_one(self):
                    assert len(pools()) == 1

        class TestElsewhere(Both):
            __test__ = False

        @mock_cognito_sync
        class TestOuter(Undecorated):
            class TestPlain(Both): ...
            class Case(Both, unittest.TestCase): ...
            class TestCase(Both, unittest.TestCase): ...

            class DocumentSpec(Both):
                def it_is_inside(self):
                    assert pools() == []

                class DeepSpec:
                    def it_is_inside(self):
                        assert pools() == []

                    class DeepestCase(Both, unittest.TestCase): ...

            class TestFromElsewhere(TestElsewhere):
                __test__ = True

            class TestWithSetup:
                def setup_method(self):
                    create()

                def teardown_method(self):
                    assert len(pools()) == 1

                def test_its_setup_ran_once(self):
                    assert len(pools()) == 1

            class TestWithClassWideSetup:
                @classmethod
                def setup_class(cls):
                    create()

                @classmethod
                def teardown_class(cls):
                    assert len(pools()) == 1

                def test_one(self):
                    assert len(pools()) == 1

            @mock_cognito_sync(region_name="eu-west-1")
            class TestWithOptions:
                @pytest.fixture(autouse=True)
                def prepared(self):
                    assert region() == "eu-west-1"

                def test_its_own_hold(self):
                    assert region() == "eu-west-1"

            def test_outer(self):
                assert pools() == []
                assert region() == "us-east-1"

        class TestSubclass(TestOuter):
            class AddedSpec(Both): ...

        # Not inherited: pytest 7 runs setups of a TestCase only the first time that it meets it.
        @mock_cognito_sync
        class TestSetupsOfUnittest:
            class CaseWithSetups(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    create()

                @classmethod
                def tearDownClass(cls):
                    assert len(pools()) == 1

                def setup_method(self, method):
                    assert len(pools()) == 1

                @pytest.fixture(autouse=True)
                def prepared(self):
                    assert len(pools()) == 1
                    yield
                    assert len(pools()) == 1

                def test_one(self):
                    assert len(pools()) == 1

        class TestUndecorated:
            @mock_cognito_sync
            class TestInner:
                class DeepCase(Both, unittest.TestCase): ...

            def test_outside(self):
                assert not mock_is_active()

        class Mixin:
            def setup_method(self):
                create()

            def test_from_the_mixin(self):
                assert len(pools()) == 1

        @mock_cognito_sync
        class TestBase: ...

        class TestMixed(Mixin, TestBase): ...

        @mock_cognito_sync
        class TestFixtureThatIsNamedLikeASetup:
            @pytest.fixture(autouse=True)
            def setup_method(self):
                create()

            def test_one(self):
                assert len(pools()) == 1

        @mock_cognito_sync
        class CaseWithFixture(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def prepared(self):
                create()

            def setUp(self):
                assert len(pools()) == 1

            def test_one(self):
                assert len(pools()) == 1
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")
    result.assert_outcomes(passed=51)


def test_classes_that_are_no_tests_stay_as_they_are() -> None:
    """What a test class has beside its tests: models, doubles, settings, and classes from elsewhere."""

    class Elsewhere:
        def setup_method(self) -> None: ...

        def test_connection(self) -> bool:
            return mock_is_active()

    @mock_cognito_sync
    class TestSomething:
        tested = Elsewhere

        class Settings:
            debug = True

        @dataclass
        class Model:
            number: int = 0

            def test_connection(self) -> bool:
                return mock_is_active()

        class Kind(enum.Enum):
            ONE = 1

        class Error(Exception):
            def test(self) -> None: ...

    assert TestSomething.tested is Elsewhere
    assert Elsewhere().test_connection() is TestSomething.Model().test_connection() is False
    for inner in (TestSomething.Settings, TestSomething.Model, TestSomething.Kind, TestSomething.Error):
        assert not [name for name in vars(inner) if "cogsync" in name or name == "__init_subclass__"]
