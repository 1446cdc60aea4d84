package spice.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import spice.ledger.LedgerLine;
import spice.ledger.Level;
import spice.ledger.Operation;

/// The words of the nano language, written as files that Hugging Face's tokenizers read. White space separates
/// words, and every digit is a token of its own.
final class NanoVocabulary {
    private static final List<String> SPECIAL = List.of("<pad>", "<bos>", "<pose>", "<solve>", "<eos>", "<unk>");

    /// Every word; its position is its token.
    static final List<String> WORDS = words();

    private NanoVocabulary() {}

    private static List<String> words() {
        List<String> words = new ArrayList<>(SPECIAL);
        words.addAll(List.of("is", "?", "|", "=", "c", "_"));
        Arrays.stream(Operation.values()).map(Operation::word).forEach(words::add);
        Arrays.stream(Level.values()).map(Level::word).forEach(words::add);
        IntStream.rangeClosed(0, 9).mapToObj(Integer::toString).forEach(words::add);
        words.addAll(LedgerLine.ITEMS);
        return List.copyOf(words);
    }

    static int stopToken() {
        return WORDS.indexOf("<eos>");
    }

    /// Writes `tokenizer.json` and `tokenizer_config.json`.
    ///
    /// @param longest the longest text in tokens that the model takes
    static void write(Path folder, int longest) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Files.writeString(
                folder.resolve("tokenizer.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(tokenizer()) + "\n");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                json.writerWithDefaultPrettyPrinter().writeValueAsString(config(longest)) + "\n");
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        WORDS.forEach(word -> vocabulary.put(word, vocabulary.size()));
        return object(
                "version", "1.0",
                "added_tokens", SPECIAL.stream().map(NanoVocabulary::special).toList(),
                "pre_tokenizer",
                        object(
                                "type",
                                "Sequence",
                                "pretokenizers",
                                List.of(
                                        object("type", "WhitespaceSplit"),
                                        object("type", "Digits", "individual_digits", true))),
                "model", object("type", "WordLevel", "vocab", vocabulary, "unk_token", "<unk>"));
    }

    private static Map<String, Object> special(String word) {
        return object(
                "id", WORDS.indexOf(word),
                "content", word,
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false,
                "special", true);
    }

    private static Map<String, Object> config(int longest) {
        return object(
                "tokenizer_class", "PreTrainedTokenizerFast",
                "bos_token", "<bos>",
                "eos_token", "<eos>",
                "pad_token", "<pad>",
                "unk_token", "<unk>",
                "additional_special_tokens", List.of("<pose>", "<solve>"),
                "clean_up_tokenization_spaces", false,
                "model_max_length", longest);
    }

    /// A JSON object with its fields in this order.
    private static Map<String, Object> object(Object... fields) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            object.put((String) fields[i], fields[i + 1]);
        }
        return object;
    }
}
