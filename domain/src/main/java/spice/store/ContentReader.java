package spice.store;

import java.io.IOException;
import java.io.InputStream;

/// Reads content as it arrives, since it may be larger than the memory.
public interface ContentReader<T> {
    /// What the content tells. A reader need not read to the end.
    T of(InputStream content) throws IOException;
}
