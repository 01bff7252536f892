import pytest

# What two sides differ in is shown as in any test.
pytest.register_assert_rewrite("tests.approvals.oracle.sides")
