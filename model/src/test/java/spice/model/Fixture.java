package spice.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A model that transformers made, and results that transformers and torch computed with it: see `fixtures.py`.
///
/// @param folder of the model
/// @param expected the inputs, and results that are single numbers
/// @param tensors results that are tensors
record Fixture(String name, Path folder, JsonNode expected, Map<String, HostTensor> tensors) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// All families, by name.
    static Stream<Fixture> all() {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("config.json"))).sorted().toList().stream()
                    .map(Fixture::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The folder of all fixtures.
    static Path root() {
        try {
            return Path.of(Fixture.class.getResource("fixtures").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Fixture read(Path folder) {
        try {
            return new Fixture(
                    folder.getFileName().toString(),
                    folder,
                    JSON.readTree(folder.resolve("expected.json").toFile()),
                    SafeTensors.read(folder.resolve("expected.safetensors")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int[] tokens(String name) {
        return integers(expected.get(name));
    }

    static int[] integers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).floatValue();
        }
        return values;
    }

    /// The named numbers of every text in a batch.
    static float[][] floats(JsonNode batch, String name) {
        return StreamSupport.stream(batch.spliterator(), false)
                .map(text -> floats(text.get(name)))
                .toArray(float[][]::new);
    }

    /// A batch. One for supervised learning gets neutral values for the fields that imitation ignores.
    static List<Trajectory> batch(JsonNode batch) {
        List<Trajectory> trajectories = new ArrayList<>();
        for (JsonNode text : batch) {
            int[] tokens = integers(text.get("tokens"));
            boolean[] trained = new boolean[tokens.length];
            for (int i = 0; i < trained.length; i++) {
                trained[i] = text.get("trained").get(i).booleanValue();
            }
            trajectories.add(new Trajectory(
                    tokens,
                    trained,
                    text.has("sampler") ? floats(text.get("sampler")) : new float[tokens.length],
                    text.path("advantage").doubleValue(),
                    text.has("weight") ? text.get("weight").doubleValue() : 1));
        }
        return trajectories;
    }

    /// The tensors whose names start with a prefix, by the rest of their names.
    Map<String, HostTensor> tensors(String prefix) {
        return starting(prefix, tensors);
    }

    static Map<String, HostTensor> starting(String prefix, Map<String, HostTensor> all) {
        Map<String, HostTensor> some = new LinkedHashMap<>();
        all.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                some.put(key.substring(prefix.length()), tensor);
            }
        });
        return some;
    }

    @Override
    public String toString() {
        return name;
    }
}
