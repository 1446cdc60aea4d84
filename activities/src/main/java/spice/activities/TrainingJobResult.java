package spice.activities;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.model.UpdateReport;
import spice.store.BlobRef;

/// What a training job leaves in the store, created last, when all that it names is there.
///
/// @param format of this record
/// @param job SHA-256 of the [TrainingJob] that it is the result of
/// @param files the weights' files, which take the place of the parent's; its other files stay
/// @param optimizer AdamW's state after the last update
/// @param reports of the updates, in order
/// @param diverged in words, if the gradient was not finite: then there are no files
record TrainingJobResult(
        int format,
        String job,
        @JsonSetter(nulls = Nulls.AS_EMPTY) Map<String, BlobRef> files,
        Optional<BlobRef> optimizer,
        @JsonSetter(nulls = Nulls.AS_EMPTY) List<UpdateReport> reports,
        Optional<String> diverged) {
    TrainingJobResult {
        files = Map.copyOf(files);
        reports = List.copyOf(reports);
    }
}
