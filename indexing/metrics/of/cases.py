"""How complaints of customers are seen to."""

from config.both import Both
from indexing.metrics.expression import Average, Count, Median, Sum
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import Exists, Is

CASES = Metric(
    name=Both("投诉", "Complaints"),
    meaning=Both(
        "由客户的负面提及形成的投诉；每位客户与品牌同时至多一件。",
        "Cases opened by negative mentions of customers; one a customer and brand at a time.",
    ),
    kind="cases",
    of=Count(),
)
CASES_OPEN = Metric(
    name=Both("待处理投诉", "Open complaints"),
    meaning=Both(
        "新、已指派或已回应而未解决的投诉。", "Complaints that are new, assigned, or answered and not resolved."
    ),
    kind="cases",
    of=Count(Is("open", True)),
    standing=True,
    colour="negative",
)
CASES_ANSWERED_SHARE = Metric(
    name=Both("回应率", "Answered"),
    meaning=Both("已有首次回应的投诉所占份额。", "Share of the complaints that have had a first answer."),
    kind="cases",
    of=Count(Exists("answered_at")) / Count(),
    shape=Shape.SHARE,
    standing=True,
)
SECONDS_TO_FIRST_ANSWER = Metric(
    name=Both("首次回应用时（中位数）", "Time to the first answer (median)"),
    meaning=Both(
        "从首条提及发布到首次回应的中位数；品牌账号的公开回复也算回应。",
        "Median from the first mention to the first answer; a public answer of the brand's own account counts.",
    ),
    kind="cases",
    of=Median("seconds_to_answer"),
    shape=Shape.SECONDS,
)
WORK_SECONDS_TO_FIRST_ANSWER = Metric(
    name=Both("首次回应用时（工作时间）", "Time to the first answer (working hours)"),
    meaning=Both("同上，只计工作日的工作时间。", "The same, counting the working hours of working days alone."),
    kind="cases",
    of=Median("work_seconds_to_answer"),
    shape=Shape.SECONDS,
)
SECONDS_TO_SETTLE = Metric(
    name=Both("解决用时（中位数）", "Time to settle (median)"),
    meaning=Both("从首条提及发布到最后一次解决的中位数。", "Median from the first mention to the last resolution."),
    kind="cases",
    of=Median("seconds_to_resolve"),
    shape=Shape.SECONDS,
)
CASES_REOPENED = Metric(
    name=Both("重新打开", "Reopened"),
    meaning=Both("投诉解决后又被打开的次数。", "How often a settled complaint was opened again."),
    kind="cases",
    of=Sum("reopened"),
)
CASE_MENTIONS = Metric(
    name=Both("每件提及数", "Mentions a complaint"),
    meaning=Both("一件投诉平均有多少条提及。", "Mentions of a complaint on average."),
    kind="cases",
    of=Average("count"),
    shape=Shape.AMOUNT,
)
