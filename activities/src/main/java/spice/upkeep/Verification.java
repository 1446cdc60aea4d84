package spice.upkeep;

import static java.util.stream.Collectors.toSet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.RunRecord;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// Reads a whole store and finds what is wrong in it: blobs whose content does not match their name, unreadable
/// records, and missing blobs to which something refers. Weights of a retired checkpoint do not count as missing.
public final class Verification {
    private final StoreUpkeep upkeep;
    private final Checkpoints checkpoints;
    private final Map<String, Stored> listed = new HashMap<>();
    private final Map<String, Needed> needed = new TreeMap<>();
    private final List<Problem> problems = new ArrayList<>();

    public Verification(BlobStore store, StoreUpkeep upkeep) {
        this.upkeep = upkeep;
        this.checkpoints = new Checkpoints(store);
    }

    /// A problem in the store.
    ///
    /// @param breaks what cannot be used because of the problem
    public record Problem(String key, String expected, String found, String breaks, String remedy) {}

    /// The result of a verification.
    ///
    /// @param objects number of objects in the store
    /// @param bytes number of bytes read from blobs
    public record Findings(int objects, long bytes, List<Problem> problems) {}

    private record Needed(BlobRef blob, String by) {}

    /// Verifies the store, which takes as long as reading all of it.
    public Findings run() {
        StoreUpkeep.Listing listing = upkeep.list();
        listing.objects().forEach(object -> listed.put(object.key(), object));
        listing.objects().forEach(this::readRecord);
        checkpoints.all().forEach(this::need);
        checkpoints.lineages().forEach(this::needStarts);

        AtomicLong bytes = new AtomicLong();
        List<Problem> damaged = listing.objects().parallelStream()
                .filter(object -> object.content() instanceof Stored.Blob)
                .flatMap(object -> {
                    bytes.addAndGet(object.bytes());
                    return damage(object).stream();
                })
                .toList();
        problems.addAll(damaged);
        // List once more: missing blobs may have been stored since.
        Set<String> there = upkeep.list().objects().stream().map(Stored::key).collect(toSet());
        needed.forEach((sha256, need) -> {
            if (!there.contains(ObjectKeys.blob(sha256))) {
                problems.add(
                        new Problem(
                                ObjectKeys.blob(sha256),
                                "%d bytes with this SHA-256"
                                        .formatted(need.blob().bytes()),
                                "nothing",
                                need.by(),
                                "copy it back from a copy of the store; without one, continue from another checkpoint, or repeat the run under its name: the step that made it is then taken again"));
            }
        });
        return new Findings(listing.objects().size(), bytes.get(), List.copyOf(problems));
    }

    private Optional<Problem> damage(Stored object) {
        String sha256 = ((Stored.Blob) object.content()).sha256();
        return upkeep.digest(object)
                .filter(found -> !found.sha256().equals(sha256))
                .map(
                        found -> new Problem(
                                object.key(),
                                Optional.ofNullable(needed.get(sha256))
                                        .map(need -> "%d bytes with this SHA-256"
                                                .formatted(need.blob().bytes()))
                                        .orElse("this SHA-256"),
                                "%d bytes with SHA-256 %s".formatted(found.bytes(), found.sha256()),
                                Optional.ofNullable(needed.get(sha256))
                                        .map(Needed::by)
                                        .orElse("no checkpoint; at most a step that is repeated"),
                                "delete the object, then copy it back from a copy of the store or repeat the run under its name: the step that made it is then taken again"));
    }

    /// Reads records and index entries completely. [#need] checks the blobs to which checkpoints refer.
    private void readRecord(Stored object) {
        switch (object.content()) {
            case Stored.Step _ ->
                upkeep.read(object)
                        .ifPresent(json -> readable(object.key(), () -> Json.read(json, BlobRef.class, "result")));
            case Stored.Named(String name) -> {
                if (name.startsWith("checkpoints/")) {
                    readable(object.key(), () -> checkpoints.named(name));
                }
            }
            case Stored.Blob _, Stored.Leftover _, Stored.Unfinished _ -> {}
        }
    }

    private void readable(String key, Runnable reading) {
        try {
            reading.run();
        } catch (StoreException e) {
            problems.add(new Problem(
                    key,
                    "a reference to a blob",
                    String.valueOf(e.getMessage()),
                    "what it names",
                    "delete the object: the step or the commit is then repeated"));
        }
    }

    private void need(CheckpointRef checkpoint) {
        String name = "%s@%d (%s)".formatted(checkpoint.lineage(), checkpoint.iteration(), checkpoint.branch());
        need(checkpoint.manifest(), "the manifest of " + name);
        CheckpointManifest manifest;
        try {
            manifest = checkpoints.manifest(checkpoint);
        } catch (StoreException e) {
            // Missing or damaged; the loops in run() find this.
            return;
        }
        manifest.tasks().ifPresent(tasks -> need(tasks, "the tasks of " + name));
        manifest.corpus().ifPresent(corpus -> needCorpus(corpus, name));
        if (checkpoints.retirement(checkpoint).isEmpty()) {
            manifest.files().forEach((file, blob) -> need(blob, "%s of %s".formatted(file, name)));
            manifest.optimizer().ifPresent(optimizer -> need(optimizer, "the optimizer of " + name));
            manifest.trajectories().ifPresent(trajectories -> need(trajectories, "the trajectories of " + name));
        }
    }

    private void needCorpus(BlobRef corpus, String name) {
        need(corpus, "the corpus of " + name);
        Optional.ofNullable(listed.get(ObjectKeys.blob(corpus.sha256())))
                .flatMap(object -> upkeep.read(object, References::in))
                .ifPresent(shards -> shards.forEach(shard -> need(shard, "passages of the corpus of " + name)));
    }

    private void needStarts(String lineage) {
        for (RunRecord run : checkpoints.runs(lineage)) {
            need(run.base().manifest(), "the base of " + lineage);
            need(run.start().manifest(), "where %s starts".formatted(lineage));
        }
    }

    /// Notes that a blob is needed. Only the first reason is kept.
    private void need(BlobRef blob, String by) {
        needed.putIfAbsent(blob.sha256(), new Needed(blob, by));
    }
}
