package spice.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import spice.ingest.CorpusException;
import spice.ingest.FolderSource;
import spice.store.FileSource;

/// The corpora that this worker was started with. A run names one of them, and a folder or file below it; its JSON
/// can reach nothing else of the machine.
public final class CorpusPlaces {
    private static final String S3 = "s3://";

    private final Map<String, String> corpora;

    public CorpusPlaces(Map<String, String> corpora) {
        this.corpora = new TreeMap<>(corpora);
    }

    /// A file that is known to exist.
    public interface File {
        InputStream open() throws IOException;
    }

    /// The documents below `name` or `name/folder`.
    ///
    /// @throws CorpusException if there is no such corpus, or no such folder in it
    public FileSource source(String place) {
        return source(name(place), below(place));
    }

    private FileSource source(String name, String folder) {
        String root = corpora.get(name);
        if (root == null) {
            throw new CorpusException(
                    "there is no corpus %s; this worker was started with %s (spice worker --corpus NAME=FOLDER)"
                            .formatted(name, corpora.keySet()));
        }
        return root.startsWith(S3)
                ? S3PrefixSource.below(root, folder)
                : FolderSource.below(Path.of(root), folder.isEmpty() ? "." : folder);
    }

    /// The file `name/path`.
    ///
    /// @throws CorpusException if there is no such corpus, or no such file in it
    public File file(String place) throws IOException {
        int slash = place.lastIndexOf('/');
        if (slash < 0) {
            throw new CorpusException("%s names no file; give corpus/file".formatted(place));
        }
        FileSource folder = source(name(place), below(place.substring(0, slash)));
        String file = place.substring(slash + 1);
        if (folder.list().files().stream().noneMatch(listed -> listed.path().equals(file))) {
            throw new CorpusException("there is no file %s in %s".formatted(file, folder.name()));
        }
        return () -> folder.open(file);
    }

    private static String name(String place) {
        int slash = place.indexOf('/');
        return slash < 0 ? place : place.substring(0, slash);
    }

    private static String below(String place) {
        int slash = place.indexOf('/');
        return slash < 0 ? "" : place.substring(slash + 1);
    }
}
