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
record SpiceProcess(Path folder, String temporal) {

    /// The exit code and all that it said.
    String says(String... arguments) throws IOException, InterruptedException {
        return says(Map.of(), arguments);
    }

    /// The same with these variables besides.
    String says(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        Path said = Files.createTempFile(folder, "said", null);
        // As the launcher starts it: only what people should know is shown.
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
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "SPICE_HOME", folder.resolve("home").toString(),
                        "TEMPORAL_ADDRESS", temporal,
                        "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml",
                        "AWS_CONFIG_FILE", "/nonexistent/config",
                        "AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials",
                        "AWS_EC2_METADATA_DISABLED", "true"));
        builder.environment().putAll(environment);
        int exitCode = builder.start().waitFor();
        return "%d %s".formatted(exitCode, Files.readString(said, UTF_8));
    }
}
