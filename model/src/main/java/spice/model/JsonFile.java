package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Reads JSON files of a model, which anyone may have written: their sizes are bounded before they cost memory.
final class JsonFile {
    /// Bytes of a file that is read as a whole. A `config.json` has a few kilobytes.
    private static final int LONGEST = 1 << 20;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// Remembers no names, of which a vocabulary has hundreds of thousands.
    private static final ObjectMapper FORGETFUL = new ObjectMapper(JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build());

    private JsonFile() {}

    /// Takes the fields of an object one after the other.
    interface Fields {
        /// The parser stands on the field's value, and at its end afterwards.
        void take(String name, JsonParser value) throws IOException;
    }

    /// The JSON object in a small file; empty if there is no such file.
    ///
    /// @throws ModelException if the file is too large or is not a JSON object
    static Optional<JsonNode> read(Path file) {
        try {
            requireSize(file, LONGEST);
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw noObject(file);
            }
            return Optional.of(json);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw noJson(file, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// Visits the fields of the JSON object in a file, to its end.
    ///
    /// @throws ModelException if the file is not a JSON object
    static void forEachField(Path file, Fields fields) {
        try (JsonParser json = FORGETFUL.createParser(file.toFile())) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw noObject(file);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                fields.take(name, json);
            }
            if (json.nextToken() != null) {
                throw noObject(file);
            }
        } catch (JacksonException e) {
            throw noJson(file, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// Refuses a file of more bytes.
    ///
    /// @throws ModelException if it is larger
    static void requireSize(Path file, long most) throws IOException {
        long bytes = Files.size(file);
        if (bytes > most) {
            throw new ModelException("%s has %,d bytes, more than the %,d that are read. Take the file of another model"
                    .formatted(file, bytes, most));
        }
    }

    private static ModelException noObject(Path file) {
        return new ModelException(file + " is not a JSON object. Copy or download the file again");
    }

    private static ModelException noJson(Path file, JacksonException e) {
        return new ModelException(
                "%s is not JSON: %s. Copy or download the file again".formatted(file, e.getOriginalMessage()), e);
    }
}
