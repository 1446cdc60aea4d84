package spice.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import spice.follow.LiveView;
import spice.follow.MetricsFile;
import spice.follow.RunFollower;
import spice.follow.ViewChoice;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.settings.RunSettings;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.RunStarter;
import spice.temporal.TemporalConnection;

/// `spice run`: starts a run on the servers that are up, and follows it.
@Command(
        name = "run",
        description = "Start a run of self-play on a stack that is up, and follow it.",
        footer = {
            "",
            "Ctrl-C leaves the run going on; `spice watch ID` comes back to it.",
            "Example: spice run --lineage mine --iterations 40 --set learningRate=1e-4",
            "Example: spice run --lineage qwen --model ~/models/Qwen3-0.6B"
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--lineage",
            description = "The line of checkpoints that the run belongs to; also its workflow's id.")
    private @Nullable String lineage;

    @Option(
            names = "--model",
            paramLabel = "FOLDER-OR-S3",
            description =
                    "The model to start from, in Hugging Face layout: a folder, s3://bucket/prefix, stored/DIGEST, or"
                            + " a name below the workers' models folder (default: nano).")
    private @Nullable String model;

    @Option(names = "--continue", description = "Go on from the lineage's last checkpoint.")
    private boolean goOn;

    @Option(names = "--detach", description = "Start the run and return.")
    private boolean detach;

    @Override
    public Integer call() throws InterruptedException {
        if (lineage != null) {
            RunStarter.requireLineageName(lineage);
        }
        try (TemporalConnection temporal = TemporalConnection.open("spice run", Patience.COMMAND)) {
            String id = lineage != null ? lineage : "run-" + newName();
            start(temporal, id);
            return follow(temporal, id, detach);
        }
    }

    /// Says how the run is called and where it is seen, before anything that may take long.
    static void introduce(TemporalConnection temporal, String id) {
        LocalSettings local = LocalSettings.ofThisProcess();
        boolean isOurs = temporal.stack().filter(name -> name.isOf(local)).isPresent();
        System.out.println("Run              " + id);
        if (isOurs) {
            new RunStanding(temporal, Optional.of(local.uiAddress()))
                    .page(id)
                    .ifPresent(page -> System.out.println("Temporal UI      " + page));
            System.out.println("Live view        " + LiveView.page(local, id));
        }
    }

    private void start(TemporalConnection temporal, String id) {
        ObjectNode settings = options.object();
        if (goOn) {
            settings.put("startFrom", "last");
        }
        if (model != null) {
            settings.put("model", model);
        }
        RunSettings checked = RunOptions.checked(settings);
        introduce(temporal, id);
        if (model != null) {
            RunStarter.check(temporal, id, checked);
            settings.put("model", ModelArgument.name(model, LocalSettings.ofThisProcess(), System.out::println));
        }
        RunStarter.start(temporal, id, settings);
    }

    /// Follows a run to its end and leaves its `metrics.jsonl`; with `detach` it only says that the run was
    /// started.
    ///
    /// @return the program's exit code
    static int follow(TemporalConnection temporal, String id, boolean detach) throws InterruptedException {
        if (detach) {
            System.out.println("started " + id);
        } else {
            new RunFollower(temporal, id, ViewChoice.LINES.open(System.out, Optional.empty()), Optional.empty())
                    .follow();
            MetricsFile.leave(id, System.out);
        }
        return ExitCode.OK;
    }

    /// The local date and time, to name a run that has no lineage.
    static String newName() {
        return LocalDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    }
}
