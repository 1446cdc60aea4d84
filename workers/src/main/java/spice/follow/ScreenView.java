package spice.follow;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import spice.checkpoints.Checkpoints;
import spice.domain.Verdict;
import spice.judging.ScoredTask;
import spice.judging.ScoredTask.ScoredAttempt;
import spice.program.PlainOutput;
import spice.runs.Evaluation;
import spice.runs.RunProgress;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.tracking.MetricsLine;

/// For a person at a terminal: lines as in [LinesView] scroll by; below them a block shows how far the run is, what
/// it works on, how good it has become, and a few tasks of its last iteration.
final class ScreenView implements RunView {
    private static final int BAR = 24;
    private static final int TASKS = 4;
    private static final String CLEAR_BELOW = "\r\u001b[J";
    /// Makes the terminal cut long lines: it alone knows how wide it is.
    private static final String NO_WRAP = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";

    private final PrintStream drawing;
    private final PrintStream out;
    private final LinesView lines;
    private final Optional<BlobStore> store;
    private List<String> tasks = List.of();
    private int drawn;

    /// @param store for the tasks; without one none are shown
    ScreenView(PrintStream out, Optional<BlobStore> store) {
        this.drawing = PlainOutput.raw(out);
        this.out = PlainOutput.around(drawing);
        this.lines = new LinesView(this.out, true);
        this.store = store;
    }

    @Override
    public void show(RunEvent event) {
        if (event instanceof RunEvent.Working) {
            // The block says it.
            return;
        }
        erase();
        lines.show(event);
        if (event instanceof RunEvent.Iterated iterated) {
            tasks = store.map(from -> tasks(from, iterated.line())).orElse(tasks);
        }
        out.flush();
    }

    @Override
    public boolean isAnswered() {
        return true;
    }

    @Override
    public void tick(RunProgress progress, Supplier<String> step) {
        String working = step.get();
        List<String> block = new ArrayList<>();
        block.add("");
        block.add(bar(progress));
        block.add("  " + (working.isEmpty() ? progress.state() : working));
        accuracy(progress).ifPresent(block::add);
        if (!tasks.isEmpty()) {
            block.add("  tasks of iteration %d:".formatted(progress.iteration()));
            block.addAll(tasks);
        }
        erase();
        drawing.print(NO_WRAP);
        block.forEach(out::println);
        drawing.print(WRAP);
        drawing.flush();
        drawn = block.size();
    }

    private void erase() {
        if (drawn > 0) {
            drawing.print("\u001b[%dA".formatted(drawn) + CLEAR_BELOW);
            drawn = 0;
        }
    }

    static String bar(RunProgress progress) {
        int all = Math.max(1, progress.lastIteration());
        int done = Math.clamp((long) BAR * progress.iteration() / all, 0, BAR);
        String left =
                progress.secondsLeft() == 0 ? "" : " · %s left".formatted(ProgressLine.time(progress.secondsLeft()));
        return "[%s%s] %d/%d · %s%s"
                .formatted(
                        "#".repeat(done),
                        "-".repeat(BAR - done),
                        progress.iteration(),
                        progress.lastIteration(),
                        progress.state(),
                        left);
    }

    private static Optional<String> accuracy(RunProgress progress) {
        List<Evaluation> all = progress.evaluations();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "  held-out accuracy %.3f (iteration %d) -> %.3f (iteration %d)",
                        all.getFirst().greedy(),
                        all.getFirst().iteration(),
                        all.getLast().greedy(),
                        all.getLast().iteration()));
    }

    /// Empty if the store cannot be read: a person wants to see how far the run is all the same.
    private static List<String> tasks(BlobStore store, MetricsLine line) {
        try {
            Checkpoints checkpoints = new Checkpoints(store);
            return checkpoints
                    .named(line.checkpoint())
                    .flatMap(checkpoint -> checkpoints.manifest(checkpoint).tasks())
                    .map(tasks -> ScoredTask.read(store, tasks))
                    .orElse(List.of())
                    .stream()
                    .filter(task -> !task.attempts().isEmpty())
                    .limit(TASKS)
                    .map(ScreenView::inWords)
                    .toList();
        } catch (StoreException e) {
            return List.of();
        }
    }

    private static String inWords(ScoredTask task) {
        long right = task.attempts().stream()
                .map(ScoredAttempt::verdict)
                .filter(Verdict.CORRECT::equals)
                .count();
        return "  %2d of %d right · %s"
                .formatted(
                        right,
                        task.attempts().size(),
                        oneLine(task.task()
                                .map(posed -> "%s -> %s".formatted(posed.question(), posed.answer()))
                                .orElse("")));
    }

    /// In one line: how many lines it has drawn is what the view goes back.
    static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }
}
