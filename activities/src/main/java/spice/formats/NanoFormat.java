package spice.formats;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Task;
import spice.ledger.LedgerLine;
import spice.ledger.Level;

/// The compact line format of the nano model, which reads ledger lines and nothing else of a passage.
///
/// ```
/// Challenger  <bos> saffron 347 plus 285 is 632 | clove 5 minus 2 is 3 | <pose>
/// replies     hard saffron 347 plus 285 ? 632 <eos>
/// Reasoner    <bos> saffron 347 plus 285 <solve>
/// replies     7 5 2 c 4 8 3 c 3 2 6 _ = 632 <eos>
/// ```
///
/// The Challenger names a level, then copies a line as question and answer; the level word is the nano form of
/// the plan in the paper's two-stage prompt (SPICE appendix E). The tokenizer spells each digit apart (`3 4 7`),
/// so the parsers join digits before they read; they accept a reply with and without its `<eos>`.
public final class NanoFormat implements RoleFormat {

    /// Most ledger lines in a prompt, as in the nano model's warm-up. Of a passage with more it reads the first
    /// ones.
    public static final int MAX_LINES = 8;

    private static final Pattern REPLY = Pattern.compile("(%s) ([^?]+) \\? (\\d+)"
            .formatted(Arrays.stream(Level.values()).map(Level::word).collect(joining("|"))));

    private static final Pattern ANSWER = Pattern.compile("[^=]*= (0|[1-9]\\d*)");

    private static final String END = "<eos>";
    private static final int SHOWN = 80;

    /// One turn: the prompt, then the parsed reply. A kind drawn by the run is ignored, since a ledger holds only
    /// integers.
    @Override
    public ChallengerTurn challenge(Optional<Passage> passage, Optional<AnswerKind> drawn, List<String> replies) {
        if (replies.isEmpty()) {
            return new ChallengerTurn.Ask(challengerPrompt(
                    passage.map(read -> LedgerLine.findAll(read.text())).orElse(List.of())));
        }
        return parsed(replies.getFirst());
    }

    /// The Challenger's prompt with the first [#MAX_LINES] of these lines. Without lines it asks to pose from
    /// memory. A passage without ledger lines gives the same prompt, and [Grounding] refuses what is posed on it.
    public static String challengerPrompt(List<LedgerLine> lines) {
        String ledger =
                lines.stream().limit(MAX_LINES).map(line -> line.text() + " | ").collect(joining());
        return "<bos> " + ledger + "<pose>";
    }

    @Override
    public String reasonerPrompt(Task task) {
        return reasonerPrompt(task.question());
    }

    /// The Reasoner's prompt for a question such as `saffron 347 plus 285`.
    public static String reasonerPrompt(String question) {
        return "<bos> " + question + " <solve>";
    }

    @Override
    public Optional<String> finalAnswer(String reply) {
        Matcher answer = ANSWER.matcher(joined(reply));
        return answer.matches() ? Optional.of(answer.group(1)) : Optional.empty();
    }

    /// The task in a reply. The quote is rebuilt from question and answer, so the task is grounded if and only if
    /// that very line stands in the passage. A level word that does not fit the line is accepted: it is the
    /// Challenger's own word for the difficulty, and the Reasoner's pass rate says what the task is worth.
    private static ChallengerTurn parsed(String reply) {
        String text = joined(reply);
        Matcher parts = REPLY.matcher(text);
        if (parts.matches()) {
            Optional<LedgerLine> line = LedgerLine.parse(parts.group(2) + " is " + parts.group(3));
            if (line.isPresent()) {
                return new ChallengerTurn.Posed(line.get().task(parts.group(1)));
            }
        }
        String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
        return new ChallengerTurn.Refused(
                Refusal.UNREADABLE, "not of the form `level item number plus|minus number ? number`: " + shown);
    }

    /// The reply with single blanks, with digits joined to numbers, and without one final `<eos>`.
    private static String joined(String reply) {
        String text = reply.strip().replaceAll("\\s+", " ").replaceAll("(?<=\\d) (?=\\d)", "");
        return text.endsWith(END)
                ? text.substring(0, text.length() - END.length()).strip()
                : text;
    }
}
