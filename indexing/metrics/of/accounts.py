"""Who speaks, and to how many."""

from config.both import Both
from indexing.metrics.expression import Count, Sum
from indexing.metrics.metric import Metric
from indexing.metrics.where import AtLeast

REACH = Metric(
    name=Both("触达", "Reach"),
    meaning=Both(
        "参与传播事件的账号的粉丝数之和，每个账号只计一次，按最近一次抓取；按账号最近一次发声的时间归期。",
        "Followers of the accounts that speak in stories, each account counted once, as at its last fetch; an account "
        "belongs to the time at which it last spoke.",
    ),
    kind="accounts",
    of=Sum("followers"),
)
ACCOUNTS = Metric(
    name=Both("传播账号", "Accounts in stories"),
    meaning=Both(
        "参与传播事件、最近一次发声在此期间的账号数。",
        "Accounts that speak in stories and last spoke in this time.",
    ),
    kind="accounts",
    of=Count(),
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
