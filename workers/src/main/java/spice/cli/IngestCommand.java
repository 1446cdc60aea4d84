package spice.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.ingest.CorpusException;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.IngestSettings;
import spice.local.LocalSettings;
import spice.local.LocalStack;
import spice.model.HuggingFaceCodec;
import spice.model.ModelFolder;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.settings.RunSettings;
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

    @Option(
            names = "--text-field",
            paramLabel = "FIELD",
            defaultValue = RunSettings.TEXT_FIELD,
            description = "Field of a JSON line that holds its text (default: ${DEFAULT-VALUE}).")
    private String textField = RunSettings.TEXT_FIELD;

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
                    IngestSettings.of(model, passageTokens, textField),
                    FORKS,
                    text -> codec.encode(text).length,
                    store,
                    new IngestLines(say, Clock.systemUTC()));
            System.out.print(IngestSummary.of(ingested));
            return ExitCode.OK;
        } catch (CorpusException e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }
}
