package spice.judging;

import java.util.List;
import spice.roles.Span;

/// A finished sequence with its advantage. Its update batch gives it a weight later.
///
/// @param dialogue empty where the advantage is 0: such a sequence teaches nothing, but counts in its role's mean
public record Episode(Role role, List<Span> dialogue, double advantage) {
    public Episode {
        dialogue = advantage == 0 ? List.of() : List.copyOf(dialogue);
    }
}
