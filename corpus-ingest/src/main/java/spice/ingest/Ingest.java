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
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.FileSource;
import spice.store.FileSource.Inventory;
import spice.store.FileSource.SourceFile;
import spice.store.Folders;
import spice.store.StepKey;

/// Turns a source of documents into a corpus in the store.
///
/// Every file is a step of its own, named by its content and the settings that affect it, and so is the whole
/// corpus. The same files are not parsed again, wherever they lie now; of a changed source, only the changed files
/// are parsed.
public final class Ingest {
    /// Raised by hand when the same file gives other passages.
    private static final int FILE_VERSION = 3;
    /// Raised by hand when the same passages give another manifest or other shards.
    private static final int CORPUS_VERSION = 2;

    private static final Pattern EXTENSION =
            Pattern.compile("((\\.[a-z0-9]{1,10})?\\.(gz|bz2|xz|zst)|\\.[a-z0-9]{1,10})$");
    private static final int REFUSALS_SHOWN = 5;

    private final FileSource source;
    private final IngestSettings settings;
    private final int forks;
    private final PassageCutter cutter;
    private final BlobStore store;
    private final IngestProgress progress;

    private Ingest(
            FileSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            IngestProgress progress) {
        require(forks > 0, "at least one parser JVM is needed, got %d", forks);
        this.source = source;
        this.settings = settings;
        this.forks = forks;
        this.cutter = new PassageCutter(tokens, settings.passageTokens());
        this.store = store;
        this.progress = progress;
    }

    /// The result of an ingest.
    ///
    /// @param ref the manifest's blob, which [CorpusManifest#read] reads
    /// @param parsed number of files that this ingest parsed; the results of the others were in the store
    public record Ingested(BlobRef ref, CorpusManifest manifest, int parsed) {}

    /// Ingests a source, or finds the corpus that an earlier ingest made of the same files.
    ///
    /// @param forks number of parser JVMs; the result does not depend on it
    /// @param tokens counts the tokens of a text as `settings.tokenizer()` does; called by several threads
    /// @throws CorpusException if the source is empty or none of its files can be read
    public static Ingested ingest(
            FileSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            IngestProgress progress) {
        return ingestWith(
                source, settings, forks, tokens, store, progress, folder -> new TikaForks(folder, settings, forks));
    }

    /// Ingests a source with these parsers, which tests replace.
    ///
    /// @param parsers makes a parser of the files in a folder
    static Ingested ingestWith(
            FileSource source,
            IngestSettings settings,
            int forks,
            ToIntFunction<String> tokens,
            BlobStore store,
            IngestProgress progress,
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

    /// A file with the digest of its content, or the reason why it has none.
    private record Hashed(SourceFile file, String sha256, Optional<RefusedFile> refused) {}

    /// A file with the blob of its result, or the reason why it has none.
    private record FileOutcome(
            Hashed hashed, Optional<BlobRef> result, Optional<RefusedFile> refused, boolean parsed) {}

    /// Everything that a corpus depends on.
    private record Inputs(IngestSettings settings, List<Hashed> files, List<RefusedFile> refused, int hidden) {}

    /// The settings that a file's passages depend on besides its content.
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
        Inventory found = source.list();
        List<RefusedFile> unopened =
                found.unopened().stream().map(RefusedFile::of).toList();
        if (found.files().isEmpty()) {
            throw nothing(unopened);
        }
        List<Hashed> files = each(IngestProgress.Stage.HASH, found.files(), this::hashed);
        StepKey key = key("ingest", CORPUS_VERSION, new Inputs(settings, files, unopened, found.hidden()));
        Optional<BlobRef> known = store.find(key);
        if (known.isPresent()) {
            return new Ingested(known.get(), CorpusManifest.read(store, known.get()), 0);
        }
        Path folder = Files.createTempDirectory("spice-ingest");
        try {
            List<FileOutcome> outcomes;
            try (DocumentParser parser = parsers.apply(folder)) {
                FileIngest ingest = new FileIngest(settings, cutter, parser);
                outcomes = each(IngestProgress.Stage.PARSE, files, file -> outcome(file, ingest, folder));
            }
            CorpusManifest manifest = manifest(unopened, found.hidden(), outcomes, folder);
            BlobRef ref = store.commit(key, store.put(ZstdLines.JSON.writeValueAsBytes(manifest)));
            int parsed = (int) outcomes.stream().filter(FileOutcome::parsed).count();
            return new Ingested(ref, manifest, parsed);
        } finally {
            Folders.delete(folder);
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

    private FileOutcome outcome(Hashed file, FileIngest ingest, Path folder) throws IOException, InterruptedException {
        if (file.refused().isPresent()) {
            return new FileOutcome(file, Optional.empty(), file.refused(), false);
        }
        // The extension affects how a file is read.
        Matcher found = EXTENSION.matcher(file.file().path().toLowerCase(Locale.ROOT));
        String extension = found.find() ? found.group() : "";
        StepKey key = key("ingest-file", FILE_VERSION, List.of(file.sha256(), extension, FileSettings.of(settings)));
        Optional<BlobRef> known = store.find(key);
        if (known.isPresent()) {
            return new FileOutcome(file, known, Optional.empty(), false);
        }
        Path place = Files.createTempDirectory(folder, "file");
        try {
            Path copy = place.resolve("document" + extension);
            if (!copy(file.file(), copy).equals(file.sha256())) {
                return new FileOutcome(file, Optional.empty(), changed(file.file()), false);
            }
            Path result = place.resolve("result");
            FileResult head = ingest.ingest(copy, result);
            Optional<RefusedFile> passing = head.refusal()
                    .filter(FileRefusal::passing)
                    .map(reason -> new RefusedFile(file.file().path(), reason, head.detail()));
            return passing.isPresent()
                    ? new FileOutcome(file, Optional.empty(), passing, true)
                    : new FileOutcome(file, Optional.of(store.commit(key, store.put(result))), Optional.empty(), true);
        } finally {
            Folders.delete(place);
        }
    }

    private static Optional<RefusedFile> changed(SourceFile file) {
        return Optional.of(new RefusedFile(file.path(), FileRefusal.UNREADABLE, "it changed while it was read"));
    }

    /// Copies the file to where the parser reads it and returns the copy's digest.
    private String copy(SourceFile file, Path copy) throws IOException {
        MessageDigest sha256 = DigestUtils.getSha256Digest();
        try (InputStream in = source.open(file.path());
                OutputStream out = new DigestOutputStream(Files.newOutputStream(copy), sha256)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private CorpusManifest manifest(List<RefusedFile> unopened, int hidden, List<FileOutcome> outcomes, Path folder)
            throws IOException {
        List<RefusedFile> refused = new ArrayList<>(unopened);
        List<CorpusManifest.Source> sources = new ArrayList<>();
        try (CorpusWriter writer = new CorpusWriter(store, settings, folder)) {
            for (int i = 0; i < outcomes.size(); i++) {
                progress.at(IngestProgress.Stage.WRITE, i, outcomes.size());
                FileOutcome outcome = outcomes.get(i);
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
            int files = outcomes.size() + unopened.size() + hidden;
            return writer.manifest(files, hidden, sources, refused);
        }
    }

    private CorpusException nothing(List<RefusedFile> refused) {
        String first = refused.stream()
                .limit(REFUSALS_SHOWN)
                .map(file -> "%s (%s%s)"
                        .formatted(file.path(), file.reason(), file.detail().isEmpty() ? "" : ": " + file.detail()))
                .collect(Collectors.joining(", "));
        boolean hasLines = refused.stream().anyMatch(file -> file.reason() == FileRefusal.NO_VALID_LINE);
        return new CorpusException(
                "%s holds no document that can be read%s; put PDF, Office, HTML, EPUB, mail, Markdown, text or JSONL files%s"
                        .formatted(
                                source.name(),
                                refused.isEmpty() ? "" : ": %d refused, %s".formatted(refused.size(), first),
                                hasLines
                                        ? ", or name the field of the lines that holds text (textField, --text-field)"
                                        : ""));
    }

    private static StepKey key(String step, int version, Object inputs) throws IOException {
        return new StepKey(step, version, DigestUtils.sha256Hex(ZstdLines.JSON.writeValueAsBytes(inputs)));
    }

    /// The work of a stage on one item.
    private interface Work<T, R> {
        R take(T item) throws IOException, InterruptedException;
    }

    /// Does a stage's work on each item, on as many at a time as there are forks, and returns the results in the
    /// items' order.
    private <T, R> List<R> each(IngestProgress.Stage stage, List<T> items, Work<T, R> step)
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
            // Waits for the threads, which use forks and files that are removed next.
            threads.close();
        }
    }

    private <R> R wait(Future<R> result, IngestProgress.Stage stage, int done, int total)
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
