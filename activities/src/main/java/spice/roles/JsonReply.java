package spice.roles;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.domain.Refusal;
import spice.domain.Repair;

/// A reply that holds one JSON object with the keys it was asked for (SPICE appendix E), as real models write it:
/// what stands around it is left out, what breaks JSON's rules in a way that leaves no doubt is put right, and each
/// kind of repair is noted.
///
/// Of several such objects the last counts, which a model that corrects itself means.
final class JsonReply {
    /// Characters of an object, far beyond any honest one.
    static final int LENGTH = 50_000;
    /// Objects that are looked at in one reply.
    private static final int CANDIDATES = 20;

    private static final String THOUGHTS_BEGIN = "<think>";
    private static final String THOUGHTS_END = "</think>";
    private static final Pattern FENCE_BEFORE = Pattern.compile("```[ \\t]*\\w*\\s*$");
    private static final Pattern FENCE_BEHIND = Pattern.compile("^\\s*```");

    private final JsonNode object;
    private final Set<Repair> repairs;

    private JsonReply(JsonNode object, Set<Repair> repairs) {
        this.object = object;
        this.repairs = repairs;
    }

    /// @throws RefusedReply `UNREADABLE` if the reply is anything else
    static JsonReply parse(String reply, Set<String> keys) {
        Set<Repair> repairs = EnumSet.noneOf(Repair.class);
        String text = withoutThoughts(reply, repairs).strip();
        if (text.length() > LENGTH) {
            throw new RefusedReply(Refusal.UNREADABLE, "a reply of %d characters", text.length());
        }
        Found found = last(text, keys);
        repairs.addAll(found.read.repairs());
        noteSurroundings(text.substring(0, found.from), text.substring(found.to), repairs);
        if (found.read.value().size() > keys.size()) {
            repairs.add(Repair.KEYS);
        }
        return new JsonReply(found.read.value(), repairs);
    }

    private static String withoutThoughts(String reply, Set<Repair> repairs) {
        int end = reply.lastIndexOf(THOUGHTS_END);
        if (end >= 0) {
            repairs.add(Repair.THOUGHTS);
            return reply.substring(end + THOUGHTS_END.length());
        }
        if (reply.stripLeading().startsWith(THOUGHTS_BEGIN)) {
            throw new RefusedReply(Refusal.UNREADABLE, "thoughts that do not end: %s", reply);
        }
        return reply;
    }

    private record Found(Leniency.Read read, int from, int to) {}

    /// The last object with these keys.
    private static Found last(String text, Set<String> keys) {
        Optional<Found> last = Optional.empty();
        Optional<RefusedReply> trouble = Optional.empty();
        int at = text.indexOf('{');
        for (int seen = 0; at >= 0 && seen < CANDIDATES; seen++) {
            LooseJson.Extent extent = LooseJson.extent(text, at);
            int end = extent.isClosed() ? extent.end() : endBeforeFence(text, at);
            try {
                last = Optional.of(new Found(object(text.substring(at, end), keys), at, end));
                at = text.indexOf('{', end);
            } catch (RefusedReply e) {
                trouble = trouble.isEmpty() ? Optional.of(e) : trouble;
                at = text.indexOf('{', at + 1);
            }
        }
        if (last.isPresent()) {
            return last.get();
        }
        throw trouble.orElseGet(() -> new RefusedReply(Refusal.UNREADABLE, "no JSON object: %s", text));
    }

    /// Where an object ends that is never closed: with the text, or with its code fence.
    private static int endBeforeFence(String text, int from) {
        String object = text.substring(from).stripTrailing();
        return from + (object.endsWith("```") ? object.length() - 3 : object.length());
    }

    private static Leniency.Read object(String text, Set<String> keys) {
        Leniency.Read read;
        try {
            read = Leniency.read(text);
        } catch (JsonProcessingException e) {
            throw new RefusedReply(Refusal.UNREADABLE, "no JSON (%s): %s", e.getOriginalMessage(), text);
        }
        Set<String> missing = new TreeSet<>(keys);
        read.value().fieldNames().forEachRemaining(missing::remove);
        if (!missing.isEmpty()) {
            throw new RefusedReply(Refusal.UNREADABLE, "keys missing: %s", missing);
        }
        return read;
    }

    private static void noteSurroundings(String before, String behind, Set<Repair> repairs) {
        Matcher opening = FENCE_BEFORE.matcher(before);
        Matcher closing = FENCE_BEHIND.matcher(behind);
        String introduction = before;
        String rest = behind;
        if (opening.find()) {
            repairs.add(Repair.FENCE);
            introduction = before.substring(0, opening.start());
        }
        if (closing.find()) {
            repairs.add(Repair.FENCE);
            rest = behind.substring(closing.end());
        }
        if (!introduction.isBlank() || !rest.isBlank()) {
            repairs.add(Repair.SURROUNDINGS);
        }
    }

    /// What had to be put right so far: reading a value may add to it.
    List<Repair> repairs() {
        return new ArrayList<>(repairs);
    }

    /// @throws RefusedReply `UNREADABLE` if the value is neither `true` nor `false`
    boolean flag(String key) {
        JsonNode value = object.path(key);
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        String word = value.asText().strip().toLowerCase(Locale.ROOT);
        if (value.isTextual() && (word.equals("true") || word.equals("false"))) {
            repairs.add(Repair.TYPES);
            return word.equals("true");
        }
        throw new RefusedReply(Refusal.UNREADABLE, "%s is neither true nor false: %s", key, value);
    }

    /// @throws RefusedReply `UNREADABLE` if the value is neither a string nor a number
    String text(String key) {
        JsonNode value = object.path(key);
        if (value.isNumber()) {
            repairs.add(Repair.TYPES);
        } else if (!value.isTextual()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is no string: %s", key, value);
        }
        return value.asText().strip();
    }

    /// A string, number or boolean as text; null is empty.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is a list or an object
    String scalar(String key) {
        JsonNode value = object.path(key);
        if (!value.isValueNode()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is a list or an object: %s", key, value);
        }
        return value.isNull() ? "" : value.asText().strip();
    }

    /// The strings of a list that are not blank; one string alone is a list of it.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is not a list of strings
    List<String> texts(String key) {
        JsonNode value = object.path(key);
        if (value.isTextual()) {
            repairs.add(Repair.TYPES);
            return value.textValue().isBlank() ? List.of() : List.of(value.textValue());
        }
        if (!value.isArray() || !value.valueStream().allMatch(JsonNode::isTextual)) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is no list of strings: %s", key, value);
        }
        return value.valueStream()
                .map(JsonNode::textValue)
                .filter(text -> !text.isBlank())
                .toList();
    }
}
