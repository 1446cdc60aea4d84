package spice.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import spice.local.ProcessPlan;

/// How the command line is run for a stack of its own, as a person would.
///
/// @param main class of the command line
/// @param environment that leads it to its stack
record Program(String main, Map<String, String> environment) {
    private static final String HEAP = "256m";

    /// What would lead it to other servers.
    private static final Pattern OTHERS =
            Pattern.compile("(SPICE|TEMPORAL|AWS)_.*|(?i:https?_proxy|no_proxy|all_proxy)");

    Program {
        environment = Map.copyOf(environment);
    }

    /// Starts it; what it says is added to the file.
    Process start(Path output, List<String> arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(ProcessPlan.java(HEAP, main, arguments))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> OTHERS.matcher(name).matches());
        builder.environment().putAll(environment);
        Files.createDirectories(output.getParent());
        return builder.start();
    }

    /// Asks it to end, and kills it if it does not.
    static void stop(Process process, Duration grace) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
