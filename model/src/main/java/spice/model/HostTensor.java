package spice.model;

import static spice.model.Check.require;

import java.util.Arrays;

/// A tensor in Java's memory, row by row.
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared
record HostTensor(long[] shape, float[] values) {
    HostTensor {
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
