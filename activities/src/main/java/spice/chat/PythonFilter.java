package spice.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A filter of Python's Jinja that jinjava lacks or implements differently.
///
/// @param change computes the filter's result from a value
record PythonFilter(String name, UnaryOperator<@Nullable Object> change) implements Filter {
    /// `printed`, which [JinjaSource] applies to all output, so that it shows Python's `True` and not jinjava's
    /// `true`; `items` of a dict; and `safe`, which changes nothing, because nothing is escaped here.
    static List<PythonFilter> all() {
        return List.of(
                new PythonFilter(
                        "printed", value -> value instanceof Boolean truth ? (truth ? "True" : "False") : value),
                new PythonFilter("items", PythonFilter::items),
                new PythonFilter("safe", value -> value));
    }

    private static Object items(@Nullable Object value) {
        if (value instanceof Map<?, ?> dict) {
            return dict.entrySet().stream()
                    .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                    .toList();
        }
        throw new UnusableTemplate("items of what is no dict");
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
        return change.apply(value);
    }
}
