package spice.checkpoints;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.store.FileSource;
import spice.store.InMemoryBlobStore;

class StoredModelTest {
    /// As in the repository of a model: with texts for people, other formats and folders.
    private static final Map<String, String> FILES = new TreeMap<>(Map.of(
            "config.json", "{}",
            "model-00001-of-00002.safetensors", "first",
            "model-00002-of-00002.safetensors", "second",
            "model.safetensors.index.json", "{}",
            "chat_template.jinja", "{{ messages }}",
            "merges.txt", "a b",
            "README.md", "about it",
            "pytorch_model.bin", "the same weights"));

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private Path model() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("blobs"));
        Path model =
                Files.createDirectories(folder.resolve("snapshot/original")).getParent();
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            // Links, as in Hugging Face's cache.
            Files.createSymbolicLink(
                    model.resolve(file.getKey()), Files.writeString(elsewhere.resolve(file.getKey()), file.getValue()));
        }
        Files.writeString(model.resolve("original/params.json"), "{}");
        return model;
    }

    @Test
    void whatBelongsToTheModelIsStoredUnderItsDigest() throws Exception {
        List<String> told = new ArrayList<>();
        String name = StoredModel.put(store, model(), (file, bytes) -> told.add(file + " " + bytes))
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
        assertThat(told).hasSize(6).contains("model-00001-of-00002.safetensors 5");
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
        String name =
                StoredModel.put(store, new Elsewhere(), scratch, (_, _) -> {}).orElseThrow();
        assertThat(StoredModel.put(store, model(), (_, _) -> {})).contains(name);
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void withoutAConfigThereIsNoModel() throws Exception {
        Files.writeString(folder.resolve("model.safetensors"), "weights");
        assertThat(StoredModel.put(store, folder, (_, _) -> {})).isEmpty();
        assertThat(StoredModel.of(store, "stored/0123456789ab")).isEmpty();
        assertThat(StoredModel.of(store, "stored/../../etc")).isEmpty();
    }

    private static final class Elsewhere implements FileSource {
        @Override
        public String name() {
            return "s3://bucket/model";
        }

        @Override
        public Inventory list() {
            List<SourceFile> files = new ArrayList<>(List.of(new SourceFile("original/params.json", 2)));
            FILES.forEach((path, content) -> files.add(new SourceFile(path, content.length())));
            return new Inventory(files, List.of(), 0);
        }

        @Override
        public InputStream open(String path) {
            return new ByteArrayInputStream(FILES.get(path).getBytes(UTF_8));
        }
    }
}
