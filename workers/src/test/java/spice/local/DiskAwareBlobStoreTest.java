package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import spice.store.BlobRef;
import spice.store.ObjectKeys;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Key;
import spice.store.s3.S3Location;

class DiskAwareBlobStoreTest {
    private static final S3Key KEY = new S3Key("spice", "secret");

    @TempDir
    Path folder;

    @Test
    void aFullDiskIsOneLineEvenInTheMiddleOfALargeBody() throws Exception {
        S3Proxy server = S3Proxy.builder()
                .blobStore(new DiskAwareBlobStore(new AlmostFull(folder)))
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, KEY.id(), KEY.secret())
                .ignoreUnknownHeaders(true)
                .build();
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getPort());
        try (S3BlobStore store = S3BlobStore.open(S3Location.at(endpoint, KEY, "spice"))) {
            BlobRef small = store.put("small".getBytes(UTF_8));

            assertThatThrownBy(() -> store.put(new byte[8 << 20]))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll(endpoint.toString(), "its disk is full")
                    .hasMessageNotContaining("\n");
            assertThat(store.get(small)).isEqualTo("small".getBytes(UTF_8));

            // What was not used for hours is copied onto itself.
            Files.setLastModifiedTime(
                    folder.resolve("spice").resolve(ObjectKeys.blob(small.sha256())),
                    FileTime.from(Instant.now().minus(Duration.ofHours(2))));
            assertThatThrownBy(() -> store.put("small".getBytes(UTF_8)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("its disk is full");
        } finally {
            server.stop();
        }
    }

    /// A disk with room for one more megabyte, and the system's error after that.
    private static final class AlmostFull extends ForwardingBlobStore {
        AlmostFull(Path folder) {
            super(new FilesystemNio2BlobStore(folder.toString()));
        }

        @Override
        public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
            byte[] fits;
            try {
                fits = content.readNBytes(1 << 20);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (fits.length < 1 << 20) {
                return super.putBlob(request, new ByteArrayInputStream(fits));
            }
            throw new UncheckedIOException(new IOException("No space left on device"));
        }

        @Override
        public CopyObjectResponse copyBlob(CopyObjectRequest request) {
            throw new UncheckedIOException(new IOException("No space left on device"));
        }
    }
}
