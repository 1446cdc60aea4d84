package spice.workers;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import spice.activities.Heartbeats;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.local.StackPlan;

/// `spice up`: the local stack, until Ctrl-C.
@Command(
        name = "up",
        description = "Start the local stack (Temporal, S3, workers) and keep it running until Ctrl-C.",
        footer = {
            "",
            "Runs that were under way go on. SPICE_HOME and SPICE_{TEMPORAL,UI,S3,LIVE}_PORT say where.",
            "Example: spice up"
        })
final class UpCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--corpus",
            paramLabel = "NAME=FOLDER",
            description = "Documents that runs may name, beside the spice merchant's archive. Repeatable.")
    private Map<String, Path> corpora = Map.of();

    @Mixin
    private VllmOptions vllm = new VllmOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Path> folders = new TreeMap<>();
        corpora.forEach((name, folder) -> folders.put(name, CorpusFolder.checked(folder)));
        LocalSettings settings = LocalSettings.from(System.getenv());
        Consumer<String> say = System.err::println;
        StackPlan plan = StackPlans.standard(
                settings,
                folders,
                vllm.settings(StackPlans.models(settings), Heartbeats.PATIENCE, System.getenv()),
                System.getenv());
        try (LocalStack stack = LocalStack.open(settings, plan, System.getenv(), say)) {
            stack.addresses().banner().forEach(out::println);
            try (LiveView _ = LiveView.open(stack.addresses(), stack.isOurs(), settings, out::println)) {
                StartLinks.show(stack.addresses(), out::println);
                if (!stack.isOurs()) {
                    out.println("It is running already; whoever started it stops it.");
                    return ExitCode.OK;
                }
                out.println("Up; Ctrl-C stops it.");
                out.flush();
                stack.awaitEnd();
            }
        }
        return ExitCode.OK;
    }
}
