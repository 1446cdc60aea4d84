package spice.model;

import static spice.model.Check.require;

import java.util.Arrays;
import java.util.function.Supplier;

/// A tensor for Java, row by row. What stands in a file or in native memory is copied to Java's memory each time
/// its values are asked for, and not kept, so that of a model's tensors one is there at a time.
///
/// @param source of the values
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared
record HostTensor(long[] shape, Supplier<float[]> source) {
    HostTensor(long[] shape, float[] values) {
        this(shape, () -> values);
        requireSize(shape, values);
    }

    float[] values() {
        float[] values = source.get();
        requireSize(shape, values);
        return values;
    }

    private static void requireSize(long[] shape, float[] values) {
        require(
                size(shape) == values.length,
                "a tensor of shape %s has %d values, got %d",
                Arrays.toString(shape),
                size(shape),
                values.length);
    }

    /// How many values a shape holds.
    static long size(long... shape) {
        long size = 1;
        for (long length : shape) {
            size = Math.multiplyExact(size, length);
        }
        return size;
    }
}
