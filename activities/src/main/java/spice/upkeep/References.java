package spice.upkeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import spice.store.BlobRef;
import spice.store.Json;

/// Finds the references in a stored JSON document of any kind: every object that has exactly the fields of a
/// [BlobRef].
final class References {
    private static final ObjectMapper MAPPER = Json.mapper();

    private References() {}

    /// All references in these bytes; none if they do not contain a JSON object.
    static Set<BlobRef> in(byte[] content) {
        Set<BlobRef> found = new HashSet<>();
        if (content.length > 0 && content[0] == '{') {
            try {
                collect(MAPPER.readTree(content), found);
            } catch (IOException e) {
                return Set.of();
            }
        }
        return found;
    }

    private static void collect(JsonNode node, Set<BlobRef> found) {
        if (isReference(node)) {
            found.add(new BlobRef(
                    node.get("sha256").textValue(), node.get("bytes").longValue()));
        } else {
            node.forEach(child -> collect(child, found));
        }
    }

    private static boolean isReference(JsonNode node) {
        return node.size() == 2
                && node.path("bytes").isIntegralNumber()
                && node.path("sha256").asText("").matches("[0-9a-f]{64}");
    }
}
