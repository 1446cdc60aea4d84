package spice.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import spice.model.StoredType;
import spice.store.Json;

/// The part of vLLM's API that the client uses, with weights read from a folder as vLLM reads them, and a "model"
/// whose tokens depend only on seed and weights. Misbehaves on demand: [#next] and [#always] say how.
final class FakeVllm implements AutoCloseable {
    static final String COMPLETIONS = "/v1/completions";
    static final String RELOAD = "/collective_rpc";
    static final float LOG_PROB = -0.5f;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final int vocabulary;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Queue<Misbehaviour>> misbehaviours = new ConcurrentHashMap<>();
    private final Map<String, Misbehaviour> habits = new ConcurrentHashMap<>();
    private final Queue<JsonNode> drawn = new ConcurrentLinkedQueue<>();
    private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private volatile Map<String, String> held;
    private volatile String mark = "default";

    volatile String logProbsMode = "processed_logprobs";
    volatile String servedFolder;
    volatile boolean reloads = true;
    volatile boolean hides;
    /// Whether it shows its weights as bfloat16.
    volatile boolean rounds;

    /// A reaction to a request in place of a proper answer.
    interface Misbehaviour {
        /// Returns true if the request must be answered properly nevertheless.
        boolean act(HttpExchange exchange) throws IOException;
    }

    /// Serves the model that is in the folder at this moment.
    FakeVllm(Path folder, int vocabulary) {
        this.folder = folder;
        this.vocabulary = vocabulary;
        servedFolder = folder.toString();
        held = digests();
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// The completion requests that were answered properly.
    Queue<JsonNode> drawn() {
        return drawn;
    }

    /// The paths of all requests, in order.
    Queue<String> calls() {
        return calls;
    }

    Queue<String> authorizations() {
        return authorizations;
    }

    /// Misbehaves at all requests of the path from now on, until [#behave].
    void always(String path, Misbehaviour misbehaviour) {
        habits.put(path, misbehaviour);
    }

    void behave() {
        habits.clear();
    }

    /// Misbehaves at one request of the path, after those that earlier calls have determined.
    void next(String path, Misbehaviour misbehaviour) {
        misbehaviours.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>()).add(misbehaviour);
    }

    /// Restarts: loads what is in the folder and forgets everything else.
    void restart() {
        held = digests();
        mark = "default";
    }

    /// Restarts with the weights of another folder.
    void restartWith(Path model) {
        held = digests(model);
        mark = "default";
    }

    /// The digests that the server shows; without the matrices if it hides them, as vLLM does on a CPU.
    private Map<String, String> shown() {
        Map<String, String> shown = new TreeMap<>(held);
        if (hides) {
            shown.replaceAll((name, digest) -> name.endsWith("_proj.weight") ? Json.sha256(new byte[0]) : digest);
        }
        return shown;
    }

    static Misbehaviour status(int status, String body) {
        return exchange -> {
            send(exchange, status, body);
            return false;
        };
    }

    /// Ends the connection in the middle of the answer, as a process that dies does.
    static Misbehaviour dies() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"choices\":".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
            return false;
        };
    }

    /// Does something, then answers properly.
    static Misbehaviour first(Runnable something) {
        return _ -> {
            something.run();
            return true;
        };
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        calls.add(path);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(authorization == null ? "" : authorization);
        Queue<Misbehaviour> told = misbehaviours.get(path);
        Misbehaviour once = told == null ? null : told.poll();
        Misbehaviour misbehaviour = once == null ? habits.get(path) : once;
        if (misbehaviour != null && !misbehaviour.act(exchange)) {
            return;
        }
        JsonNode request = JSON.readTree(exchange.getRequestBody());
        switch (path) {
            case COMPLETIONS -> {
                send(exchange, 200, completion(request).toString());
                drawn.add(request);
            }
            case "/v1/models" -> send(exchange, 200, "{\"data\": [{\"id\": \"" + servedFolder + "\"}]}");
            case "/server_info" -> send(exchange, 200, """
                        {"vllm_config": {"model_config": {"model": "%s", "logprobs_mode": "%s"}}}
                        """.formatted(servedFolder, logProbsMode));
            case RELOAD -> {
                held = reloads ? digests() : held;
                send(exchange, 200, "{\"results\": [null]}");
            }
            case "/reset_prefix_cache" -> send(exchange, 200, "{\"success\": true}");
            case "/weight_checker" ->
                send(
                        exchange,
                        200,
                        JSON.createObjectNode()
                                .set("checksums", JSON.valueToTree(shown()))
                                .toString());
            case "/weight_info" -> send(exchange, 200, "{\"weight_version\": \"" + mark + "\"}");
            case "/update_weight_version" -> {
                mark = request.path("new_version").asText();
                send(exchange, 200, "{\"success\": true}");
            }
            default -> send(exchange, 404, "{\"detail\": \"Not Found\"}");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private ObjectNode completion(JsonNode request) {
        long seed = request.path("seed").asLong();
        int[] tokens = tokens(held, seed, vocabulary, request.path("max_tokens").asInt());
        ObjectNode answer = JSON.createObjectNode();
        ObjectNode choice = answer.putArray("choices").addObject();
        choice.put("finish_reason", tokens[tokens.length - 1] == 0 ? "stop" : "length");
        choice.set("prompt_token_ids", request.path("prompt"));
        choice.set("token_ids", JSON.valueToTree(tokens));
        ArrayNode logProbs = choice.putObject("logprobs").putArray("token_logprobs");
        Arrays.stream(tokens).forEach(_ -> logProbs.add(LOG_PROB));
        return answer;
    }

    /// One to six tokens and the stop token, 0.
    private static int[] tokens(Map<String, String> weights, long seed, int vocabulary, int most) {
        byte[] noise = Json.sha256((weights + " " + seed).getBytes(StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[1 + noise[0] % 6 + 1];
        for (int i = 0; i < tokens.length - 1; i++) {
            tokens[i] = 1 + noise[1 + i] % (vocabulary - 1);
        }
        return Arrays.copyOf(tokens, Math.min(most, tokens.length));
    }

    /// The tokens that it draws with a model's weights.
    static int[] tokens(Path model, long seed, int vocabulary, int most) {
        return tokens(digests(model), seed, vocabulary, most);
    }

    private Map<String, String> digests() {
        return digests(folder, rounds ? StoredType.BF16 : StoredType.F32);
    }

    private static Map<String, String> digests(Path model) {
        return digests(model, StoredType.F32);
    }

    private static Map<String, String> digests(Path model, StoredType type) {
        try {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(model.resolve("model.safetensors")))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) file.getLong(0);
            JsonNode tensors = JSON.readTree(Arrays.copyOfRange(file.array(), 8, 8 + header));
            Map<String, String> digests = new TreeMap<>();
            tensors.forEachEntry((name, tensor) -> {
                if (tensor.has("data_offsets")) {
                    int from = 8 + header + tensor.at("/data_offsets/0").asInt();
                    int to = 8 + header + tensor.at("/data_offsets/1").asInt();
                    ByteBuffer held = type.of(
                            ByteBuffer.wrap(Arrays.copyOfRange(file.array(), from, to))
                                    .order(ByteOrder.LITTLE_ENDIAN),
                            StoredType.F32);
                    byte[] bytes = new byte[held.remaining()];
                    held.get(bytes);
                    digests.put("dp0:pp0:pcp0:tp0:" + name, Json.sha256(bytes));
                }
            });
            return digests;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (!threads.isShutdown()) {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
