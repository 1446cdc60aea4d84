package spice.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import spice.domain.Seed;
import spice.local.TemporalLadder;
import spice.store.Folders;

/// Tests crash equivalence: plays one undisturbed run, and others with the same settings that are disturbed at
/// moments drawn from their seeds. All must end with the same checkpoint and the same result of every step.
public final class Chaos {
    private final ChaosSettings settings;
    private final Consumer<String> say;
    private final List<ChaosReport.DisturbedRun> runs = new CopyOnWriteArrayList<>();
    private volatile boolean stopped;
    private volatile @Nullable ChaosStack current;

    /// Does not start a run yet.
    ///
    /// @param say takes lines for people
    public Chaos(ChaosSettings settings, Consumer<String> say) {
        this.settings = settings;
        this.say = say;
    }

    /// Plays all runs.
    ///
    /// @throws ChaosFailure if even the undisturbed run fails
    /// @throws spice.program.UserError if no Temporal server can be had
    public ChaosReport run() throws InterruptedException {
        try {
            Files.createDirectories(settings.folder());
            FewDocuments documents = FewDocuments.write(settings.archive(), settings.folder());
            String path = TemporalLadder.searchPath(settings.local(), say);
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

    /// The report on the runs that have ended so far.
    public ChaosReport report() {
        return new ChaosReport(runs);
    }

    /// Stops the current run, which then does not count.
    public void stop() {
        stopped = true;
        ChaosStack stack = current;
        if (stack != null) {
            stack.close();
        }
    }

    private static Timeline start() {
        return new Timeline(List.of(new Timeline.Point(Duration.ZERO, 0)));
    }

    private void disturbed(int number, ChaosRun.Outcome calm, FewDocuments documents, String path)
            throws IOException, InterruptedException {
        long seed = settings.seed() + number - 1;
        Schedule schedule = Schedule.draw(new Seed(seed), settings.kinds());
        long start = System.nanoTime();
        ChaosReport.DisturbedRun run;
        try {
            ChaosRun.Outcome outcome = run("run-" + seed, schedule, calm.timeline(), documents, path);
            run = new ChaosReport.DisturbedRun(seed, Optional.of(outcome), ChaosReport.difference(calm, outcome));
        } catch (ChaosFailure e) {
            run = new ChaosReport.DisturbedRun(seed, Optional.empty(), Optional.ofNullable(e.getMessage()));
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
            Folders.delete(settings.folder().resolve("run-" + seed));
        } else {
            say.accept("  its stack is kept in %s; again: spice chaos --runs 1 --seed %d"
                    .formatted(settings.folder().resolve("run-" + seed), seed));
        }
    }

    private ChaosRun.Outcome run(String name, Schedule schedule, Timeline calm, FewDocuments documents, String path)
            throws IOException, InterruptedException {
        Path home = settings.folder().resolve(name);
        Folders.delete(home);
        ChaosRun.Outcome outcome;
        try (ChaosStack stack = ChaosStack.in(home, settings, documents, path, schedule)) {
            current = stack;
            outcome = new ChaosRun(stack, schedule, calm).run();
        }
        return outcome;
    }
}
