package spice.verify;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// Reads an answer that names one of four options by its letter, its text, or both.
final class ChoiceAnswer {
    static final String LETTERS = "ABCD";

    /// `B`, `b`, `(B)`, `[b]`, `B)`, `B.`, `B:`.
    private static final Pattern LETTER = Pattern.compile("[(\\[]?([A-Da-d])[)\\].:]*");

    /// A letter with a mark, and the text after it: `B) text`, `(b) text`, `B. text`, `B: text`.
    private static final Pattern LABELLED = Pattern.compile("[(\\[]?([A-Da-d])[)\\].:]+(.*)", Pattern.DOTALL);

    /// Words that lead to the answer: `Option B`, `The correct answer is (B)`.
    private static final Pattern LEAD = Pattern.compile(
            "(?:the\\s+)?(?:(?:correct|right|final|best)\\s+)?(?:answer|option|choice)(?:\\s+is)?\\s*[:=]?\\s*(?:option\\s+)?(?=[(\\[]?[A-Da-d]\\b)",
            Pattern.CASE_INSENSITIVE);

    /// A second letter behind the first, which makes a hedge of both: `B) or C)`.
    private static final Pattern HEDGE = Pattern.compile(
            "[)\\].:\\s]*(?:\\bor\\b|\\band\\b|[/,&])\\s*[(\\[]?[A-Da-d](?:[)\\].:].*|\\s*)", Pattern.DOTALL);

    /// A letter without a mark, which may also be an article: `A text`.
    private static final Pattern UNMARKED = Pattern.compile("([A-Da-d])\\s+(.*)", Pattern.DOTALL);

    private ChoiceAnswer() {}

    /// The letter, in upper case, that the answer names, if it names exactly one. Tries in this order: a letter
    /// alone; the text of exactly one option; a marked letter, unless the text of another option follows; an
    /// unmarked letter with its own option's text.
    static Optional<String> letter(String answer, List<String> options) {
        String bare = AnswerText.bare(answer);
        Matcher lead = LEAD.matcher(bare);
        bare = lead.lookingAt() ? bare.substring(lead.end()) : bare;
        Matcher letter = LETTER.matcher(bare);
        if (letter.matches()) {
            return Optional.of(upper(letter));
        }
        Optional<String> byText = byText(bare, options);
        if (byText.isPresent()) {
            return byText;
        }
        Matcher labelled = LABELLED.matcher(bare);
        if (labelled.matches()) {
            String label = upper(labelled);
            if (HEDGE.matcher(labelled.group(2)).matches()) {
                return Optional.empty();
            }
            return Optional.of(label).filter(byText(labelled.group(2), options).orElse(label)::equals);
        }
        Matcher unmarked = UNMARKED.matcher(bare);
        return unmarked.matches()
                ? byText(unmarked.group(2), options).filter(upper(unmarked)::equals)
                : Optional.empty();
    }

    static String letterOf(int option) {
        return LETTERS.substring(option, option + 1);
    }

    private static Optional<String> byText(String text, List<String> options) {
        String folded = Wording.folded(text);
        List<String> equal = IntStream.range(0, options.size())
                .filter(option ->
                        Wording.folded(AnswerText.bare(options.get(option))).equals(folded))
                .mapToObj(ChoiceAnswer::letterOf)
                .toList();
        return equal.size() == 1 ? Optional.of(equal.getFirst()) : Optional.empty();
    }

    private static String upper(Matcher matcher) {
        return matcher.group(1).toUpperCase(Locale.ROOT);
    }
}
