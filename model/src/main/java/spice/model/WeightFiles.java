package spice.model;

import com.fasterxml.jackson.core.JsonToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The weights of a folder: in `model.safetensors`, or without it in the files that `model.safetensors.index.json`
/// names.
final class WeightFiles {
    static final String INDEX = "model.safetensors.index.json";

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
    static Map<String, StoredTensor> read(Path folder) {
        Path file = named(folder);
        return file.endsWith(INDEX) ? indexed(folder, file) : StoredTensor.of(file);
    }

    private static Map<String, StoredTensor> indexed(Path folder, Path index) {
        Map<String, String> places = places(index);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        places.values().stream().distinct().sorted().forEach(name -> {
            StoredTensor.of(folder.resolve(name)).forEach((tensor, stored) -> {
                if (tensors.put(tensor, stored) != null) {
                    throw new ModelException("tensor %s is in two of the files that %s names. Download them again"
                            .formatted(tensor, index));
                }
            });
            requireRoom(index, tensors.size());
        });
        places.forEach((tensor, name) -> {
            if (!tensors.containsKey(tensor)) {
                throw new ModelException("%s lacks tensor %s, which %s says is in it. Copy or download both files again"
                        .formatted(folder.resolve(name), tensor, index));
            }
        });
        return tensors;
    }

    private static void requireRoom(Path index, int tensors) {
        if (tensors > SafeTensorsHeader.MOST_TENSORS) {
            throw new ModelException("%s leads to more than %,d tensors. Take a dense model"
                    .formatted(index, SafeTensorsHeader.MOST_TENSORS));
        }
    }

    /// Which file holds each tensor.
    private static Map<String, String> places(Path index) {
        Map<String, String> places = new TreeMap<>();
        JsonFile.forEachField(index, (field, value) -> {
            if (!field.equals("weight_map") || value.currentToken() != JsonToken.START_OBJECT) {
                value.skipChildren();
                return;
            }
            while (value.nextToken() == JsonToken.FIELD_NAME) {
                String tensor = value.currentName();
                value.nextToken();
                places.put(tensor, beside(index, tensor, value.getText()));
                value.skipChildren();
                requireRoom(index, places.size());
            }
        });
        if (places.isEmpty()) {
            throw new ModelException("%s has no weight_map. Copy or download the file again".formatted(index));
        }
        return places;
    }

    /// The index is untrusted: it may only name files beside it.
    private static String beside(Path index, String tensor, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors")) {
            throw new ModelException(
                    "%s says that tensor %s is in %s, which is not the name of a safetensors file beside it. Copy or download the file again"
                            .formatted(index, tensor, name));
        }
        return name;
    }
}
