package spice.ledger;

import static spice.domain.Check.require;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.domain.AnswerKind;
import spice.domain.Task;

/// One line of a ledger, such as `saffron 347 plus 285 is 632`.
///
/// @param item a word of [#ITEMS]
/// @param left one to four digits; not smaller than `right` when subtracting
/// @param right one to four digits
/// @param result as written; in a document, the true result
public record LedgerLine(String item, int left, Operation operation, int right, int result) {

    /// The goods of the merchant.
    public static final List<String> ITEMS =
            List.of("saffron", "pepper", "clove", "cumin", "nutmeg", "mace", "sumac", "anise");

    private static final String NUMBER = "(0|[1-9]\\d{0,5})";

    /// A ledger line anywhere in a text, white space folded.
    public static final Pattern PATTERN = Pattern.compile("\\b(%s)\\s+%s\\s+(plus|minus)\\s+%s\\s+is\\s+%s\\b"
            .formatted(String.join("|", ITEMS), NUMBER, NUMBER, NUMBER));

    public LedgerLine {
        require(ITEMS.contains(item), "the merchant has no %s", item);
        require(left >= 0 && right >= 0, "a ledger has no negative amounts, got %d and %d", left, right);
    }

    /// The line with its true result.
    public static LedgerLine of(String item, int left, Operation operation, int right) {
        return new LedgerLine(item, left, operation, right, operation.apply(left, right));
    }

    /// Parses a text that is exactly one line; empty if it is not.
    public static Optional<LedgerLine> parse(String text) {
        Matcher line = PATTERN.matcher(text.strip());
        return line.matches() ? Optional.of(of(line)) : Optional.empty();
    }

    /// All ledger lines in a text, in order; prose between them is ignored.
    public static List<LedgerLine> findAll(String text) {
        return PATTERN.matcher(text).results().map(LedgerLine::of).toList();
    }

    private static LedgerLine of(MatchResult line) {
        return new LedgerLine(
                line.group(1),
                Integer.parseInt(line.group(2)),
                Operation.valueOf(line.group(3).toUpperCase(Locale.ROOT)),
                Integer.parseInt(line.group(4)),
                Integer.parseInt(line.group(5)));
    }

    /// The question: the line up to its result.
    public String question() {
        return "%s %d %s %d".formatted(item, left, operation.word(), right);
    }

    /// The line as written in a document.
    public String text() {
        return "%s is %d".formatted(question(), result);
    }

    /// The number of carries or borrows on the way to the true result, which makes a line hard.
    public int carries() {
        int carry = 0;
        int count = 0;
        for (int a = left, b = right; a > 0 || b > 0; a /= 10, b /= 10) {
            boolean carries = operation.carries(operation.apply(operation.apply(a % 10, b % 10), carry));
            carry = carries ? 1 : 0;
            count += carry;
        }
        return count;
    }

    /// The task to compute this line, with its result as the answer and the line itself as the quote.
    ///
    /// @param difficulty a word for how hard the task is, chosen by whoever poses it
    public Task task(String difficulty) {
        return new Task(
                AnswerKind.INTEGER, question(), List.of(), Integer.toString(result), List.of(text()), "", difficulty);
    }

    /// The difficulty of the line.
    public Level level() {
        return switch (carries()) {
            case 0 -> Level.EASY;
            case 1 -> Level.SOME;
            default -> Level.HARD;
        };
    }
}
