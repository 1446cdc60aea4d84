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

/// Plays one run on its own stack and disturbs it by a schedule.
final class ChaosRun {
    private static final Duration LOOK = Duration.ofMillis(25);
    /// Longest time for a run: many times what the slowest has needed. A run that takes longer hangs.
    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint: \\S+ \\(manifest ([0-9a-f]{64})\\)");
    /// Logged by the store when a repeated step gives a different result.
    private static final String DIFFERENT = "this time the step gave";

    private final ChaosStack stack;
    private final Timeline calm;
    private final Disturber disturber;
    private final List<Timeline.Point> points = new ArrayList<>();
    private final List<Schedule.Event> left;
    private long first;

    /// @param calm timeline of the undisturbed run; for that run itself, any timeline
    ChaosRun(ChaosStack stack, Schedule schedule, Timeline calm) {
        this.stack = stack;
        this.calm = calm;
        this.disturber = new Disturber(stack);
        this.left = new ArrayList<>(schedule.events());
    }

    /// A disturbance that was done.
    ///
    /// @param recovery time until the run's next result; empty if the run already had all results
    record Recovered(Disturbance kind, Optional<Duration> recovery) {}

    /// What a run ended with.
    ///
    /// @param manifest digest of the last checkpoint
    /// @param index each step's result by its key
    /// @param begun how often each step's work was begun, by its key
    /// @param different number of repeated results that differed from the committed one
    record Outcome(
            String manifest,
            Timeline timeline,
            Map<String, String> index,
            Map<String, Integer> begun,
            int different,
            List<Recovered> recovered,
            List<Disturber.NotDone> notDone) {}

    /// Plays the run to its end.
    ///
    /// @throws ChaosFailure if the run does not reach its end by itself
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
                            .formatted(points.isEmpty() ? 0 : points.getLast().results(), disturber.done()));
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
                new Timeline(points),
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
        if (results > (points.isEmpty() ? 0 : points.getLast().results())) {
            first = points.isEmpty() ? now : first;
            points.add(new Timeline.Point(Duration.ofNanos(now - first), results));
        }
        while (!left.isEmpty() && isDue(left.getFirst(), now)) {
            disturber.disturb(left.removeFirst());
        }
    }

    private boolean isDue(Schedule.Event event, long now) {
        Timeline.Moment moment = calm.moment(event.share());
        return points.stream()
                .filter(point -> point.results() >= moment.results())
                .findFirst()
                .filter(point ->
                        now - first - point.after().toNanos() >= moment.later().toNanos())
                .isPresent();
    }

    private Recovered recovered(Disturber.Done done) {
        Duration at = Duration.ofNanos(done.nanos() - first);
        return new Recovered(
                done.kind(),
                points.stream()
                        .map(Timeline.Point::after)
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
