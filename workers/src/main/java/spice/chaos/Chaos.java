package spice.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.commons.io.file.PathUtils;
import org.jspecify.annotations.Nullable;
import spice.domain.Seed;
import spice.local.LocalSettings;
import spice.local.TemporalLadder;

/// The proof of crash equivalence: one run that is left alone, and others with the same settings that are
/// disturbed at moments drawn from their seeds. All must end with the same checkpoint, and with the same result of
/// every step on the way.
public final class Chaos {
    private final ChaosSettings settings;
    private final Consumer<String> say;
    private final List<ChaosReport.Run> runs = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;
    private volatile @Nullable ChaosStack current;

    /// @param say takes a line about each run
    public Chaos(ChaosSettings settings, Consumer<String> say) {
        this.settings = settings;
        this.say = say;
    }

    /// Does all runs.
    ///
    /// @throws spice.local.UserError if not even the undisturbed run ends as it should
    public ChaosReport run() throws InterruptedException {
        try {
            Files.createDirectories(settings.folder());
            FewDocuments documents = FewDocuments.write(settings.archive(), settings.folder());
            String path = pathOfTemporal(settings.local(), say);
            ChaosRun.Outcome calm = run("calm", Schedule.calm(), start(), documents, path);
            say.accept("undisturbed: %d results, %d s, manifest %s"
                    .formatted(calm.index().size(), calm.timeline().length().toSeconds(), calm.manifest()));
            for (int number = 1; number <= settings.runs() && !stopped; number++) {
                disturbed(number, calm, documents, path);
            }
            return report();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot work in %s".formatted(settings.folder()), e);
        }
    }

    /// What came of the runs that are done.
    public ChaosReport report() {
        return new ChaosReport(runs);
    }

    /// Stops the run that is going on, which then does not count.
    public void stop() {
        stopped = true;
        ChaosStack stack = current;
        if (stack != null) {
            stack.close();
        }
    }

    private static Timeline start() {
        return new Timeline(List.of(new Timeline.Step(Duration.ZERO, 0)));
    }

    /// The Temporal server is looked for, and if need be made, where the user's own stack keeps it.
    static String pathOfTemporal(LocalSettings local, Consumer<String> say) {
        Path binary = new TemporalLadder(local, System.getenv(), say).binary().path();
        return binary.getParent() + File.pathSeparator + System.getenv().getOrDefault("PATH", "");
    }

    private void disturbed(int number, ChaosRun.Outcome calm, FewDocuments documents, String path)
            throws IOException, InterruptedException {
        long seed = settings.seed() + number - 1;
        Schedule schedule = Schedule.draw(new Seed(seed), settings.kinds());
        long start = System.nanoTime();
        ChaosReport.Run run;
        try {
            ChaosRun.Outcome outcome = run("run-" + seed, schedule, calm.timeline(), documents, path);
            run = new ChaosReport.Run(seed, Optional.of(outcome), ChaosReport.difference(calm, outcome));
        } catch (ChaosFailure e) {
            run = new ChaosReport.Run(seed, Optional.empty(), Optional.ofNullable(e.getMessage()));
        }
        if (stopped) {
            return;
        }
        runs.add(run);
        say.accept("run %d of %d (seed %d): %s, %d s, %d disturbances"
                .formatted(
                        number,
                        settings.runs(),
                        seed,
                        run.trouble().orElse("equal"),
                        (System.nanoTime() - start) / 1_000_000_000,
                        run.outcome().map(outcome -> outcome.recovered().size()).orElse(0)));
        if (run.trouble().isEmpty()) {
            delete(settings.folder().resolve("run-" + seed));
        } else {
            say.accept("  its stack is kept in %s; again: spice chaos --runs 1 --seed %d"
                    .formatted(settings.folder().resolve("run-" + seed), seed));
        }
    }

    private ChaosRun.Outcome run(String name, Schedule schedule, Timeline calm, FewDocuments documents, String path)
            throws IOException, InterruptedException {
        Path home = settings.folder().resolve(name);
        delete(home);
        ChaosRun.Outcome outcome;
        try (ChaosStack stack = ChaosStack.in(home, settings, documents, path, schedule)) {
            current = stack;
            outcome = new ChaosRun(stack, schedule, calm).run();
        }
        return outcome;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            PathUtils.delete(folder);
        }
    }
}
