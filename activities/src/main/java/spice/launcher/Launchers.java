package spice.launcher;

import static java.util.Collections.unmodifiableSortedMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import spice.runs.Failure;
import spice.settings.RunSettings;

/// The engines that a worker may start for a step, by name. The commands are part of the worker's own configuration
/// and a run's JSON only gives a name, so whoever may start runs may not start programs.
///
/// @param commands program and arguments of each, to which the job's address is appended
/// @param bucket of the store
/// @param environment variables of the jobs on top of the worker's own: where the store is and who may use it
public record Launchers(Map<String, List<String>> commands, String bucket, Map<String, String> environment) {
    /// The launchers of a worker that starts none.
    public static final Launchers NONE = new Launchers(Map.of(), "", Map.of());

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORM = "{\"torchrun\": [\"torchrun\", \"--standalone\", \"train.py\"]}";

    public Launchers {
        commands = unmodifiableSortedMap(new TreeMap<>(commands));
        environment = Map.copyOf(environment);
    }

    /// Reads a JSON object of names with their commands, each an array of program and arguments. No shell is
    /// involved.
    ///
    /// @throws IllegalArgumentException if the file is not there or holds something else
    public static Map<String, List<String>> read(Path file) {
        Map<String, List<String>> commands;
        try {
            commands = JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file %s; it would hold %s".formatted(file, FORM), e);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "%s does not hold names with their commands, such as %s: %s"
                            .formatted(file, FORM, e.getOriginalMessage()),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read: %s".formatted(file, e), e);
        }
        commands.forEach((name, command) -> {
            if (!name.matches("[a-z][a-z0-9-]{0,39}") || name.equals(RunSettings.OWN_TRAINER)) {
                throw new IllegalArgumentException(
                        "%s names a launcher \"%s\"; take lower-case letters, digits and hyphens, and not \"%s\""
                                .formatted(file, name, RunSettings.OWN_TRAINER));
            }
            if (command.isEmpty() || command.getFirst().isBlank()) {
                throw new IllegalArgumentException(
                        "%s gives launcher %s no command; give program and arguments, as in %s"
                                .formatted(file, name, FORM));
            }
        });
        return commands;
    }

    /// Leaves out the variables, which include a secret key.
    @Override
    public String toString() {
        return "Launchers" + commands;
    }

    /// The command of this name.
    ///
    /// @throws io.temporal.failure.ApplicationFailure `LAUNCHER_UNKNOWN` if there is none
    public List<String> command(String name) {
        List<String> command = commands.get(name);
        if (command == null) {
            throw Failure.LAUNCHER_UNKNOWN.because(
                    "there is no launcher %s; this worker was started with %s. Give it one by `spice worker --launchers FILE` and retry, or set trainer to %s"
                            .formatted(name, commands.keySet(), RunSettings.OWN_TRAINER));
        }
        return command;
    }
}
