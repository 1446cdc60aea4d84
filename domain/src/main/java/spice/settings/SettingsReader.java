package spice.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads a person's JSON object as settings. Strict: an unknown field, a wrong type or an impossible value is a
/// problem, and all problems are reported together. Settings that the object leaves out come from its preset. If it
/// names no preset, the preset is `nano` for the nano model and `own` for any other.
public final class SettingsReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NANO = "nano";
    private static final String OWN = "own";
    private static final List<String> PRESETS = List.of(NANO, OWN, "paper");
    private static final Map<String, RecordComponent> FIELDS = Arrays.stream(RunSettings.class.getRecordComponents())
            .collect(Collectors.toMap(RecordComponent::getName, field -> field, (a, b) -> a, TreeMap::new));

    private SettingsReader() {}

    /// The settings in this text; null, an empty text and `{}` mean the nano preset.
    ///
    /// @throws InvalidSettings if anything in it is unknown, mistyped or impossible
    public static RunSettings read(@Nullable String text) throws InvalidSettings {
        if (text == null || text.isBlank()) {
            return read(JSON.createObjectNode());
        }
        try {
            return read(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new InvalidSettings(List.of("the input is not JSON (%s); give an object such as {\"iterations\": 10}"
                    .formatted(e.getOriginalMessage())));
        }
    }

    private static RunSettings read(JsonNode input) throws InvalidSettings {
        if (input.isNull()) {
            return read(JSON.createObjectNode());
        }
        if (!(input instanceof ObjectNode object)) {
            throw new InvalidSettings(List.of(
                    "the input is %s; give one JSON object such as {\"iterations\": 10}".formatted(excerpt(input))));
        }
        List<String> problems = new ArrayList<>();
        JsonNode preset = object.get("preset");
        if (preset != null && !PRESETS.contains(preset.asText())) {
            throw new InvalidSettings(List.of("preset is %s; take one of %s".formatted(excerpt(preset), PRESETS)));
        }
        ObjectNode whole =
                preset(preset == null ? presetFor(object.path("model").asText(NANO)) : preset.asText());
        JsonNode corpus = object.get("corpus");
        if (corpus != null
                && !corpusName(corpus.asText())
                        .equals(corpusName(whole.get("corpus").asText()))) {
            // The preset's questions are about the preset's corpus.
            whole.put("heldOut", "");
        }
        object.properties().forEach(entry -> {
            RecordComponent field = FIELDS.get(entry.getKey());
            if (field == null) {
                problems.add("%s is not a setting; did you mean %s?"
                        .formatted(entry.getKey(), Spelling.nearest(entry.getKey(), FIELDS.keySet())));
            } else {
                problem(field, entry.getValue())
                        .ifPresentOrElse(problems::add, () -> whole.set(field.getName(), entry.getValue()));
            }
        });
        if (problems.isEmpty()) {
            RunSettings settings = JSON.convertValue(whole, RunSettings.class);
            problems.addAll(impossible(settings));
            if (problems.isEmpty()) {
                return settings;
            }
        }
        throw new InvalidSettings(problems);
    }

    /// The preset of a run of this model that names none.
    public static String presetFor(String model) {
        return model.equals(NANO) ? NANO : OWN;
    }

    /// The name of a corpus without the folder below it.
    private static String corpusName(String place) {
        return place.split("/", 2)[0];
    }

    /// The presets' names.
    public static List<String> presets() {
        return PRESETS;
    }

    /// All settings of a preset as a JSON object.
    public static ObjectNode preset(String name) {
        try (InputStream in = SettingsReader.class.getResourceAsStream("preset-" + name + ".json")) {
            return (ObjectNode) JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("preset " + name, e);
        }
    }

    private static Optional<String> problem(RecordComponent field, JsonNode value) {
        Class<?> type = field.getType();
        String name = field.getName();
        if (type == String.class) {
            return problemUnless(value.isTextual(), name, value, "give a text in quotes");
        }
        if (type.isEnum()) {
            List<String> words = words(type);
            return problemUnless(
                    value.isTextual() && words.contains(value.asText()), name, value, "take one of " + words);
        }
        boolean whole = type == int.class || type == long.class;
        if (!value.isNumber() || (whole && !value.canConvertToExactIntegral())) {
            return problemUnless(false, name, value, whole ? "give a whole number" : "give a number");
        }
        if (type == long.class) {
            return problemUnless(value.canConvertToLong(), name, value, "give a number of 64 bits");
        }
        Setting range = field.getAnnotation(Setting.class);
        double max = type == int.class ? Math.min(range.max(), Integer.MAX_VALUE) : range.max();
        double number = value.doubleValue();
        return problemUnless(
                number >= range.min() && number <= max,
                name,
                value,
                "give a number from %s to %s".formatted(plain(range.min()), plain(max)));
    }

    private static Optional<String> problemUnless(boolean good, String name, JsonNode value, String remedy) {
        return good ? Optional.empty() : Optional.of("%s is %s; %s".formatted(name, excerpt(value), remedy));
    }

    /// Adds the problems that concern more than one field.
    private static List<String> impossible(RunSettings settings) {
        List<String> problems = new ArrayList<>();
        if (settings.challengerAttempts() < settings.groupSize()) {
            problems.add("challengerAttempts is %d but groupSize is %d; give challengerAttempts at least groupSize"
                    .formatted(settings.challengerAttempts(), settings.groupSize()));
        }
        if (!settings.trainer().equals(RunSettings.OWN_TRAINER) && settings.dtype() != RunSettings.Dtype.FLOAT32) {
            problems.add(
                    "dtype is bfloat16 but trainer is %s, whose jobs compute in float32; give dtype float32 or trainer %s"
                            .formatted(settings.trainer(), RunSettings.OWN_TRAINER));
        }
        if (settings.keepEvery() > 0 && settings.keepLast() == 0) {
            problems.add("keepEvery is %d but keepLast is 0, which keeps all; give keepLast at least 1"
                    .formatted(settings.keepEvery()));
        }
        if (StartFrom.parse(settings.startFrom()).isEmpty()) {
            problems.add("startFrom is \"%s\"; %s".formatted(settings.startFrom(), StartFrom.REMEDY));
        }
        if (!settings.trainer().matches("[a-z][a-z0-9-]{0,39}")) {
            problems.add("trainer is \"%s\"; give %s, or the name of a launcher that the workers were started with"
                    .formatted(settings.trainer(), RunSettings.OWN_TRAINER));
        }
        if (!settings.trainer().equals(RunSettings.OWN_TRAINER) && settings.loraRank() > 0) {
            problems.add("loraRank is %d but trainer is %s, whose jobs train all weights; give loraRank 0 or trainer %s"
                    .formatted(settings.loraRank(), settings.trainer(), RunSettings.OWN_TRAINER));
        }
        if (!RunSettings.MATRICES.containsAll(settings.adaptedMatrices())) {
            problems.add("loraTargets is \"%s\"; give all, or some of %s with commas between them"
                    .formatted(settings.loraTargets(), RunSettings.MATRICES));
        }
        for (Map.Entry<String, String> name :
                Map.of("corpus", settings.corpus(), "model", settings.model()).entrySet()) {
            if (name.getValue().isBlank()) {
                problems.add("%s is empty; name one that the workers were started with".formatted(name.getKey()));
            }
        }
        if (settings.textField().isBlank()) {
            problems.add("textField is empty; name a field, such as %s".formatted(RunSettings.TEXT_FIELD));
        }
        return problems;
    }

    private static List<String> words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> JSON.convertValue(constant, String.class))
                .toList();
    }

    private static String excerpt(JsonNode value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    /// A number as text, without an exponent.
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
