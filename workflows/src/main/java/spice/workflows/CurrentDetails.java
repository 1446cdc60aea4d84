package spice.workflows;

import java.util.Locale;
import java.util.TreeMap;

/// The run's status card on its page in the Temporal UI.
final class CurrentDetails {
    private CurrentDetails() {}

    static String markdown(RunProgress progress, RunState state) {
        StringBuilder card = new StringBuilder("**%s** · iteration %d of %d · lineage `%s`\n\n"
                .formatted(
                        progress.state(),
                        progress.iteration(),
                        progress.lastIteration(),
                        state.run().lineage()));
        progress.trouble().ifPresent(trouble -> card.append(attention(trouble)));
        progress.last()
                .ifPresent(report -> card.append(String.format(
                        Locale.ROOT,
                        "pass rate %.2f · valid share %.2f · Challenger reward %.2f · about %.0f s left\n\n",
                        report.metrics().passRate(),
                        report.metrics().validShare(),
                        report.metrics().challengerReward(),
                        progress.secondsLeft())));
        progress.last().ifPresent(report -> card.append(kinds(report.metrics())));
        if (!progress.evaluations().isEmpty()) {
            card.append("| iteration | held-out greedy | held-out mean |\n|---|---|---|\n");
            progress.evaluations()
                    .forEach(evaluation -> card.append(String.format(
                            Locale.ROOT,
                            "| %d | %.3f | %.3f |\n",
                            evaluation.iteration(),
                            evaluation.greedy(),
                            evaluation.mean())));
        }
        return card.append("\ncheckpoint `%s`\n".formatted(state.policy().name()))
                .toString();
    }

    private static String attention(Trouble trouble) {
        return """
                **%s** · %s

                The run waits for a person. Send it one of these updates, here or with `spice`: `retryIteration` (with \
                `{"fresh": true}` for other seeds, `{"settings": {...}}` for other settings), `skipIteration`, `abort`.

                """.formatted(trouble.name(), trouble.message());
    }

    /// Where self-play goes astray shows here first: one kind taking over, golds that the Reasoner contradicts,
    /// verdicts that are not reached, refusals.
    private static String kinds(IterationMetrics metrics) {
        StringBuilder table =
                new StringBuilder("| kind | tasks | pass rate | Challenger reward |\n|---|---|---|---|\n");
        metrics.kinds()
                .forEach((kind, of) -> table.append(String.format(
                        Locale.ROOT,
                        "| %s | %d | %.2f | %.2f |\n",
                        kind.name().toLowerCase(Locale.ROOT),
                        of.tasks(),
                        of.passRate(),
                        of.challengerReward())));
        return table.append(String.format(
                        Locale.ROOT,
                        "\nsuspect golds %d · undecided verdicts %d · refused %s · difficulties %s\n\n",
                        metrics.suspectGolds(),
                        metrics.undecided(),
                        new TreeMap<>(metrics.refusals()),
                        new TreeMap<>(metrics.difficulties())))
                .toString();
    }
}
