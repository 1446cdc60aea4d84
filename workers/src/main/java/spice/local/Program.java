package spice.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import spice.processes.ProcessPlan;

/// Runs the command line as a process, as a person would, on a stack other than the user's own.
///
/// @param main class of the command line
/// @param environment variables that point it to the stack
public record Program(String main, Map<String, String> environment) {
    private static final String HEAP = "256m";

    /// Variables of our own environment that would point the command line to other servers.
    private static final Pattern OTHERS =
            Pattern.compile("(SPICE|TEMPORAL|AWS)_.*|(?i:https?_proxy|no_proxy|all_proxy)");

    public Program {
        environment = Map.copyOf(environment);
    }

    /// The command line on the stack of these settings.
    ///
    /// @param more variables for its environment
    public static Program on(LocalSettings settings, String main, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("SPICE_HOME", settings.home().toString());
        environment.put("SPICE_ROOT", settings.root().toString());
        environment.put("SPICE_TEMPORAL_PORT", Integer.toString(settings.temporalPort()));
        environment.put("SPICE_UI_PORT", Integer.toString(settings.uiPort()));
        environment.put("SPICE_S3_PORT", Integer.toString(settings.s3Port()));
        environment.put("SPICE_LIVE_PORT", Integer.toString(settings.livePort()));
        environment.put(
                "TEMPORAL_CONFIG_FILE", settings.home().resolve("none.toml").toString());
        return new Program(main, environment);
    }

    /// Starts the command line.
    ///
    /// @param output file to which its output is appended
    public Process start(Path output, List<String> arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(ProcessPlan.java(HEAP, main, arguments))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> OTHERS.matcher(name).matches());
        builder.environment().putAll(environment);
        Files.createDirectories(output.getParent());
        return builder.start();
    }

    /// Asks the process to end, and kills it if it has not ended after the grace period.
    public static void stop(Process process, Duration grace) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
