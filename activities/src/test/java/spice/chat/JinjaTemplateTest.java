package spice.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares templates with the constructs of real models' templates with what transformers renders
/// (`src/test/python/chat_fixtures.py`); and refuses harmful templates.
class JinjaTemplateTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Object> GREETING =
            Map.of("messages", List.of(Map.of("role", "user", "content", "hello")), "add_generation_prompt", true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qwen2_5-like",
                "qwen3-like",
                "llama3-like",
                "instruct-like",
                "thinking-like",
                "plain-like",
                "constructs"
            })
    void itSaysWhatTransformersSays(String name) throws IOException {
        JinjaTemplate template = JinjaTemplate.of(Chats.resource(name + ".jinja"));
        JsonNode cases = JSON.readTree(Chats.resource(name + ".json"));
        assertThat(cases.size()).isEqualTo(15);
        for (JsonNode each : cases) {
            Map<String, Object> values = JSON.convertValue(each.get("values"), new TypeReference<>() {});
            if (each.has("text")) {
                assertThat(template.render(values))
                        .as("%s: %s", name, each.get("case"))
                        .isEqualTo(each.get("text").asText());
            } else {
                assertThatThrownBy(() -> template.render(values))
                        .as("%s: %s", name, each.get("case"))
                        .isInstanceOf(UnusableTemplate.class);
            }
        }
    }

    @Test
    void itsOwnErrorIsQuoted() {
        assertThatThrownBy(() -> render("{{ raise_exception('only odd hours') }}"))
                .isInstanceOf(UnusableTemplate.class)
                .hasMessage("it says: only odd hours");
    }

    /// A step has one result, whatever the day.
    @Test
    void todayIsAlwaysTheSameDay() {
        assertThat(render("{{ strftime_now('%d %B %Y') }}")).isEqualTo("01 January 2025");
        assertThat(render("{% if strftime_now is defined %}today{% else %}some day{% endif %}"))
                .isEqualTo("some day");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    `{% include '/etc/passwd' %}`                                | not allowed
                    `{% import 'other' as x %}`                                  | not allowed
                    `{% from 'other' import x %}`                                | not allowed
                    `{% extends 'other' %}`                                      | not allowed
                    `{% raw %}x{% endraw %}`                                     | not allowed
                    `{% if x`                                                    | never closed
                    `{{ 'x`                                                      | never closed
                    `{{ ''.getClass() }}`                                        | getClass
                    `{{ messages.getClass().forName('java.lang.Runtime') }}`     | getClass
                    `{{ messages[0].content.getBytes() }}`                       | getBytes
                    `{{ loop_of_nothing() }}`                                    | loop_of_nothing
                    `{{ type(messages) }}`                                       | type
                    `{{ 'aGk='\\|b64decode }}`                                   | b64decode
                    `{{ '{{ 1 }}'\\|render }}`                                   | render
                    `{{ '%99999999s'\\|format('x') }}`                           | format
                    `{{ '1'\\|fromjson }}`                                       | fromjson
                    `{{ ____int3rpr3t3r____.getContext() }}`                     | getContext
                    `{{ ____int3rpr3t3r____.render('x') }}`                      | render
                    """)
    void whatIsNoneOfATemplatesBusinessIsRefused(String source, String named) {
        assertThatThrownBy(() -> render(source.replace("\\|", "|")))
                .isInstanceOf(UnusableTemplate.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ ''.class }}",
                "{{ messages.class.name }}",
                "{{ ____int3rpr3t3r____.config }}",
                "{{ ____int3rpr3t3r____.context.resources }}",
                "{{ messages[0]['class'] }}"
            })
    void theJavaBehindAValueCannotBeSeen(String source) {
        assertThat(render(source)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{{ a }}"
                        + "{% endfor %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(t='spice') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
                "{% set ns = namespace(t='spice') %}{% for i in range(60) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}"
                        + "{{ ns.t }}",
                "{% set ns = namespace(t='spice') %}{% for i in range(60) %}"
                        + "{% set ns.t = ns.t.replace('s', ns.t) %}{% endfor %}{{ ns.t }}",
                "{% set ns = namespace(t=[1]) %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
                "{% for i in range(9999) %}0123456789012345678901234567890123456789012345678901234567890123456789"
                        + "0123456789012345678901234567890123456789{% endfor %}",
                "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}"
            })
    void whatDoesNotEndOrGrowsWithoutEndIsRefused(String source) {
        assertThatThrownBy(() -> render(source)).isInstanceOf(UnusableTemplate.class);
    }

    @Test
    void whatAMessageSaysIsNeverTakenForTemplate() {
        assertThat(JinjaTemplate.of("{{ messages }}{{ '{{ 6 * 7 }}' }}").render(Map.of("messages", "{{ 6 * 7 }}")))
                .isEqualTo("{{ 6 * 7 }}{{ 6 * 7 }}");
    }

    private static String render(String source) {
        return JinjaTemplate.of(source).render(GREETING);
    }
}
