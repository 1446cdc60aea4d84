package spice.training;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.model.UpdateReport;
import spice.store.BlobRef;

/// A training job's result. The job creates it last, when all that it names is in the store.
///
/// @param format of this record, as in [TrainingJob]
/// @param job SHA-256 of the [TrainingJob] that this is the result of
/// @param files weight files, which replace those of the parent; its other files stay
/// @param optimizer AdamW's state after the last update
/// @param reports of the updates, in order
/// @param diverged what went wrong if the gradient was not finite; then there are no files
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
