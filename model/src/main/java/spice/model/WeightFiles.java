package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The weights of a folder: in `model.safetensors`, or without it in the files that `model.safetensors.index.json`
/// names.
final class WeightFiles {
    static final String INDEX = "model.safetensors.index.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private WeightFiles() {}

    /// The file that lists the weights: `model.safetensors`, or the index.
    static Path named(Path folder) {
        Path whole = folder.resolve(ModelFolder.WEIGHTS);
        Path index = folder.resolve(INDEX);
        return Files.exists(whole) || !Files.exists(index) ? whole : index;
    }

    /// All tensors of a folder.
    ///
    /// @throws ModelException if a file is missing or damaged, or does not hold what the index says
    static Map<String, HostTensor> read(Path folder) {
        Path file = named(folder);
        return file.endsWith(INDEX) ? indexed(folder, file) : SafeTensors.read(file);
    }

    private static Map<String, HostTensor> indexed(Path folder, Path index) {
        Map<String, String> places = places(index);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        places.values().stream()
                .distinct()
                .sorted()
                .forEach(name -> tensors.putAll(SafeTensors.read(folder.resolve(name))));
        places.forEach((tensor, name) -> {
            if (!tensors.containsKey(tensor)) {
                throw new ModelException("%s lacks tensor %s, which %s says is in it. Copy or download both files again"
                        .formatted(folder.resolve(name), tensor, index));
            }
        });
        return tensors;
    }

    /// Which file holds each tensor.
    private static Map<String, String> places(Path index) {
        JsonNode map = map(index);
        if (!map.isObject() || map.isEmpty()) {
            throw new ModelException("%s has no weight_map. Copy or download the file again".formatted(index));
        }
        Map<String, String> places = new TreeMap<>();
        map.properties().forEach(entry -> {
            String name = entry.getValue().asText();
            // The index is untrusted: it may only name files beside it.
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors")) {
                throw new ModelException(
                        "%s says that tensor %s is in %s, which is not the name of a safetensors file beside it. Copy or download the file again"
                                .formatted(index, entry.getKey(), entry.getValue()));
            }
            places.put(entry.getKey(), name);
        });
        return places;
    }

    private static JsonNode map(Path index) {
        try {
            return JSON.readTree(Files.readString(index)).path("weight_map");
        } catch (JacksonException e) {
            throw new ModelException(
                    "%s is not JSON: %s. Copy or download the file again".formatted(index, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + index, e);
        }
    }
}
