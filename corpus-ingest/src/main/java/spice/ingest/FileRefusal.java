package spice.ingest;

/// Why a file gave no passages.
public enum FileRefusal {
    /// It has no bytes.
    EMPTY,
    /// It cannot be opened or read to its end.
    UNREADABLE,
    /// A link that leads out of the folder.
    OUTSIDE,
    /// A link to a folder. If that lies inside, its files are read there; following it could go round in circles.
    LINKED_FOLDER,
    /// A device, a pipe or a socket.
    NOT_A_FILE,
    /// Longer than the settings allow.
    TOO_LARGE,
    /// It asks for a password.
    ENCRYPTED,
    /// Its parser cannot read it to its end.
    DAMAGED,
    /// It unpacks to far more than it should.
    ZIP_BOMB,
    /// It can be read, but there is no text in it.
    NO_TEXT,
    /// A style sheet or a script: text, but the machinery of a page and no document.
    NOT_PROSE,
    /// JSON lines of which none holds a text.
    NO_VALID_LINE,
    /// Parsing took longer than the settings allow.
    TIMEOUT,
    /// Parsing took more memory than the settings allow.
    OUT_OF_MEMORY,
    /// The parser's JVM died.
    CRASHED;

    /// Whether the machine may be at fault, so that the same file could be read at another time or with other
    /// limits.
    boolean passing() {
        return switch (this) {
            case UNREADABLE, TIMEOUT, OUT_OF_MEMORY, CRASHED -> true;
            case EMPTY,
                    OUTSIDE,
                    LINKED_FOLDER,
                    NOT_A_FILE,
                    TOO_LARGE,
                    ENCRYPTED,
                    DAMAGED,
                    ZIP_BOMB,
                    NO_TEXT,
                    NOT_PROSE,
                    NO_VALID_LINE -> false;
        };
    }
}
