package spice.chat;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Texts that a tokenizer takes for more than their letters, such as `<|im_end|>`: whoever writes them into a
/// document could end the user's turn.
final class Marks {
    private final Optional<Pattern> any;

    private Marks(Optional<Pattern> any) {
        this.any = any;
    }

    static Marks of(Collection<String> marks) {
        String longestFirst = marks.stream()
                .filter(mark -> mark.length() > 1)
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        return new Marks(longestFirst.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(longestFirst)));
    }

    /// The text with a blank in every mark, behind its first character: `< |im_end|>`. Until there is none: a blank
    /// may make another mark.
    String defused(String text) {
        if (any.isEmpty()) {
            return text;
        }
        String defused = text;
        Matcher mark = any.get().matcher(defused);
        while (mark.find()) {
            defused = mark.replaceAll(found -> Matcher.quoteReplacement(
                    found.group().substring(0, 1) + " " + found.group().substring(1)));
            mark = any.get().matcher(defused);
        }
        return defused;
    }
}
