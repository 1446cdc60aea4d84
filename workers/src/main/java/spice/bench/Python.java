package spice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// A Python interpreter with the modules that were asked for.
///
/// @param program name or path of the interpreter
/// @param versions of these modules, by name
public record Python(String program, Map<String, String> versions) {
    public static final String TORCH = "torch";
    public static final String TRANSFORMERS = "transformers";

    private static final int PATIENCE_SECONDS = 60;
    private static final String SCRIPT = "peer.py";

    /// Environment variables that we set for our own processes, and remove for Python: each side has what suits it.
    static final List<String> OURS_ALONE = List.of("OMP_WAIT_POLICY", "MALLOC_ARENA_MAX");

    public Python {
        versions = Map.copyOf(versions);
    }

    /// The version of torch, or `unknown`.
    String torch() {
        return versions.getOrDefault(TORCH, "unknown");
    }

    /// The modules with their versions, e.g. `torch 2.7.1, transformers 4.57.3`.
    public String describe() {
        return versions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    /// Whether an interpreter has the modules.
    public sealed interface Found {
        record Yes(Python python) implements Found {}

        /// The interpreter does not exist, or lacks a module.
        ///
        /// @param reason in a few words
        record No(String reason) implements Found {}
    }

    /// Asks an interpreter for the versions of modules.
    public static Found find(String program, String... modules) {
        String question = "import importlib\nfor name in '%s'.split(): print(importlib.import_module(name).__version__)"
                .formatted(String.join(" ", modules));
        try {
            Process process = new ProcessBuilder(program, "-c", question)
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            List<String> said =
                    process.inputReader(StandardCharsets.UTF_8).lines().toList();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Found.No("%s did not import %s within %d s"
                        .formatted(program, String.join(" and ", modules), PATIENCE_SECONDS));
            }
            return process.exitValue() == 0
                    ? new Found.Yes(new Python(program, versions(modules, said)))
                    : new Found.No("%s cannot import %s (%s)"
                            .formatted(program, String.join(" and ", modules), said.isEmpty() ? "" : said.getLast()));
        } catch (IOException e) {
            return new Found.No("there is no %s".formatted(program));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Found.No("interrupted");
        }
    }

    /// Reads the last lines; a module may print lines of its own before them.
    private static Map<String, String> versions(String[] modules, List<String> said) {
        Map<String, String> versions = new HashMap<>();
        for (int i = 0; i < modules.length; i++) {
            versions.put(modules[i], said.get(said.size() - modules.length + i));
        }
        return versions;
    }

    /// Writes `peer.py` beside a job.
    ///
    /// @return the command that runs it on the job
    List<String> peer(Path job) {
        Path script = job.resolveSibling(SCRIPT);
        try {
            unpack(script, Python.class);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write %s".formatted(script), e);
        }
        return List.of(program, script.toString(), job.toString());
    }

    /// Writes a script from the class path to this file.
    ///
    /// @param owner class beside which a script of the file's name lies
    public static void unpack(Path script, Class<?> owner) throws IOException {
        String name = script.getFileName().toString();
        Files.createDirectories(script.getParent());
        try (InputStream text = owner.getResourceAsStream(name)) {
            if (text == null) {
                throw new IllegalStateException("the resource %s is missing from the class path".formatted(name));
            }
            Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
