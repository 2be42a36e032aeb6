"""The fields of topics: what each day's words are, beyond the brand's own past."""

from indexing.elasticsearch.field import DATE, FLOAT, KEYWORD, LONG, Field

__all__ = ["TOPIC"]

TOPIC = (
    Field("@timestamp", DATE, "The day's midnight in Asia/Shanghai."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("what", KEYWORD, "topic, or word for a single hot word."),
    Field("topic", KEYWORD, "The topic's id, the same every day for as long as it is spoken of."),
    Field("name", KEYWORD, "What it is called: the words of its first day; of a hot word the word."),
    Field("words", KEYWORD, "The words that make it this day, the most significant first."),
    Field("mentions", LONG, "Mentions of the day that speak of it.", "mentions"),
    Field("negative", LONG, "Negative ones among them.", "mentions"),
    Field("usual", FLOAT, "How many there would be if the day were like the 28 before.", "mentions"),
    Field("significance", FLOAT, "Log-likelihood ratio of that; 10.8 happens by chance once in a thousand."),
    Field("written_at", DATE, "When it was counted last."),
    Field("first_at", DATE, "The day on which it was met first."),
)
