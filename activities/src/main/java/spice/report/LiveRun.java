package spice.report;

import java.util.List;
import java.util.Optional;
import spice.activities.Checkpoints;
import spice.activities.Stretch;
import spice.store.BlobStore;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsLines;

/// One open page of a run that goes on: the page, and then what is new of it whenever somebody looks. Of one
/// thread.
public final class LiveRun {
    private final ReportReader reader;
    private final MetricsLines metrics;
    private final Checkpoints checkpoints;
    private final String lineage;
    private final Temporal temporal;

    private int seen;
    private List<Stretch> line = List.of();
    private List<MetricsLine> known = List.of();
    private boolean isCrossed;
    private Optional<Standing> standing = Optional.empty();

    /// What Temporal knows of a run.
    public interface Temporal {
        /// How it stands; empty while nobody answers.
        Optional<Standing> standing(String lineage);

        /// Its page in the Temporal UI, if there is one.
        Optional<String> page(String lineage);
    }

    /// Something for the page.
    public sealed interface News {}

    /// What is new, as JSON in one line.
    ///
    /// @param iteration the last one that the page then has
    public record Fresh(int iteration, String json) implements News {}

    /// The run went back before what the page shows.
    public record Reload() implements News {}

    /// What is new of a run, for whoever looks at it.
    ///
    /// @param address of the store, for people
    public LiveRun(BlobStore store, String address, String lineage, Temporal temporal) {
        this.reader = new ReportReader(store, address);
        this.metrics = new MetricsLines(store);
        this.checkpoints = new Checkpoints(store);
        this.lineage = lineage;
        this.temporal = temporal;
    }

    /// The page with all that there is by now.
    ///
    /// @param events where it asks for news, relative to itself
    public byte[] page(String events) {
        ReportData data = reader.read(lineage, Integer.MAX_VALUE);
        return ReportPage.live(data.in(temporal.standing(lineage), temporal.page(lineage)), events);
    }

    /// The policy under which the page is to be sent.
    public static String policy() {
        return ReportPage.livePolicy();
    }

    /// Goes on behind an iteration that the page has.
    public void after(int iteration) {
        seen = iteration;
    }

    /// What is new since this was last asked.
    public Optional<News> news() {
        List<Stretch> now = checkpoints.line(lineage);
        if (!line.isEmpty() && !branchOf(line).equals(branchOf(now))) {
            return Optional.of(new Reload());
        }
        line = now;
        // The last one again: its evaluation comes after it.
        List<MetricsLine> lines = seen == 0 ? metrics.of(lineage) : metrics.after(lineage, now, seen - 1);
        List<MetricsLine> fresh =
                lines.stream().filter(each -> !known.contains(each)).toList();
        Optional<Standing> stands = temporal.standing(lineage);
        boolean nowCrossed = isCrossed || reader.isCrossed(lines);
        if (fresh.isEmpty() && stands.equals(standing) && nowCrossed == isCrossed) {
            return Optional.empty();
        }
        ReportData data = reader.news(lineage, nowCrossed == isCrossed ? fresh : lines);
        known = lines;
        standing = stands;
        isCrossed = nowCrossed;
        seen = lines.stream().mapToInt(MetricsLine::iteration).max().orElse(seen);
        return Optional.of(new Fresh(seen, ReportPage.json(data.in(standing, temporal.page(lineage)))));
    }

    private Optional<String> branchOf(List<Stretch> stretches) {
        return stretches.stream()
                .filter(stretch -> stretch.first() <= seen && seen <= stretch.last())
                .map(Stretch::branch)
                .findFirst();
    }
}
