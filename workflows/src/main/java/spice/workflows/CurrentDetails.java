package spice.workflows;

import java.util.Locale;

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
        progress.last().ifPresent(report -> card.append(String.format(
                Locale.ROOT,
                "pass rate %.2f · valid share %.2f · Challenger reward %.2f · about %.0f s left\n\n",
                report.metrics().passRate(),
                report.metrics().validShare(),
                report.metrics().challengerReward(),
                progress.secondsLeft())));
        if (!progress.evaluations().isEmpty()) {
            card.append("| iteration | held-out greedy | held-out mean |\n|---|---|---|\n");
            progress.evaluations().forEach(evaluation -> card.append(String.format(
                    Locale.ROOT,
                    "| %d | %.3f | %.3f |\n",
                    evaluation.iteration(),
                    evaluation.greedy(),
                    evaluation.mean())));
        }
        return card.append("\ncheckpoint `%s`\n".formatted(state.policy().name())).toString();
    }
}
