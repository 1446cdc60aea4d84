package spice.model;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// The types of numbers that are read from safetensors files, by their names there.
enum StoredType {
    F32,
    BF16,
    F16;

    static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /// Of one number.
    int bytes() {
        return switch (this) {
            case F32 -> Float.BYTES;
            case BF16, F16 -> Short.BYTES;
        };
    }

    /// Reads numbers into a part of `values`.
    void read(ByteBuffer bytes, float[] values, int from, int length) {
        switch (this) {
            case F32 -> bytes.asFloatBuffer().get(values, from, length);
            case BF16 -> {
                for (int i = from; i < from + length; i++) {
                    // bfloat16 is the upper half of a float.
                    values[i] = Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
                }
            }
            case F16 -> {
                for (int i = from; i < from + length; i++) {
                    values[i] = Float.float16ToFloat(bytes.getShort());
                }
            }
        }
    }
}
