package spice.ingest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// JSON lines compressed with zstd. Equal values give equal bytes. Such files can be concatenated.
final class ZstdLines {
    static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .build();

    private static final int LEVEL = 3;

    private ZstdLines() {}

    /// Writes one file.
    static final class Writer implements AutoCloseable {
        private final OutputStream out;

        Writer(Path file) throws IOException {
            out = new BufferedOutputStream(new ZstdOutputStream(Files.newOutputStream(file), LEVEL));
        }

        void write(Object value) throws IOException {
            JSON.writeValue(out, value);
            out.write('\n');
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /// Reads the values in such a file.
    static <T> MappingIterator<T> read(InputStream in, Class<T> type) throws IOException {
        return JSON.readerFor(type).readValues(new BufferedInputStream(new ZstdInputStream(in)));
    }
}
