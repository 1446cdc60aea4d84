package spice.workers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.local.StackPlan;

/// `spice demo`: the stack, a run, and what it was worth, in one command.
@Command(
        name = "demo",
        description =
                "Start a local stack and run self-play on a spice merchant's archive, or on a folder of your own.",
        footer = {
            "",
            "On a terminal the stack stays up afterwards until Ctrl-C; `spice up` shows the same run again.",
            "Exit code 4: the model posed no valid task on these documents.",
            "Example: spice demo --corpus ~/documents --iterations 20"
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String OWN = "own";

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--corpus",
            paramLabel = "FOLDER",
            description = "Documents of your own; a tenth of them is held back for the held-out questions.")
    private @Nullable Path corpus;

    @Option(names = "--lineage", description = "The run's name (default: demo and the time).")
    private @Nullable String lineage;

    @Override
    public Integer call() throws InterruptedException {
        String id = lineage != null ? lineage : "demo-" + RunCommand.newName();
        Runs.requireLineageName(id);
        ObjectNode settings = options.object();
        Map<String, Path> corpora = Map.of();
        if (corpus != null) {
            corpora = Map.of(OWN, CorpusFolder.checked(corpus));
            settings.put("corpus", OWN).put("heldOut", "");
        }
        RunOptions.checked(settings);
        LocalSettings local = LocalSettings.from(System.getenv());
        StackPlan plan = StackPlans.standard(local, corpora, Optional.empty(), System.getenv());
        Consumer<String> say = System.out::println;
        try (LocalStack stack = LocalStack.open(local, plan, System.getenv(), say)) {
            stack.addresses().banner().forEach(System.out::println);
            try (LiveView view = LiveView.open(stack.addresses(), stack.isOurs(), local, say)) {
                StartLinks.show(stack.addresses(), System.out::println);
                run(stack, local, view, id, settings);
                if (Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent()) {
                    System.out.println("the stack stays up; Ctrl-C stops it");
                    stack.awaitEnd();
                }
            }
        }
        return ExitCode.OK;
    }

    private static void run(LocalStack stack, LocalSettings local, LiveView view, String id, ObjectNode settings)
            throws InterruptedException {
        try (TemporalConnection temporal =
                TemporalConnection.open(stack.addresses().temporal(), "spice demo", PATIENCE)) {
            Runs.start(temporal, id, settings);
            String page = stack.addresses()
                    .ui()
                    .map(ui -> RunPages.page(ui, temporal.client().getOptions().getNamespace(), id))
                    .orElse("workflow " + id);
            System.out.println("Run              " + page);
            view.page(id).ifPresent(address -> System.out.println("                 " + address));
            System.out.println();
            try {
                new RunFollower(temporal, id, RunViews.lines(System.out), Optional.empty()).follow();
            } finally {
                // A run that failed, or waits for a person, is the one whose tasks are wanted most.
                MetricsFile.leave(id, System.out);
                ReportFile.leave(
                        stack.addresses().s3(),
                        id,
                        new RunStanding(temporal, stack.addresses().ui()),
                        local.reports(),
                        System.out);
                System.out.println("the run in the Temporal UI: " + page);
            }
        }
    }
}
