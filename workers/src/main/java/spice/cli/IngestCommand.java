package spice.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.ingest.CorpusException;
import spice.ingest.CorpusManifest;
import spice.ingest.FileRefusal;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.IngestSettings;
import spice.ingest.RefusedFile;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.model.HuggingFaceCodec;
import spice.model.ModelFolder;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.store.s3.S3BlobStore;

/// `spice ingest`: reads a folder into the store and says what became of every file.
@Command(
        name = "ingest",
        description = "Read a folder of documents into the store, and say what became of every file.",
        footer = {
            "",
            "A run ingests by itself; this shows beforehand what it will find.",
            "Example: spice ingest ~/documents"
        })
final class IngestCommand implements Callable<Integer> {
    private static final int FORKS = 2;

    @Parameters(paramLabel = "FOLDER", description = "The documents.")
    private Path folder = Path.of(".");

    @Option(
            names = "--passage-tokens",
            defaultValue = "5992",
            description = "Longest passage in tokens (default: ${DEFAULT-VALUE}, the paper's).")
    private int passageTokens = 5992;

    @Option(
            names = "--model",
            defaultValue = "nano",
            description = "Model whose tokenizer counts (default: ${DEFAULT-VALUE}).")
    private String model = "nano";

    @Override
    public Integer call() throws InterruptedException {
        LocalSettings settings = LocalSettings.ofThisProcess();
        Consumer<String> say = System.err::println;
        try (LocalStack stack = LocalStack.open(settings, StandardStacks.servers(), Environment.variables(), say);
                S3BlobStore store = S3BlobStore.open(stack.addresses().s3());
                HuggingFaceCodec codec =
                        ModelFolder.codec(settings.root().resolve("models").resolve(model))) {
            Ingest.Ingested ingested = Ingest.ingest(
                    FolderSource.below(folder.toAbsolutePath().normalize(), "."),
                    IngestSettings.of(model, passageTokens),
                    FORKS,
                    text -> codec.encode(text).length,
                    store,
                    (stage, done, total) -> System.err.printf("\r%s %d of %d files ", stage, done, total));
            System.err.println();
            System.out.print(summary(ingested));
            return ExitCode.OK;
        } catch (CorpusException e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }

    private static String summary(Ingest.Ingested ingested) {
        CorpusManifest manifest = ingested.manifest();
        CorpusManifest.Totals totals = manifest.totals();
        StringBuilder text = new StringBuilder("%d files: %d read, %d refused, %d hidden; %d parsed now%n"
                .formatted(
                        totals.files(),
                        manifest.sources().size(),
                        manifest.refused().size(),
                        totals.hidden(),
                        ingested.parsed()));
        text.append("%d passages, %,d tokens, %d duplicates dropped%n"
                .formatted(totals.passages(), totals.tokens(), totals.duplicates()));
        Map<FileRefusal, Long> reasons = manifest.refused().stream()
                .collect(Collectors.groupingBy(RefusedFile::reason, TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, count) -> text.append("refused %s: %d%n".formatted(reason, count)));
        manifest.refused().stream()
                .limit(10)
                .forEach(file -> text.append("  %s: %s%n".formatted(file.path(), file.detail())));
        return text.append("manifest %s%n".formatted(ingested.ref().sha256())).toString();
    }
}
