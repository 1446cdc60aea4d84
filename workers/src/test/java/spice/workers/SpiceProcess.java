package spice.workers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program as a process of its own, with variables of a test's choosing and none of ours.
///
/// @param folder for its files
/// @param temporal the server's address
public record SpiceProcess(Path folder, String temporal) {

    /// The command line, as the launcher starts it: only what people should know is shown.
    public static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Spice.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// The exit code and all that it said.
    String says(String... arguments) throws IOException, InterruptedException {
        return says(Map.of(), arguments);
    }

    /// The same with these variables besides. On a busy machine the server may take longer to answer than the five
    /// seconds that a command waits: then it is started again, as a person would.
    String says(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        String said;
        int tries = 0;
        do {
            said = saysOnce(environment, arguments);
            tries++;
        } while (said.startsWith("1 spice: no Temporal server answers at %s (".formatted(temporal)) && tries < 20);
        return said;
    }

    private String saysOnce(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path said = Files.createTempFile(folder, "said", null);
        int exitCode = start(environment, command(arguments), said).waitFor();
        return "%d %s".formatted(exitCode, Files.readString(said, UTF_8));
    }

    /// Starts a command line of it, which may have another program's around it.
    ///
    /// @param said takes all that it says
    Process start(Map<String, String> environment, List<String> command, Path said) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "LANG",
                        "C.UTF-8",
                        "SPICE_HOME",
                        folder.resolve("home").toString(),
                        "TEMPORAL_ADDRESS",
                        temporal,
                        "TEMPORAL_CONFIG_FILE",
                        "/nonexistent/temporal.toml",
                        "AWS_CONFIG_FILE",
                        "/nonexistent/config",
                        "AWS_SHARED_CREDENTIALS_FILE",
                        "/nonexistent/credentials",
                        "AWS_EC2_METADATA_DISABLED",
                        "true"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
