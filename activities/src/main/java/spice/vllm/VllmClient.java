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

/// The few calls of vLLM's API that the worker needs: the OpenAI-compatible completions with tokens instead of
/// text, and the calls of a server with `VLLM_SERVER_DEV_MODE=1` that reload and compare weights.
///
/// A call that fails in a way that may pass is repeated with growing pauses, for twice the deadline of a request.
/// All methods throw [VllmTrouble] if the failure does not pass, [VllmUnusable] if only a person can help, and
/// [CancellationException] if the thread is interrupted.
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

    /// @param pause before the second try; doubled for each further one, up to thirty times this pause
    VllmClient(VllmSettings settings, Duration pause) {
        this.settings = settings;
        patience = RetryPolicy.builder()
                .handle(VllmTrouble.class)
                .withBackoff(pause, pause.multipliedBy(30))
                .withJitter(0.2)
                .withMaxAttempts(TRIES)
                // Long enough for a second try after a call that exceeded its deadline.
                .withMaxDuration(settings.deadline().plus(pause).multipliedBy(2))
                .build();
    }

    /// How the server was started.
    ///
    /// @param name the model's name in requests
    /// @param folder where it reads weights
    /// @param logProbsMode whether it gives log-probabilities before or after the temperature
    record Start(String name, String folder, String logProbsMode) {}

    /// Draws one completion.
    ///
    /// @param model the server's name for the model
    Completion complete(String model, CompletionRequest request, Sampling sampling) {
        return patiently(() ->
                request.completion(post("v1/completions", request.json(model, sampling)), sampling, settings.server()));
    }

    /// Asks, without retries, how the server was started.
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

    /// Makes the server read the weights in its folder again and drop what it has computed with the old ones.
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

    /// The digest of each tensor that the server holds, by `PROCESS:NAME`.
    Map<String, String> digests() {
        JsonNode answer =
                patiently(() -> post("weight_checker", JSON.createObjectNode().put("action", "checksum")));
        Map<String, String> digests = new TreeMap<>();
        answer.path("checksums").forEachEntry((name, digest) -> digests.put(name, digest.asText()));
        return digests;
    }

    /// The mark that [#mark(String)] last set; another value if the server has restarted since.
    String mark() {
        return patiently(() -> get("weight_info")).path("weight_version").asText();
    }

    /// Sets a mark that the server forgets when it restarts.
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

    /// The server's error message.
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
