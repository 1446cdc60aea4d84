package spice.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.store.FileSource;

/// A model's folder that a person brought and may have got from anywhere. Each of its files is checked before it is
/// stored, and so before a checkpoint or an export holds it.
public final class BroughtModel {
    /// The files of a model repository that this program and others read. Weights in other formats are left out.
    private static final Pattern FILES = Pattern.compile(
            "(?:%s/)?[\\w.-]+\\.(?:safetensors|json|jinja)|merges\\.txt".formatted(ModelFolder.ADAPTER));

    private BroughtModel() {}

    /// Whether a file of this name belongs to a model.
    static boolean holds(String name) {
        return FILES.matcher(name).matches();
    }

    /// The model's files in a folder, by name; those of its adapter, if it has one, as `adapter/NAME`. Links are
    /// followed to files in the folder, and from a snapshot in Hugging Face's cache to the blobs of the same model:
    /// `snapshots/REVISION/NAME` to `blobs/DIGEST`.
    ///
    /// @return each with the file that it is or leads to
    /// @throws ModelException if a link leads elsewhere, or a file cannot be used
    static SortedMap<String, Path> files(Path folder) throws IOException {
        SortedMap<String, Path> files = files(folder, folder);
        Path adapter = folder.resolve(ModelFolder.ADAPTER);
        if (Files.isDirectory(adapter)) {
            files(adapter, folder).forEach((name, place) -> files.put(ModelFolder.ADAPTER + "/" + name, place));
        }
        return files;
    }

    private static SortedMap<String, Path> files(Path folder, Path model) throws IOException {
        Path home = model.toRealPath();
        TreeMap<String, Path> files = new TreeMap<>();
        for (Path file : listed(folder)) {
            if (belongs(file)) {
                Path place = file.toRealPath();
                if (!place.startsWith(home) && !isBlobOf(home, place)) {
                    throw new ModelException(
                            "%s is a link to %s, outside of the model's folder. Put the file itself there"
                                    .formatted(file, place));
                }
                ModelFolder.check(file);
                files.put(file.getFileName().toString(), place);
            }
        }
        return files;
    }

    private static List<Path> listed(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static boolean belongs(Path file) {
        return holds(file.getFileName().toString()) && Files.isRegularFile(file);
    }

    private static boolean isBlobOf(Path home, Path place) {
        Path snapshots = home.getParent();
        return snapshots != null
                && snapshots.endsWith("snapshots")
                && snapshots.resolveSibling("blobs").equals(place.getParent());
    }

    /// What the folder holds and nothing here uses, in lines for whoever brings it: fields of its configs, tensors,
    /// and files that are left out.
    ///
    /// @throws ModelException if config and weights do not fit together
    public static List<String> unused(Path folder) {
        List<String> unused = new ArrayList<>(ModelFolder.unused(folder));
        try {
            leftOut(listed(folder).stream()
                            .filter(file -> !belongs(file))
                            .map(file -> file.getFileName().toString()))
                    .ifPresent(unused::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s".formatted(folder), e);
        }
        return unused;
    }

    /// The files and folders of a source that are not part of its model, as one line.
    public static Optional<String> leftOut(FileSource source) throws IOException {
        return leftOut(source.list().files().stream()
                .map(FileSource.SourceFile::path)
                .filter(path -> !holds(path))
                .map(path -> path.replaceFirst("/.*", "")));
    }

    private static Optional<String> leftOut(Stream<String> names) {
        String line = names.filter(name -> !name.startsWith(".") && !name.equals(ModelFolder.ADAPTER))
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return line.isEmpty() ? Optional.empty() : Optional.of(line);
    }
}
