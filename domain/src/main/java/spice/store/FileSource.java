package spice.store;

import static spice.domain.Check.require;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// Where a user's files lie, those of a corpus or of a model: a folder, or a prefix in an object store. Safe for use
/// by many threads.
public interface FileSource {

    /// How the user knows it, for messages.
    String name();

    /// All files, in ascending order of their paths.
    Inventory list() throws IOException;

    /// The content of a listed file.
    InputStream open(String path) throws IOException;

    /// A file that can be opened.
    ///
    /// @param path below the source, with `/` between folders
    record SourceFile(String path, long bytes) {}

    /// Something in the source that cannot be opened.
    ///
    /// @param path below the source, with `/` between folders
    /// @param detail one line in addition to the obstacle, or empty
    record Unopened(String path, Obstacle obstacle, String detail) {}

    /// Why something in the source cannot be opened.
    enum Obstacle {
        /// The system does not let it be read.
        UNREADABLE,
        /// A link that leads out of the source.
        OUTSIDE,
        /// A link to a folder. If that lies inside, its files are read there; following it could go round in circles.
        LINKED_FOLDER,
        /// A device, a pipe or a socket.
        NOT_A_FILE
    }

    /// What a source holds.
    ///
    /// @param hidden number of files and folders passed over because their name starts with a dot
    record Inventory(List<SourceFile> files, List<Unopened> unopened, int hidden) {
        public Inventory {
            files = List.copyOf(files);
            unopened = List.copyOf(unopened);
            require(hidden >= 0, "%d hidden files", hidden);
        }
    }
}
