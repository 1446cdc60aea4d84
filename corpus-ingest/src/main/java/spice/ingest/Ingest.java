package spice.ingest;

import static java.util.concurrent.TimeUnit.SECONDS;
import static spice.domain.Check.require;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.io.FileUtils;
import spice.ingest.CorpusSource.Listing;
import spice.ingest.CorpusSource.SourceFile;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.StepKey;

/// Turns a source of documents into a corpus in the store.
///
/// Every file is a step of its own, named by its content and the settings that bear on it, and so is the corpus
/// as a whole: the same files are not parsed again, wherever they lie now, and of a changed source only what
/// changed is.
public final class Ingest {
    /// Raised when the same file would give other passages.
    private static final int FILE_VERSION = 1;
    /// Raised when the same passages would give another manifest or other shards.
    private static final int CORPUS_VERSION = 1;

    private static final Pattern EXTENSION = Pattern.compile("(\\.jsonl\\.zst|\\.[a-z0-9]{1,10})$");
    private static final int REFUSALS_SHOWN = 5;

    private final CorpusSource source;
    private final IngestSettings settings;
    private final int forks;
    private final PassageCutter cutter;
    private final BlobStore store;
    private final Progress progress;

    private Ingest(
            CorpusSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            Progress progress) {
        require(forks > 0, "at least one parser JVM is needed, got %d", forks);
        this.source = source;
        this.settings = settings;
        this.forks = forks;
        this.cutter = new PassageCutter(tokens, settings.passageTokens());
        this.store = store;
        this.progress = progress;
    }

    /// What an ingest came to.
    ///
    /// @param ref the manifest's blob, which [CorpusManifest#read] reads
    /// @param parsed number of files that had to be read for it; the others were known
    public record Ingested(BlobRef ref, CorpusManifest manifest, int parsed) {}

    /// Ingests a source, or finds what an earlier ingest made of the same files.
    ///
    /// @param forks number of parser JVMs; the result does not depend on it
    /// @param tokens counts the tokens of a text as `settings.tokenizer()` does; called by several threads
    /// @throws CorpusException if the source is empty or holds nothing that can be read
    public static Ingested ingest(
            CorpusSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            Progress progress) {
        return ingest(
                source, settings, forks, tokens, store, progress, folder -> new TikaForks(folder, settings, forks));
    }

    static Ingested ingest(
            CorpusSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            Progress progress,
            Function<Path, DocumentParser> parsers) {
        try {
            return new Ingest(source, settings, forks, tokens, store, progress).run(parsers);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ingest %s: %s".formatted(source.name(), e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException)
                    new CancellationException("ingest of %s was interrupted".formatted(source.name())).initCause(e);
        }
    }

    /// A file with its content's digest, or why it has none.
    private record Hashed(SourceFile file, String sha256, Optional<RefusedFile> refused) {}

    /// A file with the blob of its result, or why there is none.
    private record Outcome(Hashed hashed, Optional<BlobRef> result, Optional<RefusedFile> refused, boolean parsed) {}

    /// All that a corpus depends on.
    private record Inputs(IngestSettings settings, List<Hashed> files, List<RefusedFile> refused, int hidden) {}

    /// All that a file's passages depend on besides its content.
    private record FileSettings(
            String tokenizer,
            int passageTokens,
            String textField,
            int maxCharacters,
            int maxEmbeddedFiles,
            long maxFileBytes) {
        static FileSettings of(IngestSettings settings) {
            return new FileSettings(
                    settings.tokenizer(),
                    settings.passageTokens(),
                    settings.textField(),
                    settings.maxCharacters(),
                    settings.maxEmbeddedFiles(),
                    settings.maxFileBytes());
        }
    }

    private Ingested run(Function<Path, DocumentParser> parsers) throws IOException, InterruptedException {
        Listing listing = source.list();
        if (listing.files().isEmpty()) {
            throw nothing(listing.refused());
        }
        List<Hashed> files = each(Progress.Stage.HASH, listing.files(), this::hashed);
        StepKey key = key("ingest", CORPUS_VERSION, new Inputs(settings, files, listing.refused(), listing.hidden()));
        Optional<BlobRef> known = store.find(key);
        if (known.isPresent()) {
            return new Ingested(known.get(), CorpusManifest.read(store, known.get()), 0);
        }
        Path folder = Files.createTempDirectory("spice-ingest");
        try {
            List<Outcome> outcomes;
            try (DocumentParser parser = parsers.apply(folder)) {
                FileIngest ingest = new FileIngest(settings, cutter, parser);
                outcomes = each(Progress.Stage.PARSE, files, file -> outcome(file, ingest, folder));
            }
            CorpusManifest manifest = manifest(listing, outcomes, folder);
            BlobRef ref = store.commit(key, store.put(ZstdLines.JSON.writeValueAsBytes(manifest)));
            int parsed = (int) outcomes.stream().filter(Outcome::parsed).count();
            return new Ingested(ref, manifest, parsed);
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private Hashed hashed(SourceFile file) {
        if (file.bytes() == 0) {
            return unhashed(file, FileRefusal.EMPTY, "");
        }
        if (file.bytes() > settings.maxFileBytes()) {
            return unhashed(file, FileRefusal.TOO_LARGE, "%d bytes".formatted(file.bytes()));
        }
        try (InputStream in = source.open(file.path())) {
            return new Hashed(file, DigestUtils.sha256Hex(in), Optional.empty());
        } catch (IOException e) {
            return unhashed(file, FileRefusal.UNREADABLE, e.getClass().getSimpleName());
        }
    }

    private static Hashed unhashed(SourceFile file, FileRefusal reason, String detail) {
        return new Hashed(file, "", Optional.of(new RefusedFile(file.path(), reason, detail)));
    }

    private Outcome outcome(Hashed file, FileIngest ingest, Path folder) throws IOException, InterruptedException {
        if (file.refused().isPresent()) {
            return new Outcome(file, Optional.empty(), file.refused(), false);
        }
        // Its extension has a say in how a file is read.
        Matcher found = EXTENSION.matcher(file.file().path().toLowerCase(Locale.ROOT));
        String extension = found.find() ? found.group() : "";
        StepKey key = key("ingest-file", FILE_VERSION, List.of(file.sha256(), extension, FileSettings.of(settings)));
        Optional<BlobRef> known = store.find(key);
        if (known.isPresent()) {
            return new Outcome(file, known, Optional.empty(), false);
        }
        Path place = Files.createTempDirectory(folder, "file");
        try {
            Path copy = place.resolve("document" + extension);
            if (!copy(file.file(), copy).equals(file.sha256())) {
                return new Outcome(file, Optional.empty(), changed(file.file()), false);
            }
            Path result = place.resolve("result");
            FileResult head = ingest.ingest(copy, result);
            Optional<RefusedFile> passing = head.refusal()
                    .filter(FileRefusal::passing)
                    .map(reason -> new RefusedFile(file.file().path(), reason, head.detail()));
            return passing.isPresent()
                    ? new Outcome(file, Optional.empty(), passing, true)
                    : new Outcome(file, Optional.of(store.commit(key, store.put(result))), Optional.empty(), true);
        } finally {
            FileUtils.deleteDirectory(place.toFile());
        }
    }

    private static Optional<RefusedFile> changed(SourceFile file) {
        return Optional.of(new RefusedFile(file.path(), FileRefusal.UNREADABLE, "it changed while it was read"));
    }

    /// Copies the file to where the parser may read it and returns the copy's digest.
    private String copy(SourceFile file, Path copy) throws IOException {
        MessageDigest sha256 = DigestUtils.getSha256Digest();
        try (InputStream in = source.open(file.path());
                OutputStream out = new DigestOutputStream(Files.newOutputStream(copy), sha256)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private CorpusManifest manifest(Listing listing, List<Outcome> outcomes, Path folder) throws IOException {
        List<RefusedFile> refused = new ArrayList<>(listing.refused());
        List<CorpusManifest.Source> sources = new ArrayList<>();
        try (CorpusWriter writer = new CorpusWriter(store, settings, folder)) {
            for (int i = 0; i < outcomes.size(); i++) {
                progress.at(Progress.Stage.WRITE, i, outcomes.size());
                Outcome outcome = outcomes.get(i);
                outcome.refused().ifPresent(refused::add);
                if (outcome.result().isPresent()) {
                    Hashed file = outcome.hashed();
                    writer.add(file.file(), file.sha256(), outcome.result().get(), sources, refused);
                }
            }
            if (sources.isEmpty()) {
                throw nothing(refused);
            }
            refused.sort(Comparator.comparing(RefusedFile::path));
            int files = outcomes.size() + listing.refused().size() + listing.hidden();
            return writer.manifest(files, listing.hidden(), sources, refused);
        }
    }

    private CorpusException nothing(List<RefusedFile> refused) {
        String first = refused.stream()
                .limit(REFUSALS_SHOWN)
                .map(file -> "%s (%s%s)"
                        .formatted(file.path(), file.reason(), file.detail().isEmpty() ? "" : ": " + file.detail()))
                .collect(Collectors.joining(", "));
        return new CorpusException(
                "%s holds no document that can be read%s; put PDF, Office, HTML, EPUB, mail, Markdown, text or JSONL files"
                        .formatted(
                                source.name(),
                                refused.isEmpty() ? "" : ": %d refused, %s".formatted(refused.size(), first)));
    }

    private static StepKey key(String step, int version, Object inputs) throws IOException {
        return new StepKey(step, version, DigestUtils.sha256Hex(ZstdLines.JSON.writeValueAsBytes(inputs)));
    }

    /// A step on one item of a stage.
    private interface Step<T, R> {
        R take(T item) throws IOException, InterruptedException;
    }

    /// Takes a step on each item, as many at a time as there are forks, and returns the results in the items'
    /// order.
    private <T, R> List<R> each(Progress.Stage stage, List<T> items, Step<T, R> step)
            throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(forks);
        try {
            List<Future<R>> pending = new ArrayList<>();
            items.forEach(item -> pending.add(threads.submit(() -> step.take(item))));
            List<R> results = new ArrayList<>();
            for (Future<R> next : pending) {
                progress.at(stage, results.size(), items.size());
                results.add(wait(next, stage, results.size(), items.size()));
            }
            return results;
        } finally {
            threads.shutdownNow();
            // Threads that go on would use forks and files that are about to go.
            threads.close();
        }
    }

    private <R> R wait(Future<R> result, Progress.Stage stage, int done, int total)
            throws IOException, InterruptedException {
        while (true) {
            try {
                return result.get(1, SECONDS);
            } catch (TimeoutException e) {
                progress.at(stage, done, total);
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException cause -> throw cause;
                    case RuntimeException cause -> throw cause;
                    case Error cause -> throw cause;
                    case null, default -> throw new IllegalStateException(e);
                }
            }
        }
    }
}
