package spice.vllm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import spice.model.Completion;
import spice.model.Sampling;
import spice.store.Json;

/// The few calls of vLLM's API that are needed here: the OpenAI-compatible completions with tokens instead of text,
/// and, of a server with `VLLM_SERVER_DEV_MODE=1`, those by which weights are reloaded and told apart.
///
/// A call that fails in a way that may pass is tried again, later each time, for twice as long as a deadline. All
/// methods throw [VllmTrouble] when it does not pass, [VllmUnusable] where only a person can help, and
/// [CancellationException] when the thread is interrupted.
final class VllmClient implements AutoCloseable {
    private static final ObjectMapper JSON = Json.mapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int TRIES = 5;
    private static final int SHOWN = 300;

    private final VllmSettings settings;
    private final RetryPolicy<Object> patience;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .proxy(ProxySelector.getDefault())
            .build();

    /// @param pause before the second try; each further one is twice as long, up to thirty times this
    VllmClient(VllmSettings settings, Duration pause) {
        this.settings = settings;
        patience = RetryPolicy.builder()
                .handle(VllmTrouble.class)
                .withBackoff(pause, pause.multipliedBy(30))
                .withJitter(0.2)
                .withMaxAttempts(TRIES)
                // A call that is answered too late is made a second time at least.
                .withMaxDuration(settings.deadline().plus(pause).multipliedBy(2))
                .build();
    }

    /// How the server was started.
    ///
    /// @param name of its model, by which requests name it
    /// @param folder that it reads weights from
    /// @param logProbsMode whether it gives log-probabilities before or after the temperature
    record Start(String name, String folder, String logProbsMode) {}

    /// Draws one completion of a prompt.
    ///
    /// @param model the server's name for it
    Completion complete(String model, Draw draw, Sampling sampling) {
        return patiently(() ->
                draw.completion(post("v1/completions", draw.request(model, sampling)), sampling, settings.server()));
    }

    /// Asks once: whoever needs the server later waits for it then.
    Start start() {
        JsonNode models = get("v1/models").path("data");
        JsonNode config = get("server_info?config_format=json").at("/vllm_config/model_config");
        if (models.size() != 1 || !config.isObject()) {
            throw new VllmTrouble("%s does not say which model it serves".formatted(settings.server()));
        }
        return new Start(
                models.path(0).path("id").asText(),
                config.path("model").asText(),
                config.path("logprobs_mode").asText());
    }

    /// Reads the weights in its folder anew, and forgets what it had computed with the old ones.
    void reload() {
        patiently(() -> post("collective_rpc", JSON.createObjectNode().put("method", "reload_weights")));
        patiently(() -> {
            JsonNode answer = post("reset_prefix_cache", JSON.createObjectNode());
            if (!answer.path("success").asBoolean()) {
                throw new VllmTrouble("vLLM at %s still computes what was asked before its weights were reloaded"
                        .formatted(settings.server()));
            }
            return answer;
        });
    }

    /// The digest of each tensor as the server holds it, by the tensor's name, with the name of the process before
    /// it that holds it.
    Map<String, String> digests() {
        JsonNode answer =
                patiently(() -> post("weight_checker", JSON.createObjectNode().put("action", "checksum")));
        Map<String, String> digests = new TreeMap<>();
        answer.path("checksums").forEachEntry((name, digest) -> digests.put(name, digest.asText()));
        return digests;
    }

    /// What [#mark] last said, or something else if the server was started since.
    String mark() {
        return patiently(() -> get("weight_info")).path("weight_version").asText();
    }

    void mark(String mark) {
        patiently(() -> post("update_weight_version", JSON.createObjectNode().put("new_version", mark)));
    }

    static ArrayNode array(int... tokens) {
        ArrayNode array = JSON.createArrayNode();
        for (int token : tokens) {
            array.add(token);
        }
        return array;
    }

    private <T> T patiently(Supplier<T> call) {
        try {
            return Failsafe.with(patience).get(call::get);
        } catch (FailsafeException e) {
            if (e.getCause() instanceof InterruptedException) {
                throw cancelled();
            }
            throw e;
        }
    }

    private static CancellationException cancelled() {
        Thread.currentThread().interrupt();
        return new CancellationException("interrupted while vLLM was asked");
    }

    private JsonNode get(String call) {
        return send(call, request(call).GET());
    }

    private JsonNode post(String call, ObjectNode body) {
        return send(
                call,
                request(call)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body))));
    }

    private HttpRequest.Builder request(String call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.server() + "/" + call))
                .timeout(settings.deadline());
        settings.authorization().ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private JsonNode send(String call, HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return switch (answer.statusCode()) {
                case 200 -> JSON.readTree(answer.body());
                case 400, 422 -> throw new VllmUnusable(refused(call, answer));
                case 401, 403 ->
                    throw new VllmUnusable(
                            "vLLM at %s does not accept the key (%d to %s); set VLLM_API_KEY to the one it was started with"
                                    .formatted(settings.server(), answer.statusCode(), call));
                case 404 -> throw notFound(call, answer);
                default -> throw new VllmTrouble(refused(call, answer));
            };
        } catch (JsonProcessingException e) {
            throw new VllmTrouble("vLLM at %s answers %s with no JSON".formatted(settings.server(), call), e);
        } catch (HttpConnectTimeoutException e) {
            throw new VllmTrouble("vLLM at %s cannot be reached (%s)".formatted(settings.server(), e), e);
        } catch (HttpTimeoutException e) {
            throw new VllmTrouble(
                    "vLLM at %s does not answer %s within %d s"
                            .formatted(
                                    settings.server(), call, settings.deadline().toSeconds()),
                    e);
        } catch (IOException e) {
            throw new VllmTrouble("vLLM at %s cannot be reached (%s)".formatted(settings.server(), e), e);
        } catch (InterruptedException e) {
            throw cancelled();
        }
    }

    private RuntimeException notFound(String call, HttpResponse<byte[]> answer) {
        return call.startsWith("v1/")
                ? new VllmTrouble(refused(call, answer))
                : new VllmUnusable("vLLM at %s does not know /%s; start vLLM 0.32 or newer with VLLM_SERVER_DEV_MODE=1"
                        .formatted(settings.server(), call.replaceAll("\\?.*", "")));
    }

    private String refused(String call, HttpResponse<byte[]> answer) {
        String said = said(answer.body());
        return "vLLM at %s answers %d to %s: %s"
                .formatted(
                        settings.server(),
                        answer.statusCode(),
                        call,
                        said.length() > SHOWN ? said.substring(0, SHOWN) : said);
    }

    /// What the server says about an error, in one line.
    private static String said(byte[] body) {
        try {
            JsonNode answer = JSON.readTree(body);
            return answer.at("/error/message").asText(answer.toString());
        } catch (IOException e) {
            return "no JSON";
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
