package spice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// Options that give a run's settings on the command line.
final class RunOptions {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = {"-s", "--set"},
            paramLabel = "NAME=VALUE",
            description = "A setting of the run, e.g. --set learningRate=1e-4. Repeatable; see docs/settings.md.")
    private Map<String, String> set = Map.of();

    @Option(names = "--settings", paramLabel = "FILE", description = "A JSON file of settings; --set comes on top.")
    private @Nullable Path file;

    @Option(names = "--iterations", description = "Iterations to run.")
    private @Nullable Integer iterations;

    @Option(names = "--seed", description = "The run's seed.")
    private @Nullable Long seed;

    /// The settings that are given, as one object without the preset's.
    ObjectNode object() {
        ObjectNode object = file == null ? JSON.createObjectNode() : read(file);
        object.setAll(object(set));
        if (iterations != null) {
            object.put("iterations", iterations);
        }
        if (seed != null) {
            object.put("seed", seed);
        }
        return object;
    }

    /// Settings typed as NAME=VALUE, as one object.
    static ObjectNode object(Map<String, String> set) {
        ObjectNode object = JSON.createObjectNode();
        set.forEach((name, value) -> object.set(name, value(value)));
        return object;
    }

    /// The settings of a run that is started with this object.
    ///
    /// @throws UserError that names everything wrong with them
    static RunSettings checked(ObjectNode object) {
        try {
            return SettingsReader.read(object.toString());
        } catch (InvalidSettings e) {
            throw new UserError(
                    "the run's settings cannot be used:\n" + String.join("\n", e.problems()), ExitCode.BAD_INPUT);
        }
    }

    private static ObjectNode read(Path file) {
        try {
            return JSON.readTree(Files.readString(file)) instanceof ObjectNode object ? object : notAnObject(file);
        } catch (JsonProcessingException e) {
            throw new UserError(
                    "%s is not JSON (%s); give an object such as {\"iterations\": 10}"
                            .formatted(file, e.getOriginalMessage()),
                    ExitCode.BAD_INPUT);
        } catch (IOException e) {
            throw new UserError("%s cannot be read; give --settings a file".formatted(file), ExitCode.BAD_INPUT);
        }
    }

    private static ObjectNode notAnObject(Path file) {
        throw new UserError(
                "%s is not one JSON object; give one such as {\"iterations\": 10}".formatted(file), ExitCode.BAD_INPUT);
    }

    /// A JSON number if the text is one, else a JSON string.
    private static JsonNode value(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            return node != null && node.isNumber() ? node : new TextNode(text);
        } catch (JsonProcessingException e) {
            return new TextNode(text);
        }
    }
}
