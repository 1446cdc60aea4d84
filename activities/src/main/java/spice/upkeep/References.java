package spice.upkeep;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import spice.store.BlobRef;

/// Finds the references in a stored JSON document of any kind: every object that has exactly the fields of a
/// [BlobRef]. It reads the document as it arrives and keeps only what it has found, so that the document may be
/// larger than the memory.
final class References {
    private static final JsonFactory JSON = new JsonFactory();

    private References() {}

    /// All references up to the content's end, or up to where it stops being JSON. Content that does not begin as a
    /// JSON object does, such as a model's weights, is not read.
    static Set<BlobRef> in(InputStream content) throws IOException {
        Set<BlobRef> found = new HashSet<>();
        InputStream in = new BufferedInputStream(content);
        in.mark(1);
        if (in.read() == '{') {
            in.reset();
            try (JsonParser parser = JSON.createParser(in)) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken() == JsonToken.START_OBJECT) {
                        object(parser, found);
                    }
                }
            } catch (JsonProcessingException e) {
                // Not JSON from here on.
            }
        }
        return found;
    }

    /// Reads an object to its end.
    private static void object(JsonParser parser, Set<BlobRef> found) throws IOException {
        String sha256 = "";
        long bytes = -1;
        int fields = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            fields++;
            if (value == JsonToken.VALUE_STRING && name.equals("sha256")) {
                sha256 = parser.getText();
            } else if (value == JsonToken.VALUE_NUMBER_INT
                    && name.equals("bytes")
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                bytes = parser.getLongValue();
            } else {
                value(parser, found);
            }
        }
        if (fields == 2 && bytes >= 0 && sha256.matches("[0-9a-f]{64}")) {
            found.add(new BlobRef(sha256, bytes));
        }
    }

    private static void value(JsonParser parser, Set<BlobRef> found) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            object(parser, found);
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                value(parser, found);
            }
        }
    }
}
