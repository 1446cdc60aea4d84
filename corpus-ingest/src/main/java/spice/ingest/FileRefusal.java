package spice.ingest;

/// Why a file gave no passages.
public enum FileRefusal {
    /// The file is empty.
    EMPTY,
    /// The file cannot be opened or read to its end.
    UNREADABLE,
    /// A link that leads out of the folder.
    OUTSIDE,
    /// A link to a folder. If that lies inside, its files are read there; following it could go round in circles.
    LINKED_FOLDER,
    /// A device, a pipe or a socket.
    NOT_A_FILE,
    /// The file is longer than the settings allow.
    TOO_LARGE,
    /// The file asks for a password.
    ENCRYPTED,
    /// The parser fails on the content.
    DAMAGED,
    /// The file unpacks to far more text than its size suggests.
    ZIP_BOMB,
    /// The file can be read but contains no text.
    NO_TEXT,
    /// Too many of the file's characters are not known, since its bytes are text in no charset.
    UNDECODABLE,
    /// The file is a style sheet or a script: text, but no document.
    NOT_PROSE,
    /// No JSON line in the file has a text.
    NO_VALID_LINE,
    /// Parsing took longer than the settings allow.
    TIMEOUT,
    /// Parsing took more memory than the settings allow.
    OUT_OF_MEMORY,
    /// The parser's JVM died.
    CRASHED;

    /// Whether the cause may pass: the same file may be readable at another time or with other limits.
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
                    UNDECODABLE,
                    NOT_PROSE,
                    NO_VALID_LINE -> false;
        };
    }
}
