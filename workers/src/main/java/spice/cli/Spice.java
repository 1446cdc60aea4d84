package spice.cli;

import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.failure.TemporalFailure;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import spice.model.ModelException;
import spice.program.ExitCode;
import spice.program.PlainOutput;
import spice.program.UserError;
import spice.program.Version;
import spice.runs.FailureSummary;
import spice.store.StoreException;
import spice.temporal.TemporalConnection;

/// The `spice` program.
@Command(
        name = "spice",
        description = "Self-play on documents: a model poses tasks from them, answers without them, and learns.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            LogsCommand.class,
            WorkerCommand.class,
            PlanCommand.class,
            RunCommand.class,
            WatchCommand.class,
            StatusCommand.class,
            MetricsCommand.class,
            ReportCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            RetryCommand.class,
            SkipCommand.class,
            AbortCommand.class,
            StopAfterCommand.class,
            SetCommand.class,
            ForkCommand.class,
            SettingsCommand.class,
            ScheduleCommand.class,
            StoreCommand.class,
            ExportCommand.class,
            IngestCommand.class,
            PretrainCommand.class,
            AskCommand.class,
            ArchiveCommand.class,
            ChaosCommand.class,
            BenchCommand.class,
            ProgramCommand.class,
            ParityCommand.class,
            TestCommand.class
        },
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Spice.VersionLine.class,
        footer = {"", "Each command has its own --help with an example."})
public final class Spice implements Callable<Integer> {
    private static final String DEBUG = "--debug";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = DEBUG,
            scope = ScopeType.INHERIT,
            description = "Show where errors come from, and what libraries log.")
    private boolean debug;

    public static void main(String[] args) {
        if (List.of(args).contains(DEBUG)) {
            // Read when the first logger is made, which is before picocli has seen the arguments.
            System.setProperty("logback.configurationFile", "logback-process.xml");
        }
        PlainOutput.install();
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        Spice spice = new Spice();
        return new CommandLine(spice)
                .setExecutionExceptionHandler((failure, command, _) -> spice.explain(failure, command.getErr()))
                .setParameterExceptionHandler((failure, _) -> usage(failure))
                // Colours are control characters, which do not pass PlainOutput.
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /// What `--version` prints.
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {Version.inWords()};
        }
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return ExitCode.BAD_INPUT;
    }

    private int explain(Exception failure, PrintWriter err) {
        if (debug) {
            failure.printStackTrace(err);
        }
        return switch (failure) {
            case UserError error -> said(err, error.getMessage(), error.exitCode());
            case StoreException error -> said(err, error.getMessage(), ExitCode.FAILED);
            case ModelException error -> said(err, error.getMessage(), ExitCode.BAD_INPUT);
            case TemporalFailure error -> said(err, FailureSummary.of(error).message(), ExitCode.FAILED);
            case WorkflowServiceException error -> said(err, TemporalConnection.refusal(error), ExitCode.FAILED);
            case StatusRuntimeException error -> said(err, TemporalConnection.refusal(error), ExitCode.FAILED);
            case UncheckedIOException error ->
                said(
                        err,
                        "a file cannot be read or written (%s). Check its path and permissions, and the space on its disk."
                                .formatted(error.getCause()),
                        ExitCode.FAILED);
            default ->
                said(
                        err,
                        "%s. This should not happen; %s shows where it comes from.".formatted(failure, DEBUG),
                        ExitCode.FAILED);
        };
    }

    private static int said(PrintWriter err, @Nullable String message, int exitCode) {
        err.println("spice: " + message);
        return exitCode;
    }

    private static int usage(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println("spice: " + UsageError.inWords(failure));
        command.getErr()
                .println("Try: %s --help".formatted(command.getCommandSpec().qualifiedName()));
        return ExitCode.BAD_INPUT;
    }
}
