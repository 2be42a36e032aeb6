"""Who speaks, and to how many."""

from config.both import Both
from indexing.metrics.expression import Average, Count, Sum
from indexing.metrics.metric import Metric
from indexing.metrics.where import AtLeast, Exists

_KNOWN = Exists("followers")

REACH = Metric(
    name=Both("触达", "Reach"),
    meaning=Both(
        "说到品牌的账号的粉丝数之和：每个账号只计一次，按最近一次见到的粉丝数；平台不显示粉丝数的账号不计入，全都不显示时没有值。"
        "账号按最近一次发声的时间归期。",
        "Followers of the accounts that speak of a brand, each account counted once, as they were last seen. Accounts "
        "whose followers the platform does not show are left out; where it shows nobody's, there is no value. An "
        "account belongs to the time at which it last spoke.",
    ),
    kind="accounts",
    of=Average("followers") * Count(_KNOWN),
    rank=Sum("followers"),
)
ACCOUNTS = Metric(
    name=Both("发声账号", "Accounts"),
    meaning=Both(
        "说到品牌、最近一次发声在此期间的账号数。", "Accounts that speak of a brand and last spoke in this time."
    ),
    kind="accounts",
    of=Count(),
)
ACCOUNTS_KNOWN = Metric(
    name=Both("粉丝数已知", "Followers known"),
    meaning=Both(
        "其中平台显示了粉丝数的账号数：触达只由它们相加而来。",
        "Those of them whose followers the platform shows: reach adds up theirs alone.",
    ),
    kind="accounts",
    of=Count(_KNOWN),
)
ACCOUNT_MENTIONS = Metric(
    name=Both("账号声量", "Mentions of the accounts"),
    meaning=Both("这些账号的全部声量。", "All mentions by these accounts."),
    kind="accounts",
    of=Sum("mentions"),
)
ACCOUNT_ENGAGEMENT = Metric(
    name=Both("账号互动量", "Engagement of the accounts"),
    meaning=Both("这些账号全部声量的互动量。", "Engagement of all mentions by these accounts."),
    kind="accounts",
    of=Sum("engagement"),
)
SUSPECTED_ACCOUNTS = Metric(
    name=Both("疑似协同账号", "Accounts suspected of coordination"),
    meaning=Both("协同得分不低于 0.5 的账号数。", "Accounts with a coordination score of 0.5 or more."),
    kind="accounts",
    of=Count(AtLeast("coordination.score", 0.5)),
)
