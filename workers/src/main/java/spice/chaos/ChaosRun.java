package spice.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One run on a stack of its own, disturbed by a schedule.
final class ChaosRun {
    private static final Duration LOOK = Duration.ofMillis(25);
    /// Many times what the slowest run has needed: whatever takes longer hangs.
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint: \\S+ \\(manifest ([0-9a-f]{64})\\)");
    /// What the store's log says of a step that gave another result than before.
    private static final String DIFFERENT = "this time the step gave";

    private final ChaosStack stack;
    private final Timeline calm;
    private final Disturber disturber;
    private final List<Timeline.Step> steps = new ArrayList<>();
    private final List<Schedule.Event> left;
    private long first;

    /// @param calm how the undisturbed run went on; for that run itself, anything
    ChaosRun(ChaosStack stack, Schedule schedule, Timeline calm) {
        this.stack = stack;
        this.calm = calm;
        this.disturber = new Disturber(stack);
        this.left = new ArrayList<>(schedule.events());
    }

    /// A disturbance, and how long afterwards the run had its next result; empty if it had all of them.
    record Recovered(Disturbance kind, Optional<Duration> recovery) {}

    /// What became of a run.
    ///
    /// @param manifest digest of the last checkpoint
    /// @param index each step's result by its key
    /// @param begun how often each step's work was begun
    /// @param different results that differed from what was committed already
    record Outcome(
            String manifest,
            Timeline timeline,
            Map<String, String> index,
            Map<String, Integer> begun,
            int different,
            List<Recovered> recovered,
            List<Disturber.NotDone> notDone) {}

    /// Runs to the end.
    ///
    /// @throws ChaosFailure if the run did not get there by itself
    Outcome run() throws IOException, InterruptedException {
        stack.up();
        stack.run();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!stack.hasEnded()) {
                look();
                disturber.failure().ifPresent(failure -> {
                    throw failure;
                });
                if (System.nanoTime() > deadline) {
                    throw new ChaosFailure("the run hangs after %d results; disturbed by %s"
                            .formatted(steps.isEmpty() ? 0 : steps.getLast().results(), disturber.done()));
                }
                Thread.sleep(LOOK);
            }
            look();
        } finally {
            disturber.end();
        }
        List<String> leftBehind = stack.down();
        if (!leftBehind.isEmpty()) {
            throw new ChaosFailure("spice up left behind %s when it was stopped".formatted(leftBehind));
        }
        Matcher checkpoint = CHECKPOINT.matcher(stack.said());
        if (!checkpoint.find()) {
            throw new ChaosFailure("the run ended without a checkpoint");
        }
        return new Outcome(
                checkpoint.group(1),
                new Timeline(steps),
                stack.store().index(),
                stack.link().begun(),
                different(),
                disturber.done().stream().map(this::recovered).toList(),
                Stream.concat(disturber.notDone().stream(), left.stream().map(ChaosRun::tooLate))
                        .toList());
    }

    private static Disturber.NotDone tooLate(Schedule.Event event) {
        return new Disturber.NotDone(event.kind(), "the run had ended");
    }

    private void look() {
        long now = System.nanoTime();
        int results = stack.store().results();
        if (results > (steps.isEmpty() ? 0 : steps.getLast().results())) {
            first = steps.isEmpty() ? now : first;
            steps.add(new Timeline.Step(Duration.ofNanos(now - first), results));
        }
        while (!left.isEmpty() && isDue(left.getFirst(), now)) {
            disturber.disturb(left.removeFirst());
        }
    }

    private boolean isDue(Schedule.Event event, long now) {
        Timeline.Moment moment = calm.moment(event.share());
        return steps.stream()
                .filter(step -> step.results() >= moment.results())
                .findFirst()
                .filter(step ->
                        now - first - step.after().toNanos() >= moment.later().toNanos())
                .isPresent();
    }

    private Recovered recovered(Disturber.Done done) {
        Duration at = Duration.ofNanos(done.nanos() - first);
        return new Recovered(
                done.kind(),
                steps.stream()
                        .map(Timeline.Step::after)
                        .filter(after -> after.compareTo(at) > 0)
                        .findFirst()
                        .map(after -> after.minus(at)));
    }

    private int different() throws IOException {
        int count = 0;
        for (Path log : stack.logs()) {
            String text = Files.readString(log, StandardCharsets.ISO_8859_1);
            count += text.split(Pattern.quote(DIFFERENT), -1).length - 1;
        }
        return count;
    }
}
