package spice.roles;

import static java.util.stream.Collectors.groupingBy;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import spice.domain.Passage;
import spice.domain.Refusal;

/// A reply of the Challenger that is no task, for a person who wants to know why there is none.
///
/// @param document path of the document that was shown
/// @param detail the refusal in one line
/// @param replies of the dialogue, of which the last one was refused
public record RefusedReply(String document, Refusal refusal, String detail, List<String> replies) {
    private static final int SHOWN = 3;
    private static final int REPLY = 200;
    private static final int NAME = 80;

    /// The refused replies of the groups that were kept.
    ///
    /// @param passages what the documents' positions count
    public static Stream<RefusedReply> of(List<PosedDocument> posed, List<Passage> passages) {
        return posed.stream()
                .flatMap(document -> document.group().stream()
                        .flatMap(task -> task.refusal().stream()
                                .map(refusal -> new RefusedReply(
                                        passages.get(document.position()).source(),
                                        refusal,
                                        task.detail(),
                                        task.replies()))));
    }

    /// A few replies to read, each as a line. The most frequent reasons come first, and a reason comes twice only
    /// if there are not enough reasons.
    public static List<String> toRead(Stream<RefusedReply> replies) {
        Map<Refusal, List<RefusedReply>> byReason = replies.distinct().collect(groupingBy(RefusedReply::refusal));
        List<List<RefusedReply>> mostFirst = byReason.values().stream()
                .sorted(Comparator.<List<RefusedReply>>comparingInt(Collection::size)
                        .reversed()
                        .thenComparing(of -> of.getFirst().refusal()))
                .toList();
        return Stream.iterate(0, turn -> turn + 1)
                .limit(SHOWN)
                .flatMap(turn ->
                        mostFirst.stream().filter(of -> turn < of.size()).map(of -> of.get(turn)))
                .limit(SHOWN)
                .map(RefusedReply::line)
                .toList();
    }

    private String line() {
        return "%s, %s (%s): %s"
                .formatted(shown(document, NAME), refusal, shown(detail, REPLY), shown(replies.getLast(), REPLY));
    }

    /// The beginning of a text, harmless wherever a failure is read: control characters act on a terminal, and what
    /// is outside a code span acts as Markdown on the run's page.
    private static String shown(String text, int length) {
        String plain =
                text.strip().replaceAll("\\s+", " ").replaceAll("\\p{C}", "").replace('`', '\'');
        int[] beginning = plain.codePoints().limit(length).toArray();
        String shown = new String(beginning, 0, beginning.length);
        return shown.isEmpty() ? "nothing" : "`%s%s`".formatted(shown, shown.length() < plain.length() ? "…" : "");
    }
}
