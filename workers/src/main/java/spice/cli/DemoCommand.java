package spice.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import spice.follow.LiveView;
import spice.follow.MetricsFile;
import spice.follow.ReportFile;
import spice.follow.RunFollower;
import spice.follow.ViewChoice;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.local.StackPlan;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.RunStarter;
import spice.temporal.StartLinks;
import spice.temporal.TemporalConnection;

/// `spice demo`: starts the stack and a run, and shows what the run achieved, in one command.
@Command(
        name = "demo",
        description =
                "Start a local stack and run self-play on a spice merchant's archive, or on a folder of your own.",
        footer = {
            "",
            "On a terminal the stack stays up afterwards until Ctrl-C; `spice up` shows the same run again.",
            "Exit code 4: the model posed no valid task on these documents, or learned nothing from them.",
            "Example: spice demo --corpus ~/documents --iterations 20"
        })
final class DemoCommand implements Callable<Integer> {
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
        RunStarter.requireLineageName(id);
        ObjectNode settings = options.object();
        Map<String, Path> corpora = Map.of();
        if (corpus != null) {
            corpora = Map.of(OWN, CorpusArgument.checked(corpus));
            settings.put("corpus", OWN);
        }
        RunOptions.checked(settings);
        LocalSettings local = LocalSettings.ofThisProcess();
        StackPlan plan = StandardStacks.standard(local, corpora, Optional.empty(), Environment.variables());
        Consumer<String> say = System.out::println;
        try (LocalStack stack = LocalStack.open(local, plan, Environment.variables(), say)) {
            stack.addresses().banner().forEach(System.out::println);
            try (LiveView view = LiveView.open(stack.addresses(), stack.isOurs(), local, say)) {
                StartLinks.show(stack.addresses(), System.out::println);
                run(stack, local, view, id, settings);
                if (ViewChoice.isTerminal()) {
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
                TemporalConnection.openAt(stack.addresses().temporal(), "spice demo", Patience.OWN_STACK)) {
            RunStarter.start(temporal, id, settings);
            RunStanding standing = new RunStanding(temporal, stack.addresses().ui());
            String page = standing.page(id).orElse("workflow " + id);
            System.out.println("Run              " + page);
            view.page(id).ifPresent(address -> System.out.println("                 " + address));
            System.out.println();
            try {
                new RunFollower(temporal, id, ViewChoice.LINES.open(System.out, Optional.empty()), Optional.empty())
                        .follow();
            } finally {
                // Also for a run that failed or waits for a person: its tasks are wanted most.
                MetricsFile.leave(id, System.out);
                ReportFile.leave(stack.addresses().s3(), id, standing, local.reports(), System.out);
                System.out.println("the run in the Temporal UI: " + page);
            }
        }
    }
}
