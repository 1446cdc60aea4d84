package spice.model;

import java.util.Arrays;
import java.util.Optional;

/// The families of decoders that are computed here. They differ in where they have biases and norms, not in what
/// a layer does with them.
public enum Family {
    /// Queries and keys are normed; biases only if `attention_bias` says so.
    QWEN3("Qwen3ForCausalLM", "qwen3"),
    /// Qwen2 and Qwen2.5: queries, keys and values have biases, the output has none.
    QWEN2("Qwen2ForCausalLM", "qwen2"),
    /// Llama 2 and 3: biases only if `attention_bias` or `mlp_bias` says so.
    LLAMA("LlamaForCausalLM", "llama");

    private final String architecture;
    private final String modelType;

    Family(String architecture, String modelType) {
        this.architecture = architecture;
        this.modelType = modelType;
    }

    /// As in `architectures`.
    String architecture() {
        return architecture;
    }

    /// As in `model_type`.
    String modelType() {
        return modelType;
    }

    /// Whether each head's queries and keys pass through an RMSNorm before they are turned.
    boolean hasQueryKeyNorms() {
        return switch (this) {
            case QWEN3 -> true;
            case QWEN2, LLAMA -> false;
        };
    }

    static Optional<Family> ofArchitecture(String name) {
        return Arrays.stream(values())
                .filter(family -> family.architecture.equals(name))
                .findFirst();
    }

    static Optional<Family> ofModelType(String name) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(name))
                .findFirst();
    }
}
