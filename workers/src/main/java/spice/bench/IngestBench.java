package spice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import spice.local.LocalSettings;
import spice.processes.ProcessPlan;
import spice.store.Json;

/// Measures the ingest of a folder, and Tika alone on the same files. Each reading is a new process, since loading
/// the parsers is part of what a user waits for.
///
/// @param folder for jobs, logs and stores
/// @param local settings of the user's own stack
/// @param threads that read files side by side
/// @param runs of each side
/// @param say takes lines for people
record IngestBench(Path folder, LocalSettings local, int threads, int runs, Consumer<String> say) {
    private static final String NAME = "ingest";

    /// Measures both sides on the documents of this folder.
    Measured measure(Path corpus) {
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
        return new Measured(
                NAME,
                Measured.Unit.BYTES,
                new Side(new Spread(mine), peak),
                Optional.of(new Side(new Spread(others), otherPeak)));
    }

    private record Once(SideAnswer answer, long peakBytes) {}

    private Once once(String side, int run, Path corpus, Optional<IngestSide.Store> store) {
        String name = "%s-%s-%d".formatted(NAME, side, run + 1);
        Path job = folder.resolve(name + ".json");
        IngestSide.ReadingTask task = new IngestSide.ReadingTask(
                corpus.toString(),
                threads,
                local.root().resolve("models").resolve("nano").toString(),
                store);
        BenchFiles.write(job, Json.bytes(task));
        List<String> command = ProcessPlan.java(local.cpuHeap(), IngestSide.class.getName(), List.of(job.toString()));
        try (SideProcess process = SideProcess.start(name, command, List.of(), folder.resolve(name + ".log"))) {
            SideAnswer answer = process.ask(Order.WORK);
            return new Once(answer, process.peakBytes());
        }
    }
}
