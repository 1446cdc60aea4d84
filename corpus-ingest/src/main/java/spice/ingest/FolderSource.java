package spice.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import spice.store.FileNames;
import spice.store.FileSource;

/// The files below a folder, named as [FileNames] writes them. Links are followed only to files in the folder;
/// hidden files are ignored.
public final class FolderSource implements FileSource {
    private final Path folder;

    private FolderSource(Path folder) {
        this.folder = folder;
    }

    /// The folder of this name below a root, or the root itself for `.`.
    ///
    /// @param root the folder that the worker was started with; a name cannot reach anything outside it
    /// @param name relative, without `..`
    /// @throws CorpusException if there is no such folder, or the name or a link in it would leave the root
    public static FolderSource below(Path root, String name) {
        try {
            Path relative = Path.of(name);
            if (relative.isAbsolute()
                    || relative.startsWith("..")
                    || relative.normalize().startsWith("..")) {
                throw leaves(root, name);
            }
            Path named = root.resolve(relative).normalize();
            if (!Files.isDirectory(named)) {
                throw new CorpusException(
                        "there is no folder %s; the corpus is named relative to %s".formatted(named, root));
            }
            Path folder = named.toRealPath();
            if (!folder.startsWith(root.toRealPath())) {
                throw leaves(root, name);
            }
            return new FolderSource(folder);
        } catch (InvalidPathException | IOException e) {
            throw new CorpusException(
                    "cannot open the folder %s below %s: %s".formatted(name, root, e.getMessage()), e);
        }
    }

    private static CorpusException leaves(Path root, String name) {
        return new CorpusException(
                "the corpus %s leaves %s; name a folder inside it, or start the worker with another root"
                        .formatted(name, root));
    }

    @Override
    public String name() {
        return FileNames.text(folder);
    }

    @Override
    public Inventory list() throws IOException {
        List<SourceFile> files = new ArrayList<>();
        List<Unopened> unopened = new ArrayList<>();
        int[] hidden = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (!directory.equals(folder) && isHidden(directory)) {
                    hidden[0]++;
                    return FileVisitResult.SKIP_SUBTREE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (isHidden(file)) {
                    hidden[0]++;
                } else if (attributes.isRegularFile()) {
                    files.add(new SourceFile(relative(file), attributes.size()));
                } else if (attributes.isSymbolicLink()) {
                    link(file, files, unopened);
                } else {
                    unopened.add(new Unopened(relative(file), Obstacle.NOT_A_FILE, ""));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                unopened.add(new Unopened(relative(file), Obstacle.UNREADABLE, reason(e)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                if (e != null) {
                    unopened.add(new Unopened(relative(directory), Obstacle.UNREADABLE, reason(e)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(Comparator.comparing(SourceFile::path));
        unopened.sort(Comparator.comparing(Unopened::path));
        return new Inventory(files, unopened, hidden[0]);
    }

    private void link(Path link, List<SourceFile> files, List<Unopened> unopened) {
        try {
            Path target = link.toRealPath();
            if (!target.startsWith(folder)) {
                unopened.add(new Unopened(relative(link), Obstacle.OUTSIDE, "to " + target(link)));
            } else if (Files.isDirectory(target)) {
                unopened.add(new Unopened(relative(link), Obstacle.LINKED_FOLDER, "to " + relative(target)));
            } else if (Files.isRegularFile(target)) {
                files.add(new SourceFile(relative(link), Files.size(target)));
            } else {
                unopened.add(new Unopened(relative(link), Obstacle.NOT_A_FILE, ""));
            }
        } catch (IOException e) {
            unopened.add(new Unopened(relative(link), Obstacle.UNREADABLE, "a link to nothing"));
        }
    }

    @Override
    public InputStream open(String path) throws IOException {
        Path file = FileNames.path(folder, path).toRealPath();
        if (!file.startsWith(folder)) {
            throw new AccessDeniedException(path, null, "it leads out of the folder");
        }
        return Files.newInputStream(file);
    }

    private static String target(Path link) throws IOException {
        return FileNames.text(link.resolveSibling(Files.readSymbolicLink(link)).normalize());
    }

    private String relative(Path file) {
        return FileNames.below(folder, file);
    }

    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName();
    }
}
