package spice.activities;

import java.util.List;
import java.util.Map;
import spice.domain.Refusal;

/// What the Challenger made of one document.
///
/// @param document position in the iteration's draw, from 0
/// @param posed attempts in all rounds
/// @param valid of them
/// @param refusals of the others, by reason
/// @param group the subsample that is scored and learned from
record PosedDocument(int document, int posed, int valid, Map<Refusal, Integer> refusals, List<PosedTask> group) {
    PosedDocument {
        refusals = Map.copyOf(refusals);
        group = List.copyOf(group);
    }
}
