package spice.processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import spice.program.UserError;
import spice.store.Json;

/// A digest of a program's files, which tells whether a running program is the one that would be started now.
public final class BuildDigest {
    private static final String CLASS_PATH = "-cp";

    private BuildDigest() {}

    /// @param command command line of a program, or of a JVM with a class path
    static String of(List<String> command) {
        List<String> files = new ArrayList<>();
        files.add(stamp(Path.of(command.getFirst())));
        int classPath = command.indexOf(CLASS_PATH) + 1;
        if (classPath > 0) {
            Pattern.compile(Pattern.quote(File.pathSeparator))
                    .splitAsStream(command.get(classPath))
                    .map(Path::of)
                    .map(entry -> Files.isDirectory(entry) ? classes(entry) : stamp(entry))
                    .forEach(files::add);
        }
        return Json.digest(files);
    }

    /// Length and time of change are enough, since programs and libraries are replaced, not edited.
    private static String stamp(Path file) {
        try {
            return "%s %d %s".formatted(file, Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            // A missing file cannot be started either.
            return "%s missing".formatted(file);
        }
    }

    /// A digest of the contents of all files in a folder. Times do not count: a build writes every class anew, most
    /// of them unchanged.
    ///
    /// @throws UserError if it cannot be read
    public static String classes(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            TreeMap<String, String> digests = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                digests.put(folder.relativize(file).toString(), Json.sha256(Files.readAllBytes(file)));
            }
            return Json.digest(digests);
        } catch (IOException e) {
            throw new UserError("cannot read %s (%s); build again".formatted(folder, e), e);
        }
    }
}
