package spice.checkpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import spice.model.HuggingFaceCodec;
import spice.model.ModelException;
import spice.model.TinyModel;
import spice.store.BlobRef;
import spice.store.FileSource;
import spice.store.InMemoryBlobStore;
import spice.store.Json;

class StoredModelTest {
    /// As in the repository of a model: with texts for people, other formats and folders.
    private static final Map<String, String> FILES = new TreeMap<>(Map.of(
            "config.json", "{}",
            "model-00001-of-00002.safetensors", weights("first"),
            "model-00002-of-00002.safetensors", weights("second"),
            "model.safetensors.index.json", "{}",
            "chat_template.jinja", "{{ messages }}",
            "merges.txt", "a b",
            "README.md", "about it",
            "pytorch_model.bin", "the same weights"));

    /// A safetensors file of one tensor without numbers: eight bytes with the header's length, then the header.
    private static String weights(String tensor) {
        String header = "{\"%s\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}".formatted(tensor);
        return (char) header.length() + "\0".repeat(7) + header;
    }

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    /// Links, as in Hugging Face's cache.
    private Path snapshot() throws Exception {
        Path blobs = Files.createDirectories(folder.resolve("models--its--name/blobs"));
        Path model = folder.resolve("models--its--name/snapshots/0123abcd");
        Files.createDirectories(model.resolve("original"));
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Path blob =
                    Files.writeString(blobs.resolve(Json.sha256(file.getValue().getBytes(UTF_8))), file.getValue());
            Files.createSymbolicLink(model.resolve(file.getKey()), model.relativize(blob));
        }
        Files.writeString(model.resolve("original/params.json"), "{}");
        return model;
    }

    @Test
    void whatBelongsToTheModelIsStoredUnderItsDigest() throws Exception {
        List<String> told = new ArrayList<>();
        String name = StoredModel.put(store, snapshot(), (file, bytes) -> told.add(file + " " + bytes))
                .orElseThrow();
        assertThat(name).matches("stored/[0-9a-f]{12}");
        Map<String, ?> files = StoredModel.of(store, name).orElseThrow().files();
        assertThat(files)
                .containsOnlyKeys(
                        "config.json",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model.safetensors.index.json",
                        "chat_template.jinja",
                        "merges.txt");
        assertThat(told).hasSize(6).contains("merges.txt 3", "config.json 2");
        assertThat(StoredModel.put(store, model(folder.resolve("again")), (_, _) -> {}))
                .contains(name);
    }

    private Path model(Path place) throws Exception {
        Files.createDirectories(place);
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Files.writeString(place.resolve(file.getKey()), file.getValue());
        }
        return place;
    }

    @Test
    void fromElsewhereItIsTheSameModelAndNothingIsLeftBehind() throws Exception {
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        String name = StoredModel.put(store, new Elsewhere(FILES), scratch, (_, _) -> {})
                .orElseThrow();
        assertThat(StoredModel.put(store, snapshot(), (_, _) -> {})).contains(name);
        assertThat(scratch).isEmptyDirectory();
        assertThat(BroughtModel.leftOut(new Elsewhere(FILES))).contains("README.md, original, pytorch_model.bin");
    }

    /// Without its adapter an exported model would be the base.
    @Test
    void anAdapterIsStoredWithItsModel() throws Exception {
        Map<String, String> files = new TreeMap<>(FILES);
        files.put("adapter/adapter_config.json", "{}");
        files.put("adapter/adapter_model.safetensors", weights("adapter"));
        files.put("adapter/README.md", "about it");
        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        Path model = model(folder.resolve("model"));
        Files.createDirectory(model.resolve("adapter"));
        for (String name : List.of("adapter/adapter_config.json", "adapter/adapter_model.safetensors")) {
            Files.writeString(model.resolve(name), Objects.requireNonNull(files.get(name)));
        }

        String name = StoredModel.put(store, new Elsewhere(files), scratch, (_, _) -> {})
                .orElseThrow();

        assertThat(StoredModel.of(store, name).orElseThrow().files())
                .hasSize(8)
                .containsKeys("adapter/adapter_config.json", "adapter/adapter_model.safetensors");
        assertThat(StoredModel.put(store, model, (_, _) -> {})).contains(name);
    }

    @Test
    void withoutAConfigThereIsNoModel() throws Exception {
        Files.writeString(folder.resolve("model.safetensors"), weights("w"));
        assertThat(StoredModel.put(store, folder, (_, _) -> {})).isEmpty();
        assertThat(StoredModel.of(store, "stored/0123456789ab")).isEmpty();
        assertThat(StoredModel.of(store, "stored/../../etc")).isEmpty();
    }

    /// `../secret.json` is JSON, so that only the link can be what is refused.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret.json",
                "blobs/secret.json",
                "models--its--other/blobs/secret.json",
                "models--its--name/blobs/deeper/secret.json",
                "models--its--name/secret.json"
            })
    void aLinkThatLeadsOutOfTheModelIsRefused(String target) throws Exception {
        Path model = snapshot();
        Path secret = folder.resolve(target);
        Files.createDirectories(secret.getParent());
        Files.writeString(secret, "{}");
        Path link = Files.createSymbolicLink(model.resolve("tokenizer.json"), secret);

        assertThatThrownBy(() -> StoredModel.put(store, model, (_, _) -> {}))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("%s is a link to %s, outside of the model's folder", link, secret.toRealPath());
        assertThat(store.list("models/")).isEmpty();
    }

    @Test
    void aLinkWithinTheFolderIsFollowed() throws Exception {
        Path model = model(folder.resolve("plain"));
        Files.writeString(model.resolve("tokenizer-1.json"), "{\"a\":1}");
        Files.createSymbolicLink(model.resolve("tokenizer.json"), Path.of("tokenizer-1.json"));

        String name = StoredModel.put(store, model, (_, _) -> {}).orElseThrow();
        Map<String, BlobRef> files = StoredModel.of(store, name).orElseThrow().files();
        assertThat(store.get(files.get("tokenizer.json"))).asString().isEqualTo("{\"a\":1}");
    }

    /// A folder of the worker is checked as one that is brought by `--model`.
    @Test
    void aLinkInTheWorkersFolderIsRefusedToo() throws Exception {
        Path models = Files.createDirectory(folder.resolve("models"));
        Path model = TinyModel.create(models.resolve("tiny"), TinyModel.config(), 1);
        Models known = new Models(store, models);
        assertThat(known.files("tiny"))
                .containsOnlyKeys("config.json", "generation_config.json", "model.safetensors", "tokenizer.json");

        Path secret = Files.writeString(folder.resolve("adapter_config.json"), "{}");
        Files.createDirectory(model.resolve("adapter"));
        Files.createSymbolicLink(model.resolve("adapter/adapter_config.json"), secret);
        assertThatThrownBy(() -> known.files("tiny"))
                .isInstanceOf(ApplicationFailure.class)
                .hasMessageContaining("outside of the model's folder")
                .extracting(failure -> ((ApplicationFailure) failure).getType())
                .isEqualTo("MODEL_UNUSABLE");
        assertThatThrownBy(() -> known.codec("tiny")).hasMessageContaining("outside of the model's folder");
    }

    /// Forty times each "a" becomes two of them: a word of them takes terabytes, and the library ends its process.
    @Test
    void aTokenizerThatKillsItsProcessIsRefusedAndNotTriedAgain() throws Exception {
        Path models = Files.createDirectory(folder.resolve("models"));
        Path tokenizer =
                TinyModel.create(models.resolve("tiny"), TinyModel.config(), 1).resolve("tokenizer.json");
        Models known = new Models(store, models);
        try (HuggingFaceCodec codec = known.codec("tiny")) {
            assertThat(codec.encode("w3 w4")).containsExactly(3, 4);
        }
        String twice = "{\"type\": \"Replace\", \"pattern\": {\"String\": \"a\"}, \"content\": \"aa\"}";
        Files.writeString(
                tokenizer,
                Files.readString(tokenizer)
                        .replace(
                                "\"pre_tokenizer\"",
                                "\"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [%s]}, \"pre_tokenizer\""
                                        .formatted(String.join(", ", Collections.nCopies(40, twice)))));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> known.codec("tiny"))
                    .isInstanceOf(ApplicationFailure.class)
                    .hasMessageContaining("the model's tokenizer cannot be used: ");
        }
        assertThat(store.committed("tokenizer")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokenizer.json                   | root:x:0:0 | tokenizer.json is not JSON",
                "tokenizer_config.json            | []         | tokenizer_config.json is not a JSON object",
                "model-00002-of-00002.safetensors | short      | header does not fit into its 5 bytes",
            })
    void aFileThatIsNotWhatItsNameSaysIsNotStored(String file, String content, String complaint) throws Exception {
        Path model = Files.writeString(model(folder.resolve("plain")).resolve(file), content)
                .getParent();
        assertThatThrownBy(() -> StoredModel.put(store, model, (_, _) -> {}))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint);

        Path scratch = Files.createDirectory(folder.resolve("scratch"));
        Elsewhere elsewhere = new Elsewhere(new TreeMap<>(FILES));
        elsewhere.files.put(file, content);
        assertThatThrownBy(() -> StoredModel.put(store, elsewhere, scratch, (_, _) -> {}))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint);
        assertThat(store.list("models/")).isEmpty();
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void whatNothingUsesIsNamed() throws Exception {
        Path model = TinyModel.create(folder.resolve("tiny"), TinyModel.config(), 1);
        assertThat(BroughtModel.unused(model)).isEmpty();

        Files.writeString(model.resolve("README.md"), "about it");
        Files.writeString(model.resolve("pytorch_model.bin"), "the same weights");
        Files.createDirectory(model.resolve("original"));
        Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": 0, \"top_k\": 20}");
        assertThat(BroughtModel.unused(model))
                .containsExactly("top_k in generation_config.json", "README.md, original, pytorch_model.bin");
    }

    /// @param files contents by key
    private record Elsewhere(Map<String, String> files) implements FileSource {
        @Override
        public String name() {
            return "s3://bucket/model";
        }

        @Override
        public Inventory list() {
            List<SourceFile> files = new ArrayList<>(List.of(new SourceFile("original/params.json", 2)));
            this.files.forEach((path, content) -> files.add(new SourceFile(path, content.length())));
            return new Inventory(files, List.of(), 0);
        }

        @Override
        public InputStream open(String path) {
            return new ByteArrayInputStream(files.get(path).getBytes(UTF_8));
        }
    }
}
