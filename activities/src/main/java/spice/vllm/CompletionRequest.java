package spice.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import spice.model.Completion;
import spice.model.Sampling;
import spice.model.StopReason;

/// A request for one completion. Each completion is a request of its own, since vLLM derives the seeds of `n`
/// completions of one request from one seed. Thanks to vLLM's prefix cache the prompt is still computed only once.
///
/// @param vocabulary number of tokens in the vocabulary
/// @param stopTokens tokens that end the completion
@SuppressWarnings("ArrayRecordComponent") // tokens are arrays throughout; never compared
record CompletionRequest(int[] prompt, long seed, int vocabulary, List<Integer> stopTokens) {
    /// How far rounding may lift a log-probability above 0.
    private static final double ROUNDING = 1e-3;

    /// The request as JSON. It names every option that has an effect, so that no default of the server or of the
    /// model's `generation_config.json` applies.
    ObjectNode json(String model, Sampling sampling) {
        ObjectNode request = JsonNodeFactory.instance
                .objectNode()
                .put("model", model)
                .put("max_tokens", sampling.maxNewTokens())
                .put("temperature", sampling.temperature())
                // vLLM takes -1 for no seed at all.
                .put("seed", seed == -1 ? Long.MIN_VALUE : seed)
                .put("top_p", sampling.topP())
                .put("top_k", sampling.topK())
                .put("min_p", sampling.minP())
                .put("repetition_penalty", 1)
                .put("presence_penalty", 0)
                .put("frequency_penalty", 0)
                // The log-probability of the sampled token alone.
                .put("logprobs", 0)
                .put("ignore_eos", true)
                .put("skip_special_tokens", false)
                .put("return_token_ids", true);
        request.set("prompt", VllmClient.array(prompt));
        request.set(
                "stop_token_ids",
                VllmClient.array(stopTokens.stream().mapToInt(Integer::intValue).toArray()));
        ArrayNode stop = request.putArray("stop");
        sampling.stopStrings().forEach(stop::add);
        return request;
    }

    /// Reads the completion from the server's answer.
    ///
    /// @throws VllmTrouble if the answer is not a completion of this prompt
    /// @throws VllmUnusable if the server's context is too short for the completion
    Completion completion(JsonNode answer, Sampling sampling, URI server) {
        JsonNode choice = answer.at("/choices/0");
        int[] tokens = tokens(choice.path("token_ids"));
        float[] logProbs = logProbs(choice.at("/logprobs/token_logprobs"));
        StopReason reason = switch (choice.path("finish_reason").asText()) {
            // What stopped it is a string, or the number of a token.
            case "stop" -> choice.path("stop_reason").isTextual() ? StopReason.STOP_STRING : StopReason.STOP_TOKEN;
            case "length" -> StopReason.LENGTH;
            default -> throw garbage(server, "it ended for the reason " + choice.path("finish_reason"));
        };
        if (!Arrays.equals(tokens(choice.path("prompt_token_ids")), prompt)) {
            throw garbage(server, "it follows another prompt");
        }
        if (reason == StopReason.LENGTH && tokens.length < sampling.maxNewTokens()) {
            throw new VllmUnusable(
                    "vLLM at %s ends a completion of at most %d tokens after %d; start it with a --max-model-len of at least %d"
                            .formatted(
                                    server,
                                    sampling.maxNewTokens(),
                                    tokens.length,
                                    prompt.length + sampling.maxNewTokens()));
        }
        if (tokens.length == 0 || tokens.length > sampling.maxNewTokens() || tokens.length != logProbs.length) {
            throw garbage(server, "%d tokens come with %d log-probabilities".formatted(tokens.length, logProbs.length));
        }
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= vocabulary) {
                throw garbage(server, "token %d is outside the vocabulary of %d".formatted(tokens[i], vocabulary));
            }
            if (!(logProbs[i] <= ROUNDING && Float.isFinite(logProbs[i]))) {
                throw garbage(server, "a token has the log-probability " + logProbs[i]);
            }
            boolean stops = i == tokens.length - 1 && reason == StopReason.STOP_TOKEN;
            if (stops != stopTokens.contains(tokens[i])) {
                throw garbage(server, stops ? "it stops without a stop token" : "it goes on after a stop token");
            }
        }
        return new Completion(tokens, logProbs, reason);
    }

    private static VllmTrouble garbage(URI server, String what) {
        return new VllmTrouble("vLLM at %s answers what is no completion: %s".formatted(server, what));
    }

    private static int[] tokens(JsonNode array) {
        return array.valueStream().mapToInt(token -> token.asInt(-1)).toArray();
    }

    private static float[] logProbs(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).isNumber() ? array.get(i).floatValue() : Float.NaN;
        }
        return values;
    }
}
