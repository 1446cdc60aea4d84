package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.ModelFiles;
import spice.checkpoints.WrittenLineage;
import spice.model.AdaptedMatrix;
import spice.model.Dtype;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.Lora;
import spice.model.ModelFolder;
import spice.model.TinyModel;
import spice.model.Trajectory;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3ProxyProcess;

/// The command as its own process, on a real S3 server.
class ExportCommandTest {
    @TempDir
    static Path folder;

    private static S3ProxyProcess server;
    private static S3Location location;
    private static CheckpointRef checkpoint;
    private static CheckpointRef retired;

    /// Two checkpoints of a model with an adapter; the second is retired, its weights are gone.
    @BeforeAll
    static void write() throws Exception {
        server = S3ProxyProcess.start(folder.resolve("s3"));
        location = server.bucket("spice");
        Path base = TinyModel.create(folder.resolve("base"), TinyModel.config(), 1);
        Path model = folder.resolve("model");
        Lora lora = new Lora(2, 4, Set.of(AdaptedMatrix.Q_PROJ), 1);
        try (Learner learner = TinyModel.learner(
                base, new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0, 1, Dtype.BFLOAT16, false, Optional.of(lora)))) {
            boolean[] trained = {false, true, true};
            learner.imitate(List.of(new Trajectory(new int[] {1, 2, 3}, trained, new float[3], 1, 1)), 1e-2);
            learner.saveModel(model);
        }
        try (S3BlobStore store = S3BlobStore.open(location)) {
            Map<String, BlobRef> files = new TreeMap<>(ModelFiles.put(store, model));
            checkpoint = WrittenLineage.checkpoint(store, "mine", 1, files);
            files.put("adapter/base.safetensors", new BlobRef("ab".repeat(32), 632));
            retired = WrittenLineage.checkpoint(store, "mine", 2, files);
            new Checkpoints(store).retire(retired, Instant.parse("2026-11-30T08:00:00Z"));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String export(CheckpointRef which, Path target, String... options) throws Exception {
        return new SpiceProcess(folder, "127.0.0.1:1")
                .says(
                        Map.of(
                                "SPICE_S3_BUCKET", location.bucket(),
                                "AWS_ENDPOINT_URL_S3", server.endpoint().toString(),
                                "AWS_REGION", "us-east-1",
                                "AWS_ACCESS_KEY_ID", S3ProxyProcess.KEY.id(),
                                "AWS_SECRET_ACCESS_KEY", S3ProxyProcess.KEY.secret()),
                        Stream.concat(Stream.of("export", which.name(), target.toString()), Stream.of(options))
                                .toArray(String[]::new));
    }

    private static List<String> below(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aCheckpointIsTheFolderThatWasStored() throws Exception {
        Path target = folder.resolve("models").resolve("exported");

        assertThat(export(checkpoint, target))
                .startsWith("0 %s is in %s: adapter, config.json, ".formatted(checkpoint.name(), target))
                .contains("the weights are the base, and adapter/ is what was learned");

        for (String file : List.of("adapter/adapter_model.safetensors", "tokenizer.json", "config.json")) {
            assertThat(target.resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("model").resolve(file));
        }
        assertThat(target.resolve("model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("model/adapter/base.safetensors"));
        assertThat(below(target.resolve("adapter")))
                .containsExactly("adapter_config.json", "adapter_model.safetensors");
        assertThat(below(target.getParent())).containsExactly("exported");
    }

    @Test
    void anAdapterIsMergedIntoFloat32ByRequest() throws Exception {
        Path target = folder.resolve("one").resolve("exported");
        Path expected = folder.resolve("merged");
        ModelFolder.merge(folder.resolve("model"), expected);

        assertThat(export(checkpoint, target, "--merged")).doesNotContain("adapter");

        for (String file : below(expected)) {
            assertThat(target.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
        assertThat(below(target.getParent())).containsExactly("exported");
        assertThat(target.resolve("config.json")).content().contains("float32");
        assertThat(target.resolve("model.safetensors"))
                .content(StandardCharsets.ISO_8859_1)
                .contains("F32")
                .doesNotContain("BF16");
    }

    @Test
    void aFolderWithSomethingInItIsLeftAsItIs() throws Exception {
        assertThat(export(checkpoint, folder.resolve("model")))
                .isEqualTo("2 spice: %s is there and not empty; name a folder that is not there yet\n"
                        .formatted(folder.resolve("model")));
    }

    @Test
    void weightsThatWereGivenUpAreSaidToBeAndNothingIsWritten() throws Exception {
        Path target = folder.resolve("other").resolve("exported");

        assertThat(export(retired, target))
                .startsWith("1 spice: ")
                .contains("2026-11-30")
                .hasLineCount(1);

        assertThat(below(target.getParent())).isEmpty();
    }

    @Test
    void aCheckpointThatIsNotThereIsNamed() throws Exception {
        assertThat(export(new CheckpointRef("mine", "0123456789ab", 7, checkpoint.manifest()), folder.resolve("none")))
                .startsWith("2 spice: there is no checkpoint checkpoints/mine/0123456789ab/")
                .contains("LINEAGE@ITERATION, see `spice status`");
    }
}
