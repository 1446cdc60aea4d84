package spice.roles;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import spice.domain.Refusal;
import spice.domain.Repair;

/// What the Challenger posed on one document.
///
/// @param position in the iteration's draw, from 0
/// @param posed attempts in all rounds
/// @param valid how many of them are tasks
/// @param refusals the other attempts, counted by reason
/// @param repairs what reading the replies repaired, counted by kind; not written if empty
/// @param group the subsample that is scored and learned from
public record PosedDocument(
        @JsonProperty("document") int position,
        int posed,
        int valid,
        Map<Refusal, Integer> refusals,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Repair, Integer> repairs,
        List<PosedTask> group) {
    public PosedDocument {
        refusals = Map.copyOf(refusals);
        repairs = repairs == null ? Map.of() : Map.copyOf(repairs);
        group = List.copyOf(group);
    }

    /// The id of a task of this document's group.
    public TaskId id(PosedTask task) {
        return new TaskId(position, task.number());
    }
}
