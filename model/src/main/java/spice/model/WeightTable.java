package spice.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The weights of a config: Hugging Face's names and their shapes, in the order in which `decoder.py` takes them.
final class WeightTable {
    static final String OUTPUT_HEAD = "lm_head.weight";
    static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String SECOND_NORM = "post_attention_layernorm.weight";

    private WeightTable() {}

    /// Name to shape; a linear layer's weight is (out, in).
    static Map<String, long[]> of(ModelConfig config) {
        long hidden = config.hiddenSize();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put(EMBEDDING, new long[] {config.vocabularySize(), hidden});
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            layer(config).forEach((name, shape) -> shapes.put(prefix + name, shape));
        }
        shapes.put("model.norm.weight", new long[] {hidden});
        if (!config.tiedEmbeddings()) {
            shapes.put(OUTPUT_HEAD, new long[] {config.vocabularySize(), hidden});
        }
        return shapes;
    }

    /// How many numbers the tensors of a table have together.
    static long numbers(Map<String, long[]> table) {
        return table.values().stream().mapToLong(HostTensor::size).sum();
    }

    /// The weights of one layer.
    private static Map<String, long[]> layer(ModelConfig config) {
        long hidden = config.hiddenSize();
        long width = config.headDimension();
        long queries = config.heads() * width;
        long keys = config.keyValueHeads() * width;
        long inside = config.intermediateSize();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("input_layernorm.weight", new long[] {hidden});
        shapes.put("self_attn.q_proj.weight", new long[] {queries, hidden});
        shapes.put("self_attn.k_proj.weight", new long[] {keys, hidden});
        shapes.put("self_attn.v_proj.weight", new long[] {keys, hidden});
        shapes.put("self_attn.o_proj.weight", new long[] {hidden, queries});
        if (config.family().hasQueryKeyNorms()) {
            shapes.put("self_attn.q_norm.weight", new long[] {width});
            shapes.put("self_attn.k_norm.weight", new long[] {width});
        }
        shapes.put(SECOND_NORM, new long[] {hidden});
        shapes.put("mlp.gate_proj.weight", new long[] {inside, hidden});
        shapes.put("mlp.up_proj.weight", new long[] {inside, hidden});
        shapes.put("mlp.down_proj.weight", new long[] {hidden, inside});
        if (config.biases().queryKeyValue()) {
            shapes.put("self_attn.q_proj.bias", new long[] {queries});
            shapes.put("self_attn.k_proj.bias", new long[] {keys});
            shapes.put("self_attn.v_proj.bias", new long[] {keys});
        }
        if (config.biases().output()) {
            shapes.put("self_attn.o_proj.bias", new long[] {hidden});
        }
        if (config.biases().feedForward()) {
            shapes.put("mlp.gate_proj.bias", new long[] {inside});
            shapes.put("mlp.up_proj.bias", new long[] {inside});
            shapes.put("mlp.down_proj.bias", new long[] {hidden});
        }
        return shapes;
    }

    /// The attributes of `decoder.py`'s class, which say where a layer's weights stand.
    static Map<String, Object> places(ModelConfig config) {
        List<String> names = List.copyOf(layer(config).keySet());
        return Map.of(
                "layer_size", names.size(),
                "second_norm", names.indexOf(SECOND_NORM),
                "qk_norm", config.family().hasQueryKeyNorms(),
                "qkv_bias", distance(names, "self_attn.q_proj"),
                "o_bias", distance(names, "self_attn.o_proj"),
                "mlp_bias", distance(names, "mlp.gate_proj"));
    }

    /// How many places after its weight a bias stands; 0 without bias.
    private static int distance(List<String> names, String linear) {
        int bias = names.indexOf(linear + ".bias");
        return bias < 0 ? 0 : bias - names.indexOf(linear + ".weight");
    }

    /// Picks the named tensors in the table's order.
    ///
    /// @throws ModelException if one is missing or has another shape
    static Map<String, HostTensor> pick(Map<String, HostTensor> found, Map<String, long[]> table, Path file) {
        Map<String, HostTensor> picked = new LinkedHashMap<>();
        table.forEach((name, shape) -> {
            HostTensor tensor = found.get(name);
            if (tensor == null) {
                throw new ModelException(
                        "%s lacks tensor %s of shape %s, which config.json asks for. Take config.json and weights from the same model"
                                .formatted(file, name, Arrays.toString(shape)));
            }
            if (!Arrays.equals(tensor.shape(), shape)) {
                throw new ModelException(
                        "tensor %s in %s has shape %s; config.json asks for %s. Take config.json and weights from the same model"
                                .formatted(name, file, Arrays.toString(tensor.shape()), Arrays.toString(shape)));
            }
            picked.put(name, tensor);
        });
        return picked;
    }

    /// Refuses tensors that the decoder does not use: a model that needs them computes something else.
    static void refuseOthers(Map<String, HostTensor> found, Map<String, long[]> table, Path file) {
        List<String> others = new ArrayList<>(found.keySet());
        others.removeAll(table.keySet());
        // Some exporters also write the head when it is tied; it must be the embedding table.
        others.remove(OUTPUT_HEAD);
        if (!others.isEmpty()) {
            throw new ModelException(
                    "%s holds %d tensors that a decoder of this config.json does not have, first %s. Take config.json and weights from the same model"
                            .formatted(file, others.size(), others.getFirst()));
        }
    }

    /// Refuses an output head in the files of a model whose head is the embedding table, unless its bytes are the
    /// same. Other engines disagree about such a model: some tie the head, some keep it.
    static void refuseAnotherHead(Map<String, StoredTensor> found) {
        StoredTensor head = found.get(OUTPUT_HEAD);
        StoredTensor embedding = Objects.requireNonNull(found.get(EMBEDDING), EMBEDDING);
        if (head != null && !head.isSameAs(embedding)) {
            throw new ModelException(
                    "config.json ties the output head to the embedding (tie_word_embeddings), but %s holds another %s: its SHA-256 is %s, that of %s is %s. Set tie_word_embeddings to false to keep this head, or delete it from the file"
                            .formatted(head.file(), OUTPUT_HEAD, head.sha256(), EMBEDDING, embedding.sha256()));
        }
    }
}
