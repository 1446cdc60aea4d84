package spice.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import spice.store.Json;

/// The few calls of MLflow's REST API (2.0) that tracking needs. MLflow's own Java client stopped at an older
/// version and brings its own HTTP library.
///
/// All methods throw [MlflowException] if the server cannot be reached or refuses a call.
final class MlflowClient implements AutoCloseable {
    private static final ObjectMapper JSON = Json.mapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final String NO_SUCH = "RESOURCE_DOES_NOT_EXIST";
    private static final String EXISTS = "RESOURCE_ALREADY_EXISTS";
    private static final int PAGE = 1000;
    private static final int SHOWN = 300;
    /// Deadline of an upload of twenty megabytes.
    private static final Duration UPLOAD = Duration.ofMinutes(2);
    /// Scheme of artifact locations that the server itself serves.
    private static final String PROXIED = "mlflow-artifacts:";

    private static final int PLACE = 12;

    private final MlflowSettings settings;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .proxy(ProxySelector.getDefault())
            .build();

    MlflowClient(MlflowSettings settings) {
        this.settings = settings;
    }

    /// The value of a metric at a step.
    ///
    /// @param timestamp in milliseconds since 1970
    record Metric(String key, double value, long timestamp, long step) {}

    private record Answer(int status, JsonNode body) {
        boolean isRefusal(String code) {
            return body.path("error_code").asText().equals(code);
        }
    }

    /// The id of the experiment in the settings, which is created if it is missing.
    String experiment() {
        for (int tries = 0; tries < 2; tries++) {
            Answer found = get("experiments/get-by-name?experiment_name="
                    + URLEncoder.encode(settings.experiment(), StandardCharsets.UTF_8));
            if (found.status() == 200) {
                return found.body().at("/experiment/experiment_id").asText();
            }
            if (!found.isRefusal(NO_SUCH)) {
                throw refused("experiments/get-by-name", found);
            }
            Answer made = post("experiments/create", JSON.createObjectNode().put("name", settings.experiment()));
            if (made.status() == 200) {
                return made.body().path("experiment_id").asText();
            }
            if (!made.isRefusal(EXISTS)) {
                throw refused("experiments/create", made);
            }
        }
        throw new MlflowException("MLflow has experiment %s and has it not; restore it if it was deleted"
                .formatted(settings.experiment()));
    }

    /// The runs of an experiment with this tag.
    List<MlflowRun> runs(String experiment, String tag, String value) {
        List<MlflowRun> all = new ArrayList<>();
        String page = "";
        do {
            ObjectNode request = JSON.createObjectNode()
                    .put("filter", "tags.`%s` = '%s'".formatted(tag, value))
                    .put("max_results", PAGE);
            request.putArray("experiment_ids").add(experiment);
            if (!page.isEmpty()) {
                request.put("page_token", page);
            }
            JsonNode answer = done("runs/search", request);
            answer.path("runs").forEach(run -> all.add(MlflowRun.of(run)));
            page = answer.path("next_page_token").asText("");
        } while (!page.isEmpty());
        return all;
    }

    MlflowRun create(String experiment, String name, Instant began, Map<String, String> tags) {
        ObjectNode request = JSON.createObjectNode()
                .put("experiment_id", experiment)
                .put("run_name", name)
                .put("start_time", began.toEpochMilli());
        request.set("tags", pairs(tags));
        return MlflowRun.of(done("runs/create", request).path("run"));
    }

    /// Logs up to a thousand metrics, parameters and tags. MLflow writes tags last, so a tag may record how far the
    /// metrics are logged. Logging the same values again does not duplicate them.
    void log(String run, List<Metric> metrics, Map<String, String> parameters, Map<String, String> tags) {
        ObjectNode request = JSON.createObjectNode().put("run_id", run);
        request.set("metrics", JSON.valueToTree(metrics));
        request.set("params", pairs(parameters));
        request.set("tags", pairs(tags));
        done("runs/log-batch", request);
    }

    /// Sets the status of a run.
    ///
    /// @param ended end time, ignored for [MlflowStatus#RUNNING]
    void update(String run, MlflowStatus status, Instant ended) {
        ObjectNode request = JSON.createObjectNode().put("run_id", run).put("status", status.name());
        if (status != MlflowStatus.RUNNING) {
            request.put("end_time", ended.toEpochMilli());
        }
        done("runs/update", request);
    }

    /// Uploads an HTML file as an artifact of a run, if the server stores artifacts for its clients
    /// (`--serve-artifacts`, MLflow's default). Otherwise it does nothing: clients would write to a storage that is
    /// unknown here.
    void upload(MlflowRun run, String name, byte[] content) {
        if (!run.artifacts().startsWith(PROXIED)) {
            return;
        }
        String place = URI.create(run.artifacts()).getRawPath().replaceFirst("^/+", "");
        String call = "%s/%s".formatted(place, name);
        Answer answer = send(to("/api/2.0/mlflow-artifacts/artifacts/" + call)
                .timeout(UPLOAD)
                .header("Content-Type", "text/html")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content)));
        if (answer.status() != 200) {
            throw refused("artifacts/" + name, answer);
        }
    }

    /// Identifies this server and experiment as part of a name.
    String place() {
        return Json.sha256("%s %s"
                        .formatted(settings.server(), settings.experiment())
                        .getBytes(StandardCharsets.UTF_8))
                .substring(0, PLACE);
    }

    void delete(String run) {
        done("runs/delete", JSON.createObjectNode().put("run_id", run));
    }

    private static ArrayNode pairs(Map<String, String> pairs) {
        ArrayNode array = JSON.createArrayNode();
        pairs.forEach((key, value) -> array.addObject().put("key", key).put("value", value));
        return array;
    }

    private JsonNode done(String call, ObjectNode request) {
        Answer answer = post(call, request);
        if (answer.status() != 200) {
            throw refused(call, answer);
        }
        return answer.body();
    }

    private MlflowException refused(String call, Answer answer) {
        String message = answer.body().path("message").asText("");
        return new MlflowException("MLflow at %s answers %d to %s: %s"
                .formatted(
                        settings.server(),
                        answer.status(),
                        call.replaceAll("\\?.*", ""),
                        message.length() > SHOWN ? message.substring(0, SHOWN) : message));
    }

    private Answer get(String call) {
        return send(request(call).GET());
    }

    private Answer post(String call, ObjectNode body) {
        return send(request(call)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body))));
    }

    private HttpRequest.Builder request(String call) {
        return to("/api/2.0/mlflow/" + call);
    }

    private HttpRequest.Builder to(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(settings.server() + path)).timeout(ANSWER);
        settings.authorization().ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(), body(answer.body()));
        } catch (IOException e) {
            throw new MlflowException("MLflow at %s cannot be reached (%s)".formatted(settings.server(), e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MlflowException("interrupted", e);
        }
    }

    /// The JSON of an answer. The answer of a proxy or a login page is not JSON; a message replaces it.
    private static JsonNode body(byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (IOException e) {
            return JSON.createObjectNode().put("message", "no JSON");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
