package spice.ingest;

import spice.store.FileSource;

/// A file that gave no passages.
///
/// @param path below the source
/// @param detail one line in addition to the reason, or empty
public record RefusedFile(String path, FileRefusal reason, String detail) {

    static RefusedFile of(FileSource.Unopened file) {
        FileRefusal reason = switch (file.obstacle()) {
            case UNREADABLE -> FileRefusal.UNREADABLE;
            case OUTSIDE -> FileRefusal.OUTSIDE;
            case LINKED_FOLDER -> FileRefusal.LINKED_FOLDER;
            case NOT_A_FILE -> FileRefusal.NOT_A_FILE;
        };
        return new RefusedFile(file.path(), reason, file.detail());
    }
}
