package spice.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import spice.model.ModelException;

/// Reads a model's chat template from its files, as transformers does: `chat_template.jinja`, or `chat_template` in
/// `tokenizer_config.json`; among several templates, the one named `default`. A model without one gets the plain
/// transcript.
///
/// The template is rendered once, with placeholder words for messages, and cut at these words. So no text of a
/// document or of a model ever goes through the template.
final class ChatTemplateReader {
    private static final String FILE = "chat_template.jinja";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String TOKENIZER = "tokenizer.json";
    /// The files of a model that matter here.
    static final List<String> FILES = List.of(FILE, CONFIG, TOKENIZER);

    private static final List<String> TOKENS = List.of("bos_token", "eos_token", "unk_token", "pad_token");
    private static final String FIRST = "spicefirstmessage";
    private static final String REPLY = "spicereply";
    private static final String SECOND = "spicesecondmessage";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChatTemplateReader() {}

    /// The texts around the messages of a dialogue with a model.
    ///
    /// @param file gives the content of one of the model's files by name; empty if there is no such file
    /// @param stopTokens the tokens that end the model's replies
    /// @throws ModelException if the template cannot be rendered, or does not show how to write a dialogue
    static DialogueTexts texts(Function<String, Optional<byte[]>> file, Collection<Integer> stopTokens) {
        TokenizerFile tokenizer = TokenizerFile.read(
                file.apply(TOKENIZER).orElseThrow(() -> new ModelException("the model lacks its " + TOKENIZER)));
        JsonNode config = file.apply(CONFIG).map(ChatTemplateReader::config).orElse(MissingNode.getInstance());
        Optional<String> source = file.apply(FILE)
                .map(content -> new String(content, StandardCharsets.UTF_8))
                .or(() -> named(config.path("chat_template")));
        if (source.isEmpty()) {
            return ChatTemplate.transcript(tokenizer.begin(), tokenizer.marks());
        }
        try {
            return cut(JinjaTemplate.of(source.get()), tokens(config), tokenizer, stopTokens);
        } catch (UnusableTemplate e) {
            throw new ModelException(unusable(String.valueOf(e.getMessage())), e);
        }
    }

    static String unusable(String reason) {
        return "the model's chat template cannot be used: %s. Put one that is plainer beside its weights, as %s"
                .formatted(reason, FILE);
    }

    private static DialogueTexts cut(
            JinjaTemplate template,
            Map<String, Object> tokens,
            TokenizerFile tokenizer,
            Collection<Integer> stopTokens) {
        String opening = rendered(template, tokens, List.of(said("user", FIRST)));
        String dialogue = rendered(
                template, tokens, List.of(said("user", FIRST), said("assistant", REPLY), said("user", SECOND)));
        int first = place(opening, FIRST);
        int reply = place(dialogue, REPLY);
        int second = place(dialogue, SECOND);
        if (second < reply) {
            throw new UnusableTemplate("it puts the second message before the reply to the first");
        }
        String between = dialogue.substring(reply + REPLY.length(), second);
        String ending = between.stripLeading();
        Optional<String> end =
                tokenizer.marks().stream().filter(ending::startsWith).max(Comparator.comparingInt(String::length));
        boolean isStopToken = end.isPresent()
                && stopTokens.stream().map(tokenizer.added()::get).anyMatch(end.get()::equals);
        return new DialogueTexts(
                opening.substring(0, first),
                opening.substring(first + FIRST.length()),
                end.map(mark -> ending.substring(mark.length())).orElse(between),
                isStopToken ? Optional.empty() : end,
                tokenizer.marks());
    }

    private static Map<String, Object> said(String role, String content) {
        return Map.of("role", role, "content", content);
    }

    private static String rendered(JinjaTemplate template, Map<String, Object> tokens, List<?> messages) {
        Map<String, Object> values = new HashMap<>(tokens);
        values.put("messages", messages);
        values.put("add_generation_prompt", true);
        return template.render(values);
    }

    private static int place(String text, String word) {
        int place = text.indexOf(word);
        if (place < 0 || text.indexOf(word, place + 1) >= 0) {
            throw new UnusableTemplate(
                    place < 0 ? "it leaves out a message of a dialogue" : "it shows a message of a dialogue twice");
        }
        return place;
    }

    private static JsonNode config(byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (IOException e) {
            throw new ModelException("%s is not JSON: %s".formatted(CONFIG, e.getMessage()), e);
        }
    }

    /// The template; among several named ones, the default.
    private static Optional<String> named(JsonNode templates) {
        if (templates.isTextual()) {
            return Optional.of(templates.textValue());
        }
        return templates
                .valueStream()
                .filter(named ->
                        templates.size() == 1 || named.path("name").asText().equals("default"))
                .map(named -> named.path("template").asText())
                .findFirst();
    }

    /// The texts of the tokens that a template may print by name.
    private static Map<String, Object> tokens(JsonNode config) {
        Map<String, Object> tokens = new HashMap<>();
        for (String name : TOKENS) {
            JsonNode token = config.path(name);
            String text = token.isTextual()
                    ? token.textValue()
                    : token.path("content").asText();
            if (!text.isEmpty()) {
                tokens.put(name, text);
            }
        }
        return tokens;
    }
}
