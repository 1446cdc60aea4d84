package spice.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import spice.store.Json;

/// The files of a program, as a digest: whether what runs is what would be started now.
public final class Build {
    private static final String CLASS_PATH = "-cp";

    private Build() {}

    /// @param command of a program, or of a JVM on a class path
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

    /// Programs and libraries are replaced, not edited: length and time tell.
    private static String stamp(Path file) {
        try {
            return "%s %d %s".formatted(file, Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            // What is not there cannot be started either.
            return "%s missing".formatted(file);
        }
    }

    /// A digest of all that lies in a folder. A build writes all classes anew, most of them as they were.
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
