package spice.steps;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.io.input.BoundedInputStream;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StoreException;

/// Lists of records as blobs: JSON compressed by zstd. Equal lists give equal bytes.
public final class BlobList {
    private static final ObjectMapper MAPPER = Json.mapper();
    private static final int LEVEL = 3;
    /// Largest content in bytes, far above a shard's. More is taken for damage.
    private static final long MAX_BYTES = 1L << 30;

    private BlobList() {}

    public static BlobRef put(BlobStore store, List<?> records) {
        try {
            return store.put(Zstd.compress(MAPPER.writeValueAsBytes(records), LEVEL));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static <T> List<T> get(BlobStore store, BlobRef ref, Class<T> type) {
        return store.read(ref, content -> {
            try (InputStream json = BoundedInputStream.builder()
                    .setInputStream(new ZstdInputStream(content))
                    .setMaxCount(MAX_BYTES)
                    .get()) {
                return MAPPER.readValue(json, MAPPER.getTypeFactory().constructCollectionType(List.class, type));
            } catch (JsonProcessingException | ZstdIOException e) {
                throw new StoreException(
                        "blob %s is not a list of %s".formatted(ref.sha256(), type.getSimpleName()), e);
            }
        });
    }
}
