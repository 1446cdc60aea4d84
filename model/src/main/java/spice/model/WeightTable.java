package spice.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which weights a config has: Hugging Face's names for Qwen3 and their shapes, in the order in which
/// `decoder.py` takes them.
final class WeightTable {
    static final String OUTPUT_HEAD = "lm_head.weight";

    private WeightTable() {}

    /// Name to shape; a linear layer's weight is (out, in).
    static Map<String, long[]> of(ModelConfig config) {
        long hidden = config.hiddenSize();
        long width = config.headDimension();
        long queries = config.heads() * width;
        long keys = config.keyValueHeads() * width;
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {config.vocabularySize(), hidden});
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            shapes.put(prefix + "input_layernorm.weight", new long[] {hidden});
            shapes.put(prefix + "self_attn.q_proj.weight", new long[] {queries, hidden});
            shapes.put(prefix + "self_attn.k_proj.weight", new long[] {keys, hidden});
            shapes.put(prefix + "self_attn.v_proj.weight", new long[] {keys, hidden});
            shapes.put(prefix + "self_attn.o_proj.weight", new long[] {hidden, queries});
            shapes.put(prefix + "self_attn.q_norm.weight", new long[] {width});
            shapes.put(prefix + "self_attn.k_norm.weight", new long[] {width});
            shapes.put(prefix + "post_attention_layernorm.weight", new long[] {hidden});
            shapes.put(prefix + "mlp.gate_proj.weight", new long[] {config.intermediateSize(), hidden});
            shapes.put(prefix + "mlp.up_proj.weight", new long[] {config.intermediateSize(), hidden});
            shapes.put(prefix + "mlp.down_proj.weight", new long[] {hidden, config.intermediateSize()});
        }
        shapes.put("model.norm.weight", new long[] {hidden});
        if (!config.tiedEmbeddings()) {
            shapes.put(OUTPUT_HEAD, new long[] {config.vocabularySize(), hidden});
        }
        return shapes;
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

    /// Refuses tensors that the decoder has no use for: a model that needs them computes something else.
    static void refuseOthers(Map<String, HostTensor> found, Map<String, long[]> table, Path file) {
        List<String> others = new ArrayList<>(found.keySet());
        others.removeAll(table.keySet());
        // Some exporters write a tied head a second time.
        others.remove(OUTPUT_HEAD);
        if (!others.isEmpty()) {
            throw new ModelException(
                    "%s holds %d tensors that a Qwen3 decoder of this config.json does not have, first %s. Take config.json and weights from the same model"
                            .formatted(file, others.size(), others.getFirst()));
        }
    }
}
