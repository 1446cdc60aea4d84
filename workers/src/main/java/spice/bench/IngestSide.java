package spice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.IngestProgress;
import spice.ingest.IngestSettings;
import spice.ingest.TikaAlone;
import spice.local.LocalSettings;
import spice.local.S3Server;
import spice.model.HuggingFaceCodec;
import spice.model.ModelFolder;
import spice.store.FileSource.SourceFile;
import spice.store.Json;
import spice.store.s3.S3BlobStore;

/// One reading of a folder as a process: `IngestSide JOB.json`. It speaks the protocol of `peer.py`, but takes
/// only one order, since a second reading would find caches and a filled store.
final class IngestSide {
    private static final Logger log = LoggerFactory.getLogger(IngestSide.class);

    /// Tokens of a passage in the paper.
    private static final int PASSAGE_TOKENS = 5992;

    private IngestSide() {}

    /// The job, read from `JOB.json`.
    ///
    /// @param corpus folder of documents
    /// @param threads that read files side by side
    /// @param model folder of the model whose tokenizer counts tokens
    /// @param store that our passages go to; empty for Tika alone, whose text is dropped
    record ReadingTask(String corpus, int threads, String model, Optional<Store> store) {}

    /// An empty store, on an S3 server inside this process.
    ///
    /// @param home of the server's stack
    /// @param port of the server
    record Store(String home, int port) {
        LocalSettings settings() {
            return LocalSettings.from(Map.of("SPICE_HOME", home, "SPICE_S3_PORT", Integer.toString(port)));
        }
    }

    /// A way to read all documents.
    private interface Reading {
        void read(FolderSource corpus, IngestSettings settings) throws IOException;
    }

    public static void main(String[] arguments) throws Exception {
        ReadingTask task = Json.read(Files.readAllBytes(Path.of(arguments[0])), ReadingTask.class, arguments[0]);
        if (task.store().isEmpty()) {
            serve(task, (corpus, settings) -> TikaAlone.characters(paths(task, corpus), settings, task.threads()));
            return;
        }
        // Exit, since the S3 server's threads would keep the process alive.
        int status = 1;
        try {
            ours(task, task.store().get().settings());
            status = 0;
        } catch (Exception e) {
            log.error("the reading failed", e);
        }
        System.exit(status);
    }

    private static void ours(ReadingTask task, LocalSettings local) throws Exception {
        S3Server.serve(local);
        try (S3BlobStore store = S3BlobStore.open(local.s3());
                HuggingFaceCodec codec = ModelFolder.codec(Path.of(task.model()))) {
            serve(
                    task,
                    (corpus, settings) -> Ingest.ingest(
                            corpus,
                            settings,
                            task.threads(),
                            text -> codec.encode(text).length,
                            store,
                            IngestProgress.NONE));
        }
    }

    private static void serve(ReadingTask task, Reading reading) throws IOException {
        FolderSource corpus = FolderSource.below(Path.of(task.corpus()), ".");
        IngestSettings settings = IngestSettings.of("bench", PASSAGE_TOKENS);
        long bytes = corpus.list().files().stream().mapToLong(SourceFile::bytes).sum();
        Speech speech = new Speech(System.out);
        speech.introduce();
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (orders.readLine() != null) {
                long start = System.nanoTime();
                reading.read(corpus, settings);
                speech.answer(bytes, start, SideAnswer.Computed.NONE);
            }
        }
    }

    private static List<Path> paths(ReadingTask task, FolderSource corpus) throws IOException {
        return corpus.list().files().stream()
                .map(file -> Path.of(task.corpus(), file.path()))
                .toList();
    }
}
