"""The fields of stories, one document a story and brand, of the accounts that speak of a brand, and what both count."""

from indexing.elasticsearch.field import BOOLEAN, DATE, FLOAT, KEYWORD, LONG, STORED, Field

__all__ = ["ACCOUNT", "ANSWER", "COUNTED", "REACHED", "RETRACTED", "STORY"]

COORDINATION = (
    Field("coordination.score", FLOAT, "How much it looks arranged: the weighted parts below.", "0 to 1"),
    Field("coordination.copies", FLOAT, "Part: copies that came in bursts.", "0 to 1"),
    Field("coordination.rhythm", FLOAT, "Part: intervals too even for people.", "0 to 1"),
    Field("coordination.names", FLOAT, "Part: accounts with names as a machine gives them.", "0 to 1"),
    Field("coordination.accounts", FLOAT, "Part: accounts without followers, verification or a past.", "0 to 1"),
)
"""The 水军 score and its parts."""

STORY = (
    Field("@timestamp", DATE, "When its first mention was published."),
    Field("story", KEYWORD, "The story's id, the same for all brands that it touches."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("title", STORED, "The origin's text, cut."),
    Field("origin.mention", KEYWORD, "The first mention's id."),
    Field("origin.author", KEYWORD, "Its author as the index shows it."),
    Field("origin.platform", KEYWORD, "Its platform."),
    Field("first_mover", KEYWORD, "Who passed it on first."),
    Field("platforms", KEYWORD, "Every platform that it reached."),
    Field("last_at", DATE, "When its newest mention was published."),
    Field("mentions", LONG, "All its mentions.", "mentions"),
    Field("reposts", LONG, "Those that repost or answer another one.", "mentions"),
    Field("copies", LONG, "Those that say the same without naming their source.", "mentions"),
    Field("authors", LONG, "Different accounts.", "accounts"),
    Field("authors_known", LONG, "Those whose followers the platform shows.", "accounts"),
    Field("reach", LONG, "Followers of these, each account counted once; absent where none shows them.", "accounts"),
    Field("engagement", LONG, "互动量 of all its mentions.", "times"),
    Field("negative", LONG, "Negative mentions.", "mentions"),
    Field("neutral", LONG, "Neutral mentions.", "mentions"),
    Field("positive", LONG, "Positive mentions.", "mentions"),
    Field("edited", LONG, "Mentions that their authors have changed since.", "mentions"),
    Field("deleted", LONG, "Mentions that the platform says are gone.", "mentions"),
    Field("spreaders", KEYWORD, "Its farthest-reaching accounts but the origin's, as they came to speak."),
    Field("growth", FLOAT, "Mentions of its last hour over those of the hour before."),
    Field("answerable", BOOLEAN, "Whether the brand has an account of its own on a platform that it reached."),
    Field("replied_at", DATE, "When the brand's own account first answered it."),
    Field("seconds_to_reply", LONG, "From its first mention to that answer.", "seconds"),
    *COORDINATION,
    Field("updated_at", DATE, "When these figures were made."),
)

ACCOUNT = (
    Field("@timestamp", DATE, "When the account was last seen to speak of a brand."),
    Field("first_at", DATE, "When it was first seen to speak of one."),
    Field("account", KEYWORD, "The account: `author.id` of its mentions."),
    Field("name", KEYWORD, "`author.name` of its mentions."),
    Field("platform", KEYWORD, "Its platform."),
    Field("brand", KEYWORD, "The brands that it speaks of."),
    Field("mentions", LONG, "Its mentions.", "mentions"),
    Field("originals", LONG, "Those that are neither reposts nor copies.", "mentions"),
    Field("stories", LONG, "Stories that it speaks in.", "stories"),
    Field("followers", LONG, "Its followers when they were last seen; absent where they never were.", "accounts"),
    Field("engagement", LONG, "互动量 of its mentions.", "times"),
    *COORDINATION,
    Field("updated_at", DATE, "When these figures were made."),
)

COUNTED = (
    Field("mention", KEYWORD, "The mention's id."),
    Field("post_id", KEYWORD, "Its post."),
    Field("story", KEYWORD, "Its story."),
    Field("brand", KEYWORD, "Its brand."),
    Field("role", KEYWORD, "Its part in the story."),
    Field("at", DATE, "When it was published."),
    Field("platform", KEYWORD, "Its platform."),
    Field("label", KEYWORD, "negative, neutral or positive."),
    Field("author", KEYWORD, "`author.id` of the mention."),
    Field("name", KEYWORD, "`author.name` of the mention."),
    Field("followers", LONG, "Followers at the fetch.", "accounts"),
    Field("verified", BOOLEAN, "Whether the platform has verified the account."),
    Field("digits", FLOAT, "Digits among the characters of the account's own name.", "0 to 1"),
    Field("engagement", LONG, "互动量.", "times"),
    Field("words", KEYWORD, "A hash of the whole text; absent where it is too short to say something."),
    Field("edited", BOOLEAN, "Whether its author has changed it."),
    Field("deleted", BOOLEAN, "Whether the platform says that it is gone."),
    Field("page", LONG, "Version of the page that was counted.", "ms since 1970"),
    Field("telling", KEYWORD, "The document of tingfeng-stories that it counts for."),
    Field("account", KEYWORD, "The document of tingfeng-accounts that it counts for."),
    Field("left", KEYWORD, "Documents of tingfeng-accounts that it counted for before: its author's id has changed."),
    Field("seat", KEYWORD, "The story and the account."),
    Field("told", BOOLEAN, "Whether its story has a document: a second post is in it, or the brand has answered."),
    Field("voice", BOOLEAN, "Whether it stands for its account in its story and brand: the newest, followers known."),
    Field("joined", BOOLEAN, "Whether it is the one by which its account counts as being in this told story."),
    Field("burst", BOOLEAN, "Whether three accounts said its very words in the story within ten minutes."),
    Field("gap", LONG, "Time since the story's moment before it, in half powers of two of a second."),
    Field("pace", LONG, "Time since its account's moment before it, likewise."),
)
"""Each mention as the figures count it; what depends on others stands beside it, so that all figures are sums."""

ANSWER = (
    Field("post_id", KEYWORD, "The answer itself, which is no mention."),
    Field("root", KEYWORD, "`post_id` of the conversation's first post."),
    Field("brand", KEYWORD, "The brand whose own account answers."),
    Field("account", KEYWORD, "That account, its platform before it."),
    Field("at", DATE, "When it answered."),
    Field("story", KEYWORD, "The story answered; absent while nobody has seen the first post."),
    Field("telling", KEYWORD, "The document of tingfeng-stories that it counts for."),
)

RETRACTED = (
    Field("at", DATE, "When it left the index."),
    Field("telling", KEYWORD, "The document of tingfeng-stories that it counted for."),
    Field("account", KEYWORD, "The document of tingfeng-accounts that it counted for."),
)
"""Each mention that a newer analysis no longer makes, by its id."""

REACHED = (
    Field("reader", KEYWORD, "Who reads the changes of an index."),
    Field("seq_no", LONG, "The last write that the reader has worked through."),
)
