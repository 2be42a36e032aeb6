"""The fields of a mention in the index: what each means, its unit, and who writes it."""

from dataclasses import replace

from indexing.elasticsearch.field import ADDRESS, BOOLEAN, DATE, FLOAT, KEYWORD, LONG, TEXT, Field, Writer

__all__ = ["ENGAGEMENT_COUNTS", "MENTION"]

ENGAGEMENT_COUNTS = (
    Field("engagement.reposts", LONG, "Reposts.", "times"),
    Field("engagement.comments", LONG, "Comments.", "times"),
    Field("engagement.likes", LONG, "Likes.", "times"),
    Field("engagement.views", LONG, "Views.", "times"),
    Field("engagement.favourites", LONG, "Times kept by readers.", "times"),
    Field("engagement.shares", LONG, "Times passed on.", "times"),
    Field("engagement.coins", LONG, "Coins given.", "coins"),
    Field("engagement.danmaku", LONG, "Comments that fly over the video.", "times"),
    Field("engagement.wows", LONG, "在看: times recommended to friends.", "times"),
    Field("engagement.total", LONG, "互动量: the counts that docs/metrics.md adds up for the platform.", "times"),
)
"""Public counts at the fetch."""
_PAGE = (
    Field("@timestamp", DATE, "When the post was published, as exactly as `time_precision` says."),
    Field("post_id", KEYWORD, "Platform, kind and native id: one value for all mentions in one post."),
    Field("platform", KEYWORD, "The family of sites, such as weibo."),
    Field("feed", KEYWORD, "The crawler that read the post."),
    Field("found_by", KEYWORD, "All crawlers that have come upon it, whichever read it last."),
    Field("site", KEYWORD, "The host or channel within the platform."),
    Field("kind", KEYWORD, "post, article, comment, repost or review."),
    Field("native_id", KEYWORD, "The platform's own id, unique within platform and kind."),
    Field("parent_id", KEYWORD, "Native id of what this answers or reposts."),
    Field("root_id", KEYWORD, "`post_id` of the conversation's first post; absent for a first post."),
    Field("url.full", ADDRESS, "Link to the public post."),
    Field("title", TEXT, "Title."),
    Field("text", TEXT, "Text as people read it, cut at 100,000 characters."),
    Field("author.id", KEYWORD, "The account's id; a pseudonym unless `author.named`."),
    Field("author.name", KEYWORD, "The account's name; 用户 and eight digits unless `author.named`."),
    Field("author.handle", KEYWORD, "What the account's name is found by: the name, or its pseudonym."),
    Field("author.named", BOOLEAN, "Whether the account appears by name: verified, organisation or 10,000 followers."),
    Field("author.url", ADDRESS, "The account's page; only if named."),
    Field("author.followers", LONG, "Followers at the fetch.", "accounts"),
    Field("author.verified", BOOLEAN, "Whether the platform has verified the account."),
    Field("author.verification", KEYWORD, "The platform's words for why; only if named."),
    Field("author.digits", FLOAT, "Digits among the characters of the account's own name, in tenths.", "0 to 1"),
    Field("author.organisation", BOOLEAN, "Whether a company, a medium or an office speaks."),
    Field("author.evidence", KEYWORD, "What accounts and customers are joined by: kinds and keyed digests."),
    *ENGAGEMENT_COUNTS,
    Field("rating", FLOAT, "The author's rating on the platform's scale.", "0 to 1"),
    Field("region", KEYWORD, "Where the platform says the author is."),
    Field("tags", KEYWORD, "Topics that the author set; the first 200."),
    Field("links", ADDRESS, "The pages that the post points to, without what says only who shared them; the first 20."),
    Field("pictures", ADDRESS, "The addresses of its pictures; the first 20."),
    Field("folded.author", KEYWORD, "What `author:` in a query compares: a keyed digest of the name."),
    Field("folded.region", KEYWORD, "What `region:` compares: the region without case, width and ways to write."),
    Field("folded.site", KEYWORD, "What `site:` compares."),
    Field("folded.tag", KEYWORD, "What `tag:` compares."),
    Field("language", KEYWORD, "Language as the platform states it."),
    Field("query", KEYWORD, "The feed's query that found the post last."),
    Field("run_id", KEYWORD, "The crawl run that found it last."),
    Field("time_precision", KEYWORD, "second, minute, hour, day, week, month, year or unknown."),
    Field("fetched_at", DATE, "When the page was read."),
    Field("edited_at", DATE, "When the author last changed the post."),
    Field("deleted_at", DATE, "When the platform first said that the post is gone."),
    Field("rank", LONG, "Place on the platform's hot list, from 1."),
    Field("synthetic", KEYWORD, "Fields that a replay made up because its source lacked them."),
    Field("writers.page", LONG, "Version of these fields: the fetch.", "ms since 1970"),
)
_ANALYSIS = (
    Field("brand", KEYWORD, "The brand's id: its file's name."),
    Field("matched_by", KEYWORD, "query, or root for an answer to a post that matched."),
    Field("matched", KEYWORD, "The terms that matched."),
    Field("sentiment.label", KEYWORD, "negative, neutral or positive: a person's label, else the engine's."),
    Field("sentiment.predicted", KEYWORD, "The engine's label."),
    Field("sentiment.score", FLOAT, "Positive minus negative.", "-1 to 1"),
    Field("sentiment.probability", FLOAT, "Of the engine's label.", "0 to 1"),
    Field("sentiment.engine", KEYWORD, "The engine that judged."),
    Field("sentiment.model", KEYWORD, "Its model's version."),
    Field("sentiment.target", KEYWORD, "The words asked about; absent where the whole post was judged."),
    Field("sentiment.why", KEYWORD, "The rule that decided in the model's stead, such as comparison."),
    Field("sentiment.before.negative", FLOAT, "What the engine gave it, before prior and `neutral`.", "0 to 1"),
    Field("sentiment.before.neutral", FLOAT, "The same; absent where nothing changed it.", "0 to 1"),
    Field("sentiment.before.positive", FLOAT, "The same.", "0 to 1"),
    Field("mood", KEYWORD, "negative, neutral or positive: the whole post, whomever it is about."),
    Field("mood_probability", FLOAT, "Of the mood.", "0 to 1"),
    Field("emotion", KEYWORD, "neutral, angry, happy, sad, fear or surprise: the author's, in the whole post."),
    Field("emotion_probability", FLOAT, "Of the emotion.", "0 to 1"),
    Field("intent", KEYWORD, "complaint, question, suggestion, purchase, praise, news or other."),
    Field("intent_probability", FLOAT, "Of the intent.", "0 to 1"),
    Field("speaker", KEYWORD, "partner, pgc (an organisation or a verified account) or ugc."),
    Field("entities", KEYWORD, "Other brands, firms and products that the post names, from a dictionary."),
    Field("keywords", KEYWORD, "Words that stand for the text, in simplified characters; the first 200."),
    Field("tokens", KEYWORD, "The text's words in their order, in simplified characters; the first 20,000."),
    Field("analysis", KEYWORD, "Version of all that made these fields."),
    Field("writers.analysed_page", LONG, "Version of the page that was analysed.", "ms since 1970"),
    Field("writers.analysis", LONG, "Version of these fields: the analysis.", "ms since 1970"),
)
_STORY = (
    Field("story.id", KEYWORD, "The story that the mention belongs to."),
    Field("story.role", KEYWORD, "Its part in it: origin, repost, reply or copy."),
    Field("story.keys", KEYWORD, "What copies are found by: a hash of the whole text and, of an origin, of its parts."),
    Field(
        "story.pictures",
        KEYWORD,
        "What its pictures look like, where config/pictures.yaml asks for it: 256 bits a look.",
    ),
    Field("story.picture_keys", KEYWORD, "What posts with an origin's pictures are found by: parts of these bits."),
    Field("writers.story", LONG, "Version of these fields.", "ms since 1970"),
)
_LINK = (
    Field("customer.id", KEYWORD, "The customer who speaks."),
    Field("customer.link", KEYWORD, "The link that says so."),
    Field("customer.weight", FLOAT, "How sure the link is.", "0 to 1"),
    Field("customer.person", KEYWORD, "The person whom the customer and the account belong to."),
    Field("customer.confidence", FLOAT, "How sure it is that this person speaks.", "0 to 1"),
    Field("customer.segment", KEYWORD, "The customer's segment."),
    Field("customer.value", KEYWORD, "The customer's band of value."),
    Field("writers.link", LONG, "Version of these fields.", "ms since 1970"),
)
_PERSON = (
    Field("correction.sentiment", KEYWORD, "The label that a person gave."),
    Field("correction.by", KEYWORD, "Who gave it."),
    Field("correction.at", DATE, "When."),
    Field("writers.person", LONG, "Version of these fields.", "ms since 1970"),
)
_SHARED = (Field("event.ingested", DATE, "When the mention first came into the index."),)


def _of(writer: Writer, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(replace(field, writer=writer) for field in fields)


MENTION = (
    *_SHARED,
    *_of(Writer.PAGE, _PAGE),
    *_of(Writer.ANALYSIS, _ANALYSIS),
    *_of(Writer.STORY, _STORY),
    *_of(Writer.LINK, _LINK),
    *_of(Writer.PERSON, _PERSON),
)
