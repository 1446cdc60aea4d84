package spice.processes;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import spice.program.Environment;
import spice.store.Json;

/// How to start one process of the stack.
///
/// @param name shown to the user, and the log's name
/// @param environment variables on top of ours
public record ProcessPlan(String name, List<String> command, Map<String, String> environment, LogFile log) {
    /// Puts a process into a session of its own: Ctrl-C goes to every process of the terminal's session, but ours
    /// must stop in order.
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /// What a process writes is its owner's alone.
    private static final List<String> PRIVATELY = List.of("/bin/sh", "-c", "umask 077; exec \"$@\"", "sh");

    private static final Pattern LOOKED_AT = Pattern.compile(
            "(SPICE|TEMPORAL|MLFLOW|AWS|JAVA|JDK|DJL|PYTORCH|CUDA|OMP|MALLOC|LD|HTTPS?|NO)_|https?_|no_");

    public ProcessPlan {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /// The command for a JVM with our own class path and flags, and with this heap, such as `512m`.
    public static List<String> java(String heap, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.add("-Xmx" + heap);
        // The heaps are small and the cores belong to the model.
        command.add("-XX:+UseSerialGC");
        // A worker that has run out of memory would linger; one that has ended is started again.
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.add("-Dlogback.configurationFile=logback-process.xml");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    private static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> Stream.of("--enable-native-access", "--sun-misc-unsafe-memory-access", "-Dai.djl.")
                        .anyMatch(flag::startsWith))
                .toList();
    }

    /// Tells whether a running process is the one that would be started now: a digest of the command, of the
    /// variables that our programs and libraries read, and of the program's own files. It is a digest since some
    /// variables hold keys.
    public String identity() {
        Map<String, String> variables = new TreeMap<>(environment);
        Environment.variables().forEach((name, value) -> {
            if (LOOKED_AT.matcher(name).lookingAt()) {
                variables.putIfAbsent(name, value);
            }
        });
        return Json.digest(List.of(command, variables, BuildDigest.of(command)));
    }

    /// Starts the process, whose output is appended to the log.
    public Process start() throws IOException {
        log.goOn();
        List<String> line = new ArrayList<>(PRIVATELY);
        if (Files.isExecutable(SETSID)) {
            line.add(SETSID.toString());
        }
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.path().toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
