package spice.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/// The supported types of numbers in safetensors files, with their names there; little-endian.
public enum StoredType {
    F32(Float.BYTES, 0x7f80_0000_7f80_0000L, 0x8000_0000_8000_0000L),
    BF16(Short.BYTES, 0x7f80_7f80_7f80_7f80L, 0x8000_8000_8000_8000L),
    F16(Short.BYTES, 0x7c00_7c00_7c00_7c00L, 0x8000_8000_8000_8000L);

    private final int bytes;
    private final long exponents;
    private final long signs;

    /// @param exponents bits of the exponents of the numbers in eight bytes
    /// @param signs bits of their signs
    StoredType(int bytes, long exponents, long signs) {
        this.bytes = bytes;
        this.exponents = exponents;
        this.signs = signs;
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

    /// The place of the first number that is infinite or not a number. Such a number has an exponent of ones alone:
    /// adding its lowest bit carries into the place of the sign. Eight bytes are looked at together, so that this
    /// costs little beside reading a file.
    OptionalInt notFinite(ByteBuffer numbers) {
        long carried = 0;
        int end = numbers.limit() - Long.BYTES;
        int at = numbers.position();
        for (; at <= end; at += Long.BYTES) {
            carried |= (numbers.getLong(at) & exponents) + (signs - exponents);
        }
        int count = numbers.remaining() / bytes;
        int from = (carried & signs) == 0 ? (at - numbers.position()) / bytes : 0;
        for (int i = from; i < count; i++) {
            if (!Float.isFinite(number(numbers, i))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /// One of the numbers.
    float number(ByteBuffer numbers, int place) {
        return take(numbers.slice(numbers.position() + place * bytes, bytes).order(numbers.order()));
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
