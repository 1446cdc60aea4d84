package spice.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A filter that Python's Jinja has and jinjava has not, or has otherwise.
///
/// @param name of the filter
/// @param change what it makes of a value
record PythonFilter(String name, UnaryOperator<@Nullable Object> change) implements Filter {
    /// `printed`, which [JinjaSource] puts behind what is printed: Python's `True`, not jinjava's `true`; `items`
    /// of a dict; `safe`, which means nothing where nothing is escaped.
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
