package spice.model;

import static spice.model.Check.require;

import java.util.Arrays;

/// A tensor for Java, row by row. What stands in a file or in native memory is copied to Java's memory when its values
/// are asked for, and not kept. Of large tensors a part is there at a time: an embedding of 150,000 tokens is larger
/// than a worker's whole heap.
///
/// @param source of the values
@SuppressWarnings("ArrayRecordComponent") // numbers by the million; never compared
record HostTensor(long[] shape, Source source) {
    /// Of a part: four megabytes of float32.
    static final int PART = 1 << 20;

    /// Gives a tensor's values, whole rows of it.
    interface Source {
        /// The values from one number to another.
        ///
        /// @param from number of the first value
        /// @param to and of the one after the last
        float[] values(long from, long to);
    }

    /// Takes a part of a tensor's values, of which the first has the number `from`.
    interface Visitor {
        void visit(long from, float[] values);
    }

    /// Of values that are Java's already; where all are asked for, they are these, and not a copy.
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

    /// All values, in order, a part at a time.
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
