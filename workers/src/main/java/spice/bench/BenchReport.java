package spice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The results of a bench, written as `results.json`.
///
/// @param machine in words: processor, cores, memory
/// @param peer version of PyTorch; empty if PyTorch was not run
/// @param comparisons in the order in which they were measured
/// @param iteration cost of an iteration; empty if not measured
/// @param notRun what could not be measured here and why, a line each
public record BenchReport(
        String machine,
        Optional<String> peer,
        List<Measured> comparisons,
        Optional<IterationCost> iteration,
        List<String> notRun) {
    /// Length of an iteration, in seconds, that the time outside the model is compared with.
    private static final double LONG_ITERATION = 10;

    public BenchReport {
        comparisons = List.copyOf(comparisons);
        notRun = List.copyOf(notRun);
    }

    /// The report as lines of Markdown.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%s; medians, least and most in brackets".formatted(machine));
        if (!comparisons.isEmpty()) {
            lines.add("");
            lines.add("| work | ours | beside it | ours / beside it | peak memory, ours | beside it |");
            lines.add("|---|---|---|---|---|---|");
            comparisons.forEach(row -> lines.add(line(row)));
        }
        iteration.ifPresent(cost -> {
            lines.add("");
            lines.add("| an iteration | |");
            lines.add("|---|---|");
            lines.add(row("whole", seconds(cost.seconds())));
            lines.add(row("the model samples or learns", seconds(cost.model())));
            lines.add(row(
                    "outside that",
                    "%s, %.1f %% of a ten-second iteration"
                            .formatted(
                                    seconds(cost.outside()),
                                    100 * cost.outside().median() / LONG_ITERATION)));
            cost.causes().forEach((cause, value) -> lines.add(row(cause, format("%.3f s", value))));
            lines.add(row("history events", format("%.0f", cost.events().median())));
            lines.add(row(
                    "added to the store", format("%.1f MB", cost.storeBytes().median() / 1e6)));
        });
        if (!notRun.isEmpty()) {
            lines.add("");
            notRun.forEach(line -> lines.add("not run: " + line));
        }
        return lines;
    }

    private static String row(String name, String value) {
        return "| %s | %s |".formatted(name, value);
    }

    private static String line(Measured row) {
        return "| %s | %s | %s | %s | %s | %s |"
                .formatted(
                        row.work(),
                        rate(row, row.ours()),
                        row.theirs().map(side -> rate(row, side)).orElse("not run"),
                        row.ratio().map(BenchReport::ratio).orElse("-"),
                        memory(row.ours()),
                        row.theirs().map(BenchReport::memory).orElse("-"));
    }

    private static String rate(Measured row, Side side) {
        return switch (row.unit()) {
            case TOKENS -> spread("%,.0f", side.rate(), 1) + " tokens/s";
            case BYTES -> spread("%.3f", side.rate(), 1e6) + " MB/s";
        };
    }

    private static String ratio(Spread ratio) {
        return spread("%.2f", ratio, 1);
    }

    private static String seconds(Spread seconds) {
        return spread("%.2f", seconds, 1) + " s";
    }

    private static String spread(String number, Spread spread, double unit) {
        return format(number, spread.median() / unit)
                + " (" + format(number, spread.least() / unit)
                + " to " + format(number, spread.most() / unit) + ")";
    }

    private static String memory(Side side) {
        return format("%,.0f MB", side.peakBytes() / 1e6);
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
