package spice.upkeep;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// Removes from a store what nothing needs any more: weights and optimizers of retired checkpoints, shards of
/// iterations that were committed long ago, blobs of killed uploads, and leftovers of the S3 server itself. Runs
/// may go on meanwhile. It removes a blob if all of this holds:
///
/// - Nothing that is kept refers to it. Kept are every manifest with its tasks and its corpus, the weights of the
///   checkpoints that [Keeping] names, every evaluation, every parsed file, and every record of an unknown kind.
/// - It was last used before the grace period, and before the current iteration of every live run began. References
///   of such an iteration are only in its Temporal history, but it has used everything it refers to since it began.
/// - It was not used again in the meantime, see [StoreUpkeep].
///
/// It lists objects first and reads references afterwards, so it knows every reference that was committed before
/// the listing. Among the results of steps, those that refer to other blobs are removed first: if one of them was
/// used again meanwhile, what it refers to stays.
public final class GarbageCollection {
    /// Age below which everything stays.
    private static final Duration GRACE = StoreUpkeep.FRESH.multipliedBy(2);

    /// Additional grace period if Temporal does not answer: an ingest, of which the store knows nothing until it
    /// ends, may take a day.
    private static final Duration BLIND_GRACE = Duration.ofDays(1);

    /// Age at which an unfinished upload counts as abandoned.
    private static final Duration LONG_UPLOAD = Duration.ofDays(1);

    /// Steps whose results stay, that is, corpora: the next ingest then parses only new files.
    private static final Set<String> KEPT_STEPS = Set.of("ingest", "ingest-file");
    /// Steps with many results, none of which refers to another blob. Results of all other steps are searched for
    /// references.
    private static final Set<String> LEAVES =
            Set.of("ingest-file", "pose", "attempt", "evaluate", "pose-held-out", "cross-pose", "cross-attempt");

    private static final String SNAPSHOTS = "snapshots";
    /// Kinds of records that refer only to blobs without references.
    private static final Set<String> LEAF_RECORDS =
            Set.of("crossings", "evaluations", "iterations", "models", "reports", SNAPSHOTS);

    /// Kinds of records that [Checkpoints] interprets.
    private static final Set<String> OWN_MEANING = Set.of("checkpoints", "lineages", "pinned", "retired");

    private final BlobStore store;
    private final StoreUpkeep upkeep;
    private final Checkpoints checkpoints;

    public GarbageCollection(BlobStore store, StoreUpkeep upkeep) {
        this.store = store;
        this.upkeep = upkeep;
        this.checkpoints = new Checkpoints(store);
    }

    /// What was done, or would be done in a dry run.
    ///
    /// @param kept the checkpoints that keep their weights, each with the reason
    /// @param retired the checkpoints that lose their weights now
    /// @param before bytes in the store before the collection
    public record Outcome(
            Map<CheckpointRef, String> kept,
            List<CheckpointRef> retired,
            long before,
            Removed blobs,
            Removed results,
            Removed leftovers) {}

    /// Numbers of removed objects and bytes.
    public record Removed(int objects, long bytes) {
        static Removed of(Collection<Stored> objects) {
            return new Removed(
                    objects.size(), objects.stream().mapToLong(Stored::bytes).sum());
        }
    }

    /// Collects garbage.
    ///
    /// @param dryRun whether to change nothing and only tell what would be done
    public Outcome run(Retention retention, ActiveRuns live, boolean dryRun) {
        return run(_ -> Optional.of(retention), live, dryRun);
    }

    /// Collects garbage, and retires checkpoints of one lineage only.
    public Outcome runFor(String lineage, Retention retention, ActiveRuns live) {
        return run(name -> Optional.of(retention).filter(_ -> name.equals(lineage)), live, false);
    }

    private Outcome run(Function<String, Optional<Retention>> rules, ActiveRuns live, boolean dryRun) {
        StoreUpkeep.Listing listing = upkeep.list();
        Map<String, Instant> records = listing.objects().stream()
                .filter(object -> object.content() instanceof Stored.Named)
                .collect(toMap(object -> ((Stored.Named) object.content()).name(), Stored::written));
        Instant cutoff = cutoff(listing.now(), live, records);
        Keeping keeping = new Keeping(store, checkpoints, rules, live, cutoff, records);
        Pass pass = new Pass(listing.objects(), cutoff);

        pass.markRecords();
        checkpoints
                .all()
                .forEach(checkpoint -> pass.mark(checkpoint, keeping.reasons().containsKey(checkpoint)));
        pass.markResults();
        if (!dryRun) {
            keeping.retired().forEach(checkpoint -> checkpoints.retire(checkpoint, listing.now()));
        }
        Remover remover = dryRun ? List::copyOf : upkeep::remove;
        // Snapshots go before the blobs they refer to, so that nobody finds half a snapshot.
        List<Stored> results = new ArrayList<>(remover.remove(pass.oldSnapshots()));
        List<Stored> blobs = pass.removeBlobs(remover);
        results.addAll(remover.remove(pass.danglingResults()));
        List<Stored> leftovers = remover.remove(listing.objects().stream()
                .filter(object -> isLeftBehind(object, listing.now()))
                .toList());
        return new Outcome(
                keeping.reasons(),
                keeping.retired(),
                listing.objects().stream().mapToLong(Stored::bytes).sum(),
                Removed.of(blobs),
                Removed.of(results),
                Removed.of(leftovers));
    }

    private boolean isLeftBehind(Stored object, Instant now) {
        return switch (object.content()) {
            case Stored.Leftover _ -> object.written().isBefore(now.minus(GRACE));
            case Stored.Unfinished _ -> object.written().isBefore(now.minus(LONG_UPLOAD));
            case Stored.Blob _, Stored.Step _, Stored.Named _ -> false;
        };
    }

    private interface Remover {
        List<Stored> remove(Collection<Stored> objects);
    }

    /// Blobs that were last used before this time may be removed.
    private Instant cutoff(Instant now, ActiveRuns live, Map<String, Instant> records) {
        Stream<Instant> holds = switch (live) {
            case ActiveRuns.Known known ->
                Stream.concat(Stream.of(now), known.runs().stream().map(run -> iterationBegan(run, records)));
            case ActiveRuns.Unknown() ->
                Stream.concat(
                        Stream.of(now.minus(BLIND_GRACE)),
                        checkpoints.lineages().stream().map(lineage -> lastSign(lineage, records)));
        };
        return holds.min(Instant::compareTo).orElseThrow().minus(GRACE);
    }

    /// When the current iteration of a run began: when its checkpoint was committed, or when the run itself began.
    private static Instant iterationBegan(ActiveRuns.LiveRun run, Map<String, Instant> records) {
        Optional<Instant> committed = run.iteration().isEmpty()
                ? Optional.empty()
                : records.entrySet().stream()
                        .filter(record -> record.getKey().startsWith("checkpoints/%s/".formatted(run.lineage())))
                        .filter(record -> record.getKey()
                                .endsWith("/%08d".formatted(run.iteration().getAsInt())))
                        .map(Map.Entry::getValue)
                        .min(Instant::compareTo);
        return committed.filter(at -> at.isAfter(run.started())).orElse(run.started());
    }

    /// When a run of the lineage last wrote a record that tells of its progress.
    private static Instant lastSign(String lineage, Map<String, Instant> records) {
        return records.entrySet().stream()
                .filter(record -> record.getKey().startsWith("checkpoints/%s/".formatted(lineage))
                        || record.getKey().startsWith("lineages/%s/".formatted(lineage)))
                .map(Map.Entry::getValue)
                .max(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    /// One pass over the listed objects.
    private final class Pass {
        private final Instant cutoff;
        private final Map<String, Stored> blobs = new ConcurrentHashMap<>();
        private final Map<String, Stored> records = new ConcurrentHashMap<>();
        private final Map<Stored, BlobRef> results = new ConcurrentHashMap<>();
        private final Set<String> marked = new HashSet<>();
        private final Set<String> followed = new HashSet<>();
        private final Set<String> removed = new HashSet<>();

        Pass(List<Stored> objects, Instant cutoff) {
            this.cutoff = cutoff;
            objects.parallelStream().forEach(object -> {
                switch (object.content()) {
                    case Stored.Blob(String sha256) -> blobs.put(sha256, object);
                    case Stored.Step _ ->
                        upkeep.read(object)
                                .ifPresent(json -> results.put(object, Json.read(json, BlobRef.class, object.key())));
                    case Stored.Named(String name) -> records.put(name, object);
                    case Stored.Leftover _, Stored.Unfinished _ -> {}
                }
            });
        }

        /// Marks what records refer to: for evaluations the questions and answers, for snapshots the state of a
        /// step, for records of an unknown kind everything that can be found from them.
        void markRecords() {
            records.forEach((name, record) -> {
                String kind = kind(name);
                if (!OWN_MEANING.contains(kind) && !isOldSnapshot(name, record)) {
                    upkeep.read(record, References::in).stream()
                            .flatMap(Set::stream)
                            .forEach(LEAF_RECORDS.contains(kind) ? this::mark : this::markAll);
                }
            });
        }

        private static String kind(String name) {
            return name.split("/", 2)[0];
        }

        private boolean isOldSnapshot(String name, Stored record) {
            return kind(name).equals(SNAPSHOTS) && isOld(record);
        }

        /// The snapshots of training steps that are over. A live run's iteration began before its snapshots were
        /// written, so they are young.
        List<Stored> oldSnapshots() {
            return records.entrySet().stream()
                    .filter(record -> isOldSnapshot(record.getKey(), record.getValue()))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        void mark(CheckpointRef checkpoint, boolean kept) {
            CheckpointManifest manifest = checkpoints.manifest(checkpoint);
            mark(checkpoint.manifest());
            manifest.tasks().ifPresent(this::mark);
            manifest.corpus().ifPresent(this::markAll);
            if (kept) {
                manifest.files().values().forEach(this::mark);
                manifest.optimizer().ifPresent(this::mark);
                manifest.trajectories().ifPresent(this::mark);
            }
        }

        /// Marks the results of steps that stay, that are young, or that were just used.
        void markResults() {
            results.forEach((object, result) -> {
                String step = ((Stored.Step) object.content()).step().step();
                if (KEPT_STEPS.contains(step)
                        || !isOld(object)
                        || marked.contains(result.sha256())
                        || isYoung(result)) {
                    mark(result);
                    if (!LEAVES.contains(step)) {
                        markAll(result);
                    }
                }
            });
        }

        private void mark(BlobRef ref) {
            marked.add(ref.sha256());
        }

        /// Marks a blob and, if it contains references, the blobs that it refers to.
        private void markAll(BlobRef ref) {
            mark(ref);
            Stored blob = blobs.get(ref.sha256());
            if (blob != null && followed.add(ref.sha256())) {
                upkeep.read(blob, References::in).stream().flatMap(Set::stream).forEach(this::mark);
            }
        }

        private boolean isOld(Stored object) {
            return object.written().isBefore(cutoff);
        }

        private boolean isYoung(BlobRef ref) {
            Stored blob = blobs.get(ref.sha256());
            return blob != null && !isOld(blob);
        }

        List<Stored> removeBlobs(Remover remover) {
            Set<String> leading = results.values().stream()
                    .map(BlobRef::sha256)
                    .filter(this::mayGo)
                    .collect(toSet());
            List<Stored> gone = new ArrayList<>(remove(leading, remover));
            results.values().stream()
                    .filter(result -> leading.contains(result.sha256()) && !removed.contains(result.sha256()))
                    .forEach(this::markAll);
            gone.addAll(remove(
                    blobs.keySet().stream()
                            .filter(sha256 -> !removed.contains(sha256) && mayGo(sha256))
                            .toList(),
                    remover));
            return gone;
        }

        private boolean mayGo(String sha256) {
            Stored blob = blobs.get(sha256);
            return blob != null && !marked.contains(sha256) && isOld(blob);
        }

        private List<Stored> remove(Collection<String> digests, Remover remover) {
            List<Stored> gone = remover.remove(digests.stream()
                    .map(blobs::get)
                    .filter(Objects::nonNull)
                    .sorted((a, b) -> a.key().compareTo(b.key()))
                    .toList());
            gone.forEach(blob -> removed.add(((Stored.Blob) blob.content()).sha256()));
            return gone;
        }

        /// Index entries whose result is gone; steps treat them as missing already.
        List<Stored> danglingResults() {
            return results.entrySet().stream()
                    .filter(entry -> isOld(entry.getKey()))
                    .filter(entry -> removed.contains(entry.getValue().sha256())
                            || !blobs.containsKey(entry.getValue().sha256()))
                    .map(Map.Entry::getKey)
                    .sorted((a, b) -> a.key().compareTo(b.key()))
                    .toList();
        }
    }
}
