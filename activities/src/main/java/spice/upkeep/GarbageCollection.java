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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.activities.CheckpointManifest;
import spice.activities.Checkpoints;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;
import spice.workflows.CheckpointRef;

/// Removes from a store what nothing needs any more: weights and optimizers of retired checkpoints, shards of
/// iterations that were committed long ago, blobs of killed uploads, what the S3 server itself left behind. Runs
/// may go on meanwhile. It removes a blob if all of this holds:
///
/// - nothing that is kept refers to it: every manifest with its tasks and its corpus, the weights of those
///   checkpoints that [Keeping] names, every evaluation, every parsed file, every record of a kind unknown here;
/// - it was last used before the grace age, and before every live run's present iteration began. What such an
///   iteration refers to is only in its history, in Temporal, but it used all of it since it began;
/// - it was not used again in the meantime, for which see [StoreUpkeep].
///
/// It lists first and reads references afterwards, so that it knows of every reference that was committed before
/// it looked. Of a step's results those that lead to others go first: if one of them was used again meanwhile,
/// what it leads to stays.
public final class GarbageCollection {
    /// What is younger than this stays, whatever else holds.
    public static final Duration GRACE = StoreUpkeep.FRESH.multipliedBy(2);

    private static final Logger log = LoggerFactory.getLogger(GarbageCollection.class);

    /// If Temporal does not answer: an ingest, which the store does not know of before it ends, may take a day.
    private static final Duration BLIND_GRACE = Duration.ofDays(1);

    /// Parts that were begun to be sent before it are no longer being sent.
    private static final Duration LONG_UPLOAD = Duration.ofDays(1);

    /// Steps whose results stay: corpora. Of many files only the new ones are parsed the next time.
    private static final Set<String> KEPT_STEPS = Set.of("ingest", "ingest-file");
    /// Steps whose results are many and lead to nothing else. Of any other step's it is looked up.
    private static final Set<String> LEAVES =
            Set.of("ingest-file", "pose", "attempt", "evaluate", "pose-held-out", "cross-pose", "cross-attempt");

    private static final String SNAPSHOTS = "snapshots";
    private static final Set<String> LEAF_RECORDS =
            Set.of("crossings", "evaluations", "iterations", "reports", SNAPSHOTS);

    private static final Set<String> OWN_MEANING = Set.of("checkpoints", "lineages", "pinned", "retired");

    private final BlobStore store;
    private final StoreUpkeep upkeep;
    private final Checkpoints checkpoints;
    private final Duration grace;

    /// Of this store.
    ///
    /// @param grace [#GRACE], or twice what is fresh to this store
    public GarbageCollection(BlobStore store, StoreUpkeep upkeep, Duration grace) {
        this.store = store;
        this.upkeep = upkeep;
        this.checkpoints = new Checkpoints(store);
        this.grace = grace;
    }

    /// What was done, or in a dry run would be.
    ///
    /// @param kept checkpoints with the reason why they keep their weights
    /// @param retired checkpoints that lose them now
    /// @param before bytes in the store
    public record Report(
            Map<CheckpointRef, String> kept,
            List<CheckpointRef> retired,
            long before,
            Removed blobs,
            Removed results,
            Removed leftovers) {}

    /// How many objects and bytes.
    public record Removed(int objects, long bytes) {
        static Removed of(Collection<Stored> objects) {
            return new Removed(
                    objects.size(), objects.stream().mapToLong(Stored::bytes).sum());
        }
    }

    /// Collects.
    ///
    /// @param dryRun only says what would be done
    public Report run(Retention retention, LiveRuns live, boolean dryRun) {
        StoreUpkeep.Listing listing = upkeep.list();
        Map<String, Instant> records = listing.objects().stream()
                .filter(object -> object.content() instanceof Stored.Named)
                .collect(toMap(object -> ((Stored.Named) object.content()).name(), Stored::written));
        Instant cutoff = cutoff(listing.now(), live, records);
        Keeping keeping = new Keeping(store, checkpoints, retention, live, cutoff, records);
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
        // Before what they refer to, so that nobody finds half a snapshot.
        List<Stored> results = new ArrayList<>(remover.remove(pass.oldSnapshots()));
        List<Stored> blobs = pass.removeBlobs(remover);
        results.addAll(remover.remove(pass.danglingResults()));
        List<Stored> leftovers = remover.remove(listing.objects().stream()
                .filter(object -> isLeftBehind(object, listing.now()))
                .toList());
        return new Report(
                keeping.reasons(),
                keeping.retired(),
                listing.objects().stream().mapToLong(Stored::bytes).sum(),
                Removed.of(blobs),
                Removed.of(results),
                Removed.of(leftovers));
    }

    private boolean isLeftBehind(Stored object, Instant now) {
        return switch (object.content()) {
            case Stored.Leftover _ -> object.written().isBefore(now.minus(grace));
            case Stored.Unfinished _ -> object.written().isBefore(now.minus(LONG_UPLOAD));
            case Stored.Blob _, Stored.Step _, Stored.Named _ -> false;
        };
    }

    private interface Remover {
        List<Stored> remove(Collection<Stored> objects);
    }

    /// What was last used before this may go.
    private Instant cutoff(Instant now, LiveRuns live, Map<String, Instant> records) {
        Stream<Instant> holds = switch (live) {
            case LiveRuns.Known known ->
                Stream.concat(Stream.of(now), known.runs().stream().map(run -> iterationBegan(run, records)));
            case LiveRuns.Unknown() ->
                Stream.concat(
                        Stream.of(now.minus(BLIND_GRACE)),
                        checkpoints.lineages().stream().map(lineage -> lastSign(lineage, records)));
        };
        return holds.min(Instant::compareTo).orElseThrow().minus(grace);
    }

    /// When a run began to work on its checkpoint: when that was committed, or when the run itself began.
    private static Instant iterationBegan(LiveRuns.LiveRun run, Map<String, Instant> records) {
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

    private static Instant lastSign(String lineage, Map<String, Instant> records) {
        return records.entrySet().stream()
                .filter(record -> record.getKey().startsWith("checkpoints/%s/".formatted(lineage))
                        || record.getKey().startsWith("lineages/%s/".formatted(lineage)))
                .map(Map.Entry::getValue)
                .max(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    /// One pass over what was listed.
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

        /// What records refer to: evaluations to questions and answers, snapshots to the state of a step, those of
        /// a kind unknown here to whatever can be found from them.
        void markRecords() {
            records.forEach((name, record) -> {
                String kind = kind(name);
                if (!OWN_MEANING.contains(kind) && !isOldSnapshot(name, record)) {
                    store.read(name).stream()
                            .flatMap(json -> References.in(json).stream())
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

        /// Of training steps that are over: a live run's iteration began before its snapshots were written.
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

        /// Results of steps that stay, that are young, or that somebody has just used.
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

        /// It and, if it is a record itself, what it refers to.
        private void markAll(BlobRef ref) {
            mark(ref);
            if (blobs.containsKey(ref.sha256()) && followed.add(ref.sha256())) {
                try {
                    References.in(store.get(ref)).forEach(this::mark);
                } catch (StoreException e) {
                    // Whoever needs it cannot read it either; `spice store verify` says so.
                    log.warn("passed over: {}", e.getMessage());
                }
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

        /// Entries of the index whose result is gone: they count as none already.
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
