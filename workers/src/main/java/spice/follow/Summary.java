package spice.follow;

import java.util.Locale;
import spice.runs.Comparison;
import spice.runs.Comparison.CoEvolution;
import spice.runs.Comparison.Gain;
import spice.runs.Evaluation;

/// What a run has achieved, in a few lines.
final class Summary {
    private Summary() {}

    static String of(RunEvent.Ended report) {
        StringBuilder text = new StringBuilder("\n");
        Comparison comparison = report.comparison();
        if (report.first().isEmpty()) {
            text.append("no held-out accuracy: no held-out question was asked\n");
        }
        int attempts = report.first().map(Evaluation::attempts).orElse(0);
        comparison.greedy().ifPresent(gain -> text.append(line("held-out accuracy, greedy", gain)));
        comparison
                .mean()
                .ifPresent(gain ->
                        text.append(line("held-out accuracy, mean@%d at temperature 1".formatted(attempts), gain)));
        report.first()
                .filter(first -> first.k() > 0)
                .ifPresent(first -> text.append(String.format(
                        Locale.ROOT,
                        "%s pass@%d on %d held-out questions: %.3f%n",
                        first.iteration() == 0 ? "the base's" : "the starting checkpoint's",
                        first.k(),
                        first.questions(),
                        first.passAt())));
        comparison.coEvolution().ifPresent(crossed -> text.append(coEvolution(crossed)));
        return text.append("checkpoint: %s (manifest %s)%n"
                        .formatted(
                                report.checkpoint().name(),
                                report.checkpoint().manifest().sha256()))
                .toString();
    }

    private static String coEvolution(CoEvolution crossed) {
        return line("first Reasoner, first -> last Challenger's tasks", crossed.harder())
                + line("first Challenger's tasks, first -> last Reasoner", crossed.better())
                + String.format(
                        Locale.ROOT, "last Reasoner on the last Challenger's tasks: %.3f%n", crossed.lastOnLast());
    }

    private static String line(String what, Gain gain) {
        return String.format(
                Locale.ROOT,
                "%s: %.3f -> %.3f (%+.1f points, 95 %% interval %+.1f to %+.1f)%n",
                what,
                gain.before(),
                gain.after(),
                100 * gain.difference(),
                100 * gain.low(),
                100 * gain.high());
    }
}
