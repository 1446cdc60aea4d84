package spice.checkpoints;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// Committed checkpoints and the lineages they form. A checkpoint exists once its record does; the record is
/// created last and never changes.
public final class Checkpoints {
    /// The lineage of base models.
    public static final String BASE = "base";

    private static final String LINEAGES = "lineages/";
    static final String CHECKPOINTS = "checkpoints/";
    private static final String RETIRED = "retired/";
    private static final String PINNED = "pinned/";

    private static final Pattern CHECKPOINT = Pattern.compile(CHECKPOINTS + "([^/]+)/([^/]+)/(\\d{1,9})");

    private final BlobStore store;

    public Checkpoints(BlobStore store) {
        this.store = store;
    }

    public CheckpointManifest manifest(CheckpointRef checkpoint) {
        return manifest(checkpoint.manifest());
    }

    private CheckpointManifest manifest(BlobRef ref) {
        return Json.read(store.get(ref), CheckpointManifest.class, "checkpoint manifest " + ref.sha256());
    }

    /// Commits a checkpoint. If one of this name is there, that one is returned: the first writer wins.
    public CheckpointRef commit(CheckpointManifest manifest) {
        BlobRef blob = store.put(Json.bytes(manifest));
        String name = CheckpointRef.name(manifest.lineage(), manifest.branch(), manifest.iteration());
        store.create(name, Json.bytes(blob));
        return find(manifest.lineage(), manifest.branch(), manifest.iteration()).orElseThrow();
    }

    /// The checkpoint at this place, if it is committed.
    public Optional<CheckpointRef> find(String lineage, String branch, int iteration) {
        String name = CheckpointRef.name(lineage, branch, iteration);
        return store.read(name)
                .map(record -> new CheckpointRef(lineage, branch, iteration, Json.read(record, BlobRef.class, name)));
    }

    /// Makes a run the newest of its lineage. A second call by the same run changes nothing.
    public void begin(RunRecord run) {
        List<RunRecord> runs = runs(run.lineage());
        if (runs.isEmpty() || !runs.getLast().equals(run)) {
            for (int number = runs.size();
                    !store.create(recordName(run.lineage(), number), Json.bytes(run));
                    number++) {}
        }
    }

    /// A lineage's runs, oldest first.
    public List<RunRecord> runs(String lineage) {
        return IntStream.iterate(0, number -> number + 1)
                .mapToObj(number -> store.read(recordName(lineage, number))
                        .map(record -> Json.read(record, RunRecord.class, recordName(lineage, number))))
                .takeWhile(Optional::isPresent)
                .map(Optional::get)
                .toList();
    }

    private static String recordName(String lineage, int number) {
        return "%s%s/%08d".formatted(LINEAGES, lineage, number);
    }

    /// The last checkpoint of a run. A run's iterations have no gap, so the search doubles its steps and then
    /// halves them.
    public CheckpointRef last(RunRecord run) {
        int from = run.start().iteration();
        int step = 1;
        while (find(run.lineage(), run.branch(), from + step).isPresent()) {
            step *= 2;
        }
        int last = from + step / 2;
        for (int stride = step / 4; stride > 0; stride /= 2) {
            if (find(run.lineage(), run.branch(), last + stride).isPresent()) {
                last += stride;
            }
        }
        return last == from
                ? run.start()
                : find(run.lineage(), run.branch(), last).orElseThrow();
    }

    /// The checkpoint to continue a lineage from: the last one of its newest run, or where that run starts.
    public Optional<CheckpointRef> last(String lineage) {
        return runs(lineage).reversed().stream().findFirst().map(this::last);
    }

    /// The segments of branches that lead to a lineage's last checkpoint, from the lineage's own first checkpoint
    /// on. Checkpoints of branches that a later run left are not part of it.
    public List<BranchSegment> line(String lineage) {
        Deque<BranchSegment> line = new ArrayDeque<>();
        List<RunRecord> newestFirst = runs(lineage).reversed();
        Optional<RunRecord> next = newestFirst.stream().findFirst();
        int last = next.map(run -> last(run).iteration()).orElse(0);
        while (next.isPresent()) {
            RunRecord run = next.get();
            CheckpointRef start = run.start();
            if (last > start.iteration()) {
                line.addFirst(new BranchSegment(run.branch(), start.iteration() + 1, last));
            }
            last = start.iteration();
            next = newestFirst.stream()
                    .filter(before -> start.lineage().equals(lineage)
                            && before.branch().equals(start.branch())
                            && before.start().iteration() < start.iteration())
                    .findFirst();
        }
        return List.copyOf(line);
    }

    /// The checkpoints of a [#line], oldest first.
    public Stream<CheckpointRef> on(String lineage, List<BranchSegment> line) {
        return line.stream()
                .flatMap(segment -> segment.iterations()
                        .map(iteration ->
                                find(lineage, segment.branch(), iteration).orElseThrow()));
    }

    /// The checkpoint of an iteration, from the newest run of the lineage that has one.
    public Optional<CheckpointRef> at(String lineage, int iteration) {
        return runs(lineage).reversed().stream()
                .flatMap(run -> (run.start().iteration() == iteration
                                ? Optional.of(run.start())
                                : find(lineage, run.branch(), iteration))
                        .stream())
                .findFirst();
    }

    /// The names of all lineages in the store.
    public List<String> lineages() {
        return store.list(LINEAGES).stream()
                .map(name -> name.substring(LINEAGES.length(), name.lastIndexOf('/')))
                .distinct()
                .toList();
    }

    /// All checkpoints of all lineages, bases included, in the order of their names.
    public List<CheckpointRef> all() {
        return store.list(CHECKPOINTS).stream()
                .flatMap(name -> named(name).stream())
                .toList();
    }

    /// The checkpoint whose record has this name, such as `checkpoints/mine/2aead4c4ad53/00000010`.
    public Optional<CheckpointRef> named(String name) {
        Matcher parts = CHECKPOINT.matcher(name);
        return parts.matches()
                ? find(parts.group(1), parts.group(2), Integer.parseInt(parts.group(3)))
                : Optional.empty();
    }

    /// Marks a checkpoint's weights as given up, for good, before they are removed.
    public void retire(CheckpointRef checkpoint, Instant now) {
        store.create(beside(RETIRED, checkpoint), Json.bytes(new Retirement(now)));
    }

    /// When this checkpoint was retired, if it was. Its weights may exist all the same: a repeated run makes them
    /// again.
    public Optional<Retirement> retirement(CheckpointRef checkpoint) {
        String name = beside(RETIRED, checkpoint);
        return store.read(name).map(json -> Json.read(json, Retirement.class, name));
    }

    /// The message for somebody who wants a retired checkpoint's weights.
    public String goneSince(CheckpointRef checkpoint, Retirement retirement) {
        String instead = last(checkpoint.lineage())
                .map(last -> "Continue from %s@%d, the lineage's last, ".formatted(last.lineage(), last.iteration()))
                .orElse("Continue from another one ");
        return "%s was retired at %s, by `spice store gc` or its run's keepLast: its weights are gone, its manifest and tasks are kept. %sor repeat the run under its name, which makes it again. `spice store pin` keeps a checkpoint"
                .formatted(checkpoint.name(), retirement.at().truncatedTo(ChronoUnit.SECONDS), instead);
    }

    /// Keeps this checkpoint's weights whatever the retention.
    public void pin(CheckpointRef checkpoint) {
        store.create(beside(PINNED, checkpoint), new byte[0]);
    }

    public boolean isPinned(CheckpointRef checkpoint) {
        return store.read(beside(PINNED, checkpoint)).isPresent();
    }

    /// The name of the record that pins this checkpoint.
    public static String pinName(CheckpointRef checkpoint) {
        return beside(PINNED, checkpoint);
    }

    /// The place of a checkpoint's record below the folder of its kind: lineage, branch and iteration.
    public static String place(CheckpointRef checkpoint) {
        return checkpoint.name().substring(CHECKPOINTS.length());
    }

    /// The name of a record about a checkpoint.
    private static String beside(String folder, CheckpointRef checkpoint) {
        return folder + place(checkpoint);
    }
}
