package spice.workflows;

import java.util.List;
import spice.runs.LaneReport;
import spice.store.BlobRef;

/// What the lanes of a stage returned, in order of lanes.
record StageReport(List<LaneReport> reports) {
    StageReport {
        reports = List.copyOf(reports);
    }

    List<BlobRef> shards() {
        return reports.stream().map(LaneReport::shards).toList();
    }

    long tokens() {
        return reports.stream().mapToLong(LaneReport::tokens).sum();
    }

    double seconds() {
        return reports.stream().mapToDouble(LaneReport::seconds).sum();
    }
}
