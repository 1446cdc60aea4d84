package spice.domain;

import com.fasterxml.jackson.annotation.JsonProperty;

/// The kind of answer that a task asks for (SPICE §2.2): a letter of four options, or one of three free forms.
public enum AnswerKind {
    /// One letter of A to D; the task carries four options.
    @JsonProperty("choice")
    CHOICE,
    /// A whole number without decimals.
    @JsonProperty("integer")
    INTEGER,
    /// A number or an arithmetic expression in standard notation, compared by value.
    @JsonProperty("expression")
    EXPRESSION,
    /// At most three words, compared after folding case, composed accents and white space.
    @JsonProperty("string")
    STRING
}
