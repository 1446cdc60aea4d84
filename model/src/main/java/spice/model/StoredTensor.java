package spice.model;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// A tensor's place in a safetensors file. The file has eight bytes with the header's length, a JSON header
/// ([SafeTensorsHeader]), then the numbers, little-endian.
///
/// DJL has a reader too, but it ends the JVM on a bfloat16 tensor.
///
/// @param from position of the tensor's first byte in the file
/// @param to position after its last byte
@SuppressWarnings("ArrayRecordComponent") // a shape; never compared
public record StoredTensor(Path file, String name, StoredType type, long[] shape, long from, long to) {
    private static final int CHUNK_BYTES = 1 << 20;

    /// All tensors of a file, in the order of the header.
    ///
    /// @throws ModelException if the file is missing, truncated or not of this format
    public static Map<String, StoredTensor> of(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long length = size < Long.BYTES ? -1 : bytes(channel, 0, Long.BYTES).getLong();
            if (length < 2 || length > size - Long.BYTES) {
                throw SafeTensorsHeader.damaged(file, "its header does not fit into its %d bytes".formatted(size));
            }
            if (length > SafeTensorsHeader.LONGEST) {
                throw new ModelException(
                        "the header of %s has %,d bytes, more than the %,d that are read. Take a model with fewer tensors"
                                .formatted(file, length, SafeTensorsHeader.LONGEST));
            }
            return new SafeTensorsHeader(file, Long.BYTES + length, size)
                    .tensors(bytes(channel, Long.BYTES, (int) length).array());
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " is missing; a model folder holds " + ModelFolder.FILES, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// The tensor for Java. Its values are read from the file on demand.
    HostTensor onHost() {
        return new HostTensor(shape, this::values);
    }

    /// Reads its bytes in chunks of whole numbers.
    ///
    /// @throws ModelException if a number is not finite
    public void forEachChunk(Consumer<ByteBuffer> take) {
        forEachChunk(from, to, take);
    }

    private void forEachChunk(long from, long to, Consumer<ByteBuffer> take) {
        try (FileChannel channel = FileChannel.open(file)) {
            for (long at = from; at < to; at += CHUNK_BYTES) {
                ByteBuffer chunk = bytes(channel, at, (int) Math.min(CHUNK_BYTES, to - at));
                requireFinite(chunk, at);
                take.accept(chunk);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void requireFinite(ByteBuffer chunk, long at) {
        OptionalInt place = type.notFinite(chunk);
        if (place.isPresent()) {
            throw new ModelException(
                    "tensor %s in %s is not finite: its number %,d is %s. Take other weights, or an earlier checkpoint"
                            .formatted(
                                    name,
                                    file,
                                    (at - from) / type.bytes() + place.getAsInt(),
                                    type.number(chunk, place.getAsInt())));
        }
    }

    /// Reads a range of its numbers as floats.
    private float[] values(long first, long end) {
        float[] values = new float[Math.toIntExact(end - first)];
        int[] at = {0};
        forEachChunk(from + first * type.bytes(), from + end * type.bytes(), chunk -> {
            int length = chunk.remaining() / type.bytes();
            type.read(chunk, values, at[0], length);
            at[0] += length;
        });
        return values;
    }

    /// Whether the other tensor has the same type, shape and bytes.
    boolean isSameAs(StoredTensor other) {
        if (type != other.type || !Arrays.equals(shape, other.shape)) {
            return false;
        }
        try (FileChannel here = FileChannel.open(file);
                FileChannel there = FileChannel.open(other.file)) {
            for (long at = 0; at < to - from; at += CHUNK_BYTES) {
                int length = (int) Math.min(CHUNK_BYTES, to - from - at);
                if (!bytes(here, from + at, length).equals(bytes(there, other.from + at, length))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s or %s".formatted(file, other.file), e);
        }
    }

    /// The SHA-256 of its bytes.
    String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            forEachChunk(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file ends at byte " + channel.size());
            }
        }
        return buffer.flip();
    }
}
