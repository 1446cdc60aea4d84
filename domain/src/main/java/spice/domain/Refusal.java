package spice.domain;

/// Why a posed task is not valid. The paper asks for form alone (§2.2); the last four rules are our grounding,
/// without which self-play collapses at this scale (docs/algorithm.md).
public enum Refusal {
    /// The reply does not parse as the format asks.
    UNREADABLE,
    /// The reply was cut off at the token limit.
    CUT_OFF,
    /// The Challenger declined: empty question or answer.
    DECLINED,
    /// The format selection names both forms, none, or an unknown answer type.
    KIND,
    /// A choice without four different options, or whose letter is not one of A to D.
    OPTIONS,
    /// The answer is not of its kind: no integer, no expression, more than three words, too long.
    ANSWER_TYPE,
    /// The question speaks of "the text" or "the passage", which the Reasoner never sees.
    MENTIONS_DOCUMENT,
    /// Rule `quoted`: a quote does not stand in the passage.
    QUOTE_NOT_IN_DOCUMENT,
    /// Rule `quoted`: no quote holds the answer.
    ANSWER_NOT_IN_QUOTE,
    /// Rule `derived`: an operand of the derivation is not in any quote.
    OPERAND_NOT_QUOTED,
    /// Rule `derived`: the derivation does not give the answer.
    DERIVATION
}
