package spice.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static spice.chat.Chats.config;
import static spice.chat.Chats.files;
import static spice.chat.Chats.tokenizer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.model.ModelException;

class ChatTemplateReaderTest {
    private static final ObjectNode QWEN = tokenizer("", "<|endoftext|>", "<|im_start|>", "<|im_end|>");

    @Test
    void ofChatMlTheFollowUpBeginsBehindTheModelsOwnEnd() {
        ChatTemplate chat = Chats.read(files(QWEN, config("qwen2_5-like", "")), List.of(2));
        assertThat(chat.stop()).isEmpty();
        assertThat(chat.opening(" Hello?\n"))
                .isEqualTo("<|im_start|>system\nYou answer briefly.<|im_end|>\n<|im_start|>user\nHello?<|im_end|>\n"
                        + "<|im_start|>assistant\n");
        assertThat(chat.followUp("Yes.", "Sure?"))
                .isEqualTo("\n<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n");
    }

    /// The template omits the thoughts of earlier replies, but the model has seen them and the trajectory keeps
    /// them.
    @Test
    void thoughtsOfAnEarlierReplyStayWhereTheModelSawThem() {
        ChatTemplate chat = Chats.read(files(QWEN, config("qwen3-like", "")), List.of(0, 2));
        assertThat(chat.opening("Hello?")).isEqualTo("<|im_start|>user\nHello?<|im_end|>\n<|im_start|>assistant\n");
        assertThat(chat.followUp("<think>\nhm\n</think>\n\nYes.", "Sure?"))
                .isEqualTo("\n<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void aPromptMayBeginTheReply() {
        ObjectNode tokenizer =
                tokenizer("", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>");
        ChatTemplate chat = Chats.read(files(tokenizer, config("thinking-like", "<｜begin▁of▁sentence｜>")), List.of(1));
        assertThat(chat.opening("Hello?")).isEqualTo("<｜begin▁of▁sentence｜><｜User｜>Hello?<｜Assistant｜><think>\n");
        assertThat(chat.followUp("hm</think>Yes.", "Sure?")).isEqualTo("<｜User｜>Sure?<｜Assistant｜><think>\n");
    }

    @Test
    void ofLlamaTheTextBeginsWithTheTokenThatTheTemplateNames() {
        ObjectNode tokenizer = tokenizer("<|begin_of_text|>", "<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>");
        ChatTemplate chat = Chats.read(files(tokenizer, config("llama3-like", "<|begin_of_text|>")), List.of(1));
        assertThat(chat.opening("Hello?"))
                .startsWith("<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nKnown until")
                .contains("Today: 05 Mar 2024\n")
                .endsWith("<|start_header_id|>user<|end_header_id|>\n\nHello?<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
        assertThat(chat.followUp("Yes.", "Sure?"))
                .isEqualTo("<|start_header_id|>user<|end_header_id|>\n\nSure?<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    /// Qwen2.5's base models have the template of its chat models, but `<|endoftext|>` is their only stop token.
    @Test
    void aTemplatesEndThatIsNoStopTokenEndsARepliesText() {
        ChatTemplate chat = Chats.read(files(QWEN, config("qwen2_5-like", "")), List.of(0));
        assertThat(chat.stop()).contains("<|im_end|>");
        assertThat(chat.said("Yes.<|im_end|>")).isEqualTo("Yes.");
        assertThat(chat.followUp("Yes.<|im_end|>", "Sure?")).startsWith("\n<|im_start|>user\nSure?");
        assertThat(chat.followUp("Yes.", "Sure?"))
                .as("where the model ended its reply by its stop token")
                .startsWith("<|im_end|>\n<|im_start|>user\nSure?");
    }

    @Test
    void aModelWithoutATemplateGetsATranscript() {
        ObjectNode tokenizer = tokenizer("<|begin_of_text|>", "<|begin_of_text|>", "<|end_of_text|>");
        ChatTemplate chat = Chats.read(files(tokenizer, config("", "<|begin_of_text|>")), List.of(1));
        assertThat(chat.opening("Hello?")).isEqualTo("<|begin_of_text|>User: Hello?\n\nAssistant:");
        assertThat(chat.stop()).contains("\n\nUser:");
        assertThat(chat.followUp(" Yes.", "Sure?")).isEqualTo("\n\nUser: Sure?\n\nAssistant:");
        assertThat(chat.followUp(" Yes.\n\nUser:", "Sure?")).isEqualTo(" Sure?\n\nAssistant:");
        assertThat(chat.said(" Yes.\n\nUser:")).isEqualTo(" Yes.");
        assertThat(Chats.read(files(QWEN, config("", "")), List.of(0)).opening("Hello?"))
                .startsWith("User: ");
    }

    @Test
    void aFileOfItsOwnComesFirstAndOfSeveralTheDefault() {
        ObjectNode config = config("", "");
        config.putArray("chat_template")
                .addObject()
                .put("name", "tool_use")
                .put("template", "{{ raise_exception('not this one') }}");
        config.withArray("chat_template")
                .addObject()
                .put("name", "default")
                .put("template", "{% for m in messages %}[{{ m.content }}]{% endfor %}");
        assertThat(Chats.read(files(QWEN, config), List.of(0)).opening("Hello?"))
                .isEqualTo("[Hello?]");

        var without = files(QWEN, config);
        ChatTemplate own = Chats.read(
                name -> name.equals("chat_template.jinja")
                        ? Optional.of("{% for m in messages %}({{ m.content }}){% endfor %}".getBytes(UTF_8))
                        : without.apply(name),
                List.of(0));
        assertThat(own.opening("Hello?")).isEqualTo("(Hello?)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    `{{ raise_exception('roles must alternate') }}`                    | it says: roles must alternate
                    `{{ messages[0].content }}`                                        | leaves out a message
                    `{% for m in messages %}{{ m.content + m.content }}{% endfor %}`   | shows a message of a dialogue twice
                    `{% for m in messages[::-1] %}{{ m.content }}{% endfor %}`         | before the reply
                    `{{ messages.pop() }}`                                             | .pop()
                    """)
    void aTemplateThatNoDialogueCanBeToldFromIsNamedWithTheRemedy(String template, String reason) {
        ObjectNode config = config("", "").put("chat_template", template);
        assertThatThrownBy(() -> Chats.read(files(QWEN, config), List.of(0)))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("the model's chat template cannot be used: ")
                .hasMessageContaining(reason)
                .hasMessageEndingWith("Put one that is plainer beside its weights, as chat_template.jinja");
    }

    @Test
    void aDocumentCannotSpeakInAnyTokenizersMarks() {
        ObjectNode tokenizer = tokenizer("", "<s>", "</s>", "<｜User｜>", "#");
        tokenizer.withArray("added_tokens").addObject().put("id", 9).put("content", "[INST]");
        tokenizer.withArray("added_tokens").addObject().put("id", 10).put("content", "spice");
        tokenizer.withArray("added_tokens").addObject().put("id", 11).put("content", "< s>");
        ChatTemplate chat = Chats.read(files(tokenizer, config("", "")), List.of(1));
        assertThat(chat.defused("a<s>b</s> <｜User｜> [INST] spice # <|im_end|> <no_added_token>"))
                .isEqualTo("a<  s>b< /s> < ｜User｜> [ INST] spice # <|im_end|> <no_added_token>");
    }

    /// A blank behind "a" makes the token "a " again, without end; after four blanks the token itself goes.
    @Test
    void aTokenThatBlanksCreateAgainIsCutOut() {
        ObjectNode tokenizer = tokenizer("", "a ", "<s>");
        ChatTemplate chat = Chats.read(files(tokenizer, config("", "")), List.of(1));
        assertThat(chat.defused("a b<s>c")).isEqualTo("    b< s>c");
    }
}
