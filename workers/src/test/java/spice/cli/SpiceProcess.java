package spice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The program as its own process, with an environment that the test chooses.
///
/// @param folder for its files
/// @param temporal the server's address
public record SpiceProcess(Path folder, String temporal) {

    /// The command line as the launcher builds it, so that Java prints no warnings.
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

    /// Runs the program and returns its exit code and its whole output.
    public String says(String... arguments) throws IOException, InterruptedException {
        return says(Map.of(), arguments);
    }

    /// Runs the program with further variables. On a busy machine the server may need longer than the five seconds
    /// that a command waits: then the command is repeated, as a person would.
    public String says(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
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

    /// Starts a command line, which may be wrapped into another program's.
    ///
    /// @param said receives the whole output
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
