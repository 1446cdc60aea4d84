package spice.ingest;

import static spice.domain.Check.require;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// Where documents lie: a folder, or a prefix in an object store. Safe for use by many threads.
public interface CorpusSource {

    /// How the user knows it, for messages.
    String name();

    /// Everything that is there, files in ascending order of their paths.
    Listing list() throws IOException;

    /// The content of a listed file.
    InputStream open(String path) throws IOException;

    /// A file that can be opened.
    ///
    /// @param path below the source, with `/` between folders
    record SourceFile(String path, long bytes) {}

    /// What a source holds.
    ///
    /// @param refused what stands there but is not to be opened
    /// @param hidden number of files and folders passed over because their name starts with a dot
    record Listing(List<SourceFile> files, List<RefusedFile> refused, int hidden) {
        public Listing {
            files = List.copyOf(files);
            refused = List.copyOf(refused);
            require(hidden >= 0, "%d hidden files", hidden);
        }
    }
}
