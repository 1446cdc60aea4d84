package spice.model;

import static spice.model.Preconditions.require;

import java.util.Arrays;

/// A tensor for Java, row by row. Values in a file or in native memory are copied to Java's memory when they are
/// asked for, and not kept. Large tensors are read in parts: an embedding of 150,000 tokens is larger than a
/// worker's heap.
///
/// @param source of the values
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared
record HostTensor(long[] shape, Source source) {
    /// Numbers in a part: four megabytes of float32.
    static final int PART = 1 << 20;

    /// Gives a tensor's values, in whole rows.
    interface Source {
        /// A range of the values.
        ///
        /// @param from number of the first value
        /// @param to number of the value after the last
        float[] values(long from, long to);
    }

    /// Takes a part of a tensor's values; the first has the number `from`.
    interface Visitor {
        void visit(long from, float[] values);
    }

    /// A tensor of values in Java's memory. [#values()] returns this array, not a copy.
    HostTensor(long[] shape, float[] values) {
        this(
                shape,
                (from, to) -> to - from == values.length
                        ? values
                        : Arrays.copyOfRange(values, Math.toIntExact(from), Math.toIntExact(to)));
        requireSize(shape, size(shape), values);
    }

    /// All values.
    float[] values() {
        return values(0, size(shape));
    }

    /// Visits all values in order, a part at a time.
    void forEachPart(Visitor visitor) {
        long size = size(shape);
        long row = shape.length == 0 || shape[0] == 0 ? 1 : size / shape[0];
        long part = row * Math.max(1, PART / Math.max(1, row));
        for (long from = 0; from < size; from += part) {
            visitor.visit(from, values(from, Math.min(size, from + part)));
        }
    }

    private float[] values(long from, long to) {
        float[] values = source.values(from, to);
        requireSize(shape, to - from, values);
        return values;
    }

    private static void requireSize(long[] shape, long size, float[] values) {
        require(
                size == values.length,
                "a tensor of shape %s has %d values here, got %d",
                Arrays.toString(shape),
                size,
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
