package spice.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The filter `tojson` as transformers defines it: Python's `json.dumps(value, ensure_ascii=False, indent=…)`.
final class PythonJson implements AdvancedFilter {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        Object indent = arguments.length > 0 ? arguments[0] : named.get("indent");
        try {
            return JSON.writer(printer(indent instanceof Number spaces ? spaces.intValue() : -1))
                    .writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UnusableTemplate("tojson: " + e.getOriginalMessage());
        }
    }

    /// @param indent in spaces; negative for one line
    private static DefaultPrettyPrinter printer(int indent) {
        Spacing behindComma = indent < 0 ? Spacing.AFTER : Spacing.NONE;
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Spacing.AFTER)
                .withObjectEntrySpacing(behindComma)
                .withArrayValueSpacing(behindComma)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
        DefaultPrettyPrinter.Indenter indenter = indent < 0
                ? DefaultPrettyPrinter.NopIndenter.instance
                : new DefaultIndenter(" ".repeat(Math.min(indent, 16)), "\n");
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return printer;
    }
}
