package spice.store.s3;

import static spice.domain.Check.require;

import java.util.regex.Pattern;
import spice.store.BlobRef;
import spice.store.StepKey;

/// Which object holds what. Three folders, so that no key is ever a folder of another, which servers that keep
/// objects as files cannot have.
final class ObjectKeys {
    static final String RECORDS = "records/";

    /// A server that keeps objects as files appends up to 37 characters while it writes, of 255 that a name may
    /// have.
    private static final Pattern NAME =
            Pattern.compile("(?!\\.{1,2}(/|$))[\\w.-]{1,200}(/(?!\\.{1,2}(/|$))[\\w.-]{1,200})*");

    private ObjectKeys() {}

    /// `blobs/<2 hex digits>/<sha256>`: the two digits keep a folder's listing short.
    static String blob(BlobRef ref) {
        return "blobs/%s/%s".formatted(ref.sha256().substring(0, 2), ref.sha256());
    }

    /// `index/<step>/v<version>/<inputs>`.
    static String index(StepKey key) {
        return "index/%s/v%d/%s".formatted(key.step(), key.version(), key.inputs());
    }

    /// `records/<name>`.
    static String record(String name) {
        require(isRecordName(name), "not a record's name: '%s'", name);
        return RECORDS + name;
    }

    static boolean isRecordName(String name) {
        return NAME.matcher(name).matches();
    }
}
