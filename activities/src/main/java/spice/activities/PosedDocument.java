package spice.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import spice.domain.Refusal;
import spice.domain.Repair;

/// What the Challenger made of one document.
///
/// @param document position in the iteration's draw, from 0
/// @param posed attempts in all rounds
/// @param valid of them
/// @param refusals of the others, by reason
/// @param repairs of replies that were read, by kind; not written where there were none
/// @param group the subsample that is scored and learned from
record PosedDocument(
        int document,
        int posed,
        int valid,
        Map<Refusal, Integer> refusals,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Repair, Integer> repairs,
        List<PosedTask> group) {
    PosedDocument {
        refusals = Map.copyOf(refusals);
        repairs = repairs == null ? Map.of() : Map.copyOf(repairs);
        group = List.copyOf(group);
    }
}
