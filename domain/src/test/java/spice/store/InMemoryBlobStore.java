package spice.store;

import static java.util.stream.Collectors.toMap;
import static spice.domain.Check.require;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// A store in memory for tests that fulfils the contracts of [BlobStore] and [StoreUpkeep].
public class InMemoryBlobStore implements BlobStore, StoreUpkeep {
    private final Map<BlobRef, byte[]> blobs = new TreeMap<>(Comparator.comparing(BlobRef::sha256));
    private final Map<StepKey, BlobRef> steps = new HashMap<>();
    private final TreeMap<String, byte[]> records = new TreeMap<>();
    private final List<BlobRef> copied = new ArrayList<>();
    private final Map<String, Instant> written = new TreeMap<>();
    private final Clock clock;
    private int differentResults;

    public InMemoryBlobStore() {
        this(Clock.systemUTC());
    }

    public InMemoryBlobStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized BlobRef put(byte[] content) {
        BlobRef ref = new BlobRef(Json.sha256(content), content.length);
        blobs.putIfAbsent(ref, content.clone());
        use(ObjectKeys.blob(ref.sha256()));
        return ref;
    }

    @Override
    public BlobRef put(Path file) {
        try {
            return put(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new StoreException("cannot read %s".formatted(file), e);
        }
    }

    @Override
    public synchronized byte[] get(BlobRef ref) {
        byte[] content = blobs.get(ref);
        if (content == null || content.length != ref.bytes()) {
            throw new StoreException("no blob %s of %d bytes here".formatted(ref.sha256(), ref.bytes()));
        }
        return content.clone();
    }

    @Override
    public <T> T read(BlobRef ref, ContentReader<T> reader) {
        try {
            return reader.of(new ByteArrayInputStream(get(ref)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void copyTo(BlobRef ref, Path file) {
        byte[] content = get(ref);
        synchronized (this) {
            copied.add(ref);
        }
        try {
            WholeFile.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Optional<BlobRef> find(StepKey key) {
        Optional<BlobRef> found = Optional.ofNullable(steps.get(key)).filter(blobs::containsKey);
        found.ifPresent(ref -> use(ObjectKeys.blob(ref.sha256())));
        return found;
    }

    @Override
    public synchronized BlobRef commit(StepKey key, BlobRef result) {
        use(ObjectKeys.index(key));
        BlobRef winner = Objects.requireNonNullElse(steps.putIfAbsent(key, result), result);
        if (!winner.equals(result)) {
            differentResults++;
        }
        return winner;
    }

    @Override
    public synchronized boolean create(String name, byte[] content) {
        require(name.matches("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*"), "not a record's name: %s", name);
        boolean folder = records.keySet().stream()
                .anyMatch(other -> other.startsWith(name + "/") || name.startsWith(other + "/"));
        require(!folder, "%s would make one record the folder of another", name);
        written.putIfAbsent(ObjectKeys.record(name), clock.instant());
        return records.putIfAbsent(name, content.clone()) == null;
    }

    @Override
    public synchronized Optional<byte[]> read(String name) {
        return Optional.ofNullable(records.get(name)).map(byte[]::clone);
    }

    @Override
    public synchronized List<String> list(String prefix) {
        require(prefix.endsWith("/"), "a prefix ends in /, got %s", prefix);
        return records.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    /// Notes a use of an object now. If it was written long ago, that renews its time of writing.
    private void use(String key) {
        Instant now = clock.instant();
        written.merge(key, now, (before, _) -> before.plus(FRESH).isAfter(now) ? before : now);
    }

    @Override
    public synchronized Listing list() {
        return new Listing(
                clock.instant(),
                written.entrySet().stream()
                        .map(entry -> stored(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private Stored stored(String key, Instant at) {
        Stored.Content content = ObjectKeys.content(key).orElseThrow();
        long bytes = switch (content) {
            case Stored.Blob(String sha256) -> blob(sha256).length;
            case Stored.Step(StepKey step) -> Json.bytes(steps.get(step)).length;
            case Stored.Named(String name) -> records.get(name).length;
            case Stored.Leftover _, Stored.Unfinished _ ->
                throw new IllegalStateException("nothing is left behind in the heap");
        };
        return new Stored(key, content, bytes, at);
    }

    private byte[] blob(String sha256) {
        return blobs.get(new BlobRef(sha256, 0));
    }

    @Override
    public synchronized List<Stored> remove(Collection<Stored> doomed) {
        List<Stored> removed = doomed.stream()
                .filter(object -> object.written().equals(written.getOrDefault(object.key(), object.written())))
                .toList();
        for (Stored object : removed) {
            written.remove(object.key());
            switch (object.content()) {
                case Stored.Blob(String sha256) -> blobs.remove(new BlobRef(sha256, 0));
                case Stored.Step(StepKey step) -> steps.remove(step);
                case Stored.Named(String name) -> records.remove(name);
                case Stored.Leftover _, Stored.Unfinished _ ->
                    throw new IllegalStateException("nothing is left behind in the heap");
            }
        }
        return removed;
    }

    @Override
    public synchronized <T> Optional<T> read(Stored object, ContentReader<T> reader) {
        Optional<byte[]> content = switch (object.content()) {
            case Stored.Blob(String sha256) -> Optional.ofNullable(blob(sha256));
            case Stored.Step(StepKey step) ->
                Optional.ofNullable(steps.get(step)).map(Json::bytes);
            case Stored.Named(String name) -> read(name);
            case Stored.Leftover _, Stored.Unfinished _ -> Optional.empty();
        };
        return content.map(bytes -> {
            try {
                return reader.of(new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /// Damages a blob as a failing disk does.
    public synchronized void damage(BlobRef ref, byte[] content) {
        blobs.replace(ref, content);
    }

    /// The blobs that were copied to a file, in order.
    public synchronized List<BlobRef> copied() {
        return List.copyOf(copied);
    }

    /// The number of commits with another result than the first one of their step: 0 if steps are deterministic.
    public synchronized int differentResults() {
        return differentResults;
    }

    /// The committed results of all steps with this name.
    public synchronized Map<StepKey, BlobRef> committed(String step) {
        return steps.entrySet().stream()
                .filter(entry -> entry.getKey().step().equals(step))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
