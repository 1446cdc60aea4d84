package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A byte-level BPE tokenizer like GPT-2's, as a `tokenizer.json`. Its pieces are the words of some texts: it
/// encodes every text, and these texts in few tokens.
final class PieceTokenizer {
    private static final Pattern PIECE =
            Pattern.compile("'(?:[stmd]|re|ve|ll)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
    private static final String PRINTABLE = "[!-~¡-¬®-ÿ]";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
    private final Set<String> merges = new LinkedHashSet<>();

    private PieceTokenizer() {}

    /// @param special tokens that get the first ids
    static ObjectNode of(List<String> special, List<String> texts) {
        PieceTokenizer tokenizer = new PieceTokenizer();
        special.forEach(tokenizer::add);
        for (int value = 0; value < 256; value++) {
            tokenizer.add(spelled(value));
        }
        for (String text : texts) {
            Matcher piece = PIECE.matcher(text);
            while (piece.find()) {
                tokenizer.learn(piece.group());
            }
        }
        return tokenizer.json(special);
    }

    private void add(String token) {
        vocabulary.putIfAbsent(token, vocabulary.size());
    }

    private void learn(String piece) {
        String whole = "";
        for (byte value : piece.getBytes(UTF_8)) {
            String next = spelled(value & 0xff);
            if (!whole.isEmpty()) {
                merges.add(whole + " " + next);
            }
            whole += next;
            add(whole);
        }
    }

    /// GPT-2's letter for a byte: the character itself if it is printable, else one from U+0100 on.
    private static String spelled(int value) {
        String itself = Character.toString(value);
        if (itself.matches(PRINTABLE)) {
            return itself;
        }
        int hidden = 0;
        for (int other = 0; other < value; other++) {
            hidden += Character.toString(other).matches(PRINTABLE) ? 0 : 1;
        }
        return Character.toString(256 + hidden);
    }

    private ObjectNode json(List<String> special) {
        ObjectNode json = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = json.putArray("added_tokens");
        special.forEach(token -> added.addObject()
                .put("id", vocabulary.get(token))
                .put("content", token)
                .put("special", true)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false));
        json.putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
        json.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = json.putObject("model").put("type", "BPE");
        model.set("vocab", JSON.valueToTree(vocabulary));
        model.set("merges", JSON.valueToTree(merges));
        return json;
    }
}
