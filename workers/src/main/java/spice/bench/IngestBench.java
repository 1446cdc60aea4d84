package spice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import spice.local.LocalSettings;
import spice.local.ProcessPlan;
import spice.store.Json;

/// Ingest of a folder beside Tika alone on the same files: a fresh process each time, since both begin by loading
/// parsers, which a person waits for as well.
///
/// @param folder for jobs, logs and stores
/// @param runs of each side that count
record IngestBench(Path folder, LocalSettings local, int threads, int runs, Consumer<String> say) {
    private static final String NAME = "ingest";

    /// Measures the reading of a folder's documents.
    Comparison measure(Path corpus) {
        List<Double> mine = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        long peak = 0;
        long otherPeak = 0;
        for (int run = 0; run < runs; run++) {
            LocalSettings empty = local.elsewhere(folder.resolve("%s-%d".formatted(NAME, run + 1)));
            Once ours = once(
                    "ours",
                    run,
                    corpus,
                    Optional.of(new IngestSide.Store(empty.home().toString(), empty.s3Port())));
            Once theirs = once("tika", run, corpus, Optional.empty());
            mine.add(ours.answer().rate());
            others.add(theirs.answer().rate());
            peak = Math.max(peak, ours.peakBytes());
            otherPeak = Math.max(otherPeak, theirs.peakBytes());
            say.accept("%s run %d of %d: %.2f and %.2f MB/s"
                    .formatted(NAME, run + 1, runs, mine.getLast() / 1e6, others.getLast() / 1e6));
        }
        return new Comparison(
                NAME,
                Comparison.Unit.BYTES,
                new Side(new Spread(mine), peak),
                Optional.of(new Side(new Spread(others), otherPeak)));
    }

    private record Once(Answer answer, long peakBytes) {}

    private Once once(String side, int run, Path corpus, Optional<IngestSide.Store> store) {
        String name = "%s-%s-%d".formatted(NAME, side, run + 1);
        Path job = folder.resolve(name + ".json");
        IngestSide.Task task = new IngestSide.Task(
                corpus.toString(),
                threads,
                local.root().resolve("models").resolve("nano").toString(),
                store);
        BenchFiles.write(job, Json.bytes(task));
        List<String> command = ProcessPlan.java(local.cpuHeap(), IngestSide.class.getName(), List.of(job.toString()));
        try (SideProcess process = SideProcess.start(name, command, List.of(), folder.resolve(name + ".log"))) {
            Answer answer = process.ask(Order.WORK);
            return new Once(answer, process.peakBytes());
        }
    }
}
