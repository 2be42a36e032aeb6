"""A cell of a customer's row is read as it was meant, or the row is set aside with what to write instead."""

import pytest

from crawlers.tables import FaultyRow
from indexing.customers.sync.values import amount


@pytest.mark.parametrize(
    ("written", "sum_"),
    [("1299.00", 1299), ("￥1,299.50", 1299.5), ("3,000元", 3000), ("1，299", 1299), ("1,2345.6", 12345.6),
     ("-1,000", -1000)],
)  # fmt: skip
def test_a_sum_may_be_grouped(written: str, sum_: float) -> None:
    assert amount(written, "金额") == sum_


@pytest.mark.parametrize("written", ["12,50", "1.234,50", "1.2万元", "1,23,456", "199-299", "一百元"])
def test_a_sum_that_could_be_another_is_none(written: str) -> None:
    with pytest.raises(FaultyRow, match=r"^金额: no sum that can be read: write it as 1299\.00$"):
        amount(written, "金额")
