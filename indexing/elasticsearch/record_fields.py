"""The fields of the indices that no other module describes: histories, runs and links."""

from indexing.elasticsearch.field import BOOLEAN, DATE, FLOAT, KEYWORD, LONG, STORED, Field
from indexing.elasticsearch.mention_fields import ENGAGEMENT_COUNTS

__all__ = ["DARK", "ENGAGEMENT", "LEVEL", "LINK", "NAMED", "NOTE", "RUN", "STATE"]

ENGAGEMENT = (
    Field("@timestamp", DATE, "When the counts were read."),
    Field("post_id", KEYWORD, "The post, as in the mentions."),
    Field("platform", KEYWORD, "The family of sites."),
    *ENGAGEMENT_COUNTS,
    Field("rank", LONG, "Place on the platform's hot list at that time, from 1."),
)

RUN = (
    Field("@timestamp", DATE, "When the crawl ended."),
    Field("run_id", KEYWORD, "The crawl run."),
    Field("feed", KEYWORD, "The crawler."),
    Field("query", KEYWORD, "What it asked the platform for."),
    Field("platform", KEYWORD, "The family of sites."),
    Field("window", KEYWORD, "The window that it filled, such as 20261122T190000Z."),
    Field("started_at", DATE, "When it began."),
    Field("finished_at", DATE, "When it ended."),
    Field("pages", LONG, "Pages read.", "pages"),
    Field("posts", LONG, "Posts kept.", "posts"),
    Field("new", LONG, "Posts that no earlier run had.", "posts"),
    Field("known", LONG, "Posts that an earlier run had.", "posts"),
    Field("dead", LONG, "Posts set aside as malformed.", "posts"),
    Field("verdict", KEYWORD, "What the run came to, such as ok, empty or blocked."),
    Field("complete", BOOLEAN, "Whether it saw all that it should have."),
    Field("message", STORED, "What a person should know."),
    Field("watermark", DATE, "Where the next run will read back to."),
    Field("incomplete_since", DATE, "When the crawls began of which none has closed the gap yet; none: no gap."),
    Field("not_before", DATE, "When its host, which refuses, is asked again for it; none: at any time."),
    Field("purpose", KEYWORD, "gap or backfill for a crawl of one part of a time; none: a live crawl."),
    Field("slice.start", DATE, "Where the part begins that was asked for."),
    Field("slice.end", DATE, "Before when it ends."),
    Field("slice.region", KEYWORD, "The platform's name for its region; none: all regions."),
    Field("capped", LONG, "1 where the platform showed only a part of what is as small as can be asked for.", "parts"),
    Field("gap.start", DATE, "Where the time begins that is not covered as of this crawl; none: no gap."),
    Field("gap.end", DATE, "Where that time ends."),
    Field("gap.lost", BOOLEAN, "Whether no later crawl can read it."),
    Field("gap.hours", FLOAT, "How long it is.", "hours"),
    Field("coverage", FLOAT, "Share of what the platform says there is that it saw.", "0 to 1"),
    Field("analyse.posts", LONG, "Posts analysed: matched + unmatched + dead.", "posts"),
    Field("analyse.matched", LONG, "Posts that speak of a brand.", "posts"),
    Field("analyse.unmatched", LONG, "Posts that speak of none.", "posts"),
    Field("analyse.dead", LONG, "Posts that could not be analysed.", "posts"),
    Field("analyse.own", LONG, "Posts of a brand's own accounts, among the unmatched.", "posts"),
    Field("analyse.mentions", LONG, "Mentions found.", "mentions"),
    Field("index.mentions", LONG, "Mentions to index: held + dead.", "mentions"),
    Field("index.held", LONG, "Mentions that the index holds.", "mentions"),
    Field("index.dead", LONG, "Mentions that could not be indexed.", "mentions"),
)

LINK = (
    Field("@timestamp", DATE, "When the link was made."),
    Field("customer", KEYWORD, "The customer's id."),
    Field("platform", KEYWORD, "The account's platform."),
    Field("account", KEYWORD, "The account: `author.id` of its mentions."),
    Field("type", KEYWORD, "What kind of evidence there is."),
    Field("weight", FLOAT, "How sure the link is.", "0 to 1"),
    Field("evidence.file", KEYWORD, "The list that states the account."),
    Field("evidence.line", LONG, "Its line."),
    Field("evidence.column", KEYWORD, "Its column."),
    Field("evidence.kind", KEYWORD, "id or name."),
    Field("evidence.handle", KEYWORD, "Keyed pseudonym of the stated id or name."),
    Field("says", STORED, "The evidence in words."),
    Field("person", KEYWORD, "The person whom customer and account belong to."),
    Field("linked_by", KEYWORD, "Who made the link: import, tingfeng on other evidence, or a person."),
    Field("active", BOOLEAN, "Whether it holds."),
    Field("revoked_at", DATE, "When it was taken back."),
    Field("revoked_by", KEYWORD, "Who took it back."),
    Field("revoked_for", STORED, "Why, in words."),
)

LEVEL = (
    Field("@timestamp", DATE, "When the hour began with which the rule's window ended."),
    Field("rule", KEYWORD, "The rule that counts."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("counted", LONG, "Negative mentions of the window.", "mentions"),
    Field("usual", FLOAT, "The median of the windows before it; absent where there are too few.", "mentions"),
    Field("threshold", FLOAT, "How many it takes to fire.", "mentions"),
)

DARK = (
    Field("@timestamp", DATE, "When the day began."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("platform", KEYWORD, "The family of sites."),
    Field("routes", KEYWORD, "The ways by which its posts were come upon, such as search and profile."),
    Field("seen", LONG, "Posts that any of these routes came upon.", "posts"),
    Field("recaught", LONG, "Posts that two of them or more came upon.", "posts"),
    Field("figure", FLOAT, "How many there are, estimated; absent where it is refused.", "posts"),
    Field("low", FLOAT, "Low end of its 95 % interval.", "posts"),
    Field("high", FLOAT, "High end of its 95 % interval.", "posts"),
    Field("refused", KEYWORD, "Why there is no estimate: few_routes, small_overlap or wide_interval."),
    Field("hours_left_out", LONG, "Hours in which every route was shut: nothing is known of them.", "hours"),
)

NOTE = (
    Field("@timestamp", DATE, "When it happened."),
    Field("text", KEYWORD, "What happened, in a sentence."),
    Field("brand", KEYWORD, "The brands that it touches, by their ids."),
    Field("author", KEYWORD, "Who says so."),
)

NAMED = (
    Field("platform", KEYWORD, "The platform of an account that appears by name."),
    Field("account", KEYWORD, "`author.id` of its mentions."),
    Field("key", KEYWORD, "A keyed digest of the pseudonym of its id, by which stated ids find it."),
    Field("names", KEYWORD, "Keyed digests of the pseudonyms of all names that it ever had."),
)

STATE = (
    Field("purpose", KEYWORD, "What is going on: rebuild, backup or restore."),
    Field("owner", KEYWORD, "The process that does it."),
    Field("host", KEYWORD, "Its machine."),
    Field("pid", LONG, "Its process id."),
    Field("expires_at", LONG, "When it counts as dead unless it says otherwise.", "ms since 1970"),
    Field("exchanging", BOOLEAN, "Whether writes are held back while the aliases change."),
)
