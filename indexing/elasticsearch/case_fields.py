"""The fields of complaints as cases, with what happened to each."""

from indexing.elasticsearch.field import BOOLEAN, DATE, KEYWORD, LONG, STORED, Field

__all__ = ["CASE"]

CASE = (
    Field("@timestamp", DATE, "When its first mention was published."),
    Field("opened_at", DATE, "When the case was opened."),
    Field("pair", KEYWORD, "Keyed digest of customer and brand, of which one case is open at most."),
    Field("number", LONG, "Which case of the pair it is, from 1."),
    Field("customer", KEYWORD, "Whose complaint it is; absent once no mention is theirs any more."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("tier", KEYWORD, "The customer's tier when it was opened."),
    Field("value_band", KEYWORD, "The customer's value band when it was opened."),
    Field("state", KEYWORD, "new, assigned, answered, resolved or withdrawn."),
    Field("open", BOOLEAN, "Whether somebody still has to see to it."),
    Field("mentions", KEYWORD, "The mentions that it is about."),
    Field("left", KEYWORD, "Mentions that it was about before they were unlinked, judged anew, or gone."),
    Field("posts", KEYWORD, "`post_id` of those that began a conversation, by which public answers are found."),
    Field("count", LONG, "How many mentions it is about.", "mentions"),
    Field("last_at", DATE, "When its newest mention was published."),
    Field("assignee", KEYWORD, "Who sees to it."),
    Field("assigned_at", DATE, "When it was first given to somebody."),
    Field("answered_at", DATE, "When the customer was first answered."),
    Field("answered_by", KEYWORD, "By whom: a colleague, or the brand's own account in public."),
    Field("resolved_at", DATE, "When it was last resolved."),
    Field("reopened", LONG, "How often it was opened again.", "times"),
    Field("seconds_to_answer", LONG, "From the first mention to the first answer.", "seconds"),
    Field("seconds_to_resolve", LONG, "From the first mention to the last resolution.", "seconds"),
    Field("work_seconds_to_answer", LONG, "The same within working hours.", "seconds"),
    Field("work_seconds_to_resolve", LONG, "The same within working hours.", "seconds"),
    Field("events.at", DATE, "When something happened; nothing that happened is ever taken out."),
    Field("events.what", KEYWORD, "opened, joined, left, assigned, answered, resolved, reopened or withdrawn."),
    Field("events.by", KEYWORD, "Who did it; tingfeng for what follows from a mention."),
    Field("events.to", KEYWORD, "To whom it was given."),
    Field("events.mention", KEYWORD, "The mention that opened it, joined or left."),
    Field("events.note", STORED, "What was said of it, in words."),
)
