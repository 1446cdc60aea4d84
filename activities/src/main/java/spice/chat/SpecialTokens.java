package spice.chat;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The texts of a tokenizer's special tokens, such as `<|im_end|>`. A document that contains one could end the
/// user's turn.
final class SpecialTokens {
    private static final int ROUNDS = 4;

    private final Optional<Pattern> any;

    private SpecialTokens(Optional<Pattern> any) {
        this.any = any;
    }

    static SpecialTokens of(Collection<String> marks) {
        String longestFirst = marks.stream()
                .filter(mark -> mark.length() > 1)
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return new SpecialTokens(
                longestFirst.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(longestFirst)));
    }

    /// The text with a blank after the first character of every special token: `< |im_end|>`. Repeats a few times,
    /// since a blank may create another special token. What is left then is cut out: a hostile tokenizer may have a
    /// token that blanks create again and again.
    String defused(String text) {
        if (any.isEmpty()) {
            return text;
        }
        String defused = text;
        Matcher mark = any.get().matcher(defused);
        for (int round = 0; mark.find(); round++) {
            defused = round < ROUNDS
                    ? mark.replaceAll(found -> Matcher.quoteReplacement(
                            found.group().substring(0, 1) + " " + found.group().substring(1)))
                    : mark.replaceAll("");
            mark = any.get().matcher(defused);
        }
        return defused;
    }
}
