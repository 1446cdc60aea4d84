package spice.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// The supported types of numbers in safetensors files, with their names there; little-endian.
public enum StoredType {
    F32(Float.BYTES),
    BF16(Short.BYTES),
    F16(Short.BYTES);

    private final int bytes;

    StoredType(int bytes) {
        this.bytes = bytes;
    }

    static Optional<StoredType> named(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /// Bytes of one number.
    public int bytes() {
        return bytes;
    }

    /// Converts numbers of another type, rounding to the nearest; returns the same buffer if the types are equal.
    public ByteBuffer of(ByteBuffer numbers, StoredType from) {
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

    /// Reads numbers into a part of `values`.
    void read(ByteBuffer numbers, float[] values, int from, int length) {
        if (this == F32) {
            numbers.asFloatBuffer().get(values, from, length);
            return;
        }
        for (int i = from; i < from + length; i++) {
            values[i] = take(numbers);
        }
    }

    /// Writes a part of `values`, rounded to the nearest.
    void write(ByteBuffer numbers, float[] values, int from, int length) {
        if (this == F32) {
            numbers.asFloatBuffer().put(values, from, length);
            numbers.position(numbers.position() + length * bytes);
            return;
        }
        for (int i = from; i < from + length; i++) {
            put(numbers, values[i]);
        }
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
            case BF16 -> numbers.putShort(bfloat16(value));
            case F16 -> numbers.putShort(Float.floatToFloat16(value));
        }
    }

    /// The nearest bfloat16; ties go to the even one.
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> Short.SIZE & 1)) >>> Short.SIZE);
    }
}
