package spice.report;

import java.util.List;
import java.util.Optional;
import spice.checkpoints.BranchSegment;
import spice.checkpoints.Checkpoints;
import spice.store.BlobStore;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsReader;

/// The live page of a run for one viewer: first the whole page, then what is new. Not thread-safe.
public final class LiveReport {
    private final ReportReader reader;
    private final MetricsReader metrics;
    private final Checkpoints checkpoints;
    private final String lineage;
    private final Temporal temporal;

    private int seen;
    private List<BranchSegment> line = List.of();
    private List<MetricsLine> known = List.of();
    private boolean isCrossed;
    private Optional<Standing> standing = Optional.empty();

    /// What Temporal knows about runs.
    public interface Temporal {
        /// The state of a run; empty while nobody answers.
        Optional<Standing> standing(String lineage);

        /// The run's page in the Temporal UI, if there is one.
        Optional<String> page(String lineage);
    }

    /// A message to the page.
    public sealed interface News {}

    /// New data for the page.
    ///
    /// @param iteration the last iteration that the page then has
    /// @param json a [ReportData] in one line
    public record Fresh(int iteration, String json) implements News {}

    /// The run went back to an iteration before the last one that the page shows.
    public record Reload() implements News {}

    /// @param address the store's address, for people
    public LiveReport(BlobStore store, String address, String lineage, Temporal temporal) {
        this.reader = new ReportReader(store, address);
        this.metrics = new MetricsReader(store);
        this.checkpoints = new Checkpoints(store);
        this.lineage = lineage;
        this.temporal = temporal;
    }

    /// The page with everything that is known by now.
    ///
    /// @param events the address of the news, relative to the page
    public byte[] page(String events) {
        ReportData data = reader.read(lineage, Integer.MAX_VALUE);
        return ReportPage.live(data.in(temporal.standing(lineage), temporal.page(lineage)), events);
    }

    /// The `Content-Security-Policy` with which the page must be sent.
    public static String policy() {
        return ReportPage.livePolicy();
    }

    /// Sets the last iteration that the page has.
    public void after(int iteration) {
        seen = iteration;
    }

    /// What is new since the last call; empty if nothing is.
    public Optional<News> news() {
        List<BranchSegment> now = checkpoints.line(lineage);
        if (!line.isEmpty() && !branchOf(line).equals(branchOf(now))) {
            return Optional.of(new Reload());
        }
        line = now;
        // The last iteration again, because its evaluation comes later.
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

    private Optional<String> branchOf(List<BranchSegment> segments) {
        return segments.stream()
                .filter(segment -> segment.first() <= seen && seen <= segment.last())
                .map(BranchSegment::branch)
                .findFirst();
    }
}
