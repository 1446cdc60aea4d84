package spice.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/// Computes SHA-256 and length of a stream.
public final class RunningDigest {
    private final MessageDigest digest;
    private long bytes;

    public RunningDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Copies a stream to its end.
    public void pass(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
            bytes += n;
            out.write(buffer, 0, n);
        }
    }

    /// A stream that passes on what it reads from another one.
    public InputStream of(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                int value = in.read();
                if (value >= 0) {
                    digest.update((byte) value);
                    bytes++;
                }
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = in.read(buffer, offset, length);
                if (n > 0) {
                    digest.update(buffer, offset, n);
                    bytes += n;
                }
                return n;
            }

            @Override
            public long skip(long count) throws IOException {
                return readNBytes((int) Math.min(count, 1 << 16)).length;
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }

    /// The reference to all bytes that passed; ends this digest.
    public BlobRef ref() {
        return new BlobRef(HexFormat.of().formatHex(digest.digest()), bytes);
    }

    /// The reference to a file's content.
    public static BlobRef of(Path file) throws IOException {
        return of(file, _ -> {});
    }

    /// As [#of(Path)].
    ///
    /// @param done takes the bytes that have been read so far
    public static BlobRef of(Path file, LongConsumer done) throws IOException {
        RunningDigest digest = new RunningDigest();
        try (InputStream in = new CountedInput(Files.newInputStream(file), 0, done)) {
            digest.pass(in, OutputStream.nullOutputStream());
        }
        return digest.ref();
    }
}
