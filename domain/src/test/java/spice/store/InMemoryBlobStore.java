package spice.store;

import static java.util.stream.Collectors.toMap;
import static spice.domain.Check.require;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// A store in the heap that keeps to the whole of [BlobStore]'s contract, for tests.
public final class InMemoryBlobStore implements BlobStore {
    private final Map<BlobRef, byte[]> blobs = new TreeMap<>(Comparator.comparing(BlobRef::sha256));
    private final Map<StepKey, BlobRef> steps = new HashMap<>();
    private final TreeMap<String, byte[]> records = new TreeMap<>();
    private final List<BlobRef> copied = new ArrayList<>();
    private int differentResults;

    @Override
    public synchronized BlobRef put(byte[] content) {
        BlobRef ref = new BlobRef(sha256(content), content.length);
        blobs.putIfAbsent(ref, content.clone());
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
    public void copyTo(BlobRef ref, Path file) {
        byte[] content = get(ref);
        synchronized (this) {
            copied.add(ref);
        }
        try {
            Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
            Path unfinished = Files.createTempFile(folder, "blob", ".unfinished");
            Files.write(unfinished, content);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized Optional<BlobRef> find(StepKey key) {
        return Optional.ofNullable(steps.get(key));
    }

    @Override
    public synchronized BlobRef commit(StepKey key, BlobRef result) {
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

    /// Which blobs were copied out to a file, in order.
    public synchronized List<BlobRef> copied() {
        return List.copyOf(copied);
    }

    /// How often a step was committed with another result than the first: always 0 where steps are deterministic.
    public synchronized int differentResults() {
        return differentResults;
    }

    /// What all steps of this name have committed so far.
    public synchronized Map<StepKey, BlobRef> committed(String step) {
        return steps.entrySet().stream()
                .filter(entry -> entry.getKey().step().equals(step))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
