package spice.store;

import static spice.domain.Check.require;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The keys of the objects in a store. There are three folders, so that no key is ever a folder of another: servers
/// that keep objects as files cannot store that.
public final class ObjectKeys {
    public static final String RECORDS = "records/";
    public static final String BLOBS = "blobs/";

    /// A segment of at most 200 characters: a server that keeps objects as files appends up to 37 while it writes,
    /// and file systems allow 255.
    private static final Pattern NAME =
            Pattern.compile("(?!\\.{1,2}(/|$))[\\w.-]{1,200}(/(?!\\.{1,2}(/|$))[\\w.-]{1,200})*");

    private static final Pattern BLOB = Pattern.compile(BLOBS + "[0-9a-f]{2}/([0-9a-f]{64})");
    private static final Pattern INDEX = Pattern.compile("index/([a-z][a-z-]*)/v(\\d{1,9})/([0-9a-f]{64})");

    private ObjectKeys() {}

    /// `blobs/<2 hex digits>/<sha256>`: the two digits keep a folder's listing short.
    public static String blob(String sha256) {
        return "%s%s/%s".formatted(BLOBS, sha256.substring(0, 2), sha256);
    }

    /// `index/<step>/v<version>/<inputs>`.
    public static String index(StepKey key) {
        return "index/%s/v%d/%s".formatted(key.step(), key.version(), key.inputs());
    }

    /// `records/<name>`.
    public static String record(String name) {
        require(isRecordName(name), "not a record's name: '%s'", name);
        return RECORDS + name;
    }

    public static boolean isRecordName(String name) {
        return NAME.matcher(name).matches();
    }

    /// The content that an object of this key holds; empty if the key is not one of ours.
    public static Optional<Stored.Content> content(String key) {
        Matcher blob = BLOB.matcher(key);
        if (blob.matches()) {
            return Optional.of(new Stored.Blob(blob.group(1)));
        }
        Matcher index = INDEX.matcher(key);
        if (index.matches()) {
            return Optional.of(
                    new Stored.Step(new StepKey(index.group(1), Integer.parseInt(index.group(2)), index.group(3))));
        }
        return key.startsWith(RECORDS) && isRecordName(key.substring(RECORDS.length()))
                ? Optional.of(new Stored.Named(key.substring(RECORDS.length())))
                : Optional.empty();
    }
}
