package spice.domain;

/// A correction that makes a Challenger's reply readable. A repaired reply counts as any other, rewards included.
/// The number of repairs shows how well the model keeps to the format.
public enum Repair {
    /// Removes the thoughts before the reply, up to `</think>`. They are counted although thinking models are
    /// trained to write them.
    THOUGHTS,
    /// Removes a code fence around the object.
    FENCE,
    /// Removes other text before or after the object.
    SURROUNDINGS,
    /// Removes a comma before a closing bracket.
    TRAILING_COMMA,
    /// Removes comments in the object.
    COMMENT,
    /// Accepts texts or keys in single quotes, and keys without quotes.
    QUOTES,
    /// Accepts unescaped line ends or tabs in a text.
    CONTROL_CHARACTERS,
    /// Reads a backslash as it is written, before LaTeX (`\times`, which JSON takes for a tab) and before a
    /// character that needs none.
    ESCAPES,
    /// Reads `True`, `False` and `None` as JSON's words.
    LITERALS,
    /// Adds the last closing brackets where nothing else is missing.
    UNCLOSED,
    /// Ignores keys that the format does not ask for, and does without those that nothing uses.
    KEYS,
    /// Converts a value of another type: `"true"` to a boolean, a number to a text, a text to a list, a list of one
    /// to its value.
    TYPES
}
