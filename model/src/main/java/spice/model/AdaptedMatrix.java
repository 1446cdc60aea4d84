package spice.model;

import java.util.Locale;

/// A matrix of a layer that can be adapted, in the order in which `decoder.py` takes the adapters.
public enum AdaptedMatrix {
    Q_PROJ("self_attn"),
    K_PROJ("self_attn"),
    V_PROJ("self_attn"),
    O_PROJ("self_attn"),
    GATE_PROJ("mlp"),
    UP_PROJ("mlp"),
    DOWN_PROJ("mlp");

    private final String part;

    AdaptedMatrix(String part) {
        this.part = part;
    }

    /// Its name in Hugging Face and PEFT, such as `q_proj`.
    public String target() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Its place in a model, such as `model.layers.3.self_attn.q_proj`.
    String place(int layer) {
        return "model.layers.%d.%s.%s".formatted(layer, part, target());
    }
}
