package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The JSON header of a safetensors file: type, shape and place of each tensor. Anyone may have written it, so all
/// its sizes are bounded before they cost memory, and its places must fill the file without holes or overlaps, as
/// the format's own library demands.
///
/// @param start position in the file of the first number
/// @param size of the file in bytes
record SafeTensorsHeader(Path file, long start, long size) {
    /// Bytes. The headers of the largest dense models take less than one megabyte.
    static final int LONGEST = 16 << 20;

    static final int MOST_TENSORS = 50_000;
    private static final int LONGEST_NAME = 500;
    private static final int MOST_DIMENSIONS = 8;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// All tensors, in the order of the header.
    ///
    /// @throws ModelException if the header is not sound, or does not fit to the file
    Map<String, StoredTensor> tensors(byte[] json) throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw damaged("its header is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("__metadata__")) {
                    parser.skipChildren();
                } else {
                    requireRoom(name, tensors.size());
                    tensors.put(name, tensor(name, JSON.readTree(parser)));
                }
            }
            if (parser.nextToken() != null) {
                throw damaged("something follows the object in its header");
            }
        } catch (JacksonException e) {
            throw damaged("its header is not JSON: " + e.getOriginalMessage());
        }
        requireFilled(tensors);
        return tensors;
    }

    private void requireRoom(String name, int before) {
        if (before == MOST_TENSORS) {
            throw new ModelException("%s has more than %,d tensors. Take a dense model whose file holds no others"
                    .formatted(file, MOST_TENSORS));
        }
        if (name.length() > LONGEST_NAME) {
            throw damaged("a tensor's name has %,d characters".formatted(name.length()));
        }
    }

    private StoredTensor tensor(String name, JsonNode node) {
        String type = node.path("dtype").asText();
        StoredType stored = StoredType.named(type)
                .orElseThrow(() -> new ModelException(
                        "tensor %s in %s has type '%s'; expected F32, BF16 or F16. Convert the weights to one of them"
                                .formatted(name, file, shortened(type))));
        long[] shape = lengths(name, node.path("shape"), MOST_DIMENSIONS);
        long[] range = lengths(name, node.path("data_offsets"), 2);
        if (range.length != 2 || range[0] > range[1]) {
            throw notSound(name);
        }
        long bytes = bytes(name, stored, shape);
        if (range[1] - range[0] != bytes) {
            throw damaged("tensor %s of shape %s needs %d bytes, its place holds %d"
                    .formatted(name, Arrays.toString(shape), bytes, range[1] - range[0]));
        }
        // The sum of start and end may not fit into a long.
        if (range[1] > size - start) {
            throw damaged("tensor %s ends at byte %d of the numbers, the file has %d of them; it was cut short"
                    .formatted(name, range[1], size - start));
        }
        return new StoredTensor(file, name, stored, shape, start + range[0], start + range[1]);
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), 20));
    }

    private long[] lengths(String name, JsonNode array, int most) {
        if (!array.isArray() || array.size() > most) {
            throw notSound(name);
        }
        long[] lengths = new long[array.size()];
        for (int i = 0; i < lengths.length; i++) {
            JsonNode length = array.get(i);
            if (!length.isIntegralNumber() || !length.canConvertToLong() || length.longValue() < 0) {
                throw notSound(name);
            }
            lengths[i] = length.longValue();
        }
        return lengths;
    }

    private long bytes(String name, StoredType type, long[] shape) {
        try {
            return Math.multiplyExact(HostTensor.size(shape), (long) type.bytes());
        } catch (ArithmeticException _) {
            throw damaged("tensor %s has the shape %s, which no file can hold".formatted(name, Arrays.toString(shape)));
        }
    }

    private void requireFilled(Map<String, StoredTensor> tensors) {
        List<StoredTensor> inOrder = tensors.values().stream()
                .sorted(Comparator.comparingLong(StoredTensor::from).thenComparingLong(StoredTensor::to))
                .toList();
        long end = start;
        for (StoredTensor tensor : inOrder) {
            if (tensor.from() != end) {
                throw damaged("tensor %s begins at byte %d of the numbers, and what stands before it ends at byte %d"
                        .formatted(tensor.name(), tensor.from() - start, end - start));
            }
            end = tensor.to();
        }
        if (end != size) {
            throw damaged("its tensors end at byte %d of the numbers, the file has %d of them"
                    .formatted(end - start, size - start));
        }
    }

    private ModelException notSound(String name) {
        return damaged("tensor %s has no sound shape and place".formatted(name));
    }

    private ModelException damaged(String symptom) {
        return damaged(file, symptom);
    }

    static ModelException damaged(Path file, String symptom) {
        return new ModelException("%s is damaged: %s. Copy or download the file again".formatted(file, symptom));
    }
}
