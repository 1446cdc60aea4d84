package spice.corpus;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import spice.ingest.CorpusException;
import spice.store.FileNames;
import spice.store.FileSource;
import spice.store.s3.S3Clients;
import spice.store.s3.S3Errors;
import spice.store.s3.S3Location;

/// The documents below a prefix of a bucket, named as [FileNames] writes them, on the S3 server that the AWS
/// SDK's own settings name.
public final class S3PrefixSource implements FileSource {
    private static final String SCHEME = "s3://";

    private final S3Location location;
    private final String prefix;

    private S3PrefixSource(S3Location location, String prefix) {
        this.location = location;
        this.prefix = prefix;
    }

    /// The documents of a folder below a root.
    ///
    /// @param root `s3://bucket` or `s3://bucket/prefix`, as the worker was started with
    /// @param folder below it, relative and without `..`; empty for all of it
    /// @throws CorpusException if the name would leave the root
    public static S3PrefixSource below(String root, String folder) {
        String[] place = root.substring(SCHEME.length()).split("/", 2);
        return below(S3Location.configured(place[0]), place.length < 2 ? "" : place[1], folder);
    }

    static S3PrefixSource below(S3Location location, String root, String folder) {
        if (List.of(folder.split("/", -1)).contains("..")) {
            throw new CorpusException("the corpus %s leaves %s%s/%s; name a folder inside it"
                    .formatted(folder, SCHEME, location.bucket(), root));
        }
        String prefix = (root + "/" + folder + "/").replaceAll("/+", "/").replaceFirst("^/", "");
        return new S3PrefixSource(location, prefix);
    }

    @Override
    public String name() {
        return SCHEME + location.bucket() + "/" + prefix;
    }

    @Override
    public Inventory list() throws IOException {
        try (S3Client client = S3Clients.open(location)) {
            List<SourceFile> files = new ArrayList<>();
            int hidden = 0;
            for (S3Object object : client.listObjectsV2Paginator(
                            list -> list.bucket(location.bucket()).prefix(prefix))
                    .contents()) {
                String path =
                        FileNames.text(object.key().substring(prefix.length()).getBytes(StandardCharsets.UTF_8));
                if (path.isEmpty() || path.endsWith("/")) {
                    continue;
                }
                if (path.startsWith(".") || path.contains("/.")) {
                    hidden++;
                } else {
                    files.add(new SourceFile(path, object.size()));
                }
            }
            return new Inventory(files, List.of(), hidden);
        } catch (SdkException e) {
            throw new IOException("%s cannot be listed: %s".formatted(name(), S3Errors.oneLine(e)), e);
        }
    }

    /// The stream holds its connection until it is closed.
    @Override
    public InputStream open(String path) throws IOException {
        S3Client client = S3Clients.open(location);
        try {
            InputStream content =
                    client.getObject(get -> get.bucket(location.bucket()).key(prefix + key(path)));
            return new FilterInputStream(content) {
                @Override
                public void close() throws IOException {
                    super.close();
                    client.close();
                }
            };
        } catch (SdkException e) {
            client.close();
            throw new IOException("%s%s cannot be read: %s".formatted(name(), path, S3Errors.oneLine(e)), e);
        }
    }

    private static String key(String path) {
        return new String(FileNames.bytes(path), StandardCharsets.UTF_8);
    }
}
