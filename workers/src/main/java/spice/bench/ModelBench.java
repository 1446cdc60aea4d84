package spice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import spice.model.Dtype;
import spice.processes.ProcessPlan;
import spice.program.UserError;
import spice.store.Json;

/// Measures our training or sampling and PyTorch's. Each side is one process; the two take turns, run by run.
///
/// @param folder for jobs and logs
/// @param heap of our JVM, e.g. `512m`; the model lies outside the heap
/// @param python of the other side; empty to measure our side alone
/// @param runs of each side that count
/// @param say takes lines for people
record ModelBench(Path folder, String heap, Optional<Python> python, int runs, Consumer<String> say) {
    /// Largest relative error in float32, where the sides add in different orders.
    private static final double CLOSE = 1e-3;
    /// Largest relative error in bfloat16, which rounds with a relative error of up to 1/512.
    private static final double CLOSE_ROUNDED = 5e-2;
    /// Smaller numbers are compared as if they were this large.
    private static final double LEAST = 0.1;

    /// Measures one job.
    ///
    /// @param name of the job's files
    /// @throws UserError if a side fails, or the two sides do not compute the same
    Measured measure(String name, Job job) {
        Path file = folder.resolve(name + ".json");
        BenchFiles.write(file, Json.bytes(job));
        List<String> ourCommand = ProcessPlan.java(heap, OurSide.class.getName(), List.of(file.toString()));
        try (SideProcess ours = SideProcess.start("our side", ourCommand, List.of(), folder.resolve(name + ".log"))) {
            if (python.isEmpty()) {
                return alone(name, ours);
            }
            try (SideProcess theirs = SideProcess.start(
                    "PyTorch", python.get().peer(file), Python.OURS_ALONE, folder.resolve(name + "-peer.log"))) {
                return both(name, job, ours, theirs);
            }
        }
    }

    private Measured alone(String name, SideProcess ours) {
        ours.ask(Order.WORK);
        List<Double> mine = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            mine.add(ours.ask(Order.WORK).rate());
        }
        return new Measured(name, Measured.Unit.TOKENS, new Side(new Spread(mine), ours.peakBytes()), Optional.empty());
    }

    private Measured both(String name, Job job, SideProcess ours, SideProcess theirs) {
        // The first run of each side warms up, and checks that both compute the same.
        switch (job.part()) {
            case Job.TRAIN ->
                same(name, ours.ask(Order.WORK).work(), theirs.ask(Order.WORK).work(), close(job));
            case Job.SAMPLE -> {
                SideAnswer.Computed drawn = ours.ask(Order.SHOW).work();
                sameLogProbs(
                        name, drawn, theirs.ask(Order.force(drawn.tokens())).work());
                theirs.ask(Order.WORK);
            }
            // A library's loop cannot be told what to draw. The job of `sample` has already checked our numbers.
            case Job.GENERATE -> {
                ours.ask(Order.WORK);
                theirs.ask(Order.WORK);
            }
            default -> throw new IllegalArgumentException("there is no part " + job.part());
        }
        List<Double> mine = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            mine.add(ours.ask(Order.WORK).rate());
            others.add(theirs.ask(Order.WORK).rate());
            say.accept("%s run %d of %d: %,.0f and %,.0f tokens/s"
                    .formatted(name, run + 1, runs, mine.getLast(), others.getLast()));
        }
        return new Measured(
                name,
                Measured.Unit.TOKENS,
                new Side(new Spread(mine), ours.peakBytes()),
                Optional.of(new Side(new Spread(others), theirs.peakBytes())));
    }

    static double close(Job job) {
        return job.learner().dtype() == Dtype.FLOAT32 ? CLOSE : CLOSE_ROUNDED;
    }

    static void same(String name, SideAnswer.Computed mine, SideAnswer.Computed theirs, double close) {
        same(name, "loss", mine.loss(), theirs.loss(), close);
        same(name, "gradient norm", mine.gradientNorm(), theirs.gradientNorm(), close);
        same(name, "entropy", mine.entropy(), theirs.entropy(), close);
    }

    private static void sameLogProbs(String name, SideAnswer.Computed mine, SideAnswer.Computed theirs) {
        for (int row = 0; row < mine.logProbs().length; row++) {
            for (int i = 0; i < mine.logProbs()[row].length; i++) {
                // 0 is padding after a stop token.
                if (mine.logProbs()[row][i] != 0) {
                    same(
                            name,
                            "log-probability of token %d of completion %d".formatted(i, row),
                            mine.logProbs()[row][i],
                            theirs.logProbs()[row][i],
                            CLOSE);
                }
            }
        }
    }

    private static void same(String name, String what, double mine, double theirs, double close) {
        if (!(Math.abs(mine - theirs) <= close * Math.max(LEAST, Math.abs(theirs)))) {
            throw new UserError("%s: the two sides do not compute the same: our %s is %s, PyTorch's %s"
                    .formatted(name, what, mine, theirs));
        }
    }
}
