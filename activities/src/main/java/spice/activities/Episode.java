package spice.activities;

import java.util.List;

/// A finished sequence with what it earned, before the update batch gives it its weight.
///
/// @param dialogue empty where the advantage is 0: such a sequence teaches nothing, but counts in its role's mean
record Episode(Role role, List<Span> dialogue, double advantage) {
    Episode {
        dialogue = advantage == 0 ? List.of() : List.copyOf(dialogue);
    }
}
