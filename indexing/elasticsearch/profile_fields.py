"""The fields of customers' profiles (画像), of what they are measured by, and of what was exported of them."""

from indexing.elasticsearch.field import BOOLEAN, DATE, FLOAT, KEYWORD, LONG, Field

__all__ = ["EXPORT", "HEARD", "PROFILE", "SCALES"]

_PURCHASES = (
    Field("purchases.orders", LONG, "Purchases that stand: what was cancelled or wholly given back is none.", "orders"),
    Field("purchases.refunds", LONG, "Purchases that were cancelled or wholly given back.", "orders"),
    Field("purchases.first_at", DATE, "The first that stands."),
    Field("purchases.last_at", DATE, "The last that stands."),
    Field("purchases.gap_days", FLOAT, "Median of the times between their purchases.", "days"),
    Field("purchases.channels", KEYWORD, "Where they bought."),
    Field("purchases.stores", KEYWORD, "In which shops."),
    Field("purchases.items", KEYWORD, "What they bought most, at most ten."),
    Field("purchases.spent.currency", KEYWORD, "A currency that they paid in."),
    Field("purchases.spent.amount", FLOAT, "Paid in it, less what was given back.", "`currency`"),
    Field("visits.count", LONG, "Visits to shops.", "visits"),
    Field("visits.last_at", DATE, "The last visit."),
    Field("visits.stores", KEYWORD, "Which shops."),
)
_RFM = (
    Field("segment", KEYWORD, "Which of the eight RFM groups, or no_purchase."),
    Field("value_band", KEYWORD, "high, middle, low, none or unranked, by frequency and amount."),
    Field("rfm.recency_days", LONG, "Days since the last purchase.", "days"),
    Field("rfm.frequency", LONG, "Purchases within a year.", "orders"),
    Field("rfm.monetary", FLOAT, "Paid within a year in `rfm.currency`, less what was given back.", "`rfm.currency`"),
    Field("rfm.currency", KEYWORD, "The currency of most of their purchases."),
    Field("rfm.r", LONG, "Fifth of the buyers by recency: 5 are the most recent.", "1 to 5"),
    Field("rfm.f", LONG, "Fifth by frequency.", "1 to 5"),
    Field("rfm.m", LONG, "Fifth by amount, among those of the same currency.", "1 to 5"),
)
_VOICE = (
    Field("voice.mentions", LONG, "Mentions by their linked accounts.", "mentions"),
    Field("voice.negative", LONG, "Negative ones.", "mentions"),
    Field("voice.neutral", LONG, "Neutral ones.", "mentions"),
    Field("voice.positive", LONG, "Positive ones.", "mentions"),
    Field("voice.nsr", FLOAT, "Net sentiment: (positive - negative) / (positive + negative).", "-1 to 1"),
    Field("voice.first_at", DATE, "The first mention."),
    Field("voice.last_at", DATE, "The last mention."),
    Field("voice.negative_at", DATE, "The last negative mention."),
    Field("voice.platforms", KEYWORD, "Where they speak."),
    Field("voice.brands", KEYWORD, "Of which brands."),
    Field("voice.topics", KEYWORD, "The keywords of their mentions, the commonest first, at most ten."),
    Field("voice.intents", KEYWORD, "What they want, the commonest first."),
    Field("voice.accounts", LONG, "Linked accounts that spoke.", "accounts"),
    Field("voice.followers", LONG, "Followers of these, each counted once; absent where none shows them.", "accounts"),
    Field("voice.engagement", LONG, "互动量 of their mentions.", "times"),
    Field("voice.months.month", KEYWORD, "A month, as 2026.11; the newest 24."),
    Field("voice.months.mentions", LONG, "Mentions in it.", "mentions"),
    Field("voice.months.negative", LONG, "Negative ones.", "mentions"),
    Field("voice.months.positive", LONG, "Positive ones.", "mentions"),
    Field("voice.months.nsr", FLOAT, "Net sentiment in it.", "-1 to 1"),
)
_SCORES = (
    Field("churn.score", FLOAT, "How likely they are to leave: the weighted parts that are known.", "0 to 1"),
    Field("churn.band", KEYWORD, "low, middle or high."),
    Field("churn.silence", FLOAT, "Part: time since the last purchase against their own rhythm.", "0 to 1"),
    Field("churn.negative", FLOAT, "Part: negative mentions of the last 90 days.", "0 to 1"),
    Field("churn.tickets", FLOAT, "Part: open tickets and cases.", "0 to 1"),
    Field("churn.membership", FLOAT, "Part: a membership that ends or has ended.", "0 to 1"),
    Field("influence.score", FLOAT, "How far they are heard: the weighted parts.", "0 to 1"),
    Field("influence.followers", FLOAT, "Part: followers of their linked accounts.", "0 to 1"),
    Field("influence.engagement", FLOAT, "Part: 互动量 a mention.", "0 to 1"),
    Field("influence.verified", FLOAT, "Part: whether one of these accounts is verified.", "0 or 1"),
)

PROFILE = (
    Field("@timestamp", DATE, "When the profile last changed."),
    Field("customer", KEYWORD, "The customer's id."),
    Field("day", DATE, "The day as of which it is told."),
    Field("tier", KEYWORD, "The tier: the membership's, else what the shop calls it."),
    Field("shop_segment", KEYWORD, "What the shop calls the customer's segment."),
    Field("active", BOOLEAN, "Whether the shop's list still holds the customer."),
    Field("tags", KEYWORD, "What the shop says of the customer."),
    Field("since", DATE, "Since when they are a customer: as the source says, else by their first record."),
    Field("channels", KEYWORD, "How they can be met: channels of purchase, and platforms on which they speak."),
    Field("contacts", KEYWORD, "Kinds of personal values that are kept, such as phone; none of the values."),
    Field("member.tier", KEYWORD, "The membership's tier."),
    Field("member.points", LONG, "Points (积分) that are still good.", "points"),
    Field("member.expired_points", LONG, "Points that ran out with the membership.", "points"),
    Field("member.until", DATE, "The membership's, and the points', last day."),
    Field("member.state", KEYWORD, "good, expiring (within 30 days) or expired."),
    Field("consents.granted", KEYWORD, "Purposes that the customer agreed to, by the newest word on each."),
    Field("consents.refused", KEYWORD, "Purposes that the customer refused."),
    *_PURCHASES,
    *_RFM,
    *_VOICE,
    Field("tickets.open", LONG, "Open tickets at the service desk.", "tickets"),
    Field("tickets.closed", LONG, "Closed ones.", "tickets"),
    Field("tickets.last_at", DATE, "The last ticket."),
    Field("cases.open", LONG, "Open complaints (cases) from what they said in public.", "cases"),
    Field("cases.ids", KEYWORD, "These cases."),
    Field("cases.all", LONG, "All their cases.", "cases"),
    *_SCORES,
    Field("records", KEYWORD, "The records that it was made of."),
)

SCALES = (
    Field("@timestamp", DATE, "When they were measured."),
    Field("day", DATE, "The day as of which profiles are told."),
    Field("buyers", LONG, "Customers with a purchase.", "customers"),
    Field("recency", LONG, "The four ends of fifths of the days since the last purchase.", "days"),
    Field("frequency", LONG, "Likewise of the purchases within a year.", "orders"),
    Field("gap_days", FLOAT, "Median of the customers' usual times between purchases.", "days"),
    Field("amounts.currency", KEYWORD, "A currency."),
    Field("amounts.ends", FLOAT, "The four ends of fifths of what was paid in it within a year.", "`amounts.currency`"),
)
"""What customers are ranked by: measured once a day over all, so that one customer's purchase moves no other's rank."""

HEARD = (Field("customer", KEYWORD, "Whose profile and cases the mention counts for."),)
"""By the mention's id, so that a customer is found who has lost it."""

EXPORT = (
    Field("@timestamp", DATE, "When."),
    Field("by", KEYWORD, "Who exported."),
    Field("purpose", KEYWORD, "What for."),
    Field("segment", KEYWORD, "Which list: a segment's id, or care."),
    Field("definition", KEYWORD, "Digest of the segment's definition as it stood."),
    Field("format", KEYWORD, "csv or xlsx."),
    Field("contacts", KEYWORD, "Kinds of personal values in the file."),
    Field("members", LONG, "Customers of the segment: exported + without_consent + refused.", "customers"),
    Field("exported", LONG, "Customers in the file.", "customers"),
    Field("without_consent", LONG, "Those left out for want of consent.", "customers"),
    Field("refused", LONG, "Those left out who refuse the purpose, or to be judged by a profile.", "customers"),
    Field("customers", KEYWORD, "The customers in the file."),
)
