package spice.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/// A run on the MLflow server.
///
/// @param status the name of a [MlflowStatus]
/// @param artifacts location of its files
record MlflowRun(String id, String status, String artifacts, Map<String, String> tags) {
    MlflowRun {
        tags = Map.copyOf(tags);
    }

    static MlflowRun of(JsonNode run) {
        Map<String, String> tags = new HashMap<>();
        run.at("/data/tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText()));
        return new MlflowRun(
                run.at("/info/run_id").asText(),
                run.at("/info/status").asText(),
                run.at("/info/artifact_uri").asText(),
                tags);
    }
}
