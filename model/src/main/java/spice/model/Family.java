package spice.model;

import java.util.Arrays;
import java.util.Optional;

/// The supported families of decoders. They differ in which biases and norms they have, not in what a layer
/// computes with them.
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

    /// Its name in `architectures`.
    String architecture() {
        return architecture;
    }

    /// Its name in `model_type`.
    String modelType() {
        return modelType;
    }

    /// Whether each head's queries and keys pass through an RMSNorm before they are rotated.
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
