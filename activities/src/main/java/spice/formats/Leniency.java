package spice.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import spice.domain.Repair;

/// A rule of JSON that a reply may break. Jackson's lenient features read such text where it has one; elsewhere the
/// text is changed first.
@SuppressWarnings("ImmutableEnumChecker") // a function and a list that nobody changes
enum Leniency {
    TRAILING_COMMA(Repair.TRAILING_COMMA, JsonReadFeature.ALLOW_TRAILING_COMMA),
    COMMENT(Repair.COMMENT, JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_YAML_COMMENTS),
    QUOTES(Repair.QUOTES, JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES),
    CONTROL_CHARACTERS(Repair.CONTROL_CHARACTERS, JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS),
    LITERALS(Repair.LITERALS, LooseJson::withJsonsLiterals),
    ESCAPES(Repair.ESCAPES, LooseJson::withWholeBackslashes, JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER),
    UNCLOSED(Repair.UNCLOSED, LooseJson::closed);

    private static final int DEPTH = 10;
    private static final Map<Set<Leniency>, JsonMapper> MAPPERS = new ConcurrentHashMap<>();

    private final Repair repair;
    private final UnaryOperator<String> change;
    private final List<JsonReadFeature> features;

    Leniency(Repair repair, JsonReadFeature... features) {
        this(repair, UnaryOperator.identity(), features);
    }

    Leniency(Repair repair, UnaryOperator<String> change, JsonReadFeature... features) {
        this.repair = repair;
        this.change = change;
        this.features = List.of(features);
    }

    /// A value, and the repairs without which it would not read.
    record Read(JsonNode value, Set<Repair> repairs) {
        Read with(Repair another) {
            Set<Repair> all = EnumSet.of(another);
            all.addAll(repairs);
            return new Read(value, all);
        }
    }

    /// Reads a text with as few repairs as it needs.
    ///
    /// @throws JsonProcessingException if no repair helps; it says what a strict reader objects to
    static Read read(String text) throws JsonProcessingException {
        Set<Leniency> needed = EnumSet.noneOf(Leniency.class);
        try {
            return new Read(read(text, needed), Set.of());
        } catch (JsonProcessingException strict) {
            needed = EnumSet.allOf(Leniency.class);
            JsonNode value;
            try {
                value = read(text, needed);
            } catch (JsonProcessingException e) {
                throw strict;
            }
            for (Leniency leniency : values()) {
                needed.remove(leniency);
                try {
                    value = read(text, needed);
                } catch (JsonProcessingException e) {
                    needed.add(leniency);
                }
            }
            Set<Repair> repairs = EnumSet.noneOf(Repair.class);
            needed.forEach(leniency -> repairs.add(leniency.repair));
            return new Read(value, repairs);
        }
    }

    private static JsonNode read(String text, Set<Leniency> leniencies) throws JsonProcessingException {
        String changed = text;
        for (Leniency leniency : leniencies) {
            changed = leniency.change.apply(changed);
        }
        return MAPPERS.computeIfAbsent(Set.copyOf(leniencies), Leniency::mapper).readTree(changed);
    }

    private static JsonMapper mapper(Set<Leniency> leniencies) {
        var factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH)
                        .maxStringLength(JsonReply.LENGTH)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
        leniencies.forEach(leniency -> leniency.features.forEach(factory::enable));
        return JsonMapper.builder(factory.build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }
}
