package spice.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import spice.store.Json;

/// Collects the numbers of a record by their path: `metrics/passRate`, `metrics/refusals/UNREADABLE`.
final class Figures {
    private static final ObjectMapper JSON = Json.mapper();

    private Figures() {}

    /// The finite numbers of a record.
    ///
    /// @param name first part of every path
    static Map<String, Double> of(String name, Object record) {
        Map<String, Double> figures = new LinkedHashMap<>();
        collect(name, JSON.valueToTree(record), figures);
        return figures;
    }

    private static void collect(String name, JsonNode node, Map<String, Double> figures) {
        if (node.isNumber() && Double.isFinite(node.doubleValue())) {
            figures.put(name, node.doubleValue());
        }
        node.properties().forEach(field -> collect(name + "/" + field.getKey(), field.getValue(), figures));
    }
}
