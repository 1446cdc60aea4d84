package spice.formats;

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

/// A reply with the one JSON object that was asked for (SPICE appendix E), as real models write it. Text around the
/// object is dropped, breaches of JSON's rules are repaired where they leave no doubt, and each kind of repair is
/// noted.
///
/// Of several such objects the last counts: a model that corrects itself means that one.
final class JsonReply {
    /// Most characters of a reply without its thoughts, far beyond any honest one.
    static final int LENGTH = 50_000;
    /// Most opening braces that are tried in one reply.
    private static final int CANDIDATES = 20;

    private static final Set<String> YES = Set.of("true", "yes");
    private static final Set<String> NO = Set.of("false", "no");

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

    /// Reads the last object of the reply that has what is needed.
    ///
    /// @param keys that were asked for; others, and those of them that are missing, are noted
    /// @param needed the keys without which the reply says too little
    /// @throws RefusedReply `UNREADABLE` if there is none
    static JsonReply parse(String reply, Set<String> keys, Set<String> needed) {
        Set<Repair> repairs = EnumSet.noneOf(Repair.class);
        String text = withoutThoughts(reply, repairs).strip();
        if (text.length() > LENGTH) {
            throw new RefusedReply(Refusal.UNREADABLE, "a reply of %d characters", text.length());
        }
        Found found = last(text, needed);
        repairs.addAll(found.read.repairs());
        noteSurroundings(text.substring(0, found.from), text.substring(found.to), repairs);
        Set<String> names = new TreeSet<>();
        found.read.value().fieldNames().forEachRemaining(names::add);
        if (!names.equals(keys)) {
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
    private static Found last(String text, Set<String> needed) {
        Optional<Found> last = Optional.empty();
        Optional<RefusedReply> trouble = Optional.empty();
        int at = text.indexOf('{');
        for (int seen = 0; at >= 0 && seen < CANDIDATES; seen++) {
            LooseJson.Extent extent = LooseJson.extent(text, at);
            int end = extent.isClosed() ? extent.end() : endBeforeFence(text, at);
            try {
                last = Optional.of(new Found(object(text.substring(at, end), needed), at, end));
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

    /// The end of an object that is never closed: the end of the text, or of its code fence's content.
    private static int endBeforeFence(String text, int from) {
        String object = text.substring(from).stripTrailing();
        return from + (object.endsWith("```") ? object.length() - 3 : object.length());
    }

    private static Leniency.Read object(String text, Set<String> needed) {
        Leniency.Read read;
        try {
            String meant = LatexEscape.asMeant(text);
            read = Leniency.read(meant);
            if (!meant.equals(text)) {
                read = read.with(Repair.ESCAPES);
            }
        } catch (JsonProcessingException e) {
            throw new RefusedReply(Refusal.UNREADABLE, "no JSON (%s): %s", e.getOriginalMessage(), text);
        }
        Set<String> missing = new TreeSet<>(needed);
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

    /// The repairs so far; reading a value may add to them.
    List<Repair> repairs() {
        return new ArrayList<>(repairs);
    }

    boolean has(String key) {
        return object.has(key);
    }

    /// @throws RefusedReply `UNREADABLE` if the value is neither `true` nor `false`
    boolean flag(String key) {
        JsonNode value = object.path(key);
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        String word = value.isTextual() ? value.asText().strip().toLowerCase(Locale.ROOT) : "";
        if (YES.contains(word) || NO.contains(word)) {
            repairs.add(Repair.TYPES);
            return YES.contains(word);
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

    /// A string, number or boolean as text; null and a missing key are empty, and a list of one value is that
    /// value.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is another list or an object
    String scalar(String key) {
        JsonNode value = object.path(key);
        if (value.isMissingNode()) {
            return "";
        }
        if (value.isArray() && value.size() == 1) {
            repairs.add(Repair.TYPES);
            value = value.get(0);
        }
        if (!value.isValueNode()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is a list or an object: %s", key, value);
        }
        return value.isNull() ? "" : value.asText().strip();
    }

    /// The strings of a list, without blank ones. A single string counts as a list of one, a number in it as
    /// text, and an object in it as its only value.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is not such a list
    List<String> texts(String key) {
        JsonNode value = object.path(key);
        if (value.isTextual()) {
            repairs.add(Repair.TYPES);
            return value.textValue().isBlank() ? List.of() : List.of(value.textValue());
        }
        List<JsonNode> items =
                value.valueStream().map(JsonReply::withoutWrapping).toList();
        if (!value.isArray() || !items.stream().allMatch(item -> item.isTextual() || item.isNumber())) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is no list of strings: %s", key, value);
        }
        if (!value.valueStream().allMatch(JsonNode::isTextual)) {
            repairs.add(Repair.TYPES);
        }
        return items.stream()
                .map(JsonNode::asText)
                .filter(text -> !text.isBlank())
                .toList();
    }

    private static JsonNode withoutWrapping(JsonNode item) {
        return item.isObject() && item.size() == 1 ? item.elements().next() : item;
    }
}
