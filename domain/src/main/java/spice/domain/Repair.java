package spice.domain;

/// What had to be put right in a reply of the Challenger before it could be read. A repaired reply counts as any
/// other, rewards included; how many there were says how well the model keeps to the form.
public enum Repair {
    /// Thoughts before the reply, up to `</think>`, were left out. Models that think are made to; it is counted all
    /// the same.
    THOUGHTS,
    /// A code fence stood around the object.
    FENCE,
    /// Other text stood before or behind it.
    SURROUNDINGS,
    /// A comma stood before a closing bracket.
    TRAILING_COMMA,
    /// The object held comments.
    COMMENT,
    /// Texts or keys stood in single quotes, or keys in none.
    QUOTES,
    /// A text held line ends or tabs as they are.
    CONTROL_CHARACTERS,
    /// A backslash stood before a character that needs none.
    ESCAPES,
    /// `True`, `False` or `None` stood for JSON's words.
    LITERALS,
    /// The last closing brackets were missing, and nothing else.
    UNCLOSED,
    /// There were keys that were not asked for.
    KEYS,
    /// A value was of another type and reads as the right one: `"true"`, a number for a text, a text for a list.
    TYPES
}
