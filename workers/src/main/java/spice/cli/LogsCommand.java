package spice.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import spice.local.LocalSettings;
import spice.processes.LogTail;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.settings.Spelling;

/// `spice logs`: shows what a process of the local stack has written.
@Command(
        name = "logs",
        description = "Show the end of a log of the local stack, and with -f what is added to it, until Ctrl-C.",
        footer = {"", "Example: spice logs -f gpu-worker"})
final class LogsCommand implements Callable<Integer> {
    private static final String LOG = ".log";
    private static final Duration LOOK = Duration.ofMillis(300);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "PROCESS", description = "s3, temporal, cpu-worker or gpu-worker.")
    private String process = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is added.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "40",
            description = "Lines to begin with (default: ${DEFAULT-VALUE}).")
    private int lines = 40;

    @Override
    public Integer call() throws InterruptedException {
        Path folder = LocalSettings.ofThisProcess().logs();
        Path file = folder.resolve(process + LOG);
        List<String> known = names(folder);
        if (!known.contains(process)) {
            throw new UserError(
                    known.isEmpty()
                            ? "there are no logs in %s; `spice up` starts a stack, which writes them".formatted(folder)
                            : "there is no log of %s in %s; there are %s%s"
                                    .formatted(
                                            process,
                                            folder,
                                            String.join(", ", known),
                                            Spelling.near(process, known)
                                                    .map("; did you mean %s?"::formatted)
                                                    .orElse("")),
                    ExitCode.BAD_INPUT);
        }
        try {
            LogTail tail = new LogTail(file, lines);
            show(tail);
            while (follow) {
                Thread.sleep(LOOK);
                show(tail);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitCode.OK;
    }

    private void show(LogTail tail) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(tail.more());
        out.flush();
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(LOG))
                    .map(name -> name.substring(0, name.length() - LOG.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
