package spice.formats;

import java.util.List;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Task;

/// The next turn of the Challenger's dialogue over one document.
public sealed interface ChallengerTurn {

    /// More text for the model, to which it replies.
    ///
    /// @param text follows everything said so far; special tokens are spelt as the tokenizer spells them
    record Ask(String text) implements ChallengerTurn {}

    /// The dialogue ended in a well-formed task; [Grounding] decides whether the passage supports it.
    ///
    /// @param repairs that reading the replies took
    record Posed(Task task, List<Repair> repairs) implements ChallengerTurn {
        public Posed {
            repairs = List.copyOf(repairs);
        }

        Posed(Task task) {
            this(task, List.of());
        }
    }

    /// The dialogue ended without a task.
    ///
    /// @param detail one line that names what was wrong, with the offending value cut to a readable length
    /// @param repairs that reading the replies took, as far as they were read
    record Refused(Refusal reason, String detail, List<Repair> repairs) implements ChallengerTurn {
        public Refused {
            repairs = List.copyOf(repairs);
        }

        public Refused(Refusal reason, String detail) {
            this(reason, detail, List.of());
        }

        /// This refusal with these repairs.
        public Refused after(List<Repair> made) {
            return new Refused(reason, detail, made);
        }
    }
}
