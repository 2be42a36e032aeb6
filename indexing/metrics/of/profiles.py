"""What customers are worth, how they speak, and who may leave."""

from config.both import Both
from indexing.metrics.expression import Average, Count, Sum
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Is

PROFILES = Metric(
    name=Both("客户画像", "Profiles"),
    meaning=Both("有画像的客户数。", "Customers with a profile."),
    kind="profiles",
    of=Count(),
)
AT_RISK = Metric(
    name=Both("流失风险高", "At high risk"),
    meaning=Both("流失风险为高（0.6 以上）的客户数。", "Customers whose churn risk is high (0.6 or more)."),
    kind="profiles",
    of=Count(Is("churn.band", "high")),
    colour="negative",
)
CHURN = Metric(
    name=Both("流失风险（平均）", "Churn risk (mean)"),
    meaning=Both(
        "0 至 1，由购买间隔、负面提及、未结工单和会员状态按公式得出。",
        "0 to 1, by formula from the purchase rhythm, negative mentions, open tickets and the membership.",
    ),
    kind="profiles",
    of=Average("churn.score"),
    shape=Shape.AMOUNT,
)
CUSTOMER_NSR = Metric(
    name=Both("净情感值", "Net sentiment"),
    meaning=Both(
        "客户全部提及的（正面 − 负面）/（正面 + 负面）。",
        "(positive - negative) / (positive + negative) of all they said.",
    ),
    kind="profiles",
    of=(Sum("voice.positive") - Sum("voice.negative")) / (Sum("voice.positive") + Sum("voice.negative")),
    rank=Count(),
    shape=Shape.SCORE,
)
ORDERS = Metric(
    name=Both("购买次数（平均）", "Purchases (mean)"),
    meaning=Both("每位客户仍然有效的购买次数。", "Purchases that stand, a customer."),
    kind="profiles",
    of=Average("purchases.orders"),
    shape=Shape.AMOUNT,
)
