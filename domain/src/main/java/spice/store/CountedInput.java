package spice.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/// A stream that tells how far it has been read.
public final class CountedInput extends FilterInputStream {
    private final LongConsumer done;
    private long bytes;

    /// @param before bytes that were done before this stream
    /// @param done takes the bytes done, those before included
    public CountedInput(InputStream in, long before, LongConsumer done) {
        super(in);
        this.bytes = before;
        this.done = done;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(read);
        return read;
    }

    private void count(int read) {
        if (read > 0) {
            bytes += read;
            done.accept(bytes);
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
