package spice.vllm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What a tensor's numbers are, by the names of safetensors. A server may hold a checkpoint in another type than it
/// is written in, rounded to the nearest.
enum NumberType {
    F32(Float.BYTES),
    BF16(Short.BYTES),
    F16(Short.BYTES);

    private final int bytes;

    NumberType(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /// These numbers of another type, as this one.
    ByteBuffer of(ByteBuffer numbers, NumberType from) {
        if (from == this) {
            return numbers;
        }
        int count = numbers.remaining() / from.bytes;
        ByteBuffer converted = ByteBuffer.allocate(count * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(converted, from.take(numbers));
        }
        return converted.flip();
    }

    private float take(ByteBuffer numbers) {
        return switch (this) {
            case F32 -> numbers.getFloat();
            // bfloat16 is the upper half of a float.
            case BF16 -> Float.intBitsToFloat(numbers.getShort() << Short.SIZE);
            case F16 -> Float.float16ToFloat(numbers.getShort());
        };
    }

    private void put(ByteBuffer numbers, float value) {
        switch (this) {
            case F32 -> numbers.putFloat(value);
            case BF16 -> numbers.putShort(upperHalf(value));
            case F16 -> numbers.putShort(Float.floatToFloat16(value));
        }
    }

    /// Rounded to the nearest, half to even. Weights are finite.
    private static short upperHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + (bits >>> Short.SIZE & 1)) >>> Short.SIZE);
    }
}
