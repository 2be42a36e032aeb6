"""The fields of the labelling room: the mentions that were drawn for it, and what came of each sample."""

from indexing.elasticsearch.field import DATE, FLOAT, KEYWORD, LONG, Field

__all__ = ["QUALITY", "SAMPLED"]

SAMPLED = (
    Field("@timestamp", DATE, "When the sample was drawn."),
    Field("sample", KEYWORD, "The sample that the mention was drawn for."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("mention", KEYWORD, "The mention's id."),
    Field("place", LONG, "Its place in the sample, from 1."),
    Field("of", LONG, "How many were drawn in all.", "mentions"),
    Field("stratum", KEYWORD, "What it was drawn among: label, probability and platform."),
    Field("weight", FLOAT, "For how many mentions of the stratum it stands.", "mentions"),
    Field("predicted", KEYWORD, "The engine's label when it was drawn, which nobody sees who labels it."),
    Field("probability", FLOAT, "Of that label.", "0 to 1"),
    Field("model", KEYWORD, "The model that gave it."),
    Field("given.label", KEYWORD, "negative, neutral, positive or unrelated: in the order in which they were given."),
    Field("given.by", KEYWORD, "Who gave it, beside each."),
    Field("given.at", DATE, "When, beside each."),
    Field("settled", KEYWORD, "What two agreed on, or a third said where they did not."),
    Field("settled_by", KEYWORD, "Who that was."),
)

QUALITY = (
    Field("@timestamp", DATE, "When it was last counted."),
    Field("sample", KEYWORD, "The sample."),
    Field("brand", KEYWORD, "The brand's id."),
    Field("model", KEYWORD, "The model whose labels were drawn."),
    Field("since", DATE, "The first day of the mentions that it was drawn from."),
    Field("until", DATE, "The day after the last."),
    Field("mentions", LONG, "Mentions that it was drawn from.", "mentions"),
    Field("drawn", LONG, "Mentions that were drawn.", "mentions"),
    Field("settled", LONG, "Those whose label is settled.", "mentions"),
    Field("right", FLOAT, "Share of the brand's mentions whose engine's label is right, strata weighted.", "0 to 1"),
    Field("right_low", FLOAT, "Low end of its 95 % interval.", "0 to 1"),
    Field("right_high", FLOAT, "High end.", "0 to 1"),
    Field("sure", FLOAT, "The same of the labels `negative` with a probability of 0.8 and more.", "0 to 1"),
    Field("sure_low", FLOAT, "Low end.", "0 to 1"),
    Field("sure_high", FLOAT, "High end.", "0 to 1"),
    Field("sure_settled", LONG, "How many of these are settled.", "mentions"),
    Field("unrelated", FLOAT, "Share of the mentions that do not speak of the brand at all.", "0 to 1"),
    Field("both", LONG, "Mentions that two people labelled, blind to each other.", "mentions"),
    Field("kappa", FLOAT, "Cohen's kappa of the two: agreement beyond chance.", "-1 to 1"),
    Field("kappa_low", FLOAT, "Low end of its 95 % interval.", "-1 to 1"),
    Field("kappa_high", FLOAT, "High end.", "-1 to 1"),
)
