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
import spice.ingest.CorpusSource.SourceFile;
import spice.ingest.FolderSource;
import spice.ingest.Ingest;
import spice.ingest.IngestSettings;
import spice.ingest.Progress;
import spice.ingest.TikaAlone;
import spice.local.LocalSettings;
import spice.local.S3Server;
import spice.model.HuggingFaceCodec;
import spice.model.ModelFolder;
import spice.store.Json;
import spice.store.s3.S3BlobStore;

/// One reading of a folder as a process: `IngestSide JOB.json`. It speaks as `peer.py` does, and takes one order,
/// since what a second reading finds is no longer what the first one found.
final class IngestSide {
    private static final Logger log = LoggerFactory.getLogger(IngestSide.class);

    /// The paper's.
    private static final int PASSAGE_TOKENS = 5992;

    private IngestSide() {}

    /// @param corpus folder of documents
    /// @param threads files read side by side
    /// @param model whose tokenizer counts
    /// @param store where our passages go; empty: Tika alone, whose text goes nowhere
    record Task(String corpus, int threads, String model, Optional<Store> store) {}

    /// An empty store on an S3 server that this process runs, as the local stack does beside it.
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
        Task task = Json.read(Files.readAllBytes(Path.of(arguments[0])), Task.class, arguments[0]);
        if (task.store().isEmpty()) {
            serve(task, (corpus, settings) -> TikaAlone.characters(paths(task, corpus), settings, task.threads()));
            return;
        }
        // The S3 server's threads would keep the process, also after a failure.
        int status = 1;
        try {
            ours(task, task.store().get().settings());
            status = 0;
        } catch (Exception e) {
            log.error("the reading failed", e);
        }
        System.exit(status);
    }

    private static void ours(Task task, LocalSettings local) throws Exception {
        S3Server.serve(local);
        try (S3BlobStore store = S3BlobStore.open(local.s3());
                HuggingFaceCodec codec = ModelFolder.codec(Path.of(task.model()))) {
            serve(
                    task,
                    (corpus, settings) -> Ingest.ingest(
                            corpus, settings, task.threads(), text -> codec.encode(text).length, store, Progress.NONE));
        }
    }

    private static void serve(Task task, Reading reading) throws IOException {
        FolderSource corpus = FolderSource.below(Path.of(task.corpus()), ".");
        IngestSettings settings = IngestSettings.of("bench", PASSAGE_TOKENS);
        long bytes = corpus.list().files().stream().mapToLong(SourceFile::bytes).sum();
        say(new Introduction("Java " + Runtime.version().feature()));
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (orders.readLine() != null) {
                long start = System.nanoTime();
                reading.read(corpus, settings);
                say(new Answer(bytes, (System.nanoTime() - start) / 1e9, Answer.Work.NONE));
            }
        }
    }

    private static List<Path> paths(Task task, FolderSource corpus) throws IOException {
        return corpus.list().files().stream()
                .map(file -> Path.of(task.corpus(), file.path()))
                .toList();
    }

    private static void say(Object value) {
        System.out.println(new String(Json.bytes(value), StandardCharsets.UTF_8));
        System.out.flush();
    }
}
