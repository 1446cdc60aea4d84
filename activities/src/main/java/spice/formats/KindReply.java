package spice.formats;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import spice.domain.AnswerKind;
import spice.domain.Refusal;
import spice.domain.Repair;

/// The Challenger's first reply: which form of question suits the document (SPICE Fig. 9).
final class KindReply {
    static final Set<String> KEYS = Set.of("suitable_for_mcq", "suitable_for_free_form", "best_answer_type", "reason");

    private static final Set<String> NEEDED = Set.of("suitable_for_mcq", "suitable_for_free_form");

    private static final Map<String, AnswerKind> TYPES =
            Map.of("Integer", AnswerKind.INTEGER, "Expression", AnswerKind.EXPRESSION, "String", AnswerKind.STRING);

    private KindReply() {}

    /// The chosen kind. The answer type of a multiple choice is ignored.
    ///
    /// @param repairs receives the repairs that the reply needed
    /// @throws RefusedReply `KIND` if not exactly one form is called suitable, or a free form's type is unknown
    static AnswerKind parse(String text, Collection<Repair> repairs) {
        JsonReply reply = JsonReply.parse(text, KEYS, NEEDED);
        try {
            return parsed(reply);
        } finally {
            repairs.addAll(reply.repairs());
        }
    }

    private static AnswerKind parsed(JsonReply reply) {
        boolean isChoice = reply.flag("suitable_for_mcq");
        if (isChoice == reply.flag("suitable_for_free_form")) {
            throw new RefusedReply(Refusal.KIND, isChoice ? "both forms are suitable" : "no form is suitable");
        }
        return isChoice ? AnswerKind.CHOICE : freeForm(reply.scalar("best_answer_type"));
    }

    /// @param type in any case
    /// @throws RefusedReply `KIND` if this is none of the paper's three types
    static AnswerKind freeForm(String type) {
        return TYPES.entrySet().stream()
                .filter(named -> named.getKey().equalsIgnoreCase(type))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new RefusedReply(Refusal.KIND, "unknown answer type: %s", type));
    }

    /// The paper's name for a free form.
    static String typeName(AnswerKind kind) {
        return TYPES.entrySet().stream()
                .filter(type -> type.getValue() == kind)
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
