package spice.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.chaos.Chaos;
import spice.chaos.ChaosReport;
import spice.chaos.ChaosSettings;
import spice.chaos.Disturbance;
import spice.local.LocalSettings;
import spice.program.ExitCode;

/// `spice chaos`: checks that a disturbed run ends as an undisturbed one does.
@Command(
        name = "chaos",
        description = "Kill and disturb short runs at random, and compare their checkpoints with an undisturbed one's.",
        footer = {
            "",
            "Each run has a stack of its own below SPICE_HOME/chaos; a stack that is up is left alone.",
            "Ctrl-C ends it with the table of the runs that are done.",
            "Exit code 1: a run ended otherwise, or not by itself. Its line says how to have it again.",
            "Example: spice chaos --runs 3 --seed 7"
        })
final class ChaosCommand implements Callable<Integer> {
    @Option(names = "--runs", defaultValue = "3", description = "Disturbed runs (default: ${DEFAULT-VALUE}).")
    private int runs = 3;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "What happens to the first run, and when; the next has the next number (default: 1).")
    private long seed = 1;

    @Option(
            names = "--kinds",
            split = ",",
            completionCandidates = KindNames.class,
            description = "Disturbances that may happen: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Disturbance> kinds = EnumSet.allOf(Disturbance.class);

    /// The names that `--kinds` takes; a disturbance's own words contain blanks.
    static final class KindNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Disturbance.values()).map(Enum::name).iterator();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        LocalSettings local = LocalSettings.ofThisProcess();
        Path archive = DemoCorpus.below(local.home());
        ChaosSettings settings = new ChaosSettings(
                runs, seed, kinds, local, local.home().resolve("chaos"), archive, Spice.class.getName());
        Chaos chaos = new Chaos(settings, System.out::println);
        Thread atExit = new Thread(() -> {
            chaos.stop();
            show(chaos.report());
        });
        Runtime.getRuntime().addShutdownHook(atExit);
        ChaosReport report = chaos.run();
        Runtime.getRuntime().removeShutdownHook(atExit);
        show(report);
        return report.allEqual() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static void show(ChaosReport report) {
        System.out.println();
        report.table().forEach(System.out::println);
    }
}
