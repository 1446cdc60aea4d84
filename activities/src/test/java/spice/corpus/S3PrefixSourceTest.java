package spice.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import spice.ingest.CorpusException;
import spice.store.FileSource.Inventory;
import spice.store.FileSource.SourceFile;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Clients;
import spice.store.s3.S3Location;
import spice.store.s3.S3ProxyProcess;

/// Documents below a prefix on a real S3 server.
class S3PrefixSourceTest {
    private static S3ProxyProcess server;
    private static S3Location location;

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyProcess.shared();
        location = server.bucket("documents");
        S3BlobStore.open(location).close();
        try (S3Client client = S3Clients.open(location)) {
            for (String key : new String[] {
                "books/b.txt", "books/2024/a.txt", "books/.hidden/c.txt", "other/d.txt", "odd/für\tMüller.txt"
            }) {
                client.putObject(put -> put.bucket("documents").key(key), RequestBody.fromString("text of " + key));
            }
        }
    }

    @Test
    void itHoldsWhatLiesBelowThePrefixAndNothingElse() throws IOException {
        S3PrefixSource source = S3PrefixSource.below(location, "books", "");
        Inventory listing = source.list();
        assertThat(listing.files()).extracting(SourceFile::path).containsExactly("2024/a.txt", "b.txt");
        assertThat(listing.hidden()).isEqualTo(1);
        try (InputStream content = source.open("2024/a.txt")) {
            assertThat(new String(content.readAllBytes(), UTF_8)).isEqualTo("text of books/2024/a.txt");
        }
    }

    @Test
    void aKeyThatCannotBeShownIsReadUnderAnotherName() throws IOException {
        S3PrefixSource source = S3PrefixSource.below(location, "odd", "");
        assertThat(source.list().files()).extracting(SourceFile::path).containsExactly("für\\x09Müller.txt");
        try (InputStream content = source.open("für\\x09Müller.txt")) {
            assertThat(new String(content.readAllBytes(), UTF_8)).isEqualTo("text of odd/für\tMüller.txt");
        }
    }

    @Test
    void aRunNamesAFolderBelowTheRootAndCannotLeaveIt() throws IOException {
        assertThat(S3PrefixSource.below(location, "books", "2024").list().files())
                .extracting(SourceFile::path)
                .containsExactly("a.txt");
        assertThatThrownBy(() -> S3PrefixSource.below(location, "books", "../other"))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("leaves s3://documents/books");
    }

    @Test
    void aFileThatIsNotThereIsAnErrorWithItsName() {
        assertThatThrownBy(() -> S3PrefixSource.below(location, "books", "").open("no.txt"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("s3://documents/books/no.txt cannot be read");
    }
}
