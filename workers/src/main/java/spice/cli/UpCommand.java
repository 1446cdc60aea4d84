package spice.cli;

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
import spice.follow.LiveView;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.local.StackPlan;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.steps.WorkerHeartbeats;
import spice.temporal.StartLinks;

/// `spice up`: runs the local stack until Ctrl-C.
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
        corpora.forEach((name, folder) -> folders.put(name, CorpusArgument.checked(folder)));
        LocalSettings settings = LocalSettings.ofThisProcess();
        Consumer<String> say = System.err::println;
        StackPlan plan = StandardStacks.standard(
                settings,
                folders,
                vllm.settings(StandardStacks.models(settings), WorkerHeartbeats.PATIENCE, Environment.variables()),
                Environment.variables());
        try (LocalStack stack = LocalStack.open(settings, plan, Environment.variables(), say)) {
            stack.addresses().banner().forEach(out::println);
            try (LiveView _ = LiveView.open(stack.addresses(), stack.isOurs(), settings, out::println)) {
                StartLinks.show(stack.addresses(), out::println);
                if (!stack.isOurs()) {
                    out.println("It is running already; `spice down` stops it.");
                    return ExitCode.OK;
                }
                out.println("Up; Ctrl-C or `spice down` stops it.");
                out.flush();
                stack.awaitEnd();
            }
        }
        return ExitCode.OK;
    }
}
