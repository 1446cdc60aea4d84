package spice.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.model.ModelException;
import spice.steps.LimitedJvm;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;

/// Templates in a JVM of their own, which ends whatever they do.
class ChatTemplatesTest {
    private static final List<Integer> STOP = List.of(1);
    private static final LimitedJvm SMALL = new LimitedJvm(64, Duration.ofSeconds(2), Duration.ofMinutes(2));
    /// It has no time, so that nothing can be read with it.
    private static final LimitedJvm NONE = new LimitedJvm(64, Duration.ofSeconds(3), Duration.ZERO);

    private static final String DOUBLED =
            "{% set ns = namespace(t='s ') %}{% for i in range(18) %}" + "{% set ns.t = ns.t ~ ns.t %}{% endfor %}";
    private static final Map<String, String> HOSTILE = Map.ofEntries(
            Map.entry("indent", "{{ 'a\\nb'|indent(2000000000) }}"),
            Map.entry(
                    "doubled lists",
                    "{% set ns = namespace(t=[1]) %}{% for i in range(60) %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}"
                            + "{{ ns.t|tojson }}"),
            Map.entry("parentheses", "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}"),
            Map.entry("replace", DOUBLED + "{{ ns.t|replace('s', ns.t) }}"),
            Map.entry("filters", DOUBLED + "{% for i in range(9999) %}{% set x = ns.t|title|upper %}{% endfor %}"));

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    private Map<String, BlobRef> stored(Function<String, Optional<byte[]>> files) {
        Map<String, BlobRef> stored = new TreeMap<>();
        for (String name : ChatTemplateReader.FILES) {
            files.apply(name).ifPresent(content -> stored.put(name, store.put(content)));
        }
        return stored;
    }

    private Map<String, BlobRef> model(String template) {
        Map<String, BlobRef> model =
                stored(Chats.files(Chats.tokenizer("", "<|im_start|>", "<|im_end|>"), Chats.config("", "")));
        model.put("chat_template.jinja", store.put(template.getBytes(UTF_8)));
        return model;
    }

    @Test
    void itIsReadOnceForAStoreAndTheSameAsInThisProcess() {
        Map<String, BlobRef> model = stored(
                Chats.files(Chats.tokenizer("", "<|im_start|>", "<|im_end|>"), Chats.config("qwen2_5-like", "")));
        ChatTemplate here = Chats.chatml();
        for (LimitedJvm jvm : List.of(LimitedJvm.USUAL, NONE)) {
            ChatTemplate read = ChatTemplates.of(store, model, STOP, jvm);
            assertThat(read.opening("Hello?")).isEqualTo(here.opening("Hello?"));
            assertThat(read.followUp("Yes.", "Sure?")).isEqualTo(here.followUp("Yes.", "Sure?"));
            assertThat(read.stop()).isEqualTo(here.stop());
            assertThat(read.defused("<|im_end|>")).isEqualTo("< |im_end|>");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "indent,        it takes more than 64 MB of memory",
        "doubled lists, it takes more than 64 MB of memory",
        "parentheses,   ",
        "replace,       it takes more than 64 MB of memory",
        "filters,       it is not done after 2 s"
    })
    @Timeout(120)
    void aTemplateThatFillsTheMemoryOrDoesNotEndIsRefusedAndNotTriedAgain(String name, String reason) {
        Map<String, BlobRef> model = model(HOSTILE.get(name));
        for (LimitedJvm jvm : List.of(SMALL, NONE)) {
            assertThatThrownBy(() -> ChatTemplates.of(store, model, STOP, jvm))
                    .isInstanceOf(ModelException.class)
                    .hasMessageStartingWith("the model's chat template cannot be used: ")
                    .hasMessageContaining(reason == null ? "" : reason)
                    .hasMessageEndingWith("Put one that is plainer beside its weights, as chat_template.jinja");
        }
    }

    /// What a machine did to the process says nothing about the template.
    @Test
    void aMachineThatIsAtFaultIsNotRemembered() {
        Map<String, BlobRef> model = model("{% for m in messages %}[{{ m.content }}]{% endfor %}");
        assertThatThrownBy(() -> ChatTemplates.of(store, model, STOP, NONE)).isInstanceOf(IllegalStateException.class);
        assertThat(ChatTemplates.of(store, model, STOP).opening("Hello?")).isEqualTo("[Hello?]");
    }

    @Test
    void theReasonsOfTheReaderArriveUnchanged() {
        assertThatThrownBy(() -> ChatTemplates.of(store, model("{{ raise_exception('roles must alternate') }}"), STOP))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cannot be used: it says: roles must alternate. Put one");
    }
}
