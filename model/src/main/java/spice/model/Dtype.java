package spice.model;

import ai.djl.ndarray.types.DataType;
import java.util.Locale;

/// The type of the numbers that a model computes with.
public enum Dtype {
    FLOAT32(DataType.FLOAT32),
    /// The upper half of a float32: half the memory, and more speed on processors and GPUs that multiply it.
    /// Weights learn in a float32 master copy and are rounded after every update. Norms, softmax and losses stay
    /// in float32.
    BFLOAT16(DataType.BFLOAT16);

    private final DataType type;

    Dtype(DataType type) {
        this.type = type;
    }

    /// Its name in a `config.json`.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Bytes of one number.
    public int bytes() {
        return stored().bytes();
    }

    /// Its type in a safetensors file.
    StoredType stored() {
        return switch (this) {
            case FLOAT32 -> StoredType.F32;
            case BFLOAT16 -> StoredType.BF16;
        };
    }

    DataType type() {
        return type;
    }
}
